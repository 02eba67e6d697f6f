//! Starts the world for the suites: the real runner, the real functions, a folder of its own.
//!
//! [`World::start`] is the one way in. Nothing here knows how the system works inside; it speaks HTTP and signals.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say where"
)]

mod answer;
mod audio;
mod caller;
mod client;
mod database;
mod dose;
mod process;
mod template;
mod world;

pub use answer::Answer;
pub use audio::Audio;
pub use caller::Caller;
pub use client::Client;
pub use database::Database;
pub use dose::{cases, seeds, setting};
pub use process::said;
pub use template::template;
pub use world::{SOON, Start, World, binaries, binary, generate_body};
