//! Asynchronous invocations: accepted onto the disk, run, retried, and reported when they are over.
//!
//! [`Asynchronous::invoke`] is the way in, for the Invoke API and for schedules. As on AWS every function has a
//! queue of its own for its events; here it is one of the store that holds the template's queues too, so that an
//! event and what replaces it at its destination change in one transaction. [`attempt`] says what becomes of an
//! event, [`record`] what its destinations are told.
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    clock::Clock,
    queue::{Attribute, Message, Next, Queues, StoreError},
    runtime::{Functions, MOST_ENVIRONMENTS},
    template::{Function, Template},
    trace::Trace,
};

mod attempt;
mod record;

/// The largest event that is accepted.
pub(crate) const EVENT_BYTES: usize = 1 << 20;

/// The attribute of an event that names the schedule it came from.
const SCHEDULE: &str = "Schedule";

/// How long to wait after the disk failed.
const FAULT_PAUSE: Duration = Duration::from_secs(1);

/// The door for events that nobody waits for. Clones are cheap and mean the same.
#[derive(Clone)]
pub struct Asynchronous {
    inner: Arc<Inner>,
}

struct Inner {
    functions: Functions,
    queues: Queues,
    clock: Clock,
    /// By the function's name.
    lines: BTreeMap<String, Arc<Line>>,
}

/// The events of one function.
struct Line {
    function: Function,
    /// Its queue in the store; no queue of a template can have this name.
    queue: String,
    /// Rings when an event comes, or is to run earlier than it was.
    bell: Notify,
    /// The sequence numbers of the events that run.
    running: Mutex<BTreeSet<u64>>,
}

impl Asynchronous {
    /// Makes the door to the functions of `template`; what was accepted before and is not done waits behind it.
    #[must_use]
    pub fn new(
        template: &Template,
        functions: Functions,
        queues: Queues,
        clock: Clock,
    ) -> Asynchronous {
        let lines = template.functions.iter().map(|function| {
            let line = Line {
                function: function.clone(),
                queue: queue_of(&function.name),
                bell: Notify::new(),
                running: Mutex::default(),
            };
            (function.name.clone(), Arc::new(line))
        });
        let inner = Inner {
            lines: lines.collect(),
            functions,
            queues,
            clock,
        };
        Asynchronous {
            inner: Arc::new(inner),
        }
    }

    /// Accepts an event for `function`, named in any way that [`Functions::find`] knows, and returns the id that
    /// all attempts to run it have. The event is on disk then. `schedule` names the one whose time has come, if any.
    ///
    /// # Errors
    /// When it could not be kept: the disk is full, say. [`StoreError::Closed`] if there is no such function.
    pub async fn invoke(
        &self,
        function: &str,
        event: String,
        schedule: Option<&str>,
        trace: Trace,
    ) -> Result<String, StoreError> {
        let line = self.line(function).ok_or(StoreError::Closed)?;
        let now_ms = self.inner.clock.now_ms();
        let mut message = Message {
            trace_header: Some(trace.to_string()),
            ..Message::new(event, now_ms, now_ms)
        };
        if let Some(name) = schedule {
            let name = Attribute::text("String", name);
            message.attributes.insert(SCHEDULE.to_owned(), name);
        }
        let request_id = message.id.clone();
        let store = self.inner.queues.store();
        store.send(&line.queue, vec![message]).await?;
        line.bell.notify_one();
        Ok(request_id)
    }

    /// Runs what is accepted until `stopping`. Attempts that have begun go on in `tasks`.
    pub fn run(&self, stopping: &CancellationToken, tasks: &TaskTracker) {
        for line in self.inner.lines.values() {
            let (door, line) = (self.clone(), Arc::clone(line));
            let (stopping, spawner) = (stopping.clone(), tasks.clone());
            tasks.spawn(async move { door.dispatch(&line, &stopping, &spawner).await });
        }
    }

    async fn dispatch(&self, line: &Arc<Line>, stopping: &CancellationToken, tasks: &TaskTracker) {
        // More events at a time than environments would only wait in memory instead of on the disk.
        let reserved = line.function.reserved_concurrency;
        let most = reserved
            .unwrap_or(MOST_ENVIRONMENTS)
            .clamp(1, MOST_ENVIRONMENTS);
        let free = Arc::new(Semaphore::new(most as usize));
        loop {
            let permit = Arc::clone(&free).acquire_owned();
            let Some(Ok(permit)) = stopping.run_until_cancelled(permit).await else {
                return;
            };
            let Some(event) = stopping.run_until_cancelled(self.next(line)).await else {
                return;
            };
            line.running().insert(event.sequence);
            let (door, line, stopping) = (self.clone(), Arc::clone(line), stopping.clone());
            tasks.spawn(async move { door.attempt(&line, event, permit, &stopping).await });
        }
    }

    /// Waits for an event that is due.
    async fn next(&self, line: &Line) -> Message {
        loop {
            let busy = line.running().clone();
            let now_ms = self.inner.clock.now_ms();
            let next_ms = match self
                .inner
                .queues
                .store()
                .next(&line.queue, busy, now_ms)
                .await
            {
                Ok(Next::Due(event)) => return event,
                Ok(Next::At(next_ms)) => next_ms,
                Ok(Next::None) => u64::MAX,
                Err(error) => {
                    tracing::error!(%error, function = line.function.name, "events cannot be read: {error}");
                    tokio::time::sleep(FAULT_PAUSE).await;
                    continue;
                }
            };
            // A ring since the look is kept for the next wait.
            tokio::select! {
                () = line.bell.notified() => {}
                () = self.inner.clock.sleep_until_ms(next_ms) => {}
            }
        }
    }

    async fn attempt(
        &self,
        line: &Line,
        event: Message,
        permit: OwnedSemaphorePermit,
        stopping: &CancellationToken,
    ) {
        let sequence = event.sequence;
        let is_settled = self.settle(line, event, stopping).await;
        // One that is not settled is still due on disk, and must not run again before the next start.
        if is_settled {
            line.running().remove(&sequence);
            // The dispatcher may sleep longer than until this one is due again.
            line.bell.notify_one();
        }
        drop(permit);
    }

    fn line(&self, function: &str) -> Option<&Arc<Line>> {
        let function = self.inner.functions.find(function)?;
        self.inner.lines.get(&function.name)
    }
}

impl Line {
    fn running(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        // No code panics while it holds the lock.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the name of the queue of a function's events. SQS allows no colon in a name.
fn queue_of(function: &str) -> String {
    format!("function:{function}")
}
