//! Places whose standing is disputed between states, and what is left unsaid about them.

use places::{Datum, Fact, Frame, Subject, Topic};

/// What is disputed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dispute {
    /// To which country the place belongs: its country is not spoken of at all.
    Belonging,
    /// What the land itself is: nothing that only a state has is said of it.
    Standing,
}

/// Regions, by country as the gazetteer lists them, whose belonging is disputed.
const REGIONS: &[(&str, &[&str])] = &[
    ("Ukraine", &["Crimea", "Sevastopol"]),
    ("Russia", &["Crimea", "Sevastopol"]),
    ("India", &["Kashmir", "Ladakh"]),
    ("Pakistan", &["Kashmir", "Azad", "Gilgit"]),
    ("Israel", &["Jerusalem", "Golan"]),
    ("Georgia", &["Abkhazia"]),
    ("Cyprus", &["Keryneia", "Ammochostos"]),
    ("Moldova", &["Transnistria", "Stînga Nistrului"]),
];

/// Lands whose standing is disputed.
const LANDS: &[&str] = &[
    "Kosovo",
    "Taiwan",
    "Palestinian Territory",
    "Western Sahara",
    "Falkland Islands",
];

/// What is disputed about a place, by the names the gazetteer lists it under.
pub(crate) fn dispute(country: &str, region: Option<&str>) -> Option<Dispute> {
    let is_in = |names: &[&str]| {
        region.is_some_and(|region| names.iter().any(|name| region.contains(name)))
    };
    if REGIONS
        .iter()
        .any(|(of, names)| *of == country && is_in(names))
    {
        Some(Dispute::Belonging)
    } else {
        LANDS.contains(&country).then_some(Dispute::Standing)
    }
}

impl Dispute {
    /// Whether a fact takes no side.
    pub(crate) fn allows(self, fact: &Fact) -> bool {
        let is_wide = |frame: &Frame| matches!(frame, Frame::World);
        match &fact.datum {
            Datum::Rank { frame, .. }
            | Datum::Extreme { frame, .. }
            | Datum::NearlyExtreme { frame, .. } => is_wide(frame),
            Datum::Seat { order: 0, .. }
            | Datum::Capital(_)
            | Datum::LargestIsNotCapital { .. }
            | Datum::NearerForeignCapital { .. }
            | Datum::NeighbourAbroad { .. }
            | Datum::Borders { .. } => false,
            Datum::Text { topic, .. } if fact.subject == Subject::Country => {
                self == Self::Standing && is_of_land(*topic)
            }
            Datum::Text { topic, .. } => !matches!(topic, Topic::Heritage),
            Datum::Gloss { text } => self == Self::Standing && !text.contains("capital of"),
            _ => true,
        }
    }
}

/// Topics that are true of the land, whoever governs it.
fn is_of_land(topic: Topic) -> bool {
    matches!(
        topic,
        Topic::Climate
            | Topic::Terrain
            | Topic::HighestPoint
            | Topic::LowestPoint
            | Topic::River
            | Topic::Coastline
            | Topic::Hazards
            | Topic::Agriculture
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_disputed_where_its_country_is_not() {
        assert_eq!(
            dispute("India", Some("Jammu and Kashmir")),
            Some(Dispute::Belonging)
        );
        assert_eq!(dispute("India", Some("Kerala")), None);
        assert_eq!(dispute("Kosovo", None), Some(Dispute::Standing));
    }

    #[test]
    fn the_north_of_cyprus_is_disputed() {
        let kyrenia = places::resolve("Kyrenia").place.expect("it is listed");

        assert_eq!(
            dispute(&kyrenia.country, kyrenia.region.as_deref()),
            Some(Dispute::Belonging),
            "{kyrenia:?}"
        );
    }
}
