//! Regions by their names, and when one is meant rather than a place of its name.

use std::{collections::HashMap, sync::LazyLock};

use crate::{
    fold::fold,
    guess::OWN_NAME,
    listed::Listed,
    pack::PACK,
    qualifier::{names_region, qualifies},
    resolution::{Kind, Resolution},
    resolve::{Hit, MOST_ALTERNATIVES, Reading, area},
};

/// A region this much ahead of a place elsewhere is meant.
const REGION_LEAD: f64 = 1.0;

/// The numbers of the regions of each name, folded.
static REGIONS: LazyLock<HashMap<String, Vec<u16>>> = LazyLock::new(|| {
    let mut numbers: HashMap<String, Vec<u16>> = HashMap::new();
    for (number, name) in (0..).zip(PACK.region_names.iter()) {
        numbers.entry(fold(name)).or_default().push(number);
    }
    numbers
});

/// A region, by its first places.
pub(crate) struct Region {
    first: Listed,
    others: Vec<Listed>,
}

impl Region {
    /// Finds the region of a name; the one with the largest place if there are several.
    pub(crate) fn called(reading: &Reading) -> Option<Region> {
        if reading.name.len() < 4 {
            return None;
        }
        let numbers = REGIONS.get(&reading.name)?;
        let mut places = Listed::all()
            .filter(|place| place.region_number().is_some_and(|n| numbers.contains(&n)))
            .filter(|place| reading.qualifiers.iter().all(|q| qualifies(q, *place)))
            .filter(|place| !place.is_section());
        let first = places.next()?;
        let others = places.take(MOST_ALTERNATIVES - 1);
        let is_there = |place: &Listed| place.region_number() == first.region_number();
        Some(Region {
            first,
            others: others.filter(is_there).collect(),
        })
    }

    /// Whether the first of the places of its name is meant rather.
    pub(crate) fn is_outshone(&self, hits: &[Hit], reading: &Reading) -> bool {
        let Some(hit) = hits.first() else {
            return false;
        };
        let is_first = |hit: &Hit| hit.place == self.first;
        if is_first(hit) || hits.iter().filter(|hit| hit.is_known()).any(is_first) {
            return true;
        }
        let is_there = hit.place.region_number() == self.first.region_number();
        let is_own = is_there && hit.is_own_name;
        // No region lies in another, and behind a country's name its own is left out of a label.
        let says_so = |qualifier: &String| is_own || names_region(qualifier, hit.place);
        if reading.qualifiers.iter().any(says_so) {
            return true;
        }
        let is_clear = || self.prominence() + OWN_NAME >= hit.score + REGION_LEAD;
        hit.is_known() && (is_there || hit.place.is_capital() || !is_clear())
    }

    /// Returns how well known it is: as [`prominence`](crate::resolve::prominence) of a place with all its people.
    fn prominence(&self) -> f64 {
        let is_there = |place: &Listed| place.region_number() == self.first.region_number();
        let places = Listed::all().filter(|place| is_there(place) && !place.is_part());
        let people: u64 = places
            .map(|place| u64::from(place.people().unwrap_or(0)))
            .sum();
        (people as f64 + 1.0).ln()
    }

    /// Offers places in it, and a few of the places of its name.
    pub(crate) fn answer(self, namesakes: &[Hit]) -> Resolution {
        let name = self.first.region().unwrap_or_default();
        let country = &self.first.country().name;
        let namesakes = namesakes.iter().filter(|hit| hit.is_known());
        let namesakes: Vec<Listed> = namesakes.map(|hit| hit.place).collect();
        let or_one = match namesakes[..] {
            [] => "",
            _ => ", or one of that name",
        };
        let mut places = vec![self.first];
        places.extend(self.others);
        let message = format!("{name}, {country}, is a region; choose a place in it{or_one}");
        area(Kind::Region, places, namesakes, message)
    }
}
