use std::time::Duration;

use jiff::Timestamp;
use queue::Queue;
use storage::{Lease, Storage, StorageError};
use tokio::{task::JoinHandle, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::stop::chain;

/// Three beats fit into a lease: two may fail.
const BEAT: Duration = Duration::from_secs(10);

/// How long a message stays hidden after a beat: as long as the lease lasts, so that both come free together.
pub(crate) const HIDDEN_FOR: Duration =
    Duration::from_secs(storage::LEASE.as_secs().unsigned_abs());

/// Keeps lease and message while a job is at work; stops when ended or dropped.
pub(crate) struct Heartbeat {
    lost: CancellationToken,
    task: JoinHandle<()>,
}

impl Heartbeat {
    /// Beats at once and every 10 s from then on.
    ///
    /// The queue's own visibility timeout is long enough for the longest job. With this shorter one, the
    /// message is back as soon as the lease is free if this process dies.
    pub(crate) fn start(
        storage: Storage,
        queue: Queue,
        lease: Lease,
        receipt_handle: String,
    ) -> Self {
        let lost = CancellationToken::new();
        let task = tokio::spawn(beat(storage, queue, lease, receipt_handle, lost.clone()));
        Self { lost, task }
    }

    /// Returns once the lease is known to be lost.
    pub(crate) async fn lost(&self) {
        self.lost.cancelled().await;
    }

    /// Stops it; it begins no write any more, though one that it began may still be under way.
    pub(crate) async fn end(mut self) {
        self.task.abort();
        // Either way it is over.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn beat(
    storage: Storage,
    queue: Queue,
    lease: Lease,
    receipt_handle: String,
    lost: CancellationToken,
) {
    let mut clock = tokio::time::interval(BEAT);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        clock.tick().await;
        match storage.extend(&lease, Timestamp::now()).await {
            Ok(()) => {}
            Err(StorageError::LeaseLost(_)) => return lost.cancel(),
            // The lease may run out over this; then the next write or beat finds out.
            Err(error) => {
                warn!(podcast.id = %lease.podcast_id, error = chain(&error), "lease not extended")
            }
        }
        if let Err(error) = queue.set_visibility(&receipt_handle, HIDDEN_FOR).await {
            warn!(podcast.id = %lease.podcast_id, %error, "message may come again while its job is at work");
        }
    }
}
