//! Someone who polls every accepted job all the time, as its listener's page does.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use serde_json::Value;
use wherecast_tests::{Answer, Client};

use super::Violations;

/// The jobs that were accepted, and what was last seen of each. Clones are one and the same.
#[derive(Clone, Default)]
pub(crate) struct Book(Arc<Pages>);

#[derive(Default)]
struct Pages {
    jobs: Mutex<BTreeMap<String, Sight>>,
    keys: Mutex<BTreeMap<String, String>>,
    retries: AtomicUsize,
    polls: AtomicUsize,
    broken: AtomicUsize,
    is_calm: AtomicBool,
    is_over: AtomicBool,
}

/// What was last seen of a job.
#[derive(Clone, Default)]
pub(crate) struct Sight {
    progress: u64,
    status: String,
    /// All of it, from the moment that it was completed.
    pub(crate) episode: Option<Value>,
    pub(crate) life: Life,
}

/// What its customer wants of a podcast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Life {
    /// It shall be made.
    #[default]
    First,
    /// It is being deleted, or asked for anew: nobody knows yet whether that happened.
    Changing,
    /// It shall be made a second time.
    Second,
    /// It shall be gone for ever.
    Deleted,
}

/// All that was seen.
pub(crate) struct Seen {
    pub(crate) jobs: BTreeMap<String, Sight>,
    retries: usize,
    polls: usize,
    broken: usize,
}

/// The one who polls.
pub(crate) struct Witness {
    book: Book,
    thread: JoinHandle<()>,
}

impl Book {
    /// Notes the answer to a request; gives the one that the same request had before, if that was another.
    pub(crate) fn accept(&self, key: &str, id: &str) -> Option<String> {
        self.jobs().entry(id.to_owned()).or_default();
        let mut keys = self.0.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(key.to_owned(), id.to_owned())
            .filter(|before| before != id)
    }

    pub(crate) fn note_retry(&self) {
        self.0.retries.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.jobs().keys().cloned().collect()
    }

    /// Podcasts that nobody has changed, as far as they are wanted.
    pub(crate) fn unchanged(&self, is_wanted: impl Fn(&Sight) -> bool) -> Vec<String> {
        let jobs = self.jobs();
        let unchanged = jobs
            .iter()
            .filter(|(_, sight)| sight.life == Life::First && is_wanted(sight));
        unchanged.map(|(id, _)| id.clone()).collect()
    }

    pub(crate) fn begin_change(&self, id: &str) {
        self.live(id, Life::Changing);
    }

    pub(crate) fn delete(&self, id: &str) {
        self.live(id, Life::Deleted);
    }

    pub(crate) fn regenerate(&self, id: &str) {
        self.live(id, Life::Second);
    }

    /// Begins another life, of which nothing was seen yet.
    fn live(&self, id: &str, life: Life) {
        let sight = Sight {
            life,
            ..Sight::default()
        };
        self.jobs().insert(id.to_owned(), sight);
    }

    fn life(&self, id: &str) -> Life {
        self.jobs()
            .get(id)
            .map(|sight| sight.life)
            .unwrap_or_default()
    }

    fn jobs(&self) -> MutexGuard<'_, BTreeMap<String, Sight>> {
        self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Witness {
    pub(crate) fn start(client: Client, violations: Violations) -> Self {
        let book = Book::default();
        let watch = Watch {
            book: book.clone(),
            client,
            violations,
        };
        let thread = thread::spawn(move || watch.poll_until_over());
        Self { book, thread }
    }

    pub(crate) fn book(&self) -> Book {
        self.book.clone()
    }

    /// From now on every poll must be answered.
    pub(crate) fn calm(&self) {
        self.book.0.is_calm.store(true, Ordering::SeqCst);
    }

    /// How many jobs are not finished.
    pub(crate) fn unfinished(&self) -> usize {
        let jobs = self.book.jobs();
        jobs.values().filter(|sight| !sight.is_finished()).count()
    }

    /// Ends the polling.
    pub(crate) fn leave(self) -> Seen {
        self.book.0.is_over.store(true, Ordering::SeqCst);
        self.thread.join().expect("the witness does not panic");
        let pages = &self.book.0;
        Seen {
            jobs: self.book.jobs().clone(),
            retries: pages.retries.load(Ordering::Relaxed),
            polls: pages.polls.load(Ordering::Relaxed),
            broken: pages.broken.load(Ordering::Relaxed),
        }
    }
}

impl Sight {
    fn is_finished(&self) -> bool {
        self.status == "failed" || self.episode.is_some() || self.life == Life::Deleted
    }

    /// Whether a worker has it, and has begun.
    pub(crate) fn is_at_work(&self) -> bool {
        self.status == "processing" && self.progress > 0
    }

    /// Which making of it is to be in the end; none of a deleted one.
    pub(crate) fn generation(&self) -> Option<u32> {
        match self.life {
            Life::First => Some(1),
            Life::Second => Some(2),
            Life::Changing | Life::Deleted => None,
        }
    }

