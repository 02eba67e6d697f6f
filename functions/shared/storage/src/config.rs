use std::{env, fmt, time::Duration};

use thiserror::Error;

/// How long a writer waits for another one where nobody waits for it.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// Where the database is, and how it is used.
#[derive(Clone, PartialEq, Eq)]
pub struct Config {
    /// `DATABASE_URL`: the path of a file, or the address of a server (`libsql://…`, `https://…`).
    pub url: String,
    /// `DATABASE_AUTH_TOKEN`: the secret a server asks for; a file needs none.
    pub auth_token: Option<String>,
    /// How long a writer waits for another one before [`StorageError::Busy`](crate::StorageError::Busy):
    /// 30 s unless set. Readers never wait: that is what WAL is for.
    pub busy_timeout: Duration,
}

/// A setting that storage cannot do without is missing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the environment variable {0} is not set")]
pub struct ConfigError(&'static str);

impl Config {
    /// The database in the file at `path`.
    pub fn file(path: impl Into<String>) -> Self {
        Self {
            url: path.into(),
            auth_token: None,
            busy_timeout: BUSY_TIMEOUT,
        }
    }

    /// Reads `DATABASE_URL` and `DATABASE_AUTH_TOKEN`.
    ///
    /// # Errors
    /// When `DATABASE_URL` is not set or empty.
    pub fn from_env() -> Result<Self, ConfigError> {
        let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let url = set("DATABASE_URL").ok_or(ConfigError("DATABASE_URL"))?;
        Ok(Self {
            url,
            auth_token: set("DATABASE_AUTH_TOKEN"),
            busy_timeout: BUSY_TIMEOUT,
        })
    }

    /// The path of the database file, or the scheme of the server that `url` names.
    pub(crate) fn target(&self) -> Target<'_> {
        match self.url.split_once("://") {
            Some(("file", path)) => Target::File(path),
            Some((scheme, _)) => Target::Server { scheme },
            None => Target::File(self.url.strip_prefix("file:").unwrap_or(&self.url)),
        }
    }
}

/// What a [`Config`] names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    /// A file on this machine.
    File(&'a str),
    /// A libSQL server.
    Server { scheme: &'a str },
}

// By hand, so that the token never reaches a log.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = self.auth_token.as_ref().map(|_| "…");
        f.debug_struct("Config")
            .field("url", &self.url)
            .field("auth_token", &token)
            .field("busy_timeout", &self.busy_timeout)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_or_without_scheme_is_a_file() {
        for url in ["/data/a.db", "file:/data/a.db", "file:///data/a.db"] {
            assert_eq!(
                Config::file(url).target(),
                Target::File("/data/a.db"),
                "{url}"
            );
        }
        assert_eq!(
            Config::file(".wherecast/a.db").target(),
            Target::File(".wherecast/a.db")
        );
    }

    #[test]
    fn an_address_is_a_server() {
        assert_eq!(
            Config::file("libsql://db.example").target(),
            Target::Server { scheme: "libsql" }
        );
    }

    #[test]
    fn the_token_is_not_shown() {
        let config = Config {
            auth_token: Some("s3cret".to_owned()),
            ..Config::file("a.db")
        };

        assert!(!format!("{config:?}").contains("s3cret"));
    }
}
