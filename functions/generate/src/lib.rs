//! The queue worker: takes one job through research → script → voice → master → publish.
//!
//! # How one job flows
//! 1. [`Worker::handle`] gets a batch of messages, each naming a podcast, and reports those that must
//!    come again ([`job`]).
//! 2. `claim` takes the podcast's lease of 30 s and brings the checkpoints of earlier attempts.
//!    [`heartbeat`] extends the lease and hides the message for another 30 s, every 10 s.
//! 3. [`stages`] make, in order: facts, a script, clips in the media store, one mastered MP3 there,
//!    the published episode. What a stage made is its checkpoint, and a stage that has one is skipped.
//!    Clips are named by the hash of what was asked for, so one that exists is never spoken again.
//! 4. `complete` writes everything the listener sees in one transaction, after the published bytes
//!    were read back. The work objects are deleted then; what a crash leaves there the sweep deletes.
//! 5. Whatever ends a job early is a [`stop::Stop`], and [`job`] is the one place that decides what
//!    happens to lease and message then.
//!
//! Every write to the database carries the lease and fails once it is lost; then nothing more is
//! written and nothing deleted. Work that burns CPU runs on blocking threads, and the whole process at
//! a low priority, so that polls are answered while it works.
//!
//! Nothing here knows SQL, SQS, rten or LAME: those are in `storage`, `queue`, `speech` and `audio`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod attempt;
mod config;
mod heartbeat;
mod job;
mod mix;
mod notes;
mod reader;
mod stages;
mod stop;
#[cfg(test)]
mod tests;

use std::{
    error::Error,
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use media::Media;
use queue::{Message, Queue};
use storage::{Access, Storage};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::Mutex,
};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

pub use config::{Config, ConfigError, VoiceSource};
use job::{Delivery, Fate};
use reader::Studio;

/// How long a job may take to stop after a signal; the process exits within 5 s.
const STOPPING: Duration = Duration::from_millis(4500);

/// Everything a job needs, opened once per process. Cheap to clone.
#[derive(Clone)]
pub struct Worker {
    storage: Storage,
    media: Media,
    queue: Queue,
    studio: Studio,
    stopping: CancellationToken,
    at_work: Arc<Mutex<()>>,
}

impl Worker {
    /// Opens storage, media and queue; the voice is loaded by the first line to be spoken.
    ///
    /// # Errors
    /// When the database or the media store cannot be opened.
    pub async fn open(config: Config) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self {
            storage: Storage::open(&config.database, Access::Write).await?,
            media: Media::open(&config.media_store)?,
            queue: Queue::connect(&config.queue_url).await,
            studio: Studio::new(config.voice, config.speech_threads),
            stopping: CancellationToken::new(),
            at_work: Arc::default(),
        })
    }

    /// Makes the podcasts of a batch, one after the other, and reports the messages that must come again.
    ///
    /// # Errors
    /// Never: what fails is a message, not the batch.
    pub async fn handle(
        &self,
        batch: SqsEvent,
        deadline: SystemTime,
    ) -> Result<SqsBatchResponse, Box<dyn Error + Send + Sync>> {
        let _at_work = self.at_work.lock().await;
        let mut response = SqsBatchResponse::default();
        for message in batch.records {
            if self.receive(&message, deadline).await == Fate::ComesAgain {
                response.add_failure(message.message_id.unwrap_or_default());
            }
        }
        Ok(response)
    }

    async fn receive(&self, message: &SqsMessage, deadline: SystemTime) -> Fate {
        let body = message.body.as_deref().unwrap_or_default();
        match Message::parse(body) {
            Ok(Message {
                podcast_id,
                generation,
            }) => {
                let receipt_handle = message.receipt_handle.clone().unwrap_or_default();
                job::take(
                    self,
                    Delivery {
                        podcast_id,
                        generation,
                        receives: receives(message),
                        receipt_handle,
                        deadline,
                    },
                )
                .await
            }
            Err(error) => {
                // Its redeliveries will end in the dead-letter queue, where a person can look at it.
                error!(message.id = message.message_id, %error, "message cannot be read");
                Fate::ComesAgain
            }
        }
    }

    /// Asks the job at work to stop: it gives its lease back, and its message comes again at once.
    pub fn stop(&self) {
        self.stopping.cancel();
    }

    /// Waits for SIGTERM or SIGINT, lets the job at work stop, and exits the process within 5 s.
    pub async fn exit_on_signal(self) {
        signalled().await;
        info!("stopping");
        self.stop();
        // Held to the end, so that no other batch begins. Nor may one come while the last answer is sent:
        // its messages would be hidden for the queue's own long time. Those of the last come again soon.
        let idle = tokio::time::timeout(STOPPING, self.at_work.lock()).await;
        if idle.is_err() {
            warn!("the job at work did not stop in time; its lease will run out");
        }
        std::process::exit(0);
    }
}

fn receives(message: &SqsMessage) -> u32 {
    let count = message.attributes.get("ApproximateReceiveCount");
    count.and_then(|count| count.parse().ok()).unwrap_or(1)
}

async fn signalled() {
    let listen = |kind| signal(kind).expect("SIGTERM and SIGINT may be handled");
    let (mut terminate, mut interrupt) = (
        listen(SignalKind::terminate()),
        listen(SignalKind::interrupt()),
    );
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Lowers the priority of this thread and those it starts, so that whoever answers people comes first.
pub fn yield_to_others() {
    const NICENESS: i32 = 10;
    if let Err(error) = rustix::process::nice(NICENESS) {
        warn!(%error, "priority stays as it was");
    }
}
