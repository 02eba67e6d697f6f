use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use tracing_subscriber::EnvFilter;

use crate::terminal::Screen;

/// Wherecast on one machine: type a place, get a podcast episode.
#[derive(Parser)]
#[command(version, about)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) world: WorldArguments,
}

/// What to do; `serve` when nothing is said.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve the API and the page until Ctrl-C.
    Serve,
    /// Make one episode from the terminal.
    Generate(Wish),
    /// Run one function on the event in a file and print its answer.
    Invoke(Call),
    /// Print what the template says as JSON, every name resolved, or why it is refused.
    Describe,
}

/// Where everything is.
#[derive(Args)]
pub(crate) struct WorldArguments {
    /// Address to listen on; anything but loopback is reachable by others.
    #[arg(long, default_value = "127.0.0.1:9000", global = true)]
    pub(crate) listen: SocketAddr,
    /// Folder of database, queue, media and logs; deleting it resets everything.
    #[arg(long, default_value = ".wherecast", global = true)]
    pub(crate) data: PathBuf,
    /// SAM template that says which functions there are; infra/template.yaml of this checkout by default.
    #[arg(long, global = true)]
    pub(crate) template: Option<PathBuf>,
    /// Value for a parameter of the template, as NAME=VALUE; may be given again for another.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter, global = true)]
    pub(crate) parameter: Vec<(String, String)>,
    /// Variable for every function, as NAME=VALUE; wins over the template's. May be given again for another.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter, global = true)]
    pub(crate) env: Vec<(String, String)>,
    /// File of such variables, one NAME=VALUE a line; --env wins over it.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) env_file: Option<PathBuf>,
    /// Folder of the voices, or `tone` for one beep a word while the voice does not matter.
    #[arg(long, global = true)]
    pub(crate) voice: Option<String>,
    /// URL by which listeners reach this machine, for audio; guessed when --listen is open to others.
    #[arg(long, global = true)]
    pub(crate) public_url: Option<String>,
    /// File with the public keys (JWKS) of an issuer that the template's authorizer names, instead of asking
    /// the issuer; may be given several times.
    #[arg(long, value_name = "ISSUER=FILE", value_parser = issuer_and_file, global = true)]
    pub(crate) jwks: Vec<(String, PathBuf)>,
    /// Start the functions as they were last built, and leave building to others: cargo, an IDE.
    #[arg(long, global = true)]
    pub(crate) no_build: bool,
    /// Leave starting this function to you, under a debugger for one; it says with which variables. May be given
    /// again for another.
    #[arg(long, value_name = "FUNCTION", global = true)]
    pub(crate) attach: Vec<String>,
    /// Keep running the functions as they are, whatever is edited or built meanwhile.
    #[arg(long, global = true)]
    pub(crate) no_watch: bool,
    /// Let functions go on between invocations, for a debugger; Lambda freezes them.
    #[arg(long, global = true)]
    pub(crate) no_freeze: bool,
    /// Let functions use more memory than their MemorySize; Lambda kills them.
    #[arg(long, global = true)]
    pub(crate) no_memory_limit: bool,
    /// Show every invocation, and what the functions log.
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Show problems only.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// How invocations, what functions log and what the runner says are written.
    #[arg(long, value_enum, default_value = "text", global = true)]
    pub(crate) log_format: LogFormat,
}

/// Lines for people, or one JSON object each for programs.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("must be NAME=VALUE".to_owned()),
    }
}

/// The episode someone wants.
#[derive(Args)]
pub(crate) struct Wish {
    /// The place, such as "Paris, France" or 48.85,2.35.
    pub(crate) place: String,
    /// How facts are chosen.
    #[arg(long = "type", value_enum, default_value = "base")]
    pub(crate) podcast_type: PodcastType,
    /// How long it should be.
    #[arg(long, value_enum, default_value = "medium")]
    pub(crate) length: Length,
    /// The theme, for --type topic.
    #[arg(long)]
    pub(crate) topic: Option<String>,
    /// Interests with commas between them, for --type personalized.
    #[arg(long, value_delimiter = ',')]
    pub(crate) interests: Vec<String>,
    /// File to write the MP3 to.
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum PodcastType {
    Base,
    Standout,
    Topic,
    Personalized,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Length {
    Short,
    Medium,
    Long,
}

/// One call of one function.
#[derive(Args)]
pub(crate) struct Call {
    /// The function's name or its logical id in the template, such as status.
    pub(crate) function: String,
    /// File with the event as JSON.
    #[arg(long)]
    pub(crate) event: PathBuf,
}

fn issuer_and_file(text: &str) -> Result<(String, PathBuf), String> {
    match text.rsplit_once('=') {
        Some((issuer, file)) if !issuer.is_empty() && !file.is_empty() => {
            Ok((issuer.to_owned(), file.into()))
        }
        _ => Err("write ISSUER=FILE, such as https://id.example.com=keys.json".to_owned()),
    }
}

/// Warnings, without those of failed invocations: the terminal has a line for each.
const LINES_INSTEAD: &str = "warn,emulator::reload=info,emulator::http=error,emulator::http::server=warn,\
     emulator::http::authorizer=warn,emulator::runtime::environment=error";

/// Logs of the runner itself, on `screen`; RUST_LOG says otherwise.
pub(crate) fn start_tracing(arguments: &WorldArguments, screen: &Screen) {
    let default = match (arguments.quiet, arguments.verbose) {
        (true, _) => "warn",
        (false, false) => LINES_INSTEAD,
        (false, true) => "info",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let terminal = screen.terminal().clone();
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_writer(move || terminal.clone());
    match arguments.log_format {
        LogFormat::Json => lines.json().flatten_event(true).init(),
        LogFormat::Text => lines.without_time().with_ansi(screen.has_colors()).init(),
    }
}
