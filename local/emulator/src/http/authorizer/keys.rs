//! The public keys of an issuer: asked for when they are needed, kept for a while.
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
    time::{Duration, Instant},
};

use serde::{Deserialize, de::DeserializeOwned};
use thiserror::Error;
use tokio::sync::Mutex;

use super::token::Key;
use crate::template::authorizer::is_fetched_safely;

/// How long keys are used before they are asked for again, as API Gateway does.
const KEPT: Duration = Duration::from_secs(2 * 3_600);

/// The least time between two tries, so that tokens with made-up keys cost the issuer little.
const PAUSE: Duration = Duration::from_secs(2);

/// How long an issuer may take for one answer; API Gateway is said to give it 1.5 s.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// The longest answer of an issuer that is read.
const ANSWER_BYTES: u64 = 1 << 20;

/// Why keys given for an issuer are of no use.
#[derive(Debug, Error)]
pub enum KeysError {
    /// No authorizer has the issuer.
    #[error("no authorizer of the template has the issuer {0}; check its spelling")]
    UnknownIssuer(String),
    /// The file cannot be read, or is something else.
    #[error("{} is not a JWKS with RSA keys: {reason}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// The keys of one issuer.
pub(super) struct Keys {
    source: Source,
    known: RwLock<Known>,
    /// Held while keys are fetched, so that a crowd of requests asks once; when and how the last try ended.
    last_try: Mutex<Option<(Instant, Result<(), Failure>)>>,
}

enum Source {
    Issuer(String),
    File(PathBuf),
}

#[derive(Default)]
struct Known {
    keys: BTreeMap<String, Key>,
    since: Option<Instant>,
}

/// What failed, in API Gateway's words.
type Failure = &'static str;

const NO_DISCOVERY: Failure = "OIDC discovery endpoint communication error";
const NO_KEYS: Failure = "JWKS communication error";

#[derive(Deserialize)]
struct Discovery {
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl Keys {
    /// Keys that `issuer` publishes; nothing is asked for yet.
    pub(super) fn of_issuer(issuer: &str) -> Keys {
        Keys::from(Source::Issuer(issuer.to_owned()))
    }

    /// Keys in a file, which may change while the emulator runs.
    pub(super) fn in_file(file: &Path) -> Result<Keys, KeysError> {
        let keys = Keys::from(Source::File(file.to_owned()));
        keys.learn(read(file)?);
        Ok(keys)
    }

    fn from(source: Source) -> Keys {
        Keys {
            source,
            known: RwLock::default(),
            last_try: Mutex::default(),
        }
    }

    /// Finds the key called `id`; asks the issuer when it is not known or was learnt long ago.
    pub(super) async fn find(&self, id: &str) -> Result<Key, Failure> {
        if let Some(key) = self.known(id) {
            return Ok(key);
        }
        let mut last_try = self.last_try.lock().await;
        // Another request may have fetched it while this one waited.
        if let Some(key) = self.known(id) {
            return Ok(key);
        }
        let outcome = match *last_try {
            Some((when, outcome)) if when.elapsed() < PAUSE => outcome,
            _ => {
                let outcome = self.fetch().await;
                *last_try = Some((Instant::now(), outcome));
                outcome
            }
        };
        outcome?;
        self.known(id)
            .ok_or("the token has a kid that its issuer does not publish")
    }

    fn known(&self, id: &str) -> Option<Key> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = known.since.is_some_and(|since| since.elapsed() < KEPT);
        known.keys.get(id).filter(|_| is_fresh).cloned()
    }

    fn learn(&self, keys: BTreeMap<String, Key>) {
        let since = Some(Instant::now());
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Known { keys, since };
    }

    async fn fetch(&self) -> Result<(), Failure> {
        let keys = match &self.source {
            Source::File(file) => read(file).map_err(|error| {
                tracing::warn!("tokens are refused: {error}");
                NO_KEYS
            }),
            Source::Issuer(issuer) => published_by(issuer).await,
        };
        self.learn(keys?);
        Ok(())
    }
}

fn read(file: &Path) -> Result<BTreeMap<String, Key>, KeysError> {
    let wrong = |reason: String| KeysError::File {
        file: file.to_owned(),
        reason,
    };
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let jwks: Jwks = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let keys = usable(jwks);
    match keys.is_empty() {
        true => Err(wrong("it has no key with kty RSA, kid, n and e".to_owned())),
        false => Ok(keys),
    }
}

async fn published_by(issuer: &str) -> Result<BTreeMap<String, Key>, Failure> {
    let base = issuer.trim_end_matches('/');
    let address = format!("{base}/.well-known/openid-configuration");
    let refused = |address: &str, reason: &str, failure| {
        tracing::warn!(
            issuer,
            "tokens are refused: {address} gave no keys: {reason}"
        );
        failure
    };
    let discovery: Discovery = get(&address)
        .await
        .map_err(|reason| refused(&address, &reason, NO_DISCOVERY))?;
    let address = discovery.jwks_uri;
    if !is_fetched_safely(&address) {
        let reason = "keys come over https, or http from this machine";
        return Err(refused(&address, reason, NO_KEYS));
    }
    let jwks: Jwks = get(&address)
        .await
        .map_err(|reason| refused(&address, &reason, NO_KEYS))?;
    Ok(usable(jwks))
}

/// Fetches a JSON document, on a thread that may wait.
async fn get<T: DeserializeOwned + Send + 'static>(address: &str) -> Result<T, String> {
    let address = address.to_owned();
    let fetch = move || {
        let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE));
        let agent: ureq::Agent = config.build().into();
        let mut response = agent.get(address).call()?;
        let body = response.body_mut().with_config().limit(ANSWER_BYTES);
        body.read_json::<T>()
    };
    match tokio::task::spawn_blocking(fetch).await {
        Ok(fetched) => fetched.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

fn usable(jwks: Jwks) -> BTreeMap<String, Key> {
    let keys = jwks.keys.into_iter().filter(|key| key.kty == "RSA");
    keys.filter_map(|key| Some((key.kid?, Key::new(&key.n?, &key.e?)?)))
        .collect()
}
