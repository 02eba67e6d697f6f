//! Does what its event says, the bad things too, and tells what it was given.
//!
//! The command is the event itself, the body of a request, or the body of each message of a queue.
use std::{fs::OpenOptions, io::Write, path::Path, process, thread, time::Duration};

use lambda_runtime::{Context, Error, LambdaEvent, run, service_fn};
use nix::sys::signal::{Signal, raise};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handle)).await
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (event, context) = event.into_parts();
    if let Some(messages) = event["Records"].as_array() {
        return batch(messages).await;
    }
    let is_request = event["requestContext"].is_object();
    let command = match event["body"].as_str() {
        Some(body) if is_request => serde_json::from_str(body).unwrap_or_default(),
        _ => event.clone(),
    };
    obey(&command).await?;
    let answer = match command["answer"].is_null() {
        true => facts(event, &context),
        false => command["answer"].clone(),
    };
    Ok(match is_request && command["answer"].is_null() {
        true => json!({
            "statusCode": 200, "headers": {"content-type": "application/json"}, "cookies": [],
            "body": answer.to_string(), "isBase64Encoded": false,
        }),
        false => answer,
    })
}

/// Obeys each message; those that fail are reported.
async fn batch(messages: &[Value]) -> Result<Value, Error> {
    let mut failures = Vec::new();
    for message in messages {
        let command: Value = serde_json::from_str(message["body"].as_str().unwrap_or_default())?;
        if obey(&command).await.is_err() {
            failures.push(json!({ "itemIdentifier": message["messageId"] }));
        }
    }
    Ok(json!({ "batchItemFailures": failures }))
}

/// Does everything a command says, in this order: `needs`, `log`, `note`, `sleep_ms`, `linger`, `do`.
async fn obey(command: &Value) -> Result<(), Error> {
    if let Some(file) = command["needs"].as_str()
        && !Path::new(file).exists()
    {
        return Err(format!("{file} is missing").into());
    }
    if let Some(line) = command["log"].as_str() {
        println!("{line}");
    }
    if let Some(file) = command["note"].as_str() {
        note(file, "begin")?;
    }
    let sleep = Duration::from_millis(command["sleep_ms"].as_u64().unwrap_or_default());
    tokio::time::sleep(sleep).await;
    if let Some(file) = command["note"].as_str() {
        note(file, "end")?;
    }
    if let Some(file) = command["linger"].as_str() {
        let file = file.to_owned();
        thread::spawn(move || {
            while note(&file, "still here").is_ok() {
                thread::sleep(Duration::from_millis(20));
            }
        });
    }
    match command["do"].as_str() {
        Some("exit") => process::exit(3),
        Some("abort") => process::abort(),
        Some("kill") => Ok(raise(Signal::SIGKILL)?),
        Some("panic") => panic!("the secret of greeter-obey"),
        Some("fail") => Err("as asked".into()),
        _ => Ok(()),
    }
}

/// Adds a line to a file, so that a probe can count what ran, when, and how much of it at a time.
fn note(file: &str, word: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(file)?;
    // One write for the line: two processes must not mix theirs.
    file.write_all(format!("{word} {}\n", process::id()).as_bytes())
}

/// What the function knows about this call, with `fill_bytes` of padding if the event asks for it.
fn facts(event: Value, context: &Context) -> Value {
    let fill_bytes = event["fill_bytes"].as_u64().unwrap_or_default();
    let names = ["AWS_LAMBDA_FUNCTION_NAME", "AWS_REGION", "HOME", "TZ"];
    let variables = names.map(|name| (name.to_owned(), json!(std::env::var(name).ok())));
    json!({
        "process": process::id(),
        "deadline_ms": context.deadline,
        "function_arn": context.invoked_function_arn,
        "request_id": context.request_id,
        "client_context": context.client_context,
        "variables": Value::Object(variables.into_iter().collect()),
        "fill": "x".repeat(usize::try_from(fill_bytes).unwrap_or_default()),
        "event": event,
    })
}
