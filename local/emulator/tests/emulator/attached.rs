//! Functions that people start themselves.
use std::{
    collections::BTreeSet,
    fs::File,
    os::unix::process::ExitStatusExt,
    process::{Child, Command},
    time::Duration,
};

use emulator::{Emulator, Socket};
use serde_json::json;

use crate::world::{World, eventually, options, probe_dir, state_of};

/// The probe, started by hand with the variables in the file of `name`. It ends with the test.
struct ByHand(Child);

impl ByHand {
    fn start(world: &World, name: &str) -> ByHand {
        let file = world.data(&format!("attach/{name}.env"));
        let script = format!(
            "set -a; . {}; exec {}/probe",
            file.display(),
            probe_dir().display()
        );
        ByHand(Command::new("sh").args(["-c", &script]).spawn().unwrap())
    }

    fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for ByHand {
    fn drop(&mut self) {
        self.end();
    }
}

async fn attaching(name: &str) -> World {
    World::start_with(|options| options.attach = BTreeSet::from([name.to_owned()])).await
}

/// The same where nobody has patience.
async fn attaching_for_2_s(name: &str) -> World {
    World::start_with(|options| {
        options.attach = BTreeSet::from([name.to_owned()]);
        options.integration_limit = Duration::from_secs(2);
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_waits_for_a_process_that_somebody_starts() {
    let world = attaching("Probe").await;

    let (waited, mut by_hand) = tokio::join!(world.send("GET", "/probe/1", &[]), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        ByHand::start(&world, "Probe")
    });

    assert_eq!(waited.status(), 200);
    let process = by_hand.0.id();
    let [environment] = world.emulator.functions().environments("Probe")[..] else {
        panic!("not one environment");
    };
    assert!(environment.is_attached && environment.process == process);
    let (failed, variables, _) = world.invoke("Probe", json!({ "do": "variables" })).await;
    assert!(!failed && variables["AWS_LAMBDA_FUNCTION_NAME"] == "Probe");
    // The emulator leaves it alone: it is not frozen, and its time is its own.
    let (_, other, _) = world.invoke("Single", json!({})).await;
    assert_ne!(other["process"], process);
    assert_ne!(state_of(process), Some('T'));
    by_hand.end();
    eventually("the emulator has noticed", || {
        world.processes("Probe").is_empty()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_started_by_hand_has_the_time_it_needs() {
    let world = attaching_for_2_s("Short").await;
    let mut by_hand = ByHand::start(&world, "Short");
    eventually("it is there", || !world.processes("Short").is_empty()).await;

    let answer = world.post("/short", json!({ "sleep_ms": 2_500 })).await;
    let gate = world.data("gate");
    let late = world.post("/short", json!({ "wait_for": gate }));
    let (late, ()) = tokio::join!(late, async {
        eventually("it runs", || {
            world.log("Short").matches("START ").count() == 2
        })
        .await;
        // What runs may still answer.
        let open = async { drop(File::create(&gate).unwrap()) };
        tokio::join!(world.emulator.functions().shutdown(), open);
    });

    assert_eq!([answer.status(), late.status()], [200, 200]);
    // Nobody asks it to end: it does so itself, since it is told that there is no more work.
    let process = by_hand.0.id();
    eventually("it has ended", || state_of(process) == Some('Z')).await;
    assert_eq!(by_hand.0.wait().unwrap().signal(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_started_by_hand_may_die_and_another_take_its_place() {
    let world = attaching("Probe").await;
    let mut first = ByHand::start(&world, "Probe");
    world.invoke("Probe", json!({})).await;

    let ((failed, failure, took), ()) = tokio::join!(
        world.invoke("Probe", json!({ "sleep_ms": 60_000 })),
        async {
            eventually("it runs", || {
                world.log("Probe").matches("START ").count() == 2
            })
            .await;
            first.end();
        }
    );
    let second = ByHand::start(&world, "Probe");
    let (still_fails, ..) = world.invoke("Probe", json!({})).await;
    let third = ByHand::start(&world, "Probe");
    let third_process = third.0.id();
    eventually("the third has the place of the second", || {
        world.processes("Probe") == [third_process]
    })
    .await;
    let (fails_again, ..) = world.invoke("Probe", json!({})).await;

    assert!(
        failed && failure["errorType"] == "Runtime.ExitError",
        "{failure}"
    );
    assert!(took < Duration::from_secs(45), "{took:?}");
    assert!(!still_fails && !fails_again);
    drop((second, third));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_nobody_takes_is_answered_in_the_end() {
    let world = attaching_for_2_s("Probe").await;

    let answer = world.send("GET", "/probe/1", &[]).await;
    let path = "/2015-03-31/functions/Probe/invocations";
    let mut invoked = world.post(path, json!({})).await;

    assert_eq!(answer.status(), 503);
    assert_eq!(invoked.status(), 429);
    let told = invoked.body_mut().read_to_string().unwrap();
    assert!(told.contains("no process of Probe asks for work"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_programs_serve_and_only_functions_that_are_attached() {
    let world = attaching("Probe").await;
    let next = |name: &str| format!("/_runtime/{name}/2018-06-01/runtime/invocation/next");

    let page = world
        .send("GET", &next("Probe"), &[("origin", "https://example.com")])
        .await;
    let image = world
        .send("GET", &next("Probe"), &[("sec-fetch-site", "cross-site")])
        .await;
    let foreign = world
        .send("GET", &next("Probe"), &[("host", "evil.example:9000")])
        .await;
    let no_question = world.post(&next("Probe"), json!({})).await;
    let mut other = world.send("GET", &next("Short"), &[]).await;

    assert_eq!(
        [page.status(), image.status(), foreign.status()],
        [403, 403, 403]
    );
    assert_eq!([no_question.status(), other.status()], [405, 404]);
    assert!(
        world.processes("Probe").is_empty(),
        "somebody has the place"
    );
    let told = other.body_mut().read_to_string().unwrap();
    assert!(told.contains("Short is not attached, only Probe"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_is_not_there_cannot_be_attached() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    options.attach.insert("Porbe".to_owned());
    let socket = Socket::open(([127, 0, 0, 1], 0).into()).await.unwrap();

    let error = Emulator::start(socket, options).await.err().unwrap();

    let told = error.to_string();
    assert!(told.starts_with("cannot attach Porbe: the template has no such function, only "));
}

#[test]
fn the_command_that_is_told_means_the_same_to_a_shell_where_a_path_has_spaces() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    options.data = folder.path().join("it's two words");
    let variables = options.variables_file("Probe");
    std::fs::create_dir_all(variables.parent().unwrap()).unwrap();
    std::fs::write(&variables, "GREETING=hello\n").unwrap();

    let command = options.shell_command("Probe").replace("PROGRAM", "env");

    let output = Command::new("sh").args(["-c", &command]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.lines().any(|line| line == "GREETING=hello"), "{told}");
}
