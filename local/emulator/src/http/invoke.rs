//! The Lambda Invoke API, which the SDKs, boto3 and the AWS CLI call.
use axum::body::Body;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{
    body::{self, NoBody},
    client_context, event_stream,
};
use crate::{
    asynchronous::{self, Asynchronous},
    journal::Origin,
    runtime::{Answering, EVENT_BYTES, Failure, FailureKind, Functions, Invocation},
    template::function_arn,
    trace::Trace,
};

/// Where a function is invoked for an answer in one piece.
const WHOLE: Operation = Operation {
    prefix: "/2015-03-31/functions/",
    suffix: "/invocations",
};

/// Where a function is invoked for an answer as it comes.
const STREAMED: Operation = Operation {
    prefix: "/2021-11-15/functions/",
    suffix: "/response-streaming-invocations",
};

/// An operation by its path, which has the function's name in it.
struct Operation {
    prefix: &'static str,
    suffix: &'static str,
}

impl Operation {
    fn function<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix(self.prefix)?.strip_suffix(self.suffix)
    }
}

/// Whether a path is one of the API's, known or not.
pub(super) fn is_for(path: &str) -> bool {
    path.starts_with(WHOLE.prefix) || path.starts_with(STREAMED.prefix)
}

/// Answers a request whose path is one of the API's.
pub(super) async fn handle(
    functions: &Functions,
    door: &Asynchronous,
    request: Request<Incoming>,
) -> Response<Body> {
    let path = request.uri().path();
    let streamed = STREAMED.function(path);
    let Some(name) = streamed.or_else(|| WHOLE.function(path)) else {
        return refusal(
            StatusCode::NOT_FOUND,
            "ResourceNotFoundException",
            "the emulator has no such operation",
        );
    };
    if request.method() != Method::POST {
        return refusal(
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowedException",
            "invocations are POSTed",
        );
    }
    let asked = percent_decode_str(name).decode_utf8_lossy();
    let (name, qualifier) = function_name(&asked);
    let qualifier = match (qualifier, query_qualifier(request.uri().query())) {
        (Some(one), Some(other)) if one != other => {
            return refusal(
                StatusCode::BAD_REQUEST,
                "InvalidParameterValueException",
                "The derived qualifier from the function name does not match the specified qualifier.",
            );
        }
        (one, other) => one.map(str::to_owned).or(other),
    };
    let not_found = |arn: String| {
        let message = format!("Function not found: {arn}");
        refusal(StatusCode::NOT_FOUND, "ResourceNotFoundException", &message)
    };
    let Some(function) = functions.find(name) else {
        return not_found(function_arn(name));
    };
    // There are no versions and no aliases here: running the newest instead would hide a mistake.
    if let Some(other) = qualifier.filter(|qualifier| qualifier != "$LATEST") {
        return not_found(format!("{}:{other}", function_arn(&function.name)));
    }
    let function = function.name.clone();
    let is_streamed = streamed.is_some();
    match text(request.headers(), "x-amz-invocation-type").unwrap_or("RequestResponse") {
        "RequestResponse" if is_streamed => streaming(functions, &function, request).await,
        "RequestResponse" => synchronous(functions, &function, request).await,
        "Event" => asynchronous(door, &function, request).await,
        "DryRun" => status(StatusCode::NO_CONTENT),
        other => refusal(
            StatusCode::BAD_REQUEST,
            "InvalidParameterValueException",
            &format!("invocation type {other} is not one of RequestResponse, Event, DryRun"),
        ),
    }
}

/// What a caller who waits for the answer asks for.
struct Call {
    event: Bytes,
    origin: Origin,
    trace: Trace,
    wants_log: bool,
}

impl Call {
    async fn read(request: Request<Incoming>) -> Result<Call, Box<Response<Body>>> {
        let headers = request.headers();
        let wants_log = text(headers, "x-amz-log-type") == Some("Tail");
        let trace = Trace::of(headers);
        let context = headers.get("x-amz-client-context");
        let client_context = context.map(|encoded| client_context::read(encoded.as_bytes()));
        // Before any refusal: a client that is still sending would not see it.
        let event = event(request, EVENT_BYTES).await?;
        let client_context = client_context.transpose().map_err(|flaw| {
            let kind = "InvalidRequestContentException";
            refusal(StatusCode::BAD_REQUEST, kind, &flaw.to_string())
        })?;
        Ok(Call {
            event: event.into(),
            origin: Origin::Invoke { client_context },
            trace,
            wants_log,
        })
    }
}

async fn synchronous(
    functions: &Functions,
    function: &str,
    request: Request<Incoming>,
) -> Response<Body> {
    match Call::read(request).await {
        Ok(call) => {
            let run = functions.invoke(function, call.event, call.origin, call.trace);
            answer(run.await, call.wants_log)
        }
        Err(refusal) => *refusal,
    }
}

async fn streaming(
    functions: &Functions,
    function: &str,
    request: Request<Incoming>,
) -> Response<Body> {
    let call = match Call::read(request).await {
        Ok(call) => call,
        Err(refusal) => return *refusal,
    };
    let run = functions.invoke_streaming(function, call.event, call.origin, call.trace);
    match run.await {
        Answering::Whole(Invocation {
            outcome: Err(failure),
            ..
        }) if failure.never_ran() => not_run(&failure),
        answering => event_stream::respond(answering, call.wants_log),
    }
}

