//! What the emulator, which knows nothing about podcasts, is given to run Wherecast on one machine.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf, absolute},
};

use anyhow::{Context, Result, bail};
use emulator::{Emulator, Mount, Options, Socket, Watch, build_functions, template::Template};

use crate::{arguments::WorldArguments, client::Client};

/// Says in the data folder where a running `serve` is, so that other commands use it.
const ADDRESS_FILE: &str = "address";
/// Where episodes are under the public address.
const MEDIA_PREFIX: &str = "/media";

/// A system to talk to: started by this process, or found running.
pub(crate) struct World {
    origin: String,
    own: Option<(Emulator, PathBuf)>,
}

impl World {
    /// The address as a URL with no slash at its end.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Stops what this process started: running jobs are put back for the next start.
    pub(crate) async fn leave(self) {
        if let Some((emulator, address_file)) = self.own {
            emulator.shutdown().await;
            // Without the file the next command looks for nobody; with it, it would find nobody.
            let _ = fs::remove_file(address_file);
        }
    }
}

/// Finds the system that runs on this data folder, or starts one on a free port.
///
/// # Errors
/// As [`start`].
pub(crate) async fn reach(arguments: &WorldArguments) -> Result<World> {
    if let Ok(origin) = fs::read_to_string(arguments.data.join(ADDRESS_FILE)) {
        let client = Client::new(&origin);
        if tokio::task::spawn_blocking(move || client.answers()).await? {
            return Ok(World { origin, own: None });
        }
    }
    start_on(Socket::open(([127, 0, 0, 1], 0).into()).await?, arguments).await
}

/// Builds the functions and starts the system on the address asked for.
///
/// # Errors
/// When the port is in use, the data folder cannot be written, the template is refused, voice files are
/// missing, or the functions do not build.
pub(crate) async fn start(arguments: &WorldArguments) -> Result<World> {
    start_on(Socket::open(arguments.listen).await?, arguments).await
}

async fn start_on(socket: Socket, arguments: &WorldArguments) -> Result<World> {
    let data = prepare(&arguments.data)?;
    let checkout = checkout();
    let origin = socket.base_url();
    let template = arguments
        .template
        .clone()
        .unwrap_or_else(|| checkout.join("infra/template.yaml"));
    let parameters = parameters(arguments, &data, &checkout, &origin)?;
    if !arguments.no_build {
        let functions = Template::read(&template, &parameters, &origin)?.functions;
        let binaries: Vec<String> = functions
            .into_iter()
            .map(|function| function.binary)
            .collect();
        eprintln!("building {}", binaries.join(", "));
        build_functions::build(&checkout, &binaries).await?;
    }
    let options = Options {
        template,
        parameters,
        environment: passed_on(),
        data: data.clone(),
        bin_dir: build_functions::bin_dir().context("cannot find the functions' binaries")?,
        mounts: mounts(&data, &checkout),
        echo_logs: arguments.verbose,
        watch: match arguments.no_watch {
            true => Watch::Nothing,
            false => Watch::Binaries,
        },
    };
    let emulator = Emulator::start(socket, options).await?;
    let address_file = data.join(ADDRESS_FILE);
    fs::write(&address_file, &origin)
        .with_context(|| format!("cannot write {}", address_file.display()))?;
    Ok(World {
        origin,
        own: Some((emulator, address_file)),
    })
}

/// Settings of the shell that win over the template's.
fn passed_on() -> BTreeMap<String, String> {
    let names = ["RUST_LOG", "SPEECH_THREADS"];
    names
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)))
        .collect()
}

/// Makes the data folder and what the functions expect in it; gives its absolute path.
fn prepare(data: &Path) -> Result<PathBuf> {
    let data = absolute(data).context("cannot find the working folder")?;
    fs::create_dir_all(data.join("media"))
        .with_context(|| format!("cannot use the data folder {}", data.display()))?;
    Ok(data)
}

/// What `sam deploy --parameter-overrides` would say, for this machine.
fn parameters(
    arguments: &WorldArguments,
    data: &Path,
    checkout: &Path,
    origin: &str,
) -> Result<BTreeMap<String, String>> {
    let voice = match &arguments.voice {
        Some(voice) if is_tone(voice) => voice.clone(),
        Some(folder) => voices(Path::new(folder))?,
        None => voices(&checkout.join("functions/generate/speech/voices"))?,
    };
    let text = |path: PathBuf| path.display().to_string();
    Ok(BTreeMap::from([
        ("DatabaseUrl".to_owned(), text(data.join("wherecast.db"))),
        (
            "MediaStore".to_owned(),
            format!("file://{}", text(data.join("media"))),
        ),
        ("MediaBaseUrl".to_owned(), format!("{origin}{MEDIA_PREFIX}")),
        ("VoiceDir".to_owned(), voice),
    ]))
}

/// `tone`, `tone:MS` for lines that take a while, or `tone:MS:WORD` for a word that crashes the worker.
fn is_tone(voice: &str) -> bool {
    let mut parts = voice.splitn(3, ':');
    let (kind, ms) = (parts.next(), parts.next());
    kind == Some("tone") && ms.is_none_or(|ms| ms.parse::<u32>().is_ok())
}

/// Makes sure that every voice file is there, before a job finds out that one is not.
fn voices(folder: &Path) -> Result<String> {
    let folder = absolute(folder).context("cannot find the working folder")?;
    let list = folder.join("SHA256SUMS");
    let sums = fs::read_to_string(&list).with_context(|| {
        format!(
            "the voices are missing: cannot read {}; take them from the checkout",
            list.display()
        )
    })?;
    for name in sums
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1))
    {
        if !folder.join(name).is_file() {
            bail!(
                "the voice file {} is missing; take it from the checkout",
                folder.join(name).display()
            );
        }
    }
    Ok(folder.display().to_string())
}

/// Episodes under the public address; the page and the API's description at its root.
fn mounts(data: &Path, checkout: &Path) -> Vec<Mount> {
    vec![
        Mount {
            prefix: MEDIA_PREFIX.to_owned(),
            folder: data.join("media"),
            cache_control: None,
        },
        Mount {
            prefix: "/".to_owned(),
            folder: checkout.join("local/web"),
            cache_control: None,
        },
        Mount {
            prefix: "/".to_owned(),
            folder: checkout.join("infra/api"),
            cache_control: None,
        },
    ]
}

/// The checkout this program was built from: it holds the template, the page and the voices.
fn checkout() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}
