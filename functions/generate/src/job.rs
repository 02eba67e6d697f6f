//! One message: claim, make, and what becomes of lease and message afterwards.

use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use media::keys;
use podcast::PodcastId;
use rand::Rng;
use storage::{Claim, Job, LEASE, Lease, MAX_ATTEMPTS, StorageError};
use tokio::time::timeout;
use tracing::{error, info, warn};

use crate::{
    Worker,
    attempt::Attempt,
    heartbeat::{HIDDEN_FOR, Heartbeat},
    stages,
    stop::{Cause, Result, Stop, chain},
};

/// What a listener reads when five attempts got it no further.
const EXHAUSTED: &str = "This episode could not be made: something on our side failed five times. \
    Please try again later.";

/// How long a line being recorded may go on after the process was told to stop.
///
/// Giving the job back takes time too, on a busy machine a second: the emulator kills a process two and a half seconds
/// after it told it.
const GRACE: Duration = Duration::from_secs(1);

/// How long the queue may take: a process that is told to stop has no time for its retries.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long the message of a process told to stop stays hidden: until that process is gone and cannot be
/// handed it again.
const SOON: Duration = Duration::from_secs(1);

/// How often a message is handed out before a new one takes its place.
///
/// The queue parks what it handed out five times as what only ever crashed its worker. Nothing is wrong
/// with a message whose podcast another worker is making, or that waits for a second attempt.
const MOST_RECEIVES: u32 = 4;

/// A message as it was handed out.
pub(crate) struct Delivery {
    /// What to make.
    pub(crate) podcast_id: PodcastId,
    /// Which of its makings the message asks for.
    pub(crate) generation: u32,
    /// How often the message has been handed out, this time included.
    pub(crate) receives: u32,
    /// Names the message while it is handed out.
    pub(crate) receipt_handle: String,
    /// When the invocation is cut off.
    pub(crate) deadline: SystemTime,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing more is to be done for it.
    Consumed,
    /// It is handed out again once it is visible.
    ComesAgain,
}

/// Does what a message asks for, as far as it can be done now.
pub(crate) async fn take(worker: &Worker, delivery: Delivery) -> Fate {
    if worker.stopping.is_cancelled() {
        return comes_again(worker, &delivery, SOON).await;
    }
    let id = delivery.podcast_id;
    // Before anything that takes time: should this process die in it, the message is back in half a minute.
    hide(worker, &delivery, HIDDEN_FOR).await;
    match worker.storage.claim(id, Timestamp::now()).await {
        Ok(Claim::Won(job)) => make(worker, *job, delivery).await,
        Ok(Claim::Busy { until }) => {
            let rest =
                Duration::try_from(until.duration_since(Timestamp::now())).unwrap_or_default();
            info!(podcast.id = %id, rest_s = rest.as_secs(), "another worker makes this podcast");
            // The queue counts whole seconds and rounds up: it comes after the lease, and no two seconds later.
            comes_again(worker, &delivery, rest).await
        }
        Ok(Claim::Nothing) => {
            info!(podcast.id = %id, "nothing to do for this podcast");
            Fate::Consumed
        }
        Ok(Claim::Exhausted) => give_up_exhausted(worker, &delivery).await,
        Err(error) => {
            warn!(podcast.id = %id, error = chain(&error), "podcast could not be claimed");
            comes_again(worker, &delivery, backoff(1)).await
        }
    }
}

async fn make(worker: &Worker, job: Job, delivery: Delivery) -> Fate {
    let lease = job.lease.clone();
    let began = Instant::now();
    info!(
        podcast.id = %lease.podcast_id,
        podcast.generation = lease.generation,
        attempt = job.podcast.attempt,
        location = job.podcast.place_label,
        "making a podcast"
    );
    let made = guarded(worker, job, &delivery).await;
    let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let end = End {
        worker,
        delivery: &delivery,
        lease: &lease,
    };
    match end.settle(made).await {
        Ok(fate) => {
            info!(podcast.id = %lease.podcast_id, duration_ms, "done with a podcast for now: {fate:?}");
            fate
        }
        Err(error) => {
            // The row could not be told. Its lease runs out, and then message or sweep bring it back.
            warn!(podcast.id = %lease.podcast_id, error = chain(&error), "outcome could not be stored");
            let lease_rest = LEASE.unsigned_abs() + Duration::from_secs(1);
            comes_again(worker, &delivery, lease_rest).await
        }
    }
}

