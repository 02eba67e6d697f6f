//! Everything is killed at random moments, again and again; then nothing may be lost, or made twice.
//!
//! The real emulator runs the real functions, which make many short episodes with the tone voice. [`storm`] kills,
//! freezes, duplicates and asks again, as a seed says; meanwhile [`witness`] polls every accepted job, [`customer`]
//! asks for new ones, deletes some in the making and has some made anew; [`audit`] looks at what is left. What chance
//! hardly ever brings about, a worker that comes back while another holds its podcast, [`fence`] stages beside it.
//! Every violation is a sentence, and the suite fails if there is one.
//!
//! `WHERECAST_SEED` chooses the seed, which every run prints; `WHERECAST_KILLS` the dose, `WHERECAST_SEEDS` how many
//! seeds from that one on. Mutants are systems with one safeguard taken out, see `tests/mutants`; the same run must
//! find each of them guilty (`WHERECAST_MUTANT` chooses one). Building them takes minutes, so they and the full dose
//! belong to `tests/run --long`.

mod audit;
mod customer;
mod fence;
mod log;
mod mutant;
mod storm;
mod witness;

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use fence::Fenced;
use rand::random;
use storm::{Storm, Struck};
use wherecast_tests::{Start, World, setting};
use witness::Witness;

/// Kills in a run of the whole suite.
const FEW_KILLS: usize = 20;

/// In how many of the five stages a worker must have come back while another was at work. Publishing is short, and
/// a slow machine may miss one more.
const FEWEST_FENCED: usize = 3;

/// How long nothing may get finished once nothing is killed any more: a job whose worker died takes a minute to be
/// claimed again, and a machine that does many things at once takes its time. A job that is lost is so for ever.
const STANDSTILL: Duration = Duration::from_secs(300);

/// The same where the run has failed already.
const STANDSTILL_IN_VAIN: Duration = Duration::from_secs(30);

/// What a run is to be.
#[derive(Clone)]
struct Dose {
    seed: u64,
    kills: usize,
    /// The stages to try the fence in.
    stages: Vec<usize>,
    /// The programs to attack; without them those of these sources.
    binaries: Option<PathBuf>,
}

/// The stages to try the fence in: all, or in a run of the whole suite the one that the seed says.
fn stages(seed: u64, kills: usize) -> Vec<usize> {
    let all = 0..fence::STAGES.len();
    match kills > FEW_KILLS {
        true => all.collect(),
        false => vec![seed as usize % all.len()],
    }
}

/// What came of a run.
struct Outcome {
    seed: u64,
    jobs: usize,
    struck: Struck,
    seen: witness::Seen,
    work: log::Work,
    fenced: Fenced,
    settling: Duration,
    took: Duration,
    violations: Vec<String>,
}

/// Where every part of a run reports what must not be.
#[derive(Clone, Default)]
struct Violations(Arc<Mutex<Vec<String>>>);

impl Violations {
    fn add(&self, violation: impl Into<String>) {
        let violation = violation.into();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What is wrong now is often still wrong at the next poll.
        if !all.contains(&violation) {
            all.push(violation);
        }
    }

