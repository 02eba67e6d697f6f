//! How long a script takes to speak, estimated.

use super::{reading, shape::length};
use crate::{Script, Sentence};

/// Speed of the voices at the moderate pace, pauses within a turn included.
pub const WORDS_PER_MINUTE: f64 = 165.0;
/// Silence after each turn; a question is answered sooner, see [`SECONDS_PER_QUESTION`].
pub const SECONDS_PER_TURN: f64 = 0.35;
/// Silence after a turn that ends with a question.
pub const SECONDS_PER_QUESTION: f64 = 0.25;
/// Silence before each chapter.
pub const SECONDS_PER_CHAPTER: f64 = 1.5;

/// How long so many words take to speak, with the silence after each turn.
pub fn seconds<'a>(turns: impl IntoIterator<Item = &'a [Sentence]>) -> f64 {
    let spoken = |turn: &[Sentence]| {
        let words = turn.iter().map(length).sum::<usize>() as f64;
        let asks = turn
            .last()
            .is_some_and(|sentence| sentence.text.ends_with('?'));
        words * 60.0 / WORDS_PER_MINUTE
            + if asks {
                SECONDS_PER_QUESTION
            } else {
                SECONDS_PER_TURN
            }
    };
    turns.into_iter().map(spoken).sum()
}

impl Script {
    /// How many words are spoken.
    pub fn words(&self) -> usize {
        self.sentences()
            .map(|sentence| reading::words(&sentence.text).len())
            .sum()
    }

    /// How long it will take to speak, estimated.
    pub fn seconds(&self) -> f64 {
        let turns = self
            .chapters
            .iter()
            .flat_map(|c| &c.turns)
            .map(|turn| turn.sentences.as_slice());
        seconds(turns) + self.chapters.len() as f64 * SECONDS_PER_CHAPTER
    }

    /// Every sentence in order.
    pub fn sentences(&self) -> impl Iterator<Item = &Sentence> {
        self.chapters
            .iter()
            .flat_map(|c| &c.turns)
            .flat_map(|t| &t.sentences)
    }
}
