//! How alike the episodes of a corpus are once names and numbers are taken out.

use std::collections::{HashMap, HashSet};

use super::reading;
use crate::{Script, Sentence, Support};

/// Figures over a corpus, each 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overlap {
    /// Mean share of five-word runs that two episodes have in common.
    pub containment: f64,
    /// Mean share of an episode's runs that more than three per cent of the corpus use.
    pub stale: f64,
    /// Distinct first sentences per episode, and the share of the commonest.
    pub openings: (f64, f64),
    /// Distinct last sentences per episode, and the share of the commonest.
    pub endings: (f64, f64),
    /// Distinct sequences of moves per episode, and the share of the commonest.
    pub sequences: (f64, f64),
}

/// Compares every episode with every other.
pub fn overlap(scripts: &[Script]) -> Overlap {
    let runs: Vec<HashSet<Vec<String>>> = scripts.iter().map(runs).collect();
    let mut used: HashMap<&Vec<String>, usize> = HashMap::new();
    for run in runs.iter().flatten() {
        *used.entry(run).or_default() += 1;
    }
    let often = (0.03 * scripts.len() as f64).max(1.0);
    let stale = |set: &HashSet<Vec<String>>| {
        set.iter().filter(|run| used[*run] as f64 > often).count() as f64 / set.len().max(1) as f64
    };
    let mut pairs = Vec::new();
    for (at, a) in runs.iter().enumerate() {
        pairs.extend(
            runs[..at]
                .iter()
                .map(|b| a.intersection(b).count() as f64 / a.len().min(b.len()).max(1) as f64),
        );
    }
    Overlap {
        containment: mean(pairs.into_iter()),
        stale: mean(runs.iter().map(stale)),
        openings: distinct(
            scripts
                .iter()
                .filter_map(|s| s.sentences().next())
                .map(|s| bare(s).join(" ")),
        ),
        endings: distinct(
            scripts
                .iter()
                .filter_map(|s| s.sentences().last())
                .map(|s| bare(s).join(" ")),
        ),
        sequences: distinct(scripts.iter().map(|s| s.moves.join(" "))),
    }
}

/// The five-word runs that most episodes share, with the number of episodes.
pub fn commonest(scripts: &[Script], most: usize) -> Vec<(String, usize)> {
    let mut used: HashMap<Vec<String>, usize> = HashMap::new();
    for run in scripts.iter().flat_map(runs) {
        *used.entry(run).or_default() += 1;
    }
    let mut used: Vec<(String, usize)> = used
        .into_iter()
        .map(|(run, n)| (run.join(" "), n))
        .collect();
    used.sort_by(|(one, a), (two, b)| b.cmp(a).then_with(|| one.cmp(two)));
    used.truncate(most);
    used
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0), |(sum, n), value| (sum + value, n + 1));
    sum / f64::from(n.max(1))
}

fn distinct(values: impl Iterator<Item = String>) -> (f64, f64) {
    let mut count: HashMap<String, usize> = HashMap::new();
    values.for_each(|value| *count.entry(value).or_default() += 1);
    let all = count.values().sum::<usize>().max(1) as f64;
    (
        count.len() as f64 / all,
        count.values().max().copied().unwrap_or(0) as f64 / all,
    )
}

fn runs(script: &Script) -> HashSet<Vec<String>> {
    let spoken = script
        .sentences()
        .filter(|s| s.support != Support::Disclosure);
    spoken
        .flat_map(|s| {
            bare(s)
                .windows(5)
                .map(<[String]>::to_vec)
                .collect::<Vec<_>>()
        })
        .filter(|run| {
            run.iter()
                .filter(|word| matches!(word.as_str(), "#" | "@"))
                .count()
                <= 2
        })
        .collect()
}

/// The words of a sentence with numbers as `#` and names as `@`.
fn bare(sentence: &Sentence) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for (at, word) in reading::words(&sentence.text).into_iter().enumerate() {
        let folded = reading::fold(word);
        let is_number = folded != "one"
            && (folded.starts_with(|c: char| c.is_ascii_digit())
                || folded.split('-').any(is_number_word));
        // "Three hundred and twenty" and "eight and a half" are one number each.
        let ends = |tail: &[&str]| {
            out.len() >= tail.len()
                && out[out.len() - tail.len()..]
                    .iter()
                    .zip(tail)
                    .all(|(a, b)| a == b)
        };
        if is_number && ends(&["#", "and"]) {
            out.pop();
        } else if matches!(folded.as_str(), "half" | "quarter" | "quarters")
            && ends(&["#", "and", "a"])
        {
            out.truncate(out.len() - 2);
            continue;
        }
        let mark = if is_number {
            Some("#")
        } else if at > 0 && word.starts_with(char::is_uppercase) && folded != "i" {
            Some("@")
        } else {
            None
        };
        match mark {
            Some(mark) if out.last().is_some_and(|last| last == mark) => {}
            Some(mark) => out.push(mark.to_owned()),
            None => out.push(folded),
        }
    }
    out
}

fn is_number_word(word: &str) -> bool {
    !reading::read(word).is_empty()
        || matches!(
            word,
            "hundred" | "thousand" | "million" | "first" | "second" | "third"
        )
}
