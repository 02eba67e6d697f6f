//! Functions that run on a clock.
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use serde_json::json;

use crate::{
    clock::{Clock, millis, timestamp},
    template::{ACCOUNT_ID, REGION, Schedule, Timing},
};

/// How long after the start a schedule runs for the first time.
///
/// On AWS the first run is one period after deployment. Here a start is also how one comes back from a crash,
/// and what was left behind should not wait for a period.
const FIRST_RUN: Duration = Duration::from_secs(3);

/// The next run of a schedule that has none.
const NEVER: u64 = u64::MAX;

/// A schedule and its next run.
pub struct Planned {
    /// The schedule as the template has it.
    pub schedule: Schedule,
    next_ms: AtomicU64,
}

impl Planned {
    /// Plans the first run: of a rate [`FIRST_RUN`] from now.
    #[must_use]
    pub fn new(schedule: Schedule, clock: &Clock) -> Planned {
        let first_ms = first(&schedule.timing, clock.now_ms());
        let next_ms = AtomicU64::new(first_ms.unwrap_or(NEVER));
        Planned { schedule, next_ms }
    }

    /// Returns when it runs next; `None` if it is disabled, or its calendar is over.
    #[must_use]
    pub fn next_ms(&self) -> Option<u64> {
        let next_ms = self.next_ms.load(Ordering::Relaxed);
        (self.schedule.enabled && next_ms != NEVER).then_some(next_ms)
    }
}

/// Hands `send` an event at the first run and then at each time of the schedule by `clock`.
///
/// The periods that a clock passes over that is moved are left out.
pub async fn run<F, Sent>(planned: &Planned, clock: Clock, send: F)
where
    F: Fn(String) -> Sent,
    Sent: Future<Output = ()>,
{
    let schedule = &planned.schedule;
    while let Some(next_ms) = planned.next_ms() {
        clock.sleep_until_ms(next_ms).await;
        send(event(schedule, clock.now_ms())).await;
        let after_ms = after(&schedule.timing, next_ms, clock.now_ms());
        planned
            .next_ms
            .store(after_ms.unwrap_or(NEVER), Ordering::Relaxed);
    }
}

fn first(timing: &Timing, now_ms: u64) -> Option<u64> {
    match timing {
        Timing::Rate(_) => Some(now_ms + millis(FIRST_RUN)),
        Timing::Cron(_) => after(timing, now_ms, now_ms),
    }
}

/// Returns when the run after the one of `last_ms` is, later than `now_ms`.
fn after(timing: &Timing, last_ms: u64, now_ms: u64) -> Option<u64> {
    match timing {
        Timing::Rate(every) => {
            let period_ms = millis(*every);
            let missed = now_ms.saturating_sub(last_ms) / period_ms;
            Some(last_ms + (missed + 1) * period_ms)
        }
        Timing::Cron(cron) => {
            let next = cron.next_after(timestamp(now_ms.max(last_ms)))?;
            u64::try_from(next.as_millisecond()).ok()
        }
    }
}

/// Returns the event of a run at `now_ms`: the schedule's own text, or what EventBridge sends.
pub(crate) fn event(schedule: &Schedule, now_ms: u64) -> String {
    if let Some(input) = &schedule.input {
        return input.clone();
    }
    let event = json!({
        "version": "0",
        "id": uuid::Uuid::new_v4(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT_ID,
        "time": timestamp(now_ms).strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": REGION,
        "resources": [format!("arn:aws:events:{REGION}:{ACCOUNT_ID}:rule/{}", schedule.name)],
        "detail": {},
    });
    event.to_string()
}

#[cfg(test)]
mod tests {
    use tokio::{sync::mpsc, time::timeout};

    use super::*;

    fn every_minute() -> Schedule {
        Schedule {
            name: "SweepEveryMinute".to_owned(),
            function: "Sweep".to_owned(),
            timing: Timing::Rate(Duration::from_secs(60)),
            input: None,
            enabled: true,
        }
    }

    #[tokio::test]
    async fn it_runs_soon_after_the_start_and_then_each_period() {
        let clock = Clock::default();
        let (events, mut sent) = mpsc::unbounded_channel();
        let send = move |event| {
            events.send(event).expect("the test goes on");
            std::future::ready(())
        };
        let planned = Planned::new(every_minute(), &clock);
        let runs = clock.clone();
        let schedule = tokio::spawn(async move { run(&planned, runs, send).await });
        tokio::task::yield_now().await;
        assert!(sent.is_empty());

        // The third time passes over two periods, which makes one run.
        for time_s in [4, 60, 120] {
            clock.advance(Duration::from_secs(time_s));
            timeout(Duration::from_secs(10), sent.recv())
                .await
                .expect("the schedule runs")
                .expect("the schedule goes on");
            tokio::task::yield_now().await;
            assert!(sent.is_empty());
        }
        schedule.abort();
    }

    #[test]
    fn the_event_is_the_one_eventbridge_sends() {
        let now: jiff::Timestamp = "2026-03-01T08:00:00.75Z".parse().expect("a timestamp");
        let now_ms = now.as_millisecond().cast_unsigned();

        let event: serde_json::Value =
            serde_json::from_str(&event(&every_minute(), now_ms)).expect("JSON");

        assert_eq!(event["detail-type"], "Scheduled Event");
        assert_eq!(event["time"], "2026-03-01T08:00:00Z");
        assert_eq!(
            event["resources"][0],
            "arn:aws:events:us-east-1:000000000000:rule/SweepEveryMinute"
        );
    }

    #[test]
    fn an_input_of_the_template_replaces_the_event() {
        let schedule = Schedule {
            input: Some("{\"a\":1}".to_owned()),
            ..every_minute()
        };

        assert_eq!(event(&schedule, 0), "{\"a\":1}");
    }
}
