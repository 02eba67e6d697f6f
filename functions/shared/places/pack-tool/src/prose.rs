use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;
use serde::Serialize;

use crate::container::Container;

/// What the books say about one place.
#[derive(Default, Serialize)]
pub(crate) struct PlaceTexts {
    /// Clauses of its dictionary entry.
    pub(crate) gloss: Vec<String>,
    /// Its parts: name and clause.
    pub(crate) parts: Vec<(String, String)>,
    /// Entries that speak of it: name, clause, whether it is a person, and the years of a life.
    pub(crate) mentions: Vec<(String, String, bool, String)>,
    /// Factbook texts that name it.
    pub(crate) texts: Vec<Text>,
}

/// A Factbook text.
#[derive(Clone, Serialize)]
pub(crate) struct Text {
    /// The name of a `Topic` of the places crate.
    pub(crate) topic: &'static str,
    pub(crate) text: String,
    /// Where in the Factbook.
    pub(crate) locator: String,
}

/// Texts by the place's number in the gazetteer.
pub(crate) type Texts = BTreeMap<u32, PlaceTexts>;

/// Writes the places' texts.
pub(crate) fn write(texts: &Texts, out: &mut Container) -> anyhow::Result<()> {
    out.column("text_places", texts.keys().map(|place| place.to_le_bytes()));
    let rows: Vec<String> = texts
        .values()
        .map(serde_json::to_string)
        .collect::<Result<_, _>>()?;
    out.strings("place_texts", rows.iter().map(String::as_str));
    Ok(())
}

/// Splits at semicolons that stand in no list of their own: see [`clauses`].
pub(crate) fn entries(text: &str) -> Vec<String> {
    text.split(';')
        .map(|entry| entry.trim().to_owned())
        .filter(|entry| !entry.is_empty())
        .collect()
}

/// Splits at semicolons outside brackets and quotes; a clause that leans on the one before stays with it.
pub(crate) fn clauses(text: &str) -> Vec<String> {
    let text = text.replace(";\"", "\";").replace(",\"", "\",");
    let (mut depth, mut quoted) = (0i32, false);
    let mut clauses: Vec<String> = vec![String::new()];
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '"' => quoted = !quoted,
            _ => {}
        }
        match clauses.last_mut() {
            Some(last) if c != ';' || depth > 0 || quoted => last.push(c),
            _ => clauses.push(String::new()),
        }
    }
    let mut whole: Vec<String> = Vec::new();
    for clause in clauses {
        let clause = clause.trim().trim_end_matches('.').trim().to_owned();
        match whole.last_mut() {
            // What follows a colon is a list, which makes no sense in pieces.
            Some(last) if LEANING.is_match(&clause) || last.contains(": ") => {
                last.push_str("; ");
                last.push_str(&clause);
            }
            _ if !clause.is_empty() => whole.push(clause),
            _ => {}
        }
    }
    whole
}

/// Splits into sentences at a full stop before a capital, but not after an initial or abbreviation.
pub(crate) fn sentences(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for end in SENTENCE_END.find_iter(text) {
        let head = &text[start..=end.start()];
        if ABBREVIATION.is_match(head) {
            continue;
        }
        sentences.push(head.trim().trim_end_matches('.').to_owned());
        start = end.start() + 1;
    }
    sentences.push(text[start..].trim().trim_end_matches('.').to_owned());
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// Whether a text is about force, terror, quarrels of the day or grief: none of it is packed.
pub(crate) fn is_unfit(text: &str) -> bool {
    UNFIT.is_match(text)
}

/// Whether a text claims a record, which may be out of date or plain wrong.
pub(crate) fn has_superlative(text: &str) -> bool {
    SUPERLATIVE.is_match(text)
}

/// Whether brackets and quotes come in pairs, so that the text can be spoken.
pub(crate) fn is_balanced(text: &str) -> bool {
    text.matches('(').count() == text.matches(')').count()
        && text.matches('"').count().is_multiple_of(2)
}

/// Whether a text speaks of a name as of a place: after a preposition, not inside a longer name.
pub(crate) fn speaks_of(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !CONTINUES.is_match(after) && PREPOSITION.is_match(before)
    })
}

