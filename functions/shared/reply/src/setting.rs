use std::env;

use thiserror::Error;

/// A setting that a function cannot do without is missing or does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingError {
    /// The variable is not set, or empty.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// The variable holds something else than it must.
    #[error("the environment variable {name} {must}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// What it must be, e.g. `must start with https://`.
        must: &'static str,
    },
}

/// Reads an environment variable that must be set.
///
/// # Errors
/// When it is not set, empty, or not text.
pub fn setting(name: &'static str) -> Result<String, SettingError> {
    env::var(name)
        .ok()
        .filter(|value| !value.is_empty())
        .ok_or(SettingError::Missing(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_variable_is_named() {
        let error = setting("WHERECAST_NO_SUCH_SETTING").unwrap_err();

        assert_eq!(
            error.to_string(),
            "the environment variable WHERECAST_NO_SUCH_SETTING is not set"
        );
    }
}
