//! Puts the chosen moves in order: chapters, hosts, turns, titles.

use std::collections::HashSet;

use places::Subject;

use crate::{
    Chapter, Host, Script, Sentence, Support, Turn,
    ledger::Ledger,
    moves::Group,
    numbers, phrases,
    plan::{Chosen, Plan, Spoken},
    rubric::reading,
    seed::Seed,
    skeleton::{self, Holder},
};

/// A turn grows no longer than this by joining lines of one host.
const TURN_WORDS: usize = 22;

/// The orders in which subjects may follow one another; the country comes after the place.
const ORDERS: &[[Group; 11]] = {
    use Group::{Clock, Ground, Land, Name, Nation, Nature, Past, Record, Size, Sky, Story};
    &[
        [
            Size, Ground, Nature, Sky, Clock, Name, Story, Past, Land, Nation, Record,
        ],
        [
            Ground, Size, Name, Nature, Story, Land, Past, Nation, Sky, Clock, Record,
        ],
        [
            Size, Name, Story, Ground, Nature, Land, Nation, Past, Clock, Sky, Record,
        ],
        [
            Ground, Nature, Size, Story, Name, Past, Land, Nation, Sky, Clock, Record,
        ],
        [
            Name, Size, Ground, Story, Past, Nation, Land, Nature, Clock, Sky, Record,
        ],
        [
            Size, Story, Ground, Clock, Sky, Nature, Land, Nation, Past, Name, Record,
        ],
        [
            Nature, Ground, Size, Sky, Clock, Story, Past, Nation, Land, Name, Record,
        ],
        [
            Ground, Story, Size, Nature, Land, Past, Nation, Name, Sky, Clock, Record,
        ],
    ]
};

struct Part<'a> {
    title: String,
    moves: Vec<Chosen<'a>>,
    lines: Vec<Spoken>,
}

/// Writes the script of a plan.
pub(crate) fn draft(ledger: &Ledger<'_>, plan: Plan<'_>) -> Script {
    let Plan {
        hook,
        body,
        seed,
        note,
    } = plan;
    let mut moves = vec![format!("{}.{}", hook.chosen.of.id, hook.chosen.skeleton)];
    let order = &ORDERS[seed.index("order", ORDERS.len())];
    let parts = parts(body, order, ledger);
    moves.extend(
        parts
            .iter()
            .flat_map(|p| &p.moves)
            .map(|m| format!("{}.{}", m.of.id, m.skeleton)),
    );
    let hook_title = hook
        .chosen
        .titles
        .get(seed.index("hook title", hook.chosen.titles.len()))
        .cloned()
        .unwrap_or_else(|| ledger.brief.name.to_owned());
    let disclosure = phrases::DISCLOSURES[seed.index("disclosure", phrases::DISCLOSURES.len())];
    let mut chapters = titled(parts, &hook_title, &seed);
    announce_frames(&mut chapters, ledger, &seed);
    chapters = arranged(chapters, hook.chosen.lines, hook.close, disclosure);
    let turns = cast(&chapters, seed.unit("first host") < 0.5);
    let chapters: Vec<Chapter> = chapters
        .into_iter()
        .zip(turns)
        .map(|(part, turns)| Chapter {
            title: part.title,
            turns,
        })
        .collect();
    finish(ledger, hook_title, chapters, moves, note)
}

fn finish(
    ledger: &Ledger<'_>,
    hook_title: String,
    chapters: Vec<Chapter>,
    moves: Vec<String>,
    note: Option<String>,
) -> Script {
    let mut seen = HashSet::new();
    let cited = chapters
        .iter()
        .flat_map(|c| &c.turns)
        .flat_map(|t| &t.sentences)
        .filter_map(|s| match &s.support {
            Support::Facts(ids) => Some(ids),
            _ => None,
        });
    let facts = cited
        .flatten()
        .filter(|id| seen.insert(id.as_str()))
        .filter_map(|id| ledger.facts().iter().find(|f| f.id == **id))
        .map(|f| (*f).clone())
        .collect();
    let headings: Vec<String> = chapters.iter().map(|c| c.title.clone()).collect();
    let title = format!("{}: {hook_title}", ledger.brief.name);
    let description = format!(
        "{}, in two voices. Chapters: {}.",
        ledger.brief.label,
        headings.join(" · ")
    );
    let mut script = Script {
        title,
        description,
        chapters,
        facts,
        note,
        moves,
    };
    let asked = f64::from(ledger.brief.preferences.preferred_length.target_s());
    if script.seconds() < 0.85 * asked {
        let minutes = (script.seconds() / 60.0).round().max(1.0) as u64;
        let said = if minutes == 1 {
            "one minute".to_owned()
        } else {
            format!("{} minutes", numbers::cardinal(minutes))
        };
        let short = format!(
            "Our sources carry about {said} on {}, so the episode is shorter than you asked for.",
            ledger.brief.name
        );
        script.note = Some(
            script
                .note
                .take()
                .map_or_else(|| short.clone(), |note| format!("{note} {short}")),
        );
    }
    script
}

