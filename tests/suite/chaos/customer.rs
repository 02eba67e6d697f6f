//! Someone who asks for episodes, and changes their mind; after a broken answer they ask again, with the same key.

use std::{
    thread,
    time::{Duration, Instant},
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use wherecast_tests::{Client, generate_body};

use super::{Violations, witness::Book};

/// Short to write and to record: a place about which little is known is made sooner.
const PLACES: [&str; 6] = [
    "Paris, France",
    "Timbuktu, Mali",
    "Ushuaia, Argentina",
    "Kyoto, Japan",
    "Reykjavik, Iceland",
    "Longyearbyen, Svalbard",
];

/// How long a system may be away before asking is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// One wish, and the only key it is asked with.
pub(crate) struct Wish {
    seed: u64,
    key: String,
}

impl Wish {
    pub(crate) fn new(seed: u64, number: usize) -> Self {
        Self {
            seed: seed.wrapping_mul(1_000).wrapping_add(number as u64),
            key: format!("chaos-{seed}-{number}"),
        }
    }

    /// Asks until it is accepted, in a thread of its own.
    pub(crate) fn ask(
        self,
        client: Client,
        book: Book,
        violations: Violations,
    ) -> thread::JoinHandle<()> {
        thread::spawn(move || {
            let mut random = StdRng::seed_from_u64(self.seed);
            let place = PLACES[random.random_range(0..PLACES.len())];
            let asked = ask_until_answered(&book, &mut random, || self.try_once(&client, place));
            let id = match asked {
                Ok(id) => id,
                Err(reason) => {
                    return violations.add(format!("{} was not accepted: {reason}", self.key));
                }
            };
            if let Some(before) = book.accept(&self.key, &id) {
                violations.add(format!("{} was accepted as {before} and {id}", self.key));
            }
        })
    }

    fn try_once(&self, client: &Client, place: &str) -> Result<String, String> {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", self.key.as_str()),
        ];
        let body = generate_body(place, "short").to_string();
        let answer = client
            .try_ask(
                "POST",
                "/api/v1/podcasts/generate",
                &headers,
                Some(body.as_bytes()),
            )
            .map_err(|error| error.to_string())?;
        match answer.status {
            202 => Ok(answer.text("job_id")),
            status => Err(format!(
                "{status} {}",
                String::from_utf8_lossy(&answer.body)
            )),
        }
    }
}

/// What a customer wants of a podcast that they asked for.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    Delete,
    Regenerate,
}

impl Change {
    /// Asks until it is done, in a thread of its own.
    pub(crate) fn insist(
        self,
        id: String,
        client: Client,
        book: Book,
        violations: Violations,
        mut random: StdRng,
    ) -> thread::JoinHandle<()> {
        // Here already, so that nobody else chooses this one.
        book.begin_change(&id);
        thread::spawn(move || {
            let mut is_first = true;
            let asked = ask_until_answered(&book, &mut random, || {
                let was_first = std::mem::replace(&mut is_first, false);
                self.try_once(&client, &id, was_first)
            });
            match (asked, self) {
                (Ok(()), Self::Delete) => book.delete(&id),
                (Ok(()), Self::Regenerate) => book.regenerate(&id),
                (Err(reason), Self::Delete) => {
                    violations.add(format!("{id} was not deleted: {reason}"))
                }
                (Err(reason), Self::Regenerate) => {
                    violations.add(format!("{id} was not made anew: {reason}"))
                }
            }
        })
    }

    fn try_once(self, client: &Client, id: &str, is_first: bool) -> Result<(), String> {
        let (method, path) = match self {
            Self::Delete => ("DELETE", format!("/api/v1/podcasts/{id}")),
            Self::Regenerate => ("POST", format!("/api/v1/podcasts/{id}/regenerate")),
        };
        let key = format!("again-{id}");
        let answer = client
            .try_ask(method, &path, &[("idempotency-key", &key)], None)
            .map_err(|error| error.to_string())?;
        match (self, answer.status) {
            (Self::Delete, 204) | (Self::Regenerate, 202) => Ok(()),
            // The answer to an earlier request may be what was broken.
            (Self::Delete, 404) if !is_first => Ok(()),
            (_, status) => Err(format!(
                "{status} {}",
                String::from_utf8_lossy(&answer.body)
            )),
        }
    }
}

/// Asks again while the answer is none, or not the one that must come in the end.
fn ask_until_answered<T>(
    book: &Book,
    random: &mut StdRng,
    mut ask: impl FnMut() -> Result<T, String>,
) -> Result<T, String> {
    let begun = Instant::now();
    loop {
        match ask() {
            Err(_) if begun.elapsed() < PATIENCE => {
                book.note_retry();
                thread::sleep(Duration::from_millis(random.random_range(20..400)));
            }
            answered => return answered,
        }
    }
}
