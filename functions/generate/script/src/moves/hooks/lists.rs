//! Openings from a list: its length, its neighbours, its names.

use places::Datum;

use super::super::{Found, Group, Move, ratio_worth};
use crate::{ledger::Ledger, numbers, theme::Theme, wording};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "H3",
        group: Group::Size,
        themes: &[Theme::Size],
        essential: 0.2,
        titles: &["The closer you look", "Two lists, two sizes", "Change the list", "The size of a list"],
        find: frames,
        skeletons: &[
            "H: The closer you look at {place}, the {bigger} it gets. [world country]
             A: How does it manage that?
             H: You change the list you hold it against. [-] On the list of the whole world it <stands|falls> in the {world_half}. [world]
             ---
             A: So the closer you look, the {bigger} it gets?
             H: On the list of {country}, the {home_half}. [country] The list has changed, not the {kind}: {place} is <the same size as before|where it was when we began>. [world country]",
            "A: Is {place} large or small?
             H: That is the wrong question. Ask: on which list?
             A: The longest one. [-]
             H: There it stands in the {world_half}. [world] Keep that in mind. [-]
             ---
             A: I still have my question, large or small?
             H: And I have two lists. [-] The world says {world_half}, and {country} says {home_half}. [world country]
             A: <Then I will ask for the list first.|Large or small, on which list?> [-]",
            "H: I can move {place} up or down without moving a single house. [world country]
             A: With what?
             H: With a list. I start with the world: there, this is the {world_half}. [world]
             ---
             A: You owe me the second list. [-]
             H: It is the one for {country}, and there {place} belongs to the {home_half}. [country]
             A: Up or down, and not a single house has moved. [world country]",
            "H: Two lists carry the name {place}, and they do not agree on what to make of it. [world country]
             A: What does the first one say?
             H: That one is the world by population. It says: {world_half}. [world]
             ---
             H: The second list is still open. [-]
             A: Read it out. [-]
             H: {country_start} by population, and it says: {home_half}. [country]
             A: The lists do not agree, and both carry the name {place}. [world country]",
            "A: Could you say, in a word, how big {place} is?
             H: I would need several lists. The word of the world list is {world_half}. [world]
             A: And the other word?
             H: It belongs to {country}, and it comes at the end. [-]
             ---
             A: One word you have given me, and the other you kept. [-]
             H: The list of {country} says {home_half}. [country]
             A: Two lists, two words, one {kind}. [-]",
            "H: Ask the whole world about {place}, and it shrugs: {world_half} of the list. [world]
             A: And whom should I ask instead?
             H: Somebody nearer. Wait for that answer. [-]
             ---
             A: The world shrugged. Whom should I have asked?
             H: {country_start}. [-] On that list the answer is {home_half}. [country]
             A: Ask nearer, and the answer changes. [-]",
            "A: What changes when you swap the map of the world for a map of {country}?
             H: For {place}, quite a lot. The world map has it in the {world_half}, by number of people. [world]
             ---
             H: We never swapped the maps. [-]
             A: Do it now, for a map of {country}. [-]
             H: By number of people, {place} is in the {home_half} there. [country]
             A: Same dot, other map. [-]",
            "H: {place} has two ranks, and they pull in opposite directions. [world country]
             A: Upwards and downwards?
             H: That is for later. The world's rank puts it in the {world_half}. [world]
             ---
             A: You said the ranks pull in opposite directions. [-]
             H: In {country} the rank says {home_half}. [country] In the world it said {world_half}. [world]
             A: <So it is all in the frame.|Two ranks, one dot.> [-]",
        ],
    },
    Move {
        id: "H8",
        group: Group::Ground,
        themes: &[Theme::Map],
        essential: 0.2,
        titles: &["In front of the door", "Next to a giant", "Who lives next door", "A large shadow"],
        find: giant,
        skeletons: &[
            "A: How small can you be and still have a giant next door?
             H: As small as {place}. [people] The giant is {km} away, and it has a name that we will come to. [city]
             ---
             A: You said there was a giant next door. [-]
             H: {city}, to the {dir}. [city] It holds {times} the people of {place}. [city people]
             A: Small and giant, {km} apart. [city]",
            "H: Stand in {place}, look {dir}, and {km} away there is something much larger than the {kind} itself. [city people]
             A: What is it?
             H: Let us look at this side first. [-]
             ---
             A: And what do we see when we look {dir}?
             H: {city}. [city] Something much larger, {times} in fact. [city people]",
            "H: {place} fits into its neighbour {times}. [city people]
             A: Which neighbour?
             H: You can work it out from the map, or wait. [-]
             ---
             A: I have waited: into which neighbour does {place} fit {times}?
             H: Into {city}, {km} to the {dir}. [city]",
            "A: What do you call a place that has {times} your size and lies {km} off? [city people]
             H: From {place}, you would call it by its name. That comes later. [-]
             ---
             A: And the name of the large one, seen from {place}?
             H: {city}, on the {dir} side. [city]
             A: Now I can call the large one by its name. [-]",
            "H: The crowd near {place} has one address, {km} away. [city]
             A: Which address?
             H: Before the crowd, the {kind}. [-]
             ---
             A: And the address of the crowd?
             H: {city}. [city] <Take {place}|Count {place}> {times}, and you have that crowd. [city people]",
            "H: There is a large number close to {place}, and it is not in {place}. [city people]
             A: A number of what?
             H: Of people. They live {km} to the {dir}. [city]
             ---
             A: That large number of people close by, where was it?
             H: In {city}. [city] For each person in {place}, {ratio} there. [city people]
             A: A large number, and {km} to reach it. [city]",
        ],
    },
    Move {
        id: "H22",
        group: Group::Nature,
        themes: &[Theme::Nature, Theme::Map],
        essential: 0.15,
        titles: &["Where is the sea?", "The way to the water", "Asking for the coast", "A long way to salt"],
        find: sea_question,
        skeletons: &[
            "A: Which is nearer to {place}, the sea or the capital?
             H: {wrong_guess} [-]
             A: You will not say?
             H: I will, after you have seen the place. [-]
             ---
             A: So which is nearer to {place}, the sea or the capital?
             H: The {nearer}. [coast capital] The coast is {coast_km} away. [coast]
             A: And {capital}?
             H: {Capital_km}. [capital]",
            "H: Ask in {place} for the way to the sea, and ask for the way to the capital. One answer is shorter. [coast capital]
             A: The capital, I suppose?
             H: Wait for it. [-]
             ---
             H: The way to the sea is {coast_km}, as the crow flies. [coast]
             A: And the way to the capital?
             H: {Capital_km}, to {capital}. [capital] The shorter answer is the {nearer}. [coast capital]",
            "H: Two travellers leave {place}, one for the sea and one for the capital, in straight lines. [coast capital]
             A: Who arrives sooner?
             H: Let them walk. We have the time. [-]
             ---
             A: The two travellers should be there by now, sea and capital. [-]
             H: The one for the sea had {coast_km}. [coast] The one for {capital} had {capital_km}. [capital]
             A: So the traveller to the {nearer} arrives sooner. [coast capital]",
            "A: Salt water or the capital: what is nearer to {place}?
             H: It is a matter of distance, and I have both. [-]
             ---
             A: Now both distances, salt water and the capital. [-]
             H: Salt water, {coast_km}. [coast] The capital, which means {capital}, {capital_km}. [capital]",
            "H: From {place}, one errand is to the sea and the other to {capital}. One of them takes longer. [coast capital]
             A: Which errand would you do first?
             H: That depends on figures you do not have yet. [-]
             ---
             A: I need the figures for my errands, sea and capital. [-]
             H: To {capital} it is {capital_km}. [capital] To the sea it is {coast_km}. [coast]
             A: Then the {nearer} is the shorter errand. [coast capital]",
        ],
    },
    Move {
        id: "H24",
        group: Group::Name,
        themes: &[Theme::Words],
        essential: 0.1,
        titles: &["First and last", "One of one", "Nobody else", "A list with one line"],
        find: only_bearer,
        skeletons: &[
            "H: There is one list that {place} leads, and the same list has it in last place. [f]
             A: First and last at once? Which list is that?
             H: Not yet. Longer lists come before it. [-]
             ---
             A: Now the list where it is first and last. [-]
             H: It is the list of places called {place}. [f]
             A: And nobody else is on it. [f]",
            "A: How many places in the world are called {place}?
             H: Guess, and keep your guess until we have finished. [-]
             ---
             H: Your guess, please: how many places are called {place}?
             A: One?
             H: One. On a list as long as the world, no other has the name. [f]",
            "H: Call the name {place} across the whole world list, and listen for who answers. [f]
             A: Who does?
             H: That waits until we know who calls. [-]
             ---
             A: And the name, called across the whole list?
             H: One place answers, and it is this one. [f] No other has the name {place}. [f]",
            "A: Does {place} need a surname?
             H: Some names need one, and we will see about this one. [-]
             ---
             A: You left my question open: a surname for {place}?
             H: It gets by without: no other place on the list has the name. [f]
             A: So no surname needed. [-]",
            "H: I could send you a card with nothing but a name on it, {place}. [f]
             A: And it would arrive?
             H: That depends on a list, and the list comes last. [-]
             ---
             A: Back to your card with nothing but a name. [-]
             H: It would arrive, as far as the list goes: no other place is called {place}. [f]
             A: A name, and the card knows where to go. [-]",
            "H: Some words point at many dots on the map. [-] We will find out about the word {place}. [-]
             A: One dot or many?
             H: First, the dot we came for. [-]
             ---
             A: So, one dot or many for the word {place}?
             H: One: on the world list, no other place has it. [f]
             A: Then the word and the dot belong together. [-]",
            "A: If two people say {place}, can they mean two different places?
             H: Hold the question. It will answer itself. [-]
             ---
             H: Now your two people, both saying {place}. [-]
             A: Can they mean different places?
             H: Not on this list: no other place carries the name. [f]",
            "H: {place} holds a record that is about the name alone. [f]
             A: A record for what?
             H: For how often it is used. The figure comes at the end. [-]
             ---
             A: You promised a figure for the name. [-]
             H: The record is one: no other place on the list uses it. [f]
             A: A record for a name alone. [-]",
        ],
    },
];

