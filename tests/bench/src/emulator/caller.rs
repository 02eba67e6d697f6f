//! One of many who ask the same question again and again, at next to no cost.
//!
//! It shares the processors with those it measures, so each microsecond it takes makes them more alike.

use anyhow::{Context, Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// The most headers an answer may have.
const HEADERS: usize = 32;

/// A keep-alive connection, one request at a time.
pub(super) struct Caller {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Caller {
    /// Connects to `origin`, such as `http://127.0.0.1:9000`, to ask with GET at `path`.
    pub(super) async fn connect(origin: &str, path: &str) -> Result<Self> {
        let address = origin.trim_start_matches("http://");
        let stream = TcpStream::connect(address)
            .await
            .with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
        Ok(Self {
            stream,
            request: request.into_bytes(),
            answer: Vec::with_capacity(4096),
        })
    }

    /// Asks and reads the answer to its end.
    ///
    /// # Errors
    /// When it is not a 200, or its length is unknown.
    pub(super) async fn ask(&mut self) -> Result<()> {
        self.stream.write_all(&self.request).await?;
        self.answer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.answer).await?;
            ensure!(read > 0, "the connection ended before the answer");
            if length(&self.answer)?.is_some_and(|length| self.answer.len() >= length) {
                return Ok(());
            }
        }
    }
}

/// How long an answer is, head and body; `None` while its head is not whole.
fn length(answer: &[u8]) -> Result<Option<usize>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(answer)? else {
        return Ok(None);
    };
    ensure!(response.code == Some(200), "status {:?}", response.code);
    let is_length = |header: &&httparse::Header| header.name.eq_ignore_ascii_case("content-length");
    let Some(header) = response.headers.iter().find(is_length) else {
        bail!("an answer without its length");
    };
    let body: usize = std::str::from_utf8(header.value)?.parse()?;
    Ok(Some(head + body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_with_its_body() {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";

        assert_eq!(length(&head[..head.len() - 1]).unwrap(), None);
        assert_eq!(length(head).unwrap(), Some(head.len() + 2));
        assert!(length(b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n").is_err());
    }
}
