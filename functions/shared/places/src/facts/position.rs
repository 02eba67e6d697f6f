use super::{Notes, is_disputed, surprise, word};
use crate::{
    fact::{Datum, Source},
    listed::{Listed, km_between},
};

/// A city is a place of at least so many people.
const CITY_PEOPLE: u32 = 100_000;
/// Only the nearest neighbour is told of beyond this.
const FARTHEST_NEIGHBOUR_KM: f64 = 200.0;
/// Places so many degrees of latitude apart are at least as many times this far from one another.
const LEAST_DEGREE_KM: f64 = 111.0;
/// Twins on the globe are taken from places of at least so many people.
const TWIN_PEOPLE: u32 = 500_000;

/// Adds the capital, neighbours, borders, and twins on the globe.
pub(super) fn add(notes: &mut Notes) {
    let mut all: Vec<(f64, Listed)> = notes
        .world
        .iter()
        .filter(|other| **other != notes.place)
        .map(|other| (notes.place.km_to(*other), *other))
        .filter(|(km, other)| !is_double(notes.place, *other, *km))
        .collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let near: Vec<(f64, Listed)> = all
        .iter()
        .copied()
        .filter(|(km, other)| !is_part(notes.place, *other, *km))
        .collect();
    capital(notes);
    nearest_city(notes, &near);
    neighbours(notes, &near, &all);
    density(notes, &near);
    if !notes.is_disputed() {
        abroad(notes, &all);
    }
    twins(notes);
    antipode(notes);
}

/// Whether another listed place lies inside the place itself: a quarter that is not called one.
fn is_part(place: Listed, other: Listed, km: f64) -> bool {
    // American lists have neighbourhoods as places of their own.
    let reach = if place.country_code() == "US" {
        0.008
    } else {
        0.004
    };
    let radius_km = f64::from(place.people().unwrap_or(0)).sqrt() * reach;
    let smaller = other.people() < place.people();
    smaller && km < radius_km
}

/// Whether another entry of the list is the place itself once more.
fn is_double(place: Listed, other: Listed, km: f64) -> bool {
    km < 5.0 && other.name() == place.name()
}

fn capital(notes: &mut Notes) {
    // Which town is the capital, or whose the place is, is then a part of the dispute.
    if notes.is_disputed() {
        return;
    }
    let Some(capital) = notes.country.iter().copied().find(|p| p.is_capital()) else {
        return;
    };
    if capital == notes.place {
        return;
    }
    let km = notes.place.km_to(capital);
    let rare = notes.surprise(km, |p| {
        (p.country_number() == notes.place.country_number()).then(|| p.km_to(capital))
    });
    let other = notes.other(capital);
    let claim = format!(
        "{}, the capital of {}, lies {km:.0} kilometres to the {}.",
        other.name,
        other.country,
        word(&other)
    );
    notes.add(
        "capital",
        Source::Computed,
        rare,
        claim,
        Datum::Capital(other),
    );
    let foreign = notes
        .world
        .iter()
        .copied()
        .filter(|p| {
            p.is_capital() && p.country_number() != notes.place.country_number() && !is_disputed(*p)
        })
        .min_by(|a, b| notes.place.km_to(*a).total_cmp(&notes.place.km_to(*b)));
    if let Some(foreign) = foreign.filter(|foreign| notes.place.km_to(*foreign) * 1.5 < km) {
        let (own, foreign) = (notes.other(capital), notes.other(foreign));
        let claim = format!(
            "{}, the capital of {}, is {:.0} kilometres away; its own, {}, {:.0}.",
            foreign.name, foreign.country, foreign.km, own.name, own.km
        );
        notes.add(
            "nearer_foreign_capital",
            Source::Computed,
            0.6,
            claim,
            Datum::NearerForeignCapital { own, foreign },
        );
    }
}

