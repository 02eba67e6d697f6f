use podcast::Stage;

use super::*;
use crate::{LEASE, MAX_ATTEMPTS, StorageError};

#[tokio::test]
async fn a_claimed_podcast_is_busy_until_its_lease_ends() {
    let world = World::start().await;
    let id = world.claimed().await.podcast.id;

    let busy = world.storage.claim(id, at(30)).await.unwrap();

    assert_eq!(
        busy,
        Claim::Busy {
            until: at(1) + LEASE
        }
    );
    let again = world.claim(id, 31).await;
    assert_eq!(again.podcast.attempt, 2);
}

#[tokio::test]
async fn a_heartbeat_keeps_the_podcast() {
    let world = World::start().await;
    let job = world.claimed().await;

    world.storage.extend(&job.lease, at(25)).await.unwrap();

    let busy = world.storage.claim(job.podcast.id, at(54)).await.unwrap();
    assert_eq!(busy, Claim::Busy { until: at(55) });
}

#[tokio::test]
async fn of_many_claims_at_once_one_wins() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), 0).await;
    let other = Storage::open(&world.config(), Access::Write).await.unwrap();

    let claims = (0..20).map(|n| {
        let storage = if n % 2 == 0 {
            world.storage.clone()
        } else {
            other.clone()
        };
        tokio::spawn(async move { storage.claim(id, at(1)).await.unwrap() })
    });
    let mut won = 0;
    for claim in claims.collect::<Vec<_>>() {
        won += usize::from(matches!(claim.await.unwrap(), Claim::Won(_)));
    }

    assert_eq!(won, 1);
}

#[tokio::test]
async fn there_is_nothing_to_do_for_a_finished_or_unknown_podcast() {
    let world = World::start().await;
    let job = world.claimed().await;
    world
        .storage
        .complete(&job.lease, episode(&job), at(2))
        .await
        .unwrap();

    let finished = world.storage.claim(job.podcast.id, at(100)).await.unwrap();
    let unknown = world
        .storage
        .claim(PodcastId::new(), at(100))
        .await
        .unwrap();

    assert_eq!((finished, unknown), (Claim::Nothing, Claim::Nothing));
}

#[tokio::test]
async fn after_five_attempts_a_podcast_is_exhausted() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), 0).await;
    let minutes = (0..i64::from(MAX_ATTEMPTS)).map(|attempt| attempt * 60);
    for second in minutes {
        world.claim(id, second).await;
    }

    let busy = world.storage.claim(id, at(250)).await.unwrap();
    let exhausted = world.storage.claim(id, at(300)).await.unwrap();

    assert_eq!(busy, Claim::Busy { until: at(270) });
    assert_eq!(exhausted, Claim::Exhausted);
}

#[tokio::test]
async fn attempts_at_what_cannot_be_read_count_too() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), 0).await;
    let of_a_later_build = "INSERT INTO checkpoints VALUES (?1, 1, 'applause', '{}')";
    let raw = world.raw().await;
    raw.execute(of_a_later_build, [id.to_string()])
        .await
        .unwrap();

    for attempt in 0..i64::from(MAX_ATTEMPTS) {
        let unread = world.storage.claim(id, at(attempt * 60)).await;
        assert!(
            matches!(unread, Err(StorageError::Corrupt(_))),
            "{unread:?}"
        );
    }

    assert_eq!(
        world.storage.claim(id, at(300)).await.unwrap(),
        Claim::Exhausted
    );
}

#[tokio::test]
async fn attempts_that_get_further_do_not_count() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), 0).await;
    let storage = &world.storage;
    for attempt in 0..10 {
        let job = world.claim(id, i64::from(attempt) * 60).await;
        let now = at(i64::from(attempt) * 60 + 1);
        storage
            .progress(&job.lease, 10 + attempt, "…", now)
            .await
            .unwrap();
        assert_eq!(storage.attempts(&job.lease).await.unwrap(), 0);
    }

    for attempt in 10..15 {
        let job = world.claim(id, attempt * 60).await;
        let now = at(attempt * 60 + 1);
        storage.progress(&job.lease, 19, "…", now).await.unwrap();
    }

    assert_eq!(
        storage.claim(id, at(1000)).await.unwrap(),
        Claim::Exhausted,
        "the last five got it no further"
    );
}

#[tokio::test]
async fn a_graceful_stop_after_progress_leaves_no_attempt_to_give_back() {
    let world = World::start().await;
    let job = world.claimed().await;
    let storage = &world.storage;
    storage.progress(&job.lease, 10, "…", at(2)).await.unwrap();
    storage.release(&job.lease, at(3)).await.unwrap();

    let lost = storage.attempts(&job.lease).await;

    assert!(matches!(lost, Err(StorageError::LeaseLost(_))), "{lost:?}");
    assert_eq!(world.claim(job.podcast.id, 4).await.podcast.attempt, 1);
}

#[tokio::test]
async fn a_graceful_stop_gives_the_attempt_back_and_a_retry_does_not() {
    let world = World::start().await;
    let job = world.claimed().await;
    let id = job.podcast.id;

    world.storage.release(&job.lease, at(2)).await.unwrap();
    let after_stop = world.claim(id, 2).await;
    world
        .storage
        .retry_later(&after_stop.lease, "Trying again soon", at(3))
        .await
        .unwrap();
    let waiting = world.status(id).await;
    let after_retry = world.claim(id, 3).await;

    assert_eq!(
        (after_stop.podcast.attempt, after_retry.podcast.attempt),
        (1, 2)
    );
    assert_eq!(
        waiting,
        (Status::Pending, 0, "Trying again soon".to_owned())
    );
}

