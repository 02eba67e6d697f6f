//! The emulator as a whole: started, addressed and stopped.
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, ErrorKind},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use thiserror::Error;
use tokio::{
    net::TcpListener,
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    asynchronous::Asynchronous,
    build_functions::{self, BuildError},
    clock::Clock,
    console::{self, Console},
    faults::Faults,
    http::{Gateway, KeysError, Mount},
    journal::Origin,
    queue::{self, Delivered, Queues, StoreError},
    reload::{Build, Reload, Watch},
    runtime::{self, Attach, Functions, Settings},
    schedule::{self, Planned},
    taken::{TRIES, TRY_AGAIN_AFTER},
    template::{Function, Mapping, Refusal, Schedule, Template},
    terminal::Echo,
    trace::Trace,
};

/// The public address, taken before anything is read, so that settings can name it.
pub struct Socket {
    listener: TcpListener,
    address: SocketAddr,
}

/// What an emulator is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// The SAM template.
    pub template: PathBuf,
    /// The template's parameters, as `sam deploy --parameter-overrides` would be given them.
    pub parameters: BTreeMap<String, String>,
    /// Variables for every function; they win over the template's.
    pub environment: BTreeMap<String, String>,
    /// The folder for the queues and the logs.
    pub data: PathBuf,
    /// The folder with the functions' built binaries.
    pub bin_dir: PathBuf,
    /// Folders that are served beside the API.
    pub mounts: Vec<Mount>,
    /// The folder of saved events that the console offers, one JSON file each.
    pub samples: Option<PathBuf>,
    /// Files with the public keys of issuers of tokens, by issuer. The others are asked for theirs.
    pub jwks: BTreeMap<String, PathBuf>,
    /// The longest the HTTP API waits for a function: [`INTEGRATION_LIMIT`](crate::INTEGRATION_LIMIT) but in tests.
    pub integration_limit: Duration,
    /// Functions, by any of their names, whose processes people start, in a debugger for one.
    pub attach: BTreeSet<String>,
    /// Where what functions log goes besides their files.
    pub echo: Option<Echo>,
    /// Whether processes are frozen between runs, as on Lambda.
    pub freeze: bool,
    /// Whether a process is killed when it needs more than its function's memory size.
    pub limit_memory: bool,
    /// What is watched for changes while it runs.
    pub watch: Watch,
}

