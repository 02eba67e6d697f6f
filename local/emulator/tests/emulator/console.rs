//! The console: what it tells, what it does, and whom it lets in.
use std::{
    fs::File,
    io::{BufRead, BufReader},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use ureq::{Body, http::Response};

use crate::world::{PATIENCE, World, blocking, eventually, eventually_told, is_dead, replying};

#[tokio::test(flavor = "multi_thread")]
async fn every_invocation_is_told_with_who_asked_and_what_became_of_it() {
    let world = World::start().await;
    world.send("GET", "/probe/7", &[]).await;
    // It runs in the same process, which has told already how long it took to come up.
    world.at_rest("Probe").await;
    world
        .invoke("Probe", json!({ "do": "fail", "log": "a line" }))
        .await;
    world.invoke("Broken", json!({})).await;

    let list = told(&world, "/invocations").await;

    let lines: Vec<_> = rows(&list)
        .map(|row| {
            let field = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            (
                field("function"),
                row["origin"]["kind"].as_str().unwrap().to_owned(),
                field("outcome"),
            )
        })
        .collect();
    let line = |function: &str, origin: &str, outcome: &str| {
        (function.to_owned(), origin.to_owned(), outcome.to_owned())
    };
    assert_eq!(
        lines,
        [
            line("Broken", "invoke", "failed"),
            line("Probe", "invoke", "failed"),
            line("Probe", "http_api", "ok"),
        ]
    );
    let [broken, failed, answered] = [0, 1, 2].map(|index| &list["invocations"][index]);
    assert_eq!(answered["origin"]["path"], "/probe/7");
    assert_eq!(answered["status"], 200);
    assert!(answered["init_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(failed["init_ms"], Value::Null);
    assert_eq!(failed["error_type"], "Probe");
    assert_eq!(broken["process"], Value::Null);
    let whole = told(&world, &format!("/invocations/{}", failed["number"])).await;
    assert_eq!(
        whole["event"],
        json!({ "do": "fail", "log": "a line" }).to_string()
    );
    assert_eq!(whole["error_message"], "as asked");
    let log = whole["log"].as_str().unwrap();
    assert!(
        log.contains("a line\n") && log.contains("REPORT RequestId"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_that_is_told_is_the_one_that_was_answered() {
    let world = World::start().await;
    let replies = [
        json!({ "statusCode": 404 }),
        json!({ "statusCode": 7 }),
        json!({ "a": 1 }),
        json!([201]),
    ];

    let mut answered = Vec::new();
    for reply in replies {
        let response = world.post("/probe/1", replying(reply)).await;
        answered.push(json!(response.status().as_u16()));
    }

    assert_eq!(answered, [404, 500, 200, 200]);
    let list = told(&world, "/invocations").await;
    let mut statuses: Vec<Value> = rows(&list).map(|row| row["status"].clone()).collect();
    statuses.reverse();
    assert_eq!(statuses, answered);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_filtered_and_comes_in_pages() {
    let world = World::start().await;
    for _ in 0..3 {
        world.invoke("Probe", json!({})).await;
    }
    world.invoke("Probe", json!({ "do": "fail" })).await;
    world.invoke("Short", json!({})).await;

    let first = told(&world, "/invocations?function=Probe&outcome=ok&limit=2").await;
    let second = told(
        &world,
        &format!(
            "/invocations?function=Probe&outcome=ok&before={}",
            first["next"]
        ),
    )
    .await;
    let (status, refusal) = world
        .console("GET", "/invocations?outcome=odd", Value::Null)
        .await;

    assert_eq!((rows(&first).count(), rows(&second).count()), (2, 1));
    assert_eq!(second["next"], Value::Null);
    assert_eq!(status, 400);
    assert!(refusal["message"].as_str().unwrap().contains("odd"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invocation_is_replayed_and_an_event_is_sent() {
    let world = World::start().await;
    world.invoke("Probe", json!({ "a": 1 })).await;
    let first = told(&world, "/invocations").await["invocations"][0]["number"].clone();

    let (replayed, again) = world
        .console("POST", &format!("/invocations/{first}/replay"), Value::Null)
        .await;
    let (sent, other) = world
        .console("POST", "/functions/Probe/invoke", json!({ "b": 2 }))
        .await;
    let (unknown, _) = world
        .console("POST", "/functions/Nobody/invoke", json!({}))
        .await;

    assert_eq!((replayed, sent, unknown), (202, 202, 404));
    for (number, event) in [
        (&again["number"], json!({ "a": 1 })),
        (&other["number"], json!({ "b": 2 })),
    ] {
        let whole = ended(&world, number).await;
        assert_eq!(whole["event"], event.to_string());
        assert_eq!(whole["origin"]["kind"], "console");
        assert_eq!(whole["outcome"], "ok");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_break_as_asked_and_heal() {
    let world = World::start().await;
    let faults = |faults: Value| world.console("PUT", "/functions/Probe/faults", faults);

    faults(json!({ "is_paused": true })).await;
    let paused = world
        .post("/2015-03-31/functions/Probe/invocations", json!({}))
        .await;
    faults(json!({ "failures": 1 })).await;
    let (failed, failure, _) = world.invoke("Probe", json!({})).await;
    let (still_fails, ..) = world.invoke("Probe", json!({})).await;
    faults(json!({ "latency_ms": 300 })).await;
    let (slow_fails, _, took) = world.invoke("Probe", json!({})).await;
    faults(json!({})).await;
    let (healed_fails, ..) = world.invoke("Probe", json!({})).await;
    let endless = json!({ "latency_ms": 600_000 });
    world
        .console("PUT", "/functions/Short/faults", endless)
        .await;
    let (_, timeout, _) = world.invoke("Short", json!({})).await;

    assert_eq!(paused.status(), 429);
    assert!(
        failed && failure["errorType"] == "Console.Fault",
        "{failure}"
    );
    assert!(!still_fails && !slow_fails && !healed_fails);
    assert!(took >= Duration::from_millis(300), "{took:?}");
    assert_eq!(timeout["errorType"], "Sandbox.Timedout");
}

#[tokio::test(flavor = "multi_thread")]
async fn environments_are_told_and_killed() {
    let world = World::start().await;
    world.invoke("Probe", json!({})).await;
    let environment = environment(&world, "idle").await;
    let process = u32::try_from(environment["process"].as_u64().unwrap()).unwrap();
    assert!(environment["memory_mb"].as_u64().unwrap() > 0);

    let (_, other) = world
        .console("POST", "/functions/Probe/kill", json!({ "process": 1 }))
        .await;
    let (_, killed) = world
        .console(
            "POST",
            "/functions/Probe/kill",
            json!({ "process": process }),
        )
        .await;

    assert_eq!(
        (&other["killed"], &killed["killed"]),
        (&json!(0), &json!(1))
    );
    eventually("the process is dead", || is_dead(process)).await;
    assert!(!world.invoke("Probe", json!({})).await.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_seen_while_it_runs() {
    let world = World::start().await;
    let gate = world.data("gate");
    let event = json!({ "wait_for": gate });
    let (_, begun) = world
        .console("POST", "/functions/Probe/invoke", event)
        .await;

    let busy = environment(&world, "busy").await;
    let running = told(&world, "/invocations?outcome=running").await;
    File::create(&gate).unwrap();

    assert_eq!(rows(&running).count(), 1);
    assert_eq!(
        ended(&world, &begun["number"]).await["process"],
        busy["process"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_told_and_a_full_disk_takes_none() {
    let world = World::start().await;
    let send = |text: &'static str| world.console("POST", "/queues/DeadJobs/send", json!(text));

    let (kept, _) = send("one").await;
    world
        .console("PUT", "/disk", json!({ "is_full": true }))
        .await;
    let (refused, _) = send("two").await;
    let full = told(&world, "/state").await;
    world
        .console("PUT", "/disk", json!({ "is_full": false }))
        .await;
    let (again, _) = send("three").await;

    assert_eq!((kept, again), (200, 200));
    assert!(refused >= 500, "{refused}");
    assert_eq!(full["disk_is_full"], true);
    let messages = told(&world, "/queues/DeadJobs/messages").await;
    let bodies: Vec<_> = messages["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["body"])
        .collect();
    assert_eq!(bodies, ["\"one\"", "\"three\""]);
    let state = told(&world, "/state").await;
    let queue = state["queues"]
        .as_array()
        .unwrap()
        .iter()
        .find(|queue| queue["name"] == "DeadJobs")
        .unwrap();
    assert_eq!(queue["counts"]["ready"], 2);
    assert_eq!(queue["is_dead_letter_queue"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_moved_back() {
    let world = World::start().await;
    world
        .console("POST", "/queues/BadJobs/send", json!("poison"))
        .await;
    eventually_told("the message has died", async || {
        let state = told(&world, "/state").await;
        let queues = state["queues"].as_array().unwrap().clone();
        queues
            .iter()
            .any(|queue| queue["name"] == "DeadJobs" && queue["counts"]["ready"] == 1)
    })
    .await;

    let (status, task) = world
        .console("POST", "/queues/DeadJobs/redrive", Value::Null)
        .await;

    assert_eq!(status, 200, "{task}");
    assert!(task["TaskHandle"].is_string(), "{task}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_is_moved() {
    let world = World::start().await;
    let before = told(&world, "/state").await["now_ms"].as_u64().unwrap();

    let (status, after) = world
        .console("POST", "/clock/advance", json!({ "seconds": 3_600 }))
        .await;

    assert_eq!(status, 200);
    assert!(after["now_ms"].as_u64().unwrap() >= before + 3_600_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_hears_that_the_clock_was_moved() {
    let world = World::start().await;
    let stream = world.send("GET", "/_console/api/stream", &[]).await;
    let mut news = blocking(move || {
        let mut news = documents(stream);
        assert!(news.any(|document| document["ahead_ms"] == 0));
        news
    })
    .await;

    let advance = json!({ "seconds": 60 });
    world.console("POST", "/clock/advance", advance).await;

    let is_heard = blocking(move || news.any(|document| document["ahead_ms"] == 60_000));
    assert!(is_heard.await);
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_are_kept_in_their_folder() {
    let world = World::start().await;

    let (saved, _) = world
        .console("PUT", "/samples/hello-1", json!({ "z": 1, "a": 2 }))
        .await;
    let (outside, _) = world.console("PUT", "/samples/..%2Fout", json!({})).await;
    let list = told(&world, "/samples").await;

    assert_eq!((saved, outside), (200, 400));
    assert_eq!(list["samples"][0]["name"], "hello-1");
    let kept = std::fs::read_to_string(world.sample("hello-1.json")).unwrap();
    assert_eq!(list["samples"][0]["event"], kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_hears_of_an_invocation() {
    let world = World::start().await;
    let stream = world.send("GET", "/_console/api/stream", &[]).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");

    world.send("GET", "/probe/heard", &[]).await;

    let heard = blocking(move || {
        let mut rows =
            documents(stream).flat_map(|news| news.as_array().cloned().unwrap_or_default());
        rows.find(|row| row["outcome"] == "ok")
    })
    .await;
    assert_eq!(heard.unwrap()["origin"]["path"], "/probe/heard");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_page_cannot_use_the_console() {
    let world = World::start().await;
    let path = "/_console/api/functions/Probe/invoke";

    let foreign = world
        .send("POST", path, &[("origin", "http://evil.example")])
        .await;
    let renamed = world
        .send("GET", "/_console/api/state", &[("host", "evil.example")])
        .await;
    let own = world.send("GET", "/_console", &[]).await;

    assert_eq!(
        (foreign.status().as_u16(), renamed.status().as_u16()),
        (403, 403)
    );
    assert!(world.processes("Probe").is_empty());
    assert_eq!(own.status(), 200);
    assert!(
        own.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("frame-ancestors 'none'")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_has_every_file_it_names() {
    let world = World::start().await;
    let mut waiting = vec!["/_console/".to_owned()];
    let mut seen = Vec::new();

    while let Some(path) = waiting.pop() {
        let mut response = world.send("GET", &path, &[]).await;
        assert_eq!(response.status(), 200, "{path}");
        let text = response.body_mut().read_to_string().unwrap();
        let quoted = text.split('"').filter(|part| {
            part.ends_with(".js") || part.ends_with(".css") || part.ends_with(".svg")
        });
        let named = quoted.map(|name| name.replace("./", "/_console/"));
        seen.push(path);
        waiting.extend(named.filter(|name| name.starts_with("/_console/") && !seen.contains(name)));
    }

    assert!(seen.len() > 8, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_open_does_not_hold_up_the_end() {
    let world = World::start().await;
    let mut stream = world.send("GET", "/_console/api/stream", &[]).await;
    world.invoke("Probe", replying(json!({}))).await;

    let end = tokio::time::timeout(PATIENCE / 2, world.emulator.shutdown()).await;

    assert!(end.is_ok(), "the stream held it up");
    // One that was cut off would be an error.
    let whole = blocking(move || stream.body_mut().read_to_string()).await;
    assert!(whole.is_ok(), "{whole:?}");
}

async fn told(world: &World, path: &str) -> Value {
    let (status, answer) = world.console("GET", path, Value::Null).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

/// What an open page is told, as it comes.
fn documents(stream: Response<Body>) -> impl Iterator<Item = Value> {
    let lines = BufReader::new(stream.into_body().into_reader()).lines();
    let data = lines
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("data: ").map(str::to_owned));
    data.filter_map(|data| serde_json::from_str(&data).ok())
}

fn rows(list: &Value) -> impl Iterator<Item = &Value> {
    list["invocations"].as_array().unwrap().iter()
}

/// Waits for the end of an invocation.
async fn ended(world: &World, number: &Value) -> Value {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        let whole = told(world, &format!("/invocations/{number}")).await;
        if whole["outcome"] != "running" {
            return whole;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("invocation {number} never ended");
}

/// Waits for an environment of `Probe` in a state.
async fn environment(world: &World, wanted: &str) -> Value {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        let state = told(world, "/state").await;
        let functions = state["functions"].as_array().unwrap();
        let probe = functions
            .iter()
            .find(|function| function["name"] == "Probe")
            .unwrap();
        let environment = &probe["environments"][0];
        if environment["state"] == wanted {
            return environment.clone();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no environment is ever {wanted}");
}
