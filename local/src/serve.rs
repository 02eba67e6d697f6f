use anyhow::{Context, Result};

use crate::{arguments::WorldArguments, world};

/// Serves until Ctrl-C or SIGTERM, then lets running work stop where it can go on later.
///
/// # Errors
/// When the world cannot be started: a port in use, a data folder that cannot be written, a template with
/// something unknown in it.
pub(crate) async fn serve(arguments: &WorldArguments) -> Result<()> {
    let world = world::start(arguments).await?;
    println!("ready on {}", world.origin());
    asked_to_stop().await?;
    eprintln!("stopping: running jobs are put back and go on at the next start");
    world.leave().await;
    Ok(())
}

async fn asked_to_stop() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot wait for Ctrl-C"),
        _ = terminate.recv() => Ok(()),
    }
}
