//! `Auth` of an HTTP API and of its routes: which route asks for a token, and for whose.
use std::{net::IpAddr, path::Path};

use super::{
    Authorization, Authorizer, IdentitySource, Method, Refusal, Route,
    fields::Fields,
    node::{Entry, Value},
};

/// What an HTTP API says for all its routes.
#[derive(Default)]
pub(super) struct ApiAuth {
    default: Option<String>,
    /// Each with the scopes that its routes ask for unless they say otherwise.
    authorizers: Vec<(Authorizer, Vec<String>)>,
}

/// What one route says for itself.
pub(super) struct RouteAuth {
    line: usize,
    authorizer: Option<String>,
    scopes: Vec<String>,
}

impl ApiAuth {
    /// Reads the `Auth` of an API; `file` is for sentences.
    pub(super) fn read(mut fields: Fields<'_>, file: &Path) -> Result<ApiAuth, Refusal> {
        let entries = fields.entries("Authorizers")?;
        let default = fields.text("DefaultAuthorizer")?.map(str::to_owned);
        if let Some(iam) = fields.take("EnableIamAuthorizer")
            && fields.flag("EnableIamAuthorizer")? == Some(true)
        {
            let wanted = "false; nobody signs requests on one machine";
            return Err(fields.wrong("EnableIamAuthorizer", iam, wanted));
        }
        let auth = ApiAuth {
            default,
            authorizers: entries
                .iter()
                .map(|entry| authorizer(entry, file))
                .collect::<Result<_, _>>()?,
        };
        if let Some(default) = &auth.default
            && auth.find(default).is_none()
        {
            let reason = format!("DefaultAuthorizer is {default}, which Authorizers does not name");
            return Err(fields.refuse(reason));
        }
        fields.finish()?;
        Ok(auth)
    }

    /// Returns what callers of `route` must show, or why its own `Auth` makes no sense.
    pub(super) fn of_route(
        &self,
        route: &Route,
        own: Option<&RouteAuth>,
    ) -> Result<Option<Authorization>, (usize, String)> {
        let Some(own) = own else {
            // SAM leaves OPTIONS open, so that preflights need no token where the API has no CORS of its own.
            let is_options = route.method == Method::Only(http::Method::OPTIONS);
            let default = self.default.as_ref().filter(|_| !is_options);
            return Ok(default.and_then(|name| self.authorization(name, &[])));
        };
        let owner = format!("the route {} {}", route.method, route.path);
        let refuse = |reason: &str| Err((own.line, format!("{owner} {reason}")));
        match (own.authorizer.as_ref(), &self.default) {
            (Some(none), Some(_)) if none == "NONE" => Ok(None),
            (Some(none), None) if none == "NONE" => {
                refuse("has Authorizer: NONE, yet its API has no DefaultAuthorizer; remove it")
            }
            (None, None) => refuse("has Auth, yet neither it nor its API names an authorizer"),
            (Some(name), _) | (None, Some(name)) => match self.authorization(name, &own.scopes) {
                None => refuse(&format!(
                    "has Authorizer: {name}, which its API does not define; check its spelling"
                )),
                some => Ok(some),
            },
        }
    }

    /// Returns the authorizers alone.
    pub(super) fn into_authorizers(self) -> Vec<Authorizer> {
        self.authorizers.into_iter().map(|(one, _)| one).collect()
    }

    fn authorization(&self, name: &str, scopes: &[String]) -> Option<Authorization> {
        let (authorizer, usual) = self.find(name)?;
        Some(Authorization {
            authorizer: authorizer.name.clone(),
            scopes: if scopes.is_empty() { usual } else { scopes }.to_vec(),
        })
    }

    fn find(&self, name: &str) -> Option<(&Authorizer, &[String])> {
        let found = self.authorizers.iter().find(|(one, _)| one.name == name);
        found.map(|(authorizer, scopes)| (authorizer, scopes.as_slice()))
    }
}

