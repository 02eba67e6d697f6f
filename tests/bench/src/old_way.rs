//! The smallest honest stand-in for the system before this one: the same schema, the same question, but a
//! transaction that stays open while an episode is made.
//!
//! Storage alone, without HTTP: what a poll waits for here, it waits for in any server around it.

use std::{path::Path, pin::pin, time::Duration};

use anyhow::{Result, ensure};
use libsql::{Builder, Connection, params};
use tokio::{runtime::Handle, task::spawn_blocking, time::timeout};

/// How long a statement waits for a lock before it fails: what the old system had set.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// As `storage` asks it.
const STATUS: &str = "SELECT id, status, progress, message, generation, updated_at FROM podcasts
    WHERE id = ?1 AND owner = 'local'";

/// How SQLite keeps what a transaction changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Journal {
    /// A rollback journal: the database file itself changes, so nobody may read it meanwhile.
    Rollback,
    /// A write-ahead log: readers see the file as it was.
    WriteAhead,
}

impl Journal {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Rollback => "delete",
            Self::WriteAhead => "wal",
        }
    }
}

/// A copy of a database in the journal mode of the stand-in.
#[derive(Clone)]
pub(crate) struct OldWay {
    path: String,
}

impl OldWay {
    /// Copies the database at `from`, which stays as it is, to `to`.
    ///
    /// # Errors
    /// When the copy does not get into that mode.
    pub(crate) async fn copy(from: &Path, to: &Path, journal: Journal) -> Result<Self> {
        let path = to.to_string_lossy().into_owned();
        let source = Builder::new_local(from).build().await?.connect()?;
        source
            .execute("VACUUM INTO ?1", params![path.as_str()])
            .await?;
        let copy = Self { path };
        let mode = match journal {
            Journal::Rollback => "PRAGMA journal_mode = DELETE",
            Journal::WriteAhead => "PRAGMA journal_mode = WAL",
        };
        let connection = copy.connect().await?;
        let mut answer = connection.query(mode, ()).await?;
        let mode: Option<String> = answer.next().await?.map(|row| row.get(0)).transpose()?;
        ensure!(
            mode.as_deref() == Some(journal.as_str()),
            "journal mode is {mode:?}"
        );
        Ok(copy)
    }

    /// A browser with a connection of its own, as a web server's threads have.
    pub(crate) async fn browser(&self, id: String) -> Result<impl AsyncFnMut() -> Result<()>> {
        let connection = self.connect().await?;
        Ok(async move || {
            let (connection, id) = (connection.clone(), id.clone());
            on_its_thread(async move || status(&connection, &id).await).await
        })
    }

    /// Makes an episode the old way: the write lock is taken first, held while `recording` goes on, and given
    /// back last.
    pub(crate) async fn make_episode(
        &self,
        id: String,
        recording: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let connection = self.connect().await?;
        on_its_thread(async move || {
            connection.execute("BEGIN EXCLUSIVE", ()).await?;
            let mut recording = pin!(recording);
            loop {
                tell(&connection, &id).await?;
                let piece = timeout(Duration::from_millis(100), recording.as_mut());
                if piece.await.is_ok() {
                    break;
                }
            }
            connection.execute("COMMIT", ()).await?;
            Ok(())
        })
        .await
    }

    /// Tells how far another episode is, as its job does beside the first.
    pub(crate) async fn other_job_writes(&self, id: String) -> Result<()> {
        let connection = self.connect().await?;
        on_its_thread(async move || tell(&connection, &id).await).await
    }

    async fn connect(&self) -> Result<Connection> {
        let connection = Builder::new_local(&self.path).build().await?.connect()?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        Ok(connection)
    }
}

async fn status(connection: &Connection, id: &str) -> Result<()> {
    let mut rows = connection.query(STATUS, params![id]).await?;
    ensure!(rows.next().await?.is_some(), "podcast not found");
    ensure!(rows.next().await?.is_none(), "two podcasts of one id");
    Ok(())
}

async fn tell(connection: &Connection, id: &str) -> Result<()> {
    let sql =
        "UPDATE podcasts SET message = 'Recording', updated_at = updated_at + 1 WHERE id = ?1";
    let changed = connection.execute(sql, params![id]).await?;
    ensure!(changed == 1, "podcast not found");
    Ok(())
}

/// Runs what blocks on a thread of its own: each has one, so that a stalled poll holds up no other.
async fn on_its_thread(work: impl AsyncFnOnce() -> Result<()> + Send + 'static) -> Result<()> {
    let runtime = Handle::current();
    spawn_blocking(move || runtime.block_on(work())).await?
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Notify;

    use super::*;
    use crate::seed::fill;

    /// Reads once while an episode is made; whether the answer came within `patience`, before the episode was done.
    async fn is_answered_beside_an_episode(journal: Journal, patience: Duration) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let filled = fill(&folder.path().join("a.db"), 20).await.unwrap();
        let [id, other] = filled.newest(2).try_into().unwrap();
        let copy = folder.path().join("b.db");
        let old = OldWay::copy(&folder.path().join("a.db"), &copy, journal)
            .await
            .unwrap();
        let mut browser = old.browser(id).await.unwrap();
        let (locked, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let recording = {
            let (locked, done) = (Arc::clone(&locked), Arc::clone(&done));
            async move {
                locked.notify_one();
                done.notified().await;
            }
        };

        let (_, is_answered) = tokio::try_join!(old.make_episode(other, recording), async {
            locked.notified().await;
            let mut poll = pin!(browser());
            let answer = timeout(patience, poll.as_mut()).await;
            done.notify_one();
            let is_answered = answer.is_ok();
            match answer {
                Ok(answer) => answer?,
                Err(_) => poll.await?,
            }
            Ok(is_answered)
        })
        .unwrap();

        is_answered
    }

    #[tokio::test]
    async fn a_poll_waits_for_the_whole_transaction_unless_there_is_a_write_ahead_log() {
        let patience = Duration::from_millis(300);
        assert!(!is_answered_beside_an_episode(Journal::Rollback, patience).await);
        assert!(is_answered_beside_an_episode(Journal::WriteAhead, BUSY_TIMEOUT).await);
    }
}