fn nearest_city(notes: &mut Notes, near: &[(f64, Listed)]) {
    let Some((km, city)) = near
        .iter()
        .find(|(_, p)| p.people() >= Some(CITY_PEOPLE))
        .copied()
    else {
        return;
    };
    let other = notes.other(city);
    let claim = format!(
        "The nearest place of 100000 or more people is {}, {km:.0} kilometres to the {}.",
        other.name,
        word(&other)
    );
    notes.add(
        "nearest_city",
        Source::Computed,
        tail(
            km,
            &[
                (40.0, 0.5),
                (115.0, 0.1),
                (163.0, 0.05),
                (355.0, 0.01),
                (1912.0, 0.001),
            ],
        ),
        claim,
        Datum::NearestCity(other),
    );
}

/// `all` has the parts of the place too, which `near` leaves out.
fn neighbours(notes: &mut Notes, near: &[(f64, Listed)], all: &[(f64, Listed)]) {
    let is_known = |(_, place): &&(f64, Listed)| place.people() >= Some(500);
    let first_km = near.first().map_or(0.0, |first| first.0);
    let known_km = near
        .iter()
        .find(is_known)
        .map_or(f64::INFINITY, |first| first.0);
    // Where nobody counted, the uncounted neighbours are the nearest.
    let is_counted = known_km < (3.0 * first_km).max(15.0);
    let known = near
        .iter()
        .filter(|near| !is_counted || is_known(near))
        .enumerate()
        .take_while(|(at, (km, _))| *at == 0 || *km < FARTHEST_NEIGHBOUR_KM)
        .map(|(_, near)| near)
        .take(3);
    let mut nearest = all.iter();
    let mut is_nearest = true;
    for (order, (km, neighbour)) in (1..).zip(known) {
        is_nearest &= nearest.next().is_some_and(|(_, first)| first == neighbour);
        let other = notes.other(*neighbour);
        let rare = if order == 1 {
            tail(
                *km,
                &[
                    (3.7, 0.5),
                    (15.0, 0.1),
                    (23.0, 0.05),
                    (55.0, 0.01),
                    (137.0, 0.001),
                ],
            )
        } else {
            0.1
        };
        let claim = format!(
            "{} lies {km:.1} kilometres to the {}.",
            other.name,
            word(&other)
        );
        notes.add(
            format!("neighbour.{order}"),
            Source::Computed,
            rare,
            claim,
            Datum::Neighbour {
                order,
                other,
                is_nearest,
            },
        );
    }
}

/// How unusual a distance is, by the distances that half, a tenth and so on of all places exceed.
fn tail(km: f64, steps: &[(f64, f64)]) -> f32 {
    let share = steps
        .iter()
        .rev()
        .find(|(from, _)| km >= *from)
        .map_or(0.5, |(_, share)| *share);
    surprise(share)
}

fn density(notes: &mut Notes, near: &[(f64, Listed)]) {
    for within_km in [10, 50] {
        let places = near
            .iter()
            .take_while(|(km, _)| *km <= f64::from(within_km))
            .count() as u32;
        let rare = match (within_km, places) {
            (50, 0) => 0.7,
            (10, 0) => 0.3,
            (50, 400..) => 0.5,
            _ => 0.1,
        };
        let claim = format!("{places} other listed places lie within {within_km} kilometres.");
        notes.add(
            format!("density.{within_km}"),
            Source::Computed,
            rare,
            claim,
            Datum::Density { within_km, places },
        );
    }
}