/// Collapses runs of white space, and takes it out before punctuation.
pub(crate) fn tidy(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace(" ,", ",")
        .replace(" ;", ";")
        .replace(" )", ")")
        .replace("( ", "(")
}

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a regular expression")
}

static LEANING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(it|its|he|she|his|her|they|their|this|these|those|that|such|some|another|others?|the former|the latter|both|all that|however|thus|hence|then|also|later|and|or|but|which|who|where|over subsequent|subsequently|only|(?:the )?(?:rest|remainder|remaining)|the (?:islands?|archipelago|lake|area|cave|mountain|volcano))\b",
    )
});
static SENTENCE_END: LazyLock<Regex> = LazyLock::new(|| pattern(r"\. +[A-Z]"));
static ABBREVIATION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(\b[A-Z]|\b(St|Mt|Dr|Mr|Mrs|ca|approx|Gen|Col|Ft|No|vs|est|B\.C|A\.D|U\.S))\.$")
});
static UNFIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(milit\w*|terror\w*|strategic\w*|embass\w*|consulate\w*|naval base|air base|air force base|army base|insurg\w*|rebel\w*|coups?|junta|nuclear|atomic|weapon\w*|missile\w*|bomb\w*|massacr\w*|genocid\w*|ethnic cleansing|sanctions?|narcotic\w*|drugs?|traffick\w*|militant\w*|al-qaeda|taliban|hamas|hezbollah|nato|suicide|assassinat\w*|mourning|concentration camp|holocaust|nazi\w*|murder\w*|killed|killing|slaughter\w*|rape\w*|slaves?|slavery|prison\w* camp|elections?|elected|re-elected|president|prime minister|referend\w*|opposition party|corruption|peacekeep\w*|annex\w*|occupied territor\w*|separatis\w*|disputed?|israel\w*|palestin\w*|gaza|west bank|crimea|russo-ukrainian|torture\w*|hostages?|attack\w*|forces|troops|arm(?:y|ies)|invasion|invaded|holy war|jihad\w*|islamist\w*|refugees?)\b",
    )
});
static SUPERLATIVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b((larg|bigg|tall|long|high|old|small|deep|rich|busi|great|fast|wid|dri|wett|cold|hott|driest|poor|new|fin|narrow|low|steep|fast|heavi|earli)est|(north|south|east|west)ernmost|most (?:populous|important|famous|heavily|densely|visited|powerful|active|widely)|the world's|leading|foremost|principal|chief|major|only|first in|ranks?|second[- ]largest|third[- ]largest)\b",
    )
});
static CONTINUES: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(\w|-\w|'s? [A-Z]| [A-Z])"));
static PREPOSITION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(^|[^A-Za-z])(in|at|near|into|from|to|through|around|outside|north of|south of|east of|west of|(city|town|village|port|capital|people|streets|region|citizens|north\w*|south\w*|east\w*|west\w*|center|centre|heart|suburb|suburbs) of|kilometers of|miles of|between|and) $",
    )
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_that_leans_on_another_stays_with_it() {
        assert_eq!(
            clauses("a fortress; it was destroyed in 1789; a landmark (old; grey)"),
            [
                "a fortress; it was destroyed in 1789",
                "a landmark (old; grey)"
            ]
        );
    }

    #[test]
    fn an_initial_does_not_end_a_sentence() {
        assert_eq!(
            sentences(
                "St. Pierre lay in ruins. The town was moved in A.D. 79 by George S. Patton."
            ),
            [
                "St. Pierre lay in ruins",
                "The town was moved in A.D. 79 by George S. Patton"
            ]
        );
    }

    #[test]
    fn a_name_inside_a_longer_name_is_not_the_place() {
        assert!(speaks_of("the stock exchange in Paris", "Paris"));
        assert!(!speaks_of("a part of Paris Basin", "Paris"));
        assert!(!speaks_of("the Treaty of Paris", "Paris"));
    }
}
