//! Invocations that repeat, folded into one line now and then: a page that polls says nothing new.
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use emulator::journal::Origin;

use super::line::{self, Line};

/// How many of a kind are shown before the rest are folded.
const SHOWN: u32 = 3;

/// How often what was folded is summed up.
const EVERY: Duration = Duration::from_secs(10);

/// After this long without another one, the next of a kind is shown again.
const REST: Duration = Duration::from_secs(5);

/// What is alike: the function, who asks, and how it went.
type Kind = (String, String, String);

/// What has repeated.
#[derive(Default)]
pub(super) struct Folds {
    kinds: BTreeMap<Kind, Fold>,
}

struct Fold {
    shown: u32,
    what: String,
    times: Vec<Duration>,
    since: Instant,
    last: Instant,
}

/// What was folded.
pub(super) struct Summary {
    pub(super) function: String,
    pub(super) what: String,
    pub(super) outcome: String,
    pub(super) count: usize,
    pub(super) median: Duration,
    pub(super) longest: Duration,
}

impl Folds {
    /// Whether an invocation that has ended is shown by itself. If not, it is folded.
    pub(super) fn shows(&mut self, line: &Line<'_>) -> bool {
        let what = line::what(&line.asked.origin);
        let kind = (
            line.asked.function.clone(),
            kind(&line.asked.origin),
            line.outcome.plain(),
        );
        self.note(kind, &what, line.ended.took, Instant::now())
    }

    fn note(&mut self, kind: Kind, what: &str, took: Duration, now: Instant) -> bool {
        let fold = self.kinds.entry(kind).or_insert_with(|| Fold {
            shown: 0,
            what: what.to_owned(),
            times: Vec::new(),
            since: now,
            last: now,
        });
        fold.last = now;
        if fold.shown < SHOWN {
            fold.shown += 1;
            what.clone_into(&mut fold.what);
            return true;
        }
        if fold.times.is_empty() {
            fold.since = now;
        }
        fold.times.push(took);
        fold.what.truncate(common(&fold.what, what));
        false
    }

    /// Takes what is to be summed up now.
    pub(super) fn due(&mut self) -> Vec<Summary> {
        self.due_at(Instant::now())
    }

    /// Takes everything that has not been summed up.
    pub(super) fn rest(&mut self) -> Vec<Summary> {
        let folded = self.kinds.iter_mut().filter(|(_, f)| !f.times.is_empty());
        folded.map(|(kind, fold)| fold.sum_up(kind)).collect()
    }

    fn due_at(&mut self, now: Instant) -> Vec<Summary> {
        let mut due = Vec::new();
        self.kinds.retain(|kind, fold| {
            let is_over = now - fold.last > REST;
            if !fold.times.is_empty() && (is_over || now - fold.since > EVERY) {
                due.push(fold.sum_up(kind));
            }
            !is_over
        });
        due
    }
}

impl Fold {
    fn sum_up(&mut self, (function, _, outcome): &Kind) -> Summary {
        let mut times = std::mem::take(&mut self.times);
        times.sort_unstable();
        Summary {
            function: function.clone(),
            what: self.what.clone(),
            outcome: outcome.clone(),
            count: times.len(),
            median: times[times.len() / 2],
            longest: times[times.len() - 1],
        }
    }
}

/// Requests of one method to the same door are alike: their paths differ in ids.
fn kind(origin: &Origin) -> String {
    match origin {
        Origin::HttpApi { method, .. } => method.to_string(),
        Origin::FunctionUrl { method, .. } => format!("url {method}"),
        other => line::what(other),
    }
}

/// Returns how much of the beginning two paths share, up to a whole segment.
fn common(one: &str, other: &str) -> usize {
    if one == other {
        return one.len();
    }
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b);
    let length = same.count();
    one.as_bytes()[..length]
        .iter()
        .rposition(|byte| *byte == b'/')
        .map_or(0, |slash| slash + 1)
}

#[cfg(test)]
mod tests {
    use ureq::http::Method;

    use super::*;

    fn poll(folds: &mut Folds, path: &str, ms: u64, now: Instant) -> bool {
        let kind = ("status".to_owned(), "GET".to_owned(), "200".to_owned());
        folds.note(kind, path, Duration::from_millis(ms), now)
    }

    #[test]
    fn a_few_are_shown_and_the_rest_summed_up() {
        let (mut folds, begin) = (Folds::default(), Instant::now());

        let shown: Vec<bool> = (0..103)
            .map(|ms| poll(&mut folds, &format!("GET /status/{ms:03}"), ms, begin))
            .collect();

        assert!(shown[..3].iter().all(|shown| *shown));
        assert!(!shown[3..].iter().any(|shown| *shown));
        assert!(folds.due_at(begin + Duration::from_secs(1)).is_empty());
        let due = folds.due_at(begin + Duration::from_secs(11));
        assert_eq!(due.len(), 1);
        assert_eq!((due[0].count, due[0].what.as_str()), (100, "GET /status/"));
        assert_eq!(due[0].longest, Duration::from_millis(102));
    }

    #[test]
    fn requests_to_the_api_and_to_a_function_url_are_not_alike() {
        let (method, path) = (Method::GET, "/a".to_owned());
        let url = Origin::FunctionUrl {
            method: method.clone(),
            path: path.clone(),
        };

        assert_ne!(kind(&Origin::HttpApi { method, path }), kind(&url));
    }

    #[test]
    fn after_a_rest_the_next_is_shown_again() {
        let (mut folds, begin) = (Folds::default(), Instant::now());
        for _ in 0..4 {
            poll(&mut folds, "GET /a", 1, begin);
        }

        assert_eq!(folds.due_at(begin + Duration::from_secs(6)).len(), 1);

        assert!(poll(
            &mut folds,
            "GET /a",
            1,
            begin + Duration::from_secs(7)
        ));
    }
}
