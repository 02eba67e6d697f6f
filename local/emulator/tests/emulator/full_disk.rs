//! A disk that is full: what cannot be kept is refused, and nothing that was accepted suffers.
use std::{collections::BTreeSet, process::Command, time::Duration};

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde_json::{Value, json};

use crate::world::World;

#[test]
fn an_event_that_cannot_be_kept_is_refused_until_there_is_room() {
    // The limit is of a whole process, which must also not die of the signal that comes with it.
    let ended = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "full_disk::an_emulator_on_a_full_disk",
            "--ignored",
        ])
        .output()
        .unwrap();

    assert!(
        ended.status.success(),
        "{}",
        String::from_utf8_lossy(&ended.stdout)
    );
}

#[ignore = "is run by another test, in a process of its own"]
#[tokio::test(flavor = "multi_thread")]
async fn an_emulator_on_a_full_disk() {
    let world = World::start().await;
    let event = || json!({ "fill": "x".repeat(100_000) });
    let (_, most) = getrlimit(Resource::RLIMIT_FSIZE).unwrap();
    let file = world.data("queue/queue.redb").metadata().unwrap().len();

    setrlimit(Resource::RLIMIT_FSIZE, file + (1 << 20), most).unwrap();
    let mut accepted = BTreeSet::new();
    let refusal = loop {
        let response = world.post_event("Reporter", event()).await;
        if response.status() != 202 {
            break response;
        }
        let id = response.headers()["x-amzn-requestid"].to_str();
        accepted.insert(id.unwrap().to_owned());
    };
    setrlimit(Resource::RLIMIT_FSIZE, most, most).unwrap();

    assert_eq!(refusal.status(), 500);
    assert_eq!(refusal.headers()["x-amzn-errortype"], "ServiceException");
    accepted.insert(world.send_event("Reporter", event()).await);
    for _ in 0..600 {
        let answer = world
            .sqs("ReceiveMessage", "Ends", json!({ "WaitTimeSeconds": 1 }))
            .await;
        if let Some(body) = answer["Messages"][0]["Body"].as_str() {
            let record: Value = serde_json::from_str(body).unwrap();
            accepted.remove(record["requestContext"]["requestId"].as_str().unwrap());
        }
        if accepted.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("lost are {accepted:?}");
}
