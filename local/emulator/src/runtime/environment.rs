//! One environment: a process, and the task that gives it work and watches it.
use std::{
    collections::HashMap,
    io::{self, PipeReader},
    net::SocketAddr,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep, sleep_until, timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    EnvironmentState, Failure, FailureKind, Invocation, Run, Settings, api,
    card::Card,
    gate::Gate,
    log::{Log, Report},
    memory::{self, Gauge},
    message::{Attempt, Delivery, Message, Receipt},
    pool::{Arrival, Job, Pool, Work},
    process::{self, Process, Spawner, describe},
    verdict::{NotUp, Verdict},
};

/// How long an environment that has answered may take to ask for more, or to be seen dead, before that counts.
pub(super) const PATIENCE: Duration = Duration::from_millis(100);

/// How long a process whose answer broke off may take to end, or to ask for more, before that counts: its connection
/// closes first, and a busy machine lets the rest of its end wait.
const END_PATIENCE: Duration = Duration::from_secs(3);

/// How long an environment that asks for work is left running before it is frozen.
///
/// Under load there is work sooner, and each of the process's threads is spared a stop and a start. Lambda
/// promises no moment for it, and work that a handler leaves running is stopped all the same.
const FREEZE_AFTER: Duration = Duration::from_millis(2);

/// How long an attached process may take for a run: the longest that Lambda gives. People think while it stands still.
const ATTACHED_LIMIT: Duration = Duration::from_secs(900);

/// What all environments share.
pub(super) struct Shared {
    settings: Settings,
    spawner: Spawner,
    gate: Gate,
    runtime_api: SocketAddr,
    desks: Mutex<HashMap<String, mpsc::Sender<Message>>>,
    stopping: CancellationToken,
    /// When processes that were asked to end are killed.
    grace_ends: OnceLock<Instant>,
    tasks: TaskTracker,
}

/// The process, as long as it serves.
struct Environment {
    pool: Arc<Pool>,
    process: Process,
    memory: Gauge,
    log: Log,
    card: Arc<Card>,
    /// The path of its Runtime API, known to nobody else.
    secret: String,
    messages: mpsc::Receiver<Message>,
    /// Its open question for work.
    asked: Option<oneshot::Sender<Delivery>>,
    /// The nonce of the run it is in, or was in last.
    invocation_id: String,
    /// How long it took to come up, until a REPORT line has told it.
    init: Option<Duration>,
    /// How the pool counts on it to ask for work.
    arrival: Arrival,
    /// The build of the program that it runs.
    build: u64,
}

