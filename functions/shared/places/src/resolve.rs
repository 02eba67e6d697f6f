use crate::{
    coordinates,
    fold::fold,
    guess::{self, Guess, OWN_NAME},
    listed::{Listed, km_between},
    pack::{Country, PACK},
    place::Place,
    qualifier::qualifies,
    region::Region,
    resolution::{Choice, Kind, Match, Resolution},
};

/// Labels offered when nothing is found.
const MOST_SUGGESTIONS: usize = 5;
/// Of these, so many at most lie elsewhere than it was said.
const MOST_ELSEWHERE: usize = 3;
/// Answers shown beside the first.
pub(crate) const MOST_ALTERNATIVES: usize = 6;
/// A first place this much ahead of the second is the one meant; its score is logarithmic in people.
pub(crate) const CLEAR_LEAD: f64 = 1.6;
/// A place of this score, some thousand people where the name is its own, is meant rather than a region of its name
/// elsewhere, unless all the places there are clearly ahead of it: Bali is no town in West Bengal.
const KNOWN_SCORE: f64 = 11.0;
/// Score of a place that the books tell of: Granada is in Spain rather than in Nicaragua.
const IN_BOOKS: f64 = 2.0;
/// So many places elsewhere are offered beside the places in a country or region.
const MOST_NAMESAKES: usize = 2;
/// Coordinates farther than this from every listed place are of no place.
const FARTHEST_KM: f64 = 50.0;

/// Returns what a typed location means.
///
/// Tries coordinates, then names letter for letter, countries and regions among them, then
/// names a slip or two away, then beginnings of names. A country and a region may stand behind
/// the name, after a comma or not, and an article before it. What is not a name to the letter is
/// suggested, and taken only where it convinces.
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
    let mut guesses = Vec::new();
    for (at, reading) in readings.iter().enumerate() {
        let mut likely = guess::near(reading);
        if at == 0 {
            let begun = guess::beginning(reading).into_iter();
            likely.extend(begun.filter(|guess| guess.is_own_name && !guess.is_whole(reading)));
            guess::sort(&mut likely);
        }
        if guess::convinces(&likely, reading) {
            return guessed(likely, reading);
        }
        guesses.extend(likely);
    }
    region_behind_article(query)
        .unwrap_or_else(|| unknown(query, suggestions(query, &readings, guesses)))
}

/// One way to part what was typed into a name and what says where it is.
pub(crate) struct Reading {
    pub(crate) name: String,
    pub(crate) qualifiers: Vec<String>,
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

/// Finds `the Azores`. Of places only regions: `the rock` is none, though there is a Rock.
fn region_behind_article(query: &str) -> Option<Resolution> {
    let (first, rest) = query.split_once(' ')?;
    if !first.eq_ignore_ascii_case("the") {
        return None;
    }
    exact(&readings(rest)).filter(|found| found.kind == Kind::Region)
}

/// Tries names letter for letter.
fn exact(readings: &[Reading]) -> Option<Resolution> {
    for (at, reading) in readings.iter().enumerate() {
        let list = PACK.name_map.get(&reading.name);
        let hits = ranked(list.into_iter().flat_map(|list| PACK.list(list)), reading);
        if at == 0 && reading.qualifiers.is_empty() {
            let is_outshone = |country: &&Country| {
                hits.first()
                    .is_some_and(|hit| country.is_outshone(hit.place, hit.is_own_name))
            };
            if let Some(country) = Country::called(&reading.name).filter(|c| !is_outshone(c)) {
                return Some(country.answer(&reading.name, &hits));
            }
        }
        if let Some(region) = Region::called(reading).filter(|r| !r.is_outshone(&hits, reading)) {
            return Some(region.answer(&hits));
        }
        if !hits.is_empty() {
            return Some(answer(hits, reading, Match::Exact));
        }
    }
    None
}

/// A place that answers to a name, and how well.
#[derive(Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) place: Listed,
    pub(crate) score: f64,
    pub(crate) is_own_name: bool,
}

impl Hit {
    /// Whether people may mean it where there is a region of the name.
    pub(crate) fn is_known(&self) -> bool {
        self.score >= KNOWN_SCORE
    }
}

/// Orders places by how likely they are meant: the large, the capitals, those with it as their own name, and of
/// these the ones in books.
fn ranked(places: impl Iterator<Item = usize>, reading: &Reading) -> Vec<Hit> {
    let mut hits: Vec<Hit> = places
        .map(Listed)
        .filter(|place| reading.qualifiers.iter().all(|q| qualifies(q, *place)))
        .map(|place| {
            let is_own_name =
                fold(place.name()) == reading.name || is_seat_of(&reading.name, place);
            let own = match is_own_name {
                true if PACK.texts_of(place.0).is_some() => OWN_NAME + IN_BOOKS,
                true => OWN_NAME,
                false => 0.0,
            };
            Hit {
                place,
                score: prominence(place) + own,
                is_own_name,
            }
        })
        .collect();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.place.cmp(&b.place)));
    hits
}

/// Whether a place is the seat of a region of this name: Saint Petersburg of St.-Petersburg.
fn is_seat_of(region: &str, place: Listed) -> bool {
    let is_seat = place.seat_order().is_some_and(|order| order <= 1);
    is_seat && place.region().is_some_and(|name| fold(name) == region)
}

