//! Whether a file is still the one it was.
use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// What changes when a file is written or replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    size_bytes: u64,
    modified_s: i64,
    modified_ns: i64,
}

impl Stamp {
    /// Returns the stamp of the file at `path` now; `None` when there is none.
    pub(super) fn of(path: &Path) -> Option<Stamp> {
        let file = std::fs::metadata(path).ok()?;
        Some(Stamp {
            device: file.dev(),
            inode: file.ino(),
            size_bytes: file.size(),
            modified_s: file.mtime(),
            modified_ns: file.mtime_nsec(),
        })
    }

    /// Whether the file was written after `time`.
    pub(super) fn is_after(&self, time: SystemTime) -> bool {
        let since_1970 = time
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        let time = (since_1970.as_secs(), i64::from(since_1970.subsec_nanos()));
        (self.modified_s.max(0).cast_unsigned(), self.modified_ns) > time
    }
}

/// A file that is looked at now and then.
pub(super) struct Watched {
    path: PathBuf,
    /// The file in use.
    used: Option<Stamp>,
    /// A new file, when it was seen once: whoever writes it may go on.
    seen: Option<Stamp>,
}

impl Watched {
    /// Begins with the file that is at `path` now.
    pub(super) fn new(path: PathBuf) -> Watched {
        Watched {
            used: Stamp::of(&path),
            seen: None,
            path,
        }
    }

    /// Looks at the file; `true` when it is a new one that did not change since the last look.
    pub(super) fn is_renewed(&mut self) -> bool {
        let now = Stamp::of(&self.path);
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
        let path = folder.path().join("status");
        std::fs::write(&path, "old").unwrap();
        let mut file = Watched::new(path.clone());
        let mut after = |write: &dyn Fn()| {
            write();
            file.is_renewed()
        };

        assert!(!after(&|| {}));
        assert!(!after(&|| std::fs::remove_file(&path).unwrap()));
        assert!(!after(&|| std::fs::write(&path, "new, a half").unwrap()));
        assert!(!after(&|| std::fs::write(&path, "new, and whole").unwrap()));
        assert!(after(&|| {}));
        assert!(!after(&|| {}));
    }
}
