//! The Lambda Runtime API, which a function's process asks for work and answers.
//!
//! Every environment has its own path before `/2018-06-01`, so one process cannot take another's work.
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Weak},
};

use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
    serve::ListenerExt,
};
use bytes::Bytes;
use serde_json::json;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
};

use super::{
    Failure, FailureKind,
    environment::Shared,
    message::{Attempt, Delivery, Message, Receipt},
    stream,
};

/// Names one attempt to run a request; a runtime that knows it sends it back with the answer.
const INVOCATION_ID: &str = "lambda-runtime-invocation-id";

pub(super) async fn bind() -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves in the background until the runtime ends.
pub(super) fn serve(listener: TcpListener, shared: Weak<Shared>) {
    let router = router().with_state(shared);
    // Small messages go to and fro: waiting to fill a packet would cost 40 ms each.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
}

/// Returns the operations; the first part of a path names an environment's desk.
pub(super) fn router() -> Router<Weak<Shared>> {
    Router::new()
        .route(
            "/{environment}/2018-06-01/runtime/invocation/next",
            get(next),
        )
        .route(
            "/{environment}/2018-06-01/runtime/invocation/{request_id}/response",
            post(response),
        )
        .route(
            "/{environment}/2018-06-01/runtime/invocation/{request_id}/error",
            post(error),
        )
        .route(
            "/{environment}/2018-06-01/runtime/init/error",
            post(init_error),
        )
}

async fn next(State(shared): State<Weak<Shared>>, Path(environment): Path<String>) -> Response {
    let Some(desk) = desk(&shared, &environment) else {
        return unknown();
    };
    let (asked, delivery) = oneshot::channel();
    if desk.send(Message::Next(asked)).await.is_err() {
        return unknown();
    }
    match delivery.await {
        Ok(delivery) => delivery.into_response(),
        Err(_) => unknown(),
    }
}

async fn response(
    State(shared): State<Weak<Shared>>,
    Path((environment, request_id)): Path<(String, String)>,
    request: Request,
) -> Response {
    let attempt = Attempt::new(request_id, request.headers());
    let to = match is_streamed(request.headers()) {
        false => None,
        true => match destination(&shared, &environment, &attempt, request.headers()).await {
            Ok(to) => to,
            Err(refusal) => return refusal,
        },
    };
    let outcome = stream::receive(request.into_body(), to).await;
    let taken = match &outcome {
        Err(failure) if failure.kind == FailureKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::ACCEPTED,
    };
    answer(&shared, &environment, attempt, outcome, taken).await
}

fn is_streamed(headers: &HeaderMap) -> bool {
    let mode = headers.get("lambda-runtime-function-response-mode");
    mode.is_some_and(|mode| mode.as_bytes().eq_ignore_ascii_case(b"streaming"))
}

/// Asks where the pieces of an answer go.
async fn destination(
    shared: &Weak<Shared>,
    environment: &str,
    attempt: &Attempt,
    headers: &HeaderMap,
) -> Result<Option<mpsc::Sender<Bytes>>, Response> {
    let desk = desk(shared, environment).ok_or_else(unknown)?;
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let (begin, destination) = oneshot::channel();
    let question = Message::Stream {
        attempt: attempt.clone(),
        content_type: content_type.map(str::to_owned),
        begin,
    };
    desk.send(question).await.map_err(|_| unknown())?;
    let destination = destination.await.map_err(|_| unknown())?;
    destination.map_err(|receipt| receipt.into_response(StatusCode::ACCEPTED))
}

async fn error(
    State(shared): State<Weak<Shared>>,
    Path((environment, request_id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let attempt = Attempt::new(request_id, &headers);
    let failure = reported(&headers, body).await;
    answer(
        &shared,
        &environment,
        attempt,
        Err(failure),
        StatusCode::ACCEPTED,
    )
    .await
}

async fn init_error(
    State(shared): State<Weak<Shared>>,
    Path(environment): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(desk) = desk(&shared, &environment) else {
        return unknown();
    };
    let failure = reported(&headers, body).await;
    match desk.send(Message::InitError(failure)).await {
        Ok(()) => accepted(StatusCode::ACCEPTED),
        Err(_) => unknown(),
    }
}

async fn answer(
    shared: &Weak<Shared>,
    environment: &str,
    attempt: Attempt,
    outcome: Result<Bytes, Failure>,
    accept: StatusCode,
) -> Response {
    let Some(desk) = desk(shared, environment) else {
        return unknown();
    };
    let (taken, receipt) = oneshot::channel();
    if desk
        .send(Message::Answer {
            attempt,
            outcome,
            taken,
        })
        .await
        .is_err()
    {
        return unknown();
    }
    match receipt.await {
        Ok(receipt) => receipt.into_response(accept),
        Err(_) => unknown(),
    }
}

impl Receipt {
    fn into_response(self, accept: StatusCode) -> Response {
        match self {
            Receipt::Taken => accepted(accept),
            Receipt::Stale => refusal(
                StatusCode::GONE,
                "StaleInvocation",
                "this attempt is over: it timed out, or was answered before",
            ),
            Receipt::Unknown => refusal(
                StatusCode::BAD_REQUEST,
                "InvalidRequestID",
                "Invalid request ID",
            ),
        }
    }
}

impl Attempt {
    fn new(request_id: String, headers: &HeaderMap) -> Attempt {
        let nonce = headers
            .get(INVOCATION_ID)
            .and_then(|value| value.to_str().ok());
        Attempt {
            request_id,
            invocation_id: nonce.map(str::to_owned),
        }
    }
}

async fn reported(headers: &HeaderMap, body: Body) -> Failure {
    let error_type = headers
        .get("lambda-runtime-function-error-type")
        .and_then(|value| value.to_str().ok());
    match stream::receive(body, None).await {
        Ok(document) => Failure::reported(error_type, document),
        Err(failure) => failure,
    }
}

fn desk(shared: &Weak<Shared>, environment: &str) -> Option<mpsc::Sender<Message>> {
    let shared: Arc<Shared> = shared.upgrade()?;
    shared.desk(environment)
}

impl IntoResponse for Delivery {
    fn into_response(self) -> Response {
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("lambda-runtime-aws-request-id", self.request_id),
            (INVOCATION_ID, self.invocation_id),
            ("lambda-runtime-deadline-ms", self.deadline_ms.to_string()),
            ("lambda-runtime-invoked-function-arn", self.function_arn),
            ("lambda-runtime-trace-id", self.trace),
        ];
        let context = self.client_context;
        let context = context.map(|context| [("lambda-runtime-client-context", context)]);
        (headers, context, self.event).into_response()
    }
}

fn accepted(status: StatusCode) -> Response {
    (status, axum::Json(json!({ "status": "OK" }))).into_response()
}

fn unknown() -> Response {
    refusal(
        StatusCode::FORBIDDEN,
        "InvalidEnvironment",
        "this environment is over",
    )
}

pub(super) fn refusal(status: StatusCode, error_type: &str, message: &str) -> Response {
    (
        status,
        axum::Json(json!({ "errorType": error_type, "errorMessage": message })),
    )
        .into_response()
}
