//! Numbers as people say them, and rounding that an ear can keep.

const UNITS: [&str; 20] = [
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
    "", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

/// Says a whole number: `one hundred and ninety-one`, `fifteen hundred`.
pub fn cardinal(n: u64) -> String {
    match n {
        0..=19 => UNITS[n as usize].to_owned(),
        20..=99 => joined(TENS[(n / 10) as usize], n % 10, "-"),
        1_100..=1_900 if n.is_multiple_of(100) => format!("{} hundred", cardinal(n / 100)),
        100..=999 => joined(&format!("{} hundred", cardinal(n / 100)), n % 100, " and "),
        1_000..=999_999 => large(n, 1_000, "thousand"),
        1_000_000..=999_999_999 => large(n, 1_000_000, "million"),
        _ => large(n, 1_000_000_000, "billion"),
    }
}

fn joined(head: &str, rest: u64, glue: &str) -> String {
    if rest == 0 {
        head.to_owned()
    } else {
        format!("{head}{glue}{}", cardinal(rest))
    }
}

fn large(n: u64, unit: u64, name: &str) -> String {
    let glue = if n % unit < 100 { " and " } else { " " };
    let head = format!("{} {name}", cardinal(n / unit));
    if n.is_multiple_of(unit) {
        head
    } else {
        format!("{head}{glue}{}", plain(n % unit))
    }
}

/// Without the `fifteen hundred` form, which cannot follow a thousand.
fn plain(n: u64) -> String {
    if n < 1_000 {
        cardinal(n)
    } else {
        large(n, 1_000, "thousand")
    }
}

/// Says a place in a row: `one hundred and ninety-first`.
pub fn ordinal(n: u64) -> String {
    let words = if n < 1_000 { cardinal(n) } else { plain(n) };
    let at = words.rfind([' ', '-']).map_or(0, |at| at + 1);
    let (head, last) = words.split_at(at);
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        tens if tens.ends_with('y') => format!("{}ieth", &tens[..tens.len() - 1]),
        other => format!("{other}th"),
    };
    format!("{head}{last}")
}

/// Says a year: `eighteen seventy-one`, `nineteen hundred`, `two thousand and nine`.
pub fn year(y: u32) -> String {
    match (y / 100, y % 100) {
        (10..=19 | 21.., 0) if !y.is_multiple_of(1_000) => {
            format!("{} hundred", cardinal(u64::from(y / 100)))
        }
        (11..=19 | 21.., rest @ 1..=9) => format!(
            "{} oh {}",
            cardinal(u64::from(y / 100)),
            cardinal(u64::from(rest))
        ),
        (10..=99, rest @ 10..) => format!(
            "{} {}",
            cardinal(u64::from(y / 100)),
            cardinal(u64::from(rest))
        ),
        _ => plain(u64::from(y)),
    }
}

/// Says a decade: `eighteen-nineties`.
pub fn decade(y: u32) -> String {
    let tens = TENS[(y % 100 / 10) as usize];
    let tail = match y % 100 {
        0 => "hundreds".to_owned(),
        _ => format!("{}ies", tens.trim_end_matches('y')),
    };
    match y / 100 {
        20 if y.is_multiple_of(100) => "two thousands".to_owned(),
        century => format!("{}-{tail}", cardinal(u64::from(century))),
    }
}

/// Rounds to the coarsest speakable number within three per cent.
pub fn round(x: f64) -> f64 {
    let mut step = 10f64.powi(x.abs().max(1.0).log10().floor() as i32);
    while step > 1.0 {
        for part in [step, step / 2.0] {
            let near = (x / part).round() * part;
            if part >= 1.0 && part.fract() == 0.0 && (near - x).abs() <= 0.03 * x.abs() {
                return near;
            }
        }
        step /= 10.0;
    }
    x.round()
}

/// Says a number rounded for the ear, with `about` unless it is below twenty.
pub fn about(x: f64) -> String {
    let near = round(x);
    if near < 20.0 && x.fract() == 0.0 {
        rounded(x)
    } else {
        format!("about {}", rounded(x))
    }
}

/// Says a number rounded for the ear, bare.
pub fn rounded(x: f64) -> String {
    let near = round(x).max(0.0) as u64;
    if near < 1_000_000 {
        return cardinal(near);
    }
    let (unit, name) = if near >= 1_000_000_000 {
        (1_000_000_000, "billion")
    } else {
        (1_000_000, "million")
    };
    let head = cardinal(near / unit);
    match near % unit / (unit / 10) {
        0 => format!("{head} {name}"),
        5 => format!("{head} and a half {name}"),
        tenth => format!("{head} point {} {name}", cardinal(tenth)),
    }
}

