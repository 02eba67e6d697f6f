//! Facts → a true dialogue of two hosts. Pure: no input or output.
//!
//! Read [`moves`] first: what can be said, and only with which facts. [`plan`] chooses, `draft`
//! puts the chosen lines in order, [`rubric`] checks every sentence against its facts.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod brief;
mod budget;
mod casting;
mod dialogue;
mod disputed;
mod draft;
mod figures;
mod ledger;
pub mod moves;
pub mod numbers;
mod phrases;
mod plan;
pub mod rubric;
mod seed;
mod skeleton;
mod theme;
mod topic;
pub mod wording;

pub use brief::{Brief, Refusal, check, compose};
pub use dialogue::{Chapter, Host, Script, Sentence, Support, Turn};
pub use theme::Theme;
