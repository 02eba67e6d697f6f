//! The queue between accepting a podcast and making it.
//!
//! The one module that names the SQS SDK. What is sent is a [`Message`]; what happens to it is the
//! worker's business. Credentials, region and endpoint come from the environment as on Lambda
//! (`AWS_ENDPOINT_URL_SQS` leads elsewhere), and nothing is connected before the first call: a cold
//! start that sends nothing pays nothing.

mod client;
mod message;

use std::{sync::Arc, time::Duration};

use aws_sdk_sqs::{
    Client,
    error::{DisplayErrorContext, SdkError},
};
use podcast::PodcastId;
use thiserror::Error;
use tokio::sync::OnceCell;

pub use message::{Message, MessageError};

/// The longest delay SQS takes for a message.
pub const MAX_DELAY: Duration = Duration::from_secs(15 * 60);

/// The longest time SQS keeps a message hidden.
pub const MAX_VISIBILITY: Duration = Duration::from_secs(12 * 60 * 60);

/// One queue, cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct Queue {
    url: Arc<str>,
    client: Arc<OnceCell<Client>>,
}

/// Why the queue did not do what it was asked.
///
/// Whether the message was sent all the same cannot be known: the answer may be what was lost.
#[derive(Debug, Error)]
#[error("could not {action}: {cause}")]
pub struct QueueError {
    action: String,
    cause: String,
}

impl Queue {
    /// Points to the queue at `url`; the connection is made by the first call.
    #[expect(
        clippy::unused_async,
        reason = "callers need not change when connecting becomes work"
    )]
    pub async fn connect(url: &str) -> Self {
        Self {
            url: url.into(),
            client: Arc::default(),
        }
    }

    /// Asks for one generation of a podcast to be made, not before `delay` has passed.
    ///
    /// Sending twice is harmless: the second worker finds nothing to claim.
    ///
    /// # Errors
    /// When the queue refuses, or stays silent through the retries (five seconds at most).
    pub async fn send(
        &self,
        podcast_id: PodcastId,
        generation: u32,
        delay: Duration,
    ) -> Result<(), QueueError> {
        let body = Message {
            podcast_id,
            generation,
        }
        .to_body();
        self.client()
            .await
            .send_message()
            .queue_url(&*self.url)
            .message_body(body)
            .delay_seconds(whole_seconds(delay, MAX_DELAY))
            .send()
            .await
            .map(drop)
            .map_err(|error| QueueError::new(format!("send podcast {podcast_id}"), error))
    }

    /// Hides a received message for `rest` from now on; zero hands it out again at once.
    ///
    /// # Errors
    /// As [`Queue::send`]; also when the message is no longer in flight under this handle.
    pub async fn set_visibility(
        &self,
        receipt_handle: &str,
        rest: Duration,
    ) -> Result<(), QueueError> {
        self.client()
            .await
            .change_message_visibility()
            .queue_url(&*self.url)
            .receipt_handle(receipt_handle)
            .visibility_timeout(whole_seconds(rest, MAX_VISIBILITY))
            .send()
            .await
            .map(drop)
            .map_err(|error| QueueError::new("change a message's visibility".to_owned(), error))
    }

    async fn client(&self) -> &Client {
        self.client.get_or_init(client::from_environment).await
    }
}

impl QueueError {
    fn new<E, R>(action: String, error: SdkError<E, R>) -> Self
    where
        SdkError<E, R>: std::error::Error,
    {
        Self {
            action,
            cause: DisplayErrorContext(error).to_string(),
        }
    }
}

/// SQS counts whole seconds; rounding up never shows a message too early.
fn whole_seconds(duration: Duration, most: Duration) -> i32 {
    let seconds = duration.min(most).as_millis().div_ceil(1000);
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        task::JoinHandle,
    };

    use super::*;

    /// Answers each request on a fresh connection with the next of `answers`; gives back what was asked.
    async fn serve(answers: Vec<(u16, &'static str)>) -> (String, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let served = tokio::spawn(async move {
            let mut requests = Vec::new();
            for (status, body) in answers {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut request = String::new();
                while !request.ends_with('}') {
                    let mut part = [0; 4096];
                    let length = socket.read(&mut part).await.unwrap();
                    request.push_str(&String::from_utf8_lossy(&part[..length]));
                }
                let head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/x-amz-json-1.0\r\n\
                     Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                socket.write_all(head.as_bytes()).await.unwrap();
                requests.push(request);
            }
            requests
        });
        (endpoint, served)
    }

    async fn queue(endpoint: &str) -> Queue {
        let queue = Queue::connect(&format!("{endpoint}/000000000000/jobs")).await;
        queue
            .client
            .set(client::for_endpoint(endpoint).await)
            .unwrap();
        queue
    }

    #[tokio::test]
    async fn a_podcast_is_sent_over_plain_http_where_the_endpoint_says_so() {
        let (endpoint, served) = serve(vec![(200, r#"{"MessageId":"1"}"#)]).await;
        let id = PodcastId::new();

        queue(&endpoint)
            .await
            .send(id, 2, Duration::from_millis(1500))
            .await
            .unwrap();

        let request = served.await.unwrap().remove(0);
        assert!(
            request
                .to_lowercase()
                .contains("x-amz-target: amazonsqs.sendmessage"),
            "{request}"
        );
        assert!(
            request.contains(&format!(r#"\"podcast_id\":\"{id}\""#)),
            "{request}"
        );
        assert!(request.contains(r#""DelaySeconds":2"#), "{request}");
    }

    #[tokio::test]
    async fn a_refusal_in_passing_is_tried_again() {
        let (endpoint, served) = serve(vec![(503, "{}"), (200, "{}")]).await;

        queue(&endpoint)
            .await
            .set_visibility("handle", Duration::ZERO)
            .await
            .unwrap();

        assert_eq!(served.await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn an_absent_queue_is_an_error_that_names_the_podcast() {
        let id = PodcastId::new();

        let error = queue("http://127.0.0.1:9")
            .await
            .send(id, 1, Duration::ZERO)
            .await
            .unwrap_err();

        assert!(error.to_string().contains(&id.to_string()), "{error}");
    }

    #[test]
    fn seconds_are_rounded_up_and_bounded() {
        assert_eq!(whole_seconds(Duration::from_millis(1), MAX_DELAY), 1);
        assert_eq!(whole_seconds(Duration::from_secs(86_400), MAX_DELAY), 900);
    }
}