fn half(depth: f64) -> &'static str {
    match depth {
        d if d <= 0.1 => "upper reaches",
        d if d <= 0.3333 => "upper part",
        d if d <= 0.5 => "upper half",
        d if d <= 0.6667 => "lower half",
        _ => "lower part",
    }
}

fn frames<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let (Some(world), Some(home)) = (l.world_rank(), l.country_rank()) else {
        return Vec::new();
    };
    let gap = world.depth() - home.depth();
    if gap.abs() < 0.1 || half(world.depth()) == half(home.depth()) {
        return Vec::new();
    }
    Found::new((gap.abs() * 2.0).min(1.0) as f32)
        .cite("world", &[world.fact])
        .lean("country", &[home.fact])
        .slot("bigger", if gap > 0.0 { "bigger" } else { "smaller" })
        .slot("world_half", half(world.depth()))
        .slot("home_half", half(home.depth()))
        .slot("country_start", wording::capitalised(&l.country()))
        .only()
}

fn giant<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let (Some((people, n)), Some((fact, city))) = (l.people(), l.city()) else {
        return Vec::new();
    };
    let Some(large) = city.people else {
        return Vec::new();
    };
    let ratio = f64::from(large) / f64::from(n);
    if ratio < 8.0 || city.km > 40.0 {
        return Vec::new();
    }
    Found::new(0.2 + ratio_worth(ratio) * 0.4)
        .cite("city", &[fact])
        .lean("people", &[people])
        .slot("city", city.name.clone())
        .slot("km", numbers::km(city.km))
        .slot("dir", wording::direction(city.direction))
        .slot("times", numbers::times(ratio))
        .slot("ratio", numbers::about(ratio))
        .only()
}

fn sea_question<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let (Some((coast, km)), Some((capital, other))) = (l.coast(), l.capital()) else {
        return Vec::new();
    };
    let ratio = km.max(other.km) / km.min(other.km).max(0.5);
    if !(1.15..=6.0).contains(&ratio) || km < 20.0 {
        return Vec::new();
    }
    Found::new(0.25)
        .cite("coast", &[coast])
        .cite("capital", &[capital])
        .slot("wrong_guess", "Guess first.")
        .slot("nearer", if km < other.km { "sea" } else { "capital" })
        .slot("capital", other.name.clone())
        .slot("coast_km", numbers::km(km))
        .slot("capital_km", numbers::km(other.km))
        .only()
}

fn only_bearer<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::SameName { others: 0, .. } => Some(()),
        _ => None,
    });
    let Some((fact, ())) = read else {
        return Vec::new();
    };
    let worth = if l.place_texts() == 0 { 0.3 } else { 0.1 };
    Found::new(worth).cite("f", &[fact]).only()
}
