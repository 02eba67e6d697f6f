//! The facts of one place as moves ask for them.

use places::{Axis, Datum, Fact, Frame, Other, Subject, Topic};
use podcast::{Length, PodcastType};

use crate::{
    Brief,
    disputed::{self, Dispute},
    seed, wording,
};

/// Facts below this trust are not spoken.
const LEAST_STRENGTH: f32 = 0.5;

/// What is known, by kind.
#[derive(Debug)]
pub struct Ledger<'a> {
    /// What was asked.
    pub brief: &'a Brief<'a>,
    facts: Vec<&'a Fact>,
    dispute: Option<Dispute>,
}

/// A rank in one list.
#[derive(Debug, Clone, Copy)]
pub struct Ranked<'a> {
    /// The fact it comes from.
    pub fact: &'a Fact,
    /// Place in the list, from 1.
    pub rank: u32,
    /// Length of the list.
    pub of: u32,
}

impl Ranked<'_> {
    /// Share of the list that is ahead, 0 to 1.
    pub fn depth(&self) -> f64 {
        f64::from(self.rank) / f64::from(self.of.max(1))
    }
}

impl<'a> Ledger<'a> {
    /// Takes the facts that are trusted enough to be spoken.
    pub fn new(brief: &'a Brief<'a>) -> Self {
        let dispute = disputed::dispute(brief.country, brief.region);
        let facts = brief
            .facts
            .iter()
            .filter(|fact| fact.strength >= LEAST_STRENGTH)
            .filter(|fact| dispute.is_none_or(|dispute| dispute.allows(fact)))
            .filter(|fact| is_told_here(brief, fact))
            .collect();
        Self {
            brief,
            facts,
            dispute,
        }
    }

    /// What is disputed about the place between states.
    pub(crate) fn dispute(&self) -> Option<Dispute> {
        self.dispute
    }

    /// Every fact that may be spoken.
    pub fn facts(&self) -> &[&'a Fact] {
        &self.facts
    }

    /// All facts whose datum `read` understands.
    pub fn each<T>(&self, read: impl Fn(&'a Datum) -> Option<T>) -> Vec<(&'a Fact, T)> {
        self.facts
            .iter()
            .filter_map(|fact| read(&fact.datum).map(|value| (*fact, value)))
            .collect()
    }

    /// The first of [`Ledger::each`].
    pub fn one<T>(&self, read: impl Fn(&'a Datum) -> Option<T>) -> Option<(&'a Fact, T)> {
        self.facts
            .iter()
            .find_map(|fact| read(&fact.datum).map(|value| (*fact, value)))
    }

    /// Known population; zero means unknown.
    pub fn people(&self) -> Option<(&'a Fact, u32)> {
        self.one(|d| match d {
            Datum::Population { people } if *people > 0 => Some(*people),
            _ => None,
        })
    }

    /// Rank in the world.
    pub fn world_rank(&self) -> Option<Ranked<'a>> {
        self.rank(|frame| matches!(frame, Frame::World))
    }

    /// Rank in the country.
    pub fn country_rank(&self) -> Option<Ranked<'a>> {
        self.rank(|frame| matches!(frame, Frame::Country(_)))
    }

