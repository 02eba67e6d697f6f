//! Who may call a route that asks for a token, with real tokens of an issuer on this machine.
use std::{fs, time::Instant};

use emulator::{Emulator, Socket};
use futures::future::join_all;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::TcpSocket;

use crate::{
    issuer::{Issuer, url},
    tokens::{FOREIGN, OURS, unsigned},
    world::{World, eventually_told, options},
};

/// An issuer whose keys are in a file: no test fetches them but those about that.
const ISSUER: &str = "https://id.example";

/// `/own` asks for a token, `/write` for one with a scope, `/query` takes it from the query, `/open` asks for nothing.
fn template(issuer: &str) -> String {
    format!(
        r#"
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration: {{ AllowOrigins: ["https://example.com"], AllowMethods: [GET] }}
      Auth:
        DefaultAuthorizer: Users
        Authorizers:
          Users: {{ JwtConfiguration: {{ issuer: "{issuer}", audience: [web, app] }}, IdentitySource: $request.header.Authorization }}
          Links: {{ JwtConfiguration: {{ issuer: "{issuer}", audience: [web] }}, IdentitySource: $request.querystring.token }}
  Probe:
    Type: AWS::Serverless::Function
    Metadata: {{ BuildMethod: rust-cargolambda, BuildProperties: {{ Binary: probe }} }}
    Properties:
      Runtime: provided.al2023
      Timeout: 30
      Events:
        Own: {{ Type: HttpApi, Properties: {{ ApiId: !Ref Api, Path: /own, Method: ANY }} }}
        Write: {{ Type: HttpApi, Properties: {{ ApiId: !Ref Api, Path: /write, Method: ANY, Auth: {{ AuthorizationScopes: [write, admin] }} }} }}
        Query: {{ Type: HttpApi, Properties: {{ ApiId: !Ref Api, Path: /query, Method: ANY, Auth: {{ Authorizer: Links }} }} }}
        Open: {{ Type: HttpApi, Properties: {{ ApiId: !Ref Api, Path: /open, Method: ANY, Auth: {{ Authorizer: NONE }} }} }}
"#
    )
}

async fn world(issuer: &str) -> World {
    let text = template(issuer);
    World::start_with(|options| fs::write(&options.template, text).unwrap()).await
}

async fn world_with_keys() -> World {
    World::start_with(|options| {
        fs::write(&options.template, template(ISSUER)).unwrap();
        let file = options.template.with_file_name("keys.json");
        fs::write(&file, json!({ "keys": [OURS.public()] }).to_string()).unwrap();
        options.jwks.insert(ISSUER.to_owned(), file);
    })
    .await
}

fn now_s() -> i64 {
    Timestamp::now().as_second()
}

fn claims(issuer: &str) -> Value {
    json!({ "iss": issuer, "aud": "web", "sub": "ann", "iat": now_s() - 1, "exp": now_s() + 600 })
}

