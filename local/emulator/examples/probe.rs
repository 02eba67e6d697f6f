//! A Lambda function for the emulator's tests: it does what the event says, the bad things too.
//!
//! It speaks the Runtime API with a plain HTTP client, so that nothing of Lambda's own runtime can hide a fault.
use std::{
    error::Error,
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    process, thread,
    time::Duration,
};

use serde_json::{Map, Value, json};
use ureq::http::{HeaderMap, HeaderValue, header::ToStrError};

fn main() -> Result<(), Box<dyn Error>> {
    begin();
    let base = format!(
        "{}/2018-06-01/runtime/invocation",
        std::env::var("AWS_LAMBDA_RUNTIME_API")?
    );
    // What became of the answers that one event made it give several times.
    let mut refused = Value::Null;
    loop {
        let mut next = ureq::get(format!("{base}/next")).call()?;
        let id = next.headers()["lambda-runtime-aws-request-id"]
            .to_str()?
            .to_owned();
        let facts = facts(next.headers())?;
        let invocation_id = next.headers()["lambda-runtime-invocation-id"]
            .to_str()?
            .to_owned();
        let event: Value = next.body_mut().with_config().limit(16 << 20).read_json()?;
        note(&event)?;
        let (path, answer) = match obey(&event) {
            Ok(answer) => ("response", with_facts(answer, facts)),
            Err(message) => (
                "error",
                json!({ "errorType": "Probe", "errorMessage": message }),
            ),
        };
        let url = format!("{base}/{id}/{path}");
        if event["do"] == "twice" {
            let first = post(&url, "another attempt", &json!("wrong"));
            let second = post(&url, &invocation_id, &json!([first]));
            refused = json!([first, second, post(&url, &invocation_id, &json!("late"))]);
        } else if event["do"] == "refused" {
            post(&url, &invocation_id, &refused);
        } else {
            // A refused answer is the emulator's to report.
            post(&url, &invocation_id, &answer);
        }
        // What a careless function still does before it asks for more.
        thread::sleep(Duration::from_millis(
            event["after_ms"].as_u64().unwrap_or_default(),
        ));
    }
}

/// Writes the event to the file that `PROBE_DIARY` names, if any: a witness that no restart forgets.
fn note(event: &Value) -> io::Result<()> {
    let Some(path) = std::env::var_os("PROBE_DIARY") else {
        return Ok(());
    };
    let mut diary = File::options().append(true).create(true).open(path)?;
    // One write of a short line cannot be torn by another process.
    diary.write_all(format!("{event}\n").as_bytes())
}

/// Begins as `PROBE_INIT` says. With a file in `PROBE_ONCE` only the first process does, which leaves it there.
fn begin() {
    let once = std::env::var_os("PROBE_ONCE");
    if once.is_some_and(|file| File::create_new(file).is_err()) {
        return;
    }
    match std::env::var("PROBE_INIT").as_deref() {
        Ok("exit") => process::exit(7),
        Ok("stall") => thread::sleep(Duration::from_secs(3600)),
        _ => {}
    }
}

/// Answers; returns the status of that, 0 when there was none.
fn post(url: &str, invocation_id: &str, answer: &Value) -> u16 {
    let request = ureq::post(url)
        .config()
        .http_status_as_error(false)
        .build()
        .header("lambda-runtime-invocation-id", invocation_id);
    request
        .send_json(answer)
        .map_or(0, |response| response.status().as_u16())
}

