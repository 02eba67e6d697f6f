use std::error::Error;

use lambda_http::{
    Body, Response,
    http::{
        HeaderValue, StatusCode,
        header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER},
    },
};
use serde::Serialize;
use serde_json::{Value, json};
use storage::StorageError;

use crate::answer::POLL_AFTER_S;

/// A request that was not done, in the words of RFC 9457 (`application/problem+json`).
///
/// `detail` is for the person in front of the client: a plain sentence without internals.
#[derive(Debug)]
pub struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) cause: Option<Box<dyn Error + Send + Sync>>,
    kind: &'static str,
    title: &'static str,
    detail: String,
    allow: Option<&'static str>,
    // Boxed, because every handler returns this type beside a smaller one.
    member: Option<Box<(&'static str, Value)>>,
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Where in the body, as a JSON pointer (RFC 6901); `None` for a query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Which query parameter; `None` for a field of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<&'static str>,
    /// What is wrong with it: goes on after the field's name, e.g. `must not be empty`.
    pub detail: String,
    /// What fits in its place, where that is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<String>,
}

impl FieldError {
    /// Says what is wrong with the field of the body at `pointer`.
    pub fn at(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            parameter: None,
            detail: detail.into(),
            suggestions: Vec::new(),
        }
    }

    /// Says what is wrong with a query parameter.
    pub fn in_query(parameter: &'static str, detail: impl Into<String>) -> Self {
        Self {
            pointer: None,
            parameter: Some(parameter),
            detail: detail.into(),
            suggestions: Vec::new(),
        }
    }

    /// Adds what fits in its place.
    #[must_use]
    pub fn instead(mut self, suggestions: impl IntoIterator<Item = String>) -> Self {
        self.suggestions.extend(suggestions);
        self
    }

    fn sentence(&self) -> String {
        let name = self
            .pointer
            .as_deref()
            .map(|pointer| pointer.trim_start_matches('/'));
        match name.or(self.parameter) {
            None | Some("") => format!("The body {}", self.detail),
            Some(name) => format!("{name} {}", self.detail),
        }
    }
}

impl Problem {
    /// Nothing is at this address, or nothing of the caller's.
    pub fn not_found(detail: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "about:blank", "Not Found", detail)
    }

    /// No podcast of the caller has this id: the same for a foreign one and for one that never was.
    pub fn podcast_not_found() -> Self {
        Self::not_found("Podcast not found")
    }

    /// The address is right, the method is not; `allow` lists those that are.
    pub fn method_not_allowed(allow: &'static str) -> Self {
        let detail = format!("This address only answers {}", allow.replace(", ", " and "));
        let status = StatusCode::METHOD_NOT_ALLOWED;
        let mut problem = Self::new(status, "about:blank", "Method Not Allowed", detail);
        problem.allow = Some(allow);
        problem
    }

    /// The body is longer than `limit`, e.g. `256 KB`.
    pub fn too_large(limit: &str) -> Self {
        let detail = format!("The body is too large: at most {limit} are taken");
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "about:blank",
            "Content Too Large",
            detail,
        )
    }

    /// The caller may not do this at all.
    pub fn forbidden(detail: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "about:blank", "Forbidden", detail)
    }

    /// The request does not fit, for each of the reasons given.
    pub fn invalid(errors: &[FieldError]) -> Self {
        let detail: Vec<String> = errors.iter().map(FieldError::sentence).collect();
        Self::unprocessable(
            "urn:wherecast:problem:invalid-request",
            "Invalid request",
            detail.join("; "),
        )
        .with("errors", json!(errors))
    }

    /// Something outside body and query does not fit.
    pub fn unprocessable(
        kind: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, kind, title, detail)
    }

    /// The place is none that a podcast can be about; `suggestions` are what to type instead.
    pub fn unknown_place(detail: impl Into<String>, suggestions: &[String]) -> Self {
        Self::unprocessable(
            "urn:wherecast:problem:unknown-place",
            "Unknown place",
            detail,
        )
        .with("suggestions", json!(suggestions))
    }

    /// The podcast is in a state that does not allow what was asked.
    pub fn conflict(detail: &str) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "urn:wherecast:problem:still-running",
            "Still running",
            detail,
        )
    }

    /// Something this function needs does not answer now; `cause` is for the log only.
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let detail = "The library cannot be reached at the moment; please try again shortly";
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let mut problem = Self::new(status, "about:blank", "Service Unavailable", detail);
        problem.cause = Some(cause.into());
        problem
    }

    /// Something is wrong with this function or its data; `cause` is for the log only.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let detail = "Something went wrong on our side; trying again may not help";
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let mut problem = Self::new(status, "about:blank", "Internal Server Error", detail);
        problem.cause = Some(cause.into());
        problem
    }

    fn new(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            cause: None,
            kind,
            title,
            detail: detail.into(),
            allow: None,
            member: None,
        }
    }

    fn with(self, name: &'static str, value: Value) -> Self {
        Self {
            member: Some(Box::new((name, value))),
            ..self
        }
    }
}

