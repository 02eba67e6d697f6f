use podcast::PodcastId;
use thiserror::Error;

/// Why storage could not answer, by what the caller can do about it.
#[derive(Debug, Error)]
pub enum StorageError {
    /// No such podcast, or it belongs to someone else: callers must not be able to tell which.
    #[error("podcast not found")]
    NotFound,
    /// The podcast is still being made, so it cannot be made anew.
    #[error("podcast is still being made")]
    Running,
    /// The idempotency key came with another request before.
    #[error("idempotency key was already used for another request")]
    KeyReused,
    /// Another worker holds the podcast now, or it was deleted: write nothing more for it.
    #[error("lease of podcast {0} is lost")]
    LeaseLost(PodcastId),
    /// Others held the database for longer than anyone should wait; the same call may work later.
    #[error("database is busy")]
    Busy(#[source] Cause),
    /// The database cannot be reached, read or written now: a full disk, a missing folder.
    #[error("database is unavailable")]
    Unavailable(#[source] Cause),
    /// The database holds what it must not; trying again will not help.
    #[error("database is damaged")]
    Corrupt(#[source] Cause),
    /// A write was asked of storage opened with [`Access::Read`](crate::Access::Read).
    #[error("storage was opened for reading only")]
    ReadOnly,
    /// `DATABASE_URL` names a server.
    #[error(
        "DATABASE_URL names a server ({scheme}://…), but remote servers are not supported yet by this build: set it to the path of a file"
    )]
    RemoteUnsupported {
        /// The part of the address before `://`; the rest may hold a secret.
        scheme: String,
    },
}

/// What went wrong underneath, for the log.
pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

pub(crate) type Result<T, E = StorageError> = std::result::Result<T, E>;

impl StorageError {
    /// Whether the same call may well succeed a little later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Unavailable(_))
    }

    /// A value in the database that no version of this module writes.
    pub(crate) fn corrupt(what: impl Into<Cause>) -> Self {
        Self::Corrupt(what.into())
    }
}

impl From<libsql::Error> for StorageError {
    fn from(error: libsql::Error) -> Self {
        // Primary result codes, https://www.sqlite.org/rescode.html; the upper bits only refine them.
        const BUSY: i32 = 5;
        const LOCKED: i32 = 6;
        const CORRUPT: i32 = 11;
        const NOT_A_DATABASE: i32 = 26;
        match &error {
            libsql::Error::SqliteFailure(code, _) => match code & 0xff {
                BUSY | LOCKED => Self::Busy(error.into()),
                CORRUPT | NOT_A_DATABASE => Self::Corrupt(error.into()),
                _ => Self::Unavailable(error.into()),
            },
            libsql::Error::NullValue
            | libsql::Error::InvalidColumnType
            | libsql::Error::ColumnNotFound(_) => Self::Corrupt(error.into()),
            _ => Self::Unavailable(error.into()),
        }
    }
}
