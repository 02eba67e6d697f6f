//! What is known about a place, gathered from the pack and worked out over the whole list.

mod position;
mod size;
mod sky;
mod text;

use crate::{
    fact::{Datum, Fact, Frame, Other, Source, Subject},
    listed::Listed,
};

/// Returns everything known about a place.
pub(crate) fn facts(place: Listed) -> Vec<Fact> {
    let mut notes = Notes::new(place);
    size::add(&mut notes);
    position::add(&mut notes);
    sky::add(&mut notes);
    text::add(&mut notes);
    notes.facts
}

/// The facts found so far, and the lists they are read from.
struct Notes {
    place: Listed,
    /// Every place that is not a ward, most people first.
    world: Vec<Listed>,
    /// Those in its country.
    country: Vec<Listed>,
    /// Those in its region.
    region: Vec<Listed>,
    facts: Vec<Fact>,
}

impl Notes {
    fn new(place: Listed) -> Notes {
        let world: Vec<Listed> = Listed::all().filter(|other| !other.is_part()).collect();
        let at_home = |other: &Listed| other.country_number() == place.country_number();
        let country: Vec<Listed> = world.iter().copied().filter(at_home).collect();
        let region = country
            .iter()
            .copied()
            .filter(|other| {
                place.region_number().is_some() && other.region_number() == place.region_number()
            })
            .collect();
        Notes {
            place,
            world,
            country,
            region,
            facts: Vec::new(),
        }
    }

    /// The three lists, each with its name.
    fn frames(&self) -> Vec<(Frame, &'static str, &[Listed])> {
        let country = Frame::Country(self.place.country().name.clone());
        let mut frames = vec![
            (Frame::World, "world", self.world.as_slice()),
            (country, "country", self.country.as_slice()),
        ];
        if let Some(region) = self.place.region() {
            frames.push((
                Frame::Region(region.to_owned()),
                "region",
                self.region.as_slice(),
            ));
        }
        frames
    }

    /// Adds a fact that was read or worked out from the list.
    fn add(
        &mut self,
        id: impl Into<String>,
        source: Source,
        surprise: f32,
        claim: String,
        datum: Datum,
    ) {
        let strength = match source {
            Source::Computed | Source::TimeZones | Source::NaturalEarth => 1.0,
            Source::WordNet | Source::Factbook => 0.9,
            Source::GeoNames => 0.7,
            Source::Koeppen => 0.6,
        };
        self.facts.push(Fact {
            id: id.into(),
            subject: Subject::Place,
            claim,
            source,
            locator: format!("geonameid {}", self.place.id()),
            as_of: None,
            perishable: false,
            surprise,
            strength,
            datum,
        });
    }

    /// Mends the last fact added.
    fn last(&mut self, change: impl FnOnce(&mut Fact)) {
        if let Some(fact) = self.facts.last_mut() {
            change(fact);
        }
    }

    /// Returns how unusual a value is, in the world or the country, whichever is more.
    fn surprise(&self, value: f64, of: impl Fn(Listed) -> Option<f64>) -> f32 {
        let share = |list: &[Listed]| {
            let (mut known, mut as_high, mut as_low) = (0_usize, 0_usize, 0_usize);
            for other in list.iter().filter_map(|place| of(*place)) {
                known += 1;
                as_high += usize::from(other >= value);
                as_low += usize::from(other <= value);
            }
            as_high.min(as_low).max(1) as f64 / known.max(1) as f64
        };
        let home = if self.country.len() >= 50 {
            share(&self.country)
        } else {
            1.0
        };
        surprise(share(&self.world).min(home))
    }

    /// Returns another place as a fact mentions it.
    fn other(&self, other: Listed) -> Other {
        Other {
            geoname_id: other.id(),
            name: other.name().to_owned(),
            country: other.country().name.clone(),
            abroad: other.country_number() != self.place.country_number(),
            people: other.people(),
            km: self.place.km_to(other),
            direction: self.place.direction_to(other),
            direction_back: Some(other.direction_to(self.place)),
            climate: sky::climate_name(other.climate()).map(|(_, name)| name.to_owned()),
        }
    }

    /// Whether who governs the place is disputed, so that nothing is said about whose it is.
    fn is_disputed(&self) -> bool {
        is_disputed(self.place)
    }
}

/// Whether who governs a place is disputed between states.
fn is_disputed(place: Listed) -> bool {
    const LANDS: [&str; 7] = ["TW", "XK", "PS", "EH", "IL", "CY", "FK"];
    const REGIONS: [&str; 2] = ["11", "20"];
    let code = place.country_code();
    LANDS.contains(&code) || (code == "UA" && REGIONS.contains(&place.region_code()))
}

/// `min(1, -log2(p) / 10)`.
fn surprise(p: f64) -> f32 {
    (-p.log2() / 10.0).clamp(0.0, 1.0) as f32
}

/// A direction as a word.
fn word(other: &Other) -> String {
    format!("{:?}", other.direction).to_lowercase()
}

/// The name of a list as claims put it.
fn frame_name(frame: &Frame) -> &str {
    match frame {
        Frame::World => "the world",
        Frame::Country(name) | Frame::Region(name) => name,
    }
}
