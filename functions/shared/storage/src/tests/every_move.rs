//! Two workers and an owner make every move from every state that such moves can reach.
//!
//! A model of twenty lines says what each move must do. The walk is breadth-first over the states of
//! the model; each state is reached on the real database by the moves that lead there.

use std::collections::{HashSet, VecDeque};

use podcast::Stage;

use super::*;
use crate::{Lease, StorageError};

/// Worker 0 or worker 1.
type Worker = usize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Row {
    Pending,
    Held { by: Worker, expired: bool },
    Completed,
    Failed,
    Gone,
}

/// The row, and which workers believe they hold a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct State {
    row: Row,
    believes: [bool; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    Claim(Worker),
    Extend(Worker),
    Progress(Worker),
    Checkpoint(Worker),
    Complete(Worker),
    Fail(Worker),
    Release(Worker),
    RetryLater(Worker),
    Expire,
    Delete,
    Regenerate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    Busy,
    Nothing,
    LeaseLost,
    Running,
    NotFound,
}

fn moves() -> Vec<Move> {
    use Move::*;
    let by_worker = [
        Claim, Extend, Progress, Checkpoint, Complete, Fail, Release, RetryLater,
    ];
    let workers = by_worker.into_iter().flat_map(|make| [make(0), make(1)]);
    workers.chain([Expire, Delete, Regenerate]).collect()
}

/// What must come of `step` in `state`; nothing for a worker that never had a lease to write with.
fn expected(state: State, step: Move) -> Option<(Outcome, State)> {
    use Move::*;
    let becomes = |row| Some((Outcome::Done, State { row, ..state }));
    let stays = |outcome| Some((outcome, state));
    match step {
        Claim(worker) => match state.row {
            Row::Held { expired: false, .. } => stays(Outcome::Busy),
            Row::Pending | Row::Held { .. } => {
                let mut believes = state.believes;
                believes[worker] = true;
                let row = Row::Held {
                    by: worker,
                    expired: false,
                };
                Some((Outcome::Done, State { row, believes }))
            }
            Row::Completed | Row::Failed | Row::Gone => stays(Outcome::Nothing),
        },
        Expire => match state.row {
            Row::Held { by, .. } => becomes(Row::Held { by, expired: true }),
            _ => stays(Outcome::Done),
        },
        Delete if state.row == Row::Gone => stays(Outcome::NotFound),
        Delete => becomes(Row::Gone),
        Regenerate => match state.row {
            Row::Gone => stays(Outcome::NotFound),
            Row::Completed | Row::Failed => becomes(Row::Pending),
            Row::Pending | Row::Held { .. } => stays(Outcome::Running),
        },
        Extend(worker) | Progress(worker) | Checkpoint(worker) | Complete(worker)
        | Fail(worker) | Release(worker) | RetryLater(worker) => match state.row {
            _ if !state.believes[worker] => None,
            Row::Held { by, expired } if by == worker => becomes(match step {
                Extend(_) => Row::Held { by, expired: false },
                Complete(_) => Row::Completed,
                Fail(_) => Row::Failed,
                Release(_) | RetryLater(_) => Row::Pending,
                _ => Row::Held { by, expired },
            }),
            _ => stays(Outcome::LeaseLost),
        },
    }
}

/// One podcast in the real database and the leases its workers believe in.
struct Play<'a> {
    world: &'a World,
    id: PodcastId,
    leases: [Option<Lease>; 2],
    second: i64,
}

impl<'a> Play<'a> {
    async fn start(world: &'a World) -> Self {
        let id = world.accept(asked_by("alice"), 0).await;
        Self {
            world,
            id,
            leases: [None, None],
            second: 0,
        }
    }

