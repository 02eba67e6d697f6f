//! One process. A child is started so that it dies with the emulator, frozen, thawed, watched and killed; a process
//! that somebody else has started is only watched.
use std::{
    collections::BTreeMap,
    io::{self, PipeReader},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{ExitStatus, Stdio},
    sync::mpsc,
    time::Duration,
};

use nix::{
    errno::Errno,
    sys::{
        prctl,
        resource::{Resource, getrlimit, setrlimit},
        signal::{Signal, killpg},
    },
    unistd::{Pid, getpid, getppid},
};
use procfs::ProcError;
use tokio::{
    process::{Child, Command},
    runtime::Handle,
    sync::oneshot,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

/// How long a program may be missing or half written; a linker's last step takes less, on a slow disk too.
const UNFINISHED_LIMIT: Duration = Duration::from_secs(5);

/// How many files a process may have open, as on Lambda.
const OPEN_FILES: u64 = 1024;

/// How often it is looked whether a process lives that is nobody's child here.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The thread that starts all processes.
///
/// Linux sends the parent-death signal when the *thread* that started a child ends. Threads of an async
/// runtime come and go, so one that lives as long as the emulator does the starting.
pub(super) struct Spawner {
    requests: mpsc::Sender<Request>,
}

type Request = (Command, oneshot::Sender<io::Result<Child>>);

impl Spawner {
    pub(super) fn start() -> io::Result<Spawner> {
        let (requests, queue) = mpsc::channel::<Request>();
        let runtime = Handle::current();
        std::thread::Builder::new()
            .name("spawner".to_owned())
            .spawn(move || {
                let _entered = runtime.enter();
                for (mut command, reply) in queue {
                    let _ = reply.send(command.spawn());
                }
            })?;
        Ok(Spawner { requests })
    }

    async fn spawn(&self, command: Command) -> io::Result<Child> {
        let (reply, child) = oneshot::channel();
        let gone = || io::Error::other("the thread that starts processes is gone");
        self.requests.send((command, reply)).map_err(|_| gone())?;
        child.await.map_err(|_| gone())?
    }
}

/// A running process and, if it is a child, its group.
pub(super) struct Process {
    tie: Tie,
    pid: u32,
    frozen: bool,
    asked_to_end: bool,
    exit: Option<Exit>,
}

/// What a process is to the emulator.
enum Tie {
    Child(Child),
    Attached(Attached),
}

/// A process that somebody else has started: nothing is done to it, it is let go of.
struct Attached {
    /// `None` when it runs where the emulator cannot see it.
    process: Option<procfs::process::Process>,
    released: CancellationToken,
}

/// How a process ended; without a status it was not a child.
pub(super) type Exit = Option<ExitStatus>;

impl Process {
    /// Starts `program`, waiting a moment for it to be whole, unless the emulator is `stopping`; what it writes comes
    /// out of the returned pipe.
    pub(super) async fn start(
        spawner: &Spawner,
        program: &Path,
        variables: &BTreeMap<String, String>,
        stopping: &CancellationToken,
    ) -> io::Result<(Process, PipeReader)> {
        let begin = Instant::now();
        let may_wait = || begin.elapsed() < UNFINISHED_LIMIT && !stopping.is_cancelled();
        loop {
            match Process::start_now(spawner, program, variables).await {
                Err(error) if is_unfinished(&error) && may_wait() => {
                    sleep(Duration::from_millis(10)).await;
                }
                other => return other,
            }
        }
    }

    async fn start_now(
        spawner: &Spawner,
        program: &Path,
        variables: &BTreeMap<String, String>,
    ) -> io::Result<(Process, PipeReader)> {
        let (output, input) = io::pipe()?;
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(input.try_clone()?)
            .stderr(input)
            .process_group(0)
            .kill_on_drop(true);
        if let Some(folder) = program.parent() {
            command.current_dir(folder);
        }
        die_with_the_emulator(&mut command);
        let child = spawner.spawn(command).await?;
        let pid = child
            .id()
            .ok_or_else(|| io::Error::other("the process ended as it started"))?;
        Ok((
            Process {
                tie: Tie::Child(child),
                pid,
                frozen: false,
                asked_to_end: false,
                exit: None,
            },
            output,
        ))
    }

    /// Watches a process that somebody else has started until `released`; its number is 0 if it cannot be seen.
    ///
    /// The token is cancelled as well when the process is let go of.
    pub(super) fn attach(
        process: Option<procfs::process::Process>,
        released: CancellationToken,
    ) -> Process {
        let pid = process.as_ref().map_or(0, |process| process.pid());
        Process {
            tie: Tie::Attached(Attached { process, released }),
            pid: pid.cast_unsigned(),
            frozen: false,
            asked_to_end: false,
            exit: None,
        }
    }

    /// Whether somebody else has started it.
    pub(super) fn is_attached(&self) -> bool {
        matches!(self.tie, Tie::Attached(_))
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Stops the process between runs, as Lambda does: nothing happens in the background.
    pub(super) fn freeze(&mut self) {
        if !self.is_attached() {
            self.frozen = true;
            self.signal(Signal::SIGSTOP);
        }
    }

    pub(super) fn thaw(&mut self) {
        if std::mem::take(&mut self.frozen) {
            self.signal(Signal::SIGCONT);
        }
    }

    /// Asks the process to end, once.
    pub(super) fn terminate(&mut self) {
        if !std::mem::replace(&mut self.asked_to_end, true) {
            self.signal(Signal::SIGTERM);
        }
        // A frozen process sees the signal when it goes on.
        self.thaw();
    }

    pub(super) async fn kill(&mut self) {
        self.signal(Signal::SIGKILL);
        self.wait().await;
    }

    /// Waits for the end of the process; may be dropped and called again.
    pub(super) async fn wait(&mut self) -> Exit {
        if let Some(exit) = self.exit {
            return exit;
        }
        let exit = match &mut self.tie {
            // Waiting for one's own child fails only if somebody else has waited for it.
            Tie::Child(child) => Some(child.wait().await.unwrap_or_default()),
            Tie::Attached(attached) => {
                attached.wait().await;
                None
            }
        };
        self.ended(exit);
        exit
    }

    /// Whether the process has ended. It asks the system, which knows before the event loop is told.
    pub(super) fn has_ended(&mut self) -> bool {
        if self.exit.is_none() {
            let exit = match &mut self.tie {
                Tie::Child(child) => child.try_wait().ok().flatten().map(Some),
                Tie::Attached(attached) => attached.released.is_cancelled().then_some(None),
            };
            if let Some(exit) = exit {
                self.ended(exit);
            }
        }
        self.exit.is_some()
    }

    fn ended(&mut self, exit: Exit) {
        // What the process has started itself ends with it.
        self.signal(Signal::SIGKILL);
        self.exit = Some(exit);
    }

    fn signal(&self, signal: Signal) {
        match &self.tie {
            // After the process has been waited for, its number may belong to somebody else.
            Tie::Child(_) if self.exit.is_none() => {
                let _ = killpg(Pid::from_raw(self.pid.cast_signed()), signal);
            }
            // Nobody is asked to end; it is let go of when a child would be killed.
            Tie::Attached(attached) if signal == Signal::SIGKILL => attached.released.cancel(),
            _ => {}
        }
    }
}

impl Attached {
    async fn wait(&self) {
        let is_alive = || self.process.as_ref().is_none_or(lives);
        let ended = async {
            while is_alive() {
                sleep(LOOK_EVERY).await;
            }
        };
        self.released.run_until_cancelled(ended).await;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
    }
}

/// Lets this process have as many files open as it is allowed to.
///
/// Each connection of a caller and each process of a function takes some, and many systems give 1,024 to begin with.
/// Where that is refused, there are as many as there were.
pub(super) fn open_many_files() {
    if let Ok((_, most)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, most, most);
    }
}

/// Whether a process is there and no zombie; where the system does not say, it is left in peace.
fn lives(process: &procfs::process::Process) -> bool {
    match process.stat() {
        Ok(stat) => !matches!(stat.state, 'Z' | 'X'),
        Err(error) => !matches!(error, ProcError::NotFound(_)),
    }
}

/// Kills a process and its group as `kill -9` does; it must be one that lives.
pub(super) fn kill(pid: u32) {
    let _ = killpg(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL);
}

/// Whether a program is perhaps just being replaced: gone, still open, empty, or without its permission yet.
fn is_unfinished(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw);
    matches!(
        errno,
        Some(Errno::ENOENT | Errno::ETXTBSY | Errno::ENOEXEC | Errno::EACCES)
    )
}

