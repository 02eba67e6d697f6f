//! Publishes keys as an issuer of tokens does.
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Json, Router, routing::get};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::tokens::Key;

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
