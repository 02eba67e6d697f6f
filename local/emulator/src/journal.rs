//! What has run: a bounded record of every invocation and attempt, and news of each as it happens.
//!
//! It is kept in memory alone and shares the bodies with whoever asked, so it costs an invocation two short
//! locks and no copy. A function that is called often cannot push out what is known of one called rarely.
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Method, StatusCode};
use jiff::Timestamp;
use tokio::sync::broadcast;

use crate::{
    reply,
    runtime::{Failure, FailureKind, Invocation},
};

/// How many ended invocations of one function are kept.
const KEPT_PER_FUNCTION: usize = 1_000;

/// How much all that is kept may weigh; the oldest go first.
const KEPT_BYTES: usize = 32 << 20;

/// What an entry weighs beside its bodies, roughly.
const ENTRY_BYTES: usize = 600;

/// An answer that is larger is not searched for its HTTP status.
const STATUS_BYTES: usize = 64 << 10;

/// How many pieces of news wait for a listener; one that is slower misses the oldest.
const NEWS: usize = 1_024;

/// Who asked for an invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A request that met a route of the HTTP API.
    HttpApi {
        /// The request's method.
        method: Method,
        /// The request's path, as it was sent.
        path: String,
    },
    /// A request to a function URL.
    FunctionUrl {
        /// The request's method.
        method: Method,
        /// The request's path behind the function's name.
        path: String,
    },
    /// A caller of the Invoke API who waits for the answer.
    Invoke {
        /// What the caller tells of itself, for the function: a JSON object in one line of ASCII.
        client_context: Option<String>,
    },
    /// A caller of the Invoke API who does not.
    Asynchronous {
        /// 1 for the first, 2 and 3 for the retries.
        attempt: u32,
    },
    /// An event source mapping.
    Queue {
        /// The queue's name.
        name: String,
    },
    /// A schedule whose time has come.
    Schedule {
        /// The schedule's name.
        name: String,
    },
    /// Somebody at the console.
    Console,
}

/// An invocation, as far as it has come.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What was asked.
    pub asked: Arc<Asked>,
    /// What became of it; `None` while it waits or runs.
    pub ended: Option<Arc<Ended>>,
}

/// The beginning of an invocation.
#[derive(Debug)]
pub struct Asked {
    /// Counts up from 1 in the order of asking.
    pub number: u64,
    /// The function's name, or what was asked for if there is no such function.
    pub function: String,
    /// The id that the function, its log and the caller know the run by.
    pub request_id: String,
    /// Who asked.
    pub origin: Origin,
    /// The event as the function gets it.
    pub event: Bytes,
    /// When it was asked.
    pub at: Timestamp,
}

/// The end of an invocation.
#[derive(Debug)]
pub struct Ended {
    /// The time from asking to the end, waiting for an environment included.
    pub took: Duration,
    /// The answer or failure, the log and the figures.
    pub invocation: Invocation,
}

/// News of an invocation, by its number.
///
/// It carries no body, so that a listener who falls behind holds none in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It was asked for.
    Asked(u64),
    /// It has ended.
    Ended(u64),
}

/// A handle to the record. Clones are cheap and mean the same one.
#[derive(Clone, Debug)]
pub struct Journal {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    kept: Mutex<Kept>,
    news: broadcast::Sender<News>,
}

#[derive(Debug, Default)]
struct Kept {
    entries: BTreeMap<u64, Entry>,
    /// The numbers of each function's ended invocations, in the order of their end.
    ended: HashMap<String, VecDeque<u64>>,
    last_number: u64,
    bytes: usize,
}

impl Journal {
    /// Makes an empty record.
    #[must_use]
    pub(crate) fn new() -> Journal {
        let inner = Inner {
            kept: Mutex::default(),
            news: broadcast::channel(NEWS).0,
        };
        Journal {
            inner: Arc::new(inner),
        }
    }

