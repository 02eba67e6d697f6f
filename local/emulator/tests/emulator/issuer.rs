//! Makes keys, signs tokens, and publishes the keys as an issuer of tokens does.
use std::{
    net::SocketAddr,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Json, Router, routing::get};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use rsa::{
    RsaPrivateKey, pkcs1v15::SigningKey, rand_core::OsRng, sha2::Sha256,
    signature::SignatureEncoding, signature::Signer, traits::PublicKeyParts,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The key that the tests' issuer signs with, and one that it knows nothing of.
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

/// An issuer on this machine.
pub(crate) struct Issuer {
    pub(crate) address: SocketAddr,
    keys: Arc<Mutex<Vec<Value>>>,
    asked: Arc<AtomicUsize>,
}

impl Issuer {
    /// Publishes the public half of `key`.
    pub(crate) async fn start(key: &Key) -> Issuer {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        Issuer::start_on(listener, key)
    }

    pub(crate) fn start_on(listener: TcpListener, key: &Key) -> Issuer {
        let address = listener.local_addr().expect("an address");
        let keys = Arc::new(Mutex::new(vec![key.public()]));
        let asked = Arc::new(AtomicUsize::new(0));
        let (published, count) = (Arc::clone(&keys), Arc::clone(&asked));
        let discovery =
            json!({ "issuer": url(address), "jwks_uri": format!("{}/keys", url(address)) });
        let app = Router::new()
            .route(
                "/.well-known/openid-configuration",
                get(async || Json(discovery)),
            )
            .route(
                "/keys",
                get(async move || {
                    count.fetch_add(1, Ordering::Relaxed);
                    Json(json!({ "keys": *published.lock().unwrap() }))
                }),
            );
        tokio::spawn(async { axum::serve(listener, app).await });
        Issuer {
            address,
            keys,
            asked,
        }
    }

    /// Returns the issuer as tokens name it.
    pub(crate) fn url(&self) -> String {
        url(self.address)
    }

    pub(crate) fn publish(&self, key: &Key) {
        self.keys.lock().unwrap().push(key.public());
    }

    /// Returns how often somebody asked for the keys.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

pub(crate) fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}
