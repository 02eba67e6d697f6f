//! What is done to the system, as a seed says.

use std::{
    collections::BTreeMap,
    fmt,
    thread::{self, JoinHandle},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use nix::sys::signal::Signal;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::json;
use wherecast_tests::{Client, Database, World};

use super::{
    Violations, audit,
    customer::{Change, Wish},
    fence::STAGES,
    witness::Witness,
};

/// Kills between two freezes at most, so that a long storm has several.
const ROUND: usize = 70;

/// How long a worker is frozen: longer than its lease of 30 s.
const FROZEN_FOR: Duration = Duration::from_secs(33);

/// A worker whose podcast has been claimed that often without getting further is spared: five such claims are what
/// the system promises to give up after, and nobody wants to prove that here.
const SPARED_FROM_ATTEMPT: u32 = 3;

/// How long a function that was asked for something may take to be at it.
const AIM: Duration = Duration::from_millis(300);

/// How long after that it is killed at most: sweeping takes longest.
const INTO_WORK: Duration = Duration::from_millis(15);

/// Kills for each podcast that its customer deletes, and for each that is made anew.
const KILLS_FOR_A_CHANGE: usize = 20;

/// How long a short storm on a slow machine may wait for an episode to be made anew at all.
const FIRST_EPISODE: Duration = Duration::from_secs(240);

/// How long to wait for a worker that has come far.
const DEPTH: Duration = Duration::from_secs(2);

/// Who can be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Worker,
    Create,
    Sweep,
    Status,
    Library,
    /// And everything it has started.
    Emulator,
}

/// How often each is chosen, while the emulator may die.
const WITH_EMULATOR: [(Target, u32); 6] = [
    (Target::Worker, 10),
    (Target::Create, 4),
    (Target::Sweep, 3),
    (Target::Status, 2),
    (Target::Library, 2),
    (Target::Emulator, 4),
];

/// How often each is chosen while a worker is frozen, which would die with the emulator.
const WITHOUT_EMULATOR: [(Target, u32); 5] = [
    (Target::Worker, 20),
    (Target::Create, 4),
    (Target::Sweep, 3),
    (Target::Status, 2),
    (Target::Library, 2),
];

/// How often each is chosen while jobs settle already.
const WITHOUT_WORKERS: [(Target, u32); 4] = [
    (Target::Create, 4),
    (Target::Sweep, 3),
    (Target::Status, 3),
    (Target::Library, 3),
];

/// What was done.
#[derive(Clone, Default)]
pub(crate) struct Struck {
    /// By what the killed process was at.
    killed: BTreeMap<(Target, String), usize>,
    deletions: usize,
    renewals: usize,
    stopped: usize,
    frozen: usize,
    doubled: usize,
    audits: usize,
}

/// The one who does it.
pub(crate) struct Storm<'a> {
    world: &'a mut World,
    client: Client,
    database: Database,
    witness: &'a Witness,
    violations: &'a Violations,
    seed: u64,
    random: StdRng,
    wishes: usize,
    customers: Vec<JoinHandle<()>>,
    frozen: Option<u32>,
    struck: Struck,
}

impl<'a> Storm<'a> {
    pub(crate) fn new(
        world: &'a mut World,
        witness: &'a Witness,
        violations: &'a Violations,
        seed: u64,
    ) -> Self {
        // The first question makes the database.
        world.get("/api/v1/podcasts/");
        Self {
            client: world.client(),
            database: Database::open(world.data()),
            world,
            witness,
            violations,
            seed,
            random: StdRng::seed_from_u64(seed),
            wishes: 0,
            customers: Vec::new(),
            frozen: None,
            struck: Struck::default(),
        }
    }

    /// Kills as often as told.
    pub(crate) fn rage(&mut self, kills: usize) {
        for _ in 0..4 {
            self.wish();
        }
        while self.struck.kills() < kills {
            self.round(ROUND.min(kills - self.struck.kills()));
        }
        let begun = Instant::now();
        while self.struck.renewals == 0 && begun.elapsed() < FIRST_EPISODE {
            self.change_something();
            thread::sleep(Duration::from_millis(200));
        }
        if self.struck.renewals == 0 {
            let waited_s = FIRST_EPISODE.as_secs();
            let violation =
                format!("nothing was made anew: no episode was done within {waited_s} s");
            self.violations.add(violation);
        }
    }

    /// Waits for everyone who still asks.
    pub(crate) fn end(self) -> Struck {
        for customer in self.customers {
            customer.join().expect("no customer panics");
        }
        self.struck
    }

    /// First everything dies, then one worker is frozen past its lease while all but the emulator die.
    fn round(&mut self, kills: usize) {
        let before = self.struck.kills();
        while self.struck.kills() < before + kills * 3 / 8 {
            self.step(&WITH_EMULATOR, 300);
        }
        self.freeze();
        let until = Instant::now() + FROZEN_FOR;
        while self.struck.kills() < before + kills || Instant::now() < until {
            let left = before + kills - self.struck.kills().min(before + kills - 1);
            let rest = until.saturating_duration_since(Instant::now());
            let pause_ms = (rest.as_millis() as u64 / left as u64).clamp(200, 1_500);
            // A job whose worker is killed takes most of a minute to be done: the last ones begin to settle here.
            if rest > FROZEN_FOR / 2 {
                self.step(&WITHOUT_EMULATOR, pause_ms);
            } else {
                self.step(&WITHOUT_WORKERS, pause_ms);
            }
        }
        self.thaw();
    }

