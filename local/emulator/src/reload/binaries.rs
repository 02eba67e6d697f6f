//! Watches the functions' binaries, so that a new one is used as soon as it is whole.
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Duration,
};

use super::stamp::Watched;
use crate::runtime::Functions;

/// How often the binaries are looked at.
///
/// A look costs some microseconds. Notifications of the kernel would be lost with the folder, which `cargo
/// clean` removes, and do not come from every mounted file system.
const LOOK: Duration = Duration::from_millis(50);

/// Tells `functions` about new binaries until the other end of `stop` is dropped.
///
/// A new template is only spoken of: it may change all that was made from the old one.
pub(super) fn watch(
    functions: &Functions,
    bin_dir: &Path,
    names: BTreeSet<String>,
    template: PathBuf,
    stop: &Receiver<()>,
) {
    let mut binaries: Vec<(String, Watched)> = names
        .into_iter()
        .map(|name| (name.clone(), Watched::new(bin_dir.join(name))))
        .collect();
    let name = template.display().to_string();
    let mut template = Watched::new(template);
    while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(LOOK) {
        for (name, file) in &mut binaries {
            if file.is_renewed() {
                functions.renew(name);
                tracing::info!("the new build of {name} answers now");
            }
        }
        if template.is_renewed() {
            tracing::warn!("{name} has changed: start again to use it");
        }
    }
}
