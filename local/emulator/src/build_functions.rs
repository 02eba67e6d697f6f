//! Builds the functions' binaries with cargo, in the profile the emulator itself was built in.
use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use serde::Deserialize;
use thiserror::Error;
use tokio::process::Command;

/// Why the functions' binaries are not there.
#[derive(Debug, Error)]
pub enum BuildError {
    /// Cargo is not installed, or not in the search path.
    #[error("cargo cannot be started: {0}")]
    NoCargo(io::Error),
    /// Cargo has said why on standard error.
    #[error("the functions do not build: cargo ended with {0}")]
    Failed(std::process::ExitStatus),
    /// There is no cargo project where one is needed.
    #[error("{} is in no cargo project with the functions: {reason}", folder.display())]
    NoWorkspace {
        /// Where it was looked for.
        folder: PathBuf,
        /// What cargo says.
        reason: String,
    },
    /// The functions' code is in more than one cargo workspace.
    #[error(
        "the functions lie in two cargo workspaces, {} and {}: put them into one",
        one.display(), other.display()
    )]
    TwoWorkspaces {
        /// One of them.
        one: PathBuf,
        /// Another.
        other: PathBuf,
    },
    /// A folder does not say by itself which binary is meant.
    #[error(
        "the cargo project in {} has {}",
        folder.display(), listed(binaries)
    )]
    NoSoleBinary {
        /// The project's folder.
        folder: PathBuf,
        /// What it has, in order.
        binaries: Vec<String>,
    },
    /// A binary is not where the emulator looks for it.
    #[error("{} is missing: build the functions first", .0.display())]
    Missing(PathBuf),
}

/// A cargo workspace with functions.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// Its folder.
    pub root: PathBuf,
    /// The folder with its binaries in the emulator's own profile.
    pub bin_dir: PathBuf,
}

impl Workspace {
    /// Returns the workspace at `root`, which the running program belongs to.
    ///
    /// # Errors
    /// When the system does not say where the running program lies.
    pub fn of_this_program(root: PathBuf) -> io::Result<Workspace> {
        let bin_dir = bin_dir()?;
        Ok(Workspace { root, bin_dir })
    }

    /// Asks cargo for the workspace that all of `folders` lie in.
    ///
    /// # Errors
    /// When cargo is missing, knows of none, or the folders lie in several.
    pub async fn around(folders: &BTreeSet<PathBuf>) -> Result<Workspace, BuildError> {
        let mut found: Option<Workspace> = None;
        for folder in folders {
            let workspace = Workspace::of_folder(folder).await?;
            let one = found.get_or_insert_with(|| workspace.clone());
            if one.root != workspace.root {
                let (one, other) = (one.root.clone(), workspace.root);
                return Err(BuildError::TwoWorkspaces { one, other });
            }
        }
        found.ok_or_else(|| no_workspace(Path::new("."), "the template has no function"))
    }

    async fn of_folder(folder: &Path) -> Result<Workspace, BuildError> {
        let mut asked = Command::from(ask_for_metadata(folder));
        let output = asked.output().await.map_err(BuildError::NoCargo)?;
        let metadata = Metadata::of(folder, &output)?;
        let profile = match cfg!(debug_assertions) {
            true => "debug",
            false => "release",
        };
        Ok(Workspace {
            root: metadata.workspace_root,
            bin_dir: metadata.target_directory.join(profile),
        })
    }
}

/// Returns the name of the only binary of the package in `folder`, or of the workspace whose root that is.
///
/// That is the one that `sam build` takes when a template names none (aws-lambda-builders 1.68.0, `rust_cargo`).
///
/// # Errors
/// When cargo is missing, knows of no project there, or that has not exactly one binary.
pub(crate) fn sole_binary(folder: &Path) -> Result<String, BuildError> {
    let output = ask_for_metadata(folder)
        .output()
        .map_err(BuildError::NoCargo)?;
    let metadata = Metadata::of(folder, &output)?;
    // Cargo names files by the way that links lead to.
    let manifest = folder.canonicalize().map(|it| it.join("Cargo.toml")).ok();
    let is_here = |package: &&Package| manifest.as_ref() == Some(&package.manifest_path);
    let here = metadata.packages.iter().find(is_here);
    let packages = here.map_or(metadata.packages.as_slice(), std::slice::from_ref);
    let targets = packages.iter().flat_map(|package| &package.targets);
    let mut binaries: Vec<String> = targets
        .filter(|target| target.kind.iter().any(|kind| kind == "bin"))
        .map(|target| target.name.clone())
        .collect();
    binaries.sort();
    match binaries.as_mut_slice() {
        [binary] => Ok(std::mem::take(binary)),
        _ => Err(BuildError::NoSoleBinary {
            // Without the `.` of most templates.
            folder: folder.components().collect(),
            binaries,
        }),
    }
}

/// What is used of `cargo metadata`.
#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

fn ask_for_metadata(folder: &Path) -> std::process::Command {
    let mut cargo = cargo();
    cargo
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(folder);
    cargo
}

