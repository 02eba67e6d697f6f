//! A queue at the end of a bad line: it does what it is asked, and its answers get lost.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Arrives,
    /// The connection ends instead.
    Lost,
    /// The connection ends in the middle of it.
    Cut,
    /// Nothing comes for as long as the client waits.
    Silent,
}

/// What becomes of the answers about messages that are sent, in turn. An SDK asks three times.
const SENDING: [Fate; 8] = {
    use Fate::*;
    [Lost, Arrives, Lost, Cut, Lost, Arrives, Silent, Arrives]
};

/// The same for what workers ask about theirs: that they stay hidden.
const HIDING: [Fate; 7] = {
    use Fate::*;
    [Arrives, Lost, Arrives, Cut, Arrives, Silent, Arrives]
};

/// The line. It ends with the process of the tests.
#[derive(Clone)]
pub(crate) struct Proxy(Arc<Line>);

struct Line {
    address: SocketAddr,
    /// Where the queue is, once that is known.
    queue: OnceLock<String>,
    is_down: AtomicBool,
    refused: AtomicUsize,
    sent: AtomicUsize,
    hidden: AtomicUsize,
    lost: AtomicUsize,
}

impl Proxy {
    /// Takes connections on a free port.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let proxy = Self(Arc::new(Line {
            address: listener.local_addr().expect("it listens"),
            queue: OnceLock::new(),
            is_down: AtomicBool::new(false),
            refused: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
            hidden: AtomicUsize::new(0),
            lost: AtomicUsize::new(0),
        }));
        let taking = proxy.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let line = Arc::clone(&taking.0);
                thread::spawn(move || line.serve(client));
            }
        });
        proxy
    }

    /// The address of this end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// Leads to the queues at `origin`, such as `http://127.0.0.1:9000`.
    pub(crate) fn lead_to(&self, origin: &str) {
        let address = origin.trim_start_matches("http://");
        let led = self.0.queue.set(address.to_owned());
        led.expect("a line leads to one place");
    }

    /// While it is down, no message gets through.
    pub(crate) fn set_down(&self, is_down: bool) {
        self.0.is_down.store(is_down, Ordering::SeqCst);
    }

    /// How many messages were refused while it was down.
    pub(crate) fn refused(&self) -> usize {
        self.0.refused.load(Ordering::SeqCst)
    }

    /// How many messages the queue was sent.
    pub(crate) fn sent(&self) -> usize {
        self.0.sent.load(Ordering::SeqCst)
    }

    /// How many answers never arrived whole.
    pub(crate) fn lost(&self) -> usize {
        self.0.lost.load(Ordering::SeqCst)
    }
}

impl Line {
    /// Passes on one request after the other, until a fate or the client ends the connection.
    fn serve(&self, mut client: TcpStream) {
        while let Some(request) = read_message(&mut client) {
            let Some(fate) = self.fate(&request) else {
                return;
            };
            let mut queue = TcpStream::connect(self.queue.wait()).expect("the queue is there");
            queue.write_all(&request).expect("the queue listens");
            let answer = read_message(&mut queue).expect("the queue answers");
            if fate != Fate::Arrives {
                self.lost.fetch_add(1, Ordering::SeqCst);
            }
            let arrived = match fate {
                Fate::Arrives => &answer[..],
                Fate::Cut => &answer[..answer.len() - 5],
                Fate::Lost | Fate::Silent => &[],
            };
            // The client may have given up.
            let is_there = client.write_all(arrived).is_ok();
            if fate == Fate::Silent {
                let _ = client.read(&mut [0]);
            }
            if !is_there || fate != Fate::Arrives {
                return;
            }
        }
    }

    /// What becomes of the answer; `None` where not even the request gets through.
    fn fate(&self, request: &[u8]) -> Option<Fate> {
        let head = String::from_utf8_lossy(request).to_lowercase();
        let next = |count: &AtomicUsize| count.fetch_add(1, Ordering::SeqCst);
        if head.contains("amazonsqs.sendmessage") {
            if self.is_down.load(Ordering::SeqCst) {
                next(&self.refused);
                return None;
            }
            return Some(SENDING[next(&self.sent) % SENDING.len()]);
        }
        Some(HIDING[next(&self.hidden) % HIDING.len()])
    }
}

/// Reads a request or an answer that says how long it is; `None` at the end of the connection.
fn read_message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    let mut part = [0; 4096];
    loop {
        if let Some(length) = length(&message)
            && message.len() >= length
        {
            return Some(message);
        }
        match stream.read(&mut part) {
            Ok(read) if read > 0 => message.extend_from_slice(&part[..read]),
            _ => return None,
        }
    }
}

/// How long the message will be, once its head is there.
fn length(message: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(message);
    let (head, _) = text.split_once("\r\n\r\n")?;
    let mut headers = head.lines().filter_map(|line| line.split_once(": "));
    let body = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let body = body.and_then(|(_, length)| length.parse::<usize>().ok());
    Some(head.len() + "\r\n\r\n".len() + body.unwrap_or_default())
}
