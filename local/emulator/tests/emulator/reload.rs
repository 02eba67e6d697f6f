//! New binaries under load: nobody is lost, nobody waits, and the new one answers soon.
use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use emulator::Watch;
use futures::future::join_all;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::{PATIENCE, World, eventually, options};

/// A running emulator and the binary of its functions, which may be replaced.
struct Workshop {
    world: World,
    built: PathBuf,
    program: PathBuf,
}

impl Workshop {
    async fn start() -> Workshop {
        let folder = tempfile::tempdir().unwrap();
        let mut options = options(folder.path());
        let bin_dir = folder.path().join("bin");
        fs::create_dir(&bin_dir).unwrap();
        let built = std::mem::replace(&mut options.bin_dir, bin_dir).join("probe");
        let program = options.bin_dir.join("probe");
        options.watch = Watch::Binaries;
        link(&folder, &built, &program, 0);
        let world = World::with(folder, options).await;
        Workshop {
            world,
            built,
            program,
        }
    }

    /// Replaces the program as cargo does: a whole file takes the old one's name.
    fn build(&self, number: u64) {
        let folder = tempfile::tempdir_in(self.program.parent().unwrap()).unwrap();
        link(&folder, &self.built, &self.program, number);
    }

    async fn ask(&self) -> Value {
        let (failed, answer, took) = self
            .world
            .invoke("Probe", json!({ "do": "build", "sleep_ms": 5 }))
            .await;
        assert!(!failed, "{answer}");
        assert!(took < PATIENCE, "an answer took {took:?}");
        answer
    }

    /// Asks until `number` answers; gives the time it took.
    async fn hears(&self, number: u64) -> Duration {
        let begin = Instant::now();
        while self.ask().await != number {
            assert!(begin.elapsed() < PATIENCE, "build {number} never answers");
        }
        begin.elapsed()
    }
}

/// Makes the program of build `number`, and gives it the name `program` once it is whole.
fn link(folder: &TempDir, built: &Path, program: &Path, number: u64) {
    let fresh = folder.path().join("linked");
    fs::copy(built, &fresh).unwrap();
    let mut file = File::options().append(true).open(&fresh).unwrap();
    file.write_all(&number.to_le_bytes()).unwrap();
    drop(file);
    let _ = fs::remove_file(program);
    fs::hard_link(&fresh, program).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_lost_while_the_program_is_replaced_twenty_times() {
    let workshop = Workshop::start().await;
    let is_over = AtomicBool::new(false);
    let caller = async || {
        let mut answers = 0;
        while !is_over.load(Ordering::Relaxed) {
            workshop.ask().await;
            answers += 1;
        }
        answers
    };
    let builder = async {
        let mut delays = Vec::new();
        for number in 1..=20 {
            workshop.build(number);
            delays.push(workshop.hears(number).await);
        }
        is_over.store(true, Ordering::Relaxed);
        delays
    };

    let (answers, mut delays) = tokio::join!(join_all((0..4).map(|_| caller())), builder);

    delays.sort_unstable();
    let answered: u32 = answers.iter().sum();
    println!(
        "{answered} answers; a new build answered after {:?}, at most {:?}",
        delays[10], delays[19]
    );
    assert!(answered > 20, "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_runs_ends_in_the_program_it_began_in() {
    let workshop = Workshop::start().await;
    let world = &workshop.world;
    let gate = world.data("gate");
    let running = world.invoke("Probe", json!({ "log": "it runs", "wait_for": gate }));
    let renewing = async {
        eventually("it runs", || world.log("Probe").contains("it runs")).await;
        let old = world.processes("Probe");
        workshop.build(1);
        workshop.hears(1).await;
        File::create(&gate).unwrap();
        old
    };

    let ((failed, answer, _), old) = tokio::join!(running, renewing);

    assert!(!failed, "{answer}");
    assert_eq!((&answer["process"], old.len()), (&json!(old[0]), 1));
    eventually("the old process is gone", || {
        !world.processes("Probe").contains(&old[0])
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_process_of_the_old_program_ends() {
    let workshop = Workshop::start().await;
    workshop.ask().await;
    assert_eq!(workshop.world.processes("Probe").len(), 1);

    workshop.build(1);

    eventually("nothing of it is left", || {
        workshop.world.processes("Probe").is_empty()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_program_is_written_in_place_requests_wait_for_its_end() {
    let workshop = Workshop::start().await;
    let whole = fs::read(&workshop.program).unwrap();
    fs::remove_file(&workshop.program).unwrap();
    let mut file = File::options()
        .write(true)
        .create_new(true)
        .open(&workshop.program)
        .unwrap();
    let (most, rest) = whole.split_at(whole.len() - 8);
    file.write_all(most).unwrap();

    let finish = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        file.write_all(rest).unwrap();
        let mode = fs::metadata(&workshop.built).unwrap().permissions();
        file.set_permissions(mode).unwrap();
        drop(file);
    };
    let (answer, ()) = tokio::join!(workshop.ask(), finish);

    assert_eq!(answer, 0);
}
