//! What it is called.

use places::{Datum, Fact, Topic};

use super::{Found, Group, Move};
use crate::{ledger::Ledger, numbers, theme::Theme, wording};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "M23",
        group: Group::Name,
        themes: &[Theme::Words, Theme::History],
        essential: 0.9,
        titles: &["Where {place} got its name", "Behind the word {place}", "The word {place}, opened"],
        find: named_after,
        skeletons: &[
            "A: Where does the name {place} come from?
             H: The Factbook has it so: {first}. [f]",
            "H: The name {place} has a source. [f] {First}. [f]
             A: <So somebody wrote it down.|And we go on using it.> [-]",
            "A: Say the name slowly. What is in it?
             H: In the Factbook: {first}. [f]
             A: {?second} And then?
             H: {?second} {Second}. [g]",
            "H: Behind the word {place} there is a line of the Factbook: {first}. [f]
             A: {?second} Does the line go on?
             H: {?second} It does: {second}. [g]",
            "A: {?second} Was it always called {place}?
             H: Hear how it came about: {first}. [f] After that, {second}. [g]",
            "H: {First}. [f] That is the Factbook, on the name {place}. [f]",
        ],
    },
    Move {
        id: "M24.only",
        group: Group::Name,
        themes: &[Theme::Words],
        essential: 0.3,
        titles: &["One bearer", "Nobody else answers", "A name used once"],
        find: only_one,
        skeletons: &[
            "A: <Who else is called that?|Any namesakes?>
             H: Nobody: on the whole list, no other place carries the name. [f]",
            "H: Call out the name {place}, and only one place on the list turns round. [f]
             A: An easy <letter|parcel> to address. [-]",
            "A: If I <search for|type in> the name, how many answers do I get?
             H: One. No other place on the list has it. [f]",
            "H: The name {place} is not shared: no other listed place has it. [f]
             A: So a letter needs no second line. [-]",
            "H: There is a list of all places called {place}. [f]
             A: A long one?
             H: It is the only name on it. [f]",
            "A: <Could I end up in the wrong {place}?|Is there a second {place} to mix it up with?>
             H: Not by this list: no other place has that name. [f]",
            "H: {place} is a name used <once|one time> on the list of the world, and no other place has it. [f]",
            "A: Type {place} into a search box. What should happen?
             H: It should find one place, if it uses our list. [f] No other carries the name. [f]",
            "H: A postman of the whole world would not hesitate. [-] On the list there is no other {place}. [f]",
            "A: Has the name been used twice?
             H: Not on this list. [-] No other place has it. [f]",
            "H: Names get copied. [-] This one has not been, going by the list: no other place is called {place}. [f]",
            "A: Do I have to add the country when I say {place}?
             H: By the list you could leave it out. [-] No other place answers to it. [f]",
            "H: Whoever says {place} says all there is to say. [-] No other place on the list shares the name. [f]",
            "A: Where is the other {place}?
             H: There is no other on the list. [f]
             A: <So I cannot get lost.|One will do.> [-]",
        ],
    },
    Move {
        id: "M24.many",
        group: Group::Name,
        themes: &[Theme::Words, Theme::Map],
        essential: 0.4,
        titles: &["Which {place}?", "A shared name", "The others of that name"],
        find: many,
        skeletons: &[
            "A: Is there only one {place}?
             H: <Far from it.|By no means.> [-] The list holds {others} more of that name. [f]",
            "H: Call the name out, and {others} other places answer. [f]
             A: Is this the largest of them?
             H: {largest}. [f]",
            "H: A letter to {place} needs a second line. [-] There are {others} others on the list. [f]
             A: Named after each other?
             H: The list does not say. [-]",
            "A: How many places share the name?
             H: {Others}, besides this one. [f]",
            "H: {Others} other places on the list <carry|have> the name {place}. [f]
             A: <So say which one you mean.|A busy name.> [-]",
            "A: <Is this the {place}?|Have we got the right {place}?>
             H: One of them. [-] {Others} more are on the list. [f]",
            "H: The name gets around: {others} further places have it. [f]
             A: And by size, does this one win?
             H: {Largest}. [f]",
        ],
    },
    Move {
        id: "M25",
        group: Group::Name,
        themes: &[Theme::Words],
        essential: 0.4,
        titles: &["From {first} to {last}", "Count the spellings", "Many ways to write it", "{at_least} spellings"],
        find: spellings,
        skeletons: &[
            "H: Count the spellings. [-] The gazetteer keeps at least {at_least}, from {first} to {last}. [f]
             A: All for one place?
             H: All for this one. [-]",
            "A: How do you write it?
             H: In at least {at_least} ways, if you ask the gazetteer. [f] {First} is one of them, and {last} is another. [f]",
            "H: Ask the gazetteer for {first}, and it brings you here. Ask for {last}, and it does the same. [f]
             A: How many of those are there?
             H: At least {at_least} in Latin letters. [f]",
            "A: Is {place} the one spelling? [f]
             H: The gazetteer has at least {at_least}. [f] One of them is {last}. [f]",
            "H: {First}, {last}: <different letters, one place|both of them mean this place>. [f]
             A: <Are there more?|And the others?>
             H: At least {at_least} spellings are on record. [f]",
            "H: The name has not settled down. [-] At least {at_least} spellings are on record, {first} at one end of the alphabet, {last} at the other. [f]",
            "A: If I spelled it {last}, would anyone object? [f]
             H: The gazetteer would not. It has at least {at_least} spellings. [f]",
            "H: Some write {first}. [f] Some write {last}. [f]
             A: And between the two?
             H: More: at least {at_least} spellings in all. [f]",
            "A: A name is a name, surely?
             H: Not here: {first} is one way to put it, {last} another. [f] The gazetteer's drawer holds at least {at_least}. [f]",
            "H: {At_least} ways to write one name, and perhaps more: so many the gazetteer has collected. [f]
             A: <Read me one.|For example?> [-]
             H: {Last}. [f]",
            "A: How would it look in somebody else's handwriting?
             H: {First}, maybe. [f] Or {last}. [f]",
            "H: A typesetter could go mad over this name. [-] The gazetteer accepts at least {at_least} spellings. [f]
             A: Such as?
             H: {First}. [f] Or {last}. [f]",
            "A: Which form of the name is the odd one?
             H: I would pick {first} out of the at least {at_least} on record. [f]",
        ],
    },
    Move {
        id: "M25.scripts",
        group: Group::Name,
        themes: &[Theme::Words],
        essential: 0.3,
        titles: &["In other alphabets", "Beyond Latin letters", "The name in other scripts"],
        find: scripts,
        skeletons: &[
            "A: <And in other scripts?|And without Latin letters?>
             H: {scripts}. [f]",
            "H: The name exists in more than one alphabet. [f] The gazetteer holds it in {scripts}. [f]
             A: One place, many pens. [-]",
            "H: Ask the gazetteer for the name in other scripts, and it opens a drawer: {scripts}. [f]",
            "A: <Who else has had to write it down?|In which letters has it been written?>
             H: Going by the gazetteer, writers of {scripts}. [f]",
            "H: {scripts}: the gazetteer <writes|has> the name in each of these scripts. [f]
             A: <And in ours.|Latin letters not counted.> [-]",
            "H: You would not always recognise the name. [-] It is on record in {scripts}. [f]",
            "A: How many alphabets does it take to write the name?
             H: More than ours. [-] There are versions in {scripts}. [f]",
            "H: {Scripts}: somebody has spelled the name in each of them, going by the gazetteer. [f]",
            "A: If I met the name on a foreign signpost, would I know it?
             H: Not in {scripts}, perhaps. [f] The gazetteer has it in all of these. [f]",
            "H: Printers have needed <more than one set of type|several cases of type> for the name {place}. [f] Among them {scripts}. [f]",
            "A: Is the name at home in other letters too?
             H: On record it is: {scripts}. [f]
             A: <That is a well-travelled word.|And it means the same dot on the map.> [-]",
            "H: Read aloud it is one name. Written, it can be {scripts}. [f]",
        ],
    },
    Move {
        id: "M26",
        group: Group::Name,
        themes: &[Theme::Words, Theme::History],
        essential: 0.5,
        titles: &["Once {old}", "Another name on record", "Also {old}"],
        find: old_name,
        skeletons: &[
            "A: Was it always called that?
             H: The gazetteer also has the name {old} on record. [f]",
            "H: Search for {old} in the gazetteer, and you end up here. [f]
             A: Another name for the same place. [-]",
            "H: There is a second name in the drawer: {old}. [f]
             A: Older or newer?
             H: The record marks it as a former or older one. [f]",
            "A: Does the name {old} <mean anything here|ring a bell>? [f]
             H: It does: the gazetteer has it as an older or former name. [f]",
            "H: On an old <page|sheet> you might look for {place} and find {old}. [f]",
        ],
    },
];

