use std::collections::HashMap;

use fst::{
    Automaton, IntoStreamer, Streamer,
    automaton::{Levenshtein, Str},
};

use crate::{
    coordinates,
    fold::fold,
    listed::{Listed, km_between},
    pack::{COUNTRIES, Country, PACK},
    place::Place,
    qualifier::qualifies,
    resolution::{Choice, Kind, Match, Resolution},
};

/// Labels offered when nothing is found.
const MOST_SUGGESTIONS: usize = 5;
/// Answers shown beside the first.
const MOST_ALTERNATIVES: usize = 6;
/// A first place this much ahead of the second is the one meant; its score is logarithmic in people.
const CLEAR_LEAD: f64 = 1.6;
/// A place of this score, some ten thousand people, is meant rather than a region of its name.
const KNOWN_SCORE: f64 = 11.0;
/// Coordinates farther than this from every listed place are of no place.
const FARTHEST_KM: f64 = 50.0;
/// Longer input is no name; the search for near names is not tried on it.
const LONGEST_FUZZY: usize = 40;
/// Prefixes shared by more names than this are not searched to the end.
const MOST_PREFIXED: usize = 2_000;

/// Returns what a typed location means.
///
/// Tries coordinates, then names letter for letter, countries and regions among them, then
/// names one and two letters away, then beginnings of names. A country and a region may stand
/// behind the name, after a comma or not.
pub fn resolve(query: &str) -> Resolution {
    let query = query.trim();
    match coordinates::read(query) {
        Some(Ok((lat, lon))) => return nearest(lat, lon),
        Some(Err(why)) => return no_point(query, &why),
        None => {}
    }
    let readings = readings(query);
    if let Some(found) = exact(&readings) {
        return found;
    }
    for reading in &readings {
        for distance in [1, 2] {
            let hits = near(reading, distance);
            if !hits.is_empty() {
                return answer(hits, reading, Match::Fuzzy);
            }
        }
    }
    for reading in readings.iter().take(1) {
        let hits = beginning(reading);
        if !hits.is_empty() {
            return answer(hits, reading, Match::Prefix);
        }
    }
    let mut labels = whereabouts(query);
    for label in suggestions(&readings) {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels.truncate(MOST_SUGGESTIONS);
    unknown(query, labels)
}

/// One way to part what was typed into a name and what says where it is.
struct Reading {
    name: String,
    qualifiers: Vec<String>,
}

fn readings(query: &str) -> Vec<Reading> {
    let parts: Vec<&str> = query.split(',').map(str::trim).collect();
    let qualifiers = |parts: &[&str]| {
        parts
            .iter()
            .map(|part| fold(part))
            .filter(|part| !part.is_empty())
            .collect()
    };
    let mut readings = vec![Reading {
        name: fold(parts[0]),
        qualifiers: qualifiers(&parts[1..]),
    }];
    let words: Vec<&str> = query.split_whitespace().collect();
    if parts.len() == 1 && words.len() <= 8 {
        readings.extend((1..words.len()).rev().map(|at| Reading {
            name: fold(&words[..at].join(" ")),
            qualifiers: vec![fold(&words[at..].join(" "))],
        }));
    }
    readings.retain(|reading| !reading.name.is_empty());
    readings
}

/// Tries names letter for letter.
fn exact(readings: &[Reading]) -> Option<Resolution> {
    for (at, reading) in readings.iter().enumerate() {
        let hits: HashMap<usize, u32> = match PACK.name_map.get(&reading.name) {
            Some(list) => PACK.list(list).map(|place| (place, 0)).collect(),
            None => HashMap::new(),
        };
        let hits = ranked(hits, reading);
        if at == 0 && reading.qualifiers.is_empty() {
            if let Some(country) = country_called(&reading.name).filter(|c| !outshines(&hits, c)) {
                return Some(country_answer(country));
            }
            let is_known_place = hits.first().is_some_and(|hit| hit.score >= KNOWN_SCORE);
            if !is_known_place && let Some(region) = region_called(reading) {
                return Some(region);
            }
        }
        if !hits.is_empty() {
            return Some(answer(hits, reading, Match::Exact));
        }
        if at == 0
            && let Some(region) = region_called(reading)
        {
            return Some(region);
        }
    }
    None
}

/// Whether a place is better known by the name than the country: Singapore, Luxembourg, Monaco.
fn outshines(hits: &[Hit], country: &Country) -> bool {
    hits.first().is_some_and(|hit| {
        hit.place.is_capital() && hit.place.country_code() == country.code && hit.is_own_name
    })
}

fn country_called(name: &str) -> Option<&'static Country> {
    COUNTRIES
        .iter()
        .find(|country| country.aliases.iter().any(|alias| alias == name))
}

