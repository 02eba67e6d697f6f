//! A function's answer as an HTTP response.
use std::collections::BTreeMap;

use axum::body::Body;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE, TRANSFER_ENCODING},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// What stands between the head of a streamed response and its body.
pub(crate) const PRELUDE_END: [u8; 8] = [0; 8];

/// The answer of a function that thinks in HTTP.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Structured {
    status_code: u16,
    #[serde(default)]
    headers: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    multi_value_headers: Option<BTreeMap<String, Vec<Value>>>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// Makes the response of a function's answer; `None` when the answer makes no sense as one.
///
/// A JSON value without `statusCode` is the body of a 200.
pub(crate) fn from_payload(payload: Bytes) -> Option<Response<Body>> {
    let Ok(value) = serde_json::from_slice::<Value>(&payload) else {
        return from_streamed(payload);
    };
    if value.get("statusCode").is_none() {
        return Some(plain_json(StatusCode::OK, Body::from(payload)));
    }
    serde_json::from_value::<Structured>(value)
        .ok()?
        .into_response()
}

/// Returns the status of [`from_payload`]'s response.
pub(crate) fn status(payload: &Bytes) -> Option<StatusCode> {
    from_payload(payload.clone()).map(|response| response.status())
}

/// Makes the response of an answer that was meant to be streamed, in one piece.
fn from_streamed(payload: Bytes) -> Option<Response<Body>> {
    let end = end_of_prelude(&payload)?;
    let head = from_prelude(&payload[..end])?;
    Some(head.map(|_| Body::from(payload.slice(end + PRELUDE_END.len()..))))
}

/// Makes the head of a response from the document before a streamed body.
pub(crate) fn from_prelude(prelude: &[u8]) -> Option<Response<Body>> {
    serde_json::from_slice::<Structured>(prelude)
        .ok()?
        .into_response()
}

/// Finds where the document before a streamed body ends; no JSON contains what ends it.
pub(crate) fn end_of_prelude(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(PRELUDE_END.len())
        .position(|window| window == PRELUDE_END)
}

/// Makes one of the gateway's own answers.
pub(crate) fn message(status: StatusCode, message: &str) -> Response<Body> {
    plain_json(
        status,
        Body::from(json!({ "message": message }).to_string()),
    )
}

fn plain_json(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

impl Structured {
    fn into_response(self) -> Option<Response<Body>> {
        let mut headers = HeaderMap::new();
        for (name, value) in self.headers.unwrap_or_default() {
            headers.insert(HeaderName::try_from(name).ok()?, header_value(&value)?);
        }
        for (name, values) in self.multi_value_headers.unwrap_or_default() {
            let name = HeaderName::try_from(name).ok()?;
            headers.remove(&name);
            for value in values {
                headers.append(&name, header_value(&value)?);
            }
        }
        for cookie in self.cookies.unwrap_or_default() {
            headers.append(SET_COOKIE, HeaderValue::try_from(cookie).ok()?);
        }
        // These describe the connection, which is the gateway's.
        for name in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
            headers.remove(name);
        }
        let text = self.body.unwrap_or_default();
        let body = if self.is_base64_encoded {
            BASE64.decode(text).ok()?
        } else {
            text.into_bytes()
        };
        if !body.is_empty() && !headers.contains_key(CONTENT_TYPE) {
            headers.insert(
                CONTENT_TYPE,
                HeaderValue::from_static("text/plain;charset=utf-8"),
            );
        }
        let mut response = Response::new(Body::from(body));
        // Anything below 200 would be a promise of another response.
        *response.status_mut() = StatusCode::from_u16(self.status_code)
            .ok()
            .filter(|code| code.as_u16() >= 200)?;
        *response.headers_mut() = headers;
        Some(response)
    }
}

fn header_value(value: &Value) -> Option<HeaderValue> {
    match value {
        Value::String(text) => HeaderValue::from_str(text).ok(),
        Value::Number(_) | Value::Bool(_) => HeaderValue::from_str(&value.to_string()).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(payload: Value) -> Option<Response<Body>> {
        from_payload(Bytes::from(payload.to_string()))
    }

    #[test]
    fn a_structured_answer_becomes_a_response() {
        let response = reply(json!({
            "statusCode": 201, "headers": { "X-A": "1", "content-length": "999" }, "cookies": ["a=b", "c=d"],
            "body": "aGk=", "isBase64Encoded": true
        }))
        .unwrap();

        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["x-a"], "1");
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        assert!(!response.headers().contains_key("content-length"));
    }

    #[test]
    fn a_bare_answer_is_a_200() {
        let response = reply(json!({ "a": 1 })).unwrap();

        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/json");
    }

    #[test]
    fn an_answer_that_makes_no_sense_is_none() {
        assert!(reply(json!({ "statusCode": 99 })).is_none());
        assert!(reply(json!({ "statusCode": 100 })).is_none());
        assert!(reply(json!({ "statusCode": "two hundred" })).is_none());
        assert!(reply(json!({ "statusCode": 200, "headers": { "a b": "c" } })).is_none());
        assert!(
            reply(json!({ "statusCode": 200, "body": "%", "isBase64Encoded": true })).is_none()
        );
    }
}
