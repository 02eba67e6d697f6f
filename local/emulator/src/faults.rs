//! Faults made on purpose, by people at the console and by tests.
//!
//! Everything that can be broken asks here, and asking costs one atomic load while nothing is broken.
use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::runtime::{Failure, FailureKind};

/// A handle to all faults in force. Clones are cheap and mean the same ones.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    disk_is_full: AtomicBool,
    /// Whether any function has a fault.
    any: AtomicBool,
    functions: Mutex<BTreeMap<String, FunctionFaults>>,
}

/// What is wrong with one function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FunctionFaults {
    /// How much longer than its work each invocation takes. Its timeout still holds.
    pub latency: Duration,
    /// How many of the next invocations fail without a run.
    pub failures: u32,
    /// Whether every invocation is throttled.
    pub is_paused: bool,
}

impl Faults {
    /// Puts `faults` in force for the function called `name`, in place of earlier ones.
    pub fn set(&self, name: &str, faults: FunctionFaults) {
        let mut functions = self.functions();
        if faults == FunctionFaults::default() {
            functions.remove(name);
        } else {
            functions.insert(name.to_owned(), faults);
        }
        self.inner
            .any
            .store(!functions.is_empty(), Ordering::Relaxed);
    }

    /// Returns what is wrong with the function called `name`.
    #[must_use]
    pub fn of(&self, name: &str) -> FunctionFaults {
        if !self.inner.any.load(Ordering::Relaxed) {
            return FunctionFaults::default();
        }
        self.functions().get(name).copied().unwrap_or_default()
    }

    /// Makes writes of the queues fail as on a full disk, or lets them through again.
    pub fn fill_disk(&self, is_full: bool) {
        self.inner.disk_is_full.store(is_full, Ordering::Relaxed);
    }

    /// Whether the disk counts as full.
    #[must_use]
    pub fn disk_is_full(&self) -> bool {
        self.inner.disk_is_full.load(Ordering::Relaxed)
    }

    /// Fails as a write to a full disk does.
    pub(crate) fn write(&self) -> io::Result<()> {
        if self.disk_is_full() {
            Err(io::ErrorKind::StorageFull.into())
        } else {
            Ok(())
        }
    }

    /// Returns how the next invocation of a function is to fail, if it is; a counted failure is used up.
    pub(crate) fn next_failure(&self, name: &str) -> Option<Failure> {
        if !self.inner.any.load(Ordering::Relaxed) {
            return None;
        }
        let mut functions = self.functions();
        let faults = functions.get_mut(name)?;
        if faults.is_paused {
            return Some(Failure::throttled());
        }
        faults.failures = faults.failures.checked_sub(1)?;
        Some(Failure::new(
            FailureKind::Reported,
            "Console.Fault",
            "this invocation was made to fail at the console",
        ))
    }

    fn functions(&self) -> MutexGuard<'_, BTreeMap<String, FunctionFaults>> {
        self.inner
            .functions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_counted_and_end() {
        let faults = Faults::default();
        let two = FunctionFaults {
            failures: 2,
            ..FunctionFaults::default()
        };
        faults.set("f", two);

        let kinds: Vec<_> = (0..3)
            .map(|_| faults.next_failure("f").map(|failure| failure.kind))
            .collect();

        assert_eq!(
            kinds,
            [
                Some(FailureKind::Reported),
                Some(FailureKind::Reported),
                None
            ]
        );
        assert!(faults.next_failure("g").is_none());
    }

    #[test]
    fn a_paused_function_is_throttled_until_it_goes_on() {
        let faults = Faults::default();
        faults.set(
            "f",
            FunctionFaults {
                is_paused: true,
                ..FunctionFaults::default()
            },
        );

        let while_paused = faults.next_failure("f").map(|failure| failure.kind);
        faults.set("f", FunctionFaults::default());

        assert_eq!(while_paused, Some(FailureKind::Throttled));
        assert!(faults.next_failure("f").is_none());
    }
}
