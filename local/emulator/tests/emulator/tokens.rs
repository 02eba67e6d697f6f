//! Makes keys and signs tokens.
use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use rsa::{
    RsaPrivateKey, pkcs1v15::SigningKey, rand_core::OsRng, sha2::Sha256,
    signature::SignatureEncoding, signature::Signer, traits::PublicKeyParts,
};
use serde_json::{Value, json};

/// The key that the issuer of the tests signs with, and one that it knows nothing of.
pub(crate) static OURS: LazyLock<Key> = LazyLock::new(|| Key::make("ours"));
pub(crate) static FOREIGN: LazyLock<Key> = LazyLock::new(|| Key::make("foreign"));

/// A key with a name.
pub(crate) struct Key {
    id: &'static str,
    private: RsaPrivateKey,
}

impl Key {
    fn make(id: &'static str) -> Key {
        let private = RsaPrivateKey::new(&mut OsRng, 2048).expect("a key");
        Key { id, private }
    }

    /// Returns the public half as a JWKS has it.
    pub(crate) fn public(&self) -> Value {
        let number = |number: &rsa::BigUint| BASE64.encode(number.to_bytes_be());
        let (n, e) = (number(self.private.n()), number(self.private.e()));
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.id, "n": n, "e": e })
    }

    /// Signs `claims` under this key's name.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.token_named(self.id, claims)
    }

    /// Signs `claims` under another key's name.
    pub(crate) fn token_named(&self, id: &str, claims: &Value) -> String {
        let signed = unsigned(&json!({ "alg": "RS256", "typ": "JWT", "kid": id }), claims);
        let key = SigningKey::<Sha256>::new(self.private.clone());
        let signature = key.sign(signed.as_bytes()).to_vec();
        format!("{signed}.{}", BASE64.encode(signature))
    }
}

/// Returns the first two parts of a token.
pub(crate) fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| BASE64.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}