impl Shared {
    pub(super) async fn start(settings: Settings) -> io::Result<Arc<Shared>> {
        process::open_many_files();
        let (listener, runtime_api) = api::bind().await?;
        let shared = Arc::new(Shared {
            settings,
            spawner: Spawner::start()?,
            gate: Gate::new(),
            runtime_api,
            desks: Mutex::default(),
            stopping: CancellationToken::new(),
            grace_ends: OnceLock::new(),
            tasks: TaskTracker::new(),
        });
        api::serve(listener, Arc::downgrade(&shared));
        Ok(shared)
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn gate(&self) -> &Gate {
        &self.gate
    }

    pub(super) fn runtime_api(&self) -> SocketAddr {
        self.runtime_api
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }

    pub(super) fn track(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Finds the environment that a Runtime API path belongs to.
    pub(super) fn desk(&self, secret: &str) -> Option<mpsc::Sender<Message>> {
        self.desks().get(secret).cloned()
    }

    /// Works until the emulator stops.
    pub(super) async fn until_stopping(&self, work: impl Future<Output = ()>) {
        self.stopping.run_until_cancelled(work).await;
    }

    pub(super) async fn stop(&self) {
        self.grace_ends();
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn grace_ends(&self) -> Instant {
        *self
            .grace_ends
            .get_or_init(|| Instant::now() + self.settings.grace)
    }

    /// Opens a desk, in the place of one of the same name.
    fn open_desk(&self, secret: &str) -> mpsc::Receiver<Message> {
        let (desk, messages) = mpsc::channel(4);
        self.desks().insert(secret.to_owned(), desk);
        messages
    }

    /// Takes a desk away that nobody sits at any more.
    fn clear_desk(&self, secret: &str) {
        let mut desks = self.desks();
        if desks.get(secret).is_some_and(mpsc::Sender::is_closed) {
            desks.remove(secret);
        }
    }

    fn desks(&self) -> MutexGuard<'_, HashMap<String, mpsc::Sender<Message>>> {
        self.desks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts an environment of `pool` and serves until it is idle for too long, breaks or the emulator stops.
pub(super) async fn run(pool: Arc<Pool>) {
    let build = pool.build();
    let mut environment = match start(&pool, build).await {
        Ok(environment) => environment,
        // The next one is of another build and may fare better.
        Err(_) if pool.build() != build => return pool.left(Arrival::Starting),
        // That is no fault of the function's.
        Err(NotUp::Stopping) => return pool.failed_to_start(|_| super::stopping()),
        Err(reason) => {
            tracing::warn!(
                function = pool.function().name,
                "{} did not start: {}",
                pool.function().name,
                reason.sentence()
            );
            return pool.failed_to_start(|request_id| reason.into_failure(request_id));
        }
    };
    environment.serve().await;
    environment.end().await;
}

/// Gives requests of `pool` to a process that somebody else has started and that asks at `desk`, until it is gone.
pub(super) fn attach(pool: &Arc<Pool>, desk: &str, process: Process) -> io::Result<()> {
    let shared = Arc::clone(pool.shared());
    let messages = shared.open_desk(desk);
    // What it writes goes to the terminal it was started from: the log has the emulator's own lines only.
    let (no_output, _) = io::pipe()?;
    let mut environment = Environment::new(
        Arc::clone(pool),
        process,
        no_output,
        desk.to_owned(),
        messages,
        pool.build(),
    )?;
    pool.attached();
    shared.track(async move {
        let stopping = environment.pool.shared().stopping.clone();
        let up = stopping.run_until_cancelled(environment.come_up()).await;
        if let Some(Ok(())) = up {
            environment.serve().await;
        }
        environment.end().await;
    });
    Ok(())
}

/// Starts a process and waits until it asks for work.
///
/// As on Lambda, one that takes longer than the init limit or crashes gets a second try with the function's own
/// timeout.
async fn start(pool: &Arc<Pool>, build: u64) -> Result<Environment, NotUp> {
    let first_limit = pool.shared().settings().init_limit;
    match start_within(pool, build, first_limit).await {
        Err(reason) if reason.may_pass() => {
            start_within(pool, build, pool.function().timeout).await
        }
        other => other,
    }
}

async fn start_within(pool: &Arc<Pool>, build: u64, limit: Duration) -> Result<Environment, NotUp> {
    let begin = Instant::now();
    let mut environment = Environment::spawn(Arc::clone(pool), build)
        .await
        .map_err(NotUp::Missing)?;
    let stopping = pool.shared().stopping.clone();
    let (process, memory_limit_mb) = (environment.process.pid(), pool.memory_limit_mb());
    let up = tokio::select! {
        up = environment.come_up() => up,
        () = memory::outgrown(process, memory_limit_mb) => Err(NotUp::TooLarge(pool.function().memory_mb)),
        () = sleep(limit) => Err(NotUp::TooSlow(limit)),
        () = stopping.cancelled() => Err(NotUp::Stopping),
    };
    if let Err(reason) = up {
        environment
            .log
            .remark(&format!("INIT_REPORT Init failed: {}", reason.sentence()));
        environment.process.kill().await;
        return Err(reason);
    }
    environment.init = Some(begin.elapsed());
    Ok(environment)
}

impl Environment {
    async fn spawn(pool: Arc<Pool>, build: u64) -> io::Result<Environment> {
        let shared = pool.shared();
        let secret = uuid::Uuid::new_v4().simple().to_string();
        let variables = shared.settings.variables(
            pool.function(),
            &format!("http://{}/{secret}", shared.runtime_api),
        );
        let program = shared.settings.bin_dir.join(&pool.function().binary);
        // The desk is open before the process runs, or its first question would find nobody.
        let messages = shared.open_desk(&secret);
        let started = Process::start(&shared.spawner, &program, &variables, &shared.stopping).await;
        let (process, output) = started.inspect_err(|_| {
            shared.desks().remove(&secret);
        })?;
        Environment::new(pool, process, output, secret, messages, build)
    }

    fn new(
        pool: Arc<Pool>,
        process: Process,
        output: PipeReader,
        secret: String,
        mut messages: mpsc::Receiver<Message>,
        build: u64,
    ) -> io::Result<Environment> {
        let log = Log::follow(output, Arc::clone(pool.log()));
        let log = log.inspect_err(|_| {
            messages.close();
            pool.shared().clear_desk(&secret);
        })?;
        Ok(Environment {
            memory: Gauge::new(process.pid(), pool.memory_limit_mb()),
            log,
            card: pool.began(process.pid(), process.is_attached()),
            process,
            secret,
            messages,
            asked: None,
            invocation_id: String::new(),
            init: None,
            arrival: Arrival::Starting,
            build,
            pool,
        })
    }

    async fn come_up(&mut self) -> Result<(), NotUp> {
        loop {
            tokio::select! {
                biased;
                Some(message) = self.messages.recv() => match message {
                    Message::Next(asked) => {
                        self.asked = Some(asked);
                        return Ok(());
                    }
                    Message::InitError(failure) => return Err(NotUp::Reported(failure)),
                    message => { self.answer_to(None, message); }
                },
                status = self.process.wait() => return Err(NotUp::Ended(describe(status))),
            }
        }
    }

    async fn serve(&mut self) {
        while let Some(job) = self.find_work().await {
            let Some(job) = self.hand_over(job).await else {
                return;
            };
            if !self.run(job).await || !self.wait_for_next().await {
                return;
            }
        }
    }

    /// Waits for work, soon frozen; `None` when the environment's time is over.
    async fn find_work(&mut self) -> Option<Job> {
        let arrival = self.no_longer_expected();
        let mut slot = match self.pool.arrived(arrival, self.build)? {
            Work::Now(job) => return Some(job),
            Work::Later(slot) => slot,
        };
        if let Ok(job) = timeout(FREEZE_AFTER, &mut slot).await {
            return job.ok();
        }
        if self.pool.shared().settings.freeze {
            self.process.freeze();
        }
        self.card.show(EnvironmentState::Idle);
        let shared = Arc::clone(self.pool.shared());
        let idle_ends = Instant::now() + shared.settings.idle_after;
        let may_grow_old = self.process.is_attached();
        let job = loop {
            tokio::select! {
                biased;
                job = &mut slot => break job.ok(),
                // What was on its way when it was frozen: its connection broke, or a thread it left behind answers.
                Some(message) = self.messages.recv() => { self.answer_to(None, message); }
                _ = self.process.wait() => break None,
                () = shared.stopping.cancelled() => break None,
                () = sleep_until(idle_ends), if !may_grow_old => break None,
            }
        };
        self.process.thaw();
        // A job may have come in the very moment that the waiting ended for another reason.
        slot.close();
        job.or_else(|| slot.try_recv().ok())
    }

    /// Returns how the pool has counted on it, from now on not any more.
    fn no_longer_expected(&mut self) -> Arrival {
        std::mem::take(&mut self.arrival)
    }

    /// Sends the event to the process; a process found dead costs the caller nothing but the time.
    async fn hand_over(&mut self, job: Job) -> Option<Job> {
        // Its open question would still take the event, and the caller would get a crash for an answer.
        if self.process.has_ended() {
            self.pool.take_back(job);
            return None;
        }
        let deadline = SystemTime::now() + self.time_limit();
        self.invocation_id = uuid::Uuid::new_v4().to_string();
        let mut delivery = Delivery {
            request_id: job.request_id.clone(),
            invocation_id: self.invocation_id.clone(),
            deadline_ms: deadline
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or_default()
                .as_millis(),
            function_arn: crate::template::function_arn(&self.pool.function().name),
            trace: job.trace.of_run(),
            client_context: job.client_context().map(str::to_owned),
            event: job.event.clone(),
        };
        self.card.show(EnvironmentState::Busy);
        self.log.begin(&job.request_id);
        loop {
            if let Some(asked) = self.asked.take() {
                match asked.send(delivery) {
                    Ok(()) => return Some(job),
                    // Its connection broke while it was idle: it asks again, or it is dead.
                    Err(returned) => delivery = returned,
                }
            }
            if !matches!(
                timeout(Duration::from_secs(1), self.come_up()).await,
                Ok(Ok(()))
            ) {
                self.pool.take_back(job);
                return None;
            }
        }
    }

    /// Returns how long a run may take.
    fn time_limit(&self) -> Duration {
        match self.process.is_attached() {
            true => ATTACHED_LIMIT,
            false => self.pool.function().timeout,
        }
    }

    /// Sees one run through and tells the caller; `false` when the process is of no more use.
    async fn run(&mut self, mut job: Job) -> bool {
        let begin = Instant::now();
        let deadline = begin + self.time_limit();
        let mut verdict = self.watch(&mut job, deadline).await;
        let latency = self.pool.faults().of(&self.pool.function().name).latency;
        if !latency.is_zero() && matches!(verdict, Verdict::Answered(_)) {
            verdict = self.hold_back(verdict, latency, deadline).await;
        }
        let (run, verdict) = self.measure(begin, verdict);
        // A process whose program was replaced ends with its answer.
        let stays = matches!(verdict, Verdict::Answered(_)) && self.pool.build() == self.build;
        if !stays {
            // Nothing is left in the pipe once the process is gone, so the log is whole.
            self.process.kill().await;
        }
        let (outcome, remark) = verdict.judge(&job.request_id, self.time_limit());
        let log_tail = self.log.end(&Report {
            request_id: &job.request_id,
            run,
            memory_size_mb: self.pool.function().memory_mb,
            remark,
        });
        if stays {
            // Before the caller hears: it may invoke again at once, and is to meet this process.
            job.leave_environment();
            self.pool.returning();
            self.arrival = Arrival::Returning;
        }
        let request_id = job.request_id.clone();
        job.finish(Invocation {
            request_id,
            outcome,
            log_tail,
            run: Some(run),
        });
        stays
    }

    /// Takes the run's figures; one that has needed too much memory meanwhile would not have lived to answer.
    fn measure(&mut self, begin: Instant, mut verdict: Verdict) -> (Run, Verdict) {
        let peak = self.memory.peak();
        if self.memory.is_beyond(peak) {
            verdict = Verdict::Outgrown;
        }
        let memory_mb = u64::from(self.pool.function().memory_mb);
        if matches!(verdict, Verdict::Outgrown) {
            tracing::warn!(
                function = self.pool.function().name,
                memory_mb,
                "{} was killed: it needs more than its MemorySize of {memory_mb} MB",
                self.pool.function().name
            );
        }
        let run = Run {
            process: self.process.pid(),
            duration: begin.elapsed(),
            init: self.init.take(),
            memory_used_mb: match verdict {
                Verdict::Outgrown => memory_mb,
                _ => peak.resident_mb,
            },
        };
        (run, verdict)
    }

    async fn watch(&mut self, job: &mut Job, deadline: Instant) -> Verdict {
        let shared = Arc::clone(self.pool.shared());
        let (mut drained, mut grace_ends) = (None, None);
        let outgrown = memory::outgrown(self.process.pid(), self.pool.memory_limit_mb());
        let mut outgrown = pin!(outgrown);
        loop {
            tokio::select! {
                biased;
                Some(message) = self.messages.recv() => {
                    if let Some(outcome) = self.answer_to(Some(job), message) {
                        return self.explain(outcome, deadline).await;
                    }
                }
                status = self.process.wait() => return Verdict::Exited(describe(status)),
                () = sleep_until(deadline) => return Verdict::TimedOut,
                () = &mut outgrown => return Verdict::Outgrown,
                () = sleep_until(grace_ends.unwrap_or(deadline)), if grace_ends.is_some() => return Verdict::Stopped,
                () = sleep_until(drained.unwrap_or(deadline)), if drained.is_some() && grace_ends.is_none() => {
                    grace_ends = Some(shared.grace_ends());
                    self.process.terminate();
                }
                () = shared.stopping.cancelled(), if drained.is_none() => {
                    drained = Some(Instant::now() + shared.settings.drain);
                }
            }
        }
    }

    /// Keeps an answer for `latency`, as if the function had taken that much longer.
    async fn hold_back(
        &mut self,
        answered: Verdict,
        latency: Duration,
        deadline: Instant,
    ) -> Verdict {
        let shared = Arc::clone(self.pool.shared());
        tokio::select! {
            biased;
            status = self.process.wait() => Verdict::Exited(describe(status)),
            () = sleep_until(deadline) => Verdict::TimedOut,
            () = sleep(latency) => answered,
            () = shared.stopping.cancelled() => answered,
        }
    }

    /// Looks for the reason of an answer that broke off: most likely its process has just died.
    async fn explain(&mut self, outcome: Result<Bytes, Failure>, deadline: Instant) -> Verdict {
        let is_truncated = |failure: &Failure| failure.kind == FailureKind::Truncated;
        let patience = match self.pool.shared().is_stopping() {
            true => PATIENCE,
            false => END_PATIENCE,
        };
        let until = deadline.min(Instant::now() + patience);
        if outcome.as_ref().is_err_and(is_truncated)
            && let Ok(Err(NotUp::Ended(how))) = timeout_at(until, self.come_up()).await
        {
            return Verdict::Exited(how);
        }
        Verdict::Answered(outcome)
    }

    /// Takes a message; returns the answer to the request in `open` if it is that.
    fn answer_to(
        &mut self,
        open: Option<&mut Job>,
        message: Message,
    ) -> Option<Result<Bytes, Failure>> {
        match message {
            Message::Stream {
                attempt,
                content_type,
                begin,
            } => {
                let receipt = self.receipt(open.as_deref(), &attempt);
                let _ = begin.send(match (receipt, open) {
                    (Receipt::Taken, Some(job)) => Ok(job.open_stream(content_type)),
                    _ => Err(receipt),
                });
                None
            }
            Message::Answer {
                attempt,
                outcome,
                taken,
            } => {
                let receipt = self.receipt(open.as_deref(), &attempt);
                let _ = taken.send(receipt);
                (receipt == Receipt::Taken).then_some(outcome)
            }
            Message::Next(asked) => {
                self.asked = Some(asked);
                None
            }
            Message::InitError(_) => None,
        }
    }

    fn receipt(&self, open: Option<&Job>, attempt: &Attempt) -> Receipt {
        match open {
            Some(job) => attempt.receipt(&job.request_id, &self.invocation_id),
            None => attempt.late(),
        }
    }

    /// Waits until the process that has answered asks for more.
    async fn wait_for_next(&mut self) -> bool {
        if self.asked.is_some() {
            return true;
        }
        if let Ok(up) = timeout(PATIENCE, self.come_up()).await {
            return up.is_ok();
        }
        let arrival = self.no_longer_expected();
        self.pool.delayed(arrival);
        let (shared, limit) = (Arc::clone(self.pool.shared()), self.time_limit());
        tokio::select! {
            up = self.come_up() => up.is_ok(),
            () = sleep(limit) => false,
            () = shared.stopping.cancelled() => false,
        }
    }

    /// Ends the process, gently when the emulator stops: a function may want to put things in order.
    async fn end(mut self) {
        let shared = Arc::clone(self.pool.shared());
        if shared.is_stopping() && !self.process.is_attached() {
            self.process.terminate();
            let _ = timeout_at(shared.grace_ends(), self.process.wait()).await;
        }
        self.process.kill().await;
        self.pool.left(self.arrival);
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        self.messages.close();
        self.pool.shared().clear_desk(&self.secret);
        self.pool.ended(&self.card);
    }
}
