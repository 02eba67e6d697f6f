//! Someone who asks for episodes and, after a broken answer, asks again with the same key.

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
            let begun = Instant::now();
            let id = loop {
                match self.try_once(&client, place) {
                    Ok(id) => break id,
                    Err(reason) if begun.elapsed() > PATIENCE => {
                        return violations.add(format!("{} was not accepted: {reason}", self.key));
                    }
                    Err(_) => {
                        book.note_retry();
                        thread::sleep(Duration::from_millis(random.random_range(20..400)));
                    }
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
