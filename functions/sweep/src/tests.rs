//! On a real database and a real folder of media; only the queue's service is played.

use std::{
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    process::Command,
    thread,
};

use bytes::Bytes;
use libsql::Builder;
use media::keys;
use podcast::{Location, Owner, PodcastId, PodcastType, Preferences, Status};
use storage::{Claim, Completion, Job, NewPodcast};
use tempfile::TempDir;

use super::*;

struct World {
    folder: TempDir,
    sweep: Sweep,
}

impl World {
    /// A sweep without credentials for its queue, so that sending fails.
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sweep = Sweep::open(&config(folder.path())).await.unwrap();
        Self { folder, sweep }
    }

    async fn accept(&self, now: Timestamp) -> PodcastId {
        let podcast = NewPodcast {
            id: PodcastId::new(),
            owner: Owner::local(),
            location: Location::parse("Paris").unwrap(),
            place_id: 1,
            place_label: "Paris, France".to_owned(),
            podcast_type: PodcastType::Base,
            preferences: Preferences::default(),
            message: "Waiting to start".to_owned(),
        };
        self.sweep
            .storage
            .accept(podcast, None, now)
            .await
            .unwrap()
            .podcast_id
    }

    async fn claim(&self, id: PodcastId, now: Timestamp) -> Job {
        match self.sweep.storage.claim(id, now).await.unwrap() {
            Claim::Won(job) => *job,
            other => panic!("expected to win the claim, got {other:?}"),
        }
    }

    async fn put(&self, key: &str) {
        self.sweep
            .media
            .put(key, Bytes::from_static(b"sound"))
            .await
            .unwrap();
    }

    async fn media(&self) -> Vec<String> {
        let mut keys = self.sweep.media.list("work").await.unwrap();
        keys.extend(self.sweep.media.list("episodes").await.unwrap());
        keys
    }
}

