//! What books say about it: the dictionary's gloss and mentions, the Factbook's lines on the place.

use places::{Datum, Fact, Subject, Topic};

use super::{Found, Group, Move};
use crate::{ledger::Ledger, theme::Theme, wording};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "M32",
        group: Group::Story,
        themes: &[Theme::Culture, Theme::History],
        essential: 0.8,
        titles: &["By the dictionary", "One line of the dictionary", "Looked up", "The short entry"],
        find: gloss,
        skeletons: &[
            "A: {?first} Is it in the dictionary?
             H: WordNet has it. [f] The entry says: {gloss}. [f]",
            "H: Look up {place} in WordNet, the dictionary, and you read this: {gloss}. [f]",
            "A: What does a dictionary find worth saying?
             H: This: {gloss}. [f]
             A: A dictionary has to be brief. [-]",
            "H: {place}, <according to the dictionary|in the dictionary>: {gloss}. [f]
             A: Nothing else?
             H: That is a clause of it, word for word. [-]",
            "A: <One line of a dictionary, please.|How would a dictionary put it?> [-]
             H: {Gloss}. [f]",
            "H: The dictionary, which has room for few places, says of {place}: {gloss}. [f]",
            "A: If the dictionary had met {place}, what would it remember?
             H: {Gloss}. [f]",
            "H: {Gloss}. [f]
             A: Who calls it that?
             H: The dictionary, of {place}. [f]",
            "A: {?first} What is {place}, in somebody else's words?
             H: In the dictionary's: {gloss}. [f]",
            "A: <What do people who never came know about it?|What gets printed about it, far away?>
             H: What the dictionary tells them: {gloss}. [f]",
            "H: {place} is in WordNet, the dictionary, with this remark: {gloss}. [f]",
        ],
    },
    Move {
        id: "M35",
        group: Group::Story,
        themes: &[Theme::History, Theme::Culture],
        essential: 0.4,
        titles: &["{name} was here", "Look up {name}", "A name in the index: {name}", "The line on {name}"],
        find: person,
        skeletons: &[
            "H: Look up {name}, and the entry leads to {place}. [f]
             A: Who was that?
             H: The dictionary says: {gloss}. [f]",
            "A: Does anyone in the dictionary lead here?
             H: {name}. [f] The entry reads: {gloss}. [f]",
            "H: There is a person in the dictionary whose entry names {place}: {name}. [f]
             A: In what connection?
             H: In its words: {gloss}. [f]",
            "A: Whose life has {place} in it?
             H: That of {name}. [f] The dictionary, in brief: {gloss}. [f]",
            "H: Behind {place} there are people, and one of them made it into the dictionary: {name}. [f]
             A: As what?
             H: {Gloss}. [f]",
            "A: Name somebody I should know. [-]
             H: {name}: {gloss}. [f]
             A: <And {place} comes into that.|So the trail leads here.> [f]",
            "H: {Gloss}. [f]
             A: Who is that?
             H: {name}. [f]",
        ],
    },
    Move {
        id: "M35.thing",
        group: Group::Story,
        themes: &[Theme::Culture, Theme::Map],
        essential: 0.3,
        titles: &["Mentioned under {name}", "{name} points here", "By way of {name}"],
        find: thing,
        skeletons: &[
            "H: {place} also turns up in the entry on {name}. [f]
             A: What does it say there?
             H: It says: {gloss}. [f]",
            "A: Where else in the dictionary do I meet it?
             H: Under {name}: {gloss}. [f]",
            "H: Open the dictionary at {name}. [f] You read: {gloss}. [f]
             A: A line with {place} in it. [f]",
            "H: One more entry mentions {place}. [f] It is the one on {name}: {gloss}. [f]",
            "A: What comes up when I follow the name {place} through the dictionary?
             H: {name}, among other things: {gloss}. [f]",
            "H: {name}: {gloss}. [f]
             A: <And there it is again.|The name gets about.> [-]",
            "A: And {name}, what has that to do with {place}? [f]
             H: In the dictionary, this: {gloss}. [f]",
            "H: Follow a cross-reference from {place} and you come to {name}. [f]
             A: Which is?
             H: {Gloss}. [f]",
            "H: To explain {name}, the dictionary needs {place}. [f] It writes: {gloss}. [f]",
        ],
    },
    Move {
        id: "M33.mention",
        group: Group::Story,
        themes: &[Theme::History, Theme::Culture],
        essential: 0.6,
        titles: &["In the Factbook", "A line about {place}", "What the Factbook noted", "On the record"],
        find: mention,
        skeletons: &[
            "A: Does the World Factbook mention it?
             H: It does, in its pages on {country}. [f] I quote: {text}. [f]",
            "H: The Factbook has a sentence with {place} in it: {text}. [f]",
            "H: In the pages on {country} you come across the name. [f] It says there: {text}. [f]
             A: A line, not a chapter. [-]",
            "A: What did the Factbook find worth noting?
             H: This: {text}. [f]",
            "H: Once, in its pages on {country}, the Factbook says the name out loud: {text}. [f]",
            "A: Did {place} leave a mark on {country}?
             H: One that the Factbook wrote down: {text}. [f]",
            "H: {Text}. [f] That is the Factbook, and it means our {place}. [f]",
        ],
    },
    Move {
        id: "M33.heritage",
        group: Group::Story,
        themes: &[Theme::Culture],
        essential: 0.7,
        titles: &["On the World Heritage list", "The listed one", "{site}"],
        find: own_heritage,
        skeletons: &[
            "A: Is it World Heritage?
             H: The Factbook has it among the World Heritage sites of {country}. [f] The entry is called {site}. [f]",
            "H: Among the World Heritage sites of {country} stands this entry: {site}. [f]
             A: So somebody else thought it worth keeping. [-]",
            "H: The World Heritage list has a line for it: {site}. [f]
             A: The exact words?
             H: The exact words, as the Factbook gives them. [f]",
            "A: What has the world promised to look after here?
             H: {site}, if the World Heritage list is a promise. [f]",
            "H: {site}: with those words {country} has it on the World Heritage list. [f]
             A: <A long name for a promise.|Words with a seal on them.> [-]",
            "A: Does the world want any of it kept?
             H: On the World Heritage list you find {site}. [f]",
            "H: The World Heritage list calls something here by name: {site}. [f]",
        ],
    },
    Move {
        id: "M8.gloss",
        group: Group::Story,
        themes: &[Theme::Culture, Theme::Map],
        essential: 0.3,
        titles: &["Next door: {other}", "What {other} is known for", "A neighbour in the dictionary"],
        find: neighbour_gloss,
        skeletons: &[
            "A: Is anything around it in the dictionary?
             H: {other} is, {km} to the {dir}. [f] The entry <says|reads>: {gloss}. [f]",
            "H: For a dictionary line to read out, we have to leave {place} and open it at {other}, {km} off. [f]
             A: Saying what?
             H: This: {gloss}. [f]",
            "H: {other} lies {km} away, and it has an entry: {gloss}. [f]",
            "A: Who in the neighbourhood made it into a <dictionary|book>?
             H: {other}. [f] Under that name you read: {gloss}. [f]",
            "H: Go {dir} for {km}, and you reach a name that has a line in the dictionary, {other}. [f]
             A: Read it <out|to me>. [-]
             H: {Gloss}. [f]",
            "A: <Does a neighbour have a claim to fame?|What is {other} known for?> [f]
             H: In the dictionary, {other} is this: {gloss}. [f]",
            "A: Who around here is famous enough for a definition?
             H: {other}, {km} off. [f] It goes: {gloss}. [f]",
            "H: I can read you a dictionary line from {km} to the {dir}. [f]
             A: About whom?
             H: {other}: {gloss}. [f]",
            "H: {km} {dir} of here the dictionary wakes up: {other}. [f] {Gloss}. [f]",
            "A: If a dictionary came by train, where would it get off?
             H: At {other}, {km} away, and it would say: {gloss}. [f]",
            "H: {other} gets a line in print: {gloss}. [f]
             A: <And we are next door.|So near.> [-]
             H: {Km} off. [f]",
        ],
    },
    Move {
        id: "M28",
        group: Group::Record,
        themes: &[Theme::History],
        essential: 0.35,
        titles: &["What nobody wrote down", "The empty page", "No king, no date", "Where the record goes quiet"],
        find: missing,
        skeletons: &[
            "A: So far, no king, no battle, no date. Why?
             H: Because our two books give us none for {place}: no line of the dictionary to read out, none of the Factbook. [no WordNet entry, no Factbook line]
             A: Silent sources, which says little about the place. [-]",
            "A: When was it founded?
             H: Our sources do not say. They leave us no dictionary line on {place} to read out, and none of the Factbook. [no WordNet entry, no Factbook line]",
            "H: Here the record goes quiet. [-] On {place} we have no line to read out, neither of the dictionary nor of the Factbook. [no WordNet entry, no Factbook line]
             A: Then we stop at what can be measured. [-]",
            "A: Who lived here, and when?
             H: I would have to invent it. [-] We hold no dictionary line on {place} that we can read out, and no Factbook line. [no WordNet entry, no Factbook line]",
            "H: You may miss the names of people in all this. [-] What we can read out has none for {place}. [no WordNet entry, no Factbook line]
             A: Somebody in {place} would know them. [-]",
            "A: <Tell me a story about it.|And a story, just one?> [-]
             H: I have numbers for {place}, and no story: from dictionary and Factbook there is nothing to read out. [no WordNet entry, no Factbook line]
             A: <An honest gap.|Then the story waits.> [-]",
            "H: <Neither the dictionary nor the Factbook|Two books, dictionary and Factbook, and neither> leaves us a line on {place} to read out. [no WordNet entry, no Factbook line]
             A: <So who would know?|Whom should I ask?>
             H: The people who live there. [-]",
            "A: Who was born here, who built what, who left?
             H: You would have to ask there. [-] Our two books leave us no line on {place} that we could read out. [no WordNet entry, no Factbook line]",
            "H: A confession: of {place} I can read you no line, from the dictionary or the Factbook. [no WordNet entry, no Factbook line]
             A: Then we leave the people in peace. [-]",
            "A: Is there a legend, a battle, a recipe?
             H: For {place}, none that we could read out from our two books. [no WordNet entry, no Factbook line]
             A: <Fair enough.|Somebody should write one down.> [-]",
            "H: I looked for {place} in two books and came back with empty hands. [no WordNet entry, no Factbook line]
             A: Which does not mean that the hands there are empty. [-]",
            "H: This is where other programmes start to invent. [-] For {place} our books leave us no line to read out, and we leave it at that. [no WordNet entry, no Factbook line]",
        ],
    },
];

