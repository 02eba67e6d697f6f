//! Whatever is sent: never a 5xx, and nothing is stored of what is refused.

use std::cell::Cell;

use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestRunner},
};
use serde_json::{Value, json};
use wherecast_tests::{Answer, World, cases, seeds};

/// A voice that never gets to the end of a line: nothing here need be finished.
const IDLE: &str = "tone:600000";
const GENERATE: &str = "/api/v1/podcasts/generate";
const LIST: &str = "/api/v1/podcasts/";

/// Checks `property` with each seed; says which, so that a failure can be repeated.
fn check<S: Strategy>(usual: u32, strategy: &S, property: impl Fn(S::Value)) {
    for seed in seeds() {
        eprintln!("seed {seed}: {} cases", cases(usual));
        let config = Config {
            cases: cases(usual),
            rng_seed: RngSeed::Fixed(seed),
            failure_persistence: None,
            max_shrink_iters: 200,
            ..Config::default()
        };
        let outcome = TestRunner::new(config).run(strategy, |value| {
            property(value);
            Ok(())
        });
        outcome.unwrap_or_else(|failure| panic!("seed {seed}: {failure}"));
    }
}

fn send(world: &World, body: &[u8]) -> Answer {
    world.ask(
        "POST",
        GENERATE,
        &[("content-type", "application/json")],
        Some(body),
    )
}

fn total(world: &World) -> u64 {
    world.get(LIST).json()["total"].as_u64().unwrap()
}

fn is_hidden(c: char) -> bool {
    // The controls, and the explicit directional characters of Unicode's Bidi_Control property.
    c.is_control() || "\u{061c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}".contains(c)
}

/// Texts that somebody could send for a place.
fn location() -> impl Strategy<Value = String> {
    let hidden = prop::sample::select(
        "\0\u{1}\u{1b}\u{7f}\u{85}\n\r\t\u{61c}\u{200e}\u{200f}\u{202a}\u{202e}\u{2066}\u{2069}"
            .chars()
            .collect::<Vec<_>>(),
    );
    let odd = prop::sample::select(
        "\u{301}\u{489}\u{20dd}\u{200b}\u{200d}\u{fe0f}\u{feff}\u{ad}аеорсхіАВЕΟρ\u{ff30}\u{1d40f}ǅﬁß\u{fffd}\u{fffe}\u{10ffff}𐀀😀"
            .chars()
            .collect::<Vec<_>>(),
    );
    let blank = prop::sample::select(
        " \u{a0}\u{1680}\u{2003}\u{2028}\u{2029}\u{202f}\u{3000}\u{200b}"
            .chars()
            .collect::<Vec<_>>(),
    );
    let place = prop::sample::select(vec![
        "Paris",
        "Pirey, France",
        "48.85,2.35",
        "Springfield",
        "São Paulo",
        "東京",
    ]);
    let spoilt = |place: &str, at: usize, c: char, times: usize| {
        let at = place
            .char_indices()
            .map(|(at, _)| at)
            .nth(at % place.chars().count())
            .unwrap_or(0);
        format!(
            "{}{}{}",
            &place[..at],
            c.to_string().repeat(times),
            &place[at..]
        )
    };
    let with_hidden = (place.clone(), any::<usize>(), hidden)
        .prop_map(move |(place, at, c)| spoilt(place, at, c, 1));
    let with_odd = (
        place,
        any::<usize>(),
        odd,
        prop_oneof![1usize..4, 100usize..10_000],
    )
        .prop_map(move |(place, at, c, times)| spoilt(place, at, c, times));
    prop_oneof![
        3 => with_hidden,
        3 => with_odd,
        1 => prop::collection::vec(blank, 0..300).prop_map(String::from_iter),
        2 => any::<String>(),
        1 => (any::<char>(), 1usize..10_000).prop_map(|(c, times)| c.to_string().repeat(times)),
    ]
}

/// Any JSON, somewhat nested.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        location().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

#[test]
fn a_location_is_refused_exactly_when_the_contract_says_so() {
    let world = World::start_with(IDLE);
    let (accepted, refused) = (Cell::new(0), Cell::new(0));

    check(150, &location(), |location| {
        let body = json!({"location": location, "podcast_type": "base"}).to_string();
        let answer = send(&world, body.as_bytes());

        let must_refuse = location.chars().any(is_hidden)
            || location.trim().is_empty()
            || location.trim().chars().count() > 255;
        match answer.status {
            202 => accepted.set(accepted.get() + 1),
            _ => refused.set(refused.get() + 1),
        }
        assert!(
            [202, 422].contains(&answer.status),
            "{location:?}: {answer:?}"
        );
        let is_named = answer.json()["errors"][0]["pointer"] == "/location";
        assert!(!must_refuse || is_named, "{location:?}: {answer:?}");
        assert_eq!(total(&world), accepted.get(), "{location:?}");
    });
    eprintln!("{} accepted, {} refused", accepted.get(), refused.get());
    assert!(
        accepted.get() > 0 && refused.get() > 0,
        "one kind of answer only shows little"
    );
}

