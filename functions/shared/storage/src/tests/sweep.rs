use super::*;
use crate::{Discarded, Idempotency, Stranded, sweep};

async fn stranded(world: &World, second: i64) -> Vec<PodcastId> {
    let found: Vec<Stranded> = world.storage.stranded(at(second), 100).await.unwrap();
    found.into_iter().map(|stranded| stranded.id).collect()
}

#[tokio::test]
async fn a_podcast_that_was_never_queued_is_stranded_after_12_seconds() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), 0).await;

    assert_eq!(stranded(&world, 12).await, []);
    assert_eq!(stranded(&world, 13).await, [id]);
}

#[tokio::test]
async fn a_queued_podcast_is_stranded_when_no_worker_is_free_for_a_day() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), 0).await;
    world.storage.mark_queued(id, at(1)).await.unwrap();
    let at_work = [world.claimed().await, world.claimed().await];
    for job in &at_work {
        world.storage.extend(&job.lease, at(86_400)).await.unwrap();
    }

    assert_eq!(stranded(&world, 86_401).await, []);
    assert_eq!(stranded(&world, 86_402).await, [id]);
}

#[tokio::test]
async fn a_queued_podcast_is_stranded_when_a_free_worker_leaves_it_for_90_seconds() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), 0).await;
    world.storage.mark_queued(id, at(1)).await.unwrap();
    let at_work = world.claimed().await;
    world.storage.extend(&at_work.lease, at(90)).await.unwrap();

    assert_eq!(stranded(&world, 91).await, []);
    assert_eq!(stranded(&world, 92).await, [id]);
    world.storage.mark_queued(id, at(92)).await.unwrap();
    assert_eq!(stranded(&world, 119).await, []);
}

/// Requeues 1,000 waiting podcasts by an hour of sweeps while `at_work` workers live, and counts.
async fn requeued_of_a_backlog(at_work: usize) -> (usize, usize) {
    let world = World::start().await;
    world.hurry().await;
    let mut jobs = Vec::new();
    for _ in 0..at_work {
        jobs.push(world.claimed().await);
    }
    for _ in 0..1000 {
        let id = world.accept(asked_by("alice"), 0).await;
        world.storage.mark_queued(id, at(1)).await.unwrap();
    }
    let mut requeued = Vec::new();
    for second in (60..=3600).step_by(60) {
        for job in &jobs {
            world.storage.extend(&job.lease, at(second)).await.unwrap();
        }
        for id in stranded(&world, second).await {
            world.storage.mark_queued(id, at(second)).await.unwrap();
            requeued.push(id.to_string());
        }
    }
    let sent = requeued.len();
    requeued.sort();
    requeued.dedup();
    (sent, requeued.len())
}

#[tokio::test]
async fn a_backlog_is_not_queued_again_while_every_worker_works() {
    assert_eq!(requeued_of_a_backlog(2).await, (0, 0));
}

#[tokio::test]
async fn of_a_backlog_that_no_worker_takes_a_few_are_queued_again_and_never_one_twice() {
    let (sent, podcasts) = requeued_of_a_backlog(0).await;

    assert!((100..=120).contains(&sent), "{sent}");
    assert_eq!(podcasts, sent);
}

#[tokio::test]
async fn podcasts_never_queued_are_stranded_behind_no_backlog() {
    let world = World::start().await;
    for _ in 0..9 {
        let id = world.accept(asked_by("alice"), 0).await;
        world.storage.mark_queued(id, at(1)).await.unwrap();
    }
    let unqueued = [
        world.accept(asked_by("alice"), 100).await,
        world.accept(asked_by("alice"), 101).await,
        world.accept(asked_by("alice"), 102).await,
    ];

    let found = stranded(&world, 120).await;

    assert_eq!(found[..3], unqueued);
    assert_eq!(found.len(), 3 + 2, "{found:?}");
}

#[test]
fn there_are_as_many_workers_as_the_template_lets_run() {
    let template = include_str!("../../../../../infra/template.yaml");
    let concurrency: Vec<_> = template
        .lines()
        .filter_map(|line| line.trim().strip_prefix("MaximumConcurrency: "))
        .collect();

    assert_eq!(concurrency, [sweep::WORKERS.to_string()]);
}

