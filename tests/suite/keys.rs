//! One `Idempotency-Key` is one job, however often it comes, at once or among crashes.

use std::{
    collections::BTreeSet,
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use wherecast_tests::{Answer, SOON, World, generate_body};

const GENERATE: &str = "/api/v1/podcasts/generate";
const LIST: &str = "/api/v1/podcasts/";
const AT_ONCE: usize = 100;

fn ask(world: &World, key: &str, body: &Value) -> Option<Answer> {
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key),
    ];
    world
        .try_ask(
            "POST",
            GENERATE,
            &headers,
            Some(body.to_string().as_bytes()),
        )
        .ok()
}

/// Sends a hundred requests with one key at once, `kills` processes of create dying meanwhile.
fn at_once(world: &World, key: &str, body: &Value, kills: usize) -> (Vec<Option<Answer>>, usize) {
    let start = Barrier::new(AT_ONCE + 1);
    let answered = AtomicUsize::new(0);
    thread::scope(|scope| {
        let callers: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    let answer = ask(world, key, body);
                    answered.fetch_add(1, Ordering::Relaxed);
                    answer
                })
            })
            .collect();
        start.wait();
        let mut killed = 0;
        while killed < kills && answered.load(Ordering::Relaxed) < AT_ONCE {
            thread::sleep(Duration::from_millis(30));
            killed += world.kill_function("create");
        }
        let answers = callers.into_iter().map(|caller| caller.join().unwrap());
        (answers.collect(), killed)
    })
}

/// Checks that what was accepted is one job, asks again where no answer came, and gives that job.
fn assert_one_job(world: &World, key: &str, body: &Value, answers: &[Option<Answer>]) -> String {
    let arrived: Vec<&Answer> = answers.iter().flatten().collect();
    let accepted: BTreeSet<_> = arrived
        .iter()
        .filter(|answer| answer.status == 202)
        .map(|answer| {
            (
                answer.body.clone(),
                answer.header("location").map(str::to_owned),
            )
        })
        .collect();
    let others: Vec<_> = arrived
        .iter()
        .map(|answer| answer.status)
        .filter(|status| *status != 202)
        .collect();

    assert!(accepted.len() <= 1, "{accepted:?}");
    assert!(
        others
            .iter()
            .all(|status| [500, 502, 503, 504].contains(status)),
        "{others:?}"
    );
    let again = (0..20).find_map(|_| ask(world, key, body).filter(|answer| answer.status == 202));
    let again = again.expect("one that asks again is answered");
    if let Some((said, _)) = accepted.first() {
        assert_eq!(said, &again.body);
    }
    assert_eq!(world.get(LIST).json()["total"], 1);
    eprintln!(
        "{} of {AT_ONCE} accepted, {} refused for now, the rest without an answer",
        arrived.len() - others.len(),
        others.len()
    );
    again.text("job_id")
}

#[test]
fn a_hundred_requests_at_once_with_one_key_are_one_job() {
    let world = World::start();
    let body = generate_body("Pirey, France", "short");

    let (answers, _) = at_once(&world, "one", &body, 0);

    let id = assert_one_job(&world, "one", &body, &answers);
    let accepted = answers
        .iter()
        .flatten()
        .filter(|answer| answer.status == 202);
    assert!(
        accepted.count() >= AT_ONCE / 2,
        "most are answered when nothing breaks"
    );
    world.finish(&id, SOON);
    assert_eq!(world.files("media/episodes").len(), 1);
}

#[test]
fn they_are_one_job_though_create_is_killed_among_them() {
    let world = World::start();
    let body = generate_body("Pirey, France", "short");

    let (answers, killed) = at_once(&world, "one", &body, 20);

    eprintln!("{killed} processes of create killed");
    assert!(killed > 0, "nothing was killed: this shows nothing");
    let id = assert_one_job(&world, "one", &body, &answers);
    world.finish(&id, SOON);
    assert_eq!(world.files("media/episodes").len(), 1);
}

#[test]
fn a_key_that_came_with_another_request_is_refused_and_stores_nothing() {
    let world = World::start_with("tone:600000");
    let body = generate_body("Pirey, France", "short");
    let id = ask(&world, "one", &body).unwrap().text("job_id");
    let mut spelt_out = body.clone();
    spelt_out["preferences"]["surprise_tolerance"] = json!(2);
    spelt_out["unknown"] = json!(true);
    let others = [
        generate_body("Paris", "short"),
        generate_body("Pirey, France", "long"),
        json!({"location": "Pirey, France", "podcast_type": "standout", "preferences": {"preferred_length": "short"}}),
    ];

    let same = ask(&world, "one", &spelt_out).unwrap();
    for other in others {
        let refused = ask(&world, "one", &other).unwrap();

        assert_eq!(refused.status, 422, "{other}");
        assert_eq!(
            refused.text("type"),
            "urn:wherecast:problem:idempotency-key-reused",
            "{other}"
        );
    }
    let regenerate = format!("{LIST}{id}/regenerate");
    let regenerated = world.ask("POST", &regenerate, &[("idempotency-key", "one")], None);

    assert_eq!((same.status, same.text("job_id")), (202, id));
    assert_eq!(regenerated.status, 422);
    assert_eq!(world.get(LIST).json()["total"], 1);
}
