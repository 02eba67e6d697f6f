//! The console at `/_console`: what runs, what ran, what waits, and how it takes a fault.
//!
//! The page (in `page/`) is a client of the JSON API under `/_console/api/`, and so are tests. Both answer
//! programs and browsers on this machine only, and no page from elsewhere.
use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use axum::{
    Json, Router,
    body::Body,
    extract::DefaultBodyLimit,
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use http::{
    HeaderMap, Method, Request, StatusCode,
    header::{HOST, ORIGIN},
};
use hyper::body::Incoming;
use serde_json::json;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::{
    asynchronous::Asynchronous,
    clock::Clock,
    queue::Queues,
    reload::Build,
    runtime::Functions,
    schedule::Planned,
    template::{Function, Mapping, Queue},
};

mod act;
mod assets;
mod describe;
mod samples;
mod stream;

/// The path of the page, and with a slash the beginning of all others.
pub(crate) const PATH: &str = "/_console";

/// What the console looks at and acts on.
pub(crate) struct World {
    pub(crate) functions: Functions,
    pub(crate) asynchronous: Asynchronous,
    pub(crate) queues: Queues,
    pub(crate) clock: Clock,
    pub(crate) schedules: Vec<Arc<Planned>>,
    /// As the template has them.
    pub(crate) function_list: Vec<Function>,
    pub(crate) queue_list: Vec<Queue>,
    pub(crate) mappings: Vec<Mapping>,
    /// How the builds of changed sources go.
    pub(crate) build: watch::Receiver<Build>,
    /// The folder of saved events.
    pub(crate) samples: Option<PathBuf>,
    /// Ends the streams, which last as long as somebody looks.
    pub(crate) stopping: CancellationToken,
}

/// The console, ready to answer.
pub(crate) struct Console {
    router: Router,
}

type Shared = axum::extract::State<Arc<World>>;

/// An answer that is not a success: what is wrong, in a sentence.
struct Refusal(StatusCode, String);

impl Console {
    pub(crate) fn new(world: World) -> Console {
        let api = Router::new()
            .route("/state", get(describe::state))
            .route("/stream", get(stream::stream))
            .route("/invocations", get(describe::invocations))
            .route("/invocations/{number}", get(describe::invocation))
            .route("/invocations/{number}/replay", post(act::replay))
            .route("/functions/{function}/invoke", post(act::invoke))
            .route("/functions/{function}/kill", post(act::kill))
            .route("/functions/{function}/faults", put(act::set_faults))
            .route("/queues/{queue}/messages", get(describe::messages))
            .route("/queues/{queue}/{action}", post(act::on_queue))
            .route("/schedules/{schedule}/run", post(act::run_schedule))
            .route("/samples", get(samples::list))
            .route("/samples/{name}", put(samples::save))
            .route("/disk", put(act::set_disk))
            .route("/clock/advance", post(act::advance_clock))
            .fallback(async || Refusal::not_found("the console has nothing at this path"));
        let router = Router::new()
            .nest("/_console/api", api)
            .fallback(assets::serve)
            // An event, and what it is wrapped in.
            .layer(DefaultBodyLimit::max(7 << 20))
            .with_state(Arc::new(world));
        Console { router }
    }

    /// Whether a path is the console's.
    pub(crate) fn covers(path: &str) -> bool {
        path.strip_prefix(PATH)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Answers a request for a path of the console.
    pub(crate) async fn handle(&self, request: Request<Incoming>, peer: SocketAddr) -> Response {
        if let Err(refusal) = admit(request.method(), request.headers(), peer) {
            return refusal.into_response();
        }
        let answer = self.router.clone().oneshot(request.map(Body::new)).await;
        answer.unwrap_or_else(|never| match never {})
    }
}

/// Lets in who is on this machine and, if it is a browser, has the console itself open.
///
/// The name it was asked by must be this machine's: a foreign page can make a name of its own mean this address.
fn admit(method: &Method, headers: &HeaderMap, peer: SocketAddr) -> Result<(), Refusal> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if !peer.ip().to_canonical().is_loopback() {
        return Err(Refusal::forbidden(
            "the console answers on its own machine only",
        ));
    }
    let host = text(HOST.as_str()).unwrap_or_default();
    if !is_this_machine(host) {
        return Err(Refusal::forbidden(
            "the console answers to localhost, 127.0.0.1 and [::1] only",
        ));
    }
    let is_foreign = match text(ORIGIN.as_str()) {
        Some(origin) => origin != format!("http://{host}"),
        // A link may lead to the page from anywhere; nothing else may be fetched from elsewhere.
        None => {
            text("sec-fetch-site") == Some("cross-site")
                && text("sec-fetch-mode") != Some("navigate")
        }
    };
    let is_unread = headers.contains_key(ORIGIN) && text(ORIGIN.as_str()).is_none();
    if is_foreign
        || is_unread
        || (method != Method::GET && text("sec-fetch-site") == Some("cross-site"))
    {
        return Err(Refusal::forbidden("another page cannot use the console"));
    }
    Ok(())
}

fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name == "localhost" || name == "127.0.0.1" || name == "[::1]"
}

impl Refusal {
    fn bad(message: impl Into<String>) -> Refusal {
        Refusal(StatusCode::BAD_REQUEST, message.into())
    }

    fn forbidden(message: &str) -> Refusal {
        Refusal(StatusCode::FORBIDDEN, message.to_owned())
    }

    fn not_found(message: impl Into<String>) -> Refusal {
        Refusal(StatusCode::NOT_FOUND, message.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "message": self.1 }))).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(method: Method, headers: &[(&'static str, &'static str)], peer: [u8; 4]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        admit(&method, &headers, (peer, 50_000).into()).is_ok()
    }

    #[test]
    fn only_this_machine_and_its_own_page_are_let_in() {
        let here = [127, 0, 0, 1];
        let host = ("host", "localhost:9000");
        let own = ("origin", "http://localhost:9000");

        assert!(admits(Method::GET, &[host], here));
        assert!(admits(Method::POST, &[host, own], here));
        assert!(admits(Method::GET, &[("host", "[::1]:9000")], here));
        assert!(!admits(Method::GET, &[host], [10, 0, 0, 7]));
        assert!(!admits(Method::GET, &[("host", "evil.example:9000")], here));
        assert!(!admits(Method::GET, &[], here));
        for origin in [
            "http://evil.example",
            "http://localhost:3000",
            "null",
            "https://localhost:9000",
        ] {
            assert!(
                !admits(Method::POST, &[host, ("origin", origin)], here),
                "{origin}"
            );
        }
    }

    #[test]
    fn a_link_from_elsewhere_opens_the_page_but_nothing_is_embedded_elsewhere() {
        let (here, host) = ([127, 0, 0, 1], ("host", "127.0.0.1:9000"));
        let cross = ("sec-fetch-site", "cross-site");

        assert!(admits(
            Method::GET,
            &[host, cross, ("sec-fetch-mode", "navigate")],
            here
        ));
        assert!(!admits(
            Method::GET,
            &[host, cross, ("sec-fetch-mode", "no-cors")],
            here
        ));
        assert!(!admits(
            Method::POST,
            &[host, cross, ("sec-fetch-mode", "navigate")],
            here
        ));
    }
}