/// The one place that turns an error of storage into what its caller is told.
impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NotFound => Self::podcast_not_found(),
            StorageError::Running => Self::conflict(
                "This podcast is still being made; wait until it is finished, or delete it",
            ),
            StorageError::KeyReused => Self::unprocessable(
                "urn:wherecast:problem:idempotency-key-reused",
                "Idempotency-Key reused",
                "This Idempotency-Key came with another request before; use a new key for each request",
            ),
            error if error.is_transient() => Self::unavailable(error),
            error => Self::internal(error),
        }
    }
}

impl From<Problem> for Response<Body> {
    fn from(problem: Problem) -> Self {
        let mut body = json!({
            "type": problem.kind,
            "title": problem.title,
            "status": problem.status.as_u16(),
            "detail": problem.detail,
        });
        if let Some((name, value)) = problem.member.map(|member| *member) {
            body[name] = value;
        }
        let mut response = Self::new(Body::Text(body.to_string()));
        *response.status_mut() = problem.status;
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(allow) = problem.allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        if problem.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, POLL_AFTER_S.into());
        }
        // What is wrong now may be right at the next try, 404 included.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::json;

    #[test]
    fn a_problem_names_itself_as_rfc_9457_says() {
        let response = Response::from(Problem::podcast_not_found());

        assert_eq!(response.status(), 404);
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json"
        );
        let expected = json!({"type": "about:blank", "title": "Not Found", "status": 404, "detail": "Podcast not found"});
        assert_eq!(json(&response), expected);
    }

    #[test]
    fn every_error_of_a_request_is_listed_and_told() {
        let errors = [
            FieldError::at("/location", "must not be empty"),
            FieldError::at("", "must be a JSON object"),
            FieldError::in_query("limit", "must be a whole number"),
        ];

        let body = json(&Problem::invalid(&errors).into());

        let detail = "location must not be empty; The body must be a JSON object; limit must be a whole number";
        assert_eq!(body["detail"], detail);
        assert_eq!(
            body["errors"][0],
            json!({"pointer": "/location", "detail": "must not be empty"})
        );
        assert_eq!(
            body["errors"][2],
            json!({"parameter": "limit", "detail": "must be a whole number"})
        );
    }

    #[test]
    fn a_wrong_method_is_told_the_right_ones() {
        let response = Response::from(Problem::method_not_allowed("GET, DELETE"));

        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()["allow"], "GET, DELETE");
        assert_eq!(
            json(&response)["detail"],
            "This address only answers GET and DELETE"
        );
    }

    #[test]
    fn the_cause_of_a_failure_is_not_told() {
        let response = Response::from(Problem::unavailable("disk /secret/path is full"));

        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()["retry-after"], "2");
        assert!(!json(&response).to_string().contains("secret"));
    }

    #[test]
    fn an_error_of_storage_is_told_by_what_the_caller_can_do() {
        let status = |error: StorageError| Problem::from(error).status.as_u16();

        assert_eq!(status(StorageError::NotFound), 404);
        assert_eq!(status(StorageError::Running), 409);
        assert_eq!(status(StorageError::KeyReused), 422);
        assert_eq!(status(StorageError::Unavailable("disk full".into())), 503);
        assert_eq!(status(StorageError::Busy("locked".into())), 503);
        assert_eq!(status(StorageError::Corrupt("what is this".into())), 500);
    }
}
