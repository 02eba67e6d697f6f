//! Two workers and an owner make every move from every state that such moves can reach.
//!
//! Each move is one transaction, so to make every move in every state is to try every interleaving of
//! the three. The walk is breadth-first over what the real database holds; a model of twenty lines says
//! what must come of each move, and [`Seen::broken_rule`] what must hold after it. What a stale worker
//! is refused it tries a second time in a copy where every statement finds the token it asks for, as if
//! none asked: the same rules must notice.

mod model;

use std::collections::{HashSet, VecDeque};

use podcast::Stage;

use super::*;
use crate::{Lease, StorageError};
use model::{Move, Outcome, Row, State, Worker, expected, moves};

/// Enough for a worker of an older one.
const GENERATIONS: u32 = 2;

/// All that tells two states apart: in each of these, every move is made once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    state: State,
    progress: u8,
    generation: u32,
    /// The generation that each worker's lease was won for.
    leases: [Option<u32>; 2],
    checkpoints: Vec<(u32, String)>,
}

/// Whether statements ask for the token of the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fence {
    On,
    Off,
}

/// A lease and the token in it.
#[derive(Clone)]
struct Held {
    lease: Lease,
    token: String,
}

/// One podcast in the real database and the leases its workers believe in.
#[derive(Clone)]
struct Play {
    id: PodcastId,
    leases: [Option<Held>; 2],
    second: i64,
    path: Vec<Move>,
}

/// What the database holds about one podcast.
struct Seen {
    place: Place,
    audio_key: Option<String>,
    has_script: bool,
}

/// What came of a walk.
#[derive(Default)]
struct Walk {
    states: usize,
    moves: usize,
    refused: usize,
    broken: Vec<String>,
    broken_unfenced: Vec<String>,
}

/// The database, a second module on it that has no fence, and a connection past them.
struct Board {
    world: World,
    unfenced: Storage,
    raw: Connection,
    columns: String,
}

impl Play {
    fn holder(&self, token: &str) -> Worker {
        let holds = |held: &Option<Held>| held.as_ref().is_some_and(|held| held.token == token);
        self.leases
            .iter()
            .position(holds)
            .expect("one of the two claimed it")
    }

    fn episode(&self, lease: &Lease) -> Completion {
        Completion {
            title: "Paris".to_owned(),
            description: "…".to_owned(),
            script: "…".to_owned(),
            metadata: json!({}),
            audio_key: audio_key(self.id, lease.generation),
            duration_s: 1,
            size_bytes: 1,
            message: "…".to_owned(),
        }
    }
}

/// Everything the database holds about a podcast.
const EVERYTHING: [&str; 4] = [
    "SELECT * FROM podcasts WHERE id = ?1",
    "SELECT * FROM scripts WHERE podcast_id = ?1",
    "SELECT * FROM checkpoints WHERE podcast_id = ?1",
    "SELECT * FROM discarded_media
        WHERE path BETWEEN 'episodes/' || ?1 AND 'episodes/' || ?1 || '0'
            OR path BETWEEN 'work/' || ?1 AND 'work/' || ?1 || '0'",
];

fn audio_key(id: PodcastId, generation: u32) -> String {
    format!("episodes/{id}/{generation}.mp3")
}

impl Board {
    async fn open() -> Self {
        let world = World::start().await;
        let unfenced = Storage::open(&world.config(), Access::Write).await.unwrap();
        // Nothing here is about power cuts, and thousands of flushes take a while.
        world.hurry().await;
        set_mode(&unfenced, "PRAGMA synchronous = OFF").await;
        // The tables have a fence of their own: only a podcast in the making may carry a token.
        set_mode(&unfenced, "PRAGMA ignore_check_constraints = ON").await;
        let raw = world.raw().await;
        for mode in [
            "PRAGMA synchronous = OFF",
            "PRAGMA ignore_check_constraints = ON",
        ] {
            set_pragma(&raw, mode).await.unwrap();
        }
        let columns = "SELECT group_concat(name) FROM pragma_table_info('podcasts')
            WHERE name NOT IN ('id', 'audio_key')";
        let columns = world.texts(columns).await.remove(0);
        Self {
            world,
            unfenced,
            raw,
            columns,
        }
    }

