use std::collections::HashSet;

use super::{Notes, frame_name, surprise};
use crate::{
    fact::{Axis, Datum, Frame, Source},
    listed::Listed,
    mistaken::NO_SEATS,
};

/// Lists of the larger places only, by fewest people.
const THRESHOLDS: [u32; 4] = [0, 10_000, 100_000, 1_000_000];
/// A shorter list has no end worth telling: of a country, and of a region.
const FEWEST_IN_COUNTRY: usize = 20;
const FEWEST_IN_REGION: usize = 100;
/// The last rank worth telling.
const LAST_RANK: usize = 5;
/// Share of places that stand at the end of some list: 15,807 of 228,678.
const EXTREME_SHARE: f64 = 0.07;

/// Adds location, population, height, office, ranks, namesakes and ends of lists.
pub(super) fn add(notes: &mut Notes) {
    location(notes);
    population(notes);
    elevation(notes);
    seat(notes);
    ranks(notes);
    namesakes(notes);
    largest_is_not_capital(notes);
    extremes(notes);
    spellings(notes);
}

fn location(notes: &mut Notes) {
    let place = notes.place.to_place();
    let claim = format!(
        "{} is the name of a populated place: {}.",
        place.name,
        place.long_label()
    );
    let datum = Datum::Location {
        country: place.country,
        region: place.region,
        district: place.district,
    };
    notes.add("location", Source::GeoNames, 0.0, claim, datum);
    notes.last(|fact| fact.strength = 1.0);
}

fn population(notes: &mut Notes) {
    let Some(people) = notes.place.people() else {
        return;
    };
    let rare = notes.surprise(f64::from(people), |p| p.people().map(f64::from));
    let claim = format!("{} has about {people} people.", notes.place.name());
    notes.add(
        "population",
        Source::GeoNames,
        rare,
        claim,
        Datum::Population { people },
    );
    notes.last(|fact| fact.perishable = true);
}

fn elevation(notes: &mut Notes) {
    let Some(m) = notes.place.elevation_m().map(i32::from).filter(|m| *m != 0) else {
        return;
    };
    let rare = notes.surprise(f64::from(m), |p| p.elevation_m().map(f64::from));
    let claim = format!(
        "{} lies about {m} metres above the sea.",
        notes.place.name()
    );
    notes.add(
        "elevation",
        Source::GeoNames,
        rare,
        claim,
        Datum::Elevation { m },
    );
}

fn seat(notes: &mut Notes) {
    let Some(order) = notes.place.seat_order() else {
        return;
    };
    // Of some regions the list has several seats, and not which of them is one.
    let is_rival = |p: &Listed| *p != notes.place && p.seat_order() == Some(1);
    let is_doubtful = NO_SEATS.contains(&notes.place.id()) || notes.region.iter().any(is_rival);
    if order == 1 && is_doubtful {
        return;
    }
    let of = match order {
        0 => Some(notes.place.country().name.clone()),
        1 => notes.place.region().map(str::to_owned),
        2 => notes.place.district().map(str::to_owned),
        _ => None,
    };
    let governed = of.clone().unwrap_or_else(|| "its district".to_owned());
    let share = notes
        .world
        .iter()
        .filter(|p| p.seat_order().is_some_and(|o| o <= order))
        .count();
    let rare = surprise(share as f64 / notes.world.len() as f64);
    // A capital need not be where the government sits: not in the Netherlands, Benin or Bolivia.
    let office = match order {
        0 => "capital",
        _ => "seat of the administration",
    };
    let claim = format!("{} is the {office} of {governed}.", notes.place.name());
    notes.add(
        "seat",
        Source::GeoNames,
        rare,
        claim,
        Datum::Seat { order, of },
    );
    notes.last(|fact| fact.strength = 0.9);
}

fn ranks(notes: &mut Notes) {
    let Some(people) = notes.place.people().filter(|_| !notes.place.is_part()) else {
        return;
    };
    let mut found = Vec::new();
    for (frame, key, list) in notes.frames() {
        let of = list.iter().filter(|p| p.people().is_some()).count();
        let rank = 1 + list.iter().filter(|p| p.people() > Some(people)).count();
        if of >= 3 {
            found.push((frame, key, rank as u32, of as u32));
        }
    }
    for (frame, key, rank, of) in found {
        let share = f64::from(rank.min(of + 1 - rank).max(1)) / f64::from(of);
        let claim = format!(
            "By people, {} is number {rank} of the {of} listed places of {} whose population is known.",
            notes.place.name(),
            frame_name(&frame)
        );
        let rare = if of >= 50 { surprise(share) } else { 0.2 };
        notes.add(
            format!("rank.{key}"),
            Source::Computed,
            rare,
            claim,
            Datum::Rank { frame, rank, of },
        );
        notes.last(|fact| {
            fact.perishable = true;
            fact.strength = 0.8;
        });
    }
}

