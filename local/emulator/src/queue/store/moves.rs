//! Move tasks on disk: which messages a dead-letter queue gives back, and how far that is.
use std::collections::BTreeSet;

use redb::{ReadTransaction, ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, tables::Tables};
use crate::queue::message::Message;

/// Queue name and sequence to the task as JSON.
pub(super) const MOVES: TableDefinition<(&str, u64), &[u8]> = TableDefinition::new("moves");

/// As many tasks of one queue as SQS tells of.
const MOST_KEPT: usize = 10;

/// A task that moves messages out of a dead-letter queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::queue) struct MoveTask {
    pub(in crate::queue) id: String,
    /// The dead-letter queue.
    pub(in crate::queue) source: String,
    /// Where all messages go; `None` for each to the queue it came from.
    pub(in crate::queue) destination: Option<String>,
    /// The most messages in a second; `None` for as fast as it goes.
    pub(in crate::queue) per_second: Option<u32>,
    pub(in crate::queue) started_at_ms: u64,
    /// How many messages were visible when it began.
    pub(in crate::queue) to_move: u64,
    pub(in crate::queue) moved: u64,
    pub(in crate::queue) state: MoveState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::queue) enum MoveState {
    Running,
    Completed,
    Cancelled,
    /// With the reason, in SQS's word for it.
    Failed(String),
}

/// What one step of a task may do.
pub(in crate::queue) struct Step {
    pub(in crate::queue) at_most: usize,
    pub(in crate::queue) now_ms: u64,
    /// Messages sent before this moment are forgotten.
    pub(in crate::queue) sent_since_ms: u64,
    /// The queues that there are.
    pub(in crate::queue) known: BTreeSet<String>,
}

/// What one step of a task did.
pub(in crate::queue) struct Stepped {
    /// The queues that got messages.
    pub(in crate::queue) targets: BTreeSet<String>,
    pub(in crate::queue) state: MoveState,
}

impl Store {
    /// Keeps a new task, unless its queue has one that runs. Returns whether it did.
    pub(in crate::queue) async fn start_move(&self, task: MoveTask) -> Result<bool, StoreError> {
        let start = move |tables: &mut Tables<'_>| {
            let earlier = kept(&tables.moves, &task.source)?;
            if earlier
                .iter()
                .any(|(_, task)| task.state == MoveState::Running)
            {
                return Ok(false);
            }
            let superfluous = (earlier.len() + 1).saturating_sub(MOST_KEPT);
            for (sequence, task) in earlier.iter().take(superfluous) {
                tables.moves.remove((task.source.as_str(), *sequence))?;
            }
            let sequence = tables.next_sequence()?;
            put(tables, sequence, &task)?;
            Ok(true)
        };
        self.disk.write(start).await
    }

    /// Returns the tasks of a queue, the newest first.
    pub(in crate::queue) async fn moves(&self, queue: &str) -> Result<Vec<MoveTask>, StoreError> {
        let queue = queue.to_owned();
        let look = move |transaction: &ReadTransaction| {
            let tasks = kept(&transaction.open_table(MOVES)?, &queue)?;
            Ok(tasks.into_iter().rev().map(|(_, task)| task).collect())
        };
        self.disk.read(look).await
    }

    /// Cancels a task of `queue` and returns it as it was before; `None` if there is none.
    pub(in crate::queue) async fn cancel_move(
        &self,
        queue: &str,
        id: &str,
    ) -> Result<Option<MoveTask>, StoreError> {
        let (queue, id) = (queue.to_owned(), id.to_owned());
        let cancel = move |tables: &mut Tables<'_>| {
            let Some((sequence, task)) = find(tables, &queue, &id)? else {
                return Ok(None);
            };
            if task.state == MoveState::Running {
                let cancelled = MoveTask {
                    state: MoveState::Cancelled,
                    ..task.clone()
                };
                put(tables, sequence, &cancelled)?;
            }
            Ok(Some(task))
        };
        self.disk.write(cancel).await
    }

    /// Moves some messages and counts them, both or neither; does nothing for a task that is over.
    pub(in crate::queue) async fn step_move(
        &self,
        queue: &str,
        id: &str,
        step: Step,
    ) -> Result<Stepped, StoreError> {
        let (queue, id) = (queue.to_owned(), id.to_owned());
        let walk = move |tables: &mut Tables<'_>| {
            let mut targets = BTreeSet::new();
            let Some((sequence, mut task)) = find(tables, &queue, &id)? else {
                let state = MoveState::Cancelled;
                return Ok(Stepped { targets, state });
            };
            if task.state == MoveState::Running {
                task.state = walk(tables, &mut task, &step, &mut targets)?;
                put(tables, sequence, &task)?;
            }
            let state = task.state;
            Ok(Stepped { targets, state })
        };
        self.disk.write(walk).await
    }
}

/// Moves what is due, the oldest first, and returns the task's state after that.
fn walk(
    tables: &mut Tables<'_>,
    task: &mut MoveTask,
    step: &Step,
    targets: &mut BTreeSet<String>,
) -> Result<MoveState, StoreError> {
    let failed = |reason: &str| Ok(MoveState::Failed(reason.to_owned()));
    for (visible_at_ms, sequence) in tables.due(&task.source, step.now_ms, step.at_most)? {
        let Some(message) = tables.take(&task.source, visible_at_ms, sequence)? else {
            continue;
        };
        if message.sent_at_ms < step.sent_since_ms {
            continue;
        }
        let target = task.destination.as_ref().or(message.moved_from.as_ref());
        let reason = match target {
            None => "CouldNotDetermineMessageSource",
            Some(target) if !step.known.contains(target) => {
                "AWS.SimpleQueueService.NonExistentQueue"
            }
            Some(target) => {
                tables.append(target, &anew(&message, step.now_ms))?;
                targets.insert(target.clone());
                task.moved += 1;
                continue;
            }
        };
        tables.put(&task.source, &message)?;
        return failed(reason);
    }
    match tables.due(&task.source, step.now_ms, 1)?.is_empty() {
        true => Ok(MoveState::Completed),
        false => Ok(MoveState::Running),
    }
}

/// Returns the message as one that was just sent: with another id, another age, and never received.
fn anew(message: &Message, now_ms: u64) -> Message {
    Message {
        attributes: message.attributes.clone(),
        group_id: message.group_id.clone(),
        trace_header: message.trace_header.clone(),
        ..Message::new(message.body.clone(), now_ms, now_ms)
    }
}

fn find(tables: &Tables<'_>, queue: &str, id: &str) -> Result<Option<(u64, MoveTask)>, StoreError> {
    let mut tasks = kept(&tables.moves, queue)?.into_iter();
    Ok(tasks.find(|(_, task)| task.id == id))
}

/// Returns the tasks of a queue with their keys, the oldest first.
fn kept(
    moves: &impl ReadableTable<(&'static str, u64), &'static [u8]>,
    queue: &str,
) -> Result<Vec<(u64, MoveTask)>, StoreError> {
    let tasks = moves.range((queue, 0)..=(queue, u64::MAX))?;
    tasks
        .map(|entry| {
            let (key, value) = entry?;
            Ok((key.value().1, serde_json::from_slice(value.value())?))
        })
        .collect()
}

fn put(tables: &mut Tables<'_>, sequence: u64, task: &MoveTask) -> Result<(), StoreError> {
    let value = serde_json::to_vec(task)?;
    tables
        .moves
        .insert((task.source.as_str(), sequence), value.as_slice())?;
    Ok(())
}
