use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use emulator::build_functions;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Answer, Client, said};

/// How long a slow machine may take for an episode with everything else going on. Only what fails takes as long.
pub const SOON: Duration = Duration::from_secs(240);
/// How often a job is looked at: oftener would cost more than much of what is tested.
const POLL: Duration = Duration::from_millis(100);

/// The runner and everything it starts, for podcasts and for comparisons.
const BINARIES: [&str; 9] = [
    "local",
    "create",
    "status",
    "library",
    "generate",
    "sweep",
    "greeter-hello",
    "greeter-obey",
    "greeter-trickle",
];

/// One running system with its own data folder. Dropping it kills everything.
pub struct World {
    runner: Child,
    start: Start,
    data: TempDir,
    client: Client,
}

/// What a world is started with.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// `tone`, `tone:MS` for lines that take a while, `tone:MS:WORD` for a word that crashes the worker, or a folder;
    /// empty for the embedded voice.
    pub voice: String,
    /// Variables of the shell it is started from, such as `RUST_LOG`.
    pub settings: Vec<(&'static str, &'static str)>,
    /// Another template than the product's.
    pub template: Option<PathBuf>,
    /// Files with the public keys of issuers that the template's authorizer names.
    pub jwks: Vec<(&'static str, PathBuf)>,
    /// The folder of the programs to run; without one they are built from these sources.
    pub binaries: Option<PathBuf>,
}

impl World {
    /// Starts the system with a voice of one beep a word.
    pub fn start() -> Self {
        Self::start_with("tone")
    }

    /// Starts the system with `voice`: `tone`, `tone:MS` for lines that take a while, or a folder.
    pub fn start_with(voice: &str) -> Self {
        Self::start_as(Start {
            voice: voice.to_owned(),
            ..Start::default()
        })
    }

    /// Starts the system.
    ///
    /// # Panics
    /// When it ends before it is ready.
    pub fn start_as(start: Start) -> Self {
        Self::start_in(tempfile::tempdir().expect("a temporary folder"), start)
    }

    /// Starts the system on the folder `data`, which may hold what an earlier one left.
    ///
    /// # Panics
    /// When it ends before it is ready.
    pub fn start_in(data: TempDir, start: Start) -> Self {
        if start.binaries.is_none() {
            build();
        }
        let (runner, origin) = spawn(data.path(), &start, "127.0.0.1:0");
        Self {
            runner,
            start,
            data,
            client: Client::new(&origin),
        }
    }

    /// Kills the runner and all it started at once, as a power cut would, and starts it again on the same data.
    pub fn crash_and_restart(&mut self) {
        self.signal(Signal::SIGKILL);
        self.restart();
    }

