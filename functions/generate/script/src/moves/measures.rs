//! Sizes and names of the place against those of its country.

use places::{Datum, Topic};

use super::{
    Found, Group, Move,
    quotes::{all, first},
};
use crate::{ledger::Ledger, numbers, theme::Theme};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "W5",
        group: Group::Size,
        themes: &[Theme::Size, Theme::Map],
        essential: 0.8,
        titles: &["Where {country} keeps its people", "Full parts and empty ones", "{count}, in a ring"],
        find: people_and_density,
        skeletons: &[
            "A: Where do the people of {country} live?
             H: The Factbook says: {text}. [text]
             A: And around {place}?
             H: Within {within} the list counts {count}. [density]",
            "H: Within {within} of {place} you find {count} on the list. [density]
             A: Is that the full part of {country}, or the empty one?
             H: Hold it against the larger picture: {text}. [text]",
            "A: If I drew a dot for each person in {country}, where would the paper turn black?
             H: <In words|Take the Factbook's word>: {text}. [text]
             A: And near {place}?
             H: There the list has {count}, in a ring of {within}. [density]",
            "H: {Text}: <that is how the Factbook spreads the people of {country}|so the people of {country} are spread, says the Factbook>. [text]
             A: Zoom in on {place}. [-]
             H: {Count}, not further off than {within}. [density]",
        ],
    },
    Move {
        id: "W6",
        group: Group::Ground,
        themes: &[Theme::Size, Theme::Map],
        essential: 0.8,
        titles: &["{km}, in a country that size", "How far is far in {country}?", "A yardstick for {country}"],
        find: area_and_capital,
        skeletons: &[
            "A: How large is {country} around it?
             H: The Factbook measures it against other maps: {text}. [text]
             A: And measured by the way to the capital?
             H: From {place} to {capital} it is {km}. [capital]",
            "H: It is {km} from {place} to {capital}, the capital. [capital]
             A: Is that far, for {country}?
             H: The country itself is, in the Factbook, {text}. [text]",
            "A: Give me a feeling for the size of {country}. [-]
             H: {Text}, says the Factbook, for its American readers. [text] Or take one line on the map, {place} to {capital}: {km}. [capital]",
            "H: Of {country} the Factbook says: {text}. [text]
             A: I have no picture of that. [-]
             H: Then take {km}: that lies between {place} and {capital}. [capital]",
        ],
    },
    Move {
        id: "W7",
        group: Group::Name,
        themes: &[Theme::Words, Theme::History],
        essential: 0.6,
        titles: &["The word {country}, the word {place}", "One name explained", "Two names, one page"],
        find: two_names,
        skeletons: &[
            "A: Does any book explain the names here?
             H: The country's, yes: {text}. [text]
             A: And {place}?
             H: There we have a count instead: {count}. [same]",
            "H: The word {country} has a source. [text] {Text}. [text]
             A: And the word {place}?
             H: Of that we know how often it is used: {count}. [same]",
            "H: {Count_start}. [same]
             A: So the name is settled. And the name of the country?
             H: The Factbook opens that one up: {text}. [text]",
            "A: Two words on the envelope, {place} and {country}. What do they mean?
             H: The second is in the Factbook: {text}. [text]
             A: And the first?
             H: No meaning on record, just a tally: {count}. [same]",
            "A: What is behind the name {country}?
             H: On the name, the Factbook says: {text}. [text]
             A: Then who shares a name with {place}?
             H: {Count_start}. [same]",
        ],
    },
    Move {
        id: "W8",
        group: Group::Name,
        themes: &[Theme::Words],
        essential: 0.55,
        titles: &["Asking the way in {country}", "Spoken and written", "From {first} on"],
        find: languages_and_spellings,
        skeletons: &[
            "A: In which language would I ask the way?
             H: For {country} the Factbook lists {text}. [text]
             A: And how would I write the name down?
             H: <The gazetteer accepts|You may choose from> at least {n} spellings, {first} among them. [spell]",
            "H: At least {n} spellings of {place} are on record. [spell]
             A: And how do they speak, in {country}?
             H: The Factbook's list of languages: {text}. [text]",
            "A: What would I hear, and what would I read?
             H: To hear, in {country}: {text}. [text] To read, {place}, or {first}, or {last}. [spell]",
        ],
    },
    Move {
        id: "W15",
        group: Group::Size,
        themes: &[Theme::Size],
        essential: 1.1,
        titles: &["{region_no} here, another number there", "Three lists for {place}", "Step by step, list by list"],
        find: three_lists,
        skeletons: &[
            "A: Where does it stand, list by list?
             H: In {region}, {region_no}. [region] In {country}, {rank_no}. [country]
             A: And in the world?
             H: {World_no}. [world]",
            "H: Three lists, one {kind}. [-] On the list of {region} it is {region_no}. [region]
             A: And on the longer ones?
             H: {Rank_no} in {country}. [country] {World_no} in the world. [world]",
            "A: Start with the world and come closer. [-]
             H: In the world, {world_no} by people. [world] In {country}, {rank_no}. [country] In {region}, {region_no}. [region]
             A: <Closer helps.|Each step, a better seat.> [-]",
            "H: {Region_no} in {region}: that is how the {kind} ranks close to home. [region]
             A: Further out it gets crowded?
             H: In {country} it is {rank_no}. [country] On the list of the world, {world_no}. [world]",
            "A: Is it a big name at home?
             H: That depends how you draw home. Within {region} it is {region_no}. [region] Within {country}, {rank_no}. [country]
             A: And without any fence?
             H: {World_no}. [world]",
        ],
    },
];

