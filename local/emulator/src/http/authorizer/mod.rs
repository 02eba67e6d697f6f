//! JWT authorizers: who a request comes from, and whether its route may be called.
use std::{collections::BTreeMap, path::PathBuf};

use http::{HeaderValue, Response, StatusCode, header::WWW_AUTHENTICATE, request::Parts};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    reply,
    template::{self, Authorization, IdentitySource},
};

mod claims;
mod keys;
mod token;

pub use keys::KeysError;

use keys::Keys;
use token::Token;

/// The authorizers of an HTTP API.
pub(super) struct Authorizers(BTreeMap<String, Authorizer>);

struct Authorizer {
    rules: template::Authorizer,
    keys: Keys,
}

/// Why a request does not reach its function, as `www-authenticate` says it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Denial {
    /// There is no token.
    NoToken,
    /// The token proves nothing; the text says why.
    Unauthorized(String),
    /// The token is good and has none of these scopes.
    Forbidden(String),
}

impl Authorizers {
    /// Prepares `authorizers`; `jwks` are files to read instead of asking an issuer, by issuer.
    ///
    /// # Errors
    /// When a file is not a set of keys, or its issuer is no authorizer's.
    pub(super) fn new(
        authorizers: &[template::Authorizer],
        jwks: &BTreeMap<String, PathBuf>,
    ) -> Result<Authorizers, KeysError> {
        let is_known = |issuer: &&String| authorizers.iter().any(|one| one.issuer == **issuer);
        if let Some(issuer) = jwks.keys().find(|issuer| !is_known(issuer)) {
            return Err(KeysError::UnknownIssuer(issuer.clone()));
        }
        let prepared = authorizers.iter().map(|rules| {
            let keys = match jwks.get(&rules.issuer) {
                Some(file) => Keys::in_file(file)?,
                None => Keys::of_issuer(&rules.issuer),
            };
            let rules = rules.clone();
            Ok((rules.name.clone(), Authorizer { rules, keys }))
        });
        Ok(Authorizers(prepared.collect::<Result<_, _>>()?))
    }

    /// Returns what the event says of the caller, its `requestContext.authorizer`.
    pub(super) async fn admit(
        &self,
        asked: &Authorization,
        request: &Parts,
    ) -> Result<Value, Denial> {
        let authorizer = self
            .0
            .get(&asked.authorizer)
            .ok_or_else(|| Denial::Unauthorized("the authorizer is unknown".to_owned()))?;
        authorizer.admit(&asked.scopes, request).await
    }
}

impl Authorizer {
    async fn admit(&self, asked: &[String], request: &Parts) -> Result<Value, Denial> {
        let text = find(&self.rules.identity_source, request).ok_or(Denial::NoToken)?;
        let token = Token::parse(&text).map_err(Denial::Unauthorized)?;
        let key = self.keys.find(&token.key_id).await;
        let key = key.map_err(|flaw| Denial::Unauthorized(flaw.to_owned()))?;
        if !token.is_signed_with(&key) {
            return Err(Denial::Unauthorized("signature is invalid".to_owned()));
        }
        let now_s = Timestamp::now().as_second();
        claims::check(&token.claims, &self.rules, now_s)
            .map_err(|flaw| Denial::Unauthorized(flaw.to_owned()))?;
        let granted = claims::scopes(&token.claims);
        let met: Vec<&String> = asked.iter().filter(|one| granted.contains(one)).collect();
        if met.is_empty() && !asked.is_empty() {
            return Err(Denial::Forbidden(asked.join(" ")));
        }
        let scopes = (!met.is_empty()).then_some(met);
        Ok(json!({ "jwt": { "claims": claims::texts(&token.claims), "scopes": scopes } }))
    }
}

impl Denial {
    /// Makes the answer: the same few words for everybody, the reason in a header.
    ///
    /// The forms without and with a bad token are seen in answers of AWS; the one for scopes is from memory.
    pub(super) fn into_response(self) -> Response<axum::body::Body> {
        let (status, message, challenge) = match self {
            Denial::NoToken => (
                StatusCode::UNAUTHORIZED,
                "Unauthorized",
                "Bearer".to_owned(),
            ),
            Denial::Unauthorized(flaw) => (
                StatusCode::UNAUTHORIZED,
                "Unauthorized",
                format!(r#"Bearer scope="" error="invalid_token" error_description="{flaw}""#),
            ),
            Denial::Forbidden(scopes) => (
                StatusCode::FORBIDDEN,
                "Forbidden",
                format!(
                    r#"Bearer scope="{scopes}" error="insufficient_scope" error_description="the token has none of the scopes""#
                ),
            ),
        };
        let mut response = reply::message(status, message);
        if let Ok(challenge) = HeaderValue::try_from(challenge) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Finds the token, with or without `Bearer` before it.
fn find(source: &IdentitySource, request: &Parts) -> Option<String> {
    let text = match source {
        IdentitySource::Header(name) => request.headers.get(name)?.to_str().ok()?.to_owned(),
        IdentitySource::Query(name) => {
            let query = request.uri.query().unwrap_or_default();
            let mut fields = url::form_urlencoded::parse(query.as_bytes());
            fields.find(|(field, _)| field == name)?.1.into_owned()
        }
    };
    let token = match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token,
        _ => &text,
    };
    let token = token.trim();
    (!token.is_empty()).then(|| token.to_owned())
}
