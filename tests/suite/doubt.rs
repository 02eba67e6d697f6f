//! The queue does what it is asked, and nobody hears of it: every job is answered for, and made once.
//!
//! [`proxy`] stands between the functions and the queue. It loses, cuts and withholds answers, so that the SDKs send
//! again what has arrived; and for a while it lets no message through, so that only the sweep can find a job.

mod proxy;

use std::{
    thread,
    time::{Duration, Instant},
};

use proxy::Proxy;
use serde_json::json;
use tempfile::NamedTempFile;
use wherecast_tests::{Client, Start, World, generate_body, template};

const PLACE: &str = "Pirey, France";

/// Jobs whose messages arrive, their answers hardly.
const DOUBTED: usize = 6;
/// Jobs whose messages do not arrive.
const UNSENT: usize = 1;

/// The sweep takes up a job after 12 s; the rest is for what else the machine does.
const PATIENCE: Duration = Duration::from_secs(240);

/// Longer than any message is hidden here, in the queue's time.
const HIDDEN_AT_MOST_S: u64 = 120;

/// What a worker says once it has completed a job.
const MADE: &str = "done with a podcast for now: Consumed";

/// A system whose functions reach the queue by the proxy.
fn start(proxy: &Proxy) -> (World, NamedTempFile) {
    const LEVEL: &str = "RUST_LOG: !Ref LogLevel";
    let endpoint = format!("{LEVEL}\n        AWS_ENDPOINT_URL_SQS: {}", proxy.url());
    let template = template(&[(LEVEL, endpoint)]);
    let world = World::start_as(Start {
        voice: "tone".to_owned(),
        template: Some(template.path().to_owned()),
        ..Start::default()
    });
    proxy.lead_to(world.origin());
    (world, template)
}

/// Asks once, as a client that knows nothing of queues; gives the job and how long the answer took.
fn ask(client: &Client) -> (String, Duration) {
    let asked = Instant::now();
    let answer = client.try_ask(
        "POST",
        "/api/v1/podcasts/generate",
        &[("content-type", "application/json")],
        Some(generate_body(PLACE, "short").to_string().as_bytes()),
    );
    let answer = answer.expect("whatever the queue does, create answers");
    assert_eq!(answer.status, 202, "{answer:?}");
    (answer.text("job_id"), asked.elapsed())
}

/// Waits until every job is completed, with the sweep running more often than it would.
fn settle(world: &World, jobs: &[String]) {
    let begun = Instant::now();
    loop {
        let states: Vec<_> = jobs.iter().map(|id| world.status(id).json()).collect();
        let failed = states.iter().find(|state| state["status"] == "failed");
        assert_eq!(failed, None);
        if states.iter().all(|state| state["status"] == "completed") {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{states:?}");
        // One that hears of a failure says so; the next one goes on.
        world.invoke("Sweep", &json!({}));
        thread::sleep(Duration::from_secs(1));
    }
}

/// Lets the queue hand out what it still hides, until all of it has found that there is nothing to do.
fn drain(world: &World) {
    let begun = Instant::now();
    while world.messages("JobsQueue") > 0 {
        assert!(begun.elapsed() < PATIENCE, "messages are left");
        // Not while one is looked at: it would be handed out a second time.
        if world.at_work("generate").is_empty() {
            let later = json!({ "seconds": HIDDEN_AT_MOST_S });
            world.post("/_console/api/clock/advance", &later);
        }
        thread::sleep(Duration::from_millis(500));
    }
    assert_eq!(world.messages("JobsDeadLetterQueue"), 0);
}

/// How many lines of a function's log say `what` of a job.
fn told(world: &World, function: &str, what: &str, job: &str) -> usize {
    let is_so = |line: &&String| line.contains(what) && line.contains(job);
    world.log(function).iter().filter(is_so).count()
}

/// Waits until the log has caught up with a job that is made.
fn wait_until_told_made(world: &World, job: &str) {
    let begun = Instant::now();
    while told(world, "Generate", MADE, job) == 0 {
        assert!(begun.elapsed() < PATIENCE, "nobody made {job}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn answers_of_the_queue_that_get_lost_lose_no_job_and_make_none_twice() {
    let proxy = Proxy::start();
    let (world, _template) = start(&proxy);
    let client = world.client();

    proxy.set_down(true);
    let unsent: Vec<_> = (0..UNSENT).map(|_| ask(&client)).collect();
    proxy.set_down(false);
    let doubted: Vec<_> = thread::scope(|scope| {
        let clients: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| (0..DOUBTED / 3).map(|_| ask(&client)).collect::<Vec<_>>()))
            .collect();
        let asked = clients.into_iter().map(|client| client.join().unwrap());
        asked.flatten().collect()
    });
    let slowest = unsent.iter().chain(&doubted).map(|(_, took)| *took).max();
    let jobs: Vec<String> = unsent
        .iter()
        .chain(&doubted)
        .map(|(id, _)| id.clone())
        .collect();
    settle(&world, &jobs);
    drain(&world);

    let (sent, lost, refused) = (proxy.sent(), proxy.lost(), proxy.refused());
    println!(
        "{} jobs accepted in {slowest:?} at most, {refused} messages lost, {lost} answers lost, {sent} messages sent",
        jobs.len()
    );
    assert!(
        refused >= UNSENT && sent > jobs.len(),
        "no message was sent twice: this shows nothing"
    );
    for (id, _) in &unsent {
        assert!(told(&world, "Create", "left to the sweep", id) > 0, "{id}");
    }
    for id in &jobs {
        let told = |what| told(&world, "Generate", what, id);
        wait_until_told_made(&world, id);
        assert_eq!(told(MADE), 1, "{id}");
        // On a machine that stands still for half a minute a lease may run out.
        assert_eq!(told("making a podcast"), 1 + told("lease lost"), "{id}");
    }
    assert_eq!(world.get("/api/v1/podcasts/").json()["total"], jobs.len());
    assert_eq!(world.files("media/episodes").len(), jobs.len());
}
