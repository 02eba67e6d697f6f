//! What the Runtime API and an environment tell each other.
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::Failure;

/// What a process says through the Runtime API.
pub(super) enum Message {
    /// It asks for work.
    Next(oneshot::Sender<Delivery>),
    /// It answers a request, with the acknowledgement's way back.
    Answer {
        attempt: Attempt,
        outcome: Result<Bytes, Failure>,
        taken: oneshot::Sender<Receipt>,
    },
    /// It begins to stream an answer and asks where to: to the caller, or nowhere, and the answer is kept whole.
    Stream {
        attempt: Attempt,
        content_type: Option<String>,
        begin: oneshot::Sender<Result<Option<mpsc::Sender<Bytes>>, Receipt>>,
    },
    /// It cannot start.
    InitError(Failure),
}

/// Which run an answer belongs to, as far as the process says.
#[derive(Clone)]
pub(super) struct Attempt {
    pub(super) request_id: String,
    /// The nonce of the attempt; `None` from a runtime that does not know of it.
    pub(super) invocation_id: Option<String>,
}

/// What becomes of an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Receipt {
    Taken,
    /// It names an attempt that is over.
    Stale,
    /// It names no request that is open.
    Unknown,
}

/// A request on its way to a process.
pub(super) struct Delivery {
    pub(super) request_id: String,
    pub(super) invocation_id: String,
    pub(super) deadline_ms: u128,
    pub(super) function_arn: String,
    /// The header of the trace.
    pub(super) trace: String,
    /// What the caller tells of itself, in one line of ASCII.
    pub(super) client_context: Option<String>,
    pub(super) event: Bytes,
}

impl Attempt {
    /// Compares with the run that is open.
    pub(super) fn receipt(&self, request_id: &str, invocation_id: &str) -> Receipt {
        match &self.invocation_id {
            Some(nonce) if nonce != invocation_id => Receipt::Stale,
            _ if self.request_id != request_id => Receipt::Unknown,
            _ => Receipt::Taken,
        }
    }

    /// What it deserves when no run is open.
    pub(super) fn late(&self) -> Receipt {
        match self.invocation_id {
            Some(_) => Receipt::Stale,
            None => Receipt::Unknown,
        }
    }
}
