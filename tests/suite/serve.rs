//! What the terminal shows while the system serves, and that it serves whatever becomes of the terminal.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use wherecast_tests::{Answer, Client, SOON, binary};

/// What a function logs here.
const WORD: &str = "a word from inside";

/// The functions that are asked to stop have four seconds, and a slow machine has more to do.
const END: Duration = Duration::from_secs(10);

#[test]
fn an_invocation_is_one_line_and_what_its_function_logs_is_not_shown() {
    let runner = Runner::start(&[]);

    runner.obey(&json!({ "log": WORD }));

    let shown = runner.shown_with("POST /obey");
    assert!(!shown.contains(WORD), "{shown}");
    assert_eq!(shown.lines().count(), 1, "{shown}");
}

#[test]
fn verbose_adds_what_functions_log() {
    let runner = Runner::start(&["-v"]);

    runner.obey(&json!({ "log": WORD }));

    let shown = runner.shown_with("POST /obey");
    assert!(
        shown.contains(&format!("[greeter-obey] {WORD}\n")),
        "{shown}"
    );
    assert!(!shown.contains('\x1b'), "{shown:?}");
}

#[test]
fn quiet_leaves_nothing_of_what_goes_well() {
    let mut runner = Runner::start(&["-q"]);

    runner.obey(&json!({ "log": WORD }));

    runner.interrupt();
    assert_eq!(runner.end().code(), Some(0));
    assert_eq!(runner.shown(), "stopping\n");
}

#[test]
fn every_line_is_json_if_asked_for() {
    let mut runner = Runner::start(&["-v", "--log-format", "json"]);

    runner.obey(&json!({ "log": WORD }));
    runner.obey(&json!({ "do": "fail" }));
    runner.shown_with("as asked");

    runner.interrupt();
    assert_eq!(runner.end().code(), Some(0));
    let shown = runner.shown();
    let object = |line| {
        serde_json::from_str::<Value>(line)
            .ok()
            .filter(Value::is_object)
    };
    let lines: Vec<Value> = shown
        .lines()
        .map(|line| object(line).unwrap_or_else(|| panic!("{line}")))
        .collect();
    assert!(
        lines.iter().all(|line| !line["timestamp"].is_null()),
        "{shown}"
    );
    let is_there = |message: &str| lines.iter().any(|line| line["message"] == message);
    assert!(is_there(WORD) && is_there("stopping"), "{shown}");
}

#[test]
fn colors_are_for_terminals_only() {
    let piped = Runner::start(&[]);
    let mut seen = Runner::start_on_a_terminal();

    piped.obey(&json!({ "do": "fail" }));
    seen.obey(&json!({ "do": "fail" }));

    let plain = piped.shown_with("as asked");
    assert!(!plain.contains('\x1b'), "{plain:?}");
    seen.interrupt();
    assert_eq!(seen.end().code(), Some(0));
    let colored = seen.rest();
    assert!(colored.contains("\x1b[31m"), "{colored:?}");
}

#[test]
fn ctrl_c_lets_a_request_be_answered() {
    let try_once = || {
        let mut runner = Runner::start(&[]);

        let answer = runner.interrupt_while_it_answers(700);

        assert_eq!(runner.end().code(), Some(0));
        assert!(!runner.data.path().join("address").exists());
        let status = answer.map(|answer| answer.status).ok();
        let says_so = runner.shown().contains("stopping: 1 × greeter-obey");
        (status, says_so)
    };

    // The request has a second and a half, which a machine that stands still may take from it.
    let mut tries = Vec::new();
    while tries.len() < 3 && !tries.contains(&(Some(200), true)) {
        tries.push(try_once());
    }

    assert_eq!(tries.last(), Some(&(Some(200), true)), "{tries:?}");
}

#[test]
fn what_happened_just_before_ctrl_c_is_shown() {
    // The first three of a kind have their lines, and the others one together.
    let mut runner = Runner::start(&[]);
    for _ in 0..5 {
        runner.obey(&json!({}));
    }
    runner.obey(&json!({ "do": "fail" }));

    runner.interrupt();

    assert_eq!(runner.end().code(), Some(0));
    let shown = runner.shown();
    let lines = |text: &str| shown.lines().filter(|line| line.contains(text)).count();
    assert_eq!(lines("POST /obey  200"), 3, "{shown}");
    assert_eq!(lines("POST /obey ×2  200"), 1, "{shown}");
    assert!(shown.contains("as asked"), "{shown}");
}

#[test]
fn a_terminal_that_is_gone_is_no_reason_to_stop() {
    let (_, writer) = io::pipe().unwrap();
    let mut runner = Runner::start_to(&["-v"], writer);

    runner.serves_to_its_end();
    assert!(!runner.data.path().join("address").exists());
}

