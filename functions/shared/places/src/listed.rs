use crate::{
    fact::Direction,
    pack::{COUNTRIES, Country, PACK},
    place::Place,
};

/// Mean radius of the Earth, kilometres.
const EARTH_KM: f64 = 6371.0088;
const NO_ELEVATION: i16 = i16::MIN;

/// GeoNames ids of the boroughs of New York, which the list has as seats of their counties: Brooklyn, Queens,
/// Manhattan, the Bronx and Staten Island.
const BOROUGHS: [u32; 5] = [5110302, 5133273, 5125771, 5110266, 5139568];

/// A place by its number in the pack, where the largest is number 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Listed(pub(crate) usize);

impl Listed {
    /// Returns every place, most people first.
    pub(crate) fn all() -> impl Iterator<Item = Listed> {
        (0..PACK.ids.len()).map(Listed)
    }

    /// Returns the place of a GeoNames id.
    pub(crate) fn by_id(geoname_id: u32) -> Option<Listed> {
        Listed::all().find(|place| place.id() == geoname_id)
    }

    pub(crate) fn id(self) -> u32 {
        PACK.ids.u32(self.0)
    }

    pub(crate) fn name(self) -> &'static str {
        PACK.names.get(self.0)
    }

    /// Whether this is its name, to the letter; in a whole list found sooner than by comparing names.
    pub(crate) fn is_called(self, name: &str) -> bool {
        PACK.names.is(self.0, name)
    }

    pub(crate) fn lat_deg(self) -> f64 {
        f64::from(PACK.lat.i32(self.0)) / 1e5
    }

    pub(crate) fn lon_deg(self) -> f64 {
        f64::from(PACK.lon.i32(self.0)) / 1e5
    }

    /// Returns the people, `None` where the list says 0, which means unknown.
    pub(crate) fn people(self) -> Option<u32> {
        Some(PACK.people.u32(self.0)).filter(|people| *people > 0)
    }

    pub(crate) fn country_number(self) -> u16 {
        PACK.country.u16(self.0)
    }

    pub(crate) fn country_code(self) -> &'static str {
        PACK.country_codes.get(self.country_number() as usize)
    }

    pub(crate) fn country(self) -> &'static Country {
        let code = self.country_code();
        let at = COUNTRIES.binary_search_by(|country| country.code.as_str().cmp(code));
        &COUNTRIES[at.expect("the pack lists every country that has a place")]
    }

    pub(crate) fn region_number(self) -> Option<u16> {
        Some(PACK.region.u16(self.0)).filter(|region| *region != u16::MAX)
    }

    pub(crate) fn region(self) -> Option<&'static str> {
        self.region_number()
            .map(|region| PACK.region_names.get(region as usize))
            .filter(|name| !name.is_empty())
    }

    /// Returns the region's code within its country, `TX`.
    pub(crate) fn region_code(self) -> &'static str {
        self.region_number()
            .and_then(|region| PACK.region_codes.get(region as usize).split_once('.'))
            .map_or("", |(_, code)| code)
    }

    pub(crate) fn district(self) -> Option<&'static str> {
        Some(PACK.district.u16(self.0))
            .filter(|district| *district != u16::MAX)
            .map(|district| PACK.districts.get(district as usize))
    }

    pub(crate) fn zone(self) -> &'static str {
        PACK.zones.get(PACK.zone.u16(self.0) as usize)
    }

    /// Returns the order of the administration that sits here: 0 the country, 1 its regions, to 4.
    pub(crate) fn seat_order(self) -> Option<u8> {
        match PACK.feature.u8(self.0) {
            seat @ 1..=5 => Some(seat - 1),
            _ => None,
        }
    }

    pub(crate) fn is_capital(self) -> bool {
        self.seat_order() == Some(0)
    }

    /// Whether it is a ward or quarter of a city.
    pub(crate) fn is_section(self) -> bool {
        PACK.feature.u8(self.0) == 6
    }

    /// Whether it is a section or a borough, which counts in no list of places.
    pub(crate) fn is_part(self) -> bool {
        self.is_section() || BOROUGHS.contains(&self.id())
    }

    pub(crate) fn elevation_m(self) -> Option<i16> {
        Some(PACK.elevation.i16(self.0)).filter(|m| *m != NO_ELEVATION)
    }

    /// Returns the number of the Köppen-Geiger class, 0 where unknown.
    pub(crate) fn climate(self) -> u8 {
        PACK.climate.u8(self.0)
    }

    pub(crate) fn coast_km(self) -> f64 {
        f64::from(PACK.coast.u16(self.0)) / 10.0
    }

    /// Returns the great-circle distance.
    pub(crate) fn km_to(self, other: Listed) -> f64 {
        km_between(
            (self.lat_deg(), self.lon_deg()),
            (other.lat_deg(), other.lon_deg()),
        )
    }

    /// Returns the direction in which a great circle to another place sets out.
    pub(crate) fn direction_to(self, other: Listed) -> Direction {
        let (a, c) = (self.lat_deg().to_radians(), other.lat_deg().to_radians());
        let across = (other.lon_deg() - self.lon_deg()).to_radians();
        let y = across.sin() * c.cos();
        let x = a.cos() * c.sin() - a.sin() * c.cos() * across.cos();
        let eighths = (y.atan2(x).to_degrees().rem_euclid(360.0) / 45.0).round() as usize;
        [
            Direction::North,
            Direction::Northeast,
            Direction::East,
            Direction::Southeast,
            Direction::South,
            Direction::Southwest,
            Direction::West,
            Direction::Northwest,
        ][eighths % 8]
    }

    /// Returns it as the library's users see it.
    pub(crate) fn to_place(self) -> Place {
        Place {
            geoname_id: self.id(),
            name: self.name().to_owned(),
            region: self.region().map(str::to_owned),
            district: self.district().map(str::to_owned),
            country: self.country().name.clone(),
            country_code: self.country_code().to_owned(),
            lat_deg: self.lat_deg(),
            lon_deg: self.lon_deg(),
            people: self.people(),
            time_zone: self.zone().to_owned(),
        }
    }
}

/// Returns the great-circle distance between two points of latitude and longitude in degrees.
pub(crate) fn km_between(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat1, lat2) = (a.0.to_radians(), b.0.to_radians());
    let across = (b.1 - a.1).to_radians();
    let half = ((lat2 - lat1) / 2.0).sin().powi(2)
        + lat1.cos() * lat2.cos() * (across / 2.0).sin().powi(2);
    2.0 * EARTH_KM * half.sqrt().min(1.0).asin()
}
