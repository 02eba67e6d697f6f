//! On real SQLite in temporary folders. Time is passed in, so nothing sleeps.

mod accept;
mod clock;
mod connections;
mod doubt;
mod every_move;
mod library;
mod migrations;
mod sweep;
mod torn_wal;
mod upgrade;
mod worker;

use jiff::Timestamp;
use libsql::{Builder, Connection, Value};
use podcast::{Location, Owner, PodcastId, PodcastType, Preferences, Status};
use rand::{SeedableRng, rngs::StdRng};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    Access, Claim, Completion, Config, Job, NewPodcast, Storage,
    open::{Durability, rows, set_pragma},
};

/// A fresh database, opened for writing.
struct World {
    folder: TempDir,
    storage: Storage,
}

impl World {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(&config(&folder), Access::Write)
            .await
            .unwrap();
        Self { folder, storage }
    }

    fn config(&self) -> Config {
        config(&self.folder)
    }

    /// A connection past the module, to look and to get in the way.
    async fn raw(&self) -> Connection {
        Builder::new_local(self.config().url)
            .build()
            .await
            .unwrap()
            .connect()
            .unwrap()
    }

    /// Flushes nothing any more, for a test that commits a thousand times and is not about power cuts.
    async fn hurry(&self) {
        set_mode(&self.storage, "PRAGMA synchronous = OFF").await;
    }

    async fn texts(&self, sql: &str) -> Vec<String> {
        let read = |row: &libsql::Row| Ok(text(row.get_value(0)?));
        rows(&self.raw().await, sql, (), read).await.unwrap()
    }

    async fn accept(&self, podcast: NewPodcast, second: i64) -> PodcastId {
        self.storage
            .accept(podcast, None, at(second))
            .await
            .unwrap()
            .podcast_id
    }

    /// Accepts a podcast of `alice` at second 0 and claims it at second 1.
    async fn claimed(&self) -> Job {
        let id = self.accept(asked_by("alice"), 0).await;
        self.claim(id, 1).await
    }

    async fn claim(&self, id: PodcastId, second: i64) -> Job {
        match self.storage.claim(id, at(second)).await.unwrap() {
            Claim::Won(job) => *job,
            other => panic!("expected to win the claim, got {other:?}"),
        }
    }

    async fn status(&self, id: PodcastId) -> (Status, u8, String) {
        let report = self.storage.status(id, &alice()).await.unwrap();
        (report.status, report.progress, report.message)
    }
}

/// Sets a mode of every connection that writes.
async fn set_mode(storage: &Storage, mode: &'static str) {
    for durability in [Durability::Process, Durability::Promise] {
        let set = storage.on_writer(durability, async move |writer| {
            set_pragma(writer, mode).await
        });
        set.await.unwrap();
    }
}

/// How often a random test tries: `usual` times, or `long` ones where `WHERECAST_LONG` is set.
fn tries(usual: u64, long: u64) -> u64 {
    let is_long = std::env::var_os("WHERECAST_LONG").is_some();
    if is_long { long } else { usual }
}

/// Where random tests begin: at `WHERECAST_SEED`, or anywhere.
fn first_seed() -> u64 {
    let given = std::env::var("WHERECAST_SEED").ok();
    given.map_or_else(
        || u64::from(rand::random::<u32>()),
        |seed| seed.parse().unwrap(),
    )
}

fn dice(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

fn config(folder: &TempDir) -> Config {
    Config::file(folder.path().join("wherecast.db").to_str().unwrap())
}

fn text(value: Value) -> String {
    match value {
        Value::Text(text) => text,
        Value::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn alice() -> Owner {
    Owner::new("alice")
}

fn asked_by(owner: &str) -> NewPodcast {
    NewPodcast {
        id: PodcastId::new(),
        owner: Owner::new(owner),
        location: Location::parse("paris, france").unwrap(),
        place_id: 2_988_507,
        place_label: "Paris, France".to_owned(),
        podcast_type: PodcastType::Standout,
        preferences: Preferences {
            topic: Some("bridges".to_owned()),
            ..Preferences::default()
        },
        message: "Waiting to start".to_owned(),
    }
}

fn episode(job: &Job) -> Completion {
    Completion {
        title: "Paris, the river's city".to_owned(),
        description: "About bridges.".to_owned(),
        script: "A: Hello.\nB: Hello.".to_owned(),
        metadata: json!({"chapters": [{"title": "The river"}]}),
        audio_key: format!("episodes/{}/{}.mp3", job.podcast.id, job.podcast.generation),
        duration_s: 361,
        size_bytes: 4_321_000,
        message: "Your episode is ready".to_owned(),
    }
}

/// The steps in which SQLite would answer `sql`.
async fn plan_of(world: &World, sql: &str) -> Vec<String> {
    let read = |row: &libsql::Row| Ok(row.get::<String>(3)?);
    let explain = format!("EXPLAIN QUERY PLAN {sql}");
    rows(&world.raw().await, &explain, (), read).await.unwrap()
}
