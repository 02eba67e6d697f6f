use std::time::Duration;

use storage::{Access, Config, Storage, StorageError};
use tokio::{runtime::Handle, sync::OnceCell, task};
use tracing::warn;

use crate::Problem;

/// Storage for a function that people wait for: opened once, or by the next request when it could not be at the start.
///
/// A function that exits because the disk is full for a moment answers nothing at all. One that goes
/// on answers 503, and recovers by itself.
pub struct Store {
    config: Config,
    access: Access,
    storage: OnceCell<Storage>,
}

impl Store {
    /// How long a write waits for another writer; what cannot be written by then is answered with 503.
    ///
    /// Well within the ten seconds that the template gives a function. So its writes are over before its
    /// answer, and none gets the lock of the database just as Lambda freezes the process.
    pub const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

    /// Opens the database at `config`, to wait for other writers no longer than [`Store::BUSY_TIMEOUT`].
    ///
    /// # Errors
    /// When it cannot be opened for a reason that does not pass.
    pub async fn open(config: Config, access: Access) -> Result<Self, StorageError> {
        let store = Self {
            config: Config {
                busy_timeout: Self::BUSY_TIMEOUT,
                ..config
            },
            access,
            storage: OnceCell::new(),
        };
        match store.opened().await {
            Err(error) if error.is_transient() => {
                warn!(error = %crate::serve::with_causes(&error), "database not opened, the next request tries again");
                Ok(store)
            }
            Err(error) => Err(error),
            Ok(_) => Ok(store),
        }
    }

    /// Returns the storage.
    ///
    /// # Errors
    /// 503 while it cannot be opened.
    pub async fn storage(&self) -> Result<&Storage, Problem> {
        Ok(self.opened().await?)
    }

    /// Returns the storage, or why it cannot be opened.
    ///
    /// # Errors
    /// As [`Storage::open`].
    pub async fn opened(&self) -> Result<&Storage, StorageError> {
        self.storage
            .get_or_try_init(|| open(self.config.clone(), self.access))
            .await
    }
}

/// Opening may wait for another process that migrates, and libsql waits by blocking the thread.
async fn open(config: Config, access: Access) -> Result<Storage, StorageError> {
    let runtime = Handle::current();
    task::spawn_blocking(move || runtime.block_on(Storage::open(&config, access)))
        .await
        .map_err(|error| StorageError::Unavailable(error.into()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn storage_that_cannot_be_opened_is_unavailable_until_it_can() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("not/there/yet");
        let config = Config::file(inner.join("a.db").to_string_lossy());

        let store = Store::open(config, Access::Write).await.unwrap();
        let before = store
            .storage()
            .await
            .err()
            .map(|problem| problem.status.as_u16());
        std::fs::create_dir_all(&inner).unwrap();

        assert_eq!(before, Some(503));
        assert!(store.storage().await.is_ok());
    }
}