/// Why an emulator does not start, in one sentence.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address is in use, or not this machine's.
    #[error("cannot listen on {address}: {reason}")]
    Address {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        reason: io::Error,
    },
    /// The template is not accepted.
    #[error(transparent)]
    Template(#[from] Refusal),
    /// The keys of an issuer of tokens are of no use.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The data folder is of no use.
    #[error("cannot use the data folder {}: {reason}", folder.display())]
    Data {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// The queues on disk cannot be opened.
    #[error(transparent)]
    Queues(#[from] StoreError),
    /// A function's binary is missing.
    #[error(transparent)]
    Binaries(#[from] BuildError),
    /// There is no function of a name that is to be attached.
    #[error("cannot attach {name}: the template has no such function, only {known}")]
    Attach {
        /// What was asked for.
        name: String,
        /// The functions there are.
        known: String,
    },
    /// There is no port for the Runtime API, or a log cannot be written.
    #[error("cannot prepare the functions: {0}")]
    Functions(io::Error),
}

/// A running emulator.
///
/// Call [`Emulator::shutdown`] to stop it in order. If the process just ends, the kernel kills the functions.
pub struct Emulator {
    address: SocketAddr,
    functions: Functions,
    asynchronous: Asynchronous,
    queues: Queues,
    clock: Clock,
    /// Stops what brings new work: mappings and schedules.
    sources_stop: CancellationToken,
    /// These, and the deliveries that have begun.
    sources: TaskTracker,
    /// Stops the public address, which functions need until they have ended.
    gateway_stop: CancellationToken,
    gateway: JoinHandle<()>,
    reload: Reload,
}

impl Options {
    /// Returns the file with the variables of the attached function called `name`.
    #[must_use]
    pub fn variables_file(&self, name: &str) -> PathBuf {
        runtime::variables_file(&self.attach_dir(), name)
    }

    /// Returns what starts the attached function called `name` in a shell, with PROGRAM for the program.
    #[must_use]
    pub fn shell_command(&self, name: &str) -> String {
        let file = runtime::quoted(&self.variables_file(name).to_string_lossy());
        format!("(set -a; . {file}; exec PROGRAM)")
    }

    fn attach_dir(&self) -> PathBuf {
        self.data.join("attach")
    }
}

impl Socket {
    /// Takes `address`; port 0 takes any free one.
    ///
    /// # Errors
    /// When the address is in use, or not this machine's.
    pub async fn open(address: SocketAddr) -> Result<Socket, StartError> {
        let bound = async {
            let listener = bind(address).await?;
            let address = listener.local_addr()?;
            Ok(Socket { listener, address })
        };
        let socket = bound
            .await
            .map_err(|reason| StartError::Address { address, reason })?;
        if !socket.address.ip().is_loopback() {
            tracing::warn!(address = %socket.address, "other machines can reach the emulator, and nothing asks who they are");
        }
        Ok(socket)
    }

    /// Returns the address with its real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the URL by which programs on this machine reach the address; see [`base_url`].
    #[must_use]
    pub fn base_url(&self) -> String {
        base_url(self.address)
    }
}

/// Takes `address`; waits for a moment if somebody else has it.
async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    for _ in 1..TRIES {
        match TcpListener::bind(address).await {
            Err(error) if error.kind() == ErrorKind::AddrInUse => sleep(TRY_AGAIN_AFTER).await,
            other => return other,
        }
    }
    TcpListener::bind(address).await
}

/// Returns the URL by which programs on this machine reach `address`, with no slash at its end.
#[must_use]
pub fn base_url(address: SocketAddr) -> String {
    let ip = match address.ip() {
        ip if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

impl Emulator {
    /// Reads the template and serves it on `socket`.
    ///
    /// # Errors
    /// When the template is refused, the data folder or a binary is of no use.
    pub async fn start(socket: Socket, options: Options) -> Result<Emulator, StartError> {
        let base = socket.base_url();
        let template = Template::read(&options.template, &options.parameters, &base)?;
        for note in &template.without_effect {
            tracing::debug!("{note}");
        }
        let attached = attached(&template, &options.attach)?;
        let binaries = Vec::from_iter(template.binaries(&options.attach));
        build_functions::check(&options.bin_dir, &binaries)?;
        make_folder(&options.data)?;
        let clock = open_clock(&options.data)?;
        let queue_dir = options.data.join("queue");
        let faults = Faults::default();
        let queues = Queues::open(
            &queue_dir,
            &template.queues,
            &base,
            clock.clone(),
            faults.clone(),
        )?;
        let attach = Attach {
            functions: attached,
            base_url: base.clone(),
            port: socket.address().port(),
            folder: options.attach_dir(),
            patience: options.integration_limit,
        };
        let functions =
            start_functions(&template.functions, &options, &base, attach, faults).await?;
        queues.resume_moves().await?;
        let names = binaries.into_iter().collect();
        let reload = Reload::start(
            &options.watch,
            functions.clone(),
            options.template.clone(),
            options.bin_dir.clone(),
            names,
        )
        .map_err(StartError::Functions)?;
        Emulator::run(
            socket, &template, functions, queues, clock, reload, &options,
        )
    }

    fn run(
        socket: Socket,
        template: &Template,
        functions: Functions,
        queues: Queues,
        clock: Clock,
        reload: Reload,
        options: &Options,
    ) -> Result<Emulator, StartError> {
        let asynchronous =
            Asynchronous::new(template, functions.clone(), queues.clone(), clock.clone());
        let gateway_stop = CancellationToken::new();
        let schedules = template.schedules.iter();
        let schedules: Vec<_> = schedules
            .map(|schedule| Arc::new(Planned::new(schedule.clone(), &clock)))
            .collect();
        let console = Console::new(console::World {
            functions: functions.clone(),
            asynchronous: asynchronous.clone(),
            queues: queues.clone(),
            clock: clock.clone(),
            schedules: schedules.clone(),
            function_list: template.functions.clone(),
            queue_list: template.queues.clone(),
            mappings: template.mappings.clone(),
            build: reload.build(),
            samples: options.samples.clone(),
            stopping: gateway_stop.clone(),
        });
        let gateway = Arc::new(Gateway::new(
            template,
            functions.clone(),
            asynchronous.clone(),
            queues.clone(),
            console,
            options,
        )?);
        let emulator = Emulator {
            address: socket.address,
            gateway: tokio::spawn(gateway.serve(socket.listener, gateway_stop.clone())),
            gateway_stop,
            sources_stop: CancellationToken::new(),
            sources: TaskTracker::new(),
            functions,
            asynchronous,
            queues,
            clock,
            reload,
        };
        emulator.start_sources(&template.mappings, schedules);
        Ok(emulator)
    }

    fn start_sources(&self, mappings: &[Mapping], schedules: Vec<Arc<Planned>>) {
        self.asynchronous.run(&self.sources_stop, &self.sources);
        for mapping in mappings {
            let (functions, function) = (self.functions.clone(), mapping.function.clone());
            let origin = Origin::Queue {
                name: mapping.queue.clone(),
            };
            let invoke = move |event, trace| {
                deliver(
                    functions.clone(),
                    function.clone(),
                    event,
                    origin.clone(),
                    trace,
                )
            };
            // It stops by itself, since what it has received must go somewhere.
            self.sources.spawn(queue::deliver(
                self.queues.clone(),
                mapping.clone(),
                self.sources_stop.clone(),
                self.sources.clone(),
                invoke,
            ));
        }
        for planned in schedules {
            let (door, schedule) = (self.asynchronous.clone(), planned.schedule.clone());
            let (clock, stopping) = (self.clock.clone(), self.sources_stop.clone());
            let send = move |event| tick(door.clone(), schedule.clone(), event);
            self.sources.spawn(async move {
                let runs = schedule::run(&planned, clock, send);
                stopping.run_until_cancelled(runs).await
            });
        }
    }

    /// Returns the public address with its real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the functions, to invoke them directly.
    #[must_use]
    pub fn functions(&self) -> &Functions {
        &self.functions
    }

    /// Returns how the builds of changed sources go, from now on.
    #[must_use]
    pub fn build(&self) -> watch::Receiver<Build> {
        self.reload.build()
    }

    /// Returns the queues.
    #[must_use]
    pub fn queues(&self) -> &Queues {
        &self.queues
    }

    /// Returns the clock of queues, schedules and retries, to move it.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Stops in order: no new work, then the functions, then the public address, which they may still need.
    pub async fn shutdown(self) {
        drop(self.reload);
        self.sources_stop.cancel();
        self.functions.shutdown().await;
        self.sources.close();
        // A disk that fails or a client that reads slowly cannot hold the emulator up.
        let _ = timeout(Duration::from_secs(5), self.sources.wait()).await;
        self.gateway_stop.cancel();
        let _ = timeout(Duration::from_secs(1), self.gateway).await;
    }
}

async fn start_functions(
    functions: &[Function],
    options: &Options,
    base: &str,
    attach: Attach,
    faults: Faults,
) -> Result<Functions, StartError> {
    let log_dir = options.data.join("logs");
    make_folder(&log_dir)?;
    let mut settings = Settings::new(options.bin_dir.clone(), log_dir);
    settings.echo = options.echo.clone();
    settings.freeze = options.freeze;
    settings.limit_memory = options.limit_memory;
    settings.attach = attach;
    settings.faults = faults;
    // A function that is told another endpoint talks to that one, as it would on Lambda.
    settings.defaults = BTreeMap::from([
        ("AWS_ENDPOINT_URL_SQS".to_owned(), base.to_owned()),
        ("AWS_ENDPOINT_URL_LAMBDA".to_owned(), base.to_owned()),
    ]);
    settings.environment = options.environment.clone();
    Functions::start(functions, settings)
        .await
        .map_err(StartError::Functions)
}

/// Returns the functions that people start, by the names they gave.
fn attached(
    template: &Template,
    names: &BTreeSet<String>,
) -> Result<BTreeMap<String, String>, StartError> {
    let find = |name: &String| {
        let Some(function) = template.function(name) else {
            let known = template.functions.iter();
            let known: Vec<&str> = known.map(|function| function.name.as_str()).collect();
            return Err(StartError::Attach {
                name: name.clone(),
                known: known.join(", "),
            });
        };
        Ok((name.clone(), function.name.clone()))
    };
    names.iter().map(find).collect()
}

/// Runs a function with messages of a queue.
async fn deliver(
    functions: Functions,
    function: String,
    event: Bytes,
    origin: Origin,
    trace: Trace,
) -> Delivered {
    match functions
        .invoke(&function, event, origin, trace)
        .await
        .outcome
    {
        Ok(payload) => Delivered::Answered(payload),
        Err(failure) if failure.never_ran() => Delivered::NotRun,
        Err(failure) => Delivered::Failed(failure.message),
    }
}

/// Invokes a function because its time has come, asynchronously as EventBridge does.
async fn tick(door: Asynchronous, schedule: Schedule, event: String) {
    let Schedule { name, function, .. } = &schedule;
    if let Err(error) = door
        .invoke(function, event, Some(name), Trace::begin())
        .await
    {
        tracing::error!(%error, function, "a scheduled run of {function} is left out: {error}");
    }
}

fn open_clock(data: &Path) -> Result<Clock, StartError> {
    Clock::open(data.join("clock")).map_err(|reason| StartError::Data {
        folder: data.to_owned(),
        reason,
    })
}

fn make_folder(folder: &Path) -> Result<(), StartError> {
    std::fs::create_dir_all(folder).map_err(|reason| StartError::Data {
        folder: folder.to_owned(),
        reason,
    })
}
