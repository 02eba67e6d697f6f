//! One call in ten does what it was asked and reports that it timed out. No job is lost or made twice.
//!
//! A client that asks again with its key, `create`, the queue, `generate` and `sweep` each do here what
//! they do about such an error; storage is the real one. The same lives are lived by a client without a
//! key and in a world without sweep, and the same checks must notice.

use std::collections::BTreeMap;

use podcast::Stage;
use rand::{Rng, rngs::StdRng};

use super::*;
use crate::{Accepted, Idempotency, Lease, MAX_ATTEMPTS, StorageError, error::Result};

/// What keeps a world from losing and doubling jobs.
#[derive(Debug, Clone, Copy)]
struct Safeguards {
    has_key: bool,
    is_swept: bool,
}

/// One job from the first request to the second making of it.
struct Life<'a> {
    world: &'a World,
    safeguards: Safeguards,
    dice: StdRng,
    owner: Owner,
    second: i64,
    /// When each message is handed out.
    messages: BTreeMap<u32, i64>,
    sent: u32,
    doubted: u32,
    was_given_up: bool,
    /// How often each generation was completed.
    made: BTreeMap<u32, u32>,
}

impl Life<'_> {
    /// Reports what was done, or that nobody knows.
    fn doubt<T>(&mut self, done: Result<T>) -> Result<T> {
        if self.dice.random_ratio(1, 10) {
            self.doubted += 1;
            return Err(StorageError::Unavailable("timed out".into()));
        }
        done
    }

    /// Lives it, and says what went wrong.
    async fn live(&mut self) -> Option<String> {
        let first = self.ask(None).await;
        let wrong = self.wait(first, 1).await;
        if wrong.is_some() || self.was_given_up {
            return wrong;
        }
        let again = self.ask(Some(first.podcast_id)).await;
        let wrong = self.wait(again, 2).await;
        if wrong.is_some() || self.was_given_up {
            return wrong;
        }
        if self.made.values().any(|times| *times != 1) {
            return Some(format!("made {:?} times", self.made));
        }
        if !self.messages.is_empty() {
            return Some("a message is never consumed".to_owned());
        }
        let storage = &self.world.storage;
        let library = storage
            .page(&self.owner, None, crate::Start::Skip(0), 9)
            .await
            .unwrap();
        (library.total != 1).then(|| format!("{} podcasts for one request", library.total))
    }

    /// As a client: asks again until it is answered, with the same key each time.
    async fn ask(&mut self, remade: Option<PodcastId>) -> Accepted {
        let key = Idempotency::new(format!("{remade:?}"), b"paris");
        loop {
            let storage = &self.world.storage;
            let key = self.safeguards.has_key.then(|| key.clone());
            let now = at(self.second);
            let accepted = match remade {
                None => {
                    let podcast = NewPodcast {
                        owner: self.owner.clone(),
                        ..asked_by("alice")
                    };
                    storage.accept(podcast, key, now).await
                }
                Some(id) => storage.regenerate(id, &self.owner, "…", key, now).await,
            };
            match self.doubt(accepted) {
                Ok(accepted) => {
                    // Now and then `create` dies here, and its client asks no more.
                    let is_killed = self.dice.random_bool(0.05);
                    if !accepted.is_queued && !is_killed && self.send(0).is_ok() {
                        let marked = self
                            .world
                            .storage
                            .mark_queued(accepted.podcast_id, now)
                            .await;
                        let _ = self.doubt(marked);
                    }
                    return accepted;
                }
                // Without a key it hears that the podcast is being made already: that is an answer too.
                Err(StorageError::Running) => {
                    let (podcast_id, generation) = (remade.unwrap(), 2);
                    return Accepted {
                        podcast_id,
                        generation,
                        is_new: false,
                        is_queued: true,
                    };
                }
                Err(StorageError::Unavailable(_)) => self.second += 1,
                Err(other) => panic!("{other}"),
            }
        }
    }

    /// Sends a message; asks three times at most, as the queue's SDK does.
    fn send(&mut self, delay: i64) -> Result<()> {
        let mut sent = Ok(());
        for _ in 0..3 {
            self.sent += 1;
            self.messages.insert(self.sent, self.second + delay);
            sent = self.doubt(Ok(()));
            if sent.is_ok() {
                break;
            }
        }
        sent
    }

    /// Lets queue, worker and sweep go on until this making of it is done; says what went wrong.
    async fn wait(&mut self, accepted: Accepted, generation: u32) -> Option<String> {
        let mut progress = 0;
        let end = self.second + 1800;
        while self.second < end {
            let next = self.messages.iter().min_by_key(|(_, visible)| **visible);
            let next = next.map(|(message, visible)| (*message, *visible));
            let sweep = (self.second / 60 + 1) * 60;
            match next {
                Some((message, visible)) if visible < sweep => {
                    self.second = self.second.max(visible);
                    self.deliver(message, accepted.podcast_id).await;
                }
                _ => {
                    self.second = sweep;
                    self.sweep().await;
                }
            }
            let status = self
                .world
                .storage
                .status(accepted.podcast_id, &self.owner)
                .await
                .unwrap();
            if status.progress < progress || status.generation != generation {
                return Some(format!("fell back from {progress} to {}", status.progress));
            }
            progress = status.progress;
            match status.status {
                // Five errors in a row at one place: it says so, and can be asked for again.
                Status::Failed if self.made.contains_key(&generation) => {
                    return Some("failed although it was made".to_owned());
                }
                Status::Failed => {
                    self.was_given_up = true;
                    return None;
                }
                Status::Completed if self.messages.is_empty() => return None,
                _ => {}
            }
        }
        (progress < 100).then(|| "lost".to_owned())
    }

    /// As `generate`: deletes the message, or lets it come again.
    async fn deliver(&mut self, message: u32, id: PodcastId) {
        let claim = self.world.storage.claim(id, at(self.second)).await;
        let rest = match self.doubt(claim) {
            Ok(Claim::Won(job)) => match self.make(&job).await {
                Ok(()) => None,
                Err(StorageError::LeaseLost(_)) => Some(30),
                Err(_) => self.retry_later(&job.lease).await,
            },
            Ok(Claim::Busy { until }) => Some(until.as_second() - at(self.second).as_second() + 1),
            Ok(Claim::Nothing | Claim::Exhausted) => None,
            Err(_) => Some(5),
        };
        match rest {
            Some(rest) => self.messages.insert(message, self.second + rest),
            None => self.messages.remove(&message),
        };
    }

    async fn make(&mut self, job: &Job) -> Result<()> {
        let (storage, lease) = (&self.world.storage, &job.lease);
        for stage in Stage::ALL
            .into_iter()
            .filter(|stage| !job.checkpoints.contains_key(stage))
        {
            self.second += 1;
            let now = at(self.second);
            let told = storage.progress(lease, stage.begins_at(), "…", now).await;
            self.doubt(told)?;
            if stage == Stage::Publish {
                let completed = storage.complete(lease, episode(job), now).await;
                *self.made.entry(lease.generation).or_default() += u32::from(completed.is_ok());
                self.doubt(completed)?;
            } else {
                let kept = storage
                    .checkpoint(lease, stage, "{}", stage.ends_at(), "…", now)
                    .await;
                self.doubt(kept)?;
            }
        }
        Ok(())
    }

    /// Gives the podcast back; says how long its message stays hidden.
    async fn retry_later(&mut self, lease: &Lease) -> Option<i64> {
        let (storage, now) = (&self.world.storage, at(self.second));
        let attempts = storage.attempts(lease).await;
        let given_back = match self.doubt(attempts) {
            Ok(attempts) if attempts >= MAX_ATTEMPTS => storage.fail(lease, "No", now).await,
            Ok(_) => storage.retry_later(lease, "…", now).await,
            Err(error) => Err(error),
        };
        match self.doubt(given_back) {
            Ok(()) => Some(5),
            Err(StorageError::LeaseLost(_)) => Some(30),
            Err(_) => Some(31),
        }
    }

    /// As `sweep`: each step ends at its first error.
    async fn sweep(&mut self) {
        if !self.safeguards.is_swept {
            return;
        }
        let (storage, now) = (&self.world.storage, at(self.second));
        let failed = storage.fail_exhausted("No", now).await;
        let _ = self.doubt(failed);
        let stranded = storage.stranded(now, 9).await;
        for stranded in self.doubt(stranded).unwrap_or_default() {
            if self.send(0).is_err() {
                return;
            }
            let marked = storage.mark_queued(stranded.id, now).await;
            if self.doubt(marked).is_err() {
                return;
            }
        }
    }
}

