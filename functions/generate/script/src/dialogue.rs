use places::Fact;
use serde::{Deserialize, Serialize};

/// A finished dialogue, ready to be spoken, with everything needed to check it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Script {
    /// Title of the episode, e.g. `Paris: half a name`.
    pub title: String,
    /// One or two sentences for a library page.
    pub description: String,
    /// Three to six chapters, in order.
    pub chapters: Vec<Chapter>,
    /// The facts cited, each once, in order of first mention.
    pub facts: Vec<Fact>,
    /// What the listener should know: that it came out shorter than asked, and why.
    pub note: Option<String>,
    /// The moves used, in order, for the listener's memory and the corpus checks.
    pub moves: Vec<String>,
}

/// A chapter with its heading (shown, never spoken).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chapter {
    /// Heading, e.g. `Left is south`.
    pub title: String,
    /// The dialogue.
    pub turns: Vec<Turn>,
}

/// One host speaking until the other does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Who speaks.
    pub host: Host,
    /// What is said.
    pub sentences: Vec<Sentence>,
}

/// The two voices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "they have no other names")]
pub enum Host {
    A,
    B,
}

/// One sentence and what it stands on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sentence {
    /// The words as they are spoken: numbers spelled out, no abbreviations.
    pub text: String,
    /// What it stands on.
    pub support: Support,
}

/// Why a sentence may be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// The ids of the facts behind it; never empty.
    Facts(Vec<String>),
    /// It claims nothing: a question, a hinge between two claims.
    NoClaim,
    /// It says that an artificial voice reads a generated script.
    Disclosure,
    /// It speaks of our own sources, and can be checked by counting them: what is absent.
    Absence(String),
}
