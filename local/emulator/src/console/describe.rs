//! What the console tells: everything as JSON, times in milliseconds since 1970.
use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refusal, Shared, World};
use crate::{
    clock::millis,
    faults::FunctionFaults,
    journal::{Entry, Origin},
    queue::MessageState,
    reload::Build,
    runtime::{EnvironmentState, EnvironmentView},
    schedule::Planned,
    template::{Function, Queue, Timing},
};

/// The most entries on one page of the list.
const PAGE: usize = 200;

/// The most messages of a queue that are shown.
const MESSAGES: usize = 100;

/// As much as is shown of what a compiler says; the first error is the one to read.
const BUILD_CHARACTERS: usize = 8_000;

/// Answers with functions, queues, schedules and the clock as they are now.
pub(super) async fn state(State(world): Shared) -> Json<Value> {
    Json(state_document(&world).await)
}

pub(super) async fn state_document(world: &Arc<World>) -> Value {
    let mut queues = Vec::new();
    for queue in &world.queue_list {
        queues.push(describe_queue(world, queue).await);
    }
    json!({
        "now_ms": world.clock.now_ms(),
        "ahead_ms": millis(world.clock.ahead()),
        "functions": world.function_list.iter().map(|function| describe_function(world, function)).collect::<Vec<_>>(),
        "queues": queues,
        "schedules": world.schedules.iter().map(|planned| describe_schedule(planned)).collect::<Vec<_>>(),
        "disk_is_full": world.functions.faults().disk_is_full(),
        "build": describe_build(&world.build.borrow()),
    })
}

/// Returns a state with nothing in it that changes by itself.
pub(super) fn without_time(state: &Value) -> Value {
    let mut state = state.clone();
    state["now_ms"].take();
    state
}

fn describe_build(build: &Build) -> Value {
    let error = match build {
        Build::Done(built) if !built.is_ok => {
            let output = built.plain_output();
            Some(output.chars().take(BUILD_CHARACTERS).collect::<String>())
        }
        _ => None,
    };
    json!({ "is_running": matches!(build, Build::Running), "error": error })
}

fn describe_function(world: &World, function: &Function) -> Value {
    let environments = world.functions.environments(&function.name);
    json!({
        "name": function.name,
        "logical_id": function.logical_id,
        "binary": function.binary,
        "timeout_ms": millis(function.timeout),
        "memory_mb": function.memory_mb,
        "reserved_concurrency": function.reserved_concurrency,
        "waiting": world.functions.waiting(&function.name),
        "environments": environments.iter().map(describe_environment).collect::<Vec<_>>(),
        "faults": faults(world.functions.faults().of(&function.name)),
    })
}

fn describe_environment(environment: &EnvironmentView) -> Value {
    let state = match environment.state {
        EnvironmentState::Starting => "starting",
        EnvironmentState::Idle => "idle",
        EnvironmentState::Busy => "busy",
    };
    json!({
        "process": environment.process,
        "is_attached": environment.is_attached,
        "state": state,
        "started_at_ms": environment.started_at.as_millisecond(),
        "memory_mb": environment.memory_mb,
    })
}

pub(super) fn faults(faults: FunctionFaults) -> Value {
    json!({
        "latency_ms": millis(faults.latency),
        "failures": faults.failures,
        "is_paused": faults.is_paused,
    })
}

async fn describe_queue(world: &World, queue: &Queue) -> Value {
    let mapping = world
        .mappings
        .iter()
        .find(|mapping| mapping.queue == queue.name);
    let mut sources = world.queues.sources_of(&queue.name);
    let counts = world.queues.counts(&queue.name).await.ok();
    json!({
        "name": queue.name,
        "function": mapping.and_then(|mapping| Some(&world.functions.find(&mapping.function)?.name)),
        "dead_letter_queue": queue.redrive.as_ref().map(|redrive| &redrive.dead_letter_queue),
        "is_dead_letter_queue": sources.next().is_some(),
        "counts": counts.map(|counts| json!({
            "ready": counts.visible, "in_flight": counts.in_flight, "delayed": counts.delayed,
        })),
    })
}

