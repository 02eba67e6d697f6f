use std::{
    collections::BTreeMap,
    io::{self, Write},
    process,
};

use anyhow::{Context, Result};
use emulator::journal::Journal;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{arguments::WorldArguments, terminal::Screen, world};

/// The exit code of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Serves until Ctrl-C or SIGTERM, then lets running work stop where it can go on later.
///
/// # Errors
/// When the world cannot be started: a port in use, a data folder that cannot be written, a template with
/// something unknown in it.
pub(crate) async fn serve(arguments: &WorldArguments, screen: &Screen) -> Result<()> {
    let world = world::start(arguments, screen).await?;
    let mut stop = Stop::listen().context("cannot wait for Ctrl-C or SIGTERM")?;
    // Whoever has read enough may have closed it, which is no reason to stop.
    let _ = writeln!(io::stdout(), "ready on {}", world.origin());
    stop.asked().await;
    if let Some(journal) = world.journal() {
        screen.say(&farewell(journal));
    }
    tokio::select! {
        () = world.leave() => Ok(()),
        () = stop.asked() => {
            screen.flush().await;
            // The kernel ends the functions; what was accepted is on disk.
            process::exit(INTERRUPTED);
        }
    }
}

/// Returns what the end waits for.
fn farewell(journal: &Journal) -> String {
    let mut running: BTreeMap<String, usize> = BTreeMap::new();
    for entry in journal.newest(None, usize::MAX, |entry| entry.ended.is_none()) {
        *running.entry(entry.asked.function.clone()).or_default() += 1;
    }
    let running: Vec<String> = running
        .into_iter()
        .map(|(function, count)| format!("{count} × {function}"))
        .collect();
    match running.is_empty() {
        true => "stopping".to_owned(),
        false => format!(
            "stopping: {} may put things in order for 4 s; what is not done goes on at the next start \
             (Ctrl-C again ends at once)",
            running.join(", ")
        ),
    }
}

/// What asks this process to end. From when it listens, neither signal ends the process by itself.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    fn listen() -> io::Result<Stop> {
        Ok(Stop {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => (),
            _ = self.terminate.recv() => (),
        }
    }
}
