use jiff::{SignedDuration, Timestamp};
use libsql::params;
use podcast::PodcastId;

use crate::{
    accept::IDEMPOTENCY_LIFE,
    error::Result,
    lease::{LEASE_AHEAD, MAX_ATTEMPTS, forget_failed},
    open::{Durability, Storage, rows},
    row::{number, parsed},
};

/// How long after the commit its message counts as lost: `create` is cut off after 10 s.
const UNQUEUED_FOR: SignedDuration = SignedDuration::from_secs(12);
/// How long a message may wait for a worker before it counts as lost. A queue that is merely long keeps its
/// messages, and each sent again makes it longer: a job that starves for a lost one is the rarer evil.
const QUEUED_FOR: SignedDuration = SignedDuration::from_hours(24);
/// How long it may wait while a worker is free: the longest wait between two attempts is 60 s.
const UNCLAIMED_FOR: SignedDuration = SignedDuration::from_secs(90);
/// How many workers there are: the template's `MaximumConcurrency`.
pub(crate) const WORKERS: u32 = 2;
/// How many podcasts whose message may only be waiting are taken up at once: as many as can be begun.
const REQUEUED_AT_ONCE: u32 = WORKERS;
/// How long past the end of its lease a podcast waits for its own message to come back.
const EXPIRED_FOR: SignedDuration = SignedDuration::from_secs(15);
/// How long a requeued podcast with a dead worker waits for the next one.
const REQUEUED_FOR: SignedDuration = SignedDuration::from_secs(60);
/// How long a worker that has not noticed yet may still write media.
const DISCARDED_FOR: SignedDuration = SignedDuration::from_mins(15);

/// First those that surely have no message, then a few of those that may have one, longest queued first.
///
/// Times after `?10` were told by a clock that has been put back since, and count as long ago.
pub(crate) const STRANDED: &str = "SELECT * FROM (SELECT id, generation FROM podcasts
        WHERE status IN ('pending', 'processing') AND attempt < ?1 AND (
            (status = 'pending' AND queued_at IS NULL AND (updated_at < ?2 OR updated_at > ?10))
            OR (status = 'processing' AND (lease_expires_at < ?7 OR lease_expires_at > ?10)
                AND (coalesce(queued_at, 0) < ?8 OR queued_at > ?10)))
        ORDER BY updated_at LIMIT ?9)
    UNION ALL SELECT * FROM (SELECT id, generation FROM podcasts
        WHERE status IN ('pending', 'processing') AND attempt < ?1 AND status = 'pending' AND (
            queued_at < ?3 OR queued_at > ?10
            OR (queued_at < ?4 AND (SELECT count(*) FROM podcasts
                WHERE status IN ('pending', 'processing')
                    AND lease_expires_at > ?5 AND lease_expires_at <= ?10) < ?6))
        ORDER BY queued_at LIMIT ?11)";

pub(crate) const DISCARDED: &str =
    "SELECT path FROM discarded_media ORDER BY swept_at, path LIMIT ?1";

/// A podcast that nobody makes and no message seems to be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stranded {
    /// Names the podcast.
    pub id: PodcastId,
    /// Which of its makings.
    pub generation: u32,
}

/// Media that nothing refers to any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discarded {
    /// One object.
    Key(String),
    /// What attempts at writing an object left beside it; the path is its key and a `#`.
    Unfinished(String),
    /// Every object below this path, which ends in a slash.
    Prefix(String),
}

/// How much of the write-ahead log is in the database file now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalCheckpoint {
    /// Pages in the log.
    pub logged_pages: i64,
    /// Pages of these that have been copied. Fewer than all when someone still reads an older state.
    pub copied_pages: i64,
}

impl Discarded {
    fn from_path(path: String) -> Self {
        if path.ends_with('/') {
            Self::Prefix(path)
        } else if path.ends_with('#') {
            Self::Unfinished(path)
        } else {
            Self::Key(path)
        }
    }

    /// As it was written down.
    pub fn path(&self) -> &str {
        match self {
            Self::Key(path) | Self::Unfinished(path) | Self::Prefix(path) => path,
        }
    }
}

