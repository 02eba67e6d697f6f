//! The queue worker that makes episodes. See the library for what it does.

use std::process::ExitCode;

use generate::{Config, Worker};
use lambda_runtime::{LambdaEvent, run, service_fn};
use reply::StartError;

fn main() -> ExitCode {
    reply::start_tracing();
    // Before any other thread starts: each inherits the priority of the one that starts it.
    generate::yield_to_others();
    let runtime = tokio::runtime::Runtime::new();
    reply::exit_code(
        runtime
            .map_err(StartError::from)
            .and_then(|runtime| runtime.block_on(start())),
    )
}

async fn start() -> Result<(), StartError> {
    let worker = Worker::open(Config::from_env()?).await?;
    tokio::spawn(worker.clone().exit_on_signal());
    run(service_fn(|event: LambdaEvent<_>| {
        worker.handle(event.payload, event.context.deadline())
    }))
    .await
}
