//! Gives the lines of each chapter to the two hosts.

use crate::{Host, Sentence, Support, Turn, plan::Spoken, rubric::reading, skeleton::Holder};

/// A turn grows no longer than this by joining lines of one host.
const TURN_WORDS: usize = 22;

/// Gives the lines to the hosts.
///
/// Both hold about half of the words and both ask; the one who opens with a secret is the one who tells it.
pub(crate) fn cast(chapters: &[Vec<Spoken>], first_is_a: bool) -> Vec<Vec<Turn>> {
    // More chapters keep the plain alternation: six choices are enough to be fair.
    let n = chapters.len().min(6);
    let alternate =
        |mask: u32, at: usize| at.is_multiple_of(2) == first_is_a ^ (mask >> at & 1 == 1);
    let cast_with = |mask: u32| {
        let mut keepers = Vec::new();
        let turns = chapters
            .iter()
            .enumerate()
            .map(|(at, lines)| turns(lines, alternate(mask, at), &mut keepers))
            .collect();
        Cast { turns, keepers }
    };
    let best = (0..1u32 << n)
        .min_by(|a, b| cast_with(*a).cost(*a).total_cmp(&cast_with(*b).cost(*b)))
        .unwrap_or(0);
    cast_with(best).turns
}

/// One way to give the lines to the hosts.
struct Cast {
    turns: Vec<Vec<Turn>>,
    /// Who holds the facts in each line of the opening's question.
    keepers: Vec<Host>,
}

impl Cast {
    /// How far it is from fair: words, questions, changes of the plain alternation, and a secret in other hands.
    fn cost(&self, mask: u32) -> f64 {
        let (mut words, mut asked) = ([0.0f64; 2], [0.0f64; 2]);
        for turn in self.turns.iter().flatten() {
            let host = usize::from(turn.host == Host::B);
            for sentence in &turn.sentences {
                words[host] += reading::words(&sentence.text).len() as f64;
                asked[host] += f64::from(u8::from(sentence.text.ends_with('?')));
            }
        }
        let unfair = (words[0] / (words[0] + words[1]).max(1.0) - 0.5).abs();
        let least = asked[0].min(asked[1]) / (asked[0] + asked[1]).max(1.0);
        let strays = self
            .keepers
            .iter()
            .filter(|host| Some(*host) != self.keepers.first());
        (unfair - 0.06).max(0.0) * 4.0
            + (0.3 - least).max(0.0) * 4.0
            + f64::from(mask.count_ones()) * 0.04
            + strays.count() as f64
    }
}

/// Turns lines into turns of hosts.
///
/// Joins what one host says in a row unless it grows too long. `keepers` has who held the secret in each line so far,
/// in earlier chapters as well, and gets those of this one.
fn turns(lines: &[Spoken], holder_is_a: bool, keepers: &mut Vec<Host>) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    let mut swapped = false;
    for line in lines {
        let words = |sentences: &[Sentence]| {
            sentences
                .iter()
                .map(|s| reading::words(&s.text).len())
                .sum::<usize>()
        };
        let before = turns.last().map_or(0, |turn| words(&turn.sentences));
        let last = turns.last().and_then(|t| t.sentences.last());
        let is_asked = last.is_some_and(|s| s.text.ends_with('?'));
        // A new subject is the other host's to raise.
        let runs_on = line.opens && last.is_some_and(|s| matches!(s.support, Support::Facts(_)));
        let is_by_last = |host| turns.last().map(|turn| turn.host) == Some(host);
        let mut host = host_of(line, holder_is_a ^ swapped);
        match keepers.first().filter(|_| line.is_of_hook) {
            // A secret stays with its keeper, even where a turn grows long; but nobody answers their own question.
            Some(keeper) => {
                let kept = host_of(line, *keeper == Host::A);
                host = if is_asked && is_by_last(kept) {
                    other(kept)
                } else {
                    kept
                };
            }
            None if is_by_last(host)
                && (before + words(&line.sentences) > TURN_WORDS || is_asked || runs_on) =>
            {
                swapped = !swapped;
                host = other(host);
            }
            None => {}
        }
        if line.is_of_hook {
            keepers.push(match line.role {
                Holder::Holder => host,
                Holder::Asker => other(host),
            });
        }
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

/// Who speaks a line.
fn host_of(line: &Spoken, holder_is_a: bool) -> Host {
    match (line.role == Holder::Holder) == holder_is_a {
        true => Host::A,
        false => Host::B,
    }
}

fn other(host: Host) -> Host {
    match host {
        Host::A => Host::B,
        Host::B => Host::A,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(role: Holder, is_of_hook: bool, text: &str) -> Spoken {
        Spoken {
            role,
            opens: true,
            is_of_hook,
            sentences: vec![Sentence {
                text: text.to_owned(),
                support: Support::Facts(vec!["a".to_owned()]),
            }],
        }
    }

    /// Claims in a row, each of which is another host's to raise.
    fn claims(count: usize) -> Vec<Spoken> {
        (0..count)
            .map(|_| line(Holder::Holder, false, "It rains."))
            .collect()
    }

    #[test]
    fn who_opens_with_a_secret_tells_it_in_the_end() {
        for (first_is_a, claimed) in [(true, 1), (true, 2), (false, 1), (false, 2)] {
            let mut chapter = vec![line(Holder::Holder, true, "There is a name. It can wait.")];
            chapter.extend(claims(claimed));
            let mut last = claims(claimed + 1);
            last.push(line(Holder::Asker, true, "What is the name?"));
            last.push(line(Holder::Holder, true, "It is Rome."));
            let clue = line(Holder::Holder, true, "It is short.");
            let half_way = [vec![clue], claims(claimed)].concat();

            let turns = cast(&[chapter, half_way, last], first_is_a).concat();

            let spoken_by = |text: &str| {
                let says = |turn: &&Turn| turn.sentences.iter().any(|said| said.text == text);
                turns.iter().find(says).map(|turn| turn.host)
            };
            let keeper = spoken_by("There is a name. It can wait.");
            assert_eq!(spoken_by("It is short."), keeper, "{turns:?}");
            assert_eq!(spoken_by("It is Rome."), keeper, "{turns:?}");
            assert_ne!(spoken_by("What is the name?"), keeper, "{turns:?}");
        }
    }
}
