//! What people type, and what it means.

use places::{Kind, Match, resolve};

#[track_caller]
fn resolves_to(query: &str, label: &str) {
    let found = resolve(query);
    assert_eq!(found.kind, Kind::Resolved, "{query}: {}", found.message);
    assert_eq!(
        found.place.expect("a resolved place").label(),
        label,
        "{query}"
    );
}

#[test]
fn a_name_with_its_country_or_region_is_one_place() {
    resolves_to("Paris, France", "Paris, Île-de-France, France");
    resolves_to("Paris, Texas", "Paris, Texas, United States");
    resolves_to("paris, tx", "Paris, Texas, United States");
    resolves_to(
        "Washington, D.C.",
        "Washington, District of Columbia, United States",
    );
    resolves_to("Portland, OR", "Portland, Oregon, United States");
    resolves_to("Cambridge, UK", "Cambridge, England, United Kingdom");
    resolves_to("Reykjavik Iceland", "Reykjavík, Capital Region, Iceland");
}

#[test]
fn a_famous_name_alone_is_the_famous_place_and_tells_of_the_others() {
    let found = resolve("Paris");

    assert_eq!(found.kind, Kind::Resolved);
    assert_eq!(
        found.place.expect("a place").label(),
        "Paris, Île-de-France, France"
    );
    assert_eq!(found.alternatives[0].label, "Paris, Texas, United States");
    assert!(found.alternatives.len() <= 6);
}

#[test]
fn of_places_of_one_name_the_one_that_books_tell_of_comes_first() {
    for (query, meant) in [
        ("Granada", "Granada, Andalusia, Spain"),
        ("Lancaster", "Lancaster, England, United Kingdom"),
        ("Princeton", "Princeton, New Jersey, United States"),
        ("Interlaken", "Interlaken, Bern, Switzerland"),
        ("Sparta", "Sparta, Peloponnese, Greece"),
        ("Canterbury", "Canterbury, England, United Kingdom"),
        ("St. Petersburg", "Saint Petersburg, St.-Petersburg, Russia"),
    ] {
        let found = resolve(query);
        assert_eq!(found.place.expect("a place").label(), meant);
        assert!(!found.alternatives.is_empty(), "{query}");
    }
}

#[test]
fn a_name_of_many_equals_is_ambiguous_with_labels_that_tell_them_apart() {
    let found = resolve("Springfield");

    assert_eq!(found.kind, Kind::Ambiguous);
    let mut labels: Vec<String> = found.alternatives.iter().map(|c| c.label.clone()).collect();
    labels.push(found.place.expect("a place").label());
    let count = labels.len();
    labels.sort();
    labels.dedup();
    assert_eq!(labels.len(), count);
    assert!(count >= 3);
}

#[test]
fn a_larger_place_once_called_so_does_not_hide_those_that_are() {
    let found = resolve("Adamstown");

    assert_eq!(found.place.expect("a place").label(), "Adamstown, Pitcairn");
    let mut choices = found.alternatives.iter().map(|choice| &choice.label);
    assert!(choices.any(|label| label.contains("Maryland")));
}

/// Returns what is offered instead of a guess.
#[track_caller]
fn offered(query: &str) -> Vec<String> {
    let found = resolve(query);
    assert_eq!(found.kind, Kind::Unknown, "{query}: {}", found.message);
    assert_eq!(found.place, None, "{query}");
    found.did_you_mean
}

#[test]
fn coordinates_are_the_place_they_lie_in() {
    resolves_to("48.85,2.35", "Paris, Île-de-France, France");
    resolves_to("48.8566° N, 2.3522° E", "Paris, Île-de-France, France");
    resolves_to("54.8019S 68.3030W", "Ushuaia, Tierra del Fuego, Argentina");
    resolves_to("48°51′24″N 2°21′8″E", "Paris, Île-de-France, France");
    resolves_to("geo:48.8566,2.3522", "Paris, Île-de-France, France");
}

#[test]
fn coordinates_that_cannot_be_are_no_name_either() {
    // Directions the wrong way round are not put right: who mixed them up may have meant either.
    for query in ["48.8566 E, 2.3522 N", "48.8566, 200", "48° 75′ N, 2° 21′ E"] {
        let found = resolve(query);

        assert_eq!((found.kind, found.place), (Kind::Invalid, None), "{query}");
        let says_why = found.message.starts_with("looks like coordinates, but ");
        assert!(
            says_why && found.did_you_mean.is_empty(),
            "{}",
            found.message
        );
    }
}

#[test]
fn names_with_numbers_and_single_letters_are_names() {
    for query in ["E 5", "11e arrondissement"] {
        let found = resolve(query);
        assert!(!matches!(found.matched, Match::Coordinates), "{query}");
    }
}

