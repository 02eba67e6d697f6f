//! Systems with one safeguard taken out, which the same run must find guilty.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The names of all mutants.
pub(crate) fn names() -> Vec<String> {
    let patches = fs::read_dir(folder()).expect("there are mutants");
    let mut names: Vec<_> = patches
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let is_patch = path.extension()? == "patch";
            is_patch.then(|| path.file_stem()?.to_str().map(str::to_owned))?
        })
        .collect();
    names.sort();
    names
}

/// Whether the sources still are as a mutant expects them.
pub(crate) fn fits(name: &str) -> bool {
    let patch = fs::File::open(folder().join(name).with_extension("patch"));
    Command::new("patch")
        .args([
            "--dry-run",
            "--force",
            "--quiet",
            "--strip=1",
            "--directory",
        ])
        .arg(folder().join("../.."))
        .stdin(patch.expect("it is there"))
        .status()
        .expect("patch is installed, as tests/run does")
        .success()
}

/// Builds a mutant; gives the folder of its programs.
pub(crate) fn build(name: &str) -> PathBuf {
    let built = Command::new(folder().join("build"))
        .arg(name)
        .stderr(Stdio::inherit())
        .output()
        .expect("bash runs");
    assert!(built.status.success(), "mutant {name} does not build");
    PathBuf::from(String::from_utf8_lossy(&built.stdout).trim())
}

/// What a mutant does that nothing else may be mistaken for, in the words of whoever notices.
pub(crate) fn deed(name: &str) -> &'static str {
    match name {
        "forgetful" => "units of work a second time",
        "hasty" => "was accepted, and now is unknown",
        "keyless" => "was accepted as",
        "littering" => "is an orphan",
        "unfenced" => "a worker wrote to what another held",
        other => panic!("nobody has said what the mutant {other} does"),
    }
}

/// Whether a mutant is about the fence, which nothing else brings to light.
pub(crate) fn is_unfenced(name: &str) -> bool {
    name == "unfenced"
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("mutants")
}
