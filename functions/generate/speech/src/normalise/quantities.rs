//! Numbers with what they count: money, shares, units, degrees; then all numbers that are left.

use regex::Captures;

use super::numbers::{number, ordinal, year};
use super::{Rule, group, rule};

/// A number as written in English, not signed.
const NUMBER: &str = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?";
const SCALE: &str = r"hundred|thousand|million|billion|trillion|bn";

/// Symbol, singular, plural. The voices are American, and so is the spelling.
const UNITS: [(&str, &str, &str); 38] = [
    ("km²", "square kilometer", "square kilometers"),
    ("km2", "square kilometer", "square kilometers"),
    ("sq km", "square kilometer", "square kilometers"),
    ("sq. km", "square kilometer", "square kilometers"),
    ("sq mi", "square mile", "square miles"),
    ("sq. mi", "square mile", "square miles"),
    ("sq m", "square meter", "square meters"),
    ("sq ft", "square foot", "square feet"),
    ("m²", "square meter", "square meters"),
    ("m³", "cubic meter", "cubic meters"),
    ("km³", "cubic kilometer", "cubic kilometers"),
    ("mi²", "square mile", "square miles"),
    ("km/h", "kilometer per hour", "kilometers per hour"),
    ("kph", "kilometer per hour", "kilometers per hour"),
    ("m/s", "meter per second", "meters per second"),
    ("mph", "mile per hour", "miles per hour"),
    ("km", "kilometer", "kilometers"),
    ("cm", "centimeter", "centimeters"),
    ("mm", "millimeter", "millimeters"),
    ("m", "meter", "meters"),
    ("mi", "mile", "miles"),
    ("ft", "foot", "feet"),
    ("yd", "yard", "yards"),
    ("ha", "hectare", "hectares"),
    ("kg", "kilogram", "kilograms"),
    ("g", "gram", "grams"),
    ("t", "ton", "tons"),
    ("lb", "pound", "pounds"),
    ("lbs", "pound", "pounds"),
    ("l", "liter", "liters"),
    ("L", "liter", "liters"),
    ("kW", "kilowatt", "kilowatts"),
    ("MW", "megawatt", "megawatts"),
    ("GW", "gigawatt", "gigawatts"),
    ("h", "hour", "hours"),
    ("hrs", "hour", "hours"),
    ("min", "minute", "minutes"),
    ("s", "second", "seconds"),
];

/// Symbol, singular, plural, and the hundredth part where it is named.
const CURRENCIES: [(&str, &str, &str); 13] = [
    ("US$", "dollar", "dollars"),
    ("A$", "Australian dollar", "Australian dollars"),
    ("C$", "Canadian dollar", "Canadian dollars"),
    ("$", "dollar", "dollars"),
    ("€", "euro", "euros"),
    ("£", "pound", "pounds"),
    ("¥", "yen", "yen"),
    ("₹", "rupee", "rupees"),
    ("₩", "won", "won"),
    ("₽", "ruble", "rubles"),
    ("USD", "dollar", "dollars"),
    ("EUR", "euro", "euros"),
    ("GBP", "pound", "pounds"),
];

/// Words after a year that end in "s" and yet are not things counted.
const NOT_COUNTED: [&str; 10] = [
    "is", "was", "as", "has", "his", "its", "this", "thus", "does", "across",
];
/// Words that are counted and do not end in "s".
const COUNTED: [&str; 5] = ["people", "men", "women", "children", "souls"];

pub(super) fn rules() -> Vec<Rule> {
    let units = alternatives(UNITS.map(|unit| unit.0));
    let currencies = alternatives(CURRENCIES.map(|currency| currency.0));
    vec![
        rule(
            r#"(\d{1,3}(?:\.\d+)?)\s?°\s?(?:(\d{1,2})\s?['′]\s?)?(?:(\d{1,2}(?:\.\d+)?)\s?["″]\s?)?([NSEW])\b"#,
            coordinate,
        ),
        rule(r"(^|[\s(])-(\d)", |c| format!("{}minus {}", &c[1], &c[2])),
        rule(r"(\d)\s?–\s?(\d)", |c| format!("{} to {}", &c[1], &c[2])),
        rule(r"(\d)-(\d)", |c| format!("{} to {}", &c[1], &c[2])),
        rule(
            &format!(r"({currencies})\s?({NUMBER})(?:\s?({SCALE})\b)?"),
            |c| money(&c[1], &c[2], group(c, 3)),
        ),
        rule(
            &format!(r"\b({NUMBER})(?:\s({SCALE}))?\s?({currencies})"),
            |c| money(&c[3], &c[1], group(c, 2)),
        ),
        rule(&format!(r"({NUMBER})\s?%"), |c| {
            format!("{} percent", number(&c[1]))
        }),
        rule(&format!(r"({NUMBER})\s?‰"), |c| {
            format!("{} per thousand", number(&c[1]))
        }),
        rule(&format!(r"({NUMBER})\s?°\s?([CF])\b"), |c| {
            format!("{} {}", counted(&c[1], "degree", "degrees"), scale(&c[2]))
        }),
        rule(&format!(r"({NUMBER})\s?°"), |c| {
            counted(&c[1], "degree", "degrees")
        }),
        rule(&format!(r"/\s?({units})([^\p{{L}}\d²³/]|$)"), |c| {
            format!(" per {}{}", unit(&c[1]).0, &c[2])
        }),
        rule(
            &format!(r"({NUMBER})([\s-]?)({units})([^\p{{L}}\d²³/]|$)"),
            measured,
        ),
        rule(r"#\s?(\d)", |c| format!("number {}", &c[1])),
        rule(r"(\d)([½¼¾⅓⅔])", |c| {
            format!("{} and {}", number(&c[1]), fraction(&c[2], "a"))
        }),
        rule(r"[½¼¾⅓⅔]", |c| fraction(&c[0], "one")),
        rule(r"\b([123])/([234])\b", |c| ratio(&c[1], &c[2])),
        rule(r"\b(\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)\b", |c| {
            nth(&c[1])
        }),
        rule(r"(\p{L})-?(\d)", |c| format!("{} {}", &c[1], &c[2])),
        rule(r"(\d)-?(\p{L})", |c| format!("{} {}", &c[1], &c[2])),
        rule(
            &format!(r"(\b[Ii]n\s+)?({NUMBER})(\s+\p{{Ll}}+)?"),
            plain_or_year,
        ),
    ]
}

