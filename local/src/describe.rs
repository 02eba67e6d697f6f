use anyhow::Result;

use crate::{answer, arguments::WorldArguments, world};

/// Prints what the template says, with the parameters that `serve` would give it.
///
/// # Errors
/// When the template is refused, or standard output cannot be written.
pub(crate) fn describe(arguments: &WorldArguments) -> Result<()> {
    let template = world::template(arguments)?;
    answer::print(serde_json::to_string_pretty(&template)?)
}
