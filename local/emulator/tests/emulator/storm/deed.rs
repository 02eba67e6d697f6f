//! What a call in the storm makes its function do, and what may come of it.
use std::time::Duration;

use rand::{rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};

/// The timeout of functions that end by themselves, which takes some of them seconds on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The timeout of functions that are meant to reach it.
const SHORT_TIMEOUT: Duration = Duration::from_secs(5);

/// Name, timeout and what `PROBE_INIT` says.
pub(super) const FUNCTIONS: [(&str, Duration, &str); 4] = [
    ("Storm", TIMEOUT, ""),
    ("Endless", SHORT_TIMEOUT, ""),
    ("Broken", TIMEOUT, "exit"),
    ("Hung", SHORT_TIMEOUT, "stall"),
];

/// What a machine that is busy may add to any limit.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Deed {
    Answer,
    Fail,
    Exit,
    Abort,
    /// It runs beyond its timeout.
    Stall,
    /// It leaves a process of its own running.
    Orphan,
    /// It writes more to its log than a pipe holds.
    Flood,
    /// It answers with nearly as much as Lambda passes on.
    Large,
    TooLarge,
    /// The caller goes away.
    HangUp,
    InitExits,
    InitHangs,
}

impl Deed {
    /// How often each occurs.
    const WEIGHTS: [(Deed, u32); 12] = [
        (Deed::Answer, 600),
        (Deed::Fail, 50),
        (Deed::Exit, 75),
        (Deed::Abort, 75),
        (Deed::Stall, 15),
        (Deed::Orphan, 40),
        (Deed::Flood, 40),
        (Deed::Large, 10),
        (Deed::TooLarge, 10),
        (Deed::HangUp, 60),
        (Deed::InitExits, 20),
        (Deed::InitHangs, 5),
    ];

    pub(super) fn choose(random: &mut StdRng) -> Deed {
        let chosen = Deed::WEIGHTS.choose_weighted(random, |(_, weight)| *weight);
        chosen.expect("the weights are positive").0
    }

    pub(super) fn function(self) -> &'static str {
        match self {
            Deed::InitExits => "Broken",
            Deed::InitHangs => "Hung",
            Deed::Stall => "Endless",
            _ => "Storm",
        }
    }

    /// Returns the event of call `n`; `mark` is found in the command line of processes that outlive a run.
    pub(super) fn event(self, n: usize, mark: &str) -> Value {
        match self {
            Deed::Fail => json!({ "n": n, "do": "fail" }),
            Deed::Exit => json!({ "n": n, "do": "exit" }),
            Deed::Abort => json!({ "n": n, "do": "abort" }),
            Deed::Stall => json!({ "n": n, "sleep_ms": 3_600_000 }),
            Deed::Orphan => json!({ "n": n, "start": ["sleep", mark] }),
            Deed::Flood => json!({ "n": n, "log": "a line\n".repeat(30_000) }),
            Deed::Large => json!({ "n": n, "do": "fill", "fill_bytes": 5 << 20 }),
            Deed::TooLarge => json!({ "n": n, "do": "fill" }),
            Deed::HangUp => json!({ "n": n, "sleep_ms": 100 }),
            Deed::Answer | Deed::InitExits | Deed::InitHangs => json!({ "n": n }),
        }
    }

    /// Returns the time in which the caller must have an answer.
    pub(super) fn limit(self) -> Duration {
        PATIENCE
            + match self {
                // The init limit, then another start within the timeout.
                Deed::InitHangs => Duration::from_secs(10) + SHORT_TIMEOUT,
                Deed::Stall => SHORT_TIMEOUT,
                // Megabytes, in a debug build.
                Deed::Flood | Deed::Large | Deed::TooLarge => TIMEOUT,
                _ => Duration::ZERO,
            }
    }

    /// Whether the function means to answer.
    pub(super) fn succeeds(self) -> bool {
        matches!(
            self,
            Deed::Answer | Deed::Orphan | Deed::Flood | Deed::Large
        )
    }

    /// Whether call `n` may end with this answer.
    pub(super) fn fits(self, n: usize, failed: bool, answer: &Value) -> bool {
        let (kind, message) = (&answer["errorType"], &answer["errorMessage"]);
        let message = message.as_str().unwrap_or_default();
        // Whatever it was about to do: somebody may have killed its process.
        let was_killed = message.ends_with("Runtime exited with error: signal: killed")
            || message.ends_with("Runtime exited before it took the event");
        if failed && was_killed {
            return kind == "Runtime.ExitError";
        }
        match self {
            Deed::Large => {
                !failed
                    && answer["fill"]
                        .as_str()
                        .is_some_and(|fill| fill.len() == 5 << 20)
            }
            Deed::Answer | Deed::Orphan | Deed::Flood => !failed && answer["event"]["n"] == n,
            Deed::HangUp => false,
            _ if !failed => false,
            Deed::Fail => kind == "Probe",
            Deed::Exit => message.ends_with("exit status 3"),
            Deed::Abort => message.ends_with("signal: aborted"),
            Deed::Stall => kind == "Sandbox.Timedout",
            Deed::TooLarge => kind == "Function.ResponseSizeTooLarge",
            Deed::InitExits => message.ends_with("exit status 7"),
            Deed::InitHangs => kind == "Sandbox.Timedout",
        }
    }
}
