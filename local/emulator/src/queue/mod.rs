//! Queues on disk that speak the SQS JSON protocol and feed functions.
//!
//! [`Queues`] holds them all. [`Queues::handle`] answers the SDKs, boto3 and the AWS CLI; [`deliver`] is the
//! event source mapping. Both go through the same few functions here, and those through [`store`].
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde_json::Value;
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::{Clock, millis},
    faults::Faults,
    template::Queue,
};

mod api;
mod delivery;
mod fault;
mod message;
mod redrive;
mod store;

pub use delivery::{Delivered, deliver};
pub(crate) use message::{Attribute, Message, MessageState};
pub use store::StoreError;
pub(crate) use store::{Next, Store};

use fault::Fault;
use message::Handle;
use store::{Counts, Hidden, Receive};

/// How long after a purge the next one is refused.
const PURGE_PAUSE_MS: u64 = 60_000;

/// How long to wait after the queue itself failed, a full disk say.
const FAULT_PAUSE: Duration = Duration::from_secs(1);

/// An HTTP answer of the SQS API.
#[derive(Clone, Debug)]
pub struct Answer {
    /// 200, or what kind of refusal it is.
    pub status: StatusCode,
    /// Content type, request id and, with a refusal, its older name.
    pub headers: HeaderMap,
    /// A JSON document.
    pub body: Bytes,
}

/// A handle to all queues of a template. Clones are cheap and mean the same queues.
#[derive(Clone)]
pub struct Queues {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    queues: BTreeMap<String, Line>,
    base: String,
    /// Says when messages were sent, appear and are too old.
    clock: Clock,
    /// When the queues were opened, in seconds since 1970.
    opened_s: u64,
}

/// A queue and the bell that rings when a message is sent to it or becomes visible earlier than it was to.
struct Line {
    queue: Queue,
    bell: Notify,
    /// When it was purged; 0 for never.
    purged_at_ms: AtomicU64,
}

impl Queues {
    /// Opens `queues` on the files in `folder`, as they were left. `base` is where their URLs begin.
    ///
    /// # Errors
    /// When the folder cannot be written, or another process uses it.
    pub fn open(
        folder: &Path,
        queues: &[Queue],
        base: &str,
        clock: Clock,
        faults: Faults,
    ) -> Result<Queues, StoreError> {
        let lines = queues.iter().map(|queue| {
            (
                queue.name.clone(),
                Line {
                    queue: queue.clone(),
                    bell: Notify::new(),
                    purged_at_ms: AtomicU64::new(0),
                },
            )
        });
        let inner = Inner {
            store: Store::open(folder, faults)?,
            queues: lines.collect(),
            base: base.to_owned(),
            opened_s: clock.now_ms() / 1_000,
            clock,
        };
        Ok(Queues {
            inner: Arc::new(inner),
        })
    }

    /// Answers a request of the SQS JSON protocol. `target` is its `X-Amz-Target`, `AmazonSQS.SendMessage` say.
    /// `trace` is its `X-Amzn-Trace-Id`, which messages keep that are sent without a trace of their own.
    pub async fn handle(&self, target: &str, body: Bytes, trace: Option<&str>) -> Answer {
        match api::handle(self, target, &body, trace).await {
            Ok(document) => answer(StatusCode::OK, &document),
            Err(fault) => {
                let mut answer = answer(fault.status, &fault.document());
                if let Ok(value) = HeaderValue::from_str(&fault.query_error()) {
                    answer.headers.insert("x-amzn-query-error", value);
                }
                answer
            }
        }
    }

    /// Returns the time that messages are stamped with.
    fn now_ms(&self) -> u64 {
        self.inner.clock.now_ms()
    }

    /// Returns the queue called `name`.
    pub(crate) fn find(&self, name: &str) -> Option<&Queue> {
        self.inner.queues.get(name).map(|line| &line.queue)
    }

    /// Returns where the messages are, and the asynchronous events beside them.
    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Tells those who wait for messages of `name` that one has come by another way than [`Queues::send`].
    pub(crate) fn ring(&self, name: &str) {
        if let Some(line) = self.inner.queues.get(name) {
            line.bell.notify_waiters();
        }
    }

    /// Returns the first messages of a queue, in the order of their arrival and whatever their state.
    pub(crate) async fn messages(
        &self,
        name: &str,
        at_most: usize,
    ) -> Result<Vec<Message>, StoreError> {
        self.inner.store.messages(name, at_most).await
    }

    fn line(&self, name: &str) -> Result<&Line, Fault> {
        self.inner.queues.get(name).ok_or_else(Fault::no_such_queue)
    }

    /// Keeps messages; they are on disk when this returns.
    async fn send(&self, name: &str, messages: Vec<Message>) -> Result<(), Fault> {
        let line = self.line(name)?;
        self.inner.store.send(name, messages).await?;
        line.bell.notify_waiters();
        Ok(())
    }