    /// Waits around `pause_ms`, then does something.
    fn step(&mut self, targets: &[(Target, u32)], pause_ms: u64) {
        thread::sleep(Duration::from_millis(
            self.random.random_range(0..=2 * pause_ms),
        ));
        if self.wants_more() {
            self.wish();
        }
        if self.random.random_bool(0.25) {
            self.double();
        }
        self.change_something();
        let (target, _) = *targets
            .choose_weighted(&mut self.random, |(_, weight)| *weight)
            .expect("there are targets");
        if let Some(at) = self.kill(target) {
            *self.struck.killed.entry((target, at)).or_default() += 1;
        }
    }

    fn wants_more(&self) -> bool {
        self.wishes < 4 + self.struck.kills() / 6 + self.struck.deletions
    }

    fn wish(&mut self) {
        self.wishes += 1;
        self.ask_for(self.wishes - 1);
    }

    /// Asks for an episode, or again for one asked for before.
    fn ask_for(&mut self, number: usize) {
        let wish = Wish::new(self.seed, number);
        let customer = wish.ask(
            self.client.clone(),
            self.witness.book(),
            self.violations.clone(),
        );
        self.customers.push(customer);
    }

    /// Sends a message for a job a second time, now or later, as a queue may.
    fn double(&mut self) {
        let ids = self.witness.book().ids();
        let Some(id) = ids.choose(&mut self.random) else {
            return;
        };
        let body = json!({
            "MessageBody": json!({ "podcast_id": id, "generation": 1 }).to_string(),
            "DelaySeconds": self.random.random_range(0..20),
        });
        let sent = self.client.try_sqs("SendMessage", "JobsQueue", body);
        match sent {
            Ok(answer) if answer.status == 200 => self.struck.doubled += 1,
            // The emulator is always there when this is called.
            other => self.violations.add(format!("the queue answered {other:?}")),
        }
    }

    /// Lets customers change their minds about podcasts, as often as there were kills for it.
    fn change_something(&mut self) {
        let changes = 1 + self.struck.kills() / KILLS_FOR_A_CHANGE;
        if self.struck.deletions < changes && self.change(Change::Delete) {
            self.struck.deletions += 1;
        }
        if self.struck.renewals < changes && self.change(Change::Regenerate) {
            self.struck.renewals += 1;
        }
    }

    /// Whether there was a podcast to do this to.
    fn change(&mut self, change: Change) -> bool {
        let book = self.witness.book();
        let ids = book.unchanged(|sight| match change {
            // In the middle of the work, that is.
            Change::Delete => sight.is_at_work(),
            Change::Regenerate => sight.episode.is_some(),
        });
        let Some(id) = ids.choose(&mut self.random) else {
            return false;
        };
        let customer = change.insist(
            id.clone(),
            self.client.clone(),
            book,
            self.violations.clone(),
            StdRng::seed_from_u64(self.random.random()),
        );
        self.customers.push(customer);
        true
    }

    /// Kills; what the killed was at, if there was someone to kill.
    fn kill(&mut self, target: Target) -> Option<String> {
        match target {
            Target::Worker => self.kill_worker(),
            Target::Emulator => self.kill_emulator(),
            Target::Create => {
                if self.wants_more() {
                    self.wish();
                } else {
                    let number = self.random.random_range(0..self.wishes);
                    self.ask_for(number);
                }
                self.hit("create")
            }
            Target::Sweep => {
                self.ask(
                    "POST",
                    "/2015-03-31/functions/Sweep/invocations",
                    Some(b"{}"),
                );
                self.hit("sweep")
            }
            Target::Status => {
                let id = self.witness.book().ids().pop().unwrap_or_default();
                self.ask("GET", &format!("/api/v1/podcasts/status/{id}"), None);
                self.hit("status")
            }
            Target::Library => {
                self.ask("GET", "/api/v1/podcasts/", None);
                self.hit("library")
            }
        }
    }

    /// Starts a request that may be broken.
    fn ask(&self, method: &'static str, path: &str, body: Option<&'static [u8]>) {
        let (client, path) = (self.client.clone(), path.to_owned());
        thread::spawn(move || client.try_ask(method, &path, &[], body));
    }

    /// Kills a function at work on a request that has just been sent; an idle one if it cannot be caught.
    fn hit(&mut self, function: &str) -> Option<String> {
        let processes = self.at_work_soon(function);
        thread::sleep(self.random.random_range(Duration::ZERO..INTO_WORK));
        let is_at_work = processes.iter().any(|id| self.world.is_at_work(*id));
        let killed = processes
            .iter()
            .filter(|id| self.world.send(**id, Signal::SIGKILL));
        let at = if is_at_work { "work" } else { "rest" };
        (killed.count() > 0).then(|| at.to_owned())
    }

