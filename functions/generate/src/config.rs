use std::{env, num::NonZero, path::PathBuf, thread, time::Duration};

use thiserror::Error;

/// The settings of the worker.
#[derive(Debug, Clone)]
pub struct Config {
    /// `DATABASE_URL`, `DATABASE_AUTH_TOKEN`: where the podcasts are.
    pub database: storage::Config,
    /// `QUEUE_URL`: the queue whose messages start the worker, to change their visibility.
    pub queue_url: String,
    /// `MEDIA_STORE`: `file:///…` or `s3://bucket/prefix`.
    pub media_store: String,
    /// `VOICE`, or else `VOICE_DIR`: see [`VoiceSource`].
    pub voice: VoiceSource,
    /// `SPEECH_THREADS`: cores the voice may use, at least 1. Without it all but one, which is left to others.
    pub speech_threads: usize,
}

/// Who reads the script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VoiceSource {
    /// The neural voices, from the folder with their files.
    Neural(PathBuf),
    /// `tone`, `tone:MS` or `tone:MS:WORD`: one short tone for each word, for tests of everything but the voice.
    Tone {
        /// How long a line takes to record, so that a test can interrupt one.
        line_takes: Duration,
        /// A word that crashes the process, as a fault in a native library would.
        fatal_word: Option<String>,
    },
}

/// A setting is missing or makes no sense.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A variable that has no default.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// Not a number of threads.
    #[error("SPEECH_THREADS must be a whole number from 1, not {0:?}")]
    Threads(String),
    /// The database's own.
    #[error(transparent)]
    Database(#[from] storage::ConfigError),
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// When a variable without a default is not set, or one cannot be read.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            database: storage::Config::from_env()?,
            queue_url: required("QUEUE_URL")?,
            media_store: required("MEDIA_STORE")?,
            voice: VoiceSource::parse(&required("VOICE").or_else(|_| required("VOICE_DIR"))?),
            speech_threads: required("SPEECH_THREADS")
                .map_or_else(|_| Ok(spare_cores()), |text| threads(&text))?,
        })
    }
}

impl VoiceSource {
    /// Reads `tone`, `tone:MS`, `tone:MS:WORD` or the path of a folder.
    pub fn parse(text: &str) -> Self {
        let mut parts = text.splitn(3, ':');
        let (kind, ms, word) = (parts.next(), parts.next(), parts.next());
        match (kind, ms.unwrap_or("0").parse()) {
            (Some("tone"), Ok(ms)) => Self::Tone {
                line_takes: Duration::from_millis(ms),
                fatal_word: word.map(str::to_owned),
            },
            _ => Self::Neural(PathBuf::from(text)),
        }
    }
}

fn required(name: &'static str) -> Result<String, ConfigError> {
    env::var(name)
        .ok()
        .filter(|value| !value.is_empty())
        .ok_or(ConfigError::Missing(name))
}

fn threads(text: &str) -> Result<usize, ConfigError> {
    let threads = text
        .parse::<NonZero<usize>>()
        .map_err(|_| ConfigError::Threads(text.to_owned()))?;
    Ok(threads.get())
}

fn spare_cores() -> usize {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    cores.saturating_sub(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_is_a_folder_unless_it_is_a_tone() {
        assert_eq!(
            VoiceSource::parse("tone"),
            VoiceSource::Tone {
                line_takes: Duration::ZERO,
                fatal_word: None
            }
        );
        assert_eq!(
            VoiceSource::parse("tone:50:Atlantis"),
            VoiceSource::Tone {
                line_takes: Duration::from_millis(50),
                fatal_word: Some("Atlantis".to_owned())
            }
        );
        for folder in ["/opt/voices", "tone:long", "tones"] {
            assert_eq!(
                VoiceSource::parse(folder),
                VoiceSource::Neural(folder.into())
            );
        }
    }

    #[test]
    fn no_thread_at_all_is_refused() {
        assert!(threads("0").is_err());
        assert!(threads("many").is_err());
        assert_eq!(threads("2").unwrap(), 2);
    }
}