    /// Receives up to `at_most` messages, waiting until `deadline` for the first.
    async fn receive(
        &self,
        name: &str,
        at_most: usize,
        visibility: Option<Duration>,
        deadline: Instant,
    ) -> Result<Vec<Message>, Fault> {
        let never = CancellationToken::new();
        self.receive_unless(&never, name, at_most, visibility, deadline)
            .await
    }

    /// The same, but waits no longer once `stopping`. Unlike a future that is dropped, it loses no message
    /// that it is just receiving.
    async fn receive_unless(
        &self,
        stopping: &CancellationToken,
        name: &str,
        at_most: usize,
        visibility: Option<Duration>,
        deadline: Instant,
    ) -> Result<Vec<Message>, Fault> {
        let line = self.line(name)?;
        loop {
            // Listening begins before looking, so that a message sent in between is not missed.
            let mut bell = std::pin::pin!(line.bell.notified());
            bell.as_mut().enable();
            let messages = self.receive_now(&line.queue, at_most, visibility).await?;
            if !messages.is_empty() || Instant::now() >= deadline {
                return Ok(messages);
            }
            let next_ms = self.next_visible_ms(name).await?;
            tokio::select! {
                () = bell => {}
                () = self.inner.clock.sleep_until_ms(next_ms) => {}
                () = tokio::time::sleep_until(deadline) => {}
                () = stopping.cancelled() => return Ok(Vec::new()),
            }
        }
    }

    async fn receive_now(
        &self,
        queue: &Queue,
        at_most: usize,
        visibility: Option<Duration>,
    ) -> Result<Vec<Message>, Fault> {
        let now_ms = self.now_ms();
        // An idle look must not cost a write to the disk.
        if self.next_visible_ms(&queue.name).await? > now_ms {
            return Ok(Vec::new());
        }
        let visibility = visibility.unwrap_or(queue.visibility_timeout);
        let redrive = queue.redrive.as_ref();
        let receive = Receive {
            queue: queue.name.clone(),
            at_most,
            hide_until_ms: now_ms + millis(visibility),
            sent_since_ms: now_ms.saturating_sub(millis(queue.retention)),
            redrive: redrive.map(|to| (to.dead_letter_queue.clone(), to.max_receive_count)),
        };
        let received = self.inner.store.receive(receive, now_ms).await?;
        if received.moved
            && let Some(target) = queue.redrive.as_ref().map(|to| &to.dead_letter_queue)
        {
            tracing::warn!(queue = %queue.name, "a message was received too often and moved to {target}");
            self.line(target)?.bell.notify_waiters();
        }
        Ok(received.messages)
    }

    /// Returns when a message may be there, if no other is sent.
    async fn next_visible_ms(&self, name: &str) -> Result<u64, Fault> {
        let next_ms = self.inner.store.next_visible_ms(name).await?;
        Ok(next_ms.unwrap_or(u64::MAX))
    }

    async fn delete(&self, name: &str, handles: Vec<Handle>) -> Result<(), Fault> {
        Ok(self.inner.store.delete(name, handles).await?)
    }

    /// Hides a message for `time` from now.
    async fn hide(&self, name: &str, handle: Handle, time: Duration) -> Result<Hidden, Fault> {
        let line = self.line(name)?;
        let until_ms = self.now_ms() + millis(time);
        let hidden = self.inner.store.hide(name, handle, until_ms).await?;
        line.bell.notify_waiters();
        Ok(hidden)
    }

    /// Takes a receive back: it does not count, and the messages appear again after `time`.
    async fn give_back(
        &self,
        name: &str,
        handles: Vec<Handle>,
        time: Duration,
    ) -> Result<(), Fault> {
        let line = self.line(name)?;
        let visible_at_ms = self.now_ms() + millis(time);
        self.inner
            .store
            .give_back(name, handles, visible_at_ms)
            .await?;
        line.bell.notify_waiters();
        Ok(())
    }

    pub(crate) async fn counts(&self, name: &str) -> Result<Counts, StoreError> {
        self.inner.store.counts(name, self.now_ms()).await
    }

    /// Forgets all messages of a queue, once a minute.
    async fn purge(&self, name: &str) -> Result<(), Fault> {
        let (line, now_ms) = (self.line(name)?, self.now_ms());
        let purged = line.purged_at_ms.fetch_update(SeqCst, SeqCst, |before_ms| {
            (before_ms == 0 || now_ms >= before_ms + PURGE_PAUSE_MS).then_some(now_ms)
        });
        let before_ms = purged.map_err(|_| Fault::purged_already(name))?;
        let purged = self.inner.store.purge(name).await;
        if purged.is_err() {
            // Nothing was forgotten, so the next one need not wait.
            line.purged_at_ms.store(before_ms, SeqCst);
        }
        Ok(purged?)
    }
}

fn answer(status: StatusCode, document: &Value) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-amz-json-1.0"),
    );
    if let Ok(id) = HeaderValue::from_str(&uuid::Uuid::new_v4().to_string()) {
        headers.insert("x-amzn-requestid", id);
    }
    Answer {
        status,
        headers,
        body: Bytes::from(document.to_string()),
    }
}

#[cfg(test)]
mod tests;
