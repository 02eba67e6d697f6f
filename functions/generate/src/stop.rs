use std::error::Error;

use media::MediaError;
use storage::StorageError;
use tokio::task::JoinError;

/// Why a job did not come to its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// No attempt can succeed; the listener reads `reason`, the log gets `cause`.
    Refused {
        /// A sentence or two: why, and what to do.
        reason: String,
        /// What went wrong underneath.
        cause: Option<Cause>,
    },
    /// A later attempt may succeed.
    Passing(Cause),
    /// Someone else makes the podcast now, or it was deleted.
    LeaseLost,
    /// The process was told to stop.
    Interrupted,
    /// What is left of the invocation's time is not enough for the next step.
    OutOfTime,
}

pub(crate) type Cause = Box<dyn Error + Send + Sync>;

pub(crate) type Result<T, E = Stop> = std::result::Result<T, E>;

impl Stop {
    /// A refusal whose reason says it all.
    pub(crate) fn refused(reason: impl Into<String>) -> Self {
        Self::Refused {
            reason: reason.into(),
            cause: None,
        }
    }

    /// A refusal whose cause means nothing to a listener.
    pub(crate) fn broken(reason: impl Into<String>, cause: impl Into<Cause>) -> Self {
        Self::Refused {
            reason: reason.into(),
            cause: Some(cause.into()),
        }
    }

    /// An error that may pass.
    pub(crate) fn passing(cause: impl Into<Cause>) -> Self {
        Self::Passing(cause.into())
    }
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::LeaseLost(_) => Self::LeaseLost,
            error => Self::passing(error),
        }
    }
}

impl From<MediaError> for Stop {
    fn from(error: MediaError) -> Self {
        Self::passing(error)
    }
}

/// A panic on a blocking thread: counted like any failed attempt, so that a bug ends the job after five.
impl From<JoinError> for Stop {
    fn from(error: JoinError) -> Self {
        Self::passing(error)
    }
}

/// Joins an error and what is underneath it: `media store could not read x: disk full`.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