    /// Makes every move in every state, and those that are refused without the fence as well.
    async fn walk(&self) -> Walk {
        let first = Play {
            id: self.world.accept(asked_by("alice"), 0).await,
            leases: [None, None],
            second: 0,
            path: Vec::new(),
        };
        let place = self.see(&first).await.place;
        let mut walk = Walk::default();
        let mut known = HashSet::from([place.clone()]);
        let mut waiting = VecDeque::from([(first, place)]);
        while let Some((play, place)) = waiting.pop_front() {
            for step in moves() {
                let Some(expected) = expected(place.state, step) else {
                    continue;
                };
                if step == Move::Regenerate && place.generation == GENERATIONS {
                    continue;
                }
                walk.moves += 1;
                match self
                    .try_move(&play, &place, step, expected, Fence::On)
                    .await
                {
                    Ok((next, place)) if known.insert(place.clone()) => {
                        waiting.push_back((next, place))
                    }
                    Ok(_) => {}
                    Err(broken) => walk.broken.push(broken),
                }
                if expected.0 == Outcome::LeaseLost {
                    walk.refused += 1;
                    let unfenced = self.try_move(&play, &place, step, expected, Fence::Off);
                    walk.broken_unfenced.extend(unfenced.await.err());
                }
            }
        }
        walk.states = known.len();
        walk
    }

    /// Makes a move in a copy of `play`.
    ///
    /// # Errors
    /// When anything is not as it must be afterwards.
    async fn try_move(
        &self,
        play: &Play,
        then: &Place,
        step: Move,
        (outcome, state): (Outcome, State),
        fence: Fence,
    ) -> Result<(Play, Place), String> {
        let mut play = self.copy(play).await;
        let rows = self.everything(&play).await;
        let came = self.make(&mut play, step, fence).await;
        play.path.push(step);
        let now = self.see(&play).await;

        let broken = if came != outcome || now.place.state != state {
            Some("did not come to what it must")
        } else if outcome != Outcome::Done && self.everything(&play).await != rows {
            Some("was refused and changed something")
        } else {
            now.broken_rule(then, play.id)
        };
        match broken {
            None => Ok((play, now.place)),
            Some(broken) => Err(format!("{:?} {broken}: {came:?}", play.path)),
        }
    }

    async fn make(&self, play: &mut Play, step: Move, fence: Fence) -> Outcome {
        use Move::*;
        match step {
            Claim(worker) => self.claim(play, worker).await,
            Expire => {
                play.second += 31;
                Outcome::Done
            }
            Delete | Regenerate => self.make_as_owner(play, step).await,
            Extend(worker) | Progress(worker) | Checkpoint(worker) | Complete(worker)
            | Fail(worker) | Release(worker) | RetryLater(worker) => {
                let held = play.leases[worker].as_ref().unwrap();
                match fence {
                    Fence::On => make_as_worker(&self.world.storage, play, &held.lease, step).await,
                    Fence::Off => self.make_unfenced(play, held, step).await,
                }
            }
        }
    }

    /// Lets the statement find the token it asks for, and puts back what was there if it left it.
    async fn make_unfenced(&self, play: &Play, held: &Held, step: Move) -> Outcome {
        const TOKEN: &str = "SELECT lease_token FROM podcasts WHERE id = ?1";
        const FORGE: &str = "UPDATE podcasts SET lease_token = ?2 WHERE id = ?1";
        const RESTORE: &str =
            "UPDATE podcasts SET lease_token = ?2 WHERE id = ?1 AND lease_token = ?3";
        let (id, forged) = (play.id.to_string(), held.token.clone());
        let read = |row: &libsql::Row| Ok(row.get::<Option<String>>(0)?);
        let genuine = rows(&self.raw, TOKEN, [id.clone()], read)
            .await
            .unwrap()
            .pop()
            .flatten();

        self.raw
            .execute(FORGE, [id.clone(), forged.clone()])
            .await
            .unwrap();
        let came = make_as_worker(&self.unfenced, play, &held.lease, step).await;
        self.raw
            .execute(RESTORE, libsql::params![id, genuine, forged])
            .await
            .unwrap();
        came
    }

