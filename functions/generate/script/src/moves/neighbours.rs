//! Who lives around it, and how far off.

use places::{Datum, Fact, Other};

use super::{Found, Group, Move, ratio_worth};
use crate::{ledger::Ledger, numbers, theme::Theme, wording};

/// Around a city of more people the list mixes suburbs with places of their own.
const LARGE: u32 = 400_000;

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "M8",
        group: Group::Ground,
        themes: &[Theme::Map, Theme::Size],
        essential: 0.6,
        titles: &["{city} next door", "{km} to {city}", "The next large place", "Looking for a crowd"],
        find: nearest_city,
        skeletons: &[
            "A: Alone among fields?
             H: {?close} Hardly. [-] {city} is {km} to the {dir}. [city] You would need {times} the people of {place} to fill it. [city people]",
            "A: <Where do I go for a crowd?|And if I need a crowd?|Where does it get crowded?>
             H: {city} is the nearest place of a hundred thousand people or more. [city] It lies {km} to the {dir}. [city]",
            "H: The next large city is {city}. [city]
             A: <Within earshot?|Round the corner?>
             H: <Judge for yourself|Decide for yourself>: {km}, to the {dir}. [city]",
            "A: Surely there is something bigger around?
             H: There is {city}, with {city_people} people. [city] It is {km} away. [city]
             A: And next to it, {place}?
             H: For each person here, {ratio} there. [city people]",
            "H: <Look|Turn> {dir}. [-] A place of a hundred thousand or more waits on that side of the map, {city}. [city]
             A: Can you see it from here?
             H: We <have just the distance|know the distance, not the view>: {km}. [city]",
            "A: Which city would people here name as the near one?
             H: We cannot ask them. The map says {city}, {km} to the {dir}. [city]",
            "H: {city} counts {city_people} people and <sits|lies> {dir} of here. [city]
             A: How far off?
             H: {Km}. [city]",
            "A: <Which lights would I see first at night?|If I set out for a big city, which one do I meet?>
             H: By the map, {city}, {dir} of here. [city] The line is {km} long. [city]",
            "H: Between {place} and the nearest <big|large> city there are {km}. [city]
             A: And its name?
             H: {city}. [city] {Times} the people of this {kind}, if you like to compare. [city people]",
            "H: Whatever {place} cannot offer, the next big address might. [-] That is {city}, {km} to the {dir}. [city]",
            "A: Where does the road to a big city lead?
             H: Roads bend. The straight line leads {dir}, to {city}, and takes {km}. [city]",
            "H: Ask for a hundred thousand people in one spot, and the map points {dir}. [city]
             A: To what?
             H: To {city}. [city] {Km} from {place}. [city]",
            "A: If I missed the bus in {place}, what would I have missed it to?
             H: Perhaps to {city}: nearest of the big ones, {km} off. [city]",
            "H: {city}, {city_people} people strong, is the nearest big name. [city]
             A: And how near is near?
             H: {Km}. [city]",
            "A: Is there a bigger brother?
             H: {Dir}, at {km}: {city}. [city] It counts {ratio} people for each one here. [city people]",
            "H: Going {dir} for {km} changes the scale: that is where {city} is. [city]
             A: By how much does it change?
             H: {Times} the people of {place}. [city people]",
            "A: Who has the hospital, the station, the stadium?
             H: We have a list of sizes, not of stations. [-] By size the near one is {city}, {km} off. [city]",
        ],
    },
    Move {
        id: "M8.both",
        group: Group::Ground,
        themes: &[Theme::Map, Theme::Size],
        essential: 0.6,
        titles: &["Two neighbours", "{one} and {two}", "Next door, twice", "Left and right of it"],
        find: two_neighbours,
        skeletons: &[
            "A: <Who lives next door?|Any neighbours?|Who is next door?>
             H: {one}, {one_km} to the {one_dir}. [one] After that {two}, to the {two_dir}. [two]
             A: Larger or smaller?
             H: {verdict}. [one two people]",
            "H: {?nearest} The two nearest names on the list are {one} and {two}. [one two]
             A: <Small places, I suppose?|How do they compare?>
             H: {verdict}. [one two people]",
            "A: {?nearest} If I knock at the nearest door, who opens?
             H: {one}, {one_km} away. [one]
             A: And if nobody is in?
             H: Then {two} is {two_km} off, on the {two_dir} side. [two]",
            "H: Go {one_dir} for {one_km} and you are in {one}. [one] <Go {two_dir} from {place} instead|Set out {two_dir}>, and it is {two}. [two]
             A: <Which is larger?|And their size?>
             H: {verdict}. [one two people]",
            "A: Name me a neighbour. [-]
             H: {one}. [one]
             A: <Another one?|One more?>
             H: {two}, with {two_people} people. [two]",
            "H: {?nearest} {one} is nearest: {one_km}. [one]
             A: And then?
             H: Then comes {two}, {two_km} from {place}. [two] {verdict}. [one two people]",
            "A: {?nearest} Who would <hear the bells first|borrow the sugar first>?
             H: {one}, at {one_km}. [one] Then {two}, {two_dir} of here. [two]",
            "H: {two} and {one}: <two names you need around here|the local map in two names>. [one two]
             A: Which one is <closer|nearer>?
             H: {one}, by the map: {one_km}. [one]",
            "A: {?nearest} Lend me a cup of sugar. Where do I ask? [-]
             H: {one} is nearest, {one_km} off. [one] If they have none, try {two}. [two]",
            "H: In the {one_dir} there is {one}, in the {two_dir} {two}. [one two]
             A: And who is bigger, they or we?
             H: {verdict}. [one two people]",
            "A: Is {place} the big one around here?
             H: Compare it with {one} and with {two}. [one two] {verdict}. [one two people]",
            "H: {?nearest} {one} begins where {place} ends, or {one_km} on. [one]
             A: In all directions?
             H: Turn {two_dir}, and the next name is {two}. [two]",
            "A: Whose church tower would I see?
             H: If there is one, that of {one}, {one_km} to the {one_dir}. [one] Further on, {two}. [two]",
            "H: {?nearest} Two names stand next to {place} on the map: {one}, {one_dir}, and {two}, {two_dir}. [one two]
             A: {?verdict} Which of the three is the largest?
             H: I can say this much: {verdict}. [one two people]",
            "A: Who would complain about noise?
             H: {one}, at {one_km}. [one] And with a good wind {two}, at {two_km}. [two]",
        ],
    },
    Move {
        id: "M7",
        group: Group::Ground,
        themes: &[Theme::Map, Theme::Size],
        essential: 0.3,
        titles: &["Inside the circle", "A circle on the map", "Counting neighbours", "A ring of {within}"],
        find: density,
        skeletons: &[
            "H: Draw a circle of {within} around {place}. [f]
             A: And count?
             H: Inside it the gazetteer lists {count}. [f]",
            "A: Crowded or empty around there?
             H: Within {within} the list has {count}. [f]
             A: <The list, not the land.|On paper, that is.> [-]",
            "A: How many names are there on the map around it?
             H: Take {within} in each direction. [f] You <collect|gather> {count}. [f]",
            "H: Suppose you may walk {within}, <no further|and then you must stop>. [f]
             A: How many places can I reach?
             H: {Count}, going by the list. [f]",
            "H: Count the listed places within {within}, and you get {count_bare}. [f]
             A: Is that many?
             H: Smaller ones may be missing, so take it as a floor. [-]",
            "A: <Is there company?|How much company does it have?>
             H: {Count} <on the list|by the gazetteer>, within {within}. [f]",
            "H: {Count}: that is what a ring of {within} <holds|catches>. [f]
             A: <And outside the ring?|And further out?>
             H: <That is another count.|Another ring, another count.> [-]",
            "A: Is {place} one of many?
             H: Look around. [-] Within {within} the list finds {count}. [f]",
            "H: Put a coin on the map, {within} to each side. [f] Under it the list has {place} and {count}. [f]",
            "A: How many namesakes of ours, no, how many neighbours, within {within}? [f]
             H: {Count}, says the list. [f]",
            "H: Somebody delivering leaflets within {within} would have {count} to visit. [f]
             A: <On foot?|A long day.> [-]",
            "A: Suppose a stone could be thrown {within}. [f]
             H: It could come down near one of {count_bare} listed places. [f]",
        ],
    },
    Move {
        id: "M7.alone",
        group: Group::Ground,
        themes: &[Theme::Map],
        essential: 0.2,
        titles: &["Waiting for a neighbour", "A far door", "Nobody on the list for {km}"],
        find: alone,
        skeletons: &[
            "H: <Knock on the nearest door|Visit the nearest neighbours> on our list, and you have covered {km}. [f]
             A: Whose door?
             H: {other}, to the {dir}. [f] The list leaves out the smallest places. [-]",
            "A: Who is the neighbour?
             H: You have to wait for it. [-] {other}, {km} to the {dir}. [f]
             A: And nearer than that?
             H: On our list, nobody. [f] The list leaves out the smallest places. [-]",
            "H: The nearest listed place is {other}. [f]
             A: That sounds close. [-]
             H: It is {km} away. [f]",
            "A: How far is it to the next name on our list?
             H: {Km}. [f] The name is {other}. [f]",
            "H: Go {dir} and keep going. [-] After {km} you meet {other}. [f]
             A: <And before that?|Nothing sooner?>
             H: <The list has no name for you.|On our list, no name.> [f]",
        ],
    },
];

