use serde::{Deserialize, Serialize};

/// One thing known about a place, with where it comes from and how unusual it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// Stable within one place and data version, e.g. `rank.country` or `wordnet.part.bastille`.
    pub id: String,
    /// What the fact is about.
    pub subject: Subject,
    /// A plain English sentence at full precision: what a spoken sentence is checked against.
    pub claim: String,
    /// Who says so.
    pub source: Source,
    /// Where in the source, e.g. `geonameid 2988507` or `Government / Capital / etymology`.
    pub locator: String,
    /// The date the source speaks of, `YYYY` or `YYYY-MM`, where it has one.
    pub as_of: Option<String>,
    /// Whether it may have changed since: office holders, rankings, conflicts.
    pub perishable: bool,
    /// How unusual the value is, 0 (half of all places) to 1 (one in a thousand).
    /// `min(1, -log2(p) / 10)`, p the share of places at least this extreme, the smaller of world and country.
    pub surprise: f32,
    /// Trust in the source, 0 to 1; below 0.5 it is not spoken.
    pub strength: f32,
    /// The value itself, typed, so that only a sentence made for it can speak it.
    pub datum: Datum,
}

/// How near to the place a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// The place itself, its clock and its sky included.
    Place,
    /// Its first-order region, or a neighbour described in its own right.
    Region,
    /// Its country.
    Country,
}

/// Where a fact comes from. Licences and links are in the pack's LICENSES.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// GeoNames, CC BY 4.0.
    GeoNames,
    /// Worked out here from GeoNames coordinates and populations.
    Computed,
    /// Natural Earth coastline.
    NaturalEarth,
    /// Köppen-Geiger map of Rubel et al.
    Koeppen,
    /// IANA time-zone database.
    TimeZones,
    /// WordNet 3.1, Princeton University.
    WordNet,
    /// The World Factbook, last edition.
    Factbook,
}

/// A compass direction, one of eight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Direction {
    North,
    Northeast,
    East,
    Southeast,
    South,
    Southwest,
    West,
    Northwest,
}

/// The list a rank or an extreme is read from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind", content = "name")]
pub enum Frame {
    /// All listed places.
    World,
    /// The places of one country, by name.
    Country(String),
    /// The places of one first-order region, by name.
    Region(String),
}

/// The end of a list a place stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Axis {
    Northernmost,
    Southernmost,
    Easternmost,
    Westernmost,
    Highest,
    Lowest,
    Largest,
}

/// Another place as a fact mentions it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Other {
    /// GeoNames id.
    pub geoname_id: u32,
    /// Its name.
    pub name: String,
    /// The name of its country.
    pub country: String,
    /// Whether that is another country than the place's own.
    pub abroad: bool,
    /// People, `None` where unknown.
    pub people: Option<u32>,
    /// Great-circle distance from the place in kilometres.
    pub km: f64,
    /// Direction from the place.
    pub direction: Direction,
    /// Direction of the place as seen from there: not always the opposite, since great circles turn. Facts
    /// kept by an older version have none.
    #[serde(default)]
    pub direction_back: Option<Direction>,
    /// Its climate class, e.g. `temperate oceanic`.
    pub climate: Option<String>,
}

/// What a Factbook text is about; only kinds that a sentence exists for are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Origin of the name of this very place (it is the capital).
    CapitalName,
    /// Origin of the country's name.
    CountryName,
    /// A sentence anywhere in the Factbook that names this place.
    Mention,
    /// History: one sentence of the background.
    Background,
    /// What the flag shows and why.
    Flag,
    /// Title of the national anthem.
    AnthemTitle,
    /// Story of the national anthem.
    AnthemHistory,
    /// National holiday.
    Holiday,
    /// National symbols.
    Symbols,
    /// World Heritage sites, one fact each.
    Heritage,
    /// Climate in a sentence.
    Climate,
    /// Terrain in a sentence.
    Terrain,
    /// Highest point.
    HighestPoint,
    /// Lowest point.
    LowestPoint,
    /// Major rivers, one fact each.
    River,
    /// Geography note, one fact each.
    GeographyNote,
    /// Area compared with something known.
    AreaComparison,
    /// Length of the coastline.
    Coastline,
    /// Natural hazards.
    Hazards,
    /// Languages spoken.
    Languages,
    /// Where the people live.
    PopulationDistribution,
    /// What is grown.
    Agriculture,
    /// What is made.
    Industry,
    /// When and from whom it became independent.
    Independence,
}

