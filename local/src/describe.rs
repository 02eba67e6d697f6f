use std::io::Write;

use anyhow::Result;

use crate::{arguments::WorldArguments, world};

/// Prints what the template says, with the parameters that `serve` would give it.
///
/// # Errors
/// When the template is refused, or nobody reads what is printed.
pub(crate) fn describe(arguments: &WorldArguments) -> Result<()> {
    let template = world::template(arguments)?;
    writeln!(
        std::io::stdout(),
        "{}",
        serde_json::to_string_pretty(&template)?
    )?;
    Ok(())
}
