//! Puts the chosen moves in order: chapters, hosts, turns, titles.

use std::collections::HashSet;

use places::{Datum, Subject};

use crate::{
    Chapter, Script, Sentence, Support,
    casting::cast,
    ledger::Ledger,
    moves::Group,
    numbers, phrases,
    plan::{Chosen, Plan, Spoken},
    seed::Seed,
    skeleton::{self, Holder},
};

/// The orders in which subjects may follow one another.
const ORDERS: &[[Group; 8]] = {
    use Group::{Clock, Ground, Name, Nature, Record, Size, Sky, Story};
    &[
        [Size, Ground, Nature, Sky, Clock, Name, Story, Record],
        [Ground, Size, Name, Nature, Story, Sky, Clock, Record],
        [Size, Name, Story, Ground, Nature, Clock, Sky, Record],
        [Ground, Nature, Size, Story, Name, Sky, Clock, Record],
        [Name, Size, Ground, Story, Nature, Clock, Sky, Record],
        [Size, Story, Ground, Clock, Sky, Nature, Name, Record],
        [Nature, Ground, Size, Sky, Clock, Story, Name, Record],
        [Ground, Story, Size, Nature, Name, Sky, Clock, Record],
        [Story, Ground, Name, Size, Nature, Sky, Clock, Record],
        [Sky, Clock, Ground, Size, Story, Name, Nature, Record],
        [Name, Story, Ground, Nature, Sky, Clock, Size, Record],
        [Nature, Sky, Clock, Size, Name, Ground, Story, Record],
    ]
};

/// The chapter a subject is told in: what belongs to the country is told beside what it touches of the place.
fn chapter_of(group: Group) -> Group {
    match group {
        Group::Land => Group::Nature,
        Group::Past | Group::Nation => Group::Story,
        other => other,
    }
}

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
    let hook_title = turned(&hook.chosen.telling_titles, &seed)
        .chain(turned(&hook.chosen.titles, &seed))
        .next()
        .cloned()
        .unwrap_or_else(|| ledger.brief.name.to_owned());
    let disclosure = phrases::DISCLOSURES[seed.index("disclosure", phrases::DISCLOSURES.len())];
    let mut chapters = titled(parts, &hook_title, &seed);
    announce_frames(&mut chapters, ledger, &seed);
    recall(&mut chapters, hook.recall);
    let opening = placed(hook.chosen.lines, ledger, &seed);
    chapters = arranged(chapters, opening, hook.close, disclosure);
    let lines: Vec<Vec<Spoken>> = chapters.iter().map(|part| part.lines.clone()).collect();
    let turns = cast(&lines, seed.unit("first host") < 0.5);
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
    let most = if target <= 180.0 { 4 } else { 6 };
    let mut parts: Vec<Vec<Chosen<'a>>> = Vec::new();
    for group in order {
        let of_group = woven(
            body.iter()
                .filter(|c| chapter_of(c.of.group) == *group)
                .cloned()
                .collect(),
        );
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

/// Orders the moves of one subject: what the place has leads, and the country follows move by move.
fn woven(mut moves: Vec<Chosen<'_>>) -> Vec<Chosen<'_>> {
    moves.sort_by(|a, b| {
        let first = |c: &Chosen<'_>| (c.of.group, c.found.slots.contains_key("more"));
        b.of.essential
            .total_cmp(&a.of.essential)
            .then_with(|| first(a).cmp(&first(b)))
    });
    let (wide, near): (Vec<_>, Vec<_>) = moves.into_iter().partition(|c| c.found.is_widened());
    // Two lines on the country in a row sound like a handbook; pages of a book are told together all the same.
    let lead = near.len().saturating_sub(wide.len()).max(1);
    let mut near = near.into_iter();
    let mut out: Vec<Chosen<'_>> = near.by_ref().take(lead).collect();
    let tells_a_story = out.first().is_some_and(|c| c.of.group == Group::Story);
    if tells_a_story {
        out.extend(near.by_ref());
    }
    for one in wide {
        out.push(one);
        out.extend(near.next());
    }
    out.extend(near);
    out
}

/// Gives each chapter a heading of one of its moves: the most telling one that is not used yet.
fn titled<'a>(mut parts: Vec<Part<'a>>, hook_title: &str, seed: &Seed) -> Vec<Part<'a>> {
    let mut used = HashSet::from([hook_title.to_lowercase()]);
    let mut asked = HashSet::new();
    for part in &mut parts {
        let mut by_score: Vec<&Chosen<'_>> = part.moves.iter().collect();
        by_score.sort_by(|a, b| b.score.total_cmp(&a.score));
        // A heading with a name in it says more than one that fits anywhere.
        let telling = by_score
            .iter()
            .flat_map(|c| turned(&c.telling_titles, seed));
        let plain = by_score.iter().flat_map(|c| turned(&c.titles, seed));
        part.title = telling
            .chain(plain)
            .find(|t| used.insert(t.to_lowercase()))
            .cloned()
            .unwrap_or_else(|| format!("More than {hook_title}"));
        part.lines = linked(&part.moves, seed, &mut asked);
    }
    parts
}

