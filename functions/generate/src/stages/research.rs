use places::{Fact, Place};
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use tracing::info;

use crate::{
    attempt::Attempt,
    stop::{Result, Stop},
};

/// The place and all that is known about it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Research {
    pub(crate) place: Place,
    pub(crate) facts: Vec<Fact>,
}

/// Gathers the facts about the place that was resolved when the podcast was asked for.
pub(crate) async fn gather(attempt: &Attempt) -> Result<Research> {
    let place_id = attempt.podcast.place_id;
    let found =
        spawn_blocking(move || Some((places::place(place_id)?, places::facts(place_id)?))).await?;
    let Some((place, facts)) = found else {
        return Err(Stop::refused(format!(
            "Nothing is on record about {} any more. Please ask for another place.",
            attempt.podcast.place_label
        )));
    };
    info!(podcast.id = %attempt.podcast.id, facts = facts.len(), "facts gathered");
    Ok(Research { place, facts })
}
