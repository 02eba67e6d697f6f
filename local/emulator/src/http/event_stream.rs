//! The frames in which the Invoke API streams: `application/vnd.amazon.eventstream`.
use std::convert::Infallible;

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue as EventValue, Message};
use axum::body::Body;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{HeaderValue, Response, header::CONTENT_TYPE};
use serde_json::json;

use crate::runtime::{Answering, Invocation, Stream};

/// Makes the response of an answer: an event for each piece as it comes, and one for the end.
pub(super) fn respond(answering: Answering, wants_log: bool) -> Response<Body> {
    let body = match answering {
        Answering::Whole(invocation) => {
            let piece = match &invocation.outcome {
                Ok(payload) => payload_chunk(payload.clone()),
                Err(_) => Bytes::new(),
            };
            Body::from([piece, complete(&invocation, wants_log)].concat())
        }
        Answering::Stream(stream) => streamed(stream, wants_log),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/vnd.amazon.eventstream"),
    );
    headers.insert(
        "x-amz-executed-version",
        HeaderValue::from_static("$LATEST"),
    );
    response
}

fn streamed(stream: Stream, wants_log: bool) -> Body {
    let frames = stream::unfold(Some(stream), move |stream| async move {
        let mut stream = stream?;
        match stream.next().await {
            Some(piece) => Some((payload_chunk(piece), Some(stream))),
            None => Some((complete(&stream.end().await, wants_log), None)),
        }
    });
    Body::from_stream(frames.map(Ok::<_, Infallible>))
}

fn payload_chunk(piece: Bytes) -> Bytes {
    frame("PayloadChunk", "application/octet-stream", piece)
}

fn complete(invocation: &Invocation, wants_log: bool) -> Bytes {
    let mut document = match &invocation.outcome {
        Ok(_) => json!({}),
        Err(failure) => json!({
            "ErrorCode": "Unhandled",
            "ErrorDetails": String::from_utf8_lossy(&failure.payload),
        }),
    };
    if wants_log {
        document["LogResult"] = BASE64.encode(&invocation.log_tail).into();
    }
    let document = Bytes::from(document.to_string());
    frame("InvokeComplete", "application/json", document)
}

fn frame(event: &'static str, content_type: &'static str, payload: Bytes) -> Bytes {
    let header = |name: &'static str, value: &'static str| {
        Header::new(name, EventValue::String(value.to_owned().into()))
    };
    let message = Message::new(payload)
        .add_header(header(":message-type", "event"))
        .add_header(header(":event-type", event))
        .add_header(header(":content-type", content_type));
    let mut frame = Vec::new();
    write_message_to(&message, &mut frame).expect("three short headers fit into any frame");
    frame.into()
}
