use super::Move;

pub(super) const MOVES: &[Move] = &[];
