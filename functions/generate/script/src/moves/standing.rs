//! Who lists a disputed place where, said once and without taking a side.

use places::Datum;

use super::{Found, Group, Move};
use crate::{ledger::Ledger, theme::Theme, wording};

pub(super) const MOVES: &[Move] = &[Move {
    id: "D1",
    group: Group::Ground,
    themes: &[
        Theme::Map,
        Theme::Size,
        Theme::Nature,
        Theme::Sky,
        Theme::History,
        Theme::Culture,
        Theme::Words,
        Theme::Work,
    ],
    essential: 4.0,
    titles: &["On whose list", "One list among others"],
    find: listing,
    skeletons: &[
        "A: Whose is it, on the map?
         H: The gazetteer we read lists it under {listed}. [f] States do not agree on that, and two voices will not settle it. [-]",
        "H: Our gazetteer files {place} under {listed}. [f]
         A: Does everyone?
         H: No, and we take no side. [-]",
        "A: Before we go on, under which heading do you find {place}?
         H: Under {listed}, in GeoNames. [f] That is one list, and others file it otherwise. [-]",
        "H: A word of care. [-] GeoNames has {place} under {listed}. [f]
         A: And that is disputed?
         H: It is, so we keep to what holds either way. [-]",
    ],
}];

fn listing<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let location = l.one(|d| matches!(d, Datum::Location { .. }).then_some(()));
    location
        .filter(|_| l.dispute().is_some())
        .map(|(fact, ())| {
            Found::new(0.5)
                .cite("f", &[fact])
                .slot("listed", wording::country(l.brief.country))
        })
        .into_iter()
        .collect()
}
