//! Whether a request is better served at once or by a process that is soon free.
//!
//! A process more lets a function do more at a time as long as it would wait for something else, a timer or a
//! disk. Where all processors are at work it only takes them from those that are at work already, and the more
//! there are, the longer all of them take. Lambda has a machine for each; here requests then wait a moment.
use std::{
    fs,
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// How long a request waits before it goes to one more process all the same, if none has just gone so.
const PATIENCE: Duration = Duration::from_millis(50);

/// How often requests that wait are looked at when nothing else happens, and one that has waited for too long goes
/// to one more process: after a moment in which the whole machine stood still, all of them have.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// How long a look at the processors holds good, and how far back it looks at least: the kernel counts in hundredths
/// of a second.
const LOOK_EVERY: Duration = Duration::from_millis(30);

/// How far back it looks at most. What was before tells nothing of now, and until the next look they count as busy:
/// so a crowd that comes after a quiet time does not start a process for each before the first is up.
const LOOK_BACK: Duration = Duration::from_secs(1);

/// The share of their time that the processors are to be busy at the most: with less of it to spare, some processes
/// of a function rest.
const BUSY: f64 = 0.9;

/// The gate that the requests of every function go through.
pub(super) struct Gate {
    processors: usize,
    look: Mutex<Look>,
}

/// How many processes of one function may be at work, as the last look at the processors told.
#[derive(Default)]
pub(super) struct Limit {
    most: usize,
    look: u64,
    /// When the last one went beyond it.
    beyond: Option<Instant>,
}

/// What was seen of the processors.
struct Look {
    number: u64,
    at: Instant,
    /// See [`spare_time`].
    spare: Option<Duration>,
    /// The share of their time that they were busy, 0 to 1.
    busy: f64,
}

impl Gate {
    pub(super) fn new() -> Gate {
        Gate {
            processors: thread::available_parallelism().map_or(1, usize::from),
            look: Mutex::new(Look {
                number: 0,
                at: Instant::now(),
                spare: spare_time(),
                busy: 1.0,
            }),
        }
    }

    /// Whether a request that has `waited` goes to one more process of a function, beside those that are at work.
    pub(super) fn is_open(&self, limit: &mut Limit, at_work: usize, waited: Duration) -> bool {
        // One more than there are processors, since some are on their way from one request to the next.
        if at_work <= self.processors {
            return true;
        }
        let (number, busy) = self.look();
        if number != limit.look {
            // As many as would keep the processors busy, if each of them goes on as it did.
            let most = at_work as f64 * BUSY / busy;
            (limit.most, limit.look) = (most as usize, number);
        }
        at_work < limit.most || waited >= PATIENCE && limit.let_beyond()
    }

    /// Returns the number of a look that still holds good, and how busy the processors were.
    fn look(&self) -> (u64, f64) {
        let mut look = self.look.lock().unwrap_or_else(PoisonError::into_inner);
        let since = look.at.elapsed();
        if since >= LOOK_EVERY {
            *look = look.next(spare_time(), since, self.processors);
        }
        (look.number, look.busy)
    }
}

impl Limit {
    /// Whether one may go beyond it now.
    fn let_beyond(&mut self) -> bool {
        let may_go = self.beyond.is_none_or(|last| last.elapsed() >= LOOK_AGAIN);
        if may_go {
            self.beyond = Some(Instant::now());
        }
        may_go
    }
}

impl Look {
    /// Returns what is seen `since` then. Where the kernel does not tell, nobody waits.
    fn next(&self, spare: Option<Duration>, since: Duration, processors: usize) -> Look {
        let all = since * processors as u32;
        let busy = match spare.zip(self.spare) {
            None => 0.0,
            Some(_) if since > LOOK_BACK => 1.0,
            Some((now, then)) => {
                let idle = now.saturating_sub(then).div_duration_f64(all);
                1.0 - idle.min(1.0)
            }
        };
        Look {
            number: self.number + 1,
            at: Instant::now(),
            spare,
            busy,
        }
    }
}

/// Returns for how long the processors have had nothing to do, or nothing urgent, since the machine started: all of
/// the machine's, so in a container that may use a few of many this nearly always grows, and nobody waits.
fn spare_time() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    spare_of(&stat)
}