/// Has the kernel kill the process when the emulator is gone, even by `kill -9`.
fn die_with_the_emulator(command: &mut Command) {
    let emulator = getpid();
    let prepare = move || {
        prctl::set_pdeathsig(Signal::SIGKILL)?;
        if getppid() != emulator {
            // An error without text: nothing may allocate between fork and exec.
            return Err(io::Error::from(Errno::ESRCH));
        }
        // A crash is an answer here, not a reason to write gigabytes.
        setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
        let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
        let most = most.min(OPEN_FILES);
        setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
        Ok(())
    };
    #[expect(
        unsafe_code,
        reason = "the closure makes a few system calls, all safe between fork and exec"
    )]
    unsafe {
        command.pre_exec(prepare);
    }
}

/// Says how a process ended, in the words Lambda uses.
pub(super) fn describe(exit: Exit) -> String {
    let Some(status) = exit else {
        return "the process that was attached is gone".to_owned();
    };
    let Some(number) = status.signal() else {
        return match status.code() {
            Some(0) | None => "Runtime exited without providing a reason".to_owned(),
            Some(code) => format!("Runtime exited with error: exit status {code}"),
        };
    };
    let name = match Signal::try_from(number) {
        Ok(Signal::SIGKILL) => "killed",
        Ok(Signal::SIGABRT) => "aborted",
        Ok(Signal::SIGSEGV) => "segmentation fault",
        Ok(Signal::SIGTERM) => "terminated",
        Ok(Signal::SIGINT) => "interrupt",
        Ok(Signal::SIGBUS) => "bus error",
        Ok(Signal::SIGILL) => "illegal instruction",
        Ok(Signal::SIGFPE) => "floating point exception",
        Ok(other) => other.as_str(),
        Err(_) => "unknown",
    };
    format!("Runtime exited with error: signal: {name}")
}
