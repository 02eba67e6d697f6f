//! Where it is: from the capital, and by the border.

use places::Datum;

use super::{Found, Group, Move, ratio_worth};
use crate::{ledger::Ledger, numbers, theme::Theme, wording};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "G1",
        group: Group::Ground,
        themes: &[Theme::Map],
        essential: 0.9,
        titles: &["{km} from {capital}", "Seen from {capital}", "The way from {capital}", "A line to {capital}"],
        find: from_capital,
        skeletons: &[
            "A: <Where would I find it?|Where do I look for it?|Where is that?>
             H: In {region}, {km} to the {dir} of {capital}. [capital]",
            "H: Put your finger on {capital} and <move|slide|push> it {dir}. [capital]
             A: How far?
             H: {Km}. <Stop there|There it is>: {place}. [capital]",
            "A: Draw me the place. Where do I start?
             H: Start at {capital}, the capital. [capital] Go {dir} for {km}, in a straight line. [capital]
             A: No road is that straight. [-]",
            "H: The capital, {capital}, lies {back} of here. [capital]
             A: <A day trip?|Within reach?>
             H: That depends on how you travel. In a straight line it is {km}. [capital]",
            "H: {Km} <lie|stretch> between {place} and the capital. [capital]
             A: In which direction?
             H: Seen from {capital}, {dir}. [capital]",
            "A: Is the capital close?
             H: {capital}? [-] It is {km} <away|off>, to the {back}. [capital]",
            "A: I am in {capital}. [capital] <How do I get to {place}?|Which way now?>
             H: Face {dir}. [capital] Then <keep going for|it takes> {km}. [capital]",
            "H: A <pigeon|crow> from {capital} would <fly|steer> {dir}. [capital]
             A: For long?
             H: {Km}, if it flew straight. [capital]",
            "H: {region}, {dir} of {capital}: that is the <neighbourhood|part of the map>. [capital]
             A: And in <kilometres|figures>?
             H: {Km} from the capital. [capital]",
            "A: How far does a letter to the capital travel?
             H: From {place} to {capital}, {km}. [capital]",
            "H: Seen from {capital}, {place} is {km} to the {dir}. [capital]
             A: <And seen from here?|And the other way round?>
             H: The capital is to the {back}. [capital]",
            "H: Anyone who has to go to the capital from here goes {back}, to {capital}. [capital]
             A: For how long?
             H: In a straight line, {km}. [capital]",
            "A: Spread out the map. Where is your finger? [-]
             H: On {capital}. [capital] Now it slides {dir}, {km}. [capital]",
            "H: {capital} has the title of capital, and has it {km} from here. [capital]",
            "A: Does the capital notice this place?
             H: It would have to look {dir}, and {km} far. [capital]",
            "H: News from {capital} arrives in {place} from the {back}. [capital]
             A: Fresh?
             H: After {km}, at the speed of news. [capital]",
            "A: Near the centre of things, or not?
             H: If the centre is {capital}, then {km} from it. [capital]",
        ],
    },
    Move {
        id: "M9",
        group: Group::Ground,
        themes: &[Theme::Map],
        essential: 0.5,
        titles: &["The neighbour abroad", "Another country, {km} off", "The wrong side of the line"],
        find: abroad,
        skeletons: &[
            "H: The nearest listed place is {km} away, and it is in another country. [f]
             A: Which one?
             H: {other}, in {abroad}. [f] For a neighbour in the same country, it takes {own_km}: {own}. [f]",
            "A: Who is the closest neighbour?
             H: {other}. [f] It belongs to {abroad}. [f]
             A: And the closest one at home?
             H: {own}, {own_km} away. [f]",
            "H: Ask for the nearest place, and the answer changes country. [f]
             A: To where?
             H: To {abroad}: {other} lies {km} off. [f] {own} is the nearest at home. [f]",
        ],
    },
    Move {
        id: "M10",
        group: Group::Ground,
        themes: &[Theme::Map],
        essential: 0.4,
        titles: &["More than one flag", "Foreign ground", "Other countries, {within}"],
        find: borders,
        skeletons: &[
            "A: Is any other country close?
             H: Within {within}, the list finds places in {countries}. [f]",
            "H: Draw a ring of {within} and look at the flags. [f]
             A: More than one?
             H: Besides its own, {countries}. [f]",
            "H: From here, {countries} can be reached within {within}. [f]
             A: In a straight line. [-]",
        ],
    },
    Move {
        id: "M11",
        group: Group::Ground,
        themes: &[Theme::Map],
        essential: 0.5,
        titles: &["Closer to {foreign}", "The other capital", "Two capitals"],
        find: other_capital,
        skeletons: &[
            "A: Which capital is nearest?
             H: Not its own. [-] {own} is {own_km} away. [f]
             A: And the nearer one?
             H: {foreign}, in {abroad}: {foreign_km}. [f]",
            "H: Its own capital, {own}, is {own_km} off. [f] There is a capital much nearer. [f]
             A: A foreign one?
             H: {foreign}, {foreign_km} from here. [f]",
            "H: Measure to {foreign}, the capital of {abroad}: {foreign_km}. [f]
             A: And to the capital of {country}?
             H: {Own_km}, as far as {own}. [f]",
            "H: Two capitals pull at {place}. [f] {own} is its own, {foreign} is closer. [f]
             A: <How far is that?|And in kilometres?>
             H: {Foreign_km}, against {own} <far behind that|further off>. [f]",
            "A: <If I needed a capital in a hurry?|Which capital would a pigeon choose?>
             H: The closer capital is {foreign}, in {abroad}. [f] To {own} it is {own_km}. [f]",
        ],
    },
];

