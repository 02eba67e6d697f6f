//! `StartMessageMoveTask`, `ListMessageMoveTasks` and `CancelMessageMoveTask`.
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    queue::{
        Queues,
        fault::Fault,
        store::{MoveState, MoveTask},
    },
    template::queue_arn,
};

const MAX_PER_SECOND: u32 = 500;
const MAX_RESULTS: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Start {
    source_arn: Option<String>,
    destination_arn: Option<String>,
    max_number_of_messages_per_second: Option<u32>,
}

pub(super) async fn start(queues: &Queues, request: Start) -> Result<Value, Fault> {
    let source = named(queues, "SourceArn", request.source_arn.as_deref())?;
    if queues.sources_of(source).next().is_none() {
        return Err(Fault::invalid(
            "Source queue must be configured as a Dead Letter Queue.",
        ));
    }
    let destination = match request.destination_arn {
        None => None,
        arn => Some(named(queues, "DestinationArn", arn.as_deref())?.to_owned()),
    };
    if let Some(rate) = request.max_number_of_messages_per_second
        && !(1..=MAX_PER_SECOND).contains(&rate)
    {
        return Err(Fault::invalid(format!(
            "Value {rate} for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: Must be between 1 and {MAX_PER_SECOND}, if provided."
        )));
    }
    let task = MoveTask {
        id: uuid::Uuid::new_v4().to_string(),
        source: source.to_owned(),
        destination,
        per_second: request.max_number_of_messages_per_second,
        started_at_ms: queues.now_ms(),
        to_move: queues.counts(source).await?.visible,
        moved: 0,
        state: MoveState::Running,
    };
    let handle = TaskHandle::of(&task).to_text();
    match queues.start_move(task).await? {
        true => Ok(json!({ "TaskHandle": handle })),
        false => Err(Fault::invalid(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
        )),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    source_arn: Option<String>,
    max_results: Option<usize>,
}

pub(super) async fn list(queues: &Queues, request: List) -> Result<Value, Fault> {
    let source = named(queues, "SourceArn", request.source_arn.as_deref())?;
    let most = request.max_results.unwrap_or(1);
    if !(1..=MAX_RESULTS).contains(&most) {
        return Err(Fault::invalid(format!(
            "Value {most} for parameter MaxResults is invalid. Reason: Must be between 1 and {MAX_RESULTS}, if provided."
        )));
    }
    let tasks = queues.inner.store.moves(source).await?;
    let results: Vec<_> = tasks.iter().take(most).map(told).collect();
    Ok(json!({ "Results": results }))
}

/// Tells of a task; only one that runs has a handle.
fn told(task: &MoveTask) -> Value {
    let mut document = json!({
        "ApproximateNumberOfMessagesMoved": task.moved,
        "ApproximateNumberOfMessagesToMove": task.to_move,
        "SourceArn": queue_arn(&task.source),
        "StartedTimestamp": task.started_at_ms,
    });
    if let Some(destination) = &task.destination {
        document["DestinationArn"] = queue_arn(destination).into();
    }
    if let Some(rate) = task.per_second {
        document["MaxNumberOfMessagesPerSecond"] = rate.into();
    }
    document["Status"] = match &task.state {
        MoveState::Running => {
            document["TaskHandle"] = TaskHandle::of(task).to_text().into();
            "RUNNING"
        }
        MoveState::Completed => "COMPLETED",
        MoveState::Cancelled => "CANCELLED",
        MoveState::Failed(reason) => {
            document["FailureReason"] = reason.as_str().into();
            "FAILED"
        }
    }
    .into();
    document
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Cancel {
    task_handle: Option<String>,
}

pub(super) async fn cancel(queues: &Queues, request: Cancel) -> Result<Value, Fault> {
    let text = request
        .task_handle
        .ok_or_else(|| Fault::missing("TaskHandle"))?;
    let handle = TaskHandle::parse(&text)
        .ok_or_else(|| Fault::invalid("Value for parameter TaskHandle is invalid."))?;
    let source = named(queues, "SourceArn", Some(&handle.source_arn))?;
    let cancelled = queues
        .inner
        .store
        .cancel_move(source, &handle.task_id)
        .await?;
    let task = cancelled.ok_or_else(Fault::no_such_task)?;
    match task.state {
        MoveState::Running => Ok(json!({ "ApproximateNumberOfMessagesMoved": task.moved })),
        _ => Err(Fault::invalid("Only active tasks can be cancelled.")),
    }
}

/// What a caller names a task by.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaskHandle {
    task_id: String,
    source_arn: String,
}

impl TaskHandle {
    fn of(task: &MoveTask) -> TaskHandle {
        TaskHandle {
            task_id: task.id.clone(),
            source_arn: queue_arn(&task.source),
        }
    }

    /// Writes the handle as AWS does.
    fn to_text(&self) -> String {
        BASE64.encode(json!(self).to_string())
    }

    fn parse(text: &str) -> Option<TaskHandle> {
        serde_json::from_slice(&BASE64.decode(text).ok()?).ok()
    }
}

/// Returns the name of the queue that an ARN means.
fn named<'q>(queues: &'q Queues, parameter: &str, arn: Option<&str>) -> Result<&'q str, Fault> {
    let arn = arn.ok_or_else(|| Fault::missing(parameter))?;
    if arn.split(':').count() != 6 || !arn.starts_with("arn:") {
        return Err(Fault::invalid(format!(
            "You must use this format to specify the {parameter}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
        )));
    }
    let mut names = queues.inner.queues.keys();
    names
        .find(|name| queue_arn(name) == arn)
        .map(String::as_str)
        .ok_or_else(|| Fault::no_such_resource(parameter))
}
