//! The emulator on one template: Wherecast's by default, any other that is asked for.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    path::{Path, PathBuf, absolute},
    time::SystemTime,
};

use anyhow::{Context, Result, anyhow};
use emulator::{
    Emulator, INTEGRATION_LIMIT, Mount, Options, Socket, Watch, base_url,
    build_functions::{self, Workspace},
    journal::Journal,
    template::Template,
};

use crate::{
    arguments::WorldArguments,
    client::Client,
    terminal::{self, Report, Screen},
    wherecast::{self, Place},
};

/// Says in the data folder where a running `serve` is, so that other commands use it.
const ADDRESS_FILE: &str = "address";
/// Where this checkout's template is.
const TEMPLATE: &str = "infra/template.yaml";

/// A system to talk to: started by this process, or found running.
pub(crate) struct World {
    origin: String,
    own: Option<Own>,
}

/// What this process started.
struct Own {
    emulator: Emulator,
    address_file: PathBuf,
    report: Option<Report>,
}

/// A template, and what this machine and the command line fill it in with.
struct Filled {
    template: PathBuf,
    /// Those of the command line win.
    parameters: BTreeMap<String, String>,
    /// Whether it is Wherecast's, or a copy of it.
    is_ours: bool,
    mounts: Vec<Mount>,
}

impl World {
    /// The address as a URL with no slash at its end.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// What has run here, if this process started it.
    pub(crate) fn journal(&self) -> Option<&Journal> {
        let own = self.own.as_ref()?;
        Some(own.emulator.functions().journal())
    }

    /// Stops what this process started: running jobs are put back for the next start.
    pub(crate) async fn leave(self) {
        let Some(own) = self.own else { return };
        own.emulator.shutdown().await;
        if let Some(report) = own.report {
            report.end().await;
        }
        // Without the file the next command looks for nobody; with it, it would find nobody.
        let _ = fs::remove_file(own.address_file);
    }
}

/// Finds the system that runs on this data folder, or starts one on a free port.
///
/// # Errors
/// As [`start`].
pub(crate) async fn reach(arguments: &WorldArguments, screen: &Screen) -> Result<World> {
    if let Ok(origin) = fs::read_to_string(arguments.data.join(ADDRESS_FILE)) {
        let client = Client::new(&origin);
        if tokio::task::spawn_blocking(move || client.answers()).await? {
            return Ok(World { origin, own: None });
        }
    }
    let socket = Socket::open(([127, 0, 0, 1], 0).into()).await?;
    start_on(socket, false, arguments, screen).await
}

/// Builds the functions and starts the system on the address asked for.
///
/// # Errors
/// When the port is in use, the data folder cannot be written, the template is refused, voice files are
/// missing, or the functions do not build.
pub(crate) async fn start(arguments: &WorldArguments, screen: &Screen) -> Result<World> {
    let socket = Socket::open(arguments.listen).await?;
    let mut world = start_on(socket, true, arguments, screen).await?;
    if let Some(own) = &mut world.own {
        let report = terminal::show(&own.emulator, arguments, screen);
        own.report = report.context("cannot write to the terminal")?;
    }
    Ok(world)
}

/// Reads the template as [`start`] would, and starts nothing.
///
/// # Errors
/// When the template is refused, or voice files are missing.
pub(crate) fn template(arguments: &WorldArguments) -> Result<Template> {
    let data = absolute(&arguments.data).context("cannot find the working folder")?;
    let filled = fill(arguments, &data, arguments.listen)?;
    let origin = base_url(arguments.listen);
    Ok(Template::read(
        &filled.template,
        &filled.parameters,
        &origin,
    )?)
}

async fn start_on(
    socket: Socket,
    stays: bool,
    arguments: &WorldArguments,
    screen: &Screen,
) -> Result<World> {
    let data = prepare(&arguments.data)?;
    let origin = socket.base_url();
    let Filled {
        template,
        parameters,
        is_ours,
        mounts,
    } = fill(arguments, &data, socket.address())?;
    let described = Template::read(&template, &parameters, &origin)?;
    let workspace = match is_ours {
        true => Workspace::of_this_program(checkout())?,
        false => Workspace::around(&described.code_folders(&template)).await?,
    };
    let attach: BTreeSet<String> = arguments.attach.iter().cloned().collect();
    let built_at = SystemTime::now();
    if !arguments.no_build {
        build(&workspace, described.binaries(&attach), screen).await?;
    }
    let watch = match (stays && !arguments.no_watch, arguments.no_build) {
        (false, _) => Watch::Nothing,
        (true, true) => Watch::Binaries,
        (true, false) => Watch::Sources {
            workspace: workspace.root.clone(),
            built_at,
        },
    };
    let options = Options {
        template,
        parameters,
        environment: environment(arguments)?,
        data: data.clone(),
        bin_dir: workspace.bin_dir,
        mounts,
        samples: Some(workspace.root.join("tests/events")),
        jwks: arguments.jwks.iter().cloned().collect(),
        integration_limit: INTEGRATION_LIMIT,
        attach,
        echo: arguments.verbose.then(|| screen.echo()),
        freeze: !arguments.no_freeze,
        limit_memory: !arguments.no_memory_limit,
        watch,
    };
    let emulator = Emulator::start(socket, options.clone()).await?;
    explain_attached(&options, screen);
    let address_file = data.join(ADDRESS_FILE);
    fs::write(&address_file, &origin)
        .with_context(|| format!("cannot write {}", address_file.display()))?;
    Ok(World {
        origin,
        own: Some(Own {
            emulator,
            address_file,
            report: None,
        }),
    })
}