#[test]
fn a_terminal_that_stands_still_holds_nothing_up() {
    let (_reader, writer) = io::pipe().unwrap();
    let mut filler = writer.try_clone().unwrap();
    // Ends with the reader.
    thread::spawn(move || while filler.write_all(&[b'\n'; 4096]).is_ok() {});
    let mut runner = Runner::start_to(&["-v"], writer);

    runner.serves_to_its_end();
}

/// A runner that serves the greeter.
struct Runner {
    process: Child,
    pid: Pid,
    client: Client,
    stdout: BufReader<ChildStdout>,
    data: TempDir,
}

impl Runner {
    /// Starts one whose standard error can be read.
    fn start(arguments: &[&str]) -> Runner {
        let data = tempfile::tempdir().unwrap();
        let shown = File::create(shown_in(data.path())).unwrap();
        Runner::begin(command(data.path(), arguments).stderr(shown), data)
    }

    fn start_to(arguments: &[&str], terminal: impl Into<Stdio>) -> Runner {
        let data = tempfile::tempdir().unwrap();
        Runner::begin(command(data.path(), arguments).stderr(terminal), data)
    }

    /// Starts one whose outputs are a terminal, both the same.
    fn start_on_a_terminal() -> Runner {
        let data = tempfile::tempdir().unwrap();
        let runner = command(data.path(), &[]);
        let words: Vec<_> = [runner.get_program()]
            .into_iter()
            .chain(runner.get_args())
            .map(|word| format!("'{}'", word.to_str().unwrap()))
            .collect();
        let mut script = Command::new("script");
        script
            // Some shells would stay between.
            .args(["-qec", &format!("exec {}", words.join(" ")), "/dev/null"])
            .env("TERM", "xterm")
            .env_remove("NO_COLOR");
        Runner::begin(&mut script, data)
    }

    /// Has it say something of all kinds, then ends it while it answers, and checks that it still does.
    fn serves_to_its_end(&mut self) {
        self.obey(&json!({ "log": WORD }));
        self.obey(&json!({ "do": "fail" }));
        let answer = self.interrupt_while_it_answers(100);

        assert_eq!(answer.map(|answer| answer.status).ok(), Some(200));
        assert_eq!(self.end().code(), Some(0));
    }

    fn begin(command: &mut Command, data: TempDir) -> Runner {
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it is installed");
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("ready on ") {
            line.clear();
            assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "it gets ready");
        }
        let client = Client::new(line.trim_start_matches("ready on ").trim());
        let pid = the_runner(process.id());
        Runner {
            process,
            pid,
            client,
            stdout,
            data,
        }
    }

    fn obey(&self, command: &Value) -> Answer {
        ask(&self.client, command).unwrap()
    }

    /// Sends what Ctrl-C sends, in the middle of a request that takes so long; returns what becomes of that.
    fn interrupt_while_it_answers(&self, takes_ms: u64) -> Result<Answer, String> {
        let client = self.client.clone();
        let note = self.data.path().join("note");
        let command = json!({ "note": note, "sleep_ms": takes_ms });
        let asking = thread::spawn(move || ask(&client, &command));
        until(|| note.exists().then_some(()), "it begins");
        self.interrupt();
        asking.join().unwrap()
    }

    fn interrupt(&self) {
        kill(self.pid, Signal::SIGINT).unwrap();
    }

    /// Waits for its end.
    fn end(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < END, "it does not end");
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn shown(&self) -> String {
        fs::read_to_string(shown_in(self.data.path())).unwrap()
    }

    /// Waits for a text to be shown; returns all that is.
    fn shown_with(&self, text: &str) -> String {
        until(
            || Some(self.shown()).filter(|shown| shown.contains(text)),
            text,
        )
    }

    fn rest(&mut self) -> String {
        let lines = self.stdout.by_ref().lines();
        lines.map_while(Result::ok).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // Its end ends what it was started by, too.
        let _ = kill(self.pid, Signal::SIGKILL);
        let _ = self.process.wait();
    }
}

fn command(data: &Path, arguments: &[&str]) -> Command {
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("greeter/template.yaml");
    let mut command = Command::new(binary("local"));
    command
        .args(["--no-build", "--no-watch", "--listen", "127.0.0.1:0"])
        .args(arguments)
        .arg("--template")
        .arg(template)
        .arg("--data")
        .arg(data)
        .env_remove("RUST_LOG");
    command
}

fn shown_in(data: &Path) -> PathBuf {
    data.join("shown")
}

/// Returns the process itself, or the one that it was to start.
fn the_runner(process: u32) -> Pid {
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap();
    let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap();
    let id = match name.trim() {
        "script" => children.trim().parse().unwrap(),
        _ => i32::try_from(process).unwrap(),
    };
    Pid::from_raw(id)
}

fn ask(client: &Client, command: &Value) -> Result<Answer, String> {
    let (headers, body) = ([("content-type", "application/json")], command.to_string());
    client
        .try_ask("POST", "/obey", &headers, Some(body.as_bytes()))
        .map_err(|error| error.to_string())
}

fn until<T>(look: impl Fn() -> Option<T>, what: &str) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < SOON, "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}
