use lambda_http::{Request, http::HeaderValue};
use reply::Problem;
use serde::Serialize;
use storage::Idempotency;

const MAX_KEY_CHARS: usize = 255;

/// Ties the request's `Idempotency-Key`, if it has one, to what is asked for.
///
/// `asked` is what was understood, not the bytes that were sent: another order of members or a default
/// spelt out is the same request.
pub(crate) fn of(
    request: &Request,
    asked: &impl Serialize,
) -> Result<Option<Idempotency>, Problem> {
    let Some(key) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    let key = parse(key).ok_or_else(|| {
        Problem::unprocessable(
            "urn:wherecast:problem:invalid-idempotency-key",
            "Invalid Idempotency-Key",
            format!("The Idempotency-Key must have 1 to {MAX_KEY_CHARS} visible ASCII characters"),
        )
    })?;
    let asked = serde_json::to_vec(asked).map_err(Problem::internal)?;
    Ok(Some(Idempotency::new(key, &asked)))
}

fn parse(key: &HeaderValue) -> Option<&str> {
    let key = key.to_str().ok()?;
    let is_fit =
        (1..=MAX_KEY_CHARS).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    is_fit.then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_visible_and_not_too_long() {
        let longest = "k".repeat(MAX_KEY_CHARS);
        for (key, is_fit) in [
            ("7f3a", true),
            (longest.as_str(), true),
            ("", false),
            ("a b", false),
        ] {
            assert_eq!(
                parse(&HeaderValue::from_str(key).unwrap()).is_some(),
                is_fit,
                "{key}"
            );
        }
        assert_eq!(
            parse(&HeaderValue::from_str(&format!("{longest}k")).unwrap()),
            None
        );
        assert_eq!(parse(&HeaderValue::from_bytes(b"\xff").unwrap()), None);
    }
}
