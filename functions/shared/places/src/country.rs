use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use crate::{
    fold::fold,
    listed::Listed,
    pack::{COUNTRIES, Country},
    qualifier::slips_from,
    resolution::{Kind, Resolution},
    resolve::{Hit, MOST_ALTERNATIVES, area},
};

/// What people call a country beside the names in the pack.
const ALSO_CALLED: [(&str, &str); 8] = [
    ("BA", "bosnia"),
    ("CD", "congo"),
    ("CG", "congo"),
    ("IE", "republic of ireland"),
    ("KN", "saint kitts"),
    ("SA", "ksa"),
    ("SK", "slovak republic"),
    ("TC", "turks and caicos"),
];

/// Countries by every name they have, with what goes without saying left out.
static NAMES: LazyLock<HashMap<String, Vec<&Country>>> = LazyLock::new(|| {
    let mut names: HashMap<String, Vec<&Country>> = HashMap::new();
    for country in COUNTRIES.iter() {
        let also = ALSO_CALLED.iter().filter(|(code, _)| *code == country.code);
        let aliases = country.aliases.iter().map(String::as_str);
        for name in aliases.chain(also.map(|(_, name)| *name)) {
            names
                .entry(plain(name).into_owned())
                .or_default()
                .push(country);
        }
    }
    names
});

impl Country {
    /// Returns the country of a folded name, of several the first by code: `the usa` and `st lucia` are names as
    /// `usa` and `saint lucia` are.
    pub(crate) fn called(name: &str) -> Option<&'static Self> {
        Self::all_called(name).next()
    }

    /// Whether folded words are a name of this country.
    pub(crate) fn is_called(&self, words: &str) -> bool {
        Self::all_called(words).any(|country| country.code == self.code)
    }

    fn all_called(name: &str) -> impl Iterator<Item = &'static Self> {
        NAMES.get(&*plain(name)).into_iter().flatten().copied()
    }

    /// Returns the country whose name is nearest, and how many slips away it is.
    pub(crate) fn near(name: &str) -> Option<(&'static Self, usize)> {
        COUNTRIES
            .iter()
            .filter_map(|country| Some((country, slips_from(&fold(&country.name), name)?)))
            .min_by_key(|(_, slips)| *slips)
    }

    /// Whether a place is better known by the name than the country: Singapore, Luxembourg, Monaco.
    pub(crate) fn is_outshone(&self, place: Listed, is_own_name: bool) -> bool {
        place.is_capital() && place.country_code() == self.code && is_own_name
    }

    /// Offers places in it, and a few elsewhere that the name, too, may mean.
    pub(crate) fn answer(&self, name: &str, namesakes: &[Hit]) -> Resolution {
        let others = Self::all_called(name).filter(|country| country.code != self.code);
        let is_elsewhere = |hit: &&Hit| hit.place.country_code() != self.code;
        let namesakes = namesakes
            .iter()
            .filter(|hit| hit.is_own_name && hit.is_known())
            .filter(is_elsewhere);
        let elsewhere = others
            .filter_map(|country| country.places().first().copied())
            .chain(namesakes.map(|hit| hit.place));
        let message = format!("{} is a country; choose a place in it", self.name);
        area(Kind::Country, self.places(), elsewhere.collect(), message)
    }

    /// The first places in it, its capital before all.
    fn places(&self) -> Vec<Listed> {
        let mut places: Vec<Listed> = Listed::all()
            .filter(|place| place.country_code() == self.code && !place.is_section())
            .take(MOST_ALTERNATIVES + 1)
            .collect();
        places.sort_by_key(|place| !place.is_capital());
        places
    }
}

/// A folded name without the words that some write and others do not, unless it is made of them.
fn plain(name: &str) -> Cow<'_, str> {
    let is_mute = |word: &str| matches!(word, "the" | "and");
    let is_plain = |word: &str| !is_mute(word) && word != "st";
    let mut words = name.split(' ');
    if words.clone().all(is_plain) || words.all(is_mute) {
        return name.into();
    }
    let said = name.split(' ').filter(|word| !is_mute(word));
    let said = said.map(|word| if word == "st" { "saint" } else { word });
    said.collect::<Vec<_>>().join(" ").into()
}
