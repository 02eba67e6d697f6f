//! The tables of the store, in one transaction.
use redb::{ReadableTable, Table, TableDefinition, WriteTransaction};

use super::{StoreError, moves::MOVES};
use crate::queue::message::{Handle, Message};

/// Queue name and sequence to the message as JSON.
pub(super) const MESSAGES: TableDefinition<(&str, u64), &[u8]> = TableDefinition::new("messages");
/// Queue name, time of appearance and sequence: the order in which messages are received.
pub(super) const VISIBLE: TableDefinition<(&str, u64, u64), ()> = TableDefinition::new("visible");
/// The last sequence number given out.
const SEQUENCE: TableDefinition<(), u64> = TableDefinition::new("sequence");

/// The tables, open for change.
pub(super) struct Tables<'t> {
    messages: Table<'t, (&'static str, u64), &'static [u8]>,
    visible: Table<'t, (&'static str, u64, u64), ()>,
    sequence: Table<'t, (), u64>,
    pub(super) moves: Table<'t, (&'static str, u64), &'static [u8]>,
}

impl<'t> Tables<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Tables<'t>, StoreError> {
        Ok(Tables {
            messages: transaction.open_table(MESSAGES)?,
            visible: transaction.open_table(VISIBLE)?,
            sequence: transaction.open_table(SEQUENCE)?,
            moves: transaction.open_table(MOVES)?,
        })
    }

    /// Returns the time and sequence of the messages that are visible at `now_ms`.
    pub(super) fn due(
        &self,
        queue: &str,
        now_ms: u64,
        at_most: usize,
    ) -> Result<Vec<(u64, u64)>, StoreError> {
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
    pub(super) fn append(&mut self, queue: &str, message: &Message) -> Result<(), StoreError> {
        let sequence = self.next_sequence()?;
        self.put(
            queue,
            &Message {
                sequence,
                ..message.clone()
            },
        )
    }

    /// Returns a number that was never given out before.
    pub(super) fn next_sequence(&mut self) -> Result<u64, StoreError> {
        let sequence = self.sequence.get(())?.map_or(0, |last| last.value()) + 1;
        self.sequence.insert((), sequence)?;
        Ok(sequence)
    }

    pub(super) fn put(&mut self, queue: &str, message: &Message) -> Result<(), StoreError> {
        let value = serde_json::to_vec(message)?;
        self.messages
            .insert((queue, message.sequence), value.as_slice())?;
        self.visible
            .insert((queue, message.visible_at_ms, message.sequence), ())?;
        Ok(())
    }

    pub(super) fn take(
        &mut self,
        queue: &str,
        visible_at_ms: u64,
        sequence: u64,
    ) -> Result<Option<Message>, StoreError> {
        self.visible.remove((queue, visible_at_ms, sequence))?;
        let Some(value) = self.messages.remove((queue, sequence))? else {
            return Ok(None);
        };
        Ok(Some(Message::read(value.value(), sequence)?))
    }

    /// Returns the message that `handle` names, if the handle is of its newest receive.
    pub(super) fn named(&self, queue: &str, handle: Handle) -> Result<Option<Message>, StoreError> {
        let Some(value) = self.messages.get((queue, handle.sequence))? else {
            return Ok(None);
        };
        let message = Message::read(value.value(), handle.sequence)?;
        let is_newest = message.receive_nonce == handle.nonce;
        Ok(is_newest.then_some(message))
    }

    pub(super) fn show_at(
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

    /// Forgets every message of a queue.
    pub(super) fn clear(&mut self, queue: &str) -> Result<(), StoreError> {
        self.messages
            .retain_in((queue, 0)..=(queue, u64::MAX), |_, _| false)?;
        self.visible
            .retain_in((queue, 0, 0)..=(queue, u64::MAX, u64::MAX), |_, ()| false)?;
        Ok(())
    }
}
