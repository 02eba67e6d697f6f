//! What a token says: checked as API Gateway checks it, and handed on as it hands it on.
use serde_json::{Map, Value};

use crate::template::Authorizer;

type Claims = Map<String, Value>;

/// Refuses claims that are not this authorizer's, or not for now.
///
/// The rules are those of the API Gateway developer guide; that `exp` must be there is from memory.
pub(super) fn check(claims: &Claims, rules: &Authorizer, now_s: i64) -> Result<(), &'static str> {
    if claims.get("iss").and_then(Value::as_str) != Some(rules.issuer.as_str()) {
        return Err("the token does not have a valid issuer");
    }
    // `client_id` counts only where there is no `aud` at all.
    let audience = claims.get("aud").or_else(|| claims.get("client_id"));
    if !texts_in(audience).any(|one| rules.audience.iter().any(|known| known == one)) {
        return Err("the token does not have a valid audience");
    }
    match time(claims, "exp")? {
        Some(end_s) if end_s > now_s as f64 => {}
        Some(_) => return Err("the token has expired"),
        None => return Err("the token does not have an exp"),
    }
    if time(claims, "nbf")?.is_some_and(|begin_s| begin_s > now_s as f64) {
        return Err("the token is not valid yet");
    }
    if time(claims, "iat")?.is_some_and(|issued_s| issued_s > now_s as f64) {
        return Err("the token was used before it was issued");
    }
    Ok(())
}

/// Returns the scopes of a token: the words of `scope`, or of `scp` where there is none.
pub(super) fn scopes(claims: &Claims) -> Vec<String> {
    texts_in(claims.get("scope").or_else(|| claims.get("scp")))
        .flat_map(str::split_whitespace)
        .map(str::to_owned)
        .collect()
}

/// Makes every claim text, as an event holds it; lists and maps look as the language Go prints them.
pub(super) fn texts(claims: &Claims) -> Claims {
    let texts = claims
        .iter()
        .map(|(name, value)| (name.clone(), Value::String(text(value))));
    texts.collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(" "))
        }
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| format!("{name}:{}", text(value)));
            format!("map[{}]", fields.collect::<Vec<_>>().join(" "))
        }
        Value::Null => "<nil>".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// A text, or the texts of a list.
fn texts_in(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let (one, many) = match value {
        Some(Value::String(text)) => (Some(text.as_str()), [].as_slice()),
        Some(Value::Array(items)) => (None, items.as_slice()),
        _ => (None, [].as_slice()),
    };
    one.into_iter().chain(many.iter().filter_map(Value::as_str))
}

/// Reads a time in seconds; one that is no number is a flaw, not an absent one.
fn time(claims: &Claims, name: &str) -> Result<Option<f64>, &'static str> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => value
            .as_f64()
            .map(Some)
            .ok_or("the token has a time that is no number"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::IdentitySource;
    use serde_json::json;

    fn flaw(change: Value) -> Option<&'static str> {
        let rules = Authorizer {
            name: "Users".to_owned(),
            issuer: "https://id.example".to_owned(),
            audience: vec!["web".to_owned(), "app".to_owned()],
            identity_source: IdentitySource::Header("authorization".to_owned()),
        };
        let mut claims = json!({ "iss": "https://id.example", "aud": "web", "exp": 1_001 });
        for (name, value) in change.as_object().unwrap() {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(name),
                value => claims
                    .as_object_mut()
                    .unwrap()
                    .insert(name.clone(), value.clone()),
            };
        }
        check(claims.as_object().unwrap(), &rules, 1_000).err()
    }

    #[test]
    fn a_token_must_be_of_this_issuer_for_this_audience_and_now() {
        for fine in [
            json!({}),
            json!({ "aud": ["other", "app"] }),
            json!({ "aud": null, "client_id": "app" }),
            json!({ "nbf": 1_000, "iat": 1_000 }),
            json!({ "exp": 1_000.5 }),
        ] {
            assert_eq!(flaw(fine.clone()), None, "{fine}");
        }
        let audience = "the token does not have a valid audience";
        for (bad, reason) in [
            (
                json!({ "iss": "https://id.example/" }),
                "the token does not have a valid issuer",
            ),
            (
                json!({ "iss": null }),
                "the token does not have a valid issuer",
            ),
            (json!({ "aud": "other" }), audience),
            (json!({ "aud": "other", "client_id": "web" }), audience),
            (json!({ "aud": null }), audience),
            (json!({ "exp": 1_000 }), "the token has expired"),
            (json!({ "exp": null }), "the token does not have an exp"),
            (
                json!({ "exp": "9999" }),
                "the token has a time that is no number",
            ),
            (
                json!({ "nbf": "0" }),
                "the token has a time that is no number",
            ),
            (json!({ "nbf": 1_001 }), "the token is not valid yet"),
            (
                json!({ "iat": 1_001 }),
                "the token was used before it was issued",
            ),
        ] {
            assert_eq!(flaw(bad.clone()), Some(reason), "{bad}");
        }
    }

    #[test]
    fn scopes_are_words_or_a_list() {
        let scopes = |claims: Value| scopes(claims.as_object().unwrap()).join("|");

        assert_eq!(scopes(json!({ "scope": "read write" })), "read|write");
        assert_eq!(scopes(json!({ "scp": ["read", "write"] })), "read|write");
        assert_eq!(scopes(json!({ "scope": "a", "scp": "b" })), "a");
        assert_eq!(scopes(json!({})), "");
    }

    #[test]
    fn claims_are_texts() {
        let claims = json!({ "sub": "ann", "exp": 1_700_000_000, "ok": true, "groups": ["a", "b"], "at": { "x": 1 } });

        let texts = Value::Object(texts(claims.as_object().unwrap()));

        let expected = json!({ "sub": "ann", "exp": "1700000000", "ok": "true", "groups": "[a b]", "at": "map[x:1]" });
        assert_eq!(texts, expected);
    }
}
