use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::{Answer, World};

/// Somebody the API's authorizer vouches for, or nobody in particular.
///
/// The product's template has no authorizer, so the functions are run with the events that one would lead to.
pub struct Caller<'a> {
    world: &'a World,
    authorizer: Option<Value>,
}

impl<'a> Caller<'a> {
    /// A caller whose token has this subject.
    pub fn named(world: &'a World, subject: &str) -> Self {
        let authorizer = json!({"jwt": {"claims": {"sub": subject}, "scopes": null}});
        Self::vouched_for(world, Some(authorizer))
    }

    /// A caller with this `requestContext.authorizer`, or with none.
    pub fn vouched_for(world: &'a World, authorizer: Option<Value>) -> Self {
        Self { world, authorizer }
    }

    /// Asks the function that the template has for `path`, under `/api/v1/podcasts`.
    ///
    /// # Panics
    /// When the function does not answer as an HTTP function does.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let event = self.event(method, path, headers, body);
        let ran = self.world.invoke(function(path), &event);
        let answer = ran.json();
        let status = answer["statusCode"].as_u64();
        let status = status.unwrap_or_else(|| panic!("{method} {path}: {answer}"));
        let headers = answer["headers"].as_object().into_iter().flatten();
        let headers = headers.map(|(name, value)| {
            (
                name.to_lowercase(),
                value.as_str().unwrap_or_default().to_owned(),
            )
        });
        Answer {
            status: u16::try_from(status).expect("a status code"),
            headers: headers.collect(),
            body: answer["body"].as_str().unwrap_or_default().into(),
        }
    }

    /// Asks with GET.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    /// Asks for an episode and gives its id.
    ///
    /// # Panics
    /// When it is not accepted.
    pub fn accept(&self, body: &Value, headers: &[(&str, &str)]) -> String {
        let answer = self.ask("POST", "/generate", headers, &body.to_string());
        assert_eq!(answer.status, 202, "{answer:?}");
        answer.text("job_id")
    }

    fn event(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Value {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let path = format!("/api/v1/podcasts{path}");
        let mut event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
            "headers": {"host": "127.0.0.1", "x-forwarded-proto": "http", "content-type": "application/json"},
            "requestContext": {
                "accountId": "000000000000", "apiId": "local", "domainName": "127.0.0.1",
                "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test"},
                "requestId": "1", "routeKey": "$default", "stage": "$default",
                "time": "01/Jan/2026:00:00:00 +0000", "timeEpoch": 1_767_225_600_000_u64
            },
            "isBase64Encoded": false, "body": body
        });
        for (name, value) in headers {
            event["headers"][*name] = (*value).into();
        }
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let value = percent_decode_str(value).decode_utf8_lossy();
            event["queryStringParameters"][name] = value.into();
        }
        if let Some(authorizer) = &self.authorizer {
            event["requestContext"]["authorizer"] = authorizer.clone();
        }
        event
    }
}

/// The function behind a path, as the template routes it.
fn function(path: &str) -> &'static str {
    match path {
        "/generate" => "create",
        path if path.ends_with("/regenerate") => "create",
        path if path.starts_with("/status/") => "status",
        _ => "library",
    }
}
