//! The queues' messages on disk. Time is passed in; every change is on disk before its function returns.
use std::path::Path;

use redb::{Database, ReadableDatabase, ReadableTable, Table, TableDefinition, WriteTransaction};

use super::message::{Handle, Message};

/// Queue name and sequence to the message as JSON.
const MESSAGES: TableDefinition<(&str, u64), &[u8]> = TableDefinition::new("messages");
/// Queue name, time of appearance and sequence: the order in which messages are received.
const VISIBLE: TableDefinition<(&str, u64, u64), ()> = TableDefinition::new("visible");
/// The last sequence number given out.
const SEQUENCE: TableDefinition<(), u64> = TableDefinition::new("sequence");

/// The most messages one receive looks past because they are too old or received too often.
const MAX_SKIPPED: usize = 1_000;

/// What keeps the queues from working: the disk.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder could not be made.
    #[error("the queue's folder cannot be made: {0}")]
    Folder(#[from] std::io::Error),
    /// Another process has the file open.
    #[error("the queue is in use by another process; stop that one or choose another data folder")]
    InUse,
    /// The database refused or failed.
    #[error("the queue's file failed: {0}")]
    Database(Box<redb::Error>),
    /// A kept message is not what this version writes.
    #[error("a kept message cannot be read: {0}")]
    Message(#[from] serde_json::Error),
}

macro_rules! from_redb {
    ($($error:ty),*) => {
        $(impl From<$error> for StoreError {
            fn from(error: $error) -> StoreError {
                StoreError::Database(Box::new(error.into()))
            }
        })*
    };
}

from_redb!(
    redb::TransactionError,
    redb::TableError,
    redb::StorageError,
    redb::CommitError
);

impl From<redb::DatabaseError> for StoreError {
    fn from(error: redb::DatabaseError) -> StoreError {
        match error {
            redb::DatabaseError::DatabaseAlreadyOpen => StoreError::InUse,
            error => StoreError::Database(Box::new(error.into())),
        }
    }
}

/// What a receive asks for.
pub(super) struct Receive<'a> {
    pub(super) queue: &'a str,
    pub(super) at_most: usize,
    pub(super) hide_until_ms: u64,
    /// Messages sent before this moment are forgotten.
    pub(super) sent_since_ms: u64,
    /// The dead-letter queue, and how many receives lead to it.
    pub(super) redrive: Option<(&'a str, u32)>,
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
    /// The message is there, but nobody holds it.
    NotInFlight,
    /// The message is gone, or was received again since.
    Gone,
}

/// How many messages a queue has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) visible: u64,
    pub(super) in_flight: u64,
    pub(super) delayed: u64,
}

pub(super) struct Store {
    database: Database,
}

impl Store {
    /// Opens the store in `folder`, making it if there is none.
    pub(super) fn open(folder: &Path) -> Result<Store, StoreError> {
        std::fs::create_dir_all(folder)?;
        let database = Database::create(folder.join("queue.redb"))?;
        let transaction = database.begin_write()?;
        transaction.open_table(MESSAGES)?;
        transaction.open_table(VISIBLE)?;
        transaction.open_table(SEQUENCE)?;
        transaction.commit()?;
        Ok(Store { database })
    }

    /// Keeps new messages, all or none.
    pub(super) fn send(&self, queue: &str, messages: &[Message]) -> Result<(), StoreError> {
        self.write(|tables| {
            messages
                .iter()
                .try_for_each(|message| tables.append(queue, message))
        })
    }

    /// Hides up to `at_most` visible messages, counts the receive and returns them, the longest visible first.
    pub(super) fn receive(
        &self,
        receive: &Receive<'_>,
        now_ms: u64,
    ) -> Result<Received, StoreError> {
        self.write(|tables| {
            let mut received = Received::default();
            for (visible_at_ms, sequence) in
                tables.due(receive.queue, now_ms, receive.at_most + MAX_SKIPPED)?
            {
                if received.messages.len() == receive.at_most {
                    break;
                }
                let Some(mut message) = tables.take(receive.queue, visible_at_ms, sequence)? else {
                    continue;
                };
                if message.sent_at_ms < receive.sent_since_ms {
                    continue;
                }
                match receive.redrive {
                    Some((target, most)) if message.receive_count >= most => {
                        message.moved_from = Some(receive.queue.to_owned());
                        message.visible_at_ms = now_ms;
                        tables.append(target, &message)?;
                        received.moved = true;
                    }
                    _ => {
                        message.receive_count += 1;
                        message.first_received_at_ms.get_or_insert(now_ms);
                        message.receive_nonce = rand::random();
                        message.visible_at_ms = receive.hide_until_ms;
                        tables.put(receive.queue, &message)?;
                        received.messages.push(message);
                    }
                }
            }
            Ok(received)
        })
    }

    /// Deletes the messages that `handles` name. One that was received again since stays.
    pub(super) fn delete(&self, queue: &str, handles: &[Handle]) -> Result<(), StoreError> {
        self.write(|tables| {
            for handle in handles {
                if let Some(message) = tables.named(queue, *handle)? {
                    tables.take(queue, message.visible_at_ms, message.sequence)?;
                }
            }
            Ok(())
        })
    }

    /// Sets when a message appears again.
    pub(super) fn hide(
        &self,
        queue: &str,
        handle: Handle,
        until_ms: u64,
        now_ms: u64,
    ) -> Result<Hidden, StoreError> {
        self.write(|tables| {
            let Some(message) = tables.named(queue, handle)? else {
                return Ok(Hidden::Gone);
            };
            if message.visible_at_ms <= now_ms {
                return Ok(Hidden::NotInFlight);
            }
            tables.show_at(queue, message, until_ms)?;
            Ok(Hidden::Changed)
        })
    }

