//! The embedded gazetteer: 234,908 places by name, and what is known about each.
//!
//! Read [`Fact`] first: it is what every spoken sentence stands on.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod attribution;
mod fact;
mod place;
mod resolution;

pub use attribution::{Attribution, attribution};
pub use fact::{Axis, Datum, Direction, Fact, Frame, Other, Source, Subject, Topic};
pub use place::Place;
pub use resolution::{Choice, Kind, Match, Resolution};

/// Returns what a typed location means.
pub fn resolve(query: &str) -> Resolution {
    Resolution {
        kind: Kind::Unknown,
        matched: Match::Nothing,
        confidence: 0.0,
        place: None,
        alternatives: Vec::new(),
        did_you_mean: Vec::new(),
        message: format!("no place called {query:?} is listed"),
    }
}

/// Returns a place by its GeoNames id.
pub fn place(_geoname_id: u32) -> Option<Place> {
    None
}

/// Returns everything known about a place, each piece typed and with its source.
pub fn facts(geoname_id: u32) -> Option<Vec<Fact>> {
    place(geoname_id).map(|_| Vec::new())
}