#[test]
fn behind_an_unknown_landmark_the_place_is_suggested() {
    for query in ["Eiffel Tower, Paris", "Eiffel Tower, Paris, France"] {
        let found = resolve(query);

        assert_eq!(found.kind, Kind::Unknown, "{query}");
        assert_eq!(
            found.did_you_mean[0], "Paris, Île-de-France, France",
            "{query}"
        );
    }
}

#[test]
fn coordinates_in_the_open_sea_are_no_place_and_it_is_said() {
    let found = resolve("-45, -130");

    assert_eq!(found.kind, Kind::Unknown);
    assert!(found.message.contains("far from every listed place"));
}

#[test]
fn a_slip_of_the_keys_is_forgiven() {
    resolves_to("Pariss", "Paris, Île-de-France, France");
    resolves_to("Ljublana", "Ljubljana, Slovenia");
    assert_eq!(resolve("Pariss").matched, Match::Fuzzy);
}

#[test]
fn a_slip_in_a_name_is_forgiven_where_no_other_is_meant() {
    resolves_to("Lodnon", "London, England, United Kingdom");
    resolves_to("Pairs, France", "Paris, Île-de-France, France");
    resolves_to("Pariss, Frnce", "Paris, Île-de-France, France");
    resolves_to("Pariss, Texas", "Paris, Texas, United States");
    resolves_to("Manchestr", "Manchester, England, United Kingdom");
    resolves_to("Los Ang", "Los Angeles, California, United States");
    resolves_to("Halstatt, Austria", "Hallstatt, Upper Austria, Austria");
    resolves_to("Bombey", "Mumbai, Maharashtra, India");
}

#[test]
fn a_slip_is_no_reason_to_take_a_lesser_place() {
    for (query, meant) in [
        ("Lundon, France", "London, England, United Kingdom"),
        ("Berlinn, Frnce", "Berlin, State of Berlin, Germany"),
        ("Berlin, Frnce", "Berlin, State of Berlin, Germany"),
        ("Neverland", "Nederland, Texas, United States"),
        ("Halstatt", "Hallstatt, Upper Austria, Austria"),
        ("Springfeild", "Springfield, Illinois, United States"),
        ("San Fran", "San Francisco, California, United States"),
    ] {
        assert_eq!(offered(query)[0], meant, "{query}");
    }
    for nowhere in ["Wakanda", "Mordor", "Westeros", "Rivendell", "Hogwarts"] {
        offered(nowhere);
    }
}

#[test]
fn a_name_of_another_time_or_tongue_hides_no_likelier_place() {
    assert!(!offered("Kirch").is_empty());
    assert_eq!(
        offered("Piry, France")[..2],
        [
            "Piré-sur-Seiche, Brittany, France",
            "Pirey, Bourgogne-Franche-Comté, France"
        ]
    );
    assert_eq!(
        offered("Edinborough")[0],
        "Edinboro, Pennsylvania, United States"
    );
}

#[test]
fn a_country_is_no_slip_of_the_keys_for_another() {
    for (query, meant) in [
        ("Vienna, Australia", "Vienna, Austria"),
        ("Sydney, Austria", "Sydney, New South Wales, Australia"),
        ("Basra, Iran", "Basrah, Basra, Iraq"),
        ("Pyongyang, South Korea", "Pyongyang, North Korea"),
    ] {
        assert_eq!(offered(query)[0], meant, "{query}");
    }
    resolves_to("Georgetown, Gyana", "Georgetown, Demerara-Mahaica, Guyana");
}

#[test]
fn a_country_or_region_with_a_slip_offers_places_in_it() {
    assert_eq!(offered("Frnace")[0], "Paris, Île-de-France, France");
    assert_eq!(offered("Bavria")[0], "Munich, Bavaria, Germany");
    resolves_to("Singapor", "Singapore");
}

#[test]
fn a_name_in_the_wrong_country_offers_those_who_bear_it() {
    let labels = offered("Paris, Japan");

    assert_eq!(
        labels[..2],
        [
            "Paris, Île-de-France, France",
            "Paris, Texas, United States"
        ]
    );
    assert!(
        labels.iter().all(|label| label.starts_with("Paris")),
        "{labels:?}"
    );
    assert_eq!(offered("Tokyo, France")[0], "Tokyo, Japan");
}

#[test]
fn names_in_other_languages_and_scripts_are_known() {
    for (query, name) in [
        ("München", "Munich"),
        ("Firenze", "Florence"),
        ("京都", "Kyoto"),
        ("Москва", "Moscow"),
        ("NYC", "New York City"),
        ("Saigon", "Ho Chi Minh City"),
        ("Constantinople", "Istanbul"),
    ] {
        let found = resolve(query);
        assert_eq!(found.place.expect(query).name, name, "{query}");
    }
}

