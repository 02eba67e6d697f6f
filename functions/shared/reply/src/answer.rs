use lambda_http::{
    Body, Request, Response,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER},
    },
};
use podcast::PodcastId;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// How long a client should wait before it asks again about a podcast that is being made, in seconds.
pub const POLL_AFTER_S: u16 = 2;

/// A request that was done as asked.
#[derive(Debug)]
pub struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) podcast_id: Option<PodcastId>,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    /// Answers with `value` as JSON.
    pub fn json(status: StatusCode, value: &impl Serialize) -> Self {
        let body = serde_json::to_string(value)
            .expect("answers are plain data with text keys, which has a JSON form");
        Self {
            status,
            podcast_id: None,
            headers: HeaderMap::new(),
            body,
        }
        .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
    }

    /// Answers that it is done and that there is nothing to say.
    pub fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            podcast_id: None,
            headers: HeaderMap::new(),
            body: String::new(),
        }
    }

    /// Says which podcast the answer is about, for the log.
    #[must_use]
    pub fn about(self, id: PodcastId) -> Self {
        Self {
            podcast_id: Some(id),
            ..self
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Says when to ask again.
    #[must_use]
    pub fn poll_again(self) -> Self {
        self.header(RETRY_AFTER, POLL_AFTER_S.into())
    }

    /// Tags the body with a strong `ETag`; becomes 304 if the caller has this very body already.
    #[must_use]
    pub fn revalidated(mut self, request: &Request) -> Self {
        let tag = entity_tag(&self.body);
        if is_known(request.headers(), &tag) {
            self.status = StatusCode::NOT_MODIFIED;
            self.body.clear();
            self.headers.remove(CONTENT_TYPE);
        }
        match HeaderValue::from_str(&tag) {
            Ok(tag) => self.header(ETAG, tag),
            Err(_) => self,
        }
    }
}

impl From<Answer> for Response<Body> {
    fn from(answer: Answer) -> Self {
        let body = if answer.body.is_empty() {
            Body::Empty
        } else {
            Body::Text(answer.body)
        };
        let mut response = Self::new(body);
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        response
    }
}

fn entity_tag(body: &str) -> String {
    let hash = Sha256::digest(body);
    // Sixteen bytes are plenty to tell the states of one resource apart.
    let hex: String = hash
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{hex}\"")
}

/// RFC 9110, 13.1.2: `*`, or a list of tags, compared without regard to weakness.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(|known| known.trim())
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::Event;

    fn answer(if_none_match: &str) -> Response<Body> {
        let request = Event::get("/x")
            .header("if-none-match", if_none_match)
            .request();
        Answer::json(StatusCode::OK, &json!({"progress": 3}))
            .revalidated(&request)
            .into()
    }

    #[test]
    fn a_body_that_the_caller_has_is_not_sent_again() {
        let first = answer("");
        let tag = first.headers()["etag"].to_str().unwrap();

        for known in [tag.to_owned(), format!("\"a\", W/{tag}"), "*".to_owned()] {
            let again = answer(&known);
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(again.headers()["etag"], tag);
            assert!(again.body().is_empty());
        }
    }

    #[test]
    fn another_tag_gets_the_body() {
        let response = answer("\"0123\"");

        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(response.body(), &Body::Text(r#"{"progress":3}"#.to_owned()));
    }
}
