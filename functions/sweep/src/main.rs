//! The `sweep` function.

use std::process::ExitCode;

use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use reply::StartError;
use serde::de::IgnoredAny;
use sweep::{Config, Sweep};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    reply::start_tracing();
    reply::exit_code(serve().await)
}

async fn serve() -> Result<(), StartError> {
    let sweep = &Sweep::open(&Config::from_env()?).await?;
    // The event only says that it is time.
    let handle = async |_: LambdaEvent<IgnoredAny>| {
        Ok::<_, StartError>(sweep.handle(Timestamp::now()).await?)
    };
    lambda_runtime::run(service_fn(handle)).await
}
