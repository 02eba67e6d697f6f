//! The clock is put forward or back by an hour, and every job is made all the same, once.

use std::collections::BTreeMap;

use rand::Rng;

use super::*;
use crate::{Idempotency, StorageError};

const HOUR: i64 = 3600;

async fn stranded(world: &World, second: i64) -> Vec<PodcastId> {
    let found = world.storage.stranded(at(second), 100).await.unwrap();
    found.into_iter().map(|stranded| stranded.id).collect()
}

#[tokio::test]
async fn a_dead_workers_lease_does_not_outlive_a_clock_put_back() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), HOUR).await;
    let dead = world.claim(id, HOUR).await;

    let job = world.claim(id, 5).await;

    assert_eq!(job.podcast.attempt, 2);
    let late = world.storage.extend(&dead.lease, at(6)).await;
    assert!(matches!(late, Err(StorageError::LeaseLost(_))), "{late:?}");
}

#[tokio::test]
async fn a_living_workers_next_beat_is_by_the_clock_put_back() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), HOUR).await;
    let job = world.claim(id, HOUR).await;

    world.storage.extend(&job.lease, at(5)).await.unwrap();

    let rival = world.storage.claim(id, at(6)).await.unwrap();
    assert_eq!(rival, Claim::Busy { until: at(35) });
}

#[tokio::test]
async fn a_worker_whose_clock_is_half_a_minute_fast_keeps_its_lease() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), 0).await;
    world.claim(id, 30).await;

    let rival = world.storage.claim(id, at(0)).await.unwrap();

    assert_eq!(rival, Claim::Busy { until: at(60) });
}

#[tokio::test]
async fn nothing_is_stranded_for_longer_because_the_clock_was_put_back() {
    let world = World::start().await;
    let unqueued = world.accept(asked_by("alice"), HOUR).await;
    let queued = world.accept(asked_by("alice"), HOUR).await;
    world.storage.mark_queued(queued, at(HOUR)).await.unwrap();
    let dead = world.accept(asked_by("alice"), HOUR).await;
    world.claim(dead, HOUR).await;
    world.storage.mark_queued(dead, at(HOUR)).await.unwrap();

    let mut found = stranded(&world, 0).await;

    found.sort_by_key(ToString::to_string);
    assert_eq!(found, [unqueued, queued, dead]);
    for id in found {
        world.storage.mark_queued(id, at(0)).await.unwrap();
    }
    assert_eq!(stranded(&world, 1).await, [], "once is enough");
}

#[tokio::test]
async fn an_exhausted_podcast_fails_although_the_clock_was_put_back() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), 0).await;
    for attempt in 0..5 {
        world.claim(id, HOUR + attempt * 60).await;
    }

    let claim = world.storage.claim(id, at(0)).await.unwrap();
    let failed = world.storage.fail_exhausted("No", at(0)).await.unwrap();

    assert_eq!((claim, failed), (Claim::Exhausted, vec![id]));
}

#[tokio::test]
async fn a_key_stands_for_its_job_whichever_way_the_clock_goes() {
    let world = World::start().await;
    let accept = async |second| {
        let key = Idempotency::new("key-1", b"paris");
        let accepted = world
            .storage
            .accept(asked_by("alice"), Some(key), at(second));
        accepted.await.unwrap()
    };
    let first = accept(0).await;

    for jump in [-HOUR, HOUR, 23 * HOUR] {
        assert_eq!(world.storage.forget_idempotency(at(jump)).await.unwrap(), 0);
        assert_eq!(accept(jump).await.podcast_id, first.podcast_id);
    }
}

/// A life of one job by the clock of one machine, which jumps: queue, two workers, sweep.
struct Life<'a> {
    world: &'a World,
    is_swept: bool,
    id: PodcastId,
    clock_s: i64,
    /// When each message is handed out, by the same clock.
    messages: BTreeMap<u32, i64>,
    workers: [Option<Work>; 2],
    made: u32,
}

/// A worker at work: what it holds and how far it is.
struct Work {
    message: u32,
    job: Box<Job>,
    percent: u8,
}

impl<'a> Life<'a> {
    async fn begin(world: &'a World, is_swept: bool) -> Self {
        let id = world.accept(asked_by("alice"), 0).await;
        Self {
            world,
            is_swept,
            id,
            clock_s: 0,
            messages: BTreeMap::from([(0, 0)]),
            workers: [None, None],
            made: 0,
        }
    }

