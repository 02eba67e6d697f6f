//! Checks a script without a listener: every sentence against its facts, and the shape of the whole.
//!
//! What it cannot see is a true fact cited for the wrong relation; typed skeletons are for that.

mod duration;
mod evidence;
mod names;
pub mod overlap;
mod proven;
pub mod reading;
mod shape;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use places::{Fact, Subject};
use podcast::{Length, PodcastType};

use crate::{Script, Sentence, Support};
pub use duration::{
    SECONDS_PER_CHAPTER, SECONDS_PER_QUESTION, SECONDS_PER_TURN, WORDS_PER_MINUTE, seconds,
};
use evidence::{Evidence, numbers};
use names::{unlicensed, unsupported_names};
use reading::{Kind, fold};

/// One measure of a script.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What is measured.
    pub name: &'static str,
    /// What was found.
    pub value: String,
    /// What is wanted.
    pub target: &'static str,
    /// Whether it is met.
    pub ok: bool,
}

/// A sentence and what its facts do not support.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// The sentence.
    pub sentence: String,
    /// The number, name or word without support.
    pub problem: String,
}

/// All measures of one script.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The eighteen checks.
    pub checks: Vec<Check>,
    /// Every unsupported sentence.
    pub unsupported: Vec<Unsupported>,
}

impl Report {
    /// The checks that failed.
    pub fn failures(&self) -> Vec<&Check> {
        self.checks.iter().filter(|check| !check.ok).collect()
    }
}

/// What was asked for, where the rubric depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The way facts are chosen.
    pub podcast_type: PodcastType,
    /// How long it should be.
    pub length: Length,
}

/// Checks a script as a base episode of whatever length it has.
pub fn check(script: &Script) -> Report {
    report(script, None)
}

/// Checks a script against what was asked for.
pub fn check_as(script: &Script, asked: Asked) -> Report {
    report(script, Some(asked))
}

fn report(script: &Script, asked: Option<Asked>) -> Report {
    let unsupported = unsupported(script);
    let mut checks = shape::checks(script, asked);
    checks.insert(
        0,
        Check {
            name: "unsupported sentences",
            value: unsupported.len().to_string(),
            target: "0",
            ok: unsupported.is_empty(),
        },
    );
    Report {
        checks,
        unsupported,
    }
}

/// Every sentence of the script that its facts do not carry.
pub fn unsupported(script: &Script) -> Vec<Unsupported> {
    let facts: HashMap<&str, &Fact> = script
        .facts
        .iter()
        .map(|fact| (fact.id.as_str(), fact))
        .collect();
    let mut heard = Heard::new([
        script.title.split(": ").next().unwrap_or_default(),
        &script.description,
    ]);
    let mut out = Vec::new();
    let written = script
        .facts
        .iter()
        .find(|fact| fact.subject == Subject::Place && crate::ledger::is_text(&fact.datum));
    for sentence in script
        .chapters
        .iter()
        .flat_map(|c| &c.turns)
        .flat_map(|t| &t.sentences)
    {
        let mut problems = problems(sentence, &facts, &heard);
        // An absence is recounted: what a book says of the place elsewhere in the script refutes it.
        if let (Support::Absence(what), Some(fact)) = (&sentence.support, written) {
            problems.push(format!("{what}, and yet {}", fact.id));
        }
        out.extend(problems.into_iter().map(|problem| Unsupported {
            sentence: sentence.text.clone(),
            problem,
        }));
        heard.listen(sentence);
    }
    out
}

/// Names and numbers already said with support, which a question may take up again.
#[derive(Debug, Default, Clone)]
pub struct Heard {
    names: HashSet<String>,
    known: HashSet<String>,
    /// Known names that would be read as numbers: there are villages called Eighty-eight.
    numerals: Vec<String>,
    numbers: Vec<f64>,
}

impl Heard {
    /// Starts with the names everyone knows: the place and its country.
    pub fn new<'a>(known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let numerals = known
            .iter()
            .filter(|text| !text.is_empty() && reading::count(text) > 0)
            .map(|text| (*text).to_owned())
            .collect();
        let known = known
            .into_iter()
            .flat_map(|text| reading::words(text).into_iter().map(fold))
            .flat_map(|w| {
                w.split(['-', '\''])
                    .map(str::to_owned)
                    .chain([w.clone()])
                    .collect::<Vec<_>>()
            })
            .collect();
        Self {
            known,
            numerals,
            ..Self::default()
        }
    }

    /// Returns a text to read numbers from: without the names that are no numbers.
    pub(crate) fn unnamed<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let names = self.numerals.iter();
        names.fold(Cow::Borrowed(text), |text, name| {
            match text.contains(name.as_str()) {
                true => Cow::Owned(text.replace(name.as_str(), "it")),
                false => text,
            }
        })
    }

    /// Remembers a supported sentence.
    pub fn listen(&mut self, sentence: &Sentence) {
        if matches!(sentence.support, Support::Facts(_)) {
            self.names.extend(
                reading::words(&sentence.text)
                    .iter()
                    .filter(|w| is_capitalised(w))
                    .map(|w| fold(w)),
            );
            self.numbers.extend(
                reading::read(&self.unnamed(&sentence.text))
                    .iter()
                    .map(|said| said.value),
            );
        }
    }
}

fn is_capitalised(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
}

