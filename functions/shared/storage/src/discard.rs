//! The outbox of media that nothing refers to any more.
//!
//! Media cannot be deleted in a transaction. So the transaction that lets go of it only writes down
//! where it is, and the sweep deletes it afterwards, as often as it takes. The paths are those of the
//! media store: `work/{podcast_id}/{generation}/…` while an episode is made, then
//! `episodes/{podcast_id}/{generation}.mp3`. One that ends in `#` stands for what attempts at writing it
//! left beside it.

use jiff::Timestamp;
use libsql::{Connection, params};
use podcast::PodcastId;

use crate::error::Result;

/// Lets go of what was kept only to make this generation.
pub(crate) async fn discard_work(
    connection: &Connection,
    id: PodcastId,
    generation: u32,
    now: Timestamp,
) -> Result<()> {
    discard(connection, format!("work/{id}/{generation}/"), now).await
}

/// Lets go of the episode that this generation published, or was about to when it ended.
pub(crate) async fn discard_episode(
    connection: &Connection,
    id: PodcastId,
    generation: u32,
    now: Timestamp,
) -> Result<()> {
    discard(connection, format!("episodes/{id}/{generation}.mp3"), now).await
}

/// Lets go of what attempts that were killed left of the episode that this generation published.
///
/// Not before it is completed: until then the holder of the lease may be writing.
pub(crate) async fn discard_unfinished(
    connection: &Connection,
    id: PodcastId,
    generation: u32,
    now: Timestamp,
) -> Result<()> {
    discard(connection, format!("episodes/{id}/{generation}.mp3#"), now).await
}

/// Lets go of everything that any generation made.
pub(crate) async fn discard_all(
    connection: &Connection,
    id: PodcastId,
    now: Timestamp,
) -> Result<()> {
    discard(connection, format!("work/{id}/"), now).await?;
    discard(connection, format!("episodes/{id}/"), now).await
}

async fn discard(connection: &Connection, path: String, now: Timestamp) -> Result<()> {
    const SQL: &str = "INSERT INTO discarded_media (path, discarded_at) VALUES (?1, ?2)
        ON CONFLICT (path) DO UPDATE SET discarded_at = excluded.discarded_at, swept_at = 0";
    connection
        .execute(SQL, params![path, now.as_millisecond()])
        .await?;
    Ok(())
}