    fn all(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Attacks a system, lets it settle, and audits it.
fn run(dose: Dose) -> Outcome {
    let begun = Instant::now();
    let violations = Violations::default();
    let fence = {
        let (binaries, violations, stages) =
            (dose.binaries.clone(), violations.clone(), dose.stages);
        thread::spawn(move || fence::try_stages(stages, binaries.as_deref(), &violations))
    };
    let mut world = World::start_as(Start {
        voice: "tone:20".to_owned(),
        settings: vec![
            ("RUST_LOG", "info,generate=debug"),
            // A line at a time is what a kill costs then.
            ("SPEECH_THREADS", "1"),
        ],
        binaries: dose.binaries,
        ..Start::default()
    });
    let witness = Witness::start(world.client(), violations.clone());
    let mut storm = Storm::new(&mut world, &witness, &violations, dose.seed);
    storm.rage(dose.kills);
    let struck = storm.end();
    // The last one killed may be dying still, with a request that it took.
    thread::sleep(Duration::from_secs(2));
    let calm = Instant::now();
    settle(&world, &witness, &violations);
    let settling = calm.elapsed();
    let seen = witness.leave();
    let work = audit::everything(&world, &seen, &violations);
    let fenced = fence.join().unwrap_or_else(|_| Fenced::default());
    Outcome {
        seed: dose.seed,
        jobs: seen.jobs.len(),
        struck,
        seen,
        work,
        fenced,
        settling,
        took: begun.elapsed(),
        violations: violations.all(),
    }
}

/// Waits until every accepted job is finished, with the sweep running more often than it would.
fn settle(world: &World, witness: &Witness, violations: &Violations) {
    witness.calm();
    let (mut unfinished, mut since) = (witness.unfinished(), Instant::now());
    // A worker that was frozen may still be at work on a job that another has finished.
    while unfinished > 0 || !world.at_work("generate").is_empty() {
        let patience = match violations.all()[..] {
            [] => STANDSTILL,
            _ => STANDSTILL_IN_VAIN,
        };
        if since.elapsed() > patience {
            violations.add(format!("{unfinished} accepted jobs did not finish"));
            return;
        }
        world.invoke("Sweep", &serde_json::json!({}));
        thread::sleep(Duration::from_secs(2));
        let before = std::mem::replace(&mut unfinished, witness.unfinished());
        if unfinished < before {
            since = Instant::now();
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed, jobs, struck, ..
        } = self;
        let (took_s, settling_s) = (self.took.as_secs(), self.settling.as_secs());
        writeln!(f, "seed {seed}: {jobs} jobs, {struck}")?;
        writeln!(
            f,
            "  {took_s} s, of which {settling_s} until all was settled"
        )?;
        writeln!(f, "  {}; {}", self.seen, self.work)?;
        writeln!(f, "  {}", self.fenced)?;
        for violation in &self.violations {
            writeln!(f, "  VIOLATION {violation}")?;
        }
        write!(f, "  {} violations", self.violations.len())
    }
}

/// The seed, or the first of some.
fn first_seed() -> u64 {
    setting("WHERECAST_SEED").unwrap_or_else(|| random::<u64>() % 1_000_000)
}

#[test]
fn whatever_is_killed_everything_accepted_is_made_once() {
    let first = first_seed();
    let seeds = setting("WHERECAST_SEEDS").unwrap_or(1);
    let kills = setting("WHERECAST_KILLS").unwrap_or(FEW_KILLS);

    let mut failed = Vec::new();
    let mut killed = 0;
    for seed in first..first + seeds {
        println!("WHERECAST_SEED={seed} WHERECAST_KILLS={kills}");
        let outcome = run(Dose {
            seed,
            kills,
            stages: stages(seed, kills),
            binaries: None,
        });
        println!("{outcome}");
        killed += outcome.struck.kills();
        let is_fenced = kills <= FEW_KILLS || outcome.fenced.at_work >= FEWEST_FENCED;
        if !outcome.violations.is_empty() || !is_fenced {
            failed.push(seed);
        }
    }

    println!("{killed} kills over {seeds} seeds");
    assert!(
        failed.is_empty(),
        "violations, or too few workers fenced, with the seeds {failed:?}, see above"
    );
}

/// They are built in the long dose alone, which is late to hear that one has been left behind.
#[test]
fn each_mutant_fits_these_sources() {
    let left_behind: Vec<_> = mutant::names()
        .into_iter()
        .filter(|name| !mutant::fits(name))
        .collect();

    assert_eq!(left_behind, [""; 0]);
}

#[test]
#[ignore = "builds the system once for each mutant: tests/run --long"]
fn each_mutant_is_found_guilty() {
    let seed = first_seed();
    let chosen: Option<String> = setting("WHERECAST_MUTANT");

    for name in mutant::names() {
        if chosen.as_ref().is_some_and(|chosen| *chosen != name) {
            continue;
        }
        let binaries = mutant::build(&name);
        println!("mutant {name}: WHERECAST_SEED={seed}");
        let outcome = run(Dose {
            seed,
            kills: FEW_KILLS,
            // The fence takes minutes to try, and only one of them has none.
            stages: if mutant::is_unfenced(&name) {
                stages(seed, usize::MAX)
            } else {
                Vec::new()
            },
            binaries: Some(binaries),
        });
        println!("{outcome}");
        let deed = mutant::deed(&name);
        let is_caught = outcome.violations.iter().any(|told| told.contains(deed));
        assert!(
            is_caught,
            "mutant {name} got away with what it does: {deed}"
        );
    }
}
