//! Episodes in the making, asked for over HTTP as anyone would.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use wherecast_tests::generate_body;

use crate::client::Client;

/// Places with much to say about them, so that every episode gets the length asked for.
const PLACES: [&str; 4] = [
    "Paris, France",
    "Kyoto, Japan",
    "Timbuktu, Mali",
    "Ushuaia, Argentina",
];

/// How long a stage may take before something must be wrong.
const PATIENCE: Duration = Duration::from_secs(900);

const PAUSE: Duration = Duration::from_millis(200);

/// The `n`th place, beginning again after the last.
pub(crate) fn place(n: usize) -> &'static str {
    PLACES[n % PLACES.len()]
}

/// Asks for a short episode; gives its id.
pub(crate) async fn ask_for(client: &mut Client, place: &str) -> Result<String> {
    let accepted = client
        .post("/api/v1/podcasts/generate", &generate_body(place, "short"))
        .await?;
    Ok(text(&accepted.expect(202)?, "job_id"))
}

/// What a poll tells.
pub(crate) async fn state(client: &mut Client, id: &str) -> Result<Value> {
    client.get(&status_path(id)).await?.expect(200)
}

pub(crate) fn status_path(id: &str) -> String {
    format!("/api/v1/podcasts/status/{id}")
}

/// Waits for an episode; gives it with all that is known of it.
pub(crate) async fn finish(client: &mut Client, id: &str) -> Result<Value> {
    until(client, id, |state| state["status"] == "completed").await?;
    client
        .get(&format!("/api/v1/podcasts/{id}"))
        .await?
        .expect(200)
}

async fn until(client: &mut Client, id: &str, is_enough: impl Fn(&Value) -> bool) -> Result<()> {
    let begin = Instant::now();
    loop {
        let state = state(client, id).await?;
        if is_enough(&state) {
            return Ok(());
        }
        ensure!(state["status"] != "failed", "an episode failed: {state}");
        ensure!(begin.elapsed() < PATIENCE, "an episode got stuck: {state}");
        sleep(PAUSE).await;
    }
}

/// Episodes that are being recorded, as many as there were asked for, for as long as it takes.
pub(crate) struct InTheMaking {
    client: Client,
    ids: Vec<String>,
    looks: u32,
    /// How often all of them were being made.
    full_looks: u32,
}

impl InTheMaking {
    /// Returns once every episode is at its recording.
    pub(crate) async fn start(origin: &str, episodes: usize) -> Result<Self> {
        let mut client = Client::new(origin);
        let mut ids = Vec::new();
        for n in 0..episodes {
            ids.push(ask_for(&mut client, place(n)).await?);
        }
        for id in &ids {
            until(&mut client, id, is_recording).await?;
        }
        Ok(Self {
            client,
            ids,
            looks: 0,
            full_looks: 0,
        })
    }

    pub(crate) fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Has an episode made anew as soon as it is finished, for ever.
    pub(crate) async fn keep_going<T>(&mut self) -> Result<T> {
        loop {
            let mut running = 0;
            for id in self.ids.clone() {
                let state = state(&mut self.client, &id).await?;
                running += usize::from(state["status"] == "processing");
                match state["status"].as_str() {
                    Some("completed") => self.make_anew(&id).await?,
                    Some("failed") => bail!("an episode failed: {state}"),
                    _ => {}
                }
            }
            self.looks += 1;
            self.full_looks += u32::from(running == self.ids.len());
            sleep(PAUSE).await;
        }
    }

    /// In how many looks out of a hundred all of them were being made.
    pub(crate) fn full_percent(&self) -> u32 {
        100 * self.full_looks / self.looks.max(1)
    }

    /// Deletes the episodes, which stops their workers.
    pub(crate) async fn stop(mut self) -> Result<()> {
        for id in &self.ids {
            let deleted = self
                .client
                .delete(&format!("/api/v1/podcasts/{id}"))
                .await?;
            ensure!(deleted.status == 204, "{} instead of 204", deleted.status);
        }
        Ok(())
    }

    async fn make_anew(&mut self, id: &str) -> Result<()> {
        let path = format!("/api/v1/podcasts/{id}/regenerate");
        self.client.post(&path, &json!({})).await?.expect(202)?;
        Ok(())
    }
}

fn is_recording(state: &Value) -> bool {
    state["message"]
        .as_str()
        .is_some_and(|message| message.starts_with("Recording line"))
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}
