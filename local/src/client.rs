use std::{io::Read, time::Duration};

use anyhow::{Context, Result, anyhow};
use serde_json::Value;
use ureq::{Agent, Body, http::Response};

/// A client of the HTTP API like any other; every call blocks its thread.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    origin: String,
}

impl Client {
    /// Speaks to the server at `origin`, such as `http://127.0.0.1:9000`.
    pub(crate) fn new(origin: &str) -> Self {
        // As the existing front end: longer than any answer of the API may take.
        Self::patient(origin, Duration::from_secs(30))
    }

    /// Speaks to the server at `origin` and waits for each answer as long as `patience`.
    pub(crate) fn patient(origin: &str, patience: Duration) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(patience))
            .build()
            .into();
        Self {
            agent,
            origin: origin.trim_end_matches('/').to_owned(),
        }
    }

    /// Whether an emulator answers there, and not just any server.
    pub(crate) fn answers(&self) -> bool {
        let list_queues = self
            .agent
            .post(&self.origin)
            .header("x-amz-target", "AmazonSQS.ListQueues")
            .send("{}");
        list_queues.is_ok_and(|answer| answer.status() == 200)
    }

    /// Reads JSON; gives the status with it.
    pub(crate) fn get(&self, path: &str) -> Result<(u16, Value)> {
        let url = format!("{}{path}", self.origin);
        read(
            self.agent
                .get(&url)
                .call()
                .with_context(|| format!("{url} does not answer"))?,
        )
    }

    /// Sends JSON; gives the status and the JSON that came back.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<(u16, Value)> {
        let url = format!("{}{path}", self.origin);
        read(
            self.agent
                .post(&url)
                .send_json(body)
                .with_context(|| format!("{url} does not answer"))?,
        )
    }

    /// Reads a file from an absolute URL.
    pub(crate) fn download(&self, url: &str) -> Result<Vec<u8>> {
        let mut response = self
            .agent
            .get(url)
            .call()
            .with_context(|| format!("{url} does not answer"))?;
        if response.status() != 200 {
            return Err(anyhow!("{url} answers {}", response.status()));
        }
        let mut bytes = Vec::new();
        response
            .body_mut()
            .as_reader()
            .read_to_end(&mut bytes)
            .with_context(|| format!("cannot read {url}"))?;
        Ok(bytes)
    }
}

fn read(mut response: Response<Body>) -> Result<(u16, Value)> {
    let status = response.status().as_u16();
    let value = response
        .body_mut()
        .read_json()
        .with_context(|| format!("the answer {status} is not JSON"))?;
    Ok((status, value))
}
