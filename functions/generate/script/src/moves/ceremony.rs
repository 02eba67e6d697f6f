//! Two signs of the country in one scene: flag and song, day and song, two kept places.

use places::{Fact, Topic};

use super::{
    Found, Group, Move,
    quotes::{all, first, quoted},
};
use crate::{ledger::Ledger, theme::Theme};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "W9",
        group: Group::Nation,
        themes: &[Theme::Culture, Theme::History],
        essential: 0.55,
        titles: &["{title}, and a flag", "What {country} sees and sings", "Cloth and music"],
        find: flag_and_song,
        skeletons: &[
            "A: What does {country} raise, and what does it sing?
             H: It raises a flag, and that begins like this: {flag}. [flag]
             A: And it sings?
             H: {Title}. [song]",
            "H: A stranger at a ceremony in {country} would first see this overhead: {flag}. [flag]
             A: To what music?
             H: The sheet says {title}. [song]",
            "A: If I woke up at a state occasion, how would I know it is {country}?
             H: By the flag, to begin with: {flag}. [flag] And by the anthem, {title}. [song]",
            "H: The anthem of {country} is {title}. [song]
             A: And what are they looking at while they sing?
             H: A flag that starts like this: {flag}. [flag]",
            "A: Colours first, then the tune. [-]
             H: Colours, to begin with: {flag}. [flag] Tune: {title}. [song]
             A: <That would do for a passport control.|Now I would know {country} blindfolded, or deaf.> [-]",
            "H: {Title} for the ears. [song] For the eyes, first of all, in {country}: {flag}. [flag]",
            "A: Send me a postcard from {country} that I can hear. [-]
             H: On the front, the flag, or how it begins: {flag}. [flag] When you open it, {title}. [song]",
        ],
    },
    Move {
        id: "W10",
        group: Group::Nation,
        themes: &[Theme::Culture, Theme::History],
        essential: 0.5,
        titles: &["{title} on the day", "A date and a tune", "When {country} celebrates"],
        find: day_and_song,
        skeletons: &[
            "A: When does {country} celebrate?
             H: {Day}. [day]
             A: To which tune?
             H: The anthem is {title}. [song]",
            "H: The diary of {country} has a day in red: {day}. [day]
             A: And the band plays?
             H: If it plays the anthem, {title}. [song]",
            "A: One date and one tune for {country}, please. [-]
             H: The date is {day}. [day] The tune is {title}. [song]",
            "H: {Title} is what {country} sings. [song]
             A: Is there a day for it?
             H: There is a national holiday: {day}. [day]",
            "H: {Day}. [day] On such a day one may expect to hear {title}, the anthem of {country}. [song]",
            "A: Which page of the calendar would {country} frame?
             H: {Day}. [day] With music: {title}. [song]",
        ],
    },
    Move {
        id: "W12",
        group: Group::Nation,
        themes: &[Theme::Culture],
        essential: 0.3,
        titles: &["{a}", "{b}", "Two kept places"],
        find: two_sites,
        skeletons: &[
            "A: What in {country} does the world want kept?
             H: Two lines from the World Heritage list: {a}, and {b}. [a b]",
            "H: The World Heritage list has {a} for {country}. [a]
             A: <And a second name?|Is there a companion to it?>
             H: There is. [-] It has {b} as well. [b]",
            "A: Somebody with a day to spare in {country}, where to?
             H: The World Heritage list would say {a}. [a]
             A: And with two days?
             H: Then {b} as well. [b]",
            "H: {a} and {b}: two names that {country} has on the World Heritage list. [a b]
             A: <Two more pins for the map.|One for each shoe.> [-]",
            "A: Give me two names worth a detour in {country}. [-]
             H: {a}. [a] And {b}. [b] Both are World Heritage. [a b]",
            "A: Which names in {country} are under everybody's protection?
             H: {a} is one, by the World Heritage list. [a] {b} is another. [b]",
            "H: {a}. [a] Remember the name; in {country} the World Heritage list has it. [a]
             A: <One is easy. Another?|Only one to remember?>
             H: {b}. [b]",
            "A: Somebody plans a school trip through {country}. What would the teacher put down?
             H: <Say,|Perhaps> {a}. [a] And {b}, a second World Heritage line. [b]",
            "H: Between {a} and {b} there is a good part of {country}. [a b] Both are on the World Heritage list. [a b]",
            "A: Stamps, posters, postcards: what do they show in {country}?
             H: I know what the World Heritage list shows. [-] {a}, for one, and {b}. [a b]",
            "H: The World Heritage list turns the pages of {country} and stops at {b}. [b]
             A: <Does it stop again?|For good?>
             H: Again at {a}. [a]",
        ],
    },
    Move {
        id: "W13",
        group: Group::Nation,
        themes: &[Theme::Work],
        essential: 0.35,
        titles: &["Grown and made in {country}", "Field and factory"],
        find: field_and_factory,
        skeletons: &[
            "A: How does {country} earn its bread?
             H: In the fields, by the final Factbook, with {field}. [field]
             A: And under a roof?
             H: With {factory}. [factory]",
            "H: In its final edition the Factbook lists the work of {country}: {factory}. [factory]
             A: And what is on the table?
             H: From the same edition: {field}. [field]",
        ],
    },
];

fn flag_and_song<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    all(first(l, Topic::Flag).zip(first(l, Topic::AnthemTitle)).map(
        |((flag, shows), (song, title))| {
            Found::new(0.4)
                .cite("flag", &[flag])
                .cite("song", &[song])
                .flag("start", true)
                .slot("flag", shows)
                .slot("title", title)
        },
    ))
}

fn day_and_song<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    all(first(l, Topic::Holiday)
        .zip(first(l, Topic::AnthemTitle))
        .map(|((day, on), (song, title))| {
            Found::new(0.35)
                .cite("day", &[day])
                .cite("song", &[song])
                .slot("day", on)
                .slot("title", title)
        }))
}

fn two_sites<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let mut sites: Vec<(&Fact, String)> = quoted(l, Topic::Heritage, 0.0)
        .into_iter()
        .filter_map(|found| {
            let fact = found.told.first().copied()?;
            (fact.subject == places::Subject::Country)
                .then_some((fact, found.slots.get("text")?.clone()))
        })
        .collect();
    // Each place of a country is shown two others.
    let seed = crate::seed::hash(&[l.brief.name, l.brief.label]);
    sites.sort_by_key(|(fact, _)| crate::seed::hash(&[&seed.to_string(), &fact.id]));
    sites
        .chunks(2)
        .take(3)
        .filter_map(|pair| match pair {
            [(a, one), (b, two)] => Some(
                Found::new(0.3)
                    .cite("a", &[*a])
                    .cite("b", &[*b])
                    .slot("a", one.clone())
                    .slot("b", two.clone()),
            ),
            _ => None,
        })
        .collect()
}

fn field_and_factory<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    all(first(l, Topic::Agriculture)
        .zip(first(l, Topic::Industry))
        .map(|((field, grown), (factory, made))| {
            Found::new(0.2)
                .cite("field", &[field])
                .cite("factory", &[factory])
                .slot("field", grown)
                .slot("factory", made)
        }))
}
