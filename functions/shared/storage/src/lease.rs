use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use libsql::{Connection, params, params::IntoParams};
use podcast::{PodcastId, Stage};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    discard::{discard_episode, discard_unfinished, discard_work},
    error::{Result, StorageError},
    open::{Durability, Storage, rows},
    row::{Podcast, number, podcast_columns, stage, time},
};

/// How long a worker may be silent before another may take its podcast.
pub const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// How far ahead the end of a lease may be for it to count: twice as far as any worker sets it.
///
/// A lease that ends later was made by a clock that has been put back since. Its worker, if it lives,
/// extends it by the new clock within ten seconds; if it died, nobody would come for as long as the
/// clock was put back. The second half is for machines whose clocks differ.
pub(crate) const LEASE_AHEAD: SignedDuration = SignedDuration::from_secs(60);

/// How many workers may take a podcast, one after the other, without one that gets it further.
///
/// One that crashes ever so often gets done as long as each attempt adds to it. One that crashes its
/// worker at the same place each time is given up.
pub const MAX_ATTEMPTS: u32 = 5;

const CLAIM: &str = concat!(
    "UPDATE podcasts SET status = 'processing', attempt = attempt + 1, lease_token = ?2,
        lease_expires_at = ?3, updated_at = ?4
    WHERE id = ?1 AND attempt < ?5
        AND (status = 'pending' OR (status = 'processing'
            AND (lease_expires_at <= ?4 OR lease_expires_at > ?6)))
    RETURNING ",
    podcast_columns!()
);

/// The right to write for one podcast, until someone else claims, deletes or regenerates it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Names the podcast.
    pub podcast_id: PodcastId,
    /// Which of its makings.
    pub generation: u32,
    token: Uuid,
}

/// What came of trying to take a podcast.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// It is the caller's to make.
    Won(Box<Job>),
    /// Another worker makes it, at least until then.
    Busy {
        /// When that worker's lease ends, unless it extends it.
        until: Timestamp,
    },
    /// It is finished or deleted: there is nothing to do.
    Nothing,
    /// Nobody makes it, and [`MAX_ATTEMPTS`] got it no further: it will be failed by the sweep.
    Exhausted,
}

/// A podcast to make, and what earlier attempts made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its facts.
    pub podcast: Podcast,
    /// The right to write for it.
    pub lease: Lease,
    /// The payload of each stage that has one.
    pub checkpoints: BTreeMap<Stage, String>,
}

/// What a finished episode is.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// What the hosts say.
    pub script: String,
    /// What else is known of it: a JSON object.
    pub metadata: Json,
    /// Where in the media store its audio is.
    pub audio_key: String,
    /// How long the audio is, in seconds.
    pub duration_s: u32,
    /// How big the audio is.
    pub size_bytes: u64,
    /// What to tell the listener.
    pub message: String,
}

impl Storage {
    /// Takes a podcast that nobody is making, and counts the attempt until it gets further.
    ///
    /// # Errors
    /// As for every change. An attempt at a podcast that cannot be read counts: it is one of the five.
    pub async fn claim(&self, id: PodcastId, now: Timestamp) -> Result<Claim> {
        self.write(Durability::Process, async move |connection| {
            let claim = async {
                match take(connection, id, now).await? {
                    Some(job) => Ok(Claim::Won(Box::new(job))),
                    None => why_not(connection, id, now).await,
                }
            };
            // Committed either way, or what cannot be read would be tried for ever.
            Ok(claim.await)
        })
        .await?
    }

    /// Lets the lease last from `now` on: the heartbeat of a worker at work.
    ///
    /// # Errors
    /// [`StorageError::LeaseLost`], as from every function that takes a [`Lease`].
    pub async fn extend(&self, lease: &Lease, now: Timestamp) -> Result<()> {
        const SQL: &str = "UPDATE podcasts SET lease_expires_at = ?3
            WHERE id = ?1 AND lease_token = ?2";
        let lease = lease.clone();
        self.write(Durability::Process, async move |connection| {
            let until = (now + LEASE).as_millisecond();
            lease
                .change(connection, SQL, params![lease.id(), lease.token(), until])
                .await
        })
        .await
    }

    /// Tells the listener how far it is. A percentage below the one reached is ignored, one above it makes
    /// the count of attempts start over.
    ///
    /// # Errors
    /// [`StorageError::LeaseLost`].
    pub async fn progress(
        &self,
        lease: &Lease,
        percent: u8,
        message: &str,
        now: Timestamp,
    ) -> Result<()> {
        let (lease, message) = (lease.clone(), message.to_owned());
        self.write(Durability::Process, async move |connection| {
            lease.advance(connection, percent, &message, now).await
        })
        .await
    }