/// What came of many lives.
#[derive(Default)]
struct Lives {
    doubted: u32,
    given_up: u64,
    wrong: Vec<String>,
}

async fn live_all(first: u64, lives: u64, safeguards: Safeguards) -> Lives {
    let mut all = Lives::default();
    let mut world = World::start().await;
    world.hurry().await;
    for seed in first..first + lives {
        let mut life = Life {
            world: &world,
            safeguards,
            dice: dice(seed),
            owner: Owner::new(format!("owner-{seed}")),
            second: 0,
            messages: BTreeMap::new(),
            sent: 0,
            doubted: 0,
            was_given_up: false,
            made: BTreeMap::new(),
        };
        let failed = life.live().await;
        all.doubted += life.doubted;
        all.given_up += u64::from(life.was_given_up);
        if let Some(failed) = failed {
            all.wrong.push(format!("seed {seed}: {failed}"));
            // What it left unfinished would be swept in the next life.
            world = World::start().await;
            world.hurry().await;
        }
    }
    all
}

#[tokio::test]
async fn calls_that_are_done_and_time_out_lose_no_job_and_make_none_twice() {
    let (first, lives) = (first_seed(), tries(300, 1000));
    let safe = Safeguards {
        has_key: true,
        is_swept: true,
    };

    let Lives {
        doubted,
        given_up,
        wrong,
    } = live_all(first, lives, safe).await;
    let keyless = live_all(
        first,
        200,
        Safeguards {
            has_key: false,
            ..safe
        },
    )
    .await
    .wrong;
    let unswept = live_all(
        first,
        100,
        Safeguards {
            is_swept: false,
            ..safe
        },
    )
    .await
    .wrong;

    println!(
        "doubt: {lives} jobs, {doubted} calls in doubt, {} went wrong, {given_up} were given up \
         after five errors in a row, seeds from {first}",
        wrong.len()
    );
    println!(
        "doubt, no key: {} of 200 went wrong, as in {:?}",
        keyless.len(),
        keyless.first()
    );
    println!(
        "doubt, nothing swept: {} of 100 went wrong, as in {:?}",
        unswept.len(),
        unswept.first()
    );
    assert_eq!(wrong, [""; 0]);
    assert!(given_up <= lives / 50, "seeds from {first}");
    assert!(
        !keyless.is_empty() && !unswept.is_empty(),
        "seeds from {first}"
    );
}
