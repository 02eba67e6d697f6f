//! A listener's podcasts: lists them, shows one, deletes one.
//!
//! The owner is bound to every question, so that a cursor, an id or a tag of someone else finds
//! nothing. Read [`Library::handle`] first, then `shape` for what is shown.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod config;
mod cursor;
mod query;
mod shape;

use jiff::Timestamp;
use lambda_http::{
    Request,
    http::{HeaderValue, Method, StatusCode, header::CACHE_CONTROL},
};
use podcast::PodcastId;
use reply::{Answer, Path, Problem, StartError, Store};
use storage::Access;

pub use config::Config;

use crate::{
    query::Query,
    shape::{Episode, PageOfPodcasts},
};

/// Serves the libraries of all listeners, each to its owner.
pub struct Library {
    store: Store,
    media_base_url: String,
}

impl Library {
    /// Opens what the function needs.
    ///
    /// # Errors
    /// When the database cannot be opened for a reason that does not pass.
    pub async fn open(config: Config) -> Result<Self, StartError> {
        let store = Store::open(config.database, Access::Write).await?;
        Ok(Self {
            store,
            media_base_url: config.media_base_url,
        })
    }

    /// Answers one request.
    ///
    /// # Errors
    /// 404 for no podcast of the caller, 405 for a wrong method, 422 for a malformed id or query.
    pub async fn handle(&self, request: Request) -> Result<Answer, Problem> {
        match (Path::of(&request).segments.as_deref(), request.method()) {
            (Some([]), &Method::GET) => self.list(&request).await,
            (Some([]), _) => Err(Problem::method_not_allowed("GET")),
            (Some([id]), &Method::GET) => self.show(reply::podcast_id(id)?, &request).await,
            (Some([id]), &Method::DELETE) => self.delete(reply::podcast_id(id)?, &request).await,
            (Some([_]), _) => Err(Problem::method_not_allowed("GET, DELETE")),
            _ => Err(Problem::not_found("There is nothing at this address")),
        }
    }

    async fn list(&self, request: &Request) -> Result<Answer, Problem> {
        let owner = reply::owner(request)?;
        let query = Query::parse(request, &owner)?;
        let storage = self.store.storage().await?;
        let page = storage
            .page(&owner, query.status, query.start, query.limit)
            .await?;
        let page = PageOfPodcasts::new(&page, &query, &owner, &self.media_base_url);
        Ok(fresh(Answer::json(StatusCode::OK, &page), request))
    }

    async fn show(&self, id: PodcastId, request: &Request) -> Result<Answer, Problem> {
        let owner = reply::owner(request)?;
        let detail = self.store.storage().await?.detail(id, &owner).await?;
        let is_finished = detail.podcast.status.is_finished();
        let episode = Episode::new(&detail, &self.media_base_url);
        let answer = fresh(Answer::json(StatusCode::OK, &episode).about(id), request);
        Ok(if is_finished {
            answer
        } else {
            answer.poll_again()
        })
    }

    /// Deletes at once; the media goes with the next sweep, a worker at work stops at its next step.
    async fn delete(&self, id: PodcastId, request: &Request) -> Result<Answer, Problem> {
        let owner = reply::owner(request)?;
        let storage = self.store.storage().await?;
        storage.delete(id, &owner, Timestamp::now()).await?;
        Ok(Answer::no_content().about(id))
    }
}

/// Lets only the caller keep the answer, and only to ask whether it still holds.
fn fresh(answer: Answer, request: &Request) -> Answer {
    answer
        .header(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"))
        .revalidated(request)
}

#[cfg(test)]
mod tests;
