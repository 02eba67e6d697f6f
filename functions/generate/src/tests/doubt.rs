//! One change of a podcast in ten is made and reported as failed, and its job is made once all the same.

use libsql::{Builder, Connection};

use super::*;

/// A trigger that fails by `FAIL` leaves in place what its statement did until then. Within a transaction
/// the error has all of it undone: that happens, too.
const DOUBT: &str =
    "CREATE TRIGGER doubt AFTER UPDATE OF progress, attempt, lease_token ON podcasts
    WHEN abs(random()) % 10 = 0 BEGIN SELECT RAISE(FAIL, 'timed out'); END";

/// A connection past the storage module.
async fn raw(world: &World) -> Connection {
    let path = world.folder.path().join("test.db");
    let connection = Builder::new_local(path)
        .build()
        .await
        .unwrap()
        .connect()
        .unwrap();
    connection.busy_timeout(Duration::from_secs(30)).unwrap();
    connection
}

/// Brings one change in ten in doubt, after all that it leads to: the newest trigger is the first to run.
async fn doubt(raw: &Connection) {
    const TOTALS: &str = "SELECT sql FROM sqlite_schema WHERE name = 'totals_after_update'";
    let totals = text(raw, TOTALS).await;
    raw.execute("DROP TRIGGER totals_after_update", ())
        .await
        .unwrap();
    raw.execute(DOUBT, ()).await.unwrap();
    raw.execute(&totals, ()).await.unwrap();
}

async fn text(raw: &Connection, sql: &str) -> String {
    let mut rows = raw.query(sql, ()).await.unwrap();
    let text = rows.next().await.unwrap().unwrap().get(0).unwrap();
    assert!(rows.next().await.unwrap().is_none());
    text
}

/// Delivers the message until it is consumed, and gives how often it came again.
async fn deliver_until_consumed(world: &World, raw: &Connection, id: PodcastId) -> usize {
    // Half a minute passes each time.
    const EXPIRE: &str = "UPDATE podcasts SET lease_expires_at = 0 WHERE lease_expires_at > 0";
    for again in 0..50 {
        if world.deliver(&[&body(id)], far()).await.is_empty() {
            return again;
        }
        raw.execute(EXPIRE, ()).await.unwrap();
    }
    panic!(
        "never comes to an end: {:?}",
        world.detail(id).await.podcast
    );
}

#[tokio::test]
async fn changes_that_are_made_and_reported_as_failed_lose_no_job_and_make_none_twice() {
    let world = World::speaking(Duration::ZERO).await;
    let raw = raw(&world).await;
    let lives = if std::env::var_os("WHERECAST_LONG").is_some() {
        200
    } else {
        8
    };
    let mut ids = Vec::new();
    for _ in 0..lives {
        ids.push(world.written().await);
    }
    doubt(&raw).await;

    let (mut came_again, mut given_up) = (0, 0);
    for id in ids {
        came_again += deliver_until_consumed(&world, &raw, id).await;
        let podcast = world.detail(id).await.podcast;
        let Some(audio_key) = podcast.audio_key else {
            assert_eq!(podcast.status, Status::Failed, "{id}");
            given_up += 1;
            continue;
        };
        let stored = world.worker.media.head(&audio_key).await.unwrap().unwrap();
        assert_eq!((podcast.status, podcast.progress), (Status::Completed, 100));
        assert_eq!(Some(stored.size_bytes), podcast.size_bytes);
    }

    println!(
        "doubt: {lives} jobs made once, their messages came again {came_again} times, {given_up} given up"
    );
    assert!(came_again > 0, "nothing failed");
    assert!(given_up <= lives / 8);
    let wrong_totals = "SELECT CAST(count(*) AS TEXT) FROM totals WHERE count <>
        (SELECT count(*) FROM podcasts WHERE podcasts.status = totals.status)";
    assert_eq!(text(&raw, wrong_totals).await, "0");
    assert_eq!(world.episodes().await.len(), lives - given_up);
}