#[test]
fn preferences_of_any_shape_are_taken_or_refused() {
    let world = World::start_with(IDLE);
    let names = [
        "surprise_tolerance",
        "preferred_length",
        "preferred_style",
        "preferred_pace",
        "interests",
        "topic",
        "",
        "unknown",
    ];
    let strategy = (
        prop::sample::select(names.to_vec()),
        json_value(),
        json_value(),
    );
    let accepted = Cell::new(0);

    check(100, &strategy, |(name, value, whole)| {
        for preferences in [json!({name: value}), whole] {
            let body =
                json!({"location": "Paris", "podcast_type": "base", "preferences": preferences});
            let answer = send(&world, body.to_string().as_bytes());

            assert!([202, 422].contains(&answer.status), "{body}: {answer:?}");
            accepted.set(accepted.get() + u64::from(answer.status == 202));
            assert_eq!(total(&world), accepted.get(), "{body}");
        }
    });
}

#[test]
fn a_cursor_is_good_as_it_was_given_and_in_no_other_form() {
    let world = World::start_with(IDLE);
    for _ in 0..5 {
        world.accept("Pirey, France", "short");
    }
    let cursor = world.get(&format!("{LIST}?limit=2")).text("next_cursor");
    let filter = "&status_filter=pending";
    let ask = |cursor: &str, query: &str| {
        world
            .get(&format!("{LIST}?limit=2&cursor={cursor}{query}"))
            .status
    };
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    assert_eq!((ask(&cursor, ""), ask(&cursor, filter)), (200, 422));
    for at in 0..cursor.len() {
        let code = alphabet
            .iter()
            .position(|letter| *letter == cursor.as_bytes()[at])
            .unwrap();
        // Each letter is six bits of a byte or two: every one of them flipped.
        for bit in 0..6 {
            let mut flipped = cursor.clone().into_bytes();
            flipped[at] = alphabet[code ^ (1 << bit)];
            let flipped = String::from_utf8(flipped).unwrap();
            assert_eq!(ask(&flipped, ""), 422, "{flipped}");
        }
        if at > 0 {
            assert_eq!(ask(&cursor[..at], ""), 422, "cut to {at}");
            assert_eq!(ask(&cursor[at..], ""), 422, "cut from {at}");
        }
    }
    for twice in [
        format!("{cursor}{cursor}"),
        format!("{cursor}="),
        format!("{cursor}%00"),
        format!("%20{cursor}"),
    ] {
        assert_eq!(ask(&twice, ""), 422, "{twice}");
    }
    assert_eq!(total(&world), 5);
}

#[test]
fn addresses_queries_and_headers_of_any_kind_are_no_fault_of_ours() {
    let world = World::start_with(IDLE);
    let id = world.accept("Pirey, France", "short");
    let escaped = |bytes: Vec<u8>| {
        bytes
            .iter()
            .map(|byte| format!("%{byte:02X}"))
            .collect::<String>()
    };
    let segment = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60).prop_map(escaped),
        "[A-Za-z0-9._~-]{0,40}",
        Just(id.clone()),
        Just(id.to_uppercase()),
        Just(id.replace('-', "")),
        Just("..".to_owned()),
    ];
    let header = "[ -~]{0,80}";
    let method = prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "HEAD"]);
    let name = prop::sample::select(vec!["skip", "limit", "status_filter", "cursor", "x"]);
    let strategy = (segment.clone(), segment, header, method, name);

    check(150, &strategy, |(first, second, header, method, name)| {
        let paths = [
            format!("{LIST}{first}"),
            format!("{LIST}status/{first}"),
            format!("{LIST}{first}/regenerate"),
            format!("{LIST}?{name}={first}&{name}={second}"),
            format!("{LIST}{first}/{second}?{second}"),
        ];
        for path in paths {
            let headers = [
                ("if-none-match", header.as_str()),
                ("idempotency-key", header.as_str()),
            ];
            let answer = world.ask(method, &path, &headers, None);

            assert!(answer.status < 500, "{method} {path}: {answer:?}");
        }
    });
    assert_eq!(total(&world), 1);
}
