//! Streams its answer: three lines with pauses between them.
use std::time::Duration;

use bytes::Bytes;
use lambda_runtime::{
    Error, LambdaEvent, run, service_fn,
    streaming::{Body, Response, channel},
};
use serde_json::Value;

/// Long enough to tell lines that come one by one from lines that come together.
const PAUSE: Duration = Duration::from_millis(400);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(trickle)).await
}

async fn trickle(_: LambdaEvent<Value>) -> Result<Response<Body>, Error> {
    let (mut lines, body) = channel();
    tokio::spawn(async move {
        for line in ["one\n", "two\n", "three\n"] {
            // Nobody is there to tell when the reader has gone.
            if lines.send_data(Bytes::from(line)).await.is_err() {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    });
    Ok(Response::from(body))
}
