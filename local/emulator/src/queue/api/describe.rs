//! What queues there are and how they are.
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::queue_of;
use crate::{
    queue::{Queues, fault::Fault},
    template::{queue_arn, queue_url},
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetUrl {
    queue_name: Option<String>,
}

pub(super) fn url(queues: &Queues, request: GetUrl) -> Result<Value, Fault> {
    let name = request
        .queue_name
        .ok_or_else(|| Fault::missing("QueueName"))?;
    queues.line(&name)?;
    Ok(json!({ "QueueUrl": queue_url(&queues.inner.base, &name) }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetAttributes {
    queue_url: Option<String>,
    #[serde(default)]
    attribute_names: Vec<String>,
}

pub(super) async fn attributes(queues: &Queues, request: GetAttributes) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url.as_deref())?;
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
pub(super) struct List {
    #[serde(default)]
    queue_name_prefix: String,
}

pub(super) fn list(queues: &Queues, request: List) -> Result<Value, Fault> {
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
pub(super) struct Purge {
    queue_url: Option<String>,
}

pub(super) async fn purge(queues: &Queues, request: Purge) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url.as_deref())?;
    queues.purge(&queue.name).await?;
    Ok(json!({}))
}
