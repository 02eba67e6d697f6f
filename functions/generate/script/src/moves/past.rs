//! What happened in its country.

use places::Topic;

use super::{Found, Group, Move};
use crate::{ledger::Ledger, theme::Theme, wording};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "P1",
        group: Group::Past,
        themes: &[Theme::History],
        essential: 0.4,
        titles: &["A page of history", "What the Factbook remembers", "Before today", "A line from the past of {country}"],
        find: background,
        skeletons: &[
            "A: What does the Factbook remember of {country}?
             H: Among other things, this. [-] {text}. [f]",
            "H: A sentence from the history of {country}, as the Factbook tells it. [-] {text}. [f]",
            "A: <Read me a line of history.|A line of history, please.> [-]
             H: {text}. [f]
             A: That is the whole country, not this {kind} alone. [-]",
            "H: {text}. [f]
             A: Says who?
             H: The World Factbook, on {country}. [f]",
            "A: <What happened in {country} before all this?|And the past of {country}?>
             H: The Factbook puts it so. [-] {text}. [f]",
            "H: On the past of {country}, the Factbook writes: {inner}. [f]",
            "A: <Did anything happen to {country}?|And {country}, did anything happen to it?>
             H: The Factbook has this. [-] {text}. [f]",
            "H: <Open the Factbook at the page on {country}.|The page on {country}, under background.> [-] {text}. [f]
             A: <A long story in a short line.|One line for years of it.> [-]",
            "H: Somewhere in the past of {country} there is this sentence. [-] {text}. [f]",
            "A: <Give me a year from {country}.|Any year from the past of {country} will do.> [-]
             H: {text}. [f]",
            "H: {text}. [f] So the Factbook tells it, of {country}. [f]",
            "A: What happened around {place}, on the large scale?
             H: On the scale of {country}, this. [-] {text}. [f]",
            "H: History does not stop at the edge of a {kind}. [-] Of {country} it says in the Factbook: {inner}. [f]",
            "A: If {country} had a diary, which page would you read out?
             H: One that the Factbook has kept. [-] {text}. [f]
             A: <And turn the page.|The next page is yours.> [-]",
        ],
    },
    Move {
        id: "P2",
        group: Group::Past,
        themes: &[Theme::History],
        essential: 0.4,
        titles: &["On its own", "The date of independence", "Since when it is {country}"],
        find: independence,
        skeletons: &[
            "A: Since when is {country} independent?
             H: The Factbook writes: {text}. [f]",
            "H: Under independence, the Factbook notes for {country}: {text}. [f]",
            "H: One line of the Factbook counts the years of {country} on its own. [f] It reads: {text}. [f]
             A: A country in one line. [-]",
            "A: <Is there a birthday for {country}?|From when does {country} count?>
             H: As independence, the Factbook has {text}. [f]",
            "H: There is a date in the file of {country}: {text}. [f]
             A: A date for what?
             H: For independence. [f]",
            "A: How long has {country} been its own?
             H: Reckon from here: {text}. [f]",
            "H: {Text}: <from there {country} counts itself independent|with that, {country} was on its own>, in the Factbook. [f]",
            "A: Whose was {country} before it was its own?
             H: Read the line for independence: {text}. [f]",
        ],
    },
    Move {
        id: "P3",
        group: Group::Name,
        themes: &[Theme::History, Theme::Words],
        essential: 0.5,
        titles: &["The word {country}", "A country by its name", "What {country} means"],
        find: country_name,
        skeletons: &[
            "A: And the name of the country?
             H: On {country}, the Factbook says: {?start} {text}. [f]",
            "H: {Country} has a name with a source. [f] In the Factbook it goes: {?start} {text}. [f]
             A: So much for the map's largest letters. [-]",
            "H: The word {country} is explained in the Factbook like this: {?start} {text}. [f]",
            "A: What is on record about the word {country}?
             H: I can quote the Factbook: {?start} {text}. [f]",
            "A: <Where does the word {country} come from?|And who named {country}?>
             H: From the Factbook, word for word: {?start} {text}. [f]",
            "H: <Take the name on the passport, {country}.|Now the word on the border sign, {country}.> [-] Of that name the Factbook says: {?start} {text}. [f]",
            "A: <Is {country} a word that means something?|Does the name {country} say anything?>
             H: To the Factbook it does: {?start} {text}. [f]",
            "H: Before it was on maps, the word {country} had to come from somewhere. [-] {?start} {Text}, says the Factbook. [f]",
            "A: Say {country} slowly. What do you hear?
             H: With the Factbook's ear: {?start} {text}. [f]",
            "H: {?start} {Text}. [f]
             A: Whose name is that?
             H: The whole country's: {country}. [f]",
            "A: Who put {country} on the label?
             H: About the name the Factbook writes: {?start} {text}. [f]",
            "H: The name {country} comes with a note. [f] It reads: {?start} {text}. [f]
             A: <A whole country under one word.|And we have been saying it all along.> [-]",
            "A: Does the Factbook say more about that word, {country}?
             H: {?more} It goes on: {text}. [f]",
            "H: {?more} On the name {country} there is a second remark. [f] {Text}. [f]",
            "A: <And who is behind the name {country}?|Is that all about the name {country}?>
             H: {?more} The Factbook adds: {text}. [f]",
        ],
    },
];