fn namesakes(notes: &mut Notes) {
    let place = notes.place;
    let same: Vec<Listed> = notes
        .world
        .iter()
        .copied()
        .filter(|other| {
            *other != place && other.is_called(place.name()) && other.km_to(place) > 30.0
        })
        .collect();
    let countries: HashSet<u16> = same.iter().map(|other| other.country_number()).collect();
    let others = same.len() as u32;
    // The list is in order of people, and so are its numbers.
    let is_largest = same.iter().all(|other| place < *other);
    let rare = match others {
        0 => 0.05,
        1..=4 => 0.25,
        5..=19 => 0.45,
        20..=59 => 0.7,
        _ => 1.0,
    };
    let claim = match others {
        0 => format!("No other listed place is called {}.", place.name()),
        _ => format!("{others} other listed places are called {}.", place.name()),
    };
    let datum = Datum::SameName {
        others,
        is_largest,
        countries: countries.len() as u32,
    };
    notes.add("same_name", Source::Computed, rare, claim, datum);
}

fn largest_is_not_capital(notes: &mut Notes) {
    let capital = notes.country.iter().copied().find(|p| p.is_capital());
    let largest = notes.country.first().copied();
    let (Some(capital), Some(largest)) = (capital, largest) else {
        return;
    };
    let (Some(capital_people), Some(largest_people)) = (capital.people(), largest.people()) else {
        return;
    };
    let concerned = notes.place == capital || notes.place == largest;
    if capital == largest || !concerned || notes.is_disputed() || largest_people < capital_people {
        return;
    }
    let claim = format!(
        "{} is the capital of {}, but {} has more people.",
        capital.name(),
        capital.country().name,
        largest.name()
    );
    let datum = Datum::LargestIsNotCapital {
        capital: capital.name().to_owned(),
        capital_people,
        largest: largest.name().to_owned(),
        largest_people,
        this_is_capital: notes.place == capital,
    };
    notes.add(
        "largest_is_not_capital",
        Source::Computed,
        0.9,
        claim,
        datum,
    );
}

const AXES: [Axis; 7] = [
    Axis::Northernmost,
    Axis::Southernmost,
    Axis::Easternmost,
    Axis::Westernmost,
    Axis::Highest,
    Axis::Lowest,
    Axis::Largest,
];

/// The value a list is sorted by, the first place having the greatest.
fn value(axis: Axis, place: Listed) -> Option<f64> {
    match axis {
        Axis::Northernmost => Some(place.lat_deg()),
        Axis::Southernmost => Some(-place.lat_deg()),
        Axis::Easternmost => Some(place.lon_deg()),
        Axis::Westernmost => Some(-place.lon_deg()),
        Axis::Highest => place.elevation_m().map(f64::from),
        Axis::Lowest => place.elevation_m().map(|m| -f64::from(m)),
        Axis::Largest => place.people().map(f64::from),
    }
}

/// East and west have no end on the globe, nor in a country across the date line.
fn has_ends(axis: Axis, list: &[Listed]) -> bool {
    let sideways = matches!(axis, Axis::Easternmost | Axis::Westernmost);
    let reaches = |test: fn(f64) -> bool| list.iter().any(|p| test(p.lon_deg()));
    !(sideways && reaches(|lon| lon > 150.0) && reaches(|lon| lon < -150.0))
}

fn extremes(notes: &mut Notes) {
    if notes.place.is_part() {
        return;
    }
    let mut found = Vec::new();
    for (frame, key, list) in notes.frames() {
        if notes.is_disputed() && frame != Frame::World {
            continue;
        }
        let fewest = match frame {
            Frame::Region(_) => FEWEST_IN_REGION,
            _ => FEWEST_IN_COUNTRY,
        };
        for axis in AXES.into_iter().filter(|axis| has_ends(*axis, list)) {
            // The list without a threshold says most; a longer threshold is told only when it does not hold there.
            let first = THRESHOLDS
                .into_iter()
                .find_map(|min_people| standing(notes.place, axis, min_people, list, fewest));
            found.extend(first.map(|standing| (frame.clone(), key, axis, standing)));
        }
    }
    for (frame, key, axis, standing) in found {
        tell(notes, frame, key, axis, standing);
    }
}

/// Where a place stands on a sorted list.
struct Standing {
    min_people: u32,
    of: u32,
    rank: u32,
    leader: Listed,
    runner_up: Option<Listed>,
}

