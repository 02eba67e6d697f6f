//! What queues there are and how they are.
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::queue_of;
use crate::{
    queue::{Queues, fault::Fault},
    template::{queue_arn, queue_url},
};

/// The most queues in one list.
const MAX_RESULTS: usize = 1_000;

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
        // Nobody knows when a queue of a template was made; it is as it is since this start.
        ("CreatedTimestamp", queues.inner.opened_s.to_string()),
        ("LastModifiedTimestamp", queues.inner.opened_s.to_string()),
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
    const KNOWN: [&str; 18] = [
        "All",
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesDelayed",
        "ApproximateNumberOfMessagesNotVisible",
        "CreatedTimestamp",
        "DelaySeconds",
        "KmsDataKeyReusePeriodSeconds",
        "KmsMasterKeyId",
        "LastModifiedTimestamp",
        "MaximumMessageSize",
        "MessageRetentionPeriod",
        "Policy",
        "QueueArn",
        "ReceiveMessageWaitTimeSeconds",
        "RedriveAllowPolicy",
        "RedrivePolicy",
        "SqsManagedSseEnabled",
        "VisibilityTimeout",
    ];
    KNOWN.contains(&name)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    #[serde(default)]
    queue_name_prefix: String,
    #[serde(flatten)]
    page: Page,
}

/// Which part of a list is wanted.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    max_results: Option<usize>,
    /// The last name of the part before.
    next_token: Option<String>,
}

pub(super) fn list(queues: &Queues, request: List) -> Result<Value, Fault> {
    let names = queues.inner.queues.keys();
    let wanted = names.filter(|name| name.starts_with(&request.queue_name_prefix));
    let (urls, next) = request.page.of(queues, wanted)?;
    let mut document = json!({});
    if !urls.is_empty() {
        document["QueueUrls"] = json!(urls);
    }
    if let Some(next) = next {
        document["NextToken"] = next.into();
    }
    Ok(document)
}

impl Page {
    /// Returns the URLs of this part, and the token of the next if there is one.
    fn of<'a>(
        &self,
        queues: &Queues,
        names: impl Iterator<Item = &'a String>,
    ) -> Result<(Vec<String>, Option<String>), Fault> {
        let most = self.max_results.unwrap_or(MAX_RESULTS);
        if !(1..=MAX_RESULTS).contains(&most) {
            return Err(Fault::invalid(format!(
                "Value {most} for parameter MaxResults is invalid. Reason: Must be between 1 and {MAX_RESULTS}, if provided."
            )));
        }
        let begins_after = self.next_token.as_deref().unwrap_or_default();
        let mut left = names.skip_while(|name| name.as_str() <= begins_after);
        let part: Vec<&String> = left.by_ref().take(most).collect();
        let last = part.last().filter(|_| left.next().is_some());
        let next = last.map(|name| (*name).clone());
        let urls = part.iter().map(|name| queue_url(&queues.inner.base, name));
        Ok((urls.collect(), next))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OfQueue {
    queue_url: Option<String>,
}

pub(super) fn tags(queues: &Queues, request: OfQueue) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url.as_deref())?;
    Ok(json!({ "Tags": queue.tags }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeadLetterSources {
    queue_url: Option<String>,
    #[serde(flatten)]
    page: Page,
}

pub(super) fn dead_letter_sources(
    queues: &Queues,
    request: DeadLetterSources,
) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url.as_deref())?;
    let sources = queues.sources_of(&queue.name);
    let (urls, next) = request.page.of(queues, sources)?;
    // The one answer whose name begins in lower case.
    let mut document = json!({ "queueUrls": urls });
    if let Some(next) = next {
        document["NextToken"] = next.into();
    }
    Ok(document)
}

pub(super) async fn purge(queues: &Queues, request: OfQueue) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url.as_deref())?;
    queues.purge(&queue.name).await?;
    Ok(json!({}))
}
