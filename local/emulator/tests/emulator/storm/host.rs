//! The emulator under fire: a process of its own, seen from outside.
use std::{
    fs,
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use emulator::{Emulator, Socket};
use nix::{
    sys::signal::{self, Signal},
    unistd::Pid,
};
use serde_json::{Value, json};
use ureq::Agent;

use super::deed::{self, FUNCTIONS};
use crate::world::{PATIENCE, options, state_of};

/// Another copy of this program, which runs [`the_emulator_under_fire`]. Dropping it kills it.
pub(super) struct Host {
    process: Child,
    /// Kept open: what the copy writes at its end must go somewhere.
    _output: BufReader<ChildStdout>,
    address: String,
    agent: Agent,
}

impl Host {
    pub(super) fn start() -> Host {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "storm::host::the_emulator_under_fire",
                "--ignored",
                "--nocapture",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let address = output
            .by_ref()
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("listening on ").map(str::to_owned))
            .expect("the emulator starts");
        Host {
            process,
            _output: output,
            address,
            agent: agent(),
        }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn invoke_url(&self, function: &str) -> String {
        self.url(&format!("/2015-03-31/functions/{function}/invocations"))
    }

    /// Runs a function: whether it failed, and its answer.
    pub(super) fn invoke(&self, function: &str, event: &Value) -> (bool, Value) {
        let (_, failed, answer) =
            post(&self.agent, &self.invoke_url(function), event).expect("an answer");
        (failed, answer)
    }

    /// Makes a call that must succeed at once; gives the process that has answered.
    pub(super) fn plain_call(&self) -> u32 {
        let begin = Instant::now();
        let (failed, answer) = self.invoke("Storm", &json!({}));
        assert!(!failed, "{answer}");
        assert!(
            begin.elapsed() < deed::PATIENCE,
            "a plain call took {:?}",
            begin.elapsed()
        );
        let process = answer["process"].as_u64().expect("the probe tells it");
        process.try_into().expect("process ids are small")
    }

    /// Returns every process that the emulator has started.
    pub(super) fn children(&self) -> Vec<u32> {
        let parent = self.process.id().to_string();
        let is_child = |id: &u32| stat(*id, 1).is_some_and(|found| found == parent);
        processes().filter(is_child).collect()
    }

    /// Returns the seconds that the processes which functions leave behind sleep: no others sleep as long.
    pub(super) fn mark(&self) -> String {
        format!("{}", 1_000_000_000 + u64::from(self.process.id()))
    }

    /// Returns the processes that functions have left behind.
    pub(super) fn orphans(&self) -> Vec<u32> {
        let command = format!("sleep\0{}\0", self.mark());
        let is_marked = |id: &u32| {
            fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|found| found == command.as_bytes())
        };
        processes().filter(is_marked).collect()
    }

    pub(super) fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.process.id())).map_or(0, Iterator::count)
    }

    pub(super) fn memory_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Waits until nothing runs any more: every process is frozen, and none is dead and forgotten.
    pub(super) fn comes_to_rest(&self) {
        let is_frozen = |process: u32| state_of(process).is_none_or(|state| state == 'T');
        self.eventually("every process is frozen", || {
            self.children().into_iter().all(is_frozen)
        });
    }

    pub(super) fn eventually(&self, what: &str, holds: impl Fn() -> bool) {
        let begin = Instant::now();
        while !holds() {
            assert!(begin.elapsed() < deed::PATIENCE, "never came true: {what}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Stops the emulator in order.
    pub(super) fn stop(mut self) {
        drop(self.process.stdin.take());
        assert!(self.process.wait().unwrap().success());
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program that [`Host`] starts; it ends with its standard input.
#[ignore = "is started by another test"]
#[tokio::test(flavor = "multi_thread")]
async fn the_emulator_under_fire() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    fs::write(&options.template, template()).unwrap();
    let socket = Socket::open(([127, 0, 0, 1], 0).into()).await.unwrap();
    let emulator = Emulator::start(socket, options).await.unwrap();
    println!("\nlistening on {}", emulator.address());
    let _ = tokio::task::spawn_blocking(|| std::io::stdin().lines().count()).await;
    emulator.shutdown().await;
}

fn template() -> String {
    let functions = FUNCTIONS.map(|(name, timeout, init)| {
        format!(
            "  {name}:
    Type: AWS::Serverless::Function
    Metadata:
      BuildMethod: rust-cargolambda
      BuildProperties: {{ Binary: probe }}
    Properties:
      Runtime: provided.al2023
      Handler: bootstrap
      CodeUri: .
      Timeout: {}
      Environment: {{ Variables: {{ PROBE_INIT: '{init}' }} }}
      Events:
        Http:
          Type: HttpApi
          Properties: {{ Path: /{name}, Method: ANY }}
",
            timeout.as_secs()
        )
    });
    let head = "Transform: AWS::Serverless-2016-10-31\nResources:\n";
    format!("{head}{}", functions.concat())
}

/// Makes a client with a connection of its own.
pub(super) fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE));
    config.build().into()
}

/// Gives status, whether the function failed, and the answer.
pub(super) fn post(agent: &Agent, url: &str, event: &Value) -> Result<(u16, bool, Value), String> {
    let request = agent.post(url).content_type("application/json");
    let mut response = request
        .send(event.to_string())
        .map_err(|error| error.to_string())?;
    let failed = response.headers().contains_key("x-amz-function-error");
    let body = response.body_mut().with_config().limit(16 << 20);
    let answer = body.read_json().map_err(|error| error.to_string())?;
    Ok((response.status().as_u16(), failed, answer))
}

/// Kills a process that may have ended meanwhile.
pub(super) fn kill(process: u32) {
    let _ = signal::kill(Pid::from_raw(process.cast_signed()), Signal::SIGKILL);
}

pub(super) fn is_running(process: u32) -> bool {
    state_of(process).is_some_and(|state| state != 'Z')
}

fn processes() -> impl Iterator<Item = u32> {
    let all = fs::read_dir("/proc").unwrap();
    all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// A field of what the kernel tells of a process, counted from its state.
fn stat(process: u32, field: usize) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(field).map(str::to_owned)
}
