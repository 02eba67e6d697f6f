//! The queue worker that makes episodes. See the library for what it does.

use std::error::Error;

use generate::{Config, Worker};
use lambda_runtime::{LambdaEvent, run, service_fn, tracing};

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    tracing::init_default_subscriber();
    // Before any other thread starts: each inherits the priority of the one that starts it.
    generate::yield_to_others();
    tokio::runtime::Runtime::new()?.block_on(start())
}

async fn start() -> Result<(), Box<dyn Error + Send + Sync>> {
    let worker = Worker::open(Config::from_env()?).await?;
    tokio::spawn(worker.clone().exit_on_signal());
    run(service_fn(|event: LambdaEvent<_>| {
        worker.handle(event.payload, event.context.deadline())
    }))
    .await
}
