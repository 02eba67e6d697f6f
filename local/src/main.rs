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

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    arguments::start_tracing(&arguments.world);
    let outcome = match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(&arguments.world).await,
        Command::Generate(wish) => generate::generate(&arguments.world, wish).await,
        Command::Invoke(call) => invoke::invoke(&arguments.world, &call).await,
        Command::Describe => describe::describe(&arguments.world),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
