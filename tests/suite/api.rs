//! The contract over HTTP: real runner, real functions, real database; only the voice is quick.

use std::time::{Duration, Instant};

use serde_json::json;
use wherecast_tests::{SOON, World, generate_body};

const LIST: &str = "/api/v1/podcasts/";

#[test]
fn a_place_becomes_an_episode_that_plays() {
    let world = World::start_with("tone:5");

    let id = world.accept("Paris, France", "short");
    let seen = world.finish(&id, SOON);

    assert!(seen.is_sorted(), "{seen:?}");
    assert_eq!(seen.last(), Some(&100));
    let podcast = world.get(&format!("{LIST}{id}")).json();
    assert_eq!(podcast["location"], "Paris, France");
    assert!(
        podcast["script_content"]
            .as_str()
            .is_some_and(|script| script.contains("A: "))
    );
    assert!(
        podcast["duration_seconds"]
            .as_u64()
            .is_some_and(|seconds| seconds > 10),
        "{podcast}"
    );
    assert!(
        podcast["completed_at"]
            .as_str()
            .is_some_and(|time| time.ends_with('Z'))
    );
    let url = podcast["audio_url"].as_str().unwrap();
    let head = world.ask("HEAD", url, &[], None);
    assert_eq!(head.status, 200);
    assert_eq!(head.header("content-type"), Some("audio/mpeg"));
    assert_eq!(
        head.header("content-length"),
        Some(podcast["file_size_bytes"].to_string().as_str())
    );
    let part = world.ask("GET", url, &[("range", "bytes=0-2")], None);
    assert_eq!(
        (part.status, part.body.as_slice()),
        (206, b"ID3".as_slice())
    );
}

#[test]
fn a_bad_request_is_refused_and_stores_nothing() {
    let world = World::start();
    let long = "x".repeat(10_000);
    let bodies: [(&str, Vec<u8>, u16); 10] = [
        ("empty", generate_body("", "short").to_string().into(), 422),
        (
            "10,000 characters",
            generate_body(&long, "short").to_string().into(),
            422,
        ),
        (
            "control characters",
            generate_body("Par\u{7}is", "short").to_string().into(),
            422,
        ),
        (
            "bidi override",
            generate_body("Par\u{202e}is", "short").to_string().into(),
            422,
        ),
        ("broken JSON", b"{\"location\": \"Paris".to_vec(), 422),
        (
            "wrong types",
            json!({"location": 5, "podcast_type": ["base"]})
                .to_string()
                .into(),
            422,
        ),
        (
            "unknown length",
            generate_body("Paris", "endless").to_string().into(),
            422,
        ),
        (
            "unknown place",
            generate_body("Qwertyville", "short").to_string().into(),
            422,
        ),
        ("no body", Vec::new(), 422),
        (
            "1 MB",
            generate_body(&"x".repeat(1 << 20), "short")
                .to_string()
                .into(),
            413,
        ),
    ];

    for (name, body, expected) in bodies {
        let answer = world.ask(
            "POST",
            "/api/v1/podcasts/generate",
            &[
                ("content-type", "application/json"),
                ("origin", "http://localhost:3000"),
            ],
            Some(&body),
        );

        assert_eq!(
            answer.status,
            expected,
            "{name}: {}",
            String::from_utf8_lossy(&answer.body)
        );
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{name}"
        );
        assert!(
            answer.header("access-control-allow-origin").is_some(),
            "{name}"
        );
        let problem = answer.json();
        assert_eq!(problem["status"], expected, "{name}");
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|detail| detail.len() > 10),
            "{name}: {problem}"
        );
    }
    assert_eq!(world.get(LIST).json()["total"], 0);
}

