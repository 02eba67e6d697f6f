use reply::{SettingError, StartError, setting};

/// What the function is told by its environment.
#[derive(Debug, Clone)]
pub struct Config {
    /// `DATABASE_URL` and `DATABASE_AUTH_TOKEN`: where the podcasts are.
    pub database: storage::Config,
    /// `MEDIA_BASE_URL`: what audio URLs begin with, e.g. `https://media.example.com`. No slash at its end.
    pub media_base_url: String,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// When a variable is missing or does not fit; the error names it.
    pub fn from_env() -> Result<Self, StartError> {
        let database = storage::Config::from_env()?;
        let media_base_url = absolute(&setting("MEDIA_BASE_URL")?)?;
        Ok(Self {
            database,
            media_base_url,
        })
    }
}

/// A page of any host plays the audio, so its address must say where it is, and to everyone: a password
/// in it would be in every answer.
fn absolute(url: &str) -> Result<String, SettingError> {
    let wrong = |must| SettingError::Invalid {
        name: "MEDIA_BASE_URL",
        must,
    };
    let Some(rest) = ["http://", "https://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme))
    else {
        return Err(wrong("must start with http:// or https://"));
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(wrong("must not hold a user name or password"));
    }
    Ok(url.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_of_audio_urls_is_absolute_and_has_no_slash_at_its_end() {
        assert_eq!(
            absolute("http://127.0.0.1:9000/media/").unwrap(),
            "http://127.0.0.1:9000/media"
        );
        assert_eq!(
            absolute("/media").unwrap_err().to_string(),
            "the environment variable MEDIA_BASE_URL must start with http:// or https://"
        );
    }

    #[test]
    fn audio_urls_tell_no_password() {
        let error = absolute("https://ann:s3cret@media.example.com/x").unwrap_err();

        assert_eq!(
            error.to_string(),
            "the environment variable MEDIA_BASE_URL must not hold a user name or password"
        );
        assert!(absolute("https://media.example.com/@ann").is_ok());
    }
}
