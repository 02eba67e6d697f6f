//! The queues as their callers know them, on real files.
use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use serde_json::json;
use tempfile::TempDir;
use tokio::{sync::Barrier, time::timeout};
use tokio_util::task::TaskTracker;

use super::*;
use crate::{
    runtime::EVENT_BYTES,
    template::{Mapping, Redrive},
};

mod redrive;

const BASE: &str = "http://127.0.0.1:9000";

struct World {
    folder: TempDir,
    queues: Queues,
}

fn line(name: &str, visibility: Duration, redrive: Option<u32>) -> Queue {
    Queue {
        logical_id: name.to_owned(),
        name: name.to_owned(),
        visibility_timeout: visibility,
        retention: Duration::from_secs(345_600),
        delay: Duration::ZERO,
        receive_wait: Duration::ZERO,
        maximum_message_bytes: 1_048_576,
        redrive: redrive.map(|max_receive_count| Redrive {
            dead_letter_queue: "dead".to_owned(),
            max_receive_count,
        }),
        tags: BTreeMap::from([("purpose".to_owned(), "tests".to_owned())]),
    }
}

fn open(folder: &Path, visibility: Duration) -> Queues {
    let queues = [
        line("jobs", visibility, Some(3)),
        line("dead", visibility, None),
    ];
    Queues::open(folder, &queues, BASE, Clock::default(), Faults::default())
        .expect("the queue opens")
}

impl World {
    fn start(visibility: Duration) -> World {
        let folder = TempDir::new().expect("a folder");
        let queues = open(folder.path(), visibility);
        World { folder, queues }
    }

    /// Ends the process as far as the queue can tell, and starts the next.
    fn restart(self, visibility: Duration) -> World {
        let World { folder, queues } = self;
        drop(queues);
        let queues = open(folder.path(), visibility);
        World { folder, queues }
    }

    async fn call(&self, operation: &str, request: Value) -> (StatusCode, Value, HeaderMap) {
        let request = Bytes::from(request.to_string());
        let answer = self
            .queues
            .handle(&format!("AmazonSQS.{operation}"), request, None)
            .await;
        (
            answer.status,
            serde_json::from_slice(&answer.body).expect("a JSON document"),
            answer.headers,
        )
    }

    async fn ask(&self, operation: &str, mut request: Value) -> Value {
        if request.get("QueueUrl").is_none() {
            request["QueueUrl"] = format!("{BASE}/000000000000/jobs").into();
        }
        let (status, document, _) = self.call(operation, request).await;
        assert_eq!(status, StatusCode::OK, "{operation}: {document}");
        document
    }

    async fn send(&self, body: &str) -> String {
        let sent = self
            .ask("SendMessage", json!({ "MessageBody": body }))
            .await;
        sent["MessageId"].as_str().expect("an id").to_owned()
    }

    async fn counts_of(&self, name: &str) -> Counts {
        self.queues.counts(name).await.expect("the counts")
    }
}

fn mapping(batch_size: u32) -> Mapping {
    Mapping {
        queue: "jobs".to_owned(),
        function: "Worker".to_owned(),
        batch_size,
        window: Duration::ZERO,
        maximum_concurrency: Some(2),
        reports_item_failures: true,
        enabled: true,
    }
}

/// Feeds `answers` to the mapping's first runs and `{}` to all others; stops once there are as many as `runs`.
async fn deliver_until(
    queues: &Queues,
    mapping: Mapping,
    answers: Vec<Delivered>,
    runs: usize,
) -> Vec<Value> {
    let answers = Arc::new(Mutex::new(answers.into_iter()));
    let events = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&events);
    let invoke = move |event: Bytes| {
        seen.lock()
            .expect("no test panicked")
            .push(serde_json::from_slice(&event).expect("JSON"));
        let next = answers.lock().expect("no test panicked").next();
        std::future::ready(next.unwrap_or_else(|| Delivered::Answered(Bytes::from("{}"))))
    };
    let enough = async || events.lock().expect("no test panicked").len() >= runs;
    invoke_until(queues, mapping, invoke, enough).await;
    let events = events.lock().expect("no test panicked");
    events.clone()
}

