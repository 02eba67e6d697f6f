//! Functions that run on a clock.
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::template::{ACCOUNT_ID, REGION, Schedule};

/// How long after the start a schedule runs for the first time.
///
/// On AWS the first run is one period after deployment. Here a start is also how one comes back from a crash,
/// and what was left behind should not wait for a period.
pub const FIRST_RUN: Duration = Duration::from_secs(3);

/// Runs a function first after `first` and then each period, for ever.
///
/// A run that takes longer than the period is not overtaken: the runs it missed are left out.
pub async fn run<F, Run>(schedule: Schedule, first: Duration, invoke: F)
where
    F: Fn(Bytes) -> Run,
    Run: Future<Output = ()>,
{
    if !schedule.enabled {
        return;
    }
    let mut clock = interval_at(Instant::now() + first, schedule.every);
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        clock.tick().await;
        invoke(event(&schedule, jiff::Timestamp::now())).await;
    }
}

/// Returns the event of a run at `now`: the schedule's own text, or what EventBridge sends.
fn event(schedule: &Schedule, now: jiff::Timestamp) -> Bytes {
    if let Some(input) = &schedule.input {
        return Bytes::from(input.clone());
    }
    let event = json!({
        "version": "0",
        "id": uuid::Uuid::new_v4(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT_ID,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": REGION,
        "resources": [format!("arn:aws:events:{REGION}:{ACCOUNT_ID}:rule/{}", schedule.name)],
        "detail": {},
    });
    Bytes::from(event.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use super::*;

    /// A clock quick enough to watch.
    fn every_fifth_of_a_second() -> Schedule {
        Schedule {
            name: "SweepEveryMinute".to_owned(),
            function: "Sweep".to_owned(),
            every: Duration::from_millis(200),
            input: None,
            enabled: true,
        }
    }

    #[tokio::test]
    async fn it_runs_soon_after_the_start_and_then_each_period() {
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let clock = run(
            every_fifth_of_a_second(),
            Duration::from_millis(50),
            move |_| {
                counted.fetch_add(1, Ordering::SeqCst);
                std::future::ready(())
            },
        );

        let _ = tokio::time::timeout(Duration::from_millis(550), clock).await;

        assert_eq!(runs.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn a_slow_run_is_not_overtaken_and_piles_nothing_up() {
        let (running, runs) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let counted = (Arc::clone(&running), Arc::clone(&runs));
        let clock = run(
            every_fifth_of_a_second(),
            Duration::from_millis(50),
            move |_| {
                let (running, runs) = counted.clone();
                async move {
                    assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
                    runs.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(500)).await;
                    running.fetch_sub(1, Ordering::SeqCst);
                }
            },
        );

        let _ = tokio::time::timeout(Duration::from_millis(1_400), clock).await;

        assert_eq!(runs.load(Ordering::SeqCst), 3);
    }

    #[test]
    fn the_event_is_the_one_eventbridge_sends() {
        let now = "2026-03-01T08:00:00.75Z".parse().expect("a timestamp");

        let event: serde_json::Value =
            serde_json::from_slice(&event(&every_fifth_of_a_second(), now)).expect("JSON");

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
            ..every_fifth_of_a_second()
        };

        assert_eq!(event(&schedule, jiff::Timestamp::now()), "{\"a\":1}");
    }
}