    /// Returns entries for which `wanted` holds, the newest first; only those before number `before` if given.
    pub fn newest(
        &self,
        before: Option<u64>,
        at_most: usize,
        wanted: impl Fn(&Entry) -> bool,
    ) -> Vec<Entry> {
        let kept = self.kept();
        let older = kept.entries.range(..before.unwrap_or(u64::MAX)).rev();
        older
            .map(|(_, entry)| entry)
            .filter(|entry| wanted(entry))
            .take(at_most)
            .cloned()
            .collect()
    }

    /// Returns the entries behind a number, the oldest first.
    pub(crate) fn after(&self, number: u64) -> Vec<Entry> {
        let kept = self.kept();
        let newer = kept.entries.range(number + 1..);
        newer.map(|(_, entry)| entry).cloned().collect()
    }

    /// Returns one entry; `None` when it was pushed out by newer ones.
    #[must_use]
    pub fn find(&self, number: u64) -> Option<Entry> {
        self.kept().entries.get(&number).cloned()
    }

    /// Listens to what happens from now on.
    #[must_use]
    pub fn follow(&self) -> broadcast::Receiver<News> {
        self.inner.news.subscribe()
    }

    /// Records that `function` was asked for.
    pub(crate) fn begin(
        &self,
        function: &str,
        request_id: &str,
        origin: Origin,
        event: Bytes,
    ) -> Pending {
        let mut kept = self.kept();
        kept.last_number += 1;
        let asked = Arc::new(Asked {
            number: kept.last_number,
            function: function.to_owned(),
            request_id: request_id.to_owned(),
            origin,
            event,
            at: Timestamp::now(),
        });
        kept.put(Entry {
            asked: Arc::clone(&asked),
            ended: None,
        });
        drop(kept);
        self.tell(News::Asked(asked.number));
        Pending {
            journal: self.clone(),
            asked,
            begin: Instant::now(),
            is_ended: false,
        }
    }

