//! What an episode tells so far: what it would repeat, and which subjects it is tired of.

use std::collections::{HashMap, HashSet};

use super::{Candidate, Chosen, Hooked};
use crate::{
    budget::{group_decay, seconds},
    moves::{Found, Group, Move},
};

/// How much a move waits that says more on a subject of which nothing was said yet.
const WAIT: f32 = 1e-4;

pub(super) struct Told<'a> {
    /// What it takes to say it all, in seconds.
    pub(super) takes_s: f64,
    facts: HashSet<&'a str>,
    quotes: HashSet<String>,
    uses: HashMap<&'static str, usize>,
    groups: HashMap<Group, i32>,
}

impl<'a> Told<'a> {
    /// Begins with an opening and its close.
    pub(super) fn by(hook: &Hooked<'a>) -> Self {
        /// Of the music before and after.
        const AROUND_S: f64 = 9.0;
        let facts = hook.chosen.found.told.iter();
        Self {
            takes_s: seconds(&hook.chosen.lines)
                + seconds(&hook.recall)
                + seconds(&hook.close)
                + AROUND_S,
            facts: facts.map(|fact| fact.id.as_str()).collect(),
            quotes: HashSet::new(),
            uses: HashMap::new(),
            groups: HashMap::new(),
        }
    }

    /// Takes out the candidate that is worth most beside what is told.
    pub(super) fn next(&self, candidates: &mut Vec<Candidate<'a>>) -> Option<Candidate<'a>> {
        let worth = |at: &usize| self.worth(&candidates[*at]);
        let best = (0..candidates.len()).max_by(|a, b| worth(a).total_cmp(&worth(b)))?;
        Some(candidates.swap_remove(best))
    }

    fn worth(&self, candidate: &Candidate<'_>) -> f32 {
        let (of, uses) = (candidate.of, self.uses(candidate.of));
        // "More on the flag" waits until there was something on the flag.
        let waits = uses == 0 && candidate.found.slots.contains_key("more");
        let in_group = self.groups.get(&of.group).copied().unwrap_or_default();
        candidate.score
            * if waits { WAIT } else { 1.0 }
            * group_decay(of.group).powi(in_group)
            * of.repeat().powi(uses as i32)
    }

    /// Returns how often a move was made.
    pub(super) fn uses(&self, of: &Move) -> usize {
        self.uses.get(of.id).copied().unwrap_or_default()
    }

    /// Whether a fact would be told again, or the same words: two entries of a source may hold them.
    pub(super) fn has(&self, found: &Found<'_>) -> bool {
        found
            .told
            .iter()
            .any(|fact| self.facts.contains(fact.id.as_str()))
            || quote(found).is_some_and(|quote| self.quotes.contains(quote))
    }

    pub(super) fn add(&mut self, chosen: &Chosen<'a>, takes_s: f64) {
        let found = &chosen.found;
        self.takes_s += takes_s;
        self.facts
            .extend(found.told.iter().map(|fact| fact.id.as_str()));
        self.quotes.extend(quote(found).map(str::to_owned));
        *self.uses.entry(chosen.of.id).or_default() += 1;
        *self.groups.entry(chosen.of.group).or_default() += 1;
    }
}

fn quote<'f>(found: &'f Found<'_>) -> Option<&'f str> {
    let text = found.slots.get("text");
    text.or_else(|| found.slots.get("gloss"))
        .map(String::as_str)
}
