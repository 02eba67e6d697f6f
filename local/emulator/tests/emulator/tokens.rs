//! Makes keys and signs tokens.
use std::{process::Command, sync::LazyLock};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64},
};
use ring::{
    rand::SystemRandom,
    rsa::{KeyPair, PublicKeyComponents},
    signature::RSA_PKCS1_SHA256,
};
use serde_json::{Value, json};

/// The key that the issuer of the tests signs with, and one that it knows nothing of.
pub(crate) static OURS: LazyLock<Key> = LazyLock::new(|| Key::make("ours"));
pub(crate) static FOREIGN: LazyLock<Key> = LazyLock::new(|| Key::make("foreign"));

/// A key with a name.
pub(crate) struct Key {
    id: &'static str,
    private: KeyPair,
}

impl Key {
    /// Has OpenSSL make one: ring makes none, and a crate that does would have half of the workspace compiled
    /// twice, because it asks for other features of what the functions use.
    fn make(id: &'static str) -> Key {
        let made = Command::new("openssl")
            .args([
                "genpkey",
                "-algorithm",
                "RSA",
                "-pkeyopt",
                "rsa_keygen_bits:2048",
            ])
            .output()
            .expect("openssl is installed");
        let pem = String::from_utf8(made.stdout).expect("PEM is text");
        let lines = pem.lines().filter(|line| !line.starts_with('-'));
        let der = STANDARD.decode(lines.collect::<String>()).expect("PEM");
        let private = KeyPair::from_pkcs8(&der).expect("a key in PKCS #8");
        Key { id, private }
    }

    /// Returns the public half as a JWKS has it.
    pub(crate) fn public(&self) -> Value {
        let PublicKeyComponents { n, e } =
            PublicKeyComponents::<Vec<u8>>::from(self.private.public());
        let (n, e) = (BASE64.encode(n), BASE64.encode(e));
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.id, "n": n, "e": e })
    }

    /// Signs `claims` under this key's name.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.token_named(self.id, claims)
    }

    /// Signs `claims` under another key's name.
    pub(crate) fn token_named(&self, id: &str, claims: &Value) -> String {
        let signed = unsigned(&json!({ "alg": "RS256", "typ": "JWT", "kid": id }), claims);
        let mut signature = vec![0; self.private.public().modulus_len()];
        self.private
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .expect("a signature as long as the modulus");
        format!("{signed}.{}", BASE64.encode(signature))
    }
}

/// Returns the first two parts of a token.
pub(crate) fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| BASE64.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}
