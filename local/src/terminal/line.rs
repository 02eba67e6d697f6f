//! One invocation as a line of text, or of JSON.
use std::time::Duration;

use anstyle::AnsiColor;
use emulator::{
    Built,
    journal::{Asked, Ended, Entry, Origin},
    runtime::Failure,
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::{color, dim, painted};

/// How many lines of a function's log are shown when it fails.
const LOG_LINES: usize = 12;

/// An invocation that has ended, read once for all that is shown of it.
pub(super) struct Line<'a> {
    pub(super) asked: &'a Asked,
    pub(super) ended: &'a Ended,
    pub(super) outcome: Outcome<'a>,
}

/// What came out of an invocation, as far as a line can tell.
pub(super) enum Outcome<'a> {
    /// An HTTP response.
    Status(u16),
    /// Some other answer.
    Answered,
    /// None.
    Failed(&'a Failure),
}

impl Outcome<'_> {
    fn of(entry: &Entry) -> Option<Outcome<'_>> {
        Some(match entry.outcome()? {
            Ok(_) => entry.status().map_or(Outcome::Answered, Outcome::Status),
            Err(failure) => Outcome::Failed(failure),
        })
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
            Outcome::Status(..400) | Outcome::Answered => AnsiColor::Green,
            Outcome::Status(..500) => AnsiColor::Yellow,
            Outcome::Status(_) | Outcome::Failed(_) => AnsiColor::Red,
        };
        painted(color(hue), &self.plain())
    }
}

impl Line<'_> {
    /// Reads an invocation; `None` while it runs.
    pub(super) fn of(entry: &Entry) -> Option<Line<'_>> {
        Some(Line {
            asked: &entry.asked,
            ended: entry.ended.as_ref()?,
            outcome: Outcome::of(entry)?,
        })
    }

    /// Whether it went as it should; what was asked wrongly is no fault of the function.
    pub(super) fn is_good(&self) -> bool {
        matches!(self.outcome, Outcome::Status(..500) | Outcome::Answered)
    }

    /// Returns the line for a person.
    pub(super) fn text(&self) -> String {
        let mut figures = time(self.ended.took);
        if let Some(run) = &self.ended.invocation.run {
            if let Some(init) = run.init {
                figures += &format!("  cold start {}", time(init));
            }
            figures += &painted(dim(), &format!("  {} MB", run.memory_used_mb));
        }
        let what = what(&self.asked.origin);
        row(&self.asked.function, &what, &self.outcome.text(), &figures)
    }

    /// Returns what a person wants to know of a failure: its message, and the end of the log unless it was shown.
    pub(super) fn trouble(&self, with_log: bool) -> Vec<String> {
        if self.is_good() {
            return Vec::new();
        }
        let mut lines = Vec::new();
        if let Outcome::Failed(failure) = self.outcome {
            let message = without_id(&failure.message).lines();
            let red = |line| painted(color(AnsiColor::Red), &format!("  {line}"));
            lines.extend(message.map(red));
        }
        if with_log {
            let log = String::from_utf8_lossy(&self.ended.invocation.log_tail);
            let own: Vec<&str> = log.lines().filter(|line| !is_frame(line)).collect();
            let last = &own[own.len().saturating_sub(LOG_LINES)..];
            lines.extend(last.iter().map(|line| painted(dim(), &format!("  {line}"))));
        }
        lines
    }

    /// Returns one object, with the field names of Lambda's own JSON logs where they have one.
    pub(super) fn json(&self) -> Value {
        let (asked, outcome) = (self.asked, &self.outcome);
        let took_ms = ms(self.ended.took);
        let mut line = json!({
            "timestamp": Timestamp::now(),
            "level": if self.is_good() { "INFO" } else { "ERROR" },
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
        if let Some(run) = &self.ended.invocation.run {
            line["maxMemoryUsedMB"] = json!(run.memory_used_mb);
            if let Some(init) = run.init {
                line["initDurationMs"] = json!(ms(init));
            }
        }
        line
    }
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
        Origin::Invoke { .. } => "invoke".to_owned(),
        Origin::Asynchronous { attempt: 1 } => "event".to_owned(),
        Origin::Asynchronous { attempt } => format!("event, attempt {attempt}"),
        Origin::Queue { name } => format!("queue {name}"),
        Origin::Schedule { name } => format!("schedule {name}"),
        Origin::Console => "console".to_owned(),
    }
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
