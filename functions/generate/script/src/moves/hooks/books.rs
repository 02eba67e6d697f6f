//! Openings from a book: a name, a loss, two lines of a dictionary.

use places::Datum;

use super::super::{Found, Group, Move};
use crate::{ledger::Ledger, theme::Theme, wording};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "H23",
        group: Group::Name,
        themes: &[Theme::Words, Theme::History],
        essential: 0.9,
        titles: &["What the name holds", "A name with a past", "Inside the name", "The word {place}"],
        find: name_origin,
        skeletons: &[
            "H: The name {place} was something else before it was a name. [f]
             A: What was it?
             H: The Factbook has a line on it. It starts like this: {first}. [f]
             ---
             A: Go back to the name. What was it before?
             H: The same line goes on: {second}. [g]
             A: Something else, before it was the name {place}. [f]",
            "A: What is inside the name {place}?
             H: The Factbook opens it: {first}. [f]
             A: Is that all?
             H: There is a second half. It can wait. [-]
             ---
             H: I still hold the second half of the name. [-]
             A: Say it. [-]
             H: {Second}. [g]
             A: So that is inside the name {place}. [f]",
            "H: The word {place} has a past, and the Factbook has kept some of it. [f]
             A: How much?
             H: Listen: {first}. [f]
             ---
             A: And how does the past of the word go on?
             H: In the Factbook, like this: {second}. [g]
             A: That much is in the word {place}. [f]",
            "A: Take the word {place} off the map and turn it over. What is written on the back?
             H: In the Factbook's hand: {first}. [f]
             A: I can see more writing. [-]
             H: Turn it over again later. [-]
             ---
             A: May I turn the word over again?
             H: Now you may. The rest of the writing says: {second}. [g]
             A: Then I will put the word back on the map. [-]",
        ],
    },
    Move {
        id: "H27",
        group: Group::Story,
        themes: &[Theme::Culture, Theme::History],
        essential: 0.45,
        titles: &["In the dictionary", "Two lines in a dictionary", "What the dictionary kept", "By definition"],
        find: dictionary,
        skeletons: &[
            "H: A dictionary has room for few places, and {place} is one that got in. [f]
             A: With how many words?
             H: With two remarks. [f g] One goes: {first}. [f]
             ---
             A: The dictionary made two remarks. I heard one. [-]
             H: The other goes: {second}. [g]
             A: So that is how {place} got in. [g]",
            "A: What does a dictionary say when you look up {place}?
             H: Two things. [f g] I will read you one: {first}. [f]
             ---
             A: And the second thing that you read in the dictionary under {place}?
             H: {Second}. [g]",
            "H: If one line had to do for {place}, the dictionary would offer this: {first}. [f]
             A: And if it had two?
             H: Then there would be a second, and it comes last. [-]
             ---
             A: One line is used up. The dictionary has a second?
             H: It does: {second}. [g]
             A: Then {place} has to fit in there. [-]",
            "A: How would a dictionary introduce {place} at a party?
             H: Briefly: {first}. [f]
             A: And after that?
             H: It would wait to be asked. Ask it at the end. [-]
             ---
             A: Dictionary, what else would you say of {place}?
             H: It answers: {second}. [g]
             A: Then it would leave the party. [-]",
            "H: Somebody once had to fit {place} into a line of a dictionary, and needed two. [f g]
             A: The first line?
             H: {First}. [f]
             ---
             A: Somebody needed two lines for {place}. You read me one. [-]
             H: The second line: {second}. [g]",
        ],
    },
    Move {
        id: "H29",
        group: Group::Story,
        themes: &[Theme::History, Theme::Culture],
        essential: 0.8,
        titles: &["What became of {gone}", "{gone} and {stays}", "Looking for {gone}", "The end of {gone}"],
        find: super::super::quarrel::gone,
        skeletons: &[
            "H: Something is missing from {place}, and a dictionary knows what. [gone]
             A: You are not going to say?
             H: The name, yes: {gone}. [gone] How it ended, I keep for the end. [-]
             ---
             A: Something was missing. How did {gone} end? [gone]
             H: In the words of the dictionary, {how}. [gone]
             A: And in {place}, something else is still listed?
             H: {stays}: {what}. [stays]",
            "A: What would you look for in {place}, and not find?
             H: {gone}. [gone] You would find {stays} on the same page of the dictionary. [stays]
             A: And why not {gone}? [gone]
             H: All in good time. [-]
             ---
             A: You never told me why I would look for {gone} and not find it. [gone]
             H: The dictionary says so: {how}. [gone] Under {stays}, it says: {what}. [stays]
             A: Then I know which of the two to look for. [-]",
            "H: Two names from {place}: one has an end in the dictionary, and the other has none. [gone stays]
             A: Which names?
             H: {gone} and {stays}. [gone stays] Place your bets. [-]
             ---
             A: {stays} is the one without an end, I bet. [stays]
             H: You win. [-] {Stays}: {what}. [stays]
             A: And {gone}? [gone]
             H: {How}. [gone]",
            "A: If a guide to {place} were two hundred years out of date, what would be wrong with it?
             H: It might send you to {gone}. [gone]
             A: And I would stand there with my guide?
             H: In front of a story. You get it at the end. [-]
             ---
             A: I am still standing where the guide sent me, waiting for {gone}. [gone]
             H: Then hear it from the dictionary: {how}. [gone]
             A: Is there anything left to see?
             H: By the same dictionary there is {stays}: {what}. [stays]",
        ],
    },
];

fn name_origin<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let clauses = super::super::name::origin(l);
    let [(f, first), .., (g, second)] = clauses.as_slice() else {
        return Vec::new();
    };
    let found = Found::new(0.9)
        .cite("f", &[*f])
        .cite("g", &[*g])
        .slot("first", first.clone())
        .slot("second", second.clone());
    match clauses.as_slice() {
        [_, (m, middle), _, ..] => found.cite("m", &[*m]).slot("middle", middle.clone()).only(),
        _ => found.only(),
    }
}

fn dictionary<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let glosses: Vec<_> = l
        .each(|d| match d {
            Datum::Gloss { text } => wording::clause(text),
            _ => None,
        })
        .into_iter()
        .collect();
    let [(f, first), (g, second), ..] = glosses.as_slice() else {
        return Vec::new();
    };
    let tidy = |text: &str| text.strip_prefix("and ").unwrap_or(text).to_owned();
    Found::new(0.5)
        .cite("f", &[*f])
        .cite("g", &[*g])
        .slot("first", tidy(first))
        .slot("second", tidy(second))
        .only()
}