/// What the Factbook says on the origin of the name, clause by clause.
pub(super) fn origin<'a>(l: &Ledger<'a>) -> Vec<(&'a Fact, String)> {
    l.texts(Topic::CapitalName)
        .into_iter()
        .flat_map(|(fact, text)| {
            wording::clauses(text)
                .into_iter()
                .filter(|said| said.split(' ').count() >= 4)
                .map(move |said| (fact, wording::with_subject(&wording::inner(&said))))
        })
        .collect()
}

fn named_after<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let clauses = origin(l);
    let Some((f, first)) = clauses.first() else {
        return Vec::new();
    };
    let found = Found::new(0.8)
        .cite("f", &[*f])
        .slot("first", first.clone());
    match clauses.last() {
        Some((g, second)) if clauses.len() > 1 => {
            found.cite("g", &[*g]).slot("second", second.clone()).only()
        }
        _ => found.only(),
    }
}

fn same_name<'a>(l: &Ledger<'a>) -> Option<(&'a places::Fact, (u32, bool))> {
    l.one(|d| match d {
        Datum::SameName {
            others, is_largest, ..
        } => Some((*others, *is_largest)),
        _ => None,
    })
}

fn only_one<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((fact, (0, _))) = same_name(l) else {
        return Vec::new();
    };
    Found::new(0.1).cite("f", &[fact]).only()
}

