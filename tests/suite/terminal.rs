//! What people type into a terminal.

use std::process::Command;

use wherecast_tests::{World, binary};

#[test]
fn a_place_that_is_unknown_is_said_and_leaves_no_address_behind() {
    let mut world = World::start();
    world.stop();

    let asked = Command::new(binary("local"))
        .args(["generate", "Qwertyville", "--no-build", "--voice", "tone"])
        .arg("--data")
        .arg(world.data())
        .output()
        .expect("the runner is built");

    let said = String::from_utf8_lossy(&asked.stderr);
    assert_eq!(asked.status.code(), Some(1), "{said}");
    assert!(said.contains("Qwertyville"), "{said}");
    assert!(!world.data().join("address").exists());
}
