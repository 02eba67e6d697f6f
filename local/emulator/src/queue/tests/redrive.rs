//! Messages on their way out of a dead-letter queue.
use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};

use super::*;

const DEAD_ARN: &str = "arn:aws:sqs:us-east-1:000000000000:dead";
const JOBS_ARN: &str = "arn:aws:sqs:us-east-1:000000000000:jobs";

impl World {
    /// Makes `count` dead letters that come from `jobs`.
    async fn with_dead_letters(count: u64) -> World {
        let world = World::start(LONG);
        for number in 0..count {
            world.send(&format!("letter {number}")).await;
        }
        for _ in 0..=3 {
            let at_once = json!({"VisibilityTimeout": 0, "MaxNumberOfMessages": 10});
            world.ask("ReceiveMessage", at_once).await;
        }
        assert_eq!(world.counts_of("dead").await.visible, count);
        world
    }

    async fn start_task(&self, request: Value) -> String {
        let mut request = request;
        request["SourceArn"] = DEAD_ARN.into();
        let started = self.ask("StartMessageMoveTask", request).await;
        started["TaskHandle"].as_str().expect("a handle").to_owned()
    }

    /// Returns the newest task.
    async fn task(&self) -> Value {
        let tasks = self
            .ask("ListMessageMoveTasks", json!({ "SourceArn": DEAD_ARN }))
            .await;
        tasks["Results"][0].clone()
    }

