use lambda_http::{Body, Request};
use serde_json::Value;

use crate::{FieldError, Problem};

/// The longest body taken. A request for a podcast is some hundred bytes; the rest is for wordy interests.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// Reads the body as JSON, whatever its content type says.
///
/// # Errors
/// 413 when it is longer than [`MAX_BODY_BYTES`]; 422 when it is not JSON or nested over 127 levels deep.
pub fn json_body(request: &Request) -> Result<Value, Problem> {
    let bytes = bytes(request.body());
    if bytes.len() > MAX_BODY_BYTES {
        return Err(Problem::too_large("256 KB"));
    }
    if bytes.is_empty() {
        return Err(Problem::invalid(&[FieldError::at("", "is empty")]));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let detail = format!(
            "is not JSON (line {}, column {})",
            error.line(),
            error.column()
        );
        Problem::invalid(&[FieldError::at("", detail)])
    })
}

fn bytes(body: &Body) -> &[u8] {
    match body {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{self, Event};

    fn parse(body: &str) -> Result<Value, u16> {
        json_body(&Event::post("/x").body(body).request())
            .map_err(|problem| problem.status.as_u16())
    }

    #[test]
    fn a_body_is_read_as_json() {
        assert_eq!(parse(r#"{"a": [1]}"#), Ok(json!({"a": [1]})));
    }

    #[test]
    fn a_body_over_the_limit_is_too_large() {
        let longest = format!("\"{}\"", "a".repeat(MAX_BODY_BYTES - 2));

        assert!(parse(&longest).is_ok());
        assert_eq!(parse(&format!("{longest} ")), Err(413));
    }

    #[test]
    fn a_body_that_is_not_json_does_not_fit() {
        let deep = "[".repeat(10_000);
        for broken in ["", "{", "{\"a\": \"\\ud800\"}", "\0", &deep] {
            assert_eq!(parse(broken), Err(422), "{broken:.20}");
        }
    }

    #[test]
    fn broken_json_is_told_where() {
        let problem = json_body(&Event::post("/x").body("{\"a\":\n]").request()).unwrap_err();

        let body = testing::json(&problem.into());

        assert_eq!(body["detail"], "The body is not JSON (line 2, column 1)");
        assert_eq!(body["errors"][0]["pointer"], "");
    }
}
