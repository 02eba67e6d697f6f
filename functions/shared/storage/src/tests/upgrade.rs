//! A database of an older version is taken over with the jobs in it, whoever else is at work.

use std::{
    fs,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use podcast::Stage;

use super::*;
use crate::{
    Idempotency, StorageError,
    migrations::{MIGRATIONS, migrate},
};

/// As version 1 left it, with a podcast in every state.
const VERSION_1: &str = include_str!("../../testdata/version_1.sql");

/// A migration as the next may be. It fails if it is made twice.
const NEXT: &str = "ALTER TABLE podcasts ADD COLUMN mood TEXT;
    UPDATE podcasts SET mood = 'calm';
    CREATE TABLE moods (mood TEXT NOT NULL PRIMARY KEY) STRICT;
    INSERT INTO moods SELECT DISTINCT mood FROM podcasts;";

/// One that writes more than fits into memory and then takes minutes.
const ENDLESS: &str = "ALTER TABLE podcasts ADD COLUMN mood TEXT;
    CREATE TABLE moods AS WITH RECURSIVE numbers (n) AS
        (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
        SELECT n, hex(zeroblob(200)) AS mood FROM numbers;
    UPDATE podcasts SET mood = (WITH RECURSIVE numbers (n) AS
        (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000000000)
        SELECT count(*) FROM numbers);";

const CHILD: &str = "tests::upgrade::migrates_what_its_parent_names";
const FILE: &str = "STORAGE_TEST_DATABASE";
const IS_ENDLESS: &str = "STORAGE_TEST_ENDLESS";

/// A folder with the database of version 1.
async fn version_1() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    raw(&folder).await.execute_batch(VERSION_1).await.unwrap();
    folder
}

async fn raw(folder: &TempDir) -> Connection {
    let database = Builder::new_local(config(folder).url)
        .build()
        .await
        .unwrap();
    database.connect().unwrap()
}

async fn open(folder: TempDir) -> World {
    let storage = Storage::open(&config(&folder), Access::Write)
        .await
        .unwrap();
    World { folder, storage }
}

/// Podcast `number` of the version before.
fn old(number: u32) -> PodcastId {
    format!("01900000-0000-7000-8000-00000000000{number}")
        .parse()
        .unwrap()
}

fn child(folder: &TempDir, is_endless: bool) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", CHILD, "--include-ignored"])
        .env(FILE, config(folder).url);
    if is_endless {
        child.env(IS_ENDLESS, "yes");
    }
    child.stdout(Stdio::null()).spawn().unwrap()
}

#[tokio::test]
#[ignore = "a part of the tests below, which start it in processes of their own"]
async fn migrates_what_its_parent_names() {
    let Ok(url) = std::env::var(FILE) else {
        return;
    };
    let is_endless = std::env::var_os(IS_ENDLESS).is_some();
    let next = if is_endless { ENDLESS } else { NEXT };
    let connection = Builder::new_local(url)
        .build()
        .await
        .unwrap()
        .connect()
        .unwrap();
    connection.busy_timeout(Duration::from_secs(30)).unwrap();

    migrate(&connection, &[MIGRATIONS, &[next]].concat())
        .await
        .unwrap();
}

/// What must come of the jobs of version 1.
async fn assert_all_go_on(world: &World) {
    let storage = &world.storage;
    for (number, generation, stages) in [
        (1, 1, &[][..]),
        (2, 1, &[]),
        (3, 1, &[Stage::Research, Stage::Script]),
        (7, 2, &[]),
    ] {
        let job = world.claim(old(number), 1000).await;
        assert_eq!(job.lease.generation, generation);
        assert_eq!(job.checkpoints.keys().copied().collect::<Vec<_>>(), stages);
        let progress = if number == 3 { 45 } else { 0 };
        assert_eq!(job.podcast.progress, progress);
        storage
            .complete(&job.lease, episode(&job), at(1001))
            .await
            .unwrap();
    }
    assert_eq!(
        storage.fail_exhausted("No", at(1000)).await.unwrap(),
        [old(4)]
    );
    let kept = storage.detail(old(5), &alice()).await.unwrap();
    assert_eq!(kept.script.as_deref(), Some("A: Hello.\nB: Hello."));
    storage
        .regenerate(old(6), &alice(), "", None, at(1000))
        .await
        .unwrap();
    let key = Some(Idempotency::new("key-1", b"paris"));
    let again = storage
        .accept(asked_by("alice"), key, at(1000))
        .await
        .unwrap();
    assert_eq!((again.podcast_id, again.is_new), (old(2), false));
    let gone = storage.status(old(8), &alice()).await;
    assert!(matches!(gone, Err(StorageError::NotFound)), "{gone:?}");
    let totals = "SELECT status || count FROM totals WHERE count > 0 ORDER BY status";
    assert_eq!(
        world.texts(totals).await,
        ["completed5", "failed1", "pending1"]
    );
    assert_eq!(world.texts("PRAGMA integrity_check").await, ["ok"]);
    assert_eq!(
        world.texts("SELECT * FROM pragma_foreign_key_check").await,
        [""; 0]
    );
}

#[tokio::test]
async fn the_jobs_of_version_1_go_on() {
    let world = open(version_1().await).await;

    assert_all_go_on(&world).await;
}

#[tokio::test]
async fn six_processes_make_the_next_migration_once_while_the_version_before_works() {
    let world = open(version_1().await).await;
    let job = world.claim(old(3), 900).await;

    let children: Vec<_> = (0..6).map(|_| child(&world.folder, false)).collect();
    for percent in 46..90 {
        let told = world.storage.progress(&job.lease, percent, "…", at(901));
        told.await.unwrap();
    }
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    world
        .storage
        .progress(&job.lease, 90, "…", at(902))
        .await
        .unwrap();

    let next = (MIGRATIONS.len() + 1).to_string();
    assert_eq!(world.texts("PRAGMA user_version").await, [next]);
    assert_eq!(world.texts("SELECT mood FROM moods").await, ["calm"]);
    assert_eq!(world.status(old(3)).await.1, 90);
    let other = Storage::open(&world.config(), Access::Write).await.unwrap();
    assert_eq!(other.status(old(3), &alice()).await.unwrap().progress, 90);
}

#[tokio::test]
async fn a_process_killed_in_the_middle_of_a_migration_leaves_no_trace_of_it() {
    let folder = version_1().await;
    // Held open, as the emulator holds it: the log is not emptied when others close.
    let bystander = raw(&folder).await;
    rows(&bystander, "PRAGMA journal_mode = WAL", (), |_| Ok(()))
        .await
        .unwrap();
    let wal = format!("{}-wal", config(&folder).url);
    let size = || fs::metadata(&wal).map_or(0, |wal| wal.len());

    let mut migrating = child(&folder, true);
    let began = Instant::now();
    while size() < 1_000_000 {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{} bytes",
            size()
        );
        thread::sleep(Duration::from_millis(5));
    }
    migrating.kill().unwrap();
    assert!(!migrating.wait().unwrap().success());

    let world = open(folder).await;
    let version = MIGRATIONS.len().to_string();
    assert_eq!(world.texts("PRAGMA user_version").await, [version]);
    let moods = "SELECT name FROM pragma_table_info('podcasts') WHERE name = 'mood'
        UNION SELECT name FROM sqlite_schema WHERE name = 'moods'";
    assert_eq!(world.texts(moods).await, [""; 0]);
    assert!(child(&world.folder, false).wait().unwrap().success());
    assert_eq!(world.texts("SELECT mood FROM moods").await, ["calm"]);
    assert_all_go_on(&world).await;
}