/// The headings, beginning anywhere among them.
fn turned<'t>(titles: &'t [String], seed: &Seed) -> impl Iterator<Item = &'t String> {
    let start = titles
        .first()
        .map_or(0, |first| seed.index(first, titles.len()));
    titles[start..].iter().chain(&titles[..start])
}

/// The lines of a chapter; where one subject would run into the next, the asker asks the way there.
fn linked(moves: &[Chosen<'_>], seed: &Seed, asked: &mut HashSet<&'static str>) -> Vec<Spoken> {
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
            let start = seed.index(&format!("link/{at}/{}", chosen.of.id), links.len());
            let fresh = links[start..]
                .iter()
                .chain(&links[..start])
                .find(|link| asked.insert(link));
            lines.extend(fresh.map(|link| aside(role, (*link).to_owned())));
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
        is_of_hook: false,
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
    let mut all: Vec<bool> = parts
        .iter()
        .flat_map(|part| part.moves.iter().map(is_of_country))
        .collect();
    all.push(false);
    let mut at_move = 0;
    for part in parts {
        let mut told = HashSet::new();
        for chosen in &part.moves {
            let (is_wide, next) = (all[at_move], all[at_move + 1]);
            at_move += 1;
            // One line on the country between two on the place names the country itself.
            if is_wide == wide || is_wide && !next {
                continue;
            }
            wide = is_wide;
            let bank = match (wide, ledger.dispute()) {
                // Whether it is a country is what the dispute is about.
                (_, Some(_)) => continue,
                (true, None) => phrases::WIDENING,
                (false, None) => phrases::NARROWING,
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

/// Says which place is meant, where others bear the name, before the opening goes on.
fn placed(mut opening: Vec<Spoken>, ledger: &Ledger<'_>, seed: &Seed) -> Vec<Spoken> {
    let shared = ledger.one(|d| match d {
        Datum::SameName { others: 1.., .. } => Some(()),
        _ => None,
    });
    let location = ledger.one(|d| matches!(d, Datum::Location { .. }).then_some(()));
    let (Some(_), Some((fact, ()))) = (shared, location) else {
        return opening;
    };
    let (bank, at) = match opening.first() {
        Some(line) if line.role == Holder::Holder => (phrases::WHICH_ONE, 0),
        _ => (phrases::WHICH_ONE_ASKED, 1),
    };
    let Some(where_it_is) = ledger.common("region").or_else(|| ledger.common("country")) else {
        return opening;
    };
    let template = bank[seed.index("which one", bank.len())];
    let text = skeleton::fill(template, &|slot| match slot {
        "where" => Some(where_it_is.clone()),
        other => ledger.common(other),
    });
    if let (Some(line), Some(text)) = (opening.get_mut(at), text) {
        let sentence = Sentence {
            text,
            support: Support::Facts(vec![fact.id.clone()]),
        };
        let at = if at == 0 { line.sentences.len() } else { 0 };
        line.sentences.insert(at, sentence);
    }
    opening
}

/// Takes up the question of the opening past the middle, at the start of a chapter.
fn recall(parts: &mut [Part<'_>], lines: Vec<Spoken>) {
    let at = (parts.len() * 3).div_ceil(5);
    if let Some(part) = parts.get_mut(at) {
        part.lines.splice(..0, lines);
    }
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
        is_of_hook: false,
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
