//! How much random testing is done, and with which seeds.

use std::env;

/// The seeds of `WHERECAST_SEEDS`, such as `7` or `1,2,3`; one fixed seed when it is not set.
///
/// # Panics
/// When one is not a number.
pub fn seeds() -> Vec<u64> {
    let seeds = env::var("WHERECAST_SEEDS").unwrap_or_else(|_| "1".to_owned());
    let read = |seed: &str| seed.trim().parse().expect("a seed is a number");
    seeds.split(',').map(read).collect()
}

/// How many random cases each property gets: `WHERECAST_CASES`, or else `usual`.
///
/// # Panics
/// When it is not a number.
pub fn cases(usual: u32) -> u32 {
    env::var("WHERECAST_CASES").map_or(usual, |cases| cases.parse().expect("a number of cases"))
}
