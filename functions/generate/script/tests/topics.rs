//! What is accepted can be written.

use podcast::{Length, PodcastType, Preferences};
use script::{Brief, Refusal, Theme, check, compose};

/// Capitals, cities, towns and villages; islands, deserts, both polar circles, disputed land; of many and few facts.
const PLACES: &[&str] = &[
    "Paris, France",
    "Pirey, France",
    "Timbuktu",
    "Kyoto",
    "Ushuaia",
    "Longyearbyen",
    "Yaren",
    "Singapore",
    "Alice Springs",
    "Lhasa",
    "Jerusalem",
    "Taipei",
    "Marfa, Texas",
    "Dingle, Ireland",
    "Hallstatt",
    "Narni",
    "Windhoek",
    "Zanzibar",
    "Tórshavn",
    "Goundam",
    "Springfield, Illinois",
    "Adamstown, Pitcairn",
    "Kiruna",
    "Apia",
    "Simferopol",
    "Grytviken",
];

fn preferences(length: Length, topic: &str) -> Preferences {
    Preferences {
        preferred_length: length,
        topic: Some(topic.to_owned()),
        interests: vec![topic.to_owned()],
        ..Preferences::default()
    }
}

/// A place and what is known about it.
struct Known(places::Place, Vec<places::Fact>);

impl Known {
    fn of(query: &str) -> Self {
        let place = places::resolve(query).place.expect(query);
        let facts = places::facts(place.geoname_id).expect(query);
        Self(place, facts)
    }

    /// Asks `ask` what it makes of the place.
    fn ask<T>(
        &self,
        podcast_type: PodcastType,
        preferences: &Preferences,
        ask: impl Fn(&Brief<'_>) -> T,
    ) -> T {
        let Self(place, facts) = self;
        ask(&Brief {
            podcast_type,
            ..Brief::of(place, &place.label(), facts, preferences)
        })
    }
}

#[test]
fn every_accepted_topic_is_written_and_no_refused_one() {
    let (mut accepted, mut refused) = (0, 0);
    for query in PLACES {
        let known = Known::of(query);
        for theme in Theme::ALL {
            for length in Length::ALL {
                let wish = preferences(length, theme.title());
                let answer = known.ask(PodcastType::Topic, &wish, check);
                let made = known.ask(PodcastType::Topic, &wish, compose);
                assert_eq!(made.map(drop), answer, "{query}: {theme:?} {length:?}");
                match answer {
                    Ok(()) => accepted += 1,
                    // Too little for the shortest, whose facts are those of the longest.
                    Err(_) => {
                        refused += 1;
                        break;
                    }
                }
            }
        }
    }
    println!("{accepted} accepted, {refused} refused");
    assert!(accepted > 100 && refused > 30, "{accepted}, {refused}");
}

#[test]
fn a_refusal_offers_only_what_is_written() {
    let wish = preferences(Length::Short, "cheese");
    for query in ["Paris, France", "Pirey, France", "Goundam"] {
        let known = Known::of(query);
        let refused = known.ask(PodcastType::Topic, &wish, check);
        let Err(refusal @ Refusal::UnknownTopic { .. }) = refused else {
            panic!("{query}: {refused:?}");
        };
        assert!(!refusal.instead().is_empty(), "{query}");
        for theme in refusal.instead() {
            let topic = theme.title();
            let wish = preferences(Length::Short, topic);
            let made = known.ask(PodcastType::Topic, &wish, compose);
            assert!(made.is_ok(), "{query}: {topic}: {made:?}");
        }
    }
}

#[test]
fn an_interest_that_nothing_serves_is_said() {
    let paris = Known::of("Paris, France");
    let note = |interest: &str| {
        let wish = preferences(Length::Short, interest);
        let made = paris.ask(PodcastType::Personalized, &wish, compose);
        made.expect("an episode").note.unwrap_or_default()
    };

    let said = "Our sources hold nothing on “cheese” for Paris, so the episode tells other things.";
    assert!(note("cheese").starts_with(said), "{}", note("cheese"));
    assert!(!note("history").contains("hold nothing"));
}