#[tokio::test]
async fn a_dead_workers_podcast_is_stranded_once_a_minute() {
    let world = World::start().await;
    let id = world.claimed().await.podcast.id;

    assert_eq!(stranded(&world, 46).await, []);
    assert_eq!(stranded(&world, 47).await, [id]);
    world.storage.mark_queued(id, at(47)).await.unwrap();
    assert_eq!(stranded(&world, 107).await, []);
    assert_eq!(stranded(&world, 108).await, [id]);
}

#[tokio::test]
async fn a_regenerated_podcast_that_was_not_queued_is_stranded_too() {
    let world = World::start().await;
    let job = world.claimed().await;
    world
        .storage
        .mark_queued(job.podcast.id, at(1))
        .await
        .unwrap();
    world.storage.fail(&job.lease, "No", at(2)).await.unwrap();
    assert_eq!(stranded(&world, 10_000).await, []);

    world
        .storage
        .regenerate(job.podcast.id, &alice(), "", None, at(10_000))
        .await
        .unwrap();

    assert_eq!(stranded(&world, 10_013).await, [job.podcast.id]);
}

#[tokio::test]
async fn an_exhausted_podcast_fails_with_a_reason_once_its_last_lease_is_over() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), 0).await;
    for attempt in 0..5 {
        world.claim(id, attempt * 60).await;
    }

    let during = world
        .storage
        .fail_exhausted("Please try again", at(269))
        .await
        .unwrap();
    let after = world
        .storage
        .fail_exhausted("Please try again", at(270))
        .await
        .unwrap();

    assert_eq!((during, after), (vec![], vec![id]));
    assert_eq!(
        world.status(id).await,
        (Status::Failed, 0, "Please try again".to_owned())
    );
    assert_eq!(stranded(&world, 10_000).await, []);
    let discarded = world.texts("SELECT path FROM discarded_media").await;
    assert_eq!(
        discarded,
        [format!("episodes/{id}/1.mp3"), format!("work/{id}/1/")]
    );
}

#[tokio::test]
async fn discarded_media_is_remembered_until_no_worker_can_write_it() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), 0).await;
    world.storage.delete(id, &alice(), at(0)).await.unwrap();
    let episodes = Discarded::Prefix(format!("episodes/{id}/"));
    let work = Discarded::Prefix(format!("work/{id}/"));

    let storage = &world.storage;
    assert_eq!(
        storage.discarded(9).await.unwrap(),
        [episodes.clone(), work.clone()]
    );
    storage.mark_swept(&episodes, at(899)).await.unwrap();
    assert_eq!(
        storage.discarded(9).await.unwrap(),
        [work.clone(), episodes.clone()]
    );
    storage.mark_swept(&work, at(900)).await.unwrap();
    assert_eq!(storage.discarded(9).await.unwrap(), [episodes]);
}

#[tokio::test]
async fn idempotency_keys_are_forgotten_after_a_day() {
    let world = World::start().await;
    let key = Some(Idempotency::new("key-1", b"paris"));
    world
        .storage
        .accept(asked_by("alice"), key, at(0))
        .await
        .unwrap();

    assert_eq!(
        world.storage.forget_idempotency(at(86_399)).await.unwrap(),
        0
    );
    assert_eq!(
        world.storage.forget_idempotency(at(86_400)).await.unwrap(),
        1
    );
}

#[tokio::test]
async fn the_sweep_reads_unfinished_podcasts_only() {
    let world = World::start().await;

    let stranded = plan_of(&world, sweep::STRANDED).await;
    let discarded = plan_of(&world, sweep::DISCARDED).await;

    let tables: Vec<_> = stranded
        .iter()
        .filter(|step| step.contains("podcasts"))
        .collect();
    assert!(
        tables.len() == 3
            && tables
                .iter()
                .all(|step| step.contains("podcasts_unfinished")),
        "{stranded:?}"
    );
    assert_eq!(
        discarded,
        ["SCAN discarded_media USING COVERING INDEX discarded_media_by_sweep"]
    );
}