/// Returns how well known a place is: logarithmic in its people, more for a capital.
pub(crate) fn prominence(place: Listed) -> f64 {
    let office = match place.seat_order() {
        Some(0) => 3.0,
        Some(1) => 1.5,
        _ if place.is_section() => -2.0,
        _ => 0.0,
    };
    f64::from(place.people().unwrap_or(0) + 1).ln() + office
}

/// The answer of guesses of which the first that lies where it was said convinces.
fn guessed(guesses: Vec<Guess>, reading: &Reading) -> Resolution {
    let mut hits: Vec<Hit> = Vec::new();
    let mut matched = None;
    for guess in guesses.iter().filter(|guess| !guess.is_elsewhere()) {
        matched = matched.or(Some(guess.matched));
        if !hits.iter().any(|hit| hit.place == guess.place) {
            hits.push(Hit {
                place: guess.place,
                score: guess.score,
                is_own_name: guess.is_own_name,
            });
        }
    }
    answer(hits, reading, matched.unwrap_or(Match::Nothing))
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
                "several places are called {}; the best known is {label}",
                first.place.name()
            )
        },
    }
}

/// The list has some places twice, as town and as ward: not a choice for anyone.
pub(crate) fn is_twin(a: Listed, b: Listed) -> bool {
    a.name() == b.name() && a.km_to(b) < 15.0 || (a.is_section() && a.km_to(b) < 25.0)
}

/// Answers whoever asked for a country or region with places in it, and a few elsewhere that the name may mean, too.
pub(crate) fn area(
    kind: Kind,
    mut places: Vec<Listed>,
    mut elsewhere: Vec<Listed>,
    message: String,
) -> Resolution {
    elsewhere.truncate(MOST_NAMESAKES);
    places.truncate(MOST_ALTERNATIVES - elsewhere.len());
    places.extend(elsewhere);
    Resolution {
        kind,
        matched: Match::Exact,
        confidence: 1.0,
        place: None,
        alternatives: choices(places),
        did_you_mean: Vec::new(),
        message,
    }
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

/// Labels of the places that may be meant, likeliest first.
fn suggestions(query: &str, readings: &[Reading], mut guesses: Vec<Guess>) -> Vec<String> {
    guess::sort(&mut guesses);
    let mut labels = Labels(whereabouts(query));
    if let [reading] = readings
        && reading.qualifiers.is_empty()
        && let Some(area) = area_near(&reading.name)
    {
        labels.add(some_of(area));
    }
    let (elsewhere, there): (Vec<Guess>, Vec<Guess>) = guesses
        .into_iter()
        .filter(|guess| !guess.place.is_section())
        .partition(Guess::is_elsewhere);
    let mut likeliest: Vec<Guess> = elsewhere.into_iter().take(MOST_ELSEWHERE).collect();
    likeliest.extend(there);
    guess::sort(&mut likeliest);
    labels.add(likeliest.iter().map(|guess| guess.place.to_place().label()));
    if labels.0.len() < MOST_SUGGESTIONS / 2 + 1 {
        labels.add(begun_alike(readings).into_iter());
    }
    labels.0.truncate(MOST_SUGGESTIONS);
    labels.0
}

/// The country, or else the region, whose name is nearest.
fn area_near(name: &str) -> Option<Resolution> {
    if let Some((country, _)) = Country::near(name) {
        return Some(country.answer(name, &[]));
    }
    let region = Region::called(&Reading {
        name: guess::region_near(name)?,
        qualifiers: Vec::new(),
    })?;
    Some(region.answer(&[]))
}

/// Labels of the first places of a country or region.
fn some_of(area: Resolution) -> impl Iterator<Item = String> {
    let choices = area.alternatives.into_iter().take(MOST_ELSEWHERE);
    choices.map(|choice| choice.label)
}

/// Labels, none of them twice.
struct Labels(Vec<String>);

impl Labels {
    fn add(&mut self, labels: impl Iterator<Item = String>) {
        for label in labels {
            if !self.0.contains(&label) {
                self.0.push(label);
            }
        }
    }
}

/// Labels of places whose name, their own if possible, shares the longest beginning with what was typed.
fn begun_alike(readings: &[Reading]) -> Vec<String> {
    let Some(name) = readings.first().map(|reading| &reading.name) else {
        return Vec::new();
    };
    let letters: Vec<char> = name.chars().take(guess::LONGEST).collect();
    let words = name
        .split(' ')
        .filter(|word| word.chars().count() >= guess::SHORTEST)
        .map(str::to_owned);
    let beginnings = (guess::SHORTEST..letters.len())
        .rev()
        .map(|end| letters[..end].iter().collect::<String>());
    let mut labels = Labels(Vec::new());
    for name in words.chain(beginnings) {
        let mut begun = guess::beginning(&Reading {
            name,
            qualifiers: Vec::new(),
        });
        begun.retain(|guess| !guess.place.is_section());
        let has_own = begun.iter().any(|guess| guess.is_own_name);
        let begun = begun.iter().filter(|guess| guess.is_own_name || !has_own);
        labels.add(begun.take(3).map(|guess| guess.place.to_place().label()));
        if labels.0.len() >= 3 {
            break;
        }
    }
    labels.0
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
