//! The SQS JSON protocol: what the SDKs, boto3 and the AWS CLI call.
use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::{
    Hidden, Queues,
    fault::Fault,
    message::{Attribute, Handle, Message},
};
use crate::{
    clock::millis,
    template::{Queue, queue_arn, queue_url},
};

const MAX_BATCH: usize = 10;
const MAX_VISIBILITY_S: u64 = 43_200;
const MAX_DELAY_S: u64 = 900;
const MAX_WAIT_S: u64 = 20;

/// Answers one request; `target` is `AmazonSQS.` and the operation.
pub(super) async fn handle(queues: &Queues, target: &str, body: &[u8]) -> Result<Value, Fault> {
    match target.strip_prefix("AmazonSQS.").unwrap_or_default() {
        "SendMessage" => send(queues, read(body)?).await,
        "SendMessageBatch" => send_batch(queues, read(body)?).await,
        "ReceiveMessage" => receive(queues, read(body)?).await,
        "DeleteMessage" => delete(queues, read(body)?).await,
        "DeleteMessageBatch" => delete_batch(queues, read(body)?).await,
        "ChangeMessageVisibility" => change_visibility(queues, read(body)?).await,
        "ChangeMessageVisibilityBatch" => change_visibility_batch(queues, read(body)?).await,
        "GetQueueUrl" => url(queues, read(body)?),
        "GetQueueAttributes" => attributes(queues, read(body)?).await,
        "ListQueues" => list(queues, read(body)?),
        "PurgeQueue" => purge(queues, read(body)?).await,
        _ => Err(Fault::unknown_operation(target)),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    let body = if body.is_empty() { b"{}" } else { body };
    Ok(serde_json::from_slice(body)?)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Send {
    queue_url: Option<String>,
    #[serde(flatten)]
    draft: Draft,
}

/// What a message is made of, alone or as an entry of a batch.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Draft {
    message_body: Option<String>,
    delay_seconds: Option<u64>,
    #[serde(default)]
    message_attributes: BTreeMap<String, Attribute>,
}

impl Draft {
    fn into_message(self, queue: &Queue, now_ms: u64) -> Result<Message, Fault> {
        let body = self.message_body.filter(|body| !body.is_empty());
        let body = body.ok_or_else(|| Fault::missing("MessageBody"))?;
        if !body.chars().all(is_allowed) {
            return Err(Fault::invalid_contents());
        }
        let delay = match self.delay_seconds {
            None => queue.delay,
            Some(delay_s) => seconds("DelaySeconds", delay_s, MAX_DELAY_S)?,
        };
        let message = Message {
            attributes: self.message_attributes,
            ..Message::new(body, now_ms, now_ms + millis(delay))
        };
        if message.size_bytes() > queue.maximum_message_bytes {
            return Err(Fault::invalid(format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {} bytes.",
                queue.maximum_message_bytes
            )));
        }
        Ok(message)
    }
}

async fn send(queues: &Queues, request: Send) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url)?;
    let message = request.draft.into_message(queue, queues.now_ms())?;
    let document = sent(&message);
    queues.send(&queue.name, vec![message]).await?;
    Ok(Value::Object(document))
}

fn sent(message: &Message) -> Map<String, Value> {
    let mut document = Map::new();
    document.insert("MessageId".into(), message.id.clone().into());
    document.insert("MD5OfMessageBody".into(), message.body_md5().into());
    if let Some(md5) = message.attributes_md5() {
        document.insert("MD5OfMessageAttributes".into(), md5.into());
    }
    document
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

async fn send_batch(queues: &Queues, request: Batch<Draft>) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url)?;
    check_batch(&request.entries)?;
    let (mut messages, mut successful, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for entry in request.entries {
        match entry.content.into_message(queue, queues.now_ms()) {
            Ok(message) => {
                let mut document = sent(&message);
                document.insert("Id".into(), entry.id.into());
                successful.push(Value::Object(document));
                messages.push(message);
            }
            Err(fault) => failed.push(fault.entry(&entry.id)),
        }
    }
    queues.send(&queue.name, messages).await?;
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Receive {
    queue_url: Option<String>,
    max_number_of_messages: Option<usize>,
    visibility_timeout: Option<u64>,
    wait_time_seconds: Option<u64>,
    /// The older name of the next one.
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
}

async fn receive(queues: &Queues, request: Receive) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url)?;
    let at_most = request.max_number_of_messages.unwrap_or(1);
    if !(1..=MAX_BATCH).contains(&at_most) {
        return Err(Fault::invalid(format!(
            "Value {at_most} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
        )));
    }
    let visibility = request.visibility_timeout.map(visibility).transpose()?;
    let wait = match request.wait_time_seconds {
        None => queue.receive_wait,
        Some(wait_s) => seconds("WaitTimeSeconds", wait_s, MAX_WAIT_S)?,
    };
    let messages = queues
        .receive(&queue.name, at_most, visibility, Instant::now() + wait)
        .await?;
    let system = [
        request.attribute_names,
        request.message_system_attribute_names,
    ]
    .concat();
    let received = messages
        .iter()
        .map(|message| received(message, &system, &request.message_attribute_names));
    match received.collect::<Vec<_>>() {
        none if none.is_empty() => Ok(json!({})),
        some => Ok(json!({ "Messages": some })),
    }
}