    /// Keeps what a stage made, so that no later attempt makes it again; and tells how far it is.
    ///
    /// A second checkpoint of the same stage replaces the first.
    ///
    /// # Errors
    /// [`StorageError::LeaseLost`].
    pub async fn checkpoint(
        &self,
        lease: &Lease,
        stage: Stage,
        payload: &str,
        percent: u8,
        message: &str,
        now: Timestamp,
    ) -> Result<()> {
        const SQL: &str =
            "INSERT OR REPLACE INTO checkpoints (podcast_id, generation, stage, payload)
            VALUES (?1, ?2, ?3, ?4)";
        let (lease, payload, message) = (lease.clone(), payload.to_owned(), message.to_owned());
        self.write(Durability::Process, async move |connection| {
            lease.advance(connection, percent, &message, now).await?;
            let values = params![lease.id(), lease.generation, stage.as_str(), payload];
            connection.execute(SQL, values).await?;
            Ok(())
        })
        .await
    }

    /// Completes the podcast: its audio must be stored and verified. Survives a power cut.
    ///
    /// # Errors
    /// [`StorageError::LeaseLost`].
    pub async fn complete(
        &self,
        lease: &Lease,
        completion: Completion,
        now: Timestamp,
    ) -> Result<()> {
        let lease = lease.clone();
        self.write(Durability::Promise, async move |connection| {
            lease.complete(connection, &completion, now).await?;
            keep_script(connection, lease.podcast_id, &completion).await?;
            forget_checkpoints(connection, lease.podcast_id).await?;
            discard_work(connection, lease.podcast_id, lease.generation, now).await?;
            discard_unfinished(connection, lease.podcast_id, lease.generation, now).await
        })
        .await
    }

    /// Gives the podcast up; `reason` tells the listener why and what to do. Survives a power cut.
    ///
    /// # Errors
    /// [`StorageError::LeaseLost`].
    pub async fn fail(&self, lease: &Lease, reason: &str, now: Timestamp) -> Result<()> {
        const SQL: &str = "UPDATE podcasts SET status = 'failed', error = ?3, message = ?3,
                lease_token = NULL, lease_expires_at = NULL, updated_at = ?4
            WHERE id = ?1 AND lease_token = ?2";
        let (lease, reason) = (lease.clone(), reason.to_owned());
        self.write(Durability::Promise, async move |connection| {
            let values = params![lease.id(), lease.token(), reason, now.as_millisecond()];
            lease.change(connection, SQL, values).await?;
            forget_failed(connection, lease.podcast_id, lease.generation, now).await
        })
        .await
    }

    /// Returns how many attempts there have been since the podcast last got further, this one included.
    ///
    /// # Errors
    /// [`StorageError::LeaseLost`].
    pub async fn attempts(&self, lease: &Lease) -> Result<u32> {
        const SQL: &str = "SELECT attempt FROM podcasts WHERE id = ?1 AND lease_token = ?2";
        let values = params![lease.id(), lease.token()];
        let attempts = self.first(SQL, values, |row| number(row, 0)).await?;
        attempts.ok_or(StorageError::LeaseLost(lease.podcast_id))
    }

    /// Gives the podcast back unharmed, for a worker told to stop: the attempt does not count.
    ///
    /// # Errors
    /// [`StorageError::LeaseLost`].
    pub async fn release(&self, lease: &Lease, now: Timestamp) -> Result<()> {
        // Its message is still with the queue: as good as queued now.
        // The attempt is not in the count any more if it got the podcast further.
        const SQL: &str = "UPDATE podcasts SET status = 'pending', attempt = max(attempt - 1, 0),
                queued_at = ?3, lease_token = NULL, lease_expires_at = NULL, updated_at = ?3
            WHERE id = ?1 AND lease_token = ?2";
        let lease = lease.clone();
        self.write(Durability::Process, async move |connection| {
            let values = params![lease.id(), lease.token(), now.as_millisecond()];
            lease.change(connection, SQL, values).await
        })
        .await
    }

    /// Gives the podcast back after an error that can pass: the attempt counts unless it got further.
    ///
    /// # Errors
    /// [`StorageError::LeaseLost`].
    pub async fn retry_later(&self, lease: &Lease, message: &str, now: Timestamp) -> Result<()> {
        const SQL: &str = "UPDATE podcasts SET status = 'pending', message = ?4,
                queued_at = ?3, lease_token = NULL, lease_expires_at = NULL, updated_at = ?3
            WHERE id = ?1 AND lease_token = ?2";
        let (lease, message) = (lease.clone(), message.to_owned());
        self.write(Durability::Process, async move |connection| {
            let values = params![lease.id(), lease.token(), now.as_millisecond(), message];
            lease.change(connection, SQL, values).await
        })
        .await
    }
}

impl Lease {
    fn id(&self) -> String {
        self.podcast_id.to_string()
    }

    fn token(&self) -> String {
        self.token.to_string()
    }