    fn tell(&self, news: News) {
        // It fails when nobody listens.
        let _ = self.inner.news.send(news);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // No code panics while it holds the lock, so what a poisoned one guards is still consistent.
        self.inner
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// An invocation that has not ended. Dropped before its end, it is recorded as given up by its caller.
#[derive(Debug)]
pub(crate) struct Pending {
    journal: Journal,
    asked: Arc<Asked>,
    begin: Instant,
    is_ended: bool,
}

impl Pending {
    pub(crate) fn number(&self) -> u64 {
        self.asked.number
    }

    pub(crate) fn request_id(&self) -> &str {
        &self.asked.request_id
    }

    /// Returns what the caller tells of itself, if anything.
    pub(crate) fn client_context(&self) -> Option<&str> {
        match &self.asked.origin {
            Origin::Invoke { client_context } => client_context.as_deref(),
            _ => None,
        }
    }

    pub(crate) fn end(mut self, invocation: Invocation) {
        self.record(invocation);
    }

    fn record(&mut self, invocation: Invocation) {
        self.is_ended = true;
        let entry = Entry {
            asked: Arc::clone(&self.asked),
            ended: Some(Arc::new(Ended {
                took: self.begin.elapsed(),
                invocation,
            })),
        };
        self.journal.kept().put(entry);
        self.journal.tell(News::Ended(self.asked.number));
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if self.is_ended {
            return;
        }
        let failure = Failure::new(
            FailureKind::GivenUp,
            "CallerGone",
            "the caller went away before an environment was free",
        );
        self.record(Invocation::not_run(self.asked.request_id.clone(), failure));
    }
}

impl Kept {
    /// Adds an entry, or what it has become, and makes room for it.
    fn put(&mut self, entry: Entry) {
        let number = entry.asked.number;
        self.bytes += entry.bytes();
        if entry.ended.is_some() {
            self.note_end(&entry.asked.function, number);
        }
        if let Some(earlier) = self.entries.insert(number, entry) {
            self.bytes -= earlier.bytes();
        }
        while self.bytes > KEPT_BYTES {
            let Some(oldest) = self.oldest_ended() else {
                break;
            };
            self.remove(oldest);
        }
    }

    fn note_end(&mut self, function: &str, number: u64) {
        let Some(numbers) = self.ended.get_mut(function) else {
            self.ended
                .insert(function.to_owned(), VecDeque::from([number]));
            return;
        };
        numbers.push_back(number);
        if numbers.len() > KEPT_PER_FUNCTION
            && let Some(oldest) = numbers.pop_front()
        {
            self.remove(oldest);
        }
    }

    /// Takes the number of an entry that may go. What still runs stays: its event is in memory anyway.
    fn oldest_ended(&mut self) -> Option<u64> {
        let queues = self.ended.values_mut();
        let oldest = queues.min_by_key(|numbers| numbers.front().copied().unwrap_or(u64::MAX))?;
        oldest.pop_front()
    }

    fn remove(&mut self, number: u64) {
        if let Some(entry) = self.entries.remove(&number) {
            self.bytes -= entry.bytes();
        }
    }
}

impl Origin {
    /// What it weighs that its caller decides.
    fn bytes(&self) -> usize {
        match self {
            Origin::HttpApi { path, .. } | Origin::FunctionUrl { path, .. } => path.len(),
            Origin::Invoke { client_context } => client_context.as_ref().map_or(0, String::len),
            _ => 0,
        }
    }
}

impl Entry {
    /// Returns the answer or the failure, once there is one.
    #[must_use]
    pub fn outcome(&self) -> Option<&Result<Bytes, Failure>> {
        self.ended.as_ref().map(|ended| &ended.invocation.outcome)
    }

    /// Reads the HTTP status that a request was answered with; `None` for others and before an answer.
    ///
    /// Also `None` if the answer is larger than 64 kB, which would take long to read, and if a function URL's
    /// makes no sense as a response: it may have been streamed as it was.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        let Some(Ok(answer)) = self.outcome() else {
            return None;
        };
        if answer.len() > STATUS_BYTES {
            return None;
        }
        let status = match self.asked.origin {
            Origin::HttpApi { .. } => {
                reply::status(answer).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Origin::FunctionUrl { .. } => reply::status(answer)?,
            _ => return None,
        };
        Some(status.as_u16())
    }

    fn bytes(&self) -> usize {
        let ended = self.ended.as_ref().map_or(0, |ended| {
            let answer = match &ended.invocation.outcome {
                Ok(answer) => answer.len(),
                Err(failure) => failure.payload.len() + failure.message.len(),
            };
            answer + ended.invocation.log_tail.len()
        });
        ENTRY_BYTES + self.asked.event.len() + self.asked.origin.bytes() + ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(journal: &Journal, function: &str, body: usize) -> u64 {
        let event = Bytes::from(vec![b'x'; body]);
        let pending = journal.begin(function, "id", Origin::Console, event.clone());
        answer(pending, event)
    }

    fn answer(pending: Pending, answer: Bytes) -> u64 {
        let number = pending.asked.number;
        pending.end(Invocation {
            request_id: "id".to_owned(),
            outcome: Ok(answer),
            log_tail: Bytes::new(),
            run: None,
        });
        number
    }

    /// The status of an answer to a request of an HTTP API, and to one of a function URL.
    fn statuses(reply: &'static [u8]) -> [Option<u16>; 2] {
        let (method, path) = (Method::GET, "/".to_owned());
        let url = Origin::FunctionUrl {
            method: method.clone(),
            path: path.clone(),
        };
        [Origin::HttpApi { method, path }, url].map(|origin| {
            let journal = Journal::new();
            let pending = journal.begin("f", "id", origin, Bytes::new());
            let number = answer(pending, Bytes::from_static(reply));
            journal.find(number).unwrap().status()
        })
    }

    #[test]
    fn a_status_is_read_as_the_gateway_reads_it() {
        assert_eq!(statuses(br#"{"statusCode":404}"#), [Some(404); 2]);
        assert_eq!(statuses(b"[201]"), [Some(200); 2]);
        assert_eq!(
            statuses(b"{\"statusCode\":201}\0\0\0\0\0\0\0\0the body"),
            [Some(201); 2]
        );
        assert_eq!(statuses(br#"{"statusCode":7}"#), [Some(500), None]);
        assert_eq!(statuses(b"as it is"), [Some(500), None]);
        let journal = Journal::new();
        let number = run(&journal, "f", 1);
        assert_eq!(journal.find(number).unwrap().status(), None);
    }

    #[test]
    fn a_busy_function_pushes_out_its_own_past_and_no_other() {
        let journal = Journal::new();
        let rare = run(&journal, "rare", 10);
        let first = run(&journal, "busy", 10);

        for _ in 0..KEPT_PER_FUNCTION {
            run(&journal, "busy", 10);
        }

        assert!(journal.find(rare).is_some());
        assert!(journal.find(first).is_none());
        assert_eq!(
            journal.newest(None, usize::MAX, |_| true).len(),
            KEPT_PER_FUNCTION + 1
        );
    }

    #[test]
    fn large_bodies_do_not_pile_up() {
        let journal = Journal::new();

        for _ in 0..20 {
            run(&journal, "large", 6 << 20);
        }

        assert!(journal.kept().bytes <= KEPT_BYTES);
        assert_eq!(journal.newest(None, 100, |_| true).len(), 2);
    }

    #[test]
    fn what_callers_tell_of_themselves_does_not_pile_up() {
        let journal = Journal::new();
        let function = |number: usize| (number / KEPT_PER_FUNCTION).to_string();

        // Paths and contexts have limits of their own, so there must be many.
        for number in 0..2 * KEPT_BYTES / (8 << 10) {
            let client_context = Some("x".repeat(8 << 10));
            let origin = Origin::Invoke { client_context };
            let pending = journal.begin(&function(number), "id", origin, Bytes::new());
            answer(pending, Bytes::new());
        }

        let kept = journal.newest(None, usize::MAX, |_| true).len();
        assert!(kept * (8 << 10) <= KEPT_BYTES, "{kept} are kept");
    }

    #[test]
    fn what_still_runs_stays() {
        let journal = Journal::new();
        let pending = journal.begin("slow", "slow-1", Origin::Console, Bytes::new());

        for _ in 0..20 {
            run(&journal, "slow", 6 << 20);
        }

        let slow = journal.find(pending.asked.number).unwrap();
        assert!(slow.ended.is_none());
    }

    #[test]
    fn an_invocation_nobody_waits_for_is_recorded_as_given_up() {
        let journal = Journal::new();
        let mut news = journal.follow();

        drop(journal.begin("f", "id", Origin::Console, Bytes::new()));

        assert_eq!(news.try_recv(), Ok(News::Asked(1)));
        assert_eq!(news.try_recv(), Ok(News::Ended(1)));
        let entry = journal.find(1).unwrap();
        let failure = entry.outcome().unwrap().as_ref().unwrap_err();
        assert_eq!(failure.kind, FailureKind::GivenUp);
    }

    #[test]
    fn the_newest_come_first_and_a_page_goes_on_where_the_last_ended() {
        let journal = Journal::new();
        for function in ["a", "b", "a", "b", "a"] {
            run(&journal, function, 1);
        }
        let of_a = |before| -> Vec<u64> {
            let page = journal.newest(before, 2, |entry| entry.asked.function == "a");
            page.iter().map(|entry| entry.asked.number).collect()
        };

        assert_eq!(of_a(None), [5, 3]);
        assert_eq!(of_a(Some(3)), [1]);
    }
}
