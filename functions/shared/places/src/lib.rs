//! The embedded gazetteer: 234,908 places by name, and what is known about each.
//!
//! Read [`fact`](Fact) first: it is what every spoken sentence stands on.

mod fact;

pub use fact::{Axis, Datum, Direction, Fact, Frame, Other, Source, Subject, Topic};
