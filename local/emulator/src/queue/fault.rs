//! What the SQS API answers when it refuses a request.
use http::StatusCode;
use serde_json::{Value, json};

use super::store::StoreError;

/// Where the names of faults come from that are the service's own.
const SERVICE: &str = "com.amazonaws.sqs";

/// Where the names of faults come from that all services share.
const COMMON: &str = "com.amazon.coral.service";

/// A refusal with its three names: the JSON protocol's, the older query protocol's, and a sentence.
///
/// SDKs know errors by either name; boto3 prefers the older one, which travels in a header. Names, statuses and
/// most sentences are those that the test suite of LocalStack has recorded from AWS (tests/aws/services/sqs of
/// github.com/localstack/localstack, Apache-2.0, read on 2026-11-23).
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) status: StatusCode,
    namespace: &'static str,
    name: &'static str,
    query_name: &'static str,
    message: String,
}

impl Fault {
    fn sender(name: &'static str, query_name: &'static str, message: impl Into<String>) -> Fault {
        Fault {
            status: StatusCode::BAD_REQUEST,
            namespace: SERVICE,
            name,
            query_name,
            message: message.into(),
        }
    }

    fn common(name: &'static str, query_name: &'static str, message: impl Into<String>) -> Fault {
        Fault {
            namespace: COMMON,
            ..Fault::sender(name, query_name, message)
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
        Fault::common("UnknownOperationException", "InvalidAction", message)
    }

    /// Refuses an operation that would make the queues others than the template says.
    pub(super) fn unsupported(operation: &str) -> Fault {
        Fault::sender(
            "UnsupportedOperation",
            "AWS.SimpleQueueService.UnsupportedOperation",
            format!(
                "{operation} is not emulated: queues are as the template says; change it there and start again."
            ),
        )
    }

    pub(super) fn missing(parameter: &str) -> Fault {
        let message = format!("The request must contain the parameter {parameter}.");
        Fault::common(
            "MissingRequiredParameterException",
            "MissingParameter",
            message,
        )
    }

    pub(super) fn invalid(message: impl Into<String>) -> Fault {
        Fault::common(
            "InvalidParameterValueException",
            "InvalidParameterValue",
            message,
        )
    }

    pub(super) fn invalid_contents() -> Fault {
        let message = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.";
        Fault::sender("InvalidMessageContents", "InvalidMessageContents", message)
    }

    pub(super) fn invalid_handle(handle: &str) -> Fault {
        let message =
            format!("The input receipt handle \"{handle}\" is not a valid receipt handle.");
        let name = "ReceiptHandleIsInvalid";
        Fault {
            status: StatusCode::NOT_FOUND,
            ..Fault::sender(name, name, message)
        }
    }

    pub(super) fn no_such_resource(parameter: &str) -> Fault {
        Fault::no_resource(format!(
            "The resource that you specified for the {parameter} parameter doesn't exist."
        ))
    }

    pub(super) fn no_such_task() -> Fault {
        Fault::no_resource("Task does not exist.")
    }

    fn no_resource(message: impl Into<String>) -> Fault {
        let name = "ResourceNotFoundException";
        Fault {
            status: StatusCode::NOT_FOUND,
            ..Fault::sender(name, name, message)
        }
    }

    pub(super) fn purged_already(queue: &str) -> Fault {
        let query_name = "AWS.SimpleQueueService.PurgeQueueInProgress";
        let message =
            format!("Only one PurgeQueue operation on {queue} is allowed every 60 seconds.");
        Fault {
            status: StatusCode::FORBIDDEN,
            ..Fault::sender("PurgeQueueInProgress", query_name, message)
        }
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

    pub(super) fn long_batch(count: usize) -> Fault {
        let query_name = "AWS.SimpleQueueService.TooManyEntriesInBatchRequest";
        let message =
            format!("Maximum number of entries per request are 10. You have sent {count}.");
        Fault::sender("TooManyEntriesInBatchRequest", query_name, message)
    }

    pub(super) fn large_batch(bytes: usize, most: usize) -> Fault {
        let query_name = "AWS.SimpleQueueService.BatchRequestTooLong";
        let message = format!(
            "Batch requests cannot be longer than {most} bytes. You have sent {bytes} bytes."
        );
        Fault::sender("BatchRequestTooLong", query_name, message)
    }

    pub(super) fn odd_id() -> Fault {
        let query_name = "AWS.SimpleQueueService.InvalidBatchEntryId";
        let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.";
        Fault::sender("InvalidBatchEntryId", query_name, message)
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
        json!({ "__type": format!("{}#{}", self.namespace, self.name), "message": self.message })
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
            namespace: COMMON,
            name: "InternalError",
            query_name: "InternalError",
            message: "We encountered an internal error. Please try again.".to_owned(),
        }
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Fault {
        Fault::common(
            "SerializationException",
            "MalformedInput",
            error.to_string(),
        )
    }
}
