//! Another's lock: who is refused because of it leaves nothing behind that waits for the lock, or gets it.

use std::{
    thread,
    time::{Duration, Instant},
};

use libsql::{Builder, Connection, Error};
use nix::sys::signal::Signal;
use tokio::runtime::{self, Runtime};
use wherecast_tests::{Answer, Database, SOON, World, generate_body};

const PLACE: &str = "Paris, France";

/// What the template gives a function that people wait for; the rest is for what else the machine does.
const LIMIT: Duration = Duration::from_secs(10);

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
    let world = World::start();
    let made = [(); 2].map(|()| world.accept(PLACE, "short"));
    made.iter().for_each(|id| drop(world.finish(id, SOON)));
    let stored =
        || Database::open(world.data()).rows("SELECT id, status FROM podcasts ORDER BY id");
    let before = stored();
    let other = Writer::open(&world);

    other.run("BEGIN IMMEDIATE").unwrap();
    let (refused, took) = ask_all(&world, &made);
    other.run("ROLLBACK").unwrap();
    // Everybody is frozen now, and does not wait for a lock. Were it held, this would fail at once.
    let next = other.run("UPDATE totals SET count = count");
    // Whatever is left in them goes on when they are thawed, by the next request or as here.
    for function in ["create", "library"] {
        assert!(!world.processes(function).is_empty());
        world.signal_function(function, Signal::SIGCONT);
    }
    thread::sleep(Duration::from_secs(2));

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
