use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant, SystemTime},
};

use jiff::Timestamp;
use podcast::Stage;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use storage::{Job, Lease, Podcast};
use tracing::{info, warn};

use crate::{
    Worker,
    stop::{Result, Stop},
};

/// One attempt at a podcast: what the stages work with.
pub(crate) struct Attempt {
    pub(crate) worker: Worker,
    pub(crate) podcast: Podcast,
    pub(crate) lease: Lease,
    checkpoints: BTreeMap<Stage, String>,
    stage_durations_ms: BTreeMap<Stage, u64>,
    deadline: SystemTime,
    has_advanced: AtomicBool,
}

/// What a stage made, as its checkpoint keeps it.
#[derive(Serialize, Deserialize)]
struct Kept<T> {
    duration_ms: u64,
    made: T,
}

impl Attempt {
    pub(crate) fn new(worker: &Worker, job: Job, deadline: SystemTime) -> Self {
        Self {
            worker: worker.clone(),
            podcast: job.podcast,
            lease: job.lease,
            checkpoints: job.checkpoints,
            stage_durations_ms: BTreeMap::new(),
            deadline,
            has_advanced: AtomicBool::new(false),
        }
    }

    /// Returns what an earlier attempt's `stage` made, if it is there and can still be read.
    pub(crate) fn kept<T: DeserializeOwned>(&mut self, stage: Stage) -> Option<T> {
        let payload = self.checkpoints.get(&stage)?;
        match serde_json::from_str::<Kept<T>>(payload) {
            Ok(kept) => {
                self.stage_durations_ms.insert(stage, kept.duration_ms);
                Some(kept.made)
            }
            Err(error) => {
                // Written by another version of this program: the stage is cheap next to a failed job.
                warn!(podcast.id = %self.podcast.id, stage = stage.as_str(), %error, "checkpoint made anew");
                None
            }
        }
    }

    /// Runs `stage` and keeps what it made.
    pub(crate) async fn make<T: Serialize>(
        &mut self,
        stage: Stage,
        work: impl AsyncFnOnce(&Self) -> Result<T>,
    ) -> Result<T> {
        let began = Instant::now();
        self.tell(stage.begins_at(), announcement(stage)).await?;
        let made = work(self).await?;
        let duration_ms = self.time(stage, began);
        let kept = Kept { duration_ms, made };
        let payload = serde_json::to_string(&kept).map_err(Stop::passing)?;
        let next = Stage::ALL
            .into_iter()
            .find(|next| *next > stage)
            .unwrap_or(stage);
        self.worker
            .storage
            .checkpoint(
                &self.lease,
                stage,
                &payload,
                stage.ends_at(),
                announcement(next),
                Timestamp::now(),
            )
            .await?;
        self.has_advanced.store(true, Ordering::Relaxed);
        Ok(kept.made)
    }

    /// Notes and logs how long `stage` took in this attempt.
    pub(crate) fn time(&mut self, stage: Stage, began: Instant) -> u64 {
        let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.stage_durations_ms.insert(stage, duration_ms);
        info!(podcast.id = %self.podcast.id, stage = stage.as_str(), duration_ms, "stage done");
        duration_ms
    }

    /// How long each stage took, earlier attempts' included.
    pub(crate) fn stage_durations_ms(&self) -> &BTreeMap<Stage, u64> {
        &self.stage_durations_ms
    }

    /// Tells the listener how far it is.
    pub(crate) async fn tell(&self, percent: u8, message: &str) -> Result<()> {
        Ok(self
            .worker
            .storage
            .progress(&self.lease, percent, message, Timestamp::now())
            .await?)
    }

    /// Makes sure that the lease still holds, right before bytes are written that only its holder may write.
    pub(crate) async fn assert_lease(&self) -> Result<()> {
        Ok(self
            .worker
            .storage
            .extend(&self.lease, Timestamp::now())
            .await?)
    }

    /// Notes that this attempt has made something that none needs to make again.
    pub(crate) fn advanced(&self) {
        self.has_advanced.store(true, Ordering::Relaxed);
    }

    /// Stops here if the process was told to stop, or if `needed` is more than the invocation has left.
    ///
    /// An invocation that has not made anything yet tries in any case, so that each gets further.
    pub(crate) fn may_go_on(&self, needed: Duration) -> Result<()> {
        if self.worker.stopping.is_cancelled() {
            return Err(Stop::Interrupted);
        }
        let left = self
            .deadline
            .duration_since(SystemTime::now())
            .unwrap_or_default();
        match self.has_advanced.load(Ordering::Relaxed) && left < needed {
            true => Err(Stop::OutOfTime),
            false => Ok(()),
        }
    }
}

/// What is happening, in words for the listener.
fn announcement(stage: Stage) -> &'static str {
    match stage {
        Stage::Research => "Gathering facts",
        Stage::Script => "Writing the script",
        Stage::Voice => "Preparing the recording",
        Stage::Master => "Mixing and mastering the episode",
        Stage::Publish => "Publishing the episode",
    }
}
