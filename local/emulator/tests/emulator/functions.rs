//! What becomes of functions that work, wait, crash and stall.

use std::{
    collections::BTreeSet,
    fs::File,
    time::{Duration, Instant},
};

use crate::world::{PATIENCE, World, eventually, is_dead, state_of};
use futures::future::join_all;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn sequential_calls_meet_one_process_which_is_frozen_between_them() {
    let world = World::start().await;

    let (_, first, _) = world.invoke("Probe", json!({ "a": 1 })).await;
    let mut met = BTreeSet::from([first["process"].as_u64()]);
    for _ in 0..30 {
        let (failed, answer, _) = world.invoke("Probe", json!({})).await;
        assert!(!failed);
        met.insert(answer["process"].as_u64());
    }

    assert_eq!(first["event"], json!({ "a": 1 }));
    let processes = world.processes("Probe");
    // A process that the machine lets stand for a tenth of a second is not waited for.
    assert!(met.len() <= 2 && processes.len() <= 2, "{met:?}");
    eventually("they are frozen", || {
        processes
            .iter()
            .all(|process| state_of(*process) == Some('T'))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_has_just_answered_is_met_again_though_another_is_idle() {
    let world = World::start().await;
    all_at_once(&world, 2).await;

    let (begin, mut quick_pairs) = (Instant::now(), 0);
    while quick_pairs < 10 && begin.elapsed() < PATIENCE {
        world.at_rest("Probe").await;
        let begin = Instant::now();
        let (failed, first, _) = world.invoke("Probe", json!({ "after_ms": 10 })).await;
        let (fails_again, second, _) = world.invoke("Probe", json!({})).await;

        assert!(!failed && !fails_again);
        // A process that the machine lets stand for a tenth of a second is not waited for.
        if begin.elapsed() < Duration::from_millis(100) {
            assert_eq!(first["process"], second["process"]);
            quick_pairs += 1;
        }
    }
    assert!(quick_pairs > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_does_not_come_back_is_not_waited_for() {
    let world = World::start().await;
    all_at_once(&world, 2).await;

    let (_, first, _) = world.invoke("Probe", json!({ "after_ms": 60_000 })).await;
    let (failed, second, took) = world.invoke("Probe", json!({})).await;

    assert!(!failed && first["process"] != second["process"]);
    assert!(took < Duration::from_secs(25), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_calls_do_not_wait_for_each_other() {
    let world = World::start().await;

    all_at_once(&world, 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_calls_than_environments_all_get_an_answer() {
    let world = World::start().await;

    let answers =
        join_all((0..100).map(|_| world.invoke("Probe", json!({ "sleep_ms": 20 })))).await;

    assert!(answers.iter().all(|(failed, ..)| !failed));
    assert!(world.processes("Probe").len() <= 32);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_answers_at_once_and_the_next_call_works() {
    let world = World::start().await;

    for (command, how) in [("exit", "exit status 3"), ("abort", "signal: aborted")] {
        let (failed, answer, took) = world.invoke("Probe", json!({ "do": command })).await;
        assert!(failed);
        assert_eq!(answer["errorType"], "Runtime.ExitError");
        assert!(
            answer["errorMessage"]
                .as_str()
                .unwrap()
                .ends_with(&format!("Error: Runtime exited with error: {how}"))
        );
        assert!(took < Duration::from_secs(25), "{took:?}");
        assert!(!world.invoke("Probe", json!({})).await.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_reported_by_the_function_reaches_the_caller() {
    let world = World::start().await;

    let (failed, answer, _) = world.invoke("Probe", json!({ "do": "fail" })).await;

    assert!(failed);
    assert_eq!(
        answer,
        json!({ "errorType": "Probe", "errorMessage": "as asked" })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_reaches_the_log_and_never_the_browser() {
    let world = World::start().await;
    let path = "/probe/1";

    let mut response = world.post(path, json!({ "do": "panic" })).await;

    assert_eq!(response.status(), 500);
    let body = response.body_mut().read_to_string().unwrap();
    assert_eq!(body, r#"{"message":"Internal Server Error"}"#);
    assert!(
        world
            .log("Probe")
            .contains("a secret that only the log may know")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeout_kills_the_process() {
    let world = World::start().await;
    world.invoke("Short", json!({})).await;
    let processes = world.processes("Short");

    let (failed, answer, took) = world.invoke("Short", json!({ "sleep_ms": 50_000 })).await;

    assert!(failed);
    assert_eq!(answer["errorType"], "Sandbox.Timedout");
    assert!(
        answer["errorMessage"]
            .as_str()
            .unwrap()
            .ends_with("Error: Task timed out after 1.00 seconds")
    );
    assert!(took < Duration::from_secs(45), "{took:?}");
    assert!(
        processes
            .into_iter()
            .all(|process| state_of(process).is_none())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_crashes_at_init_gives_an_error_each_time() {
    let world = World::start().await;

    for _ in 0..2 {
        let (failed, answer, _) = world.invoke("Broken", json!({})).await;
        assert!(failed);
        assert!(
            answer["errorMessage"]
                .as_str()
                .unwrap()
                .contains("exit status 7"),
            "{answer}"
        );
    }
    assert_eq!(world.send("GET", "/broken", &[]).await.status(), 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_after_an_idle_process_was_killed_works() {
    let world = World::start().await;
    world.invoke("Probe", json!({})).await;
    let process = world.processes("Probe")[0];

    kill(Pid::from_raw(process.cast_signed()), Signal::SIGKILL).unwrap();
    // A process that dies while it reads the event is a crash in mid-request, which is another test's matter.
    eventually("the process is dead", || is_dead(process)).await;
    let (failed, answer, _) = world.invoke("Probe", json!({})).await;

    assert!(!failed, "{answer}");
    assert_ne!(answer["process"], process);
}

#[tokio::test(flavor = "multi_thread")]
async fn reserved_concurrency_throttles() {
    let world = World::start().await;
    let path = "/2015-03-31/functions/Single/invocations";
    let gate = world.data("gate");

    let running = world.post(path, json!({ "log": "it runs", "wait_for": gate }));
    let (running, beyond) = tokio::join!(running, async {
        eventually("one runs", || world.log("Single").contains("it runs")).await;
        let beyond = world.post(path, json!({})).await;
        File::create(&gate).unwrap();
        beyond
    });

    assert_eq!(
        (running.status().as_u16(), beyond.status().as_u16()),
        (200, 429)
    );
    assert!(beyond.headers().contains_key("retry-after"));
    let reason = beyond.into_body().read_json::<Value>().unwrap()["Reason"].take();
    assert_eq!(reason, "ReservedFunctionConcurrentInvocationLimitExceeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_not_there_is_not_replaced_by_another() {
    let world = World::start().await;
    let invoke = async |name: &str| {
        let path = format!("/2015-03-31/functions/{name}");
        world.post(&path, json!({})).await.status().as_u16()
    };

    assert_eq!(invoke("Probe:$LATEST/invocations").await, 200);
    assert_eq!(invoke("Probe/invocations?Qualifier=$LATEST").await, 200);
    assert_eq!(invoke("Probe:7/invocations").await, 404);
    assert_eq!(invoke("Probe/invocations?Qualifier=live").await, 404);
    assert_eq!(invoke("Probe:$LATEST/invocations?Qualifier=7").await, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_sees_lambdas_variables_and_no_others() {
    let world = World::start().await;

    let (_, variables, _) = world.invoke("Probe", json!({ "do": "variables" })).await;

    assert_eq!(variables["AWS_LAMBDA_FUNCTION_NAME"], "Probe");
    assert_eq!(variables["TZ"], ":UTC");
    assert_eq!(variables["AWS_ENDPOINT_URL_SQS"], world.url(""));
    // The template says so, and wins as it does on Lambda.
    assert_eq!(variables["AWS_ENDPOINT_URL_LAMBDA"], "http://127.0.0.1:9");
    assert_eq!(variables["HOME"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_has_lambdas_open_files_and_the_emulator_all_there_are() {
    let world = World::start().await;
    let (_, answer, _) = world.invoke("Probe", json!({})).await;

    let limit = |process: Value| {
        let limits = std::fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
        let line = limits
            .lines()
            .find(|line| line.starts_with("Max open files"));
        let numbers = line.unwrap().split_whitespace().skip(3).take(2);
        numbers
            .map(|number| number.parse().unwrap())
            .collect::<Vec<u64>>()
    };
    let own = limit(json!(std::process::id()));
    assert_eq!(own[0], own[1]);
    assert_eq!(limit(answer["process"].clone()), [own[1].min(1024); 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_too_large_is_an_error() {
    let world = World::start().await;

    let (failed, answer, _) = world.invoke("Probe", json!({ "do": "fill" })).await;

    assert!(failed);
    assert_eq!(answer["errorType"], "Function.ResponseSizeTooLarge");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_invoke_api_answers_as_lambda_does() {
    let world = World::start().await;
    let path = "/2015-03-31/functions/Probe/invocations";

    let unknown = world
        .post("/2015-03-31/functions/Nobody/invocations", json!({}))
        .await;
    let mut tail = world
        .send("POST", path, &[("x-amz-log-type", "Tail")])
        .await;
    let event = world
        .send("POST", path, &[("x-amz-invocation-type", "Event")])
        .await;
    let dry = world
        .send("POST", path, &[("x-amz-invocation-type", "DryRun")])
        .await;
    let large = world.post(path, json!("x".repeat(7 << 20))).await;

    assert_eq!(unknown.status(), 404);
    assert_eq!(
        unknown.headers()["x-amzn-errortype"],
        "ResourceNotFoundException"
    );
    assert_eq!(tail.status(), 200);
    assert!(
        tail.headers()["x-amz-log-result"]
            .to_str()
            .unwrap()
            .starts_with("U1RBUlQ"),
        "START"
    );
    assert!(tail.body_mut().read_to_string().unwrap().contains("event"));
    assert_eq!(event.status(), 202);
    assert_eq!(dry.status(), 204);
    assert_eq!(large.status(), 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_leaves_no_process() {
    let world = World::start().await;
    join_all((0..3).map(|_| world.invoke("Probe", json!({ "sleep_ms": 50 })))).await;
    let processes = world.processes("Probe");

    world.emulator.shutdown().await;

    assert!(!processes.is_empty());
    assert!(processes.iter().all(|process| state_of(*process).is_none()));
}

/// Calls the probe so often at once that each of the calls has a process of its own.
async fn all_at_once(world: &World, calls: usize) {
    let gate = world.data("gate");
    let call = || world.invoke("Probe", json!({ "log": "it runs", "wait_for": gate }));
    let answers = join_all((0..calls).map(|_| call()));

    let (answers, ()) = tokio::join!(answers, async {
        eventually("all of them run", || {
            world.log("Probe").matches("it runs").count() == calls
        })
        .await;
        File::create(&gate).unwrap();
    });

    assert!(answers.iter().all(|(failed, ..)| !failed));
}
