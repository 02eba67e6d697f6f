//! What people type into a terminal.

use std::{
    path::Path,
    process::{Command, Output},
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

fn generate(data: &Path, arguments: &[&str]) -> Output {
    Command::new(binary("local"))
        .arg("generate")
        .args(arguments)
        .args(["--no-build", "--voice", "tone"])
        .arg("--data")
        .arg(data)
        .output()
        .expect("the runner is built")
}
