//! Height, coast and climate of the place against those of its country.

use places::{Fact, Topic};

use super::{
    Found, Group, Move,
    quotes::{all, first, whole},
};
use crate::{ledger::Ledger, numbers, theme::Theme, wording};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "W1",
        group: Group::Nature,
        themes: &[Theme::Nature],
        essential: 0.6,
        titles: &["{m} up, in {country}", "Roof and floor of {country}", "A staircase in {country}"],
        find: height_and_top,
        skeletons: &[
            "A: How high does {country} <go|get>?
             H: Up to {top}. [top]
             A: And {place}?
             H: {M} above the sea. [height]",
            "H: {place} <sits|lies> {m} above the sea. [height]
             A: <Is that high, for {country}?|High, by the standards of {country}?|Would they call that a height in {country}?>
             H: The highest point <there|of {country}> is {top}. [top]",
            "A: Send a climber to {country}. Where does the climb end?
             H: On {top}. [top]
             A: And a climber who <gets no further than|stays in> {place}?
             H: <Is left|Would be left> standing at {m}, by the terrain model. [height]",
            "H: Two heights for one map. [-] {M} for {place}. [height] For the highest point, {top}. [top]
             A: <There is room for a staircase in between.|A good staircase would join them.> [-]",
            "A: Give me the roof of {country}, and the floor we stand on. [-]
             H: The roof is {top}. [top] The floor, in {place}, is at {m}. [height]",
            "H: {Top}: <that is where {country} stops going up|above that there is no more of {country}>. [top]
             A: And we are <where|how far up>?
             H: At {m}, in {place}. [height]",
            "A: <Starting from the beach, how far up {country} is {place}?|From sea level, how much of {country} have I climbed when I reach {place}?>
             H: {M}. [height] The climb would be over on {top}. [top]",
        ],
    },
    Move {
        id: "W2",
        group: Group::Nature,
        themes: &[Theme::Nature],
        essential: 0.6,
        titles: &["{m} above a wide country", "The lie of {country}", "The ground, near and far"],
        find: height_and_terrain,
        skeletons: &[
            "A: What does the ground do around there?
             H: For {country} as a whole, the Factbook has this: {text}. [text] {place} itself <lies|is> at {m}. [height]",
            "H: The Factbook <sees|paints> {country} like this: {text}. [text]
             A: And where in that picture is {place}?
             H: {M} above the sea. [height] <More than that I cannot see.|Paint the rest yourself.> [-]",
            "H: {M} <up|above the sea>, says the terrain model of {place}. [height]
             A: In what kind of <country|land>?
             H: <In the Factbook's words|As the Factbook has it>: {text}. [text]",
            "A: Mountains or plains, in {country}?
             H: {Text}. [text]
             A: And under our feet?
             H: {M}, measured from the sea. [height]",
            "A: Run a hand over {country}. What do you feel?
             H: {Text}, if the Factbook guides the hand. [text]
             A: And when it comes to {place}?
             H: A point {m} above the sea. [height]",
            "H: A blind person's map of {country} would have to show this: {text}. [text]
             A: And the dot for {place}?
             H: Raised by {m}. [height]",
        ],
    },
    Move {
        id: "W3",
        group: Group::Nature,
        themes: &[Theme::Nature, Theme::Map],
        essential: 0.6,
        titles: &["{line} of coast", "Whose sea is it?", "The shore of {country}"],
        find: coast_and_coastline,
        skeletons: &[
            "A: How much sea does {country} have?
             H: {Line} of coast, by the Factbook. [line]
             A: And {place}, how much of it?
             H: The nearest sea coast is {km} <away|off>. [coast]",
            "H: {country_start} has {line} of coastline. [line]
             A: {?far} <Is any of it near {place}?|Does {place} get a share?>
             H: The nearest sea is {km} away, whoever owns the beach. [coast]",
            "H: From {place} it is {km} to the nearest sea coast. [coast]
             A: Does {country} have much of one?
             H: {Line}, <going by|if you trust> the Factbook. [line]",
            "A: Would a captain <care for|find work in> {country}?
             H: The Factbook gives it {line} of coastline. [line] {place} is {km} from the nearest sea. [coast]",
            "A: Count the shore for me. [-]
             H: {country_start} has {line} of it. [line]
             A: And the way there from {place}?
             H: {Km} to the nearest salt water. [coast]",
            "H: Anyone who walked the whole edge of {country} where it meets the sea would do {line}. [line]
             A: <And to get to the start?|First they would have to get there. From {place}?>
             H: {Km}, to the nearest coast on the map. [coast]",
            "A: A beach for everyone, is there enough of it in {country}?
             H: {Line} of coast, counts the Factbook. [line] From {place} the nearest sea is {km} off. [coast]",
            "H: {Line}: that is the coast of {country}, in the Factbook. [line] {Km}: that is how far {place} is from a coast. [coast]
             A: <One number to sail, one to walk.|Two numbers for one holiday.> [-]",
        ],
    },
    Move {
        id: "W4",
        group: Group::Nature,
        themes: &[Theme::Nature],
        essential: 0.7,
        titles: &["{climate}, and around it", "A label and a landscape", "Two witnesses on the weather"],
        find: climate_and_country,
        skeletons: &[
            "A: What is the weather of {country}?
             H: The Factbook needs this much for all of it: {text}. [text] For {place} the climate map makes do with less: {climate}. [climate]",
            "H: On the climate map {place} is {climate}. [climate]
             A: And the rest of {country}?
             H: {Text}. [text] <That is the Factbook's summary.|So the Factbook sums it up.> [text]",
            "A: Does {country} have one climate or several?
             H: <Judge by the Factbook|You decide>: {text}. [text]
             A: And what of that falls to {place}?
             H: The map files it under {climate}. [climate]",
            "H: {Text}: <so much for the climate of {country}, in the Factbook|with that the Factbook covers the skies of {country}>. [text]
             A: And the map, for this one place?
             H: {Climate}. [climate]",
            "A: Two witnesses on the weather, please. [-]
             H: The Factbook, speaking for {country}: {text}. [text] And the climate map, for {place}: {climate}. [climate]",
            "A: What should I pack for {country}?
             H: For all of it, read the Factbook: {text}. [text]
             A: And if I go no further than {place}?
             H: Then pack for what the map calls {climate}. [climate]",
            "H: {Climate}, so {place} is coloured on the map. [climate] {Country} has more colours. [text]
             A: In words?
             H: In the Factbook's: {text}. [text]",
            "A: Ask two experts about the weather here, what do you get?
             H: From the map, a label for {place}: {climate}. [climate] From the Factbook, a sentence on {country}: {text}. [text]",
        ],
    },
    Move {
        id: "W11",
        group: Group::Land,
        themes: &[Theme::Nature],
        essential: 0.5,
        titles: &["From bottom to top of {country}", "The lift of {country}", "Lowest, highest"],
        find: low_and_high,
        skeletons: &[
            "A: If {country} had a lift, where would it start and where would it stop?
             H: It would start at the lowest point, {low}. [low] It would stop at {top}. [top]",
            "H: The lowest point of {country} is {low}. [low]
             A: And the other end?
             H: {Top}. [top]",
            "A: Top and bottom of {country}, please. [-]
             H: On top, {top}. [top]
             A: And nothing is lower than?
             H: The lowest point, {low}. [low]",
            "H: {Top}, at the upper end of {country}. [top] At the lower end, {low}. [low]
             A: <In between there is some climbing to do.|Somebody measured both.> [-]",
        ],
    },
    Move {
        id: "W14",
        group: Group::Nature,
        themes: &[Theme::Nature, Theme::Map],
        essential: 0.85,
        titles: &["{km} out, {m} down", "The way a barrel would roll", "Down to the sea from {place}"],
        find: slope,
        skeletons: &[
            "A: Suppose a barrel rolled from {place} to the nearest sea. How far would it go?
             H: {Km}. [coast]
             A: And how far down?
             H: {M}, since that is how high {place} lies. [height]",
            "H: To reach the nearest sea from {place}, you cover {km}. [coast] <On the way you lose|Somewhere on the way you give up> {m} of height. [height]
             A: <Knees permitting.|A gentle way or a steep one, we cannot tell.> [-]",
            "A: Which way is down?
             H: Towards the sea, {km} off. [coast] There are {m} to lose. [height]",
            "H: {M}: so much higher than the sea is {place}. [height]
             A: And how close is that sea?
             H: {Km}, at its nearest. [coast]",
            "A: Where would the water go, if you emptied a bucket in {place}?
             H: Nobody gave us the route. [-] The sea is {m} further down, and {km} away at the nearest. [coast height]",
            "H: Sea level is {m} below the feet of {place}. [height]
             A: And sideways?
             H: {Km} to the nearest shore. [coast]",
        ],
    },
];

