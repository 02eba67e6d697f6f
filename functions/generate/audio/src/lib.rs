//! Samples → a mastered, tagged, chaptered MP3.
//!
//! The way of a programme: [`resample`] to 44.1 kHz, [`level`] to the target loudness under a
//! true-peak ceiling, [`encode`] with LAME, decode again to measure what a listener gets, then [`tag`].
//! Nothing here knows about places, jobs or storage.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cover;
mod encode;
mod level;
mod master;
mod resample;
mod tag;

use thiserror::Error;

pub use cover::cover;
pub use master::{Mastered, TARGET_LUFS, TRUE_PEAK_CEILING_DBTP, master};
pub use tag::{ChapterMark, Tags};

/// Sample rate of the programme handed to [`master()`], in Hz.
pub const PROGRAMME_RATE_HZ: u32 = 24_000;
/// Sample rate of the encoded episode, in Hz.
pub const EPISODE_RATE_HZ: u32 = 44_100;

/// Why an episode could not be mastered. None of these passes by trying again.
#[derive(Debug, Error)]
pub enum AudioError {
    /// The programme has no sound in it, so there is no loudness to bring to the target.
    #[error("the programme is silent")]
    Silent,
    /// The resampler refused the programme.
    #[error("cannot resample the programme: {0}")]
    Resample(String),
    /// The loudness meter refused the samples.
    #[error("cannot measure the loudness")]
    Measure(#[from] ebur128::Error),
    /// LAME refused its settings or the samples.
    #[error("cannot encode the episode: {0}")]
    Encode(String),
    /// The encoded episode does not decode.
    #[error("the encoded episode does not decode")]
    Decode(#[from] symphonia::core::errors::Error),
    /// The tags do not fit into an ID3 header.
    #[error("cannot write the tags")]
    Tag(#[from] id3::Error),
    /// The cover could not be drawn.
    #[error("cannot draw the cover: {0}")]
    Cover(String),
}