    async fn make(&mut self, step: Move) -> Outcome {
        let (storage, now, owner) = (&self.world.storage, at(self.second), alice());
        let lease = |worker: Worker| self.leases[worker].as_ref().unwrap();
        let result = match step {
            Move::Claim(worker) => return self.claim(worker).await,
            Move::Expire => {
                self.second += 31;
                Ok(())
            }
            Move::Extend(worker) => storage.extend(lease(worker), now).await,
            Move::Progress(worker) => storage.progress(lease(worker), 50, "…", now).await,
            Move::Checkpoint(worker) => {
                storage
                    .checkpoint(lease(worker), Stage::Script, "{}", 30, "…", now)
                    .await
            }
            Move::Complete(worker) => storage.complete(lease(worker), self.episode(), now).await,
            Move::Fail(worker) => storage.fail(lease(worker), "no", now).await,
            Move::Release(worker) => storage.release(lease(worker), now).await,
            Move::RetryLater(worker) => storage.retry_later(lease(worker), "…", now).await,
            Move::Delete => storage.delete(self.id, &owner, now).await,
            Move::Regenerate => storage
                .regenerate(self.id, &owner, "", None, now)
                .await
                .map(drop),
        };
        match result {
            Ok(()) => Outcome::Done,
            Err(StorageError::LeaseLost(id)) if id == self.id => Outcome::LeaseLost,
            Err(StorageError::Running) => Outcome::Running,
            Err(StorageError::NotFound) => Outcome::NotFound,
            Err(other) => panic!("{step:?}: {other}"),
        }
    }

    async fn claim(&mut self, worker: Worker) -> Outcome {
        match self
            .world
            .storage
            .claim(self.id, at(self.second))
            .await
            .unwrap()
        {
            Claim::Won(job) => {
                self.leases[worker] = Some(job.lease);
                Outcome::Done
            }
            Claim::Busy { .. } => Outcome::Busy,
            Claim::Nothing => Outcome::Nothing,
            Claim::Exhausted => panic!("no path is that long"),
        }
    }

    fn episode(&self) -> Completion {
        Completion {
            title: "Paris".to_owned(),
            description: "…".to_owned(),
            script: "…".to_owned(),
            metadata: json!({}),
            audio_key: format!("episodes/{}/1.mp3", self.id),
            duration_s: 1,
            size_bytes: 1,
            message: "…".to_owned(),
        }
    }

    /// Everything the database holds about the podcast.
    async fn everything(&self, raw: &Connection) -> Vec<Vec<String>> {
        const TABLES: [&str; 4] = [
            "SELECT * FROM podcasts WHERE id = ?1",
            "SELECT * FROM scripts WHERE podcast_id = ?1",
            "SELECT * FROM checkpoints WHERE podcast_id = ?1",
            "SELECT * FROM discarded_media WHERE path LIKE '%' || ?1 || '%'",
        ];
        let read = |row: &libsql::Row| {
            Ok((0..row.column_count())
                .map(|column| text(row.get_value(column).unwrap()))
                .collect())
        };
        let mut everything = Vec::new();
        for table in TABLES {
            everything.extend(rows(raw, table, [self.id.to_string()], read).await.unwrap());
        }
        everything
    }
}

#[tokio::test]
async fn no_stale_worker_writes_in_any_reachable_state() {
    let world = World::start().await;
    let raw = world.raw().await;
    let start = State {
        row: Row::Pending,
        believes: [false, false],
    };
    let mut seen = HashSet::from([start]);
    let mut waiting = VecDeque::from([(start, Vec::new())]);
    let mut stale_writes_refused = 0;

    while let Some((state, path)) = waiting.pop_front() {
        for step in moves() {
            let Some((outcome, next)) = expected(state, step) else {
                continue;
            };
            let mut play = Play::start(&world).await;
            for earlier in &path {
                play.make(*earlier).await;
            }

            let before = play.everything(&raw).await;
            let came = play.make(step).await;

            assert_eq!(came, outcome, "{step:?} in {state:?} after {path:?}");
            if outcome != Outcome::Done {
                let after = play.everything(&raw).await;
                assert_eq!(after, before, "{step:?} in {state:?} after {path:?}");
                stale_writes_refused += usize::from(outcome == Outcome::LeaseLost);
            }
            if seen.insert(next) {
                waiting.push_back((next, [path.as_slice(), &[step]].concat()));
            }
        }
    }

    assert_eq!((seen.len(), stale_writes_refused), (22, 140));
    let counted = "SELECT status || count(*) FROM podcasts GROUP BY status ORDER BY status";
    let kept = "SELECT status || count FROM totals ORDER BY status";
    assert_eq!(world.texts(counted).await, world.texts(kept).await);
}
