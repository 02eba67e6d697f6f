//! Builds the functions' binaries with cargo, in the profile the emulator itself was built in.
use std::{
    io,
    path::{Path, PathBuf},
    process::Stdio,
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

    /// Asks cargo for the workspace that the file at `path` lies in.
    ///
    /// # Errors
    /// When cargo is missing, or knows of none.
    pub async fn around(path: &Path) -> Result<Workspace, BuildError> {
        let folder = match path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let mut cargo = Command::from(cargo());
        cargo
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(folder);
        // A folder that is not there would look like cargo that is not there.
        let output = match folder.is_dir() {
            true => cargo.output().await.map_err(BuildError::NoCargo)?,
            false => return Err(no_workspace(folder, "there is no such folder")),
        };
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr);
            return Err(no_workspace(
                folder,
                reason.trim().trim_start_matches("error: "),
            ));
        }
        let metadata: Metadata = serde_json::from_slice(&output.stdout)
            .map_err(|error| no_workspace(folder, &error.to_string()))?;
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

/// What is used of `cargo metadata`.
#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
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
    async fn a_template_is_built_in_the_workspace_around_it() {
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("template.yaml");

        let workspace = Workspace::around(&template).await.expect("a workspace");

        assert!(workspace.root.join("Cargo.lock").is_file());
        assert_eq!(workspace.bin_dir, bin_dir().expect("a folder"));
    }

    #[tokio::test]
    async fn a_template_in_no_workspace_is_said_to_be() {
        for folder in ["/", "/nowhere"] {
            let error = Workspace::around(&Path::new(folder).join("template.yaml")).await;

            let sentence = error.expect_err("there is none").to_string();
            assert!(sentence.contains("in no cargo project"), "{sentence}");
        }
    }
}
