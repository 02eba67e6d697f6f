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
        message::{Attribute, Message},
    },
    template::Queue,
};

const MAX_DELAY_S: u64 = 900;

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

pub(super) async fn send(queues: &Queues, request: Send) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url.as_deref())?;
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

pub(super) async fn send_batch(queues: &Queues, request: Batch<Draft>) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url.as_deref())?;
    request.check()?;
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

/// Returns whether SQS lets a character travel: those that XML can hold.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}
