use std::process::{Command, Stdio};

use super::*;

const CHILD: &str = "tests::migrations::opens_what_its_parent_names";
const FOLDER: &str = "STORAGE_TEST_DATABASE";

#[tokio::test]
async fn six_processes_migrate_a_new_database_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let child = || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", CHILD, "--include-ignored"])
            .env(FOLDER, config(&folder).url)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    };

    let children: Vec<_> = (0..6).map(|_| child()).collect();
    for child in children {
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stdout);
        assert!(ended.status.success(), "{said}");
    }
    let storage = Storage::open(&config(&folder), Access::Read).await.unwrap();
    assert_eq!(
        storage
            .page(&alice(), None, crate::Start::Skip(0), 20)
            .await
            .unwrap()
            .total,
        6
    );
}

#[tokio::test]
#[ignore = "a part of the test above, which starts it in processes of its own"]
async fn opens_what_its_parent_names() {
    let Ok(url) = std::env::var(FOLDER) else {
        return;
    };

    let storage = Storage::open(&Config::file(url), Access::Write)
        .await
        .unwrap();

    storage
        .accept(asked_by("alice"), None, at(0))
        .await
        .unwrap();
}

#[tokio::test]
async fn opening_again_keeps_what_is_there() {
    let world = World::start().await;
    let id = world.accept(asked_by("alice"), 0).await;

    let again = Storage::open(&world.config(), Access::Write).await.unwrap();

    assert_eq!(again.status(id, &alice()).await.unwrap().progress, 0);
    assert_eq!(world.texts("PRAGMA user_version").await, ["1"]);
}
