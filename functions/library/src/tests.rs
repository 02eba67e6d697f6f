use lambda_http::{Body, Response};
use podcast::{Location, Owner, PodcastType, Preferences, Stage};
use reply::testing::{Event, json};
use serde_json::{Value, json};
use storage::{Claim, Completion, NewPodcast, Storage};
use tempfile::TempDir;

use super::*;

/// The function and a worker beside it, on one database.
struct World {
    library: Library,
    storage: Storage,
    _folder: TempDir,
}

impl World {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = storage::Config::file(folder.path().join("a.db").to_string_lossy());
        let storage = Storage::open(&database, Access::Write).await.unwrap();
        let config = Config {
            database,
            media_base_url: "http://media.test".to_owned(),
        };
        Self {
            library: Library::open(config).await.unwrap(),
            storage,
            _folder: folder,
        }
    }

    async fn accept(&self, owner: &str) -> PodcastId {
        let podcast = NewPodcast {
            id: PodcastId::new(),
            owner: Owner::new(owner),
            location: Location::parse("paris").unwrap(),
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

    async fn complete(&self, id: PodcastId) {
        let now = Timestamp::now();
        let Claim::Won(job) = self.storage.claim(id, now).await.unwrap() else {
            panic!("not won")
        };
        let completion = Completion {
            title: "Paris".to_owned(),
            description: "A city".to_owned(),
            script: "A: Hello".to_owned(),
            metadata: json!({"chapters": []}),
            audio_key: format!("episodes/{id}/1.mp3"),
            duration_s: 361,
            size_bytes: 4_000_000,
            message: "Ready".to_owned(),
        };
        self.storage
            .complete(&job.lease, completion, now)
            .await
            .unwrap();
    }

    async fn answer(&self, event: Event) -> Response<Body> {
        reply::respond(|request| self.library.handle(request), event.request()).await
    }

    async fn list(&self, query: &str) -> Value {
        let response = self
            .answer(Event::get(&format!("/api/v1/podcasts/{query}")))
            .await;
        assert_eq!(response.status(), 200, "{query}");
        json(&response)
    }
}

fn podcast(id: impl std::fmt::Display) -> Event {
    Event::get(&format!("/api/v1/podcasts/{id}"))
}

fn deletion(id: impl std::fmt::Display) -> Event {
    Event::new("DELETE", &format!("/api/v1/podcasts/{id}"))
}

fn ids(page: &Value) -> Vec<String> {
    let podcasts = page["podcasts"].as_array().unwrap().iter();
    podcasts
        .map(|podcast| podcast["id"].as_str().unwrap().to_owned())
        .collect()
}

const KEYS: [&str; 17] = [
    "id",
    "user_id",
    "location",
    "podcast_type",
    "status",
    "title",
    "description",
    "script_content",
    "audio_url",
    "duration_seconds",
    "file_size_bytes",
    "podcast_metadata",
    "error_message",
    "progress_percentage",
    "created_at",
    "updated_at",
    "completed_at",
];

#[tokio::test]
async fn a_new_podcast_shows_every_key_and_null_where_nothing_is_known() {
    let world = World::start().await;
    let id = world.accept("local").await;

    let response = world.answer(podcast(id)).await;

    let shown = json(&response);
    assert_eq!(response.headers()["retry-after"], "2");
    for key in KEYS {
        assert!(shown.as_object().unwrap().contains_key(key), "{key}");
    }
    for unknown in [
        "title",
        "script_content",
        "audio_url",
        "podcast_metadata",
        "completed_at",
    ] {
        assert_eq!(shown[unknown], Value::Null, "{unknown}");
    }
    assert_eq!(shown["location"], "paris");
    assert_eq!(
        shown["place"],
        json!({"geoname_id": 2_988_507, "label": "Paris, France"})
    );
}

#[tokio::test]
async fn a_completed_podcast_has_all_of_its_episode() {
    let world = World::start().await;
    let id = world.accept("local").await;
    world.complete(id).await;

    let shown = json(&world.answer(podcast(id)).await);

    assert_eq!(
        shown["audio_url"],
        format!("http://media.test/episodes/{id}/1.mp3")
    );
    assert_eq!(shown["duration_seconds"], 361);
    assert_eq!(shown["script_content"], "A: Hello");
    assert_eq!(shown["podcast_metadata"], json!({"chapters": []}));
    assert_eq!(
        (&shown["status"], &shown["progress_percentage"]),
        (&json!("completed"), &json!(100))
    );
    for time in ["created_at", "updated_at", "completed_at"] {
        let text = shown[time].as_str().unwrap();
        assert!(
            text.ends_with('Z') && text.parse::<Timestamp>().is_ok(),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_list_shows_the_newest_first_without_long_texts() {
    let world = World::start().await;
    let (first, second) = (world.accept("local").await, world.accept("local").await);
    world.complete(first).await;

    let page = world.list("").await;

    assert_eq!(ids(&page), [second.to_string(), first.to_string()]);
    assert_eq!(
        (&page["total"], &page["skip"], &page["limit"]),
        (&json!(2), &json!(0), &json!(20))
    );
    assert_eq!(page["next_cursor"], Value::Null);
    let keys = page["podcasts"][1].as_object().unwrap();
    assert!(!keys.contains_key("script_content") && !keys.contains_key("podcast_metadata"));
    assert_eq!(
        world.answer(Event::get("/api/v1/podcasts")).await.status(),
        200
    );
}

#[tokio::test]
async fn pages_by_cursor_and_by_skip_show_each_podcast_once() {
    let world = World::start().await;
    let mut expected = Vec::new();
    for _ in 0..5 {
        expected.insert(0, world.accept("local").await.to_string());
    }

    let mut by_cursor = Vec::new();
    let mut query = "?limit=2".to_owned();
    loop {
        let page = world.list(&query).await;
        by_cursor.extend(ids(&page));
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        query = format!("?limit=2&cursor={next}");
    }
    let mut by_skip = Vec::new();
    for skip in [0, 2, 4, 6] {
        by_skip.extend(ids(&world.list(&format!("?limit=2&skip={skip}")).await));
    }

    assert_eq!(by_cursor, expected);
    assert_eq!(by_skip, expected);
}

#[tokio::test]
async fn a_filter_shows_and_counts_one_status_only() {
    let world = World::start().await;
    let (done, _) = (world.accept("local").await, world.accept("local").await);
    world.complete(done).await;

    let page = world.list("?status_filter=completed").await;

    assert_eq!(
        (ids(&page), &page["total"]),
        (vec![done.to_string()], &json!(1))
    );
}

#[tokio::test]
async fn a_query_that_does_not_fit_is_refused() {
    let world = World::start().await;

    for query in [
        "limit=0",
        "limit=101",
        "skip=x",
        "status_filter=done",
        "cursor=tampered",
    ] {
        let response = world
            .answer(Event::get(&format!("/api/v1/podcasts/?{query}")))
            .await;
        assert_eq!(response.status(), 422, "{query}");
    }
}

#[tokio::test]
async fn what_the_caller_has_is_not_sent_again_until_it_changes() {
    let world = World::start().await;
    let id = world.accept("local").await;

    for event in [podcast(id), Event::get("/api/v1/podcasts/")] {
        let first = world.answer(event.clone()).await;
        let tag = first.headers()["etag"].to_str().unwrap().to_owned();
        let again = world.answer(event.header("if-none-match", &tag)).await;
        assert_eq!(again.status(), 304);
        assert_eq!(again.headers()["cache-control"], "private, no-cache");
    }
    let tag = world.answer(podcast(id)).await.headers()["etag"]
        .to_str()
        .unwrap()
        .to_owned();
    world.complete(id).await;
    let changed = world
        .answer(podcast(id).header("if-none-match", &tag))
        .await;
    assert_eq!(
        (
            changed.status(),
            changed.headers().contains_key("retry-after")
        ),
        (StatusCode::OK, false)
    );
}

#[tokio::test]
async fn a_deleted_podcast_is_gone_and_its_worker_fenced() {
    let world = World::start().await;
    let id = world.accept("local").await;
    let now = Timestamp::now();
    let Claim::Won(job) = world.storage.claim(id, now).await.unwrap() else {
        panic!("not won")
    };

    let deleted = world.answer(deletion(id)).await;

    assert_eq!(
        (deleted.status(), deleted.body().is_empty()),
        (StatusCode::NO_CONTENT, true)
    );
    assert_eq!(world.answer(deletion(id)).await.status(), 404);
    assert_eq!(world.answer(podcast(id)).await.status(), 404);
    assert_eq!(world.list("").await["total"], 0);
    let late = world
        .storage
        .checkpoint(&job.lease, Stage::Research, "{}", 10, "late", now)
        .await;
    assert!(late.is_err());
}

#[tokio::test]
async fn no_owner_sees_or_deletes_what_is_anothers() {
    let world = World::start().await;
    let (anns, _) = (world.accept("ann").await, world.accept("ann").await);
    let list = Event::get("/api/v1/podcasts/?limit=1");
    let page = json(&world.answer(list.clone().owner("ann")).await);
    let anns_cursor = page["next_cursor"].as_str().unwrap().to_owned();

    let shown = world
        .answer(podcast(anns).owner("ben").header("if-none-match", "*"))
        .await;
    let deleted = world.answer(deletion(anns).owner("ben")).await;
    let unknown = world.answer(podcast(PodcastId::new()).owner("ben")).await;
    let listed = json(&world.answer(list.owner("ben")).await);
    let query = format!("/api/v1/podcasts/?limit=1&cursor={anns_cursor}");
    let stolen = world.answer(Event::get(&query).owner("ben")).await;

    assert_eq!(
        (json(&shown), json(&deleted)),
        (json(&unknown), json(&unknown))
    );
    assert_eq!((&listed["total"], ids(&listed)), (&json!(0), vec![]));
    assert_eq!(stolen.status(), 422);
    assert_eq!(world.answer(podcast(anns).owner("ann")).await.status(), 200);
}

#[tokio::test]
async fn a_wrong_address_method_or_id_is_told_apart() {
    let world = World::start().await;
    let allow =
        |response: &Response<Body>| response.headers()["allow"].to_str().unwrap().to_owned();

    let posted = world.answer(Event::post("/api/v1/podcasts/")).await;
    let put = world.answer(Event::new("PUT", "/api/v1/podcasts/7")).await;

    assert_eq!(
        (posted.status().as_u16(), allow(&posted)),
        (405, "GET".to_owned())
    );
    assert_eq!(
        (put.status().as_u16(), allow(&put)),
        (405, "GET, DELETE".to_owned())
    );
    assert_eq!(world.answer(podcast("7")).await.status(), 422);
    assert_eq!(world.answer(deletion("nonsense")).await.status(), 422);
    assert_eq!(
        world.answer(Event::get("/api/v1/elsewhere")).await.status(),
        404
    );
}