fn tidy(text: &str) -> Option<String> {
    let clause = wording::clause(text)?;
    Some(wording::inner(
        clause.strip_prefix("and ").unwrap_or(&clause),
    ))
}

fn gloss<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let is_capital = l
        .one(|d| matches!(d, Datum::Seat { order: 0, .. }).then_some(()))
        .is_some();
    let all = l.each(|d| match d {
        Datum::Gloss { text } => tidy(text),
        _ => None,
    });
    all.into_iter()
        // That it is the capital is told with its size.
        .filter(|(_, gloss)| {
            !(is_capital && gloss.contains("capital of") && gloss.split(' ').count() < 7)
        })
        .enumerate()
        .map(|(at, (fact, gloss))| {
            Found::new(0.5)
                .cite("f", &[fact])
                .flag("first", at == 0)
                .slot("gloss", gloss)
        })
        .collect()
}

fn mentions<'a>(l: &Ledger<'a>, people: bool) -> Vec<Found<'a>> {
    let all = l.each(|d| match d {
        Datum::Mention {
            name,
            text,
            is_person,
        } if *is_person == people && !is_of_living(text) => Some((name, wording::clauses(text))),
        _ => None,
    });
    all.into_iter()
        .filter_map(|(fact, (name, clauses))| {
            let said = clauses
                .iter()
                .find(|clause| clause.contains(l.brief.name))?;
            Some(
                Found::new(if people { 0.45 } else { 0.4 })
                    .cite("f", &[fact])
                    .slot("name", wording::spoken(name))
                    .slot("gloss", wording::inner(said)),
            )
        })
        .collect()
}

