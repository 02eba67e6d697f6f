//! The environments of one function, and the requests that wait for one.
//!
//! Environments fetch their work: a request waits a moment for one that has just answered, else it goes to an idle one,
//! else it waits for whichever is free or up first. A new environment starts only when more requests wait than
//! environments are on their way, so a caller that sends one request after another keeps meeting the same process.
//! While the processors are busy, few environments have requests and the others rest, though requests wait: see
//! [`gate`].
use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::{
    EnvironmentView, Failure, FailureKind, Invocation,
    card::Card,
    environment::{self, Shared},
    gate::{self, Gate, Limit},
    log::LogFile,
    process,
    stream::{self, Opening},
};
use crate::{faults::Faults, journal::Pending, template::Function, trace::Trace};

/// A request that meets this many environments that die before they read it is given up.
const MOST_DEATHS: u8 = 3;

/// One request for a run.
pub(super) struct Job {
    pub(super) request_id: String,
    pub(super) event: Bytes,
    pub(super) trace: Trace,
    record: Pending,
    reply: oneshot::Sender<Invocation>,
    /// The way to a caller who wants the answer as it comes, until it has begun to.
    stream: Option<oneshot::Sender<Opening>>,
    /// One unit of the function's reserved concurrency.
    permit: Option<OwnedSemaphorePermit>,
    /// Counts it among those that an environment has.
    token: Option<Arc<()>>,
    /// How many environments have died before they read it.
    deaths: u8,
    since: Instant,
}

pub(super) struct Pool {
    function: Function,
    shared: Arc<Shared>,
    log: Arc<LogFile>,
    reserved: Option<Arc<Semaphore>>,
    /// Whether people start its processes.
    is_attached: bool,
    /// How many environments are started.
    most: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    /// The environment used last is last, so that the others grow old and are ended.
    idle: Vec<oneshot::Sender<Job>>,
    alive: usize,
    /// Environments that start, and will then ask for work.
    starting: usize,
    /// Environments that have just answered, and ask for more in a moment.
    returning: usize,
    cards: Vec<Arc<Card>>,
    /// How often the program has been replaced. An environment serves as long as it is of this build.
    build: u64,
    /// Each request that an environment has holds it.
    token: Arc<()>,
    /// How many environments may have one.
    limit: Limit,
    /// Whether requests that wait are looked at again in a moment.
    is_watched: bool,
}

/// How the pool counts on an environment to ask for work.
#[derive(Clone, Copy, Default)]
pub(super) enum Arrival {
    Starting,
    Returning,
    /// It has asked already, or takes its time.
    #[default]
    Unexpected,
}

/// What an environment gets when it asks for work.
pub(super) enum Work {
    Now(Job),
    Later(oneshot::Receiver<Job>),
}

impl Job {
    pub(super) fn new(
        record: Pending,
        event: Bytes,
        trace: Trace,
        reply: oneshot::Sender<Invocation>,
    ) -> Job {
        Job {
            request_id: record.request_id().to_owned(),
            event,
            trace,
            record,
            reply,
            stream: None,
            permit: None,
            token: None,
            deaths: 0,
            since: Instant::now(),
        }
    }

    /// Returns its number in the journal.
    pub(super) fn number(&self) -> u64 {
        self.record.number()
    }

    /// Returns what the caller tells the function of itself, if anything.
    pub(super) fn client_context(&self) -> Option<&str> {
        self.record.client_context()
    }

    /// Has the answer streamed, if the function streams it.
    pub(super) fn streaming(self, stream: oneshot::Sender<Opening>) -> Job {
        Job {
            stream: Some(stream),
            ..self
        }
    }

    /// Tells the caller that the answer comes in pieces, if that is wanted; they go to what this returns.
    pub(super) fn open_stream(
        &mut self,
        content_type: Option<String>,
    ) -> Option<mpsc::Sender<Bytes>> {
        let caller = self.stream.take()?;
        let (pieces, opening) = stream::open(content_type);
        // A caller who is gone is found out with the first piece.
        let _ = caller.send(opening);
        Some(pieces)
    }