fn region_called(reading: &Reading) -> Option<Resolution> {
    if reading.name.len() < 4 {
        return None;
    }
    let numbers: Vec<usize> = PACK
        .region_names
        .iter()
        .enumerate()
        .filter(|(_, name)| fold(name) == reading.name)
        .map(|(at, _)| at)
        .collect();
    let mut places: Vec<Listed> = Listed::all()
        .filter(|place| {
            place
                .region_number()
                .is_some_and(|n| numbers.contains(&(n as usize)))
        })
        .filter(|place| reading.qualifiers.iter().all(|q| qualifies(q, *place)))
        .filter(|place| !place.is_section())
        .take(MOST_ALTERNATIVES)
        .collect();
    let first = *places.first()?;
    places.retain(|place| place.region_number() == first.region_number());
    let name = first.region()?;
    let country = &first.country().name;
    Some(Resolution {
        kind: Kind::Region,
        matched: Match::Exact,
        confidence: 1.0,
        place: None,
        alternatives: choices(places),
        did_you_mean: Vec::new(),
        message: format!("{name} is a region of {country}; choose a place in it"),
    })
}

fn country_answer(country: &'static Country) -> Resolution {
    let mut places: Vec<Listed> = Listed::all()
        .filter(|place| place.country_code() == country.code && !place.is_section())
        .take(MOST_ALTERNATIVES + 1)
        .collect();
    places.sort_by_key(|place| !place.is_capital());
    Resolution {
        kind: Kind::Country,
        matched: Match::Exact,
        confidence: 1.0,
        place: None,
        alternatives: choices(places),
        did_you_mean: Vec::new(),
        message: format!("{} is a country; choose a place in it", country.name),
    }
}

/// A place that answers to a name, and how well.
#[derive(Clone, Copy)]
struct Hit {
    place: Listed,
    score: f64,
    is_own_name: bool,
}

/// Orders places by how likely they are meant: the large, the capitals, those with it as their own name.
fn ranked(places: HashMap<usize, u32>, reading: &Reading) -> Vec<Hit> {
    let mut hits: Vec<Hit> = places
        .into_iter()
        .map(|(place, distance)| (Listed(place), distance))
        .filter(|(place, _)| reading.qualifiers.iter().all(|q| qualifies(q, *place)))
        .map(|(place, distance)| {
            let is_own_name = fold(place.name()) == reading.name;
            let office = match place.seat_order() {
                Some(0) => 3.0,
                Some(1) => 1.5,
                _ if place.is_section() => -2.0,
                _ => 0.0,
            };
            let people = f64::from(place.people().unwrap_or(0) + 1).ln();
            let own = if is_own_name { 4.0 } else { 0.0 };
            Hit {
                place,
                score: people + office + own - 4.0 * f64::from(distance),
                is_own_name,
            }
        })
        .collect();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.place.cmp(&b.place)));
    hits
}

/// Places with a name a few letters away.
fn near(reading: &Reading, distance: u32) -> Vec<Hit> {
    let length = reading.name.chars().count();
    if length < 4 || (distance == 2 && length < 7) || length > LONGEST_FUZZY {
        return Vec::new();
    }
    let Ok(automaton) = Levenshtein::new(&reading.name, distance) else {
        return Vec::new();
    };
    let mut hits = HashMap::new();
    let mut names = PACK.name_map.search(automaton).into_stream();
    while let Some((_, list)) = names.next() {
        hits.extend(PACK.list(list).map(|place| (place, distance)));
    }
    ranked(hits, reading)
}

fn beginning(reading: &Reading) -> Vec<Hit> {
    if reading.name.chars().count() < 4 {
        return Vec::new();
    }
    let automaton = Str::new(&reading.name).starts_with();
    let mut hits = HashMap::new();
    let mut names = PACK.name_map.search(automaton).into_stream();
    let mut seen = 0;
    while let Some((_, list)) = names.next().filter(|_| seen < MOST_PREFIXED) {
        hits.extend(PACK.list(list).map(|place| (place, 2)));
        seen += 1;
    }
    ranked(hits, reading)
}

/// Decides between one place and several.
fn answer(hits: Vec<Hit>, reading: &Reading, matched: Match) -> Resolution {
    let first = hits[0];
    let rivals: Vec<Hit> = hits[1..]
        .iter()
        .filter(|hit| !is_twin(hit.place, first.place))
        .copied()
        .collect();
    let lead = rivals
        .first()
        .map_or(f64::INFINITY, |hit| first.score - hit.score);
    // A qualifier says where: what is left is a matter of size, and told as an alternative.
    let is_clear = lead >= CLEAR_LEAD || !reading.qualifiers.is_empty() || first.place.is_capital();
    let certainty = if matched == Match::Exact { 1.0 } else { 0.75 };
    let confidence = certainty * (1.0 - 0.5 * (-lead.max(0.0)).exp()) as f32;
    let label = first.place.to_place().label();
    Resolution {
        kind: if is_clear {
            Kind::Resolved
        } else {
            Kind::Ambiguous
        },
        matched,
        confidence,
        place: Some(first.place.to_place()),
        alternatives: choices(
            rivals
                .iter()
                .map(|hit| hit.place)
                .take(MOST_ALTERNATIVES)
                .collect(),
        ),
        did_you_mean: if matched == Match::Exact {
            Vec::new()
        } else {
            vec![label.clone()]
        },
        message: if is_clear {
            format!("understood as {label}")
        } else {
            format!(
                "several places are called {}; the largest is {label}",
                first.place.name()
            )
        },
    }
}

