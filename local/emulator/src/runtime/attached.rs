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
    net::{TcpNetEntry, tcp, tcp6},
    process::{FDTarget, all_processes},
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
        let process = spawn_blocking(move || process_behind(peer))
            .await
            .ok()
            .flatten();
        if let Some(holder) = holder.as_mut() {
            let is_same = process.is_some() && holder.process == process;
            if is_same && !holder.released.is_cancelled() {
                holder.peer = peer;
                return Ok(());
            }
            holder.released.cancel();
        }
        let released = CancellationToken::new();
        let number = process.unwrap_or_default();
        let attached = Process::attach(number, released.clone());
        environment::attach(&self.pool, &self.name, attached)?;
        tracing::info!(process, "{}: process {number} is attached", self.name);
        *holder = Some(Holder {
            peer,
            process,
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

/// Finds the process of this user at the other end of a connection.
fn process_behind(peer: SocketAddr) -> Option<u32> {
    let canonical = |address: SocketAddr| (address.ip().to_canonical(), address.port());
    let is_theirs = |entry: &TcpNetEntry| canonical(entry.local_address) == canonical(peer);
    let connections = [tcp(), tcp6()].into_iter().flatten().flatten();
    let inode = connections.into_iter().find(is_theirs)?.inode;
    let mut processes = all_processes().ok()?.flatten();
    let process = processes.find(|process| {
        let mut files = process.fd().into_iter().flatten().flatten();
        files.any(|file| matches!(file.target, FDTarget::Socket(socket) if socket == inode))
    })?;
    u32::try_from(process.pid()).ok()
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn the_process_behind_a_connection_is_found() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();

        let peer = stream.local_addr().unwrap();

        assert_eq!(process_behind(peer), Some(std::process::id()));
        assert_eq!(process_behind(([127, 0, 0, 1], 1).into()), None);
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
