//! Functions as supervised processes: what Lambda does between "invoke" and an answer.
//!
//! [`Functions`] is the only way in. Behind it every function has a [`pool`] of environments; an
//! [`environment`] is one process and the task that watches it; the two talk through [`api`].
use std::{collections::HashMap, io, net::SocketAddr, sync::Arc};

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use tokio::sync::oneshot;

use crate::{
    faults::Faults,
    journal::{Journal, Origin},
    template::Function,
    trace::Trace,
};

mod api;
mod attached;
mod card;
mod environment;
mod gate;
mod invocation;
mod log;
mod memory;
mod message;
mod pool;
mod process;
mod settings;
mod stream;
mod verdict;

pub use card::{EnvironmentState, EnvironmentView};
pub use invocation::{Failure, FailureKind, Invocation, Run};
pub use settings::{Attach, Settings};
pub(crate) use settings::{EVENT_BYTES, MOST_ENVIRONMENTS};
pub use stream::{Answering, Stream};

use attached::Attached;
pub(crate) use attached::{quoted, variables_file};
use environment::Shared;
use pool::{Job, Pool};

/// A handle to all functions of a template. Clones are cheap and mean the same functions.
#[derive(Clone)]
pub struct Functions {
    inner: Arc<Inner>,
}

struct Inner {
    pools: HashMap<String, Arc<Pool>>,
    attached: Attached,
    shared: Arc<Shared>,
    journal: Journal,
}

impl Functions {
    /// Opens the Runtime API for `functions`. Processes start with the first invocation.
    ///
    /// # Errors
    /// When no port can be opened, or the folder for logs or for variables cannot be written.
    pub async fn start(functions: &[Function], settings: Settings) -> io::Result<Functions> {
        std::fs::create_dir_all(&settings.log_dir)?;
        let shared = Shared::start(settings).await?;
        let mut pools = HashMap::new();
        for function in functions {
            let pool = Arc::new(Pool::new(function.clone(), Arc::clone(&shared))?);
            pools.insert(function.name.clone(), Arc::clone(&pool));
            // People who build the functions know them by their binaries, as `cargo lambda invoke` does.
            pools
                .entry(function.binary.clone())
                .or_insert_with(|| Arc::clone(&pool));
            pools.insert(function.logical_id.clone(), pool);
        }
        let attached = shared.settings().attach.functions.iter();
        let attached = attached
            .filter_map(|(name, function)| Some((name.clone(), Arc::clone(pools.get(function)?))))
            .collect();
        Ok(Functions {
            inner: Arc::new(Inner {
                attached: Attached::start(&shared, attached)?,
                pools,
                shared,
                journal: Journal::new(),
            }),
        })
    }

    /// Runs a function, named by its logical id, its name or its binary, and waits for its answer.
    ///
    /// Dropping the future gives the answer up: a run that has begun goes on to its end, one that still waits
    /// for an environment never begins.
    pub async fn invoke(
        &self,
        function: &str,
        event: Bytes,
        origin: Origin,
        trace: Trace,
    ) -> Invocation {
        let (_, answer) = self.begin(function, event, origin, trace);
        answer.await
    }

    /// Begins an invocation; returns its number in the journal, and the answer to wait for.
    ///
    /// Dropping the answer means the same as with [`Functions::invoke`].
    pub(crate) fn begin(
        &self,
        function: &str,
        event: Bytes,
        origin: Origin,
        trace: Trace,
    ) -> (u64, impl Future<Output = Invocation> + use<>) {
        let request_id = uuid::Uuid::new_v4().to_string();
        self.begin_as(request_id, function, event, origin, trace)
    }

    /// The same for a request that has its id already, such as another attempt at an asynchronous one.
    pub(crate) fn begin_as(
        &self,
        request_id: String,
        function: &str,
        event: Bytes,
        origin: Origin,
        trace: Trace,
    ) -> (u64, impl Future<Output = Invocation> + use<>) {
        let (job, answer) = self.job(request_id.clone(), function, event, origin, trace);
        let number = job.number();
        self.submit(function, job);
        let answer = async move {
            let answer = answer.await;
            answer.unwrap_or_else(|_| Invocation::not_run(request_id, stopping()))
        };
        (number, answer)
    }

    /// Runs a function and returns with its answer, or as soon as it begins to stream one.
    ///
    /// Dropping the future means the same as with [`Functions::invoke`].
    pub async fn invoke_streaming(
        &self,
        function: &str,
        event: Bytes,
        origin: Origin,
        trace: Trace,
    ) -> Answering {
        let request_id = uuid::Uuid::new_v4().to_string();
        let (job, mut answer) = self.job(request_id.clone(), function, event, origin, trace);
        let (stream, opening) = oneshot::channel();
        self.submit(function, job.streaming(stream));
        tokio::select! {
            biased;
            Ok(opening) = opening => Answering::Stream(Stream::new(request_id, opening, answer)),
            invocation = &mut answer => Answering::Whole(
                invocation.unwrap_or_else(|_| Invocation::not_run(request_id, stopping())),
            ),
        }
    }

