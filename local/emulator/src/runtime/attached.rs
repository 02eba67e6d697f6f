//! Functions whose processes people start themselves, in a debugger for one.
//!
//! Such a process finds its Runtime API at the public address, under `/_runtime/{name}`, and a file with all its
//! variables. Nothing is done to it: it is not started, frozen, killed or held to a memory size, and a run may take
//! fifteen minutes. It serves as long as it lives, or until another asks in its place.
use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, Weak},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{
        HeaderMap, Method, Request, StatusCode,
        header::{HOST, ORIGIN},
    },
    response::Response,
};
use procfs::{
    ProcError, ProcResult,
    net::{TcpNetEntry, tcp, tcp6},
    process::{self, FDTarget, all_processes},
};
use tokio::{sync::Mutex, task::spawn_blocking, time::sleep};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::{
    api,
    environment::{self, Shared},
    pool::Pool,
    process::Process,
};

/// The beginning of the paths where attached processes find their Runtime API.
const PATH: &str = "/_runtime/";

/// The operation by which a process asks for work.
const NEXT: &str = "2018-06-01/runtime/invocation/next";

/// How often it is looked whether requests wait in vain.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How often, and how long apart, it is looked who asks when the system does not say: files may run out for a moment.
const LOOKS: u32 = 50;
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// Variables that a shell or a debugger needs as they are.
const LEFT_ALONE: [&str; 2] = ["LANG", "PATH"];

/// Answers the processes that people have started.
pub(super) struct Attached {
    seats: BTreeMap<String, Seat>,
    router: Router,
}

/// The place of one function, for one process at a time.
struct Seat {
    name: String,
    pool: Arc<Pool>,
    holder: Mutex<Option<Holder>>,
}

/// Who is there.
struct Holder {
    /// The other end of the connection it has asked through last.
    peer: SocketAddr,
    /// `None` for one on another machine, in a container or of another user.
    process: Option<u32>,
    /// Cancelled when it is gone, and to send it away.
    released: CancellationToken,
}

impl Attached {
    /// Writes the files of variables, and watches for requests that nobody takes.
    ///
    /// `pools` are the functions, by the names that people use for them.
    pub(super) fn start(
        shared: &Arc<Shared>,
        pools: BTreeMap<String, Arc<Pool>>,
    ) -> io::Result<Attached> {
        let mut seats = BTreeMap::new();
        for (name, pool) in pools {
            write_variables(&name, &pool)?;
            shared.track(watch(Arc::clone(&pool)));
            let holder = Mutex::default();
            seats.insert(name.clone(), Seat { name, pool, holder });
        }
        let shared: Weak<Shared> = Arc::downgrade(shared);
        let router = Router::new()
            .nest(PATH.trim_end_matches('/'), api::router())
            .with_state(shared);
        Ok(Attached { seats, router })
    }

    /// Whether a path is one of these processes'.
    pub(super) fn covers(path: &str) -> bool {
        path.starts_with(PATH)
    }

    pub(super) async fn handle(&self, request: Request<Body>, peer: SocketAddr) -> Response {
        if is_from_a_page(request.headers()) {
            let message = "a page is no function; a function asks by an IP address or localhost";
            return api::refusal(StatusCode::FORBIDDEN, "Forbidden", message);
        }
        let path = request.uri().path();
        let (name, operation) = path
            .strip_prefix(PATH)
            .and_then(|path| path.split_once('/'))
            .unwrap_or_default();
        let Some(seat) = self.seats.get(name) else {
            return self.unknown(name);
        };
        let is_question = request.method() == Method::GET && operation == NEXT;
        if is_question && let Err(error) = seat.take(peer).await {
            return api::refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                "NotAttached",
                &format!("the emulator cannot serve another process: {error}"),
            );
        }
        let answer = self.router.clone().oneshot(request).await;
        answer.unwrap_or_else(|never| match never {})
    }

    fn unknown(&self, name: &str) -> Response {
        let known: Vec<&str> = self.seats.keys().map(String::as_str).collect();
        let message = match known.is_empty() {
            true => "no function is attached".to_owned(),
            false => format!("{name} is not attached, only {}", known.join(", ")),
        };
        api::refusal(StatusCode::NOT_FOUND, "NotAttached", &message)
    }
}

