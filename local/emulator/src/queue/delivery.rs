//! The event source mapping: from a queue to a function, and what becomes of the messages afterwards.
use std::{collections::BTreeSet, sync::Arc, time::Duration};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::{sync::Semaphore, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{FAULT_PAUSE, Handle, Queues, message::Message};
use crate::{
    runtime::EVENT_BYTES,
    template::{Mapping, REGION, queue_arn},
    trace::Trace,
};

/// As many batches at a time as Lambda begins with.
const DEFAULT_CONCURRENCY: u32 = 5;

/// How long messages wait that met a function at its concurrency limit.
const THROTTLED_PAUSE: Duration = Duration::from_secs(1);

/// One wait for messages; it ends early when one comes.
const POLL: Duration = Duration::from_secs(20);

/// What became of one event.
#[derive(Clone, Debug)]
pub enum Delivered {
    /// The function answered with this.
    Answered(Bytes),
    /// The function got the event, or its process failed to start, and there is no answer.
    Failed(String),
    /// The function was never asked, for want of a free environment. The receive does not count.
    NotRun,
}

/// Feeds a function from its queue until `stopping`.
///
/// `invoke` runs the function with an SQS event. Messages that would make the event larger than 6 MB wait for the
/// next one. Those of a success are deleted; those of a failure are left alone, to appear again when their
/// visibility timeout ends, which the function may have changed itself.
///
/// What was received and not delivered when it stops is given back. Deliveries that have begun go on in `tasks`.
pub async fn deliver<F, Run>(
    queues: Queues,
    mapping: Mapping,
    stopping: CancellationToken,
    tasks: TaskTracker,
    invoke: F,
) where
    F: Fn(Bytes, Trace) -> Run,
    Run: Future<Output = Delivered> + Send + 'static,
{
    let most = mapping.maximum_concurrency.unwrap_or(DEFAULT_CONCURRENCY);
    let free = Arc::new(Semaphore::new(most as usize));
    if !mapping.enabled {
        return;
    }
    loop {
        let permit = Arc::clone(&free).acquire_owned();
        let Some(Ok(permit)) = stopping.run_until_cancelled(permit).await else {
            return;
        };
        let batch = batch(&queues, &mapping, &stopping).await;
        if stopping.is_cancelled() {
            return give_back(
                &queues,
                &mapping,
                &batch.unwrap_or_default(),
                Duration::ZERO,
            )
            .await;
        }
        let batch = match batch {
            Ok(batch) if batch.is_empty() => continue,
            Ok(batch) => batch,
            Err(()) => {
                tokio::time::sleep(FAULT_PAUSE).await;
                continue;
            }
        };
        let (event, count) = event(&mapping.queue, &batch);
        let mut batch = batch;
        let too_many = batch.split_off(count);
        if !too_many.is_empty() {
            give_back(&queues, &mapping, &too_many, Duration::ZERO).await;
        }
        let run = invoke(event, trace(&batch));
        let (queues, mapping) = (queues.clone(), mapping.clone());
        tasks.spawn(async move {
            settle(&queues, &mapping, &batch, run.await).await;
            drop(permit);
        });
    }
}

/// Waits for a message, and then for more until the batch is full or the window closes.
async fn batch(
    queues: &Queues,
    mapping: &Mapping,
    stopping: &CancellationToken,
) -> Result<Vec<Message>, ()> {
    let most = mapping.batch_size as usize;
    let receive = |at_most, deadline| {
        queues.receive_unless(stopping, &mapping.queue, at_most, None, deadline)
    };
    let mut batch = receive(most, Instant::now() + POLL).await.map_err(|_| ())?;
    let closes = Instant::now() + mapping.window;
    let is_open = || Instant::now() < closes && !stopping.is_cancelled();
    while !batch.is_empty() && batch.len() < most && is_open() {
        // What was received already must be delivered even if the queue fails now.
        match receive(most - batch.len(), closes).await {
            Ok(more) => batch.extend(more),
            Err(_) => break,
        }
    }
    Ok(batch)
}

async fn settle(queues: &Queues, mapping: &Mapping, batch: &[Message], delivered: Delivered) {
    let done = match delivered {
        Delivered::Answered(answer) => succeeded(mapping, batch, &answer),
        Delivered::Failed(reason) => {
            tracing::warn!(
                queue = %mapping.queue, function = %mapping.function,
                "{} messages of {} failed: {reason}", batch.len(), mapping.queue,
            );
            Vec::new()
        }
        Delivered::NotRun => return give_back(queues, mapping, batch, THROTTLED_PAUSE).await,
    };
    // A delete that fails costs a second delivery, as it would on AWS, but must not be given up too soon.
    for _ in 0..5 {
        if done.is_empty() || queues.delete(&mapping.queue, done.clone()).await.is_ok() {
            return;
        }
        tokio::time::sleep(FAULT_PAUSE).await;
    }
}

async fn give_back(queues: &Queues, mapping: &Mapping, batch: &[Message], pause: Duration) {
    let all = batch.iter().map(Message::handle).collect();
    // The fault is logged where it is made; the messages appear again by themselves.
    let _ = queues.give_back(&mapping.queue, all, pause).await;
}

/// Returns the messages that the function took care of.
fn succeeded(mapping: &Mapping, batch: &[Message], answer: &[u8]) -> Vec<Handle> {
    let failed = match mapping.reports_item_failures {
        false => BTreeSet::new(),
        true => match failures(batch, answer) {
            Ok(failed) => failed,
            Err(reason) => {
                tracing::warn!(
                    queue = %mapping.queue, function = %mapping.function,
                    "the whole batch of {} counts as failed: {reason}", mapping.queue,
                );
                return Vec::new();
            }
        },
    };
    batch
        .iter()
        .filter(|message| !failed.contains(&message.id))
        .map(Message::handle)
        .collect()
}

/// Returns the ids that the answer reports as failed, or why the whole batch counts as failed.
///
/// Source: "Success and failure conditions", Using Lambda with Amazon SQS, AWS Lambda Developer Guide.
fn failures(batch: &[Message], answer: &[u8]) -> Result<BTreeSet<String>, String> {
    if answer.iter().all(u8::is_ascii_whitespace) {
        return Ok(BTreeSet::new());
    }
    let answer: Value = serde_json::from_slice(answer)
        .map_err(|error| format!("the answer is not JSON: {error}"))?;
    let items = match &answer {
        Value::Null => return Ok(BTreeSet::new()),
        Value::Object(fields) => match fields.get("batchItemFailures") {
            None | Some(Value::Null) => return Ok(BTreeSet::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return Err("batchItemFailures is not a list".to_owned()),
        },
        _ => return Err("the answer is not an object".to_owned()),
    };
    items.iter().map(|item| failure(batch, item)).collect()
}

fn failure(batch: &[Message], item: &Value) -> Result<String, String> {
    match item.get("itemIdentifier").and_then(Value::as_str) {
        Some(id) if batch.iter().any(|message| message.id == id) => Ok(id.to_owned()),
        Some(id) => Err(format!("itemIdentifier {id:?} is no message of the batch")),
        None => Err(format!("{item} has no itemIdentifier")),
    }
}

/// Returns the trace that all messages of a batch belong to, else one of its own.
fn trace(batch: &[Message]) -> Trace {
    let header = |message: &Message| message.trace_header.as_deref().and_then(Trace::parse);
    let mut traces = batch.iter().map(header);
    match traces.next().flatten() {
        Some(first) if traces.all(|other| other.as_ref() == Some(&first)) => first,
        _ => Trace::begin(),
    }
}

/// Returns the event a function gets, as Lambda writes it, and how many messages there was room for: one at least.
fn event(queue: &str, batch: &[Message]) -> (Bytes, usize) {
    let mut event = "{\"Records\":[".to_owned();
    let mut count = 0;
    for message in batch {
        let record = record(queue, message).to_string();
        let is_full = event.len() + record.len() + ",]}".len() > EVENT_BYTES;
        if is_full && count > 0 {
            break;
        }
        if count > 0 {
            event.push(',');
        }
        event.push_str(&record);
        count += 1;
    }
    event.push_str("]}");
    (Bytes::from(event), count)
}

fn record(queue: &str, message: &Message) -> Value {
    let own = message.attributes.iter().map(|(name, attribute)| {
        let mut value = json!({
            "stringListValues": [], "binaryListValues": [], "dataType": attribute.data_type,
        });
        if let Some(text) = &attribute.string_value {
            value["stringValue"] = text.as_str().into();
        }
        if let Some(binary) = &attribute.binary_value {
            value["binaryValue"] = binary.as_str().into();
        }
        (name.clone(), value)
    });
    let mut record = json!({
        "messageId": message.id,
        "receiptHandle": message.handle().to_text(),
        "body": message.body,
        "attributes": message.system_attributes(),
        "messageAttributes": own.collect::<serde_json::Map<_, _>>(),
        "md5OfBody": message.body_md5(),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn(queue),
        "awsRegion": REGION,
    });
    if let Some(md5) = message.attributes_md5() {
        record["md5OfMessageAttributes"] = md5.into();
    }
    record
}
