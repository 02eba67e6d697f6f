//! What functions write to standard output and error: one file per function, and the last 4 KB of each run.
use std::{
    fs::File,
    io::{self, PipeReader, Read, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::{net::unix::pipe, task::AbortHandle};

use super::Run;
use crate::terminal::Echo;

const TAIL_BYTES: usize = 4096;

/// Reads of 8 KB that together exceed what a pipe holds.
const DRAIN_READS: usize = 16;

/// A log file beyond this size is set aside once, so a function that is polled for weeks fills no disk.
const FILE_BYTES: u64 = 16 << 20;

/// The log file of one function, shared by its environments.
pub(super) struct LogFile {
    name: String,
    path: PathBuf,
    echo: Option<Echo>,
    open: Mutex<OpenFile>,
}

struct OpenFile {
    file: File,
    size_bytes: u64,
}

impl LogFile {
    pub(super) fn open(folder: &Path, name: &str, echo: Option<Echo>) -> io::Result<LogFile> {
        let path = folder.join(format!("{name}.log"));
        let open = OpenFile::append_to(&path).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        })?;
        let open = Mutex::new(open);
        Ok(LogFile {
            name: name.to_owned(),
            path,
            echo,
            open,
        })
    }

    /// Writes whole lines. A full disk costs log lines, never an invocation.
    fn write(&self, lines: &[u8]) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = open.write(lines, &self.path) {
            tracing::warn!(path = %self.path.display(), %error, "a log line was lost");
        }
    }

    fn echo(&self, lines: &[u8]) {
        let Some(echo) = &self.echo else {
            return;
        };
        for line in String::from_utf8_lossy(lines).lines() {
            echo.show(&self.name, line);
        }
    }
}

impl OpenFile {
    fn append_to(path: &Path) -> io::Result<OpenFile> {
        let file = File::options().append(true).create(true).open(path)?;
        let size_bytes = file.metadata()?.len();
        Ok(OpenFile { file, size_bytes })
    }

    fn write(&mut self, lines: &[u8], path: &Path) -> io::Result<()> {
        if self.size_bytes > FILE_BYTES {
            std::fs::rename(path, path.with_extension("log.1"))?;
            *self = OpenFile::append_to(path)?;
        }
        self.size_bytes += lines.len() as u64;
        self.file.write_all(lines)
    }
}

/// The log of one environment.
pub(super) struct Log {
    reading: Arc<Reading>,
    task: AbortHandle,
}

struct Reading {
    file: Arc<LogFile>,
    /// A second handle on the pipe: reading it directly also finds what the event loop has not noticed yet.
    pipe: PipeReader,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The beginning of a line whose end has not come yet.
    partial: Vec<u8>,
    tail: Vec<u8>,
}

/// The figures of a REPORT line.
pub(super) struct Report<'a> {
    pub(super) request_id: &'a str,
    pub(super) run: Run,
    pub(super) memory_size_mb: u32,
    pub(super) remark: &'a str,
}

impl Log {
    /// Reads `pipe` until its other end closes or the log is dropped.
    pub(super) fn follow(pipe: PipeReader, file: Arc<LogFile>) -> io::Result<Log> {
        let receiver = pipe::Receiver::from_owned_fd(pipe.try_clone()?.into())?;
        let reading = Arc::new(Reading {
            file,
            pipe,
            state: Mutex::default(),
        });
        let task = tokio::spawn(Arc::clone(&reading).follow(receiver)).abort_handle();
        Ok(Log { reading, task })
    }

    /// Notes that a run begins; the tail begins anew.
    pub(super) fn begin(&self, request_id: &str) {
        let mut state = self.reading.drain();
        state.tail.clear();
        self.reading.note(
            &mut state,
            &format!("START RequestId: {request_id} Version: $LATEST\n"),
        );
    }

    /// Notes that a run has ended and returns the tail of its log.
    pub(super) fn end(&self, report: &Report<'_>) -> Bytes {
        let mut state = self.reading.drain();
        self.reading.finish_line(&mut state);
        self.reading.note(&mut state, &report.lines());
        // What is kept for long is no larger than it must be; what it was gathered in serves the next run.
        Bytes::copy_from_slice(&state.tail)
    }

    /// Notes something outside of any run.
    pub(super) fn remark(&self, line: &str) {
        let mut state = self.reading.drain();
        self.reading.finish_line(&mut state);
        self.reading.note(&mut state, &format!("{line}\n"));
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.task.abort();
        let mut state = self.reading.drain();
        self.reading.finish_line(&mut state);
    }
}

impl Reading {
    async fn follow(self: Arc<Self>, receiver: pipe::Receiver) {
        while receiver.readable().await.is_ok() {
            let mut rest = [0; 1024];
            let mut state = self.drain();
            // The event loop learns that the pipe is empty only from a read through its own handle.
            match receiver.try_read(&mut rest) {
                Ok(0) => return,
                Ok(length) => self.absorb(&mut state, &rest[..length]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }

    fn drain(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut buffer = [0; 8192];
        // Bounded, because a thread may write faster than this reads, for ever.
        for _ in 0..DRAIN_READS {
            let Ok(length @ 1..) = (&self.pipe).read(&mut buffer) else {
                break;
            };
            self.absorb(&mut state, &buffer[..length]);
        }
        state
    }

    fn absorb(&self, state: &mut State, bytes: &[u8]) {
        keep_tail(&mut state.tail, bytes);
        state.partial.extend_from_slice(bytes);
        // A line without end is cut, so that a function cannot fill the memory with one.
        let whole = match state.partial.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => last + 1,
            None if state.partial.len() > 64 << 10 => state.partial.len(),
            None => return,
        };
        let rest = state.partial.split_off(whole);
        self.file.echo(&state.partial);
        self.file.write(&state.partial);
        state.partial = rest;
    }

    fn finish_line(&self, state: &mut State) {
        if !state.partial.is_empty() {
            self.absorb(state, b"\n");
        }
    }

    /// Writes the emulator's own lines, which the terminal is spared.
    fn note(&self, state: &mut State, lines: &str) {
        keep_tail(&mut state.tail, lines.as_bytes());
        self.file.write(lines.as_bytes());
    }
}

impl Report<'_> {
    fn lines(&self) -> String {
        let duration_ms = self.run.duration.as_secs_f64() * 1000.0;
        let init = self.run.init.map_or(String::new(), |init| {
            format!("\tInit Duration: {:.2} ms", init.as_secs_f64() * 1000.0)
        });
        format!(
            "END RequestId: {id}\nREPORT RequestId: {id}\tDuration: {duration_ms:.2} ms\tBilled Duration: {billed:.0} ms\t\
             Memory Size: {size} MB\tMax Memory Used: {used} MB{init}{remark}\n",
            id = self.request_id,
            billed = duration_ms.ceil(),
            size = self.memory_size_mb,
            used = self.run.memory_used_mb,
            remark = self.remark,
        )
    }
}

fn keep_tail(tail: &mut Vec<u8>, bytes: &[u8]) {
    tail.extend_from_slice(bytes);
    let excess = tail.len().saturating_sub(TAIL_BYTES);
    tail.drain(..excess);
}
