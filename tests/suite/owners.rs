//! Whose a podcast is says the token, once the API has an authorizer: over HTTP, as it would be deployed for many.
use std::{
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use wherecast_tests::{Answer, Start, World, generate_body, template};

use crate::tokens::{FOREIGN, OURS};

const ISSUER: &str = "https://id.example";

/// The product's API, in its template.
const API: &str = "    Type: AWS::Serverless::HttpApi\n    Properties:\n";

/// What the API needs so that every route asks for a token.
const AUTH: &str = "      Auth:
        DefaultAuthorizer: Listeners
        Authorizers:
          Listeners:
            JwtConfiguration: { issuer: https://id.example, audience: [wherecast] }
            IdentitySource: $request.header.Authorization
";

/// Every operation on one podcast.
const OPERATIONS: [(&str, &str, &str); 4] = [
    ("GET", "/status/", ""),
    ("GET", "/", ""),
    ("POST", "/", "/regenerate"),
    ("DELETE", "/", ""),
];

/// Starts the product with an authorizer. No podcast is finished, so that none changes.
fn guarded() -> World {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys.json");
    fs::write(&keys, json!({ "keys": [OURS.public()] }).to_string()).unwrap();
    let template = template(&[(API, format!("{API}{AUTH}"))]);
    let start = Start {
        voice: "tone:600000".to_owned(),
        template: Some(template.path().to_owned()),
        jwks: vec![(ISSUER, keys)],
        ..Start::default()
    };
    World::start_in(folder, start)
}

fn claims(subject: &str) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now_s = now.as_secs();
    json!({
        "iss": ISSUER, "aud": "wherecast", "sub": subject, "iat": now_s - 1, "exp": now_s + 3_600
    })
}

/// Somebody with a token.
struct Listener<'a> {
    world: &'a World,
    token: String,
}

impl<'a> Listener<'a> {
    fn named(world: &'a World, subject: &str) -> Self {
        let token = OURS.token(&claims(subject));
        Self { world, token }
    }

    fn ask(&self, method: &str, path: &str, body: Option<&[u8]>) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        let path = format!("/api/v1/podcasts{path}");
        self.world.ask(method, &path, &headers, body)
    }

    fn accept(&self, location: &str) -> String {
        let body = generate_body(location, "short").to_string();
        let answer = self.ask("POST", "/generate", Some(body.as_bytes()));
        assert_eq!(answer.status, 202, "{answer:?}");
        answer.text("job_id")
    }

    /// How many podcasts there are, and which.
    fn library(&self) -> (Value, Vec<Value>) {
        let page = self.ask("GET", "/", None).json();
        let podcasts = page["podcasts"].as_array().unwrap().iter();
        let ids = podcasts.map(|podcast| podcast["id"].clone()).collect();
        (page["total"].clone(), ids)
    }
}

#[test]
fn the_subject_of_a_token_is_the_owner_and_sees_no_others_podcasts() {
    let world = guarded();
    let (ann, ben) = (
        Listener::named(&world, "ann"),
        Listener::named(&world, "ben"),
    );
    let (anns, bens) = (ann.accept("Timbuktu, Mali"), ben.accept("Pirey, France"));

    for (listener, own, foreign) in [(&ann, &anns, &bens), (&ben, &bens, &anns)] {
        for (method, before, after) in OPERATIONS {
            let path = format!("{before}{foreign}{after}");
            let answer = listener.ask(method, &path, None);
            assert_eq!(answer.status, 404, "{method} {path}: {answer:?}");
        }
        let status = listener.ask("GET", &format!("/status/{own}"), None);
        assert_eq!((status.status, &status.text("job_id")), (200, own));
        assert_eq!(listener.library(), (json!(1), vec![json!(own)]));
    }
    // Another token of the same person opens the same library.
    assert_eq!(Listener::named(&world, "ann").library().1, [json!(anns)]);
}

#[test]
fn nobody_gets_in_without_a_token_of_the_issuer() {
    let world = guarded();
    let ann = Listener::named(&world, "ann");
    let id = ann.accept("Timbuktu, Mali");
    let mut elsewhere = claims("ann");
    elsewhere["aud"] = json!("another");
    let tokens = [
        String::new(),
        FOREIGN.token(&claims("ann")),
        OURS.token(&elsewhere),
    ];

    for token in tokens {
        let stranger = Listener {
            world: &world,
            token,
        };
        let wish = generate_body("Paris, France", "short").to_string();
        let mut answers = vec![
            stranger.ask("POST", "/generate", Some(wish.as_bytes())),
            stranger.ask("GET", "/", None),
        ];
        for (method, before, after) in OPERATIONS {
            answers.push(stranger.ask(method, &format!("{before}{id}{after}"), None));
        }
        assert!(
            answers.iter().all(|answer| answer.status == 401),
            "{answers:?}"
        );
    }
    assert_eq!(ann.library(), (json!(1), vec![json!(id)]));
}
