//! Accepts a podcast, or accepts to make one anew.
//!
//! The commit is the acceptance: once storage has the podcast it will be made, whatever happens to
//! this process, the message or the queue. Read [`Create::handle`] first, then `request` for what may
//! be asked, `locate` for which place is meant and `topic` for whether it carries the topic.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod config;
mod idempotency;
mod locate;
mod request;
mod topic;

use std::time::{Duration, Instant};

use jiff::Timestamp;
use lambda_http::{
    Request,
    http::{
        HeaderValue, Method, StatusCode,
        header::{CACHE_CONTROL, LOCATION},
    },
};
use podcast::{Owner, PodcastId, Status};
use queue::Queue;
use reply::{Answer, Path, Problem, StartError, Store};
use serde::Serialize;
use storage::{Accepted, Access, Idempotency, NewPodcast, Podcast};
use tokio::time::timeout;
use tracing::warn;

pub use config::Config;
pub use locate::Resolve;

use crate::request::Wish;

/// What is shown until a worker takes the podcast.
const WAITING: &str = "Waiting to be made";

/// How long an answer waits for the queue. The sweep sends what this function could not.
const QUEUE_PATIENCE: Duration = Duration::from_secs(2);

/// How old a request may be when its podcast is marked as queued: together with [`Store::BUSY_TIMEOUT`], which
/// that may take, it stays within the ten seconds of the function. The sweep sends again what is not marked.
const MARKED_WITHIN: Duration = Duration::from_secs(4);

/// Accepts podcasts.
pub struct Create {
    store: Store,
    queue: Queue,
    resolve: Resolve,
}

/// What an accepted request is answered with; `job_id` and `podcast_id` are one and the same.
///
/// It says nothing that could differ when the same request comes a second time.
#[derive(Serialize)]
struct Started {
    job_id: PodcastId,
    status: Status,
    message: &'static str,
    podcast_id: PodcastId,
    progress: u8,
}

impl Create {
    /// Opens what the function needs; `resolve` says which place a text means.
    ///
    /// # Errors
    /// When the database cannot be opened for a reason that does not pass.
    pub async fn open(config: Config, resolve: Resolve) -> Result<Self, StartError> {
        let store = Store::open(config.database, Access::Write).await?;
        let queue = Queue::connect(&config.queue_url).await;
        Ok(Self {
            store,
            queue,
            resolve,
        })
    }

    /// Answers one request.
    ///
    /// # Errors
    /// 404 for no podcast of the caller, 405 for another method than POST, 409 for a podcast still
    /// being made, 413 for too long a body, 422 for anything that does not fit.
    pub async fn handle(&self, request: Request) -> Result<Answer, Problem> {
        let begun = Instant::now();
        let path = Path::of(&request);
        let accepted = match path.segments.as_deref() {
            Some(["generate"] | [_, "regenerate"]) if request.method() != Method::POST => {
                return Err(Problem::method_not_allowed("POST"));
            }
            Some(["generate"]) => self.generate(&request).await?,
            Some([id, "regenerate"]) => self.regenerate(reply::podcast_id(id)?, &request).await?,
            _ => return Err(Problem::not_found("There is nothing at this address")),
        };
        // Not only a new one: whoever accepted it may have died before it was sent.
        if !accepted.is_queued {
            self.enqueue(accepted, begun).await;
        }
        Ok(started(accepted.podcast_id, path.base))
    }

    async fn generate(&self, request: &Request) -> Result<Accepted, Problem> {
        let owner = reply::owner(request)?;
        let wish = Wish::parse(&reply::json_body(request)?)?;
        let idempotency = idempotency::of(request, &("generate", &wish))?;
        if let Some(before) = self.accepted(&owner, idempotency.as_ref()).await? {
            return Ok(before);
        }
        let place = locate::place(&wish.location, self.resolve)?;
        topic::is_carried(wish.podcast_type, &wish.preferences, &place)?;
        let podcast = NewPodcast {
            id: PodcastId::new(),
            owner,
            location: wish.location,
            place_id: place.geoname_id,
            place_label: place.label(),
            podcast_type: wish.podcast_type,
            preferences: wish.preferences,
            message: WAITING.to_owned(),
        };
        let storage = self.store.storage().await?;
        Ok(storage
            .accept(podcast, idempotency, Timestamp::now())
            .await?)
    }