fn config(folder: &Path) -> Config {
    Config {
        database: storage::Config::file(folder.join("wherecast.db").to_str().unwrap()),
        queue_url: "http://127.0.0.1:9/000000000000/jobs".to_owned(),
        media_store: format!("file://{}", folder.join("media").display()),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

#[tokio::test]
async fn nothing_left_behind_is_nothing_to_do() {
    let world = World::start().await;

    let swept = world.sweep.handle(at(0)).await.unwrap();

    assert_eq!(
        (swept.failed, swept.requeued, swept.media_emptied),
        (0, 0, 0)
    );
    assert!(swept.pages_checkpointed > 0);
}

#[tokio::test]
async fn a_deleted_podcast_leaves_no_media_not_even_what_its_worker_writes_late() {
    let world = World::start().await;
    let id = world.accept(at(0)).await;
    let other = world.accept(at(0)).await;
    for id in [id, other] {
        world.put(&keys::clip(id, 1, "abc")).await;
        world.put(&keys::mastered(id, 1, "def")).await;
        world.put(&keys::episode(id, 1)).await;
    }
    let of_other = world
        .media()
        .await
        .into_iter()
        .filter(|key| key.contains(&other.to_string()));
    let of_other: Vec<_> = of_other.collect();
    world.sweep.storage.mark_queued(other, at(0)).await.unwrap();
    world
        .sweep
        .storage
        .delete(id, &Owner::local(), at(0))
        .await
        .unwrap();

    world.sweep.handle(at(1)).await.unwrap();
    assert_eq!(world.media().await, of_other);
    world.put(&keys::clip(id, 1, "late")).await;
    world.sweep.handle(at(61)).await.unwrap();
    assert_eq!(world.media().await, of_other);

    world
        .sweep
        .storage
        .mark_queued(other, at(900))
        .await
        .unwrap();
    world.sweep.handle(at(900)).await.unwrap();
    assert_eq!(world.sweep.storage.discarded(9).await.unwrap(), []);
}

#[tokio::test]
async fn media_that_cannot_be_deleted_holds_up_no_other() {
    let world = World::start().await;
    let mut ids = [world.accept(at(0)).await, world.accept(at(0)).await];
    ids.sort_by_key(ToString::to_string);
    let storage = &world.sweep.storage;
    for id in ids {
        world.put(&keys::clip(id, 1, "abc")).await;
        storage.delete(id, &Owner::local(), at(0)).await.unwrap();
    }
    // A file in the place of a folder.
    let in_the_way = world.folder.path().join(format!("media/work/{}", ids[0]));
    std::fs::remove_dir_all(&in_the_way).unwrap();
    std::fs::write(in_the_way, "no folder").unwrap();

    let unfinished = world.sweep.handle(at(1)).await.unwrap_err();

    assert_eq!(unfinished.to_string(), "could not delete discarded media");
    assert_eq!(
        world.media().await,
        [format!("work/{}", ids[0])],
        "the other's is gone"
    );
}

#[tokio::test]
async fn a_regenerated_podcast_loses_its_old_episode_only() {
    let world = World::start().await;
    let id = world.accept(at(0)).await;
    let job = world.claim(id, at(0)).await;
    world.put(&keys::clip(id, 1, "abc")).await;
    world.put(&keys::episode(id, 1)).await;
    world
        .sweep
        .storage
        .fail(&job.lease, "No", at(1))
        .await
        .unwrap();
    let storage = &world.sweep.storage;
    storage
        .regenerate(id, &Owner::local(), "Starting over", None, at(2))
        .await
        .unwrap();
    world.put(&keys::episode(id, 2)).await;

    world.sweep.handle(at(3)).await.unwrap();

    assert_eq!(world.media().await, [keys::episode(id, 2)]);
}

#[tokio::test]
async fn what_a_killed_publish_left_is_deleted_once_nobody_may_publish() {
    let world = World::start().await;
    let [done, failed, at_work] = [
        world.accept(at(0)).await,
        world.accept(at(0)).await,
        world.accept(at(0)).await,
    ];
    let staged = |id| {
        let key = keys::episode(id, 1);
        world.folder.path().join(format!("media/{key}#1"))
    };
    let mut jobs = Vec::new();
    for id in [done, failed, at_work] {
        jobs.push(world.claim(id, at(0)).await);
        world.put(&keys::episode(id, 1)).await;
        std::fs::write(staged(id), "half").unwrap();
    }
    let completion = Completion {
        title: String::new(),
        description: String::new(),
        script: String::new(),
        metadata: Default::default(),
        audio_key: keys::episode(done, 1),
        duration_s: 1,
        size_bytes: 5,
        message: String::new(),
    };
    let storage = &world.sweep.storage;
    let completed = storage.complete(&jobs[0].lease, completion, at(1)).await;
    completed.unwrap();
    storage.fail(&jobs[1].lease, "No", at(1)).await.unwrap();

    world.sweep.handle(at(2)).await.unwrap();

    let left = [done, failed, at_work].map(|id| staged(id).exists());
    assert_eq!(left, [false, false, true]);
    assert!(world.media().await.contains(&keys::episode(done, 1)));
}

#[tokio::test]
async fn a_queue_that_is_down_holds_up_nothing_else() {
    let world = World::start().await;
    let stranded = world.accept(at(-60)).await;
    let exhausted = world.accept(at(-600)).await;
    for attempt in 0..5 {
        world.claim(exhausted, at(-600 + attempt * 60)).await;
    }
    let deleted = world.accept(at(0)).await;
    world.put(&keys::episode(deleted, 1)).await;
    world
        .sweep
        .storage
        .delete(deleted, &Owner::local(), at(0))
        .await
        .unwrap();

    let unfinished = world.sweep.handle(at(0)).await.unwrap_err();

    assert_eq!(
        unfinished.to_string(),
        "could not requeue stranded podcasts"
    );
    assert!(world.media().await.is_empty());
    let report = world
        .sweep
        .storage
        .status(exhausted, &Owner::local())
        .await
        .unwrap();
    assert_eq!(
        (report.status, report.message.as_str()),
        (Status::Failed, GIVEN_UP)
    );
    let still = world.sweep.storage.stranded(at(0), 9).await.unwrap();
    assert_eq!(
        still.iter().map(|stranded| stranded.id).collect::<Vec<_>>(),
        [stranded]
    );
}

#[tokio::test]
async fn a_run_ends_when_the_write_of_a_step_that_was_cut_off_is_over() {
    let world = World::start().await;
    let storage = &world.sweep.storage;
    let other = Builder::new_local(world.folder.path().join("wherecast.db"));
    let other = other.build().await.unwrap().connect().unwrap();
    other.execute("BEGIN IMMEDIATE", ()).await.unwrap();

    let cut_off = async {
        // Begun while the last step that waits does, so that it waits longer than that one.
        tokio::time::sleep(BUSY_TIMEOUT * 3 / 2).await;
        let step = storage.fail_exhausted(GIVEN_UP, at(0));
        timeout(Duration::from_millis(100), step).await
    };
    let (swept, cut_off) = tokio::join!(world.sweep.handle(at(0)), cut_off);
    let idle = timeout(Duration::from_millis(100), storage.idle()).await;

    assert_eq!(
        swept.unwrap_err().to_string(),
        "could not fail exhausted podcasts, forget old keys"
    );
    assert!(cut_off.is_err());
    assert!(idle.is_ok(), "a write is left");
    other.execute("ROLLBACK", ()).await.unwrap();
}

const CHILD: &str = "tests::sweeps_what_its_parent_prepared";
const FOLDER: &str = "SWEEP_TEST_FOLDER";

/// In a process of its own, since the queue's client takes its endpoint from the environment.
#[tokio::test]
async fn a_stranded_podcast_is_queued_again() {
    let world = World::start().await;
    let id = world.accept(at(-60)).await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let asked = thread::spawn(move || answer_one(&listener));

    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", CHILD, "--include-ignored"])
        .env(FOLDER, world.folder.path())
        .env("AWS_ENDPOINT_URL_SQS", endpoint)
        .envs([
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "x"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
        ])
        .output()
        .unwrap();

    assert!(
        child.status.success(),
        "{}",
        String::from_utf8_lossy(&child.stdout)
    );
    assert!(asked.join().unwrap().contains(&id.to_string()));
    assert_eq!(world.sweep.storage.stranded(at(0), 9).await.unwrap(), []);
}

#[tokio::test]
#[ignore = "a part of the test above, which starts it in a process of its own"]
async fn sweeps_what_its_parent_prepared() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let sweep = Sweep::open(&config(Path::new(&folder))).await.unwrap();

    let swept = sweep.handle(at(0)).await.unwrap();

    assert_eq!(swept.requeued, 1);
}

/// Takes one message as the queue's service does, and returns the request.
fn answer_one(listener: &TcpListener) -> String {
    let (mut socket, _) = listener.accept().unwrap();
    let mut request = String::new();
    while !request.ends_with('}') {
        let mut part = [0; 4096];
        let length = socket.read(&mut part).unwrap();
        assert_ne!(length, 0, "{request}");
        request.push_str(&String::from_utf8_lossy(&part[..length]));
    }
    let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n\
        Content-Length: 17\r\nConnection: close\r\n\r\n{\"MessageId\":\"1\"}";
    socket.write_all(answer.as_bytes()).unwrap();
    request
}