fn background<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    l.texts(Topic::Background)
        .into_iter()
        .filter_map(|(fact, text)| {
            let whole = wording::clauses(text);
            let clauses = match whole.as_slice() {
                [_] => whole,
                // The beginning of a long sentence is heard where the whole would not fit a breath.
                _ => wording::clauses(head(text)?),
            };
            let [text] = clauses.as_slice() else {
                return None;
            };
            let stands = !text.contains(" also ")
                && !text.starts_with(|c: char| c.is_lowercase())
                && !DANGLING.iter().any(|word| text.starts_with(word));
            (stands && text.split(' ').count() >= 6).then(|| {
                Found::new(0.3)
                    .cite("f", &[fact])
                    .slot("inner", wording::inner(text))
                    .slot("text", text.clone())
            })
        })
        .collect()
}

/// A sentence up to the comma before a second main clause; none where a list may be cut.
fn head(text: &str) -> Option<&str> {
    const GOES_ON: [&str; 8] = [
        ", and after ",
        ", and in ",
        ", and by ",
        ", and the ",
        ", and it ",
        ", and he ",
        ", and they ",
        ", and was ",
    ];
    let at = GOES_ON.iter().filter_map(|cut| text.find(cut)).min()?;
    let head = &text[..at];
    let opens_with_a_date = |at: usize| {
        head[..at].split(' ').count() <= 4 && head[..at].contains(|c: char| c.is_ascii_digit())
    };
    let is_no_list = head.find(',').is_none_or(opens_with_a_date) && head.matches(',').count() <= 1;
    (is_no_list && !head.contains(" both ") && !head.contains(" between ")).then_some(head)
}

/// Beginnings that lean on a sentence that is not quoted.
const DANGLING: &[&str] = &[
    "It ",
    "Its ",
    "He ",
    "She ",
    "They ",
    "However",
    "This ",
    "These ",
    "That ",
    "The latter",
    "Later",
    "Then",
    "Both ",
    "Also",
    "But ",
    "And ",
    "Since then",
    "Thereafter",
    "Subsequent",
    "Following the",
    "The transition",
    "Despite",
];

fn independence<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    super::quoted(l, Topic::Independence, 0.2)
}

fn country_name<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    super::quoted(l, Topic::CountryName, 0.35)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_sentence_ends_before_its_second_clause_but_not_inside_a_list() {
        assert_eq!(
            head(
                "In 1789, Fletcher Christian led a mutiny, and after months of searching he landed"
            ),
            Some("In 1789, Fletcher Christian led a mutiny")
        );
        assert_eq!(head("It held Gaul, Spain, and the islands"), None);
        assert_eq!(head("It was founded in 1500"), None);
    }
}
