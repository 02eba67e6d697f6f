//! What people type into a terminal.

use std::{
    fs::OpenOptions,
    io,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use wherecast_tests::{World, binary};

#[test]
fn a_place_that_is_unknown_is_said_and_leaves_no_address_behind() {
    let mut world = World::start();
    world.stop();

    let asked = generate(world.data(), &["Qwertyville"]);

    let said = String::from_utf8_lossy(&asked.stderr);
    assert_eq!(asked.status.code(), Some(1), "{said}");
    assert!(said.contains("Qwertyville"), "{said}");
    assert!(!world.data().join("address").exists());
}

#[test]
fn a_file_that_cannot_be_written_is_said_before_an_episode_is_asked_for() {
    let mut world = World::start();
    world.stop();

    let asked = generate(
        world.data(),
        &["Paris", "--out", "/no/such/folder/paris.mp3"],
    );

    let said = String::from_utf8_lossy(&asked.stderr);
    assert_eq!(asked.status.code(), Some(1), "{said}");
    assert!(
        said.starts_with("error: cannot write /no/such/folder/paris.mp3"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn a_refusal_is_said_once_in_the_words_of_the_command_line() {
    let world = World::start();

    let asked = generate(world.data(), &["Paris", "--type", "topic"]);

    let said = String::from_utf8_lossy(&asked.stderr);
    assert_eq!(asked.status.code(), Some(1), "{said}");
    assert_eq!(
        said.trim(),
        "error: --topic must say what an episode of type topic is about"
    );
}

#[test]
fn no_link_to_a_server_that_has_ended_is_given() {
    let mut world = World::start();
    world.stop();
    let file = world.data().join("paris.mp3");

    let heard_later = generate(world.data(), &["Paris", "--length", "short"]);
    let saved = generate(
        world.data(),
        &[
            "Paris",
            "--length",
            "short",
            "--out",
            &file.display().to_string(),
        ],
    );

    let told = String::from_utf8_lossy(&heard_later.stdout);
    assert!(
        told.contains("--out FILE") && !told.contains("/media/"),
        "{told}"
    );
    let told = String::from_utf8_lossy(&saved.stdout);
    assert!(
        told.contains("paris.mp3") && !told.contains("http://"),
        "{told}"
    );
    assert!(file.exists());
}

#[test]
fn what_is_printed_may_be_read_to_its_middle() {
    let mut world = World::start();
    let file = world.data().join("paris.mp3");
    let commands = [
        &["describe"][..],
        &["invoke", "library", "--event", LIST],
        &["generate", "Paris", "--length", "short"],
        &[
            "generate",
            "Paris",
            "--length",
            "short",
            "--out",
            file.to_str().unwrap(),
        ],
    ];

    let with_a_server = commands.map(|command| print_to(nobody(), world.data(), command));
    let is_saved = file.exists();
    world.stop();
    let alone = commands.map(|command| print_to(nobody(), world.data(), command));

    assert!(is_saved);
    for printed in with_a_server.iter().chain(&alone) {
        let said = String::from_utf8_lossy(&printed.stderr);
        assert_eq!((printed.status.code(), said.trim()), (Some(0), ""));
    }
}

#[test]
fn what_cannot_be_printed_is_said_and_the_episode_is_saved() {
    let world = World::start();
    let file = world.data().join("paris.mp3");
    let short = ["generate", "Paris", "--length", "short", "--out"];

    for command in [
        &[&short[..], &[file.to_str().unwrap()]].concat(),
        &["describe"][..],
    ] {
        let printed = print_to(full_disk(), world.data(), command);

        let said = String::from_utf8_lossy(&printed.stderr);
        assert_eq!(printed.status.code(), Some(1), "{said}");
        let start = "error: cannot write to standard output: No space left";
        assert!(said.starts_with(start), "{said}");
    }
    assert!(file.exists());
}

/// An event for a function of the template.
const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/events/list.json");

/// A pipe whose reader has gone.
fn nobody() -> Stdio {
    let (_, writer) = io::pipe().unwrap();
    writer.into()
}

fn full_disk() -> Stdio {
    let full = OpenOptions::new().write(true).open("/dev/full");
    full.unwrap().into()
}

fn generate(data: &Path, arguments: &[&str]) -> Output {
    print_to(Stdio::piped(), data, &[&["generate"], arguments].concat())
}

fn print_to(stdout: Stdio, data: &Path, command: &[&str]) -> Output {
    Command::new(binary("local"))
        .args(command)
        .args(["--no-build", "--voice", "tone"])
        .arg("--data")
        .arg(data)
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .and_then(Child::wait_with_output)
        .expect("the runner is built")
}