/// The list has some places twice, as town and as ward: not a choice for anyone.
fn is_twin(a: Listed, b: Listed) -> bool {
    a.name() == b.name() && a.km_to(b) < 15.0 || (a.is_section() && a.km_to(b) < 25.0)
}

/// Labels places so that no two share a label.
fn choices(places: Vec<Listed>) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for place in places.into_iter().map(Listed::to_place) {
        let is_taken = |label: &String| choices.iter().any(|choice| choice.label == *label);
        let coordinates = format!("{:.2}, {:.2}", place.lat_deg, place.lon_deg);
        let labels = [place.label(), place.long_label(), coordinates];
        if let Some(label) = labels.into_iter().find(|label| !is_taken(label)) {
            choices.push(Choice { label, place });
        }
    }
    choices.truncate(MOST_ALTERNATIVES);
    choices
}

fn nearest(lat: f64, lon: f64) -> Resolution {
    let mut near: Vec<(f64, Listed)> = Listed::all()
        .map(|place| {
            (
                km_between((lat, lon), (place.lat_deg(), place.lon_deg())),
                place,
            )
        })
        .collect();
    // A city is meant rather than the ward whose middle is a little nearer.
    let weight = |(km, place): &(f64, Listed)| {
        let people = f64::from(place.people().unwrap_or(0));
        km + if place.is_section() { 20.0 } else { 0.0 } - (people.sqrt() * 0.004).min(6.0)
    };
    let kept = near.len().min(2_000);
    near.select_nth_unstable_by(kept - 1, |a, b| a.0.total_cmp(&b.0));
    near.truncate(kept);
    near.sort_by(|a, b| weight(a).total_cmp(&weight(b)));
    let (km, first) = near[0];
    let others: Vec<Listed> = near[1..]
        .iter()
        .map(|near| near.1)
        .filter(|p| !p.is_section())
        .take(5)
        .collect();
    let label = first.to_place().label();
    let is_near = km <= FARTHEST_KM;
    Resolution {
        kind: if is_near {
            Kind::Resolved
        } else {
            Kind::Unknown
        },
        matched: Match::Coordinates,
        confidence: (1.0 - km / FARTHEST_KM).max(0.0) as f32,
        place: is_near.then(|| first.to_place()),
        alternatives: if is_near {
            choices(others)
        } else {
            choices(vec![first])
        },
        did_you_mean: if is_near {
            Vec::new()
        } else {
            vec![label.clone()]
        },
        message: if is_near {
            format!("understood as {label}, {km:.0} km from the coordinates")
        } else {
            format!(
                "these coordinates are far from every listed place; the nearest is {label}, {km:.0} km away"
            )
        },
    }
}

fn no_point(query: &str, why: &str) -> Resolution {
    Resolution {
        kind: Kind::Invalid,
        matched: Match::Coordinates,
        message: format!("looks like coordinates, but {why}"),
        ..unknown(query, Vec::new())
    }
}

fn unknown(query: &str, did_you_mean: Vec<String>) -> Resolution {
    let shown: String = query.chars().take(80).collect();
    Resolution {
        kind: Kind::Unknown,
        matched: Match::Nothing,
        confidence: 0.0,
        place: None,
        alternatives: Vec::new(),
        did_you_mean,
        message: format!("no place called {shown:?} is listed"),
    }
}

/// Labels of places whose name shares the longest beginning with what was typed.
fn suggestions(readings: &[Reading]) -> Vec<String> {
    let Some(name) = readings.first().map(|reading| &reading.name) else {
        return Vec::new();
    };
    let letters: Vec<char> = name.chars().take(LONGEST_FUZZY).collect();
    let words = name
        .split(' ')
        .filter(|word| word.chars().count() >= 4)
        .map(str::to_owned);
    let beginnings = (4..letters.len())
        .rev()
        .map(|end| letters[..end].iter().collect::<String>());
    let mut labels: Vec<String> = Vec::new();
    for name in words.chain(beginnings) {
        let reading = Reading {
            name,
            qualifiers: Vec::new(),
        };
        for hit in beginning(&reading).into_iter().take(3) {
            let label = hit.place.to_place().label();
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        if labels.len() >= 3 {
            break;
        }
    }
    labels
}

/// The place that stands behind what is none: Paris for `Eiffel Tower, Paris` and `Louvre, Paris, France`.
fn whereabouts(query: &str) -> Vec<String> {
    let Some((_, behind)) = query.split_once(',') else {
        return Vec::new();
    };
    let found = exact(&readings(behind.trim()));
    let place = found.and_then(|found| found.place);
    place.iter().map(Place::label).collect()
}