/// Works until the episode is published, the lease is lost or the process is told to stop.
///
/// Dropping the work half-way is safe at any point: every row it writes is written by one statement or
/// transaction that carries the lease, and every object has its final bytes or none. But a write that
/// was under way goes on, the work's or the heartbeat's: this waits for its end, so that none is made after
/// the answer. Half a minute at worst is no long time for a worker, and shorter patience would cost attempts.
async fn guarded(worker: &Worker, job: Job, delivery: &Delivery) -> Result<()> {
    let heartbeat = Heartbeat::start(
        worker.storage.clone(),
        worker.queue.clone(),
        job.lease.clone(),
        delivery.receipt_handle.clone(),
    );
    let made = tokio::select! {
        biased;
        // First: a completed podcast has no lease any more, and a beat that finds this out tells of no loss.
        made = stages::run(Attempt::new(worker, job, delivery.deadline)) => made,
        () = heartbeat.lost() => Err(Stop::LeaseLost),
        () = told_to_stop(worker) => Err(Stop::Interrupted),
    };
    heartbeat.end().await;
    worker.storage.idle().await;
    made
}

/// Deletes the work objects of a completed podcast. The sweep would do so too, somewhat later.
async fn clear(worker: &Worker, lease: &Lease) {
    let prefix = keys::work(lease.podcast_id, lease.generation);
    if let Err(error) = worker.media.delete_prefix(&prefix).await {
        warn!(podcast.id = %lease.podcast_id, error = chain(&error), "work objects left to the sweep");
    }
}

async fn told_to_stop(worker: &Worker) {
    worker.stopping.cancelled().await;
    tokio::time::sleep(GRACE).await;
}

/// The end of one attempt.
struct End<'a> {
    worker: &'a Worker,
    delivery: &'a Delivery,
    lease: &'a Lease,
}

impl End<'_> {
    async fn settle(&self, made: Result<()>) -> Result<Fate, StorageError> {
        let settled = match made {
            Ok(()) => {
                clear(self.worker, self.lease).await;
                Ok(Fate::Consumed)
            }
            Err(Stop::LeaseLost) => Err(StorageError::LeaseLost(self.lease.podcast_id)),
            Err(Stop::Refused { reason, cause }) => self.fail(&reason, cause).await,
            Err(Stop::Passing(cause)) => self.retry_later(cause).await,
            Err(Stop::Interrupted) => self.release().await,
            Err(Stop::OutOfTime) => self.hand_on().await,
        };
        match settled {
            Err(StorageError::LeaseLost(id)) => {
                // Whoever has the podcast now may live on this very message: it is left as it is, and
                // if nobody needs it, it comes back once and finds nothing to do.
                info!(podcast.id = %id, "lease lost: stopped without a trace");
                Ok(Fate::ComesAgain)
            }
            settled => settled,
        }
    }

    async fn fail(&self, reason: &str, cause: Option<Cause>) -> Result<Fate, StorageError> {
        match cause {
            Some(cause) => {
                error!(podcast.id = %self.lease.podcast_id, error = chain(&*cause), "podcast failed: {reason}");
            }
            None => info!(podcast.id = %self.lease.podcast_id, "podcast failed: {reason}"),
        }
        self.worker
            .storage
            .fail(self.lease, reason, Timestamp::now())
            .await?;
        Ok(Fate::Consumed)
    }

    /// Lets a later attempt try, unless as many as may got the podcast no further.
    async fn retry_later(&self, cause: Cause) -> Result<Fate, StorageError> {
        let attempts = self.worker.storage.attempts(self.lease).await?;
        if attempts >= MAX_ATTEMPTS {
            return self.fail(EXHAUSTED, Some(cause)).await;
        }
        let rest = backoff(attempts);
        let seconds = rest.as_secs().max(1);
        warn!(podcast.id = %self.lease.podcast_id, error = chain(&*cause), rest_s = seconds, "attempt failed");
        let message =
            format!("Something went wrong on our side; trying again in {seconds} seconds");
        self.worker
            .storage
            .retry_later(self.lease, &message, Timestamp::now())
            .await?;
        Ok(comes_again(self.worker, self.delivery, rest).await)
    }

    async fn release(&self) -> Result<Fate, StorageError> {
        self.worker
            .storage
            .release(self.lease, Timestamp::now())
            .await?;
        info!(podcast.id = %self.lease.podcast_id, "told to stop: podcast given back");
        Ok(comes_again(self.worker, self.delivery, SOON).await)
    }

    /// Gives the podcast to a later invocation by a message of its own: the old one would come nearer
    /// to the dead-letter queue with each, though nothing is wrong with it.
    async fn hand_on(&self) -> Result<Fate, StorageError> {
        self.worker
            .storage
            .release(self.lease, Timestamp::now())
            .await?;
        info!(podcast.id = %self.lease.podcast_id, "out of time: podcast handed on");
        let sent = self
            .worker
            .queue
            .send(self.lease.podcast_id, self.lease.generation, Duration::ZERO)
            .await;
        Ok(match sent {
            Ok(()) => Fate::Consumed,
            Err(error) => {
                warn!(podcast.id = %self.lease.podcast_id, %error, "not sent anew: its old message stays");
                comes_again(self.worker, self.delivery, Duration::ZERO).await
            }
        })
    }
}

