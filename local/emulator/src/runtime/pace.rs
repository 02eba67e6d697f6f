//! Whether a request that waits is served sooner by an environment that is busy or by a new one.

use std::time::Duration;

/// How much of a mean each new value is.
const WEIGHT: u32 = 8;

/// How long a function's environments take, on the average of the last few times.
#[derive(Default)]
pub(super) struct Pace {
    /// From taking a request until asking for the next.
    turn: Option<Duration>,
    /// From its start until an environment asks for its first request.
    start: Option<Duration>,
}

impl Pace {
    pub(super) fn took_a_turn(&mut self, took: Duration) {
        note(&mut self.turn, took);
    }

    pub(super) fn started(&mut self, took: Duration) {
        note(&mut self.start, took);
    }

    /// Whether the last of `waiting` requests is likely to be taken by one of `alive` environments before a new
    /// one would be up; `false` as long as nobody knows.
    pub(super) fn is_sooner_free(&self, waiting: usize, alive: usize) -> bool {
        let (Some(turn), Some(start)) = (self.turn, self.start) else {
            return false;
        };
        let turns = u32::try_from(waiting.div_ceil(alive.max(1))).unwrap_or(u32::MAX);
        turn.saturating_mul(turns) < start
    }
}

fn note(mean: &mut Option<Duration>, value: Duration) {
    *mean = Some(match *mean {
        Some(mean) => (mean * (WEIGHT - 1) + value) / WEIGHT,
        None => value,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn nobody_waits_for_what_is_not_known() {
        let mut pace = Pace::default();
        assert!(!pace.is_sooner_free(1, 4));
        pace.started(10 * MS);
        assert!(!pace.is_sooner_free(1, 4));
    }

    #[test]
    fn short_turns_are_waited_for_and_long_ones_are_not() {
        let mut pace = Pace::default();
        pace.started(10 * MS);
        pace.took_a_turn(MS);

        assert!(pace.is_sooner_free(36, 4));
        assert!(!pace.is_sooner_free(40, 4));

        (0..16).for_each(|_| pace.took_a_turn(300 * MS));
        assert!(!pace.is_sooner_free(1, 4));
    }
}
