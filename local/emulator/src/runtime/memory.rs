//! What a process and its children hold in memory, held against the function's memory size.
//!
//! Linux could enforce a limit itself, but not this one: `RLIMIT_AS` counts address space, which programs
//! reserve without using it, and control groups cannot be written everywhere. So the kernel's own counts are
//! read while a function runs, and its peak at the end.
use std::{fs, time::Duration};

use tokio::time::{Instant, sleep};

/// How long a process may be beyond its limit before it is noticed; a reading costs some 20 µs.
const READ_EVERY: Duration = Duration::from_millis(100);

/// How old a reading of the peak may be. Runs that are shorter share one: it takes the kernel as long as them.
const FRESH: Duration = Duration::from_millis(5);

/// More than any process comes to hold in a millisecond, as memory has to be written to be held.
const MOST_GROWTH_MB_PER_MS: u64 = 32;

const PAGE_BYTES: u64 = 4096;

/// Ends when `process` and its children hold more than `limit_mb`; with no limit never.
pub(super) async fn outgrown(process: u32, limit_mb: Option<u64>) {
    let Some(limit_mb) = limit_mb else {
        return std::future::pending().await;
    };
    loop {
        sleep(READ_EVERY).await;
        if held_pages(process) * PAGE_BYTES > limit_mb << 20 {
            return;
        }
    }
}

/// Reads the peak of one process, and its limit.
pub(super) struct Gauge {
    process: u32,
    limit_mb: Option<u64>,
    read: Option<(Instant, Peak)>,
}

impl Gauge {
    pub(super) fn new(process: u32, limit_mb: Option<u64>) -> Gauge {
        Gauge {
            process,
            limit_mb,
            read: None,
        }
    }

    /// Returns the peak up to now, or up to a moment ago if the limit is out of reach since then.
    pub(super) fn peak(&mut self) -> Peak {
        match self.read {
            Some((at, peak)) if self.still_tells(at.elapsed(), peak) => peak,
            _ => self.read_now(),
        }
    }

    /// Whether `peak` was more than the limit allows.
    pub(super) fn is_beyond(&self, peak: Peak) -> bool {
        self.limit_mb
            .is_some_and(|limit_mb| peak.held_mb > limit_mb)
    }

    fn read_now(&mut self) -> Peak {
        let peak = Peak::of(self.process);
        self.read = Some((Instant::now(), peak));
        peak
    }

    fn still_tells(&self, age: Duration, peak: Peak) -> bool {
        let most_growth_mb = MOST_GROWTH_MB_PER_MS * (age.as_millis() as u64 + 1);
        let reachable = Peak {
            held_mb: peak.held_mb + most_growth_mb,
            ..peak
        };
        age < FRESH && !self.is_beyond(reachable)
    }
}

/// The most that a process has had, from the kernel's own count.
#[derive(Clone, Copy)]
pub(super) struct Peak {
    pub(super) resident_mb: u64,
    /// Without the pages of files, which the kernel may take back at any time.
    held_mb: u64,
}

impl Peak {
    /// Reads the peak of `process` up to now; all zero when the process is gone.
    pub(super) fn of(process: u32) -> Peak {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let peak_kb = field_kb(&status, "VmHWM:");
        Peak {
            resident_mb: peak_kb.div_ceil(1024),
            held_mb: peak_kb
                .saturating_sub(field_kb(&status, "RssFile:"))
                .div_ceil(1024),
        }
    }
}

/// Returns what `process` has in memory now, in MB; 0 when it is gone.
pub(super) fn resident_mb(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    field_kb(&status, "VmRSS:").div_ceil(1024)
}

fn field_kb(status: &str, field: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let number = line.unwrap_or_default().trim().trim_end_matches(" kB");
    number.parse().unwrap_or_default()
}

/// Counts the pages of a process and all its descendants that no file backs.
fn held_pages(process: u32) -> u64 {
    let statm = fs::read_to_string(format!("/proc/{process}/statm")).unwrap_or_default();
    let mut fields = statm.split(' ').skip(1).map(|field| field.parse::<u64>());
    let (resident, shared) = match (fields.next(), fields.next()) {
        (Some(Ok(resident)), Some(Ok(shared))) => (resident, shared),
        _ => return 0,
    };
    resident.saturating_sub(shared) + children(process).into_iter().map(held_pages).sum::<u64>()
}

fn children(process: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{process}/task"));
    let threads = threads.into_iter().flatten().flatten();
    threads
        .flat_map(|thread| {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            let numbers = children.split_ascii_whitespace();
            numbers
                .filter_map(|number| number.parse().ok())
                .collect::<Vec<u32>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_used_is_counted_and_address_space_is_not() {
        // In a process of its own: other tests have memory and children, too.
        crate::runtime::run_alone("runtime::memory::tests::what_is_used_and_what_is_not");
    }

    #[test]
    #[ignore = "run by the test before, as it counts all the memory of its process"]
    fn what_is_used_and_what_is_not() {
        let me = std::process::id();
        let before = held_pages(me);
        let reserved: Vec<u8> = Vec::with_capacity(1 << 30);
        let used = vec![1u8; 64 << 20];

        let grown_mb = ((held_pages(me) - before) * PAGE_BYTES) >> 20;

        assert!((60..500).contains(&grown_mb), "{grown_mb} MB");
        let is_beyond = |limit_mb| {
            let mut gauge = Gauge::new(me, limit_mb);
            let peak = gauge.peak();
            gauge.is_beyond(peak)
        };
        assert!(is_beyond(Some(60)));
        assert!(!is_beyond(None));
        drop((reserved, used));
    }

    #[test]
    fn a_reading_tells_no_more_once_it_is_old_or_the_limit_is_within_reach() {
        let gauge = Gauge::new(1, Some(128));
        let unlimited = Gauge::new(1, None);
        let peak = |held_mb| Peak {
            resident_mb: held_mb + 4,
            held_mb,
        };
        let ms = Duration::from_millis;

        assert!(gauge.still_tells(ms(1), peak(10)));
        assert!(!gauge.still_tells(ms(4), peak(10)));
        assert!(!gauge.still_tells(ms(0), peak(100)));
        assert!(unlimited.still_tells(ms(4), peak(100)));
        assert!(!unlimited.still_tells(ms(5), peak(1)));
    }
}
