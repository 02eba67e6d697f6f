//! Functions that run on a clock.
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use crate::{
    clock::{Clock, millis},
    template::{ACCOUNT_ID, REGION, Schedule},
};

/// How long after the start a schedule runs for the first time.
///
/// On AWS the first run is one period after deployment. Here a start is also how one comes back from a crash,
/// and what was left behind should not wait for a period.
const FIRST_RUN: Duration = Duration::from_secs(3);

/// Runs a function [`FIRST_RUN`] from now and then each period of `clock`, for ever.
///
/// A run that takes longer than the period is not overtaken: the runs it missed are left out, as are those that
/// a clock that was moved has passed over.
pub async fn run<F, Run>(schedule: Schedule, clock: Clock, invoke: F)
where
    F: Fn(Bytes) -> Run,
    Run: Future<Output = ()>,
{
    if !schedule.enabled {
        return;
    }
    let period_ms = millis(schedule.every);
    let mut next_ms = clock.now_ms() + millis(FIRST_RUN);
    loop {
        clock.sleep_until_ms(next_ms).await;
        invoke(event(&schedule, clock.now_ms())).await;
        let missed = clock.now_ms().saturating_sub(next_ms) / period_ms;
        next_ms += (missed + 1) * period_ms;
    }
}

/// Returns the event of a run at `now_ms`: the schedule's own text, or what EventBridge sends.
fn event(schedule: &Schedule, now_ms: u64) -> Bytes {
    if let Some(input) = &schedule.input {
        return Bytes::from(input.clone());
    }
    let now =
        jiff::Timestamp::from_millisecond(now_ms.cast_signed()).unwrap_or(jiff::Timestamp::MAX);
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
    use std::{
        sync::{
            Arc,
            atomic::{AtomicU32, Ordering},
        },
        time::Instant,
    };

    use tokio::{sync::Semaphore, task::JoinHandle};

    use super::*;

    fn every_minute() -> Schedule {
        Schedule {
            name: "SweepEveryMinute".to_owned(),
            function: "Sweep".to_owned(),
            every: Duration::from_secs(60),
            input: None,
            enabled: true,
        }
    }

    /// A schedule on a clock that only the test moves, and whose runs end when the test lets them.
    struct World {
        clock: Clock,
        begun: Arc<AtomicU32>,
        ends: Arc<Semaphore>,
        schedule: JoinHandle<()>,
    }

    impl World {
        async fn start() -> World {
            let (clock, begun, ends) = (
                Clock::default(),
                Arc::new(AtomicU32::new(0)),
                Arc::new(Semaphore::new(0)),
            );
            let (counted, ending) = (Arc::clone(&begun), Arc::clone(&ends));
            let invoke = move |_| {
                counted.fetch_add(1, Ordering::SeqCst);
                let ending = Arc::clone(&ending);
                async move { ending.acquire().await.expect("it is open").forget() }
            };
            let schedule = tokio::spawn(run(every_minute(), clock.clone(), invoke));
            tokio::task::yield_now().await;
            World {
                clock,
                begun,
                ends,
                schedule,
            }
        }

        fn advance(&self, time_s: u64) {
            self.clock.advance(Duration::from_secs(time_s));
        }

        async fn has_begun(&self, runs: u32) {
            let begin = Instant::now();
            while self.begun.load(Ordering::SeqCst) != runs {
                assert!(
                    begin.elapsed() < Duration::from_secs(10),
                    "there are not {runs} runs"
                );
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    }

    impl Drop for World {
        fn drop(&mut self) {
            self.schedule.abort();
        }
    }

    #[tokio::test]
    async fn it_runs_soon_after_the_start_and_then_each_period() {
        let world = World::start().await;
        world.ends.add_permits(10);
        assert_eq!(world.begun.load(Ordering::SeqCst), 0);

        world.advance(4);
        world.has_begun(1).await;
        world.advance(60);
        world.has_begun(2).await;
        world.advance(60);
        world.has_begun(3).await;
    }

    #[tokio::test]
    async fn a_slow_run_is_not_overtaken_and_piles_nothing_up() {
        let world = World::start().await;

        world.advance(4);
        world.has_begun(1).await;
        world.advance(150);
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(world.begun.load(Ordering::SeqCst), 1);
        world.ends.add_permits(1);
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(world.begun.load(Ordering::SeqCst), 1);
        world.advance(60);

        world.has_begun(2).await;
    }

    #[test]
    fn the_event_is_the_one_eventbridge_sends() {
        let now: jiff::Timestamp = "2026-03-01T08:00:00.75Z".parse().expect("a timestamp");
        let now_ms = now.as_millisecond().cast_unsigned();

        let event: serde_json::Value =
            serde_json::from_slice(&event(&every_minute(), now_ms)).expect("JSON");

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
