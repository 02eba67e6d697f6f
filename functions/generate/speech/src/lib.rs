//! A line of dialogue → samples, spoken by an embedded neural voice.
//!
//! Text goes through four steps, one module each: [`normalise`] turns numbers, units and abbreviations into words,
//! [`sentences`] splits a turn, [`pronounce`] finds the sounds of every word, and [`engine`] speaks them. `voice.rs`
//! ties them together: read it first. The only crate that names rten. No input or output besides reading the voice
//! files at the start; what is said, and by whom, is decided elsewhere.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod engine;
mod files;
mod letters;
mod normalise;
mod pronounce;
mod sentences;
mod sound;
mod symbols;
mod voice;

pub use files::FileError;
pub use voice::{Speaker, Voice, VoiceError};

/// Samples a second of everything this crate returns; one channel.
pub const SAMPLE_RATE_HZ: u32 = 24_000;
