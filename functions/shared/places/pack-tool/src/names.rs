use std::collections::{BTreeMap, HashMap};

use crate::{container::Container, fold::fold, gazetteer::Place};

/// The names of all places: a map from a folded name to a list of places.
pub(crate) struct Index {
    map: Vec<u8>,
    starts: Vec<u32>,
    postings: Vec<u32>,
    spellings: Vec<(u16, u32, String)>,
}

/// Longer entries are sentences and addresses, not names.
const LONGEST_NAME: usize = 60;
/// First and last spelling are kept for places with at least this many.
const MANY_SPELLINGS: u16 = 12;

/// Builds the index and the counts of spellings.
pub(crate) fn index(places: &[Place]) -> anyhow::Result<Index> {
    let mut names: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (at, place) in places.iter().enumerate() {
        let alternates = place.alternates.iter().filter(|name| is_name(name));
        for name in std::iter::once(&place.name).chain(alternates) {
            let key = fold(name);
            if key.chars().count() < 2 && key.is_ascii() {
                continue;
            }
            let list = names.entry(key).or_default();
            if list.last() != Some(&(at as u32)) {
                list.push(at as u32);
            }
        }
    }
    names.remove("");
    let mut builder = fst::MapBuilder::memory();
    let mut lists: HashMap<Vec<u32>, u64> = HashMap::new();
    let (mut starts, mut postings) = (Vec::new(), Vec::new());
    for (name, list) in names {
        let number = *lists.entry(list.clone()).or_insert_with(|| {
            starts.push(postings.len() as u32);
            postings.extend(list);
            starts.len() as u64 - 1
        });
        builder.insert(name, number)?;
    }
    starts.push(postings.len() as u32);
    Ok(Index {
        map: builder.into_inner()?,
        starts,
        postings,
        spellings: places.iter().map(spellings).collect(),
    })
}

/// Leaves out links and the machine transliterations, which are all in lower case.
fn is_name(name: &str) -> bool {
    !name.contains("://")
        && name.chars().count() <= LONGEST_NAME
        && !name.starts_with(|c: char| c.is_ascii_lowercase())
}

/// How many spellings, in which scripts, and the first and last in Latin letters.
fn spellings(place: &Place) -> (u16, u32, String) {
    let mut spellings: Vec<&str> = place
        .alternates
        .iter()
        .map(String::as_str)
        .chain([place.name.as_str()])
        .filter(|name| is_name(name) && !is_code(name))
        .collect();
    spellings.sort_unstable();
    spellings.dedup();
    let scripts = spellings
        .iter()
        .filter_map(|name| script(name))
        .fold(0u32, |mask, script| mask | 1 << script);
    let count = spellings.len() as u16;
    let plain: Vec<&&str> = spellings
        .iter()
        .filter(|name| name.len() > 2 && name.chars().all(|c| c.is_ascii_alphabetic()))
        .collect();
    let ends = match (plain.first(), plain.last()) {
        (Some(first), Some(last)) if count >= MANY_SPELLINGS && first != last => {
            format!("{first}\t{last}")
        }
        _ => String::new(),
    };
    (count, scripts, ends)
}

/// Airport and other codes are in capitals only.
fn is_code(name: &str) -> bool {
    name.len() <= 5
        && name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// The number of a script, as `places` names them in the same order; `None` when mixed.
fn script(name: &str) -> Option<u32> {
    const RANGES: [(u32, u32, u32); 16] = [
        (0, 0x41, 0x24f),
        (1, 0x370, 0x3ff),
        (2, 0x400, 0x52f),
        (3, 0x530, 0x58f),
        (4, 0x590, 0x5ff),
        (5, 0x600, 0x6ff),
        (6, 0x900, 0x97f),
        (7, 0x980, 0x9ff),
        (8, 0xb80, 0xbff),
        (9, 0xe00, 0xe7f),
        (10, 0xf00, 0xfff),
        (11, 0x10a0, 0x10ff),
        (12, 0x1200, 0x139f),
        (13, 0x3040, 0x30ff),
        (14, 0x4e00, 0x9fff),
        (15, 0xac00, 0xd7af),
    ];
    let mut letters = name.chars().filter(|c| c.is_alphabetic()).map(|c| {
        RANGES
            .iter()
            .find(|(_, low, high)| (*low..=*high).contains(&(c as u32)))
            .map(|(script, ..)| *script)
    });
    let first = letters.next()??;
    letters.all(|script| script == Some(first)).then_some(first)
}

impl Index {
    /// Writes the map, its lists and the spellings.
    pub(crate) fn write(&self, out: &mut Container) {
        out.bytes("name_map", self.map.clone());
        out.column("list_starts", self.starts.iter().map(|s| s.to_le_bytes()));
        out.column("lists", self.postings.iter().map(|p| p.to_le_bytes()));
        out.column(
            "spellings",
            self.spellings.iter().map(|s| s.0.to_le_bytes()),
        );
        out.column("scripts", self.spellings.iter().map(|s| s.1.to_le_bytes()));
        out.strings("spelling_ends", self.spellings.iter().map(|s| s.2.as_str()));
    }
}