/// `(born in 1937)` without a second year: not ours to describe.
fn is_of_living(text: &str) -> bool {
    text.contains("(born in") || text.contains("(born 1")
}

fn person<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    mentions(l, true)
}

fn thing<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    mentions(l, false)
}

fn mention<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    mentions_of_place(l)
        .into_iter()
        .map(|(fact, said)| Found::new(0.6).cite("f", &[fact]).slot("text", said))
        .collect()
}

/// Clauses of the Factbook that name the place and can be heard alone.
pub(super) fn mentions_of_place<'a>(l: &Ledger<'a>) -> Vec<(&'a Fact, String)> {
    l.texts(Topic::Mention)
        .into_iter()
        .filter_map(|(fact, text)| {
            let said = wording::clauses(text).into_iter().find(|clause| {
                clause.contains(l.brief.name)
                    && clause.split(' ').count() >= 5
                    && is_sentence(clause)
            })?;
            Some((fact, said))
        })
        .collect()
}

/// Whether a clause has its own subject: one that begins with a verb or with "the name" has lost it.
fn is_sentence(clause: &str) -> bool {
    !clause.starts_with("the name")
        && (clause.starts_with(char::is_uppercase)
            || clause.starts_with("the ")
            || clause.starts_with("a "))
}

fn own_heritage<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    l.texts(Topic::Heritage)
        .into_iter()
        .filter(|(fact, _)| fact.subject == Subject::Place)
        .filter_map(|(fact, text)| {
            Some(
                Found::new(0.8)
                    .cite("f", &[fact])
                    .slot("site", wording::clause(text)?),
            )
        })
        .take(1)
        .collect()
}

fn neighbour_gloss<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let all = l.each(|d| match d {
        Datum::NeighbourGloss { other, text } => Some((other, tidy(text)?)),
        _ => None,
    });
    all.into_iter()
        .map(|(fact, (other, gloss))| {
            Found::new(0.4)
                .cite("f", &[fact])
                .slot("other", other.name.clone())
                .slot("km", crate::numbers::km(other.km))
                .slot("dir", wording::direction(other.direction))
                .slot("gloss", gloss)
        })
        .collect()
}

fn missing<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    if l.place_texts() > 0 {
        Vec::new()
    } else {
        Found::new(0.3).only()
    }
}