    /// Rank in the first-order region.
    pub fn region_rank(&self) -> Option<Ranked<'a>> {
        self.rank(|frame| matches!(frame, Frame::Region(_)))
    }

    fn rank(&self, wanted: impl Fn(&Frame) -> bool) -> Option<Ranked<'a>> {
        self.one(|d| match d {
            Datum::Rank { frame, rank, of } if wanted(frame) => Some((*rank, *of)),
            _ => None,
        })
        .map(|(fact, (rank, of))| Ranked { fact, rank, of })
    }

    /// Close neighbours, nearest first.
    pub fn neighbours(&self) -> Vec<(&'a Fact, &'a Other)> {
        let mut all = self.each(|d| match d {
            Datum::Neighbour { order, other, .. } => Some((*order, other)),
            _ => None,
        });
        all.sort_by_key(|(_, (order, _))| *order);
        all.into_iter()
            .map(|(fact, (_, other))| (fact, other))
            .collect()
    }

    /// Whether the first `n` neighbours are the nearest of the list, none left out.
    pub fn are_nearest(&self, n: u8) -> bool {
        self.one(|d| match d {
            Datum::Neighbour {
                order,
                is_nearest: true,
                ..
            } if *order == n => Some(()),
            _ => None,
        })
        .is_some()
    }

    /// The nearest large city.
    pub fn city(&self) -> Option<(&'a Fact, &'a Other)> {
        self.one(|d| match d {
            Datum::NearestCity(other) => Some(other),
            _ => None,
        })
    }

    /// The capital, when it is another place.
    pub fn capital(&self) -> Option<(&'a Fact, &'a Other)> {
        self.one(|d| match d {
            Datum::Capital(other) => Some(other),
            _ => None,
        })
    }

    /// Kilometres to the coast.
    pub fn coast(&self) -> Option<(&'a Fact, f64)> {
        self.one(|d| match d {
            Datum::Coast { km } => Some(*km),
            _ => None,
        })
    }

    /// Name of the climate class, and the share of the country's places that have it.
    pub fn climate(&self) -> Option<(&'a Fact, (&'a str, f64))> {
        self.one(|d| match d {
            Datum::Climate {
                name,
                share_of_country,
                ..
            } => Some((name.as_str(), *share_of_country)),
            _ => None,
        })
    }

    /// Height in metres.
    pub fn height(&self) -> Option<(&'a Fact, i32)> {
        self.one(|d| match d {
            Datum::Elevation { m } => Some(*m),
            _ => None,
        })
    }

    /// Daylight at the June and the December solstice, hours.
    pub fn daylight(&self) -> Option<(&'a Fact, (f64, f64))> {
        self.one(|d| match d {
            Datum::Daylight { june_h, december_h } => Some((*june_h, *december_h)),
            _ => None,
        })
    }

    /// Factbook texts on one topic.
    pub fn texts(&self, topic: Topic) -> Vec<(&'a Fact, &'a str)> {
        self.each(|d| match d {
            Datum::Text {
                topic: on, text, ..
            } if *on == topic => Some(text.as_str()),
            _ => None,
        })
    }

    /// First on a list, by axis.
    pub fn extremes(&self) -> Vec<(&'a Fact, Axis)> {
        self.each(|d| match d {
            Datum::Extreme { axis, .. } => Some(*axis),
            _ => None,
        })
    }

    /// Facts about the place itself that some book wrote down, those left unspoken included.
    pub fn place_texts(&self) -> usize {
        self.brief
            .facts
            .iter()
            .filter(|fact| fact.subject == Subject::Place && is_text(&fact.datum))
            .count()
    }

    /// The country as a sentence uses it.
    pub fn country(&self) -> String {
        wording::country(self.brief.country)
    }

    /// `village`, `town`, `city` or `place`.
    pub fn size_word(&self) -> &'static str {
        wording::size_word(self.people().map(|(_, people)| people))
    }

    /// Slots that every skeleton may use.
    pub fn common(&self, name: &str) -> Option<String> {
        Some(match name {
            "place" => self.brief.name.to_owned(),
            // Whose the place is, is then left to the sentence that says who lists it where.
            "country" if self.dispute == Some(Dispute::Belonging) => return None,
            "country" => self.country(),
            "region" => self
                .brief
                .region
                .filter(|region| *region != self.brief.name)?
                .to_owned(),
            "kind" => self.size_word().to_owned(),
            _ => return None,
        })
    }
}

/// Whether a subject of the whole country falls to this place: neighbours share their country, and would
/// otherwise tell the same of it. A capital, a long episode and one on a topic tell all there is.
fn is_told_here(brief: &Brief<'_>, fact: &Fact) -> bool {
    const UNTOLD: u64 = 25;
    let Datum::Text { topic, .. } = &fact.datum else {
        return true;
    };
    let is_capital = brief
        .facts
        .iter()
        .any(|fact| matches!(fact.datum, Datum::Seat { order: 0, .. }));
    let tells_all = is_capital
        || brief.preferences.preferred_length == Length::Long
        || brief.podcast_type == PodcastType::Topic
        || fact.subject == Subject::Place;
    tells_all || seed::hash(&[&brief.geoname_id.to_string(), &format!("{topic:?}")]) % 100 >= UNTOLD
}

/// Whether a book wrote this about the place.
pub(crate) fn is_text(datum: &Datum) -> bool {
    matches!(
        datum,
        Datum::Gloss { .. } | Datum::Part { .. } | Datum::Mention { .. } | Datum::Text { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_a_dispute_leaves_unspoken_is_not_absent() {
        let place = places::resolve("Jerusalem").place.expect("it is listed");
        let facts = places::facts(place.geoname_id).expect("it is listed");
        let glosses: Vec<Fact> = facts
            .into_iter()
            .filter(|fact| matches!(fact.datum, Datum::Gloss { .. }))
            .collect();
        let label = place.label();
        let preferences = podcast::Preferences::default();
        let brief = Brief::of(&place, &label, &glosses, &preferences);
        let ledger = Ledger::new(&brief);

        assert_eq!(ledger.facts(), &[] as &[&Fact]);
        assert!(ledger.place_texts() > 0);
    }
}
