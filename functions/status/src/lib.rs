//! `GET /podcasts/status/{id}`: how far a podcast is.
//!
//! One read by primary key on a connection that cannot write, and nothing else: pages poll this all
//! through a generation, and one failed poll ends their polling for good.

#![cfg_attr(test, allow(clippy::unwrap_used))]

use lambda_http::{
    Request,
    http::{HeaderValue, Method, StatusCode, header::CACHE_CONTROL},
};
use podcast::{PodcastId, Status};
use reply::{Answer, Path, Problem, StartError, Store};
use serde::Serialize;
use storage::{Access, StatusReport};

/// What the function is told by its environment.
#[derive(Debug, Clone)]
pub struct Config {
    /// `DATABASE_URL` and `DATABASE_AUTH_TOKEN`: where the podcasts are.
    pub database: storage::Config,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// When a variable is missing; the error names it.
    pub fn from_env() -> Result<Self, StartError> {
        Ok(Self {
            database: storage::Config::from_env()?,
        })
    }
}

/// Tells how far podcasts are.
pub struct Reporter {
    store: Store,
}

/// A poll's answer; `job_id` and `podcast_id` are one and the same.
#[derive(Serialize)]
struct Report {
    job_id: PodcastId,
    status: Status,
    message: String,
    podcast_id: PodcastId,
    progress: u8,
}

impl Reporter {
    /// Opens what the function needs.
    ///
    /// # Errors
    /// When the database cannot be opened for a reason that does not pass.
    pub async fn open(config: Config) -> Result<Self, StartError> {
        Ok(Self {
            store: Store::open(config.database, Access::Read).await?,
        })
    }

    /// Answers one request.
    ///
    /// # Errors
    /// 404 for no podcast of the caller, 405 for another method than GET, 422 for a malformed id.
    pub async fn handle(&self, request: Request) -> Result<Answer, Problem> {
        let path = Path::of(&request);
        let Some(["status", id]) = path.segments.as_deref() else {
            return Err(Problem::not_found("There is nothing at this address"));
        };
        if request.method() != Method::GET {
            return Err(Problem::method_not_allowed("GET"));
        }
        let id = reply::podcast_id(id)?;
        let owner = reply::owner(&request)?;
        let report = self.store.storage().await?.status(id, &owner).await?;
        Ok(answer(report, &request))
    }
}

fn answer(report: StatusReport, request: &Request) -> Answer {
    let StatusReport {
        id,
        status,
        progress,
        message,
        ..
    } = report;
    let report = Report {
        job_id: id,
        status,
        message,
        podcast_id: id,
        progress,
    };
    let answer = Answer::json(StatusCode::OK, &report)
        .about(id)
        .header(CACHE_CONTROL, HeaderValue::from_static("no-store"))
        .revalidated(request);
    if status.is_finished() {
        answer
    } else {
        answer.poll_again()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use lambda_http::{Body, Response};
    use podcast::{Location, Owner, PodcastType, Preferences};
    use reply::testing::{Event, json};
    use serde_json::json;
    use storage::{Claim, NewPodcast, Storage};
    use tempfile::TempDir;

    use super::*;

    /// The function and a writer beside it, on one database.
    struct World {
        reporter: Reporter,
        storage: Storage,
        _folder: TempDir,
    }

    impl World {
        async fn start() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let database = storage::Config::file(folder.path().join("a.db").to_string_lossy());
            let storage = Storage::open(&database, Access::Write).await.unwrap();
            let reporter = Reporter::open(Config { database }).await.unwrap();
            Self {
                reporter,
                storage,
                _folder: folder,
            }
        }

        async fn accept(&self, owner: &str) -> PodcastId {
            let podcast = NewPodcast {
                id: PodcastId::new(),
                owner: Owner::new(owner),
                location: Location::parse("Paris").unwrap(),
                place_id: 2_988_507,
                place_label: "Paris, France".to_owned(),
                podcast_type: PodcastType::Base,
                preferences: Preferences::default(),
                message: "Waiting".to_owned(),
            };
            self.storage
                .accept(podcast, None, Timestamp::now())
                .await
                .unwrap()
                .podcast_id
        }

        async fn answer(&self, event: Event) -> Response<Body> {
            reply::respond(|request| self.reporter.handle(request), event.request()).await
        }
    }

    fn poll(id: impl std::fmt::Display) -> Event {
        Event::get(&format!("/api/v1/podcasts/status/{id}"))
    }

    #[tokio::test]
    async fn a_poll_tells_how_far_a_running_podcast_is_and_when_to_ask_again() {
        let world = World::start().await;
        let id = world.accept("local").await;

        let response = world.answer(poll(id)).await;

        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["retry-after"], "2");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let expected = json!({"job_id": id, "status": "pending", "message": "Waiting", "podcast_id": id, "progress": 0});
        assert_eq!(json(&response), expected);
    }

    #[tokio::test]
    async fn a_state_that_the_page_knows_is_not_sent_again_until_it_changes() {
        let world = World::start().await;
        let id = world.accept("local").await;
        let tag = world.answer(poll(id)).await.headers()["etag"]
            .to_str()
            .unwrap()
            .to_owned();

        let same = world.answer(poll(id).header("if-none-match", &tag)).await;
        world.storage.claim(id, Timestamp::now()).await.unwrap();
        let other = world.answer(poll(id).header("if-none-match", &tag)).await;

        assert_eq!(
            (same.status(), same.body().is_empty()),
            (StatusCode::NOT_MODIFIED, true)
        );
        assert_eq!(same.headers()["retry-after"], "2");
        assert_eq!(json(&other)["status"], "processing");
    }

    #[tokio::test]
    async fn a_failed_podcast_shows_its_reason_and_needs_no_more_polls() {
        let world = World::start().await;
        let id = world.accept("local").await;
        let now = Timestamp::now();
        let Claim::Won(job) = world.storage.claim(id, now).await.unwrap() else {
            panic!("not won")
        };
        world
            .storage
            .fail(&job.lease, "The voice is missing", now)
            .await
            .unwrap();

        let response = world.answer(poll(id)).await;

        assert_eq!(json(&response)["status"], "failed");
        assert_eq!(json(&response)["message"], "The voice is missing");
        assert!(!response.headers().contains_key("retry-after"));
    }

    #[tokio::test]
    async fn a_foreign_podcast_is_as_unknown_as_one_that_never_was() {
        let world = World::start().await;
        let id = world.accept("ann").await;

        let foreign = world.answer(poll(id).owner("ben")).await;
        let anonymous = world.answer(poll(id).header("if-none-match", "*")).await;
        let unknown = world.answer(poll(PodcastId::new()).owner("ben")).await;

        assert_eq!(world.answer(poll(id).owner("ann")).await.status(), 200);
        assert_eq!(
            (foreign.status(), anonymous.status()),
            (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND)
        );
        assert_eq!(json(&foreign), json(&unknown));
        assert_eq!(json(&foreign)["detail"], "Podcast not found");
    }

    #[tokio::test]
    async fn a_malformed_id_does_not_fit_and_another_method_is_not_allowed() {
        let world = World::start().await;

        let malformed = world.answer(poll("7")).await;
        let posted = world.answer(Event::post("/api/v1/podcasts/status/7")).await;
        let elsewhere = world.answer(Event::get("/api/v1/podcasts/status")).await;

        assert_eq!(
            (malformed.status().as_u16(), elsewhere.status().as_u16()),
            (422, 404)
        );
        assert_eq!(
            (
                posted.status().as_u16(),
                posted.headers()["allow"].to_str().unwrap()
            ),
            (405, "GET")
        );
    }
}
