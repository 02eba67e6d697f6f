//! What the queue is asked, by a process of its own: its client takes the endpoint from the environment.

use std::{
    io::{Read, Write},
    net::TcpListener,
    process::Command,
    sync::mpsc::{Sender, channel},
    thread,
};

use serde_json::Value;

use super::*;

const CHILD: &str = "tests::queue::asks_what_its_parent_expects";
const IS_CHILD: &str = "GENERATE_TEST_ASKS";

#[test]
fn the_queue_is_asked_to_hide_a_message_and_for_a_new_one_before_it_was_received_too_often() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (asked, requests) = channel();
    thread::spawn(move || answer_all(&listener, &asked));

    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", CHILD, "--include-ignored"])
        .envs([
            (IS_CHILD, "yes"),
            ("AWS_ENDPOINT_URL_SQS", &endpoint),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "x"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
        ])
        .output()
        .unwrap();

    let told = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{told}");
    let hidden_for = |request: &Value| request["VisibilityTimeout"].as_u64();
    let requests: Vec<Value> = requests.try_iter().collect();
    let [claiming, busy, claiming_again, anew, stopping] = &requests[..] else {
        panic!("{requests:?}")
    };
    assert_eq!(hidden_for(claiming), Some(30));
    assert_eq!(hidden_for(busy), Some(30));
    assert_eq!(hidden_for(claiming_again), Some(30));
    assert_eq!(anew["DelaySeconds"], 30);
    assert!(
        anew["MessageBody"]
            .as_str()
            .unwrap()
            .contains(r#""generation":1"#)
    );
    assert_eq!(hidden_for(stopping), Some(1));
}

#[tokio::test]
#[ignore = "a part of the test above, which starts it in a process of its own"]
async fn asks_what_its_parent_expects() {
    if std::env::var(IS_CHILD).is_err() {
        return;
    }
    let world = World::start().await;
    let id = world.accepted().await;
    let _rival = world.claimed(id, Timestamp::now()).await;
    let message = json!({ "podcast_id": id, "generation": 1 }).to_string();

    assert_eq!(world.deliver(&[&message], far()).await, ["0"]);
    assert!(
        world
            .deliver_received(&[&message], 4, far())
            .await
            .is_empty(),
        "replaced by one that was never received"
    );
    world.worker.stop();
    assert_eq!(world.deliver(&[&message], far()).await, ["0"]);
}

/// Takes requests as the queue's service does, and passes each on.
fn answer_all(listener: &TcpListener, asked: &Sender<Value>) {
    for socket in listener.incoming() {
        let mut socket = socket.unwrap();
        let mut request = String::new();
        while !request.ends_with('}') {
            let mut part = [0; 4096];
            let length = socket.read(&mut part).unwrap();
            assert_ne!(length, 0, "{request}");
            request.push_str(&String::from_utf8_lossy(&part[..length]));
        }
        let body = request.split_once("\r\n\r\n").unwrap().1;
        asked.send(serde_json::from_str(body).unwrap()).unwrap();
        let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n\
            Content-Length: 17\r\nConnection: close\r\n\r\n{\"MessageId\":\"1\"}";
        socket.write_all(answer.as_bytes()).unwrap();
    }
}