    /// Takes no body: the podcast is made anew as it was first asked for, if it still can be.
    async fn regenerate(&self, id: PodcastId, request: &Request) -> Result<Accepted, Problem> {
        let owner: Owner = reply::owner(request)?;
        let idempotency = idempotency::of(request, &("regenerate", id))?;
        if let Some(before) = self.accepted(&owner, idempotency.as_ref()).await? {
            return Ok(before);
        }
        let storage = self.store.storage().await?;
        can_be_made(&storage.detail(id, &owner).await?.podcast)?;
        Ok(storage
            .regenerate(id, &owner, WAITING, idempotency, Timestamp::now())
            .await?)
    }

    /// What the same request was answered before, even if an update since then carries other facts.
    async fn accepted(
        &self,
        owner: &Owner,
        idempotency: Option<&Idempotency>,
    ) -> Result<Option<Accepted>, Problem> {
        let Some(idempotency) = idempotency else {
            return Ok(None);
        };
        let storage = self.store.storage().await?;
        let accepted = storage.accepted(owner, idempotency, Timestamp::now());
        Ok(accepted.await?)
    }

    /// Tells the queue; what goes wrong here only makes the podcast wait for the sweep.
    async fn enqueue(&self, accepted: Accepted, begun: Instant) {
        let id = accepted.podcast_id;
        let queued = async {
            self.send(accepted).await?;
            self.mark_queued(id, begun).await
        };
        if let Err(reason) = queued.await {
            warn!(podcast.id = %id, "podcast {id} is left to the sweep: {reason}");
        }
    }

    async fn send(&self, accepted: Accepted) -> Result<(), String> {
        let Accepted {
            podcast_id,
            generation,
            ..
        } = accepted;
        let sent = self.queue.send(podcast_id, generation, Duration::ZERO);
        match timeout(QUEUE_PATIENCE, sent).await {
            Ok(sent) => sent.map_err(|error| error.to_string()),
            Err(_) => Err(format!("not queued within {} s", QUEUE_PATIENCE.as_secs())),
        }
    }

    /// A mark too late for the request is not begun: a write that is cut off may go on, lock and all.
    async fn mark_queued(&self, id: PodcastId, begun: Instant) -> Result<(), String> {
        if begun.elapsed() > MARKED_WITHIN {
            return Err("queued too late to be marked so".to_owned());
        }
        let marked = async {
            let storage = self.store.opened().await?;
            storage.mark_queued(id, Timestamp::now()).await
        };
        let marked = marked.await;
        marked.map_err(|error| format!("not marked as queued: {error}"))
    }
}

/// Checks that what a finished podcast was asked for is still known: an update may carry other facts.
///
/// Once it is taken back to pending, what was made of it is gone.
fn can_be_made(podcast: &Podcast) -> Result<(), Problem> {
    if !podcast.status.is_finished() {
        return Ok(());
    }
    let Some(place) = places::place(podcast.place_id) else {
        let label = &podcast.place_label;
        let detail = format!("{label} is no longer among the places that we know.");
        return Err(Problem::unknown_place(detail, &[]));
    };
    topic::is_carried(podcast.podcast_type, &podcast.preferences, &place)
}

fn started(id: PodcastId, base: &str) -> Answer {
    let started = Started {
        job_id: id,
        status: Status::Processing,
        message: "Podcast generation started",
        podcast_id: id,
        progress: 0,
    };
    let answer = Answer::json(StatusCode::ACCEPTED, &started)
        .about(id)
        .header(CACHE_CONTROL, HeaderValue::from_static("no-store"))
        .poll_again();
    match HeaderValue::try_from(format!("{base}/podcasts/status/{id}")) {
        Ok(location) => answer.header(LOCATION, location),
        // Only a prefix that no route of ours has can hold what a header must not.
        Err(_) => answer,
    }
}

#[cfg(test)]
mod tests;
