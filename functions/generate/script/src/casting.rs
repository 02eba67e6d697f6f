//! Gives the lines of each chapter to the two hosts.

use crate::{Host, Sentence, Support, Turn, plan::Spoken, rubric::reading, skeleton::Holder};

/// A turn grows no longer than this by joining lines of one host.
const TURN_WORDS: usize = 22;

/// Gives the lines to the hosts so that both hold about half of the words and both ask.
pub(crate) fn cast(chapters: &[Vec<Spoken>], first_is_a: bool) -> Vec<Vec<Turn>> {
    // More chapters keep the plain alternation: six choices are enough to be fair.
    let n = chapters.len().min(6);
    let alternate =
        |mask: u32, at: usize| at.is_multiple_of(2) == first_is_a ^ (mask >> at & 1 == 1);
    let cast_with = |mask: u32| -> Vec<Vec<Turn>> {
        chapters
            .iter()
            .enumerate()
            .map(|(at, lines)| turns(lines, alternate(mask, at)))
            .collect()
    };
    let best = (0..1u32 << n)
        .min_by(|a, b| cost(&cast_with(*a), *a).total_cmp(&cost(&cast_with(*b), *b)))
        .unwrap_or(0);
    cast_with(best)
}

/// How far a casting is from fair: words, questions, and changes of the plain alternation.
fn cost(chapters: &[Vec<Turn>], mask: u32) -> f64 {
    let (mut words, mut asked) = ([0.0f64; 2], [0.0f64; 2]);
    for turn in chapters.iter().flatten() {
        let host = usize::from(turn.host == Host::B);
        for sentence in &turn.sentences {
            words[host] += reading::words(&sentence.text).len() as f64;
            asked[host] += f64::from(u8::from(sentence.text.ends_with('?')));
        }
    }
    let unfair = (words[0] / (words[0] + words[1]).max(1.0) - 0.5).abs();
    let least = asked[0].min(asked[1]) / (asked[0] + asked[1]).max(1.0);
    (unfair - 0.06).max(0.0) * 4.0
        + (0.3 - least).max(0.0) * 4.0
        + f64::from(mask.count_ones()) * 0.04
}

/// Turns lines into turns of hosts, joining what one host says in a row unless it grows too long.
fn turns(lines: &[Spoken], holder_is_a: bool) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    let mut swapped = false;
    for line in lines {
        let host = |swapped: bool| {
            if (line.role == Holder::Holder) == (holder_is_a ^ swapped) {
                Host::A
            } else {
                Host::B
            }
        };
        let words = |sentences: &[Sentence]| {
            sentences
                .iter()
                .map(|s| reading::words(&s.text).len())
                .sum::<usize>()
        };
        let before = turns.last().map_or(0, |turn| words(&turn.sentences));
        let same = turns.last().map(|t| t.host) == Some(host(swapped));
        let asks_itself = turns
            .last()
            .and_then(|t| t.sentences.last())
            .is_some_and(|s| s.text.ends_with('?'));
        // A new subject is the other host's to raise.
        let runs_on = line.opens
            && turns
                .last()
                .and_then(|t| t.sentences.last())
                .is_some_and(|s| matches!(s.support, Support::Facts(_)));
        if same && (before + words(&line.sentences) > TURN_WORDS || asks_itself || runs_on) {
            swapped = !swapped;
        }
        let host = host(swapped);
        match turns.last_mut() {
            Some(turn) if turn.host == host => turn.sentences.extend(line.sentences.clone()),
            _ => turns.push(Turn {
                host,
                sentences: line.sentences.clone(),
            }),
        }
    }
    turns
}