/// Sorts moves into chapters by subject: two to five in each, few enough to remember.
fn parts<'a>(body: Vec<Chosen<'a>>, order: &[Group], ledger: &Ledger<'_>) -> Vec<Part<'a>> {
    let target = f64::from(ledger.brief.preferences.preferred_length.target_s());
    let most = if target <= 180.0 {
        4
    } else if target <= 360.0 {
        6
    } else {
        9
    };
    let mut parts: Vec<Vec<Chosen<'a>>> = Vec::new();
    for group in order {
        let mut of_group: Vec<Chosen<'a>> = body
            .iter()
            .filter(|c| c.of.group == *group)
            .cloned()
            .collect();
        // What the place itself has comes before what its country has, and what is essential before the rest.
        of_group.sort_by(|a, b| {
            a.found
                .is_widened()
                .cmp(&b.found.is_widened())
                .then(b.of.essential.total_cmp(&a.of.essential))
        });
        let size = if of_group.len() > 5 {
            of_group.len().div_ceil(2)
        } else {
            5
        };
        for chunk in of_group.chunks(size) {
            parts.push(chunk.to_vec());
        }
    }
    while parts.len() > 3 && (parts.len() > most || parts.iter().any(|p| p.len() < 2)) {
        let Some(at) = (0..parts.len() - 1).min_by_key(|at| parts[*at].len() + parts[at + 1].len())
        else {
            break;
        };
        if parts.len() <= most && parts[at].len() >= 2 && parts[at + 1].len() >= 2 {
            break;
        }
        let joined = parts.remove(at + 1);
        parts[at].extend(joined);
    }
    while parts.len() < 3 && parts.iter().any(|p| p.len() > 1) {
        let Some(at) = (0..parts.len()).max_by_key(|at| parts[*at].len()) else {
            break;
        };
        let half = parts[at].len() / 2;
        let rest = parts[at].split_off(half);
        parts.insert(at + 1, rest);
    }
    parts
        .into_iter()
        .map(|moves| Part {
            title: String::new(),
            moves,
            lines: Vec::new(),
        })
        .collect()
}

/// Gives each chapter a heading of one of its moves: the most telling one that is not used yet.
fn titled<'a>(mut parts: Vec<Part<'a>>, hook_title: &str, seed: &Seed) -> Vec<Part<'a>> {
    let mut used = HashSet::from([hook_title.to_lowercase()]);
    for part in &mut parts {
        let mut by_score: Vec<&Chosen<'_>> = part.moves.iter().collect();
        by_score.sort_by(|a, b| b.score.total_cmp(&a.score));
        let titles = by_score.iter().flat_map(|c| {
            let start = c.skeleton % c.titles.len().max(1);
            c.titles[start..].iter().chain(&c.titles[..start])
        });
        part.title = titles
            .into_iter()
            .find(|t| used.insert(t.to_lowercase()))
            .cloned()
            .unwrap_or_else(|| format!("More than {hook_title}"));
        part.lines = linked(&part.moves, seed);
    }
    parts
}

