//! What people do at the console: run things again, and break things on purpose.
use std::time::Duration;

use axum::{
    Json,
    extract::{Path, State},
};
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refusal, Shared, World};
use crate::{
    faults::FunctionFaults,
    journal::Origin,
    runtime::EVENT_BYTES,
    schedule,
    template::{ACCOUNT_ID, Function, Schedule, queue_arn},
    trace::Trace,
};

/// The most that invocations are slowed: a function cannot run longer.
const MOST_LATENCY_MS: u64 = 900_000;

type Done = Result<(StatusCode, Json<Value>), Refusal>;

/// Runs a function on the event in the body; the answer is the invocation's number, at once.
pub(super) async fn invoke(
    State(world): Shared,
    Path(function): Path<String>,
    event: Bytes,
) -> Done {
    let function = find(&world, &function)?;
    check_event(&event)?;
    Ok(begin(&world, &function.name, event))
}

/// Runs a function again on the event it had.
pub(super) async fn replay(State(world): Shared, Path(number): Path<u64>) -> Done {
    let entry = super::describe::find(&world, number)?;
    let function = find(&world, &entry.asked.function)?;
    Ok(begin(&world, &function.name, entry.asked.event.clone()))
}

/// Runs a schedule's function now; its next run comes when it would have.
pub(super) async fn run_schedule(State(world): Shared, Path(name): Path<String>) -> Done {
    let planned = world
        .schedules
        .iter()
        .find(|planned| planned.schedule.name == name);
    let Some(planned) = planned else {
        return Err(Refusal::not_found(format!(
            "the template has no schedule {name}"
        )));
    };
    let Schedule { function, .. } = &planned.schedule;
    let event = schedule::event(&planned.schedule, world.clock.now_ms());
    let accepted = world
        .asynchronous
        .invoke(function, event, Some(&name), Trace::begin())
        .await;
    let request_id = accepted.map_err(|error| {
        Refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("{name} cannot run: {error}"),
        )
    })?;
    Ok((
        StatusCode::ACCEPTED,
        Json(json!({ "request_id": request_id })),
    ))
}

fn begin(world: &World, function: &str, event: Bytes) -> (StatusCode, Json<Value>) {
    let (number, answer) = world
        .functions
        .begin(function, event, Origin::Console, Trace::begin());
    // Somebody must wait for the answer, or it counts as given up.
    tokio::spawn(answer);
    (StatusCode::ACCEPTED, Json(json!({ "number": number })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kill {
    /// One process; all of the function if it is left out.
    process: Option<u32>,
}

/// Kills processes of a function as `kill -9` does.
pub(super) async fn kill(
    State(world): Shared,
    Path(function): Path<String>,
    Json(kill): Json<Kill>,
) -> Done {
    let function = find(&world, &function)?;
    let killed = world.functions.kill(&function.name, kill.process);
    Ok((StatusCode::OK, Json(json!({ "killed": killed }))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    #[serde(default)]
    latency_ms: u64,
    #[serde(default)]
    failures: u32,
    #[serde(default)]
    is_paused: bool,
}

/// Puts a function's faults in force, in place of earlier ones.
pub(super) async fn set_faults(
    State(world): Shared,
    Path(function): Path<String>,
    Json(wish): Json<Wish>,
) -> Done {
    let function = find(&world, &function)?;
    if wish.latency_ms > MOST_LATENCY_MS {
        return Err(Refusal::bad(format!(
            "latency_ms is at most {MOST_LATENCY_MS}"
        )));
    }
    let faults = FunctionFaults {
        latency: Duration::from_millis(wish.latency_ms),
        failures: wish.failures,
        is_paused: wish.is_paused,
    };
    world.functions.faults().set(&function.name, faults);
    Ok((StatusCode::OK, Json(super::describe::faults(faults))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Disk {
    is_full: bool,
}

/// Fills the disk under the queues, or makes room.
pub(super) async fn set_disk(State(world): Shared, Json(disk): Json<Disk>) -> Done {
    world.functions.faults().fill_disk(disk.is_full);
    Ok((StatusCode::OK, Json(json!({ "is_full": disk.is_full }))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    seconds: u64,
}

/// Moves the clock of queues, schedules and retries forward.
pub(super) async fn advance_clock(State(world): Shared, Json(advance): Json<Advance>) -> Done {
    world.clock.advance(Duration::from_secs(advance.seconds));
    Ok((
        StatusCode::OK,
        Json(json!({ "now_ms": world.clock.now_ms() })),
    ))
}

/// Does what the SQS API would be asked for: `send` (the body is the message), `purge` or `redrive`.
pub(super) async fn on_queue(
    State(world): Shared,
    Path((queue, action)): Path<(String, String)>,
    body: Bytes,
) -> Done {
    let url = format!("/{ACCOUNT_ID}/{queue}");
    let (target, request) = match action.as_str() {
        "send" => {
            let text = String::from_utf8_lossy(&body);
            (
                "SendMessage",
                json!({ "QueueUrl": url, "MessageBody": text }),
            )
        }
        "purge" => ("PurgeQueue", json!({ "QueueUrl": url })),
        "redrive" => (
            "StartMessageMoveTask",
            json!({ "SourceArn": queue_arn(&queue) }),
        ),
        other => return Err(Refusal::not_found(format!("a queue cannot {other}"))),
    };
    let body = Bytes::from(request.to_string());
    let answer = world
        .queues
        .handle(&format!("AmazonSQS.{target}"), body, None)
        .await;
    let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status.is_success() {
        return Ok((StatusCode::OK, Json(document)));
    }
    let message = document["message"].as_str().unwrap_or("the queue refused");
    Err(Refusal(answer.status, message.to_owned()))
}

/// Makes sure that an event is JSON and not too large.
pub(super) fn check_event(event: &[u8]) -> Result<(), Refusal> {
    if event.len() > EVENT_BYTES {
        return Err(Refusal::bad(format!(
            "an event has at most {EVENT_BYTES} bytes"
        )));
    }
    let parsed = serde_json::from_slice::<serde::de::IgnoredAny>(event);
    parsed
        .map(drop)
        .map_err(|error| Refusal::bad(format!("the event is not JSON: {error}")))
}

fn find<'w>(world: &'w World, function: &str) -> Result<&'w Function, Refusal> {
    let found = world.functions.find(function);
    found.ok_or_else(|| Refusal::not_found(format!("the template has no function {function}")))
}
