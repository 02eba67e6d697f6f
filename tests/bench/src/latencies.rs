use std::time::Duration;

/// How long each of many answers took, in the order they came: to count one more must cost nothing.
#[derive(Debug, Default, Clone)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    /// The columns that [`Latencies::cells`] fills.
    pub(crate) const COLUMNS: [&str; 5] = ["n", "p50 ms", "p90 ms", "p99 ms", "max ms"];

    pub(crate) fn add(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The latency that this share of answers did not exceed (nearest rank); zero where there is none.
    pub(crate) fn at(&self, share: f64) -> Duration {
        let rank = (share * self.0.len() as f64).ceil() as usize;
        let mut all = self.0.clone();
        match all.is_empty() {
            true => Duration::ZERO,
            false => *all.select_nth_unstable(rank.max(1) - 1).1,
        }
    }

    pub(crate) fn max(&self) -> Duration {
        self.at(1.0)
    }

    /// One row's worth of figures, see [`Latencies::COLUMNS`].
    pub(crate) fn cells(&self) -> [String; 5] {
        let [p50, p90, p99, max] = [0.5, 0.9, 0.99, 1.0].map(|share| ms(self.at(share)));
        [self.count().to_string(), p50, p90, p99, max]
    }
}

impl Extend<Duration> for Latencies {
    fn extend<T: IntoIterator<Item = Duration>>(&mut self, more: T) {
        self.0.extend(more);
    }
}

impl IntoIterator for Latencies {
    type Item = Duration;
    type IntoIter = std::vec::IntoIter<Duration>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<Duration> for Latencies {
    fn from_iter<T: IntoIterator<Item = Duration>>(all: T) -> Self {
        let mut latencies = Self::default();
        latencies.extend(all);
        latencies
    }
}

/// Milliseconds with three significant digits or so.
pub(crate) fn ms(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1e3;
    match ms {
        0.0..1.0 => format!("{ms:.3}"),
        1.0..10.0 => format!("{ms:.2}"),
        10.0..100.0 => format!("{ms:.1}"),
        _ => format!("{ms:.0}"),
    }
}

/// How many times `this` is of `that`, as text.
pub(crate) fn ratio(this: Duration, that: Duration) -> String {
    match times(this, that) {
        times if times >= 100.0 => format!("{times:.0}x"),
        times if times >= 10.0 => format!("{times:.1}x"),
        times => format!("{times:.2}x"),
    }
}

/// How many times `this` is of `that`.
pub(crate) fn times(this: Duration, that: Duration) -> f64 {
    this.as_secs_f64() / that.as_secs_f64().max(1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(last: u64) -> Latencies {
        (1..=last).rev().map(Duration::from_millis).collect()
    }

    #[test]
    fn a_share_is_a_latency_that_was_measured() {
        let hundred = to(100);

        assert_eq!(hundred.at(0.5), Duration::from_millis(50));
        assert_eq!(hundred.at(0.99), Duration::from_millis(99));
        assert_eq!(hundred.max(), Duration::from_millis(100));
        assert_eq!(to(3).at(0.99), Duration::from_millis(3));
        assert_eq!(to(1).at(0.0), Duration::from_millis(1));
        assert_eq!(to(0).max(), Duration::ZERO);
    }

    #[test]
    fn it_makes_no_difference_in_which_order_they_come() {
        let mut one_by_one = Latencies::default();
        for ms in [3, 1, 2] {
            one_by_one.add(Duration::from_millis(ms));
        }

        assert_eq!(one_by_one.cells(), to(3).cells());
    }

    #[test]
    fn figures_have_about_three_digits() {
        let shown = [20, 4_321, 43_210, 30_000_000].map(|us| ms(Duration::from_micros(us)));

        assert_eq!(shown, ["0.020", "4.32", "43.2", "30000"]);
    }
}
