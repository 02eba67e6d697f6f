//! The `sweep` function: takes up what others left behind, once a minute.
//!
//! Every step may be repeated, by the next run at the latest, so none needs to succeed: one that fails
//! holds up no other. Only one sweep runs at a time, because only one process may checkpoint the
//! database's write-ahead log; `storage` tells why.

#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use anyhow::{Result, ensure};
use jiff::Timestamp;
use media::Media;
use queue::Queue;
use reply::{StartError, setting};
use serde::Serialize;
use storage::{Access, Discarded, Storage, Stranded};
use tokio::time::timeout;
use tracing::{info, warn};

/// What a listener reads of an episode that every attempt died of.
pub const GIVEN_UP: &str = "We tried to make this episode several times, and each time something \
    went wrong on our side. Please start it again; if it keeps failing, try another place.";

/// How many podcasts, and how many pieces of media, one run takes up.
const BATCH: u32 = 200;

/// How long a step may take: all of them together stay within the function's minute.
const STEP_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a write waits for another writer: a step that cannot write says so itself, and what a step that
/// was cut off left waiting is over soon enough for the answer to wait for it.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What the function is told by its environment.
#[derive(Debug, Clone)]
pub struct Config {
    /// `DATABASE_URL` and `DATABASE_AUTH_TOKEN`: where the podcasts are.
    pub database: storage::Config,
    /// `QUEUE_URL`: where workers take their jobs from.
    pub queue_url: String,
    /// `MEDIA_STORE`: where the audio is, `file:///…` or `s3://bucket/prefix`.
    pub media_store: String,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// When a variable is missing; the error names it.
    pub fn from_env() -> Result<Self, StartError> {
        Ok(Self {
            database: storage::Config::from_env()?,
            queue_url: setting("QUEUE_URL")?,
            media_store: setting("MEDIA_STORE")?,
        })
    }
}

/// Takes up what others left behind.
pub struct Sweep {
    storage: Storage,
    queue: Queue,
    media: Media,
}

/// What one run did.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Podcasts given up after their last attempt.
    pub failed: usize,
    /// Podcasts queued again.
    pub requeued: usize,
    /// Keys and folders of media found empty, or emptied.
    pub media_emptied: usize,
    /// Idempotency keys that no longer count.
    pub keys_forgotten: u64,
    /// Pages of the write-ahead log that are in the database file now.
    pub pages_checkpointed: i64,
}

/// Some steps failed; the log says why, and the next run repeats them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished(Vec<&'static str>);

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}", self.0.join(", "))
    }
}

impl std::error::Error for Unfinished {}

impl Sweep {
    /// Opens what the function needs.
    ///
    /// # Errors
    /// When the database or the media store cannot be opened.
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        let database = storage::Config {
            busy_timeout: BUSY_TIMEOUT,
            ..config.database.clone()
        };
        Ok(Self {
            storage: Storage::open(&database, Access::Write).await?,
            queue: Queue::connect(&config.queue_url).await,
            media: Media::open(&config.media_store)?,
        })
    }

    /// Sweeps once.
    ///
    /// # Errors
    /// When a step failed, after all others were done.
    pub async fn handle(&self, now: Timestamp) -> Result<Swept, Unfinished> {
        let mut steps = Steps::default();
        let swept = Swept {
            // First, so that what is given up is not queued again.
            failed: steps
                .run("fail exhausted podcasts", self.fail_exhausted(now))
                .await,
            requeued: steps
                .run("requeue stranded podcasts", self.requeue_stranded(now))
                .await,
            media_emptied: steps
                .run("delete discarded media", self.delete_discarded(now))
                .await,
            keys_forgotten: steps.run("forget old keys", self.forget_keys(now)).await,
            pages_checkpointed: steps.run("checkpoint the log", self.checkpoint_wal()).await,
        };
        info!(
            failed = swept.failed,
            requeued = swept.requeued,
            media_emptied = swept.media_emptied,
            keys_forgotten = swept.keys_forgotten,
            pages_checkpointed = swept.pages_checkpointed,
            "swept"
        );
        // Of a step that was cut off. Lambda would freeze it with the answer, in the middle of a write perhaps.
        self.storage.idle().await;
        steps.end().map(|()| swept)
    }

    /// Gives up podcasts whose every attempt died, be it of a crash that left nobody to say why.
    async fn fail_exhausted(&self, now: Timestamp) -> Result<usize> {
        let failed = self.storage.fail_exhausted(GIVEN_UP, now).await?;
        for id in &failed {
            // Each attempt ended without a word: a person should look what they have in common.
            tracing::error!(podcast.id = %id, "podcast {id} failed: no attempt left");
        }
        Ok(failed.len())
    }

    async fn requeue_stranded(&self, now: Timestamp) -> Result<usize> {
        let stranded = self.storage.stranded(now, BATCH).await?;
        for Stranded { id, generation } in &stranded {
            self.queue.send(*id, *generation, Duration::ZERO).await?;
            // Only now: a message that was sent twice does no harm, one that was not sent does.
            self.storage.mark_queued(*id, now).await?;
            warn!(podcast.id = %id, "podcast {id} was stranded and is queued again");
        }
        Ok(stranded.len())
    }

    async fn delete_discarded(&self, now: Timestamp) -> Result<usize> {
        let discarded = self.storage.discarded(BATCH).await?;
        let mut undeleted = 0;
        for media in &discarded {
            // One that cannot be deleted stays first in line: it must not keep the others from their turn.
            if let Err(error) = self.delete(media, now).await {
                warn!("could not delete {}: {error:#}", media.path());
                undeleted += 1;
            }
        }
        let of = discarded.len();
        ensure!(undeleted == 0, "{undeleted} of {of} could not be deleted");
        Ok(of)
    }

    async fn delete(&self, media: &Discarded, now: Timestamp) -> Result<()> {
        match media {
            Discarded::Key(key) => {
                self.media.delete_unfinished(key).await?;
                self.media.delete(key).await?;
            }
            Discarded::Unfinished(path) => {
                let key = path.trim_end_matches('#');
                self.media.delete_unfinished(key).await?;
            }
            Discarded::Prefix(prefix) => self.media.delete_prefix(prefix).await?,
        }
        Ok(self.storage.mark_swept(media, now).await?)
    }

    async fn forget_keys(&self, now: Timestamp) -> Result<u64> {
        Ok(self.storage.forget_idempotency(now).await?)
    }

    async fn checkpoint_wal(&self) -> Result<i64> {
        Ok(self.storage.checkpoint_wal().await?.copied_pages)
    }
}

/// The steps of a run, and which of them failed.
#[derive(Default)]
struct Steps {
    failed: Vec<&'static str>,
}

impl Steps {
    /// Runs one step; its failure is logged and kept for the end.
    async fn run<T: Default>(
        &mut self,
        name: &'static str,
        step: impl Future<Output = Result<T>>,
    ) -> T {
        let done = timeout(STEP_TIMEOUT, step).await;
        done.map_err(anyhow::Error::from)
            .flatten()
            .unwrap_or_else(|error| {
                warn!("could not {name}: {error:#}");
                self.failed.push(name);
                T::default()
            })
    }

    fn end(self) -> Result<(), Unfinished> {
        if self.failed.is_empty() {
            Ok(())
        } else {
            Err(Unfinished(self.failed))
        }
    }
}