/// Reads the first line of `/proc/stat`: user, nice, system, idle, iowait, … in hundredths of a second.
fn spare_of(stat: &str) -> Option<Duration> {
    let first = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = first
        .split_whitespace()
        .map_while(|number| number.parse().ok())
        .collect();
    let [_, nice, _, idle, iowait, ..] = ticks[..] else {
        return None;
    };
    Some(Duration::from_millis(10 * (nice + idle + iowait)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two processors that are this busy for the next hour.
    fn gate(busy: f64) -> Gate {
        let look = Look {
            number: 1,
            at: Instant::now() + Duration::from_secs(3600),
            spare: None,
            busy,
        };
        Gate {
            processors: 2,
            look: Mutex::new(look),
        }
    }

    /// How many of a crowd are let in while none is answered, with `at_work` before them.
    fn let_in(busy: f64, at_work: usize) -> usize {
        let (gate, mut limit) = (gate(busy), Limit::default());
        let is_open = |n: &usize| gate.is_open(&mut limit, at_work + n, Duration::ZERO);
        (0..1000).take_while(is_open).count()
    }

    /// How busy two processors were that had that much spare time then and have this much `since_ms` later.
    fn busy(then_ms: Option<u64>, now_ms: Option<u64>, since_ms: u64) -> f64 {
        let then = Look {
            number: 1,
            at: Instant::now(),
            spare: then_ms.map(Duration::from_millis),
            busy: 1.0,
        };
        let now = now_ms.map(Duration::from_millis);
        then.next(now, Duration::from_millis(since_ms), 2).busy
    }

    #[test]
    fn busy_processors_get_one_process_more_than_there_are_of_them() {
        assert_eq!(let_in(1.0, 0), 3);
        assert_eq!(let_in(1.0, 3), 0);
    }

    #[test]
    fn processors_with_time_to_spare_get_as_many_as_fill_it() {
        assert_eq!(let_in(0.45, 4), 4);
        assert_eq!(let_in(0.0, 4), 1000);
    }

    #[test]
    fn where_too_many_are_at_work_some_rest() {
        let mut limit = Limit::default();

        assert!(!gate(1.0).is_open(&mut limit, 10, Duration::ZERO));
        assert_eq!(limit.most, 9);
    }

    #[test]
    fn who_has_waited_for_long_is_let_in_one_at_a_time() {
        let mut limit = Limit::default();

        assert!(gate(1.0).is_open(&mut limit, 30, PATIENCE));
        assert!(limit.beyond.is_some());
        limit.beyond = Some(Instant::now() + Duration::from_secs(3600));
        assert!(!gate(1.0).is_open(&mut limit, 31, PATIENCE));
        limit.beyond = Some(Instant::now());
        thread::sleep(LOOK_AGAIN);
        assert!(gate(1.0).is_open(&mut limit, 31, PATIENCE));
    }

    #[test]
    fn processors_are_busy_as_far_as_they_were_not_idle() {
        assert_eq!(busy(Some(100), Some(100), 40), 1.0);
        assert_eq!(busy(Some(100), Some(160), 40), 0.25);
        assert_eq!(busy(Some(100), Some(999), 40), 0.0);
    }

    #[test]
    fn processors_that_nobody_has_looked_at_for_long_count_as_busy() {
        assert_eq!(busy(Some(100), Some(1_200_100), 600_000), 1.0);
    }

    #[test]
    fn where_the_kernel_does_not_tell_nobody_waits() {
        assert_eq!(busy(None, None, 40), 0.0);
        assert_eq!(busy(None, Some(100), 40), 0.0);
        assert_eq!(busy(Some(100), None, 40), 0.0);
    }

    #[test]
    fn time_for_what_is_not_urgent_counts_as_spare() {
        let stat = "cpu  93350 10778 9727 39819 444 0 281 1149 0 0\ncpu0 1 2 3 4 5 6 7 8 9 0\n";

        assert_eq!(spare_of(stat), Some(Duration::from_millis(510_410)));
        assert_eq!(spare_of("cpu  1 2"), None);
        assert!(spare_time().is_some());
    }
}