    /// Notes that its environment is done with it.
    pub(super) fn leave_environment(&mut self) {
        self.token = None;
    }

    /// Answers the caller, who may be gone.
    pub(super) fn finish(self, invocation: Invocation) {
        // The permit goes first: a caller that invokes again at once must not be throttled by its own past.
        drop(self.permit);
        // The record as well: whoever has the answer finds the run in it.
        self.record.end(invocation.clone());
        let _ = self.reply.send(invocation);
    }

    pub(super) fn fail(self, failure: Failure) {
        let request_id = self.request_id.clone();
        self.finish(Invocation::not_run(request_id, failure));
    }

    fn is_given_up(&self) -> bool {
        self.reply.is_closed()
    }
}

impl State {
    /// How many environments will ask for work by themselves.
    fn arriving(&self) -> usize {
        self.starting + self.returning
    }

    /// Notes that an environment is no longer on its way.
    fn no_longer_expect(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Starting => self.starting -= 1,
            Arrival::Returning => self.returning -= 1,
            Arrival::Unexpected => {}
        }
    }

    /// How many environments have a request, or will have one in a moment if there is one.
    fn at_work(&self) -> usize {
        self.arriving() + Arc::strong_count(&self.token) - 1
    }

    /// Whether a request that has `waited` may go to one more environment.
    fn may_begin(&mut self, gate: &Gate, waited: Duration) -> bool {
        let at_work = self.at_work();
        gate.is_open(&mut self.limit, at_work, waited)
    }

    /// Whether a request is to go to an environment that is idle, if there is one.
    ///
    /// One that returns is mostly there as soon as an idle one has thawed, which would then be one more at work.
    fn needs_idle(&self) -> bool {
        self.waiting.len() > self.returning
            || self
                .waiting
                .front()
                .is_some_and(|job| job.since.elapsed() >= environment::PATIENCE)
    }

    /// How long the request has waited that the next environment to start would be for. Those on their way are for
    /// the ones before it.
    fn longest_unserved(&self) -> Option<Duration> {
        let job = self.waiting.get(self.arriving())?;
        Some(job.since.elapsed())
    }
}

impl Pool {
    pub(super) fn new(function: Function, shared: Arc<Shared>) -> io::Result<Pool> {
        let log = LogFile::open(
            &shared.settings().log_dir,
            &function.name,
            shared.settings().echo.clone(),
        )?;
        let reserved = function.reserved_concurrency.map(|most| most as usize);
        let is_attached = shared.settings().attach.covers(&function.name);
        Ok(Pool {
            most: match is_attached {
                true => 0,
                false => reserved.unwrap_or(shared.settings().most_environments),
            },
            is_attached,
            reserved: reserved.map(|most| Arc::new(Semaphore::new(most))),
            log: Arc::new(log),
            state: Mutex::default(),
            function,
            shared,
        })
    }

