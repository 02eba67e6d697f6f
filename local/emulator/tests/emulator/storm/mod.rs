//! Thousands of invocations while all goes wrong that can: nobody waits in vain, and nothing is left behind.
//!
//! The emulator has a process of its own, so that its children, its open files and its memory are nobody
//! else's. [`deed`] says what calls do and what must come of each; [`host`] is the emulator under fire.
//! `WHERECAST_SEED` repeats the decisions, not the timing; `WHERECAST_INVOCATIONS` is the dose: 500.
mod deed;
mod host;

use std::{
    collections::BTreeMap,
    fmt,
    io::Write,
    net::TcpStream,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};
use ureq::Agent;

use deed::Deed;
use host::{Host, is_running, kill};

use crate::world::setting;

/// How many callers there are at once: fewer than environments, so that none waits for a free one.
const CALLERS: usize = 24;

/// One call in so many is preceded by a `kill -9` of a process picked at random.
const CALLS_FOR_A_KILL: u32 = 25;

/// What memory may have grown by when the storm is over: the journal, which keeps 32 MB, and the allocator's
/// reserves. A leak grows with the dose.
const SLACK_KIB: u64 = 80 << 10;

/// What all callers share.
struct Storm<'a> {
    host: &'a Host,
    seed: u64,
    dose: usize,
    begun: AtomicUsize,
    kills: AtomicUsize,
    seen: Mutex<Seen>,
}

/// What came of the calls so far.
#[derive(Default)]
struct Seen {
    /// How many calls of each kind there were, and the longest of them.
    calls: BTreeMap<Deed, (usize, Duration)>,
    violations: Vec<String>,
    /// The emulator's memory after a fifth of the calls.
    warm_kib: u64,
}

#[test]
fn every_caller_gets_an_answer_and_nothing_is_left_behind() {
    let (seed, dose) = (
        setting("WHERECAST_SEED").unwrap_or(1),
        setting("WHERECAST_INVOCATIONS").unwrap_or(500),
    );
    println!("WHERECAST_SEED={seed} WHERECAST_INVOCATIONS={dose}");
    let host = Host::start();
    host.plain_call();
    // Not before its process has asked for more: that is a connection, too.
    host.comes_to_rest();
    let files = host.open_files();

    let storm = Storm::new(&host, seed, dose as usize);
    let begin = Instant::now();
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| storm.call_until_over());
        }
    });
    println!("{storm} in {:?}", begin.elapsed());

    let seen = storm.seen.into_inner().unwrap();
    assert!(seen.violations.is_empty(), "{:#?}", seen.violations);
    host.comes_to_rest();
    let children = host.children();
    for _ in 0..20 {
        assert!(
            children.contains(&host.plain_call()),
            "no caller needs another process"
        );
    }
    let end_kib = host.memory_kib();
    println!(
        "memory: {} KiB after a fifth, {end_kib} KiB at the end",
        seen.warm_kib
    );
    assert!(end_kib <= seen.warm_kib + SLACK_KIB, "memory has grown");

    // With one process left all is as it was at the beginning.
    children.iter().copied().for_each(kill);
    host.eventually("the killed are gone", || host.children().is_empty());
    assert!(!children.contains(&host.plain_call()));
    host.eventually("no open file is left", || host.open_files() <= files);
    assert_eq!(host.children().len(), 1);
    host.eventually("no process of a process is left", || {
        host.orphans().is_empty()
    });

    let children = host.children();
    host.stop();
    assert!(!children.into_iter().any(is_running));
}

#[test]
fn five_hundred_at_once_all_get_their_answers() {
    let host = Host::start();

    thread::scope(|scope| {
        let call = |n: u64| {
            let (failed, answer) = host.invoke("Storm", &json!({ "n": n, "sleep_ms": 20 }));
            assert!(!failed && answer["event"]["n"] == n, "{answer}");
        };
        let calls: Vec<_> = (0..500).map(|n| scope.spawn(move || call(n))).collect();
        assert!(calls.into_iter().all(|call| call.join().is_ok()));
    });

    assert!(host.children().len() <= 32);
    host.comes_to_rest();
    host.stop();
}

