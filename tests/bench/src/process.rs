//! What the kernel counts for a process. One that has ended counts nothing.

use std::{fs, time::Duration};

use wherecast_tests::World;

/// Kernel ticks in a second of processor time, the same on every Linux that Rust runs on.
const TICKS_PER_S: u64 = 100;

/// Every function of the system.
pub(crate) const FUNCTIONS: [&str; 5] = ["create", "status", "library", "generate", "sweep"];

/// What the processes of a system take together.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) processes: usize,
    /// What processes share, counted once.
    pub(crate) memory_kib: u64,
    pub(crate) open_files: usize,
}

impl Usage {
    /// Of the runner and every function.
    pub(crate) fn of(world: &World) -> Self {
        let mut processes = world.children();
        processes.push(world.runner());
        Self {
            processes: processes.len(),
            memory_kib: processes
                .iter()
                .map(|process| proportional_kib(*process))
                .sum(),
            open_files: processes.iter().map(|process| open_files(*process)).sum(),
        }
    }
}

/// A count of memory from `/proc/PID/status`: `VmRSS` is what it has now, `VmHWM` the most it has had.
pub(crate) fn memory_kib(process: u32, count: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(count)?.strip_prefix(':'));
    let number = line.unwrap_or_default().trim().trim_end_matches(" kB");
    number.parse().unwrap_or(0)
}

/// Processor time that the processes of one function have used so far, all threads.
pub(crate) fn cpu_time(world: &World, function: &str) -> Duration {
    world.processes(function).into_iter().map(cpu_time_of).sum()
}

/// Processor time that a process has used so far, all threads.
pub(crate) fn cpu_time_of(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in parentheses may hold anything; of what follows, utime and stime are the 12th and 13th.
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 1000 / TICKS_PER_S)
}

/// What a process has in memory, with its share of what it has in common with others.
pub(crate) fn proportional_kib(process: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    let number = line.unwrap_or_default().trim().trim_end_matches(" kB");
    number.parse().unwrap_or(0)
}

/// A process and all that it, and they, have started.
pub(crate) fn family(root: u32) -> Vec<u32> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let parents: Vec<(u32, u32)> = all
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|process| Some((process, parent(process)?)))
        .collect();
    let mut family = vec![root];
    let mut at = 0;
    while let Some(parent) = family.get(at).copied() {
        let children = parents.iter().filter(|(_, other)| *other == parent);
        family.extend(children.map(|(child, _)| child));
        at += 1;
    }
    family
}

fn parent(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(1)?.parse().ok()
}

fn open_files(process: u32) -> usize {
    fs::read_dir(format!("/proc/{process}/fd")).map_or(0, Iterator::count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_files_and_used_time() {
        let me = std::process::id();
        let begin = std::time::Instant::now();
        while cpu_time_of(me) < Duration::from_millis(20) {
            assert!(begin.elapsed() < Duration::from_secs(60), "no time counts");
        }

        assert!(memory_kib(me, "VmRSS") > 1000);
        assert!(memory_kib(me, "VmHWM") >= memory_kib(me, "VmRSS"));
        assert!(open_files(me) >= 3);
        assert!((1..=memory_kib(me, "VmHWM")).contains(&proportional_kib(me)));
        assert_eq!(family(me)[0], me);
    }

    #[test]
    fn a_process_that_is_gone_counts_nothing() {
        assert_eq!((memory_kib(0, "VmRSS"), open_files(0)), (0, 0));
        assert_eq!(cpu_time_of(0), Duration::ZERO);
    }
}
