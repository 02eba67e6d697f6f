//! How many sentences fit into memory at once.

use std::sync::{Condvar, Mutex, PoisonError};

/// Symbols that may be spoken at the same time, over all callers.
///
/// The model needs about 2.5 MB for each symbol of a sentence while it speaks it, and 210 MB besides, measured with
/// rten 0.27: this keeps the model near 600 MB, a whole worker
/// with two threads near 800 MB. Two sentences of ordinary length fit, two long ones do not.
const ROOM: usize = 150;

/// Makes callers wait while what is being spoken fills the memory.
#[derive(Default)]
pub(crate) struct Memory {
    taken: Mutex<usize>,
    left: Condvar,
}

/// The room one sentence takes, until it is dropped.
pub(crate) struct Taken<'a> {
    memory: &'a Memory,
    symbols: usize,
}

impl Memory {
    /// Waits until a sentence of `symbols` fits. One longer than all the room is let in alone.
    pub(crate) fn take(&self, symbols: usize) -> Taken<'_> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |taken: &mut usize| *taken > 0 && *taken + symbols > ROOM;
        let mut taken = self
            .left
            .wait_while(taken, is_full)
            .unwrap_or_else(PoisonError::into_inner);
        *taken += symbols;
        Taken {
            memory: self,
            symbols,
        }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut taken = self
            .memory
            .taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *taken -= self.symbols;
        drop(taken);
        self.memory.left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread, time::Duration};

    use super::*;

    #[test]
    fn what_does_not_fit_waits_until_the_other_has_left() {
        let memory = Memory::default();
        let short = memory.take(ROOM / 2);
        drop(memory.take(ROOM / 2));
        let (entered, has_entered) = mpsc::channel();

        thread::scope(|scope| {
            scope.spawn(|| {
                let _alone = memory.take(2 * ROOM);
                entered.send(()).unwrap();
            });
            let early = has_entered.recv_timeout(Duration::from_millis(100));
            assert!(early.is_err(), "it entered a room half full");
            drop(short);
            has_entered.recv_timeout(Duration::from_secs(20)).unwrap();
        });
    }
}
