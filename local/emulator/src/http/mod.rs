//! The public address: the HTTP API of the template, folders, and the AWS APIs that functions and tools call.
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::ORIGIN, request::Parts};
use hyper::body::Incoming;
use tokio::{net::TcpListener, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    asynchronous::Asynchronous,
    console::Console,
    journal::Origin,
    queue::Queues,
    runtime::{Answering, Failure, FailureKind, Functions},
    template::{Cors, Function, InvokeMode, Template},
};

mod body;
mod cors;
mod event;
mod event_stream;
mod files;
mod invoke;
mod reply;
mod route;
mod server;
mod stream;

pub use files::Mount;

use body::NoBody;
use files::Files;
use route::{Match, Router};

/// The longest an HTTP API waits for a function; the function itself may go on.
const INTEGRATION_LIMIT: Duration = Duration::from_secs(30);

/// The largest request body of an HTTP API.
const BODY_BYTES: usize = 10 << 20;

/// The largest event that Lambda takes from an HTTP API.
const EVENT_BYTES: usize = 6 << 20;

/// The largest request line and headers of an HTTP API.
const HEAD_BYTES: usize = 10_240;

/// The beginning of a function URL's path, the same as in `cargo lambda watch`.
const FUNCTION_URL: &str = "/lambda-url/";

/// Everything that answers at the public address.
pub(crate) struct Gateway {
    functions: Functions,
    asynchronous: Asynchronous,
    queues: Queues,
    console: Console,
    router: Router,
    cors: Option<Cors>,
    /// The longest prefix first.
    files: Vec<Files>,
}

impl Gateway {
    pub(crate) fn new(
        template: &Template,
        functions: Functions,
        asynchronous: Asynchronous,
        queues: Queues,
        console: Console,
        mounts: &[Mount],
    ) -> Gateway {
        let mut files: Vec<Files> = mounts.iter().map(Files::new).collect();
        files.sort_by_key(|files| std::cmp::Reverse(files.prefix_length()));
        Gateway {
            functions,
            asynchronous,
            queues,
            console,
            router: Router::new(&template.routes),
            cors: template.cors.clone(),
            files,
        }
    }

