//! The time that queues, schedules and retries go by: the wall clock's, and as much later as it was moved.
use std::{
    fs, io,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use jiff::Timestamp;
use tokio::sync::watch;

/// A wall clock may jump, so no sleep is longer than this before it looks at the time again.
const MAX_SLEEP: Duration = Duration::from_secs(60);

/// A century. The clock is never further ahead, so that times can be added to it without a thought.
const MAX_AHEAD: Duration = Duration::from_secs(100 * 365 * 86_400);

/// A clock that can be moved forward instead of waited for. Clones are cheap and mean the same clock.
///
/// A function's timeout and its deadline do not follow it: they are about work, which takes the time it takes.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// How far the clock is ahead of the wall clock.
    ahead: watch::Sender<Duration>,
    /// Where that is kept, in milliseconds.
    file: Option<PathBuf>,
}

impl Clock {
    /// Opens the clock that is kept in `file`, if one was ever moved there.
    ///
    /// It goes on from where it was moved to, because what was kept by its time would otherwise seem to come
    /// from the future, and wait for it.
    ///
    /// # Errors
    /// When the file cannot be read, or is not a clock's.
    pub fn open(file: PathBuf) -> io::Result<Clock> {
        let ahead = match fs::read_to_string(&file) {
            Ok(ahead_ms) => ahead_ms
                .trim()
                .parse()
                .map(Duration::from_millis)
                .map_err(|_| {
                    let reason = format!("{} holds no milliseconds; delete it", file.display());
                    io::Error::new(io::ErrorKind::InvalidData, reason)
                })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Duration::ZERO,
            Err(error) => return Err(error),
        };
        let clock = Clock {
            inner: Arc::new(Inner {
                ahead: watch::Sender::new(ahead.min(MAX_AHEAD)),
                file: Some(file),
            }),
        };
        Ok(clock)
    }

    /// Returns the time in milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        let wall = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        millis(wall + self.ahead())
    }

    /// Returns how far ahead of the wall clock it was moved.
    pub(crate) fn ahead(&self) -> Duration {
        *self.inner.ahead.borrow()
    }

    /// Waits until the time is `at_ms`. A clock that is moved meanwhile ends the wait as time itself would.
    pub async fn sleep_until_ms(&self, at_ms: u64) {
        let mut moves = self.inner.ahead.subscribe();
        loop {
            let left = Duration::from_millis(at_ms.saturating_sub(self.now_ms()));
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left.min(MAX_SLEEP)) => {}
                // The sender is this clock's own, so the channel is open.
                _ = moves.changed() => {}
            }
        }
    }

    /// Moves the clock forward by `time` and wakes who slept until then.
    pub fn advance(&self, time: Duration) {
        self.inner.ahead.send_modify(|ahead| {
            *ahead = ahead.saturating_add(time).min(MAX_AHEAD);
            // Before anybody sees the time, and with that before anything is kept by it.
            self.inner.keep(*ahead);
        });
    }
}

impl Inner {
    fn keep(&self, ahead: Duration) {
        let Some(file) = &self.file else {
            return;
        };
        // A file that is written in place could be found half written.
        let new = file.with_extension("new");
        let kept = fs::write(&new, millis(ahead).to_string()).and_then(|()| fs::rename(&new, file));
        if let Err(error) = kept {
            tracing::error!(%error, "{} cannot be written, so a restart sets the clock back: {error}", file.display());
        }
    }
}

/// Returns a time in milliseconds since 1970 as a timestamp; one that is too late for it is the last there is.
pub(crate) fn timestamp(at_ms: u64) -> Timestamp {
    let at_ms = i64::try_from(at_ms).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::MAX)
}

/// Returns a duration in whole milliseconds.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[tokio::test]
    async fn a_sleeper_wakes_when_its_hour_is_skipped_and_not_before() {
        let clock = Clock::default();
        let begin_ms = clock.now_ms();
        let sleeper = {
            let clock = clock.clone();
            tokio::spawn(async move { clock.sleep_until_ms(begin_ms + millis(2 * HOUR)).await })
        };

        clock.advance(HOUR);
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(HOUR);

        timeout(Duration::from_secs(10), sleeper)
            .await
            .expect("the sleeper wakes")
            .expect("the sleeper ends");
        assert!(clock.now_ms() >= begin_ms + millis(2 * HOUR));
    }

    #[tokio::test]
    async fn a_time_that_has_come_is_not_waited_for() {
        let clock = Clock::default();

        clock.sleep_until_ms(0).await;
        clock.sleep_until_ms(clock.now_ms()).await;
    }

    #[test]
    fn a_clock_that_was_moved_stays_moved_over_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("clock");
        let begin_ms = Clock::default().now_ms();

        Clock::open(file.clone())
            .expect("a new clock")
            .advance(HOUR);
        let clock = Clock::open(file.clone()).expect("the same clock");

        assert!((begin_ms + millis(HOUR)..begin_ms + millis(2 * HOUR)).contains(&clock.now_ms()));
        fs::write(&file, "noon").expect("a file");
        let refusal = Clock::open(file).expect_err("it is no clock").to_string();
        assert!(
            refusal.ends_with("clock holds no milliseconds; delete it"),
            "{refusal}"
        );
    }

    #[test]
    fn a_move_without_end_ends_after_a_century() {
        let clock = Clock::default();
        let begin_ms = clock.now_ms();

        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);

        let ahead_ms = clock.now_ms() - begin_ms;
        assert!((millis(MAX_AHEAD)..millis(MAX_AHEAD + HOUR)).contains(&ahead_ms));
    }
}
