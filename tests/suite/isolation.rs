//! What is another owner's is unknown: in every operation, with every id, cursor, tag and key.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use wherecast_tests::{Answer, Caller, SOON, World};

/// A voice that never gets to the end of a line: where nothing need be finished, nothing is worked on.
const IDLE: &str = "tone:600000";
const UNKNOWN: &str = "0192f0c1-2345-7abc-8def-0123456789ab";
/// What only Ann ever says.
const ANNS_WORDS: &str = "murmuration";

/// Callers that are not Ann, however much they look like her.
const STRANGERS: [&str; 6] = ["ben", "Ann", "ann ", "an_", "%", "x' OR owner = 'ann"];

fn wish(location: &str) -> Value {
    json!({
        "location": location, "podcast_type": "base",
        "preferences": {"preferred_length": "short", "interests": [ANNS_WORDS]}
    })
}

/// What one operation is asked with.
type Attempt = (
    &'static str,
    fn(&str) -> String,
    Vec<(&'static str, String)>,
);

/// Every operation on one podcast, with all a caller could know of its owner's answers.
fn attempts(tags: &[String]) -> Vec<Attempt> {
    let status: fn(&str) -> String = |id| format!("/status/{id}");
    let episode: fn(&str) -> String = |id| format!("/{id}");
    let again: fn(&str) -> String = |id| format!("/{id}/regenerate");
    let mut attempts: Vec<Attempt> = vec![
        ("GET", status, Vec::new()),
        ("GET", episode, Vec::new()),
        ("POST", again, Vec::new()),
        (
            "POST",
            again,
            vec![("idempotency-key", "anns-again".to_owned())],
        ),
        ("POST", again, vec![("idempotency-key", "anns".to_owned())]),
        ("DELETE", episode, Vec::new()),
    ];
    for tag in tags {
        let known = || vec![("if-none-match", tag.clone())];
        attempts.push(("GET", status, known()));
        attempts.push(("GET", episode, known()));
        attempts.push(("DELETE", episode, known()));
    }
    attempts
}

/// Ann with one finished podcast, one that is made anew and one that has just been accepted.
struct Ann<'a> {
    caller: Caller<'a>,
    podcasts: [String; 3],
}

impl<'a> Ann<'a> {
    fn settle_in(world: &'a World) -> Self {
        let caller = Caller::named(world, "ann");
        let finished = caller.accept(&wish("Pirey, France"), &[("idempotency-key", "anns")]);
        let anew = caller.accept(&wish("Pirey, France"), &[]);
        finish(&caller, &finished);
        finish(&caller, &anew);
        let again = format!("/{anew}/regenerate");
        let answer = caller.ask("POST", &again, &[("idempotency-key", "anns-again")], "");
        assert_eq!(answer.status, 202, "{answer:?}");
        let accepted = caller.accept(&wish("Pirey, France"), &[]);
        Self {
            caller,
            podcasts: [finished, anew, accepted],
        }
    }

    /// Which podcasts there are, and in which making.
    fn library(&self) -> Value {
        let page = self.caller.get("/").json();
        let podcasts = page["podcasts"].as_array().unwrap().iter();
        let ids: Vec<_> = podcasts.map(|podcast| &podcast["id"]).collect();
        let finished = self.caller.get(&format!("/{}", self.podcasts[0])).json();
        json!([page["total"], ids, finished])
    }

    fn tags(&self) -> Vec<String> {
        let finished = &self.podcasts[0];
        let paths = [
            format!("/{finished}"),
            format!("/status/{finished}"),
            "/".to_owned(),
        ];
        let tag = |path: &String| self.caller.get(path).header("etag").unwrap().to_owned();
        paths.iter().map(tag).chain(["*".to_owned()]).collect()
    }
}

fn finish(caller: &Caller<'_>, id: &str) {
    let begun = Instant::now();
    loop {
        let state = caller.get(&format!("/status/{id}")).json();
        if state["status"] == "completed" {
            return;
        }
        assert_ne!(state["status"], "failed", "{state}");
        assert!(begun.elapsed() < SOON, "{state} after {SOON:?}");
        thread::sleep(Duration::from_millis(100));
    }
}

fn shown(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let body = String::from_utf8_lossy(&answer.body).into_owned();
    let mut headers = answer.headers.clone();
    headers.sort();
    (answer.status, headers, body)
}

#[test]
fn what_is_anothers_is_as_unknown_as_what_never_was() {
    let world = World::start();
    let ann = Ann::settle_in(&world);
    let before = ann.library();
    let tags = ann.tags();
    let named = STRANGERS.map(|name| (name, Caller::named(&world, name)));
    let nobody = ("no authorizer", Caller::vouched_for(&world, None));
    let mut tried = 0;

    for (name, stranger) in named.into_iter().chain([nobody]) {
        for (method, path, headers) in attempts(&tags) {
            let headers: Vec<_> = headers
                .iter()
                .map(|(key, value)| (*key, value.as_str()))
                .collect();
            let unknown = stranger.ask(method, &path(UNKNOWN), &headers, "");
            for id in &ann.podcasts {
                let foreign = stranger.ask(method, &path(id), &headers, "");

                assert_eq!(
                    foreign.status,
                    404,
                    "{name}: {method} {} {headers:?}",
                    path(id)
                );
                assert_eq!(
                    shown(&foreign),
                    shown(&unknown),
                    "{name}: {method} {}",
                    path(id)
                );
                tried += 1;
            }
        }
    }

    eprintln!("{tried} attempts on what is another's: all 404");
    assert_eq!(ann.library(), before, "a stranger changed something");
}

