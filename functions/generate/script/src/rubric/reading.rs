//! Reads the numbers back out of spoken words: the check on what [`crate::numbers`] and source texts say.

/// How a number was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A quantity.
    Amount,
    /// A year or a decade: never rounded.
    Year,
    /// A place in a row.
    Ordinal,
    /// Figures instead of words.
    Figure,
}

/// A number found in a sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Said {
    /// Its value.
    pub value: f64,
    /// How it was said.
    pub kind: Kind,
    start: usize,
    end: usize,
}

/// The words of a text: letters and figures with inner hyphens and apostrophes.
pub fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ',' | ';' | ':' | '.' | '?' | '!' | '"' | '(' | ')' | '“' | '”' | '—' | '/'
            )
    })
    .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
    .filter(|word| !word.is_empty())
    .collect()
}

/// Lower case without diacritics, for comparing words.
pub fn fold(word: &str) -> String {
    use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
    word.nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == '’' { '\'' } else { c })
        .collect()
}

fn unit(word: &str) -> Option<u64> {
    const WORDS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    WORDS.iter().position(|w| *w == word).map(|at| at as u64)
}

fn ten(word: &str) -> Option<u64> {
    const WORDS: [&str; 8] = [
        "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ];
    WORDS
        .iter()
        .position(|w| *w == word)
        .map(|at| 10 * (at as u64 + 2))
}

fn magnitude(word: &str) -> Option<f64> {
    Some(match word {
        "hundred" => 1e2,
        "thousand" => 1e3,
        "million" => 1e6,
        "billion" => 1e9,
        _ => return None,
    })
}

fn nth(word: &str) -> Option<u64> {
    let cardinal = match word {
        "first" => "one",
        "second" => "two",
        "third" => "three",
        "fifth" => "five",
        "eighth" => "eight",
        "ninth" => "nine",
        "twelfth" => "twelve",
        _ => match word.strip_suffix("ieth") {
            Some(stem) => return ten(&format!("{stem}y")),
            None => word.strip_suffix("th")?,
        },
    };
    unit(cardinal)
}

fn decade(word: &str) -> Option<u64> {
    word.strip_suffix("ies")
        .and_then(|stem| ten(&format!("{stem}y")))
}

pub(super) fn is_number_word(word: &str) -> bool {
    unit(word).is_some()
        || ten(word).is_some()
        || nth(word).is_some()
        || magnitude(word).is_some()
        || decade(word).is_some()
}

fn tokens(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for chunk in text.split_whitespace() {
        for word in words(chunk) {
            let word = fold(word);
            if word.contains('-') && word.split('-').all(is_number_word) {
                out.extend(word.split('-').map(str::to_owned));
            } else {
                out.push(word.replace(',', ""));
            }
        }
        if chunk.ends_with([',', ';', ':', '.']) {
            out.push(",".to_owned());
        }
    }
    out
}

fn below_hundred(t: &[String], at: usize) -> Option<(u64, usize)> {
    let word = t.get(at)?;
    if let Some(tens) = ten(word) {
        let next = t
            .get(at + 1)
            .and_then(|w| unit(w).or_else(|| nth(w)))
            .filter(|n| (1..10).contains(n));
        return Some(next.map_or((tens, at + 1), |n| (tens + n, at + 2)));
    }
    unit(word).map(|n| (n, at + 1))
}

/// The numbers in a sentence, in order; `one` as a pronoun and a rhetorical `first` to `third` are not counted.
pub fn read(text: &str) -> Vec<Said> {
    let t = tokens(text);
    let (mut out, mut at) = (Vec::new(), 0);
    while at < t.len() {
        match number_at(&t, at) {
            Some(said) => {
                at = said.end + 1;
                if !is_rhetorical(&said, &t) {
                    out.push(said);
                }
            }
            None => at += 1,
        }
    }
    out
}

fn is_rhetorical(said: &Said, t: &[String]) -> bool {
    const UNITS: [&str; 9] = [
        "kilometre",
        "kilometres",
        "hour",
        "minute",
        "degree",
        "metre",
        "day",
        "year",
        "century",
    ];
    let counted = t
        .get(said.end + 1)
        .is_some_and(|next| UNITS.contains(&next.as_str()));
    match said.kind {
        Kind::Amount => said.value == 1.0 && said.start == said.end && !counted,
        Kind::Ordinal => {
            said.value <= 3.0 && t.get(said.end + 1).is_none_or(|next| next != "century")
        }
        _ => false,
    }
}

fn number_at(t: &[String], at: usize) -> Option<Said> {
    let word = t[at].as_str();
    let said = |value: f64, end: usize, kind| {
        Some(Said {
            value,
            kind,
            start: at,
            end,
        })
    };
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        let digits: String = word
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect();
        return said(digits.parse().ok()?, at, Kind::Figure);
    }
    let small = below_hundred(t, at);
    if let Some((century, next)) = small.filter(|(n, _)| (10..=20).contains(n)) {
        if let Some(year) = t.get(next).and_then(|w| decade(w)) {
            return said((century * 100 + year) as f64, next, Kind::Year);
        }
        if t.get(next).is_some_and(|w| w == "oh")
            && let Some((n, end)) = below_hundred(t, next + 1)
        {
            return said((century * 100 + n) as f64, end - 1, Kind::Year);
        }
        if let Some((n, end)) = below_hundred(t, next).filter(|(n, _)| *n >= 10)
            && t.get(end).is_none_or(|w| magnitude(w).is_none())
        {
            return said((century * 100 + n) as f64, end - 1, Kind::Year);
        }
    }
    let start = match small {
        Some((n, next)) => Some((n as f64, next)),
        None if magnitude(word).is_some() => Some((1.0, at)),
        None if word == "a" && t.get(at + 1).is_some_and(|w| magnitude(w).is_some()) => {
            Some((1.0, at + 1))
        }
        None => None,
    };
    let Some((first, next)) = start else {
        return nth(word).and_then(|n| said(n as f64, at, Kind::Ordinal));
    };
    let (value, end, is_nth) = amount(t, first, next);
    let kind = if is_nth || nth(&t[end - 1]).is_some() {
        Kind::Ordinal
    } else {
        Kind::Amount
    };
    said(value, end - 1, kind)
}

