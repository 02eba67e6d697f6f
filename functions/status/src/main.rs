//! The `status` function.

use std::process::ExitCode;

use reply::StartError;
use status::{Config, Reporter};

// One request at a time, each of some microseconds: a second thread would have nothing to do.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    reply::start_tracing();
    reply::exit_code(serve().await)
}

async fn serve() -> Result<(), StartError> {
    let reporter = Reporter::open(Config::from_env()?).await?;
    reply::run(|request| reporter.handle(request)).await
}