    async fn make_as_owner(&self, play: &Play, step: Move) -> Outcome {
        let (storage, now, owner) = (&self.world.storage, at(play.second), alice());
        outcome(match step {
            Move::Delete => storage.delete(play.id, &owner, now).await,
            _ => storage
                .regenerate(play.id, &owner, "", None, now)
                .await
                .map(drop),
        })
    }

    async fn claim(&self, play: &mut Play, worker: Worker) -> Outcome {
        let claim = self.world.storage.claim(play.id, at(play.second)).await;
        match claim.unwrap() {
            Claim::Won(job) => {
                let token = "SELECT lease_token FROM podcasts WHERE id = ?1";
                let read = |row: &libsql::Row| Ok(row.get::<String>(0)?);
                let token = rows(&self.raw, token, [play.id.to_string()], read)
                    .await
                    .unwrap()
                    .remove(0);
                play.leases[worker] = Some(Held {
                    lease: job.lease,
                    token,
                });
                Outcome::Done
            }
            Claim::Busy { .. } => Outcome::Busy,
            Claim::Nothing => Outcome::Nothing,
            Claim::Exhausted => panic!("no path is that long"),
        }
    }

    /// Another podcast in the same state; what was discarded before is of no consequence.
    async fn copy(&self, play: &Play) -> Play {
        let columns = &self.columns;
        let tables = [
            format!(
                "INSERT INTO podcasts (id, audio_key, {columns})
                SELECT ?2, replace(audio_key, ?1, ?2), {columns} FROM podcasts WHERE id = ?1"
            ),
            "INSERT INTO scripts SELECT ?2, script, metadata FROM scripts WHERE podcast_id = ?1"
                .to_owned(),
            "INSERT INTO checkpoints SELECT ?2, generation, stage, payload FROM checkpoints
                WHERE podcast_id = ?1"
                .to_owned(),
        ];
        let mut copy = play.clone();
        copy.id = PodcastId::new();
        for held in copy.leases.iter_mut().flatten() {
            held.lease.podcast_id = copy.id;
        }
        for table in tables {
            let ids = [play.id.to_string(), copy.id.to_string()];
            self.raw.execute(&table, ids).await.unwrap();
        }
        copy
    }

    async fn see(&self, play: &Play) -> Seen {
        const PODCAST: &str =
            "SELECT status, progress, generation, lease_token, lease_expires_at, audio_key
            FROM podcasts WHERE id = ?1";
        let id = play.id.to_string();
        let mut podcast = self.rows(PODCAST, &id).await.pop();
        let mut field =
            |column: usize| podcast.as_mut().map(|row| std::mem::take(&mut row[column]));
        let row = match field(0).as_deref() {
            None => Row::Gone,
            Some("pending") => Row::Pending,
            Some("completed") => Row::Completed,
            Some("failed") => Row::Failed,
            Some(_) => Row::Held {
                by: play.holder(&field(3).unwrap()),
                expired: field(4).unwrap().parse::<i64>().unwrap()
                    <= at(play.second).as_millisecond(),
            },
        };
        let checkpoints = self.rows(
            "SELECT generation, stage FROM checkpoints WHERE podcast_id = ?1",
            &id,
        );
        let checkpoints = checkpoints
            .await
            .into_iter()
            .map(|row| (row[0].parse().unwrap(), row[1].clone()));
        let place = Place {
            state: State {
                row,
                believes: play.leases.each_ref().map(Option::is_some),
            },
            progress: field(1).map_or(0, |progress| progress.parse().unwrap()),
            generation: field(2).map_or(0, |generation| generation.parse().unwrap()),
            leases: play
                .leases
                .each_ref()
                .map(|held| held.as_ref().map(|held| held.lease.generation)),
            checkpoints: checkpoints.collect(),
        };
        let scripts = self
            .rows("SELECT 1 FROM scripts WHERE podcast_id = ?1", &id)
            .await;
        Seen {
            place,
            audio_key: field(5).filter(|key| key != "Null"),
            has_script: !scripts.is_empty(),
        }
    }