    /// Takes a newer sight in; gives what must not be.
    fn renew(&mut self, id: &str, state: &Value) -> Option<String> {
        let progress = state["progress"].as_u64().unwrap_or_default();
        let status = state["status"].as_str().unwrap_or_default();
        let message = &state["message"];
        let before = std::mem::replace(&mut self.status, status.to_owned());
        let reached = self.progress;
        self.progress = reached.max(progress);
        if progress < reached {
            return Some(format!("{id} went back from {reached} to {progress} %"));
        }
        match (before.as_str(), status) {
            ("completed", "completed") if message != "Your episode is ready" => {
                Some(format!("{id} was completed, and now says {message}"))
            }
            ("completed", "completed") | ("failed", "failed") => None,
            ("completed" | "failed", _) => Some(format!("{id} was {before}, and now is {status}")),
            (_, "failed") => Some(format!("{id} failed: {message}")),
            _ => None,
        }
    }
}

struct Watch {
    book: Book,
    client: Client,
    violations: Violations,
}

impl Watch {
    fn poll_until_over(&self) {
        while !self.book.0.is_over.load(Ordering::SeqCst) {
            for id in self.book.ids() {
                self.poll(&id);
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn poll(&self, id: &str) {
        let life = self.book.life(id);
        let Some(answer) = self.ask(&format!("/api/v1/podcasts/status/{id}")) else {
            return;
        };
        // What was asked before a change may be told after it.
        if self.book.life(id) != life {
            return;
        }
        match (life, answer.status) {
            (Life::Changing, _) | (Life::Deleted, 404) => {}
            (Life::Deleted, 200) => self
                .violations
                .add(format!("{id} was deleted, and is there again")),
            (_, 200) => self.note(id, life, &answer.json()),
            (_, 404) => self
                .violations
                .add(format!("{id} was accepted, and now is unknown")),
            _ => {}
        }
    }

    fn note(&self, id: &str, life: Life, state: &Value) {
        let (violation, is_news) = {
            let mut jobs = self.book.jobs();
            let Some(sight) = jobs.get_mut(id).filter(|sight| sight.life == life) else {
                return;
            };
            let violation = sight.renew(id, state);
            (
                violation,
                sight.status == "completed" && sight.episode.is_none(),
            )
        };
        if let Some(violation) = violation {
            self.violations.add(violation);
        }
        // A page goes there at once: it must all be there.
        if is_news && let Some(answer) = self.ask(&format!("/api/v1/podcasts/{id}")) {
            self.note_episode(id, life, &answer);
        }
    }

    fn note_episode(&self, id: &str, life: Life, answer: &Answer) {
        if answer.status != 200 {
            return;
        }
        let mut jobs = self.book.jobs();
        let Some(sight) = jobs.get_mut(id).filter(|sight| sight.life == life) else {
            return;
        };
        let episode = answer.json();
        for key in [
            "title",
            "script_content",
            "audio_url",
            "duration_seconds",
            "file_size_bytes",
            "completed_at",
        ] {
            if episode[key].is_null() {
                self.violations
                    .add(format!("{id} was completed without {key}"));
            }
        }
        sight.episode = Some(episode);
    }

    /// Asks; no answer, or a broken one, is what a kill costs, and nothing else may.
    fn ask(&self, path: &str) -> Option<Answer> {
        let was_calm = self.book.0.is_calm.load(Ordering::SeqCst);
        self.book.0.polls.fetch_add(1, Ordering::Relaxed);
        let reason = match self.client.try_ask("GET", path, &[], None) {
            Ok(answer) if answer.status < 500 => return Some(answer),
            Ok(answer) => {
                // The emulator tells of a killed function in words of its own. A function that answers itself was
                // not killed, and a page gives up for good at its first 5xx.
                if answer.header("content-type") == Some("application/problem+json") {
                    let violation =
                        format!("{path}: the function itself answered {}", answer.status);
                    self.violations.add(violation);
                }
                answer.status.to_string()
            }
            Err(error) => error.to_string(),
        };
        self.book.0.broken.fetch_add(1, Ordering::Relaxed);
        if was_calm {
            let violation = format!("{path} was answered with {reason} though nothing was killed");
            self.violations.add(violation);
        } else {
            thread::sleep(Duration::from_millis(20));
        }
        None
    }
}

impl Seen {
    /// What is to be there in the end, and which making of it.
    pub(crate) fn wanted(&self) -> impl Iterator<Item = (&str, u32)> {
        let jobs = self.jobs.iter();
        jobs.filter_map(|(id, sight)| Some((id.as_str(), sight.generation()?)))
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            retries,
            polls,
            broken,
            ..
        } = self;
        write!(
            f,
            "{polls} polls, {broken} broken by a kill, {retries} requests repeated"
        )
    }
}
