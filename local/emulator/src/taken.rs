//! How long to wait for what another emulator still has, a port or a file: two seconds.
//!
//! A child that one starts as it is killed holds its sockets and its locks until the child gets to run, and ends.
//! Tries are counted, not time: a machine that stands still costs one.
use std::time::Duration;

/// How often it is tried to take it.
pub(crate) const TRIES: u32 = 100;

/// How long after one try the next one comes.
pub(crate) const TRY_AGAIN_AFTER: Duration = Duration::from_millis(20);