#[test]
fn a_country_is_a_country_and_no_town_of_a_similar_name() {
    let found = resolve("France");

    assert_eq!(found.kind, Kind::Country);
    assert!(found.place.is_none());
    assert_eq!(found.alternatives[0].label, "Paris, Île-de-France, France");
}

#[test]
fn a_country_may_have_an_article_and_be_called_as_people_call_it() {
    for (query, country) in [
        ("the Philippines", "Philippines"),
        ("The USA", "United States"),
        ("The Gambia", "Gambia"),
        ("St. Lucia", "Saint Lucia"),
        (
            "St Vincent & the Grenadines",
            "Saint Vincent and the Grenadines",
        ),
        ("Bosnia", "Bosnia and Herzegovina"),
        ("Bosnia-Herzegovina", "Bosnia and Herzegovina"),
        ("Congo", "Democratic Republic of the Congo"),
    ] {
        let found = resolve(query);
        assert_eq!(found.kind, Kind::Country, "{query}: {}", found.message);
        let first = &found.alternatives[0].label;
        assert!(first.ends_with(country), "{query}: {first}");
    }
    for (query, understood) in [
        ("London, the UK", "London, England, United Kingdom"),
        (
            "Manila, the Philippines",
            "Manila, National Capital Region, Philippines",
        ),
        ("The Hague", "The Hague, South Holland, The Netherlands"),
        ("the Bronx", "The Bronx, New York, United States"),
        ("Brazzaville, Congo", "Brazzaville, Republic of the Congo"),
        // Slips of the keys rather than Hage in Germany and Bron in France with an article.
        ("The Hage", "The Hague, South Holland, The Netherlands"),
        ("the Bron", "The Bronx, New York, United States"),
    ] {
        let place = resolve(query).place;
        assert_eq!(place.expect(query).label(), understood, "{query}");
    }
    assert_eq!(resolve("the Azores").kind, Kind::Region);
    assert_ne!(resolve("the").kind, Kind::Country);
    for (query, elsewhere) in [
        ("Congo", "Brazzaville, Republic of the Congo"),
        ("Lebanon", "Lebanon, Pennsylvania, United States"),
    ] {
        let choices = resolve(query).alternatives;
        assert!(
            choices.iter().any(|choice| choice.label == elsewhere),
            "{query}: {choices:?}"
        );
    }
}

#[test]
fn a_region_is_a_region() {
    let found = resolve("Bavaria");

    assert_eq!(found.kind, Kind::Region);
    assert_eq!(found.alternatives[0].label, "Munich, Bavaria, Germany");
}

#[test]
fn a_region_is_meant_rather_than_a_lesser_town_elsewhere_which_is_offered() {
    let found = resolve("Bali");

    let labels: Vec<_> = found.alternatives.iter().map(|c| &c.label).collect();
    assert!(labels.iter().any(|label| label.contains("West Bengal")));
    for (query, largest) in [
        ("Bali", "Denpasar, Bali, Indonesia"),
        ("England", "London, England, United Kingdom"),
        ("California, USA", "Los Angeles, California, United States"),
        ("California USA", "Los Angeles, California, United States"),
        ("Tuscany", "Florence, Tuscany, Italy"),
        ("Wyoming", "Cheyenne, Wyoming, United States"),
        ("Delaware, USA", "Wilmington, Delaware, United States"),
        ("Virginia", "Virginia Beach, Virginia, United States"),
    ] {
        let found = resolve(query);
        assert_eq!(found.kind, Kind::Region, "{query}: {}", found.message);
        assert_eq!(found.alternatives[0].label, largest, "{query}");
    }
    resolves_to("Ontario, CA", "Ontario, California, United States");
    resolves_to("Bali, India", "Bāli, West Bengal, India");
    resolves_to("Ontario, California", "Ontario, California, United States");
    resolves_to(
        "Washington",
        "Washington, District of Columbia, United States",
    );
    resolves_to("New York", "New York City, New York, United States");
}

#[test]
fn an_unknown_name_is_never_guessed() {
    for query in [
        "Qwertyville",
        "Loch Ness",
        "",
        "   ",
        "🦀",
        ",,,",
        "zzzzzzzzzzzz",
    ] {
        let found = resolve(query);
        assert_eq!(found.kind, Kind::Unknown, "{query}: {}", found.message);
        assert!(found.place.is_none());
    }
    assert!(!resolve("Loch Ness").did_you_mean.is_empty());
}

#[test]
fn long_nonsense_is_refused_soon() {
    let started = std::time::Instant::now();
    resolve(&"a b ".repeat(2_500));
    assert!(started.elapsed().as_secs() < 5);
}
