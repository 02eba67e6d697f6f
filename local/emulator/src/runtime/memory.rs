//! What a process and its children hold in memory, held against the function's memory size.
//!
//! Linux could enforce a limit itself, but not this one: `RLIMIT_AS` counts address space, which programs
//! reserve without using it, and control groups cannot be written everywhere. So the kernel's own counts are
//! read while a function runs, and its peak at the end.
use std::{fs, time::Duration};

use tokio::time::sleep;

/// How long a process may be beyond its limit before it is noticed; a reading costs some 20 µs.
const READ_EVERY: Duration = Duration::from_millis(100);

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

    pub(super) fn is_beyond(self, limit_mb: Option<u64>) -> bool {
        limit_mb.is_some_and(|limit_mb| self.held_mb > limit_mb)
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
        let me = std::process::id();
        let before = held_pages(me);
        let reserved: Vec<u8> = Vec::with_capacity(1 << 30);
        let used = vec![1u8; 64 << 20];

        let grown_mb = ((held_pages(me) - before) * PAGE_BYTES) >> 20;

        assert!((60..500).contains(&grown_mb), "{grown_mb} MB");
        assert!(Peak::of(me).is_beyond(Some(60)));
        assert!(!Peak::of(me).is_beyond(None));
        drop((reserved, used));
    }
}
