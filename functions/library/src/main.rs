//! The `library` function.

use std::process::ExitCode;

use library::{Config, Library};
use reply::StartError;

// One request at a time, and storage writes on threads of its own.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    reply::start_tracing();
    reply::exit_code(serve().await)
}

async fn serve() -> Result<(), StartError> {
    let library = Library::open(Config::from_env()?).await?;
    reply::run(|request| library.handle(request)).await
}
