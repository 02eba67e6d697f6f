use jiff::{SignedDuration, Timestamp};
use libsql::{Connection, params};
use podcast::{Location, Owner, PodcastId, PodcastType, Preferences};
use sha2::{Digest, Sha256};

use crate::{
    discard::{discard_episode, discard_work},
    error::{Result, StorageError},
    open::{Durability, Storage, rows},
    row::{number, parsed, preferences_text},
};

/// How long a key stands for the job it first came with.
pub(crate) const IDEMPOTENCY_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// A podcast as somebody asks for it.
#[derive(Debug, Clone)]
pub struct NewPodcast {
    /// Made by the caller, so that a lost answer can be asked for again.
    pub id: PodcastId,
    /// Whose it shall be.
    pub owner: Owner,
    /// The place as it was typed.
    pub location: Location,
    /// The place as the gazetteer numbers it.
    pub place_id: u32,
    /// The place as it was understood.
    pub place_label: String,
    /// The way its facts are chosen.
    pub podcast_type: PodcastType,
    /// What the listener likes.
    pub preferences: Preferences,
    /// What to show until a worker takes it.
    pub message: String,
}

/// The key a client chose for a request that it may send more than once.
#[derive(Debug, Clone)]
pub struct Idempotency {
    key: String,
    body_hash: Vec<u8>,
}

/// A job that will be done, whatever crashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// Names the podcast.
    pub podcast_id: PodcastId,
    /// Which of its makings was asked for.
    pub generation: u32,
    /// False when the same request came before.
    pub is_new: bool,
    /// Whether it is on its way. False also for a job accepted before whose message was not sent.
    pub is_queued: bool,
}

impl Idempotency {
    /// Ties `key` to a request; `request` is what must be the same each time, e.g. path and body.
    pub fn new(key: impl Into<String>, request: &[u8]) -> Self {
        Self {
            key: key.into(),
            body_hash: Sha256::digest(request).to_vec(),
        }
    }
}

impl Storage {
    /// Stores a podcast as pending: once this returns, not even a power cut loses it.
    ///
    /// With a key, the first call of 24 hours decides and the others get its job.
    ///
    /// # Errors
    /// [`StorageError::KeyReused`] when the key came with another request before.
    pub async fn accept(
        &self,
        podcast: NewPodcast,
        idempotency: Option<Idempotency>,
        now: Timestamp,
    ) -> Result<Accepted> {
        self.write(Durability::Promise, async move |connection| {
            if let Some(before) =
                accepted_before(connection, &podcast.owner, idempotency.as_ref(), now).await?
            {
                return Ok(before);
            }
            insert(connection, &podcast, now).await?;
            let accepted = Accepted {
                podcast_id: podcast.id,
                generation: 1,
                is_new: true,
                is_queued: false,
            };
            remember(connection, &podcast.owner, idempotency, accepted, now).await?;
            Ok(accepted)
        })
        .await
    }

    /// What was accepted with this key before, if that was within its life.
    ///
    /// # Errors
    /// [`StorageError::KeyReused`] when the key came with another request.
    pub async fn accepted(
        &self,
        owner: &Owner,
        idempotency: &Idempotency,
        now: Timestamp,
    ) -> Result<Option<Accepted>> {
        accepted_before(&self.reader, owner, Some(idempotency), now).await
    }

    /// Takes a finished podcast back to pending, to be made anew from nothing.
    ///
    /// `message` is shown until a worker takes it. What the generation before made is let go of.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] for no podcast of `owner`, [`StorageError::Running`] for one that is not
    /// finished, [`StorageError::KeyReused`] when the key came with another request before.
    pub async fn regenerate(
        &self,
        id: PodcastId,
        owner: &Owner,
        message: &str,
        idempotency: Option<Idempotency>,
        now: Timestamp,
    ) -> Result<Accepted> {
        let (owner, message) = (owner.clone(), message.to_owned());
        self.write(Durability::Promise, async move |connection| {
            if let Some(before) =
                accepted_before(connection, &owner, idempotency.as_ref(), now).await?
            {
                return Ok(before);
            }
            let generation = restart(connection, id, &owner, &message, now).await?;
            forget_generation(connection, id, generation - 1, now).await?;
            let accepted = Accepted {
                podcast_id: id,
                generation,
                is_new: true,
                is_queued: false,
            };
            remember(connection, &owner, idempotency, accepted, now).await?;
            Ok(accepted)
        })
        .await
    }

    /// Notes that a message for the podcast is with the queue.
    pub async fn mark_queued(&self, id: PodcastId, now: Timestamp) -> Result<()> {
        const SQL: &str = "UPDATE podcasts SET queued_at = ?2
            WHERE id = ?1 AND status IN ('pending', 'processing')";
        self.write(Durability::Process, async move |connection| {
            connection
                .execute(SQL, params![id.to_string(), now.as_millisecond()])
                .await?;
            Ok(())
        })
        .await
    }
}

