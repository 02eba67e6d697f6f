//! In a stage a worker is frozen past its lease, and thawed while another holds its podcast: it must not write.
//!
//! A random freeze hardly ever shows a missing fence. By the time of the thaw the other worker has mostly completed
//! the podcast, and then the tables' own checks refuse a late heartbeat, which is the first thing that a worker
//! writes. So here the other is frozen as well as soon as it holds the podcast. Nobody but the worker that comes back
//! from the dead can write then, and whatever changes is its doing.

use std::{
    fmt,
    path::Path,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use nix::sys::signal::Signal;
use wherecast_tests::{Database, Start, World};

use super::Violations;

/// In their order; each but the last has a checkpoint once it is done.
pub(crate) const STAGES: [&str; 5] = ["research", "script", "voice", "master", "publish"];

const PLACE: &str = "Pirey, France";

/// An id that no podcast has: to delete it takes the right to write, and changes nothing.
const NO_PODCAST: &str = "/api/v1/podcasts/01890000-0000-7000-8000-000000000000";

/// How many podcasts may get past a stage before a worker is caught in it.
const CATCHES: usize = 20;

/// How often the second worker may be too fast to be frozen at its work, or a machine too slow for its lease.
const TRIES: usize = 3;

/// A lease, what comes after it, and a machine with other suites on it.
const PATIENCE: Duration = Duration::from_secs(240);

/// Everything that is kept of a podcast.
const EVERYTHING: [&str; 4] = [
    "SELECT * FROM podcasts WHERE id = '{id}'",
    "SELECT * FROM scripts WHERE podcast_id = '{id}'",
    "SELECT * FROM checkpoints WHERE podcast_id = '{id}' ORDER BY stage",
    "SELECT path FROM discarded_media WHERE path LIKE '%/{id}/%'",
];

/// How many stages were tried.
#[derive(Default)]
pub(crate) struct Fenced {
    /// The other worker was in the middle of its work.
    pub(crate) at_work: usize,
    /// It was done before it could be frozen, too.
    pub(crate) done: usize,
    /// Why nothing was learnt in the others.
    pub(crate) untried: Vec<String>,
}

impl fmt::Display for Fenced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at_work,
            done,
            untried,
        } = self;
        write!(
            f,
            "{at_work} workers, each frozen in another stage, came back while another was at work, {done} once it was done"
        )?;
        untried.iter().try_for_each(|why| write!(f, "; {why}"))
    }
}

/// What the other worker was at when the first came back.
enum Rival {
    AtWork,
    Done,
    Missed(String),
}

/// Tries the stages of these numbers, each in a world of its own: they wait for leases most of the time.
pub(crate) fn try_stages(
    stages: impl IntoIterator<Item = usize>,
    binaries: Option<&Path>,
    violations: &Violations,
) -> Fenced {
    let rivals = thread::scope(|scope| {
        let trials: Vec<_> = stages
            .into_iter()
            .map(|stage| scope.spawn(move || Trial::start(stage, binaries, violations).run()))
            .collect();
        let ended = trials.into_iter().map(|trial| trial.join());
        let panicked = |_| Rival::Missed("a trial panicked, see above".to_owned());
        ended
            .map(|rival| rival.unwrap_or_else(panicked))
            .collect::<Vec<_>>()
    });
    let mut fenced = Fenced::default();
    for rival in rivals {
        match rival {
            Rival::AtWork => fenced.at_work += 1,
            Rival::Done => fenced.done += 1,
            Rival::Missed(why) => fenced.untried.push(why),
        }
    }
    fenced
}

/// One stage.
struct Trial<'a> {
    world: World,
    database: Database,
    stage: usize,
    violations: &'a Violations,
}

/// Who may write for a podcast, and how far it is.
struct Row {
    status: String,
    token: String,
    lease_ends_ms: u64,
    stages_done: usize,
}

impl<'a> Trial<'a> {
    fn start(stage: usize, binaries: Option<&Path>, violations: &'a Violations) -> Self {
        let world = World::start_as(Start {
            voice: "tone:20".to_owned(),
            binaries: binaries.map(Path::to_owned),
            ..Start::default()
        });
        // The first question makes the database.
        world.get("/api/v1/podcasts/");
        Self {
            database: Database::open(world.data()),
            world,
            stage,
            violations,
        }
    }

    fn run(self) -> Rival {
        let mut last = self.attempt();
        for _ in 1..TRIES {
            if let Rival::AtWork = last {
                break;
            }
            last = self.attempt();
        }
        last
    }

    fn attempt(&self) -> Rival {
        match self.catch() {
            Some((id, stale)) => self.meet(&id, stale),
            None => Rival::Missed(format!(
                "no worker could be frozen in {}",
                STAGES[self.stage]
            )),
        }
    }

    /// Freezes a worker in the stage; gives its podcast and its process.
    fn catch(&self) -> Option<(String, u32)> {
        (0..CATCHES).find_map(|_| {
            self.dismiss_workers();
            let id = self.world.accept(PLACE, "short");
            let worker = self.wait_for_worker();
            let begun = Instant::now();
            while self.row(&id).status != "completed" && begun.elapsed() < PATIENCE {
                if self.is_caught(&id) && self.freeze(worker) {
                    if self.is_caught(&id) {
                        return Some((id, worker));
                    }
                    self.world.send(worker, Signal::SIGCONT);
                }
                thread::sleep(Duration::from_millis(1));
            }
            None
        })
    }

