//! What an environment does for its process: each test has functions of its own, with no gateway in front.
use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use bytes::Bytes;
use emulator::{
    Trace,
    journal::Origin,
    runtime::{Failure, FailureKind, Functions, Invocation, Settings},
    template::Function,
};
use futures::future::join_all;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::{PATIENCE, eventually, probe_dir, state_of};

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_an_attempt_that_is_over_is_gone() {
    // The process that was refused tells of it.
    let lab = Lab::start(|_, settings| settings.most_environments = 1).await;

    let answer = lab.invoke(json!({ "do": "twice" })).await;
    let statuses = lab.invoke(json!({ "do": "refused" })).await;

    assert_eq!(answer.unwrap(), json!([410]));
    assert_eq!(statuses.unwrap(), json!([410, 202, 410]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_outgrows_its_memory_size_is_killed() {
    let lab = Lab::start(|_, _| {}).await;
    lab.invoke(json!({})).await.unwrap();

    for then_ms in [0, 50_000] {
        let run = lab
            .run(json!({ "do": "grow", "megabytes": 200, "then_ms": then_ms }))
            .await;

        let failure = run.outcome.unwrap_err();
        assert_eq!(failure.error_type, "Runtime.ExitError");
        let killed = "Error: Runtime exited with error: signal: killed";
        assert!(failure.message.ends_with(killed), "{}", failure.message);
        let log = String::from_utf8(run.log_tail.to_vec()).unwrap();
        assert!(log.contains("Memory Size: 128 MB\tMax Memory Used: 128 MB\t"));
        assert!(run.run.unwrap().duration < Duration::from_secs(45));
        lab.invoke(json!({})).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_below_the_limit_or_without_one_harms_nobody() {
    let lab = Lab::start(|_, _| {}).await;
    let unlimited = Lab::start(|_, settings| settings.limit_memory = false).await;

    let small = lab
        .invoke(json!({ "do": "grow", "megabytes": 90, "then_ms": 300 }))
        .await;
    let large = unlimited
        .invoke(json!({ "do": "grow", "megabytes": 200, "then_ms": 300 }))
        .await;

    assert_eq!(small.unwrap(), json!({ "held": 90 << 20 }));
    assert_eq!(large.unwrap(), json!({ "held": 200 << 20 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn work_left_behind_by_an_answer_is_frozen_until_the_next_event() {
    let lab = Lab::start(|_, _| {}).await;
    let file = lab.path("left-behind");

    lab.invoke(json!({ "do": "go on", "file": file }))
        .await
        .unwrap();
    let process = lab.functions.processes("Probe")[0];
    eventually("every thread is frozen", || is_frozen(process)).await;
    let frozen_at = size(&file);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(size(&file), frozen_at);
    let gate = lab.path("gate");
    let (answer, ()) = tokio::join!(lab.invoke(json!({ "wait_for": gate })), async {
        eventually("the work goes on", || size(&file) > frozen_at).await;
        File::create(&gate).unwrap();
    });

    answer.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_freezing_work_left_behind_goes_on() {
    let lab = Lab::start(|_, settings| settings.freeze = false).await;
    let file = lab.path("left-behind");

    lab.invoke(json!({ "do": "go on", "file": file }))
        .await
        .unwrap();

    let size_then = size(&file);
    eventually("the work goes on", || size(&file) > size_then + 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_that_crashes_or_hangs_costs_only_time() {
    for (first, init_limit_s) in [("exit", 30), ("stall", 10)] {
        let lab = Lab::start(|function, settings| {
            // Long enough for the first process to leave its mark, which spares the second its fate.
            settings.init_limit = Duration::from_secs(init_limit_s);
            let once = settings.log_dir.with_extension("once");
            let once = once.display().to_string();
            function.environment = BTreeMap::from([
                ("PROBE_INIT".to_owned(), first.to_owned()),
                ("PROBE_ONCE".to_owned(), once),
            ]);
        })
        .await;

        lab.invoke(json!({})).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_has_the_functions_own_timeout() {
    let lab = Lab::start(|function, settings| {
        settings.init_limit = Duration::from_millis(200);
        function.timeout = Duration::from_secs(1);
        function.environment = BTreeMap::from([("PROBE_INIT".to_owned(), "stall".to_owned())]);
    })
    .await;

    let failure = lab.invoke(json!({})).await.unwrap_err();

    assert_eq!(failure.error_type, "Sandbox.Timedout");
    let timed_out = "Error: Task timed out after 1.00 seconds";
    assert!(failure.message.ends_with(timed_out), "{}", failure.message);
    let log = lab.log();
    assert_eq!(log.matches("INIT_REPORT").count(), 2, "{log}");
    assert!(lab.functions.processes("Probe").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn environments_nobody_needs_are_ended() {
    let lab = Lab::start(|_, settings| settings.idle_after = Duration::from_millis(300)).await;

    let processes = lab.run_at_once(4).await;

    eventually("all are gone", || {
        lab.functions.processes("Probe").is_empty()
    })
    .await;
    assert!(
        processes
            .into_iter()
            .all(|process| state_of(process).is_none())
    );
    lab.invoke(json!({})).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_with_nothing_reserved_is_always_throttled() {
    let lab = Lab::start(|function, _| function.reserved_concurrency = Some(0)).await;

    let failure = lab.invoke(json!({})).await.unwrap_err();

    assert_eq!(failure.kind, FailureKind::Throttled);
    assert!(lab.functions.processes("Probe").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_beyond_the_most_environments_wait_for_one() {
    let lab = Lab::start(|_, settings| settings.most_environments = 2).await;

    let answers = join_all((0..8).map(|_| lab.invoke(json!({ "sleep_ms": 50 })))).await;

    assert!(answers.iter().all(Result::is_ok));
    assert!(lab.functions.processes("Probe").len() <= 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_runs_at_shutdown_is_answered() {
    let lab =
        Lab::start(|_, settings| (settings.drain, settings.grace) = (PATIENCE, PATIENCE)).await;

    let running = lab.invoke(json!({ "log": "it runs", "sleep_ms": 500 }));
    let (answer, ()) = tokio::join!(running, async {
        eventually("it runs", || lab.log().contains("it runs")).await;
        lab.functions.shutdown().await;
    });

    answer.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_waits_for_no_idle_process() {
    let lab = Lab::start(|_, settings| settings.grace = PATIENCE).await;
    lab.run_at_once(3).await;

    let begin = Instant::now();
    lab.functions.shutdown().await;

    assert!(begin.elapsed() < PATIENCE / 2, "{:?}", begin.elapsed());
}

/// One function called `Probe`, and its settings.
struct Lab {
    functions: Functions,
    folder: TempDir,
}

impl Lab {
    async fn start(change: impl FnOnce(&mut Function, &mut Settings)) -> Lab {
        let folder = tempfile::tempdir().unwrap();
        let mut function = Function {
            logical_id: "Probe".to_owned(),
            name: "Probe".to_owned(),
            binary: "probe".to_owned(),
            code: ".".into(),
            timeout: PATIENCE,
            memory_mb: 128,
            environment: BTreeMap::new(),
            reserved_concurrency: None,
            url: None,
            event_invoke: Default::default(),
        };
        let mut settings = Settings::new(probe_dir(), folder.path().join("logs"));
        change(&mut function, &mut settings);
        Lab {
            functions: Functions::start(&[function], settings).await.unwrap(),
            folder,
        }
    }

    async fn invoke(&self, event: Value) -> Result<Value, Failure> {
        let payload = self.run(event).await.outcome?;
        Ok(serde_json::from_slice(&payload).unwrap())
    }

    async fn run(&self, event: Value) -> Invocation {
        let event = Bytes::from(event.to_string());
        let run = self
            .functions
            .invoke("Probe", event, Origin::Console, Trace::begin());
        run.await
    }

    /// Has as many processes run at the same time; returns them when all are done.
    async fn run_at_once(&self, count: usize) -> Vec<u32> {
        let gate = self.path("gate");
        let calls = join_all((0..count).map(|_| self.invoke(json!({ "wait_for": gate }))));
        let (answers, processes) = tokio::join!(calls, async {
            let processes = || self.functions.processes("Probe");
            eventually("all run", || processes().len() == count).await;
            File::create(&gate).unwrap();
            processes()
        });
        assert!(answers.iter().all(Result::is_ok));
        processes
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.path("logs/Probe.log")).unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Whether all threads of a process stand still: its first may before the others do.
fn is_frozen(process: u32) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let numbers = threads.map(|thread| thread.unwrap().file_name());
    numbers
        .filter_map(|number| number.to_str()?.parse().ok())
        .all(|thread| state_of(thread) == Some('T'))
}

fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |facts| facts.len())
}
