//! What the emulator, which knows nothing about podcasts, is given to run Wherecast on one machine.

use std::{
    collections::BTreeMap,
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    path::{Path, PathBuf, absolute},
    time::SystemTime,
};

use anyhow::{Context, Result, bail};
use emulator::{
    Emulator, Mount, Options, Socket, Watch, build_functions, journal::Journal, template::Template,
};

use crate::{arguments::WorldArguments, client::Client, terminal};

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

    /// What has run here, if this process started it.
    pub(crate) fn journal(&self) -> Option<&Journal> {
        let (emulator, _) = self.own.as_ref()?;
        Some(emulator.functions().journal())
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
    let socket = Socket::open(([127, 0, 0, 1], 0).into()).await?;
    start_on(socket, Watch::Nothing, arguments).await
}

/// Builds the functions and starts the system on the address asked for.
///
/// # Errors
/// When the port is in use, the data folder cannot be written, the template is refused, voice files are
/// missing, or the functions do not build.
pub(crate) async fn start(arguments: &WorldArguments) -> Result<World> {
    let socket = Socket::open(arguments.listen).await?;
    let watch = match (arguments.no_watch, arguments.no_build) {
        (true, _) => Watch::Nothing,
        (false, true) => Watch::Binaries,
        (false, false) => Watch::Sources {
            workspace: checkout(),
            built_at: SystemTime::now(),
        },
    };
    let world = start_on(socket, watch, arguments).await?;
    if let Some((emulator, _)) = &world.own {
        terminal::show(emulator, arguments).context("cannot write to the terminal")?;
    }
    Ok(world)
}

async fn start_on(socket: Socket, watch: Watch, arguments: &WorldArguments) -> Result<World> {
    let data = prepare(&arguments.data)?;
    let checkout = checkout();
    let origin = socket.base_url();
    let template = arguments
        .template
        .clone()
        .unwrap_or_else(|| checkout.join("infra/template.yaml"));
    let public = public_url(arguments, &socket);
    let parameters = parameters(arguments, &data, &checkout, &public)?;
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
        freeze: !arguments.no_freeze,
        limit_memory: !arguments.no_memory_limit,
        watch,
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

/// Returns the URL by which listeners reach the media, with no slash at its end.
fn public_url(arguments: &WorldArguments, socket: &Socket) -> String {
    if let Some(url) = &arguments.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let address = socket.address();
    let network = address
        .ip()
        .is_unspecified()
        .then(network_address)
        .flatten();
    match network {
        Some(ip) => format!("http://{}", SocketAddr::new(ip, address.port())),
        None => socket.base_url(),
    }
}

/// Returns this machine's address as its network knows it; `None` without a network.
fn network_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // Nothing is sent: the kernel only chooses the address it would send from. RFC 5737 keeps this one free.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
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
    public: &str,
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
        ("MediaBaseUrl".to_owned(), format!("{public}{MEDIA_PREFIX}")),
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