fn nearest_city<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((fact, city)) = l.city() else {
        return Vec::new();
    };
    // A suburb is no news beside the city it belongs to.
    let is_small_beside = |people: u32| {
        city.km < 60.0
            && city
                .people
                .is_some_and(|other| people > other.saturating_mul(3))
    };
    if l.people()
        .is_some_and(|(_, people)| is_small_beside(people))
    {
        return Vec::new();
    }
    let mut found = Found::new((city.km / 800.0).min(0.7) as f32)
        .cite("city", &[fact])
        .slot("city", city.name.clone())
        .slot("km", numbers::km(city.km))
        .slot("dir", wording::direction(city.direction))
        .flag("close", city.km < 25.0);
    if let Some(people) = city.people {
        found = found.slot("city_people", numbers::about(f64::from(people)));
    }
    if let (Some((fact, n)), Some(people)) = (l.people(), city.people) {
        let ratio = f64::from(people) / f64::from(n);
        if ratio >= 2.0 {
            let worth = ratio_worth(ratio) * if city.km < 25.0 { 0.7 } else { 0.3 };
            found.worth = found.worth.max(worth);
            found = found
                .lean("people", &[fact])
                .slot("times", numbers::times(ratio))
                .slot("ratio", numbers::about(ratio));
        }
    }
    found.only()
}