impl Storm<'_> {
    fn new(host: &Host, seed: u64, dose: usize) -> Storm<'_> {
        Storm {
            host,
            seed,
            dose,
            begun: AtomicUsize::new(0),
            kills: AtomicUsize::new(0),
            seen: Mutex::default(),
        }
    }

    fn call_until_over(&self) {
        let agent = host::agent();
        loop {
            let n = self.begun.fetch_add(1, Relaxed);
            if n >= self.dose {
                return;
            }
            if n == self.dose / 5 {
                self.seen.lock().unwrap().warm_kib = self.host.memory_kib();
            }
            let mut random = StdRng::seed_from_u64(self.seed.wrapping_mul(1 << 32) + n as u64);
            if random.random_ratio(1, CALLS_FOR_A_KILL) {
                self.kill_one(&mut random);
            }
            self.call(n, &agent, &mut random);
        }
    }

    /// Kills any process, at work, frozen or coming up.
    fn kill_one(&self, random: &mut StdRng) {
        if let Some(process) = self.host.children().choose(random) {
            kill(*process);
            self.kills.fetch_add(1, Relaxed);
        }
    }

    fn call(&self, n: usize, agent: &Agent, random: &mut StdRng) {
        let deed = Deed::choose(random);
        let event = deed.event(n, &self.host.mark());
        let begin = Instant::now();
        let verdict = match deed {
            Deed::HangUp => self.hang_up(&event, random),
            _ if random.random_ratio(1, 4) => self.call_over_http(deed, n, &event, agent),
            _ => self.invoke(deed, n, &event, agent),
        };
        let took = begin.elapsed();
        let mut seen = self.seen.lock().unwrap();
        let (calls, longest) = seen.calls.entry(deed).or_default();
        *calls += 1;
        *longest = took.max(*longest);
        if took > deed.limit() {
            seen.violations
                .push(format!("call {n}, {deed:?}, took {took:?}"));
        }
        if let Err(violation) = verdict {
            seen.violations
                .push(format!("call {n}, {deed:?}: {violation}"));
        }
    }

    /// Calls by the Invoke API, where the caller sees what became of the run.
    fn invoke(&self, deed: Deed, n: usize, event: &Value, agent: &Agent) -> Result<(), String> {
        let url = self.host.invoke_url(deed.function());
        let (status, failed, answer) = host::post(agent, &url, event)?;
        let fits = status == 200 && deed.fits(n, failed, &answer);
        fits.then_some(())
            .ok_or_else(|| format!("{status} {}", start_of(&answer)))
    }

    /// Calls as a browser does, who sees no more than whether it went well.
    fn call_over_http(
        &self,
        deed: Deed,
        n: usize,
        event: &Value,
        agent: &Agent,
    ) -> Result<(), String> {
        let url = self.host.url(&format!("/{}", deed.function()));
        let (status, _, answer) = host::post(agent, &url, event)?;
        // The event is the whole request here, and the command its body.
        let is_own = answer["event"]["body"].as_str() == Some(&event.to_string());
        let fits = match status {
            200 => deed.succeeds() && (is_own || deed.fits(n, false, &answer)),
            500 => answer == json!({ "message": "Internal Server Error" }),
            _ => false,
        };
        fits.then_some(())
            .ok_or_else(|| format!("{status} {}", start_of(&answer)))
    }

    /// Sends a request and goes away in the middle of it, or before it is answered.
    fn hang_up(&self, event: &Value, random: &mut StdRng) -> Result<(), String> {
        let body = event.to_string();
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: emulator\r\ncontent-length: {}\r\n\r\n",
            self.host
                .invoke_url("Storm")
                .split_at(self.host.url("").len())
                .1,
            body.len()
        );
        let request = [head.as_bytes(), body.as_bytes()].concat();
        let sent = match random.random_bool(0.2) {
            true => random.random_range(0..request.len()),
            false => request.len(),
        };
        let mut connection = TcpStream::connect(self.host.address()).map_err(|e| e.to_string())?;
        connection
            .write_all(&request[..sent])
            .map_err(|e| e.to_string())?;
        thread::sleep(Duration::from_millis(random.random_range(0..60)));
        Ok(())
    }
}

impl fmt::Display for Storm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (deed, (calls, longest)) in &self.seen.lock().unwrap().calls {
            writeln!(
                f,
                "{:<12}{calls:>6} calls, longest {longest:?}",
                format!("{deed:?}")
            )?;
        }
        write!(
            f,
            "{} calls and {} kills",
            self.dose,
            self.kills.load(Relaxed)
        )
    }
}

fn start_of(answer: &Value) -> String {
    answer.to_string().chars().take(300).collect()
}