    /// Takes a receive back that led to nothing: it does not count, and the message appears at `visible_at_ms`.
    pub(super) fn give_back(
        &self,
        queue: &str,
        handles: &[Handle],
        visible_at_ms: u64,
    ) -> Result<(), StoreError> {
        self.write(|tables| {
            for handle in handles {
                if let Some(mut message) = tables.named(queue, *handle)? {
                    message.receive_count = message.receive_count.saturating_sub(1);
                    tables.show_at(queue, message, visible_at_ms)?;
                }
            }
            Ok(())
        })
    }

    /// Returns when the next message appears, which may be in the past.
    pub(super) fn next_visible_ms(&self, queue: &str) -> Result<Option<u64>, StoreError> {
        let visible = self.database.begin_read()?.open_table(VISIBLE)?;
        let first = visible
            .range((queue, 0, 0)..=(queue, u64::MAX, u64::MAX))?
            .next()
            .transpose()?;
        Ok(first.map(|(key, _)| key.value().1))
    }

    pub(super) fn counts(&self, queue: &str, now_ms: u64) -> Result<Counts, StoreError> {
        let messages = self.database.begin_read()?.open_table(MESSAGES)?;
        let mut counts = Counts::default();
        for entry in messages.range((queue, 0)..=(queue, u64::MAX))? {
            let message: Message = serde_json::from_slice(entry?.1.value())?;
            match (message.visible_at_ms <= now_ms, message.receive_count) {
                (true, _) => counts.visible += 1,
                (false, 0) => counts.delayed += 1,
                (false, _) => counts.in_flight += 1,
            }
        }
        Ok(counts)
    }

    pub(super) fn purge(&self, queue: &str) -> Result<(), StoreError> {
        self.write(|tables| {
            tables
                .messages
                .retain_in((queue, 0)..=(queue, u64::MAX), |_, _| false)?;
            tables
                .visible
                .retain_in((queue, 0, 0)..=(queue, u64::MAX, u64::MAX), |_, ()| false)?;
            Ok(())
        })
    }

    /// Runs `change` in one transaction. redb's default durability has it on disk when the commit returns.
    fn write<T>(
        &self,
        change: impl FnOnce(&mut Tables<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let transaction = self.database.begin_write()?;
        let result = change(&mut Tables::open(&transaction)?)?;
        transaction.commit()?;
        Ok(result)
    }
}

struct Tables<'t> {
    messages: Table<'t, (&'static str, u64), &'static [u8]>,
    visible: Table<'t, (&'static str, u64, u64), ()>,
    sequence: Table<'t, (), u64>,
}

impl<'t> Tables<'t> {
    fn open(transaction: &'t WriteTransaction) -> Result<Tables<'t>, StoreError> {
        Ok(Tables {
            messages: transaction.open_table(MESSAGES)?,
            visible: transaction.open_table(VISIBLE)?,
            sequence: transaction.open_table(SEQUENCE)?,
        })
    }

    /// Returns the time and sequence of the messages that are visible at `now_ms`.
    fn due(&self, queue: &str, now_ms: u64, at_most: usize) -> Result<Vec<(u64, u64)>, StoreError> {
        let due = self
            .visible
            .range((queue, 0, 0)..=(queue, now_ms, u64::MAX))?
            .take(at_most);
        due.map(|entry| {
            let (_, visible_at_ms, sequence) = entry?.0.value();
            Ok((visible_at_ms, sequence))
        })
        .collect()
    }

    /// Puts a message behind all others.
    fn append(&mut self, queue: &str, message: &Message) -> Result<(), StoreError> {
        let sequence = self.sequence.get(())?.map_or(0, |last| last.value()) + 1;
        self.sequence.insert((), sequence)?;
        self.put(
            queue,
            &Message {
                sequence,
                ..message.clone()
            },
        )
    }

    fn put(&mut self, queue: &str, message: &Message) -> Result<(), StoreError> {
        let value = serde_json::to_vec(message)?;
        self.messages
            .insert((queue, message.sequence), value.as_slice())?;
        self.visible
            .insert((queue, message.visible_at_ms, message.sequence), ())?;
        Ok(())
    }

    fn take(
        &mut self,
        queue: &str,
        visible_at_ms: u64,
        sequence: u64,
    ) -> Result<Option<Message>, StoreError> {
        self.visible.remove((queue, visible_at_ms, sequence))?;
        let Some(value) = self.messages.remove((queue, sequence))? else {
            return Ok(None);
        };
        let message: Message = serde_json::from_slice(value.value())?;
        Ok(Some(Message {
            sequence,
            ..message
        }))
    }

    /// Returns the message that `handle` names, if the handle is of its newest receive.
    fn named(&self, queue: &str, handle: Handle) -> Result<Option<Message>, StoreError> {
        let Some(value) = self.messages.get((queue, handle.sequence))? else {
            return Ok(None);
        };
        let message: Message = serde_json::from_slice(value.value())?;
        let is_newest = message.receive_nonce == handle.nonce;
        Ok(is_newest.then_some(Message {
            sequence: handle.sequence,
            ..message
        }))
    }

    fn show_at(
        &mut self,
        queue: &str,
        message: Message,
        visible_at_ms: u64,
    ) -> Result<(), StoreError> {
        self.visible
            .remove((queue, message.visible_at_ms, message.sequence))?;
        self.put(
            queue,
            &Message {
                visible_at_ms,
                ..message
            },
        )
    }
}
