use std::{cmp::Ordering, sync::LazyLock};

use fst::Map;
use serde::Deserialize;

use crate::{fact::Topic, mistaken::is_mistaken};

/// The pack, used where it lies in the program: nothing is parsed before it is asked for.
static BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/places.pack"));

/// Where the sections are.
pub(crate) static PACK: LazyLock<Pack> = LazyLock::new(Pack::open);

/// The sections of the pack; the places are numbered with most people first.
pub(crate) struct Pack {
    pub(crate) ids: Column<4>,
    pub(crate) lat: Column<4>,
    pub(crate) lon: Column<4>,
    pub(crate) people: Column<4>,
    pub(crate) country: Column<2>,
    pub(crate) region: Column<2>,
    pub(crate) district: Column<2>,
    pub(crate) zone: Column<2>,
    pub(crate) feature: Column<1>,
    pub(crate) elevation: Column<2>,
    pub(crate) climate: Column<1>,
    pub(crate) coast: Column<2>,
    pub(crate) names: Strings,
    pub(crate) country_codes: Strings,
    pub(crate) zones: Strings,
    pub(crate) region_codes: Strings,
    pub(crate) region_names: Strings,
    pub(crate) districts: Strings,
    pub(crate) name_map: Map<&'static [u8]>,
    list_starts: Column<4>,
    lists: Column<4>,
    pub(crate) spellings: Column<2>,
    pub(crate) scripts: Column<4>,
    pub(crate) spelling_ends: Strings,
    text_places: Column<4>,
    place_texts: Strings,
    country_texts: Strings,
}

/// One country or territory.
#[derive(Debug, Deserialize)]
pub(crate) struct Country {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    #[serde(default)]
    texts: Option<usize>,
}

/// What the books say about one place.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PlaceTexts {
    pub(crate) gloss: Vec<String>,
    pub(crate) parts: Vec<(String, String)>,
    /// Name, clause, whether it is a person, and the years of a life.
    pub(crate) mentions: Vec<(String, String, bool, String)>,
    pub(crate) texts: Vec<Text>,
}

/// A Factbook text.
#[derive(Debug, Deserialize)]
pub(crate) struct Text {
    pub(crate) topic: Topic,
    pub(crate) text: String,
    pub(crate) locator: String,
}

/// The countries, in the order of their codes.
pub(crate) static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    serde_json::from_slice(section("countries")).expect("the pack tool wrote the countries")
});

impl Pack {
    fn open() -> Pack {
        Pack {
            ids: Column(section("id")),
            lat: Column(section("lat")),
            lon: Column(section("lon")),
            people: Column(section("people")),
            country: Column(section("country")),
            region: Column(section("region")),
            district: Column(section("district")),
            zone: Column(section("zone")),
            feature: Column(section("feature")),
            elevation: Column(section("elevation")),
            climate: Column(section("climate")),
            coast: Column(section("coast")),
            names: Strings::new(section("names")),
            country_codes: Strings::new(section("country_codes")),
            zones: Strings::new(section("zones")),
            region_codes: Strings::new(section("region_codes")),
            region_names: Strings::new(section("region_names")),
            districts: Strings::new(section("districts")),
            name_map: Map::new(section("name_map")).expect("the pack tool wrote the map of names"),
            list_starts: Column(section("list_starts")),
            lists: Column(section("lists")),
            spellings: Column(section("spellings")),
            scripts: Column(section("scripts")),
            spelling_ends: Strings::new(section("spelling_ends")),
            text_places: Column(section("text_places")),
            place_texts: Strings::new(section("place_texts")),
            country_texts: Strings::new(section("country_texts")),
        }
    }

    /// Returns the places of a list that a name points to, most people first.
    pub(crate) fn list(&self, number: u64) -> impl Iterator<Item = usize> {
        let number = number as usize;
        let range =
            self.list_starts.u32(number) as usize..self.list_starts.u32(number + 1) as usize;
        range.map(|at| self.lists.u32(at) as usize)
    }

    /// Returns the places that have texts of their own.
    pub(crate) fn described(&self) -> impl Iterator<Item = usize> {
        (0..self.text_places.len()).map(|at| self.text_places.u32(at) as usize)
    }