    /// Runs a statement that changes the podcast only while this lease holds.
    async fn change(
        &self,
        connection: &Connection,
        sql: &str,
        values: impl IntoParams,
    ) -> Result<()> {
        match connection.execute(sql, values).await? {
            0 => Err(StorageError::LeaseLost(self.podcast_id)),
            _ => Ok(()),
        }
    }

    async fn advance(
        &self,
        connection: &Connection,
        percent: u8,
        message: &str,
        now: Timestamp,
    ) -> Result<()> {
        const SQL: &str = "UPDATE podcasts SET attempt = iif(min(?3, 100) > progress, 0, attempt),
                progress = max(progress, min(?3, 100)), message = ?4, updated_at = ?5
            WHERE id = ?1 AND lease_token = ?2";
        let values = params![
            self.id(),
            self.token(),
            percent,
            message,
            now.as_millisecond()
        ];
        self.change(connection, SQL, values).await
    }

    async fn complete(
        &self,
        connection: &Connection,
        completion: &Completion,
        now: Timestamp,
    ) -> Result<()> {
        const SQL: &str = "UPDATE podcasts SET status = 'completed', progress = 100, message = ?3,
                title = ?4, description = ?5, audio_key = ?6, duration_s = ?7, size_bytes = ?8,
                error = NULL, lease_token = NULL, lease_expires_at = NULL, completed_at = ?9,
                updated_at = ?9
            WHERE id = ?1 AND lease_token = ?2";
        let values = params![
            self.id(),
            self.token(),
            completion.message.as_str(),
            completion.title.as_str(),
            completion.description.as_str(),
            completion.audio_key.as_str(),
            completion.duration_s,
            completion.size_bytes,
            now.as_millisecond()
        ];
        self.change(connection, SQL, values).await
    }
}

async fn take(connection: &Connection, id: PodcastId, now: Timestamp) -> Result<Option<Job>> {
    let token = Uuid::new_v4();
    let values = params![
        id.to_string(),
        token.to_string(),
        (now + LEASE).as_millisecond(),
        now.as_millisecond(),
        MAX_ATTEMPTS,
        (now + LEASE_AHEAD).as_millisecond()
    ];
    let Some(podcast) = rows(connection, CLAIM, values, Podcast::read).await?.pop() else {
        return Ok(None);
    };
    let lease = Lease {
        podcast_id: id,
        generation: podcast.generation,
        token,
    };
    let checkpoints = checkpoints(connection, &lease).await?;
    Ok(Some(Job {
        podcast,
        lease,
        checkpoints,
    }))
}

async fn why_not(connection: &Connection, id: PodcastId, now: Timestamp) -> Result<Claim> {
    const SQL: &str = "SELECT attempt, coalesce(lease_expires_at, 0) FROM podcasts
        WHERE id = ?1 AND status IN ('pending', 'processing')";
    let read = |row: &libsql::Row| Ok((number::<u32>(row, 0)?, time(row, 1)?));
    let unfinished = rows(connection, SQL, params![id.to_string()], read)
        .await?
        .pop();
    Ok(match unfinished {
        None => Claim::Nothing,
        Some((_, until)) if until > now && until <= now + LEASE_AHEAD => Claim::Busy { until },
        Some((attempt, _)) if attempt >= MAX_ATTEMPTS => Claim::Exhausted,
        // Taken by nobody and yet not free, which no version of this module writes: as good as busy for a moment.
        Some(_) => Claim::Busy { until: now },
    })
}

async fn checkpoints(connection: &Connection, lease: &Lease) -> Result<BTreeMap<Stage, String>> {
    const SQL: &str = "SELECT stage, payload FROM checkpoints
        WHERE podcast_id = ?1 AND generation = ?2";
    let read = |row: &libsql::Row| Ok((stage(&row.get::<String>(0)?)?, row.get(1)?));
    let found = rows(connection, SQL, params![lease.id(), lease.generation], read).await?;
    Ok(found.into_iter().collect())
}

async fn keep_script(
    connection: &Connection,
    id: PodcastId,
    completion: &Completion,
) -> Result<()> {
    const SQL: &str = "INSERT OR REPLACE INTO scripts (podcast_id, script, metadata)
        VALUES (?1, ?2, ?3)";
    let metadata = completion.metadata.to_string();
    connection
        .execute(
            SQL,
            params![id.to_string(), completion.script.as_str(), metadata],
        )
        .await?;
    Ok(())
}

pub(crate) async fn forget_failed(
    connection: &Connection,
    id: PodcastId,
    generation: u32,
    now: Timestamp,
) -> Result<()> {
    forget_checkpoints(connection, id).await?;
    discard_work(connection, id, generation, now).await?;
    discard_episode(connection, id, generation, now).await
}

async fn forget_checkpoints(connection: &Connection, id: PodcastId) -> Result<()> {
    const SQL: &str = "DELETE FROM checkpoints WHERE podcast_id = ?1";
    connection.execute(SQL, params![id.to_string()]).await?;
    Ok(())
}
