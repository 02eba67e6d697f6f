use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What someone typed as a place: 1 to 255 characters, trimmed, nothing invisible that could deceive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Location(String);

/// Why a text cannot name a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LocationError {
    /// Nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// More than [`Location::MAX_CHARS`] characters.
    #[error("must have at most {} characters", Location::MAX_CHARS)]
    TooLong,
    /// A control character or one that changes the direction of the text around it.
    #[error("must not contain control or direction-changing characters")]
    Hidden,
}

impl Location {
    /// The longest text taken, in characters.
    pub const MAX_CHARS: usize = 255;

    /// Checks and trims `text`.
    ///
    /// # Errors
    /// When the text is blank, too long, or holds control or bidi-override characters.
    pub fn parse(text: &str) -> Result<Self, LocationError> {
        if text.chars().any(is_hidden) {
            return Err(LocationError::Hidden);
        }
        let text = text.trim();
        if text.is_empty() {
            return Err(LocationError::Empty);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(LocationError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// The trimmed text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a character is a control, a line break or one that changes the direction of the text around it.
pub fn is_hidden(c: char) -> bool {
    // Bidirectional formatting characters of Unicode Standard Annex #9, and the two separators
    // that break a line without being controls.
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The way facts are chosen for an episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PodcastType {
    /// The essentials, ordered by surprise.
    Base,
    /// Only what is unusual about the place itself.
    Standout,
    /// One theme all through.
    Topic,
    /// Weighted by the listener's interests.
    Personalized,
}

impl PodcastType {
    /// Every type, in the order a client offers them.
    pub const ALL: [Self; 4] = [Self::Base, Self::Standout, Self::Topic, Self::Personalized];

    /// The one spelling used in SQL, JSON and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Standout => "standout",
            Self::Topic => "topic",
            Self::Personalized => "personalized",
        }
    }

    /// Reads the spelling of [`PodcastType::as_str`]; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|podcast_type| podcast_type.as_str() == text)
    }
}

/// How long the listener would like the episode to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Length {
    /// About three minutes.
    Short,
    /// About six minutes.
    #[default]
    Medium,
    /// About twelve minutes.
    Long,
}

impl Length {
    /// Every length, shortest first.
    pub const ALL: [Self; 3] = [Self::Short, Self::Medium, Self::Long];

    /// The one spelling used in JSON and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Medium => "medium",
            Self::Long => "long",
        }
    }

    /// Reads the spelling of [`Length::as_str`]; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|length| length.as_str() == text)
    }

    /// The duration aimed at, in seconds.
    pub const fn target_s(self) -> u32 {
        match self {
            Self::Short => 180,
            Self::Medium => 360,
            Self::Long => 720,
        }
    }
}

/// What the listener likes; every field has a default, so that none need be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// 0 (only the expected) to 5 (only the surprising).
    pub surprise_tolerance: u8,
    /// How long the episode should be.
    pub preferred_length: Length,
    /// Free text from the client's own list, kept and shown, e.g. `balanced`.
    pub preferred_style: String,
    /// `slow`, `moderate` or `fast`; anything else is spoken at the moderate pace.
    pub preferred_pace: String,
    /// Themes in the listener's words, e.g. `history`.
    pub interests: Vec<String>,
    /// The theme of a [`PodcastType::Topic`] episode.
    pub topic: Option<String>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            surprise_tolerance: 2,
            preferred_length: Length::default(),
            preferred_style: "balanced".to_owned(),
            preferred_pace: "moderate".to_owned(),
            interests: Vec::new(),
            topic: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_trimmed() {
        assert_eq!(
            Location::parse("  Paris, France ").map(|l| l.to_string()),
            Ok("Paris, France".to_owned())
        );
    }

    #[test]
    fn a_location_with_hidden_characters_is_rejected() {
        for text in [
            "Paris\0",
            "Par\u{202e}is",
            "a\nb",
            "a\u{2028}b",
            "\u{2066}x",
        ] {
            assert_eq!(
                Location::parse(text),
                Err(LocationError::Hidden),
                "{text:?}"
            );
        }
    }

    #[test]
    fn an_empty_or_overlong_location_is_rejected() {
        assert_eq!(Location::parse("  "), Err(LocationError::Empty));
        assert_eq!(
            Location::parse(&"é".repeat(256)),
            Err(LocationError::TooLong)
        );
        assert!(Location::parse(&"é".repeat(255)).is_ok());
    }

    #[test]
    fn every_type_and_length_reads_back_from_its_text() {
        for podcast_type in PodcastType::ALL {
            assert_eq!(
                PodcastType::parse(podcast_type.as_str()),
                Some(podcast_type)
            );
        }
        for length in Length::ALL {
            assert_eq!(Length::parse(length.as_str()), Some(length));
        }
        assert_eq!(PodcastType::parse("Base"), None);
    }
}