fn received(message: &Message, system: &[String], own: &[String]) -> Value {
    let mut document = json!({
        "MessageId": message.id, "ReceiptHandle": message.handle().to_text(),
        "Body": message.body, "MD5OfBody": message.body_md5(),
    });
    let mut attributes = message.system_attributes();
    attributes.retain(|name, _| {
        system
            .iter()
            .any(|wanted| wanted == "All" || wanted == name)
    });
    if !attributes.is_empty() {
        document["Attributes"] = json!(attributes);
    }
    let chosen = Message {
        attributes: message
            .attributes
            .iter()
            .filter(|(name, _)| own.iter().any(|wanted| is_chosen(name, wanted)))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        ..message.clone()
    };
    if let Some(md5) = chosen.attributes_md5() {
        document["MessageAttributes"] = json!(chosen.attributes);
        document["MD5OfMessageAttributes"] = md5.into();
    }
    document
}

fn is_chosen(name: &str, wanted: &str) -> bool {
    match wanted.strip_suffix(".*") {
        Some(prefix) => prefix.is_empty() || name.starts_with(prefix),
        None => wanted == "All" || wanted == name,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Delete {
    queue_url: Option<String>,
    #[serde(flatten)]
    named: Named,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    receipt_handle: Option<String>,
}

impl Named {
    fn handle(&self) -> Result<Handle, Fault> {
        let text = self
            .receipt_handle
            .as_deref()
            .ok_or_else(|| Fault::missing("ReceiptHandle"))?;
        Handle::parse(text).ok_or_else(|| Fault::invalid_handle(text))
    }
}

async fn delete(queues: &Queues, request: Delete) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url)?;
    queues
        .delete(&queue.name, vec![request.named.handle()?])
        .await?;
    Ok(json!({}))
}

async fn delete_batch(queues: &Queues, request: Batch<Named>) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url)?;
    check_batch(&request.entries)?;
    let (mut handles, mut successful, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for entry in &request.entries {
        match entry.content.handle() {
            Ok(handle) => {
                handles.push(handle);
                successful.push(json!({ "Id": entry.id }));
            }
            Err(fault) => failed.push(fault.entry(&entry.id)),
        }
    }
    queues.delete(&queue.name, handles).await?;
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangeVisibility {
    queue_url: Option<String>,
    #[serde(flatten)]
    change: Change,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    #[serde(flatten)]
    named: Named,
    visibility_timeout: Option<u64>,
}

impl Change {
    async fn apply(&self, queues: &Queues, queue: &Queue) -> Result<(), Fault> {
        let time_s = self
            .visibility_timeout
            .ok_or_else(|| Fault::missing("VisibilityTimeout"))?;
        let handle = self.named.handle()?;
        match queues
            .hide(&queue.name, handle, visibility(time_s)?)
            .await?
        {
            Hidden::Changed => Ok(()),
            Hidden::NotInFlight => Err(Fault::not_in_flight()),
            Hidden::Gone => Err(Fault::invalid(format!(
                "Value {} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.",
                handle.to_text()
            ))),
        }
    }
}

async fn change_visibility(queues: &Queues, request: ChangeVisibility) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url)?;
    request.change.apply(queues, queue).await?;
    Ok(json!({}))
}

async fn change_visibility_batch(queues: &Queues, request: Batch<Change>) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url)?;
    check_batch(&request.entries)?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in &request.entries {
        match entry.content.apply(queues, queue).await {
            Ok(()) => successful.push(json!({ "Id": entry.id })),
            Err(fault) => failed.push(fault.entry(&entry.id)),
        }
    }
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetUrl {
    queue_name: Option<String>,
}

