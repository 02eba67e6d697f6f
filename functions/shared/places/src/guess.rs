use std::collections::HashMap;

use fst::{
    Automaton, IntoStreamer, Streamer,
    automaton::{Levenshtein, Str},
};

use crate::{
    fold::fold,
    listed::Listed,
    pack::{Country, PACK},
    qualifier,
    resolution::Match,
    resolve::{CLEAR_LEAD, Reading, is_twin, prominence},
};

/// A guess of this score is believed: a city of 200,000 people with one of seven letters wrong.
const BELIEVED: f64 = 12.0;
/// What a name loses when all its letters are wrong, in the measure of [`prominence`].
const ALL_WRONG: f64 = 28.0;
/// What a place loses that lies elsewhere than it was said: hands slip more often than memory.
const ELSEWHERE: f64 = 4.0;
/// Score of the name that a place goes by itself, over those of other times and languages.
pub(crate) const OWN_NAME: f64 = 4.0;
/// In a name, at most one letter in so many is wrong where the place need not be well known.
const LETTERS_PER_SLIP: usize = 5;
/// Longer input is no name; the search for near names is not tried on it.
pub(crate) const LONGEST: usize = 40;
/// Shorter input is near to too many names.
pub(crate) const SHORTEST: usize = 4;
/// Prefixes shared by more names than this are not searched to the end.
const MOST_PREFIXED: usize = 2_000;

/// A place that may be meant by what is not quite its name.
#[derive(Clone)]
pub(crate) struct Guess {
    pub(crate) place: Listed,
    pub(crate) score: f64,
    pub(crate) is_own_name: bool,
    /// As a name a slip or two away, or the beginning of one.
    pub(crate) matched: Match,
    /// The name on record.
    name: String,
    slips: usize,
    /// Slips in what is said of where; `None` for a place elsewhere.
    slips_of_where: Option<usize>,
}

impl Guess {
    fn new(place: usize, name: &str, slips: usize, reading: &Reading, matched: Match) -> Self {
        let place = Listed(place);
        let own_name = fold(place.name());
        // Frankfurt is Frankfurt am Main, New York is New York City.
        let is_own_name = own_name
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        let slips_of_where: Option<usize> = reading
            .qualifiers
            .iter()
            .map(|qualifier| qualifier::slips(qualifier, place))
            .sum();
        let own = if is_own_name { OWN_NAME } else { 0.0 };
        let wrong = (slips + slips_of_where.unwrap_or(0)) as f64;
        let elsewhere = slips_of_where.map_or(ELSEWHERE, |_| 0.0);
        let letters = reading.name.chars().count() as f64;
        Self {
            place,
            score: prominence(place) + own - elsewhere - ALL_WRONG * wrong / letters,
            is_own_name,
            matched,
            name: name.to_owned(),
            slips,
            slips_of_where,
        }
    }

    /// Whether nothing is wrong with the name, or lacking.
    pub(crate) fn is_whole(&self, reading: &Reading) -> bool {
        self.name == reading.name
    }

    pub(crate) fn is_elsewhere(&self) -> bool {
        self.slips_of_where.is_none()
    }
}

/// Returns places with a name a slip or two away, wherever they lie, likeliest first.
///
/// A letter too many, too few or wrong is a slip, and two that changed places are one.
pub(crate) fn near(reading: &Reading) -> Vec<Guess> {
    let letters = reading.name.chars().count();
    if !(SHORTEST..=LONGEST).contains(&letters) {
        return Vec::new();
    }
    let Ok(automaton) = Levenshtein::new(&reading.name, 2) else {
        return Vec::new();
    };
    let most = if letters < 7 { 1 } else { 2 };
    let slips = |name: &str| {
        let slips = strsim::damerau_levenshtein(name, &reading.name);
        // Hands seldom slip on the first letter: whoever typed Bondon hardly meant London.
        let is_other_letter = name.chars().next() != reading.name.chars().next();
        let seldom = if is_other_letter { 2 } else { 0 };
        (slips <= most).then_some(slips + seldom)
    };
    guesses(automaton, reading, Match::Fuzzy, slips)
}

/// Returns places with a name that begins like this, wherever they lie, likeliest first.
pub(crate) fn beginning(reading: &Reading) -> Vec<Guess> {
    if reading.name.chars().count() < SHORTEST {
        return Vec::new();
    }
    let automaton = Str::new(&reading.name).starts_with();
    guesses(automaton, reading, Match::Prefix, |_| Some(1))
}

fn guesses(
    names: impl Automaton,
    reading: &Reading,
    matched: Match,
    slips: impl Fn(&str) -> Option<usize>,
) -> Vec<Guess> {
    let mut best: HashMap<usize, Guess> = HashMap::new();
    let mut names = PACK.name_map.search(names).into_stream();
    let mut seen = 0;
    while let Some((name, list)) = names.next().filter(|_| seen < MOST_PREFIXED) {
        let name = String::from_utf8_lossy(name);
        let Some(slips) = slips(&name) else { continue };
        seen += 1;
        for place in PACK.list(list) {
            let guess = Guess::new(place, &name, slips, reading, matched);
            let is_likely = guess.is_own_name || is_likely_alias(&name, slips);
            let is_best = best
                .get(&place)
                .is_none_or(|known| known.score < guess.score);
            if is_likely && is_best {
                best.insert(place, guess);
            }
        }
    }
    let mut guesses: Vec<Guess> = best.into_values().collect();
    sort(&mut guesses);
    guesses
}

/// Large places have a hundred names in all languages and codes besides: something is always near.
fn is_likely_alias(name: &str, slips: usize) -> bool {
    slips <= 1 && name.chars().count() >= SHORTEST
}

pub(crate) fn sort(guesses: &mut [Guess]) {
    guesses.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.place.cmp(&b.place)));
}

/// Whether the best guess at a place where it was said is convincingly the one meant.
///
/// It is when the place is well known for so many slips, or when it was said to the letter where it
/// lies and the name is its own but for a slip, and when no other name comes near it, wherever.
pub(crate) fn convinces(guesses: &[Guess], reading: &Reading) -> bool {
    let Some(first) = guesses.iter().find(|guess| !guess.is_elsewhere()) else {
        return false;
    };
    let says_where = !reading.qualifiers.is_empty();
    let lies_as_said = says_where && first.slips_of_where == Some(0);
    let is_known = first.score
        >= if lies_as_said {
            BELIEVED - ELSEWHERE
        } else {
            BELIEVED
        };
    let is_found_there = lies_as_said
        && first.is_own_name
        && first.slips * LETTERS_PER_SLIP <= reading.name.chars().count();
    let is_rivalled = guesses
        .iter()
        // Once it is said where, places of the same name are told apart.
        .filter(|guess| !says_where || guess.name != first.name)
        .filter(|guess| guess.place != first.place && !is_twin(guess.place, first.place))
        .any(|guess| first.score - guess.score < CLEAR_LEAD);
    let is_whole_own_name = fold(first.place.name()) == first.name;
    let is_country = !says_where
        && Country::near(&reading.name).is_some_and(|(country, slips)| {
            slips <= first.slips && !country.is_outshone(first.place, is_whole_own_name)
        });
    (is_known || is_found_there) && !is_rivalled && !is_country
}

/// Returns the folded name of the region whose name is nearest.
pub(crate) fn region_near(name: &str) -> Option<String> {
    PACK.region_names
        .iter()
        .filter_map(|region| {
            let region = fold(region);
            qualifier::slips_from(&region, name).map(|slips| (slips, region))
        })
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, region)| region)
}
