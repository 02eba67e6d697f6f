//! Numbers, units, dates and abbreviations → the words one says for them.
//!
//! A list of rules, each a pattern and what to say instead, applied in order: what a later rule must not see, an earlier
//! one has turned into words.

mod dates;
mod names;
mod numbers;
mod quantities;
mod typography;

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// A pattern and what is said instead.
type Rule = (Regex, fn(&Captures) -> String);

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let groups = [
        names::rules(),
        dates::rules(),
        quantities::rules(),
        typography::rules(),
    ];
    groups.into_iter().flatten().collect()
});

/// Returns a text with everything in it spelled out as words, ready to be split into sentences and pronounced.
pub(crate) fn normalised(text: &str) -> String {
    let mut text = typography::plain(text);
    for (pattern, words) in RULES.iter() {
        if pattern.is_match(&text) {
            text = pattern.replace_all(&text, *words).into_owned();
        }
    }
    typography::tidy(&text)
}

/// Builds a rule; patterns are written in this crate.
fn rule(pattern: &str, words: fn(&Captures) -> String) -> Rule {
    (
        Regex::new(pattern).expect("the patterns of this crate are valid"),
        words,
    )
}

/// Returns a group of a match, empty where it took no part.
fn group<'a>(captures: &'a Captures, index: usize) -> &'a str {
    captures.get(index).map_or("", |group| group.as_str())
}

#[cfg(test)]
mod tests {
    use super::normalised;

    /// Checks pairs of what is written and what is said.
    fn check(pairs: &[(&str, &str)]) {
        for (written, said) in pairs {
            assert_eq!(normalised(written), *said, "{written}");
        }
    }

    #[test]
    fn words_are_left_alone() {
        let line = "On the fourteenth of July, seventeen eighty-nine, it was destroyed. Was it? “Yes” — so they say.";
        check(&[(line, line), ("", "")]);
    }

    #[test]
    fn numbers_are_spelled_out() {
        check(&[
            ("12 apples", "twelve apples"),
            (
                "2,148,271 people",
                "two million one hundred and forty-eight thousand two hundred and seventy-one people",
            ),
            (
                "15\u{202f}244 places",
                "fifteen thousand two hundred and forty-four places",
            ),
            ("3.14 and 0.5", "three point one four and zero point five"),
            ("-40 or −5", "minus forty or minus five"),
            ("007", "zero zero seven"),
            (
                "an A380 on the M25",
                "an A three hundred and eighty on the M twenty-five",
            ),
            (
                "½ or 2½ or 3/4",
                "one half or two and a half or three quarters",
            ),
        ]);
    }

    #[test]
    fn years_decades_and_dates_are_read_as_such() {
        check(&[
            ("in 1889", "in eighteen eighty-nine"),
            (
                "1905, 1900, 2000, 2006, 2024",
                "nineteen oh five, nineteen hundred, two thousand, two thousand six, twenty twenty-four",
            ),
            (
                "the 1960s and the '20s",
                "the nineteen sixties and the twenties",
            ),
            (
                "the 1900s, the 2000s, 2010s",
                "the nineteen hundreds, the two thousands, twenty tens",
            ),
            (
                "In 1918 troops came, 1918 troops",
                "In nineteen eighteen troops came, one thousand nine hundred and eighteen troops",
            ),
            ("1500 inhabitants", "one thousand five hundred inhabitants"),
            ("July 14, 1789", "July fourteenth, seventeen eighty-nine"),
            (
                "on 14 July 1789",
                "on the fourteenth of July seventeen eighty-nine",
            ),
            ("March 1911", "March nineteen eleven"),
            ("2024-01-05", "January fifth, twenty twenty-four"),
            (
                "1914-18 and 1939–1945",
                "nineteen fourteen to eighteen and nineteen thirty-nine to nineteen forty-five",
            ),
            (
                "52 BC, AD 476, 300 BCE",
                "fifty-two BC, AD four hundred and seventy-six, three hundred BCE",
            ),
            (
                "(466-511)",
                "(four hundred and sixty-six to five hundred and eleven)",
            ),
            (
                "at 9:05, 12:30 or 14:00",
                "at nine oh five, twelve thirty or fourteen hundred",
            ),
            ("6:00 a.m.", "six o'clock Ayem"),
        ]);
    }

