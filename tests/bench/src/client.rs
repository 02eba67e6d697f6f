use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request,
    client::conn::http1::{SendRequest, handshake},
    header::{CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// One browser: a keep-alive connection of its own, one request at a time.
pub(crate) struct Client {
    address: String,
    connection: Option<SendRequest<Full<Bytes>>>,
}

/// What came back, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

impl Client {
    /// Will connect to `origin`, such as `http://127.0.0.1:9000`, with its first request.
    pub(crate) fn new(origin: &str) -> Self {
        Self {
            address: origin.trim_start_matches("http://").to_owned(),
            connection: None,
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Result<Answer> {
        self.ask("GET", path, Bytes::new()).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Result<Answer> {
        self.ask("POST", path, body.to_string().into()).await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Result<Answer> {
        self.ask("DELETE", path, Bytes::new()).await
    }

    async fn ask(&mut self, method: &str, path: &str, body: Bytes) -> Result<Answer> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, &self.address)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(body))?;
        let what = || format!("{method} {path}");
        let response = self
            .connection()
            .await?
            .send_request(request)
            .await
            .with_context(what)?;
        let status = response.status().as_u16();
        let body = response
            .into_body()
            .collect()
            .await
            .with_context(what)?
            .to_bytes();
        Ok(Answer { status, body })
    }

    /// The connection, made anew where the last has ended, as a browser does.
    async fn connection(&mut self) -> Result<&mut SendRequest<Full<Bytes>>> {
        let mut connection = self.connection.take();
        if let Some(last) = &mut connection
            && last.ready().await.is_err()
        {
            connection = None;
        }
        let connection = match connection {
            Some(open) => open,
            None => connect(&self.address).await?,
        };
        Ok(self.connection.insert(connection))
    }
}

impl Answer {
    /// The JSON of an answer that must have `status`.
    ///
    /// # Errors
    /// When it has another, or no JSON.
    pub(crate) fn expect(&self, status: u16) -> Result<Value> {
        let text = || String::from_utf8_lossy(&self.body);
        ensure!(
            self.status == status,
            "{} instead of {status}: {}",
            self.status,
            text()
        );
        serde_json::from_slice(&self.body).with_context(|| format!("not JSON: {}", text()))
    }
}

async fn connect(address: &str) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address)
        .await
        .with_context(|| format!("cannot connect to {address}"))?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    // It ends with an error or with the server's wish; the next request finds out.
    tokio::spawn(connection);
    Ok(sender)
}
