//! The runner: Wherecast on one machine, by one command.
//!
//! `serve` starts the emulator on the template, the page and the media folder; `generate` makes one
//! episode from the terminal; `invoke` runs one function on one event. These two use a running
//! `serve` when there is one, and start their own otherwise. Read [`world`] first: it starts the emulator;
//! [`wherecast`] says what the emulator, which knows nothing about podcasts, is given for it.

mod answer;
mod arguments;
mod client;
mod describe;
mod generate;
mod invoke;
mod serve;
mod terminal;
mod wherecast;
mod world;

use std::{
    io::{self, Write},
    process::ExitCode,
    thread,
};

use clap::Parser;
use tokio::runtime::{self, Runtime};

use arguments::{Arguments, Command, WorldArguments};
use terminal::Screen;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match start(&arguments.world) {
        Ok((runtime, screen)) => runtime.block_on(run(arguments, &screen)),
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: &WorldArguments) -> io::Result<(Runtime, Screen)> {
    let screen = Screen::new(arguments)?;
    arguments::start_tracing(arguments, &screen);
    Ok((start_runtime()?, screen))
}

async fn run(arguments: Arguments, screen: &Screen) -> ExitCode {
    let world = &arguments.world;
    let done = match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(world, screen).await,
        Command::Generate(wish) => generate::generate(world, wish, screen).await,
        Command::Invoke(call) => invoke::invoke(world, &call, screen).await,
        Command::Describe => describe::describe(world),
    };
    if let Err(error) = &done {
        screen.fail(&format!("{error:#}"));
    }
    screen.flush().await;
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Half of the processors for the emulator: the functions, which it waits for, have the others.
///
/// With a thread for each, two processors spent a fifth more on each request, on threads that woke each other.
fn start_runtime() -> io::Result<Runtime> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    runtime::Builder::new_multi_thread()
        .worker_threads((processors / 2).max(1))
        .enable_all()
        .build()
}