    /// Serves until `stopping`, then lets open requests finish.
    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener, stopping: CancellationToken) {
        let handler = move |request, peer| Arc::clone(&self).answer(request, peer);
        server::serve(listener, handler, stopping).await;
    }

    async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> Response<Body> {
        if Console::covers(request.uri().path()) {
            return self.console.handle(request, peer).await;
        }
        let target = sqs_target(&request);
        let is_invocation = invoke::is_for(request.uri().path());
        // Programs call these, so a browser here means a foreign page that tries what it may not.
        if (is_invocation || target.is_some()) && request.headers().contains_key(ORIGIN) {
            return reply::message(StatusCode::FORBIDDEN, "Forbidden");
        }
        if is_invocation {
            return invoke::handle(&self.functions, &self.asynchronous, request).await;
        }
        if let Some(target) = target {
            return self.sqs(target, request).await;
        }
        let Some(cors) = &self.cors else {
            return self.api(request, peer.ip()).await;
        };
        if cors::is_preflight(request.method(), request.headers()) {
            return cors::preflight(cors, request.headers());
        }
        let origin = request.headers().get(ORIGIN).cloned();
        let mut response = self.api(request, peer.ip()).await;
        cors::decorate(cors, origin.as_ref(), response.headers_mut());
        response
    }

    async fn sqs(&self, target: String, request: Request<Incoming>) -> Response<Body> {
        match body::read(request.into_body(), BODY_BYTES).await {
            Ok(body) => {
                let answer = self.queues.handle(&target, body).await;
                let mut response = Response::new(Body::from(answer.body));
                *response.status_mut() = answer.status;
                *response.headers_mut() = answer.headers;
                response
            }
            Err(_) => reply::message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
        }
    }

    async fn api(&self, request: Request<Incoming>, source: IpAddr) -> Response<Body> {
        if head_bytes(&request) > HEAD_BYTES {
            return reply::message(
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "Request Header Fields Too Large",
            );
        }
        let path = request.uri().path().to_owned();
        if let Some((function, rest)) = path.strip_prefix(FUNCTION_URL).map(split_function) {
            return self.run(url_match(function), rest, request, source).await;
        }
        if let Some(found) = self.router.find(request.method(), &path) {
            return self.run(found, &path, request, source).await;
        }
        for files in self.files.iter().filter(|files| files.cover(&path)) {
            if let Some(response) = files.serve(&request).await {
                return response;
            }
        }
        match self.router.default() {
            Some(found) => self.run(found, &path, request, source).await,
            None => reply::message(StatusCode::NOT_FOUND, "Not Found"),
        }
    }

    /// Runs the function that a request has met.
    async fn run(
        &self,
        found: Match,
        path: &str,
        request: Request<Incoming>,
        source: IpAddr,
    ) -> Response<Body> {
        let (head, body) = request.into_parts();
        let body = match body::read(body, BODY_BYTES).await {
            Ok(body) => body,
            Err(NoBody::TooLarge) => return too_large(),
            Err(NoBody::Broken) => return reply::message(StatusCode::BAD_REQUEST, "Bad Request"),
        };
        let request_id = uuid::Uuid::new_v4().simple().to_string();
        let event = event::from_request(&head, path, &body, &found, source, &request_id);
        if event.len() > EVENT_BYTES {
            return too_large();
        }
        let origin = origin(&head, path);
        let mut response = self.invoke(&found.function, event, origin, &head).await;
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert("apigw-requestid", id);
        }
        response
    }

    /// Returns a function's answer as a response, as it comes if it may; `None` when it makes no sense as one.
    async fn answer_of(
        &self,
        function: &str,
        event: Bytes,
        origin: Origin,
    ) -> Result<Option<Response<Body>>, Failure> {
        let is_streamed = matches!(origin, Origin::FunctionUrl { .. })
            && self.functions.find(function).is_some_and(is_streamed);
        if !is_streamed {
            let invocation = self.functions.invoke(function, event, origin).await;
            return invocation.outcome.map(reply::from_payload);
        }
        match self
            .functions
            .invoke_streaming(function, event, origin)
            .await
        {
            Answering::Whole(invocation) => invocation.outcome.map(reply::from_payload),
            Answering::Stream(stream) => stream::respond(stream).await,
        }
    }

    async fn invoke(
        &self,
        function: &str,
        event: Bytes,
        origin: Origin,
        head: &Parts,
    ) -> Response<Body> {
        let response = self.answer_of(function, event, origin);
        let Ok(response) = timeout(INTEGRATION_LIMIT, response).await else {
            return reply::message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
        };
        let response = response.unwrap_or_else(|failure| Some(failed(&failure)));
        response.unwrap_or_else(|| {
            tracing::error!(
                function,
                path = head.uri.path(),
                "the function's answer is not an HTTP response"
            );
            reply::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
        })
    }
}

/// Whether requests to the function's own URL see its answer as it comes.
fn is_streamed(function: &Function) -> bool {
    let url = function.url.as_ref();
    url.is_some_and(|url| url.invoke_mode == InvokeMode::ResponseStream)
}

/// Says no more than a status: what went wrong inside is for the log, not for the internet.
fn failed(failure: &Failure) -> Response<Body> {
    tracing::warn!(
        error_type = failure.error_type,
        "a request failed: {}",
        failure.message
    );
    match failure.kind {
        FailureKind::Throttled | FailureKind::Stopping => {
            reply::message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
        }
        FailureKind::UnknownFunction => reply::message(StatusCode::NOT_FOUND, "Not Found"),
        _ => reply::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
    }
}

fn too_large() -> Response<Body> {
    reply::message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
}

fn sqs_target(request: &Request<Incoming>) -> Option<String> {
    let target = request.headers().get("x-amz-target")?.to_str().ok()?;
    target.starts_with("AmazonSQS.").then(|| target.to_owned())
}

/// Counts the request line and the headers as they came.
fn head_bytes<B>(request: &Request<B>) -> usize {
    let line =
        request.method().as_str().len() + request.uri().to_string().len() + " HTTP/1.1 \r\n".len();
    let headers: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len())
        .sum();
    line + headers
}

/// Says what kind of request asks for a function. `path` is what the function sees as the request's path.
fn origin(head: &Parts, path: &str) -> Origin {
    let (method, path) = (head.method.clone(), path.to_owned());
    if head.uri.path().starts_with(FUNCTION_URL) {
        Origin::FunctionUrl { method, path }
    } else {
        Origin::HttpApi { method, path }
    }
}

/// Splits `function/rest` of a function URL; the rest begins with its slash.
fn split_function(path: &str) -> (&str, &str) {
    match path.find('/') {
        Some(slash) => path.split_at(slash),
        None => (path, "/"),
    }
}

fn url_match(function: &str) -> Match {
    Match {
        function: function.to_owned(),
        route_key: "$default".to_owned(),
        parameters: Default::default(),
    }
}