    #[test]
    fn ordinals_and_roman_numerals_are_read_as_such() {
        check(&[
            (
                "the 1st, 22nd and 113th",
                "the first, twenty-second and one hundred and thirteenth",
            ),
            ("the 20th century", "the twentieth century"),
            (
                "Louis XIV and Elizabeth I.",
                "Louis the fourteenth and Elizabeth the first.",
            ),
            (
                "World War II and Chapter IV",
                "World War two and Chapter four",
            ),
            ("the XIX century", "the nineteenth century"),
            ("Then I left. CIVIC ID", "Then I left. CIVIC ID"),
        ]);
    }

    #[test]
    fn money_and_shares_are_read_with_their_unit_last() {
        check(&[
            ("$1.5 million", "one point five million dollars"),
            ("€20 or £3.50", "twenty euros or three pounds fifty"),
            ("US$1", "one dollar"),
            ("¥1,000", "one thousand yen"),
            ("20 €", "twenty euros"),
            ("12.5% of it", "twelve point five percent of it"),
        ]);
    }

    #[test]
    fn units_are_spelled_out_in_the_right_number() {
        check(&[
            ("330 m high", "three hundred and thirty meters high"),
            ("1 km or 5km", "one kilometer or five kilometers"),
            (
                "105.4 km² or 40 sq mi",
                "one hundred and five point four square kilometers or forty square miles",
            ),
            (
                "-3 °C, 20°C",
                "minus three degrees Celsius, twenty degrees Celsius",
            ),
            (
                "90 km/h, 2 kg, 8 h 15 min",
                "ninety kilometers per hour, two kilograms, eight hours fifteen minutes",
            ),
            ("a 5-km run", "a five kilometer run"),
            ("10–20 km", "ten to twenty kilometers"),
            ("20,000/km²", "twenty thousand per square kilometer"),
            (
                "48°51′24″N, 2.35° E",
                "forty-eight degrees fifty-one minutes twenty-four seconds north, two point three five degrees east",
            ),
        ]);
    }

    #[test]
    fn abbreviations_are_written_out() {
        check(&[
            (
                "St. Louis, St Petersburg and Wall St.",
                "Saint Louis, Saint Petersburg and Wall Street",
            ),
            ("Mt. Fuji, Ft. Worth", "Mount Fuji, Fort Worth"),
            (
                "Dr. Jones met Mr. Smith Jr.",
                "Doctor Jones met Mister Smith Junior",
            ),
            ("No. 5, no. 7. No.", "number five, number seven. No."),
            ("the U.S. and the U.K.", "the US and the UK"),
            (
                "e.g. bread, i.e. food, vs. wine",
                "for example bread, that is food, versus wine",
            ),
            (
                "c. 1500, ca. 300 people",
                "around fifteen hundred, around three hundred people",
            ),
            ("J. R. R. Tolkien", "J R R Tolkien"),
            (
                "pop. 300 (est. 1890)",
                "population three hundred (established eighteen ninety)",
            ),
        ]);
    }

    #[test]
    fn symbols_become_words_or_go() {
        check(&[
            ("Simon & Garfunkel", "Simon and Garfunkel"),
            ("and/or", "and or"),
            ("Biel/Bienne", "Biel or Bienne"),
            ("#1 + 2 = 3", "number one plus two equals three"),
            ("*Bold* [note]", "Bold (note)"),
            ("left -- right - up", "left — right — up"),
            ("☃ snow", "snow"),
        ]);
    }
}
