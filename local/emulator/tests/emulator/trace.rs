//! One trace from the request to every run it leads to.
use std::collections::BTreeMap;

use emulator::journal::{Entry, Origin};
use serde_json::{Value, json};

use crate::world::{World, eventually, order};

const INVOKE: &str = "/2015-03-31/functions/Probe/invocations";
const ROOT: &str = "Root=1-5759e988-bd862e3fe1be46a994272793";
const PARENT: &str = "53995c3f42cd8ad8";

/// The header of a caller who records the trace.
fn given() -> String {
    format!("{ROOT};Parent={PARENT};Sampled=1")
}

/// Whether a run is a step of its own in the caller's trace.
fn goes_on(run: &Value) -> bool {
    let parent = run.as_str().and_then(|run| {
        let rest = run.strip_prefix(&format!("{ROOT};Parent="))?;
        rest.strip_suffix(";Sampled=1")
    });
    parent.is_some_and(|parent| parent.len() == 16 && parent != PARENT)
}

/// Returns the answers of runs that `wanted` describes, once there are `count`; each look is `seconds` later.
async fn answers(
    world: &World,
    count: usize,
    seconds: u64,
    wanted: fn(&Origin) -> bool,
) -> Vec<Value> {
    let journal = world.emulator.functions().journal();
    let is_done = |entry: &Entry| wanted(&entry.asked.origin) && entry.outcome().is_some();
    eventually("they have run", || {
        world.advance(seconds);
        journal.newest(None, count, is_done).len() == count
    })
    .await;
    let read = |entry: &Entry| {
        let answer = entry.outcome().unwrap().as_ref().unwrap();
        serde_json::from_slice(answer).unwrap()
    };
    journal
        .newest(None, count, is_done)
        .iter()
        .map(read)
        .collect()
}

