//! The storage module: every SQL statement of Wherecast, and the only code that names libsql.
//!
//! One function per question, each a method of [`Storage`]. What a podcast is and which moves its
//! status may make is told by the `podcast` crate; what to do with an answer is for the caller.
//! Read `migrations/0001_podcasts.sql` for the tables, `open` for how connections are set up and
//! why, then `lease` for how a worker is kept from writing once its time is over.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod accept;
mod config;
mod discard;
mod error;
mod lease;
mod library;
mod migrations;
mod open;
mod row;
mod sweep;
#[cfg(test)]
mod tests;

pub use accept::{Accepted, Idempotency, NewPodcast};
pub use config::{Config, ConfigError};
pub use error::StorageError;
pub use lease::{Claim, Completion, Job, LEASE, Lease, MAX_ATTEMPTS};
pub use library::{Cursor, CursorError, Page, Start};
pub use open::{Access, Storage};
pub use row::{Detail, Podcast, StatusReport};
pub use sweep::{Discarded, Stranded, WalCheckpoint};
