use reply::{StartError, setting};

/// What the function is told by its environment.
#[derive(Debug, Clone)]
pub struct Config {
    /// `DATABASE_URL` and `DATABASE_AUTH_TOKEN`: where the podcasts are kept.
    pub database: storage::Config,
    /// `QUEUE_URL`: the SQS queue of podcasts to make. The SDK reads region, credentials and, for
    /// another SQS than Amazon's, `AWS_ENDPOINT_URL_SQS`.
    pub queue_url: String,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// When a variable is missing; the error names it.
    pub fn from_env() -> Result<Self, StartError> {
        Ok(Self {
            database: storage::Config::from_env()?,
            queue_url: setting("QUEUE_URL")?,
        })
    }
}
