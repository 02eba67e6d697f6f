//! Who is compared: this emulator and `cargo lambda watch`, with the same functions built the same way.

use std::{
    env,
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use tokio::time::{Instant, sleep, timeout};
use wherecast_tests::{Start, World};

use crate::{Dose, checkout, client::Client, process::family};

/// Where the conformance suite installs its peers, below the checkout.
const PEERS: &str = "target/conformance/peers/bin/cargo-lambda";

/// Where they build, as for the conformance suite.
const PEERS_TARGET: &str = "target/conformance/cargo-lambda";

/// How long a peer may take to its first answer: cargo looks whether there is something to build.
const START: Duration = Duration::from_secs(300);

/// A running emulator and what it has started. Dropping it ends them all.
pub(super) struct Contender {
    pub(super) name: &'static str,
    origin: String,
    running: Running,
}

enum Running {
    Ours(Box<World>),
    Peer(Child),
}

impl Contender {
    /// Starts this emulator on the greeter's template.
    pub(super) fn start_ours(dose: Dose) -> Result<Self> {
        let start = Start {
            template: Some(checkout()?.join("tests/greeter/template.yaml")),
            ..Start::default()
        };
        let world = dose.start_as(tempfile::tempdir()?, start);
        Ok(Self {
            name: "this emulator",
            origin: world.origin().to_owned(),
            running: Running::Ours(Box::new(world)),
        })
    }

    /// Starts `cargo lambda watch` twice: as it is, and with `--concurrency 8`; nobody where it is not installed.
    pub(super) async fn start_peers() -> Result<Vec<Self>> {
        let Some(program) = cargo_lambda()? else {
            return Ok(Vec::new());
        };
        Ok(vec![
            Self::start_peer(&program, "cargo lambda watch", "1").await?,
            Self::start_peer(&program, "… --concurrency 8", "8").await?,
        ])
    }

    async fn start_peer(program: &Path, name: &'static str, concurrency: &str) -> Result<Self> {
        let (port, checkout) = (free_port()?, checkout()?);
        let mut watch = Command::new(program);
        watch
            .args(["lambda", "watch", "--ignore-changes", "-p", "greeter"])
            .args(["--invoke-address", "127.0.0.1", "--invoke-port", &port])
            .args(["--concurrency", concurrency])
            // It builds with other flags, and must not undo our own build.
            .env("CARGO_TARGET_DIR", checkout.join(PEERS_TARGET))
            .current_dir(checkout)
            .process_group(0)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if !cfg!(debug_assertions) {
            watch.arg("--release");
        }
        let running = Running::Peer(watch.spawn().context("cargo lambda cannot be started")?);
        let origin = format!("http://127.0.0.1:{port}");
        let peer = Self {
            name,
            origin,
            running,
        };
        peer.comes_up().await?;
        Ok(peer)
    }

    async fn comes_up(&self) -> Result<()> {
        let begin = Instant::now();
        while begin.elapsed() < START {
            let answer = timeout(START, self.client().get(&path("greeter-hello"))).await?;
            if answer.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            sleep(Duration::from_millis(200)).await;
        }
        bail!("{} gives no answer", self.name)
    }

    /// Where it listens, such as `http://127.0.0.1:9000`.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// One more caller, with a connection of its own.
    pub(super) fn client(&self) -> Client {
        Client::new(&self.origin)
    }

    /// The emulator and every process below it.
    pub(super) fn processes(&self) -> Vec<u32> {
        family(match &self.running {
            Running::Ours(world) => world.runner(),
            Running::Peer(watch) => watch.id(),
        })
    }

    /// The system, if it is ours.
    pub(super) fn ours(&self) -> Option<&World> {
        match &self.running {
            Running::Ours(world) => Some(world),
            Running::Peer(_) => None,
        }
    }
}

impl Drop for Contender {
    fn drop(&mut self) {
        if let Running::Peer(watch) = &mut self.running {
            let _ = killpg(Pid::from_raw(watch.id().cast_signed()), Signal::SIGKILL);
            let _ = watch.wait();
        }
    }
}

/// The path at which every contender serves a function.
pub(super) fn path(function: &str) -> String {
    format!("/lambda-url/{function}/")
}

fn cargo_lambda() -> Result<Option<PathBuf>> {
    let in_path = env::var_os("PATH").unwrap_or_default();
    let mut programs: Vec<_> = env::split_paths(&in_path)
        .map(|folder| folder.join("cargo-lambda"))
        .collect();
    programs.push(checkout()?.join(PEERS));
    Ok(programs.into_iter().find(|program| program.is_file()))
}

fn free_port() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
    Ok(listener.local_addr()?.port().to_string())
}
