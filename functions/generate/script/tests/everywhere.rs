//! Wherever it is asked for, an episode that needs no topic can be written.

use podcast::{Length, PodcastType, Preferences};
use script::{Brief, compose};

/// A step that is prime to the number of places meets all of them, in an order that says nothing.
const STEP: usize = 99_991;

/// Places of which little is rare, and a village whose name is a number.
const NEAR_NOTHING: [u32; 10] = [
    1_169_035, 4_530_883, 4_226_031, 4_502_866, 263_097, 4_180_723, 3_374_582, 1_686_858,
    8_537_610, 8_022_927,
];

/// How many places are tried, a setting of `tests/run`.
fn dose() -> usize {
    let cases = std::env::var("WHERECAST_PLACES").ok();
    cases.and_then(|cases| cases.parse().ok()).unwrap_or(40)
}

#[test]
fn every_place_has_an_episode_that_needs_no_topic() {
    let ids: Vec<u32> = places::ids().collect();
    let sampled = (0..dose()).map(|at| ids[at * STEP % ids.len()]);
    let places = NEAR_NOTHING.into_iter().chain(sampled);
    let preferences = Preferences {
        preferred_length: Length::Short,
        ..Preferences::default()
    };
    let mut refused = Vec::new();
    for id in places {
        let place = places::place(id).expect("a listed place");
        let facts = places::facts(id).expect("a listed place");
        for podcast_type in [
            PodcastType::Base,
            PodcastType::Standout,
            PodcastType::Personalized,
        ] {
            let made = compose(&Brief {
                podcast_type,
                ..Brief::of(&place, &place.label(), &facts, &preferences)
            });
            if let Err(refusal) = made {
                refused.push(format!("{id} {podcast_type:?}: {refusal}"));
            }
        }
    }

    assert!(refused.is_empty(), "{refused:#?}");
}
