use std::time::{Duration, Instant};

use super::*;
use crate::{
    StorageError,
    error::Result,
    open::{Durability, pragma_int},
};

async fn modes(connection: &Connection) -> Result<[i64; 4]> {
    Ok([
        pragma_int(connection, "PRAGMA synchronous").await?,
        pragma_int(connection, "PRAGMA busy_timeout").await?,
        pragma_int(connection, "PRAGMA foreign_keys").await?,
        pragma_int(connection, "PRAGMA wal_autocheckpoint").await?,
    ])
}

#[tokio::test]
async fn the_file_stays_in_wal_mode() {
    let world = World::start().await;

    assert_eq!(world.texts("PRAGMA journal_mode").await, ["wal"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn storage_is_opened_while_another_process_writes_the_new_file() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(&folder);
    let other = Builder::new_local(&config.url).build().await;
    let other = other.unwrap().connect().unwrap();
    other.execute("BEGIN IMMEDIATE", ()).await.unwrap();

    let opened = tokio::spawn(async move { Storage::open(&config, Access::Write).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!opened.is_finished(), "it waits");
    other.execute("ROLLBACK", ()).await.unwrap();

    assert!(opened.await.unwrap().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn storage_may_be_opened_by_a_task_of_its_own() {
    let world = World::start().await;
    let config = world.config();

    let opened = tokio::spawn(async move { Storage::open(&config, Access::Read).await });

    assert!(opened.await.unwrap().is_ok());
}

#[tokio::test]
async fn promises_are_flushed_and_nothing_else_waits_for_the_disk() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), 0).await;
    world.storage.mark_queued(id, at(0)).await.unwrap();

    let quick = world
        .storage
        .on_writer(Durability::Process, modes)
        .await
        .unwrap();
    let promise = world
        .storage
        .on_writer(Durability::Promise, modes)
        .await
        .unwrap();

    assert_eq!(quick, [1, 30_000, 1, 0]);
    assert_eq!(promise, [2, 30_000, 1, 0]);
}

#[tokio::test]
async fn storage_opened_for_reading_refuses_to_write() {
    let world = World::start().await;
    let reader = Storage::open(&world.config(), Access::Read).await.unwrap();

    let refused = reader.accept(asked_by("alice"), None, at(0)).await;

    assert!(
        matches!(refused, Err(StorageError::ReadOnly)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn reading_does_not_wait_for_a_writer() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), 0).await;
    let writer = world.raw().await;
    writer.execute("BEGIN IMMEDIATE", ()).await.unwrap();
    writer
        .execute("UPDATE podcasts SET message = 'half-way'", ())
        .await
        .unwrap();

    let started = Instant::now();
    let reader = Storage::open(&world.config(), Access::Read).await.unwrap();
    let message = reader.status(id, &alice()).await.unwrap().message;

    assert_eq!(message, "Waiting to start");
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
    writer.execute("ROLLBACK", ()).await.unwrap();
}

#[tokio::test]
async fn a_write_that_waits_does_not_hold_up_its_runtime() {
    let world = World::start().await;
    let job = world.claimed().await;
    let other = world.raw().await;
    other.execute("BEGIN IMMEDIATE", ()).await.unwrap();

    let storage = world.storage.clone();
    let waiting = tokio::spawn(async move { storage.extend(&job.lease, at(2)).await });
    let started = Instant::now();
    tokio::time::sleep(Duration::from_millis(50)).await;

    assert!(!waiting.is_finished());
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "the only thread was blocked"
    );
    other.execute("ROLLBACK", ()).await.unwrap();
    waiting.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_write_that_waited_too_long_is_refused_and_never_made() {
    let world = World::start().await;
    let job = world.claimed().await;
    let impatient = Config {
        busy_timeout: Duration::from_millis(100),
        ..world.config()
    };
    let impatient = Storage::open(&impatient, Access::Write).await.unwrap();
    let other = world.raw().await;
    other.execute("BEGIN IMMEDIATE", ()).await.unwrap();

    let started = Instant::now();
    let accepted = impatient.accept(asked_by("alice"), None, at(2)).await;
    let extended = impatient.extend(&job.lease, at(2)).await;
    let waited = started.elapsed();
    let after = impatient.on_writer(Durability::Promise, modes).await;

    assert_eq!(after.unwrap()[1], 100, "it has its patience again");
    assert!(
        matches!(accepted, Err(StorageError::Busy(_))),
        "{accepted:?}"
    );
    assert!(
        matches!(extended, Err(StorageError::Busy(_))),
        "{extended:?}"
    );
    assert!(waited < Duration::from_secs(20), "{waited:?}");
    other.execute("ROLLBACK", ()).await.unwrap();
    let id = job.podcast.id.to_string();
    assert_eq!(world.texts("SELECT id FROM podcasts").await, [id]);
}

#[tokio::test]
async fn storage_is_idle_once_the_writes_are_over_whose_callers_have_gone() {
    for durability in [Durability::Process, Durability::Promise] {
        let world = World::start().await;
        let other = world.raw().await;
        other.execute("BEGIN IMMEDIATE", ()).await.unwrap();
        let storage = world.storage.clone();
        let gone = tokio::spawn(async move {
            let sql = "UPDATE totals SET count = count";
            let change = async |connection: &Connection| Ok(connection.execute(sql, ()).await?);
            storage.write(durability, change).await
        });
        // Far enough for its thread to be there.
        tokio::time::sleep(Duration::from_millis(50)).await;
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());

        let early = tokio::time::timeout(Duration::from_millis(200), world.storage.idle()).await;
        other.execute("ROLLBACK", ()).await.unwrap();
        world.storage.idle().await;

        assert!(early.is_err(), "{durability:?}");
        // Nobody has the lock: this would fail at once.
        other.execute("BEGIN IMMEDIATE", ()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heartbeat_never_joins_the_transaction_of_the_work() {
    let world = World::start().await;
    let job = world.claimed().await;
    let Job { lease, .. } = &job;

    let heartbeat = async {
        for second in 2..100 {
            world.storage.extend(lease, at(second)).await.unwrap();
        }
    };
    let work = async {
        for percent in 2..100 {
            let stage = podcast::Stage::Voice;
            let kept = world
                .storage
                .checkpoint(lease, stage, "{}", percent, "…", at(2))
                .await;
            kept.unwrap();
        }
    };
    tokio::join!(heartbeat, work);

    assert_eq!(world.status(job.podcast.id).await.1, 99);
}

#[tokio::test]
async fn a_server_is_refused_with_a_sentence() {
    let config = Config::file("libsql://wherecast.example?authToken=s3cret");

    let refused = Storage::open(&config, Access::Read).await.err().unwrap();

    assert!(
        refused
            .to_string()
            .contains("remote servers are not supported yet by this build")
    );
    assert!(!refused.to_string().contains("s3cret"));
}

#[tokio::test]
async fn a_missing_folder_is_unavailable_and_a_file_of_another_kind_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Config::file(folder.path().join("no/such.db").to_str().unwrap());
    std::fs::write(
        folder.path().join("wherecast.db"),
        "not a database. ".repeat(100),
    )
    .unwrap();

    let unavailable = Storage::open(&missing, Access::Write).await.err().unwrap();
    let damaged = Storage::open(&config(&folder), Access::Write)
        .await
        .err()
        .unwrap();

    assert!(
        matches!(unavailable, StorageError::Unavailable(_)),
        "{unavailable:?}"
    );
    assert!(matches!(damaged, StorageError::Corrupt(_)), "{damaged:?}");
}

#[tokio::test]
async fn only_the_sweep_empties_the_log_into_the_database() {
    let world = World::start().await;
    for _ in 0..20 {
        world.accept(asked_by("alice"), 0).await;
    }

    let before = std::fs::metadata(world.config().url).unwrap().len();
    let checkpoint = world.storage.checkpoint_wal().await.unwrap();
    let after = std::fs::metadata(world.config().url).unwrap().len();

    assert!(before <= 4096, "{before}");
    assert!(after > 4096, "{after}");
    assert_eq!(checkpoint.logged_pages, checkpoint.copied_pages);
}
