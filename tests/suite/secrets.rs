//! No secret is ever in an answer, a log, the database or the queue, whatever goes wrong.
//!
//! Every setting that may hold one holds a canary; good, bad and failing requests are sent; then all that
//! was said and kept is searched. Words that do belong there show that the search finds what there is.

use std::{fs, thread, time::Duration};

use serde_json::json;
use tempfile::NamedTempFile;
use wherecast_tests::{Answer, Start, World, generate_body, template};

const CANARY: &str = "s3cr3t-canary";
const GENERATE: &str = "/api/v1/podcasts/generate";
const LIST: &str = "/api/v1/podcasts/";
const UNKNOWN: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

const TOKEN: &str = "DATABASE_AUTH_TOKEN: !Ref DatabaseAuthToken";
const DATABASE: &str = "DATABASE_URL: !Ref DatabaseUrl";
const LEVEL: &str = "RUST_LOG: !Ref LogLevel";
const QUEUE: &str = "QUEUE_URL: !Ref JobsQueue";
const STORE: &str = "MEDIA_STORE: !If
            - HasOwnMediaBucket
            - !Sub s3://${MediaBucket}
            - !Ref MediaStore";
const BASE: &str = "MEDIA_BASE_URL: !If
            - HasPublicMediaBucket
            - !Sub https://${MediaBucket.RegionalDomainName}
            - !Ref MediaBaseUrl";

/// The product's template with other settings, and a canary for the token. Lambda's own keys are not a template's to set.
fn with_canary(settings: &[(&str, String)]) -> NamedTempFile {
    let token = (TOKEN, format!("DATABASE_AUTH_TOKEN: {CANARY}"));
    template(&[&[token][..], settings].concat())
}

fn start(template: &NamedTempFile) -> World {
    World::start_as(Start {
        voice: "tone:600000".to_owned(),
        template: Some(template.path().to_owned()),
        ..Start::default()
    })
}

/// Sends requests of every kind, with secrets of the caller's own; gives all that was answered.
fn drive(world: &World) -> Vec<Answer> {
    let bearer = format!("Bearer {CANARY}");
    let cookie = format!("session={CANARY}");
    let secrets = [
        ("authorization", bearer.as_str()),
        ("cookie", cookie.as_str()),
        ("x-api-key", CANARY),
        ("content-type", "application/json"),
    ];
    let mut wish = generate_body("Pirey, France", "short");
    wish["preferences"]["interests"] = json!(["word-that-is-kept"]);
    let post = |path: &str, body: &[u8]| world.ask("POST", path, &secrets, Some(body));
    let get = |path: &str| world.ask("GET", path, &secrets, None);
    let accepted = post(GENERATE, wish.to_string().as_bytes());
    let id = serde_json::from_slice(&accepted.body)
        .ok()
        .and_then(|body: serde_json::Value| Some(body["job_id"].as_str()?.to_owned()))
        .unwrap_or_else(|| UNKNOWN.to_owned());
    let mut answers = vec![
        accepted,
        post(
            GENERATE,
            generate_body("word-that-is-told", "short")
                .to_string()
                .as_bytes(),
        ),
        post(GENERATE, b"{"),
        post(GENERATE, &[b'x'; 300_000]),
        post(&format!("{LIST}{UNKNOWN}/regenerate"), b""),
        get(&format!("{LIST}word-that-is-logged")),
        get(&format!("{LIST}status/{id}")),
        get(&format!("{LIST}{id}?token={CANARY}")),
        get(&format!("{LIST}?limit=0&access_token={CANARY}")),
        get(LIST),
        world.ask("PATCH", LIST, &secrets, None),
    ];
    for function in ["sweep", "generate", "create", "status", "library"] {
        answers.push(world.invoke(function, &json!({})));
        answers.push(world.invoke(
            function,
            &json!({"Records": [{"messageId": "1", "body": "{}"}]}),
        ));
    }
    // What is logged after an answer, and by the worker, takes a moment.
    thread::sleep(Duration::from_secs(1));
    answers.push(get(&format!("{LIST}status/{id}")));
    answers.push(world.ask("DELETE", &format!("{LIST}{id}"), &secrets, None));
    answers
}

/// Where `word` is in what was said and kept.
fn places(world: &World, answers: &[Answer], word: &str) -> Vec<String> {
    let files = world.files("").into_iter().filter(|file| {
        let bytes = fs::read(file).unwrap_or_default();
        String::from_utf8_lossy(&bytes).contains(word)
    });
    let said = answers.iter().filter(|answer| {
        let headers = format!("{:?}", answer.headers);
        headers.contains(word) || String::from_utf8_lossy(&answer.body).contains(word)
    });
    let files = files.map(|file| {
        file.strip_prefix(world.data())
            .unwrap()
            .display()
            .to_string()
    });
    files
        .chain(said.map(|answer| format!("{answer:?}")))
        .collect()
}

fn assert_kept_secret(world: &World, answers: &[Answer]) {
    let leaks = places(world, answers, CANARY);
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[test]
fn a_system_at_work_tells_no_secret_even_when_it_logs_much() {
    let template = with_canary(&[(LEVEL, "RUST_LOG: debug".to_owned())]);
    let world = start(&template);

    let answers = drive(&world);

    assert_eq!(answers[0].status, 202);
    let found = |word| places(&world, &answers, word);
    assert!(
        found("word-that-is-kept")
            .iter()
            .any(|place| place.starts_with("wherecast.db")),
        "the database is searched"
    );
    assert!(
        found("word-that-is-logged")
            .iter()
            .any(|place| place.starts_with("logs/")),
        "the logs are searched"
    );
    assert!(
        found("word-that-is-told")
            .iter()
            .any(|place| place.starts_with("Answer")),
        "the answers are searched"
    );
    assert_kept_secret(&world, &answers);
}

#[test]
fn a_setting_that_does_not_fit_is_refused_without_its_secret() {
    let with_user = |scheme: &str| format!("{scheme}://user:{CANARY}@127.0.0.1:9/x?token={CANARY}");
    let cases = [
        vec![(
            DATABASE,
            format!("DATABASE_URL: libsql://user:{CANARY}@db.example.com?authToken={CANARY}"),
        )],
        vec![(
            DATABASE,
            format!("DATABASE_URL: https://db.example.com/{CANARY}"),
        )],
        vec![(QUEUE, format!("QUEUE_URL: {}", with_user("http")))],
        vec![(QUEUE, format!("QUEUE_URL: {CANARY}"))],
        vec![(STORE, format!("MEDIA_STORE: {}", with_user("ftp")))],
        vec![(STORE, format!("MEDIA_STORE: {}", with_user("s3")))],
        vec![(STORE, format!("MEDIA_STORE: s3//{CANARY}"))],
        vec![(BASE, format!("MEDIA_BASE_URL: {}", with_user("http")))],
        vec![(BASE, format!("MEDIA_BASE_URL: ftp//{CANARY}"))],
    ];

    let mut leaks = Vec::new();
    for settings in cases {
        let template = with_canary(&settings);
        let world = start(&template);

        let answers = drive(&world);

        let found = places(&world, &answers, CANARY);
        leaks.extend(
            found
                .into_iter()
                .map(|place| format!("{}: {place}", settings[0].1)),
        );
        assert!(
            !places(&world, &answers, "word-that-is-logged").is_empty() || settings[0].0 != QUEUE
        );
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
}