    /// Kills the runner; returns once all that it started is dead, too.
    ///
    /// # Panics
    /// When something outlives it.
    pub fn crash(&mut self) {
        let children = self.children();
        self.signal(Signal::SIGKILL);
        self.runner.wait().expect("the runner is ours");
        let begun = Instant::now();
        while children.iter().any(|child| is_alive(*child)) {
            assert!(begun.elapsed() < SOON, "a function outlived its emulator");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Starts the runner again on the same data and address after it ended.
    pub fn restart(&mut self) {
        let _ = self.runner.wait();
        let address = self.origin().trim_start_matches("http://").to_owned();
        (self.runner, _) = spawn(self.data.path(), &self.start, &address);
    }

    /// Asks the runner to stop and waits until it has; gives the time it took.
    pub fn stop(&mut self) -> Duration {
        let asked = Instant::now();
        self.signal(Signal::SIGTERM);
        self.runner.wait().expect("the runner is ours");
        asked.elapsed()
    }

    /// Sends a signal to the runner alone.
    pub fn signal(&self, signal: Signal) {
        kill(pid(self.runner.id()), signal).expect("the runner is alive");
    }

    /// Kills every process of one function; gives how many there were.
    pub fn kill_function(&self, function: &str) -> usize {
        let processes = self.processes(function);
        for process in &processes {
            // One that ended meanwhile is as good as killed.
            let _ = kill(pid(*process), Signal::SIGKILL);
        }
        processes.len()
    }

    /// The process of the runner.
    pub fn runner(&self) -> u32 {
        self.runner.id()
    }

    /// Processes of one function under this runner.
    pub fn processes(&self, function: &str) -> Vec<u32> {
        let mut processes = self.children();
        processes.retain(|id| is_running(*id, function));
        processes
    }

    /// Every process that this runner has started.
    pub fn children(&self) -> Vec<u32> {
        let all = fs::read_dir("/proc").expect("Linux");
        let ids = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
        ids.filter(|id| parent(*id) == Some(self.runner.id()))
            .collect()
    }

    /// Processes of one function that are doing something: the emulator stops those that are idle.
    pub fn at_work(&self, function: &str) -> Vec<u32> {
        let mut processes = self.processes(function);
        processes.retain(|id| self.is_at_work(*id));
        processes
    }

    /// Whether a process is doing something. Costs little, where to find processes takes milliseconds.
    pub fn is_at_work(&self, process: u32) -> bool {
        state(process).is_some_and(|state| state != "T" && state != "Z")
    }

    /// Sends a signal to one process; whether it was there to get it.
    pub fn send(&self, process: u32, signal: Signal) -> bool {
        kill(pid(process), signal).is_ok()
    }

    /// Sends a signal to every process of one function.
    pub fn signal_function(&self, function: &str, signal: Signal) {
        for process in self.processes(function) {
            let _ = kill(pid(process), signal);
        }
    }

    /// Where the system listens, such as `http://127.0.0.1:40123`.
    pub fn origin(&self) -> &str {
        self.client.origin()
    }

    /// Someone who talks to the system, in another thread for example; outlives its restarts.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// The folder with database, media, queue and logs.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Asks with GET.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], None)
    }

    /// Asks with POST and JSON.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(
            "POST",
            path,
            &[("content-type", "application/json")],
            Some(body.to_string().as_bytes()),
        )
    }

    /// Asks with any method; `path` may be an absolute URL.
    ///
    /// # Panics
    /// When nothing answers.
    pub fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        self.try_ask(method, path, headers, body)
            .unwrap_or_else(|e| panic!("{method} {path}: {e}"))
    }

    /// As [`World::ask`], for times when the system may be away.
    ///
    /// # Errors
    /// When nothing answers.
    pub fn try_ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Answer, ureq::Error> {
        self.client.try_ask(method, path, headers, body)
    }

    /// Asks for an episode and gives its id.
    ///
    /// # Panics
    /// When it is not accepted.
    pub fn accept(&self, location: &str, length: &str) -> String {
        self.accept_as(&generate_body(location, length))
    }

    /// Asks for the episode that a body describes and gives its id.
    ///
    /// # Panics
    /// When it is not accepted.
    pub fn accept_as(&self, body: &Value) -> String {
        let answer = self.post("/api/v1/podcasts/generate", body);
        assert_eq!(
            answer.status,
            202,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        answer.text("job_id")
    }

    /// The status of a job.
    pub fn status(&self, id: &str) -> Answer {
        self.get(&format!("/api/v1/podcasts/status/{id}"))
    }

    /// Polls until `is_enough` or panics after `patience`; gives every progress value seen.
    pub fn follow(
        &self,
        id: &str,
        patience: Duration,
        is_enough: impl Fn(&Value) -> bool,
    ) -> Vec<u64> {
        let begun = Instant::now();
        let mut seen = Vec::new();
        loop {
            let state = self.status(id).json();
            seen.extend(state["progress"].as_u64());
            if is_enough(&state) {
                return seen;
            }
            assert_ne!(state["status"], "failed", "{state}");
            assert!(begun.elapsed() < patience, "{state} after {patience:?}");
            thread::sleep(POLL);
        }
    }

    /// Polls until the episode is completed; gives every progress value seen.
    pub fn finish(&self, id: &str, patience: Duration) -> Vec<u64> {
        self.follow(id, patience, |state| state["status"] == "completed")
    }

    /// Runs a function by the Invoke API, as the AWS CLI does.
    pub fn invoke(&self, function: &str, event: &Value) -> Answer {
        self.post(
            &format!("/2015-03-31/functions/{function}/invocations"),
            event,
        )
    }

    /// How many messages a queue holds: visible, delayed and handed out.
    ///
    /// # Panics
    /// When there is no such queue.
    pub fn messages(&self, queue: &str) -> u64 {
        let kinds =
            ["", "Delayed", "NotVisible"].map(|kind| format!("ApproximateNumberOfMessages{kind}"));
        let asked = json!({ "AttributeNames": kinds });
        let answer = self.client.try_sqs("GetQueueAttributes", queue, asked);
        let attributes = answer.expect("the emulator answers").json()["Attributes"].take();
        let count = |kind| {
            attributes[kind]
                .as_str()
                .and_then(|count| count.parse::<u64>().ok())
        };
        let counts = kinds.iter().map(count);
        counts
            .sum::<Option<u64>>()
            .unwrap_or_else(|| panic!("{queue}: {attributes}"))
    }

    /// The lines in a function's log.
    pub fn log(&self, function: &str) -> Vec<String> {
        let path = self.data().join(format!("logs/{function}.log"));
        let log = fs::read(path).unwrap_or_default();
        let lines = String::from_utf8_lossy(&log);
        lines.lines().map(str::to_owned).collect()
    }

    /// Every file under a folder of the data, such as `media`.
    pub fn files(&self, folder: &str) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.data.path().join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path())
                } else {
                    files.push(entry.path())
                }
            }
        }
        files
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.runner.kill();
        let _ = self.runner.wait();
    }
}

