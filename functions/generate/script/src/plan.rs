//! Chooses what is said: an opening with its close, and the moves between them.

mod told;
mod words;

use std::collections::{HashMap, HashSet};

use places::Fact;
use podcast::PodcastType;

use crate::{
    Refusal, Sentence,
    budget::{Budget, balance, most_uses, seconds},
    ledger::Ledger,
    moves::{self, Found, Move, hooks},
    seed::Seed,
    skeleton::{self, Holder},
    theme::Theme,
    topic,
};
use told::Told;

/// A standout episode tells only what is at least this unusual.
const STANDOUT_SURPRISE: f32 = 0.45;
/// Fewest moves of a standout episode; below, it says that rare facts are few.
const LEAST_MOVES: usize = 6;
/// Fewest moves between opening and end.
const LEAST_BODY: usize = 2;
/// How often words are drawn before there is too little to say.
const DRAWS: usize = 16;
/// How many openings take turns when an episode is made again and again.
const HOOKS_IN_TURN: usize = 4;

/// One line with its words filled in.
#[derive(Debug, Clone)]
pub(crate) struct Spoken {
    pub(crate) role: Holder,
    /// Whether a new move begins here.
    pub(crate) opens: bool,
    /// Whether it belongs to the question of the opening, which one host keeps to the end.
    pub(crate) is_of_hook: bool,
    pub(crate) sentences: Vec<Sentence>,
}

/// A move with its words.
#[derive(Debug, Clone)]
pub(crate) struct Chosen<'a> {
    pub(crate) of: &'static Move,
    pub(crate) skeleton: usize,
    pub(crate) found: Found<'a>,
    pub(crate) lines: Vec<Spoken>,
    /// Headings with a name or a figure of this move in them.
    pub(crate) telling_titles: Vec<String>,
    /// Headings that would fit elsewhere too.
    pub(crate) titles: Vec<String>,
    pub(crate) score: f32,
}

/// The opening, what recalls it half-way, and the close that answers it.
#[derive(Debug, Clone)]
pub(crate) struct Hooked<'a> {
    pub(crate) chosen: Chosen<'a>,
    pub(crate) recall: Vec<Spoken>,
    pub(crate) close: Vec<Spoken>,
}

/// All that an episode says, not yet in order.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) hook: Hooked<'a>,
    pub(crate) body: Vec<Chosen<'a>>,
    pub(crate) seed: Seed,
    pub(crate) note: Option<String>,
}

/// Chooses for the ledger's brief.
///
/// # Errors
/// When there is no opening, or too little to go on with.
pub(crate) fn plan<'a>(ledger: &Ledger<'a>, themes: &[Theme]) -> Result<Plan<'a>, Refusal> {
    // Where few moves serve, what one draw of words leaves to say may be too little, and of another is not.
    let plan = (0..DRAWS).find_map(|draw| plan_once(Planner::new(ledger, themes, draw), draw));
    plan.ok_or_else(|| Refusal::TooLittle {
        place: ledger.brief.name.to_owned(),
    })
}

fn plan_once<'a>(mut planner: Planner<'_, 'a>, draw: usize) -> Option<Plan<'a>> {
    let mut candidates = planner.candidates();
    let note = planner
        .narrow(&mut candidates, draw)
        .or_else(|| topic::unserved(planner.ledger));
    let hook = planner.hook()?;
    let body = planner.choose(&hook, candidates);
    (body.len() >= LEAST_BODY).then_some(Plan {
        hook,
        body,
        seed: planner.seed,
        note,
    })
}

struct Candidate<'a> {
    of: &'static Move,
    found: Found<'a>,
    score: f32,
    /// How often the move was made before: each time it is said differently.
    nth: usize,
}

struct Planner<'l, 'a> {
    ledger: &'l Ledger<'a>,
    themes: &'l [Theme],
    facts: HashMap<&'a str, &'a Fact>,
    seed: Seed,
    /// The same for each making, so that they can take turns among the openings.
    hook_seed: Seed,
    questions: usize,
    sentences: usize,
    /// Skeletons spoken in this episode: each only once while its siblings last.
    used: HashSet<(&'static str, usize)>,
}

impl<'l, 'a> Planner<'l, 'a> {
    /// Begins the plan whose words are those of the `draw`, from 0.
    fn new(ledger: &'l Ledger<'a>, themes: &'l [Theme], draw: usize) -> Self {
        let brief = ledger.brief;
        let mut request = format!(
            "{}/{:?}/{:?}",
            brief.geoname_id, brief.podcast_type, brief.preferences.preferred_length
        );
        if draw > 0 {
            request.push_str(&format!("/draw {draw}"));
        }
        let making = match brief.generation {
            0 | 1 => request.clone(),
            generation => format!("{request}/{generation}"),
        };
        let facts = ledger
            .facts()
            .iter()
            .map(|fact| (fact.id.as_str(), *fact))
            .collect();
        Self {
            ledger,
            themes,
            facts,
            seed: Seed::new(making),
            hook_seed: Seed::new(request),
            questions: 0,
            sentences: 0,
            used: HashSet::new(),
        }
    }

    fn candidates(&self) -> Vec<Candidate<'a>> {
        let mut all = Vec::new();
        for of in moves::all() {
            for (nth, found) in (of.find)(self.ledger).into_iter().enumerate() {
                let score = self.score(of, &found, nth);
                if score > 0.0 {
                    all.push(Candidate {
                        of,
                        found,
                        score,
                        nth: 0,
                    });
                }
            }
        }
        all
    }

