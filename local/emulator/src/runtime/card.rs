//! What can be seen of an environment from outside.
use std::sync::atomic::{AtomicU8, Ordering};

use jiff::Timestamp;

/// What an environment is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum EnvironmentState {
    /// Its process has not asked for work yet.
    Starting,
    /// It is frozen until there is work.
    Idle,
    /// It has an event.
    Busy,
}

/// One environment, as it is at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvironmentView {
    /// The number of its process; 0 for one that runs out of sight.
    pub process: u32,
    /// Whether somebody else has started its process, such as a debugger.
    pub is_attached: bool,
    /// What it is doing.
    pub state: EnvironmentState,
    /// When its process was started.
    pub started_at: Timestamp,
    /// What its process has in memory now.
    pub memory_mb: u64,
}

/// The mark an environment leaves in its pool as long as its process lives.
pub(super) struct Card {
    pub(super) process: u32,
    pub(super) is_attached: bool,
    started_at: Timestamp,
    state: AtomicU8,
}

impl Card {
    pub(super) fn new(process: u32, is_attached: bool) -> Card {
        Card {
            process,
            is_attached,
            started_at: Timestamp::now(),
            state: AtomicU8::new(EnvironmentState::Starting as u8),
        }
    }

    pub(super) fn show(&self, state: EnvironmentState) {
        self.state.store(state as u8, Ordering::Relaxed);
    }

    pub(super) fn view(&self) -> EnvironmentView {
        let states = [
            EnvironmentState::Starting,
            EnvironmentState::Idle,
            EnvironmentState::Busy,
        ];
        let state = self.state.load(Ordering::Relaxed);
        EnvironmentView {
            process: self.process,
            is_attached: self.is_attached,
            state: states
                .into_iter()
                .find(|known| *known as u8 == state)
                .unwrap_or(EnvironmentState::Busy),
            started_at: self.started_at,
            memory_mb: super::memory::resident_mb(self.process),
        }
    }
}
