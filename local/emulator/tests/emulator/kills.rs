//! Kill -9 of the emulator, again and again, with messages and asynchronous invocations in flight.
//!
//! `WHERECAST_SEED` chooses the seed, which every run prints, and `WHERECAST_KILLS` how often the emulator dies.
//! What is kept outlives the process; a power failure, of which the disk would have to keep its word, is not
//! tried here.
use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use emulator::{Emulator, Options};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use ureq::Agent;

use crate::world::{agent, options, setting, start};

/// As many as every run of the tests has time for.
const FEW_KILLS: u64 = 10;

/// How long after its start the emulator is killed at the latest, as long as something gets through.
const LIFE_MS: u64 = 300;

/// No life is allowed to be twice as long: with those before it that makes five minutes.
const LONGEST_LIFE_MS: u64 = 150_000;

/// Those who send at the same time.
const SENDERS: u64 = 4;

/// So many rounds of a tenth of a second without news end the wait for what is missing.
const PATIENCE: u32 = 300;

/// Says where the emulator that is killed has its folder.
const FOLDER: &str = "EMULATOR_TO_BE_KILLED";

/// What was accepted, by its number.
#[derive(Default)]
struct Accepted {
    events: BTreeSet<u64>,
    messages: BTreeSet<u64>,
}

#[test]
fn whatever_was_accepted_is_done_however_often_the_emulator_is_killed() {
    let seed = setting("WHERECAST_SEED").unwrap_or_else(|| rand::random_range(0..1_000_000));
    let kills = setting("WHERECAST_KILLS").unwrap_or(FEW_KILLS);
    println!("WHERECAST_SEED={seed} WHERECAST_KILLS={kills}");
    let mut random = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let (numbers, mut accepted) = (AtomicU64::new(0), Accepted::default());

    let (mut round, mut longest_ms) = (0, LIFE_MS);
    while round < kills || accepted.lacks_a_kind() && longest_ms < LONGEST_LIFE_MS {
        if round >= kills {
            longest_ms *= 2;
        }
        round += 1;
        let (mut host, base) = host(folder.path());
        let life = Duration::from_millis(random.random_range(0..longest_ms));
        thread::scope(|scope| {
            let senders: Vec<_> = (0..SENDERS)
                .map(|_| scope.spawn(|| send_until_refused(&base, &numbers)))
                .collect();
            thread::sleep(life);
            host.kill().unwrap();
            host.wait().unwrap();
            for sender in senders {
                let Accepted { events, messages } = sender.join().unwrap();
                accepted.events.extend(events);
                accepted.messages.extend(messages);
            }
        });
    }
    let (events, messages) = (accepted.events.len(), accepted.messages.len());
    println!("{events} events and {messages} messages were accepted in {round} lives");

    assert!(!accepted.lacks_a_kind());
    let begin = Instant::now();
    finish(folder.path(), accepted);
    println!(
        "the last emulator took {:?} to do the rest",
        begin.elapsed()
    );
}

#[ignore = "is started, and killed, by another test"]
#[tokio::test(flavor = "multi_thread")]
async fn an_emulator_to_be_killed() {
    let folder = std::env::var_os(FOLDER).expect("a folder");
    let emulator = start(witnessed(Path::new(&folder))).await;
    println!("\nready on {}", emulator.address());
    std::future::pending::<()>().await;
}

/// Starts the emulator in a process of its own; returns it and where it answers.
fn host(folder: &Path) -> (Child, String) {
    let mut host = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "kills::an_emulator_to_be_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(host.stdout.take().unwrap()).lines();
    let address = lines
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once("ready on ")?.1.to_owned()));
    (
        host,
        format!("http://{}", address.expect("the emulator starts")),
    )
}

/// Lets every function write what it was given to one file.
fn witnessed(folder: &Path) -> Options {
    let mut options = options(folder);
    let diary = folder.join("diary").display().to_string();
    options.environment.insert("PROBE_DIARY".to_owned(), diary);
    options
}

