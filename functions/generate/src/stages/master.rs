use std::time::Duration;

use audio::{AudioError, Mastered, Tags};
use bytes::Bytes;
use media::{Media, MediaError, keys, sha256_hex};
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use tracing::info;

use super::{Draft, Recording, Research};
use crate::{
    attempt::Attempt,
    mix::{Mix, Times, pauses},
    notes,
    stop::{Result, Stop},
};

/// Time that mastering takes at most: a second for each three minutes of sound, on a busy slow machine.
const NEEDED: Duration = Duration::from_secs(60);

/// The mastered episode in the media store, and what was measured on it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Episode {
    pub(crate) key: String,
    pub(crate) size_bytes: u64,
    pub(crate) sha256: String,
    pub(crate) duration_ms: u64,
    pub(crate) loudness_lufs: f64,
    pub(crate) true_peak_dbtp: f64,
    pub(crate) times: Times,
}

impl Episode {
    /// Whether the bytes are still there, and still the same: damaged ones could never be published.
    pub(crate) async fn is_stored(&self, media: &Media) -> Result<bool> {
        let verified = media.verify(&self.key, self.size_bytes, &self.sha256).await;
        match verified {
            Err(MediaError::Differs { .. }) => Ok(false),
            verified => Ok(verified.map(|()| true)?),
        }
    }
}

/// Joins the clips, levels, encodes and tags them.
pub(crate) async fn master(
    attempt: &Attempt,
    research: &Research,
    draft: &Draft,
    recording: &Recording,
) -> Result<Episode> {
    attempt.may_go_on(NEEDED)?;
    let Mix { samples, times } = mix(attempt, draft, recording).await?;
    let tags = tags(
        research,
        draft,
        &times,
        &notes::credits(attempt.worker.studio.source()),
    );
    let place = research.place.clone();
    let mastered = spawn_blocking(move || mastered(&samples, tags, &place))
        .await?
        .map_err(unmasterable)?;
    store(attempt, mastered, times).await
}

async fn mix(attempt: &Attempt, draft: &Draft, recording: &Recording) -> Result<Mix> {
    let mut mix = Mix::default();
    for (pause, clip) in pauses(&draft.script).into_iter().zip(&recording.clips) {
        let missing = || Stop::passing(format!("clip {} went missing", clip.key));
        mix.add(pause, &clip.samples(attempt).await?.ok_or_else(missing)?);
    }
    Ok(mix.finish())
}

fn tags(research: &Research, draft: &Draft, times: &Times, attribution: &str) -> Tags {
    let script = &draft.script;
    Tags {
        title: script.title.clone(),
        album: notes::SHOW.to_owned(),
        date: draft.written_on.clone(),
        description: format!("{} {}", script.description, notes::DISCLOSURE),
        attribution: format!("About {}. {attribution}", research.place.label()),
        transcript: notes::dialogue(script),
        cover_jpeg: Vec::new(),
        chapters: times.marks(&script.chapters),
    }
}

fn mastered(samples: &[f32], tags: Tags, place: &places::Place) -> Result<Mastered, AudioError> {
    let beneath = place
        .label()
        .split_once(", ")
        .map_or_else(|| place.country.clone(), |(_, rest)| rest.to_owned());
    let cover_jpeg = audio::cover(&place.name, &beneath, u64::from(place.geoname_id))?;
    audio::master(samples, &Tags { cover_jpeg, ..tags })
}

async fn store(attempt: &Attempt, mastered: Mastered, times: Times) -> Result<Episode> {
    let sha256 = sha256_hex(&mastered.mp3);
    let episode = Episode {
        key: keys::mastered(attempt.podcast.id, attempt.lease.generation, &sha256),
        size_bytes: mastered.mp3.len() as u64,
        sha256,
        duration_ms: mastered.duration_ms,
        loudness_lufs: mastered.loudness_lufs,
        true_peak_dbtp: mastered.true_peak_dbtp,
        times,
    };
    attempt.assert_lease().await?;
    attempt
        .worker
        .media
        .put(&episode.key, Bytes::from(mastered.mp3))
        .await?;
    info!(
        podcast.id = %attempt.podcast.id,
        size_bytes = episode.size_bytes,
        episode_ms = episode.duration_ms,
        loudness_lufs = episode.loudness_lufs,
        true_peak_dbtp = episode.true_peak_dbtp,
        "episode mastered"
    );
    Ok(episode)
}

/// The same samples would be refused again.
fn unmasterable(error: AudioError) -> Stop {
    Stop::broken(
        "The recording could not be turned into an episode. \
         Please try again with another length or type; if that fails too, this is our fault.",
        error,
    )
}