fn abroad(notes: &mut Notes, near: &[(f64, Listed)]) {
    let home = notes.place.country_number();
    let is_foreign = |p: Listed| p.country_number() != home && !is_disputed(p);
    let own = near
        .iter()
        .find(|(_, p)| p.country_number() == home)
        .copied();
    if let (Some((_, first)), Some((_, own))) = (near.first().filter(|(_, p)| is_foreign(*p)), own)
    {
        let (foreign, own) = (notes.other(*first), notes.other(own));
        let claim = format!(
            "The nearest listed place is {} in {}; the nearest at home is {}.",
            foreign.name, foreign.country, own.name
        );
        notes.add(
            "neighbour_abroad",
            Source::Computed,
            0.7,
            claim,
            Datum::NeighbourAbroad { foreign, own },
        );
    }
    let mut countries: Vec<String> = near
        .iter()
        .take_while(|(km, _)| *km <= 50.0)
        .filter(|(_, p)| is_foreign(*p))
        .map(|(_, p)| p.country().name.clone())
        .collect();
    countries.sort();
    countries.dedup();
    if !countries.is_empty() {
        let rare = if countries.len() > 1 { 0.7 } else { 0.4 };
        let claim = format!(
            "Within 50 kilometres there are listed places of {}.",
            countries.join(", ")
        );
        notes.add(
            "borders",
            Source::Computed,
            rare,
            claim,
            Datum::Borders {
                within_km: 50,
                countries,
            },
        );
    }
}

fn twins(notes: &mut Notes) {
    let place = notes.place;
    let apart = |other: &Listed| {
        let degrees = (other.lon_deg() - place.lon_deg()).abs();
        degrees.min(360.0 - degrees)
    };
    let large: Vec<Listed> = notes
        .world
        .iter()
        .copied()
        .take_while(|p| p.people() >= Some(TWIN_PEOPLE))
        // A twin is told with its country.
        .filter(|p| !is_disputed(*p))
        .collect();
    let abroad = |p: &Listed| p.country_number() != place.country_number();
    let mut same: Vec<Listed> = large
        .iter()
        .copied()
        .filter(|p| abroad(p) && apart(p) >= 25.0 && (p.lat_deg() - place.lat_deg()).abs() < 0.3)
        .collect();
    // Another climate under the same sun is the better story.
    same.sort_by_key(|p| (p.climate() / 4 == place.climate() / 4, *p));
    for (number, twin) in (1..).zip(same.into_iter().take(2)) {
        let other = notes.other(twin);
        let claim = format!(
            "{}, {}, lies on nearly the same latitude.",
            other.name, other.country
        );
        notes.add(
            format!("latitude_twin.{number}"),
            Source::Computed,
            0.3,
            claim,
            Datum::LatitudeTwin(other),
        );
    }
    let mirror = large
        .iter()
        .copied()
        .find(|p| (p.lat_deg() + place.lat_deg()).abs() < 0.5 && p.lat_deg().abs() > 5.0);
    if let Some(mirror) = mirror {
        let other = notes.other(mirror);
        let claim = format!(
            "{}, {}, lies as far on the other side of the equator.",
            other.name, other.country
        );
        notes.add(
            "mirror_twin",
            Source::Computed,
            0.3,
            claim,
            Datum::MirrorTwin(other),
        );
    }
}

fn antipode(notes: &mut Notes) {
    let (lat, lon) = (-notes.place.lat_deg(), notes.place.lon_deg() + 180.0);
    let mut found: Option<(f64, Listed)> = None;
    for other in notes.world.iter().copied() {
        // Of nearly all places a look at the latitude tells that they are farther than the nearest so far.
        let least_km = (other.lat_deg() - lat).abs() * LEAST_DEGREE_KM;
        if found.is_some_and(|(km, _)| least_km > km) {
            continue;
        }
        let km = km_between((lat, lon), (other.lat_deg(), other.lon_deg()));
        if found.is_none_or(|(nearest_km, _)| km < nearest_km) {
            found = Some((km, other));
        }
    }
    let Some((off_km, nearest)) = found else {
        return;
    };
    let rare = match off_km {
        ..=25.0 => 0.8,
        ..=120.0 => 0.5,
        _ => 0.15,
    };
    let other = notes.other(nearest);
    let claim = format!(
        "The listed place nearest to the opposite point of the globe is {}, {}, {off_km:.0} kilometres from it.",
        other.name, other.country
    );
    notes.add(
        "antipode",
        Source::Computed,
        rare,
        claim,
        Datum::Antipode { other, off_km },
    );
}
