//! Where audio lies: clips while an episode is made, episodes when it is done.
//!
//! The one module that names object_store. A store is a folder (`file:///…`) or a bucket
//! (`s3://bucket/prefix`), chosen by its URL. Keys are `/`-separated and chosen by [`keys`].
//!
//! A successful [`Media::put`] is durable: in a folder the bytes and the directory entry are
//! synced and the name appears at once or not at all; in a bucket that is the service's promise.

pub mod keys;
mod open;

use std::{fmt, io::ErrorKind, path::PathBuf, sync::Arc};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt, path::Path};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// A store of audio, cheap to clone.
#[derive(Clone)]
pub struct Media {
    store: Arc<dyn ObjectStore>,
    /// The folder, where the store is one.
    folder: Option<PathBuf>,
}

/// What is known of an object without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Its length in bytes.
    pub size_bytes: u64,
}

/// Why the store did not do what it was asked.
#[derive(Debug, Error)]
pub enum MediaError {
    /// The URL names no store this program can open; it is not told, since it may hold a secret.
    #[error("the URL of the media store {cause}")]
    Url {
        /// What is wrong with it: goes on after what is wrong.
        cause: String,
    },
    /// The store failed, which may pass.
    #[error("media store could not {action} {key}")]
    Store {
        /// `read`, `write` …
        action: &'static str,
        /// The object or prefix.
        key: String,
        /// What the store said.
        #[source]
        source: StoreError,
    },
    /// What was read back is not what was written.
    #[error("media store holds other bytes for {key} than were written")]
    Differs {
        /// The object.
        key: String,
    },
}

impl Media {
    /// Stores `bytes` under `key`, replacing what was there.
    ///
    /// # Errors
    /// When the store cannot write; nothing half-written is ever seen under `key`.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), MediaError> {
        self.store
            .put(&path(key), bytes.into())
            .await
            .map(drop)
            .map_err(failed("write", key))
    }

    /// Stores `bytes` under `key` and reads them back to compare length and SHA-256.
    ///
    /// # Errors
    /// As [`Media::put`] and [`Media::get`]; [`MediaError::Differs`] when the comparison fails.
    pub async fn put_verified(&self, key: &str, bytes: Bytes) -> Result<(), MediaError> {
        let (size_bytes, sha256) = (bytes.len() as u64, sha256_hex(&bytes));
        self.put(key, bytes).await?;
        self.verify(key, size_bytes, &sha256).await
    }

    /// Checks that `key` holds `size_bytes` bytes with the given SHA-256 (hexadecimal).
    ///
    /// # Errors
    /// [`MediaError::Differs`] when it does not or is missing; otherwise as [`Media::get`].
    pub async fn verify(&self, key: &str, size_bytes: u64, sha256: &str) -> Result<(), MediaError> {
        let stored = self.get(key).await?;
        match stored {
            Some(bytes) if bytes.len() as u64 == size_bytes && sha256_hex(&bytes) == sha256 => {
                Ok(())
            }
            _ => Err(MediaError::Differs {
                key: key.to_owned(),
            }),
        }
    }

    /// Returns the bytes under `key`, `None` where there is nothing.
    ///
    /// # Errors
    /// When the store cannot read.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, MediaError> {
        match self.store.get(&path(key)).await {
            Ok(found) => found.bytes().await.map(Some).map_err(failed("read", key)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed("read", key)(error)),
        }
    }

    /// Returns what is known of the object under `key`, `None` where there is nothing.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn head(&self, key: &str) -> Result<Option<Stored>, MediaError> {
        match self.store.head(&path(key)).await {
            Ok(found) => Ok(Some(Stored {
                size_bytes: found.size,
            })),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed("ask for", key)(error)),
        }
    }

    /// Deletes the object under `key`; its absence is success.
    ///
    /// # Errors
    /// When the store cannot delete.
    pub async fn delete(&self, key: &str) -> Result<(), MediaError> {
        match self.store.delete(&path(key)).await {
            Ok(()) | Err(StoreError::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed("delete", key)(error)),
        }
    }

    /// Deletes what puts under `key` that were killed left in a folder, which no list shows.
    ///
    /// Only for a key that nobody has the right to write any more: a put still going on fails by it.
    ///
    /// # Errors
    /// When the folder cannot be read or the file not be deleted.
    pub async fn delete_unfinished(&self, key: &str) -> Result<(), MediaError> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        match delete_staged(&folder.join(path(key).as_ref())).await {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(failed("clean up after", key)(in_folder(error)))
            }
            _ => Ok(()),
        }
    }

    /// Deletes everything below `prefix`, which ends at a `/` whether written or not.
    ///
    /// # Errors
    /// When the store cannot list or delete; what was deleted until then stays deleted.
    pub async fn delete_prefix(&self, prefix: &str) -> Result<(), MediaError> {
        for key in self.list(prefix).await? {
            self.delete(&key).await?;
        }
        self.delete_folder(prefix).await
    }

    /// Deletes what puts that were killed left below `prefix` of a folder, which no list shows.
    async fn delete_folder(&self, prefix: &str) -> Result<(), MediaError> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        match tokio::fs::remove_dir_all(folder.join(path(prefix).as_ref())).await {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(failed("empty", prefix)(in_folder(error)))
            }
            _ => Ok(()),
        }
    }

    /// Returns the keys below `prefix`, in no order.
    ///
    /// # Errors
    /// When the store cannot list.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, MediaError> {
        self.store
            .list(Some(&path(prefix)))
            .map_ok(|found| found.location.to_string())
            // A folder emptied by someone else while it is listed is an empty folder.
            .filter(|found| std::future::ready(!matches!(found, Err(StoreError::NotFound { .. }))))
            .try_collect()
            .await
            .map_err(failed("list", prefix))
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Media({})", self.store)
    }
}

