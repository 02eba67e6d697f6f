//! Several directions at once: clock and sun, three relatives, three neighbours, two ways out.

use places::Datum;

use super::{Found, Group, Move, quotes::all};
use crate::{ledger::Ledger, numbers, theme::Theme, wording};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "W16",
        group: Group::Clock,
        themes: &[Theme::Sky, Theme::Map],
        essential: 0.4,
        titles: &["{zone} time", "The clock from {zone}, the sun from here", "{lag} between two noons"],
        find: zone_and_lag,
        skeletons: &[
            "A: What time do they keep?
             H: The time of {zone}, by the name of the zone. [zone]
             A: And does the sun agree?
             H: Not quite: in mid-January its noon comes {lag} {side} the clock's. [lag]",
            "H: The clock of {place} answers to the name {zone}. [zone] The sun over it does not. [lag]
             A: How far apart are they?
             H: In mid-January, {lag}. [lag]",
            "A: Who made the clock here?
             H: The zone is called after {zone}. [zone]
             A: Then what does the local sun say?
             H: That noon is {lag} {side} twelve, in mid-January. [lag]",
            "H: Noon in mid-January comes {lag} {side} twelve. [lag]
             A: Whose twelve is that?
             H: The twelve of a zone named after {zone}. [zone]",
            "A: Clock or sundial, which one do I follow?
             H: They part company by {lag} in mid-January. [lag] The clock is the one with a name on it, {zone}. [zone]",
        ],
    },
    Move {
        id: "W17",
        group: Group::Sky,
        themes: &[Theme::Map, Theme::Sky],
        essential: 0.5,
        titles: &["{twin}, {mirror}, {far}", "Three relatives on the globe", "Sideways, across, through"],
        find: three_relatives,
        skeletons: &[
            "A: Does {place} have relatives on the globe?
             H: Three. [-] Sideways, on nearly the same latitude, {twin}. [twin] Across the equator, {mirror}. [mirror]
             A: And the third?
             H: Straight through: the listed place nearest to the far end is {far}, in {far_country}. [far]",
            "H: Turn the globe three ways, starting from {place}. [-] Along the latitude you pass {twin}, in {twin_country}. [twin]
             A: And over the equator?
             H: As far on the other side, {mirror}. [mirror]
             A: And through the middle?
             H: Nearest to that point on the list is {far}, in {far_country}. [far]",
            "A: {?near} Name somebody who gets the same sun. [-]
             H: {twin}, in {twin_country}. [twin]
             A: Somebody who gets it upside down?
             H: {mirror}, in {mirror_country}. [mirror]
             A: And somebody who gets it at night?
             H: {far}, in {far_country}, close to the point straight through the Earth. [far]",
        ],
    },
    Move {
        id: "W18",
        group: Group::Ground,
        themes: &[Theme::Map],
        essential: 0.55,
        titles: &["{a}, {b}, {c}", "Once around the compass", "{a} on one side, {b} on the other"],
        find: three_neighbours,
        skeletons: &[
            "A: Turn on the spot and tell me what you see. [-]
             H: On the map: {a} to the {a_dir}, {b} to the {b_dir}, {c} to the {c_dir}. [a b c]
             A: And nearest?
             H: {a}: {a_km}. [a]",
            "H: {a} to the {a_dir}. [a] {b} to the {b_dir}. [b] {c} to the {c_dir}. [c]
             A: <You sound like a signpost.|Is that a signpost?> [-]
             H: <One with three arms.|With three arms, yes.> [-]",
            "A: {?nearest} Which names would be on the signpost?
             H: {a}, {b} and {c}, if it shows the nearest on our list. [a b c]
             A: And the shortest arm?
             H: Points {a_dir}, to {a}: {a_km}. [a]",
            "H: A letter carrier with three stops to make would go to {a}, to {b} and to {c}. [a b c]
             A: In that order?
             H: By distance, yes: {a} is nearest, at {a_km}. [a]",
            "A: Who lives around the corner?
             H: By the map, {a}, {a_km} to the {a_dir}. [a] Then {b}, and after that {c}. [b c]",
            "H: {?nearest} From {place} three lines lead to the nearest names: {a_dir} to {a}, {b_dir} to {b}, {c_dir} to {c}. [a b c]",
            "A: If I sneeze in {place}, who says bless you?
             H: {a}, {a_km} away. [a] Then perhaps {b} and {c}. [b c]",
            "H: Name three neighbours and you know where you are. [-] {a}, {b}, {c}. [a b c]
             A: <Now I know.|I am on the map.> [-]
             H: The nearest is {a}, at {a_km}. [a]",
        ],
    },
    Move {
        id: "W19",
        group: Group::Ground,
        themes: &[Theme::Map, Theme::Nature],
        essential: 0.9,
        titles: &["{capital} or the sea", "Two ways out", "Salt one way, {capital} the other"],
        find: sea_or_capital,
        skeletons: &[
            "A: Which would I reach first, the capital or the sea?
             H: The {nearer}. [coast capital] It is {coast_km} to the coast. [coast]
             A: And to the capital?
             H: {Capital_km}, if {capital} is where you want to go. [capital]",
            "H: {capital}, the capital, is {capital_km} to the {back}. [capital]
             A: And the sea?
             H: {Coast_km}, at the nearest point. [coast] So the {nearer} is closer. [coast capital]",
            "A: Somebody in {place} wants to get away. Where to?
             H: The sea is {coast_km} off. [coast] The capital, {capital}, is {capital_km} off. [capital]
             A: Then the {nearer} wins on distance. [coast capital]",
            "H: Measure two lines from {place}. [-] One goes to {capital}, the capital, and is {capital_km} long. [capital]
             A: And the other one?
             H: To the nearest sea. [-] {Coast_km}. [coast]",
        ],
    },
];

