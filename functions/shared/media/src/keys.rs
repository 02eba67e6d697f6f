//! The names of what is stored, in one place.

use std::fmt::Display;

/// The published audio of one generation of a podcast.
///
/// A generation never overwrites another's: a player that holds the old URL keeps hearing the old episode.
pub fn episode(podcast_id: impl Display, generation: impl Display) -> String {
    format!("episodes/{podcast_id}/{generation}.mp3")
}

/// Everything that lies around only while a generation is made.
pub fn work(podcast_id: impl Display, generation: impl Display) -> String {
    format!("work/{podcast_id}/{generation}")
}

/// One spoken clip: mono 32-bit float samples, little-endian, named by the hash of what was asked for.
pub fn clip(podcast_id: impl Display, generation: impl Display, hash: &str) -> String {
    format!("{}/clips/{hash}.f32", work(podcast_id, generation))
}

/// The mastered episode before it is published, named by the hash of its bytes.
pub fn mastered(podcast_id: impl Display, generation: impl Display, sha256: &str) -> String {
    format!("{}/{sha256}.mp3", work(podcast_id, generation))
}
