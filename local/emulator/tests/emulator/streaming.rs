//! Answers that come in pieces. The function waits for a file before it goes on, so no test relies on time.
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};
use ureq::{Body, http::Response};

use crate::world::{World, blocking, eventually, options, probe_dir};

/// `Hasty` has less time than the other.
const TEMPLATE: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: provided.al2023
    Handler: bootstrap
    CodeUri: .
Resources:
  Hasty:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: streamer } }
    Properties:
      Timeout: 5
      FunctionUrlConfig: { AuthType: NONE, InvokeMode: RESPONSE_STREAM }
  Streamer:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: streamer } }
    Properties:
      Timeout: 60
      FunctionUrlConfig: { AuthType: NONE, InvokeMode: RESPONSE_STREAM }
      Events:
        Http:
          Type: HttpApi
          Properties: { Path: /streamed, Method: ANY }
"#;

const FUNCTION_URL: &str = "/lambda-url/Streamer/";
const WHOLE: &str = "/2015-03-31/functions/Streamer/invocations";
const STREAMED: &str = "/2021-11-15/functions/Streamer/response-streaming-invocations";

#[tokio::test(flavor = "multi_thread")]
async fn a_function_url_passes_on_what_comes_as_it_comes() {
    let (world, gate) = start().await;
    let prelude = json!({ "statusCode": 201, "headers": { "x-a": "1" }, "cookies": ["a=b"] });
    let command = json!({ "prelude": prelude, "first": "one", "rest": "two", "wait_for": gate });

    let mut response = world.post(FUNCTION_URL, command).await;

    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["x-a"], "1");
    assert_eq!(response.headers()["set-cookie"], "a=b");
    let first = read(&mut response, 3).await;
    assert_eq!(first.unwrap(), "one");
    File::create(&gate).unwrap();
    assert_eq!(rest(response).await.unwrap(), "two");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_without_a_head_is_a_200() {
    let (world, _) = start().await;

    let response = world
        .post(FUNCTION_URL, json!({ "first": "data: 1\n\n" }))
        .await;

    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(rest(response).await.unwrap(), "data: 1\n\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_http_api_waits_for_the_whole_answer() {
    let (world, _) = start().await;
    let prelude = json!({ "statusCode": 201, "headers": { "x-a": "1" } });
    let command = json!({ "prelude": prelude, "first": "one", "rest": "two" });

    let response = world.post("/streamed", command.clone()).await;
    let invoked = world.post(WHOLE, command).await;

    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["x-a"], "1");
    assert_eq!(response.headers()["content-length"], "6");
    assert_eq!(rest(response).await.unwrap(), "onetwo");
    assert_eq!(
        rest(invoked).await.unwrap(),
        format!("{prelude}\0\0\0\0\0\0\0\0onetwo")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_invoke_api_streams_events() {
    let (world, _) = start().await;

    let whole = world
        .post(STREAMED, json!({ "first": "one", "rest": "two" }))
        .await;
    let broken = world
        .post(STREAMED, json!({ "first": "one", "end": "fail" }))
        .await;

    assert_eq!(
        whole.headers()["content-type"],
        "application/vnd.amazon.eventstream"
    );
    assert_eq!(events(whole).await, ("onetwo".to_owned(), json!({})));
    let failure = r#"{"errorType":"Late","errorMessage":"as asked"}"#;
    assert_eq!(
        events(broken).await,
        (
            "one".to_owned(),
            json!({ "ErrorCode": "Unhandled", "ErrorDetails": failure })
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_comes_with_the_last_event_of_a_failure_too() {
    let (streamers, _) = start().await;
    let probes = World::start().await;
    let probe = "/2021-11-15/functions/Probe/response-streaming-invocations";
    let tail = [("x-amz-log-type", "Tail")];

    for (world, path, command, fails) in [
        (&streamers, STREAMED, json!({ "first": "one" }), false),
        (&streamers, STREAMED, json!({ "end": "fail" }), true),
        (&streamers, STREAMED, json!({ "end": "exit" }), true),
        (&probes, probe, json!({ "do": "fail" }), true),
    ] {
        let response = world.post_with(path, &tail, command.clone()).await;
        let (_, end) = events(response).await;

        assert_eq!(end["ErrorCode"] == "Unhandled", fails, "{command}: {end}");
        let log = BASE64.decode(end["LogResult"].as_str().unwrap()).unwrap();
        let log = String::from_utf8(log).unwrap();
        assert!(log.contains("REPORT RequestId: "), "{command}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_fails_after_it_began_breaks_the_body_off() {
    let (world, gate) = start().await;

    for end in ["exit", "break", "fail"] {
        let command = json!({ "first": "one", "wait_for": gate, "end": end });
        let mut response = world.post(FUNCTION_URL, command).await;
        assert_eq!(read(&mut response, 3).await.unwrap(), "one");
        File::create(&gate).unwrap();

        assert!(rest(response).await.is_err(), "{end}");

        std::fs::remove_file(&gate).unwrap();
        let next = world.post(FUNCTION_URL, json!({ "first": "next" })).await;
        assert_eq!(rest(next).await.unwrap(), "next");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_off_with_its_process_is_told_as_its_end() {
    let (world, _) = start().await;

    let broken = world
        .post(STREAMED, json!({ "first": "one", "end": "exit late" }))
        .await;
    let (_, end) = events(broken).await;

    let told = end["ErrorDetails"].as_str().unwrap();
    assert!(told.contains("exit status 3"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_functions_time() {
    let (world, gate) = start().await;
    let command = json!({ "first": "one", "wait_for": gate });

    let over = world
        .post(&STREAMED.replace("Streamer", "Hasty"), command.clone())
        .await;
    let (_, end) = events(over).await;

    assert!(
        end["ErrorDetails"]
            .as_str()
            .unwrap()
            .contains("Task timed out after 5.00 seconds")
    );
    let cut = world.post("/lambda-url/Hasty/", command).await;
    assert!(rest(cut).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_leaves_does_not_end_the_run() {
    let (world, gate) = start().await;
    let command = json!({
        "first": "one", "wait_for": gate, "rest": "x".repeat(100_000), "times": 200
    });
    let mut response = world.post(FUNCTION_URL, command).await;
    assert_eq!(read(&mut response, 3).await.unwrap(), "one");
    let processes = world.processes("Streamer");

    drop(response);
    File::create(&gate).unwrap();
    eventually("the run has ended", || {
        world.log("Streamer").contains("REPORT")
    })
    .await;
    let next = world.post(FUNCTION_URL, json!({ "first": "next" })).await;

    assert_eq!(rest(next).await.unwrap(), "next");
    // There may be another: the first is not waited for until it asks again.
    assert!(world.processes("Streamer").contains(&processes[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_answer_in_one_piece_is_limited_to_6_mb() {
    let (world, _) = start().await;
    let command = json!({ "first": "x", "rest": "x".repeat(1 << 20), "times": 7 });

    let whole = world.post(WHOLE, command.clone()).await;
    let streamed = world.post(FUNCTION_URL, command).await;

    assert!(
        rest(whole)
            .await
            .unwrap()
            .contains("Function.ResponseSizeTooLarge")
    );
    assert_eq!(rest(streamed).await.unwrap().len(), (7 << 20) + 1);
}

/// Starts the streamer; it waits for the file whose path comes with it.
async fn start() -> (World, PathBuf) {
    assert!(
        Path::new(&probe_dir()).join("streamer").exists(),
        "build the examples first"
    );
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    std::fs::write(&options.template, TEMPLATE).unwrap();
    let gate = folder.path().join("gate");
    (World::with(folder, options).await, gate)
}

async fn read(response: &mut Response<Body>, length: usize) -> std::io::Result<String> {
    let mut bytes = vec![0; length];
    tokio::task::block_in_place(|| response.body_mut().as_reader().read_exact(&mut bytes))?;
    Ok(String::from_utf8(bytes).unwrap())
}

async fn rest(response: Response<Body>) -> std::io::Result<String> {
    blocking(move || {
        let mut text = String::new();
        response
            .into_body()
            .into_reader()
            .read_to_string(&mut text)?;
        Ok(text)
    })
    .await
}

/// Reads the events of a streamed invocation: the answer, and what its last event says.
pub(crate) async fn events(response: Response<Body>) -> (String, Value) {
    let body = blocking(move || {
        let mut bytes = Vec::new();
        let reader = &mut response.into_body().into_reader();
        reader.read_to_end(&mut bytes).unwrap();
        Bytes::from(bytes)
    })
    .await;
    let (mut body, mut decoder) = (body, MessageFrameDecoder::new());
    let (mut answer, mut last) = (BytesMut::new(), Value::Null);
    while let Ok(DecodedFrame::Complete(event)) = decoder.decode_frame(&mut body) {
        assert_eq!(last, Value::Null, "nothing comes after the end");
        let kind = &event.headers()[1];
        match kind.value().as_string().unwrap().as_str() {
            "PayloadChunk" => answer.extend_from_slice(event.payload()),
            _ => last = serde_json::from_slice(event.payload()).unwrap(),
        }
    }
    (String::from_utf8(answer.to_vec()).unwrap(), last)
}