fn zone_and_lag<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let zone = super::clock::borrowed_zone(l).into_iter().next();
    let lag = super::clock::lag(l).into_iter().next();
    all(zone.zip(lag).and_then(|(zone, lag)| {
        Some(
            Found::new(lag.worth)
                .cite("zone", &zone.told)
                .cite("lag", &lag.told)
                .slot("zone", zone.slots.get("zone")?.clone())
                .slot("lag", lag.slots.get("lag")?.clone())
                .slot("side", lag.slots.get("side")?.clone()),
        )
    }))
}

fn three_relatives<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let twin = l.one(|d| match d {
        Datum::LatitudeTwin(other) => Some(other),
        _ => None,
    });
    let mirror = l.one(|d| match d {
        Datum::MirrorTwin(other) => Some(other),
        _ => None,
    });
    let far = l.one(|d| match d {
        Datum::Antipode { other, off_km } if *off_km < 700.0 => Some((other, *off_km)),
        _ => None,
    });
    all(twin
        .zip(mirror)
        .zip(far)
        .map(|(((twin, t), (mirror, m)), (far, (f, off)))| {
            Found::new(0.3)
                .cite("twin", &[twin])
                .cite("mirror", &[mirror])
                .cite("far", &[far])
                .flag("near", off < super::globe::NEAR_KM)
                .slot("twin", t.name.clone())
                .slot("twin_country", wording::country(&t.country))
                .slot("mirror", m.name.clone())
                .slot("mirror_country", wording::country(&m.country))
                .slot("far", f.name.clone())
                .slot("far_country", wording::country(&f.country))
        }))
}

fn three_neighbours<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let neighbours = l.neighbours();
    let [(a, one), (b, two), (c, three), ..] = neighbours.as_slice() else {
        return Vec::new();
    };
    Found::new(0.2)
        .cite("a", &[*a])
        .cite("b", &[*b])
        .cite("c", &[*c])
        .slot("a", one.name.clone())
        .slot("b", two.name.clone())
        .slot("c", three.name.clone())
        .slot("a_km", numbers::km(one.km))
        .slot("a_dir", wording::direction(one.direction))
        .slot("b_dir", wording::direction(two.direction))
        .slot("c_dir", wording::direction(three.direction))
        .flag("nearest", l.are_nearest(3))
        .only()
}

fn sea_or_capital<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let (Some((coast, km)), Some((capital, other))) = (l.coast(), l.capital()) else {
        return Vec::new();
    };
    if km < 8.0 || (km / other.km.max(1.0) - 1.0).abs() < 0.1 {
        return Vec::new();
    }
    Found::new(0.25)
        .cite("coast", &[coast])
        .cite("capital", &[capital])
        .slot("nearer", if km < other.km { "sea" } else { "capital" })
        .slot("capital", other.name.clone())
        .slot("back", wording::direction(other.direction))
        .slot("coast_km", numbers::km(km))
        .slot("capital_km", numbers::km(other.km))
        .only()
}