    /// Returns what the books say about a place.
    pub(crate) fn texts_of(&self, place: usize) -> Option<PlaceTexts> {
        let mut texts = self.texts_as_packed(place)?;
        let id = self.ids.u32(place);
        texts.gloss.retain(|text| !is_mistaken(id, text));
        texts.parts.retain(|(_, text)| !is_mistaken(id, text));
        texts
            .mentions
            .retain(|(_, text, ..)| !is_mistaken(id, text));
        texts.texts.retain(|text| !is_mistaken(id, &text.text));
        let is_empty = texts.gloss.is_empty()
            && texts.parts.is_empty()
            && texts.mentions.is_empty()
            && texts.texts.is_empty();
        (!is_empty).then_some(texts)
    }

    /// The same with the mistakes of the pack.
    pub(crate) fn texts_as_packed(&self, place: usize) -> Option<PlaceTexts> {
        let at = self.text_places.position(place)?;
        serde_json::from_str(self.place_texts.get(at)).ok()
    }

    /// Returns what the Factbook says about a country.
    pub(crate) fn texts_of_country(&self, country: &Country) -> Vec<Text> {
        country
            .texts
            .and_then(|at| serde_json::from_str(self.country_texts.get(at)).ok())
            .unwrap_or_default()
    }
}

/// Returns a section's bytes.
fn section(name: &str) -> &'static [u8] {
    let number = |at: usize| {
        let bytes = BYTES[at..at + 8]
            .try_into()
            .expect("eight bytes were taken");
        u64::from_le_bytes(bytes) as usize
    };
    (0..number(8))
        .map(|section| 16 + section * 32)
        .find(|at| BYTES[*at..at + 16].split(|byte| *byte == 0).next() == Some(name.as_bytes()))
        .map(|at| &BYTES[number(at + 16)..number(at + 16) + number(at + 24)])
        .unwrap_or_else(|| panic!("the pack has no section {name}"))
}

/// Numbers of `N` bytes each, little-endian.
#[derive(Clone, Copy)]
pub(crate) struct Column<const N: usize>(&'static [u8]);

impl<const N: usize> Column<N> {
    /// Returns how many numbers there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len() / N
    }

    fn bytes(&self, at: usize) -> [u8; N] {
        let bytes = self.0[at * N..(at + 1) * N].try_into();
        bytes.expect("a slice of N bytes was taken")
    }
}

impl Column<1> {
    pub(crate) fn u8(&self, at: usize) -> u8 {
        self.bytes(at)[0]
    }
}

impl Column<2> {
    pub(crate) fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.bytes(at))
    }

    pub(crate) fn i16(&self, at: usize) -> i16 {
        i16::from_le_bytes(self.bytes(at))
    }
}

impl Column<4> {
    pub(crate) fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.bytes(at))
    }

    pub(crate) fn i32(&self, at: usize) -> i32 {
        i32::from_le_bytes(self.bytes(at))
    }

    /// Finds a number in a column that is sorted.
    fn position(&self, number: usize) -> Option<usize> {
        let (mut begin, mut end) = (0, self.len());
        while begin < end {
            let middle = begin.midpoint(end);
            match (self.u32(middle) as usize).cmp(&number) {
                Ordering::Less => begin = middle + 1,
                Ordering::Equal => return Some(middle),
                Ordering::Greater => end = middle,
            }
        }
        None
    }
}

/// A list of strings.
#[derive(Clone, Copy)]
pub(crate) struct Strings {
    starts: Column<4>,
    text: &'static [u8],
}

impl Strings {
    fn new(bytes: &'static [u8]) -> Strings {
        let count = Column::<4>(&bytes[..4]).u32(0) as usize;
        let (starts, text) = bytes[4..].split_at((count + 1) * 4);
        Strings {
            starts: Column(starts),
            text,
        }
    }

    /// Returns a string, empty when there is none of that number.
    pub(crate) fn get(&self, at: usize) -> &'static str {
        std::str::from_utf8(self.bytes(at)).unwrap_or_default()
    }

    /// Whether a string is `text`, without reading it as text.
    pub(crate) fn is(&self, at: usize, text: &str) -> bool {
        self.bytes(at) == text.as_bytes()
    }

    fn bytes(&self, at: usize) -> &'static [u8] {
        if at + 1 >= self.starts.len() {
            return &[];
        }
        &self.text[self.starts.u32(at) as usize..self.starts.u32(at + 1) as usize]
    }

    /// Returns all of them in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'static str> {
        (0..self.starts.len() - 1).map(|at| self.get(at))
    }
}
