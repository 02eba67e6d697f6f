//! One message, as it is kept and as its checksums are made.
use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

/// A message with all that the queue knows about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) body: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) attributes: BTreeMap<String, Attribute>,
    /// Who it is about, where one sender's messages should not hold up another's. It changes nothing here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) group_id: Option<String>,
    /// The X-Ray header of its sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) trace_header: Option<String>,
    pub(crate) sent_at_ms: u64,
    pub(crate) visible_at_ms: u64,
    #[serde(default)]
    pub(crate) receive_count: u32,
    #[serde(default)]
    pub(crate) first_received_at_ms: Option<u64>,
    /// Changes with every receive, so that the handle of an earlier one can be told from the newest.
    #[serde(default)]
    pub(crate) receive_nonce: u64,
    /// The queue it was moved from, once it is in a dead-letter queue.
    #[serde(default)]
    pub(crate) moved_from: Option<String>,
    /// Its place in the order of arrival; the key it is kept under, not part of the kept value.
    #[serde(skip)]
    pub(crate) sequence: u64,
}

/// A message attribute, in the names of the SQS API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute {
    pub(crate) data_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) string_value: Option<String>,
    /// Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) binary_value: Option<String>,
}

/// Whether somebody can receive a message, or why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageState {
    Ready,
    /// It was received and may come back.
    InFlight,
    /// Nobody has received it yet, nor can.
    Delayed,
}

/// What a receiver names a message by: which one, and which receive of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handle {
    pub(super) sequence: u64,
    pub(super) nonce: u64,
}

impl Message {
    pub(crate) fn new(body: String, sent_at_ms: u64, visible_at_ms: u64) -> Message {
        Message {
            id: uuid::Uuid::new_v4().to_string(),
            body,
            attributes: BTreeMap::new(),
            group_id: None,
            trace_header: None,
            sent_at_ms,
            visible_at_ms,
            receive_count: 0,
            first_received_at_ms: None,
            receive_nonce: 0,
            moved_from: None,
            sequence: 0,
        }
    }

    /// Reads a message as it is kept under `sequence`.
    pub(super) fn read(kept: &[u8], sequence: u64) -> serde_json::Result<Message> {
        let message = serde_json::from_slice(kept)?;
        Ok(Message {
            sequence,
            ..message
        })
    }

    pub(crate) fn state(&self, now_ms: u64) -> MessageState {
        match (self.visible_at_ms <= now_ms, self.receive_count) {
            (true, _) => MessageState::Ready,
            (false, 0) => MessageState::Delayed,
            (false, _) => MessageState::InFlight,
        }
    }

    pub(super) fn handle(&self) -> Handle {
        Handle {
            sequence: self.sequence,
            nonce: self.receive_nonce,
        }
    }

    pub(super) fn body_md5(&self) -> String {
        hex(&Md5::digest(self.body.as_bytes()))
    }

    /// Returns the checksum of the attributes, which is of a binary form that every SDK makes the same way.
    ///
    /// Source: "Calculating the MD5 message digest for message attributes", Amazon SQS Developer Guide.
    pub(super) fn attributes_md5(&self) -> Option<String> {
        if self.attributes.is_empty() {
            return None;
        }
        let mut whole = Vec::new();
        for (name, attribute) in &self.attributes {
            let (kind, value) = attribute.value();
            whole.extend(sized(name.as_bytes()));
            whole.extend(sized(attribute.data_type.as_bytes()));
            whole.push(kind);
            whole.extend(sized(&value));
        }
        Some(hex(&Md5::digest(&whole)))
    }

    /// Returns what counts against the queue's limit: the body and every part of the attributes.
    pub(crate) fn size_bytes(&self) -> usize {
        self.body.len() + size_bytes(&self.attributes)
    }

    /// Returns what SQS tells a receiver about the message, all as text.
    pub(super) fn system_attributes(&self) -> BTreeMap<&'static str, String> {
        let first = self.first_received_at_ms.unwrap_or_default();
        let mut attributes = BTreeMap::from([
            ("ApproximateFirstReceiveTimestamp", first.to_string()),
            ("ApproximateReceiveCount", self.receive_count.to_string()),
            ("SenderId", crate::template::ACCOUNT_ID.to_owned()),
            ("SentTimestamp", self.sent_at_ms.to_string()),
        ]);
        if let Some(group) = &self.group_id {
            attributes.insert("MessageGroupId", group.clone());
        }
        if let Some(header) = &self.trace_header {
            attributes.insert("AWSTraceHeader", header.clone());
        }
        if let Some(source) = &self.moved_from {
            attributes.insert(
                "DeadLetterQueueSourceArn",
                crate::template::queue_arn(source),
            );
        }
        attributes
    }
}

/// Returns how many bytes attributes count for: names, types and values.
pub(super) fn size_bytes(attributes: &BTreeMap<String, Attribute>) -> usize {
    let sizes = attributes.iter().map(|(name, attribute)| {
        name.len() + attribute.data_type.len() + attribute.value().1.len()
    });
    sizes.sum()
}

impl Attribute {
    pub(crate) fn text(data_type: &str, value: &str) -> Attribute {
        Attribute {
            data_type: data_type.to_owned(),
            string_value: Some(value.to_owned()),
            binary_value: None,
        }
    }

    /// Returns the transport type byte of the checksum, and the value's bytes.
    fn value(&self) -> (u8, Vec<u8>) {
        match (&self.string_value, &self.binary_value) {
            (None, Some(binary)) => (2, BASE64.decode(binary).unwrap_or_default()),
            (text, _) => (1, text.clone().unwrap_or_default().into_bytes()),
        }
    }
}

impl Handle {
    /// Writes the handle as opaque text.
    pub(super) fn to_text(self) -> String {
        BASE64.encode(format!("{}.{}", self.sequence, self.nonce))
    }

    pub(super) fn parse(text: &str) -> Option<Handle> {
        let text = String::from_utf8(BASE64.decode(text).ok()?).ok()?;
        let (sequence, nonce) = text.split_once('.')?;
        Some(Handle {
            sequence: sequence.parse().ok()?,
            nonce: nonce.parse().ok()?,
        })
    }
}

fn sized(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), bytes].concat()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