/// Sends events and messages by turns; every fourth event fails at each attempt.
fn send_until_refused(base: &str, numbers: &AtomicU64) -> Accepted {
    let (agent, mut accepted) = (agent(), Accepted::default());
    loop {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        let command = if number.is_multiple_of(8) {
            "fail"
        } else {
            "echo"
        };
        let event = json!({ "number": number, "do": command });
        let (sent, kept) = match number % 2 {
            0 => (send_event(&agent, base, &event), &mut accepted.events),
            _ => (send_message(&agent, base, &event), &mut accepted.messages),
        };
        match sent {
            Ok(true) => kept.insert(number),
            Ok(false) => panic!("{event} is refused"),
            Err(_) => return accepted,
        };
    }
}

fn send_event(agent: &Agent, base: &str, event: &Value) -> Result<bool, ureq::Error> {
    let post = agent.post(format!("{base}/2015-03-31/functions/Reporter/invocations"));
    let response = post
        .header("x-amz-invocation-type", "Event")
        .send(event.to_string())?;
    Ok(response.status() == 202)
}

fn send_message(agent: &Agent, base: &str, message: &Value) -> Result<bool, ureq::Error> {
    let request = json!({
        "QueueUrl": format!("{base}/000000000000/GoodJobs"), "MessageBody": message.to_string(),
    });
    let post = agent
        .post(base)
        .header("x-amz-target", "AmazonSQS.SendMessage");
    Ok(post.send(request.to_string())?.status() == 200)
}

/// Starts the emulator once more, and lets time pass until nothing that was accepted is missing.
#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn finish(folder: &Path, mut missing: Accepted) {
    let emulator = start(witnessed(folder)).await;
    let mut rounds_without_news = 0;
    while rounds_without_news < PATIENCE {
        let before = missing.len();
        strike_out_events(&emulator, &mut missing.events).await;
        strike_out_messages(folder, &mut missing.messages);
        if missing.len() == 0 {
            return emulator.shutdown().await;
        }
        if missing.len() < before {
            rounds_without_news = 0;
            continue;
        }
        rounds_without_news += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
        if rounds_without_news.is_multiple_of(5) {
            // Past the visibility timeout of messages, and the longest wait for a retry.
            emulator.clock().advance(Duration::from_secs(121));
        }
    }
    let Accepted { events, messages } = missing;
    panic!("lost are the events {events:?} and the messages {messages:?}");
}

/// Strikes out the events whose end was told to their destination.
async fn strike_out_events(emulator: &Emulator, missing: &mut BTreeSet<u64>) {
    loop {
        let received = sqs(
            emulator,
            "ReceiveMessage",
            json!({ "MaxNumberOfMessages": 10 }),
        )
        .await;
        let Some(messages) = received["Messages"].as_array() else {
            return;
        };
        let mut entries = Vec::new();
        for (index, message) in messages.iter().enumerate() {
            let record: Value = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
            missing.remove(&record["requestPayload"]["number"].as_u64().unwrap());
            let handle = &message["ReceiptHandle"];
            entries.push(json!({ "Id": index.to_string(), "ReceiptHandle": handle }));
        }
        sqs(
            emulator,
            "DeleteMessageBatch",
            json!({ "Entries": entries }),
        )
        .await;
    }
}

async fn sqs(emulator: &Emulator, action: &str, mut request: Value) -> Value {
    request["QueueUrl"] = "http://localhost/000000000000/Ends".into();
    let target = format!("AmazonSQS.{action}");
    let answer = emulator
        .queues()
        .handle(&target, request.to_string().into(), None);
    serde_json::from_slice(&answer.await.body).unwrap()
}

/// Strikes out the messages that a function has seen.
fn strike_out_messages(folder: &Path, missing: &mut BTreeSet<u64>) {
    let diary = std::fs::read_to_string(folder.join("diary")).unwrap_or_default();
    for line in diary.lines().filter(|line| line.contains("Records")) {
        let event: Value = serde_json::from_str(line).unwrap();
        let body = event["Records"][0]["body"].as_str().unwrap();
        let message: Value = serde_json::from_str(body).unwrap();
        missing.remove(&message["number"].as_u64().unwrap());
    }
}

impl Accepted {
    fn len(&self) -> usize {
        self.events.len() + self.messages.len()
    }

    fn lacks_a_kind(&self) -> bool {
        self.events.is_empty() || self.messages.is_empty()
    }
}
