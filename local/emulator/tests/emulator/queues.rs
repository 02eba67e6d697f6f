//! Messages on their way from an SDK to a function.
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::world::{PATIENCE, World, eventually};

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

/// Waits until a queue is empty, and returns how many messages are visible and hidden.
async fn settled(world: &World, queue: &str) -> (u64, u64) {
    let (begin, mut counts) = (Instant::now(), (1, 1));
    while begin.elapsed() < PATIENCE {
        let answer = world
            .sqs(
                "GetQueueAttributes",
                queue,
                json!({ "AttributeNames": ["All"] }),
            )
            .await;
        let count = |name: &str| number(&answer["Attributes"][name]);
        counts = (
            count("ApproximateNumberOfMessages"),
            count("ApproximateNumberOfMessagesNotVisible"),
        );
        if counts == (0, 0) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    counts
}

fn number(value: &Value) -> u64 {
    value
        .as_str()
        .and_then(|text| text.parse().ok())
        .unwrap_or(u64::MAX)
}