/// Feeds `invoke`; stops when `holds`, and returns once everything is settled.
async fn invoke_until<F, Run>(
    queues: &Queues,
    mapping: Mapping,
    invoke: F,
    holds: impl AsyncFn() -> bool,
) where
    F: Fn(Bytes) -> Run + Send + 'static,
    Run: Future<Output = Delivered> + Send + 'static,
{
    let (stopping, tasks) = (CancellationToken::new(), TaskTracker::new());
    let (queues, stop) = (queues.clone(), stopping.clone());
    tasks.spawn(deliver(
        queues,
        mapping,
        stop,
        tasks.clone(),
        move |event, _| invoke(event),
    ));
    until(holds).await;
    stopping.cancel();
    tasks.close();
    tasks.wait().await;
}

/// Waits until `holds`, but not for good: what is asserted next tells why it does not.
async fn until(holds: impl AsyncFn() -> bool) {
    let patience = Instant::now() + LONG;
    while !holds().await && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn a_message_is_received_with_what_its_receiver_checks() {
    let world = World::start(LONG);
    let sent = world
        .ask(
            "SendMessage",
            json!({
                "MessageBody": "hello world",
                "MessageAttributes": {"my_attr": {"DataType": "String", "StringValue": "v"}},
            }),
        )
        .await;

    let received = world
        .ask(
            "ReceiveMessage",
            json!({
                "MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"],
            }),
        )
        .await;

    assert_eq!(sent["MD5OfMessageBody"], "5eb63bbbe01eeed093cb22bb8f5acdc3");
    let message = &received["Messages"][0];
    assert_eq!(message["MessageId"], sent["MessageId"]);
    assert_eq!(message["MD5OfBody"], sent["MD5OfMessageBody"]);
    assert_eq!(
        message["MD5OfMessageAttributes"],
        sent["MD5OfMessageAttributes"]
    );
    assert_eq!(message["MessageAttributes"]["my_attr"]["StringValue"], "v");
    assert_eq!(message["Attributes"]["ApproximateReceiveCount"], "1");
    assert!(message["Attributes"]["SentTimestamp"].is_string());
}

#[tokio::test]
async fn a_received_message_is_hidden_until_its_timeout_and_counts_again() {
    let world = World::start(LONG);
    world.send("a").await;

    let first = world.ask("ReceiveMessage", json!({})).await;
    let hidden = world.ask("ReceiveMessage", json!({})).await;
    world.queues.inner.clock.advance(LONG);
    let again = world
        .ask("ReceiveMessage", json!({"AttributeNames": ["All"]}))
        .await;

    assert_eq!(first["Messages"][0]["Body"], "a");
    assert_eq!(hidden, json!({}));
    assert_eq!(
        again["Messages"][0]["Attributes"]["ApproximateReceiveCount"],
        "2"
    );
    assert_ne!(
        again["Messages"][0]["ReceiptHandle"],
        first["Messages"][0]["ReceiptHandle"]
    );
}

#[tokio::test]
async fn messages_come_in_the_order_they_were_sent() {
    let world = World::start(LONG);
    for body in ["a", "b", "c"] {
        world.send(body).await;
    }

    let received = world
        .ask("ReceiveMessage", json!({"MaxNumberOfMessages": 10}))
        .await;

    let bodies: Vec<_> = received["Messages"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|m| &m["Body"])
        .collect();
    assert_eq!(bodies, ["a", "b", "c"]);
}