async fn build(workspace: &Workspace, binaries: BTreeSet<String>, screen: &Screen) -> Result<()> {
    let binaries = Vec::from_iter(binaries);
    if binaries.is_empty() {
        return Ok(());
    }
    screen.say(&format!("building {}", binaries.join(", ")));
    // Cargo writes to the terminal itself.
    screen.flush().await;
    Ok(build_functions::build(&workspace.root, &binaries).await?)
}

/// Says how to start the functions that the emulator does not.
fn explain_attached(options: &Options, screen: &Screen) {
    for name in &options.attach {
        let (file, command) = (options.variables_file(name), options.shell_command(name));
        screen.say(&format!(
            "{name} is yours to start, with the variables in {}; in a shell: {command}",
            file.display()
        ));
    }
}

/// Returns the URL by which listeners reach the media, with no slash at its end.
fn public_url(arguments: &WorldArguments, address: SocketAddr) -> String {
    if let Some(url) = &arguments.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let network = address
        .ip()
        .is_unspecified()
        .then(network_address)
        .flatten();
    match network {
        Some(ip) => format!("http://{}", SocketAddr::new(ip, address.port())),
        None => base_url(address),
    }
}

/// Returns this machine's address as its network knows it; `None` without a network.
fn network_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // Nothing is sent: the kernel only chooses the address it would send from. RFC 5737 keeps this one free.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// Settings that win over the template's: some of the shell's, those of a file, and then those given one by one.
fn environment(arguments: &WorldArguments) -> Result<BTreeMap<String, String>> {
    let shell = ["RUST_LOG", "SPEECH_THREADS"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)));
    let mut environment: BTreeMap<_, _> = shell.collect();
    if let Some(file) = &arguments.env_file {
        // The library's errors tell their cause themselves.
        let unreadable = |error| anyhow!("cannot read variables from {}: {error}", file.display());
        for line in dotenvy::from_path_iter(file).map_err(unreadable)? {
            environment.extend([line.map_err(unreadable)?]);
        }
    }
    environment.extend(arguments.env.iter().cloned());
    Ok(environment)
}

/// Finds the template and what it is filled in with when the system answers at `address`.
fn fill(arguments: &WorldArguments, data: &Path, address: SocketAddr) -> Result<Filled> {
    let checkout = checkout();
    let given = arguments.template.clone();
    let template = given.unwrap_or_else(|| checkout.join(TEMPLATE));
    let place = Place {
        data,
        checkout: &checkout,
        origin: &public_url(arguments, address),
    };
    let is_ours = wherecast::is_described_by(&Template::parameter_names(&template)?);
    let (mut parameters, mounts) = match is_ours {
        true => (
            wherecast::parameters(arguments.voice.as_deref(), &place)?,
            wherecast::mounts(&place),
        ),
        false => (BTreeMap::new(), Vec::new()),
    };
    parameters.extend(arguments.parameter.iter().cloned());
    Ok(Filled {
        template,
        parameters,
        is_ours,
        mounts,
    })
}

/// Makes the data folder and what the functions expect in it; gives its absolute path.
fn prepare(data: &Path) -> Result<PathBuf> {
    let data = absolute(data).context("cannot find the working folder")?;
    fs::create_dir_all(data.join("media"))
        .with_context(|| format!("cannot use the data folder {}", data.display()))?;
    Ok(data)
}

/// The checkout this program was built from: it holds the template, the page and the voices.
fn checkout() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::arguments::Arguments;

    #[test]
    fn the_template_is_described_with_the_public_url() {
        let told = [
            "local",
            "--voice",
            "tone",
            "--public-url",
            "http://cast.test/",
        ];
        let arguments = Arguments::parse_from(told).world;

        let template = template(&arguments).expect("a template");

        let media = |function: &emulator::template::Function| {
            let mut values = function.environment.values();
            values.any(|value| value == "http://cast.test/media")
        };
        assert!(template.functions.iter().any(media));
    }
}
