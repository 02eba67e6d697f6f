use std::time::Instant;

use jiff::Timestamp;
use media::{MediaError, keys};
use podcast::Stage;
use storage::Completion;

use super::{Draft, Episode, Research};
use crate::{
    attempt::Attempt,
    notes,
    stop::{Result, Stop},
};

/// Stores the episode where listeners find it, reads it back, and completes the podcast.
pub(crate) async fn publish(
    mut attempt: Attempt,
    research: &Research,
    draft: &Draft,
    episode: &Episode,
) -> Result<()> {
    let began = Instant::now();
    let audio_key = keys::episode(attempt.podcast.id, attempt.lease.generation);
    store(&attempt, episode, &audio_key).await?;
    attempt.time(Stage::Publish, began);
    let completion = Completion {
        title: draft.script.title.clone(),
        description: draft.script.description.clone(),
        script: notes::dialogue(&draft.script),
        metadata: notes::metadata(&attempt, research, draft, episode),
        audio_key,
        duration_s: u32::try_from(episode.duration_ms.saturating_add(500) / 1000)
            .unwrap_or(u32::MAX),
        size_bytes: episode.size_bytes,
        message: "Your episode is ready".to_owned(),
    };
    attempt
        .worker
        .storage
        .complete(&attempt.lease, completion, Timestamp::now())
        .await?;
    Ok(())
}

async fn store(attempt: &Attempt, episode: &Episode, audio_key: &str) -> Result<()> {
    let media = &attempt.worker.media;
    let differs = || {
        Stop::passing(MediaError::Differs {
            key: episode.key.clone(),
        })
    };
    let mp3 = media.get(&episode.key).await?.ok_or_else(differs)?;
    // The one object that two workers may both write: only the one that holds the lease does.
    attempt.assert_lease().await?;
    media.put(audio_key, mp3).await?;
    Ok(media
        .verify(audio_key, episode.size_bytes, &episode.sha256)
        .await?)
}
