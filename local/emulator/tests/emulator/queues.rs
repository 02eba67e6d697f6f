//! Messages on their way from an SDK to a function.
use std::time::{Duration, Instant};

use emulator::journal::{Entry, Origin};
use serde_json::{Value, json};

use crate::world::{PATIENCE, World, eventually, eventually_told, order};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_reaches_its_function_and_is_gone() {
    let world = World::start().await;

    world
        .sqs("SendMessage", "GoodJobs", json!({ "MessageBody": "hello" }))
        .await;

    eventually("the worker runs", || {
        !world.processes("GoodWorker").is_empty()
    })
    .await;
    assert_eq!(settled(&world, "GoodJobs").await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_always_fails_ends_in_the_dead_letter_queue() {
    let world = World::start().await;

    world
        .sqs("SendMessage", "BadJobs", json!({ "MessageBody": "poison" }))
        .await;

    assert_eq!(settled(&world, "BadJobs").await, (0, 0));
    let received = world.sqs("ReceiveMessage", "DeadJobs", json!({})).await;
    assert_eq!(received["Messages"][0]["Body"], "poison");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_in_the_dead_letter_queue_can_be_sent_to_a_worker_that_does_it() {
    let world = World::start().await;
    world
        .sqs("SendMessage", "BadJobs", json!({ "MessageBody": "a job" }))
        .await;
    settled(&world, "BadJobs").await;
    let arn = |queue: &str| format!("arn:aws:sqs:us-east-1:000000000000:{queue}");

    let redrive = json!({ "SourceArn": arn("DeadJobs"), "DestinationArn": arn("GoodJobs") });
    world.sqs("StartMessageMoveTask", "DeadJobs", redrive).await;

    eventually("the worker runs", || {
        !world.processes("GoodWorker").is_empty()
    })
    .await;
    for queue in ["DeadJobs", "GoodJobs"] {
        assert_eq!(settled(&world, queue).await, (0, 0), "{queue}");
    }
    let tasks = json!({ "SourceArn": arn("DeadJobs") });
    let tasks = world.sqs("ListMessageMoveTasks", "DeadJobs", tasks).await;
    assert_eq!(tasks["Results"][0]["Status"], "COMPLETED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_page_cannot_send_messages_or_run_functions() {
    let world = World::start().await;
    let origin = ("origin", "https://evil.example");

    let sqs = world
        .send(
            "POST",
            "/",
            &[origin, ("x-amz-target", "AmazonSQS.ListQueues")],
        )
        .await;
    let invoke = world
        .send("POST", "/2015-03-31/functions/Probe/invocations", &[origin])
        .await;

    assert_eq!(
        (sqs.status().as_u16(), invoke.status().as_u16()),
        (403, 403)
    );
    assert!(world.processes("Probe").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_batch_only_the_message_that_failed_comes_again() {
    let world = World::start().await;

    for body in ["a", "fail", "b"] {
        order(&world, body, None).await;
    }

    let first = batch(&world, 1).await;
    assert_eq!(bodies(&first), ["a", "b", "fail"]);
    let is_settled = async || counts(&world, "Orders").await == (0, 1);
    eventually_told("the others are gone", is_settled).await;
    world.advance(600);
    for body in ["c", "d"] {
        order(&world, body, None).await;
    }
    let second = batch(&world, 2).await;
    assert_eq!(bodies(&second), ["c", "d", "fail"]);
    let failed = [first, second].map(|batch| {
        let failed = batch.into_iter().find(|record| record["body"] == "fail");
        let failed = failed.unwrap();
        let count = number(&failed["attributes"]["ApproximateReceiveCount"]);
        (failed["messageId"].as_str().unwrap().to_owned(), count)
    });
    assert_eq!(failed[0].0, failed[1].0);
    assert_eq!([failed[0].1, failed[1].1], [1, 2]);
}

/// Waits for the run of a batch, the first or a later one, and returns its messages.
async fn batch(world: &World, nth: usize) -> Vec<Value> {
    let journal = world.emulator.functions().journal();
    let is_done = |entry: &Entry| {
        matches!(entry.asked.origin, Origin::Queue { .. }) && entry.outcome().is_some()
    };
    let runs = || journal.newest(None, usize::MAX, is_done);
    eventually("the batch has run", || runs().len() >= nth).await;
    let runs = runs();
    assert_eq!(runs.len(), nth);
    let mut event: Value = serde_json::from_slice(&runs[0].asked.event).unwrap();
    serde_json::from_value(event["Records"].take()).unwrap()
}

fn bodies(batch: &[Value]) -> Vec<&str> {
    let bodies = batch.iter().map(|record| record["body"].as_str().unwrap());
    let mut bodies: Vec<_> = bodies.collect();
    bodies.sort_unstable();
    bodies
}

/// Waits until a queue is empty, and returns how many messages are visible and hidden.
async fn settled(world: &World, queue: &str) -> (u64, u64) {
    let begin = Instant::now();
    loop {
        let counts = counts(world, queue).await;
        if counts == (0, 0) || begin.elapsed() > PATIENCE {
            return counts;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Returns how many messages of a queue are visible and hidden.
async fn counts(world: &World, queue: &str) -> (u64, u64) {
    let wanted = json!({ "AttributeNames": ["All"] });
    let answer = world.sqs("GetQueueAttributes", queue, wanted).await;
    let count = |name: &str| number(&answer["Attributes"][name]);
    (
        count("ApproximateNumberOfMessages"),
        count("ApproximateNumberOfMessagesNotVisible"),
    )
}

fn number(value: &Value) -> u64 {
    value
        .as_str()
        .and_then(|text| text.parse().ok())
        .unwrap_or(u64::MAX)
}
