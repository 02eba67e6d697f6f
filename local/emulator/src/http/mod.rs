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
use percent_encoding::percent_decode_str;
use tokio::{net::TcpListener, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    Options,
    asynchronous::Asynchronous,
    console::Console,
    journal::Origin,
    queue::Queues,
    reply,
    runtime::{Answering, EVENT_BYTES, Failure, FailureKind, Functions},
    template::{Cors, Function, InvokeMode, Template},
    trace::{self, Trace},
};

mod authorizer;
mod body;
mod client_context;
mod cors;
mod event;
mod event_stream;
mod files;
mod invoke;
mod route;
mod server;
mod stream;

pub use authorizer::KeysError;
pub use files::Mount;

use authorizer::Authorizers;
use body::NoBody;
use event::{Asked, Front};
use files::Files;
use route::{Match, Router};

/// The longest an HTTP API waits for a function; the function itself may go on.
pub const INTEGRATION_LIMIT: Duration = Duration::from_secs(30);

/// The largest request body of an HTTP API.
const BODY_BYTES: usize = 10 << 20;

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
    authorizers: Authorizers,
    /// The HTTP API's stage: the first part of its paths, unless it is `$default`.
    stage: String,
    cors: Option<Cors>,
    integration_limit: Duration,
    /// The longest prefix first.
    files: Vec<Files>,
}

