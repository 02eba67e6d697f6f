//! Fills skeletons with words: a move's lines and headings, or none where a sentence would not be supported.

use super::{Candidate, Chosen, Planner, Spoken};
use crate::{
    Sentence, Support,
    moves::{self, Found},
    rubric::{self, Heard, reading},
    skeleton::{self, Stand},
};

impl<'a> Planner<'_, 'a> {
    /// The clue that is given half-way, from those of the opening's kind.
    pub(super) fn recall(&self, hook: &Candidate<'a>) -> Vec<Spoken> {
        let bank = moves::recalls(hook.of.id);
        let start = self.seed.index("recall", bank.len());
        bank[start..]
            .iter()
            .chain(&bank[..start])
            .find_map(|skeleton| {
                let spun = skeleton::spin(skeleton, |choice, ways| {
                    self.seed.index(&format!("recall/{choice}"), ways)
                });
                self.fill(&hook.found, &spun)
            })
            .unwrap_or_default()
    }

    /// Fills the first skeleton that fits and is supported; returns it with its choices taken.
    pub(super) fn render(&self, candidate: &Candidate<'a>) -> Option<(Chosen<'a>, String)> {
        let skeletons = candidate.of.skeletons;
        let share = self.questions as f32 / self.sentences.max(1) as f32;
        let is_off = self.sentences > 12 && !(0.18..=0.32).contains(&share);
        // A lean, not a rule: otherwise the few that fit it would be heard in each episode.
        let draw = |at: &usize| {
            let misses = is_off && skeleton::asks(skeletons[*at]) == (share > 0.25);
            let lean = if misses { 0.35 } else { 0.0 };
            let key = format!("{}/{at}/{}", candidate.of.id, candidate.nth);
            self.seed.unit(&key) + lean
        };
        let mut order: Vec<usize> = (0..skeletons.len()).collect();
        order.sort_by(|a, b| draw(a).total_cmp(&draw(b)));
        order.sort_by_key(|at| self.used.contains(&(candidate.of.id, *at)));
        order.into_iter().find_map(|at| {
            let spun = skeleton::spin(skeletons[at], |choice, ways| {
                let key = format!("{}/{at}/{}/{choice}", candidate.of.id, candidate.nth);
                (self.seed.unit(&key) * ways as f32) as usize
            });
            let lines = self.fill(&candidate.found, &spun)?;
            let (telling_titles, titles) = self.titles(candidate);
            let of = candidate.of;
            Some((
                Chosen {
                    of,
                    skeleton: at,
                    found: candidate.found.clone(),
                    lines,
                    telling_titles,
                    titles,
                    score: candidate.score,
                },
                spun,
            ))
        })
    }

    /// The headings of a move: those with a slot of their own, and the others.
    fn titles(&self, candidate: &Candidate<'_>) -> (Vec<String>, Vec<String>) {
        let is_telling = |title: &&&str| {
            title
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split('}').next())
                .any(|slot| !["country", "Country", "place", "region", "kind"].contains(&slot))
        };
        let filled = |title: &&str| {
            let said = skeleton::fill(title, &|slot| self.slot(&candidate.found, slot))?;
            (said.chars().count() <= 48).then_some(said)
        };
        let (telling, plain): (Vec<&&str>, Vec<&&str>) =
            candidate.of.titles.iter().partition(is_telling);
        (
            telling.into_iter().filter_map(filled).collect(),
            plain.into_iter().filter_map(filled).collect(),
        )
    }

    fn slot(&self, found: &Found<'_>, name: &str) -> Option<String> {
        let spun = |words: String| {
            skeleton::spin(&words, |choice, ways| {
                (self.seed.unit(&format!("{name}/{choice}/{words}")) * ways as f32) as usize
            })
        };
        if let Some(words) = found
            .slots
            .get(name)
            .cloned()
            .or_else(|| self.ledger.common(name))
        {
            return Some(spun(words));
        }
        let inner = name
            .char_indices()
            .next()
            .filter(|(_, c)| c.is_uppercase())
            .map(|_| name.to_lowercase())?;
        let words = found
            .slots
            .get(inner.as_str())
            .cloned()
            .or_else(|| self.ledger.common(&inner))?;
        Some(crate::wording::capitalised(&spun(words)))
    }

    fn fill(&self, found: &Found<'a>, skeleton: &str) -> Option<Vec<Spoken>> {
        let mut heard = Heard::new([self.ledger.brief.name, self.ledger.brief.label]);
        let mut lines = Vec::new();
        for line in skeleton::lines(skeleton) {
            let mut sentences = Vec::new();
            for template in line.sentences {
                let text = skeleton::fill(template.text, &|slot| self.slot(found, slot))?;
                let support = support(found, template.stand)?;
                if matches!(support, Support::Absence(_)) && self.ledger.place_texts() > 0 {
                    return None;
                }
                let sentence = Sentence { text, support };
                let problems = rubric::problems(&sentence, &self.facts, &heard);
                if !problems.is_empty()
                    || reading::count(&heard.unnamed(&sentence.text)) > 1
                    || reading::words(&sentence.text).len() > 30
                {
                    #[cfg(debug_assertions)]
                    report(&sentence, &problems);
                    return None;
                }
                heard.listen(&sentence);
                sentences.push(sentence);
            }
            lines.push(Spoken {
                role: line.role,
                opens: lines.is_empty(),
                is_of_hook: false,
                sentences,
            });
        }
        Some(lines)
    }
}

#[cfg(debug_assertions)]
fn report(sentence: &Sentence, problems: &[String]) {
    if std::env::var_os("SCRIPT_SHOW_REJECTED").is_some() {
        eprintln!(
            "rejected: {} {problems:?} {:?}",
            sentence.text, sentence.support
        );
    }
}

fn support(found: &Found<'_>, stand: Stand<'_>) -> Option<Support> {
    Some(match stand {
        Stand::NoClaim => Support::NoClaim,
        Stand::Absence(what) => Support::Absence(what.to_owned()),
        Stand::Cites(keys) => {
            let mut ids: Vec<String> = Vec::new();
            for key in keys.split_whitespace() {
                for fact in found.cited(key)? {
                    if !ids.contains(&fact.id) {
                        ids.push(fact.id.clone());
                    }
                }
            }
            Support::Facts(ids)
        }
    })
}
