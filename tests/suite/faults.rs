//! A full disk and failing ones: what cannot be stored is said so, what is stored stays, and all recovers.
//!
//! strace makes system calls of running functions fail as the kernel would, from one moment to another.

use std::{
    fs,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::json;
use wherecast_tests::{Answer, SOON, Start, World, generate_body, template};

const PLACE: &str = "Paris, France";

/// Writes to the database and its log fail for want of space.
const FULL: &[&str] = &["write,pwrite64,pwritev,ftruncate,fallocate:error=ENOSPC"];
/// They are made, and cannot be flushed to the disk.
const BROKEN: &[&str] = &["fsync,fdatasync:error=EIO"];
/// No file can be given its name, as when its folder must grow on a full disk.
const NAMELESS: &[&str] = &["rename,renameat,renameat2,link,linkat:error=ENOSPC"];

/// Faults in the running processes of one function, until dropped.
struct Faults {
    strace: Child,
    log: tempfile::NamedTempFile,
}

impl Faults {
    /// Makes calls fail on the database, or on any file.
    fn begin(world: &World, function: &str, faults: &[&str], on_database: bool) -> Self {
        let log = tempfile::NamedTempFile::new().expect("a temporary file");
        let processes = world.processes(function);
        assert!(!processes.is_empty(), "no process of {function} runs");
        let mut strace = Command::new("strace");
        strace.args(["-qq", "-f", "-o"]).arg(log.path());
        if on_database {
            for file in ["wherecast.db", "wherecast.db-wal"] {
                strace.arg("-P").arg(world.data().join(file));
            }
        }
        for fault in faults {
            strace.arg("-e").arg(format!("inject={fault}"));
        }
        for process in &processes {
            strace.arg("-p").arg(process.to_string());
        }
        let strace = strace.stderr(Stdio::null()).spawn();
        let faults = Self {
            strace: strace.expect("strace is installed"),
            log,
        };
        let began = Instant::now();
        while !processes.iter().all(|process| is_traced(*process)) {
            assert!(began.elapsed() < SOON, "strace does not attach");
            thread::sleep(Duration::from_millis(10));
        }
        faults
    }

    /// Ends them, and gives how many calls failed.
    fn end(mut self) -> usize {
        self.detach();
        self.count()
    }

    /// How many calls have failed so far.
    fn count(&self) -> usize {
        let log = fs::read_to_string(self.log.path()).expect("strace writes it");
        log.matches("(INJECTED)").count()
    }

    /// Asked to end, strace lets its processes go on unharmed; killed, it would not.
    fn detach(&mut self) {
        let strace = Pid::from_raw(self.strace.id().try_into().expect("process ids are small"));
        let _ = kill(strace, Signal::SIGTERM);
        let _ = self.strace.wait();
    }
}

impl Drop for Faults {
    fn drop(&mut self) {
        self.detach();
    }
}

/// Whether every thread of a process is under strace.
fn is_traced(process: u32) -> bool {
    let threads = fs::read_dir(format!("/proc/{process}/task"))
        .into_iter()
        .flatten()
        .flatten();
    threads
        .map(|thread| fs::read_to_string(thread.path().join("status")))
        .all(|status| status.is_ok_and(|status| !status.contains("TracerPid:\t0\n")))
}

fn ask(world: &World) -> Answer {
    world.post("/api/v1/podcasts/generate", &generate_body(PLACE, "short"))
}

/// By another SQLite than the one that wrote it.
fn assert_sound(world: &World) {
    let check = "import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
print(database.execute('PRAGMA integrity_check').fetchone()[0])
print(database.execute('''SELECT count(*) FROM podcasts LEFT JOIN scripts ON podcast_id = id
    WHERE (status = 'completed') <> (script IS NOT NULL)''').fetchone()[0])";
    let checked = Command::new("python3")
        .args(["-c", check])
        .arg(world.data().join("wherecast.db"))
        .output()
        .expect("python3 is installed");
    assert_eq!(
        String::from_utf8_lossy(&checked.stdout),
        "ok\n0\n",
        "{checked:?}"
    );
}

fn assert_no_panic(world: &World) {
    let logs = world.files("logs");
    assert!(logs.len() > 2, "{logs:?}");
    for log in logs {
        let text = fs::read_to_string(&log).expect("a log of text");
        assert!(!text.contains("panicked"), "{}: {text}", log.display());
    }
}

/// While `faults` last, nothing is accepted and everything can be read; then all is as before.
fn creating_recovers(name: &str, faults: &[&str]) {
    // One process, whatever a slow machine makes of strace: another would not be under it.
    let description = "      Description: Accepts a podcast, or asks for it again.\n";
    let single = format!("{description}      ReservedConcurrentExecutions: 1\n");
    let template = template(&[(description, single)]);
    let world = World::start_as(Start {
        voice: "tone".to_owned(),
        template: Some(template.path().to_owned()),
        ..Start::default()
    });
    let first = world.accept(PLACE, "short");
    world.finish(&first, SOON);

    let failing = Faults::begin(&world, "create", faults, true);
    let refused: Vec<Answer> = (0..3).map(|_| ask(&world)).collect();
    let read = [
        world.status(&first),
        world.get(&format!("/api/v1/podcasts/{first}")),
        world.get("/api/v1/podcasts/"),
    ];
    let failed = failing.end();
    let second = world.accept(PLACE, "short");
    world.finish(&second, SOON);

    println!(
        "{name}: {failed} calls of create failed, {} requests refused, then one accepted",
        refused.len()
    );
    assert!(failed >= refused.len(), "{failed}");
    for answer in refused {
        assert_eq!(
            answer.status,
            503,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
    }
    assert_eq!(read.map(|answer| answer.status), [200; 3]);
    assert_eq!(world.get("/api/v1/podcasts/").json()["total"], json!(2));
    assert_sound(&world);
    assert_no_panic(&world);
}

#[test]
fn on_a_full_disk_nothing_is_accepted_until_there_is_space() {
    creating_recovers("full disk", FULL);
}

#[test]
fn on_a_disk_that_fails_nothing_is_accepted_until_it_works() {
    creating_recovers("failing disk", BROKEN);
}

/// While `faults` last, three seconds at least, the worker gets no further; then it makes the podcast, once.
fn generating_recovers(name: &str, faults: &[&str], on_database: bool) {
    let world = World::start_with("tone:100");
    let id = world.accept(PLACE, "short");
    let mut seen = world.follow(&id, SOON, |state| state["progress"].as_u64() >= Some(32));

    let failing = Faults::begin(&world, "generate", faults, on_database);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(3) || failing.count() == 0 {
        assert!(began.elapsed() < SOON, "no call of generate fails");
        thread::sleep(Duration::from_millis(100));
    }
    let failed = failing.end();
    seen.extend(world.finish(&id, SOON));

    println!("{name}: {failed} calls of generate failed in the middle of a job, then it was made");
    assert!(seen.is_sorted(), "{seen:?}");
    assert_eq!(world.files("media/episodes").len(), 1);
    assert_eq!(world.get("/api/v1/podcasts/").json()["total"], json!(1));
    assert_sound(&world);
    assert_no_panic(&world);
}

#[test]
fn a_worker_on_a_full_disk_makes_its_podcast_once_there_is_space() {
    generating_recovers("media on a full disk", NAMELESS, false);
    // With the first of these the lease must run out before another attempt.
    if std::env::var_os("WHERECAST_LONG").is_some() {
        generating_recovers("database on a full disk", FULL, true);
        generating_recovers("media on a failing disk", BROKEN, false);
    }
}