    /// Waits for processes of a function that are at work; all there are if none is seen.
    fn at_work_soon(&self, function: &str) -> Vec<u32> {
        let begun = Instant::now();
        loop {
            let processes = self.world.processes(function);
            // An answer takes a few milliseconds, about as long as to find new processes.
            for _ in 0..200 {
                let at_work = processes.iter().filter(|id| self.world.is_at_work(**id));
                let at_work: Vec<_> = at_work.copied().collect();
                if !at_work.is_empty() {
                    return at_work;
                }
                thread::sleep(Duration::from_micros(100));
            }
            if begun.elapsed() > AIM {
                return processes;
            }
        }
    }

    fn kill_worker(&mut self) -> Option<String> {
        // Left to chance alone, most would die young.
        let workers = if self.random.random_bool(0.6) {
            self.deep_at_work(DEPTH)
        } else {
            self.workers()
        };
        let worker = workers.choose(&mut self.random).copied()?;
        if self.must_spare() {
            return None;
        }
        if self.random.random_bool(0.1) {
            self.struck.stopped += usize::from(self.world.send(worker, Signal::SIGTERM));
            return None;
        }
        let stages = self.stages_at_work();
        self.world.send(worker, Signal::SIGKILL).then_some(stages)
    }

    /// The stages that podcasts are in which a worker has now, one of which is the next victim's.
    fn stages_at_work(&self) -> String {
        let now_ms = now_ms();
        let done = self.database.rows(&format!(
            "SELECT DISTINCT (SELECT count(*) FROM checkpoints WHERE podcast_id = id) FROM podcasts
             WHERE status = 'processing' AND lease_expires_at > {now_ms} ORDER BY 1"
        ));
        let stages = done.iter().flatten().filter_map(|done| done.parse().ok());
        let stages: Vec<_> = stages
            .filter_map(|done: usize| STAGES.get(done).copied())
            .collect();
        if stages.is_empty() {
            return "no podcast".to_owned();
        }
        stages.join(" or ")
    }

    fn kill_emulator(&mut self) -> Option<String> {
        if self.must_spare() {
            return None;
        }
        let stages = self.stages_at_work();
        self.world.crash();
        // Everything is dead: what is on disk now is what a restart finds.
        audit::at_rest(self.world, &self.database, self.violations);
        self.struck.audits += 1;
        self.world.restart();
        Some(stages)
    }

    fn must_spare(&self) -> bool {
        self.leases(&format!("attempt >= {SPARED_FROM_ATTEMPT}")) > 0
    }

    /// Stops a worker in the middle of its work, so that it knows nothing of the time that passes.
    fn freeze(&mut self) {
        let workers = self.deep_at_work(FROZEN_FOR);
        if let Some(worker) = workers.choose(&mut self.random)
            && self.world.send(*worker, Signal::SIGSTOP)
        {
            self.frozen = Some(*worker);
        }
    }

    /// Waits for a moment at which every worker at work has a script already; none if it does not come.
    fn deep_at_work(&self, patience: Duration) -> Vec<u32> {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            let workers = self.workers();
            let leases = self.leases("progress >= 30");
            // As many leases as workers, the frozen one included: none is about to start, or to answer.
            let holders = workers.len() + usize::from(self.frozen.is_some());
            if !workers.is_empty() && leases == holders && self.leases("true") == leases {
                return workers;
            }
            thread::sleep(Duration::from_millis(10));
        }
        Vec::new()
    }

    /// Workers at work, but for the frozen one.
    fn workers(&self) -> Vec<u32> {
        let mut workers = self.world.at_work("generate");
        workers.retain(|worker| Some(*worker) != self.frozen);
        workers
    }

    /// How many podcasts that a worker has now meet a condition.
    fn leases(&self, condition: &str) -> usize {
        let now_ms = now_ms();
        let leases = self.database.number(&format!(
            "SELECT count(*) FROM podcasts
             WHERE status = 'processing' AND lease_expires_at > {now_ms} AND {condition}"
        ));
        usize::try_from(leases).unwrap_or_default()
    }

    fn thaw(&mut self) {
        if let Some(worker) = self.frozen.take()
            && self.world.send(worker, Signal::SIGCONT)
        {
            self.struck.frozen += 1;
        }
    }
}

impl Struck {
    pub(crate) fn kills(&self) -> usize {
        self.killed.values().sum()
    }
}

impl fmt::Display for Struck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kills (", self.kills())?;
        for (index, ((target, at), kills)) in self.killed.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{kills} {target:?} at {at}")?;
        }
        write!(
            f,
            "), {} podcasts deleted at work, {} made anew, {} workers told to stop, {} frozen past the lease, \
             {} messages doubled, {} audits at rest",
            self.deletions, self.renewals, self.stopped, self.frozen, self.doubled, self.audits
        )
    }
}

fn now_ms() -> u128 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default().as_millis()
}