impl Seat {
    /// Makes sure that the process behind `peer` has the place.
    async fn take(&self, peer: SocketAddr) -> io::Result<()> {
        let mut holder = self.holder.lock().await;
        if let Some(holder) = holder.as_ref()
            && holder.peer == peer
            && !holder.released.is_cancelled()
        {
            return Ok(());
        }
        let port = self.pool.shared().settings().attach.port;
        let process = look_behind(peer, port).await?;
        let number = process
            .as_ref()
            .map(|process| process.pid().cast_unsigned());
        if let Some(holder) = holder.as_mut() {
            let is_same = number.is_some() && holder.process == number;
            if is_same && !holder.released.is_cancelled() {
                holder.peer = peer;
                return Ok(());
            }
            holder.released.cancel();
        }
        let released = CancellationToken::new();
        let attached = Process::attach(process, released.clone());
        tracing::info!(
            process = number,
            "{}: process {} is attached",
            self.name,
            attached.pid()
        );
        environment::attach(&self.pool, &self.name, attached)?;
        *holder = Some(Holder {
            peer,
            process: number,
            released,
        });
        Ok(())
    }
}

/// Whether a browser asks. It mostly says so; if not, the page's own name is in the address, which a foreign page
/// can make mean this machine.
fn is_from_a_page(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let address = host.unwrap_or_default();
    let name = address
        .rsplit_once(':')
        .map_or(address, |(name, _)| name)
        .trim_matches(['[', ']']);
    let is_named = name != "localhost" && name.parse::<IpAddr>().is_err();
    is_named || headers.contains_key(ORIGIN) || headers.contains_key("sec-fetch-site")
}

/// Answers requests that no process takes, for as long as the emulator runs.
async fn watch(pool: Arc<Pool>) {
    let shared = Arc::clone(pool.shared());
    let look = async {
        loop {
            sleep(LOOK_EVERY).await;
            pool.fail_unattended();
        }
    };
    shared.until_stopping(look).await;
}

/// Returns where the variables of the function called `name` are written.
pub(crate) fn variables_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.env"))
}

/// Writes what a process needs to know, a line each, as shells and debuggers read it.
fn write_variables(name: &str, pool: &Pool) -> io::Result<()> {
    let settings = pool.shared().settings();
    let url = format!("{}{PATH}{name}", settings.attach.base_url);
    let variables = settings.variables(pool.function(), &url);
    let lines = variables
        .iter()
        .filter(|(name, _)| !LEFT_ALONE.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}={}\n", quoted(value)));
    std::fs::create_dir_all(&settings.attach.folder)?;
    let file = variables_file(&settings.attach.folder, name);
    std::fs::write(&file, lines.collect::<String>())
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))
}

/// Quotes a value as a shell needs it; most are left as they are, which everything else understands.
pub(crate) fn quoted(value: &str) -> String {
    let is_plain = |symbol: char| symbol.is_ascii_alphanumeric() || "_-./:@%+,=".contains(symbol);
    match value.chars().all(is_plain) {
        true => value.to_owned(),
        false => format!("'{}'", value.replace('\'', r"'\''")),
    }
}

/// Finds the process at the other end of a connection to `port`, looking again where the system did not say.
async fn look_behind(peer: SocketAddr, port: u16) -> io::Result<Option<process::Process>> {
    let mut looks = 1;
    loop {
        match spawn_blocking(move || process_behind(peer, port)).await? {
            Ok(process) => return Ok(process),
            Err(_) if looks < LOOKS => looks += 1,
            // A system that shows no connections at all.
            Err(ProcError::Incomplete(_)) => return Ok(None),
            Err(error) => return Err(io::Error::other(error)),
        }
        sleep(LOOK_AGAIN_AFTER).await;
    }
}