    /// Lives until the job is done; gives the seconds it took, `None` where it was never done.
    async fn live(mut self, seed: u64) -> Option<i64> {
        let mut dice = dice(seed);
        let jumps = [dice.random_range(1..15), dice.random_range(1..90)];
        let mut progress = 0;
        for second in 1..=900 {
            self.clock_s += 1;
            if jumps.contains(&second) {
                self.clock_s += if dice.random() { HOUR } else { -HOUR };
            }
            self.receive().await;
            for worker in 0..2 {
                if dice.random_ratio(1, 15) {
                    self.workers[worker] = None;
                }
                self.work(worker, second).await;
            }
            if self.is_swept && second % 60 == 0 {
                self.sweep().await;
            }
            let (status, now, _) = self.world.status(self.id).await;
            assert!(
                now >= progress,
                "seed {seed}: progress fell from {progress} to {now}"
            );
            assert_ne!(status, Status::Failed, "seed {seed}");
            assert_eq!(
                self.made,
                u32::from(status == Status::Completed),
                "seed {seed}"
            );
            progress = now;
            if self.made > 0 && self.workers.iter().all(Option::is_none) {
                return Some(second);
            }
        }
        None
    }

    async fn receive(&mut self) {
        for (message, visible_s) in self.messages.clone() {
            let free = self.workers.iter().position(Option::is_none);
            let (Some(worker), true) = (free, visible_s <= self.clock_s) else {
                continue;
            };
            match self
                .world
                .storage
                .claim(self.id, at(self.clock_s))
                .await
                .unwrap()
            {
                Claim::Won(job) => {
                    self.messages.insert(message, self.clock_s + 30);
                    let percent = job.podcast.progress;
                    self.workers[worker] = Some(Work {
                        message,
                        job,
                        percent,
                    });
                }
                Claim::Busy { until } => {
                    let rest = until.as_second() - at(self.clock_s).as_second();
                    self.messages.insert(message, self.clock_s + rest + 1);
                }
                Claim::Nothing | Claim::Exhausted => {
                    self.messages.remove(&message);
                }
            }
        }
    }

    async fn work(&mut self, worker: usize, second: i64) {
        let (storage, now) = (&self.world.storage, at(self.clock_s));
        let Some(work) = &mut self.workers[worker] else {
            return;
        };
        work.percent = (work.percent + 7).min(100);
        let done = if work.percent == 100 {
            storage
                .complete(&work.job.lease, episode(&work.job), now)
                .await
        } else if second % 10 == 0 {
            self.messages.insert(work.message, self.clock_s + 30);
            storage.extend(&work.job.lease, now).await
        } else {
            storage
                .progress(&work.job.lease, work.percent, "…", now)
                .await
        };
        match done {
            Ok(()) if work.percent < 100 => {}
            Ok(()) => {
                self.messages.remove(&work.message);
                self.made += 1;
                self.workers[worker] = None;
            }
            Err(StorageError::LeaseLost(_)) => self.workers[worker] = None,
            Err(other) => panic!("{other}"),
        }
    }

    async fn sweep(&mut self) {
        let (storage, now) = (&self.world.storage, at(self.clock_s));
        for stranded in storage.stranded(now, 9).await.unwrap() {
            if stranded.id == self.id {
                let message = self.messages.keys().max().unwrap_or(&0) + 1;
                self.messages.insert(message, self.clock_s);
            }
            storage.mark_queued(stranded.id, now).await.unwrap();
        }
    }
}

/// Lives many lives; gives how many jobs were made, and the longest time one took.
async fn live_all(first: u64, lives: u64, is_swept: bool) -> (u64, i64) {
    let world = World::start().await;
    world.hurry().await;
    let (mut made, mut longest_s) = (0, 0);
    for seed in first..first + lives {
        let life = Life::begin(&world, is_swept).await;
        if let Some(took_s) = life.live(seed).await {
            made += 1;
            longest_s = longest_s.max(took_s);
        }
    }
    (made, longest_s)
}

#[tokio::test]
async fn a_clock_that_jumps_twice_loses_no_job_and_makes_none_twice() {
    let (first, lives) = (first_seed(), tries(60, 1000));

    let (made, longest_s) = live_all(first, lives, true).await;
    let (made_unswept, _) = live_all(first, lives, false).await;

    println!(
        "clock: {made} of {lives} jobs made once, the slowest in {longest_s} s, seeds from {first}"
    );
    println!("clock, nothing swept: {made_unswept} of {lives} jobs made");
    assert_eq!(made, lives, "seeds from {first}");
    assert!(made_unswept < lives, "seeds from {first}");
}