impl RouteAuth {
    /// Reads the `Auth` of a route, which stands at `line`.
    pub(super) fn read(mut fields: Fields<'_>, line: usize) -> Result<RouteAuth, Refusal> {
        let auth = RouteAuth {
            line,
            authorizer: fields.text("Authorizer")?.map(str::to_owned),
            scopes: fields.texts("AuthorizationScopes")?,
        };
        fields.finish()?;
        Ok(auth)
    }
}

fn authorizer(entry: &Entry, file: &Path) -> Result<(Authorizer, Vec<String>), Refusal> {
    let mut fields = Fields::of(&entry.node, format!("authorizer {}", entry.key), file)?;
    if let Some(function) = fields.take("FunctionArn") {
        let reason = format!(
            "authorizer {} is a function, which is not emulated; give it a JwtConfiguration",
            entry.key
        );
        return Err(Refusal::at(file, function.line, reason));
    }
    let owner = format!("JwtConfiguration of authorizer {}", entry.key);
    let jwt = Fields::of(fields.need("JwtConfiguration")?, owner, file)?;
    let (issuer, audience) = jwt_configuration(jwt)?;
    let source = fields.need("IdentitySource")?;
    let identity_source = match &source.value {
        Value::Text(text) => identity_source(text),
        _ => None,
    };
    let authorizer = Authorizer {
        name: entry.key.clone(),
        issuer,
        audience,
        identity_source: identity_source.ok_or_else(|| {
            let wanted = "$request.header.NAME or $request.querystring.NAME";
            fields.wrong("IdentitySource", source, wanted)
        })?,
    };
    let scopes = fields.texts("AuthorizationScopes")?;
    fields.finish()?;
    Ok((authorizer, scopes))
}

/// Reads issuer and audience; SAM takes both spellings of their names.
fn jwt_configuration(mut fields: Fields<'_>) -> Result<(String, Vec<String>), Refusal> {
    let issuer = match fields.take("Issuer") {
        Some(issuer) => issuer,
        None => fields.need("issuer")?,
    };
    let audience = match fields.take("Audience") {
        Some(audience) => audience,
        None => fields.need("audience")?,
    };
    let url = match &issuer.value {
        Value::Text(text) if is_fetched_safely(text) => text.clone(),
        _ => return Err(fields.wrong("issuer", issuer, "an https URL, or http to this machine")),
    };
    let texts = match &audience.value {
        Value::List(items) => items.iter().collect(),
        _ => vec![audience],
    };
    let audience: Option<Vec<String>> = texts
        .into_iter()
        .map(|item| match &item.value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        })
        .collect();
    let audience = audience.filter(|audience| !audience.is_empty());
    let Some(audience) = audience else {
        return Err(fields.refuse("the audience of a JwtConfiguration must be a list of texts"));
    };
    fields.finish()?;
    Ok((url, audience))
}

fn identity_source(text: &str) -> Option<IdentitySource> {
    let source = text.strip_prefix("$request.")?;
    match source.split_once('.')? {
        (_, "") => None,
        ("header", name) => Some(IdentitySource::Header(name.to_lowercase())),
        ("querystring", name) => Some(IdentitySource::Query(name.to_owned())),
        _ => None,
    }
}

/// Returns whether nobody on the way could change what `url` answers: it is https, or of this machine.
pub(crate) fn is_fetched_safely(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else {
        return false;
    };
    let is_loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => IpAddr::from(ip).is_loopback(),
        Some(url::Host::Ipv6(ip)) => IpAddr::from(ip).is_loopback(),
        None => false,
    };
    url.scheme() == "https" || url.scheme() == "http" && is_loopback
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_over_https_or_from_this_machine() {
        for safe in [
            "https://a.example/pool",
            "http://127.0.0.1:9/x",
            "http://[::1]:9",
            "http://localhost:1",
        ] {
            assert!(is_fetched_safely(safe), "{safe}");
        }
        for unsafe_one in ["http://a.example", "file:///etc/x", "a.example", ""] {
            assert!(!is_fetched_safely(unsafe_one), "{unsafe_one}");
        }
    }
}