fn many<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((fact, (others @ 2.., is_largest))) = same_name(l) else {
        return Vec::new();
    };
    Found::new((others as f32 / 40.0).min(0.8))
        .cite("f", &[fact])
        .slot("others", numbers::about(f64::from(others)))
        .slot(
            "largest",
            if is_largest {
                "Yes, it is the largest"
            } else {
                "No, another one has more people"
            },
        )
        .only()
}

fn is_sayable(word: &str) -> bool {
    word.chars()
        .all(|c| c.is_alphabetic() && (c as u32) < 0x0250 || matches!(c, ' ' | '-' | '\''))
}

pub(super) fn spellings<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::Spellings {
            at_least,
            first,
            last,
            ..
        } if *at_least >= 5 => Some((*at_least, first, last)),
        _ => None,
    });
    let Some((fact, (at_least, first, last))) =
        read.filter(|(_, (_, a, b))| is_sayable(a) && is_sayable(b))
    else {
        return Vec::new();
    };
    Found::new(f32::from(u8::try_from(at_least.min(60)).unwrap_or(60)) / 60.0)
        .cite("f", &[fact])
        .slot("at_least", numbers::cardinal(u64::from(at_least)))
        .slot("first", first.clone())
        .slot("last", last.clone())
        .only()
}

fn scripts<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::Spellings { scripts, .. } if scripts.len() >= 3 => Some(scripts),
        _ => None,
    });
    let Some((fact, scripts)) = read else {
        return Vec::new();
    };
    let other: Vec<String> = scripts
        .iter()
        .filter(|script| *script != "Latin")
        .take(7)
        .cloned()
        .collect();
    Found::new(0.3)
        .lean("f", &[fact])
        .slot("scripts", wording::listed(&other))
        .only()
}

fn old_name<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let all = l.each(|d| match d {
        Datum::OldName { name } if is_sayable(name) => Some(name),
        _ => None,
    });
    all.into_iter()
        .map(|(fact, old)| Found::new(0.5).cite("f", &[fact]).slot("old", old.clone()))
        .collect()
}
