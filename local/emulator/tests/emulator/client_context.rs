//! What a caller of the Invoke API tells a function of itself.
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use emulator::journal::{Entry, Origin};
use serde_json::{Value, json};

use crate::{
    streaming::events,
    world::{World, eventually},
};

const WHOLE: &str = "/2015-03-31/functions/Probe/invocations";
const STREAMED: &str = "/2021-11-15/functions/Probe/response-streaming-invocations";

/// A context in base64, and what it means.
fn context() -> (String, Value) {
    let context = json!({ "client": {}, "custom": { "who": "Zoë" }, "env": {} });
    (BASE64.encode(format!("{context:#}")), context)
}

/// Returns what the probe was told, from its answer.
fn heard(answer: &[u8]) -> Value {
    let answer: Value = serde_json::from_slice(answer).unwrap();
    match &answer["client_context"] {
        Value::String(text) => serde_json::from_str(text).unwrap(),
        other => other.clone(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_context_reaches_the_function_of_a_caller_who_waits() {
    let world = World::start().await;
    let (encoded, context) = context();
    let told = [("x-amz-client-context", encoded.as_str())];

    let mut whole = world.post_with(WHOLE, &told, json!({})).await;
    let streamed = world.post_with(STREAMED, &told, json!({})).await;
    let mut none = world.post(WHOLE, json!({})).await;

    assert_eq!(heard(&whole.body_mut().read_to_vec().unwrap()), context);
    assert_eq!(heard(events(streamed).await.0.as_bytes()), context);
    assert_eq!(heard(&none.body_mut().read_to_vec().unwrap()), Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_does_not_wait_tells_nothing() {
    let world = World::start().await;
    let (encoded, _) = context();
    let journal = world.emulator.functions().journal();
    let is_done = |entry: &Entry| {
        matches!(entry.asked.origin, Origin::Asynchronous { .. }) && entry.ended.is_some()
    };

    for context in [encoded.as_str(), "no base64"] {
        let event = [
            ("x-amz-invocation-type", "Event"),
            ("x-amz-client-context", context),
        ];
        let response = world.post_with(WHOLE, &event, json!({})).await;
        assert_eq!(response.status(), 202);
    }

    eventually("both have run", || {
        journal.newest(None, 3, is_done).len() == 2
    })
    .await;
    for entry in journal.newest(None, 2, is_done) {
        let answer = entry.outcome().unwrap().as_ref().unwrap();
        assert_eq!(heard(answer), Value::Null);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_context_that_is_none_is_refused() {
    let world = World::start().await;
    let long = BASE64.encode(format!("{{{}}}", " ".repeat(2_686)));

    for context in ["no base64", "W10=", &long] {
        for path in [WHOLE, STREAMED] {
            let told = [("x-amz-client-context", context)];
            let response = world.post_with(path, &told, json!({})).await;

            assert_eq!(response.status(), 400, "{context}");
            let error = &response.headers()["x-amzn-errortype"];
            assert_eq!(error, "InvalidRequestContentException");
        }
    }
    assert!(world.processes("Probe").is_empty());
}
