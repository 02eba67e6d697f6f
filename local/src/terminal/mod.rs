//! What the terminal shows while the system serves: a line for each invocation, and how builds go.
//!
//! [`mod@line`] is the text of one invocation, [`fold`] keeps a page that polls from flooding the screen, and
//! [`mod@screen`] is how text gets there.
use std::{io, thread, time::Duration};

use anstyle::{AnsiColor, Style};
use emulator::{
    Build, Built, Emulator,
    journal::{Journal, News},
};
use tokio::{
    runtime,
    sync::{
        broadcast::{
            self,
            error::{RecvError, TryRecvError},
        },
        oneshot, watch,
    },
    time::interval,
};

use crate::arguments::{LogFormat, WorldArguments};

mod fold;
mod line;
mod screen;

pub(crate) use screen::Screen;

use fold::{Folds, Summary};
use line::Line;

/// Whom lines are written for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// A person, who is spared what repeats.
    Person,
    /// A person who wants to see everything.
    Patient,
    /// A program.
    Program,
}

/// A report on the screen that goes on until it is ended or dropped.
pub(crate) struct Report {
    end: oneshot::Sender<()>,
    ended: oneshot::Receiver<()>,
}

impl Report {
    /// Returns once everything that has happened is on its way to the screen.
    pub(crate) async fn end(self) {
        // Whoever has nobody to tell has ended.
        let _ = self.end.send(());
        let _ = self.ended.await;
    }
}

/// Shows on `screen` what `emulator` does from now on, unless `arguments` ask for silence.
///
/// # Errors
/// When no thread or runtime can be started.
pub(crate) fn show(
    emulator: &Emulator,
    arguments: &WorldArguments,
    screen: &Screen,
) -> io::Result<Option<Report>> {
    if arguments.quiet {
        return Ok(None);
    }
    let reader = match (arguments.log_format, arguments.verbose) {
        (LogFormat::Json, _) => Reader::Program,
        (LogFormat::Text, true) => Reader::Patient,
        (LogFormat::Text, false) => Reader::Person,
    };
    let journal = emulator.functions().journal().clone();
    let (news, build) = (journal.follow(), emulator.build());
    let ((end, asked_to_end), (has_ended, ended)) = (oneshot::channel(), oneshot::channel::<()>());
    let reporter = Reporter {
        journal,
        screen: screen.clone(),
        reader,
        folds: Folds::default(),
    };
    // A thread and a runtime of their own, so that the emulator's go on with their work.
    let runtime = runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let show = move || {
        runtime.block_on(reporter.follow(news, build, asked_to_end));
        drop(has_ended);
    };
    thread::Builder::new()
        .name("reporter".to_owned())
        .spawn(show)?;
    Ok(Some(Report { end, ended }))
}

struct Reporter {
    journal: Journal,
    screen: Screen,
    reader: Reader,
    folds: Folds,
}

impl Reporter {
    async fn follow(
        mut self,
        mut news: broadcast::Receiver<News>,
        mut build: watch::Receiver<Build>,
        mut end: oneshot::Receiver<()>,
    ) {
        let mut clock = interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                told = news.recv() => match told {
                    Ok(told) => self.told(told),
                    Err(RecvError::Lagged(missed)) => self.missed(missed),
                    Err(RecvError::Closed) => break,
                },
                Ok(()) = build.changed() => self.built(&build.borrow_and_update().clone()),
                _ = clock.tick() => {
                    let due = self.folds.due();
                    self.sum_up(due);
                }
                _ = &mut end => break,
            }
        }
        self.catch_up(&mut news);
        let rest = self.folds.rest();
        self.sum_up(rest);
    }

    fn catch_up(&mut self, news: &mut broadcast::Receiver<News>) {
        loop {
            match news.try_recv() {
                Ok(told) => self.told(told),
                Err(TryRecvError::Lagged(missed)) => self.missed(missed),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    fn told(&mut self, news: News) {
        let News::Ended(number) = news else { return };
        let entry = self.journal.find(number);
        let Some(line) = entry.as_ref().and_then(Line::of) else {
            return;
        };
        match self.reader {
            Reader::Program => self.screen.record(&line.json()),
            Reader::Patient => self.print(&line),
            Reader::Person => {
                if !line.is_good() || self.folds.shows(&line) {
                    self.print(&line);
                }
            }
        }
    }

    fn sum_up(&self, folded: Vec<Summary>) {
        for summary in folded {
            self.screen.line(&summary_line(&summary));
        }
    }

    fn print(&self, line: &Line<'_>) {
        self.screen.line(&line.text());
        // With -v the function's own lines are there already.
        for line in line.trouble(self.reader == Reader::Person) {
            self.screen.line(&line);
        }
    }

    fn missed(&self, news: u64) {
        if self.reader == Reader::Patient {
            let more = format!("… {} more, too fast to show", news / 2);
            self.screen.line(&more);
        }
    }

    fn built(&self, build: &Build) {
        match (build, self.reader) {
            (Build::None, _) => {}
            (Build::Running, Reader::Program) => {}
            (Build::Running, _) => self.screen.line(&painted(dim(), "building …")),
            (Build::Done(built), Reader::Program) => self.screen.record(&line::build_json(built)),
            (Build::Done(built), _) => self.screen.line(&built_text(built)),
        }
    }
}

fn built_text(built: &Built) -> String {
    let (output, took) = (&built.output, line::time(built.took));
    if built.is_ok {
        let done = painted(color(AnsiColor::Green), "built");
        format!("{output}{done} in {took}")
    } else {
        let failed = painted(color(AnsiColor::Red).bold(), "not built");
        format!("{output}{failed} after {took}: the old code goes on answering")
    }
}

fn summary_line(summary: &Summary) -> String {
    let what = format!("{} ×{}", summary.what, summary.count);
    let figures = format!(
        "p50 {} max {}",
        line::time(summary.median),
        line::time(summary.longest)
    );
    line::row(&summary.function, &what, &summary.outcome, &figures)
}

fn painted(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

fn color(color: AnsiColor) -> Style {
    Style::new().fg_color(Some(color.into()))
}

fn dim() -> Style {
    Style::new().dimmed()
}