#[tokio::test]
async fn progress_never_falls_while_messages_go_on() {
    let world = World::start().await;
    let job = world.claimed().await;
    let id = job.podcast.id;

    world
        .storage
        .progress(&job.lease, 60, "Recording line 26 of 52", at(2))
        .await
        .unwrap();
    world
        .storage
        .progress(&job.lease, 30, "Recording line 1 of 52", at(3))
        .await
        .unwrap();
    let retried = world.claim(id, 60).await;

    let message = "Recording line 1 of 52".to_owned();
    assert_eq!(world.status(id).await, (Status::Processing, 60, message));
    assert_eq!(retried.podcast.progress, 60);
}

#[tokio::test]
async fn the_next_attempt_has_the_checkpoints_of_the_last() {
    let world = World::start().await;
    let job = world.claimed().await;
    let storage = &world.storage;
    storage
        .checkpoint(&job.lease, Stage::Research, "[1]", 10, "…", at(2))
        .await
        .unwrap();
    storage
        .checkpoint(&job.lease, Stage::Script, "[2]", 30, "…", at(3))
        .await
        .unwrap();
    storage
        .checkpoint(&job.lease, Stage::Script, "[3]", 30, "…", at(4))
        .await
        .unwrap();

    let next = world.claim(job.podcast.id, 60).await;

    assert!(job.checkpoints.is_empty());
    let kept = [
        (Stage::Research, "[1]".to_owned()),
        (Stage::Script, "[3]".to_owned()),
    ];
    assert_eq!(next.checkpoints, kept.into());
    assert_eq!(next.podcast.progress, 30);
}

#[tokio::test]
async fn a_new_generation_has_no_checkpoints_of_the_old() {
    let world = World::start().await;
    let job = world.claimed().await;
    let id = job.podcast.id;
    world
        .storage
        .checkpoint(&job.lease, Stage::Script, "[1]", 30, "…", at(2))
        .await
        .unwrap();
    world
        .storage
        .fail(&job.lease, "No voice", at(3))
        .await
        .unwrap();
    world
        .storage
        .regenerate(id, &alice(), "Starting over", None, at(4))
        .await
        .unwrap();

    let next = world.claim(id, 5).await;

    assert_eq!((next.lease.generation, next.podcast.attempt), (2, 1));
    assert!(next.checkpoints.is_empty());
}

#[tokio::test]
async fn a_completed_podcast_has_everything_at_once() {
    let world = World::start().await;
    let job = world.claimed().await;

    world
        .storage
        .complete(&job.lease, episode(&job), at(9))
        .await
        .unwrap();

    let detail = world
        .storage
        .detail(job.podcast.id, &alice())
        .await
        .unwrap();
    let podcast = detail.podcast;
    assert_eq!((podcast.status, podcast.progress), (Status::Completed, 100));
    assert_eq!(
        (podcast.duration_s, podcast.size_bytes),
        (Some(361), Some(4_321_000))
    );
    assert_eq!(
        podcast.audio_key.unwrap(),
        format!("episodes/{}/1.mp3", podcast.id)
    );
    assert_eq!(podcast.completed_at, Some(at(9)));
    assert_eq!(detail.script.unwrap(), "A: Hello.\nB: Hello.");
    assert_eq!(detail.metadata["chapters"][0]["title"], "The river");
    assert!(world.texts("SELECT * FROM checkpoints").await.is_empty());
}

#[tokio::test]
async fn a_failed_podcast_shows_its_reason() {
    let world = World::start().await;
    let job = world.claimed().await;
    let id = job.podcast.id;

    world
        .storage
        .fail(&job.lease, "We know too little about this place", at(2))
        .await
        .unwrap();

    let podcast = world.storage.detail(id, &alice()).await.unwrap().podcast;
    assert_eq!(podcast.status, Status::Failed);
    assert_eq!(
        podcast.error.as_deref(),
        Some("We know too little about this place")
    );
    assert_eq!(podcast.error.unwrap(), podcast.message);
    let discarded = world.texts("SELECT path FROM discarded_media").await;
    assert_eq!(
        discarded,
        [format!("episodes/{id}/1.mp3"), format!("work/{id}/1/")]
    );
}

#[tokio::test]
async fn a_podcast_deleted_in_the_making_stops_its_worker() {
    let world = World::start().await;
    let job = world.claimed().await;
    let id = job.podcast.id;

    world.storage.delete(id, &alice(), at(2)).await.unwrap();
    let next = world.storage.progress(&job.lease, 10, "…", at(3)).await;

    assert!(
        matches!(next, Err(StorageError::LeaseLost(lost)) if lost == id),
        "{next:?}"
    );
    let gone = world.storage.status(id, &alice()).await;
    assert!(matches!(gone, Err(StorageError::NotFound)));
    let discarded = world.texts("SELECT path FROM discarded_media").await;
    assert_eq!(
        discarded,
        [format!("episodes/{id}/"), format!("work/{id}/")]
    );
}
