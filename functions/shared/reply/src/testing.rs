//! Hand-made API Gateway events (payload 2.0), for tests of what answers them.

use lambda_http::{Body, Request, Response};
use serde_json::{Value, json};

/// A request as API Gateway passes it on.
#[derive(Debug, Clone)]
pub struct Event(Value);

impl Event {
    /// A request of any method for `path`, with its query if it has one.
    pub fn new(method: &str, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Self(json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": query,
            "headers": {"host": "127.0.0.1:9000", "x-forwarded-proto": "http"},
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "local",
                "domainName": "127.0.0.1:9000",
                "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test"},
                "requestId": "1",
                "routeKey": "$default",
                "stage": "$default",
                "time": "01/Jan/2026:00:00:00 +0000",
                "timeEpoch": 1_767_225_600_000_u64
            },
            "isBase64Encoded": false
        }))
    }

    /// A GET.
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A POST.
    pub fn post(path: &str) -> Self {
        Self::new("POST", path)
    }

    /// The caller as a JWT authorizer vouches for them.
    #[must_use]
    pub fn owner(mut self, subject: &str) -> Self {
        self.0["requestContext"]["authorizer"] =
            json!({"jwt": {"claims": {"sub": subject}, "scopes": null}});
        self
    }

    /// Adds a header; an empty value adds none.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.0["headers"][name] = value.into();
        }
        self
    }

    /// Adds a body.
    #[must_use]
    pub fn body(mut self, body: impl ToString) -> Self {
        self.0["body"] = body.to_string().into();
        self
    }

    /// The request as a handler gets it.
    pub fn request(self) -> Request {
        lambda_http::request::from_str(&self.0.to_string())
            .expect("the event is an API Gateway event")
    }
}

/// The body of a response as JSON; null when it is empty.
pub fn json(response: &Response<Body>) -> Value {
    match response.body() {
        Body::Text(text) => serde_json::from_str(text).expect("the body is JSON"),
        _ => Value::Null,
    }
}
