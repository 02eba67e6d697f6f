use super::*;
use crate::{Accepted, Idempotency, StorageError};

fn key(request: &str) -> Option<Idempotency> {
    Some(Idempotency::new("key-1", request.as_bytes()))
}

#[tokio::test]
async fn an_accepted_podcast_is_pending_with_all_its_facts() {
    let world = World::start().await;
    let asked = asked_by("alice");

    let accepted = world
        .storage
        .accept(asked.clone(), None, at(0))
        .await
        .unwrap();

    assert_eq!(
        accepted,
        Accepted {
            podcast_id: asked.id,
            generation: 1,
            is_new: true,
            is_queued: false
        }
    );
    let detail = world.storage.detail(asked.id, &alice()).await.unwrap();
    assert_eq!(detail.script, None);
    assert_eq!(detail.metadata, json!({}));
    let podcast = detail.podcast;
    assert_eq!(podcast.location, "paris, france");
    assert_eq!(
        (podcast.place_id, podcast.place_label.as_str()),
        (2_988_507, "Paris, France")
    );
    assert_eq!(podcast.podcast_type, PodcastType::Standout);
    assert_eq!(podcast.preferences, asked.preferences);
    assert_eq!((podcast.status, podcast.progress), (Status::Pending, 0));
    assert_eq!((podcast.created_at, podcast.updated_at), (at(0), at(0)));
    assert_eq!(
        (podcast.title, podcast.audio_key, podcast.error),
        (None, None, None)
    );
}

#[tokio::test]
async fn a_podcast_belongs_to_its_owner_alone() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), 0).await;
    let bob = Owner::new("bob");

    let storage = &world.storage;

    assert!(matches!(
        storage.status(id, &bob).await,
        Err(StorageError::NotFound)
    ));
    assert!(matches!(
        storage.detail(id, &bob).await,
        Err(StorageError::NotFound)
    ));
    assert!(matches!(
        storage.delete(id, &bob, at(1)).await,
        Err(StorageError::NotFound)
    ));
    let regenerated = storage.regenerate(id, &bob, "", None, at(1)).await;
    assert!(matches!(regenerated, Err(StorageError::NotFound)));
    assert!(storage.status(id, &alice()).await.is_ok());
}

#[tokio::test]
async fn the_same_key_and_request_give_the_same_job() {
    let world = World::start().await;
    let first = world
        .storage
        .accept(asked_by("alice"), key("paris"), at(0))
        .await
        .unwrap();

    let again = world
        .storage
        .accept(asked_by("alice"), key("paris"), at(1))
        .await
        .unwrap();

    assert_eq!(
        again,
        Accepted {
            is_new: false,
            ..first
        }
    );
    assert_eq!(world.texts("SELECT count(*) FROM podcasts").await, ["1"]);
}

#[tokio::test]
async fn a_key_is_refused_for_another_request() {
    let world = World::start().await;
    world
        .storage
        .accept(asked_by("alice"), key("paris"), at(0))
        .await
        .unwrap();

    let other = world
        .storage
        .accept(asked_by("alice"), key("london"), at(1))
        .await;

    assert!(matches!(other, Err(StorageError::KeyReused)), "{other:?}");
    assert_eq!(world.texts("SELECT count(*) FROM podcasts").await, ["1"]);
}