#[tokio::test]
async fn a_waiting_receiver_gets_a_new_message_at_once() {
    let world = World::start(LONG);
    let deadline = Instant::now() + 2 * LONG;
    let mut waiting = std::pin::pin!(world.queues.receive("jobs", 1, None, deadline));
    // On most machines it has looked by now, found nothing and waits; no slower one is wrong.
    let early = timeout(Duration::from_millis(100), &mut waiting).await;
    assert!(early.is_err());

    world.send("a").await;

    let received = timeout(LONG, waiting).await.expect("it is told");
    assert_eq!(received.expect("the queue works").len(), 1);
}

#[tokio::test]
async fn a_restart_keeps_visible_hidden_and_delayed_messages() {
    let world = World::start(LONG);
    world.send("received").await;
    let received = world.ask("ReceiveMessage", json!({})).await;
    world.send("visible").await;
    world
        .ask(
            "SendMessage",
            json!({"MessageBody": "delayed", "DelaySeconds": 60}),
        )
        .await;

    let world = world.restart(LONG);

    assert_eq!(
        world.counts_of("jobs").await,
        Counts {
            visible: 1,
            in_flight: 1,
            delayed: 1
        }
    );
    let handle = &received["Messages"][0]["ReceiptHandle"];
    world
        .ask("DeleteMessage", json!({"ReceiptHandle": handle}))
        .await;
    assert_eq!(world.counts_of("jobs").await.in_flight, 0);
}

#[tokio::test]
async fn a_message_in_flight_reappears_on_time_after_a_restart() {
    let world = World::start(SHORT);
    world.send("a").await;
    world.ask("ReceiveMessage", json!({})).await;

    let world = world.restart(LONG);
    let again = world
        .ask(
            "ReceiveMessage",
            json!({"WaitTimeSeconds": 2, "AttributeNames": ["All"]}),
        )
        .await;

    assert_eq!(
        again["Messages"][0]["Attributes"]["ApproximateReceiveCount"],
        "2"
    );
}

#[tokio::test]
async fn two_processes_cannot_have_one_queue() {
    let world = World::start(LONG);

    let second = Queues::open(
        world.folder.path(),
        &[],
        BASE,
        Clock::default(),
        Faults::default(),
    );

    assert!(matches!(second, Err(StoreError::InUse)));
}

#[tokio::test]
async fn a_queue_that_is_soon_let_go_of_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let held = redb::Database::create(folder.path().join("queue.redb")).unwrap();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        drop(held);
    });

    let opened = Queues::open(
        folder.path(),
        &[],
        BASE,
        Clock::default(),
        Faults::default(),
    );

    assert!(opened.is_ok());
}

#[tokio::test]
async fn the_fourth_receive_of_three_moves_a_message_to_the_dead_letter_queue() {
    let world = World::start(LONG);
    let id = world.send("poison").await;
    for _ in 0..3 {
        let received = world
            .ask("ReceiveMessage", json!({"VisibilityTimeout": 60}))
            .await;
        let handle = &received["Messages"][0]["ReceiptHandle"];
        world
            .ask(
                "ChangeMessageVisibility",
                json!({"ReceiptHandle": handle, "VisibilityTimeout": 0}),
            )
            .await;
    }

    let fourth = world.ask("ReceiveMessage", json!({})).await;

    assert_eq!(fourth, json!({}));
    let dead = world
        .ask(
            "ReceiveMessage",
            json!({"QueueUrl": format!("{BASE}/1/dead"), "AttributeNames": ["All"]}),
        )
        .await;
    assert_eq!(dead["Messages"][0]["MessageId"], id.as_str());
    let source = &dead["Messages"][0]["Attributes"]["DeadLetterQueueSourceArn"];
    assert_eq!(source, "arn:aws:sqs:us-east-1:000000000000:jobs");
}

