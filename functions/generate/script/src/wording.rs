//! Names and source texts made fit to be spoken, without changing what they say.

use places::Direction;

pub use crate::figures::spoken;
pub(crate) use crate::figures::{MONTHS, month};
use crate::numbers;

/// Countries whose English name takes an article.
const WITH_ARTICLE: &[&str] = &[
    "Bahamas",
    "British Indian Ocean Territory",
    "British Virgin Islands",
    "Cayman Islands",
    "Central African Republic",
    "Comoros",
    "Cook Islands",
    "Czech Republic",
    "Democratic Republic of the Congo",
    "Dominican Republic",
    "Falkland Islands",
    "Faroe Islands",
    "Gambia",
    "Isle of Man",
    "Ivory Coast",
    "Maldives",
    "Marshall Islands",
    "Netherlands",
    "Northern Mariana Islands",
    "Palestinian Territory",
    "Philippines",
    "Pitcairn Islands",
    "Republic of the Congo",
    "Seychelles",
    "Solomon Islands",
    "Turks and Caicos Islands",
    "U.S. Virgin Islands",
    "United Arab Emirates",
    "United Kingdom",
    "United States",
    "Vatican",
];

/// The country's name as a sentence uses it: `the United States`, `France`.
pub fn country(name: &str) -> String {
    let bare = name.strip_prefix("The ").unwrap_or(name);
    if WITH_ARTICLE.contains(&bare) {
        format!("the {bare}")
    } else {
        name.to_owned()
    }
}

/// What the size of a place is called here: a village below 5,000 people, a city from 50,000.
pub fn size_word(people: Option<u32>) -> &'static str {
    match people {
        Some(1..5_000) => "village",
        Some(5_000..50_000) => "town",
        Some(50_000..) => "city",
        _ => "place",
    }
}

/// The direction as a word.
pub fn direction(d: Direction) -> &'static str {
    match d {
        Direction::North => "north",
        Direction::Northeast => "northeast",
        Direction::East => "east",
        Direction::Southeast => "southeast",
        Direction::South => "south",
        Direction::Southwest => "southwest",
        Direction::West => "west",
        Direction::Northwest => "northwest",
    }
}

/// Capitalises the first letter.
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// Joins names: `a`, `a and b`, `a, b and c`.
pub fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// Words that a short plain sentence about a place should not carry: prices, office, violence.
const UNSPOKEN: &[&str] = &[
    "terroris",
    "war ",
    "fighting",
    "surrender",
    "wars",
    "warfare",
    "killed",
    "killing",
    "genocide",
    "massacre",
    "suicide",
    "insurgen",
    "militant",
    "junta",
    "coup",
    "prime minister",
    "elected",
    "election",
    "president",
    "est.",
    "@",
    "http",
    "www",
    "%",
    "$",
    "nazi",
    "rape",
    "slave",
    "ethnic",
    "refugee",
    "sanction",
    "occupied",
    "invasion",
    "invaded",
    "death",
    "bomb",
    "atrocit",
    "hiv",
    "rebel",
    "civil unrest",
    "overthr",
    "violence",
    "violent",
    "seized",
    "formerly known for",
    "current",
    "recent",
    "today",
    "remains",
    "subsequently",
    "the latter",
    "king charles",
    "now ",
    "threat",
    "dispute",
    "claimed by",
    "claims ",
];

/// Whether a source text may be spoken as it stands: nothing perishable, nothing that needs care this format cannot give.
pub fn is_speakable(text: &str) -> bool {
    let low = format!("{} ", text.to_lowercase());
    !UNSPOKEN.iter().any(|word| low.contains(word))
        && text.is_char_boundary(0)
        && text.chars().all(is_spoken)
}

fn is_spoken(c: char) -> bool {
    c.is_ascii()
        && !matches!(
            c,
            '*' | '/' | '=' | '[' | ']' | '<' | '>' | '_' | '#' | '~' | '^' | '|'
        )
        || c.is_alphabetic() && (c as u32) < 0x0250
        || matches!(c, '’' | '–' | '—' | 'ạ'..='ỹ')
}

/// The clauses of a source text, each short enough for one breath, with its numbers in words.
///
/// A clause is left out when it cannot be said in a sentence of its own: too long or too short, two
/// numbers, a symbol nobody can pronounce.
pub fn clauses(text: &str) -> Vec<String> {
    let text = without_asides(text);
    text.split("; ")
        .flat_map(|part| part.split(" note: "))
        .flat_map(halves)
        .map(|part| {
            part.trim()
                .trim_end_matches(['.', ';', ',', ':'])
                .trim()
                .to_owned()
        })
        .filter(|part| is_speakable(part))
        .map(|part| calm_capitals(&part))
        .map(|part| spoken(&part))
        .filter(|part| (2..=24).contains(&part.split_whitespace().count()))
        .filter(|part| {
            crate::rubric::reading::count(part) <= 1 && !part.chars().any(|c| c.is_ascii_digit())
        })
        .collect()
}

