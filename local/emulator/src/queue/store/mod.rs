//! Messages on disk. Time is passed in; every change is on disk before its function returns.
use std::{collections::BTreeSet, path::Path};

use redb::ReadTransaction;

use super::message::{Handle, Message, MessageState};
use crate::faults::Faults;

mod disk;
mod error;
mod moves;
mod tables;

pub use error::StoreError;

pub(super) use moves::{MoveState, MoveTask, Step};

use disk::Disk;
use tables::{MESSAGES, Tables, VISIBLE};

/// The most messages one receive looks past because they are too old or received too often.
const MAX_SKIPPED: usize = 1_000;

/// What a receive asks for.
pub(super) struct Receive {
    pub(super) queue: String,
    pub(super) at_most: usize,
    pub(super) hide_until_ms: u64,
    /// Messages sent before this moment are forgotten.
    pub(super) sent_since_ms: u64,
    /// The dead-letter queue, and how many receives lead to it.
    pub(super) redrive: Option<(String, u32)>,
}

/// What a receive gave.
#[derive(Default)]
pub(super) struct Received {
    pub(super) messages: Vec<Message>,
    /// Whether a message went to the dead-letter queue.
    pub(super) moved: bool,
}

/// What became of a message's visibility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hidden {
    Changed,
    /// The message is gone, or was received again since.
    Gone,
}

/// How many messages a queue has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) visible: u64,
    pub(crate) in_flight: u64,
    pub(crate) delayed: u64,
}

/// The first of a queue's messages that nobody works on.
pub(crate) enum Next {
    /// It is due.
    Due(Message),
    /// It appears at this time.
    At(u64),
    /// There is none.
    None,
}

/// The messages of all queues. Names that SQS would not allow are the emulator's own queues.
pub(crate) struct Store {
    disk: Disk,
}

impl Store {
    /// Opens the store in `folder`, making it if there is none.
    pub(super) fn open(folder: &Path, faults: Faults) -> Result<Store, StoreError> {
        std::fs::create_dir_all(folder)?;
        let disk = Disk::open(folder.join("queue.redb"), faults)?;
        Ok(Store { disk })
    }