/// Says a distance: `four kilometres`, `about three hundred and twenty kilometres`.
pub fn km(x: f64) -> String {
    let near = round(x);
    match near as u64 {
        0 | 1 => "one kilometre".to_owned(),
        n @ 2..=9 => format!("{} kilometres", cardinal(n)),
        _ => format!("about {} kilometres", rounded(x)),
    }
}

/// Says a height or depth: `about forty metres`, `about one metre`.
pub fn metres(x: f64) -> String {
    match round(x) as u64 {
        1 => "about one metre".to_owned(),
        _ => format!("about {} metres", rounded(x)),
    }
}

/// Says a span of hours to the quarter: `eight and a quarter hours`.
pub fn hours(h: f64) -> String {
    let quarters = (h * 4.0).round() as u64;
    let whole = cardinal(quarters / 4);
    match (quarters / 4, quarters % 4) {
        (1, 0) => "one hour".to_owned(),
        (0, 1) => "a quarter of an hour".to_owned(),
        (0, 2) => "half an hour".to_owned(),
        (0, 3) => "three quarters of an hour".to_owned(),
        (_, 0) => format!("{whole} hours"),
        (_, 1) => format!("{whole} and a quarter hours"),
        (_, 2) => format!("{whole} and a half hours"),
        _ => format!("{whole} and three quarter hours"),
    }
}

/// Says how often one number fits another: `twice`, `about eighty-five times`.
pub fn times(ratio: f64) -> String {
    match round(ratio) {
        near if near < 2.0 => "almost twice".to_owned(),
        near if near < 3.0 && (ratio - near).abs() <= 0.06 * ratio => "about twice".to_owned(),
        near if near < 20.0 && (ratio - near).abs() > 0.06 * ratio => {
            format!("more than {} times", cardinal(ratio.floor() as u64))
        }
        _ => format!("about {} times", rounded(ratio)),
    }
}

/// Says minutes: `one minute`, `fifty-one minutes`.
pub fn minutes(min: u64) -> String {
    if min == 1 {
        "one minute".to_owned()
    } else {
        format!("{} minutes", cardinal(min))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_said_as_people_say_them() {
        for (n, said) in [
            (0, "zero"),
            (51, "fifty-one"),
            (191, "one hundred and ninety-one"),
            (1_500, "fifteen hundred"),
            (2_300, "two thousand three hundred"),
            (15_244, "fifteen thousand two hundred and forty-four"),
            (1_001, "one thousand and one"),
            (101_500, "one hundred and one thousand five hundred"),
            (1_001_500, "one million one thousand five hundred"),
        ] {
            assert_eq!(cardinal(n), said);
        }
    }

    #[test]
    fn places_in_a_row_are_ordinals() {
        for (n, said) in [
            (1, "first"),
            (12, "twelfth"),
            (20, "twentieth"),
            (191, "one hundred and ninety-first"),
            (98, "ninety-eighth"),
        ] {
            assert_eq!(ordinal(n), said);
        }
    }

    #[test]
    fn years_and_decades_are_said_in_pairs() {
        for (y, said) in [
            (1871, "eighteen seventy-one"),
            (1900, "nineteen hundred"),
            (2009, "two thousand and nine"),
            (2024, "twenty twenty-four"),
            (1066, "ten sixty-six"),
            (1905, "nineteen oh five"),
            (2000, "two thousand"),
            (966, "nine hundred and sixty-six"),
        ] {
            assert_eq!(year(y), said);
        }
        assert_eq!(decade(1890), "eighteen-nineties");
    }

    #[test]
    fn rounding_keeps_within_three_per_cent() {
        for (x, near) in [
            (84_208.0, 85_000.0),
            (1_504.0, 1_500.0),
            (707.0, 700.0),
            (322.0, 320.0),
            (12.0, 12.0),
            (2_138_551.0, 2_100_000.0),
        ] {
            assert_eq!(round(x), near);
        }
        for x in 1..5_000 {
            let x = f64::from(x) * 7.3;
            assert!((round(x) - x).abs() <= (0.03 * x).max(0.5), "{x}");
        }
    }

    #[test]
    fn quantities_carry_their_unit() {
        assert_eq!(km(4.2), "four kilometres");
        assert_eq!(km(322.0), "about three hundred and twenty kilometres");
        assert_eq!(hours(8.25), "eight and a quarter hours");
        assert_eq!(rounded(1_463_723.0), "one and a half million");
        assert_eq!(times(85.4), "about eighty-five times");
        assert_eq!(minutes(1), "one minute");
    }
}
