//! Asynchronous invocations: retried on the clock, told to destinations, kept over a restart.
use std::{
    fs::File,
    time::{Duration, Instant},
};

use emulator::runtime::FailureKind;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::world::{World, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_success_is_told_to_its_destination() {
    let world = World::start().await;

    let id = world.send_event("Reporter", json!({ "a": 1 })).await;

    let record = received(&world, "Ends").await.0;
    assert_eq!(record["version"], "1.0");
    let timestamp = record["timestamp"].as_str().unwrap();
    assert!(
        timestamp.len() == 24 && timestamp.ends_with('Z'),
        "{timestamp}"
    );
    assert_eq!(
        record["requestContext"],
        json!({
            "requestId": id,
            "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:Reporter:$LATEST",
            "condition": "Success",
            "approximateInvokeCount": 1,
        })
    );
    assert_eq!(record["requestPayload"], json!({ "a": 1 }));
    assert_eq!(
        record["responseContext"],
        json!({ "statusCode": 200, "executedVersion": "$LATEST" })
    );
    assert_eq!(record["responsePayload"]["event"], json!({ "a": 1 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_tried_three_times_under_one_id_and_ends_at_both_destinations() {
    let world = World::start().await;

    let id = world.send_event("Reporter", json!({ "do": "fail" })).await;
    has_run(&world, "Reporter", &id, 3).await;

    let record = received(&world, "Ends").await.0;
    assert_eq!(world.runs("Reporter", &id), 3);
    assert_eq!(record["requestContext"]["requestId"], id.as_str());
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 3);
    assert_eq!(record["responseContext"]["functionError"], "Unhandled");
    assert_eq!(
        record["responsePayload"],
        json!({ "errorType": "Probe", "errorMessage": "as asked" })
    );
    let (body, attributes) = received(&world, "DeadEvents").await;
    assert_eq!(body, json!({ "do": "fail" }));
    assert_eq!(attributes["RequestID"]["StringValue"], id.as_str());
    assert_eq!(attributes["ErrorCode"]["StringValue"], "200");
    assert_eq!(attributes["ErrorCode"]["DataType"], "Number");
    assert_eq!(attributes["ErrorMessage"]["StringValue"], "as asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_can_be_a_destination() {
    let world = World::start().await;

    let id = world.send_event("Teller", json!({ "do": "exit" })).await;

    let record = received(&world, "Ends").await.0;
    let told = &record["requestPayload"];
    assert_eq!(record["requestContext"]["condition"], "Success");
    assert_eq!(told["requestContext"]["requestId"], id.as_str());
    assert_eq!(told["requestContext"]["approximateInvokeCount"], 1);
    assert_eq!(told["responsePayload"]["errorType"], "Runtime.ExitError");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_waits_for_its_retry_outlives_the_emulator() {
    let world = World::start().await;
    let id = world.send_event("Reporter", json!({ "do": "fail" })).await;
    has_run(&world, "Reporter", &id, 1).await;

    let world = world.restart().await;

    has_run(&world, "Reporter", &id, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_met_a_busy_function_runs_later_and_the_meeting_is_no_attempt() {
    let world = World::start().await;

    let gate = world.data("gate");
    let busy = world.invoke("Single", json!({ "log": "it runs", "wait_for": gate }));
    let event = async {
        eventually("it runs", || world.log("Single").contains("it runs")).await;
        let id = world.send_event("Single", json!({ "do": "fail" })).await;
        eventually("the event meets it", || is_throttled(&world, &id)).await;
        File::create(&gate).unwrap();
        id
    };
    let (_, id) = tokio::join!(busy, event);

    has_run(&world, "Single", &id, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_too_old_does_not_run() {
    let world = World::start().await;
    let id = world.send_event("Reporter", json!({ "do": "fail" })).await;
    has_run(&world, "Reporter", &id, 1).await;

    world.advance(6 * 3_600);

    let record = received(&world, "Ends").await.0;
    assert_eq!(record["requestContext"]["condition"], "EventAgeExceeded");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 1);
    assert_eq!(world.runs("Reporter", &id), 1);
}

/// The disk bounds it, and how many share a commit. Run it alone:
/// `cargo test -p emulator --test emulator accepted_in_a_second -- --ignored --nocapture`.
#[ignore = "measures, on a machine that does nothing else"]
#[tokio::test(flavor = "multi_thread")]
async fn how_many_events_are_accepted_in_a_second() {
    const TIME: Duration = Duration::from_secs(3);
    for senders in [1, 16, 64] {
        let world = World::start().await;
        let begin = Instant::now();
        // A function that sleeps leaves the machine to those who send.
        let sender = async || {
            let mut accepted = 0;
            while begin.elapsed() < TIME {
                world
                    .send_event("Single", json!({ "sleep_ms": 5_000 }))
                    .await;
                accepted += 1;
            }
            accepted
        };
        let accepted: u32 = join_all((0..senders).map(|_| sender())).await.iter().sum();
        let rate = f64::from(accepted) / begin.elapsed().as_secs_f64();
        println!("{senders} senders: {rate:.0} events accepted per second");
    }
}

/// Whether an attempt at a request met a function with no room for it.
fn is_throttled(world: &World, id: &str) -> bool {
    let journal = world.emulator.functions().journal();
    let attempts = journal.newest(None, usize::MAX, |entry| entry.asked.request_id == id);
    attempts.iter().any(|attempt| {
        let failure = attempt.outcome().and_then(|outcome| outcome.as_ref().err());
        failure.is_some_and(|failure| failure.kind == FailureKind::Throttled)
    })
}

/// Lets time pass until a request has begun to run as often as this.
async fn has_run(world: &World, function: &str, id: &str, runs: usize) {
    // The clock moves in steps, because a failure is seen in the log before its retry is planned.
    for _ in 0..1_500 {
        if world.runs(function, id) == runs {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        world.advance(10);
    }
    panic!("{function} has run {} times", world.runs(function, id));
}

/// Waits for the first message of a queue: its body, which is JSON, and its attributes.
async fn received(world: &World, queue: &str) -> (Value, Value) {
    for _ in 0..100 {
        let request = json!({ "WaitTimeSeconds": 1, "MessageAttributeNames": ["All"] });
        let answer = world.sqs("ReceiveMessage", queue, request).await;
        if let Some(body) = answer["Messages"][0]["Body"].as_str() {
            let body = serde_json::from_str(body).unwrap();
            return (body, answer["Messages"][0]["MessageAttributes"].clone());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nothing came to {queue}");
}