/// Tells the height of a place that is neither a mountain nor at the beach.
fn height<'a>(l: &Ledger<'a>) -> Option<(&'a Fact, String)> {
    let (fact, m) = l.height().filter(|(_, m)| *m >= 15)?;
    Some((fact, numbers::metres(f64::from(m))))
}

fn height_and_top<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    all(height(l)
        .zip(first(l, Topic::HighestPoint))
        .map(|((height, m), (top, text))| {
            Found::new(0.3)
                .cite("height", &[height])
                .cite("top", &[top])
                .slot("m", m)
                .slot("top", text)
        }))
}

fn height_and_terrain<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    all(height(l)
        .zip(whole(l, Topic::Terrain))
        .map(|((height, m), (facts, text))| {
            Found::new(0.3)
                .cite("height", &[height])
                .cite("text", &facts)
                .slot("m", m)
                .slot("text", text)
        }))
}

/// The first figure of a text in kilometres.
fn kilometres(text: &str) -> Option<f64> {
    let figure: String = text
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
        .filter(|c| *c != ',')
        .collect();
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | '.'));
    figure
        .parse()
        .ok()
        .filter(|km| *km >= 1.0 && rest.trim_start().starts_with("km"))
}

fn coast_and_coastline<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let coast = l.coast().filter(|(_, km)| *km >= 1.0);
    let line = l
        .texts(Topic::Coastline)
        .into_iter()
        .next()
        .and_then(|(fact, text)| Some((fact, kilometres(text)?)));
    all(coast.zip(line).map(|((coast, km), (line, length))| {
        Found::new(0.35)
            .cite("coast", &[coast])
            .cite("line", &[line])
            .flag("far", km >= 8.0)
            .slot("km", numbers::km(km))
            .slot("line", numbers::km(length))
            .slot("country_start", wording::capitalised(&l.country()))
    }))
}

fn climate_and_country<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    all(l
        .climate()
        .zip(whole(l, Topic::Climate))
        .map(|((climate, (name, _)), (facts, text))| {
            Found::new(0.3)
                .cite("climate", &[climate])
                .cite("text", &facts)
                .slot("climate", name)
                .slot("text", text)
        }))
}

fn low_and_high<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    all(first(l, Topic::LowestPoint)
        .zip(first(l, Topic::HighestPoint))
        .map(|((low, bottom), (top, name))| {
            Found::new(0.3)
                .cite("low", &[low])
                .cite("top", &[top])
                .slot("low", bottom)
                .slot("top", name)
        }))
}

fn slope<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let coast = l.coast().filter(|(_, km)| *km >= 8.0);
    all(coast.zip(height(l)).map(|((coast, km), (height, m))| {
        Found::new((km / 1_500.0).min(0.5) as f32)
            .cite("coast", &[coast])
            .cite("height", &[height])
            .slot("km", numbers::km(km))
            .slot("m", m)
    }))
}
