//! What functions log, on the terminal as well.
//!
//! A terminal that Ctrl-S stops, or a full pipe that nobody reads, holds up whoever writes to it for as long as it
//! likes. That is a thread of its own here, and lines that find it far behind are only counted.
use std::{
    fs::File,
    io::{self, Write},
    os::fd::AsFd,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::{
    sync::{
        mpsc::{self, error::TryRecvError},
        oneshot,
    },
    time::timeout,
};

/// How many lines wait for the terminal.
const WAITING: usize = 1_024;

/// How long the emulator's end waits for a terminal that is behind.
const FLUSH: Duration = Duration::from_millis(500);

/// The way to the terminal.
pub(super) struct Echo {
    lines: mpsc::Sender<Said>,
    /// How many lines found no place since that was last said.
    lost: Arc<AtomicUsize>,
}

enum Said {
    Line(String),
    /// Everything before it is to be written.
    Flush(oneshot::Sender<()>),
}

impl Echo {
    /// Writes to standard error.
    ///
    /// # Errors
    /// When there is no handle or thread to be had.
    pub(super) fn to_terminal() -> io::Result<Echo> {
        // The standard library's own handle has a lock, and whoever else writes to it would wait for this thread.
        let terminal = io::stderr().as_fd().try_clone_to_owned()?;
        Echo::to(File::from(terminal))
    }

    fn to(out: impl Write + Send + 'static) -> io::Result<Echo> {
        let (lines, waiting) = mpsc::channel(WAITING);
        let lost = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&lost);
        thread::Builder::new()
            .name("echo".to_owned())
            .spawn(move || write(waiting, &counted, out))?;
        Ok(Echo { lines, lost })
    }

    /// Shows a line of `function`, or counts it, at once.
    pub(super) fn show(&self, function: &str, line: &str) {
        let line = Said::Line(format!("[{function}] {line}\n"));
        if self.lines.try_send(line).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until everything is written, but not for a terminal that stands still.
    pub(super) async fn flush(&self) {
        let written = async {
            let (done, written) = oneshot::channel();
            if self.lines.send(Said::Flush(done)).await.is_ok() {
                let _ = written.await;
            }
        };
        let _ = timeout(FLUSH, written).await;
    }
}

fn write(mut waiting: mpsc::Receiver<Said>, lost: &AtomicUsize, mut out: impl Write) {
    loop {
        let said = match waiting.try_recv() {
            Err(TryRecvError::Empty) => {
                own_up(lost, &mut out);
                waiting.blocking_recv()
            }
            said => said.ok(),
        };
        match said {
            Some(Said::Line(line)) => {
                let _ = out.write_all(line.as_bytes());
            }
            Some(Said::Flush(done)) => {
                own_up(lost, &mut out);
                let _ = done.send(());
            }
            None => return own_up(lost, &mut out),
        }
    }
}

fn own_up(lost: &AtomicUsize, out: &mut impl Write) {
    let lost = lost.swap(0, Ordering::Relaxed);
    if lost > 0 {
        let _ = writeln!(out, "… {lost} lines not shown");
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead, BufReader},
        time::Instant,
    };

    use super::*;

    const LINES: usize = 50_000;

    /// A line so long that the pipe does not hold as many as the channel does.
    fn line(number: usize) -> String {
        format!("{number:0100}")
    }

    #[tokio::test]
    async fn a_pipe_that_nobody_reads_holds_nobody_up_and_what_is_lost_is_counted() {
        let (reader, writer) = io::pipe().unwrap();
        let (told, done) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let echo = Echo::to(writer).unwrap();
            for number in 0..LINES {
                echo.show("f", &line(number));
            }
            told.send(echo).unwrap();
        });

        // Without a limit a failure would never end.
        let echo = done.recv_timeout(Duration::from_secs(60)).unwrap();

        let begin = Instant::now();
        echo.flush().await;
        assert!(begin.elapsed() >= FLUSH, "nobody has read the pipe");
        drop(echo);
        let (mut shown, mut lost, mut last) = (0, 0, String::new());
        for line in BufReader::new(reader).lines() {
            let line = line.unwrap();
            match line.strip_prefix("… ") {
                Some(count) => lost += count.split(' ').next().unwrap().parse::<usize>().unwrap(),
                None => {
                    let number = line.strip_prefix("[f] ").unwrap();
                    assert!(number.len() == 100 && number > last.as_str(), "{line}");
                    last = number.to_owned();
                    shown += 1;
                }
            }
        }
        assert_eq!(shown + lost, LINES);
        assert!(shown > 0 && lost > 0, "{shown} shown, {lost} lost");
    }

    #[tokio::test]
    async fn a_flush_waits_for_what_was_said() {
        let (reader, writer) = io::pipe().unwrap();
        let echo = Echo::to(writer).unwrap();
        echo.show("f", "hello");

        echo.flush().await;

        let mut line = String::new();
        BufReader::new(reader).read_line(&mut line).unwrap();
        assert_eq!(line, "[f] hello\n");
    }
}
