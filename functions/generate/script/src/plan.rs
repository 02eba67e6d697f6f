//! Chooses what is said: an opening with its close, and the moves between them.

use std::collections::{HashMap, HashSet};

use places::Fact;
use podcast::PodcastType;

use crate::{
    Refusal, Sentence, Support,
    budget::{Budget, balance, group_decay, most_uses, seconds},
    ledger::Ledger,
    moves::{self, Found, Group, Move, hooks},
    rubric::{self, Heard, reading},
    seed::Seed,
    skeleton::{self, Holder, Stand},
    theme::Theme,
    topic,
};

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
        let close = chosen.lines.split_off(skeleton::lines(opening).len());
        let recall = self.recall(candidate);
        Some(Hooked {
            chosen,
            recall,
            close,
        })
    }

    /// The clue that is given half-way, from those of the opening's kind.
    fn recall(&self, hook: &Candidate<'a>) -> Vec<Spoken> {
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
    fn render(&self, candidate: &Candidate<'a>) -> Option<(Chosen<'a>, String)> {
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
                sentences,
            });
        }
        Some(lines)
    }

    fn choose(&mut self, hook: &Hooked<'a>, mut candidates: Vec<Candidate<'a>>) -> Vec<Chosen<'a>> {
        let brief = self.ledger.brief;
        let length = brief.preferences.preferred_length;
        let target = f64::from(length.target_s());
        let mut spent =
            seconds(&hook.chosen.lines) + seconds(&hook.recall) + seconds(&hook.close) + 9.0;
        self.count(&hook.chosen.lines);
        self.count(&hook.close);
        let mut budget = Budget::new(brief.podcast_type, length, target);
        let mut told: HashSet<&str> = hook
            .chosen
            .found
            .told
            .iter()
            .map(|fact| fact.id.as_str())
            .collect();
        let mut uses: HashMap<&str, usize> = HashMap::new();
        let mut quoted: HashSet<String> = HashSet::new();
        let mut groups: HashMap<Group, i32> = HashMap::new();
        let mut body: Vec<Chosen<'a>> = Vec::new();
        while spent < 0.98 * target && !candidates.is_empty() {
            let fresh = |c: &Candidate<'_>| {
                // "More on the flag" waits until there was something on the flag.
                let waits = c.found.slots.contains_key("more") && !uses.contains_key(c.of.id);
                let wait = if waits { 1e-4 } else { 1.0 };
                c.score
                    * wait
                    * group_decay(c.of.group).powi(*groups.get(&c.of.group).unwrap_or(&0))
                    * c.of.repeat().powi(*uses.get(c.of.id).unwrap_or(&0) as i32)
            };
            let Some(best) = (0..candidates.len())
                .max_by(|a, b| fresh(&candidates[*a]).total_cmp(&fresh(&candidates[*b])))
            else {
                break;
            };
            let mut candidate = candidates.swap_remove(best);
            candidate.nth = *uses.get(candidate.of.id).unwrap_or(&0);
            if candidate
                .found
                .told
                .iter()
                .any(|fact| told.contains(fact.id.as_str()))
                || *uses.get(candidate.of.id).unwrap_or(&0) >= most_uses(length, candidate.of)
            {
                continue;
            }
            // Two entries of a source may hold the same words.
            let quote = candidate
                .found
                .slots
                .get("text")
                .or_else(|| candidate.found.slots.get("gloss"))
                .cloned();
            if quote.as_ref().is_some_and(|quote| quoted.contains(quote)) {
                continue;
            }
            let Some((chosen, _)) = self.render(&candidate) else {
                continue;
            };
            let takes = seconds(&chosen.lines);
            if spent + takes > 1.06 * target || !budget.allows(&chosen, takes) {
                continue;
            }
            self.used.insert((chosen.of.id, chosen.skeleton));
            spent += takes;
            quoted.extend(quote);
            self.count(&chosen.lines);
            told.extend(chosen.found.told.iter().map(|fact| fact.id.as_str()));
            *uses.entry(chosen.of.id).or_default() += 1;
            *groups.entry(chosen.of.group).or_default() += 1;
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
