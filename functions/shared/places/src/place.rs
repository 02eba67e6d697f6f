use serde::{Deserialize, Serialize};

/// A listed place, as people tell it from others of its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// GeoNames id.
    pub geoname_id: u32,
    /// Its name, with its diacritics.
    pub name: String,
    /// First-order region, where known.
    pub region: Option<String>,
    /// Second-order district, where known.
    pub district: Option<String>,
    /// Country, in English.
    pub country: String,
    /// ISO 3166-1 alpha-2 code of the country.
    pub country_code: String,
    /// Latitude in degrees, north positive.
    pub lat_deg: f64,
    /// Longitude in degrees, east positive.
    pub lon_deg: f64,
    /// People living there, `None` where unknown.
    pub people: Option<u32>,
    /// IANA name of the time zone.
    pub time_zone: String,
}

impl Place {
    /// Returns name, region and country in a line: `Paris, Île-de-France, France`.
    ///
    /// A part that repeats the one before it is left out: `Singapore`, `Luxembourg`.
    pub fn label(&self) -> String {
        let mut parts = vec![self.name.as_str()];
        for part in [self.region.as_deref(), Some(self.country.as_str())]
            .into_iter()
            .flatten()
        {
            if parts.last() != Some(&part) {
                parts.push(part);
            }
        }
        parts.join(", ")
    }

    /// Returns the label with the district, for two places that share the short one.
    pub fn long_label(&self) -> String {
        let Some(district) = self.district.as_deref().filter(|d| *d != self.name) else {
            return self.label();
        };
        self.label()
            .replacen(&self.name, &format!("{}, {district}", self.name), 1)
    }
}
