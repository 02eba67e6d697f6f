//! What keeps the system from starting is one clear sentence.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
};

use wherecast_tests::{binary, template};

#[test]
fn missing_voices_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let voices = folder.path().join("voices");
    fs::create_dir(&voices).unwrap();

    let without_list = start(folder.path(), &["--voice", &voices.display().to_string()]);
    fs::write(voices.join("SHA256SUMS"), "00  af_heart.bin\n").unwrap();
    let without_voice = start(folder.path(), &["--voice", &voices.display().to_string()]);

    let list = voices.join("SHA256SUMS");
    let start = format!("the voices are missing: cannot read {}; ", list.display());
    assert_refused(&without_list, &start);
    let voice = voices.join("af_heart.bin");
    let start = format!("the voice file {} is missing; ", voice.display());
    assert_refused(&without_voice, &start);
}

#[test]
fn a_data_folder_that_cannot_be_written_is_said() {
    let folder = tempfile::tempdir().unwrap();
    // Not even root, who may write anywhere, can put a folder into a file.
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    let is_root = fs::write(closed.join("probe"), "").is_ok();

    let beneath_a_file = start(&file.join("data"), &["--voice", "tone"]);

    let data = file.join("data");
    let said = format!("cannot use the data folder {}: ", data.display());
    assert_refused(&beneath_a_file, &said);
    if !is_root {
        let refused = start(&closed.join("data"), &["--voice", "tone"]);
        let data = closed.join("data");
        let said = format!("cannot use the data folder {}: ", data.display());
        assert_refused(&refused, &said);
    }
}

#[test]
fn a_port_in_use_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();

    let refused = start_on(&address, folder.path(), &["--voice", "tone"]);

    assert_refused(
        &refused,
        &format!("cannot listen on {address}: Address already in use"),
    );
}

#[test]
fn an_unknown_property_of_the_template_is_said_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let odd = template(&[("MemorySize: 256", "MemorySiez: 256".to_owned())]);
    let file = odd.path().display().to_string();
    let text = fs::read_to_string(&file).unwrap();
    let line = text.lines().position(|line| line.contains("MemorySiez"));

    let refused = start(folder.path(), &["--voice", "tone", "--template", &file]);

    assert_refused(&refused, &format!("{file}:{}: ", line.unwrap() + 1));
    assert!(said(&refused).contains("MemorySiez"), "{}", said(&refused));
}

/// Starts the runner, which is to end by itself.
fn start(data: &Path, arguments: &[&str]) -> Output {
    start_on("127.0.0.1:0", data, arguments)
}

fn start_on(address: &str, data: &Path, arguments: &[&str]) -> Output {
    Command::new(binary("local"))
        .args(["--no-build", "--no-watch", "--listen", address])
        .args(arguments)
        .arg("--data")
        .arg(data)
        .output()
        .expect("the runner is built")
}

fn said(refused: &Output) -> String {
    String::from_utf8_lossy(&refused.stderr).into_owned()
}

fn assert_refused(refused: &Output, start: &str) {
    let said = said(refused);
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.starts_with(&format!("error: {start}")), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}
