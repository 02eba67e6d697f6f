use std::{fmt, fs, num::NonZero, path::Path, thread};

use anyhow::{Context, Result};
use jiff::Timestamp;

/// More load than this before the first measurement, and figures are not to be quoted.
const QUIET: f64 = 0.5;

/// Where and when figures were taken.
pub(crate) struct Machine {
    cores: usize,
    cpu: String,
    memory_gib: f64,
    profile: &'static str,
    /// Of temporary folders: what a durable commit costs is theirs to say.
    file_system: String,
    load: f64,
    at: Timestamp,
}

impl Machine {
    pub(crate) fn look() -> Result<Self> {
        let load = read("/proc/loadavg")?;
        Ok(Self {
            cores: thread::available_parallelism().map_or(1, NonZero::get),
            cpu: field(&read("/proc/cpuinfo")?, "model name")
                .unwrap_or_else(|| "unknown".to_owned()),
            memory_gib: memory_gib(&read("/proc/meminfo")?),
            profile: if cfg!(debug_assertions) {
                "debug"
            } else {
                "release"
            },
            file_system: file_system(&std::env::temp_dir(), &read("/proc/mounts")?),
            load: load
                .split_whitespace()
                .next()
                .and_then(|load| load.parse().ok())
                .unwrap_or(0.0),
            at: Timestamp::now(),
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}; {} cores of {}; {:.0} GiB; {} profile; temporary folders on {}; load {:.1} before",
            self.at.strftime("%Y-%m-%d %H:%M UTC"),
            self.cores,
            self.cpu,
            self.memory_gib,
            self.profile,
            self.file_system,
            self.load,
        )?;
        match self.load > QUIET {
            true => write!(f, ": NOISY, others are at work here"),
            false => Ok(()),
        }
    }
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {path}"))
}

fn field(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn memory_gib(meminfo: &str) -> f64 {
    let total = field(meminfo, "MemTotal").unwrap_or_default();
    let kib: f64 = total.trim_end_matches(" kB").parse().unwrap_or(0.0);
    kib / f64::from(1 << 20)
}

/// The type of the file system with the longest mount point above `folder`.
fn file_system(folder: &Path, mounts: &str) -> String {
    let mount = |line: &str| {
        let mut words = line.split_whitespace().skip(1).map(str::to_owned);
        Some((words.next()?, words.next()?))
    };
    let above = mounts
        .lines()
        .filter_map(mount)
        .filter(|(point, _)| folder.starts_with(point));
    // The last mounted covers the others of the same point.
    let nearest = above.max_by_key(|(point, _)| point.len());
    nearest.map_or_else(|| "unknown".to_owned(), |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_on_the_nearest_file_system() {
        let mounts = "dev / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\ntmpfs /tmpx xfs rw 0 0\n";

        assert_eq!(file_system(Path::new("/tmp/a"), mounts), "tmpfs");
        assert_eq!(file_system(Path::new("/home"), mounts), "ext4");
        assert_eq!(file_system(Path::new("/home"), ""), "unknown");
    }

    #[test]
    fn a_machine_says_what_it_is() {
        let shown = Machine::look().unwrap().to_string();

        assert!(shown.contains(" cores of "), "{shown}");
        assert!(!shown.contains("unknown"), "{shown}");
    }
}
