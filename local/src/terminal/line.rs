//! One invocation as a line of text, or of JSON.
use std::time::Duration;

use anstyle::AnsiColor;
use emulator::{
    Built,
    journal::{Asked, Ended, Entry, Origin},
    runtime::Failure,
};
use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{color, dim, painted};

/// How many lines of a function's log are shown when it fails.
const LOG_LINES: usize = 12;

/// What came out of an invocation, as far as a line can tell.
pub(super) enum Outcome<'a> {
    /// An HTTP response.
    Status(u16),
    /// Some other answer.
    Answered,
    /// None.
    Failed(&'a Failure),
}

/// The one field of an answer that matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
}

impl Outcome<'_> {
    /// Reads the outcome of an invocation that has ended.
    pub(super) fn of<'a>(asked: &Asked, ended: &'a Ended) -> Outcome<'a> {
        let answer = match &ended.invocation.outcome {
            Ok(answer) => answer,
            Err(failure) => return Outcome::Failed(failure),
        };
        match asked.origin {
            Origin::HttpApi { .. } | Origin::FunctionUrl { .. } => {
                let answer = serde_json::from_slice::<Answer>(answer);
                Outcome::Status(answer.map_or(200, |answer| answer.status_code))
            }
            _ => Outcome::Answered,
        }
    }

    fn is_good(&self) -> bool {
        match self {
            Outcome::Status(status) => *status < 500,
            Outcome::Answered => true,
            Outcome::Failed(_) => false,
        }
    }

    pub(super) fn plain(&self) -> String {
        match self {
            Outcome::Status(status) => status.to_string(),
            Outcome::Answered => "ok".to_owned(),
            Outcome::Failed(failure) => failure.error_type.clone(),
        }
    }

    fn text(&self) -> String {
        let hue = match self {
            Outcome::Status(400..=499) => AnsiColor::Yellow,
            outcome if outcome.is_good() => AnsiColor::Green,
            _ => AnsiColor::Red,
        };
        painted(color(hue), &self.plain())
    }
}

/// Whether an invocation went as it should; what was asked wrongly is no fault of the function.
pub(super) fn is_good(entry: &Entry) -> bool {
    let ended = entry.ended.as_ref();
    ended.is_some_and(|ended| Outcome::of(&entry.asked, ended).is_good())
}

/// Returns the line of an invocation that has ended.
pub(super) fn text(entry: &Entry) -> Option<String> {
    let ended = entry.ended.as_ref()?;
    let outcome = Outcome::of(&entry.asked, ended).text();
    let mut figures = time(ended.took);
    if let Some(run) = &ended.invocation.run {
        if let Some(init) = run.init {
            figures += &format!("  cold start {}", time(init));
        }
        figures += &painted(dim(), &format!("  {} MB", run.memory_used_mb));
    }
    let what = what(&entry.asked.origin);
    Some(row(&entry.asked.function, &what, &outcome, &figures))
}

/// Puts the parts of a line in their columns.
pub(super) fn row(function: &str, what: &str, outcome: &str, figures: &str) -> String {
    let now = Timestamp::now().to_zoned_datetime(TimeZone::system());
    let time = painted(dim(), &now.strftime("%H:%M:%S").to_string());
    let function = painted(anstyle::Style::new().bold(), &format!("{function:<9}"));
    format!("{time} {function} {what}  {outcome}  {figures}")
}

/// Returns who asked, in a few words.
pub(super) fn what(origin: &Origin) -> String {
    match origin {
        Origin::HttpApi { method, path } => format!("{method} {path}"),
        Origin::FunctionUrl { method, path } => format!("url {method} {path}"),
        Origin::Invoke => "invoke".to_owned(),
        Origin::Asynchronous { attempt: 1 } => "event".to_owned(),
        Origin::Asynchronous { attempt } => format!("event, attempt {attempt}"),
        Origin::Queue { name } => format!("queue {name}"),
        Origin::Schedule { name } => format!("schedule {name}"),
        Origin::Console => "console".to_owned(),
    }
}

