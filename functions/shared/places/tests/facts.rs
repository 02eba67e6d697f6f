//! What must and must not be said of a place.

use std::collections::HashSet;

use places::{Datum, Direction, Fact, Topic};

const PARIS: u32 = 2_988_507;
const USHUAIA: u32 = 3_833_367;
/// Senanghati, ID: a place whose population the list gives as 0.
const UNCOUNTED: u32 = 7_761_550;

fn facts(query: &str) -> Vec<Fact> {
    let place = places::resolve(query).place.expect(query);
    places::facts(place.geoname_id).expect(query)
}

#[test]
fn paris_is_no_neighbour_or_namesake_of_its_own_arrondissements() {
    for fact in places::facts(PARIS).expect("Paris is listed") {
        if let Datum::Neighbour { other, .. } | Datum::NearestCity(other) = fact.datum {
            assert!(!other.name.contains("Paris"), "{}", other.name);
        }
    }
}

#[test]
fn a_borough_is_ahead_of_no_city() {
    let facts = facts("Phoenix, Arizona");

    let ranked = facts.iter().find(|fact| fact.id == "rank.country");
    let claim = &ranked.expect("a rank").claim;
    assert!(
        claim.starts_with("By people, Phoenix is number 5 of"),
        "{claim}"
    );
    assert_eq!(
        places::resolve("40.65, -73.95")
            .place
            .expect("a place")
            .name,
        "Brooklyn"
    );
    assert_eq!(
        places::resolve("Brooklyn").place.expect("a place").label(),
        "Brooklyn, New York, United States"
    );
}

#[test]
fn noon_in_paris_is_an_hour_after_twelve_in_mid_january() {
    let lag_min = places::facts(PARIS)
        .expect("Paris is listed")
        .iter()
        .find_map(|fact| match fact.datum {
            Datum::ClockLag { min } => Some(min),
            _ => None,
        });

    // 12:50:39 by the mean sun, and the sun is 9 min 10 s behind it.
    assert_eq!(lag_min, Some(60));
}

#[test]
fn a_far_place_is_seen_from_its_capital_along_the_great_circle() {
    let facts = facts("Vladivostok");

    let capital = facts.iter().find_map(|fact| match &fact.datum {
        Datum::Capital(other) => Some((other.direction, other.direction_back)),
        _ => None,
    });

    // Both lines set out over Siberia.
    assert_eq!(
        capital,
        Some((Direction::Northwest, Some(Direction::Northeast)))
    );
}

#[test]
fn a_disputed_capital_is_told_of_no_place() {
    for query in ["Haifa", "Limassol"] {
        assert!(
            !facts(query)
                .iter()
                .any(|fact| matches!(fact.datum, Datum::Capital(_))),
            "{query}"
        );
    }
}

#[test]
fn local_mean_time_of_ushuaia_is_behind_greenwich() {
    let facts = places::facts(USHUAIA).expect("Ushuaia is listed");

    let ahead_s = facts.iter().find_map(|fact| match fact.datum {
        Datum::LocalMeanTime {
            ahead_s,
            until_year,
            ..
        } => Some((ahead_s, until_year)),
        _ => None,
    });

    assert_eq!(ahead_s, Some((-16_392, 1894)));
}

#[test]
fn a_village_did_not_keep_the_minutes_of_the_city_its_zone_is_named_after() {
    let facts = facts("Pirey");

    assert!(
        !facts
            .iter()
            .any(|fact| matches!(fact.datum, Datum::LocalMeanTime { .. }))
    );
    assert!(
        facts
            .iter()
            .any(|fact| matches!(fact.datum, Datum::NeighbourGloss { .. }))
    );
}

#[test]
fn books_are_cleaned_of_marks_shouting_and_living_people() {
    for query in [
        "Paris, France",
        "Timbuktu",
        "Kyoto",
        "Ushuaia",
        "Washington, D.C.",
        "London",
    ] {
        for fact in facts(query) {
            assert!(
                !fact.claim.contains("(c)") && !fact.claim.contains("[s]"),
                "{}",
                fact.claim
            );
            assert!(!fact.claim.contains("born in 19"), "{}", fact.claim);
            for word in ["WASHINGTON", "KEITA", "embassy", "terroris", "<", "&"] {
                assert!(!fact.claim.contains(word), "{}", fact.claim);
            }
        }
    }
}

#[test]
fn the_dictionary_claims_no_records() {
    for query in [
        "Paris, France",
        "Kolkata",
        "Punta Arenas",
        "Mumbai",
        "New York City",
    ] {
        for fact in facts(query) {
            if let Datum::Gloss { text } | Datum::Part { text, .. } = &fact.datum {
                assert!(
                    !text.contains("largest") && !text.contains("southernmost"),
                    "{text}"
                );
            }
        }
    }
}

#[test]
fn every_fact_has_an_id_of_its_own_and_a_score_in_range() {
    for query in [
        "Paris, France",
        "Pirey",
        "Springfield, Illinois",
        "Reykjavik",
        "Singapore",
    ] {
        let facts = facts(query);
        let ids: HashSet<&str> = facts.iter().map(|fact| fact.id.as_str()).collect();
        assert_eq!(ids.len(), facts.len(), "{query}");
        for fact in &facts {
            assert!((0.0..=1.0).contains(&fact.surprise), "{}", fact.id);
            assert!(fact.strength >= 0.5, "{}", fact.id);
        }
    }
}

#[test]
fn a_heritage_site_of_a_place_has_its_name() {
    for query in ["Paris, France", "Kyoto", "Timbuktu"] {
        let name = places::resolve(query).place.expect(query).name;
        let sites: Vec<Fact> = facts(query)
            .into_iter()
            .filter(|fact| fact.id.starts_with("factbook.place"))
            .filter(|fact| {
                matches!(
                    fact.datum,
                    Datum::Text {
                        topic: Topic::Heritage,
                        ..
                    }
                )
            })
            .collect();
        assert!(!sites.is_empty(), "{query}");
        assert!(sites.iter().all(|fact| fact.claim.contains(&name)));
    }
}

#[test]
fn an_unknown_population_is_in_no_rank_and_no_sentence() {
    let facts = places::facts(UNCOUNTED).expect("it is listed");

    assert_eq!(places::place(UNCOUNTED).expect("it is listed").people, None);
    assert!(
        !facts
            .iter()
            .any(|fact| matches!(fact.datum, Datum::Rank { .. } | Datum::Population { .. }))
    );
}

#[test]
fn neighbours_of_a_city_are_not_the_nearest_where_its_suburbs_are_left_out() {
    let first_is_nearest = |query: &str| {
        facts(query).iter().find_map(|fact| match fact.datum {
            Datum::Neighbour {
                order: 1,
                is_nearest,
                ..
            } => Some(is_nearest),
            _ => None,
        })
    };

    // Gentilly is nearer than Clichy, and counts as a part.
    assert_eq!(first_is_nearest("Paris, France"), Some(false));
    assert_eq!(first_is_nearest("Longyearbyen"), Some(true));
}

#[test]
fn the_nearest_place_at_home_is_in_the_same_country() {
    let facts = facts("Adamstown, Pitcairn");

    // The one listed place of its country has no neighbour at home, however far one looks.
    assert!(facts.iter().all(|fact| fact.id != "neighbour_abroad"));
}
