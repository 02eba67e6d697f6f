//! How much random testing is done, and with which seeds.

use std::{env, str::FromStr};

/// `WHERECAST_SEEDS` seeds, or else one, from `WHERECAST_SEED` on, or else from 1.
pub fn seeds() -> impl Iterator<Item = u64> {
    let first = setting("WHERECAST_SEED").unwrap_or(1);
    let count: u64 = setting("WHERECAST_SEEDS").unwrap_or(1);
    first..first + count
}

/// How many random cases each property gets: `WHERECAST_CASES`, or else `usual`.
pub fn cases(usual: u32) -> u32 {
    setting("WHERECAST_CASES").unwrap_or(usual)
}

/// What the environment sets.
///
/// # Panics
/// When it is set to something that does not fit.
pub fn setting<T: FromStr>(name: &str) -> Option<T> {
    let text = env::var(name).ok()?;
    let value = text.parse();
    Some(value.unwrap_or_else(|_| panic!("{name} must be a number, not {text:?}")))
}
