//! The five stages, each in its file, and the order they run in.

mod master;
mod publish;
mod research;
mod script;
mod voice;

use podcast::Stage;

use crate::{attempt::Attempt, stop::Result};

pub(crate) use self::{
    master::Episode,
    research::Research,
    script::Draft,
    voice::{Recording, spoken},
};

/// Takes the job from where its checkpoints end to the published episode.
pub(crate) async fn run(mut attempt: Attempt) -> Result<()> {
    let research = match attempt.kept(Stage::Research) {
        Some(research) => research,
        None => attempt.make(Stage::Research, research::gather).await?,
    };
    let draft = match attempt.kept(Stage::Script) {
        Some(draft) => draft,
        None => {
            attempt
                .make(Stage::Script, async |attempt| {
                    script::write(attempt, &research).await
                })
                .await?
        }
    };
    let episode = episode(&mut attempt, &research, &draft).await?;
    publish::publish(attempt, &research, &draft, &episode).await
}

/// Returns the mastered episode, recording and mastering what of it is not there.
async fn episode(attempt: &mut Attempt, research: &Research, draft: &Draft) -> Result<Episode> {
    // Read even when it is no longer needed, for what it tells about the time it took.
    let recording = attempt.kept::<Recording>(Stage::Voice);
    if let Some(episode) = attempt.kept::<Episode>(Stage::Master)
        && episode.is_stored(&attempt.worker.media).await?
    {
        return Ok(episode);
    }
    let recording = match recording {
        Some(recording) if recording.is_stored(attempt).await? => recording,
        _ => {
            attempt
                .make(Stage::Voice, async |attempt| {
                    voice::record(attempt, draft).await
                })
                .await?
        }
    };
    attempt
        .make(Stage::Master, async |attempt| {
            master::master(attempt, research, draft, &recording).await
        })
        .await
}
