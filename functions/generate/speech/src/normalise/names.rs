//! What stands around names: titles, abbreviations, initials, roman numerals.

use regex::Captures;

use super::numbers::{cardinal, ordinal, roman};
use super::{Rule, group, rule};

/// Abbreviations with a full stop that mean one thing wherever they stand.
const DOTTED: [(&str, &str); 50] = [
    ("Dr", "Doctor"),
    ("Mr", "Mister"),
    ("Mrs", "Missus"),
    ("Ms", "Miz"),
    ("Prof", "Professor"),
    ("Gen", "General"),
    ("Col", "Colonel"),
    ("Capt", "Captain"),
    ("Lt", "Lieutenant"),
    ("Sgt", "Sergeant"),
    ("Rev", "Reverend"),
    ("Gov", "Governor"),
    ("Sen", "Senator"),
    ("Pres", "President"),
    ("Jr", "Junior"),
    ("Sr", "Senior"),
    ("Mt", "Mount"),
    ("Mts", "Mountains"),
    ("Mtn", "Mountain"),
    ("Ft", "Fort"),
    ("St", "Street"),
    ("Ave", "Avenue"),
    ("Blvd", "Boulevard"),
    ("Rd", "Road"),
    ("Dept", "Department"),
    ("Univ", "University"),
    ("Bros", "Brothers"),
    ("Inc", "Incorporated"),
    ("Ltd", "Limited"),
    ("Corp", "Corporation"),
    ("Prov", "Province"),
    ("approx", "approximately"),
    ("incl", "including"),
    ("pop", "population"),
    ("est", "established"),
    ("alt", "altitude"),
    ("vs", "versus"),
    ("etc", "et cetera"),
    ("cf", "compare"),
    ("Jan", "January"),
    ("Feb", "February"),
    ("Apr", "April"),
    ("Aug", "August"),
    ("Sep", "September"),
    ("Sept", "September"),
    ("Oct", "October"),
    ("Nov", "November"),
    ("Dec", "December"),
    ("esp", "especially"),
    ("lit", "literally"),
];

/// After these a roman numeral counts things: `World War two`.
const COUNTED: &str = "War|Part|Chapter|Act|Type|Class|Phase|Volume|Apollo|Section|Book|Mark|Zone|Route|Level|Stage|\
                       Article|Annex|Appendix|Category|Division|Region|Group|Bowl|Saturn|Pier|Terminal";
/// After these even a single letter is a number: `Elizabeth the first`.
const RULERS: &str = "Albert|Alexander|Alfonso|Alphonse|Augustus|Baldwin|Benedict|Carlos|Catherine|Charles|Christian|\
                      Constantine|Edward|Elizabeth|Ferdinand|Francis|Frederick|George|Gustav|Haakon|Harald|Henry|\
                      Isabella|Ivan|James|João|John|Joseph|Leopold|Louis|Manuel|Margaret|Mary|Maximilian|Mehmed|\
                      Napoleon|Nicholas|Otto|Paul|Pedro|Peter|Philip|Pius|Ramses|Richard|Rudolf|Selim|Suleiman|\
                      Umberto|Victoria|Vittorio|Wilhelm|William";

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule(r"\b(?:e\.\s?g\.|eg\.),?", |_| "for example".into()),
        rule(r"\bi\.\s?e\.,?", |_| "that is".into()),
        rule(r"(?i)\b(a|p)\.\s?m\.", |c| half_of_day(group(c, 1))),
        rule(r"\b(\d{1,2}|\d{1,2}:\d{2})\s?(AM|PM|am|pm)\b", |c| {
            format!("{} {}", &c[1], half_of_day(&c[2][..1]))
        }),
        // Letters of an acronym are said one by one; it may also end its sentence.
        rule(r"\b((?:[A-Z]\.){2,})(\s*$)?", |c| c[1].replace('.', "")),
        rule(r"\b[Nn]os?\.\s?(\d)", |c| format!("number {}", &c[1])),
        rule(r"№\s?", |_| "number ".into()),
        rule(r"\bca?\.\s?(\d)", |c| format!("around {}", &c[1])),
        rule(r"\bSte?\.?([\s-]+\p{Lu})", |c| format!("Saint{}", &c[1])),
        rule(r"\bMt(\s+\p{Lu})", |c| format!("Mount{}", &c[1])),
        rule(r"\b([A-Za-z]{2,6})\.", written_out),
        rule(&format!(r"\b({COUNTED})\s+([IVXL]+)\b"), |c| {
            numbered(c, |n| format!("{} {}", &c[1], cardinal(n)))
        }),
        rule(&format!(r"\b({RULERS})\s+([IVX]+)\b"), |c| {
            numbered(c, |n| format!("{} the {}", &c[1], ordinal(n)))
        }),
        rule(r"\b(\p{Lu}\p{Ll}+)\s+([IVXL]{2,})\b", |c| {
            numbered(c, |n| format!("{} the {}", &c[1], ordinal(n)))
        }),
        rule(
            r"\b()([IVXL]+)(?:e|th)?(\s+(?:[Cc]entur|[Dd]ynast|arrondissement))",
            |c| numbered(c, |n| format!("{}{}", ordinal(n), &c[3])),
        ),
        // An initial does not end a sentence. "I" does: it is a word.
        rule(r"\b([A-HJ-Z])\.(\s+\p{Lu})", |c| {
            format!("{}{}", &c[1], &c[2])
        }),
        rule(r"\b([A-HJ-Z])\.(\s+\p{Lu})", |c| {
            format!("{}{}", &c[1], &c[2])
        }),
    ]
}

fn half_of_day(letter: &str) -> String {
    // Spelled for the lexicon: "AM" would be taken for the verb.
    if letter.eq_ignore_ascii_case("a") {
        "Ayem".into()
    } else {
        "Peeyem".into()
    }
}

fn written_out(captures: &Captures) -> String {
    let known = DOTTED.iter().find(|(short, _)| *short == &captures[1]);
    known.map_or_else(|| captures[0].to_owned(), |(_, long)| (*long).to_owned())
}

/// Says the numeral in the second group, or leaves the text as it is if it is none.
fn numbered(captures: &Captures, say: impl Fn(u64) -> String) -> String {
    roman(&captures[2]).map_or_else(|| captures[0].to_owned(), say)
}