/// The body that asks for an episode.
pub fn generate_body(location: &str, length: &str) -> Value {
    json!({ "location": location, "podcast_type": "base", "preferences": { "preferred_length": length } })
}

fn spawn(data: &Path, start: &Start, address: &str) -> (Child, String) {
    let binaries = start.binaries.clone().unwrap_or_else(target);
    let mut command = Command::new(binaries.join("local"));
    command
        .args([
            "--listen",
            address,
            "--no-build",
            "--no-watch",
            "--quiet",
            "--data",
        ])
        .arg(data);
    if !start.voice.is_empty() {
        command.args(["--voice", &start.voice]);
    }
    if let Some(template) = &start.template {
        command.arg("--template").arg(template);
    }
    for (issuer, file) in &start.jwks {
        let keys = format!("{issuer}={}", file.display());
        command.args(["--jwks", &keys]);
    }
    command.envs(start.settings.iter().copied());
    let mut runner = command
        .stdout(Stdio::piped())
        .spawn()
        .expect("the runner is built");
    let origin = said(&mut runner, |line| {
        line.strip_prefix("ready on ").map(str::to_owned)
    })
    .expect("the runner gets ready");
    (runner, origin)
}

/// Builds what the runner starts, once for each suite: a suite tests the code as it is now.
///
/// With `WHERECAST_BUILT` in the environment it has just been built: cargo would only wait for its own lock.
fn build() {
    if std::env::var_os("WHERECAST_BUILT").is_some() {
        return;
    }
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        let binaries = BINARIES.iter().flat_map(|binary| ["--bin", binary]);
        let release = (!cfg!(debug_assertions)).then_some("--release");
        let mut build = build_functions::cargo();
        build
            .args(["build", "--quiet", "--workspace"])
            .args(release)
            .args(binaries);
        let status = build.status().expect("cargo runs");
        assert!(status.success(), "the system does not build");
    });
}

/// The folder of the system's binaries, as they were last built.
pub fn binaries() -> PathBuf {
    target()
}

/// Where a binary of the system is, built from these sources.
pub fn binary(name: &str) -> PathBuf {
    build();
    target().join(name)
}

/// The folder of binaries beside the one that runs this suite.
fn target() -> PathBuf {
    build_functions::bin_dir().expect("it runs")
}

fn pid(id: u32) -> Pid {
    Pid::from_raw(i32::try_from(id).expect("process ids are small"))
}

fn parent(id: u32) -> Option<u32> {
    stat(id, 1)?.parse().ok()
}

/// `R` for running, `S` for waiting, `T` for stopped, `Z` for a zombie …
fn state(id: u32) -> Option<String> {
    stat(id, 0)
}

fn is_alive(id: u32) -> bool {
    // A zombie is dead: whoever adopted it may reap it later.
    state(id).is_some_and(|state| state != "Z" && state != "X")
}

fn stat(id: u32, field: usize) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in parentheses may hold anything; what follows is: state, parent, …
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(field).map(str::to_owned)
}

fn is_running(id: u32, function: &str) -> bool {
    fs::read_link(format!("/proc/{id}/exe"))
        .is_ok_and(|exe| exe.file_name().is_some_and(|name| name == function))
}
