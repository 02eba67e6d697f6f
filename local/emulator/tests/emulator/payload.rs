//! Payload format 2.0 from one end to the other: what a function is told, and what becomes of its answer.
use std::{
    fs::{self, File},
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::{Value, json};

use crate::world::{PATIENCE, World, eventually, eventually_told, replying};

/// A stage, a route for everything else, and a function with a URL that has rules of its own.
const TEMPLATE: &str = r#"
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      StageName: prod
      CorsConfiguration: { AllowOrigins: ["https://api.example"] }
  Probe:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: probe } }
    Properties:
      Runtime: provided.al2023
      Timeout: 30
      FunctionUrlConfig:
        AuthType: NONE
        Cors: { AllowOrigins: ["https://url.example"], AllowMethods: [GET] }
      Events:
        Item: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: "/items/{id}", Method: GET } }
        Rest: { Type: HttpApi, Properties: { ApiId: !Ref Api } }
"#;

async fn staged() -> World {
    World::start_with(|options| fs::write(&options.template, TEMPLATE).unwrap()).await
}

/// Starts functions whose HTTP API waits for 200 ms only.
async fn impatient() -> World {
    let limit = Duration::from_millis(200);
    World::start_with(|options| options.integration_limit = limit).await
}

/// Sends a request as it is written, without a client library to tidy it; the whole answer.
fn raw(world: &World, head: &str, body: &[u8]) -> String {
    let mut client = TcpStream::connect(world.emulator.address()).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    let length = body.len();
    write!(
        client,
        "{head}content-length: {length}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    client.write_all(body).unwrap();
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The event of a request that the probe gives back.
fn event(world: &World, head: &str, body: &[u8]) -> Value {
    let answer = raw(world, head, body);
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let answer: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"));
    answer["event"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_told_to_the_letter() {
    let world = World::start().await;
    let head = "POST /probe/a%2Fb%20c?x=1&x=2&y=%C3%A9&flag&= HTTP/1.1\r\nHost: Api.Example:9000\r\n\
        Cookie: a=1; b=2\r\nCookie: c=3\r\nX-Twice: 1\r\nX-Twice: 2\r\nX-Forwarded-For: 203.0.113.9\r\n\
        X-Forwarded-Proto: https\r\nUser-Agent: test/1\r\nContent-Type: text/csv\r\n";

    let event = event(&world, head, b"1,2");

    assert_eq!(event["version"], "2.0");
    assert_eq!(event["routeKey"], "ANY /probe/{id}");
    assert_eq!(event["rawPath"], "/probe/a/b c");
    assert_eq!(event["rawQueryString"], "x=1&x=2&y=%C3%A9&flag&=");
    let query = json!({ "x": "1,2", "y": "é", "flag": "", "": "" });
    assert_eq!(event["queryStringParameters"], query);
    assert_eq!(event["pathParameters"], json!({ "id": "a/b c" }));
    assert_eq!(event["cookies"], json!(["a=1", "b=2", "c=3"]));
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!("1,2"), &json!(false))
    );
    let headers = &event["headers"];
    assert_eq!(headers["x-twice"], "1,2");
    assert_eq!(headers["x-forwarded-for"], "203.0.113.9, 127.0.0.1");
    assert_eq!(headers["x-forwarded-proto"], "http");
    assert_eq!(headers["x-forwarded-port"], "9000");
    assert_eq!(headers["content-length"], "3");
    assert!(
        headers["x-amzn-trace-id"]
            .as_str()
            .unwrap()
            .starts_with("Root=1-")
    );
    assert_eq!(headers["connection"], Value::Null);
    let context = &event["requestContext"];
    assert_eq!(context["accountId"], "000000000000");
    assert_eq!(context["domainName"], "Api.Example:9000");
    assert_eq!(context["domainPrefix"], "Api");
    assert_eq!(context["routeKey"], "ANY /probe/{id}");
    assert_eq!(context["stage"], "$default");
    assert_eq!(context["authorizer"], Value::Null);
    let time_s =
        jiff::fmt::strtime::parse("%d/%b/%Y:%H:%M:%S %z", context["time"].as_str().unwrap())
            .and_then(|time| time.to_timestamp())
            .unwrap()
            .as_second();
    assert_eq!(context["timeEpoch"].as_i64().unwrap() / 1_000, time_s);
    let http = json!({
        "method": "POST", "path": "/probe/a/b c", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test/1"
    });
    assert_eq!(context["http"], http);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_left_out() {
    let world = World::start().await;

    let event = event(&world, "GET /single? HTTP/1.1\r\nHost: x\r\n", b"");

    assert_eq!(event["rawQueryString"], "");
    for absent in [
        "queryStringParameters",
        "pathParameters",
        "cookies",
        "body",
        "stageVariables",
    ] {
        assert!(!event.as_object().unwrap().contains_key(absent), "{absent}");
    }
    assert_eq!(event["isBase64Encoded"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_is_the_first_part_of_a_path() {
    let world = staged().await;

    let item = event(&world, "GET /prod/items/7 HTTP/1.1\r\nHost: x\r\n", b"");
    let rest = event(&world, "PUT /prod/any/thing HTTP/1.1\r\nHost: x\r\n", b"");
    let root = event(&world, "GET /prod HTTP/1.1\r\nHost: x\r\n", b"");
    let outside = world.send("GET", "/items/7", &[]).await;
    let beside = world.send("GET", "/production/items/7", &[]).await;

    assert_eq!(item["routeKey"], "GET /items/{id}");
    assert_eq!(item["rawPath"], "/prod/items/7");
    assert_eq!(item["requestContext"]["stage"], "prod");
    assert_eq!(
        (&rest["routeKey"], &rest["rawPath"]),
        (&json!("$default"), &json!("/prod/any/thing"))
    );
    assert_eq!(rest["requestContext"]["http"]["method"], "PUT");
    assert!(rest.get("pathParameters").is_none());
    assert_eq!(root["routeKey"], "$default");
    assert_eq!(
        (outside.status().as_u16(), beside.status().as_u16()),
        (404, 404)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_url_has_its_own_event_and_its_own_cors() {
    let world = staged().await;
    let head = "GET /lambda-url/Probe/a%2Fb?c=d HTTP/1.1\r\nHost: x\r\n";
    let ask = |origin| [("origin", origin), ("access-control-request-method", "GET")];

    let event = event(&world, head, b"");
    let own = world
        .send("OPTIONS", "/lambda-url/Probe/", &ask("https://url.example"))
        .await;
    let apis = world
        .send("OPTIONS", "/lambda-url/Probe/", &ask("https://api.example"))
        .await;
    let unknown = world.send("GET", "/lambda-url/Nobody/", &[]).await;

    assert_eq!(
        (&event["rawPath"], &event["routeKey"]),
        (&json!("/a%2Fb"), &json!("$default"))
    );
    let context = &event["requestContext"];
    assert_eq!(
        (&context["accountId"], &context["apiId"]),
        (&json!("anonymous"), &json!("Probe"))
    );
    assert_eq!(
        own.headers()["access-control-allow-origin"],
        "https://url.example"
    );
    assert!(!apis.headers().contains_key("access-control-allow-origin"));
    assert_eq!(unknown.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_keeps_bytes_lists_and_cookies() {
    let world = World::start().await;
    let reply = json!({
        "statusCode": 207, "isBase64Encoded": true, "body": "AAH/", "cookies": ["a=1; Path=/", "b=2"],
        "headers": { "Content-Type": "image/x", "X-Number": 7, "Connection": "upgrade" },
        "multiValueHeaders": { "X-Many": ["1", "2"] }
    });

    let mut response = world.post("/probe/1", replying(reply)).await;

    assert_eq!(response.status(), 207);
    assert_eq!(response.headers()["content-type"], "image/x");
    assert_eq!(response.headers()["x-number"], "7");
    assert_eq!(response.headers().get_all("x-many").iter().count(), 2);
    let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1; Path=/", "b=2"]);
    assert!(!response.headers().contains_key("connection"));
    assert_eq!(response.body_mut().read_to_vec().unwrap(), [0, 1, 255]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_request_has_the_length_and_no_body() {
    let world = World::start().await;

    let answer = raw(&world, "HEAD /single HTTP/1.1\r\nHost: x\r\n", b"");

    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("content-length: "), "{head}");
    assert_eq!(body, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_of_a_request_may_have_10240_bytes() {
    let world = World::start().await;
    let status = |filler: usize| {
        let head = format!(
            "GET /single HTTP/1.1\r\nhost: x\r\nx: {}\r\n",
            "a".repeat(filler)
        );
        let whole = head.len() + "content-length: 0\r\nconnection: close\r\n".len();
        (
            whole,
            raw(&world, &head, b"")
                .split(' ')
                .nth(1)
                .unwrap()
                .to_owned(),
        )
    };
    let (least, _) = status(0);

    assert_eq!(status(10_240 - least), (10_240, "200".to_owned()));
    assert_eq!(status(10_241 - least), (10_241, "431".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_function_goes_on_after_its_caller_was_told() {
    let world = impatient().await;
    world.invoke("Single", json!({})).await;
    let process = world.processes("Single");
    world.at_rest("Single").await;

    let gate = world.data("gate");
    let mut response = world.post("/single", json!({ "wait_for": gate })).await;

    assert_eq!(response.status(), 503);
    assert_eq!(
        response.body_mut().read_to_string().unwrap(),
        r#"{"message":"Service Unavailable"}"#
    );
    // Only one may run at a time, so the next call is refused until the first is done.
    let path = "/2015-03-31/functions/Single/invocations";
    assert_eq!(world.post(path, json!({})).await.status(), 429);
    File::create(&gate).unwrap();
    eventually_told("the first call is done", async || {
        world.post(path, json!({})).await.status() == 200
    })
    .await;
    assert_eq!(world.processes("Single"), process);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_url_blames_the_function_with_statuses_of_its_own() {
    let world = World::start().await;
    let gate = world.data("gate");

    let failed = world
        .post("/lambda-url/Probe/", json!({ "do": "exit" }))
        .await;
    let running = world.post(
        "/lambda-url/Single/",
        json!({ "log": "it runs", "wait_for": gate }),
    );
    let (_, beyond) = tokio::join!(running, async {
        eventually("one runs", || world.log("Single").contains("it runs")).await;
        let beyond = world.post("/lambda-url/Single/", json!({})).await;
        File::create(&gate).unwrap();
        beyond
    });

    assert_eq!(failed.status(), 502);
    assert_eq!(beyond.status(), 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_url_waits_as_long_as_the_function_may_run() {
    let world = impatient().await;

    let response = world
        .post("/lambda-url/Probe/", json!({ "sleep_ms": 1_000 }))
        .await;

    assert_eq!(response.status(), 200);
}