/// What `sentence` says beyond its facts.
pub fn problems(sentence: &Sentence, facts: &HashMap<&str, &Fact>, heard: &Heard) -> Vec<String> {
    let text = sentence.text.as_str();
    let cited: Vec<&Fact> = match &sentence.support {
        Support::Facts(ids) => ids
            .iter()
            .filter_map(|id| facts.get(id.as_str()).copied())
            .collect(),
        Support::Disclosure => return Vec::new(),
        _ => Vec::new(),
    };
    let mut out = Vec::new();
    if let Support::Facts(ids) = &sentence.support {
        out.extend(
            ids.iter()
                .filter(|id| !facts.contains_key(id.as_str()))
                .map(|id| format!("no fact {id}")),
        );
        if ids.is_empty() {
            out.push("cites nothing".to_owned());
        }
    }
    let evidence = Evidence::of(&cited);
    let is_claim = matches!(sentence.support, Support::Facts(_)) && !text.ends_with('?');
    if sentence.support == Support::NoClaim && !text.ends_with('?') {
        out.extend(claim_without_facts(text));
    }
    out.extend(unsupported_numbers(sentence, &evidence, heard));
    out.extend(unsupported_names(sentence, &evidence, heard));
    if is_claim {
        out.extend(unlicensed(text, &evidence));
    }
    out
}

fn claim_without_facts(text: &str) -> Option<String> {
    const VERBS: [&str; 13] = [
        "is", "was", "were", "has", "had", "lies", "sits", "stands", "became", "built", "founded",
        "lived", "began",
    ];
    const SOFT: [&str; 6] = ["here", "that", "which", "this", "there", "it"];
    let low: Vec<String> = reading::words(text).into_iter().map(fold).collect();
    let says = |list: &[&str]| low.iter().any(|w| list.contains(&w.as_str()));
    if low.len() > 14 {
        return Some("a long statement without facts".to_owned());
    }
    (low.len() > 6 && says(&VERBS) && !says(&SOFT)).then(|| "a statement without facts".to_owned())
}

fn unsupported_numbers(sentence: &Sentence, evidence: &Evidence, heard: &Heard) -> Vec<String> {
    let uncited = !matches!(sentence.support, Support::Facts(_));
    let said = reading::read(&heard.unnamed(&sentence.text));
    // "The two of them" counts what the sentence cites.
    let cited = match &sentence.support {
        Support::Facts(ids) if ids.len() >= 2 => ids.len() as f64,
        _ => 0.0,
    };
    said.into_iter()
        .filter(|said| !(said.value <= 3.0 && said.value == cited))
        .filter(|said| !is_supported(said.value, said.kind, &sentence.text, &evidence.numbers))
        .filter(|said| {
            !(uncited
                && (said.value <= 3.0
                    || heard.numbers.iter().any(|n| (n - said.value).abs() < 1e-6)))
        })
        .map(|said| format!("number {}", said.value))
        .collect()
}

/// Whether a spoken number is one of the facts', exactly or as its hedge allows.
fn is_supported(value: f64, kind: Kind, sentence: &str, numbers: &[f64]) -> bool {
    const OVER: [&str; 5] = [
        "more than",
        "at least",
        "a little over",
        "just over",
        "well over",
    ];
    const UNDER: [&str; 3] = ["nearly", "almost", "just under"];
    const ABOUT: [&str; 10] = [
        "about",
        "around",
        "roughly",
        "some ",
        "close to",
        "give or take",
        "over",
        "under",
        "less than",
        "within",
    ];
    let low = sentence.to_lowercase();
    let has = |hedges: &[&str]| hedges.iter().any(|hedge| low.contains(hedge));
    let hours = low.contains("hour");
    numbers.iter().any(|n| {
        let gap = n - value;
        gap.abs() < 1e-6
            || kind != Kind::Year
                && (value <= 10.0 && gap.abs() <= 0.5 && low.contains("kilometre")
                    || hours && gap.abs() <= 0.13
                    || has(&OVER) && (0.0..=0.5 * n.max(1.0)).contains(&gap)
                    || has(&UNDER) && gap.abs() <= 0.12 * n.abs()
                    || has(&ABOUT) && gap.abs() <= 0.06 * n.abs().max(1.0))
    })
}

/// Whether a cited sentence shares no word and no number with its facts: a hinge that only its skeleton vouches for.
pub(crate) fn is_loose(sentence: &Sentence, facts: &[&Fact]) -> bool {
    const GLUE: &[&str] = &[
        "that", "with", "from", "have", "does", "this", "these", "those", "they", "them", "there",
        "their", "what", "which", "when", "were", "been", "then", "than",
    ];
    let stems = |text: &str| -> HashSet<String> {
        reading::words(text)
            .into_iter()
            .map(fold)
            .filter(|w| w.chars().count() >= 4 && !GLUE.contains(&w.as_str()))
            .map(|w| w.chars().take(5).collect())
            .collect()
    };
    let evidence = Evidence::of(facts);
    let says_number = reading::read(&sentence.text)
        .iter()
        .any(|said| is_supported(said.value, said.kind, &sentence.text, &evidence.numbers));
    stems(&sentence.text).is_disjoint(&stems(&evidence.text))
        && !says_number
        && numbers(&sentence.text).is_empty()
}

/// Whether a sentence speaks of the place itself.
pub(crate) fn is_of_place(facts: &[&Fact]) -> bool {
    facts.iter().any(|fact| fact.subject == Subject::Place)
}

#[cfg(test)]
mod tests;