#[tokio::test]
async fn a_key_is_the_owners_own_and_lives_a_day() {
    let world = World::start().await;
    let first = world
        .storage
        .accept(asked_by("alice"), key("paris"), at(0))
        .await
        .unwrap();

    let bobs = world
        .storage
        .accept(asked_by("bob"), key("london"), at(0))
        .await
        .unwrap();
    let next_day = world
        .storage
        .accept(asked_by("alice"), key("rome"), at(86_400))
        .await
        .unwrap();

    assert!(bobs.is_new && next_day.is_new);
    assert_ne!(first.podcast_id, next_day.podcast_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_requests_with_one_key_make_one_job() {
    let world = World::start().await;
    let other = Storage::open(&world.config(), Access::Write).await.unwrap();

    let calls = (0..40).map(|n| {
        let storage = if n % 2 == 0 {
            world.storage.clone()
        } else {
            other.clone()
        };
        tokio::spawn(async move { storage.accept(asked_by("alice"), key("paris"), at(0)).await })
    });
    let mut accepted = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        accepted.push(call.await.unwrap().unwrap());
    }

    assert!(
        accepted
            .iter()
            .all(|other| other.podcast_id == accepted[0].podcast_id)
    );
    assert_eq!(
        accepted.iter().filter(|accepted| accepted.is_new).count(),
        1
    );
    assert_eq!(world.texts("SELECT count(*) FROM podcasts").await, ["1"]);
}

#[tokio::test]
async fn regenerating_starts_over_and_lets_go_of_the_old_episode() {
    let world = World::start().await;
    let job = world.claimed().await;
    let id = job.podcast.id;
    world
        .storage
        .complete(&job.lease, episode(&job), at(2))
        .await
        .unwrap();
    let kept = world.texts("SELECT path FROM discarded_media").await;
    assert_eq!(
        kept,
        [format!("episodes/{id}/1.mp3#"), format!("work/{id}/1/")]
    );

    let again = world
        .storage
        .regenerate(id, &alice(), "Starting over", None, at(3))
        .await
        .unwrap();

    assert_eq!(
        again,
        Accepted {
            podcast_id: id,
            generation: 2,
            is_new: true,
            is_queued: false
        }
    );
    let detail = world.storage.detail(id, &alice()).await.unwrap();
    assert_eq!(
        (detail.podcast.status, detail.podcast.progress),
        (Status::Pending, 0)
    );
    assert_eq!(
        (detail.podcast.message.as_str(), detail.podcast.attempt),
        ("Starting over", 0)
    );
    assert_eq!(
        (
            detail.script,
            detail.podcast.title,
            detail.podcast.audio_key
        ),
        (None, None, None)
    );
    assert_eq!(detail.podcast.completed_at, None);
    let discarded = world.texts("SELECT path FROM discarded_media").await;
    assert_eq!(
        discarded,
        [
            format!("episodes/{id}/1.mp3"),
            format!("episodes/{id}/1.mp3#"),
            format!("work/{id}/1/")
        ]
    );
}

#[tokio::test]
async fn a_podcast_in_the_making_is_not_regenerated() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), 0).await;

    let pending = world
        .storage
        .regenerate(id, &alice(), "", None, at(1))
        .await;
    world.claim(id, 1).await;
    let processing = world
        .storage
        .regenerate(id, &alice(), "", None, at(100))
        .await;

    assert!(matches!(pending, Err(StorageError::Running)), "{pending:?}");
    assert!(
        matches!(processing, Err(StorageError::Running)),
        "{processing:?}"
    );
}

#[tokio::test]
async fn regenerating_twice_with_one_key_starts_over_once() {
    let world = World::start().await;
    let job = world.claimed().await;
    let id = job.podcast.id;
    world
        .storage
        .fail(&job.lease, "No facts", at(2))
        .await
        .unwrap();

    let first = world
        .storage
        .regenerate(id, &alice(), "", key("again"), at(3))
        .await
        .unwrap();
    let second = world
        .storage
        .regenerate(id, &alice(), "", key("again"), at(4))
        .await
        .unwrap();

    assert_eq!(
        second,
        Accepted {
            is_new: false,
            ..first
        }
    );
    assert_eq!(first.generation, 2);
}

#[tokio::test]
async fn a_repeated_request_tells_whether_its_job_is_queued() {
    let world = World::start().await;
    let accept = async || {
        let key = Some(Idempotency::new("key-1", b"paris"));
        let accepted = world.storage.accept(asked_by("alice"), key, at(0)).await;
        accepted.unwrap()
    };
    let first = accept().await;

    let unqueued = accept().await;
    world.claim(first.podcast_id, 1).await;
    let claimed = accept().await;
    world
        .storage
        .mark_queued(first.podcast_id, at(2))
        .await
        .unwrap();
    let queued = accept().await;

    assert_eq!(
        [first, unqueued, claimed, queued].map(|accepted| accepted.is_queued),
        [false, false, true, true]
    );
}