fn url(queues: &Queues, request: GetUrl) -> Result<Value, Fault> {
    let name = request
        .queue_name
        .ok_or_else(|| Fault::missing("QueueName"))?;
    queues.line(&name)?;
    Ok(json!({ "QueueUrl": queue_url(&queues.inner.base, &name) }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetAttributes {
    queue_url: Option<String>,
    #[serde(default)]
    attribute_names: Vec<String>,
}

async fn attributes(queues: &Queues, request: GetAttributes) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url)?;
    let counts = queues.counts(&queue.name).await?;
    let mut all = BTreeMap::from([
        ("ApproximateNumberOfMessages", counts.visible.to_string()),
        (
            "ApproximateNumberOfMessagesDelayed",
            counts.delayed.to_string(),
        ),
        (
            "ApproximateNumberOfMessagesNotVisible",
            counts.in_flight.to_string(),
        ),
        ("DelaySeconds", queue.delay.as_secs().to_string()),
        (
            "MaximumMessageSize",
            queue.maximum_message_bytes.to_string(),
        ),
        (
            "MessageRetentionPeriod",
            queue.retention.as_secs().to_string(),
        ),
        ("QueueArn", queue_arn(&queue.name)),
        (
            "ReceiveMessageWaitTimeSeconds",
            queue.receive_wait.as_secs().to_string(),
        ),
        (
            "VisibilityTimeout",
            queue.visibility_timeout.as_secs().to_string(),
        ),
    ]);
    if let Some(redrive) = &queue.redrive {
        let policy = json!({
            "deadLetterTargetArn": queue_arn(&redrive.dead_letter_queue),
            "maxReceiveCount": redrive.max_receive_count,
        });
        all.insert("RedrivePolicy", policy.to_string());
    }
    let wanted = request.attribute_names;
    if let Some(unknown) = wanted.iter().find(|name| !is_attribute(name)) {
        return Err(Fault::unknown_attribute(unknown));
    }
    all.retain(|name, _| {
        wanted
            .iter()
            .any(|wanted| wanted == "All" || wanted == name)
    });
    Ok(if all.is_empty() {
        json!({})
    } else {
        json!({ "Attributes": all })
    })
}

/// Returns whether SQS knows the attribute, even if this queue has no value for it.
fn is_attribute(name: &str) -> bool {
    const KNOWN: [&str; 11] = [
        "All",
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesDelayed",
        "ApproximateNumberOfMessagesNotVisible",
        "DelaySeconds",
        "MaximumMessageSize",
        "MessageRetentionPeriod",
        "QueueArn",
        "ReceiveMessageWaitTimeSeconds",
        "RedrivePolicy",
        "VisibilityTimeout",
    ];
    KNOWN.contains(&name)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    #[serde(default)]
    queue_name_prefix: String,
}

fn list(queues: &Queues, request: List) -> Result<Value, Fault> {
    let names = queues
        .inner
        .queues
        .keys()
        .filter(|name| name.starts_with(&request.queue_name_prefix));
    let urls: Vec<_> = names
        .map(|name| queue_url(&queues.inner.base, name))
        .collect();
    Ok(if urls.is_empty() {
        json!({})
    } else {
        json!({ "QueueUrls": urls })
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Purge {
    queue_url: Option<String>,
}

async fn purge(queues: &Queues, request: Purge) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url)?;
    queues.purge(&queue.name).await?;
    Ok(json!({}))
}

/// Returns the queue that a URL names by its last segment; the host may be any by which a caller reached us.
fn queue_of(queues: &Queues, url: Option<String>) -> Result<&Queue, Fault> {
    let url = url.ok_or_else(|| Fault::missing("QueueUrl"))?;
    let name = url.rsplit('/').next().unwrap_or_default();
    queues.line(name).map(|line| &line.queue)
}

fn check_batch<T>(entries: &[Entry<T>]) -> Result<(), Fault> {
    if entries.is_empty() {
        return Err(Fault::empty_batch());
    }
    if entries.len() > MAX_BATCH {
        return Err(Fault::long_batch());
    }
    for (index, entry) in entries.iter().enumerate() {
        if entries[..index].iter().any(|other| other.id == entry.id) {
            return Err(Fault::repeated_id(&entry.id));
        }
    }
    Ok(())
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

/// Returns whether SQS lets a character travel: those that XML can hold.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}
