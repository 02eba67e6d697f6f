//! `ReceiveMessage`.
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{MAX_BATCH, queue_of, seconds, visibility};
use crate::queue::{Queues, fault::Fault, message::Message};

const MAX_WAIT_S: u64 = 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Receive {
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

pub(super) async fn receive(queues: &Queues, request: Receive) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url.as_deref())?;
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
