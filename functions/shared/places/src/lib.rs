//! The embedded gazetteer: 234,908 places by name, and what is known about each.
//!
//! Read [`Fact`] first: it is what every spoken sentence stands on. [`resolve()`] turns what
//! people type into a [`Place`], [`facts()`] says what is known about it. The pack is made by
//! `pack-tool`; nothing here reads a file or the network.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod attribution;
mod coordinates;
mod country;
mod fact;
mod facts;
mod fold;
mod guess;
mod listed;
mod mistaken;
mod pack;
mod place;
mod qualifier;
mod region;
mod resolution;
mod resolve;

pub use attribution::{Attribution, attribution};
pub use fact::{Axis, Datum, Direction, Fact, Frame, Other, Source, Subject, Topic};
pub use place::Place;
pub use resolution::{Choice, Kind, Match, Resolution};
pub use resolve::resolve;

use listed::Listed;

/// Returns a place by its GeoNames id.
pub fn place(geoname_id: u32) -> Option<Place> {
    Listed::by_id(geoname_id).map(Listed::to_place)
}

/// Returns the GeoNames ids of every listed place, most people first.
pub fn ids() -> impl Iterator<Item = u32> {
    Listed::all().map(Listed::id)
}

/// Returns everything known about a place, each piece typed and with its source.
pub fn facts(geoname_id: u32) -> Option<Vec<Fact>> {
    Listed::by_id(geoname_id).map(facts::facts)
}