/// The SHA-256 of `bytes` in hexadecimal, as [`Media::verify`] takes it.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Deletes `name#1`, `name#2` … beside `file`: the names object_store writes under until it is done.
async fn delete_staged(file: &std::path::Path) -> std::io::Result<()> {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
        return Ok(());
    };
    let staged = format!("{}#", name.to_string_lossy());
    let mut entries = tokio::fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(&staged));
        if number.is_some_and(|number| number.bytes().all(|digit| digit.is_ascii_digit())) {
            tokio::fs::remove_file(entry.path()).await?;
        }
    }
    Ok(())
}

fn in_folder(error: std::io::Error) -> StoreError {
    StoreError::Generic {
        store: "folder",
        source: error.into(),
    }
}

fn path(key: &str) -> Path {
    Path::from(key)
}

fn failed(action: &'static str, key: &str) -> impl FnOnce(StoreError) -> MediaError {
    let key = key.to_owned();
    move |source| MediaError::Store {
        action,
        key,
        source,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tempfile::TempDir;

    use super::*;

    fn media(folder: &TempDir) -> Media {
        Media::open(&format!("file://{}", folder.path().display())).unwrap()
    }

    #[tokio::test]
    async fn what_was_put_is_found_again_after_reopening() {
        let folder = TempDir::new().unwrap();
        media(&folder)
            .put_verified("episodes/a/1.mp3", Bytes::from_static(b"sound"))
            .await
            .unwrap();

        let media = media(&folder);

        assert_eq!(
            media.get("episodes/a/1.mp3").await.unwrap().unwrap(),
            "sound"
        );
        assert_eq!(
            media.head("episodes/a/1.mp3").await.unwrap(),
            Some(Stored { size_bytes: 5 })
        );
        assert_eq!(
            std::fs::read(folder.path().join("episodes/a/1.mp3")).unwrap(),
            b"sound"
        );
    }

    #[tokio::test]
    async fn what_is_not_there_is_none_and_deletes_well() {
        let folder = TempDir::new().unwrap();
        let media = media(&folder);

        assert_eq!(media.get("nothing").await.unwrap(), None);
        assert_eq!(media.head("nothing").await.unwrap(), None);
        media.delete("nothing").await.unwrap();
        media.delete_prefix("no/where").await.unwrap();
    }

    #[tokio::test]
    async fn a_prefix_is_deleted_whole_and_alone() {
        let folder = TempDir::new().unwrap();
        let media = media(&folder);
        for key in [
            "work/a/1/clips/x.f32",
            "work/a/1/clips/y.f32",
            "work/a/10/clips/x.f32",
        ] {
            media.put(key, Bytes::from_static(b"x")).await.unwrap();
        }

        media.delete_prefix("work/a/1/").await.unwrap();

        assert_eq!(
            media.list("work/").await.unwrap(),
            ["work/a/10/clips/x.f32"]
        );
        assert!(
            !folder.path().join("work/a/1").exists(),
            "no empty folder is left behind"
        );
    }

    #[tokio::test]
    async fn what_a_killed_put_left_behind_is_deleted_with_its_prefix() {
        let folder = TempDir::new().unwrap();
        let media = media(&folder);
        for id in ["a", "b"] {
            let key = format!("work/{id}/1/clips/x.f32");
            media.put(&key, Bytes::from_static(b"x")).await.unwrap();
            let staged = folder.path().join(format!("{key}#1"));
            std::fs::write(staged, b"half").unwrap();
        }

        media.delete_prefix("work/a/").await.unwrap();

        assert!(!folder.path().join("work/a").exists());
        assert!(folder.path().join("work/b/1/clips/x.f32#1").exists());
        assert_eq!(media.list("work").await.unwrap(), ["work/b/1/clips/x.f32"]);
    }

    #[tokio::test]
    async fn what_a_killed_put_left_behind_is_deleted_alone() {
        let folder = TempDir::new().unwrap();
        let media = media(&folder);
        media
            .put("episodes/a/1.mp3", Bytes::from_static(b"x"))
            .await
            .unwrap();
        for staged in ["1.mp3#1", "1.mp3#12", "11.mp3#1", "2.mp3#1"] {
            std::fs::write(folder.path().join("episodes/a").join(staged), b"half").unwrap();
        }

        media.delete_unfinished("episodes/a/1.mp3").await.unwrap();
        media.delete_unfinished("episodes/b/1.mp3").await.unwrap();

        let mut left: Vec<_> = std::fs::read_dir(folder.path().join("episodes/a"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["1.mp3", "11.mp3#1", "2.mp3#1"]);
    }

    #[tokio::test]
    async fn altered_bytes_are_noticed() {
        let folder = TempDir::new().unwrap();
        let media = media(&folder);
        media
            .put("a.mp3", Bytes::from_static(b"sound"))
            .await
            .unwrap();

        std::fs::write(folder.path().join("a.mp3"), b"sou_d").unwrap();

        let verdict = media.verify("a.mp3", 5, &sha256_hex(b"sound")).await;
        assert!(
            matches!(verdict, Err(MediaError::Differs { .. })),
            "{verdict:?}"
        );
        assert!(matches!(
            media.verify("b.mp3", 0, "").await,
            Err(MediaError::Differs { .. })
        ));
    }
}
