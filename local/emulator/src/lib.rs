//! An emulator of AWS Lambda, its HTTP API and its queues, on one machine and without containers.
//!
//! It reads a SAM template and runs the built binaries as processes; it knows nothing about what they do.
//! Read [`Emulator::start`] first, then [`runtime`], then [`queue`].
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod asynchronous;
pub mod build_functions;
mod clock;
mod console;
mod emulator;
pub mod faults;
mod http;
pub mod journal;
pub mod queue;
mod reload;
mod reply;
pub mod runtime;
pub mod schedule;
mod taken;
pub mod template;
mod terminal;
mod trace;

pub use asynchronous::Asynchronous;
pub use clock::Clock;
pub use emulator::{Emulator, Options, Socket, StartError, base_url};
pub use http::{INTEGRATION_LIMIT, KeysError, Mount};
pub use reload::{Build, Built, Watch};
pub use terminal::{Echo, Terminal};
pub use trace::Trace;
