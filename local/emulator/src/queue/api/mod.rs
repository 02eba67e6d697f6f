//! The SQS JSON protocol: what the SDKs, boto3 and the AWS CLI call.
use std::time::Duration;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Queues, fault::Fault};
use crate::template::Queue;

mod receive;
mod send;
mod settle;

mod describe;
mod moves;

const MAX_BATCH: usize = 10;
const MAX_VISIBILITY_S: u64 = 43_200;

/// Answers one request; `target` is `AmazonSQS.` and the operation.
pub(super) async fn handle(
    queues: &Queues,
    target: &str,
    body: &[u8],
    trace: Option<&str>,
) -> Result<Value, Fault> {
    match target.strip_prefix("AmazonSQS.").unwrap_or_default() {
        "SendMessage" => send::send(queues, read(body)?, trace).await,
        "SendMessageBatch" => send::send_batch(queues, read(body)?, trace).await,
        "ReceiveMessage" => receive::receive(queues, read(body)?).await,
        "DeleteMessage" => settle::delete(queues, read(body)?).await,
        "DeleteMessageBatch" => settle::delete_batch(queues, read(body)?).await,
        "ChangeMessageVisibility" => settle::change_visibility(queues, read(body)?).await,
        "ChangeMessageVisibilityBatch" => {
            settle::change_visibility_batch(queues, read(body)?).await
        }
        "GetQueueUrl" => describe::url(queues, read(body)?),
        "GetQueueAttributes" => describe::attributes(queues, read(body)?).await,
        "ListQueues" => describe::list(queues, read(body)?),
        "ListQueueTags" => describe::tags(queues, read(body)?),
        "ListDeadLetterSourceQueues" => describe::dead_letter_sources(queues, read(body)?),
        "PurgeQueue" => describe::purge(queues, read(body)?).await,
        "StartMessageMoveTask" => moves::start(queues, read(body)?).await,
        "ListMessageMoveTasks" => moves::list(queues, read(body)?).await,
        "CancelMessageMoveTask" => moves::cancel(queues, read(body)?).await,
        operation @ ("AddPermission" | "CreateQueue" | "DeleteQueue" | "RemovePermission"
        | "SetQueueAttributes" | "TagQueue" | "UntagQueue") => Err(Fault::unsupported(operation)),
        _ => Err(Fault::unknown_operation(target)),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    let body = if body.is_empty() { b"{}" } else { body };
    Ok(serde_json::from_slice(body)?)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch<T> {
    queue_url: Option<String>,
    #[serde(default = "Vec::new")]
    entries: Vec<Entry<T>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry<T> {
    id: String,
    #[serde(flatten)]
    content: T,
}

impl<T> Batch<T> {
    /// Refuses what no batch may be.
    fn check(&self) -> Result<(), Fault> {
        let entries = &self.entries;
        if entries.is_empty() {
            return Err(Fault::empty_batch());
        }
        if entries.len() > MAX_BATCH {
            return Err(Fault::long_batch(entries.len()));
        }
        for (index, entry) in entries.iter().enumerate() {
            if !is_entry_id(&entry.id) {
                return Err(Fault::odd_id());
            }
            if entries[..index].iter().any(|other| other.id == entry.id) {
                return Err(Fault::repeated_id(&entry.id));
            }
        }
        Ok(())
    }
}

fn is_entry_id(id: &str) -> bool {
    (1..=80).contains(&id.len())
        && id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// Returns the queue that a URL names by its last segment; the host may be any by which a caller reached us.
fn queue_of<'q>(queues: &'q Queues, url: Option<&str>) -> Result<&'q Queue, Fault> {
    // Without a URL AWS says the same.
    let url = url.ok_or_else(Fault::no_such_queue)?;
    let name = url.rsplit('/').next().unwrap_or_default();
    queues.line(name).map(|line| &line.queue)
}

fn visibility(time_s: u64) -> Result<Duration, Fault> {
    seconds("VisibilityTimeout", time_s, MAX_VISIBILITY_S)
}

fn seconds(name: &str, value_s: u64, most_s: u64) -> Result<Duration, Fault> {
    if value_s <= most_s {
        return Ok(Duration::from_secs(value_s));
    }
    Err(Fault::invalid(format!(
        "Value {value_s} for parameter {name} is invalid. Reason: Must be between 0 and {most_s}, if provided."
    )))
}