async fn give_up_exhausted(worker: &Worker, delivery: &Delivery) -> Fate {
    match worker
        .storage
        .fail_exhausted(EXHAUSTED, Timestamp::now())
        .await
    {
        Ok(failed) => {
            error!(podcast.id = %delivery.podcast_id, failed = failed.len(), "podcast given up after five attempts");
            Fate::Consumed
        }
        Err(error) => {
            warn!(podcast.id = %delivery.podcast_id, error = chain(&error), "podcast could not be given up");
            comes_again(worker, delivery, backoff(1)).await
        }
    }
}

/// Lets the message be handed out again after `rest`, or one like it.
async fn comes_again(worker: &Worker, delivery: &Delivery, rest: Duration) -> Fate {
    if delivery.receives >= MOST_RECEIVES && is_sent_anew(worker, delivery, rest).await {
        return Fate::Consumed;
    }
    hide(worker, delivery, rest).await;
    Fate::ComesAgain
}

async fn is_sent_anew(worker: &Worker, delivery: &Delivery, rest: Duration) -> bool {
    let Delivery {
        podcast_id,
        generation,
        ..
    } = *delivery;
    let sent = worker.queue.send(podcast_id, generation, rest);
    match timeout(PATIENCE, sent).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            warn!(podcast.id = %podcast_id, %error, "not sent anew: its old message stays");
            false
        }
        Err(_) => {
            warn!(podcast.id = %podcast_id, "queue is silent: its old message stays");
            false
        }
    }
}

/// Hides the message for `rest` from now on.
async fn hide(worker: &Worker, delivery: &Delivery, rest: Duration) {
    let hidden = worker.queue.set_visibility(&delivery.receipt_handle, rest);
    match timeout(PATIENCE, hidden).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            warn!(podcast.id = %delivery.podcast_id, %error, "message comes again in the queue's time")
        }
        Err(_) => {
            warn!(podcast.id = %delivery.podcast_id, "queue is silent: message comes again in its time")
        }
    }
}

/// 5 s, 10 s, 20 s … each up to a half shorter or longer, so that what failed together comes back apart.
fn backoff(attempts: u32) -> Duration {
    let middle = Duration::from_secs(5) * 2_u32.pow(attempts.clamp(1, MAX_ATTEMPTS) - 1);
    middle.mul_f64(rand::rng().random_range(0.5..1.5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_with_each_attempt_give_or_take_a_half() {
        for _ in 0..100 {
            for (attempts, middle_s) in [(1, 5.0), (2, 10.0), (5, 80.0)] {
                let wait_s = backoff(attempts).as_secs_f64();
                assert!(
                    (middle_s * 0.5..middle_s * 1.5).contains(&wait_s),
                    "{attempts}: {wait_s}"
                );
            }
        }
    }
}
