//! Watches the functions' binaries, so that a new one is used as soon as it is whole.
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Duration,
};

use super::stamp::Stamp;
use crate::runtime::Functions;

/// How often the binaries are looked at.
///
/// A look costs some microseconds. Notifications of the kernel would be lost with the folder, which `cargo
/// clean` removes, and do not come from every mounted file system.
const LOOK: Duration = Duration::from_millis(50);

/// One binary, and whether it is another one now.
struct Binary {
    name: String,
    program: PathBuf,
    /// The file that processes are started from.
    used: Option<Stamp>,
    /// A new file, when it was seen once: whoever writes it may go on.
    seen: Option<Stamp>,
}

/// Tells `functions` about new binaries until the other end of `stop` is dropped.
pub(super) fn watch(
    functions: &Functions,
    folder: &Path,
    names: BTreeSet<String>,
    stop: &Receiver<()>,
) {
    let mut binaries: Vec<Binary> = names
        .into_iter()
        .map(|name| Binary::new(folder, name))
        .collect();
    while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(LOOK) {
        for binary in &mut binaries {
            if binary.is_renewed(Stamp::of(&binary.program)) {
                functions.renew(&binary.name);
                tracing::info!(
                    binary = binary.name,
                    "{}: the new build answers now",
                    binary.name
                );
            }
        }
    }
}

impl Binary {
    fn new(folder: &Path, name: String) -> Binary {
        let program = folder.join(&name);
        Binary {
            used: Stamp::of(&program),
            seen: None,
            program,
            name,
        }
    }

    /// Takes what is there now; `true` when it is new, and did not change since the last look.
    fn is_renewed(&mut self, now: Option<Stamp>) -> bool {
        let is_settled = now.is_some() && now == self.seen;
        self.seen = now.filter(|_| now != self.used);
        if is_settled {
            self.used = self.seen.take();
        }
        is_settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_counts_once_it_has_stopped_changing() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("status");
        let write = |text: &str| {
            std::fs::write(&program, text).unwrap();
            Stamp::of(&program)
        };
        write("old");
        let mut binary = Binary::new(folder.path(), "status".to_owned());

        let looks = [
            Stamp::of(&program),
            None,
            write("new, a half"),
            write("new, and whole"),
            Stamp::of(&program),
            Stamp::of(&program),
        ];

        let renewed = looks.map(|now| binary.is_renewed(now));
        assert_eq!(renewed, [false, false, false, false, true, false]);
    }
}
