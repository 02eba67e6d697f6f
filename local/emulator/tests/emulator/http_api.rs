//! What a browser sees: routes, CORS, limits and files.

use std::{fs::File, io::Write, net::TcpStream};

use crate::world::{World, eventually, eventually_told, replying};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_becomes_an_event_with_decoded_parameters() {
    let world = World::start().await;

    let mut response = world
        .send(
            "GET",
            "/probe/S%C3%A3o%20Paulo?a=1",
            &[("authorization", "Bearer any")],
        )
        .await;

    assert_eq!(response.status(), 200);
    let answer: Value = response.body_mut().read_json().unwrap();
    let event = &answer["event"];
    assert_eq!(event["routeKey"], "ANY /probe/{id}");
    assert_eq!(event["pathParameters"]["id"], "São Paulo");
    assert_eq!(event["queryStringParameters"]["a"], "1");
    assert_eq!(event["headers"]["authorization"], "Bearer any");
    assert_eq!(event["requestContext"]["authorizer"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_functions_response_keeps_status_headers_and_cookies() {
    let world = World::start().await;
    let reply = json!({ "statusCode": 201, "headers": { "ETag": "\"1\"" }, "cookies": ["a=b", "c=d"], "body": "hi" });

    let mut response = world.post("/probe/1", replying(reply)).await;

    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["etag"], "\"1\"");
    assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
    assert_eq!(response.body_mut().read_to_string().unwrap(), "hi");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_inside_is_not_told() {
    let world = World::start().await;

    let mut crash = world.post("/probe/1", json!({ "do": "abort" })).await;
    let nonsense = world
        .post("/probe/1", replying(json!({ "statusCode": 7 })))
        .await;

    assert_eq!(crash.status(), 500);
    assert_eq!(
        crash.body_mut().read_to_string().unwrap(),
        r#"{"message":"Internal Server Error"}"#
    );
    assert_eq!(nonsense.status(), 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_route_names_is_not_found() {
    let world = World::start().await;

    for path in [
        "/",
        "/probe",
        "/probe/1/",
        "/short/",
        "/media/",
        "/media/none",
    ] {
        let mut response = world.send("GET", path, &[]).await;
        assert_eq!(response.status(), 404, "{path}");
        assert_eq!(
            response.body_mut().read_to_string().unwrap(),
            r#"{"message":"Not Found"}"#
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_is_answered_without_a_function() {
    let world = World::start().await;
    let ask = |origin| {
        [
            ("origin", origin),
            ("access-control-request-method", "POST"),
        ]
    };

    let friend = world
        .send("OPTIONS", "/probe/1", &ask("https://example.com"))
        .await;
    let stranger = world
        .send("OPTIONS", "/probe/1", &ask("https://evil.example"))
        .await;

    assert_eq!(friend.status(), 204);
    assert_eq!(
        friend.headers()["access-control-allow-origin"],
        "https://example.com"
    );
    assert_eq!(friend.headers()["access-control-allow-methods"], "GET,POST");
    assert_eq!(
        friend.headers()["access-control-allow-headers"],
        "content-type"
    );
    assert_eq!(friend.headers()["access-control-max-age"], "60");
    assert!(
        !stranger
            .headers()
            .contains_key("access-control-allow-origin")
    );
    assert!(world.processes("Probe").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_apis_cors_headers_replace_the_functions_also_on_errors() {
    let world = World::start().await;
    let origin = [("origin", "https://example.com")];

    let missing = world.send("GET", "/nowhere", &origin).await;
    let file = world.send("GET", "/media/ten.txt", &origin).await;
    let reply = json!({ "statusCode": 200, "headers": { "access-control-allow-origin": "https://evil.example" } });
    let foreign = world.post("/probe/1", replying(reply)).await;

    assert_eq!(
        missing.headers()["access-control-allow-origin"],
        "https://example.com"
    );
    assert_eq!(missing.headers()["access-control-expose-headers"], "etag");
    assert_eq!(
        file.headers()["access-control-allow-origin"],
        "https://example.com"
    );
    assert!(
        !foreign
            .headers()
            .contains_key("access-control-allow-origin")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sizes_are_limited() {
    let world = World::start().await;

    let mut body = world.post("/probe/1", json!("x".repeat(11 << 20))).await;
    let headers = world
        .send("GET", "/probe/1", &[("x-long", &"x".repeat(10_300))])
        .await;

    assert_eq!(body.status(), 413);
    assert_eq!(
        body.body_mut().read_to_string().unwrap(),
        r#"{"message":"Request Entity Too Large"}"#
    );
    assert_eq!(headers.status(), 431);
    assert!(world.processes("Probe").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_served_whole_in_parts_and_by_name_only() {
    let world = World::start().await;

    let mut whole = world.send("GET", "/media/ten.txt", &[]).await;
    let head = world.send("HEAD", "/media/ten.txt", &[]).await;
    let mut part = world
        .send("GET", "/media/ten.txt", &[("range", "bytes=2-4")])
        .await;
    let beyond = world
        .send("GET", "/media/ten.txt", &[("range", "bytes=20-")])
        .await;

    assert_eq!(whole.body_mut().read_to_string().unwrap(), "0123456789");
    assert_eq!(whole.headers()["content-type"], "text/plain");
    assert_eq!(whole.headers()["accept-ranges"], "bytes");
    assert_eq!(
        (head.status().as_u16(), &head.headers()["content-length"]),
        (200, &"10".parse().unwrap())
    );
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], "bytes 2-4/10");
    assert_eq!(part.body_mut().read_to_string().unwrap(), "234");
    assert_eq!(beyond.status(), 416);
    for path in [
        "/media/../secret.txt",
        "/media/%2e%2e/secret.txt",
        "/media/..%2fsecret.txt",
    ] {
        assert_eq!(raw_status(&world, path), "404", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_leaves_a_working_function() {
    let world = World::start().await;
    world.invoke("Single", json!({})).await;
    let process = world.processes("Single");

    let gate = world.data("gate");
    let body = json!({ "log": "it runs", "wait_for": gate }).to_string();
    let mut client = TcpStream::connect(world.emulator.address()).unwrap();
    write!(
        client,
        "POST /single HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    eventually("it runs", || world.log("Single").contains("it runs")).await;
    drop(client);
    File::create(&gate).unwrap();

    let path = "/2015-03-31/functions/Single/invocations";
    eventually_told("it is done", async || {
        world.post(path, json!({})).await.status() == 200
    })
    .await;
    assert_eq!(world.processes("Single"), process);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_has_the_url_that_cargo_lambda_gives_it() {
    let world = World::start().await;

    let mut response = world.send("GET", "/lambda-url/Probe/a/b?c=d", &[]).await;

    let answer: Value = response.body_mut().read_json().unwrap();
    assert_eq!(answer["event"]["rawPath"], "/a/b");
    assert_eq!(answer["event"]["routeKey"], "$default");
}

/// Asks without a client library, which would tidy the path.
fn raw_status(world: &World, path: &str) -> String {
    use std::io::Read;
    let mut client = TcpStream::connect(world.emulator.address()).unwrap();
    write!(
        client,
        "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}
