//! What the workers say they did.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
};

use serde_json::Value;
use wherecast_tests::World;

/// What each attempt at each job did, by the request that it was.
pub(crate) struct Work {
    jobs: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

impl Work {
    /// Reads the log of the workers.
    ///
    /// A line is there before the work it tells of begins, or after it ended, and a process that is killed leaves
    /// its lines in the pipe. Only those of the last moment before the emulator was killed may be missing.
    pub(crate) fn read(world: &World) -> Self {
        let mut work = Self {
            jobs: BTreeMap::new(),
        };
        for name in ["Generate.log.1", "Generate.log"] {
            let path = world.data().join("logs").join(name);
            let text = fs::read(path).unwrap_or_default();
            for line in String::from_utf8_lossy(&text).lines() {
                // The emulator's own lines are no JSON, and a kill may have cut one short.
                if let Ok(line) = serde_json::from_str::<Value>(line) {
                    work.note(&line);
                }
            }
        }
        work
    }

    fn note(&mut self, line: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let unit = match line["message"].as_str() {
            Some("making a podcast") => None,
            Some("recording a line") => Some(text(&line["clip"])),
            Some(done @ ("facts gathered" | "script written" | "episode mastered")) => {
                Some(done.to_owned())
            }
            _ => return,
        };
        let attempts = self.jobs.entry(text(&line["podcast.id"])).or_default();
        let units = attempts
            .entry(text(&line["span"]["requestId"]))
            .or_default();
        units.extend(unit);
    }

    /// Returns each job with its attempts and how many units of work more than one of these did.
    pub(crate) fn repeats(&self) -> impl Iterator<Item = (&str, usize, usize)> {
        self.jobs.iter().map(|(id, attempts)| {
            let done: usize = attempts.values().map(BTreeSet::len).sum();
            let all: BTreeSet<_> = attempts.values().flatten().collect();
            (id.as_str(), attempts.len(), done - all.len())
        })
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (attempts, repeats) = self.repeats().fold((0, 0), |sum, (_, attempts, repeats)| {
            (sum.0 + attempts, sum.1 + repeats)
        });
        write!(f, "{attempts} attempts repeated {repeats} units of work")
    }
}
