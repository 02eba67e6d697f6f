//! Hostile bodies and heads are refused, and nobody's memory grows by them: not the functions', not the emulator's.

use std::{
    collections::BTreeSet,
    fs,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use wherecast_tests::{Answer, World, cases};

/// A voice that never gets to the end of a line: nothing here need be finished.
const IDLE: &str = "tone:600000";
const GENERATE: &str = "/api/v1/podcasts/generate";
const LIST: &str = "/api/v1/podcasts/";

/// By how much a process may grow over hundreds of requests that it has seen the like of.
const GROWTH_KB: u64 = 16 * 1024;

/// Bodies that together weigh more than what the emulator keeps to show.
const FILLING: usize = 8;
const FILLING_BYTES: usize = 5 << 20;

/// What the emulator and some functions need, at some moment.
struct Memory {
    /// The most that a process ever had, by its id.
    peaks_kb: Vec<(u32, &'static str, u64)>,
}

impl Memory {
    /// Looks at the emulator and at every process of `functions`.
    fn of(world: &World, functions: &[&'static str]) -> Self {
        let mut processes = vec![(world.runner(), "local")];
        for function in functions {
            let running = world.processes(function);
            assert!(!running.is_empty(), "{function} runs");
            processes.extend(running.into_iter().map(|process| (process, *function)));
        }
        let peaks = processes.into_iter();
        Self {
            peaks_kb: peaks
                .map(|(process, name)| (process, name, peak_kb(process)))
                .collect(),
        }
    }

    /// Lets the kernel count peaks from now on, where it can.
    fn start_over(&self) {
        for (process, ..) in &self.peaks_kb {
            let _ = fs::write(format!("/proc/{process}/clear_refs"), "5");
        }
    }

    /// Checks that all is as flat as it was in `before`.
    fn assert_flat(&self, before: &Self) {
        for (process, name, _) in &before.peaks_kb {
            let is_alive = self.peaks_kb.iter().any(|(alive, ..)| alive == process);
            assert!(is_alive, "{name} ended");
        }
        // Where answers are slow another process is started, which has seen less.
        for name in self.names() {
            let (before_kb, after_kb) = (before.most_kb(name), self.most_kb(name));
            eprintln!("{name}: {before_kb} KB before, {after_kb} KB at most since");
            assert!(after_kb <= before_kb + GROWTH_KB, "{name} grew");
        }
    }

    fn names(&self) -> BTreeSet<&'static str> {
        self.peaks_kb.iter().map(|(_, name, _)| *name).collect()
    }

    fn most_kb(&self, name: &str) -> u64 {
        let peaks = self.peaks_kb.iter().filter(|(_, of, _)| *of == name);
        peaks
            .map(|(.., peak_kb)| *peak_kb)
            .max()
            .unwrap_or_default()
    }
}

/// The most memory that a process ever had, as the kernel counts it.
fn peak_kb(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = line.unwrap().trim().trim_end_matches(" kB");
    peak.parse().unwrap()
}

fn send(world: &World, body: &[u8]) -> Answer {
    let headers = [("content-type", "application/json")];
    world.ask("POST", GENERATE, &headers, Some(body))
}

/// Lets the emulator keep as much of what has run as it ever does.
fn fill_journal(world: &World) {
    let body = vec![b' '; FILLING_BYTES];
    for _ in 0..FILLING {
        let answer = world.ask("POST", LIST, &[], Some(&body));
        assert_eq!(answer.status, 405, "{answer:?}");
    }
}

/// Bodies that are no request, each made from a number so that no two are alike.
fn hostile_bodies(number: usize) -> Vec<Vec<u8>> {
    let fill = ["a", "\u{202e}", "é", "\\u0000"][number % 4];
    let surrogate = [
        "\\ud800",
        "\\udfff",
        "\\ud800\\ud800",
        "\\udc00\\ud800",
        "\\ud83d",
        "\\uD8",
    ][number % 6];
    let open = ["[", "{\"a\":", "[[{\"location\":"][number % 3];
    let wish = |location: String| {
        format!("{{\"podcast_type\":\"base\",\"location\":\"{location}\"}}").into_bytes()
    };
    vec![
        wish(surrogate.to_owned()),
        wish(format!("Par{surrogate}is")),
        wish(fill.repeat(10_000 + number)),
        wish(fill.repeat((1 << 20) / fill.len() + number)),
        wish(fill.repeat(200_000 / fill.len() + number)),
        open.repeat(100 + number).into_bytes(),
        open.repeat(40_000 / open.len() + number).into_bytes(),
        open.repeat(250_000 / open.len() - number).into_bytes(),
        format!(
            "{}{}",
            "[".repeat(100_000 + number),
            "]".repeat(100_000 + number)
        )
        .into_bytes(),
        format!(
            "{{{}\"z\":1}}",
            (0..8_000 + number)
                .map(|at| format!("\"m{at}\":{at},"))
                .collect::<String>()
        )
        .into_bytes(),
        format!(
            "{{\"location\":1e{},\"podcast_type\":-0.{}}}",
            309 + number,
            "9".repeat(5_000)
        )
        .into_bytes(),
        format!(
            "{{\"location\":\"Qwertyville{number}\",\"location\":\"\",\"podcast_type\":\"base\"}}"
        )
        .into_bytes(),
        [
            b"{\"location\":\"".as_slice(),
            &[0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80],
            b"\",\"podcast_type\":\"base\"}",
        ]
        .concat(),
        vec![0; 1 + number * 100],
        [&[0xef, 0xbb, 0xbf], b"{}".as_slice()].concat(),
        (0..1_000 + number)
            .map(|at| (at * 131 % 256) as u8)
            .collect(),
    ]
}

#[test]
fn bodies_that_are_no_request_are_refused_and_leave_memory_flat() {
    let world = World::start_with(IDLE);
    let rounds = (cases(200) as usize / 20).max(1);
    // What grows once for the largest body of each kind has grown.
    fill_journal(&world);
    for body in (0..3).flat_map(hostile_bodies) {
        send(&world, &body);
    }
    Memory::of(&world, &["create"]).start_over();
    let before = Memory::of(&world, &["create"]);

    let mut sent = 0;
    for body in (3..3 + rounds).flat_map(hostile_bodies) {
        let answer = send(&world, &body);

        let start = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        assert!([413, 422].contains(&answer.status), "{start}: {answer:?}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{start}"
        );
        sent += 1;
    }

    eprintln!("{sent} hostile bodies");
    Memory::of(&world, &["create"]).assert_flat(&before);
    assert_eq!(world.get(LIST).json()["total"], 0);
}

/// Heads that nobody means well with, each made from a number so that no two are alike; all but the blank line.
fn hostile_heads(number: usize) -> Vec<Vec<u8>> {
    let addresses = ["status/", "", "?cursor=", "?status_filter="];
    let mut heads: Vec<Vec<u8>> = addresses
        .iter()
        .flat_map(|address| heads_at(&format!("{LIST}{address}"), number))
        .collect();
    heads.push(b"GET\r\n".to_vec());
    heads.push(format!("{number} \0 HTTP/9\r\n").into_bytes());
    heads.push(b"GET / HTTP/1.1\r\nname without a colon\r\n".to_vec());
    heads
}

fn heads_at(address: &str, number: usize) -> Vec<Vec<u8>> {
    let get = |rest: &[u8], headers: String| {
        let line = [format!("GET {address}").as_bytes(), rest, b" HTTP/1.1\r\n"].concat();
        [line, headers.into_bytes()].concat()
    };
    let long = |length: usize| get("a".repeat(length + number).as_bytes(), String::new());
    let with = |headers: String| get(number.to_string().as_bytes(), headers);
    let many = |count: usize| {
        (0..count)
            .map(|at| format!("x-{at}: {number}\r\n"))
            .collect()
    };
    vec![
        long(5_000),
        long(20_000),
        long(70_000),
        get(
            "%00%ff%2e%2e%2f".repeat(300 + number).as_bytes(),
            String::new(),
        ),
        get("é".repeat(1_000 + number).as_bytes(), String::new()),
        get(&[0xff, 0xfe, 0xc0].repeat(100), String::new()),
        get("/".repeat(2_000 + number).as_bytes(), String::new()),
        get(
            (0..600)
                .map(|at| format!("&k{at}={number}"))
                .collect::<String>()
                .as_bytes(),
            String::new(),
        ),
        with(many(60)),
        with(many(200)),
        with(format!("if-none-match: {}\r\n", "W/\"é\",".repeat(1_000))),
        with(format!("cookie: {}\r\n", "a=b; ".repeat(1_500))),
        with(format!("x: {}\r\n", "a".repeat(100_000 + number))),
    ]
}

/// Sends bytes as they are; gives the status that came back.
fn status_of(world: &World, head: &[u8]) -> u16 {
    let address = world.origin().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    stream.write_all(head).unwrap();
    stream
        .write_all(b"host: localhost\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    // An answer may be followed by a reset where not all that was sent was read.
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    status.unwrap_or_else(|| {
        panic!(
            "{:?}: {answer:?}",
            String::from_utf8_lossy(&head[..head.len().min(60)])
        )
    })
}

#[test]
fn heads_of_any_kind_and_length_are_answered_and_leave_memory_flat() {
    const FUNCTIONS: [&str; 2] = ["status", "library"];
    let world = World::start_with(IDLE);
    let rounds = (cases(200) as usize / 20).max(1);
    let too_large = vec![b'a'; 11 << 20];
    fill_journal(&world);
    for head in (0..3).flat_map(hostile_heads) {
        status_of(&world, &head);
    }
    send(&world, &too_large);
    Memory::of(&world, &FUNCTIONS).start_over();
    let before = Memory::of(&world, &FUNCTIONS);

    let mut statuses = BTreeSet::from([send(&world, &too_large).status]);
    let mut sent = 0;
    for head in (3..3 + rounds).flat_map(hostile_heads) {
        let status = status_of(&world, &head);

        let start = String::from_utf8_lossy(&head[..head.len().min(60)]).into_owned();
        assert!(status < 500, "{start}: {status}");
        statuses.insert(status);
        sent += 1;
    }

    eprintln!("{sent} hostile heads, answered with {statuses:?}");
    for kind in [400, 404, 413, 414, 422, 431] {
        assert!(statuses.contains(&kind), "nothing was answered with {kind}");
    }
    Memory::of(&world, &FUNCTIONS).assert_flat(&before);
    assert_eq!(world.get(LIST).json()["total"], 0);
}