#[test]
fn a_list_shows_its_owners_podcasts_and_counts_no_other() {
    let world = World::start_with(IDLE);
    let ann = Caller::named(&world, "ann");
    let anns: Vec<String> = (0..5).map(|_| ann.accept(&wish("Timbuktu"), &[])).collect();
    let first = ann.get("/?limit=2");
    let cursor = first.text("next_cursor");
    let filtered = ann.get("/?limit=2&status_filter=pending").json();
    let tag = first.header("etag").unwrap();

    for name in STRANGERS {
        let ben = Caller::named(&world, name);
        let body = json!({"location": "Pirey, France", "podcast_type": "base"});
        let bens = [ben.accept(&body, &[]), ben.accept(&body, &[])];
        let mut said = String::new();

        for query in [
            "",
            "?skip=0&limit=100",
            "?skip=1",
            "?skip=100",
            "?status_filter=pending",
            "?status_filter=processing",
            "?status_filter=completed",
            "?status_filter=failed",
        ] {
            for headers in [vec![], vec![("if-none-match", tag)]] {
                let page = ben.ask("GET", &format!("/{query}"), &headers, "");
                assert_eq!(page.status, 200, "{name}: {query}");
                said += &String::from_utf8_lossy(&page.body);
                assert!(page.json()["total"].as_u64() <= Some(2), "{name}: {query}");
            }
        }
        let page = ben.get("/").json();
        let listed: Vec<_> = page["podcasts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|podcast| &podcast["id"])
            .collect();
        assert_eq!(
            (&page["total"], listed),
            (&json!(2), vec![&json!(bens[1]), &json!(bens[0])]),
            "{name}"
        );
        for (cursor, query) in [
            (cursor.as_str(), ""),
            (
                filtered["next_cursor"].as_str().unwrap_or(&cursor),
                "&status_filter=pending",
            ),
        ] {
            let foreign = ben.get(&format!("/?cursor={cursor}{query}"));
            let garbage = ben.get(&format!("/?cursor=AAAA{query}"));
            assert_eq!(
                (foreign.status, shown(&foreign)),
                (422, shown(&garbage)),
                "{name}"
            );
            said += &String::from_utf8_lossy(&foreign.body);
        }
        assert!(!said.contains(ANNS_WORDS), "{name}: {said}");
        assert!(!anns.iter().any(|id| said.contains(id)), "{name}: {said}");
    }
    assert_eq!(ann.get("/").json()["total"], 5);
}

#[test]
fn a_key_is_its_owners_and_tells_nobody_else_that_it_was_used() {
    let world = World::start_with(IDLE);
    let ann = Caller::named(&world, "ann");
    let key = [("idempotency-key", "shared")];
    let anns = ann.accept(&wish("Timbuktu"), &key);

    for name in STRANGERS {
        let ben = Caller::named(&world, name);

        let same = ben.accept(&wish("Timbuktu"), &key);
        let again = ben.accept(&wish("Timbuktu"), &key);
        let other = ben.ask("POST", "/generate", &key, &wish("Paris").to_string());

        assert_ne!(same, anns, "{name}");
        assert_eq!(again, same, "{name}");
        assert_eq!(other.status, 422, "{name}: the key is his own by now");
        assert_eq!(ben.get("/").json()["total"], 1, "{name}");
    }
    assert_eq!(ann.accept(&wish("Timbuktu"), &key), anns);
    assert_eq!(ann.get("/").json()["total"], 1);
}

#[test]
fn an_authorizer_that_names_nobody_opens_no_library() {
    let world = World::start_with(IDLE);
    let local = Caller::vouched_for(&world, None);
    let id = local.accept(&wish("Pirey, France"), &[]);
    let nobodies = [
        json!({"jwt": {"claims": {}, "scopes": null}}),
        json!({"jwt": {"claims": {"sub": ""}, "scopes": null}}),
        json!({"iam": {"userArn": "arn:aws:iam::000000000000:user/ann"}}),
        json!({"lambda": {"sub": "local"}}),
        json!({}),
    ];

    for nobody in nobodies {
        let caller = Caller::vouched_for(&world, Some(nobody.clone()));
        let answers = [
            caller.ask("POST", "/generate", &[], &wish("Paris").to_string()),
            caller.ask("POST", &format!("/{id}/regenerate"), &[], ""),
            caller.get(&format!("/status/{id}")),
            caller.get(&format!("/{id}")),
            caller.get("/"),
            caller.ask("DELETE", &format!("/{id}"), &[], ""),
        ];
        for answer in answers {
            assert_eq!(answer.status, 403, "{nobody}: {answer:?}");
            assert!(
                !String::from_utf8_lossy(&answer.body).contains(&id),
                "{nobody}"
            );
        }
    }
    assert_eq!(local.get("/").json()["total"], 1);
}
