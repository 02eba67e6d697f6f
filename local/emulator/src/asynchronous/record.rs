//! How an event ended, and what its destinations and its dead-letter queue are told.
//!
//! Source: "Capturing records of Lambda asynchronous invocations" and "Adding a dead-letter queue", AWS Lambda
//! Developer Guide.
use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Serialize, de::IgnoredAny};
use serde_json::{Value, json};

use super::{Asynchronous, EVENT_BYTES, Line, queue_of};
use crate::{
    clock::{millis, timestamp},
    queue::{Attribute, Message, StoreError},
    runtime::{Failure, FailureKind},
    template::{Destination, Function, function_arn},
};

/// The most of an error's message that a dead letter carries.
const ERROR_MESSAGE_BYTES: usize = 1024;

/// How an event ended, in the words of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Condition {
    Success,
    RetriesExhausted,
    EventAgeExceeded,
    /// The function may never run.
    ZeroReservedConcurrency,
}

/// The end of an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) condition: Condition,
    /// What the last attempt gave, if that is known.
    response: Option<Result<Bytes, Failure>>,
}

impl End {
    pub(super) fn new(condition: Condition, response: Result<Bytes, Failure>) -> End {
        End {
            condition,
            response: Some(response),
        }
    }

    /// An event that was not run at its last turn.
    pub(super) fn not_run(condition: Condition) -> End {
        End {
            condition,
            response: None,
        }
    }

    fn is_success(&self) -> bool {
        self.condition == Condition::Success
    }

    /// Returns the record that a destination receives.
    fn record(&self, function: &Function, event: &Message, now_ms: u64) -> String {
        let timestamp = timestamp(now_ms).strftime("%Y-%m-%dT%H:%M:%S.%3fZ");
        let context = json!({
            "requestId": event.id,
            "functionArn": format!("{}:$LATEST", function_arn(&function.name)),
            "condition": self.condition,
            "approximateInvokeCount": event.receive_count,
        });
        // The payloads go in as they are, so that no number in them changes on the way.
        let mut record = format!(
            r#"{{"version":"1.0","timestamp":"{timestamp}","requestContext":{context},"requestPayload":{}"#,
            event.body
        );
        if let Some(response) = &self.response {
            record += &format!(r#","responseContext":{}"#, response_context(response));
        }
        match &self.response {
            Some(Err(failure)) if failure.kind == FailureKind::Throttled => {}
            Some(Ok(payload)) | Some(Err(Failure { payload, .. })) => {
                record += &format!(r#","responsePayload":{}"#, as_json(payload));
            }
            None => {}
        }
        record.push('}');
        record
    }

    /// Returns the attributes of the event in a dead-letter queue.
    fn error_attributes(&self, event: &Message) -> BTreeMap<String, Attribute> {
        let (code, message) = match &self.response {
            Some(Err(failure)) if failure.kind == FailureKind::Throttled => {
                (Some("429"), failure.message.as_str())
            }
            Some(Err(failure)) => (Some("200"), failure.message.as_str()),
            _ => (None, self.condition.sentence()),
        };
        let end = message.floor_char_boundary(ERROR_MESSAGE_BYTES);
        let mut attributes = BTreeMap::from([
            ("RequestID".to_owned(), Attribute::text("String", &event.id)),
            (
                "ErrorMessage".to_owned(),
                Attribute::text("String", &message[..end]),
            ),
        ]);
        if let Some(code) = code {
            attributes.insert("ErrorCode".to_owned(), Attribute::text("Number", code));
        }
        attributes
    }
}

impl Condition {
    /// Says what happened where no response does.
    fn sentence(self) -> &'static str {
        match self {
            Condition::Success => "the function succeeded",
            Condition::RetriesExhausted => "the function failed at every attempt",
            Condition::EventAgeExceeded => "the event was too old before the function could run",
            Condition::ZeroReservedConcurrency => "the function's reserved concurrency is zero",
        }
    }
}

impl Asynchronous {
    /// Removes an event that is over, and sends what its destinations are told in the same transaction.
    pub(super) async fn finish(
        &self,
        line: &Line,
        event: &Message,
        end: &End,
    ) -> Result<(), StoreError> {
        let settings = &line.function.event_invoke;
        let now_ms = self.inner.clock.now_ms();
        let mut letters = Vec::new();
        let destination = match end.is_success() {
            true => &settings.on_success,
            false => &settings.on_failure,
        };
        if let Some(destination) = destination {
            let record = end.record(&line.function, event, now_ms);
            letters.push((destination.clone(), Message::new(record, now_ms, now_ms)));
        }
        if let Some(queue) = &settings.dead_letter_queue
            && !end.is_success()
        {
            let letter = Message {
                attributes: end.error_attributes(event),
                ..Message::new(event.body.clone(), now_ms, now_ms)
            };
            letters.push((Destination::Queue(queue.clone()), letter));
        }
        letters.retain_mut(|(to, letter)| self.address(&line.function, to, letter));
        for (_, letter) in &mut letters {
            letter.trace_header = event.trace_header.clone();
        }
        let by = letters
            .iter()
            .map(|(to, letter)| (queue_at(to), letter.clone()));
        self.inner
            .queues
            .store()
            .replace(&line.queue, event, by.collect())
            .await?;
        for (to, _) in &letters {
            self.ring(to);
        }
        if !end.is_success() {
            tracing::error!(
                function = line.function.name,
                request_id = event.id,
                "an asynchronous invocation of {} failed for good: {:?}",
                line.function.name,
                end.condition
            );
        }
        Ok(())
    }

    /// Gives a letter its receiver's delay; `false` when the receiver takes nothing of its size, as on AWS.
    fn address(&self, from: &Function, to: &Destination, letter: &mut Message) -> bool {
        let most_bytes = match to {
            Destination::Function(_) => EVENT_BYTES,
            Destination::Queue(name) => match self.inner.queues.find(name) {
                Some(queue) => {
                    letter.visible_at_ms += millis(queue.delay);
                    queue.maximum_message_bytes
                }
                None => 0,
            },
        };
        let size_bytes = letter.size_bytes();
        let fits = size_bytes <= most_bytes;
        if !fits {
            tracing::error!(
                function = from.name,
                "what {} has to tell {to:?} is lost: it is of {size_bytes} bytes, more than {most_bytes}",
                from.name
            );
        }
        fits
    }

    fn ring(&self, to: &Destination) {
        match to {
            Destination::Queue(name) => self.inner.queues.ring(name),
            Destination::Function(name) => {
                if let Some(line) = self.inner.lines.get(name) {
                    line.bell.notify_one();
                }
            }
        }
    }
}

/// Returns the name in the store of the queue where letters to `to` are put.
fn queue_at(to: &Destination) -> String {
    match to {
        Destination::Queue(name) => name.clone(),
        Destination::Function(name) => queue_of(name),
    }
}

fn response_context(response: &Result<Bytes, Failure>) -> Value {
    match response {
        Ok(_) => json!({ "statusCode": 200, "executedVersion": "$LATEST" }),
        Err(failure) if failure.kind == FailureKind::Throttled => json!({ "statusCode": 429 }),
        Err(_) => {
            json!({ "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled" })
        }
    }
}

/// Returns a payload as JSON; one that is not is quoted.
fn as_json(payload: &[u8]) -> String {
    let text = String::from_utf8_lossy(payload);
    match serde_json::from_str::<IgnoredAny>(&text) {
        Ok(_) => text.into_owned(),
        Err(_) => Value::from(text).to_string(),
    }
}
