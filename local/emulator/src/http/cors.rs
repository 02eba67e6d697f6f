//! Cross-origin requests as an HTTP API with `CorsConfiguration` answers them.
use axum::body::Body;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
    },
};

use crate::template::Cors;

/// Whether a browser asks for permission rather than for a thing.
pub(super) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Answers a preflight; no function has a say in it.
pub(super) fn preflight(cors: &Cors, headers: &HeaderMap) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if allow_origin(cors, headers.get(ORIGIN), response.headers_mut()) {
        let reply = response.headers_mut();
        list(reply, ACCESS_CONTROL_ALLOW_METHODS, &cors.allow_methods);
        list(reply, ACCESS_CONTROL_ALLOW_HEADERS, &cors.allow_headers);
        if let Some(age) = cors.max_age {
            reply.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from(age.as_secs()));
        }
    }
    response
}

/// Puts the API's CORS headers in place of whatever the function said.
pub(super) fn decorate(cors: &Cors, origin: Option<&HeaderValue>, reply: &mut HeaderMap) {
    let own: Vec<HeaderName> = reply
        .keys()
        .filter(|name| name.as_str().starts_with("access-control-"))
        .cloned()
        .collect();
    for name in own {
        reply.remove(name);
    }
    if allow_origin(cors, origin, reply) {
        list(reply, ACCESS_CONTROL_EXPOSE_HEADERS, &cors.expose_headers);
    }
}

/// Names the origin as allowed, if it is.
fn allow_origin(cors: &Cors, origin: Option<&HeaderValue>, reply: &mut HeaderMap) -> bool {
    let Some(origin) = origin else { return false };
    let allows_all = cors.allow_origins.iter().any(|allowed| allowed == "*");
    if !allows_all {
        reply.append(VARY, HeaderValue::from_static("origin"));
    }
    let Ok(text) = origin.to_str() else {
        return false;
    };
    if !cors.allow_origins.iter().any(|allowed| fits(allowed, text)) {
        return false;
    }
    let named = if allows_all {
        HeaderValue::from_static("*")
    } else {
        origin.clone()
    };
    reply.insert(ACCESS_CONTROL_ALLOW_ORIGIN, named);
    if cors.allow_credentials {
        reply.insert(
            ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
    }
    true
}

/// `*` is every origin, `https://*` every one with that beginning.
fn fits(allowed: &str, origin: &str) -> bool {
    match allowed.strip_suffix('*') {
        Some(beginning) => origin.starts_with(beginning),
        None => origin.eq_ignore_ascii_case(allowed),
    }
}

fn list(reply: &mut HeaderMap, name: HeaderName, values: &[String]) {
    if let (false, Ok(value)) = (values.is_empty(), HeaderValue::from_str(&values.join(","))) {
        reply.insert(name, value);
    }
}
