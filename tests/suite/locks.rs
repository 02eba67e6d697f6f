//! Another's lock: who is refused because of it leaves nothing behind that waits for the lock, or gets it.

use std::{
    fs::{self, OpenOptions},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use libsql::{Builder, Connection, Error};
use nix::sys::signal::Signal;
use serde_json::json;
use tempfile::NamedTempFile;
use tokio::runtime::{self, Runtime};
use wherecast_tests::{Answer, Database, SOON, Start, World, generate_body, template};

const PLACE: &str = "Paris, France";

/// What the template gives a function that people wait for; the rest is for what else the machine does.
const LIMIT: Duration = Duration::from_secs(10);

/// How long the last write of a thawed function, if it has one, may take to be made: it looks ten times a second.
const MADE: Duration = Duration::from_secs(2);

/// In this time a worker at work has begun a beat: one comes every ten seconds.
const BEAT: Duration = Duration::from_secs(12);

/// What wakes the sweep.
const CLOCK: &str = "      Events:
        EveryMinute:
          Type: Schedule
          Properties:
            Schedule: rate(1 minute)
            Description: Wakes the sweep.
";

/// A writer beside the functions, which waits for nobody.
struct Writer {
    connection: Connection,
    runtime: Runtime,
}

impl Writer {
    fn open(world: &World) -> Self {
        let runtime = runtime::Builder::new_current_thread().build().unwrap();
        let file = world.data().join("wherecast.db");
        let database = runtime.block_on(Builder::new_local(file).build()).unwrap();
        Self {
            connection: database.connect().unwrap(),
            runtime,
        }
    }

    fn run(&self, sql: &str) -> Result<u64, Error> {
        self.runtime.block_on(self.connection.execute(sql, ()))
    }

    /// As often as it takes: a function may be writing.
    fn insist(&self, sql: &str) {
        let begun = Instant::now();
        while let Err(error) = self.run(sql) {
            assert!(begun.elapsed() < SOON, "{sql}: {error}");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Asks for everything that writes, all at once; gives the answers and when the last one came.
fn ask_all(world: &World, made: &[String; 2]) -> (Vec<Answer>, Duration) {
    let key = [
        ("content-type", "application/json"),
        ("idempotency-key", "k"),
    ];
    let body = generate_body(PLACE, "short").to_string();
    let generate = || {
        world.ask(
            "POST",
            "/api/v1/podcasts/generate",
            &key,
            Some(body.as_bytes()),
        )
    };
    let regenerate = format!("/api/v1/podcasts/{}/regenerate", made[0]);
    let regenerate = || world.ask("POST", &regenerate, &[], None);
    let delete = format!("/api/v1/podcasts/{}", made[1]);
    let delete = || world.ask("DELETE", &delete, &[], None);

    let begun = Instant::now();
    let answers = thread::scope(|scope| {
        let asked = [
            scope.spawn(generate),
            scope.spawn(regenerate),
            scope.spawn(delete),
        ];
        asked.map(|asked| asked.join().unwrap()).into()
    });
    (answers, begun.elapsed())
}

#[test]
fn nothing_of_a_refused_request_waits_for_the_lock_or_gets_it_after_the_answer() {
    let (world, _template) = start_without_clock();
    let made = [(); 2].map(|()| world.accept(PLACE, "short"));
    made.iter().for_each(|id| drop(world.finish(id, SOON)));
    let stored =
        || Database::open(world.data()).rows("SELECT id, status FROM podcasts ORDER BY id");
    let before = stored();
    let other = Writer::open(&world);

    other.insist("BEGIN IMMEDIATE");
    let (refused, took) = ask_all(&world, &made);
    other.run("ROLLBACK").unwrap();
    for function in ["create", "library"] {
        wait_until_frozen(&world, function);
    }
    // Nobody waits for a lock now. Were it held, this would fail at once.
    let next = other.run("UPDATE totals SET count = count");
    // Whatever is left in them goes on when they are thawed, by the next request or as here.
    for function in ["create", "library"] {
        assert!(!world.processes(function).is_empty());
        world.signal_function(function, Signal::SIGCONT);
    }
    thread::sleep(MADE);

    println!("refused within {took:?}");
    for answer in &refused {
        assert_eq!(answer.status, 503, "{answer:?}");
        let kind = answer.header("content-type");
        assert_eq!(kind, Some("application/problem+json"));
    }
    assert!(took < LIMIT, "{took:?}");
    assert!(next.is_ok(), "{next:?}");
    assert_eq!(stored(), before);
    let (accepted, _) = ask_all(&world, &made);
    let status = accepted.iter().map(|answer| answer.status);
    assert_eq!(status.collect::<Vec<_>>(), [202, 202, 204]);
}

#[test]
fn nothing_of_a_sweep_waits_for_the_lock_or_gets_it_after_the_answer() {
    let (world, _template) = start_without_clock();
    // The first writer makes the database.
    assert_eq!(sweep(&world).header("x-amz-function-error"), None);
    let other = Writer::open(&world);
    // A key of 1970, which the next run forgets.
    other.insist("INSERT INTO idempotency VALUES ('local', 'k', x'00', 'p', 1, 0)");
    let keys = || Database::open(world.data()).number("SELECT count(*) FROM idempotency");

    other.insist("BEGIN IMMEDIATE");
    let begun = Instant::now();
    let refused = sweep(&world);
    let took = begun.elapsed();
    wait_until_frozen(&world, "sweep");
    other.run("ROLLBACK").unwrap();
    let next = other.run("UPDATE totals SET count = count");
    world.signal_function("sweep", Signal::SIGCONT);
    thread::sleep(MADE);
    let left = keys();

    println!("gave up after {took:?}");
    assert!(
        refused.header("x-amz-function-error").is_some(),
        "{refused:?}"
    );
    assert!(took < 2 * LIMIT, "{took:?}");
    assert!(next.is_ok(), "{next:?}");
    assert_eq!(left, 1, "a step was made after its run had answered");
    assert_eq!(sweep(&world).header("x-amz-function-error"), None);
    assert_eq!(keys(), 0);
}

/// Starts a system whose sweep runs when it is asked to: woken by the clock it would write in the middle of this.
fn start_without_clock() -> (World, NamedTempFile) {
    let template = template(&[(CLOCK, String::new())]);
    let world = World::start_as(Start {
        voice: "tone".to_owned(),
        template: Some(template.path().to_owned()),
        ..Start::default()
    });
    (world, template)
}

/// The emulator freezes a process a moment after its answer; only one that is frozen can be thawed.
fn wait_until_frozen(world: &World, function: &str) {
    let begun = Instant::now();
    while !world.at_work(function).is_empty() {
        assert!(begun.elapsed() < SOON, "{function} does not end");
        thread::sleep(Duration::from_millis(5));
    }
}

fn sweep(world: &World) -> Answer {
    world.invoke("Sweep", &json!({}))
}

/// A worker that loses its podcast to another finds out by a question, which waits for nobody, while its
/// heartbeat waits for the lock.
#[test]
fn nothing_of_a_worker_waits_for_the_lock_or_gets_it_after_the_answer() {
    let world = World::start_with("tone:300");
    let id = world.accept(PLACE, "short");
    world.follow(&id, SOON, |state| state["progress"].as_u64() >= Some(32));
    // The mix will wait until someone writes into this clip, and then cannot read it.
    let clip = first_clip(&world);
    replace_by_pipe(&clip);
    world.follow(&id, SOON, |state| {
        state["message"] == "Mixing and mastering the episode"
    });
    thread::sleep(MADE);
    let lease =
        || Database::open(world.data()).rows("SELECT lease_token, lease_expires_at FROM podcasts");
    let [token, _] = &lease()[0][..] else {
        panic!("one podcast")
    };
    let other = Writer::open(&world);

    // Another worker takes the podcast, and a writer the lock.
    other.insist(
        "UPDATE podcasts SET lease_token = 'another', lease_expires_at = lease_expires_at + 30000",
    );
    other.insist("BEGIN IMMEDIATE");
    thread::sleep(BEAT);
    drop(OpenOptions::new().write(true).open(&clip).unwrap());
    thread::sleep(MADE);
    other.run("ROLLBACK").unwrap();
    wait_until_frozen(&world, "generate");
    let next = other.run("UPDATE totals SET count = count");
    // The podcast is given back under the frozen worker: a write that it left would be seen now.
    other.insist(&format!("UPDATE podcasts SET lease_token = '{token}'"));
    let before = lease();
    world.signal_function("generate", Signal::SIGCONT);
    thread::sleep(MADE);

    assert!(next.is_ok(), "{next:?}");
    assert_eq!(lease(), before, "a beat came after the answer");
    let log = world.log("Generate");
    let is_end = |line: &String| line.contains("lease lost: stopped without a trace");
    assert!(log.iter().any(is_end), "{log:?}");
}

/// The first clip that a worker has recorded.
fn first_clip(world: &World) -> PathBuf {
    let mut clips = world.files("media/work");
    clips.retain(|file| file.extension().is_some_and(|kind| kind == "f32"));
    clips.sort_by_key(|clip| fs::metadata(clip).unwrap().modified().unwrap());
    clips.swap_remove(0)
}

fn replace_by_pipe(file: &Path) {
    let pipe = file.with_extension("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    fs::rename(pipe, file).unwrap();
}
