//! Kill it at any moment: the job completes, once, and its progress never goes back.

use std::{
    thread,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use wherecast_tests::World;

/// A lease, what comes after it, and a slow machine with other suites on it.
const RESCUE: Duration = Duration::from_secs(240);
const PLACE: &str = "Paris, France";

fn reached(percent: u64) -> impl Fn(&serde_json::Value) -> bool {
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
        assert!(begun.elapsed() < RESCUE, "{:?}", world.files("media/work"));
        thread::sleep(Duration::from_millis(200));
    }
}

fn a_killed_worker_is_replaced(at_percent: u64) {
    let world = World::start_with("tone:150");
    let id = world.accept(PLACE, "short");

    let mut seen = world.follow(&id, RESCUE, reached(at_percent));
    assert_eq!(world.kill_function("generate"), 1);
    seen.extend(world.finish(&id, RESCUE));

    assert_made_once(&world, &id, &seen);
}

#[test]
fn a_worker_killed_before_the_script_is_replaced() {
    a_killed_worker_is_replaced(0);
}

#[test]
fn a_worker_killed_at_the_first_lines_is_replaced() {
    a_killed_worker_is_replaced(33);
}

#[test]
fn a_worker_killed_at_the_last_lines_is_replaced() {
    a_killed_worker_is_replaced(80);
}

fn a_killed_emulator_goes_on(at_percent: u64) {
    let mut world = World::start_with("tone:150");
    let id = world.accept(PLACE, "short");

    let mut seen = world.follow(&id, RESCUE, reached(at_percent));
    let workers = world.processes("generate");
    world.crash_and_restart();
    seen.extend(world.finish(&id, RESCUE));

    assert_made_once(&world, &id, &seen);
    for worker in workers {
        // A zombie has no program any more: whoever adopted it may reap it later.
        let program = std::fs::read_link(format!("/proc/{worker}/exe"));
        assert!(program.is_err(), "worker {worker} outlived its emulator");
    }
}

#[test]
fn an_emulator_killed_before_the_script_goes_on() {
    a_killed_emulator_goes_on(0);
}

#[test]
fn an_emulator_killed_in_the_middle_goes_on() {
    a_killed_emulator_goes_on(45);
}

#[test]
fn an_emulator_killed_near_the_end_goes_on() {
    a_killed_emulator_goes_on(85);
}

#[test]
fn a_stop_gives_the_job_back_and_the_next_start_takes_it_at_once() {
    let mut world = World::start_with("tone:150");
    let id = world.accept(PLACE, "short");
    let mut seen = world.follow(&id, RESCUE, reached(40));

    let took = world.stop();
    world.restart();
    let before = seen.len();
    seen.extend(world.follow(&id, Duration::from_secs(10), |state| {
        state["progress"].as_u64() > seen.last().copied()
    }));

    assert!(took < Duration::from_secs(6), "{took:?}");
    assert!(seen.len() > before);
    seen.extend(world.finish(&id, RESCUE));
    assert_made_once(&world, &id, &seen);
}

#[test]
fn a_frozen_worker_that_comes_back_writes_nothing() {
    let world = World::start_with("tone:600");
    let id = world.accept(PLACE, "short");
    let mut seen = world.follow(&id, RESCUE, reached(32));

    world.signal_function("generate", Signal::SIGSTOP);
    let frozen = world.processes("generate").len();
    let before = seen[seen.len() - 1];
    seen.extend(world.follow(&id, RESCUE, reached(before + 2)));
    assert!(
        world.processes("generate").len() > frozen,
        "nobody took over"
    );
    world.signal_function("generate", Signal::SIGCONT);
    seen.extend(world.finish(&id, RESCUE));

    assert_made_once(&world, &id, &seen);
}
