use podcast::PodcastId;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What the queue carries: which podcast to make. Everything else is in storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The podcast.
    pub podcast_id: PodcastId,
    /// The generation asked for, for the log; a worker always makes the newest. 0 where none was sent.
    #[serde(default)]
    pub generation: u32,
}

/// A message body that names no podcast.
#[derive(Debug, Error)]
#[error("message names no podcast: {0}")]
pub struct MessageError(#[from] serde_json::Error);

impl Message {
    /// Reads a message body; unknown fields are ignored.
    ///
    /// # Errors
    /// When the body is not a JSON object with a well-formed `podcast_id`.
    pub fn parse(body: &str) -> Result<Self, MessageError> {
        Ok(serde_json::from_str(body)?)
    }

    pub(crate) fn to_body(self) -> String {
        serde_json::to_string(&self).expect("an id and a number always serialise")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_message_reads_back() {
        let message = Message {
            podcast_id: PodcastId::new(),
            generation: 3,
        };

        assert_eq!(Message::parse(&message.to_body()).unwrap(), message);
    }

    #[test]
    fn the_id_alone_is_enough() {
        let id = PodcastId::new();

        assert_eq!(
            Message::parse(&format!(r#"{{"podcast_id":"{id}"}}"#))
                .unwrap()
                .podcast_id,
            id
        );
    }

    #[test]
    fn a_body_without_an_id_is_rejected() {
        assert!(Message::parse("{}").is_err());
        assert!(Message::parse(r#"{"podcast_id":"7"}"#).is_err());
    }
}
