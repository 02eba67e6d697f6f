use places::Fact;
use podcast::{PodcastType, Preferences};
use thiserror::Error;

use crate::{Script, draft, ledger::Ledger, plan, theme::Theme};

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

/// Why no episode is written; the sentences are meant for the listener.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// A topic episode came without its topic.
    #[error("A topic episode needs a topic: name one, such as history, nature or language.")]
    NoTopic,
    /// The topic is none that the sources speak of.
    #[error(
        "Our sources hold nothing on the topic \"{topic}\". They can carry: size, maps, nature, sun and clock, history, culture, names and words, work."
    )]
    UnknownTopic {
        /// As the listener put it.
        topic: String,
    },
    /// Fewer than ten facts serve the topic.
    #[error(
        "Our sources hold only {facts} facts on the topic \"{topic}\" for {place}, too few for an episode. Ask for a base episode instead."
    )]
    TooLittleOnTopic {
        /// As the listener put it.
        topic: String,
        /// Where.
        place: String,
        /// How many were found.
        facts: usize,
    },
    /// Nothing that makes an episode is known.
    #[error("Our sources hold too little about {place} for an episode.")]
    TooLittle {
        /// Where.
        place: String,
    },
}

/// Fewest facts that carry an episode on one theme.
pub(crate) const LEAST_ON_TOPIC: usize = 10;

/// Writes the dialogue: the same brief gives the same script.
///
/// # Errors
/// When the topic is missing, unknown or too thin, or the place has too few facts for an opening.
pub fn compose(brief: &Brief<'_>) -> Result<Script, Refusal> {
    let themes = themes(brief)?;
    let ledger = Ledger::new(brief);
    let plan = plan::plan(&ledger, &themes)?;
    Ok(draft::draft(&ledger, plan))
}

fn themes(brief: &Brief<'_>) -> Result<Vec<Theme>, Refusal> {
    match brief.podcast_type {
        PodcastType::Topic => {
            let topic = brief
                .preferences
                .topic
                .as_deref()
                .map(str::trim)
                .filter(|topic| !topic.is_empty());
            let topic = topic.ok_or(Refusal::NoTopic)?;
            let themes = Theme::of(topic);
            if themes.is_empty() {
                Err(Refusal::UnknownTopic {
                    topic: topic.to_owned(),
                })
            } else {
                Ok(themes)
            }
        }
        PodcastType::Personalized => Ok(brief
            .preferences
            .interests
            .iter()
            .flat_map(|interest| Theme::of(interest))
            .collect()),
        PodcastType::Base | PodcastType::Standout => Ok(Vec::new()),
    }
}