async fn asynchronous(
    door: &Asynchronous,
    function: &str,
    request: Request<Incoming>,
) -> Response<Body> {
    let trace = Trace::of(request.headers());
    let event = match event(request, asynchronous::EVENT_BYTES).await {
        Ok(event) => event,
        Err(refusal) => return *refusal,
    };
    match door.invoke(function, event, None, trace).await {
        Ok(request_id) => {
            let mut response = status(StatusCode::ACCEPTED);
            put(response.headers_mut(), "x-amzn-requestid", &request_id);
            response
        }
        Err(error) => {
            tracing::error!(%error, function, "an event of {function} cannot be kept: {error}");
            refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                "ServiceException",
                "the event cannot be kept; try again",
            )
        }
    }
}

fn answer(invocation: Invocation, wants_log: bool) -> Response<Body> {
    let (payload, failed) = match invocation.outcome {
        Ok(payload) => (payload, false),
        Err(failure) if failure.never_ran() => return not_run(&failure),
        Err(failure) => (failure.payload, true),
    };
    let mut response = Response::new(Body::from(payload));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(
        "x-amz-executed-version",
        HeaderValue::from_static("$LATEST"),
    );
    put(headers, "x-amzn-requestid", &invocation.request_id);
    if failed {
        // Still a 200: for a 500 the SDKs would run the function again and again.
        headers.insert(
            "x-amz-function-error",
            HeaderValue::from_static("Unhandled"),
        );
    }
    if wants_log {
        put(
            headers,
            "x-amz-log-result",
            &BASE64.encode(invocation.log_tail),
        );
    }
    response
}

async fn event(request: Request<Incoming>, limit: usize) -> Result<String, Box<Response<Body>>> {
    let body = body::read(request.into_body(), limit)
        .await
        .map_err(|reason| match reason {
            NoBody::TooLarge => refusal(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestTooLargeException",
                &format!(
                    "Request must be smaller than {limit} bytes for the InvokeFunction operation"
                ),
            ),
            NoBody::Broken => refusal(
                StatusCode::BAD_REQUEST,
                "InvalidRequestContentException",
                "the body broke off",
            ),
        })?;
    if body.is_empty() {
        return Ok("{}".to_owned());
    }
    let not_json = |reason: String| {
        Box::new(refusal(
            StatusCode::BAD_REQUEST,
            "InvalidRequestContentException",
            &format!("Could not parse request body into json: {reason}"),
        ))
    };
    let text = String::from_utf8(body.into()).map_err(|error| not_json(error.to_string()))?;
    match serde_json::from_str::<serde::de::IgnoredAny>(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(not_json(error.to_string())),
    }
}

/// Takes name and qualifier out of `name`, `name:qualifier`, `account:function:name` or an ARN.
fn function_name(text: &str) -> (&str, Option<&str>) {
    let name = text.split_once("function:").map_or(text, |(_, name)| name);
    match name.split_once(':') {
        Some((name, qualifier)) => (name, Some(qualifier)),
        None => (name, None),
    }
}

fn query_qualifier(query: Option<&str>) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(query?.as_bytes());
    let (_, qualifier) = pairs.find(|(name, _)| name == "Qualifier")?;
    Some(qualifier.into_owned())
}

fn not_run(failure: &Failure) -> Response<Body> {
    if failure.kind == FailureKind::Throttled {
        return throttled(failure);
    }
    refusal(
        StatusCode::SERVICE_UNAVAILABLE,
        "ServiceException",
        &failure.message,
    )
}

fn throttled(failure: &Failure) -> Response<Body> {
    let document = json!({
        "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
        "Type": "User",
        "message": failure.message,
    });
    let mut response = refused(
        StatusCode::TOO_MANY_REQUESTS,
        &failure.error_type,
        &document,
    );
    response
        .headers_mut()
        .insert("retry-after", HeaderValue::from_static("1"));
    response
}

fn refusal(status: StatusCode, error_type: &str, message: &str) -> Response<Body> {
    let document = json!({ "Type": "User", "Message": message, "message": message });
    refused(status, error_type, &document)
}

fn refused(status: StatusCode, error_type: &str, document: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(document.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    put(response.headers_mut(), "x-amzn-errortype", error_type);
    response
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::{function_name, query_qualifier};

    #[test]
    fn a_function_is_known_by_name_and_by_arn() {
        for (text, qualifier) in [
            ("f", None),
            ("f:$LATEST", Some("$LATEST")),
            ("000000000000:function:f", None),
            (
                "arn:aws:lambda:us-east-1:000000000000:function:f:live",
                Some("live"),
            ),
        ] {
            assert_eq!(function_name(text), ("f", qualifier));
        }
    }

    #[test]
    fn a_qualifier_may_be_in_the_query() {
        assert_eq!(
            query_qualifier(Some("Qualifier=%24LATEST")).as_deref(),
            Some("$LATEST")
        );
        assert_eq!(query_qualifier(Some("a=b")), None);
        assert_eq!(query_qualifier(None), None);
    }
}
