//! The runner: Wherecast on one machine, by one command.
//!
//! `serve` starts the emulator on the template, the page and the media folder; `generate` makes one
//! episode from the terminal; `invoke` runs one function on one event. These two use a running
//! `serve` when there is one, and start their own otherwise. Read [`world`] first: it starts the emulator;
//! [`wherecast`] says what the emulator, which knows nothing about podcasts, is given for it.

mod arguments;
mod client;
mod describe;
mod generate;
mod invoke;
mod serve;
mod terminal;
mod wherecast;
mod world;

use std::{io, process::ExitCode, thread};

use clap::Parser;
use tokio::runtime;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    arguments::start_tracing(&arguments.world);
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    start_runtime()?.block_on(async {
        match arguments.command.unwrap_or(Command::Serve) {
            Command::Serve => serve::serve(&arguments.world).await,
            Command::Generate(wish) => generate::generate(&arguments.world, wish).await,
            Command::Invoke(call) => invoke::invoke(&arguments.world, &call).await,
            Command::Describe => describe::describe(&arguments.world),
        }
    })
}

/// Half of the processors for the emulator: the functions, which it waits for, have the others.
///
/// With a thread for each, two processors spent a fifth more on each request, on threads that woke each other.
fn start_runtime() -> io::Result<runtime::Runtime> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    runtime::Builder::new_multi_thread()
        .worker_threads((processors / 2).max(1))
        .enable_all()
        .build()
}
