//! What one run of a function gave.
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

/// The result of one invocation, whatever became of it.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The id that the function, its log and the caller know the run by.
    pub request_id: String,
    /// The function's answer, or why there is none. Of an answer that was streamed, the beginning.
    pub outcome: Result<Bytes, Failure>,
    /// The last 4 KB the function logged during the run.
    pub log_tail: Bytes,
    /// What the run took; `None` when no process ever got the event.
    pub run: Option<Run>,
}

/// The figures of one run, as in its REPORT line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The process that ran it.
    pub process: u32,
    /// The time from handing the event over to the answer.
    pub duration: Duration,
    /// How long the process took to come up, if this was its first run.
    pub init: Option<Duration>,
    /// The most memory the process has had up to the end of the run.
    pub memory_used_mb: u64,
}

/// Why a function gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What happened, for code that treats failures differently.
    pub kind: FailureKind,
    /// Lambda's name of the error, such as `Runtime.ExitError`.
    pub error_type: String,
    /// A sentence for people.
    pub message: String,
    /// The JSON document that a caller of the Invoke API receives.
    pub payload: Bytes,
}

/// The ways in which an invocation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The function reported an error.
    Reported,
    /// The process ended during the run.
    Exited,
    /// The run took longer than the function's timeout, and the process was killed.
    TimedOut,
    /// No process came up: it is missing, crashed or took too long.
    Init,
    /// The answer is larger than Lambda passes on.
    TooLarge,
    /// The answer broke off, and the process lives on.
    Truncated,
    /// The function's reserved concurrency is in use, or nobody has started a process of it. Nothing ran.
    Throttled,
    /// The template has no such function. Nothing ran.
    UnknownFunction,
    /// The emulator is stopping. Nothing ran.
    Stopping,
    /// The caller went away while it waited for an environment. Nothing ran.
    GivenUp,
}

impl Failure {
    /// Makes a failure whose payload is Lambda's usual error document.
    #[must_use]
    pub fn new(kind: FailureKind, error_type: &str, message: impl Into<String>) -> Failure {
        let message = message.into();
        let payload = json!({ "errorType": error_type, "errorMessage": message });
        Failure {
            kind,
            error_type: error_type.to_owned(),
            payload: Bytes::from(payload.to_string()),
            message,
        }
    }

    /// Passes on the document that a function's runtime reported.
    #[must_use]
    pub(super) fn reported(error_type: Option<&str>, document: Bytes) -> Failure {
        let parsed: serde_json::Value = serde_json::from_slice(&document).unwrap_or_default();
        let error_type = parsed["errorType"]
            .as_str()
            .or(error_type)
            .unwrap_or("Unknown");
        let Some(message) = parsed["errorMessage"].as_str() else {
            let text = String::from_utf8_lossy(&document).into_owned();
            return Failure::new(FailureKind::Reported, error_type, text);
        };
        Failure {
            kind: FailureKind::Reported,
            error_type: error_type.to_owned(),
            message: message.to_owned(),
            payload: document,
        }
    }

    /// Makes the failure of an invocation beyond a function's concurrency.
    pub(crate) fn throttled() -> Failure {
        Failure::new(
            FailureKind::Throttled,
            "TooManyRequestsException",
            "Rate Exceeded.",
        )
    }

    /// Makes the failure of an invocation that has waited in vain for people to start a process.
    pub(crate) fn unattended(function: &str) -> Failure {
        Failure::new(
            FailureKind::Throttled,
            "TooManyRequestsException",
            format!("no process of {function} asks for work: it is to be started by hand"),
        )
    }

    /// Whether nothing ran for want of a free environment, so that trying again repeats nothing.
    #[must_use]
    pub fn never_ran(&self) -> bool {
        matches!(self.kind, FailureKind::Throttled | FailureKind::Stopping)
    }
}

impl Invocation {
    /// Makes the result of an invocation that no environment ever saw.
    pub(crate) fn not_run(request_id: String, failure: Failure) -> Invocation {
        Invocation {
            request_id,
            outcome: Err(failure),
            log_tail: Bytes::new(),
            run: None,
        }
    }
}
