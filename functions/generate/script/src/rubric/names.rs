//! Names and strong words: what a sentence may say only when a fact has it.

use std::{collections::HashSet, sync::OnceLock};

use super::{
    Heard,
    evidence::Evidence,
    is_capitalised,
    reading::{self, fold},
};
use crate::{Sentence, Support, moves, phrases, skeleton};

/// Names in a sentence that neither its facts nor what was heard hold.
pub(super) fn unsupported_names(
    sentence: &Sentence,
    evidence: &Evidence,
    heard: &Heard,
) -> Vec<String> {
    let uncited = !matches!(sentence.support, Support::Facts(_));
    let mut out = Vec::new();
    let mut starts = true;
    for chunk in sentence.text.split_whitespace() {
        for word in reading::words(chunk) {
            let folded = fold(word);
            let base = folded.strip_suffix("'s").unwrap_or(&folded).to_owned();
            let parts = || base.split(['-', '\'']);
            let is_known = |w: &str| {
                heard.known.contains(w) || uncited && heard.names.contains(w) || FREE.contains(&w)
            };
            let is_there = |w: &str| {
                evidence.words.contains(w) || evidence.words.contains(w.trim_end_matches('s'))
            };
            let is_fine = is_known(&base)
                || is_there(&base)
                || is_known(&folded)
                || parts()
                    .all(|p| p.len() < 2 || is_there(p) || is_known(p) || vocabulary().contains(p))
                    && (starts || parts().all(|p| is_there(p) || is_known(p)));
            if is_capitalised(word)
                && !is_fine
                && !(starts
                    && (vocabulary().contains(&base) || parts().all(reading::is_number_word)))
            {
                out.push(format!("name {word}"));
            }
            starts = false;
        }
        starts |= chunk.ends_with(['.', '?', '!', ':']);
    }
    out
}

/// Capitalised words that claim nothing.
const FREE: &[&str] = &[
    "i",
    "bc",
    "ad",
    "earth",
    "geonames",
    "wordnet",
    "factbook",
    "world",
    "heritage",
    "geiger",
    "koppen",
    "latin",
    "american",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "greenwich",
];

/// The lower-case words of all skeletons: what a sentence may begin with.
fn vocabulary() -> &'static HashSet<String> {
    static WORDS: OnceLock<HashSet<String>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let bank = moves::all()
            .chain(moves::hooks())
            .flat_map(|m| m.skeletons.iter().copied())
            .chain(phrases::all());
        let mut words = HashSet::new();
        for line in bank
            .flat_map(|said| skeleton::spins(said).collect::<Vec<_>>())
            .flat_map(|said| said.lines().map(str::to_owned).collect::<Vec<_>>())
        {
            let spoken = line
                .trim()
                .trim_start_matches("H: ")
                .trim_start_matches("A: ");
            let sentences = spoken.split(['[', ']']).flat_map(skeleton::sentences);
            for said in sentences.filter(|s| !s.starts_with('{')) {
                words.extend(
                    reading::words(said)
                        .iter()
                        .enumerate()
                        .filter(|(at, w)| *at == 0 || !is_capitalised(w))
                        .map(|(_, w)| fold(w)),
                );
            }
        }
        words
    })
}

/// Words that claim an extreme, and what in the facts allows them.
const STRONG: &[(&str, &[&str])] = &[
    ("largest", &["largest", "rank 1 ", "biggest"]),
    ("biggest", &["largest", "rank 1 ", "biggest"]),
    ("smallest", &["smallest"]),
    ("highest", &["highest"]),
    ("tallest", &["tallest"]),
    ("lowest", &["lowest"]),
    ("nearest", &["nearest", "neighbour"]),
    ("closest", &["nearest", "closest", "neighbour"]),
    ("oldest", &["oldest"]),
    ("newest", &["newest"]),
    ("northernmost", &["northernmost"]),
    ("southernmost", &["southernmost"]),
    ("nobody", &["no other", "nobody"]),
    ("only", &["only", "no other", "all that remains"]),
    ("unique", &["no other", "unique"]),
    ("never", &["never"]),
    ("always", &["always"]),
    ("every", &["every", "all "]),
    ("most", &["most"]),
    ("best", &["best"]),
    ("longest", &["longest"]),
    ("shortest", &["shortest"]),
    ("richest", &["wealthiest", "richest"]),
    ("famous", &["famous", "well-known", "noted"]),
    ("first", &["rank 1 ", "first", "no other"]),
    ("last", &["last", "southernmost", "no other"]),
    ("nothing", &["tallest", "rank 1 ", "largest", "nothing"]),
];

pub(super) fn unlicensed(text: &str, evidence: &Evidence) -> Vec<String> {
    let said: HashSet<String> = reading::words(text).into_iter().map(fold).collect();
    STRONG
        .iter()
        .filter(|(word, licences)| {
            said.contains(*word)
                && !licences
                    .iter()
                    .any(|licence| evidence.text.contains(licence))
        })
        .map(|(word, _)| format!("strong word \"{word}\""))
        .collect()
}
