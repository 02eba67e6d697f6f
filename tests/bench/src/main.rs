//! Measures Wherecast as its users meet it: over HTTP, with the real binaries, on a folder of its own.
//!
//! `cargo run --release -p bench -- all`, or the name of one benchmark. Each compares two things of one
//! run, because machines differ and are shared, and says which ratio it is about. Start with `status`,
//! the question that this system was built to answer; `browsers` is how it is asked.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod browsers;
mod client;
mod cold;
mod create;
mod emulator;
mod episodes;
mod generate;
mod growth;
mod latencies;
mod library;
mod machine;
mod old_way;
mod package;
mod process;
mod report;
mod seed;
mod status;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use tempfile::TempDir;
use wherecast_tests::{Start, World, binaries};

use crate::{machine::Machine, report::Report};

/// Measures Wherecast: latencies, throughput, start, size and growth.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// What to measure.
    #[arg(value_enum, default_values = ["all"])]
    what: Vec<What>,
    /// A dose of seconds with a voice of beeps: shows that everything runs, not how fast.
    #[arg(long)]
    quick: bool,
    /// Measure the binaries as they were last built.
    #[arg(long)]
    no_build: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Everything below.
    All,
    /// Polls by 1, 50 and 200 browsers: idle, while two episodes are made, and the old way.
    Status,
    /// Pages of libraries of a thousand to a million podcasts.
    Library,
    /// Accepting podcasts, by one client and by sixteen.
    Create,
    /// Seconds to make a minute of audio, by stage; memory.
    Generate,
    /// From the start of a process to its first answer; sizes of binaries and packages.
    Cold,
    /// What grows with the number of queued jobs.
    Growth,
    /// The emulator beside `cargo lambda watch`: requests per second, bursts, first answers.
    Emulator,
}

/// How everything is measured.
#[derive(Clone, Copy)]
struct Dose {
    /// To see that it runs; the other is to be quoted.
    is_quick: bool,
    /// Whether the binaries are taken as they are.
    is_built: bool,
}

impl What {
    const EACH: [Self; 7] = [
        Self::Status,
        Self::Library,
        Self::Create,
        Self::Generate,
        Self::Cold,
        Self::Growth,
        Self::Emulator,
    ];

    async fn measure(self, dose: Dose) -> Result<Vec<Report>> {
        match self {
            Self::All => unreachable!("it stands for each"),
            Self::Status => status::measure(dose).await,
            Self::Library => library::measure(dose).await,
            Self::Create => create::measure(dose).await,
            Self::Generate => generate::measure(dose).await,
            Self::Cold => cold::measure(dose).await,
            Self::Growth => growth::measure(dose).await,
            Self::Emulator => emulator::measure(dose).await,
        }
    }
}

impl Dose {
    /// Chooses by dose.
    fn of<T>(self, full: T, quick: T) -> T {
        match self.is_quick {
            true => quick,
            false => full,
        }
    }

    /// Starts a system with `voice` on `folder`.
    fn start(self, folder: TempDir, voice: &str) -> World {
        let start = Start {
            voice: voice.to_owned(),
            ..Start::default()
        };
        self.start_as(folder, start)
    }

    /// Starts a system on `folder`.
    fn start_as(self, folder: TempDir, start: Start) -> World {
        let binaries = self.is_built.then(binaries);
        World::start_in(folder, Start { binaries, ..start })
    }

    /// Starts a system with `voice` on a folder of its own.
    fn start_anew(self, voice: &str) -> Result<World> {
        Ok(self.start(tempfile::tempdir()?, voice))
    }
}

/// The checkout that this program was built from.
fn checkout() -> Result<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let checkout = package
        .ancestors()
        .nth(2)
        .context("this package lies in tests/bench")?;
    Ok(checkout.to_owned())
}

// One thread asks: the other cores belong to what is measured.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Tells whether every aim was met.
async fn run(arguments: Arguments) -> Result<bool> {
    let dose = Dose {
        is_quick: arguments.quick,
        is_built: arguments.no_build,
    };
    let is_asked =
        |what: &What| arguments.what.contains(&What::All) || arguments.what.contains(what);
    println!("{}\n", Machine::look()?);
    let mut all_met = true;
    for what in What::EACH.into_iter().filter(is_asked) {
        for report in what.measure(dose).await? {
            println!("{report}");
            all_met &= report.is_met();
        }
    }
    Ok(all_met)
}