    async fn everything(&self, play: &Play) -> Vec<Vec<String>> {
        let mut everything = Vec::new();
        for table in EVERYTHING {
            everything.extend(self.rows(table, &play.id.to_string()).await);
        }
        everything
    }

    async fn rows(&self, sql: &str, id: &str) -> Vec<Vec<String>> {
        let read = |row: &libsql::Row| {
            let columns = 0..row.column_count();
            Ok(columns
                .map(|column| text(row.get_value(column).unwrap()))
                .collect())
        };
        rows(&self.raw, sql, [id.to_owned()], read).await.unwrap()
    }
}

impl Seen {
    /// What must hold whatever the moves were.
    fn broken_rule(&self, then: &Place, id: PodcastId) -> Option<&'static str> {
        let now = &self.place;
        let is_completed = now.state.row == Row::Completed;
        let is_at_work = matches!(now.state.row, Row::Pending | Row::Held { .. });
        let audio_key = is_completed.then(|| audio_key(id, now.generation));
        if (self.audio_key != audio_key) || (self.has_script != is_completed) {
            return Some("completed and having an episode are not one and the same");
        }
        if is_completed && now.progress != 100 {
            return Some("completed is less than 100 %");
        }
        if now.generation == then.generation && now.progress < then.progress {
            return Some("progress fell");
        }
        if now.generation > then.generation && now.progress > 0 {
            return Some("a generation began half-way");
        }
        let is_of_now =
            |(generation, _): &(u32, String)| is_at_work && *generation == now.generation;
        if !now.checkpoints.iter().all(is_of_now) {
            return Some("a checkpoint outlived its generation");
        }
        None
    }
}

async fn make_as_worker(storage: &Storage, play: &Play, lease: &Lease, step: Move) -> Outcome {
    let now = at(play.second);
    outcome(match step {
        Move::Extend(_) => storage.extend(lease, now).await,
        Move::Progress(_) => storage.progress(lease, 50, "…", now).await,
        Move::Checkpoint(_) => {
            let stage = Stage::Script;
            storage.checkpoint(lease, stage, "{}", 30, "…", now).await
        }
        Move::Complete(_) => storage.complete(lease, play.episode(lease), now).await,
        Move::Fail(_) => storage.fail(lease, "no", now).await,
        Move::Release(_) => storage.release(lease, now).await,
        _ => storage.retry_later(lease, "…", now).await,
    })
}

fn outcome(result: Result<(), StorageError>) -> Outcome {
    match result {
        Ok(()) => Outcome::Done,
        Err(StorageError::LeaseLost(_)) => Outcome::LeaseLost,
        Err(StorageError::Running) => Outcome::Running,
        Err(StorageError::NotFound) => Outcome::NotFound,
        Err(other) => panic!("{other}: {other:?}"),
    }
}

#[tokio::test]
async fn no_stale_worker_writes_in_any_reachable_state_and_without_a_fence_each_is_caught() {
    let board = Board::open().await;

    let walk = board.walk().await;

    let Walk {
        states,
        moves,
        refused,
        broken,
        broken_unfenced,
    } = walk;
    println!(
        "fencing: {moves} moves in {states} states, {} broke a rule",
        broken.len()
    );
    println!(
        "fencing: {refused} were a stale worker's; without the check of tokens {} broke a rule, as in {}",
        broken_unfenced.len(),
        broken_unfenced[0]
    );
    assert_eq!(broken, [""; 0]);
    assert_eq!((states, moves, refused), (157, 2374, 1120));
    // The other 84 are about a deleted podcast, of which there is nothing left to write to.
    assert_eq!(broken_unfenced.len(), 1036);
    let counted = "SELECT status || count(*) FROM podcasts GROUP BY status ORDER BY status";
    let kept = "SELECT status || count FROM totals ORDER BY status";
    assert_eq!(
        board.world.texts(counted).await,
        board.world.texts(kept).await
    );
}