/// Asks for `path` with a token; the status, `www-authenticate`, and the body.
async fn ask(world: &World, path: &str, token: &str) -> (u16, String, Value) {
    let bearer = format!("Bearer {token}");
    let headers: &[(&str, &str)] = match token {
        "" => &[],
        _ => &[("authorization", &bearer)],
    };
    let mut response = world.send("GET", path, headers).await;
    let challenge = response.headers().get("www-authenticate");
    let challenge = challenge
        .map_or("", |value| value.to_str().unwrap())
        .to_owned();
    let body = response.body_mut().read_json().unwrap();
    (response.status().as_u16(), challenge, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_event_says_who_the_token_names() {
    let world = world_with_keys().await;
    let mut told = claims(ISSUER);
    told["scope"] = json!("read write");
    told["cognito:groups"] = json!(["a", "b"]);
    let token = OURS.token(&told);

    let (status, _, own) = ask(&world, "/own", &token).await;
    let (_, _, write) = ask(&world, "/write", &token).await;
    let mut query = world
        .send("GET", &format!("/query?token={token}"), &[])
        .await;

    assert_eq!(status, 200, "{own}");
    let jwt = &own["event"]["requestContext"]["authorizer"]["jwt"];
    assert_eq!(jwt["claims"]["sub"], "ann");
    assert_eq!(jwt["claims"]["exp"], told["exp"].to_string());
    assert_eq!(jwt["claims"]["cognito:groups"], "[a b]");
    assert_eq!(jwt["scopes"], Value::Null);
    let jwt = &write["event"]["requestContext"]["authorizer"]["jwt"];
    assert_eq!(jwt["scopes"], json!(["write"]));
    assert_eq!(
        query.body_mut().read_json::<Value>().unwrap()["event"]["rawPath"],
        "/query"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_proves_nothing_is_refused_before_any_function() {
    let world = world_with_keys().await;
    let with = |name: &str, value: Value| {
        let mut claims = claims(ISSUER);
        claims[name] = value;
        OURS.token(&claims)
    };
    let good = OURS.token(&claims(ISSUER));
    let (head, signature) = good.rsplit_once('.').unwrap();
    let header = |alg: &str| json!({ "alg": alg, "kid": "ours" });
    let stolen = unsigned(&header("RS256"), &json!({ "sub": "eve" }));
    // The last letter holds unused bits too; the first one only bits of the signature.
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    let bent = format!("{head}.{other}{}", &signature[1..]);
    let cases = [
        (String::new(), None),
        (
            "any".to_owned(),
            Some("token contains an invalid number of segments"),
        ),
        (
            format!("{}.", unsigned(&header("none"), &claims(ISSUER))),
            Some("signing method none is invalid"),
        ),
        (
            format!("{}.AAAA", unsigned(&header("HS256"), &claims(ISSUER))),
            Some("signing method HS256 is invalid"),
        ),
        (
            FOREIGN.token_named("ours", &claims(ISSUER)),
            Some("signature is invalid"),
        ),
        (
            format!("{stolen}.{signature}"),
            Some("signature is invalid"),
        ),
        (bent, Some("signature is invalid")),
        (
            FOREIGN.token(&claims(ISSUER)),
            Some("the token has a kid that its issuer does not publish"),
        ),
        (
            with("iss", json!("https://else.example")),
            Some("the token does not have a valid issuer"),
        ),
        (
            with("aud", json!(["else"])),
            Some("the token does not have a valid audience"),
        ),
        (
            with("exp", json!(now_s() - 1)),
            Some("the token has expired"),
        ),
        (
            with("nbf", json!(now_s() + 60)),
            Some("the token is not valid yet"),
        ),
        (
            with("iat", json!(now_s() + 60)),
            Some("the token was used before it was issued"),
        ),
    ];

    for (token, flaw) in cases {
        let (status, challenge, body) = ask(&world, "/own", &token).await;

        let expected = flaw.map_or("Bearer".to_owned(), |flaw| {
            format!(r#"Bearer scope="" error="invalid_token" error_description="{flaw}""#)
        });
        assert_eq!((status, challenge), (401, expected), "{token}");
        assert_eq!(body, json!({ "message": "Unauthorized" }));
    }
    assert!(world.processes("Probe").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_routes_scope_is_forbidden() {
    let world = world_with_keys().await;
    let mut told = claims(ISSUER);
    told["scope"] = json!("read");

    let (status, challenge, body) = ask(&world, "/write", &OURS.token(&told)).await;

    assert_eq!((status, body), (403, json!({ "message": "Forbidden" })));
    assert!(challenge.contains(r#"scope="write admin" error="insufficient_scope""#));
    assert!(world.processes("Probe").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn preflights_and_open_routes_need_no_token() {
    let world = world_with_keys().await;
    let preflight = [
        ("origin", "https://example.com"),
        ("access-control-request-method", "GET"),
    ];

    let asked = world.send("OPTIONS", "/own", &preflight).await;
    let refused = world.send("GET", "/own", &preflight[..1]).await;
    let (open, _, answer) = ask(&world, "/open", "").await;

    assert_eq!(asked.status(), 204);
    assert_eq!(refused.status(), 401);
    // Without it the page's script would not even see that it must sign in.
    assert_eq!(
        refused.headers()["access-control-allow-origin"],
        "https://example.com"
    );
    assert_eq!(open, 200);
    assert_eq!(answer["event"]["requestContext"]["authorizer"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_is_asked_once_and_again_for_a_key_that_is_new() {
    let issuer = Issuer::start(&OURS).await;
    let world = world(&issuer.url()).await;
    let (ours, foreign) = (
        OURS.token(&claims(&issuer.url())),
        FOREIGN.token(&claims(&issuer.url())),
    );

    let crowd = join_all((0..20).map(|_| ask(&world, "/own", &ours))).await;
    assert!(crowd.iter().all(|(status, ..)| *status == 200));
    assert_eq!(issuer.asked(), 1);
    let begin = Instant::now();
    let strangers = join_all((0..20).map(|_| ask(&world, "/own", &foreign))).await;
    assert!(strangers.iter().all(|(status, ..)| *status == 401));
    // For a new key it is asked every two seconds at most.
    let most = 3 + begin.elapsed().as_secs() as usize / 2;
    let asked = issuer.asked();
    assert!(asked <= most, "the issuer was asked {asked} times");

    issuer.publish(&FOREIGN);

    eventually_told("the new key is known", async || {
        ask(&world, "/own", &foreign).await.0 == 200
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_comes_late_is_found() {
    // Nobody else gets the port, and nobody answers there yet.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = socket.local_addr().unwrap();
    let world = world(&url(address)).await;
    let token = OURS.token(&claims(&url(address)));

    let (status, challenge, _) = ask(&world, "/own", &token).await;
    assert_eq!(status, 401);
    assert!(
        challenge.contains("OIDC discovery endpoint communication error"),
        "{challenge}"
    );

    let _issuer = Issuer::start_on(socket.listen(16).unwrap(), &OURS);

    eventually_told("the issuer is found", async || {
        ask(&world, "/own", &token).await.0 == 200
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_may_be_in_a_file() {
    let world = world_with_keys().await;

    let (status, ..) = ask(&world, "/own", &OURS.token(&claims(ISSUER))).await;
    let (foreign, ..) = ask(&world, "/own", &FOREIGN.token(&claims(ISSUER))).await;

    assert_eq!((status, foreign), (200, 401));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_no_use_are_refused_at_start() {
    let start = async |issuer: &str, keys: &str| {
        let folder = tempfile::tempdir().unwrap();
        let mut options = options(folder.path());
        fs::write(&options.template, template(ISSUER)).unwrap();
        let file = folder.path().join("keys.json");
        fs::write(&file, keys).unwrap();
        options.jwks.insert(issuer.to_owned(), file);
        let socket = Socket::open(([127, 0, 0, 1], 0).into()).await.unwrap();
        Emulator::start(socket, options)
            .await
            .err()
            .unwrap()
            .to_string()
    };

    let misspelt = start("https://id.exmaple", "{}").await;
    let empty = start(ISSUER, r#"{"keys": []}"#).await;

    assert_eq!(
        misspelt,
        "no authorizer of the template has the issuer https://id.exmaple; check its spelling"
    );
    assert!(
        empty.ends_with(
            "keys.json is not a JWKS with RSA keys: it has no key with kty RSA, kid, n and e"
        ),
        "{empty}"
    );
}
