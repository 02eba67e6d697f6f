use super::*;
use crate::{Cursor, Start, library};

async fn ids(storage: &Storage, start: Start) -> (Vec<PodcastId>, Option<Cursor>) {
    let page = storage.page(&alice(), None, start, 2).await.unwrap();
    (
        page.podcasts.iter().map(|podcast| podcast.id).collect(),
        page.next,
    )
}

#[tokio::test]
async fn a_library_is_read_newest_first_and_page_by_page() {
    let world = World::start().await;
    let mut newest_first = Vec::new();
    for second in [1, 2, 2, 3, 4] {
        newest_first.insert(0, world.accept(asked_by("alice"), second).await);
    }
    world.accept(asked_by("bob"), 9).await;

    let (first, next) = ids(&world.storage, Start::Skip(0)).await;
    let (second, after) = ids(&world.storage, Start::After(next.unwrap())).await;
    let (third, end) = ids(&world.storage, Start::After(after.unwrap())).await;

    assert_eq!([first, second.clone(), third].concat(), newest_first);
    assert_eq!(end, None);
    assert_eq!(ids(&world.storage, Start::Skip(2)).await.0, second);
    let beyond = world
        .storage
        .page(&alice(), None, Start::Skip(9), 2)
        .await
        .unwrap();
    assert_eq!(
        (beyond.podcasts, beyond.total, beyond.next),
        (vec![], 5, None)
    );
}

#[tokio::test]
async fn new_podcasts_do_not_shift_the_pages_after_a_cursor() {
    let world = World::start().await;
    let oldest = world.accept(asked_by("alice"), 1).await;
    world.accept(asked_by("alice"), 2).await;
    world.accept(asked_by("alice"), 3).await;
    let (_, next) = ids(&world.storage, Start::Skip(0)).await;

    world.accept(asked_by("alice"), 4).await;

    assert_eq!(
        ids(&world.storage, Start::After(next.unwrap())).await.0,
        [oldest]
    );
}

#[tokio::test]
async fn a_page_of_one_status_has_its_own_total() {
    let world = World::start().await;
    let job = world.claimed().await;
    world.accept(asked_by("alice"), 1).await;
    world
        .storage
        .complete(&job.lease, episode(&job), at(2))
        .await
        .unwrap();
    let page = async |status| {
        world
            .storage
            .page(&alice(), Some(status), Start::Skip(0), 20)
            .await
            .unwrap()
    };

    let completed = page(Status::Completed).await;

    assert_eq!(completed.total, 1);
    assert_eq!(
        completed.podcasts.iter().map(|p| p.id).collect::<Vec<_>>(),
        [job.podcast.id]
    );
    assert_eq!(page(Status::Pending).await.total, 1);
    assert_eq!(page(Status::Failed).await.total, 0);
}

#[tokio::test]
async fn totals_follow_every_move() {
    let world = World::start().await;
    let totals = async || {
        world
            .texts("SELECT status || count FROM totals WHERE count > 0")
            .await
    };

    let job = world.claimed().await;
    let id = job.podcast.id;
    assert_eq!(totals().await, ["processing1"]);
    world.storage.fail(&job.lease, "No", at(2)).await.unwrap();
    assert_eq!(totals().await, ["failed1"]);
    world
        .storage
        .regenerate(id, &alice(), "", None, at(3))
        .await
        .unwrap();
    assert_eq!(totals().await, ["pending1"]);
    let job = world.claim(id, 4).await;
    world
        .storage
        .complete(&job.lease, episode(&job), at(5))
        .await
        .unwrap();
    assert_eq!(totals().await, ["completed1"]);
    world.storage.delete(id, &alice(), at(6)).await.unwrap();
    assert!(totals().await.is_empty());
}

#[test]
fn a_cursor_reads_back_from_its_text() {
    let cursor = Cursor {
        created_at: at(5),
        id: PodcastId::new(),
    };

    assert_eq!(cursor.to_string().parse(), Ok(cursor));
    for text in ["", "1", "-1-x", "99999999999999999-0", "1-2-3"] {
        assert!(text.parse::<Cursor>().is_err(), "{text:?}");
    }
}

#[tokio::test]
async fn every_question_of_the_pages_is_answered_by_an_index() {
    let world = World::start().await;
    let owner = "(owner=? AND (created_at,id)<(?,?))";
    let both = "(owner=? AND status=? AND (created_at,id)<(?,?))";
    let expected = [
        (
            library::PAGE,
            format!("SEARCH podcasts USING INDEX podcasts_by_owner {owner}"),
        ),
        (
            library::PAGE_OF_STATUS,
            format!("SEARCH podcasts USING INDEX podcasts_by_owner_and_status {both}"),
        ),
        (
            library::TOTAL,
            "SEARCH totals USING PRIMARY KEY (owner=?)".to_owned(),
        ),
        (
            library::STATUS,
            "SEARCH podcasts USING INDEX sqlite_autoindex_podcasts_1 (id=?)".to_owned(),
        ),
    ];

    for (sql, plan) in expected {
        assert_eq!(plan_of(&world, sql).await, [plan], "{sql}");
    }
}