    pub(super) fn function(&self) -> &Function {
        &self.function
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(super) fn faults(&self) -> &Faults {
        &self.shared.settings().faults
    }

    /// Whether people start its processes.
    pub(super) fn is_attached(&self) -> bool {
        self.is_attached
    }

    /// Returns how much memory a process may have; `None` when nobody counts.
    pub(super) fn memory_limit_mb(&self) -> Option<u64> {
        let is_limited = self.shared.settings().limit_memory && !self.is_attached;
        is_limited.then_some(u64::from(self.function.memory_mb))
    }

    pub(super) fn log(&self) -> &Arc<LogFile> {
        &self.log
    }

    pub(super) fn processes(&self) -> Vec<u32> {
        let state = self.state();
        state.cards.iter().map(|card| card.process).collect()
    }

    pub(super) fn environments(&self) -> Vec<EnvironmentView> {
        let cards = self.state().cards.clone();
        cards.iter().map(|card| card.view()).collect()
    }

    /// Returns how many requests wait for an environment.
    pub(super) fn waiting(&self) -> usize {
        self.state().waiting.len()
    }

    /// Kills one process, or all; returns how many.
    pub(super) fn kill(&self, process: Option<u32>) -> usize {
        // Linux gives a number anew only after all others, so one that has just ended is missed, not mistaken.
        let state = self.state();
        // One that somebody else has started is theirs to end.
        let wanted = |card: &&Arc<Card>| {
            !card.is_attached && process.is_none_or(|process| process == card.process)
        };
        let killed = state.cards.iter().filter(wanted);
        killed.inspect(|card| process::kill(card.process)).count()
    }

    /// Gives `job` to an environment, now or as soon as there is one.
    pub(super) fn submit(self: &Arc<Self>, mut job: Job) {
        if let Some(failure) = self.faults().next_failure(&self.function.name) {
            return job.fail(failure);
        }
        if let Some(reserved) = &self.reserved {
            match Arc::clone(reserved).try_acquire_owned() {
                Ok(permit) => job.permit = Some(permit),
                Err(_) => return job.fail(Failure::throttled()),
            }
        }
        self.dispatch(job);
    }

    /// Takes back a job that an environment died with before it had read it.
    pub(super) fn take_back(self: &Arc<Self>, mut job: Job) {
        job.deaths += 1;
        if job.deaths == MOST_DEATHS {
            let message = format!(
                "RequestId: {} Error: Runtime exited before it took the event",
                job.request_id
            );
            return job.fail(Failure::new(
                FailureKind::Exited,
                "Runtime.ExitError",
                message,
            ));
        }
        self.dispatch(job);
    }

    fn dispatch(self: &Arc<Self>, mut job: Job) {
        let mut state = self.state();
        // Asked under the lock: whoever stops the pool empties the queue under it, and nobody comes after.
        if self.shared.is_stopping() {
            drop(state);
            return job.fail(super::stopping());
        }
        if self.is_attached && state.alive == 0 && state.waiting.is_empty() {
            tracing::warn!(
                "a request waits for somebody to start {}",
                self.function.name
            );
        }
        job.token = None;
        state.waiting.push_back(job);
        self.serve_waiting(&mut state);
    }

    /// Gives requests that wait to environments that do not, and starts others.
    fn serve_waiting(self: &Arc<Self>, state: &mut State) {
        while state.needs_idle()
            && let Some(idle) = state.idle.pop()
        {
            let Some(job) = self.next_waiting(state) else {
                state.idle.push(idle);
                break;
            };
            if let Err(mut returned) = idle.send(job) {
                returned.token = None;
                state.waiting.push_front(returned);
            }
        }
        self.grow(state);
        self.look_again(state);
    }

    /// Takes the first request that waits, if one more environment may be put to work for it.
    fn next_waiting(&self, state: &mut State) -> Option<Job> {
        if self.shared.is_stopping() {
            return None;
        }
        while state
            .waiting
            .pop_front_if(|job| job.is_given_up())
            .is_some()
        {}
        let waited = state.waiting.front()?.since.elapsed();
        // What people start is theirs to put to work.
        if !self.is_attached && !state.may_begin(self.shared.gate(), waited) {
            return None;
        }
        let mut job = state.waiting.pop_front()?;
        job.token = Some(Arc::clone(&state.token));
        Some(job)
    }

    fn grow(self: &Arc<Self>, state: &mut State) {
        let gate = self.shared.gate();
        while let Some(waited) = state.longest_unserved()
            // The gate may open in this very moment, but not for a start where one rests.
            && state.idle.is_empty()
            && state.alive < self.most
            && !self.shared.is_stopping()
            && state.may_begin(gate, waited)
        {
            state.alive += 1;
            state.starting += 1;
            self.shared.track(environment::run(Arc::clone(self)));
        }
    }

    /// Sees to it that no request waits at the gate for longer than it has to.
    fn look_again(self: &Arc<Self>, state: &mut State) {
        let is_needed = !state.waiting.is_empty() && !self.is_attached;
        if !is_needed || state.is_watched || self.shared.is_stopping() {
            return;
        }
        state.is_watched = true;
        let pool = Arc::clone(self);
        self.shared.track(async move {
            let pause = tokio::time::sleep(gate::LOOK_AGAIN);
            pool.shared.until_stopping(pause).await;
            let mut state = pool.state();
            state.is_watched = false;
            // Nothing is started for callers who are gone.
            state.waiting.retain(|job| !job.is_given_up());
            pool.serve_waiting(&mut state);
        });
    }

    /// Hands work to an environment of `build` that has arrived, expected or after a delay.
    ///
    /// `None` when the program has been replaced meanwhile.
    pub(super) fn arrived(self: &Arc<Self>, arrival: Arrival, build: u64) -> Option<Work> {
        let mut state = self.state();
        state.no_longer_expect(arrival);
        if state.build != build {
            return None;
        }
        if let Some(job) = self.next_waiting(&mut state) {
            self.serve_waiting(&mut state);
            return Some(Work::Now(job));
        }
        let (slot, work) = oneshot::channel();
        state.idle.push(slot);
        Some(Work::Later(work))
    }

    /// Returns the number of the build that a process started now would be of.
    pub(super) fn build(&self) -> u64 {
        self.state().build
    }

    /// Notes that the program has been replaced: idle environments end now, busy ones with their answer.
    pub(super) fn renew(&self) {
        if self.is_attached {
            return;
        }
        let mut state = self.state();
        state.build += 1;
        // Their slots closed, they find that nobody has work for them.
        state.idle.clear();
    }

    /// Notes that a process has been attached, which will ask for work soon.
    pub(super) fn attached(&self) {
        let mut state = self.state();
        state.alive += 1;
        state.starting += 1;
    }

    /// Fails requests that have waited in vain for somebody to start a process.
    pub(super) fn fail_unattended(&self) {
        let patience = self.shared.settings().attach.patience;
        let mut late = Vec::new();
        {
            let mut state = self.state();
            let is_unattended = state.alive == 0;
            state.waiting.retain(|job| !job.is_given_up());
            while is_unattended
                && let Some(job) = state
                    .waiting
                    .pop_front_if(|job| job.since.elapsed() >= patience)
            {
                late.push(job);
            }
        }
        for job in late {
            job.fail(Failure::unattended(&self.function.name));
        }
    }

    /// Notes that an environment has answered and will ask for more soon.
    pub(super) fn returning(&self) {
        self.state().returning += 1;
    }

    /// Notes that an environment that was on its way takes its time, so others are needed.
    pub(super) fn delayed(self: &Arc<Self>, arrival: Arrival) {
        let mut state = self.state();
        state.no_longer_expect(arrival);
        self.serve_waiting(&mut state);
    }

    pub(super) fn began(&self, process: u32, is_attached: bool) -> Arc<Card> {
        let card = Arc::new(Card::new(process, is_attached));
        self.state().cards.push(Arc::clone(&card));
        card
    }

    pub(super) fn ended(&self, card: &Arc<Card>) {
        let mut state = self.state();
        state.cards.retain(|other| !Arc::ptr_eq(other, card));
    }

    /// Notes that an environment is gone, and replaces it if requests wait.
    pub(super) fn left(self: &Arc<Self>, arrival: Arrival) {
        let mut state = self.state();
        state.alive -= 1;
        state.no_longer_expect(arrival);
        // Work goes to the environment used last, so nobody would come across the place of one used long ago.
        state.idle.retain(|slot| !slot.is_closed());
        self.serve_waiting(&mut state);
    }

    /// Fails the first request that waits for no environment that returns: the one made for it did not come up.
    pub(super) fn failed_to_start(self: &Arc<Self>, failure: impl FnOnce(&str) -> Failure) {
        let job = {
            let mut state = self.state();
            state.waiting.retain(|job| !job.is_given_up());
            let returning = state.returning;
            state.waiting.remove(returning)
        };
        if let Some(job) = job {
            let failure = failure(&job.request_id);
            job.fail(failure);
        }
        self.left(Arrival::Starting);
    }

    pub(super) fn give_up_waiting(&self) {
        let waiting = std::mem::take(&mut self.state().waiting);
        for job in waiting {
            job.fail(super::stopping());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock, so a poisoned state is still a consistent one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