#[test]
fn what_is_no_place_comes_with_suggestions() {
    let world = World::start();

    let country = world.post(
        "/api/v1/podcasts/generate",
        &generate_body("France", "short"),
    );

    assert_eq!(country.status, 422);
    let suggestions = country.json()["suggestions"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    assert!(
        suggestions
            .iter()
            .any(|s| s.as_str().is_some_and(|s| s.contains("Paris"))),
        "{suggestions:?}"
    );
}

#[test]
fn unknown_and_malformed_ids_and_wrong_methods_have_their_answers() {
    let world = World::start();
    let unknown = "0192f0c1-2345-7abc-8def-0123456789ab";
    let cases = [
        ("GET", format!("/api/v1/podcasts/status/{unknown}"), 404),
        ("GET", format!("/api/v1/podcasts/{unknown}"), 404),
        ("DELETE", format!("/api/v1/podcasts/{unknown}"), 404),
        (
            "POST",
            format!("/api/v1/podcasts/{unknown}/regenerate"),
            404,
        ),
        ("GET", "/api/v1/podcasts/status/7".to_owned(), 422),
        ("GET", "/api/v1/podcasts/not-an-id".to_owned(), 422),
        ("PUT", "/api/v1/podcasts/generate".to_owned(), 405),
        ("POST", "/api/v1/podcasts/".to_owned(), 405),
        ("GET", format!("{LIST}?limit=0"), 422),
        ("GET", format!("{LIST}?limit=101"), 422),
        ("GET", format!("{LIST}?status_filter=done"), 422),
        ("GET", format!("{LIST}?cursor=AAAA"), 422),
    ];

    for (method, path, expected) in cases {
        let answer = world.ask(method, &path, &[], None);

        assert_eq!(
            answer.status,
            expected,
            "{method} {path}: {}",
            String::from_utf8_lossy(&answer.body)
        );
        assert_eq!(answer.json()["status"], expected, "{method} {path}");
        assert_eq!(
            answer.header("allow").is_some(),
            expected == 405,
            "{method} {path}"
        );
    }
}

#[test]
fn a_preflight_is_answered_without_starting_a_function() {
    let world = World::start();
    let headers = [
        ("origin", "http://localhost:3000"),
        ("access-control-request-method", "POST"),
        (
            "access-control-request-headers",
            "authorization,content-type",
        ),
    ];

    let answer = world.ask("OPTIONS", "/api/v1/podcasts/generate", &headers, None);

    assert!([200, 204].contains(&answer.status));
    assert!(
        answer
            .header("access-control-allow-methods")
            .is_some_and(|methods| methods.contains("POST"))
    );
    assert!(world.processes("create").is_empty());
}

#[test]
fn the_same_key_and_body_are_the_same_job() {
    let world = World::start();
    let ask = |key: &str, place: &str| {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        let body = generate_body(place, "short").to_string();
        world.ask(
            "POST",
            "/api/v1/podcasts/generate",
            &headers,
            Some(body.as_bytes()),
        )
    };

    let (first, again, other) = (ask("k1", "Pirey"), ask("k1", "Pirey"), ask("k1", "Paris"));

    assert_eq!((first.status, again.status, other.status), (202, 202, 422));
    assert_eq!(first.text("job_id"), again.text("job_id"));
    assert_eq!(world.get(LIST).json()["total"], 1);
}

#[test]
fn an_unchanged_status_is_not_sent_again() {
    let world = World::start_with("tone:200");
    let id = world.accept("Pirey, France", "short");
    world.finish(&id, SOON);
    let path = format!("/api/v1/podcasts/status/{id}");

    let first = world.get(&path);
    let again = world.ask(
        "GET",
        &path,
        &[("if-none-match", first.header("etag").unwrap())],
        None,
    );

    assert_eq!((first.status, again.status), (200, 304));
    assert_eq!(first.header("cache-control"), Some("no-store"));
}

#[test]
fn a_podcast_deleted_while_it_is_made_leaves_nothing_behind() {
    let world = World::start_with("tone:100");
    let id = world.accept("Paris, France", "short");
    world.follow(&id, SOON, |state| state["progress"].as_u64() >= Some(31));

    let deleted = world.ask("DELETE", &format!("{LIST}{id}"), &[], None);

    assert_eq!(deleted.status, 204);
    assert_eq!(world.status(&id).status, 404);
    assert_eq!(world.get(LIST).json()["total"], 0);
    let begun = Instant::now();
    while !world.files("media").is_empty() {
        assert!(begun.elapsed() < SOON, "{:?}", world.files("media"));
        std::thread::sleep(Duration::from_millis(500));
        assert_eq!(
            world.invoke("Sweep", &json!({"source": "test"})).status,
            200
        );
    }
}

#[test]
fn a_finished_podcast_can_be_made_again_and_a_running_one_cannot() {
    let world = World::start_with("tone:50");
    let id = world.accept("Pirey, France", "short");
    let regenerate = format!("/api/v1/podcasts/{id}/regenerate");

    let while_running = world.post(&regenerate, &json!({}));
    world.finish(&id, SOON);
    let afterwards = world.post(&regenerate, &json!({}));
    let seen = world.finish(&id, SOON);

    assert_eq!((while_running.status, afterwards.status), (409, 202));
    assert!(seen.first() < Some(&100));
    assert_eq!(world.get(LIST).json()["total"], 1);
}

#[test]
fn pages_follow_each_other_without_gaps() {
    let world = World::start();
    let made: Vec<String> = (0..5)
        .map(|_| world.accept("Pirey, France", "short"))
        .collect();
    let mut listed = Vec::new();
    let mut path = format!("{LIST}?limit=2");

    loop {
        let page = world.get(&path).json();
        let podcasts = page["podcasts"].as_array().unwrap();
        listed.extend(
            podcasts
                .iter()
                .map(|podcast| podcast["id"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("{LIST}?limit=2&cursor={cursor}");
    }

    listed.reverse();
    assert_eq!(listed, made);
}

#[test]
fn a_function_is_invoked_by_the_name_of_its_binary() {
    let world = World::start();
    let event: serde_json::Value =
        serde_json::from_str(include_str!("../events/status.json")).unwrap();

    let answer = world.invoke("status", &event);

    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["statusCode"], 404);
}
