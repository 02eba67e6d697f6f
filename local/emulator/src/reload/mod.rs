//! New code without a restart: watches what the functions are made of.
//!
//! A changed source has cargo build its binary; a new binary, whoever built it, replaces the old one in
//! [`Functions`], which lets requests that run finish on the old.
use std::{
    collections::BTreeSet,
    io,
    path::PathBuf,
    sync::{Arc, mpsc},
    thread,
    time::{Duration, SystemTime},
};

use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};

use crate::runtime::Functions;

mod binaries;
mod builder;
mod sources;
mod stamp;

use sources::Sources;

/// What is watched, so that functions become new ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watch {
    /// Nothing: the functions stay as they were at the start.
    Nothing,
    /// The binaries, whoever builds them.
    Binaries,
    /// The binaries, and their sources, which are built when they change.
    Sources {
        /// The folder of the cargo workspace.
        workspace: PathBuf,
        /// When the binaries were built: what has changed since then is built at once.
        built_at: SystemTime,
    },
}

/// How far the functions' build is behind their sources.
#[derive(Clone, Debug)]
pub enum Build {
    /// Nothing was built since the start.
    None,
    /// Cargo is at work; the old code answers.
    Running,
    /// The last build has ended.
    Done(Arc<Built>),
}

/// How a build went.
#[derive(Debug)]
pub struct Built {
    /// Whether there are new binaries. If not, the old code goes on.
    pub is_ok: bool,
    /// How long cargo took, waiting for other cargos included.
    pub took: Duration,
    /// What cargo said: warnings and errors, with its colours.
    pub output: String,
}

impl Built {
    /// Returns what cargo said, without its colours.
    #[must_use]
    pub fn plain_output(&self) -> String {
        anstream::adapter::strip_str(&self.output).to_string()
    }
}

/// Watches until it is dropped.
pub(crate) struct Reload {
    /// Nothing is ever sent through these: their end is the message.
    stops: Vec<mpsc::Sender<()>>,
    build: watch::Receiver<Build>,
    builder: Option<JoinHandle<()>>,
}

impl Reload {
    /// Begins to watch the binaries called `names` in `bin_dir`, and what else `watch` says, for `functions`.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(crate) fn start(
        watch: &Watch,
        functions: Functions,
        template: PathBuf,
        bin_dir: PathBuf,
        names: BTreeSet<String>,
    ) -> io::Result<Reload> {
        let (state, build) = watch::channel(Build::None);
        let mut reload = Reload {
            stops: Vec::new(),
            build,
            builder: None,
        };
        if let Watch::Sources {
            workspace,
            built_at,
        } = watch
        {
            let changed = Arc::new(Notify::new());
            let (workspace, built_at) = (workspace.clone(), *built_at);
            let sources = Sources::new(workspace.clone(), &bin_dir, &names);
            let building = builder::run(workspace, names.clone(), Arc::clone(&changed), state);
            reload.builder = Some(tokio::spawn(building));
            reload.watch("watch-sources", move |stop| {
                sources::watch(sources, built_at, &changed, stop);
            })?;
        }
        if *watch != Watch::Nothing {
            reload.watch("watch-binaries", move |stop| {
                binaries::watch(&functions, &bin_dir, names, template, stop);
            })?;
        }
        Ok(reload)
    }

    /// Returns how the builds go, from now on.
    pub(crate) fn build(&self) -> watch::Receiver<Build> {
        self.build.clone()
    }

    /// Looks at files on a thread of its own, since a file system may take its time.
    fn watch(
        &mut self,
        name: &str,
        look: impl FnOnce(&mpsc::Receiver<()>) + Send + 'static,
    ) -> io::Result<()> {
        let (stop, stopping) = mpsc::channel();
        let thread = thread::Builder::new().name(name.to_owned());
        thread.spawn(move || look(&stopping))?;
        self.stops.push(stop);
        Ok(())
    }
}

impl Drop for Reload {
    fn drop(&mut self) {
        if let Some(builder) = &self.builder {
            // Cargo is killed with it.
            builder.abort();
        }
    }
}
