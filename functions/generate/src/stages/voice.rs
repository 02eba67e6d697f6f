use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use media::{keys, sha256_hex};
use podcast::Stage;
use script::{Host, Turn};
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use tracing::{debug, info};

use super::Draft;
use crate::{
    attempt::Attempt,
    reader::Reader,
    stop::{Result, Stop},
};

/// The percentage that every recording passes, whatever the number of its lines.
const HALF_WAY: u8 = 60;

/// Time kept in reserve beyond that of the slowest line so far, for storing it and giving the job back.
const RESERVE: Duration = Duration::from_secs(10);

/// Bytes of one sample in a stored clip.
const SAMPLE_BYTES: usize = size_of::<f32>();

/// One clip for each turn, in order of speaking.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Recording {
    pub(crate) clips: Vec<Clip>,
}

/// A spoken turn in the media store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Clip {
    pub(crate) key: String,
    pub(crate) samples: usize,
}

impl Recording {
    /// Whether every clip is still there, whole.
    pub(crate) async fn is_stored(&self, attempt: &Attempt) -> Result<bool> {
        for clip in &self.clips {
            if stored(attempt, &clip.key).await?.as_ref() != Some(clip) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Clip {
    /// Reads the samples back; `None` where the clip is not there, whole.
    pub(crate) async fn samples(&self, attempt: &Attempt) -> Result<Option<Vec<f32>>> {
        let Some(bytes) = attempt.worker.media.get(&self.key).await? else {
            return Ok(None);
        };
        let (samples, rest) = bytes.as_chunks::<SAMPLE_BYTES>();
        let whole = rest.is_empty() && samples.len() == self.samples;
        Ok(whole.then(|| {
            samples
                .iter()
                .map(|sample| f32::from_le_bytes(*sample))
                .collect()
        }))
    }
}

/// Speaks every turn that is not in the media store yet.
pub(crate) async fn record(attempt: &Attempt, draft: &Draft) -> Result<Recording> {
    let reader = attempt.worker.studio.reader().await?;
    let lines = lines(attempt, &reader, draft);
    let planned = lines.len();
    let mut clips: Vec<Option<Clip>> = Vec::with_capacity(planned);
    for line in &lines {
        clips.push(stored(attempt, &line.key).await?);
    }
    let mut done = clips.iter().flatten().count();
    let kept = done;
    let mut told = attempt.podcast.progress;
    let mut slowest = Duration::ZERO;
    for (line, clip) in lines.into_iter().zip(&mut clips) {
        if clip.is_some() {
            continue;
        }
        attempt.may_go_on(slowest + RESERVE)?;
        told = percent(told, done, planned);
        attempt
            .tell(told, &format!("Recording line {} of {planned}", done + 1))
            .await?;
        let began = Instant::now();
        *clip = Some(speak(attempt, Arc::clone(&reader), line).await?);
        slowest = slowest.max(began.elapsed());
        done += 1;
    }
    // A short script jumps over the middle with its last line.
    if percent(told, done, planned) == HALF_WAY {
        attempt
            .tell(HALF_WAY, &format!("Recording line {planned} of {planned}"))
            .await?;
    }
    info!(podcast.id = %attempt.podcast.id, lines = planned, spoken = planned - kept, kept, "lines recorded");
    Ok(Recording {
        clips: clips.into_iter().flatten().collect(),
    })
}

/// What is to be said, and where it is kept.
struct Line {
    key: String,
    host: Host,
    text: String,
    pace: f32,
}

fn lines(attempt: &Attempt, reader: &Reader, draft: &Draft) -> Vec<Line> {
    let pace = pace(&attempt.podcast.preferences.preferred_pace);
    let fingerprint = reader.fingerprint();
    let line = |turn: &Turn| {
        let text = spoken(turn);
        // The unit separator occurs in none of the parts, so that no two lines have one name.
        let asked = format!("{fingerprint}\u{1f}{:?}\u{1f}{pace}\u{1f}{text}", turn.host);
        let key = keys::clip(
            attempt.podcast.id,
            attempt.lease.generation,
            &sha256_hex(asked.as_bytes()),
        );
        Line {
            key,
            host: turn.host,
            text,
            pace,
        }
    };
    draft.turns().map(line).collect()
}

/// The words of a turn as one text.
pub(crate) fn spoken(turn: &Turn) -> String {
    turn.sentences
        .iter()
        .map(|sentence| sentence.text.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

async fn speak(attempt: &Attempt, reader: Arc<Reader>, line: Line) -> Result<Clip> {
    let Line {
        key,
        host,
        text,
        pace,
    } = line;
    debug!(podcast.id = %attempt.podcast.id, clip = key, "recording a line");
    let samples = spawn_blocking(move || reader.speak(host, &text, pace))
        .await?
        .map_err(Stop::passing)?;
    let clip = Clip {
        key,
        samples: samples.len(),
    };
    let bytes: Bytes = samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect();
    // Speaking takes seconds: a clip put after the lease was lost might come after the sweep.
    attempt.assert_lease().await?;
    attempt.worker.media.put(&clip.key, bytes).await?;
    attempt.advanced();
    Ok(clip)
}

/// Returns the clip under `key`, if there is one that ends on a whole sample.
async fn stored(attempt: &Attempt, key: &str) -> Result<Option<Clip>> {
    let Some(stored) = attempt.worker.media.head(key).await? else {
        return Ok(None);
    };
    let Ok(size_bytes) = usize::try_from(stored.size_bytes) else {
        return Ok(None);
    };
    let whole = size_bytes % SAMPLE_BYTES == 0;
    Ok(whole.then(|| Clip {
        key: key.to_owned(),
        samples: size_bytes / SAMPLE_BYTES,
    }))
}

/// How far the recording is; stops once at [`HALF_WAY`] rather than jump over it.
fn percent(told: u8, done: usize, planned: usize) -> u8 {
    let percent = Stage::Voice.progress(done, planned);
    if told < HALF_WAY && percent > HALF_WAY {
        HALF_WAY
    } else {
        percent
    }
}

fn pace(preferred: &str) -> f32 {
    match preferred {
        "slow" => 0.9,
        "fast" => 1.12,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recording_passes_half_way_and_never_goes_back() {
        for planned in 1..=80 {
            let mut told = vec![30];
            for done in 0..=planned {
                told.push(percent(told[told.len() - 1], done, planned));
            }

            assert!(told.is_sorted(), "{planned}: {told:?}");
            assert!(told.contains(&HALF_WAY), "{planned}: {told:?}");
        }
    }
}
