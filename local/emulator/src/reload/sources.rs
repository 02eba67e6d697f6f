//! Watches what the functions' binaries are made of, as cargo itself tells it.
//!
//! Beside every binary cargo writes the list of its source files. What is not in it, a page or a test, costs
//! no build. A new file is in no list until it has been compiled, so Rust files beside the listed count, too.
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, SystemTime},
};

use tokio::sync::Notify;

use super::stamp::Stamp;

/// How often the sources are looked at; some hundred files take about a millisecond.
///
/// A build begins when two looks in a row agree: editors that save several files have finished then.
const LOOK: Duration = Duration::from_millis(150);

/// Files of the workspace that change what is built.
const SHARED: [&str; 4] = [
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    ".cargo/config.toml",
];

type Stamps = BTreeMap<PathBuf, Stamp>;

/// The sources of some binaries.
pub(super) struct Sources {
    workspace: PathBuf,
    /// The lists that cargo writes, and what they were when they were read.
    lists: BTreeMap<PathBuf, Option<Stamp>>,
    /// What the lists name.
    files: BTreeSet<PathBuf>,
    /// The folders of the packages that these files belong to.
    packages: BTreeSet<PathBuf>,
}

/// Tells `changed` about changes since `built_at` until the other end of `stop` is dropped.
pub(super) fn watch(
    mut sources: Sources,
    built_at: SystemTime,
    changed: &Notify,
    stop: &Receiver<()>,
) {
    sources.read_lists();
    let mut known = sources.look();
    let mut is_dirty = known.values().any(|stamp| stamp.is_after(built_at));
    while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(LOOK) {
        let lists_are_new = sources.read_lists();
        let now = sources.look();
        let is_changed = match lists_are_new {
            // Files that have come into the lists were built already.
            true => known
                .iter()
                .any(|(path, stamp)| now.get(path).is_some_and(|new| new != stamp)),
            false => known != now,
        };
        known = now;
        if is_dirty && !is_changed {
            changed.notify_one();
        }
        is_dirty = is_changed;
    }
}

impl Sources {
    /// Describes the sources of the binaries called `names`, which cargo puts in `bin_dir`.
    pub(super) fn new(workspace: PathBuf, bin_dir: &Path, names: &BTreeSet<String>) -> Sources {
        let list = |name: &String| (bin_dir.join(format!("{name}.d")), None);
        Sources {
            workspace,
            lists: names.iter().map(list).collect(),
            files: BTreeSet::new(),
            packages: BTreeSet::new(),
        }
    }

    /// Reads the lists if one of them is new; tells whether it did.
    fn read_lists(&mut self) -> bool {
        let mut is_new = false;
        for (path, read) in &mut self.lists {
            let now = Stamp::of(path);
            is_new |= now != *read;
            *read = now;
        }
        if is_new {
            let texts = self
                .lists
                .keys()
                .filter_map(|path| fs::read_to_string(path).ok());
            self.files = texts.flat_map(|text| listed(&text)).collect();
            self.packages = self.files.iter().filter_map(|file| package(file)).collect();
        }
        is_new
    }

    fn look(&self) -> Stamps {
        let mut stamps = Stamps::new();
        let manifests = self
            .packages
            .iter()
            .map(|package| package.join("Cargo.toml"));
        let shared = SHARED.iter().map(|name| self.workspace.join(name));
        for path in self.files.iter().cloned().chain(manifests).chain(shared) {
            note(&mut stamps, path);
        }
        for package in &self.packages {
            note_rust(&mut stamps, &package.join("src"));
        }
        stamps
    }
}

fn note(stamps: &mut Stamps, path: PathBuf) {
    if let Some(stamp) = Stamp::of(&path) {
        stamps.insert(path, stamp);
    }
}

/// Notes every Rust file under `folder`.
fn note_rust(stamps: &mut Stamps, folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            note_rust(stamps, &path);
        } else if path.extension().is_some_and(|kind| kind == "rs") && !stamps.contains_key(&path) {
            note(stamps, path);
        }
    }
}

/// Returns the files in a list of cargo's: `binary: file file`, spaces in names behind a backslash.
fn listed(text: &str) -> Vec<PathBuf> {
    let lines = text
        .lines()
        .filter_map(|line| Some(line.split_once(": ")?.1));
    lines
        .flat_map(|files| {
            let files = files.replace("\\ ", "\0");
            let names: Vec<PathBuf> = files
                .split(' ')
                .filter(|name| !name.is_empty())
                .map(|name| name.replace('\0', " ").into())
                .collect();
            names
        })
        .collect()
}

/// Returns the folder of the package that `file` belongs to.
fn package(file: &Path) -> Option<PathBuf> {
    file.ancestors()
        .skip(1)
        .find(|folder| folder.join("Cargo.toml").is_file())
        .map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use super::*;

    /// A package `f` in a workspace, built once.
    fn workspace(folder: &Path) -> Sources {
        let src = folder.join("f/src");
        fs::create_dir_all(&src).unwrap();
        fs::create_dir(folder.join("target")).unwrap();
        for file in ["f/Cargo.toml", "f/src/main.rs", "f/data.sql", "README.md"] {
            fs::write(folder.join(file), "old").unwrap();
        }
        let list = format!(
            "{0}/target/f: {0}/f/src/main.rs {0}/f/data.sql\n",
            folder.display()
        );
        fs::write(folder.join("target/f.d"), list).unwrap();
        let names = BTreeSet::from(["f".to_owned()]);
        Sources::new(folder.to_owned(), &folder.join("target"), &names)
    }

    #[test]
    fn a_list_of_cargos_is_read_with_spaces_in_names() {
        let files = listed("/t/my\\ f: /w/a.rs /w/b\\ c.rs\n");

        assert_eq!(
            files,
            [PathBuf::from("/w/a.rs"), PathBuf::from("/w/b c.rs")]
        );
    }

    #[test]
    fn what_a_binary_is_made_of_counts_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let mut sources = workspace(folder.path());
        sources.read_lists();
        let mut known = sources.look();
        let mut counts = |file: &str| {
            fs::write(folder.path().join(file), "new text").unwrap();
            let before = std::mem::replace(&mut known, sources.look());
            known != before
        };

        let counted = [
            "f/src/main.rs",
            "f/data.sql",
            "f/Cargo.toml",
            "f/src/new.rs",
        ];
        assert!(counted.into_iter().all(&mut counts));
        let others = ["README.md", "f/notes.txt", "f/src/.main.rs.swp"];
        assert!(!others.into_iter().any(&mut counts));
    }

    #[tokio::test]
    async fn an_edit_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let sources = workspace(folder.path());
        let changed = Arc::new(Notify::new());
        let (stop, stopping) = mpsc::channel();
        let watcher = {
            let (changed, built_at) = (Arc::clone(&changed), SystemTime::now());
            std::thread::spawn(move || watch(sources, built_at, &changed, &stopping))
        };
        // Files are dated by a clock that ticks every few milliseconds.
        tokio::time::sleep(Duration::from_millis(50)).await;

        let saved = folder.path().join("f/src/main.rs.new");
        fs::write(&saved, "new text").unwrap();
        fs::rename(&saved, saved.with_extension("")).unwrap();

        let patience = Duration::from_secs(60);
        tokio::time::timeout(patience, changed.notified())
            .await
            .expect("the edit is told");
        let again = tokio::time::timeout(4 * LOOK, changed.notified()).await;
        assert!(again.is_err(), "it was told twice");
        drop(stop);
        watcher.join().unwrap();
    }
}
