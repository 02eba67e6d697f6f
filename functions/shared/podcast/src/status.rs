use serde::{Deserialize, Serialize};

/// Where a podcast is in its life.
///
/// `pending → processing → completed | failed`; a lost worker leaves it `processing` until another
/// claims it; regenerating takes a finished one back to `pending`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Accepted and stored; no worker has taken it yet.
    Pending,
    /// A worker holds its lease, or did until it died.
    Processing,
    /// The audio is stored and verified.
    Completed,
    /// Given up, with a reason a listener understands.
    Failed,
}

impl Status {
    /// Every status, in the order of a podcast's life.
    pub const ALL: [Self; 4] = [
        Self::Pending,
        Self::Processing,
        Self::Completed,
        Self::Failed,
    ];

    /// The one spelling used in SQL, JSON and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// Reads the spelling of [`Status::as_str`]; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether nothing more happens to the podcast unless someone asks.
    pub const fn is_finished(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }

    /// Whether a podcast may go from this status to `next`.
    pub const fn may_become(self, next: Self) -> bool {
        use Status::{Completed, Failed, Pending, Processing};
        matches!(
            (self, next),
            (Pending, Processing | Failed)
                | (Processing, Processing | Completed | Failed | Pending)
                | (Completed | Failed, Pending)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completed_podcast_only_goes_back_to_pending() {
        for next in Status::ALL {
            assert_eq!(Status::Completed.may_become(next), next == Status::Pending);
        }
    }

    #[test]
    fn every_status_reads_back_from_its_text() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        assert_eq!(Status::parse("Completed"), None);
    }
}
