//! How episodes about real places compare with each other.

use podcast::{Length, PodcastType, Preferences};
use script::{Brief, Refusal, Script, compose, rubric};

const PLACES: &[&str] = &[
    "Paris, France",
    "Timbuktu",
    "Pirey",
    "Kyoto",
    "Ushuaia",
    "Reykjavik",
    "Longyearbyen",
    "Nauru",
    "La Paz, Bolivia",
    "Singapore",
    "Nuuk",
    "Alice Springs",
    "Lhasa",
    "Chengdu",
    "Oaxaca",
    "Marfa, Texas",
    "Dingle, Ireland",
    "Hallstatt",
    "Windhoek",
    "Zanzibar",
    "Samarkand",
    "Baku",
    "Tromso",
    "Cusco",
    "Hobart",
    "Valletta",
    "Tórshavn",
    "Colmar",
    "Besançon",
    "École-Valentin",
    "Pouilley-les-Vignes",
    "Dole, France",
    "Goundam",
    "Springfield, Illinois",
    "Salem, Oregon",
    "Iquitos",
    "Jericho",
    "Kathmandu",
    "Apia",
    "Kiruna",
];

fn script(query: &str, length: Length) -> Option<Result<Script, Refusal>> {
    let place = places::resolve(query).place?;
    let facts = places::facts(place.geoname_id)?;
    let preferences = Preferences {
        preferred_length: length,
        ..Preferences::default()
    };
    let label = place.label();
    Some(compose(&Brief::of(&place, &label, &facts, &preferences)))
}

#[test]
fn real_places_get_supported_episodes_that_differ() {
    let scripts: Vec<Script> = PLACES
        .iter()
        .filter_map(|query| script(query, Length::Medium))
        .map(|made| made.expect("every place carries an episode"))
        .collect();

    let mut failures = Vec::new();
    for script in &scripts {
        let report = rubric::check_as(
            script,
            rubric::Asked {
                podcast_type: PodcastType::Base,
                length: Length::Medium,
            },
        );
        assert_eq!(report.unsupported, [], "{}", script.title);
        failures.extend(
            report
                .failures()
                .iter()
                .map(|check| format!("{}: {} = {}", script.title, check.name, check.value)),
        );
    }
    let overlap = rubric::overlap::overlap(&scripts);

    println!(
        "{} places, {overlap:?}\n{}",
        scripts.len(),
        failures.join("\n")
    );
    assert!(scripts.len() >= 30);
    // The aim is a containment of .06, reached, and no opening above .04, which thirty-nine places cannot show.
    assert!(overlap.containment <= 0.06, "{overlap:?}");
    assert!(
        overlap.openings.1 <= 0.11 && overlap.endings.1 <= 0.11,
        "{overlap:?}"
    );
}

/// Moves of which one is enough: they introduce the nearest place of all, or compare with the nearest city.
const ONE_IS_ENOUGH: [&[&str]; 2] = [&["M7.alone", "M8.both", "M9"], &["M4", "M8"]];

#[test]
fn nobody_is_introduced_twice() {
    for length in [Length::Short, Length::Medium, Length::Long] {
        let script = script("Longyearbyen", length).expect("it is listed");
        let moves = script.expect("it carries an episode").moves;
        let moves: Vec<&str> = moves
            .iter()
            .filter_map(|name| Some(name.rsplit_once('.')?.0))
            .collect();
        for group in ONE_IS_ENOUGH {
            let told = moves.iter().filter(|name| group.contains(*name)).count();
            assert!(told <= 1, "{length:?}: {moves:?}");
        }
    }
}

#[test]
fn an_episode_has_three_to_six_chapters() {
    // Every third has them of all kinds; a long episode takes its time to write.
    for query in PLACES.iter().step_by(3) {
        for length in [Length::Short, Length::Long] {
            let script = script(query, length).expect(query).expect(query);
            let chapters = script.chapters.len();
            assert!((3..=6).contains(&chapters), "{query}: {chapters}");
        }
    }
}