async fn accepted_before(
    connection: &Connection,
    owner: &Owner,
    idempotency: Option<&Idempotency>,
    now: Timestamp,
) -> Result<Option<Accepted>> {
    // A job that a worker has taken, finished or deleted needs no message either.
    const SQL: &str = "SELECT podcast_id, generation, body_hash, NOT EXISTS (SELECT 1 FROM podcasts
            WHERE id = idempotency.podcast_id AND generation = idempotency.generation
                AND status = 'pending' AND queued_at IS NULL) FROM idempotency
        WHERE owner = ?1 AND key = ?2 AND created_at > ?3";
    let Some(Idempotency { key, body_hash }) = idempotency else {
        return Ok(None);
    };
    let oldest = (now - IDEMPOTENCY_LIFE).as_millisecond();
    let found = rows(
        connection,
        SQL,
        params![owner.as_str(), key.as_str(), oldest],
        |row| {
            let accepted = Accepted {
                podcast_id: parsed(row, 0)?,
                generation: number(row, 1)?,
                is_new: false,
                is_queued: row.get(3)?,
            };
            Ok((accepted, row.get::<Vec<u8>>(2)?))
        },
    )
    .await?;
    match found.into_iter().next() {
        Some((accepted, hash)) if hash == *body_hash => Ok(Some(accepted)),
        Some(_) => Err(StorageError::KeyReused),
        None => Ok(None),
    }
}

async fn remember(
    connection: &Connection,
    owner: &Owner,
    idempotency: Option<Idempotency>,
    accepted: Accepted,
    now: Timestamp,
) -> Result<()> {
    // Replaces a key that is too old to count and that the sweep has not forgotten yet.
    const SQL: &str = "INSERT OR REPLACE INTO idempotency
        (owner, key, body_hash, podcast_id, generation, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let Some(Idempotency { key, body_hash }) = idempotency else {
        return Ok(());
    };
    let Accepted {
        podcast_id,
        generation,
        ..
    } = accepted;
    let values = params![
        owner.as_str(),
        key,
        body_hash,
        podcast_id.to_string(),
        generation,
        now.as_millisecond()
    ];
    connection.execute(SQL, values).await?;
    Ok(())
}

async fn insert(connection: &Connection, podcast: &NewPodcast, now: Timestamp) -> Result<()> {
    const SQL: &str = "INSERT INTO podcasts
        (id, owner, location, place_id, place_label, podcast_type, preferences, status, message,
         created_at, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'pending', ?8, ?9, ?9)";
    let values = params![
        podcast.id.to_string(),
        podcast.owner.as_str(),
        podcast.location.as_str(),
        podcast.place_id,
        podcast.place_label.as_str(),
        podcast.podcast_type.as_str(),
        preferences_text(&podcast.preferences),
        podcast.message.as_str(),
        now.as_millisecond()
    ];
    connection.execute(SQL, values).await?;
    Ok(())
}

/// Returns the new generation.
async fn restart(
    connection: &Connection,
    id: PodcastId,
    owner: &Owner,
    message: &str,
    now: Timestamp,
) -> Result<u32> {
    const SQL: &str = "UPDATE podcasts SET status = 'pending', progress = 0, message = ?3,
            title = NULL, description = NULL, audio_key = NULL, duration_s = NULL, size_bytes = NULL,
            error = NULL, completed_at = NULL, queued_at = NULL, attempt = 0,
            generation = generation + 1, updated_at = ?4
        WHERE id = ?1 AND owner = ?2 AND status IN ('completed', 'failed') RETURNING generation";
    let values = params![
        id.to_string(),
        owner.as_str(),
        message,
        now.as_millisecond()
    ];
    let generation = rows(connection, SQL, values, |row| number(row, 0))
        .await?
        .pop();
    match generation {
        Some(generation) => Ok(generation),
        None if exists(connection, id, owner).await? => Err(StorageError::Running),
        None => Err(StorageError::NotFound),
    }
}

async fn exists(connection: &Connection, id: PodcastId, owner: &Owner) -> Result<bool> {
    const SQL: &str = "SELECT 1 FROM podcasts WHERE id = ?1 AND owner = ?2";
    let found = rows(
        connection,
        SQL,
        params![id.to_string(), owner.as_str()],
        |_| Ok(()),
    )
    .await?;
    Ok(!found.is_empty())
}

async fn forget_generation(
    connection: &Connection,
    id: PodcastId,
    generation: u32,
    now: Timestamp,
) -> Result<()> {
    connection
        .execute(
            "DELETE FROM scripts WHERE podcast_id = ?1",
            params![id.to_string()],
        )
        .await?;
    let checkpoints = "DELETE FROM checkpoints WHERE podcast_id = ?1";
    connection
        .execute(checkpoints, params![id.to_string()])
        .await?;
    discard_work(connection, id, generation, now).await?;
    discard_episode(connection, id, generation, now).await
}
