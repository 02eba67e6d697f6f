//! The `create` function.

use std::process::ExitCode;

use create::{Config, Create};
use reply::StartError;

// One request at a time, and storage writes on threads of its own.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    reply::start_tracing();
    reply::exit_code(serve().await)
}

async fn serve() -> Result<(), StartError> {
    let create = Create::open(Config::from_env()?, places::resolve).await?;
    reply::run(|request| create.handle(request)).await
}
