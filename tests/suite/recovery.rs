//! Kill it at any moment: the job completes, once, and its progress never goes back.

use std::{
    thread,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use serde_json::{Value, json};
use wherecast_tests::{Database, SOON, World};

/// A lease lasts 30 s, then the next worker may take two to notice; the rest is for what else the machine does.
const NEXT_CLAIM: Duration = Duration::from_secs(50);
/// Sooner than any lease that was not given back: its last heartbeat left it 20 s at least.
const AT_ONCE: Duration = Duration::from_secs(18);
/// What a worker promises: to give its job back and be gone.
const EXIT: Duration = Duration::from_secs(5);
/// What the emulator gives its functions, its queues and its callers to end, and a machine that is busy.
const STOP: Duration = Duration::from_secs(15);
const PLACE: &str = "Paris, France";

fn reached(percent: u64) -> impl Fn(&Value) -> bool {
    move |state| state["status"] == "processing" && state["progress"].as_u64() >= Some(percent)
}

fn assert_made_once(world: &World, id: &str, seen: &[u64]) {
    assert!(seen.is_sorted(), "{seen:?}");
    let list = world.get("/api/v1/podcasts/").json();
    assert_eq!(
        (&list["total"], &list["podcasts"][0]["id"]),
        (&1.into(), &id.into())
    );
    assert_eq!(world.files("media/episodes").len(), 1);
    // What the work left is deleted just after the podcast is completed, or by the next sweep.
    let begun = Instant::now();
    while !world.files("media/work").is_empty() {
        assert!(begun.elapsed() < SOON, "{:?}", world.files("media/work"));
        thread::sleep(Duration::from_millis(200));
    }
}

/// How often a worker has taken the podcast.
fn claims(world: &World, id: &str) -> usize {
    let is_claim = |line: &&String| line.contains("making a podcast") && line.contains(id);
    world.log("Generate").iter().filter(is_claim).count()
}

/// Waits until the podcast is taken for the `n`th time.
fn wait_for_claim(world: &World, id: &str, n: usize) {
    let begun = Instant::now();
    while claims(world, id) < n {
        assert!(begun.elapsed() < SOON, "no worker took {id}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Runs cases that wait most of the time, each in a world of its own, side by side.
fn side_by_side<C: Copy + Send>(cases: &[C], run: impl Fn(C) + Sync) {
    thread::scope(|scope| {
        for case in cases {
            let (run, case) = (&run, *case);
            scope.spawn(move || run(case));
        }
    });
}

#[test]
fn a_killed_worker_is_replaced_within_its_lease_and_two_seconds() {
    // Before the script, at the first lines, at the last ones.
    side_by_side(&[0, 33, 80], |at_percent| {
        let world = World::start_with("tone:150");
        let id = world.accept(PLACE, "short");
        let mut seen = world.follow(&id, SOON, reached(at_percent));
        wait_for_claim(&world, &id, 1);

        let killed = Instant::now();
        assert_eq!(world.kill_function("generate"), 1);
        wait_for_claim(&world, &id, 2);
        let alone = killed.elapsed();

        println!("killed at {at_percent} %, claimed {alone:?} later");
        assert!(alone < NEXT_CLAIM, "{alone:?}");
        seen.extend(world.finish(&id, SOON));
        assert_made_once(&world, &id, &seen);
    });
}

#[test]
fn a_killed_emulator_goes_on() {
    side_by_side(&[0, 45, 85], |at_percent| {
        let mut world = World::start_with("tone:150");
        let id = world.accept(PLACE, "short");

        let mut seen = world.follow(&id, SOON, reached(at_percent));
        // Nothing may outlive it, which this checks.
        world.crash();
        world.restart();
        seen.extend(world.finish(&id, SOON));

        assert_made_once(&world, &id, &seen);
    });
}

#[test]
fn a_stop_gives_the_job_back_and_the_next_start_takes_it_at_once() {
    let mut world = World::start_with("tone:150");
    let id = world.accept(PLACE, "short");
    let mut seen = world.follow(&id, SOON, reached(40));

    let took = world.stop();
    world.restart();
    let before = seen.len();
    seen.extend(world.follow(&id, AT_ONCE, |state| {
        state["progress"].as_u64() > seen.last().copied()
    }));

    assert!(took < STOP, "{took:?}");
    assert!(seen.len() > before);
    seen.extend(world.finish(&id, SOON));
    assert_made_once(&world, &id, &seen);
}

#[test]
fn a_worker_told_to_stop_gives_its_job_back_and_is_gone_within_five_seconds() {
    // In the middle of a line that takes longer than a worker may, and between short ones.
    side_by_side(&["tone:8000", "tone:150"], |voice| {
        let world = World::start_with(voice);
        let id = world.accept(PLACE, "short");
        world.follow(&id, SOON, reached(30));
        // The script is written by then, and the first line begins.
        thread::sleep(Duration::from_secs(1));
        let workers = world.at_work("generate");
        let [worker] = workers[..] else {
            panic!("one worker, not {workers:?}")
        };

        let told = Instant::now();
        assert!(world.send(worker, Signal::SIGTERM));
        while world.processes("generate").contains(&worker) {
            assert!(told.elapsed() < SOON, "it does not stop");
            thread::sleep(Duration::from_millis(5));
        }
        let took = told.elapsed();
        wait_for_claim(&world, &id, 2);
        let waited = told.elapsed();

        println!("{voice}: gone {took:?} later, claimed after {waited:?}");
        assert!(took < EXIT, "{took:?}");
        assert!(waited < AT_ONCE, "{waited:?}");
    });
}

#[test]
fn no_stop_uses_up_an_attempt() {
    // A line takes longer than a stop waits for, so that no attempt gets the podcast further.
    let mut world = World::start_with("tone:8000");
    let id = world.accept(PLACE, "short");
    world.follow(&id, SOON, reached(30));

    for stop in 1..=3 {
        let took = world.stop();

        assert!(took < STOP, "{took:?}");
        let rows = Database::open(world.data()).rows("SELECT status, attempt FROM podcasts");
        assert_eq!(rows, [["pending", "0"]], "stop {stop}");
        world.restart();
        let restarted = Instant::now();
        wait_for_claim(&world, &id, stop + 1);
        let waited = restarted.elapsed();
        assert!(waited < AT_ONCE, "taken {waited:?} later");
    }
}

#[test]
fn a_frozen_worker_is_replaced_as_soon_and_then_writes_nothing() {
    // Of this death the emulator knows nothing: the message comes back by its own time.
    let world = World::start_with("tone:600");
    let id = world.accept(PLACE, "short");
    let mut seen = world.follow(&id, SOON, reached(32));

    let frozen = Instant::now();
    world.signal_function("generate", Signal::SIGSTOP);
    wait_for_claim(&world, &id, 2);
    let alone = frozen.elapsed();
    let before = seen[seen.len() - 1];
    seen.extend(world.follow(&id, SOON, reached(before + 2)));
    world.signal_function("generate", Signal::SIGCONT);
    seen.extend(world.finish(&id, SOON));

    println!("frozen, claimed {alone:?} later");
    assert!(alone < NEXT_CLAIM, "{alone:?}");
    assert_made_once(&world, &id, &seen);
}

#[test]
#[ignore = "takes four minutes, most of them leases that run out: tests/run --long"]
fn a_job_that_kills_every_worker_is_given_up_and_holds_up_no_other() {
    // The voice dies of a word, as a native library may.
    let world = World::start_with("tone:20:Timbuktu");
    let poison = world.accept("Timbuktu, Mali", "short");
    let begun = Instant::now();

    let other = world.accept(PLACE, "short");
    world.finish(&other, SOON);
    let failed = loop {
        let state = world.status(&poison).json();
        if state["status"] == "failed" {
            break state;
        }
        assert!(begun.elapsed() < 2 * SOON, "{state}");
        world.invoke("Sweep", &json!({}));
        thread::sleep(Duration::from_secs(1));
    };

    println!(
        "given up after {:?} and {} claims",
        begun.elapsed(),
        claims(&world, &poison)
    );
    let reason = failed["message"].as_str().unwrap_or_default();
    assert!(
        reason.ends_with('.') && reason.contains("again"),
        "{reason}"
    );
    let podcast = world.get(&format!("/api/v1/podcasts/{poison}")).json();
    assert_eq!(podcast["error_message"], reason);
    assert_eq!(world.messages("JobsDeadLetterQueue"), 1);
    let another = world.accept(PLACE, "short");
    world.finish(&another, SOON);
    assert_a_redrive_revives_nothing(&world, &poison);
    let again = world.post(&format!("/api/v1/podcasts/{poison}/regenerate"), &json!({}));
    assert_eq!(again.status, 202);
    wait_for_claim(&world, &poison, claims(&world, &poison) + 1);
}

/// The failed podcast's message comes back from the dead-letter queue as a new one, which nothing tells from a late one.
fn assert_a_redrive_revives_nothing(world: &World, id: &str) {
    let before = claims(world, id);
    let source = json!({ "SourceArn": "arn:aws:sqs:us-east-1:000000000000:JobsDeadLetterQueue" });
    let moved = world
        .client()
        .try_sqs("StartMessageMoveTask", "JobsDeadLetterQueue", source)
        .expect("the emulator answers");
    assert_eq!(moved.status, 200, "{}", moved.json());

    let begun = Instant::now();
    let is_seen =
        |line: &String| line.contains("nothing to do for this podcast") && line.contains(id);
    while !world.log("Generate").iter().any(is_seen)
        || world.messages("JobsQueue") + world.messages("JobsDeadLetterQueue") > 0
    {
        assert_eq!(claims(world, id), before, "the redrive had it made again");
        assert!(begun.elapsed() < SOON, "the message was not consumed");
        thread::sleep(Duration::from_millis(100));
    }

    assert_eq!(world.status(id).json()["status"], "failed");
}
