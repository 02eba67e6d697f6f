//! What the SQS API answers when it refuses a request.
use http::StatusCode;
use serde_json::{Value, json};

use super::store::StoreError;

/// A refusal with its three names: the JSON protocol's, the older query protocol's, and a sentence.
///
/// SDKs know errors by either name; boto3 prefers the older one, which travels in a header.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) status: StatusCode,
    name: &'static str,
    query_name: &'static str,
    message: String,
}

impl Fault {
    fn sender(name: &'static str, query_name: &'static str, message: impl Into<String>) -> Fault {
        Fault {
            status: StatusCode::BAD_REQUEST,
            name,
            query_name,
            message: message.into(),
        }
    }

    pub(super) fn no_such_queue() -> Fault {
        let query_name = "AWS.SimpleQueueService.NonExistentQueue";
        Fault::sender(
            "QueueDoesNotExist",
            query_name,
            "The specified queue does not exist.",
        )
    }

    pub(super) fn unknown_operation(target: &str) -> Fault {
        let message = format!("The operation {target} is not emulated.");
        Fault::sender("UnknownOperationException", "InvalidAction", message)
    }

    pub(super) fn missing(parameter: &str) -> Fault {
        let message = format!("The request must contain the parameter {parameter}.");
        Fault::sender("MissingParameter", "MissingParameter", message)
    }

    pub(super) fn invalid(message: impl Into<String>) -> Fault {
        Fault::sender("InvalidParameterValue", "InvalidParameterValue", message)
    }

    pub(super) fn invalid_contents() -> Fault {
        let message = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.";
        Fault::sender("InvalidMessageContents", "InvalidMessageContents", message)
    }

    pub(super) fn invalid_handle(handle: &str) -> Fault {
        let message =
            format!("The input receipt handle \"{handle}\" is not a valid receipt handle.");
        Fault::sender("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", message)
    }

    pub(super) fn not_in_flight() -> Fault {
        let query_name = "AWS.SimpleQueueService.MessageNotInflight";
        Fault::sender(
            "MessageNotInflight",
            query_name,
            "The specified message is not in flight.",
        )
    }

    pub(super) fn unknown_attribute(name: &str) -> Fault {
        Fault::sender(
            "InvalidAttributeName",
            "InvalidAttributeName",
            format!("Unknown Attribute {name}."),
        )
    }

    pub(super) fn empty_batch() -> Fault {
        let query_name = "AWS.SimpleQueueService.EmptyBatchRequest";
        Fault::sender(
            "EmptyBatchRequest",
            query_name,
            "There should be at least one entry in the request.",
        )
    }

    pub(super) fn long_batch() -> Fault {
        let query_name = "AWS.SimpleQueueService.TooManyEntriesInBatchRequest";
        Fault::sender(
            "TooManyEntriesInBatchRequest",
            query_name,
            "Maximum number of entries per request are 10.",
        )
    }

    pub(super) fn repeated_id(id: &str) -> Fault {
        let query_name = "AWS.SimpleQueueService.BatchEntryIdsNotDistinct";
        Fault::sender(
            "BatchEntryIdsNotDistinct",
            query_name,
            format!("Id {id} repeated."),
        )
    }

    pub(super) fn document(&self) -> Value {
        json!({ "__type": format!("com.amazonaws.sqs#{}", self.name), "message": self.message })
    }

    /// Returns the value of the header `x-amzn-query-error`.
    pub(super) fn query_error(&self) -> String {
        let whose = if self.status.is_client_error() {
            "Sender"
        } else {
            "Receiver"
        };
        format!("{};{whose}", self.query_name)
    }

    /// Returns how a batch reports this refusal for its entry `id`.
    pub(super) fn entry(&self, id: &str) -> Value {
        json!({
            "Id": id, "SenderFault": self.status.is_client_error(),
            "Code": self.query_name, "Message": self.message,
        })
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Fault {
        tracing::error!(%error, "the queue failed: {error}");
        Fault {
            status: StatusCode::SERVICE_UNAVAILABLE,
            name: "InternalError",
            query_name: "InternalError",
            message: "We encountered an internal error. Please try again.".to_owned(),
        }
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Fault {
        Fault::sender(
            "SerializationException",
            "MalformedInput",
            error.to_string(),
        )
    }
}
