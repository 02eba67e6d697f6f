//! News for a page that is open: server-sent events, a few batches a second however much happens.
use std::{collections::BTreeSet, io, mem, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde_json::Value;
use tokio::{
    io::{AsyncWriteExt, DuplexStream, duplex},
    time::{MissedTickBehavior, interval},
};
use tokio_util::io::ReaderStream;

use super::{Shared, World, describe};
use crate::journal::{Entry, Journal};

/// The time between two batches of invocations.
const BATCH: Duration = Duration::from_millis(200);

/// The state of functions, queues and schedules is told with every fifth batch, if it has changed.
const STATE_EVERY: u32 = 5;

/// The most invocations in one batch; people read no faster, and the list has the others.
const BATCH_INVOCATIONS: usize = 100;

/// What is written ahead of a slow reader.
const AHEAD_BYTES: usize = 64 << 10;

/// How far a reader has been told.
#[derive(Default)]
struct Told {
    /// The newest invocation there was.
    last: u64,
    /// Those that had not ended.
    running: BTreeSet<u64>,
}

/// Answers with events: `invocations` as they begin and end, and `state`.
pub(super) async fn stream(State(world): Shared) -> Response {
    let (writer, reader) = duplex(AHEAD_BYTES);
    let mut told = Told::default();
    // What is there already is in the list.
    told.next(world.functions.journal());
    let stopping = world.stopping.clone();
    tokio::spawn(async move {
        // It ends when the reader is gone.
        stopping
            .run_until_cancelled(write(&world, told, writer))
            .await
    });
    let headers = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, Body::from_stream(ReaderStream::new(reader))).into_response()
}

async fn write(world: &Arc<World>, mut told: Told, mut out: DuplexStream) -> io::Result<()> {
    let mut ticks = interval(BATCH);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let journal = world.functions.journal();
    let mut last_state = Value::Null;
    for tick in 0_u32.. {
        ticks.tick().await;
        let news: Vec<Value> = told.next(journal).iter().map(describe::summary).collect();
        if !news.is_empty() {
            send(&mut out, "invocations", &news.into()).await?;
        }
        if tick % STATE_EVERY == 0 {
            let state = describe::state_document(world).await;
            let timeless = describe::without_time(&state);
            // The time is always another; a line all the same tells a reader that is gone.
            if timeless == last_state {
                out.write_all(b": still here\n\n").await?;
            } else {
                last_state = timeless;
                send(&mut out, "state", &state).await?;
            }
        }
    }
    Ok(())
}

async fn send(out: &mut DuplexStream, event: &str, data: &Value) -> io::Result<()> {
    out.write_all(format!("event: {event}\ndata: {data}\n\n").as_bytes())
        .await
}

impl Told {
    /// Returns what has begun or ended since the last call, the oldest first.
    ///
    /// Too many that are new to the reader are cut to the newest, but whatever is not new is told to have ended.
    fn next(&mut self, journal: &Journal) -> Vec<Entry> {
        let known = mem::take(&mut self.running).into_iter();
        let (ended, running): (Vec<Entry>, Vec<Entry>) = known
            .filter_map(|number| journal.find(number))
            .partition(|entry| entry.ended.is_some());
        let begun = journal.after(self.last);
        let all = running.iter().chain(&begun);
        self.running = all
            .filter(|entry| entry.ended.is_none())
            .map(|entry| entry.asked.number)
            .collect();
        self.last = begun.last().map_or(self.last, |entry| entry.asked.number);
        let too_many = begun.len().saturating_sub(BATCH_INVOCATIONS);
        let newest = begun.into_iter().skip(too_many);
        ended.into_iter().chain(newest).collect()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::journal::{Origin, Pending};

    fn begin(journal: &Journal) -> Pending {
        journal.begin("f", "id", Origin::Console, Bytes::new())
    }

    fn next(told: &mut Told, journal: &Journal) -> Vec<(u64, bool)> {
        let news = told.next(journal).into_iter();
        news.map(|entry| (entry.asked.number, entry.ended.is_some()))
            .collect()
    }

    #[test]
    fn a_beginning_and_an_end_are_told_once() {
        let (journal, mut told) = (Journal::new(), Told::default());
        let pending = begin(&journal);

        assert_eq!(next(&mut told, &journal), [(1, false)]);
        assert_eq!(next(&mut told, &journal), []);
        drop(pending);
        assert_eq!(next(&mut told, &journal), [(1, true)]);
        assert_eq!(next(&mut told, &journal), []);
    }

    #[test]
    fn an_end_is_told_however_much_begins() {
        let (journal, mut told) = (Journal::new(), Told::default());
        let pending = begin(&journal);
        told.next(&journal);

        drop(pending);
        for _ in 0..2 * BATCH_INVOCATIONS {
            drop(begin(&journal));
        }

        let news = next(&mut told, &journal);
        assert_eq!(news.len(), 1 + BATCH_INVOCATIONS);
        assert_eq!(news[0], (1, true));
        assert_eq!(news.last(), Some(&(1 + 2 * BATCH_INVOCATIONS as u64, true)));
    }
}
