//! New code without a restart: watches what the functions are made of.
//!
//! A new binary replaces the old one in [`Functions`], which lets requests that run finish on the old.
use std::{collections::BTreeSet, io, path::PathBuf, sync::mpsc, thread};

use crate::runtime::Functions;

mod binaries;
mod stamp;

/// What is watched, so that functions become new ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// Nothing: the functions stay as they were at the start.
    Nothing,
    /// The binaries, whoever builds them.
    Binaries,
}

/// Watches until it is dropped.
pub(crate) struct Reload {
    /// Nothing is ever sent: its end is the message.
    _stop: mpsc::Sender<()>,
}

impl Reload {
    /// Begins to watch the binaries called `names` in `folder`.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(crate) fn start(
        functions: Functions,
        folder: PathBuf,
        names: BTreeSet<String>,
    ) -> io::Result<Reload> {
        let (stop, stopping) = mpsc::channel();
        // A thread of its own, since a file system may take its time.
        thread::Builder::new()
            .name("watch-binaries".to_owned())
            .spawn(move || binaries::watch(&functions, &folder, names, &stopping))?;
        Ok(Reload { _stop: stop })
    }
}