#[tokio::test]
async fn an_old_handle_neither_deletes_nor_hides() {
    let world = World::start(LONG);
    world.send("a").await;
    let old = world
        .ask("ReceiveMessage", json!({"VisibilityTimeout": 0}))
        .await;
    world.ask("ReceiveMessage", json!({})).await;
    let old = &old["Messages"][0]["ReceiptHandle"];

    world
        .ask("DeleteMessage", json!({"ReceiptHandle": old}))
        .await;
    let url = format!("{BASE}/000000000000/jobs");
    let change = json!({"QueueUrl": url, "ReceiptHandle": old, "VisibilityTimeout": 0});
    let (status, document, headers) = world.call("ChangeMessageVisibility", change).await;

    assert_eq!(world.counts_of("jobs").await.in_flight, 1);
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        document["__type"],
        "com.amazon.coral.service#InvalidParameterValueException"
    );
    assert_eq!(
        headers["x-amzn-query-error"],
        "InvalidParameterValue;Sender"
    );
}

#[tokio::test]
async fn what_sqs_refuses_is_refused_by_the_same_name() {
    let world = World::start(LONG);
    let url = format!("{BASE}/000000000000/jobs");
    let cases = [
        (
            "SendMessage",
            json!({"QueueUrl": format!("{BASE}/1/none"), "MessageBody": "a"}),
            "sqs#QueueDoesNotExist",
        ),
        (
            "SendMessage",
            json!({"QueueUrl": url}),
            "service#MissingRequiredParameterException",
        ),
        (
            "SendMessage",
            json!({"QueueUrl": url, "MessageBody": "a\u{0}"}),
            "sqs#InvalidMessageContents",
        ),
        (
            "SendMessage",
            json!({"QueueUrl": url, "MessageBody": "a".repeat(1_048_577)}),
            "service#InvalidParameterValueException",
        ),
        (
            "SendMessage",
            json!({"QueueUrl": url, "MessageBody": "a", "DelaySeconds": 901}),
            "service#InvalidParameterValueException",
        ),
        (
            "ReceiveMessage",
            json!({"QueueUrl": url, "MaxNumberOfMessages": 11}),
            "service#InvalidParameterValueException",
        ),
        (
            "DeleteMessage",
            json!({"QueueUrl": url, "ReceiptHandle": "x"}),
            "sqs#ReceiptHandleIsInvalid",
        ),
        (
            "SendMessageBatch",
            json!({"QueueUrl": url, "Entries": []}),
            "sqs#EmptyBatchRequest",
        ),
        (
            "GetQueueAttributes",
            json!({"QueueUrl": url, "AttributeNames": ["Size"]}),
            "sqs#InvalidAttributeName",
        ),
        (
            "CreateQueue",
            json!({"QueueName": "new"}),
            "sqs#UnsupportedOperation",
        ),
        ("Dance", json!({}), "service#UnknownOperationException"),
        (
            "SendMessageBatch",
            json!({"QueueUrl": url, "Entries": [{"Id": "a b", "MessageBody": "a"}]}),
            "sqs#InvalidBatchEntryId",
        ),
        (
            "SendMessageBatch",
            json!({"QueueUrl": url, "Entries": [
                {"Id": "1", "MessageBody": "a".repeat(600_000)},
                {"Id": "2", "MessageBody": "a".repeat(600_000)},
            ]}),
            "sqs#BatchRequestTooLong",
        ),
        (
            "SendMessage",
            json!({"QueueUrl": url, "MessageBody": "a", "MessageAttributes": {"n": {"DataType": "Number", "StringValue": "x"}}}),
            "service#InvalidParameterValueException",
        ),
        (
            "SendMessage",
            json!({"QueueUrl": url, "MessageBody": "a", "MessageAttributes": {"n": {"DataType": "String", "StringValue": ""}}}),
            "service#InvalidParameterValueException",
        ),
        (
            "SendMessage",
            json!({"QueueUrl": url, "MessageBody": "a", "MessageAttributes": {"n": {"DataType": "Text", "StringValue": "x"}}}),
            "service#InvalidParameterValueException",
        ),
        (
            "SendMessage",
            json!({"QueueUrl": url, "MessageBody": "a", "MessageDeduplicationId": "1"}),
            "service#InvalidParameterValueException",
        ),
        ("SendMessage", json!([1]), "service#SerializationException"),
    ];
    for (operation, request, name) in cases {
        let (status, document, headers) = world.call(operation, request).await;

        let is_unknown_handle = name.ends_with("ReceiptHandleIsInvalid");
        assert_eq!(status, if is_unknown_handle { 404 } else { 400 }, "{name}");
        let kind = document["__type"].as_str().expect("a name");
        assert!(kind.ends_with(&format!(".{name}")), "{operation}: {kind}");
        assert!(headers.contains_key("x-amzn-query-error"));
    }
    assert_eq!(world.counts_of("jobs").await, Counts::default());
}

