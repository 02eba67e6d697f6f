//! The parts of the place that the dictionary knows.

use places::{Datum, Fact};

use super::{Found, Group, Move};
use crate::{ledger::Ledger, theme::Theme, wording};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "M34",
        group: Group::Story,
        themes: &[Theme::Culture, Theme::History],
        essential: 0.6,
        titles: &["{part}", "The entry on {part}", "Under {part}", "Look up {part}"],
        find: part,
        skeletons: &[
            "H: Inside {place}, the dictionary has an entry of its own for {part}. [f]
             A: Saying what?
             H: {?one} This: {gloss}. [f]",
            "A: What does the dictionary say about {part}? [f]
             H: {?one} It says: {gloss}. [f]",
            "H: {?one} Look up {part}. [f] The dictionary answers: {gloss}. [f]
             A: And it counts that as a part of {place}?
             H: It does. [f]",
            "A: Give me something inside {place}. [-]
             H: {?one} {part}. [f] In the words of the dictionary: {gloss}. [f]",
            "H: {?one} Another page, another part: {part}. [f]
             A: Described how?
             H: As follows: {gloss}. [f]",
            "H: {?one} The dictionary files {part} under {place}. [f] One clause of it reads: {gloss}. [f]",
            "A: Walk me to {part}. [f]
             H: I can read you to it. [-] {Gloss}. [f]
             A: {?two} Is that all there is?
             H: {?two} There is more: {second}. [g]",
            "H: Turn a corner in {place}, and you may come to {part}. [f]
             A: What would the plaque say, if the dictionary wrote it?
             H: {Gloss}. [f] {?two} And below: {second}. [g]",
            "A: {part}, what is that? [f]
             H: {Gloss}. [f]
             A: {?two} And that is all it is?
             H: {?two} No. [-] Also this: {second}. [g]",
            "H: {?two} The dictionary needs two remarks for {part}. [f g] It begins with: {gloss}. [f]
             A: And the other?
             H: {Second}. [g]",
            "H: {?two} {part}: {gloss}. [f] And that is half of the entry. [f]
             A: The other half?
             H: {Second}. [g]",
            "A: {?one} Which name in {place} should I have heard?
             H: {part}, says the dictionary, and explains it: {gloss}. [f]",
            "H: {?one} {part} is {article_gloss}. [f] So much the dictionary knows of it. [f]",
            "H: {?one} Somebody compiling a dictionary thought of {place}, and wrote down {part}. [f]
             A: With what beside it?
             H: {Gloss}. [f]",
        ],
    },
    Move {
        id: "M34.two",
        group: Group::Story,
        themes: &[Theme::Culture, Theme::History],
        essential: 0.6,
        titles: &["{one} and {two}", "From {one} to {two}", "{two}, after {one}"],
        find: two_parts,
        skeletons: &[
            "A: Two addresses in {place}, please. [-]
             H: {one} and {two}. [f g] The dictionary on the one: {first}. [f]
             A: And on the other?
             H: {Second}. [g]",
            "H: Walk through the dictionary's {place}, and you pass {one} and {two}. [f g]
             A: Slowly. What is {one}? [f]
             H: {First}. [f]
             A: And {two}? [g]
             H: {Second}. [g]",
            "H: {one}: {first}. [f]
             A: <And around the corner?|Next entry.|Go on.> [-]
             H: {two}: {second}. [g]",
            "A: If I had one morning in {place}, and an afternoon?
             H: In the morning, {one}: {first}. [f] In the afternoon, {two}: {second}. [g]",
            "H: Of {one} the dictionary says: {first}. [f]
             A: Has it anything to set against that?
             H: {two}. [g] {Second}. [g]",
            "A: What do {one} and {two} have in common? [f g]
             H: The place. [-] Apart from that, {one} is in the book like this: {first}. [f]
             A: And {two}? [g]
             H: Like this: {second}. [g]",
        ],
    },
];

/// A part of the place with all that the dictionary says of it.
type Part<'a> = (&'a str, Vec<(&'a Fact, String)>);

fn parts<'a>(l: &Ledger<'a>) -> Vec<Part<'a>> {
    let all = l.each(|d| match d {
        Datum::Part { name, text } if !name.contains('(') => Some((name, text)),
        _ => None,
    });
    let mut parts: Vec<Part<'a>> = Vec::new();
    let said = all.into_iter().flat_map(|(fact, (name, text))| {
        let clauses = wording::clauses(text).into_iter();
        clauses.map(move |clause| {
            let clause = clause.strip_prefix("and ").unwrap_or(&clause);
            (fact, name, wording::inner(clause))
        })
    });
    for (fact, name, gloss) in said {
        if says_little(name, &gloss, l.brief.name) {
            continue;
        }
        match parts.iter_mut().find(|(known, _)| known == name) {
            Some((_, glosses)) => glosses.push((fact, gloss)),
            None => parts.push((name, vec![(fact, gloss)])),
        }
    }
    parts
}

/// Whether a gloss only repeats the name: `a university in Paris`, of Paris University.
fn says_little(name: &str, gloss: &str, place: &str) -> bool {
    let known = format!("{name} {place} a an the in of is part city").to_lowercase();
    let known: Vec<&str> = known.split([' ', '-']).collect();
    gloss
        .to_lowercase()
        .split(' ')
        .filter(|word| !known.contains(word))
        .count()
        < 2
}

/// Dates and loss make a better story than a definition.
fn part_worth(glosses: &[(&Fact, String)]) -> f32 {
    const TOLD: [&str; 8] = [
        "century",
        "destroyed",
        "built",
        "burned",
        "constructed",
        "remains",
        "famous",
        "artist",
    ];
    let tells = glosses
        .iter()
        .any(|(_, gloss)| TOLD.iter().any(|word| gloss.contains(word)));
    match (tells, glosses.len()) {
        (true, _) => 0.75,
        (false, 2..) => 0.5,
        _ => 0.35,
    }
}

fn part<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    parts(l)
        .into_iter()
        .filter(|(_, glosses)| glosses[0].1.split(' ').count() >= 4 || glosses.len() > 1)
        .map(|(name, glosses)| {
            let found = Found::new(part_worth(&glosses))
                .cite("f", &[glosses[0].0])
                .slot("part", wording::spoken(name))
                .slot("gloss", glosses[0].1.clone());
            match glosses.get(1) {
                Some((fact, second)) => found
                    .cite("g", &[*fact])
                    .flag("two", true)
                    .slot("second", second.clone()),
                None => match article(&glosses[0].1) {
                    true => found
                        .flag("one", true)
                        .slot("article_gloss", glosses[0].1.clone()),
                    false => found.flag("one", true),
                },
            }
        })
        .collect()
}

/// Whether a gloss can follow "is".
fn article(gloss: &str) -> bool {
    ["a ", "an ", "the "]
        .iter()
        .any(|word| gloss.starts_with(word))
}

/// Two parts told against each other.
fn two_parts<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let mut all = parts(l);
    all.retain(|(_, glosses)| glosses[0].1.split(' ').count() >= 4);
    all.sort_by(|a, b| part_worth(&b.1).total_cmp(&part_worth(&a.1)));
    all.chunks(2)
        .filter_map(|pair| match pair {
            [(one, a), (two, b)] => Some(
                Found::new((part_worth(a) + part_worth(b)) / 2.0)
                    .cite("f", &[a[0].0])
                    .cite("g", &[b[0].0])
                    .slot("one", wording::spoken(one))
                    .slot("two", wording::spoken(two))
                    .slot("first", a[0].1.clone())
                    .slot("second", b[0].1.clone()),
            ),
            _ => None,
        })
        .collect()
}
