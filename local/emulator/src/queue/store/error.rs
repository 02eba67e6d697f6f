//! What keeps the store from working: the disk.
use std::sync::Arc;

/// Why messages cannot be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder could not be made.
    #[error("the queue's folder cannot be made: {0}")]
    Folder(#[from] std::io::Error),
    /// Another process has the file open.
    #[error("the queue is in use by another process; stop that one or choose another data folder")]
    InUse,
    /// The database refused or failed.
    #[error("the queue's file failed: {0}")]
    Database(Arc<redb::Error>),
    /// A kept message is not what this version writes.
    #[error("a kept message cannot be read: {0}")]
    Message(#[from] serde_json::Error),
    /// The store is being closed, or what it was asked for broke off.
    #[error("the queue's file is closed")]
    Closed,
}

impl StoreError {
    /// Returns the same error for another change of the transaction, if it was not about one change alone.
    pub(super) fn of_all(&self) -> Option<StoreError> {
        match self {
            StoreError::InUse => Some(StoreError::InUse),
            StoreError::Database(reason) => Some(StoreError::Database(Arc::clone(reason))),
            StoreError::Closed => Some(StoreError::Closed),
            StoreError::Folder(_) | StoreError::Message(_) => None,
        }
    }
}

macro_rules! from_redb {
    ($($error:ty),*) => {
        $(impl From<$error> for StoreError {
            fn from(error: $error) -> StoreError {
                StoreError::Database(Arc::new(error.into()))
            }
        })*
    };
}

from_redb!(
    redb::TransactionError,
    redb::TableError,
    redb::StorageError,
    redb::CommitError
);

impl From<redb::DatabaseError> for StoreError {
    fn from(error: redb::DatabaseError) -> StoreError {
        match error {
            redb::DatabaseError::DatabaseAlreadyOpen => StoreError::InUse,
            error => StoreError::Database(Arc::new(error.into())),
        }
    }
}
