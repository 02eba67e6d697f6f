//! A JSON Web Token, taken apart and its signature checked: RFC 7515, RS256 alone.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A token whose signature nobody has checked yet.
#[derive(Debug)]
pub(super) struct Token<'a> {
    /// The name of the key that signed it.
    pub(super) key_id: String,
    pub(super) claims: Map<String, Value>,
    signed: &'a str,
    signature: Vec<u8>,
}

/// The public half of a key that signs tokens.
#[derive(Clone, Debug)]
pub(super) struct Key {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

impl Token<'_> {
    /// Takes a token apart, or says what is wrong with it in the words of API Gateway where they are known.
    pub(super) fn parse(text: &str) -> Result<Token<'_>, String> {
        let parts: Vec<&str> = text.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            return Err("token contains an invalid number of segments".to_owned());
        };
        let malformed = || "the token is malformed".to_owned();
        let decode = |part: &str| BASE64.decode(part).map_err(|_| malformed());
        let decoded: Header = serde_json::from_slice(&decode(header)?).map_err(|_| malformed())?;
        // Anything else a token may name would let it choose how well it is checked.
        if decoded.alg != "RS256" {
            let named: String = decoded
                .alg
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .collect();
            return Err(format!("signing method {named} is invalid"));
        }
        Ok(Token {
            key_id: decoded.kid.ok_or("the token does not have a kid")?,
            claims: serde_json::from_slice(&decode(claims)?).map_err(|_| malformed())?,
            signed: &text[..header.len() + 1 + claims.len()],
            signature: decode(signature)?,
        })
    }

    pub(super) fn is_signed_with(&self, key: &Key) -> bool {
        let public = RsaPublicKeyComponents {
            n: &key.modulus,
            e: &key.exponent,
        };
        let signed = self.signed.as_bytes();
        public
            .verify(&RSA_PKCS1_2048_8192_SHA256, signed, &self.signature)
            .is_ok()
    }
}

impl Key {
    /// Makes a key of what a JWKS says; `None` when it is not base64url.
    pub(super) fn new(n: &str, e: &str) -> Option<Key> {
        Some(Key {
            modulus: number(n)?,
            exponent: number(e)?,
        })
    }
}

/// Decodes a big-endian number; some issuers write a zero before it.
fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64.decode(text.trim_end_matches('=')).ok()?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    Some(bytes[zeros..].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn unsigned(header: &Value) -> String {
        let part = |value: &Value| BASE64.encode(value.to_string());
        format!("{}.{}.AAAA", part(header), part(&json!({ "sub": "ann" })))
    }

    #[test]
    fn a_token_has_three_parts_one_algorithm_and_a_key() {
        let flaw = |text: &str| Token::parse(text).unwrap_err();

        assert_eq!(flaw("any"), "token contains an invalid number of segments");
        assert_eq!(flaw("a.b.c"), "the token is malformed");
        for alg in ["none", "HS256", "ES256", "RS512", "PS256"] {
            let token = unsigned(&json!({ "alg": alg, "kid": "k" }));
            assert_eq!(flaw(&token), format!("signing method {alg} is invalid"));
        }
        assert_eq!(
            flaw(&unsigned(&json!({ "alg": "RS256" }))),
            "the token does not have a kid"
        );
        let token = unsigned(&json!({ "alg": "RS256", "kid": "k" }));
        assert_eq!(Token::parse(&token).unwrap().claims["sub"], "ann");
    }
}
