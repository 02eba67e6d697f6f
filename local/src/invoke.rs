use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    answer,
    arguments::{Call, WorldArguments},
    client::Client,
    terminal::Screen,
    world,
};

/// What Lambda lets a function run at most, and a little.
const LONGEST_RUN: Duration = Duration::from_secs(905);

/// Runs a function on the event in a file and prints its answer.
///
/// # Errors
/// When the file is not JSON, the function is unknown, it answers with an error, or standard output cannot be
/// written.
pub(crate) async fn invoke(arguments: &WorldArguments, call: &Call, screen: &Screen) -> Result<()> {
    let event = event(call)?;
    let world = world::reach(arguments, screen).await?;
    let client = Client::patient(world.origin(), LONGEST_RUN);
    let path = format!("/2015-03-31/functions/{}/invocations", call.function);
    let answer = tokio::task::spawn_blocking(move || client.post(&path, &event))
        .await
        .context("the client panicked")?;
    world.leave().await;
    let (status, value) = answer?;
    answer::print(serde_json::to_string_pretty(&value)?)?;
    let is_error = value.get("errorType").is_some() && value.get("errorMessage").is_some();
    if status != 200 || is_error {
        bail!("{} answered with an error", call.function);
    }
    Ok(())
}

fn event(call: &Call) -> Result<Value> {
    let file = call.event.display();
    let text =
        std::fs::read_to_string(&call.event).with_context(|| format!("cannot read {file}"))?;
    serde_json::from_str(&text).with_context(|| format!("{file} is not JSON"))
}