    fn score(&self, of: &Move, found: &Found<'_>, nth: usize) -> f32 {
        let surprise = found.score();
        let tolerance = f32::from(self.ledger.brief.preferences.surprise_tolerance.min(5));
        let base = match self.ledger.brief.podcast_type {
            PodcastType::Standout => surprise,
            _ => {
                (0.6 + 0.2 * tolerance) * surprise + (1.2 - 0.2 * tolerance).max(0.1) * of.essential
            }
        };
        // Of what a whole country shares, each of its places tells another part.
        let spread = if found.is_widened() { 1.6 } else { 0.9 };
        base * self.fit(of)
            * ((1.0 - spread / 2.0) + spread * self.seed.unit(&format!("{}/{nth}", of.id)))
    }

    fn fit(&self, of: &Move) -> f32 {
        let serves = of.themes.iter().any(|theme| self.themes.contains(theme));
        match self.ledger.brief.podcast_type {
            PodcastType::Topic => {
                if serves {
                    1.0
                } else {
                    0.0
                }
            }
            PodcastType::Personalized if self.themes.is_empty() => 1.0,
            PodcastType::Personalized => {
                if serves {
                    2.0
                } else {
                    0.7
                }
            }
            PodcastType::Base | PodcastType::Standout => 1.0,
        }
    }

    /// A standout episode keeps what is rare; where that is little, the rarest, and says so.
    ///
    /// What is rare may have no words that are supported: each further draw lets one more in.
    fn narrow(&self, candidates: &mut Vec<Candidate<'a>>, draw: usize) -> Option<String> {
        if self.ledger.brief.podcast_type != PodcastType::Standout {
            return None;
        }
        candidates.sort_by(|a, b| b.found.score().total_cmp(&a.found.score()));
        let rare = candidates
            .iter()
            .filter(|c| c.found.score() >= STANDOUT_SURPRISE)
            .count();
        candidates.truncate(rare.max(LEAST_MOVES + 1) + draw);
        (rare < LEAST_MOVES || draw > 0).then(|| {
            format!("Only {} of the facts about {} stand out; the next most unusual ones fill the rest.", crate::numbers::cardinal(rare as u64), self.ledger.brief.name)
        })
    }

    fn hook(&self) -> Option<Hooked<'a>> {
        let mut found: Vec<Candidate<'a>> = Vec::new();
        for of in hooks() {
            for (nth, one) in (of.find)(self.ledger).into_iter().enumerate() {
                let serves = self.themes.is_empty()
                    || of.themes.iter().any(|theme| self.themes.contains(theme));
                let taste = 0.35 + self.hook_seed.unit(&format!("hook/{}/{nth}", of.id));
                let score =
                    (0.3 + one.score() + of.essential) * taste * if serves { 1.0 } else { 0.4 };
                found.push(Candidate {
                    of,
                    found: one,
                    score,
                    nth,
                });
            }
        }
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        let making = self.ledger.brief.generation.saturating_sub(1) as usize;
        let best = found.iter().filter_map(|candidate| self.hooked(candidate));
        let mut best: Vec<Hooked<'a>> = best.take(HOOKS_IN_TURN.min(making + 1)).collect();
        // A second making opens with the second best, and so on; few places have many good ones.
        let turn = making % best.len().max(1);
        (turn < best.len()).then(|| best.swap_remove(turn))
    }

    fn hooked(&self, candidate: &Candidate<'a>) -> Option<Hooked<'a>> {
        let (mut chosen, skeleton) = self.render(candidate)?;
        let opening = skeleton.split("---").next().unwrap_or_default();
        let mut close = chosen.lines.split_off(skeleton::lines(opening).len());
        let mut recall = self.recall(candidate);
        let of_hook = chosen.lines.iter_mut().chain(&mut recall).chain(&mut close);
        of_hook.for_each(|line| line.is_of_hook = true);
        Some(Hooked {
            chosen,
            recall,
            close,
        })
    }

    fn choose(&mut self, hook: &Hooked<'a>, mut candidates: Vec<Candidate<'a>>) -> Vec<Chosen<'a>> {
        let brief = self.ledger.brief;
        let length = brief.preferences.preferred_length;
        let target_s = f64::from(length.target_s());
        let mut budget = Budget::new(brief.podcast_type, length, target_s);
        let mut told = Told::by(hook);
        self.count(&hook.chosen.lines);
        self.count(&hook.close);
        let mut body = Vec::new();
        while told.takes_s < 0.98 * target_s
            && let Some(mut candidate) = told.next(&mut candidates)
        {
            candidate.nth = told.uses(candidate.of);
            if told.has(&candidate.found) || candidate.nth >= most_uses(length, candidate.of) {
                continue;
            }
            let Some((chosen, _)) = self.render(&candidate) else {
                continue;
            };
            let takes_s = seconds(&chosen.lines);
            if told.takes_s + takes_s > 1.06 * target_s || !budget.allows(&chosen, takes_s) {
                continue;
            }
            self.used.insert((chosen.of.id, chosen.skeleton));
            self.count(&chosen.lines);
            told.add(&chosen, takes_s);
            body.push(chosen);
        }
        balance(&mut body, hook, budget.place_share);
        body
    }

    fn count(&mut self, lines: &[Spoken]) {
        let sentences = lines.iter().flat_map(|line| &line.sentences);
        for sentence in sentences {
            self.sentences += 1;
            self.questions += usize::from(sentence.text.ends_with('?'));
        }
    }
}
