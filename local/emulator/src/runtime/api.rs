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
    body::{Body, to_bytes},
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
    serve::ListenerExt,
};
use serde_json::json;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
};

use super::{
    Failure, FailureKind,
    environment::{Delivery, Message, Shared},
};

/// The largest answer Lambda passes on.
const RESPONSE_BYTES: usize = 6_291_556;

pub(super) async fn bind() -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves in the background until the runtime ends.
pub(super) fn serve(listener: TcpListener, shared: Weak<Shared>) {
    let router = Router::new()
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
        .with_state(shared);
    // Small messages go to and fro: waiting to fill a packet would cost 40 ms each.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
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
    let (outcome, taken) = match to_bytes(request.into_body(), RESPONSE_BYTES).await {
        Ok(payload) => (Ok(payload), StatusCode::ACCEPTED),
        Err(_) => (Err(too_large()), StatusCode::PAYLOAD_TOO_LARGE),
    };
    answer(&shared, &environment, request_id, outcome, taken).await
}

async fn error(
    State(shared): State<Weak<Shared>>,
    Path((environment, request_id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let failure = reported(&headers, body).await;
    answer(
        &shared,
        &environment,
        request_id,
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
    request_id: String,
    outcome: Result<bytes::Bytes, Failure>,
    accept: StatusCode,
) -> Response {
    let Some(desk) = desk(shared, environment) else {
        return unknown();
    };
    let (taken, is_current) = oneshot::channel();
    if desk
        .send(Message::Answer {
            request_id,
            outcome,
            taken,
        })
        .await
        .is_err()
    {
        return unknown();
    }
    match is_current.await {
        Ok(true) => accepted(accept),
        _ => refusal(
            StatusCode::BAD_REQUEST,
            "InvalidRequestID",
            "Invalid request ID",
        ),
    }
}

async fn reported(headers: &HeaderMap, body: Body) -> Failure {
    let error_type = headers
        .get("lambda-runtime-function-error-type")
        .and_then(|value| value.to_str().ok());
    match to_bytes(body, RESPONSE_BYTES).await {
        Ok(document) => Failure::reported(error_type, document),
        Err(_) => too_large(),
    }
}

fn desk(shared: &Weak<Shared>, environment: &str) -> Option<mpsc::Sender<Message>> {
    let shared: Arc<Shared> = shared.upgrade()?;
    shared.desk(environment)
}

impl IntoResponse for Delivery {
    fn into_response(self) -> Response {
        let root = uuid::Uuid::new_v4().simple().to_string();
        let trace = format!("Root=1-{}-{};Sampled=0", &root[..8], &root[8..]);
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("lambda-runtime-aws-request-id", self.request_id),
            ("lambda-runtime-deadline-ms", self.deadline_ms.to_string()),
            ("lambda-runtime-invoked-function-arn", self.function_arn),
            ("lambda-runtime-trace-id", trace),
        ];
        (headers, self.event).into_response()
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

fn refusal(status: StatusCode, error_type: &str, message: &str) -> Response {
    (
        status,
        axum::Json(json!({ "errorType": error_type, "errorMessage": message })),
    )
        .into_response()
}

fn too_large() -> Failure {
    Failure::new(
        FailureKind::TooLarge,
        "Function.ResponseSizeTooLarge",
        format!(
            "Response payload size exceeded maximum allowed payload size ({RESPONSE_BYTES} bytes)."
        ),
    )
}
