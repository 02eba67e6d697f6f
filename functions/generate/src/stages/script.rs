use jiff::Timestamp;
use podcast::{PodcastType, Preferences};
use script::{Brief, Refusal, Script, compose};
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use tracing::info;

use super::Research;
use crate::{
    attempt::Attempt,
    stop::{Result, Stop},
};

/// The dialogue and the day it was written.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Draft {
    pub(crate) script: Script,
    /// `YYYY-MM-DD`. Kept, so that two attempts at one recording tag it alike, to the byte.
    pub(crate) written_on: String,
}

impl Draft {
    /// Every turn in order of speaking.
    pub(crate) fn turns(&self) -> impl Iterator<Item = &script::Turn> {
        self.script
            .chapters
            .iter()
            .flat_map(|chapter| &chapter.turns)
    }
}

/// Writes the dialogue from the facts.
pub(crate) async fn write(attempt: &Attempt, research: &Research) -> Result<Draft> {
    let (place, facts) = (research.place.clone(), research.facts.clone());
    let (podcast_type, preferences) = (
        attempt.podcast.podcast_type,
        attempt.podcast.preferences.clone(),
    );
    // Of the job, not of the attempt: whoever takes up a crashed one writes the same script.
    let generation = attempt.lease.generation;
    let composed = spawn_blocking(move || {
        let research = Research { place, facts };
        composed(&research, podcast_type, &preferences, generation)
    })
    .await?;
    let script = composed.map_err(|refusal| Stop::refused(refusal.to_string()))?;
    let written_on = Timestamp::now().strftime("%Y-%m-%d").to_string();
    let draft = Draft { script, written_on };
    info!(
        podcast.id = %attempt.podcast.id,
        chapters = draft.script.chapters.len(),
        lines = draft.turns().count(),
        facts = draft.script.facts.len(),
        "script written"
    );
    Ok(draft)
}

fn composed(
    research: &Research,
    podcast_type: PodcastType,
    preferences: &Preferences,
    generation: u32,
) -> Result<Script, Refusal> {
    let place = &research.place;
    compose(&Brief {
        podcast_type,
        generation,
        ..Brief::of(place, &place.label(), &research.facts, preferences)
    })
}