fn coordinate(captures: &Captures) -> String {
    let mut words = counted(&captures[1], "degree", "degrees");
    for (index, singular, plural) in [(2, "minute", "minutes"), (3, "second", "seconds")] {
        if let Some(part) = captures.get(index) {
            words = format!("{words} {}", counted(part.as_str(), singular, plural));
        }
    }
    let direction = match &captures[4] {
        "N" => "north",
        "S" => "south",
        "E" => "east",
        _ => "west",
    };
    format!("{words} {direction}")
}

fn money(symbol: &str, amount: &str, scale: &str) -> String {
    let (_, singular, plural) = CURRENCIES
        .iter()
        .find(|currency| currency.0 == symbol)
        .copied()
        .unwrap_or(("", "", ""));
    if !scale.is_empty() {
        let scale = if scale == "bn" { "billion" } else { scale };
        return format!("{} {scale} {plural}", number(amount));
    }
    match amount.split_once('.') {
        Some((whole, cents)) if cents.len() == 2 => {
            format!("{} {}", counted(whole, singular, plural), number(cents))
        }
        _ => counted(amount, singular, plural),
    }
}

fn scale(letter: &str) -> &'static str {
    if letter == "C" {
        "Celsius"
    } else {
        "Fahrenheit"
    }
}

fn measured(captures: &Captures) -> String {
    let (singular, plural) = unit(&captures[3]);
    // "A 5-km run" takes the singular.
    let plural = if &captures[2] == "-" {
        singular
    } else {
        plural
    };
    format!(
        "{}{}",
        counted(&captures[1], singular, plural),
        &captures[4]
    )
}

fn unit(symbol: &str) -> (&'static str, &'static str) {
    UNITS
        .iter()
        .find(|unit| unit.0 == symbol)
        .map_or(("", ""), |unit| (unit.1, unit.2))
}

fn counted(amount: &str, singular: &str, plural: &str) -> String {
    let unit = if amount == "1" { singular } else { plural };
    format!("{} {unit}", number(amount))
}

fn fraction(symbol: &str, one: &str) -> String {
    let name = match symbol {
        "½" => "half",
        "¼" => "quarter",
        "⅓" => "third",
        "⅔" => return "two thirds".to_owned(),
        _ => return "three quarters".to_owned(),
    };
    format!("{one} {name}")
}

fn ratio(above: &str, below: &str) -> String {
    let name = match below {
        "2" => "half",
        "3" => "third",
        _ => "quarter",
    };
    let plural = if above == "1" { "" } else { "s" };
    format!("{} {name}{plural}", number(above))
}

fn nth(written: &str) -> String {
    written
        .replace(',', "")
        .parse()
        .map_or_else(|_| written.to_owned(), ordinal)
}

/// Four bare digits are a year unless things are counted: `in 1889 troops came`, but `1889 steps`.
fn plain_or_year(captures: &Captures) -> String {
    let (before, written, next) = (group(captures, 1), &captures[2], group(captures, 3));
    let noun = next.trim();
    let is_counted = before.is_empty()
        && (COUNTED.contains(&noun) || (noun.ends_with('s') && !NOT_COUNTED.contains(&noun)));
    let words = match written.parse() {
        Ok(value @ 1100..2100) if !is_counted => year(value),
        _ => number(written),
    };
    format!("{before}{words}{next}")
}

/// Joins symbols to a pattern in which a longer one wins over its own beginning.
fn alternatives<const N: usize>(mut symbols: [&str; N]) -> String {
    symbols.sort_by_key(|symbol| std::cmp::Reverse(symbol.len()));
    symbols.map(regex::escape).join("|")
}
