//! News for a page that is open: server-sent events, a few batches a second however much happens.
use std::{collections::BTreeSet, io, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncWriteExt, DuplexStream, duplex},
    sync::broadcast::{Receiver, error::TryRecvError},
    time::{MissedTickBehavior, interval},
};
use tokio_util::io::ReaderStream;

use super::{Shared, World, describe};
use crate::journal::News;

/// The time between two batches of invocations.
const BATCH: Duration = Duration::from_millis(200);

/// The state of functions, queues and schedules is told with every fifth batch, if it has changed.
const STATE_EVERY: u32 = 5;

/// The most invocations in one batch; people read no faster, and the list has the others.
const BATCH_INVOCATIONS: usize = 100;

/// What is written ahead of a slow reader.
const AHEAD_BYTES: usize = 64 << 10;

/// Answers with events: `invocations` as they begin and end, and `state`.
pub(super) async fn stream(State(world): Shared) -> Response {
    let (writer, reader) = duplex(AHEAD_BYTES);
    let news = world.functions.journal().follow();
    let stopping = world.stopping.clone();
    tokio::spawn(async move {
        // It ends when the reader is gone.
        stopping
            .run_until_cancelled(write(&world, news, writer))
            .await
    });
    let headers = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, Body::from_stream(ReaderStream::new(reader))).into_response()
}

async fn write(
    world: &Arc<World>,
    mut news: Receiver<News>,
    mut out: DuplexStream,
) -> io::Result<()> {
    let mut ticks = interval(BATCH);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last_state = Value::Null;
    for tick in 0_u32.. {
        ticks.tick().await;
        if let Some(batch) = batch(world, &mut news) {
            send(&mut out, "invocations", &batch).await?;
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

/// Collects what has happened since the last batch; the newest if it is too much.
fn batch(world: &World, news: &mut Receiver<News>) -> Option<Value> {
    let (mut numbers, mut missed) = (BTreeSet::new(), 0);
    loop {
        match news.try_recv() {
            Ok(News::Asked(number) | News::Ended(number)) => {
                numbers.insert(number);
            }
            Err(TryRecvError::Lagged(count)) => missed += count,
            Err(TryRecvError::Empty | TryRecvError::Closed) => break,
        }
    }
    if numbers.is_empty() {
        return None;
    }
    let left_out = numbers.len().saturating_sub(BATCH_INVOCATIONS);
    let journal = world.functions.journal();
    let entries = numbers
        .iter()
        .skip(left_out)
        .filter_map(|number| journal.find(*number));
    let summaries: Vec<Value> = entries.map(|entry| describe::summary(&entry)).collect();
    Some(json!({ "invocations": summaries, "left_out": left_out as u64 + missed }))
}
