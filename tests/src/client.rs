use std::time::Duration;

use serde_json::Value;
use ureq::{Agent, Error, http::Request};

use crate::Answer;

/// Someone who talks HTTP to a system. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Client {
    origin: String,
    agent: Agent,
}

impl Client {
    /// Returns a client of the system at `origin`, such as `http://127.0.0.1:40123`.
    pub fn new(origin: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // The HTTP API answers within 30 s, whatever its functions do.
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        Self {
            origin: origin.to_owned(),
            agent,
        }
    }

    /// Where the system listens.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Asks with any method; `path` may be an absolute URL.
    ///
    /// # Errors
    /// When nothing answers, or the answer breaks off.
    pub fn try_ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Answer, Error> {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.origin)
        };
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = match body {
            Some(body) => self.agent.run(request.body(body.to_vec())?)?,
            None => self.agent.run(request.body(())?)?,
        };
        Answer::read(response)
    }

    /// Asks the queues, as an SDK does; `body` wants all but the queue's address.
    ///
    /// # Errors
    /// As [`Client::try_ask`].
    pub fn try_sqs(&self, action: &str, queue: &str, mut body: Value) -> Result<Answer, Error> {
        body["QueueUrl"] = format!("{}/000000000000/{queue}", self.origin).into();
        let target = format!("AmazonSQS.{action}");
        let headers = [
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", target.as_str()),
        ];
        self.try_ask("POST", "/", &headers, Some(body.to_string().as_bytes()))
    }
}
