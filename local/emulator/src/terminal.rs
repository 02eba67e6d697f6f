//! What is written for people while an emulator runs: never at the price of its work.
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

/// The way to standard error for everybody in this program. Clones mean the same way, and keep the order.
#[derive(Clone, Debug)]
pub struct Terminal {
    said: mpsc::Sender<Said>,
    /// How much found no place since that was last said.
    lost: Arc<AtomicUsize>,
}

/// Where lines that functions log are shown as well.
#[derive(Clone, Debug)]
pub struct Echo {
    /// The terminal.
    pub terminal: Terminal,
    /// Makes of a function's name and a line of its log what is shown.
    pub line: fn(&str, &str) -> String,
}

#[derive(Debug)]
enum Said {
    Text(String),
    /// Everything before it is to be written.
    Flush(oneshot::Sender<()>),
}

impl Terminal {
    /// Writes to standard error.
    ///
    /// # Errors
    /// When there is no handle or thread to be had.
    pub fn standard_error() -> io::Result<Terminal> {
        // The standard library's own handle has a lock, and whoever else writes to it would wait for this thread.
        let terminal = io::stderr().as_fd().try_clone_to_owned()?;
        Terminal::to(File::from(terminal))
    }

    fn to(out: impl Write + Send + 'static) -> io::Result<Terminal> {
        let (said, waiting) = mpsc::channel(WAITING);
        let lost = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&lost);
        thread::Builder::new()
            .name("terminal".to_owned())
            .spawn(move || write(waiting, &counted, out))?;
        Ok(Terminal { said, lost })
    }

    /// Shows a text, which has its line ends, or counts it, at once.
    pub fn show(&self, text: String) {
        if self.said.try_send(Said::Text(text)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until everything is written, but not for a terminal that stands still.
    pub async fn flush(&self) {
        let written = async {
            let (done, written) = oneshot::channel();
            if self.said.send(Said::Flush(done)).await.is_ok() {
                let _ = written.await;
            }
        };
        let _ = timeout(FLUSH, written).await;
    }
}

/// What is written at once is shown whole or not at all.
impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.show(String::from_utf8_lossy(bytes).into_owned());
        Ok(bytes.len())
    }

    /// Does not wait: see [`Terminal::flush`] for who wants to.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Echo {
    pub(crate) fn show(&self, function: &str, line: &str) {
        let mut shown = (self.line)(function, line);
        shown.push('\n');
        self.terminal.show(shown);
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
            Some(Said::Text(text)) => {
                let _ = out.write_all(text.as_bytes());
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
        format!("{number:0100}\n")
    }

    #[tokio::test]
    async fn a_pipe_that_nobody_reads_holds_nobody_up_and_what_is_lost_is_counted() {
        let (reader, writer) = io::pipe().unwrap();
        let (told, done) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let terminal = Terminal::to(writer).unwrap();
            for number in 0..LINES {
                terminal.show(line(number));
            }
            told.send(terminal).unwrap();
        });

        // Without a limit a failure would never end.
        let terminal = done.recv_timeout(Duration::from_secs(60)).unwrap();

        let begin = Instant::now();
        terminal.flush().await;
        assert!(begin.elapsed() >= FLUSH, "nobody has read the pipe");
        drop(terminal);
        let (mut shown, mut lost, mut last) = (0, 0, String::new());
        for line in BufReader::new(reader).lines() {
            let line = line.unwrap();
            match line.strip_prefix("… ") {
                Some(count) => lost += count.split(' ').next().unwrap().parse::<usize>().unwrap(),
                None => {
                    assert!(line.len() == 100 && line > last, "{line}");
                    last = line;
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
        let terminal = Terminal::to(writer).unwrap();
        let echo = Echo {
            terminal: terminal.clone(),
            line: |function, line| format!("[{function}] {line}"),
        };
        echo.show("f", "hello");

        terminal.flush().await;

        let mut line = String::new();
        BufReader::new(reader).read_line(&mut line).unwrap();
        assert_eq!(line, "[f] hello\n");
    }
}