/// A clause with a number in each of its halves, as two: `a tower 300 meters high` and `it was built in 1889`.
fn halves(part: &str) -> Vec<String> {
    const JOINTS: [(&str, &str); 3] = [
        (" that was ", "it was "),
        (" which was ", "it was "),
        (" and used ", "it was used "),
    ];
    if crate::rubric::reading::count(&spoken(part)) > 1 {
        for (joint, subject) in JOINTS {
            if let Some((head, tail)) = part.split_once(joint) {
                return vec![head.to_owned(), format!("{subject}{tail}")];
            }
        }
    }
    vec![part.to_owned()]
}

/// The first clause of [`clauses`].
pub fn clause(text: &str) -> Option<String> {
    clauses(text).into_iter().next()
}

/// Drops what stands in brackets: marks such as `(c)`, dates of a life, translations.
pub fn without_asides(text: &str) -> String {
    let mut depth = 0u32;
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    let words: Vec<&str> = kept.split_whitespace().collect();
    words
        .join(" ")
        .replace(" ,", ",")
        .replace(" ;", ";")
        .replace(" .", ".")
        .replace(" --", ",")
        .replace('`', "'")
}

/// Family names that the Factbook prints in capitals, in ordinary case; abbreviations stay.
fn calm_capitals(text: &str) -> String {
    let calm = |word: &str| {
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        let shouted = letters > 4
            && word
                .chars()
                .filter(|c| c.is_alphabetic())
                .all(char::is_uppercase);
        if shouted {
            capitalised(&word.to_lowercase())
        } else {
            word.to_owned()
        }
    };
    text.split(' ').map(calm).collect::<Vec<_>>().join(" ")
}

/// Gives a clause that lost its subject one: `derives from` becomes `it derives from`.
pub fn with_subject(clause: &str) -> String {
    const VERBS: &[&str] = &[
        "derives",
        "acquired",
        "originates",
        "comes",
        "refers",
        "means",
        "translates",
        "was",
        "is",
        "named",
        "adopted",
        "uses",
        "dates",
    ];
    match clause.split(' ').next() {
        Some("name") => format!("the {clause}"),
        Some("named") => format!("it was {clause}"),
        Some("adopted") => format!(
            "it was adopted in {}",
            clause
                .trim_start_matches("adopted ")
                .trim_start_matches("in ")
        ),
        Some(first) if VERBS.contains(&first) => format!("it {clause}"),
        _ => clause.to_owned(),
    }
}

/// Says a point with its height: `Mont Blanc, four thousand eight hundred and ten metres`.
pub fn summit(text: &str) -> Option<String> {
    let text = without_asides(text);
    let at = text.find(|c: char| c.is_ascii_digit())?;
    let (name, figure) = text.split_at(at);
    let below = name.ends_with('-');
    let name = name.trim_end_matches(['-', ' ', ',']);
    let digits: String = figure
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == ',')
        .filter(char::is_ascii_digit)
        .collect();
    let metres: u64 = digits.parse().ok()?;
    let tail = if below { " below the sea" } else { "" };
    (is_speakable(name) && !name.is_empty() && name.split(' ').count() < 9 && metres > 1).then(
        || {
            format!(
                "{}, {} metres{tail}",
                inner(name),
                numbers::cardinal(metres)
            )
        },
    )
}

/// Lower-cases the first letter of a phrase that begins with an ordinary word.
pub fn inner(text: &str) -> String {
    const ORDINARY: &[&str] = &[
        "A",
        "An",
        "The",
        "In",
        "On",
        "At",
        "By",
        "After",
        "Before",
        "During",
        "From",
        "Since",
        "Until",
        "It",
        "Its",
        "Most",
        "Many",
        "Two",
        "Three",
        "Mostly",
        "When",
        "Following",
        "Under",
        "With",
        "Despite",
    ];
    match text.split_once(' ') {
        Some((first, rest)) if ORDINARY.contains(&first) => {
            format!("{} {rest}", first.to_lowercase())
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_takes_its_article() {
        assert_eq!(country("United States"), "the United States");
        assert_eq!(country("The Bahamas"), "the Bahamas");
        assert_eq!(country("France"), "France");
    }

    #[test]
    fn asides_and_shouted_names_are_calmed() {
        assert_eq!(
            without_asides("Timbuktu (c); Cliff of Bandiagara (Land of the Dogons) (m)"),
            "Timbuktu; Cliff of Bandiagara"
        );
        assert_eq!(
            clauses("Ibrahim KEITA was a poet"),
            ["Ibrahim Keita was a poet"]
        );
    }

    #[test]
    fn a_clause_with_a_number_in_each_half_is_two() {
        assert_eq!(
            clauses("a tower 300 meters high that was constructed in 1889"),
            [
                "a tower three hundred metres high",
                "it was constructed in eighteen eighty-nine"
            ]
        );
    }

    #[test]
    fn a_clause_with_two_numbers_or_a_price_is_left_out() {
        assert_eq!(
            clauses("built in 1564 and burned in 1871; a palace"),
            ["a palace"]
        );
        assert!(clauses("costs $5 a day").is_empty());
    }
}
