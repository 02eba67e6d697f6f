//! Figures and abbreviations of a source text, in words.

use crate::{numbers, wording::capitalised};

/// Replaces figures by words: years, ordinals, decades, quantities with their unit.
pub fn spoken(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let said: Vec<String> = words
        .iter()
        .enumerate()
        .map(|(at, word)| {
            said_word(
                word,
                words.get(at + 1).copied(),
                at.checked_sub(1).map(|before| words[before]),
            )
        })
        .collect();
    said.join(" ")
        .replace(" km", " kilometres")
        .replace("kilometres-", "kilometre-")
        .replace(" meters", " metres")
        .replace(" m high", " metres high")
        .replace("B.C.", "BC")
        .replace("B.C", "BC")
        .replace("A.D.", "AD")
        .replace("A.D", "AD")
        .replace("St. ", "Saint ")
        .replace("Mt. ", "Mount ")
        .replace("Ft. ", "Fort ")
        .replace(" river source", "")
        .replace(" river mouth", "")
        .replace(" & ", " and ")
        .replace("U.S.", "US")
        .replace("the Hms ", "the ")
}

/// `Louis XIV` becomes `Louis the Fourteenth`, `World War II` becomes `World War Two`.
fn said_numeral(word: &str, before: Option<&str>) -> Option<String> {
    let core = word.trim_end_matches([',', '.', ';', ':', '\'']);
    let before = before.filter(|before| {
        before.starts_with(char::is_uppercase) && before.chars().all(char::is_alphabetic)
    })?;
    let n = roman(core)?;
    let said = match before {
        "War" | "Part" | "Chapter" => capitalised(&numbers::cardinal(n)),
        // A lone letter may be an initial or a pronoun.
        _ if core == "V" || core == "X" || core == "C" || core == "L" => return None,
        _ => format!("the {}", capitalised(&numbers::ordinal(n))),
    };
    Some(word.replacen(core, &said, 1))
}

fn roman(numeral: &str) -> Option<u64> {
    let value = |c| {
        Some(match c {
            'I' => 1,
            'V' => 5,
            'X' => 10,
            _ => return None,
        })
    };
    let values: Vec<u64> = numeral.chars().map(value).collect::<Option<_>>()?;
    let signed = values.iter().enumerate().map(|(at, v)| {
        if values[at + 1..].iter().any(|next| next > v) {
            -(*v as i64)
        } else {
            *v as i64
        }
    });
    u64::try_from(signed.sum::<i64>()).ok().filter(|n| *n > 0)
}

fn said_word(word: &str, next: Option<&str>, before: Option<&str>) -> String {
    if let Some(said) = said_numeral(word, before) {
        return said;
    }
    let core = word.trim_matches(|c: char| !c.is_alphanumeric());
    if core.is_empty() || !core.starts_with(|c: char| c.is_ascii_digit()) {
        return word.to_owned();
    }
    let Some(said) = said_figure(core, next, before) else {
        return word.to_owned();
    };
    word.replacen(core, &said, 1)
}

/// The months as sources write them.
pub(crate) const MONTHS: [&str; 12] = [
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

/// The name of a month, 1 to 12.
pub(crate) fn month(n: u8) -> &'static str {
    MONTHS[usize::from(n.clamp(1, 12)) - 1]
}

fn said_figure(core: &str, next: Option<&str>, before: Option<&str>) -> Option<String> {
    let is_month = |word: Option<&str>| word.is_some_and(|w| MONTHS.contains(&w.trim_matches(',')));
    let digits: String = core.chars().filter(char::is_ascii_digit).collect();
    let tail = core.trim_start_matches(|c: char| c.is_ascii_digit() || c == ',');
    let n: u64 = digits.parse().ok()?;
    match tail {
        "" if (is_month(next) || is_month(before)) && n <= 31 => Some(if is_month(next) {
            format!("the {} of", numbers::ordinal(n))
        } else {
            numbers::ordinal(n)
        }),
        "" if core.contains(',') => Some(numbers::cardinal(n)),
        "" if (1000..=2100).contains(&n) => Some(numbers::year(n as u32)),
        "" => Some(numbers::cardinal(n)),
        "st" | "nd" | "rd" | "th" => Some(numbers::ordinal(n)),
        "s" if n.is_multiple_of(10) && n >= 1000 => Some(numbers::decade(n as u32)),
        _ if tail.starts_with('.') && core.matches('.').count() == 1 => {
            let (whole, part) = core.split_once('.')?;
            let whole: u64 = whole.replace(',', "").parse().ok()?;
            let part: Vec<String> = part
                .chars()
                .map(|c| c.to_digit(10).map(|d| numbers::cardinal(u64::from(d))))
                .collect::<Option<_>>()?;
            Some(format!(
                "{} point {}",
                numbers::cardinal(whole),
                part.join(" ")
            ))
        }
        _ if tail.starts_with("th-") => Some(format!("{}-{}", numbers::ordinal(n), &tail[3..])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_in_a_text_are_said_in_words() {
        assert_eq!(
            spoken("built in the 14th century, destroyed July 14, 1789"),
            "built in the fourteenth century, destroyed July fourteenth, seventeen eighty-nine"
        );
        assert_eq!(
            spoken("4,810 m high in the 1890s"),
            "four thousand eight hundred and ten metres high in the eighteen-nineties"
        );
        assert_eq!(
            spoken("from the 3rd century B.C."),
            "from the third century BC"
        );
        assert_eq!(spoken("14 July"), "the fourteenth of July");
        assert_eq!(
            spoken("built for Louis XIV after World War II by Clovis I"),
            "built for Louis the Fourteenth after World War Two by Clovis the First"
        );
    }
}
