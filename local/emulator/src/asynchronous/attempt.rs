//! One attempt to run an event, and what becomes of the event.
//!
//! Source: "How Lambda handles errors and retries with asynchronous invocation", AWS Lambda Developer Guide.
use std::time::Duration;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::{
    Asynchronous, FAULT_PAUSE, Line, SCHEDULE,
    record::{Condition, End},
};
use crate::{
    clock::millis,
    journal::Origin,
    queue::Message,
    runtime::{Failure, FailureKind},
    template::{EventInvoke, Function},
    trace::Trace,
};

/// How long an event waits after its first failure, and after each later one.
const RETRIES: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];

/// The shortest and the longest wait of an event that met a function at its concurrency limit.
const THROTTLED: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(300)];

/// What follows an attempt.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// The event waits until this time.
    Wait(u64),
    /// The event is over.
    End(End),
    /// The emulator stops; the next start runs the event.
    Leave,
}

impl Asynchronous {
    /// Runs `event` once and keeps what follows; `false` when it stays as it was for the next start.
    pub(super) async fn settle(
        &self,
        line: &Line,
        mut event: Message,
        stopping: &CancellationToken,
    ) -> bool {
        let step = self.run_once(&line.function, &mut event, stopping).await;
        loop {
            let kept = match &step {
                Step::Leave => return false,
                Step::Wait(until_ms) => {
                    let store = self.inner.queues.store();
                    store.put_off(&line.queue, &event, *until_ms).await
                }
                Step::End(end) => self.finish(line, &event, end).await,
            };
            let Err(error) = kept else {
                return true;
            };
            // Forgetting the outcome would cost another run, so it is worth waiting for the disk.
            tracing::error!(%error, function = line.function.name, "an outcome cannot be kept: {error}");
            let pause = tokio::time::sleep(FAULT_PAUSE);
            if stopping.run_until_cancelled(pause).await.is_none() {
                return false;
            }
        }
    }

    /// Runs `event` if it is to run at all, and counts the run.
    async fn run_once(
        &self,
        function: &Function,
        event: &mut Message,
        stopping: &CancellationToken,
    ) -> Step {
        if self.inner.clock.now_ms() >= expires_ms(&function.event_invoke, event) {
            return Step::End(End::not_run(Condition::EventAgeExceeded));
        }
        if function.reserved_concurrency == Some(0) {
            return Step::End(End::not_run(Condition::ZeroReservedConcurrency));
        }
        let body = Bytes::from(event.body.clone());
        let trace = event.trace_header.as_deref().and_then(Trace::parse);
        let (_, run) = self.inner.functions.begin_as(
            event.id.clone(),
            &function.name,
            body,
            origin(event),
            trace.unwrap_or_else(Trace::begin),
        );
        match run.await.outcome {
            Ok(answer) => {
                event.receive_count += 1;
                Step::End(End::new(Condition::Success, Ok(answer)))
            }
            // A process that is told to end may have failed for that alone.
            Err(_) if stopping.is_cancelled() => Step::Leave,
            Err(failure) => {
                let now_ms = self.inner.clock.now_ms();
                after_failure(&function.event_invoke, event, failure, now_ms)
            }
        }
    }
}

/// Decides what follows a failure, and counts it if it was the function's own.
fn after_failure(
    settings: &EventInvoke,
    event: &mut Message,
    failure: Failure,
    now_ms: u64,
) -> Step {
    let expires_ms = expires_ms(settings, event);
    if failure.kind == FailureKind::Throttled {
        // Doubling waits: each is as long as the event is old. The last ends just before it is too old.
        let age = Duration::from_millis(now_ms.saturating_sub(event.sent_at_ms));
        let pause = age.clamp(THROTTLED[0], THROTTLED[1]);
        let until_ms = (now_ms + millis(pause)).min(expires_ms - millis(THROTTLED[0]));
        return match until_ms > now_ms {
            true => Step::Wait(until_ms),
            false => Step::End(End::new(Condition::EventAgeExceeded, Err(failure))),
        };
    }
    event.receive_count += 1;
    if event.receive_count > settings.maximum_retries {
        return Step::End(End::new(Condition::RetriesExhausted, Err(failure)));
    }
    let until_ms = now_ms + millis(RETRIES[usize::from(event.receive_count > 1)]);
    match until_ms < expires_ms {
        true => Step::Wait(until_ms),
        false => Step::End(End::new(Condition::EventAgeExceeded, Err(failure))),
    }
}

/// Says who asked for the attempt that comes now.
fn origin(event: &Message) -> Origin {
    let attempt = event.receive_count + 1;
    let schedule = event.attributes.get(SCHEDULE);
    match schedule.and_then(|name| name.string_value.clone()) {
        Some(name) if attempt == 1 => Origin::Schedule { name },
        _ => Origin::Asynchronous { attempt },
    }
}

fn expires_ms(settings: &EventInvoke, event: &Message) -> u64 {
    event.sent_at_ms + millis(settings.maximum_age)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT_MS: u64 = 1_000_000;

    fn failure(kind: FailureKind) -> Failure {
        Failure::new(kind, "E", "m")
    }

    /// Returns the waits in seconds between failures of this kind, and how it ends.
    fn waits(settings: &EventInvoke, kind: FailureKind) -> (Vec<u64>, Condition) {
        let mut event = Message::new("{}".to_owned(), SENT_MS, SENT_MS);
        let (mut now_ms, mut waits) = (SENT_MS, Vec::new());
        loop {
            match after_failure(settings, &mut event, failure(kind), now_ms) {
                Step::Wait(until_ms) => {
                    waits.push((until_ms - now_ms) / 1_000);
                    now_ms = until_ms;
                }
                Step::End(end) => return (waits, end.condition),
                Step::Leave => panic!("nothing stops"),
            }
        }
    }

    #[test]
    fn a_functions_own_failures_are_retried_after_one_and_two_minutes() {
        let settings = EventInvoke::default();

        for kind in [
            FailureKind::Reported,
            FailureKind::Exited,
            FailureKind::TimedOut,
            FailureKind::Init,
            FailureKind::TooLarge,
        ] {
            assert_eq!(
                waits(&settings, kind),
                (vec![60, 120], Condition::RetriesExhausted)
            );
        }
    }

    #[test]
    fn as_often_as_the_template_says() {
        for (maximum_retries, expected) in [(0, vec![]), (1, vec![60])] {
            let settings = EventInvoke {
                maximum_retries,
                ..EventInvoke::default()
            };
            let ended = (expected, Condition::RetriesExhausted);
            assert_eq!(waits(&settings, FailureKind::Reported), ended);
        }
    }

    #[test]
    fn an_event_that_would_be_too_old_is_not_retried() {
        let settings = EventInvoke {
            maximum_age: Duration::from_secs(100),
            ..EventInvoke::default()
        };

        assert_eq!(
            waits(&settings, FailureKind::Reported),
            (vec![60], Condition::EventAgeExceeded)
        );
    }

    #[test]
    fn throttles_back_off_to_five_minutes_until_the_event_is_too_old_and_count_as_no_attempt() {
        let settings = EventInvoke::default();

        let (waits, condition) = waits(&settings, FailureKind::Throttled);

        assert_eq!(condition, Condition::EventAgeExceeded);
        assert_eq!(waits[..10], [1, 1, 2, 4, 8, 16, 32, 64, 128, 256]);
        let last = waits.len() - 1;
        assert!(waits[10..last].iter().all(|wait_s| *wait_s == 300));
        assert_eq!(waits.iter().sum::<u64>(), 21_599);
    }
}
