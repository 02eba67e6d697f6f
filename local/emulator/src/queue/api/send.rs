//! `SendMessage` and `SendMessageBatch`.
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Batch, queue_of, seconds};
use crate::{
    clock::millis,
    queue::{
        Queues,
        fault::Fault,
        message::{self, Attribute, Message},
    },
    template::Queue,
};

const MAX_DELAY_S: u64 = 900;

const MAX_ATTRIBUTES: usize = 10;

/// The most bytes in one batch, whatever the queue takes for one message. It was 256 KiB until August 2025.
const MAX_BATCH_BYTES: usize = 1_048_576;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Send {
    queue_url: Option<String>,
    #[serde(flatten)]
    draft: Draft,
}

/// What a message is made of, alone or as an entry of a batch.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Draft {
    message_body: Option<String>,
    delay_seconds: Option<u64>,
    #[serde(default)]
    message_attributes: BTreeMap<String, Attribute>,
    #[serde(default)]
    message_system_attributes: BTreeMap<String, Attribute>,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
}

impl Draft {
    /// Returns what counts against the limit of a batch.
    fn size_bytes(&self) -> usize {
        let body = self.message_body.as_ref().map_or(0, String::len);
        body + message::size_bytes(&self.message_attributes)
    }

    fn into_message(
        self,
        queue: &Queue,
        now_ms: u64,
        trace: Option<&str>,
    ) -> Result<Message, Fault> {
        let body = self.message_body.filter(|body| !body.is_empty());
        let body = body.ok_or_else(|| Fault::missing("MessageBody"))?;
        if !body.chars().all(is_allowed) {
            return Err(Fault::invalid_contents());
        }
        check_attributes(&self.message_attributes)?;
        if let Some(id) = self.message_deduplication_id {
            return Err(Fault::invalid(format!(
                "Value {id} for parameter MessageDeduplicationId is invalid. Reason: The request include parameter that is not valid for this queue type."
            )));
        }
        let delay = match self.delay_seconds {
            None => queue.delay,
            Some(delay_s) => seconds("DelaySeconds", delay_s, MAX_DELAY_S)?,
        };
        let message = Message {
            attributes: self.message_attributes,
            group_id: self.message_group_id,
            trace_header: trace_header(self.message_system_attributes)?
                .or_else(|| trace.map(str::to_owned)),
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

/// Returns what a message's system attributes say, of which there is one.
fn trace_header(mut attributes: BTreeMap<String, Attribute>) -> Result<Option<String>, Fault> {
    let header = attributes.remove("AWSTraceHeader");
    match attributes.keys().next() {
        Some(name) => Err(Fault::invalid(format!(
            "Message system attribute name '{name}' is invalid."
        ))),
        None => Ok(header.and_then(|header| header.string_value)),
    }
}

/// Refuses message attributes that SQS would not keep.
fn check_attributes(attributes: &BTreeMap<String, Attribute>) -> Result<(), Fault> {
    if attributes.len() > MAX_ATTRIBUTES {
        return Err(Fault::invalid(format!(
            "Number of message attributes [{}] exceeds the allowed maximum [{MAX_ATTRIBUTES}].",
            attributes.len()
        )));
    }
    attributes
        .iter()
        .try_for_each(|(name, attribute)| check_attribute(name, attribute).map_err(Fault::invalid))
}

fn check_attribute(name: &str, attribute: &Attribute) -> Result<(), String> {
    let kind = attribute.data_type.split('.').next().unwrap_or_default();
    let value = match kind {
        "String" | "Number" => attribute.string_value.as_deref(),
        "Binary" => attribute.binary_value.as_deref(),
        _ => {
            return Err(format!(
                "The type of message (user) attribute '{name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String."
            ));
        }
    };
    match value {
        None | Some("") => Err(format!(
            "Message (user) attribute '{name}' must contain a non-empty value of type '{}'.",
            attribute.data_type
        )),
        Some(value) if kind == "Number" && value.parse::<f64>().is_err() => Err(format!(
            "Can't cast the value of message (user) attribute '{name}' to a number."
        )),
        Some(_) => Ok(()),
    }
}

pub(super) async fn send(
    queues: &Queues,
    request: Send,
    trace: Option<&str>,
) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url.as_deref())?;
    let message = request.draft.into_message(queue, queues.now_ms(), trace)?;
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

pub(super) async fn send_batch(
    queues: &Queues,
    request: Batch<Draft>,
    trace: Option<&str>,
) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url.as_deref())?;
    request.check()?;
    let bytes = request
        .entries
        .iter()
        .map(|entry| entry.content.size_bytes());
    let bytes: usize = bytes.sum();
    if bytes > MAX_BATCH_BYTES {
        return Err(Fault::large_batch(bytes, MAX_BATCH_BYTES));
    }
    let (mut messages, mut successful, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for entry in request.entries {
        match entry.content.into_message(queue, queues.now_ms(), trace) {
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

/// Returns whether SQS lets a character travel: those that XML can hold.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}