/// Obeys the command in the event itself, or in the body of a request.
fn obey(event: &Value) -> Result<Value, String> {
    let body = event["body"]
        .as_str()
        .and_then(|body| serde_json::from_str(body).ok());
    let command = body.as_ref().unwrap_or(event);
    if let Some(line) = command["log"].as_str() {
        println!("{line}");
    }
    if let Some([program, arguments @ ..]) = command["start"].as_array().map(Vec::as_slice) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        // Nobody waits for it: it is what a careless function leaves behind.
        let started = process::Command::new(text(program))
            .args(arguments.iter().map(text))
            .spawn();
        started.map_err(|error| error.to_string())?;
    }
    if let Some(gate) = command["wait_for"].as_str() {
        while !Path::new(gate).exists() {
            thread::sleep(Duration::from_millis(10));
        }
    }
    thread::sleep(Duration::from_millis(
        command["sleep_ms"].as_u64().unwrap_or_default(),
    ));
    match command["do"].as_str() {
        Some("exit") => process::exit(3),
        Some("abort") => process::abort(),
        Some("panic") => panic!("a secret that only the log may know"),
        Some("grow") => {
            let megabytes = command["megabytes"].as_u64().unwrap_or_default() as usize;
            let held = vec![1u8; megabytes << 20];
            thread::sleep(Duration::from_millis(
                command["then_ms"].as_u64().unwrap_or_default(),
            ));
            Ok(json!({ "held": held.len() }))
        }
        Some("go on") => Ok(json!(go_on(command["file"].as_str().unwrap_or_default()))),
        Some("fail") => Err("as asked".to_owned()),
        Some("fail once") => match File::create_new(command["file"].as_str().unwrap_or_default()) {
            Ok(_) => Err("as asked".to_owned()),
            Err(_) => Ok(json!({ "event": event })),
        },
        Some("fill") => {
            let size_bytes = command["fill_bytes"].as_u64().unwrap_or(7 << 20);
            Ok(json!({ "fill": "x".repeat(size_bytes as usize) }))
        }
        Some("reply") => Ok(command["reply"].clone()),
        Some("build") => build().map_err(|error| error.to_string()),
        Some("variables") => Ok(json!(
            std::env::vars().collect::<std::collections::BTreeMap<_, _>>()
        )),
        _ if event["Records"].is_array() => {
            Ok(json!({ "event": event, "batchItemFailures": failures(event) }))
        }
        _ => Ok(json!({ "event": event })),
    }
}

/// Returns the messages of a batch that ask for it, as those that failed.
fn failures(event: &Value) -> Vec<Value> {
    let records = event["Records"].as_array().into_iter().flatten();
    records
        .filter(|record| record["body"] == "fail")
        .map(|record| json!({ "itemIdentifier": record["messageId"] }))
        .collect()
}

/// Leaves a thread behind that writes to a file for a minute.
fn go_on(file: &str) -> Result<(), String> {
    let mut file = File::create(file).map_err(|error| error.to_string())?;
    thread::spawn(move || {
        for _ in 0..6_000 {
            let _ = file.write_all(b".");
            thread::sleep(Duration::from_millis(10));
        }
    });
    Ok(())
}

/// Returns the number that a test has appended to this program, as if it had been built anew.
fn build() -> Result<Value, Box<dyn Error>> {
    let mut program = File::open("/proc/self/exe")?;
    program.seek(SeekFrom::End(-8))?;
    let mut number = [0; 8];
    program.read_exact(&mut number)?;
    Ok(json!(u64::from_le_bytes(number)))
}

/// Returns what the function is told beside the event.
fn facts(headers: &HeaderMap) -> Result<Map<String, Value>, ToStrError> {
    let text = |name| headers.get(name).map(HeaderValue::to_str).transpose();
    Ok(Map::from_iter([
        ("process".to_owned(), json!(process::id())),
        (
            "deadline_ms".to_owned(),
            json!(text("lambda-runtime-deadline-ms")?),
        ),
        (
            "client_context".to_owned(),
            json!(text("lambda-runtime-client-context")?),
        ),
        ("trace".to_owned(), json!(text("lambda-runtime-trace-id")?)),
    ]))
}

fn with_facts(mut answer: Value, facts: Map<String, Value>) -> Value {
    if let Some(fields) = answer
        .as_object_mut()
        .filter(|fields| fields.contains_key("event"))
    {
        fields.extend(facts);
    }
    answer
}
