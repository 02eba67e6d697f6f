//! Which themes are asked for, and whether the facts carry them: known before a word is written.

use std::collections::HashSet;

use podcast::PodcastType;

use crate::{Refusal, ledger::Ledger, moves, theme::Theme};

/// Fewest facts that carry an episode on one topic.
const LEAST_FACTS: usize = 10;

/// Returns the themes that the brief asks for; none when everything may be told.
///
/// # Errors
/// When a topic episode has no topic, an unknown one, or one that too few facts serve.
pub(crate) fn themes(ledger: &Ledger<'_>) -> Result<Vec<Theme>, Refusal> {
    let preferences = ledger.brief.preferences;
    match ledger.brief.podcast_type {
        PodcastType::Topic => topic(ledger, preferences.topic.as_deref().unwrap_or_default()),
        PodcastType::Personalized => {
            let interests = preferences.interests.iter();
            Ok(interests.flat_map(|words| Theme::of(words)).collect())
        }
        PodcastType::Base | PodcastType::Standout => Ok(Vec::new()),
    }
}

/// Says which interests nothing serves, so that nobody listens for them.
pub(crate) fn unserved(ledger: &Ledger<'_>) -> Option<String> {
    let brief = ledger.brief;
    if brief.podcast_type != PodcastType::Personalized || brief.preferences.interests.is_empty() {
        return None;
    }
    let supply = Supply::of(ledger);
    let interests = brief.preferences.interests.iter();
    let unserved: Vec<String> = interests
        .filter(|words| supply.facts_on(&Theme::of(words)) == 0)
        .map(|words| format!("“{words}”"))
        .collect();
    (!unserved.is_empty()).then(|| {
        let (unserved, place) = (unserved.join(", "), brief.name);
        format!(
            "Our sources hold nothing on {unserved} for {place}, so the episode tells other things."
        )
    })
}

fn topic(ledger: &Ledger<'_>, topic: &str) -> Result<Vec<Theme>, Refusal> {
    let topic = topic.trim();
    if topic.is_empty() {
        return Err(Refusal::NoTopic);
    }
    let themes = Theme::of(topic);
    let supply = Supply::of(ledger);
    let facts = supply.facts_on(&themes);
    if facts >= LEAST_FACTS {
        return Ok(themes);
    }
    let (topic, place) = (topic.to_owned(), ledger.brief.name.to_owned());
    let instead = supply.instead();
    Err(match themes.is_empty() {
        true => Refusal::UnknownTopic {
            topic,
            place,
            instead,
        },
        false => Refusal::TooLittleOnTopic {
            topic,
            place,
            facts,
            instead,
        },
    })
}

/// The facts that can be told, by theme.
struct Supply<'a>(Vec<(Theme, HashSet<&'a str>)>);

impl<'a> Supply<'a> {
    fn of(ledger: &Ledger<'a>) -> Self {
        let mut by_theme = Theme::ALL.map(|theme| (theme, HashSet::new()));
        for of in moves::all() {
            let found = (of.find)(ledger);
            // As in a plan: what neither surprises nor is essential is not told.
            let told = found
                .iter()
                .filter(|found| found.score() > 0.0 || of.essential > 0.0)
                .flat_map(|found| found.told.iter().map(|fact| fact.id.as_str()));
            let told: Vec<&str> = told.collect();
            for (theme, facts) in &mut by_theme {
                if of.themes.contains(theme) {
                    facts.extend(&told);
                }
            }
        }
        Self(by_theme.into())
    }

    /// How many facts serve any of `themes`.
    fn facts_on(&self, themes: &[Theme]) -> usize {
        let sets = self.0.iter().filter(|(theme, _)| themes.contains(theme));
        sets.flat_map(|(_, facts)| facts)
            .collect::<HashSet<_>>()
            .len()
    }

    /// What to ask for instead of a topic that is not carried.
    fn instead(&self) -> Vec<Theme> {
        let carried = self
            .0
            .iter()
            .filter(|(_, facts)| facts.len() >= LEAST_FACTS);
        carried.map(|(theme, _)| *theme).collect()
    }
}