impl Storage {
    /// Returns podcasts whose message seems lost: queue them again and [`Storage::mark_queued`].
    ///
    /// `limit` is of those that surely have none; of the others it takes no more than there are workers.
    pub async fn stranded(&self, now: Timestamp, limit: u32) -> Result<Vec<Stranded>> {
        let before = |age: SignedDuration| (now - age).as_millisecond();
        let values = params![
            MAX_ATTEMPTS,
            before(UNQUEUED_FOR),
            before(QUEUED_FOR),
            before(UNCLAIMED_FOR),
            now.as_millisecond(),
            WORKERS,
            before(EXPIRED_FOR),
            before(REQUEUED_FOR),
            limit,
            (now + LEASE_AHEAD).as_millisecond(),
            REQUEUED_AT_ONCE
        ];
        let read = |row: &libsql::Row| {
            Ok(Stranded {
                id: parsed(row, 0)?,
                generation: number(row, 1)?,
            })
        };
        self.all(STRANDED, values, read).await
    }

    /// Fails every podcast whose last attempt is over, and returns them.
    pub async fn fail_exhausted(&self, reason: &str, now: Timestamp) -> Result<Vec<PodcastId>> {
        const SQL: &str = "UPDATE podcasts SET status = 'failed', error = ?1, message = ?1,
                lease_token = NULL, lease_expires_at = NULL, updated_at = ?2
            WHERE status IN ('pending', 'processing') AND attempt >= ?3
                AND (coalesce(lease_expires_at, 0) <= ?2 OR lease_expires_at > ?4)
            RETURNING id, generation";
        let reason = reason.to_owned();
        self.write(Durability::Promise, async move |connection| {
            let ahead = (now + LEASE_AHEAD).as_millisecond();
            let values = params![reason, now.as_millisecond(), MAX_ATTEMPTS, ahead];
            let read = |row: &libsql::Row| Ok((parsed(row, 0)?, number(row, 1)?));
            let failed: Vec<(PodcastId, u32)> = rows(connection, SQL, values, read).await?;
            for (id, generation) in &failed {
                forget_failed(connection, *id, *generation, now).await?;
            }
            Ok(failed.into_iter().map(|(id, _)| id).collect())
        })
        .await
    }

    /// Returns media to delete, those longest not looked at first.
    pub async fn discarded(&self, limit: u32) -> Result<Vec<Discarded>> {
        self.all(DISCARDED, params![limit], |row| {
            Ok(Discarded::from_path(row.get(0)?))
        })
        .await
    }

    /// Notes that `discarded` is empty now, and forgets it once nobody can write there any more.
    pub async fn mark_swept(&self, discarded: &Discarded, now: Timestamp) -> Result<()> {
        const FORGET: &str = "DELETE FROM discarded_media WHERE path = ?1 AND discarded_at <= ?2";
        const KEEP: &str = "UPDATE discarded_media SET swept_at = ?2 WHERE path = ?1";
        let path = discarded.path().to_owned();
        self.write(Durability::Process, async move |connection| {
            let oldest = (now - DISCARDED_FOR).as_millisecond();
            connection
                .execute(FORGET, params![path.as_str(), oldest])
                .await?;
            connection
                .execute(KEEP, params![path, now.as_millisecond()])
                .await?;
            Ok(())
        })
        .await
    }

    /// Forgets idempotency keys that no longer count, and returns how many.
    pub async fn forget_idempotency(&self, now: Timestamp) -> Result<u64> {
        const SQL: &str = "DELETE FROM idempotency WHERE created_at <= ?1";
        self.write(Durability::Process, async move |connection| {
            let oldest = (now - IDEMPOTENCY_LIFE).as_millisecond();
            Ok(connection.execute(SQL, params![oldest]).await?)
        })
        .await
    }

    /// Copies what is committed from the write-ahead log into the database file.
    ///
    /// Waits for nobody and holds up nobody. Only one process may do this, see `Storage::never_close`.
    pub async fn checkpoint_wal(&self) -> Result<WalCheckpoint> {
        self.on_writer(Durability::Process, async move |connection| {
            let read = |row: &libsql::Row| {
                Ok(WalCheckpoint {
                    logged_pages: row.get(1)?,
                    copied_pages: row.get(2)?,
                })
            };
            let answer = rows(connection, "PRAGMA wal_checkpoint(PASSIVE)", (), read)
                .await?
                .pop();
            Ok(answer.unwrap_or(WalCheckpoint {
                logged_pages: 0,
                copied_pages: 0,
            }))
        })
        .await
    }
}