impl Metadata {
    fn of(folder: &Path, output: &Output) -> Result<Metadata, BuildError> {
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr);
            let reason = reason.trim().trim_start_matches("error: ");
            return Err(no_workspace(folder, reason));
        }
        serde_json::from_slice(&output.stdout)
            .map_err(|error| no_workspace(folder, &error.to_string()))
    }
}

fn listed(binaries: &[String]) -> String {
    match binaries.is_empty() {
        true => "no binary".to_owned(),
        false => format!("the binaries {}", binaries.join(", ")),
    }
}

fn no_workspace(folder: &Path, reason: &str) -> BuildError {
    BuildError::NoWorkspace {
        folder: folder.to_owned(),
        reason: reason.to_owned(),
    }
}

/// Builds `binaries` of the workspace at `workspace`; cargo shows what it does.
///
/// # Errors
/// When cargo is missing, or fails.
pub async fn build(workspace: &Path, binaries: &[String]) -> Result<(), BuildError> {
    let mut cargo = cargo_build(workspace, binaries);
    let status = cargo.status().await.map_err(BuildError::NoCargo)?;
    if status.success() {
        Ok(())
    } else {
        Err(BuildError::Failed(status))
    }
}

/// Builds them again without a word; returns whether they do, and cargo's warnings and errors in colour.
///
/// # Errors
/// When cargo is missing.
pub(crate) async fn rebuild(
    workspace: &Path,
    binaries: &[String],
) -> Result<(bool, String), BuildError> {
    let mut cargo = cargo_build(workspace, binaries);
    cargo.args(["--quiet", "--color", "always"]);
    cargo.stdin(Stdio::null());
    let output = cargo.output().await.map_err(BuildError::NoCargo)?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok((output.status.success(), said))
}

fn cargo_build(workspace: &Path, binaries: &[String]) -> Command {
    let mut cargo = Command::from(cargo());
    cargo.arg("build").current_dir(workspace).kill_on_drop(true);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    // Bare `--bin` would look in the default members only.
    cargo.arg("--workspace");
    for binary in binaries {
        cargo.args(["--bin", binary]);
    }
    cargo
}

/// Returns cargo as a shell would start it.
///
/// `cargo run` tells a program about its own package in variables. Build scripts watch some of them (ring's
/// does), and would run anew, and all that depends on them, whenever another package asks for a build.
#[must_use]
pub fn cargo() -> std::process::Command {
    let mut cargo =
        std::process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    cargo
}

/// Returns the folder where cargo puts what it builds in this profile: the emulator's own.
///
/// # Errors
/// When the system does not say where the running program lies.
pub fn bin_dir() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let folder = program.parent().unwrap_or(Path::new("."));
    // Tests and examples lie one folder deeper than binaries.
    let is_deeper = folder.ends_with("deps") || folder.ends_with("examples");
    Ok(folder
        .parent()
        .filter(|_| is_deeper)
        .unwrap_or(folder)
        .to_owned())
}

/// Makes sure that every one of `binaries` is in `folder`.
///
/// # Errors
/// When one is not; the first is named.
pub fn check(folder: &Path, binaries: &[String]) -> Result<(), BuildError> {
    let missing = binaries
        .iter()
        .map(|binary| folder.join(binary))
        .find(|program| !program.is_file());
    missing.map_or(Ok(()), |program| Err(BuildError::Missing(program)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_hears_nothing_of_the_package_that_starts_it() {
        assert!(
            std::env::var_os("CARGO_PKG_NAME").is_some(),
            "cargo runs this"
        );

        let cargo = cargo();

        let removed: Vec<_> = cargo.get_envs().collect();
        for name in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"] {
            assert!(
                removed.contains(&(name.as_ref(), None)),
                "{name}: {removed:?}"
            );
        }
    }

    #[tokio::test]
    async fn functions_are_built_in_the_workspace_around_their_code() {
        let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let folders = BTreeSet::from([package.join("src"), package.join("tests")]);

        let workspace = Workspace::around(&folders).await.expect("a workspace");

        assert!(workspace.root.join("Cargo.lock").is_file());
        assert_eq!(workspace.bin_dir, bin_dir().expect("a folder"));
    }

    #[tokio::test]
    async fn code_in_two_workspaces_is_refused() {
        let apart = tempfile::tempdir().expect("a folder");
        let manifest = "[package]\nname = \"apart\"\n[lib]\npath = \"lib.rs\"\n";
        std::fs::write(apart.path().join("Cargo.toml"), manifest).expect("a manifest");
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let folders = BTreeSet::from([here, apart.path().to_owned()]);

        let error = Workspace::around(&folders)
            .await
            .expect_err("there are two");

        let sentence = error.to_string();
        assert!(sentence.contains("two cargo workspaces"), "{sentence}");
    }

    #[tokio::test]
    async fn code_in_no_workspace_is_said_to_be() {
        let error = Workspace::around(&BTreeSet::from([PathBuf::from("/")])).await;

        let sentence = error.expect_err("there is none").to_string();
        assert!(sentence.contains("in no cargo project"), "{sentence}");
    }
}