/// Finds the process of this user at the other end of a connection to `port`; `None` if there is none.
///
/// # Errors
/// When the system does not let it look, or not at this connection: then nobody knows whether there is one.
fn process_behind(peer: SocketAddr, port: u16) -> ProcResult<Option<process::Process>> {
    let canonical = |address: SocketAddr| (address.ip().to_canonical(), address.port());
    // What has been closed belongs to nobody, and its address may be taken again.
    let is_theirs = |entry: &TcpNetEntry| {
        canonical(entry.local_address) == canonical(peer)
            && entry.remote_address.port() == port
            && entry.inode != 0
    };
    let mut connections = if_any(tcp())?.unwrap_or_default();
    connections.extend(if_any(tcp6())?.unwrap_or_default());
    let Some(connection) = connections.into_iter().find(is_theirs) else {
        // The system leaves lines out when the table changes while it is read.
        let is_here = peer.ip().to_canonical().is_loopback();
        return match is_here {
            true => Err(ProcError::Incomplete(None)),
            false => Ok(None),
        };
    };
    for process in if_any(all_processes())?.into_iter().flatten() {
        let Some(process) = if_any(process)? else {
            continue;
        };
        if if_any(holds(&process, connection.inode))? == Some(true) {
            return Ok(Some(process));
        }
    }
    Ok(None)
}

/// Whether a process has a socket open.
fn holds(process: &process::Process, inode: u64) -> ProcResult<bool> {
    for file in process.fd()? {
        let target = if_any(file)?.map(|file| file.target);
        if matches!(target, Some(FDTarget::Socket(socket)) if socket == inode) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Passes over what is gone, somebody else's or of no known kind, but not over what could not be read.
fn if_any<T>(found: ProcResult<T>) -> ProcResult<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error @ ProcError::Io(..)) => Err(error),
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[tokio::test]
    async fn the_process_behind_a_connection_is_found() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();

        let peer = stream.local_addr().unwrap();

        let port = stream.peer_addr().unwrap().port();
        let found = look_behind(peer, port).await.unwrap().unwrap();
        assert_eq!(found.pid().cast_unsigned(), std::process::id());
        assert!(process_behind(peer, port - 1).is_err());
        let elsewhere = process_behind(([192, 0, 2, 1], 1).into(), port);
        assert!(elsewhere.unwrap().is_none());
    }

    #[test]
    fn files_that_run_out_hide_nobody() {
        // In a process of its own: the other tests need files.
        crate::runtime::run_alone("runtime::attached::tests::without_files");
    }

    #[tokio::test]
    #[ignore = "run by the test before, as it takes all the files of its process"]
    async fn without_files() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let peer = stream.local_addr().unwrap();
        let files: Vec<TcpListener> = std::iter::repeat_with(|| listener.try_clone())
            .map_while(io::Result::ok)
            .collect();
        let port = stream.peer_addr().unwrap().port();
        assert!(process_behind(peer, port).is_err());

        let (found, ()) = tokio::join!(look_behind(peer, port), async {
            sleep(LOOK_AGAIN_AFTER).await;
            drop(files);
        });

        let own = std::process::id().cast_signed();
        assert_eq!(found.unwrap().map(|process| process.pid()), Some(own));
    }

    #[test]
    fn a_value_means_the_same_to_a_shell() {
        for value in ["plain/value:1", "two words", "it's $HOME `id` \"x\" \\", ""] {
            let script = format!("printf %s {}", quoted(value));
            let output = std::process::Command::new("sh")
                .args(["-c", &script])
                .output();
            assert_eq!(output.unwrap().stdout, value.as_bytes(), "{value}");
        }
    }
}