/// The lines of a chapter; where one subject would run into the next, the asker asks the way there.
fn linked(moves: &[Chosen<'_>], seed: &Seed) -> Vec<Spoken> {
    let mut lines: Vec<Spoken> = Vec::new();
    let mut group = None;
    for (at, chosen) in moves.iter().enumerate() {
        let runs_on = lines
            .last()
            .zip(chosen.lines.first())
            .is_some_and(|(last, first)| {
                last.role == first.role && is_claim(last) && is_claim(first)
            });
        let links = phrases::links(chosen.of.group);
        if runs_on && group != Some(chosen.of.group) && !links.is_empty() {
            let role = if chosen.lines[0].role == Holder::Holder {
                Holder::Asker
            } else {
                Holder::Holder
            };
            let pick =
                (seed.unit(&format!("link/{at}/{}", chosen.of.id)) * links.len() as f32) as usize;
            lines.push(aside(role, links[pick.min(links.len() - 1)].to_owned()));
        }
        group = Some(chosen.of.group);
        lines.extend(chosen.lines.iter().cloned());
    }
    lines
}

fn is_claim(line: &Spoken) -> bool {
    line.sentences
        .last()
        .is_some_and(|said| matches!(said.support, Support::Facts(_)) && !said.text.ends_with('?'))
}

fn aside(role: Holder, text: String) -> Spoken {
    Spoken {
        role,
        opens: true,
        sentences: vec![Sentence {
            text,
            support: Support::NoClaim,
        }],
    }
}

/// Says when the subject becomes the country, and when it is the place again.
fn announce_frames(parts: &mut [Part<'_>], ledger: &Ledger<'_>, seed: &Seed) {
    let mut wide = false;
    let mut times = 0;
    for part in parts {
        let mut told = HashSet::new();
        for chosen in &part.moves {
            if is_of_country(chosen) == wide {
                continue;
            }
            wide = !wide;
            let bank = if wide {
                phrases::WIDENING
            } else {
                phrases::NARROWING
            };
            let template =
                bank[(seed.index(if wide { "widening" } else { "narrowing" }, bank.len()) + times)
                    % bank.len()];
            let first = chosen.lines.first().and_then(|line| line.sentences.first());
            let at = part
                .lines
                .iter()
                .position(|line| line.opens && line.sentences.first() == first)
                .filter(|at| told.insert(*at));
            if let (Some(at), Some(text)) =
                (at, skeleton::fill(template, &|slot| ledger.common(slot)))
            {
                let link = at.checked_sub(1).filter(|before| {
                    part.lines[*before].opens
                        && part.lines[*before]
                            .sentences
                            .iter()
                            .all(|s| s.support == Support::NoClaim)
                });
                let role = part.lines[at].role;
                part.lines.insert(link.unwrap_or(at), aside(role, text));
            }
            times += 1;
        }
    }
}

fn is_of_country(chosen: &Chosen<'_>) -> bool {
    !chosen.found.told.is_empty()
        && chosen
            .found
            .told
            .iter()
            .all(|fact| fact.subject == Subject::Country)
}

/// Opens the first chapter with the hook and the disclosure, and ends the last one with the answer.
fn arranged<'a>(
    mut parts: Vec<Part<'a>>,
    opening: Vec<Spoken>,
    close: Vec<Spoken>,
    disclosure: &str,
) -> Vec<Part<'a>> {
    let last_role = opening.last().map_or(Holder::Holder, |line| line.role);
    let teller = if last_role == Holder::Holder {
        Holder::Asker
    } else {
        Holder::Holder
    };
    let disclosed = Spoken {
        role: teller,
        opens: true,
        sentences: vec![Sentence {
            text: disclosure.to_owned(),
            support: Support::Disclosure,
        }],
    };
    if let Some(first) = parts.first_mut() {
        let lines = std::mem::take(&mut first.lines);
        first.lines = opening
            .into_iter()
            .chain([disclosed])
            .chain(lines)
            .collect();
    }
    if let Some(last) = parts.last_mut() {
        last.lines.extend(close);
    }
    parts
}

/// Gives the lines to the hosts so that both hold about half of the words and both ask.
fn cast(parts: &[Part<'_>], first_is_a: bool) -> Vec<Vec<Turn>> {
    // More chapters keep the plain alternation: six choices are enough to be fair.
    let n = parts.len().min(6);
    let alternate =
        |mask: u32, at: usize| at.is_multiple_of(2) == first_is_a ^ (mask >> at & 1 == 1);
    let cast_with = |mask: u32| -> Vec<Vec<Turn>> {
        parts
            .iter()
            .enumerate()
            .map(|(at, part)| turns(&part.lines, alternate(mask, at)))
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
