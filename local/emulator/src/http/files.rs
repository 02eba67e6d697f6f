//! Folders served as they are: HEAD, byte ranges and content types, nothing outside of them.
use std::path::PathBuf;

use axum::body::Body;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, header::CACHE_CONTROL};
use tower_http::services::ServeDir;

/// A folder and the path it is served at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The beginning of the path, such as `/media/`; `/` serves whatever no route takes.
    pub prefix: String,
    /// The folder. It may be made later.
    pub folder: PathBuf,
    /// What browsers are told to keep, such as `no-cache`.
    pub cache_control: Option<HeaderValue>,
}

/// A mount, ready to serve.
pub(super) struct Files {
    prefix: String,
    folder: ServeDir,
    cache_control: Option<HeaderValue>,
}

impl Files {
    pub(super) fn new(mount: &Mount) -> Files {
        // A player asks for one range; a request for several gets the whole file, as the RFC permits.
        let prefix = format!("/{}/", mount.prefix.trim_matches('/')).replace("//", "/");
        let folder = ServeDir::new(&mount.folder)
            .ignore_multi_range_requests(true)
            .redirect_path_prefix(prefix.trim_end_matches('/'));
        Files {
            prefix,
            folder,
            cache_control: mount.cache_control.clone(),
        }
    }

    /// Whether `path` lies under the mount.
    pub(super) fn cover(&self, path: &str) -> bool {
        path.starts_with(&self.prefix)
    }

    /// Returns how exactly the mount names a path: of two that cover it, the longer prefix serves.
    pub(super) fn prefix_length(&self) -> usize {
        self.prefix.len()
    }

    /// Serves a file; `None` when there is none, or the method is not one for files.
    pub(super) async fn serve<B>(&self, request: &Request<B>) -> Option<Response<Body>> {
        if ![Method::GET, Method::HEAD].contains(request.method()) {
            return None;
        }
        let rest = &request.uri().path()[self.prefix.len() - 1..];
        let mut inner = Request::new(Body::empty());
        *inner.method_mut() = request.method().clone();
        *inner.headers_mut() = request.headers().clone();
        *inner.uri_mut() = rest.parse::<Uri>().ok()?;
        let mut folder = self.folder.clone();
        let response = folder.try_call(inner).await.ok()?;
        if response.status() == StatusCode::NOT_FOUND {
            return None;
        }
        let mut response = response.map(Body::new);
        if let Some(cache_control) = &self.cache_control {
            response
                .headers_mut()
                .insert(CACHE_CONTROL, cache_control.clone());
        }
        Some(response)
    }
}