    /// Keeps new messages, all or none.
    pub(crate) async fn send(&self, queue: &str, messages: Vec<Message>) -> Result<(), StoreError> {
        let queue = queue.to_owned();
        let append = move |tables: &mut Tables<'_>| {
            messages
                .iter()
                .try_for_each(|message| tables.append(&queue, message))
        };
        self.disk.write(append).await
    }

    /// Hides up to `at_most` visible messages, counts the receive and returns them, the longest visible first.
    pub(super) async fn receive(
        &self,
        receive: Receive,
        now_ms: u64,
    ) -> Result<Received, StoreError> {
        self.disk
            .write(move |tables| take_due(tables, &receive, now_ms))
            .await
    }

    /// Deletes the messages that `handles` name. One that was received again since stays.
    pub(super) async fn delete(&self, queue: &str, handles: Vec<Handle>) -> Result<(), StoreError> {
        let queue = queue.to_owned();
        let delete = move |tables: &mut Tables<'_>| {
            for handle in &handles {
                if let Some(message) = tables.named(&queue, *handle)? {
                    tables.take(&queue, message.visible_at_ms, message.sequence)?;
                }
            }
            Ok(())
        };
        self.disk.write(delete).await
    }

    /// Sets when a message appears again. One that has appeared already is hidden anew, as on AWS.
    pub(super) async fn hide(
        &self,
        queue: &str,
        handle: Handle,
        until_ms: u64,
    ) -> Result<Hidden, StoreError> {
        let queue = queue.to_owned();
        let hide = move |tables: &mut Tables<'_>| {
            let Some(message) = tables.named(&queue, handle)? else {
                return Ok(Hidden::Gone);
            };
            tables.show_at(&queue, message, until_ms)?;
            Ok(Hidden::Changed)
        };
        self.disk.write(hide).await
    }

    /// Takes a receive back that led to nothing: it does not count, and the message appears at `visible_at_ms`.
    pub(super) async fn give_back(
        &self,
        queue: &str,
        handles: Vec<Handle>,
        visible_at_ms: u64,
    ) -> Result<(), StoreError> {
        let queue = queue.to_owned();
        let give_back = move |tables: &mut Tables<'_>| {
            for handle in &handles {
                if let Some(mut message) = tables.named(&queue, *handle)? {
                    message.receive_count = message.receive_count.saturating_sub(1);
                    tables.show_at(&queue, message, visible_at_ms)?;
                }
            }
            Ok(())
        };
        self.disk.write(give_back).await
    }

    /// Returns the first message of a queue that is not among `busy`, by sequence, if it has appeared.
    pub(crate) async fn next(
        &self,
        queue: &str,
        busy: BTreeSet<u64>,
        now_ms: u64,
    ) -> Result<Next, StoreError> {
        let queue = queue.to_owned();
        let next = move |transaction: &ReadTransaction| {
            let visible = transaction.open_table(VISIBLE)?;
            let all = (queue.as_str(), 0, 0)..=(queue.as_str(), u64::MAX, u64::MAX);
            for entry in visible.range(all)? {
                let (_, visible_at_ms, sequence) = entry?.0.value();
                if busy.contains(&sequence) {
                    continue;
                }
                if visible_at_ms > now_ms {
                    return Ok(Next::At(visible_at_ms));
                }
                if let Some(value) = transaction
                    .open_table(MESSAGES)?
                    .get((queue.as_str(), sequence))?
                {
                    return Ok(Next::Due(Message::read(value.value(), sequence)?));
                }
            }
            Ok(Next::None)
        };
        self.disk.read(next).await
    }

    /// Keeps a message as it is now, and hides it until `until_ms`.
    pub(crate) async fn put_off(
        &self,
        queue: &str,
        message: &Message,
        until_ms: u64,
    ) -> Result<(), StoreError> {
        let (queue, message) = (queue.to_owned(), message.clone());
        let put_off =
            move |tables: &mut Tables<'_>| tables.show_at(&queue, message.clone(), until_ms);
        self.disk.write(put_off).await
    }

    /// Removes a message and sends others for it to other queues, all or nothing.
    pub(crate) async fn replace(
        &self,
        queue: &str,
        message: &Message,
        by: Vec<(String, Message)>,
    ) -> Result<(), StoreError> {
        let (queue, due_ms, sequence) = (queue.to_owned(), message.visible_at_ms, message.sequence);
        let replace = move |tables: &mut Tables<'_>| {
            tables.take(&queue, due_ms, sequence)?;
            by.iter()
                .try_for_each(|(queue, message)| tables.append(queue, message))
        };
        self.disk.write(replace).await
    }

    /// Returns when the next message appears, which may be in the past.
    pub(super) async fn next_visible_ms(&self, queue: &str) -> Result<Option<u64>, StoreError> {
        let queue = queue.to_owned();
        let next = move |transaction: &ReadTransaction| {
            let visible = transaction.open_table(VISIBLE)?;
            let all = (queue.as_str(), 0, 0)..=(queue.as_str(), u64::MAX, u64::MAX);
            let first = visible.range(all)?.next().transpose()?;
            Ok(first.map(|(key, _)| key.value().1))
        };
        self.disk.read(next).await
    }

    /// Returns the first messages of a queue, in the order of their arrival.
    pub(super) async fn messages(
        &self,
        queue: &str,
        at_most: usize,
    ) -> Result<Vec<Message>, StoreError> {
        let queue = queue.to_owned();
        let list = move |transaction: &ReadTransaction| {
            let messages = transaction.open_table(MESSAGES)?;
            let all = messages.range((queue.as_str(), 0)..=(queue.as_str(), u64::MAX))?;
            let first = all.take(at_most).map(|entry| {
                let (key, value) = entry?;
                Ok(Message::read(value.value(), key.value().1)?)
            });
            first.collect()
        };
        self.disk.read(list).await
    }

    pub(super) async fn counts(&self, queue: &str, now_ms: u64) -> Result<Counts, StoreError> {
        let queue = queue.to_owned();
        let count = move |transaction: &ReadTransaction| {
            let visible = transaction.open_table(VISIBLE)?;
            let messages = transaction.open_table(MESSAGES)?;
            let queue = queue.as_str();
            let mut counts = Counts::default();
            // A backlog is visible, and the order of appearance counts it without a look at the messages.
            let ready = visible.range((queue, 0, 0)..=(queue, now_ms, u64::MAX))?;
            for entry in ready {
                entry?;
                counts.visible += 1;
            }
            let hidden = visible.range((queue, now_ms + 1, 0)..=(queue, u64::MAX, u64::MAX))?;
            for entry in hidden {
                let (_, _, sequence) = entry?.0.value();
                let Some(message) = messages.get((queue, sequence))? else {
                    continue;
                };
                match Message::read(message.value(), sequence)?.state(now_ms) {
                    MessageState::Ready => counts.visible += 1,
                    MessageState::Delayed => counts.delayed += 1,
                    MessageState::InFlight => counts.in_flight += 1,
                }
            }
            Ok(counts)
        };
        self.disk.read(count).await
    }

    pub(super) async fn purge(&self, queue: &str) -> Result<(), StoreError> {
        let queue = queue.to_owned();
        self.disk.write(move |tables| tables.clear(&queue)).await
    }
}

fn take_due(
    tables: &mut Tables<'_>,
    receive: &Receive,
    now_ms: u64,
) -> Result<Received, StoreError> {
    let mut received = Received::default();
    let queue = receive.queue.as_str();
    for (visible_at_ms, sequence) in tables.due(queue, now_ms, receive.at_most + MAX_SKIPPED)? {
        if received.messages.len() == receive.at_most {
            break;
        }
        let Some(mut message) = tables.take(queue, visible_at_ms, sequence)? else {
            continue;
        };
        if message.sent_at_ms < receive.sent_since_ms {
            continue;
        }
        match &receive.redrive {
            Some((target, most)) if message.receive_count >= *most => {
                message.moved_from = Some(queue.to_owned());
                message.visible_at_ms = now_ms;
                tables.append(target, &message)?;
                received.moved = true;
            }
            _ => {
                message.receive_count += 1;
                message.first_received_at_ms.get_or_insert(now_ms);
                message.receive_nonce = rand::random();
                message.visible_at_ms = receive.hide_until_ms;
                tables.put(queue, &message)?;
                received.messages.push(message);
            }
        }
    }
    Ok(received)
}
