//! How questions are asked: by many browsers on a clock, or by clients without a pause.

use std::time::Duration;

use anyhow::Result;
use futures::future::join_all;
use tokio::time::{Instant, sleep_until};

use crate::latencies::Latencies;

/// How often a page asks how far its podcast is.
pub(crate) const POLL_EVERY: Duration = Duration::from_secs(2);

/// What came of many questions.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Of every question, answered or not.
    pub(crate) latencies: Latencies,
    pub(crate) errors: usize,
    /// The first error, to see what it is about.
    pub(crate) error: Option<String>,
}

/// Lets every browser ask on its clock: once each `every`, their clocks spread over that time.
///
/// A browser that waits for an answer does not ask, so a stall of 30 s is one long poll of each browser.
pub(crate) async fn browse<A>(
    browsers: impl IntoIterator<Item = A>,
    every: Duration,
    lasting: Duration,
) -> Asked
where
    A: AsyncFnMut() -> Result<()>,
{
    let browsers: Vec<A> = browsers.into_iter().collect();
    let begin = Instant::now();
    let apart = every / u32::try_from(browsers.len().max(1)).unwrap_or(u32::MAX);
    let clocks = (0..).map(|n| begin + apart * n);
    let asking = browsers
        .into_iter()
        .zip(clocks)
        .map(|(mut browser, first)| async move {
            let mut asked = Asked::default();
            let mut next = first;
            while next < begin + lasting {
                sleep_until(next).await;
                asked.time(&mut browser).await;
                while next <= Instant::now() {
                    next += every;
                }
            }
            asked
        });
    join_all(asking).await.into_iter().collect()
}

/// Lets every client ask anew as soon as it has its answer.
pub(crate) async fn hammer<A>(clients: impl IntoIterator<Item = A>, lasting: Duration) -> Asked
where
    A: AsyncFnMut() -> Result<()>,
{
    let end = Instant::now() + lasting;
    let asking = clients.into_iter().map(|mut client| async move {
        let mut asked = Asked::default();
        while Instant::now() < end {
            asked.time(&mut client).await;
        }
        asked
    });
    join_all(asking).await.into_iter().collect()
}

impl Asked {
    /// Asks one question.
    pub(crate) async fn time(&mut self, ask: &mut impl AsyncFnMut() -> Result<()>) {
        let begin = Instant::now();
        let answered = ask().await;
        self.latencies.add(begin.elapsed());
        if let Err(error) = answered {
            self.errors += 1;
            self.error.get_or_insert_with(|| format!("{error:#}"));
        }
    }

    /// Latencies and errors, for a row.
    pub(crate) fn cells(&self) -> impl Iterator<Item = String> {
        self.latencies
            .cells()
            .into_iter()
            .chain([self.errors.to_string()])
    }
}

impl FromIterator<Asked> for Asked {
    fn from_iter<T: IntoIterator<Item = Asked>>(all: T) -> Self {
        let mut sum = Self::default();
        for Asked {
            latencies,
            errors,
            error,
        } in all
        {
            sum.latencies.extend(latencies);
            sum.errors += errors;
            sum.error = sum.error.or(error);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use anyhow::bail;
    use tokio::time::sleep;

    use super::*;

    #[tokio::test]
    async fn each_browser_asks_once_a_period() {
        let browsers = (0..50).map(|_| async || Ok(()));

        let asked = browse(
            browsers,
            Duration::from_millis(100),
            Duration::from_millis(300),
        )
        .await;

        // A machine that is busy makes them miss a turn, never take one more.
        assert!((50..=150).contains(&asked.latencies.count()), "{asked:?}");
        assert_eq!(asked.errors, 0);
    }

    #[tokio::test]
    async fn a_browser_that_waits_does_not_ask() {
        let stall = async || {
            sleep(Duration::from_millis(200)).await;
            Ok(())
        };

        let asked = browse(
            [stall],
            Duration::from_millis(10),
            Duration::from_millis(300),
        )
        .await;

        // A busy machine may leave no time for the second.
        assert!((1..=2).contains(&asked.latencies.count()), "{asked:?}");
        assert!(asked.latencies.at(0.0) >= Duration::from_millis(200));
    }

    #[tokio::test]
    async fn an_error_is_counted_and_told() {
        let count = Cell::new(0);
        let ask = async || {
            count.set(count.get() + 1);
            sleep(Duration::from_millis(50)).await;
            if count.get() == 1 {
                bail!("busy")
            } else {
                Ok(())
            }
        };

        let asked = hammer([ask], Duration::from_millis(200)).await;

        assert_eq!((asked.errors, asked.error.as_deref()), (1, Some("busy")));
        assert_eq!(asked.latencies.count(), count.get());
    }
}