fn from_capital<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((fact, capital)) = l.capital() else {
        return Vec::new();
    };
    let mut found = Found::new((capital.km / 6_000.0).min(0.8) as f32)
        .cite("capital", &[fact])
        .slot("capital", capital.name.clone())
        .slot("km", numbers::km(capital.km))
        .slot("back", wording::direction(capital.direction));
    if let Some(direction) = capital.direction_back {
        found = found.slot("dir", wording::direction(direction));
    }
    found.only()
}

fn abroad<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::NeighbourAbroad { foreign, own } => Some((foreign, own)),
        _ => None,
    });
    let Some((fact, (foreign, own))) = read else {
        return Vec::new();
    };
    let mut found = Found::new(0.7).cite("f", &[fact]);
    // The nearest place of all need not be introduced again.
    let neighbours = l.neighbours();
    let nearest = neighbours
        .first()
        .filter(|(_, other)| other.name == foreign.name);
    found.told.extend(nearest.map(|(fact, _)| *fact));
    found
        .slot("other", foreign.name.clone())
        .slot("abroad", wording::country(&foreign.country))
        .slot("km", numbers::km(foreign.km))
        .slot("own", own.name.clone())
        .slot("own_km", numbers::km(own.km))
        .only()
}

fn borders<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::Borders {
            within_km,
            countries,
        } if !countries.is_empty() && countries.len() <= 5 => Some((*within_km, countries)),
        _ => None,
    });
    let Some((fact, (within, countries))) = read else {
        return Vec::new();
    };
    let names: Vec<String> = countries
        .iter()
        .map(|name| wording::country(name))
        .collect();
    Found::new(0.3 + 0.15 * countries.len() as f32)
        .cite("f", &[fact])
        .slot(
            "within",
            format!("{} kilometres", numbers::cardinal(u64::from(within))),
        )
        .slot("countries", wording::listed(&names))
        .only()
}

fn other_capital<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::NearerForeignCapital { own, foreign } => Some((own, foreign)),
        _ => None,
    });
    let Some((fact, (own, foreign))) = read else {
        return Vec::new();
    };
    Found::new(ratio_worth(own.km / foreign.km.max(1.0)) + 0.3)
        .cite("f", &[fact])
        // The distance to its own capital is not told twice.
        .cite(
            "capital",
            &l.capital()
                .map(|(fact, _)| fact)
                .into_iter()
                .collect::<Vec<_>>(),
        )
        .slot("own", own.name.clone())
        .slot("own_km", numbers::km(own.km))
        .slot("foreign", foreign.name.clone())
        .slot("foreign_km", numbers::km(foreign.km))
        .slot("abroad", wording::country(&foreign.country))
        .only()
}