fn people_and_density<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let density = super::neighbours::density(l).into_iter().next();
    all(density
        .zip(first(l, Topic::PopulationDistribution))
        .and_then(|(density, (fact, text))| {
            Some(
                Found::new(0.3)
                    .cite("density", &density.told)
                    .cite("text", &[fact])
                    .slot("within", density.slots.get("within")?.clone())
                    .slot("count", density.slots.get("count")?.clone())
                    .slot("text", text),
            )
        }))
}

fn area_and_capital<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    all(l
        .capital()
        .zip(first(l, Topic::AreaComparison))
        .map(|((capital, other), (area, text))| {
            Found::new(0.3)
                .cite("capital", &[capital])
                .cite("text", &[area])
                .slot("capital", other.name.clone())
                .slot("km", numbers::km(other.km))
                .slot("text", text)
        }))
}

fn two_names<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    if !l.texts(Topic::CapitalName).is_empty() {
        return Vec::new();
    }
    let same = l.one(|d| match d {
        Datum::SameName { others, .. } => Some(*others),
        _ => None,
    });
    all(same
        .zip(first(l, Topic::CountryName))
        .map(|((same, others), (fact, text))| {
            let count = match others {
                0 => "no other place on the list has it".to_owned(),
                1 => "one other place on the list has it too".to_owned(),
                n => format!(
                    "{} other places on the list have it too",
                    numbers::about(f64::from(n))
                ),
            };
            let count_start = count
                .replace(" has it", " is called {place}")
                .replace(" have it", " are called {place}");
            Found::new(0.35)
                .cite("same", &[same])
                .cite("text", &[fact])
                .slot("count", count)
                .slot("count_start", count_start.replace("{place}", l.brief.name))
                .slot("text", text)
        }))
}

fn languages_and_spellings<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let spellings = super::name::spellings(l).into_iter().next();
    all(spellings
        .zip(first(l, Topic::Languages))
        .and_then(|(spellings, (fact, text))| {
            Some(
                Found::new(0.3)
                    .cite("spell", &spellings.told)
                    .cite("text", &[fact])
                    .slot("n", spellings.slots.get("at_least")?.clone())
                    .slot("first", spellings.slots.get("first")?.clone())
                    .slot("last", spellings.slots.get("last")?.clone())
                    .slot("text", text),
            )
        }))
}

fn three_lists<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let region = l
        .region_rank()
        .filter(|r| r.of >= 5 && l.common("region").is_some());
    let (Some(region), Some(country), Some(world)) = (region, l.country_rank(), l.world_rank())
    else {
        return Vec::new();
    };
    if country.rank == region.rank {
        return Vec::new();
    }
    Found::new(0.25)
        .cite("region", &[region.fact])
        .cite("country", &[country.fact])
        .cite("world", &[world.fact])
        .slot("region_no", super::rank::in_row(region.rank))
        .slot("rank_no", super::rank::in_row(country.rank))
        .slot("world_no", super::rank::in_row(world.rank))
        .only()
}
