//! Move tasks at work: messages go from a dead-letter queue back to where they came from, or elsewhere.
use std::sync::Arc;

use super::{
    FAULT_PAUSE, Fault, Queues,
    store::{MoveState, MoveTask, Step, StoreError},
};
use crate::clock::millis;

/// How many messages a task without a rate moves in one commit.
const AT_ONCE: usize = 100;

/// A task with a rate makes no more steps than this allows: each is a commit.
const SHORTEST_PAUSE_MS: u64 = 20;

impl Queues {
    /// Starts a task, unless its queue has one that runs. Returns whether it did.
    pub(super) async fn start_move(&self, task: MoveTask) -> Result<bool, Fault> {
        let has_started = self.inner.store.start_move(task.clone()).await?;
        if has_started {
            self.run_move(task);
        }
        Ok(has_started)
    }

    /// Goes on with the move tasks that ran when the emulator ended.
    ///
    /// # Errors
    /// When the queues on disk cannot be read.
    pub async fn resume_moves(&self) -> Result<(), StoreError> {
        for queue in self.inner.queues.keys() {
            let tasks = self.inner.store.moves(queue).await?.into_iter();
            for task in tasks.filter(|task| task.state == MoveState::Running) {
                self.run_move(task);
            }
        }
        Ok(())
    }

    /// Runs a task in the background until it is over, or nobody has the queues any more.
    fn run_move(&self, task: MoveTask) {
        let (inner, clock) = (Arc::downgrade(&self.inner), self.inner.clock.clone());
        let (at_once, pause_ms) = pace(task.per_second);
        tokio::spawn(async move {
            let mut wait_ms = pause_ms;
            loop {
                clock.sleep_until_ms(clock.now_ms() + wait_ms).await;
                let Some(inner) = inner.upgrade() else { return };
                wait_ms = match (Queues { inner }).step_move(&task, at_once).await {
                    Ok(MoveState::Running) => pause_ms,
                    Ok(_) => return,
                    Err(_) => millis(FAULT_PAUSE),
                };
            }
        });
    }

    async fn step_move(&self, task: &MoveTask, at_most: usize) -> Result<MoveState, Fault> {
        let now_ms = self.now_ms();
        let retention = self.line(&task.source)?.queue.retention;
        let step = Step {
            at_most,
            now_ms,
            sent_since_ms: now_ms.saturating_sub(millis(retention)),
            known: self.inner.queues.keys().cloned().collect(),
        };
        let stepped = self
            .inner
            .store
            .step_move(&task.source, &task.id, step)
            .await?;
        for target in &stepped.targets {
            self.line(target)?.bell.notify_waiters();
        }
        if let MoveState::Failed(reason) = &stepped.state {
            tracing::warn!(queue = %task.source, "messages of {} cannot be moved: {reason}", task.source);
        }
        Ok(stepped.state)
    }

    /// Returns the queues whose dead letters go to the queue called `name`.
    pub(crate) fn sources_of(&self, name: &str) -> impl Iterator<Item = &String> {
        let lines = self.inner.queues.values();
        lines.filter_map(move |line| {
            let redrive = line.queue.redrive.as_ref()?;
            (redrive.dead_letter_queue == name).then_some(&line.queue.name)
        })
    }
}

/// Returns how many messages to move at once, and how many milliseconds to wait before each time.
fn pace(per_second: Option<u32>) -> (usize, u64) {
    let Some(per_second) = per_second else {
        return (AT_ONCE, 0);
    };
    let per_second = u64::from(per_second.max(1));
    let at_once = (per_second * SHORTEST_PAUSE_MS).div_ceil(1_000);
    let pause_ms = (at_once * 1_000).div_ceil(per_second);
    (usize::try_from(at_once).unwrap_or(AT_ONCE), pause_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_never_moves_more_in_a_second_than_it_may() {
        for per_second in 1..=500 {
            let (at_once, pause_ms) = pace(Some(per_second));

            let moved = at_once as f64 * 1_000.0 / pause_ms as f64;
            let allowed = f64::from(per_second);
            assert!(moved <= allowed, "{per_second}: {moved}");
            assert!(moved >= allowed * 0.9, "{per_second}: {moved}");
        }
    }
}
