//! Dates, years beside something that makes them years, decades, eras and the time of day.

use regex::Captures;

use super::numbers::{cardinal, decade, ordinal, year};
use super::{Rule, group, rule};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) fn rules() -> Vec<Rule> {
    let month = MONTHS.join("|");
    vec![
        rule(r"\b(\d{4})-(\d{2})-(\d{2})\b", iso_date),
        rule(
            &format!(r"\b({month})\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}})\b)?"),
            month_and_day,
        ),
        rule(
            &format!(
                r"\b(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?\s+({month})\b(?:,?\s+(\d{{4}})\b)?"
            ),
            day_and_month,
        ),
        rule(&format!(r"\b({month}),?\s+(\d{{4}})\b"), |c| {
            format!("{} {}", &c[1], year(value(&c[2])))
        }),
        rule(r"\b(1\d{3}|20\d{2})\s?[–-]\s?(1\d{3}|20\d{2})\b", |c| {
            span(year(value(&c[1])), year(value(&c[2])))
        }),
        rule(r"\b(1\d{3}|20\d{2})[–-](\d{2})\b", |c| {
            span(year(value(&c[1])), cardinal(value(&c[2])))
        }),
        rule(r"\b(\d{3}0)'?s\b", |c| decade(value(&c[1]))),
        rule(r"'?\b([2-9]0)'?s\b", |c| decade(value(&c[1]))),
        rule(r"\b(\d{1,4})\s?[–-]\s?(\d{1,4})\s?(BCE?|AD|CE)\b", |c| {
            format!("{} {}", span(year(value(&c[1])), year(value(&c[2]))), &c[3])
        }),
        rule(r"\b(\d{1,4})\s?(BCE?|AD|CE)\b", |c| {
            format!("{} {}", year(value(&c[1])), &c[2])
        }),
        rule(r"\b(AD|CE)\s?(\d{1,4})\b", |c| {
            format!("{} {}", &c[1], year(value(&c[2])))
        }),
        rule(r"\b([01]?\d|2[0-3]):([0-5]\d)\b", time_of_day),
        rule(r"\baround (1\d{3}|20\d{2})\b([^,.\d]|[,.]\D|$)", |c| {
            around(c)
        }),
    ]
}

fn iso_date(captures: &Captures) -> String {
    match MONTHS.get((value(&captures[2]) as usize).wrapping_sub(1)) {
        Some(month) => format!(
            "{month} {}, {}",
            ordinal(value(&captures[3])),
            year(value(&captures[1]))
        ),
        None => captures[0].to_owned(),
    }
}

fn month_and_day(captures: &Captures) -> String {
    let day = format!("{} {}", &captures[1], ordinal(value(&captures[2])));
    match group(captures, 3) {
        "" => day,
        of_year => format!("{day}, {}", year(value(of_year))),
    }
}

fn day_and_month(captures: &Captures) -> String {
    let day = format!("the {} of {}", ordinal(value(&captures[1])), &captures[2]);
    match group(captures, 3) {
        "" => day,
        of_year => format!("{day} {}", year(value(of_year))),
    }
}

fn time_of_day(captures: &Captures) -> String {
    let (hour, minute) = (value(&captures[1]), value(&captures[2]));
    match (hour, minute) {
        (1..=12, 0) => format!("{} o'clock", cardinal(hour)),
        (_, 0) => format!("{} hundred", cardinal(hour)),
        (_, 1..10) => format!("{} oh {}", cardinal(hour), cardinal(minute)),
        _ => format!("{} {}", cardinal(hour), cardinal(minute)),
    }
}

/// A year, unless things are counted: `around 1500` but `around 1500 people`.
fn around(captures: &Captures) -> String {
    if captures[2].trim().is_empty() && !captures[2].is_empty() {
        return captures[0].to_owned();
    }
    format!("around {}{}", year(value(&captures[1])), &captures[2])
}

fn span(from: String, to: String) -> String {
    format!("{from} to {to}")
}

/// The value of a group of at most four digits.
fn value(digits: &str) -> u64 {
    digits.parse().unwrap_or_default()
}