    /// Lets the old ones end, so that the next podcast has a worker that cannot be mistaken.
    fn dismiss_workers(&self) {
        self.wait_until("a worker is idle", || {
            self.world.at_work("generate").is_empty()
        });
        self.world.kill_function("generate");
    }

    fn wait_for_worker(&self) -> u32 {
        let mut worker = None;
        self.wait_until("a worker begins", || {
            worker = self.world.at_work("generate").pop();
            worker.is_some()
        });
        worker.expect("it was waited for")
    }

    fn is_caught(&self, id: &str) -> bool {
        let row = self.row(id);
        row.status == "processing" && row.stages_done == self.stage
    }

    /// Stops a process where it does not keep others from writing; whether it is stopped now.
    fn freeze(&self, worker: u32) -> bool {
        self.world.send(worker, Signal::SIGSTOP);
        self.wait_until("a stopped worker stands still", || {
            !self.world.at_work("generate").contains(&worker)
        });
        let is_writing = self.world.ask("DELETE", NO_PODCAST, &[], None).status != 404;
        if is_writing {
            self.world.send(worker, Signal::SIGCONT);
        }
        !is_writing
    }

    /// Lets another worker take the podcast and then the stale one go on.
    fn meet(&self, id: &str, stale: u32) -> Rival {
        let rival = self.freeze_rival(id);
        let before = self.everything(id);
        let lease_ends_ms = self.row(id).lease_ends_ms;

        self.world.send(stale, Signal::SIGCONT);
        let mut after = self.everything(id);
        self.wait_until("a worker that lost its lease gives up", || {
            after = self.everything(id);
            after != before || !self.world.at_work("generate").contains(&stale)
        });
        // What it wrote last.
        after = self.everything(id);

        if rival.is_some() && lease_ends_ms < now_ms() {
            self.world.signal_function("generate", Signal::SIGCONT);
            return Rival::Missed(format!("{}: every lease ran out", STAGES[self.stage]));
        }
        if after != before {
            let (stage, changed) = (STAGES[self.stage], changes(&before, &after));
            self.violations.add(format!(
                "{id}: thawed in {stage}, a worker wrote to what another held: {changed}"
            ));
        } else if let Some(rival) = rival {
            self.world.send(rival, Signal::SIGCONT);
            let seen = self.world.finish(id, PATIENCE);
            if !seen.is_sorted() {
                self.violations.add(format!("{id} went back: {seen:?}"));
            }
        }
        rival.map_or(Rival::Done, |_| Rival::AtWork)
    }

    /// Waits until the lease ran out and another worker holds the podcast, and freezes that one, unless it is done.
    fn freeze_rival(&self, id: &str) -> Option<u32> {
        let lost = self.row(id);
        let rest_ms = lost.lease_ends_ms.saturating_sub(now_ms());
        thread::sleep(Duration::from_millis(rest_ms));
        let mut rival = None;
        self.wait_until("another worker takes the podcast", || {
            let row = self.row(id);
            // To look at every process of the machine costs more than to ask the database.
            if row.status == "processing" && row.token != lost.token {
                rival = self.world.at_work("generate").pop();
            }
            rival.is_some() || row.status == "completed"
        });
        rival.filter(|rival| {
            while self.row(id).status == "processing" {
                if self.freeze(*rival) {
                    return self.row(id).status == "processing";
                }
            }
            false
        })
    }

    fn row(&self, id: &str) -> Row {
        let sql = format!(
            "SELECT status, lease_token, lease_expires_at,
                (SELECT count(*) FROM checkpoints WHERE podcast_id = id)
            FROM podcasts WHERE id = '{id}'"
        );
        let mut row = self.database.rows(&sql).pop().unwrap_or_default();
        row.resize(4, String::new());
        Row {
            lease_ends_ms: row[2].parse().unwrap_or_default(),
            stages_done: row[3].parse().unwrap_or_default(),
            token: row.swap_remove(1),
            status: row.swap_remove(0),
        }
    }

    fn everything(&self, id: &str) -> Vec<String> {
        let rows = EVERYTHING.map(|sql| self.database.rows(&sql.replace("{id}", id)));
        rows.into_iter().flatten().flatten().collect()
    }

    fn wait_until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            let stage = STAGES[self.stage];
            assert!(begun.elapsed() < PATIENCE, "{stage}: {what}, it was hoped");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The values that are not what they were.
fn changes(before: &[String], after: &[String]) -> String {
    let longest = before.len().max(after.len());
    let value = |values: &[String], at: usize| values.get(at).cloned().unwrap_or_default();
    let changed = (0..longest)
        .map(|at| (value(before, at), value(after, at)))
        .filter(|(before, after)| before != after)
        .map(|(before, after)| format!("{before:.40} became {after:.40}"));
    changed.take(5).collect::<Vec<_>>().join(", ")
}

fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(now.unwrap_or_default().as_millis()).unwrap_or_default()
}
