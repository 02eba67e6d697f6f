//! How much may be said of what: the country's share, one move's turns, the time that lines take.

use places::Subject;
use podcast::{Length, PodcastType};

use crate::{
    Support,
    ledger::is_text,
    moves::{Found, Group, Move},
    plan::{Chosen, Hooked, Spoken},
    rubric,
};

/// Drops the weakest country-level moves until enough of what is said is about the place.
pub(crate) fn balance(body: &mut Vec<Chosen<'_>>, hook: &Hooked<'_>, least: f64) {
    let hooked = claims(&hook.chosen.found, &hook.chosen.lines).0
        + claims(&hook.chosen.found, &hook.recall).0
        + claims(&hook.chosen.found, &hook.close).0;
    loop {
        let (mut all, mut place) = (hooked, hooked);
        for chosen in body.iter() {
            let (said, of_place) = claims(&chosen.found, &chosen.lines);
            all += said;
            place += of_place;
        }
        let weakest = (0..body.len())
            .filter(|at| body[*at].found.is_widened())
            .min_by(|a, b| body[*a].score.total_cmp(&body[*b].score));
        match weakest {
            Some(at) if (place as f64) < least * all as f64 => _ = body.remove(at),
            _ => return,
        }
    }
}

/// How many sentences of a move claim something, and how many of them about the place.
fn claims(found: &Found<'_>, lines: &[Spoken]) -> (usize, usize) {
    let is_of_place = |ids: &[String]| {
        let cited = found.cites.iter().flat_map(|(_, facts)| facts);
        cited
            .filter(|fact| fact.subject == Subject::Place)
            .any(|fact| ids.contains(&fact.id))
    };
    let said = lines.iter().flat_map(|l| &l.sentences);
    said.fold((0, 0), |(all, place), sentence| match &sentence.support {
        Support::Facts(ids) => (all + 1, place + usize::from(is_of_place(ids))),
        _ => (all, place),
    })
}

/// How often one move may be made with different facts.
pub(crate) fn most_uses(length: Length, of: &Move) -> usize {
    match length {
        Length::Short => 1,
        Length::Medium => match of.group {
            Group::Story => 4,
            Group::Land | Group::Past | Group::Nation => 1,
            _ => 2,
        },
        Length::Long => match of.group {
            Group::Story => 9,
            Group::Land | Group::Past | Group::Nation => 4,
            _ => 5,
        },
    }
}

/// How fast a subject tires: the country's pages sooner than the place's.
pub(crate) fn group_decay(group: Group) -> f32 {
    match group {
        Group::Land | Group::Past | Group::Nation => 0.8,
        Group::Story => 0.95,
        _ => 0.86,
    }
}

/// What may be spent on the country, and on what books say.
pub(crate) struct Budget {
    widened_s: f64,
    text_s: f64,
    pub(crate) place_share: f64,
}

impl Budget {
    pub(crate) fn new(kind: PodcastType, length: Length, target: f64) -> Self {
        let (widened, place_share) = match (kind, length) {
            (PodcastType::Standout, _) => (0.2, 0.76),
            (PodcastType::Topic, _) => (0.6, 0.42),
            (_, Length::Long) => (0.6, 0.42),
            _ => (0.34, 0.62),
        };
        let text = if kind == PodcastType::Topic {
            0.9
        } else {
            0.66
        };
        Self {
            widened_s: widened * target,
            text_s: text * target,
            place_share,
        }
    }

    /// Takes the time of a move out of the budget if there is enough.
    pub(crate) fn allows(&mut self, chosen: &Chosen<'_>, takes: f64) -> bool {
        let widened = if chosen.found.is_widened() {
            takes
        } else {
            0.0
        };
        let text = if chosen.found.told.iter().any(|fact| is_text(&fact.datum)) {
            takes
        } else {
            0.0
        };
        if widened > self.widened_s || text > self.text_s {
            return false;
        }
        self.widened_s -= widened;
        self.text_s -= text;
        true
    }
}

/// How long lines take, estimated.
pub(crate) fn seconds(lines: &[Spoken]) -> f64 {
    rubric::seconds(lines.iter().map(|line| line.sentences.as_slice()))
}
