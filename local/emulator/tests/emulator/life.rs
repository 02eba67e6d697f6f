//! How the emulator itself begins and ends.
use std::{
    fs::File,
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Command, Stdio},
    time::Duration,
};

use emulator::{Emulator, Socket};
use serde_json::json;

use crate::world::{PATIENCE, World, eventually, is_dead, options, state_of};

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_said_in_one_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();

    let error = Socket::open(address).await.err().unwrap().to_string();

    assert!(
        error.starts_with(&format!(
            "cannot listen on {address}: Address already in use"
        )),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_soon_given_up_is_waited_for() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();

    let (opened, ()) = tokio::join!(Socket::open(address), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        drop(taken);
    });

    assert_eq!(opened.unwrap().address(), address);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_is_a_file_is_said_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    options.data = folder.path().join("template.yaml");
    let socket = Socket::open(([127, 0, 0, 1], 0).into()).await.unwrap();

    let error = Emulator::start(socket, options)
        .await
        .err()
        .unwrap()
        .to_string();

    assert!(error.starts_with("cannot use the data folder"), "{error}");
    assert!(!error.contains('\n'), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_binary_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    options.bin_dir = folder.path().to_owned();
    let socket = Socket::open(([127, 0, 0, 1], 0).into()).await.unwrap();

    let error = Emulator::start(socket, options)
        .await
        .err()
        .unwrap()
        .to_string();

    assert!(error.contains("probe is missing"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_die_with_an_emulator_that_is_killed() {
    // The one that is killed cannot remove its own.
    let folder = tempfile::tempdir().unwrap();
    let mut host = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "life::an_emulator_in_a_process_of_its_own",
            "--ignored",
            "--nocapture",
        ])
        .env("TMPDIR", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(host.stdout.take().unwrap()).lines();
    let processes: Vec<u32> = lines
        .map_while(Result::ok)
        .find_map(|line| {
            line.split_once("processes ")?
                .1
                .split(' ')
                .map(|number| number.parse().ok())
                .collect()
        })
        .unwrap();
    assert_eq!(processes.len(), 3);

    host.kill().unwrap();
    host.wait().unwrap();

    let are_gone = || processes.iter().all(|process| is_dead(*process));
    eventually("the processes are gone", are_gone).await;
}

#[ignore = "is started, and killed, by another test"]
#[tokio::test(flavor = "multi_thread")]
async fn an_emulator_in_a_process_of_its_own() {
    let world = World::start().await;
    let (gate, never) = (world.data("gate"), world.data("never"));
    let wait_for = |gate| world.invoke("Probe", json!({ "wait_for": gate }));
    let end = async {
        eventually("three run", || world.processes("Probe").len() == 3).await;
        let processes = world.processes("Probe");
        File::create(&gate).unwrap();
        // One is busy and two are frozen when the end comes.
        let is_frozen = |process: &&u32| state_of(**process) == Some('T');
        eventually("two are frozen", || {
            processes.iter().filter(is_frozen).count() == 2
        })
        .await;
        let numbers: Vec<String> = processes.iter().map(u32::to_string).collect();
        println!("\nprocesses {}", numbers.join(" "));
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::join!(wait_for(&gate), wait_for(&gate), wait_for(&never), end);
}