fn is_message(origin: &Origin) -> bool {
    matches!(origin, Origin::Queue { .. })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_and_its_run_have_one_root() {
    let world = World::start().await;

    let mut response = world.post("/probe/1", json!({})).await;

    let answer: Value = response.body_mut().read_json().unwrap();
    let root = answer["event"]["headers"]["x-amzn-trace-id"]
        .as_str()
        .unwrap();
    assert!(root.starts_with("Root=1-") && !root.contains(';'), "{root}");
    let run = answer["trace"].as_str().unwrap();
    assert!(run.starts_with(&format!("{root};Parent=")), "{root}: {run}");
    assert!(run.ends_with(";Sampled=0"), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callers_trace_goes_on_through_the_http_api_and_a_function_url() {
    let world = World::start().await;
    let given = given();

    for path in ["/probe/1", "/lambda-url/Probe/"] {
        let headers = [("x-amzn-trace-id", given.as_str())];
        let mut response = world.post_with(path, &headers, json!({})).await;

        let answer: Value = response.body_mut().read_json().unwrap();
        assert_eq!(answer["event"]["headers"]["x-amzn-trace-id"], given);
        assert!(goes_on(&answer["trace"]), "{path}: {}", answer["trace"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_names_no_trace_is_replaced() {
    let world = World::start().await;
    let headers = [("x-amzn-trace-id", "Root=mine")];

    let mut response = world.post_with("/probe/1", &headers, json!({})).await;

    let answer: Value = response.body_mut().read_json().unwrap();
    let root = answer["event"]["headers"]["x-amzn-trace-id"]
        .as_str()
        .unwrap();
    let run = answer["trace"].as_str().unwrap();
    assert!(root.starts_with("Root=1-"), "{root}");
    assert!(run.starts_with(root), "{root}: {run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sdks_trace_is_taken_over_by_an_invocation() {
    let world = World::start().await;
    let given = given();
    let headers = [("x-amzn-trace-id", given.as_str())];

    let mut response = world.post_with(INVOKE, &headers, json!({})).await;

    let answer: Value = response.body_mut().read_json().unwrap();
    assert!(goes_on(&answer["trace"]), "{}", answer["trace"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_destination_is_told_is_in_the_trace_of_the_event() {
    let world = World::start().await;
    let path = INVOKE.replace("Probe", "Teller");
    let given = given();
    let headers = [
        ("x-amz-invocation-type", "Event"),
        ("x-amzn-trace-id", given.as_str()),
    ];

    // The teller fails and is not retried; its destination is a function, whose destination is a queue.
    world
        .post_with(&path, &headers, json!({ "do": "fail" }))
        .await;

    let journal = world.emulator.functions().journal();
    let is_told = |entry: &Entry| entry.asked.function == "Reporter" && entry.ended.is_some();
    eventually("its destination has run", || {
        !journal.newest(None, 1, is_told).is_empty()
    })
    .await;
    let told = &journal.newest(None, 1, is_told)[0];
    let answer = told.outcome().unwrap().as_ref().unwrap();
    let answer: Value = serde_json::from_slice(answer).unwrap();
    assert!(goes_on(&answer["trace"]), "{}", answer["trace"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_is_in_the_trace_of_the_first_attempt() {
    let world = World::start().await;
    let given = given();
    let headers = [
        ("x-amz-invocation-type", "Event"),
        ("x-amzn-trace-id", given.as_str()),
    ];
    let event = json!({ "do": "fail once", "file": world.data("once") });

    world.post_with(INVOKE, &headers, event).await;

    let is_retry = |origin: &Origin| matches!(origin, Origin::Asynchronous { attempt: 2 });
    // A retry waits for its time, and the failure before it may be planned only after a look.
    let retry = answers(&world, 1, 10, is_retry).await;
    assert!(goes_on(&retry[0]["trace"]), "{}", retry[0]["trace"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_carries_the_trace_of_its_sender_to_the_function() {
    let world = World::start().await;
    let given = given();
    let sent = [
        ("x-amz-target", "AmazonSQS.SendMessage"),
        ("x-amzn-trace-id", given.as_str()),
    ];
    let queue = world.url("/000000000000/GoodJobs");
    let own = format!("{ROOT};Sampled=1");
    let attribute = json!({ "AWSTraceHeader": { "DataType": "String", "StringValue": own } });

    let plain = json!({ "QueueUrl": queue, "MessageBody": "{}" });
    let told =
        json!({ "QueueUrl": queue, "MessageBody": "{}", "MessageSystemAttributes": attribute });
    for message in [plain, told] {
        let response = world.post_with("/", &sent, message).await;
        assert_eq!(response.status(), 200);
    }

    // No time passes: a message whose visibility timeout has ended would come twice.
    let runs = answers(&world, 2, 0, is_message).await;
    let mut headers: Vec<&str> = Vec::new();
    for run in &runs {
        assert!(goes_on(&run["trace"]), "{}", run["trace"]);
        let attributes = &run["event"]["Records"][0]["attributes"];
        headers.push(attributes["AWSTraceHeader"].as_str().unwrap());
    }
    headers.sort_unstable();
    assert_eq!(headers, [given.as_str(), own.as_str()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_message_of_a_batch_has_the_trace_it_was_sent_in() {
    let world = World::start().await;
    let given = given();
    let other = "Root=1-5759e988-000000000000000000000001;Sampled=1";

    order(&world, "one", Some(&given)).await;
    order(&world, "another", Some(other)).await;
    order(&world, "none", None).await;

    let runs = answers(&world, 1, 0, is_message).await;
    let records = runs[0]["event"]["Records"].as_array().unwrap();
    let headers: BTreeMap<_, _> = records
        .iter()
        .map(|record| {
            let header = record["attributes"]["AWSTraceHeader"].as_str();
            (record["body"].as_str().unwrap(), header)
        })
        .collect();
    let sent = [
        ("one", Some(given.as_str())),
        ("another", Some(other)),
        ("none", None),
    ];
    assert_eq!(headers, BTreeMap::from(sent));
    // The run is a step of one trace, and none of theirs is all of theirs.
    let run = runs[0]["trace"].as_str().unwrap();
    let is_theirs = [ROOT, &other[..ROOT.len()]].map(|root| run.starts_with(root));
    assert_eq!(is_theirs, [false, false], "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_one_trace_goes_on_in_it() {
    let world = World::start().await;
    let given = given();

    for body in ["a", "b", "c"] {
        order(&world, body, Some(&given)).await;
    }

    let runs = answers(&world, 1, 0, is_message).await;
    assert_eq!(
        runs[0]["event"]["Records"].as_array().map(Vec::len),
        Some(3)
    );
    assert!(goes_on(&runs[0]["trace"]), "{}", runs[0]["trace"]);
}
