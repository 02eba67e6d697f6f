use places::{Fact, Place};
use podcast::{PodcastType, Preferences};
use thiserror::Error;

use crate::{Script, Theme, draft, ledger::Ledger, plan, topic};

/// What to write about, from what, and how.
#[derive(Debug, Clone, Copy)]
pub struct Brief<'a> {
    /// Name of the place as it is spoken.
    pub name: &'a str,
    /// Its first-order region, where known.
    pub region: Option<&'a str>,
    /// Name of its country.
    pub country: &'a str,
    /// The whole label, e.g. `Pirey, Bourgogne-Franche-Comté, France`.
    pub label: &'a str,
    /// Its GeoNames id.
    pub geoname_id: u32,
    /// All that is known.
    pub facts: &'a [Fact],
    /// The way facts are chosen.
    pub podcast_type: PodcastType,
    /// Length, interests, topic, tolerance of surprise.
    pub preferences: &'a Preferences,
    /// Which making of the episode this is, from 1: each opens and goes on differently.
    pub generation: u32,
}

impl<'a> Brief<'a> {
    /// Returns the first making of a base episode about a listed place; `label` is the place's own.
    #[must_use]
    pub fn of(
        place: &'a Place,
        label: &'a str,
        facts: &'a [Fact],
        preferences: &'a Preferences,
    ) -> Self {
        Self {
            name: &place.name,
            region: place.region.as_deref(),
            country: &place.country,
            label,
            geoname_id: place.geoname_id,
            facts,
            podcast_type: PodcastType::Base,
            preferences,
            generation: 1,
        }
    }
}

/// Why no episode is written; the sentences are meant for the listener.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// A topic episode came without its topic.
    #[error("A topic episode needs a topic: name one, such as history, nature or language.")]
    NoTopic,
    /// The topic is none that the sources speak of.
    #[error(
        "Our sources hold nothing on the topic \"{topic}\" for {place}; {}.",
        advice(instead)
    )]
    UnknownTopic {
        /// As the listener put it.
        topic: String,
        /// Where.
        place: String,
        /// The themes on which enough is known, for an episode on one of them.
        instead: Vec<Theme>,
    },
    /// Fewer than ten facts serve the topic.
    #[error(
        "Our sources hold only {} on the topic \"{topic}\" for {place}, too few for an episode; {}.",
        counted(*facts),
        advice(instead)
    )]
    TooLittleOnTopic {
        /// As the listener put it.
        topic: String,
        /// Where.
        place: String,
        /// How many were found.
        facts: usize,
        /// The themes on which enough is known, for an episode on one of them.
        instead: Vec<Theme>,
    },
    /// Nothing that makes an episode is known.
    #[error("Our sources hold too little about {place} for an episode.")]
    TooLittle {
        /// Where.
        place: String,
    },
}

impl Refusal {
    /// Returns the themes to ask for instead; none where no theme is carried.
    #[must_use]
    pub fn instead(&self) -> &[Theme] {
        match self {
            Self::UnknownTopic { instead, .. } | Self::TooLittleOnTopic { instead, .. } => instead,
            Self::NoTopic | Self::TooLittle { .. } => &[],
        }
    }
}

/// The end of a sentence about our sources.
fn advice(instead: &[Theme]) -> String {
    let titles: Vec<&str> = instead.iter().map(|theme| theme.title()).collect();
    match titles.is_empty() {
        true => "ask for a base episode instead".to_owned(),
        false => format!("they hold enough on: {}", titles.join(", ")),
    }
}

fn counted(facts: usize) -> String {
    match facts {
        1 => "one fact".to_owned(),
        facts => format!("{facts} facts"),
    }
}

/// Writes the dialogue: the same brief gives the same script.
///
/// # Errors
/// As [`check`], and when the place has too few facts for an opening.
pub fn compose(brief: &Brief<'_>) -> Result<Script, Refusal> {
    let ledger = Ledger::new(brief);
    let themes = topic::themes(&ledger)?;
    let plan = plan::plan(&ledger, &themes)?;
    Ok(draft::draft(&ledger, plan))
}

/// Says whether the facts carry the brief's topic, without writing the dialogue: [`compose`] asks the same.
///
/// # Errors
/// When the topic of a topic episode is missing, unknown or too thin.
pub fn check(brief: &Brief<'_>) -> Result<(), Refusal> {
    topic::themes(&Ledger::new(brief)).map(drop)
}
