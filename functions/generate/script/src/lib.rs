//! Facts → a true dialogue of two hosts. Pure: no input or output.

mod dialogue;

pub use dialogue::{Chapter, Host, Script, Sentence, Support, Turn};