/// The typed value of a fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
#[expect(missing_docs, reason = "each variant explains its fields")]
pub enum Datum {
    /// Where it is: country and, where known, region and district.
    Location {
        country: String,
        region: Option<String>,
        district: Option<String>,
    },
    /// People living there, rounded by nobody.
    Population { people: u32 },
    /// Height above the sea from a digital elevation model, metres.
    Elevation { m: i32 },
    /// Capital of the country (0), or seat of the administration of a region (1) or below (2 to 4); `of` names
    /// the country or what it governs, where known.
    Seat { order: u8, of: Option<String> },
    /// Rank by population among the places of the frame whose population is known, city sections left out.
    Rank { frame: Frame, rank: u32, of: u32 },
    /// How many other listed places carry the same name, and whether this one is the largest of them.
    SameName {
        others: u32,
        is_largest: bool,
        countries: u32,
    },
    /// First on a list sorted along an axis, among places with at least `min_people` people.
    Extreme {
        axis: Axis,
        frame: Frame,
        min_people: u32,
        of: u32,
        runner_up: Option<String>,
        value: f64,
    },
    /// Second to fifth on such a list: who leads it and by how much (degrees or metres or people).
    NearlyExtreme {
        axis: Axis,
        frame: Frame,
        min_people: u32,
        of: u32,
        rank: u32,
        leader: Other,
        gap: f64,
    },
    /// The capital of its country, when that is another place.
    Capital(Other),
    /// The largest place of its country, when that is not the capital: `capital_people` for comparison.
    LargestIsNotCapital {
        capital: String,
        capital_people: u32,
        largest: String,
        largest_people: u32,
        this_is_capital: bool,
    },
    /// A foreign capital that is nearer than its own.
    NearerForeignCapital { own: Other, foreign: Other },
    /// The nearest place of 100,000 or more people.
    NearestCity(Other),
    /// A close neighbour, nearest first (`order` 1, 2, …), city sections and parts of the place itself left out.
    /// `is_nearest`: no listed place that is left out lies nearer.
    Neighbour {
        order: u8,
        other: Other,
        #[serde(default)]
        is_nearest: bool,
    },
    /// How many listed places lie within a distance.
    Density { within_km: u32, places: u32 },
    /// The nearest listed place lies in another country; `own` is the nearest at home.
    NeighbourAbroad { foreign: Other, own: Other },
    /// Countries with a listed place within `within_km`, its own left out.
    Borders {
        within_km: u32,
        countries: Vec<String>,
    },
    /// A large place on nearly the same latitude, at least 25 degrees of longitude away.
    LatitudeTwin(Other),
    /// A large place as far on the other side of the equator.
    MirrorTwin(Other),
    /// The listed place nearest to the antipode; `off_km` is its distance from that point.
    Antipode { other: Other, off_km: f64 },
    /// Daylight at the two solstices, hours.
    Daylight { june_h: f64, december_h: f64 },
    /// In the tropics: the noon sun stands overhead twice a year.
    SunOverhead,
    /// Distance to the equator and to the nearer pole, kilometres.
    Poles {
        equator_km: f64,
        pole_km: f64,
        north: bool,
    },
    /// Distance to the nearest sea coast, kilometres.
    Coast { km: f64 },
    /// Köppen-Geiger class: code, what it is called, share of the country's listed places with it, and whether
    /// the country has a coast at all.
    Climate {
        code: String,
        name: String,
        share_of_country: f64,
    },
    /// Minutes the sun is behind the clock at noon in mid-January; negative: ahead.
    ClockLag { min: i32 },
    /// The zone of the clock, offsets in minutes from UTC in January and July; `zone_city` as spoken.
    Clock {
        zone: String,
        zone_city: String,
        january_min: i32,
        july_min: i32,
        is_zone_city: bool,
    },
    /// Local mean time kept for a zone named after this very place, seconds ahead of Greenwich, until a year.
    LocalMeanTime {
        ahead_s: i32,
        until_year: i32,
        until_month: u8,
    },
    /// How many spellings are on record (at least), the first and last in Latin letters, and scripts by name.
    Spellings {
        at_least: u32,
        first: String,
        last: String,
        scripts: Vec<String>,
    },
    /// A former or older name on record.
    OldName { name: String },
    /// A WordNet gloss of the place, one clause.
    Gloss { text: String },
    /// A WordNet part of the place: its name and gloss, one clause each.
    Part { name: String, text: String },
    /// A WordNet entry that speaks of the place: who or what, and its gloss.
    Mention {
        name: String,
        text: String,
        is_person: bool,
    },
    /// A described neighbour: another place with a gloss, for places that have none.
    NeighbourGloss { other: Other, text: String },
    /// A Factbook text, cleaned; `country` names the entity it is about.
    Text {
        topic: Topic,
        country: String,
        text: String,
    },
}