    fn job(
        &self,
        request_id: String,
        function: &str,
        event: Bytes,
        origin: Origin,
        trace: Trace,
    ) -> (Job, oneshot::Receiver<Invocation>) {
        let pool = self.inner.pools.get(function);
        let name = pool.map_or(function, |pool| &pool.function().name);
        let journal = &self.inner.journal;
        let record = journal.begin(name, &request_id, origin, event.clone());
        let (reply, answer) = oneshot::channel();
        (Job::new(record, event, trace, reply), answer)
    }

    fn submit(&self, function: &str, job: Job) {
        match self.inner.pools.get(function) {
            Some(pool) => pool.submit(job),
            None => job.fail(unknown(function)),
        }
    }

    /// Returns the function called `name`, by its logical id, its name or its binary.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Function> {
        self.inner.pools.get(name).map(|pool| pool.function())
    }

    /// Whether a path is for processes that people have started.
    pub(crate) fn is_for_attached(path: &str) -> bool {
        Attached::covers(path)
    }

    /// Answers a process at `peer` that people have started.
    pub(crate) async fn answer_attached(
        &self,
        request: Request<Body>,
        peer: SocketAddr,
    ) -> Response<Body> {
        self.inner.attached.handle(request, peer).await
    }

    /// Whether people start a function's processes, which have the time they need.
    pub(crate) fn is_attached(&self, function: &str) -> bool {
        let pool = self.inner.pools.get(function);
        pool.is_some_and(|pool| pool.is_attached())
    }

    /// Returns the record of what has run.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.inner.journal
    }

    /// Notes that the file of `binary` is another one now: new processes start from it, idle ones end at
    /// once, busy ones with their answer.
    pub fn renew(&self, binary: &str) {
        for pool in self.pools() {
            if pool.function().binary == binary {
                pool.renew();
            }
        }
    }

    /// Returns the processes that are alive for a function, for tests and for people who watch.
    #[must_use]
    pub fn processes(&self, function: &str) -> Vec<u32> {
        self.inner
            .pools
            .get(function)
            .map(|pool| pool.processes())
            .unwrap_or_default()
    }

    /// Returns the environments of a function, the oldest first.
    #[must_use]
    pub fn environments(&self, function: &str) -> Vec<EnvironmentView> {
        let pool = self.inner.pools.get(function);
        pool.map(|pool| pool.environments()).unwrap_or_default()
    }

    /// Returns how many invocations of a function wait for an environment.
    #[must_use]
    pub fn waiting(&self, function: &str) -> usize {
        let pool = self.inner.pools.get(function);
        pool.map(|pool| pool.waiting()).unwrap_or_default()
    }

    /// Kills one process of a function as `kill -9` does, or all; returns how many there were.
    pub fn kill(&self, function: &str, process: Option<u32>) -> usize {
        let pool = self.inner.pools.get(function);
        pool.map(|pool| pool.kill(process)).unwrap_or_default()
    }

    /// Returns what is made to go wrong.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.shared.settings().faults
    }

    /// Every pool once, though it is known by several names.
    fn pools(&self) -> impl Iterator<Item = &Arc<Pool>> {
        let pools = self.inner.pools.iter();
        pools
            .filter(|(name, pool)| **name == pool.function().logical_id)
            .map(|(_, pool)| pool)
    }

    /// Returns where the Runtime API listens.
    #[must_use]
    pub fn runtime_api(&self) -> SocketAddr {
        self.inner.shared.runtime_api()
    }

    /// Ends every process: a moment for what runs, SIGTERM, a grace period, SIGKILL. What answers in it is answered.
    pub async fn shutdown(&self) {
        self.inner.shared.stop().await;
        for pool in self.pools() {
            pool.give_up_waiting();
        }
    }
}

fn unknown(function: &str) -> Failure {
    let arn = crate::template::function_arn(function);
    Failure::new(
        FailureKind::UnknownFunction,
        "ResourceNotFoundException",
        format!("Function not found: {arn}"),
    )
}

fn stopping() -> Failure {
    Failure::new(
        FailureKind::Stopping,
        "ServiceException",
        "the emulator is stopping",
    )
}

/// Runs an ignored test of this crate in a process of its own, and fails as it does.
#[cfg(test)]
fn run_alone(test: &str) {
    let run = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", test])
        .output()
        .unwrap();

    let told = String::from_utf8_lossy(&run.stdout);
    assert!(told.contains("1 passed"), "{told}");
}
