//! Why a template is not accepted.
use std::{
    fmt, io,
    path::{Path, PathBuf},
};

/// One sentence that says what in the template is refused, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    file: PathBuf,
    line: usize,
    reason: String,
}

impl Refusal {
    /// Refuses what stands at `line` (from 1) of `file`.
    pub(super) fn at(file: &Path, line: usize, reason: impl Into<String>) -> Refusal {
        Refusal {
            file: file.to_owned(),
            line,
            reason: reason.into(),
        }
    }

    pub(super) fn unreadable(file: &Path, error: &io::Error) -> Refusal {
        Refusal::at(file, 0, format!("cannot be read: {error}"))
    }

    /// Returns the line the refusal is about, from 1; 0 when it is about the whole file.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// Returns the sentence without file and line.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file.display(), self.reason),
            line => write!(f, "{}:{line}: {}", self.file.display(), self.reason),
        }
    }
}

impl std::error::Error for Refusal {}
