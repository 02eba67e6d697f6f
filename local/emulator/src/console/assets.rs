//! The page's files, part of the program: it needs no folder beside it and asks nothing of the network.
use axum::response::{IntoResponse, Response};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Uri,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
        X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};

use super::{PATH, Refusal};

const SCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! files {
    ($($path:literal as $content_type:expr),* $(,)?) => {
        &[$(($path, $content_type, include_str!(concat!("page/", $path)))),*]
    };
}

/// Path below the console's, content type and content.
const FILES: &[(&str, &str, &str)] = files![
    "index.html" as "text/html; charset=utf-8",
    "style.css" as "text/css; charset=utf-8",
    "icon.svg" as "image/svg+xml",
    "app.js" as SCRIPT,
    "api.js" as SCRIPT,
    "detail.js" as SCRIPT,
    "dom.js" as SCRIPT,
    "functions.js" as SCRIPT,
    "invocations.js" as SCRIPT,
    "queues.js" as SCRIPT,
    "schedules.js" as SCRIPT,
    "sender.js" as SCRIPT,
];

/// Answers with a file of the page.
pub(super) async fn serve(method: Method, uri: Uri) -> Response {
    let rest = uri
        .path()
        .strip_prefix(PATH)
        .unwrap_or_default()
        .trim_start_matches('/');
    let name = if rest.is_empty() { "index.html" } else { rest };
    let file = FILES.iter().find(|(path, ..)| *path == name);
    let Some((_, content_type, content)) =
        file.filter(|_| [Method::GET, Method::HEAD].contains(&method))
    else {
        return Refusal::not_found("the console has nothing at this path").into_response();
    };
    (headers(content_type), *content).into_response()
}

fn headers(content_type: &'static str) -> HeaderMap {
    // Nothing but the console's own files runs in it, and no other page shows it in a frame.
    let policy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    let headers: [(HeaderName, &'static str); 6] = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "no-cache"),
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    headers
        .into_iter()
        .map(|(name, value)| (name, HeaderValue::from_static(value)))
        .collect()
}