fn verdict(here: u32, one: &Other, two: &Other) -> Option<&'static str> {
    let (a, b) = (one.people?, two.people?);
    Some(match (a > here, b > here) {
        (true, true) => {
            "<Both have more people than this one|Both are larger, counted in people|Larger, the two of them>"
        }
        (false, false) => {
            "<Both have fewer people than this one|Both are smaller, counted in people|Smaller, the two of them|Neither has as many people as this one>"
        }
        (true, false) => {
            "<The nearer one has more people, and the other fewer|One larger, the nearer, and one smaller>"
        }
        (false, true) => {
            "<The nearer one has fewer people, and the other more|One smaller, the nearer, and one larger>"
        }
    })
}

fn two_neighbours<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let neighbours: Vec<(&Fact, &Other)> = l.neighbours();
    let [(one_fact, one), (two_fact, two), ..] = neighbours.as_slice() else {
        return Vec::new();
    };
    let mut found = Found::new(0.25)
        .cite("one", &[*one_fact])
        .cite("two", &[*two_fact])
        .slot("one", one.name.clone())
        .slot("two", two.name.clone())
        .slot("one_km", numbers::km(one.km))
        .slot("two_km", numbers::km(two.km))
        .slot("one_dir", wording::direction(one.direction))
        .slot("two_dir", wording::direction(two.direction))
        .flag("nearest", l.are_nearest(2));
    if let Some(people) = two.people {
        found = found.slot("two_people", numbers::about(f64::from(people)));
    }
    if let Some((fact, here)) = l.people()
        && let Some(verdict) = verdict(here, one, two)
    {
        found = found.lean("people", &[fact]).slot("verdict", verdict);
    }
    found.only()
}

pub(super) fn density<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let all = l.each(|d| match d {
        Datum::Density { within_km, places } => Some((*within_km, *places)),
        _ => None,
    });
    // Around a large city the list counts suburbs or leaves them out, which says little about company.
    if l.people().is_some_and(|(_, people)| people > LARGE) {
        return Vec::new();
    }
    let mut all: Vec<Found<'a>> = all
        .into_iter()
        .filter(|(_, (_, places))| *places > 0)
        .map(|(fact, (within, places))| {
            let count = match places {
                1 => "one other place".to_owned(),
                n => format!("{} other places", numbers::about(f64::from(n))),
            };
            let found = Found::new(if places > 200 { 0.6 } else { 0.15 })
                .cite("f", &[fact])
                .slot(
                    "within",
                    format!("{} kilometres", numbers::cardinal(u64::from(within))),
                )
                .slot("count", count);
            if places > 1 {
                found.slot("count_bare", numbers::about(f64::from(places)))
            } else {
                found
            }
        })
        .collect();
    all.truncate(1);
    all
}

fn alone<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    // A large city is not alone: its suburbs are not counted as neighbours.
    let is_large = l.people().is_some_and(|(_, people)| people > LARGE);
    let neighbours = l.neighbours();
    let far = neighbours.first().filter(|(_, other)| other.km >= 15.0);
    let Some((fact, other)) = far.filter(|_| !is_large && l.are_nearest(1)) else {
        return Vec::new();
    };
    Found::new((other.km / 100.0).min(0.9) as f32)
        .cite("f", &[*fact])
        .slot("other", other.name.clone())
        .slot("km", numbers::km(other.km))
        .slot("dir", wording::direction(other.direction))
        .only()
}