#[tokio::test]
async fn batches_attributes_and_purge_work_together() {
    let world = World::start(LONG);
    let entries =
        json!([{"Id": "1", "MessageBody": "a"}, {"Id": "2"}, {"Id": "3", "MessageBody": "c"}]);

    let sent = world
        .ask("SendMessageBatch", json!({"Entries": entries}))
        .await;
    let received = world
        .ask("ReceiveMessage", json!({"MaxNumberOfMessages": 10}))
        .await;
    let handles: Vec<_> = received["Messages"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|m| &m["ReceiptHandle"])
        .collect();
    let hide = json!([{"Id": "1", "ReceiptHandle": handles[0], "VisibilityTimeout": 0}]);
    world
        .ask("ChangeMessageVisibilityBatch", json!({"Entries": hide}))
        .await;
    let delete =
        json!([{"Id": "2", "ReceiptHandle": handles[1]}, {"Id": "x", "ReceiptHandle": "x"}]);
    let deleted = world
        .ask("DeleteMessageBatch", json!({"Entries": delete}))
        .await;
    let attributes = world
        .ask("GetQueueAttributes", json!({"AttributeNames": ["All"]}))
        .await;
    world.ask("PurgeQueue", json!({})).await;

    assert_eq!(sent["Failed"][0]["Id"], "2");
    assert_eq!(deleted["Successful"][0]["Id"], "2");
    assert_eq!(deleted["Failed"][0]["Code"], "ReceiptHandleIsInvalid");
    assert_eq!(attributes["Attributes"]["ApproximateNumberOfMessages"], "1");
    assert_eq!(world.counts_of("jobs").await, Counts::default());
    let url = world.ask("GetQueueUrl", json!({"QueueName": "jobs"})).await;
    assert_eq!(url["QueueUrl"], "http://127.0.0.1:9000/000000000000/jobs");
    let all = world.ask("ListQueues", json!({})).await;
    assert_eq!(all["QueueUrls"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn every_failing_subset_of_a_batch_keeps_exactly_those() {
    for subset in 0..8_u32 {
        let world = World::start(LONG);
        let ids = [
            world.send("a").await,
            world.send("b").await,
            world.send("c").await,
        ];
        let failing = ids
            .iter()
            .enumerate()
            .filter(|(index, _)| subset & (1 << index) != 0)
            .map(|(_, id)| id);
        let failing: BTreeSet<_> = failing.cloned().collect();
        let items: Vec<_> = failing
            .iter()
            .map(|id| json!({"itemIdentifier": id}))
            .collect();
        let answer =
            Delivered::Answered(Bytes::from(json!({"batchItemFailures": items}).to_string()));

        let events = deliver_until(&world.queues, mapping(10), vec![answer], 1).await;

        assert_eq!(events.len(), 1, "{subset:03b}");
        assert_eq!(
            world.counts_of("jobs").await.in_flight as usize,
            failing.len(),
            "{subset:03b}"
        );
        let left: BTreeSet<_> = kept(&world.queues).await.into_iter().collect();
        assert_eq!(left, failing, "{subset:03b}");
    }
}

/// Returns the ids of all messages of `jobs`, visible or not.
async fn kept(queues: &Queues) -> Vec<String> {
    let far_ms = Clock::default().now_ms() + 1_000_000_000;
    let receive = Receive {
        queue: "jobs".to_owned(),
        at_most: 10,
        hide_until_ms: far_ms,
        sent_since_ms: 0,
        redrive: None,
    };
    let received = queues
        .inner
        .store
        .receive(receive, far_ms)
        .await
        .expect("the store works");
    received
        .messages
        .into_iter()
        .map(|message| message.id)
        .collect()
}

#[tokio::test]
async fn an_answer_decides_over_the_whole_batch() {
    let cases = [
        ("", true),
        ("null", true),
        ("{}", true),
        (r#"{"batchItemFailures": null}"#, true),
        (r#"{"batchItemFailures": []}"#, true),
        ("not JSON", false),
        (r#"{"batchItemFailures": "all"}"#, false),
        (
            r#"{"batchItemFailures": [{"itemIdentifier": "unknown"}]}"#,
            false,
        ),
        (r#"{"batchItemFailures": [{"itemIdentifier": ""}]}"#, false),
        (
            r#"{"batchItemFailures": [{"itemIdentifier": null}]}"#,
            false,
        ),
        (r#"{"batchItemFailures": [{"id": "x"}]}"#, false),
    ];
    for (answer, succeeds) in cases {
        let world = World::start(LONG);
        world.send("a").await;
        let delivered = Delivered::Answered(Bytes::from(answer));

        deliver_until(&world.queues, mapping(1), vec![delivered], 1).await;

        assert_eq!(
            world.counts_of("jobs").await.in_flight,
            u64::from(!succeeds),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn a_function_sees_the_event_lambda_writes() {
    let world = World::start(LONG);
    let id = world.send("{\"podcast\":1}").await;

    let events = deliver_until(&world.queues, mapping(1), Vec::new(), 1).await;

    let record = &events[0]["Records"][0];
    assert_eq!(record["messageId"], id.as_str());
    assert_eq!(record["body"], "{\"podcast\":1}");
    assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(record["eventSource"], "aws:sqs");
    assert_eq!(
        record["eventSourceARN"],
        "arn:aws:sqs:us-east-1:000000000000:jobs"
    );
    assert_eq!(record["awsRegion"], "us-east-1");
    assert_eq!(record["md5OfBody"].as_str().map(str::len), Some(32));
    assert!(record["receiptHandle"].is_string() && record["messageAttributes"].is_object());
    assert_eq!(world.counts_of("jobs").await, Counts::default());
}

#[tokio::test]
async fn a_failed_message_comes_back_and_ends_in_the_dead_letter_queue() {
    let world = World::start(LONG);
    world.send("poison").await;
    world.send("good").await;
    let poison_fails = |event: Bytes| {
        let poisoned = String::from_utf8_lossy(&event).contains("poison");
        std::future::ready(match poisoned {
            true => Delivered::Failed("exit status 1".to_owned()),
            false => Delivered::Answered(Bytes::from("{}")),
        })
    };

    let moved = async || {
        let jobs = world.counts_of("jobs").await;
        // The good one is done with: let the other come back.
        if jobs.in_flight == 1 && jobs.visible == 0 {
            world.queues.inner.clock.advance(LONG);
        }
        jobs == Counts::default() && world.counts_of("dead").await.visible == 1
    };
    invoke_until(&world.queues, mapping(1), poison_fails, moved).await;

    assert_eq!(world.counts_of("jobs").await, Counts::default());
    assert_eq!(world.counts_of("dead").await.visible, 1);
}

#[tokio::test]
async fn a_throttled_delivery_does_not_count() {
    let world = World::start(LONG);
    world.send("a").await;
    let throttled = vec![Delivered::NotRun, Delivered::NotRun];

    let events = deliver_until(&world.queues, mapping(1), throttled, 3).await;

    assert_eq!(events.len(), 3);
    for event in events {
        assert_eq!(
            event["Records"][0]["attributes"]["ApproximateReceiveCount"],
            "1"
        );
    }
    assert_eq!(world.counts_of("jobs").await, Counts::default());
}

#[tokio::test]
async fn what_is_more_than_an_event_may_have_comes_with_the_next_one() {
    let world = World::start(LONG);
    let large = "a".repeat(1_000_000);
    for _ in 0..8 {
        world.send(&large).await;
    }

    let events = deliver_until(&world.queues, mapping(10), Vec::new(), 2).await;

    let records = |event: &Value| event["Records"].as_array().cloned().unwrap_or_default();
    let counts: Vec<_> = events.iter().map(|event| records(event).len()).collect();
    assert_eq!(counts, [6, 2]);
    assert!(
        events
            .iter()
            .all(|event| event.to_string().len() <= EVENT_BYTES)
    );
    for record in events.iter().flat_map(records) {
        assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
    }
    assert_eq!(world.counts_of("jobs").await, Counts::default());
}

#[tokio::test]
async fn no_more_runs_at_a_time_than_the_maximum_concurrency() {
    let world = World::start(LONG);
    for _ in 0..6 {
        world.send("a").await;
    }
    let (running, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let both = Arc::new(Barrier::new(2));
    let counted = (Arc::clone(&running), Arc::clone(&most), both);
    let slow = move |_| {
        let (running, most, both) = counted.clone();
        async move {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            // A second one comes, and a third would.
            let _ = timeout(LONG, both.wait()).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            running.fetch_sub(1, Ordering::SeqCst);
            Delivered::Answered(Bytes::from("{}"))
        }
    };

    let done = async || world.counts_of("jobs").await == Counts::default();
    invoke_until(&world.queues, mapping(1), slow, done).await;

    assert_eq!(most.load(Ordering::SeqCst), 2);
    assert_eq!(world.counts_of("jobs").await, Counts::default());
}

#[tokio::test]
async fn a_window_gathers_a_batch() {
    let world = World::start(LONG);
    let gathering = Mapping {
        window: LONG,
        ..mapping(2)
    };
    let delivery = deliver_until(&world.queues, gathering, Vec::new(), 1);

    let (events, ()) = tokio::join!(delivery, async {
        world.send("a").await;
        until(async || world.counts_of("jobs").await.in_flight == 1).await;
        world.send("b").await;
    });

    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["Records"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_window_closes_on_a_batch_that_is_not_full() {
    let world = World::start(LONG);
    world.send("a").await;
    let gathering = Mapping {
        window: Duration::from_millis(100),
        ..mapping(2)
    };
    let begin = Instant::now();

    let events = deliver_until(&world.queues, gathering, Vec::new(), 1).await;

    assert!(begin.elapsed() >= Duration::from_millis(100));
    assert_eq!(events[0]["Records"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_batch_that_was_not_delivered_before_the_stop_is_given_back() {
    let world = World::start(LONG);
    world.send("a").await;
    let gathering = Mapping {
        window: LONG,
        ..mapping(3)
    };

    let never = |_| std::future::ready(Delivered::Failed("there is to be no run".to_owned()));
    let received = async || world.counts_of("jobs").await.in_flight == 1;
    invoke_until(&world.queues, gathering, never, received).await;

    assert_eq!(world.counts_of("jobs").await.visible, 1);
    let received = world
        .ask("ReceiveMessage", json!({"AttributeNames": ["All"]}))
        .await;
    assert_eq!(
        received["Messages"][0]["Attributes"]["ApproximateReceiveCount"], "1",
        "the first receive does not count"
    );
}

#[tokio::test]
async fn a_delivery_that_has_begun_is_settled_after_the_stop() {
    let world = World::start(LONG);
    world.send("a").await;
    let begun = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&begun);
    let slow = move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        async {
            tokio::time::sleep(SHORT).await;
            Delivered::Answered(Bytes::from("{}"))
        }
    };

    let has_begun = async || begun.load(Ordering::SeqCst) == 1;
    invoke_until(&world.queues, mapping(1), slow, has_begun).await;

    assert_eq!(world.counts_of("jobs").await, Counts::default());
}

#[tokio::test]
async fn lists_come_page_by_page_and_tags_and_sources_are_told() {
    let world = World::start(LONG);

    let first = world.ask("ListQueues", json!({"MaxResults": 1})).await;
    let next = json!({"MaxResults": 1, "NextToken": first["NextToken"]});
    let second = world.ask("ListQueues", next).await;
    let dead_url = format!("{BASE}/1/dead");
    let sources = world
        .ask("ListDeadLetterSourceQueues", json!({"QueueUrl": dead_url}))
        .await;
    let tags = world.ask("ListQueueTags", json!({})).await;

    assert_eq!(first["QueueUrls"][0], format!("{BASE}/000000000000/dead"));
    assert_eq!(second["QueueUrls"][0], format!("{BASE}/000000000000/jobs"));
    assert_eq!(second["NextToken"], Value::Null);
    assert_eq!(
        sources,
        json!({"queueUrls": [format!("{BASE}/000000000000/jobs")]})
    );
    assert_eq!(tags, json!({"Tags": {"purpose": "tests"}}));
}

#[tokio::test]
async fn a_queue_is_purged_once_a_minute() {
    let world = World::start(LONG);
    let url = format!("{BASE}/000000000000/jobs");

    world.ask("PurgeQueue", json!({})).await;
    let (status, document, _) = world.call("PurgeQueue", json!({ "QueueUrl": url })).await;
    world.queues.inner.clock.advance(Duration::from_secs(61));
    world.ask("PurgeQueue", json!({})).await;

    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(document["__type"], "com.amazonaws.sqs#PurgeQueueInProgress");
}

#[tokio::test]
async fn a_purge_that_failed_does_not_keep_the_next_one_waiting() {
    let (folder, faults) = (TempDir::new().expect("a folder"), Faults::default());
    let lines = [line("jobs", LONG, None)];
    let queues = Queues::open(
        folder.path(),
        &lines,
        BASE,
        Clock::default(),
        faults.clone(),
    )
    .expect("the queue opens");

    faults.fill_disk(true);
    let full = queues.purge("jobs").await;
    faults.fill_disk(false);
    let again = queues.purge("jobs").await;

    assert!(full.is_err());
    assert!(
        again.is_ok(),
        "{:?}",
        again.map_err(|fault| fault.document())
    );
}

#[tokio::test]
async fn a_message_that_is_visible_again_can_still_be_hidden_by_its_newest_handle() {
    let world = World::start(LONG);
    world.send("a").await;
    let received = world
        .ask("ReceiveMessage", json!({"VisibilityTimeout": 0}))
        .await;
    let handle = &received["Messages"][0]["ReceiptHandle"];

    let hide = json!({"ReceiptHandle": handle, "VisibilityTimeout": 60});
    world.ask("ChangeMessageVisibility", hide).await;

    assert_eq!(world.counts_of("jobs").await.in_flight, 1);
}

#[tokio::test]
async fn what_a_sender_says_beside_the_body_reaches_the_receiver() {
    let world = World::start(LONG);
    let header = "Root=1-5759e988-bd862e3fe1be46a994272793";
    world
        .ask(
            "SendMessage",
            json!({
                "MessageBody": "a", "MessageGroupId": "tenant",
                "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": header}},
            }),
        )
        .await;

    let received = world
        .ask("ReceiveMessage", json!({"AttributeNames": ["All"]}))
        .await;

    let attributes = &received["Messages"][0]["Attributes"];
    assert_eq!(attributes["MessageGroupId"], "tenant");
    assert_eq!(attributes["AWSTraceHeader"], header);
}
