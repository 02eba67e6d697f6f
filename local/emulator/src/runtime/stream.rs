//! Answers that come in pieces: from the process through the Runtime API to a caller who wants them so.
use axum::body::Body;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use http::HeaderMap;
use http_body_util::BodyExt;
use tokio::sync::{mpsc, oneshot};

use super::{Failure, FailureKind, Invocation};

/// The largest answer Lambda passes on in one piece.
const WHOLE_BYTES: usize = 6_291_556;

/// The largest answer Lambda streams: 200 MB, since July 2025.
const STREAM_BYTES: usize = 200 << 20;

/// How much of a streamed answer is kept for the record.
const KEPT_BYTES: usize = 64 << 10;

/// How many pieces wait for a slow caller; beyond them the function waits, and its time goes on.
const WAITING: usize = 16;

/// An answer, whole or in pieces.
pub enum Answering {
    /// It came in one piece, or there is none.
    Whole(Invocation),
    /// It has begun to come.
    Stream(Stream),
}

/// An answer that is coming. Dropping it gives it up; the run goes on to its end.
pub struct Stream {
    request_id: String,
    /// What the function calls it.
    pub content_type: Option<String>,
    pieces: mpsc::Receiver<Bytes>,
    end: oneshot::Receiver<Invocation>,
}

/// The part of a stream that is known when it begins.
pub(super) struct Opening {
    content_type: Option<String>,
    pieces: mpsc::Receiver<Bytes>,
}

impl Stream {
    pub(super) fn new(
        request_id: String,
        opening: Opening,
        end: oneshot::Receiver<Invocation>,
    ) -> Stream {
        Stream {
            request_id,
            content_type: opening.content_type,
            pieces: opening.pieces,
            end,
        }
    }

    /// Waits for the next piece; `None` after the last.
    pub async fn next(&mut self) -> Option<Bytes> {
        self.pieces.recv().await
    }

    /// Returns how the run ended. Its answer is only the beginning of what was streamed; a failure means that
    /// what came is not the whole.
    pub async fn end(self) -> Invocation {
        let end = self.end.await;
        end.unwrap_or_else(|_| Invocation::not_run(self.request_id, super::stopping()))
    }
}

/// Makes both ends of a stream.
pub(super) fn open(content_type: Option<String>) -> (mpsc::Sender<Bytes>, Opening) {
    let (sender, pieces) = mpsc::channel(WAITING);
    let opening = Opening {
        content_type,
        pieces,
    };
    (sender, opening)
}

/// Reads an answer and passes its pieces on as they come; with nowhere `to` it is kept whole.
///
/// A caller who is gone changes nothing: the function may finish what it does.
pub(super) async fn receive(
    mut body: Body,
    to: Option<mpsc::Sender<Bytes>>,
) -> Result<Bytes, Failure> {
    let limit = if to.is_some() {
        STREAM_BYTES
    } else {
        WHOLE_BYTES
    };
    let (mut kept, mut size) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        match frame.map_err(|_| truncated())?.into_data() {
            Ok(data) => {
                size += data.len();
                if size > limit {
                    return Err(too_large(limit));
                }
                if to.is_none() || size <= KEPT_BYTES {
                    kept.push(data.clone());
                }
                if let Some(caller) = &to {
                    let _ = caller.send(data).await;
                }
            }
            Err(frame) => {
                if let Some(failure) = frame.trailers_ref().and_then(told_at_the_end) {
                    return Err(failure);
                }
            }
        }
    }
    Ok(join(&kept))
}

/// Joins pieces, and a single one is copied: it lies in a connection's buffer, which whoever keeps it would
/// keep whole.
fn join(pieces: &[Bytes]) -> Bytes {
    pieces.concat().into()
}

/// Reads the trailers by which a function says that it failed after its answer had begun.
fn told_at_the_end(trailers: &HeaderMap) -> Option<Failure> {
    let text = |name| trailers.get(name).and_then(|value| value.to_str().ok());
    let error_type = text("lambda-runtime-function-error-type")?;
    let body = text("lambda-runtime-function-error-body").unwrap_or_default();
    let document = BASE64.decode(body).unwrap_or_default();
    Some(Failure::reported(Some(error_type), document.into()))
}

fn truncated() -> Failure {
    Failure::new(
        FailureKind::Truncated,
        "Runtime.TruncatedResponse",
        "the function's answer broke off",
    )
}

fn too_large(limit: usize) -> Failure {
    Failure::new(
        FailureKind::TooLarge,
        "Function.ResponseSizeTooLarge",
        format!("Response payload size exceeded maximum allowed payload size ({limit} bytes)."),
    )
}