fn describe_schedule(planned: &Planned) -> Value {
    let schedule = &planned.schedule;
    let every_ms = match schedule.timing {
        Timing::Rate(every) => Some(millis(every)),
        Timing::Cron(_) => None,
    };
    json!({
        "name": schedule.name,
        "function": schedule.function,
        "timing": schedule.timing,
        "every_ms": every_ms,
        "enabled": schedule.enabled,
        "next_ms": planned.next_ms(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    /// A function's name.
    function: Option<String>,
    /// `running`, `ok` or `failed`.
    outcome: Option<String>,
    /// Only entries before this number.
    before: Option<u64>,
    limit: Option<usize>,
}

/// Answers with invocations, the newest first. `next` is the `before` of the next page.
pub(super) async fn invocations(
    State(world): Shared,
    Query(filter): Query<Filter>,
) -> Result<Json<Value>, Refusal> {
    if let Some(outcome) = &filter.outcome
        && !["running", "ok", "failed"].contains(&outcome.as_str())
    {
        return Err(Refusal::bad(format!(
            "outcome {outcome} is not one of running, ok, failed"
        )));
    }
    let wanted = |entry: &Entry| {
        let function = filter
            .function
            .as_ref()
            .is_none_or(|name| *name == entry.asked.function);
        function
            && filter
                .outcome
                .as_ref()
                .is_none_or(|wanted| wanted == outcome(entry))
    };
    let at_most = filter.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let page = world
        .functions
        .journal()
        .newest(filter.before, at_most, wanted);
    let next = page.last().filter(|_| page.len() == at_most);
    Ok(Json(json!({
        "invocations": page.iter().map(summary).collect::<Vec<_>>(),
        "next": next.map(|entry| entry.asked.number),
    })))
}

/// Answers with one invocation whole.
pub(super) async fn invocation(
    State(world): Shared,
    Path(number): Path<u64>,
) -> Result<Json<Value>, Refusal> {
    let entry = find(&world, number)?;
    let mut document = summary(&entry);
    document["event"] = text(&entry.asked.event).into();
    if let Some(ended) = &entry.ended {
        match &ended.invocation.outcome {
            Ok(answer) => document["answer"] = text(answer).into(),
            Err(failure) => {
                document["answer"] = text(&failure.payload).into();
                document["error_message"] = failure.message.as_str().into();
            }
        }
        document["log"] = text(&ended.invocation.log_tail).into();
    }
    Ok(Json(document))
}

pub(super) fn find(world: &World, number: u64) -> Result<Entry, Refusal> {
    let entry = world.functions.journal().find(number);
    entry.ok_or_else(|| {
        Refusal::not_found(format!(
            "invocation {number} is not kept: there were none, or many after it"
        ))
    })
}

/// Describes an invocation in one line of the list.
pub(super) fn summary(entry: &Entry) -> Value {
    let asked = &entry.asked;
    let mut summary = json!({
        "number": asked.number,
        "function": asked.function,
        "request_id": asked.request_id,
        "origin": origin(&asked.origin),
        "asked_at_ms": asked.at.as_millisecond(),
        "outcome": outcome(entry),
        "event_bytes": asked.event.len(),
    });
    let Some(ended) = &entry.ended else {
        return summary;
    };
    let fields = &mut summary;
    fields["took_ms"] = fraction(ended.took).into();
    match &ended.invocation.outcome {
        Ok(answer) => {
            fields["answer_bytes"] = answer.len().into();
            fields["status"] = entry.status().into();
        }
        Err(failure) => fields["error_type"] = failure.error_type.as_str().into(),
    }
    if let Some(run) = &ended.invocation.run {
        fields["process"] = run.process.into();
        fields["duration_ms"] = fraction(run.duration).into();
        fields["init_ms"] = run.init.map(fraction).into();
        fields["memory_used_mb"] = run.memory_used_mb.into();
    }
    summary
}

fn outcome(entry: &Entry) -> &'static str {
    match entry.outcome() {
        None => "running",
        Some(Ok(_)) => "ok",
        Some(Err(_)) => "failed",
    }
}

fn origin(origin: &Origin) -> Value {
    match origin {
        Origin::HttpApi { method, path } => {
            json!({ "kind": "http_api", "method": method.as_str(), "path": path })
        }
        Origin::FunctionUrl { method, path } => {
            json!({ "kind": "function_url", "method": method.as_str(), "path": path })
        }
        Origin::Invoke { .. } => json!({ "kind": "invoke" }),
        Origin::Asynchronous { attempt } => json!({ "kind": "asynchronous", "attempt": attempt }),
        Origin::Queue { name } => json!({ "kind": "queue", "name": name }),
        Origin::Schedule { name } => json!({ "kind": "schedule", "name": name }),
        Origin::Console => json!({ "kind": "console" }),
    }
}

/// Answers with the first messages of a queue, in the order of their arrival.
pub(super) async fn messages(
    State(world): Shared,
    Path(queue): Path<String>,
) -> Result<Json<Value>, Refusal> {
    if world.queues.find(&queue).is_none() {
        return Err(Refusal::not_found(format!(
            "the template has no queue {queue}"
        )));
    }
    let messages = world.queues.messages(&queue, MESSAGES + 1).await;
    let messages =
        messages.map_err(|error| Refusal(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    let is_cut = messages.len() > MESSAGES;
    let now_ms = world.clock.now_ms();
    let messages = messages.iter().take(MESSAGES).map(|message| {
        let state = match message.state(now_ms) {
            MessageState::Ready => "ready",
            MessageState::Delayed => "delayed",
            MessageState::InFlight => "in_flight",
        };
        json!({
            "id": message.id,
            "state": state,
            "body": message.body,
            "sent_at_ms": message.sent_at_ms,
            "visible_at_ms": message.visible_at_ms,
            "receive_count": message.receive_count,
            "moved_from": message.moved_from,
        })
    });
    Ok(Json(
        json!({ "messages": messages.collect::<Vec<_>>(), "is_cut": is_cut }),
    ))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Returns a time in milliseconds, with microseconds behind the point.
fn fraction(time: std::time::Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::reload::Built;

    #[test]
    fn a_build_that_failed_is_told_without_colours() {
        let done = |is_ok| {
            Build::Done(Arc::new(Built {
                is_ok,
                took: Duration::ZERO,
                output: "\u{1b}[31merror\u{1b}[0m: no".to_owned(),
            }))
        };

        assert_eq!(describe_build(&done(false))["error"], "error: no");
        assert_eq!(describe_build(&done(true))["error"], Value::Null);
        assert_eq!(describe_build(&Build::Running)["is_running"], true);
    }
}