/// Reads on from a first small number: magnitudes, `and fifty`, `and a half`, `point two`.
fn amount(t: &[String], first: f64, mut at: usize) -> (f64, usize, bool) {
    let (mut total, mut current, mut is_nth) = (0.0, first, false);
    while at < t.len() {
        let after_magnitude = at > 0 && magnitude(&t[at - 1]).is_some();
        let word = t[at].as_str();
        if let Some(by) = magnitude(word) {
            if by == 1e2 {
                current *= by
            } else {
                total += current * by;
                current = 0.0;
            }
            at += 1;
        } else if let Some(by) = word.strip_suffix("th").and_then(magnitude) {
            (total, current) = if by == 1e2 {
                (total, current * by)
            } else {
                (total + current * by, 0.0)
            };
            return (total + current, at + 1, true);
        } else if word == "and"
            && after_magnitude
            && t.get(at + 1)
                .is_some_and(|w| unit(w).is_some() || ten(w).is_some() || nth(w).is_some())
        {
            match below_hundred(t, at + 1) {
                Some((n, next)) => (current, at) = (current + n as f64, next),
                None => {
                    (current, at, is_nth) =
                        (current + nth(&t[at + 1]).unwrap_or(0) as f64, at + 2, true)
                }
            }
        } else if word == "and"
            && t.get(at + 1).is_some_and(|w| w == "a")
            && t.get(at + 2).is_some_and(|w| w == "half" || w == "quarter")
        {
            current += if t[at + 2] == "half" { 0.5 } else { 0.25 };
            at += 3;
        } else if word == "and"
            && t.get(at + 1).is_some_and(|w| w == "three")
            && t.get(at + 2).is_some_and(|w| w.starts_with("quarter"))
        {
            current += 0.75;
            at += 3;
        } else if word == "point"
            && t.get(at + 1)
                .is_some_and(|w| unit(w).is_some_and(|n| n < 10))
        {
            let mut place = 0.1;
            at += 1;
            while let Some(digit) = t.get(at).and_then(|w| unit(w)).filter(|n| *n < 10) {
                current += digit as f64 * place;
                place /= 10.0;
                at += 1;
            }
        } else if after_magnitude && (unit(word).is_some() || ten(word).is_some()) {
            let Some((n, next)) = below_hundred(t, at) else {
                break;
            };
            (current, at) = (current + n as f64, next);
        } else if after_magnitude && nth(word).is_some() {
            (current, at, is_nth) = (current + nth(word).unwrap_or(0) as f64, at + 1, true);
        } else {
            break;
        }
    }
    (total + current, at, is_nth)
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// How many numbers an ear has to keep: day, month and year are one.
pub fn count(text: &str) -> usize {
    let t = tokens(text);
    let (mut n, mut last): (usize, Option<usize>) = (0, None);
    for said in read(text) {
        let is_date = last.is_some_and(|last| {
            said.start > last
                && said.start - last <= 4
                && matches!(said.kind, Kind::Year | Kind::Figure)
                && (t[last.saturating_sub(2)..said.start]
                    .iter()
                    .any(|w| MONTHS.contains(&w.as_str())))
        });
        n += usize::from(!is_date);
        last = Some(said.end);
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers;

    fn values(text: &str) -> Vec<f64> {
        read(text).into_iter().map(|said| said.value).collect()
    }

    #[test]
    fn what_is_said_is_read_back() {
        for n in (0..3_000).chain([15_244, 84_208, 118_854, 2_138_551, 999_999, 20_000_019]) {
            let said = numbers::cardinal(n);
            let expected: &[f64] = if n == 1 { &[] } else { &[n as f64] };
            assert_eq!(values(&said), expected, "{said}");
        }
        for n in 4..1_200 {
            assert_eq!(
                values(&numbers::ordinal(n)),
                [n as f64],
                "{}",
                numbers::ordinal(n)
            );
        }
        for y in 1000..2100 {
            assert_eq!(
                values(&numbers::year(y)),
                [f64::from(y)],
                "{}",
                numbers::year(y)
            );
        }
    }

    #[test]
    fn halves_points_and_decades_are_read() {
        assert_eq!(values("about eight and a quarter hours"), [8.25]);
        assert_eq!(values("one and a half million people"), [1.5e6 / 1.0]);
        assert_eq!(values("two point one million"), [2.1e6]);
        assert_eq!(values("in the eighteen-nineties"), [1890.0]);
    }

    #[test]
    fn a_date_is_one_number_and_one_as_a_pronoun_is_none() {
        assert_eq!(
            count("On the fourteenth of July, seventeen eighty-nine, it fell."),
            1
        );
        assert_eq!(count("That one has two hundred, and this one forty."), 2);
    }
}
