//! What becomes of a process and of its runs, in the words Lambda uses.
use std::{io, time::Duration};

use bytes::Bytes;

use super::{Failure, FailureKind};

/// Why an environment did not come up.
pub(super) enum NotUp {
    Missing(io::Error),
    Ended(String),
    Reported(Failure),
    TooSlow(Duration),
    /// It needs more than this much memory, in MB.
    TooLarge(u32),
    Stopping,
}

/// How a run ended.
pub(super) enum Verdict {
    Answered(Result<Bytes, Failure>),
    Exited(String),
    TimedOut,
    /// It needs more memory than it may have.
    Outgrown,
    Stopped,
}

impl NotUp {
    /// Whether another start may end better.
    pub(super) fn may_pass(&self) -> bool {
        !matches!(self, NotUp::Missing(_) | NotUp::Stopping)
    }

    pub(super) fn sentence(&self) -> String {
        match self {
            NotUp::Missing(error) => format!("the program cannot be started: {error}"),
            NotUp::Ended(how) => how.clone(),
            NotUp::Reported(failure) => format!("{}: {}", failure.error_type, failure.message),
            NotUp::TooSlow(limit) => {
                format!("Task timed out after {:.2} seconds", limit.as_secs_f64())
            }
            NotUp::TooLarge(memory_mb) => format!(
                "Runtime exited with error: signal: killed (it needs more than its MemorySize of {memory_mb} MB)"
            ),
            NotUp::Stopping => "the emulator is stopping".to_owned(),
        }
    }

    pub(super) fn into_failure(self, request_id: &str) -> Failure {
        let sentence = self.sentence();
        let error_type = match self {
            NotUp::Missing(_) => "Runtime.InvalidEntrypoint",
            NotUp::Ended(_) | NotUp::TooLarge(_) => "Runtime.ExitError",
            NotUp::TooSlow(_) => "Sandbox.Timedout",
            NotUp::Reported(failure) => {
                return Failure {
                    kind: FailureKind::Init,
                    ..failure
                };
            }
            NotUp::Stopping => return super::stopping(),
        };
        Failure::new(
            FailureKind::Init,
            error_type,
            format!("RequestId: {request_id} Error: {sentence}"),
        )
    }
}

impl Verdict {
    /// Returns what the caller gets, and what the REPORT line adds.
    pub(super) fn judge(
        self,
        request_id: &str,
        limit: Duration,
    ) -> (Result<Bytes, Failure>, &'static str) {
        match self {
            Verdict::Answered(Ok(payload)) => (Ok(payload), ""),
            Verdict::Answered(Err(failure)) => {
                (Err(failure), "\tStatus: error\tError Type: Function.Error")
            }
            Verdict::Outgrown => {
                let message = format!(
                    "RequestId: {request_id} Error: Runtime exited with error: signal: killed"
                );
                let failure = Failure::new(FailureKind::Exited, "Runtime.ExitError", message);
                (
                    Err(failure),
                    "\tStatus: error\tError Type: Runtime.OutOfMemory",
                )
            }
            Verdict::Exited(how) => {
                let message = format!("RequestId: {request_id} Error: {how}");
                let failure = Failure::new(FailureKind::Exited, "Runtime.ExitError", message);
                (
                    Err(failure),
                    "\tStatus: error\tError Type: Runtime.ExitError",
                )
            }
            Verdict::Stopped => {
                let message = format!("RequestId: {request_id} Error: the emulator stopped");
                (
                    Err(Failure::new(
                        FailureKind::Exited,
                        "Runtime.ExitError",
                        message,
                    )),
                    "\tStatus: error",
                )
            }
            Verdict::TimedOut => {
                let message = format!(
                    "RequestId: {request_id} Error: Task timed out after {:.2} seconds",
                    limit.as_secs_f64()
                );
                let failure = Failure::new(FailureKind::TimedOut, "Sandbox.Timedout", message);
                (Err(failure), "\tStatus: timeout")
            }
        }
    }
}