    /// Waits until the newest task has this status.
    async fn task_once(&self, status: &str) -> Value {
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(60) {
            let task = self.task().await;
            if task["Status"] == status {
                return task;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("never {status}: {}", self.task().await);
    }
}

#[tokio::test]
async fn dead_letters_go_back_where_they_came_from_as_new_messages() {
    let world = World::with_dead_letters(3).await;
    let dead_url = format!("{BASE}/1/dead");
    let look = json!({"QueueUrl": dead_url, "VisibilityTimeout": 0, "MaxNumberOfMessages": 10});
    let dead = world.ask("ReceiveMessage", look).await;

    world.start_task(json!({})).await;
    let task = world.task_once("COMPLETED").await;

    assert_eq!(task["ApproximateNumberOfMessagesMoved"], 3);
    assert_eq!(task["ApproximateNumberOfMessagesToMove"], 3);
    assert_eq!(task["SourceArn"], DEAD_ARN);
    assert!(task["DestinationArn"].is_null() && task["TaskHandle"].is_null());
    assert_eq!(world.counts_of("dead").await, Counts::default());
    let received = world
        .ask("ReceiveMessage", json!({"AttributeNames": ["All"]}))
        .await;
    let message = &received["Messages"][0];
    assert_eq!(message["Body"], "letter 0");
    assert_eq!(message["Attributes"]["ApproximateReceiveCount"], "1");
    assert!(message["Attributes"]["DeadLetterQueueSourceArn"].is_null());
    assert_ne!(message["MessageId"], dead["Messages"][0]["MessageId"]);
}

#[tokio::test]
async fn a_waiting_receiver_gets_what_is_sent_back() {
    let world = World::with_dead_letters(1).await;
    let waiting = async {
        let wait = json!({"WaitTimeSeconds": 20});
        world.ask("ReceiveMessage", wait).await
    };

    let (received, _) = tokio::join!(waiting, world.start_task(json!({})));

    assert_eq!(received["Messages"][0]["Body"], "letter 0");
}

#[tokio::test]
async fn a_task_goes_on_after_a_restart_at_its_rate() {
    let world = World::with_dead_letters(5).await;
    let begin_ms = world.queues.now_ms();
    world
        .start_task(json!({"MaxNumberOfMessagesPerSecond": 4}))
        .await;
    while world.counts_of("jobs").await.visible == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    // Between its steps the task holds nothing.
    while Arc::strong_count(&world.queues.inner) > 1 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let world = world.restart(LONG);
    let before = world.task().await;
    world.queues.resume_moves().await.expect("the tasks");
    let task = world.task_once("COMPLETED").await;

    assert_eq!(before["Status"], "RUNNING");
    assert_eq!(task["ApproximateNumberOfMessagesMoved"], 5);
    assert_eq!(world.counts_of("jobs").await.visible, 5);
    assert!(world.queues.now_ms() - begin_ms >= 1_250, "it was too fast");
}

#[tokio::test]
async fn a_cancelled_task_leaves_the_rest_and_makes_room_for_another() {
    let world = World::with_dead_letters(5).await;
    let handle = world
        .start_task(json!({"MaxNumberOfMessagesPerSecond": 1}))
        .await;
    let again = json!({ "SourceArn": DEAD_ARN });
    let (refused, ..) = world.call("StartMessageMoveTask", again).await;

    let cancelled = world
        .ask("CancelMessageMoveTask", json!({ "TaskHandle": handle }))
        .await;

    assert_eq!(refused, StatusCode::BAD_REQUEST);
    assert_eq!(world.task().await["Status"], "CANCELLED");
    let left = world.counts_of("dead").await.visible;
    let moved = cancelled["ApproximateNumberOfMessagesMoved"].as_u64();
    assert_eq!(moved, Some(5 - left));
    assert!(left > 0);
    let twice = json!({ "TaskHandle": handle });
    let (status, ..) = world.call("CancelMessageMoveTask", twice).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    world
        .start_task(json!({ "DestinationArn": JOBS_ARN }))
        .await;
    world.task_once("COMPLETED").await;
    let both = json!({ "SourceArn": DEAD_ARN, "MaxResults": 10 });
    let tasks = world.ask("ListMessageMoveTasks", both).await;
    assert_eq!(tasks["Results"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_message_without_a_source_fails_the_task_and_stays() {
    let world = World::start(LONG);
    let url = format!("{BASE}/1/dead");
    world
        .ask(
            "SendMessage",
            json!({"QueueUrl": url, "MessageBody": "direct"}),
        )
        .await;

    world.start_task(json!({})).await;
    let task = world.task_once("FAILED").await;

    assert_eq!(task["FailureReason"], "CouldNotDetermineMessageSource");
    assert_eq!(world.counts_of("dead").await.visible, 1);
}

#[tokio::test]
async fn a_task_that_cannot_be_is_refused() {
    let world = World::start(LONG);
    let handle = |arn: &str| BASE64.encode(json!({"taskId": "1", "sourceArn": arn}).to_string());
    let cases = [
        ("StartMessageMoveTask", json!({}), 400),
        ("StartMessageMoveTask", json!({"SourceArn": "dead"}), 400),
        ("StartMessageMoveTask", json!({"SourceArn": JOBS_ARN}), 400),
        (
            "StartMessageMoveTask",
            json!({"SourceArn": format!("{DEAD_ARN}er")}),
            404,
        ),
        (
            "StartMessageMoveTask",
            json!({"SourceArn": DEAD_ARN, "DestinationArn": format!("{JOBS_ARN}x")}),
            404,
        ),
        (
            "StartMessageMoveTask",
            json!({"SourceArn": DEAD_ARN, "MaxNumberOfMessagesPerSecond": 501}),
            400,
        ),
        ("CancelMessageMoveTask", json!({"TaskHandle": "x"}), 400),
        (
            "CancelMessageMoveTask",
            json!({"TaskHandle": handle(DEAD_ARN)}),
            404,
        ),
        (
            "CancelMessageMoveTask",
            json!({"TaskHandle": handle("arn:aws:sqs:us-east-1:1:none")}),
            404,
        ),
        (
            "ListMessageMoveTasks",
            json!({"SourceArn": DEAD_ARN, "MaxResults": 11}),
            400,
        ),
    ];
    for (operation, request, wanted) in cases {
        let (status, document, _) = world.call(operation, request.clone()).await;

        assert_eq!(status.as_u16(), wanted, "{operation} {request}: {document}");
    }
}