impl Gateway {
    /// Prepares it.
    ///
    /// # Errors
    /// When the keys given for an issuer are of no use.
    pub(crate) fn new(
        template: &Template,
        functions: Functions,
        asynchronous: Asynchronous,
        queues: Queues,
        console: Console,
        options: &Options,
    ) -> Result<Gateway, KeysError> {
        let mut files: Vec<Files> = options.mounts.iter().map(Files::new).collect();
        files.sort_by_key(|files| std::cmp::Reverse(files.prefix_length()));
        Ok(Gateway {
            functions,
            asynchronous,
            queues,
            console,
            router: Router::new(&template.routes),
            authorizers: Authorizers::new(&template.authorizers, &options.jwks)?,
            stage: template.stage.clone(),
            cors: template.cors.clone(),
            integration_limit: options.integration_limit,
            files,
        })
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
        if Functions::is_for_attached(request.uri().path()) {
            return self
                .functions
                .answer_attached(request.map(Body::new), peer)
                .await;
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
        let Some(cors) = self.cors(request.uri().path()) else {
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

    /// Returns what a browser is told at `path`: a function URL has its own rules.
    fn cors(&self, path: &str) -> Option<&Cors> {
        let Some((function, _)) = function_url(path) else {
            return self.cors.as_ref();
        };
        let url = self.functions.find(function)?.url.as_ref()?;
        url.cors.as_ref()
    }

    async fn sqs(&self, target: String, request: Request<Incoming>) -> Response<Body> {
        let trace = request.headers().get(trace::HEADER);
        let trace = trace.and_then(|header| header.to_str().ok());
        let trace = trace.map(str::to_owned);
        match body::read(request.into_body(), BODY_BYTES).await {
            Ok(body) => {
                let answer = self.queues.handle(&target, body, trace.as_deref()).await;
                let mut response = Response::new(Body::from(answer.body));
                *response.status_mut() = answer.status;
                *response.headers_mut() = answer.headers;
                response
            }
            Err(_) => too_large(),
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
        if let Some((function, rest)) = function_url(&path) {
            let front = Front::FunctionUrl { function };
            return self
                .run(Match::url(function), front, rest, request, source)
                .await;
        }
        // An HTTP API decodes the path it tells, a function URL does not.
        let told = percent_decode_str(&path).decode_utf8_lossy();
        let front = Front::HttpApi { stage: &self.stage };
        let within = self.within_stage(&path);
        if let Some(found) = within.and_then(|path| self.router.find(request.method(), path)) {
            return self.run(found, front, &told, request, source).await;
        }
        for files in self.files.iter().filter(|files| files.cover(&path)) {
            if let Some(response) = files.serve(&request).await {
                return response;
            }
        }
        match within.and_then(|_| self.router.default()) {
            Some(found) => self.run(found, front, &told, request, source).await,
            None => reply::message(StatusCode::NOT_FOUND, "Not Found"),
        }
    }

    /// Returns what is left of a path without the stage it must begin with.
    fn within_stage<'a>(&self, path: &'a str) -> Option<&'a str> {
        if self.stage == "$default" {
            return Some(path);
        }
        match path.strip_prefix('/')?.strip_prefix(self.stage.as_str())? {
            "" => Some("/"),
            rest => rest.starts_with('/').then_some(rest),
        }
    }

    /// Answers a request that has met a function.
    async fn run(
        &self,
        found: Match<'_>,
        front: Front<'_>,
        path: &str,
        request: Request<Incoming>,
        source: IpAddr,
    ) -> Response<Body> {
        let request_id = uuid::Uuid::new_v4().simple().to_string();
        let (head, body) = request.into_parts();
        let trace = Trace::of(&head.headers);
        let caller = match found.authorization {
            Some(asked) => self.authorizers.admit(asked, &head).await.map(Some),
            None => Ok(None),
        };
        let mut response = match (caller, body::read(body, BODY_BYTES).await) {
            (Err(denial), _) => denial.into_response(),
            (_, Err(NoBody::TooLarge)) => too_large(),
            (_, Err(NoBody::Broken)) => reply::message(StatusCode::BAD_REQUEST, "Bad Request"),
            (Ok(caller), Ok(body)) => {
                let event = event::from_request(Asked {
                    head: &head,
                    path,
                    body: &body,
                    route_key: found.route_key,
                    parameters: &found.parameters,
                    front,
                    source,
                    request_id: &request_id,
                    trace: &trace,
                    caller,
                });
                match event.len() > EVENT_BYTES {
                    true => too_large(),
                    false => {
                        let origin = origin(&head, front, path);
                        self.invoke(found.function, event, origin, trace, &head)
                            .await
                    }
                }
            }
        };
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
        trace: Trace,
    ) -> Result<Option<Response<Body>>, Failure> {
        let is_streamed = matches!(origin, Origin::FunctionUrl { .. })
            && self.functions.find(function).is_some_and(is_streamed);
        if !is_streamed {
            let run = self.functions.invoke(function, event, origin, trace);
            return run.await.outcome.map(reply::from_payload);
        }
        match self
            .functions
            .invoke_streaming(function, event, origin, trace)
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
        trace: Trace,
        head: &Parts,
    ) -> Response<Body> {
        // A function URL waits for the function's own timeout, and somebody may be looking at one that is attached.
        let is_api = matches!(origin, Origin::HttpApi { .. });
        let limit = match is_api && !self.functions.is_attached(function) {
            true => self.integration_limit,
            false => Duration::MAX,
        };
        let response = self.answer_of(function, event, origin, trace);
        let Ok(response) = timeout(limit, response).await else {
            return reply::message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
        };
        let broken = match is_api {
            true => StatusCode::INTERNAL_SERVER_ERROR,
            false => StatusCode::BAD_GATEWAY,
        };
        let response = response.unwrap_or_else(|failure| Some(failed(&failure, broken)));
        response.unwrap_or_else(|| {
            tracing::error!(
                function,
                path = head.uri.path(),
                "the function's answer is not an HTTP response"
            );
            reply::message(broken, "Internal Server Error")
        })
    }
}

/// Whether requests to the function's own URL see its answer as it comes.
fn is_streamed(function: &Function) -> bool {
    let url = function.url.as_ref();
    url.is_some_and(|url| url.invoke_mode == InvokeMode::ResponseStream)
}

/// Says no more than a status: what went wrong inside is for the log, not for the internet.
///
/// A function that is at fault is `broken` to the caller: 500 at an HTTP API, 502 at a function URL, where a throttled
/// one is a 429 too. Source: "Invoking Lambda function URLs", AWS Lambda Developer Guide.
fn failed(failure: &Failure, broken: StatusCode) -> Response<Body> {
    tracing::warn!(
        error_type = failure.error_type,
        "a request failed: {}",
        failure.message
    );
    match failure.kind {
        FailureKind::Throttled if broken == StatusCode::BAD_GATEWAY => {
            reply::message(StatusCode::TOO_MANY_REQUESTS, "Rate Exceeded.")
        }
        FailureKind::Throttled | FailureKind::Stopping => {
            reply::message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
        }
        FailureKind::UnknownFunction => reply::message(StatusCode::NOT_FOUND, "Not Found"),
        _ => reply::message(broken, "Internal Server Error"),
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
fn origin(head: &Parts, front: Front<'_>, path: &str) -> Origin {
    let (method, path) = (head.method.clone(), path.to_owned());
    match front {
        Front::HttpApi { .. } => Origin::HttpApi { method, path },
        Front::FunctionUrl { .. } => Origin::FunctionUrl { method, path },
    }
}

/// Splits the path of a function URL into the function's name and the rest, which begins with its slash.
fn function_url(path: &str) -> Option<(&str, &str)> {
    let path = path.strip_prefix(FUNCTION_URL)?;
    Some(match path.find('/') {
        Some(slash) => path.split_at(slash),
        None => (path, "/"),
    })
}
