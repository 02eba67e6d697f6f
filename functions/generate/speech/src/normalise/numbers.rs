//! Numbers → words. Pure arithmetic; which reading is wanted is the caller's business.

const ONES: [&str; 20] = [
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
const TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
const SCALES: [(u64, &str); 5] = [
    (1_000_000_000_000_000, "quadrillion"),
    (1_000_000_000_000, "trillion"),
    (1_000_000_000, "billion"),
    (1_000_000, "million"),
    (1_000, "thousand"),
];
/// Ordinals that are not the cardinal and "th".
const IRREGULAR: [(&str, &str); 7] = [
    ("one", "first"),
    ("two", "second"),
    ("three", "third"),
    ("five", "fifth"),
    ("eight", "eighth"),
    ("nine", "ninth"),
    ("twelve", "twelfth"),
];

/// Says a whole number: `one hundred and ninety-one`.
pub(super) fn cardinal(number: u64) -> String {
    for (scale, name) in SCALES {
        if number >= scale {
            return scaled(cardinal(number / scale), name, number % scale);
        }
    }
    match number {
        0..20 => ONES[number as usize].to_owned(),
        20..100 => two_digits(number),
        _ => scaled(cardinal(number / 100), "hundred", number % 100),
    }
}

/// Says a place in a row: `twenty-second`.
pub(super) fn ordinal(number: u64) -> String {
    let cardinal = cardinal(number);
    let start_of_last = cardinal.rfind([' ', '-']).map_or(0, |at| at + 1);
    let (head, last) = cardinal.split_at(start_of_last);
    let irregular = IRREGULAR.iter().find(|(cardinal, _)| *cardinal == last);
    match (irregular, last.strip_suffix('y')) {
        (Some((_, ordinal)), _) => format!("{head}{ordinal}"),
        (None, Some(stem)) => format!("{head}{stem}ieth"),
        (None, None) => format!("{head}{last}th"),
    }
}

/// Says a year: `eighteen eighty-nine`, `nineteen oh five`, `two thousand six`.
pub(super) fn year(year: u64) -> String {
    let (century, rest) = (year / 100, year % 100);
    match (century, rest) {
        (0..10 | 100.., _) => cardinal(year),
        (_, 0..10) if century % 10 == 0 => round_year(year),
        (_, 0) => format!("{} hundred", cardinal(century)),
        (_, 1..10) => format!("{} oh {}", cardinal(century), cardinal(rest)),
        _ => format!("{} {}", cardinal(century), cardinal(rest)),
    }
}

/// Says a decade, given its first year: `nineteen sixties`.
pub(super) fn decade(first_year: u64) -> String {
    let words = year(first_year);
    match words.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{words}s"),
    }
}

/// Says a number as written, with thousands separators and decimals: `1,234.5`.
///
/// Numbers with a leading zero, and those too long to be a quantity, are read digit by digit.
pub(super) fn number(written: &str) -> String {
    let plain = written.replace(',', "");
    let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, ""));
    let is_code = whole.len() > 15 || (whole.len() > 1 && whole.starts_with('0'));
    let mut words = match whole.parse() {
        Ok(value) if !is_code => cardinal(value),
        _ => digits(whole),
    };
    if !decimals.is_empty() {
        words = format!("{words} point {}", digits(decimals));
    }
    words
}

/// Returns the value of a roman numeral below 90 in its usual spelling.
pub(super) fn roman(numeral: &str) -> Option<u64> {
    const ROMAN_TENS: [&str; 9] = ["", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX"];
    const ROMAN_ONES: [&str; 10] = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    let all = (1..90).map(|n: usize| (n, ROMAN_TENS[n / 10], ROMAN_ONES[n % 10]));
    let mut matching = all.filter(|(_, tens, ones)| numeral.strip_prefix(tens) == Some(ones));
    matching.next().map(|(n, _, _)| n as u64)
}

fn digits(written: &str) -> String {
    let digits = written.chars().filter_map(|c| c.to_digit(10));
    digits
        .map(|digit| ONES[digit as usize])
        .collect::<Vec<_>>()
        .join(" ")
}

fn two_digits(number: u64) -> String {
    let tens = TENS[(number / 10) as usize];
    match number % 10 {
        0 => tens.to_owned(),
        ones => format!("{tens}-{}", ONES[ones as usize]),
    }
}

/// Joins a multiple and its rest; a rest below one hundred takes an "and".
fn scaled(count: String, scale: &str, rest: u64) -> String {
    match rest {
        0 => format!("{count} {scale}"),
        1..100 => format!("{count} {scale} and {}", cardinal(rest)),
        _ => format!("{count} {scale} {}", cardinal(rest)),
    }
}

fn round_year(year: u64) -> String {
    match year % 1_000 {
        0 => cardinal(year),
        rest => format!("{} thousand {}", cardinal(year / 1_000), cardinal(rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cardinals_ordinals_and_years() {
        assert_eq!(cardinal(1_000_010), "one million and ten");
        assert_eq!(ordinal(40), "fortieth");
        assert_eq!(ordinal(101), "one hundred and first");
        assert_eq!(year(1066), "ten sixty-six");
        assert_eq!(year(1000), "one thousand");
        assert_eq!(year(3000), "three thousand");
        assert_eq!(year(476), "four hundred and seventy-six");
        assert_eq!(cardinal(u64::MAX).split(' ').next(), Some("eighteen"));
    }

    #[test]
    fn only_well_formed_roman_numerals_are_numbers() {
        assert_eq!(roman("XIV"), Some(14));
        assert_eq!(roman("LXXXIX"), Some(89));
        assert_eq!(roman("IIII"), None);
        assert_eq!(roman("VX"), None);
        assert_eq!(roman(""), None);
    }
}
