//! Openings whose other half waits until the end.

mod books;
mod clues;
mod globe;
mod lists;

use super::Move;

pub(crate) use clues::recalls;

/// Every hook: skeletons are `opening --- close`.
pub fn hooks() -> impl Iterator<Item = &'static Move> {
    [books::MOVES, lists::MOVES, globe::MOVES]
        .into_iter()
        .flatten()
}
