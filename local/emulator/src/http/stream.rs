//! A function's streamed answer as an HTTP response that is passed on as it comes.
use std::io;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures::stream;
use http::{HeaderValue, Response, header::CONTENT_TYPE};

use crate::{
    reply,
    runtime::{Failure, Stream},
};

/// The content type of an answer that begins with the head of its response.
const WITH_PRELUDE: &str = "application/vnd.awslambda.http-integration-response";

/// The longest head; a document that is longer will never become one.
const PRELUDE_BYTES: usize = 64 << 10;

/// Waits for the head of a response and returns it with a body that is still coming.
///
/// `None` when the answer makes no sense as a response.
///
/// # Errors
/// When the function failed before its head was whole.
pub(super) async fn respond(mut stream: Stream) -> Result<Option<Response<Body>>, Failure> {
    if stream.content_type.as_deref() != Some(WITH_PRELUDE) {
        return Ok(Some(without_prelude(stream)));
    }
    let mut begun = BytesMut::new();
    loop {
        if let Some(end) = reply::end_of_prelude(&begun) {
            let first = begun.split_off(end + reply::PRELUDE_END.len()).freeze();
            let head = reply::from_prelude(&begun[..end]);
            return Ok(head.map(|head| head.map(|_| body(first, stream))));
        }
        match stream.next().await {
            Some(piece) if begun.len() < PRELUDE_BYTES => begun.extend_from_slice(&piece),
            Some(_) => return Ok(None),
            None => return stream.end().await.outcome.map(|_| None),
        }
    }
}

fn without_prelude(stream: Stream) -> Response<Body> {
    let content_type = stream.content_type.as_deref();
    let content_type = content_type.and_then(|value| HeaderValue::from_str(value).ok());
    let mut response = Response::new(body(Bytes::new(), stream));
    response.headers_mut().insert(
        CONTENT_TYPE,
        content_type.unwrap_or(HeaderValue::from_static("application/octet-stream")),
    );
    response
}

/// Passes pieces on; a function that fails breaks the body off, for its head has long gone out.
fn body(first: Bytes, stream: Stream) -> Body {
    let first = (!first.is_empty()).then_some(first);
    let pieces = stream::unfold(Some((first, stream)), |state| async {
        let (first, mut stream) = state?;
        if let Some(first) = first {
            return Some((Ok(first), Some((None, stream))));
        }
        match stream.next().await {
            Some(piece) => Some((Ok(piece), Some((None, stream)))),
            None => match stream.end().await.outcome {
                Ok(_) => None,
                Err(failure) => Some((Err(io::Error::other(failure.message)), None)),
            },
        }
    });
    Body::from_stream(pieces)
}