/// Returns what a person wants to know of a failure: its message, and the end of the log unless it was shown.
pub(super) fn trouble(entry: &Entry, with_log: bool) -> Vec<String> {
    let Some(ended) = entry.ended.as_ref().filter(|_| !is_good(entry)) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    if let Err(failure) = &ended.invocation.outcome {
        let message = without_id(&failure.message);
        lines.extend(
            message
                .lines()
                .map(|line| painted(color(AnsiColor::Red), &format!("  {line}"))),
        );
    }
    let log = String::from_utf8_lossy(&ended.invocation.log_tail);
    let own: Vec<&str> = log.lines().filter(|line| !is_frame(line)).collect();
    if with_log {
        let last = own.len().saturating_sub(LOG_LINES);
        lines.extend(
            own[last..]
                .iter()
                .map(|line| painted(dim(), &format!("  {line}"))),
        );
    }
    lines
}

/// Takes the request's id off a message of Lambda's.
fn without_id(message: &str) -> &str {
    let rest = message.strip_prefix("RequestId: ");
    rest.and_then(|rest| rest.split_once(" Error: "))
        .map_or(message, |(_, sentence)| sentence)
}

/// Whether a line of a log is the emulator's.
fn is_frame(line: &str) -> bool {
    ["START RequestId: ", "END RequestId: ", "REPORT RequestId: "]
        .iter()
        .any(|frame| line.starts_with(frame))
}

/// Returns an invocation that has ended as one object, with the field names of Lambda's own JSON logs where
/// they have one.
pub(super) fn json(entry: &Entry) -> Option<Value> {
    let (asked, ended) = (&entry.asked, entry.ended.as_ref()?);
    let outcome = Outcome::of(asked, ended);
    let took_ms = ms(ended.took);
    let mut line = json!({
        "timestamp": Timestamp::now(),
        "level": if outcome.is_good() { "INFO" } else { "ERROR" },
        "message": format!("{}: {} {} in {took_ms} ms", asked.function, what(&asked.origin), outcome.plain()),
        "function": asked.function,
        "requestId": asked.request_id,
        "origin": what(&asked.origin),
        "durationMs": took_ms,
    });
    match outcome {
        Outcome::Status(status) => line["status"] = json!(status),
        Outcome::Answered => {}
        Outcome::Failed(failure) => {
            line["errorType"] = json!(failure.error_type);
            line["errorMessage"] = json!(failure.message);
        }
    }
    if let Some(run) = &ended.invocation.run {
        line["maxMemoryUsedMB"] = json!(run.memory_used_mb);
        if let Some(init) = run.init {
            line["initDurationMs"] = json!(ms(init));
        }
    }
    Some(line)
}

/// Returns how a build went as one object.
pub(super) fn build_json(built: &Built) -> Value {
    json!({
        "timestamp": Timestamp::now(),
        "level": if built.is_ok { "INFO" } else { "ERROR" },
        "message": if built.is_ok { "built" } else { "not built: the old code goes on answering" },
        "durationMs": ms(built.took),
        "output": built.plain_output(),
    })
}

/// Milliseconds with two decimals, as in a REPORT line.
fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}

/// Returns a time as short as a person wants it.
pub(super) fn time(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1_000.0;
    match ms {
        ..9.95 => format!("{ms:.1} ms"),
        ..999.5 => format!("{ms:.0} ms"),
        ..59_950.0 => format!("{:.1} s", ms / 1_000.0),
        _ => format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        let shown =
            [1.24, 12.4, 1_240.0, 124_000.0].map(|ms| time(Duration::from_secs_f64(ms / 1_000.0)));

        assert_eq!(shown, ["1.2 ms", "12 ms", "1.2 s", "2 min 4 s"]);
    }

    #[test]
    fn a_message_is_shown_without_the_id() {
        let message = "RequestId: 8f5 Error: Runtime exited with error: exit status 101";

        assert_eq!(
            without_id(message),
            "Runtime exited with error: exit status 101"
        );
        assert_eq!(without_id("no such table"), "no such table");
    }

    #[test]
    fn the_emulators_own_log_lines_are_left_out() {
        let log = [
            "START RequestId: 1 Version: $LATEST",
            "thread 'main' panicked",
            "END RequestId: 1",
        ];

        assert_eq!(log.map(is_frame), [true, false, true]);
    }
}