fn standing(
    place: Listed,
    axis: Axis,
    min_people: u32,
    list: &[Listed],
    fewest: usize,
) -> Option<Standing> {
    let own = value(axis, place)?;
    if place.people().unwrap_or(0) < min_people || (axis == Axis::Largest && min_people > 0) {
        return None;
    }
    let values = list
        .iter()
        .filter(|p| p.people().unwrap_or(0) >= min_people)
        .filter_map(|p| Some((value(axis, *p)?, *p)));
    // Nearly every place is far from the end: that is seen before the list is made.
    let ahead = values
        .clone()
        .filter(|(value, other)| *value > own || (*value == own && *other < place));
    let rank = 1 + ahead.take(LAST_RANK).count();
    if rank > LAST_RANK {
        return None;
    }
    let mut listed: Vec<(f64, Listed)> = values.collect();
    let worth = listed.len() >= fewest && (rank == 1 || listed.len() >= 50);
    if !worth {
        return None;
    }
    listed.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    // A tie is no first place.
    if rank == 1 && listed[1].0 == own {
        return None;
    }
    Some(Standing {
        min_people,
        of: listed.len() as u32,
        rank: rank as u32,
        leader: listed[0].1,
        runner_up: Some(listed[1].1).filter(|_| rank == 1),
    })
}

fn tell(notes: &mut Notes, frame: Frame, key: &str, axis: Axis, standing: Standing) {
    let Standing {
        min_people,
        of,
        rank,
        leader,
        runner_up,
    } = standing;
    let word = format!("{axis:?}").to_lowercase();
    let list = match min_people {
        0 => format!("the {of} listed places of {}", frame_name(&frame)),
        _ => format!(
            "the {of} listed places of {} with at least {min_people} people",
            frame_name(&frame)
        ),
    };
    let name = notes.place.name();
    let rare = surprise(EXTREME_SHARE / f64::from(of).log10().max(1.0))
        * if rank == 1 { 1.0 } else { 0.8 };
    let own = value(axis, notes.place).unwrap_or_default();
    let id = format!(
        "{}.{key}.{word}",
        if rank == 1 { "extreme" } else { "nearly" }
    );
    let rare = match key {
        "world" => 1.0,
        _ => rare + if of >= 500 { 0.3 } else { 0.1 },
    };
    if rank == 1 {
        let signed = match axis {
            Axis::Southernmost | Axis::Westernmost | Axis::Lowest => -own,
            _ => own,
        };
        let runner_up = runner_up.map(|p| p.name().to_owned());
        let datum = Datum::Extreme {
            axis,
            frame,
            min_people,
            of,
            runner_up,
            value: signed,
        };
        notes.add(
            id,
            Source::Computed,
            rare.min(1.0),
            format!("{name} is the {word} of {list}."),
            datum,
        );
    } else {
        let gap = value(axis, leader).unwrap_or_default() - own;
        let claim = format!(
            "{name} is number {rank} of {list} sorted from the {word}; {} is first.",
            leader.name()
        );
        let leader = notes.other(leader);
        let datum = Datum::NearlyExtreme {
            axis,
            frame,
            min_people,
            of,
            rank,
            leader,
            gap,
        };
        notes.add(id, Source::Computed, (rare * 0.7).min(1.0), claim, datum);
    }
    if matches!(axis, Axis::Highest | Axis::Lowest | Axis::Largest) {
        notes.last(|fact| fact.strength = 0.6);
    }
}

/// The scripts of the pack, in its order.
const SCRIPTS: [&str; 16] = [
    "Latin",
    "Greek",
    "Cyrillic",
    "Armenian",
    "Hebrew",
    "Arabic",
    "Devanagari",
    "Bengali",
    "Tamil",
    "Thai",
    "Tibetan",
    "Georgian",
    "Ethiopic",
    "Japanese kana",
    "Chinese characters",
    "Hangul",
];

fn spellings(notes: &mut Notes) {
    use crate::pack::PACK;
    let at = notes.place.0;
    let ends = PACK.spelling_ends.get(at).split_once('\t');
    let Some((first, last)) = ends else {
        return;
    };
    let at_least = u32::from(PACK.spellings.u16(at));
    let mask = PACK.scripts.u32(at);
    let scripts: Vec<String> = SCRIPTS
        .iter()
        .enumerate()
        .filter(|(bit, _)| mask & (1 << bit) != 0)
        .map(|(_, name)| (*name).to_owned())
        .collect();
    let rare = notes.surprise(f64::from(at_least), |p| {
        Some(f64::from(PACK.spellings.u16(p.0)))
    });
    let claim = format!(
        "At least {at_least} spellings of {} are on record, in {} scripts.",
        notes.place.name(),
        scripts.len()
    );
    let datum = Datum::Spellings {
        at_least,
        first: first.to_owned(),
        last: last.to_owned(),
        scripts,
    };
    notes.add("spellings", Source::GeoNames, rare, claim, datum);
}
