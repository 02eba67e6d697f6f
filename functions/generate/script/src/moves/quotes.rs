//! Texts of a source made fit to be quoted in a sentence.

use places::{Fact, Subject, Topic};

use super::Found;
use crate::{ledger::Ledger, seed, wording};

/// Factbook texts on one topic that can be quoted after a colon; `more` marks those that follow another.
pub(super) fn quoted<'a>(l: &Ledger<'a>, topic: Topic, worth: f32) -> Vec<Found<'a>> {
    let most = if stands_alone(topic) { usize::MAX } else { 1 };
    l.texts(topic)
        .into_iter()
        .filter(|(fact, text)| !(fact.perishable && is_of_people(text)))
        .filter(|(_, text)| l.brief.country == "United Kingdom" || !is_royal(topic, text))
        .enumerate()
        .filter(|(at, (_, text))| {
            let names_it = text.contains(l.brief.name);
            (*at < most || names_it) && (*at == 0 || !text.starts_with("and "))
        })
        .filter_map(|(at, (fact, text))| {
            let text = quotable(topic, text, l.brief.name)?;
            let worth = if fact.subject == Subject::Place {
                worth + 0.3
            } else {
                worth
            };
            Some(
                Found::new(worth)
                    .cite("f", &[fact])
                    .flag(if at == 0 { "start" } else { "more" }, true)
                    .slot("text", text),
            )
        })
        .collect()
}

/// The pieces of a Factbook list on one topic as one text, so that none of them poses as the whole.
pub(super) fn listed_whole<'a>(l: &Ledger<'a>, topic: Topic, worth: f32) -> Vec<Found<'a>> {
    let (mut facts, mut said, mut skipped) = (Vec::new(), String::new(), false);
    let mut pieces = l.texts(topic);
    let all = pieces.len();
    // Of many dangers each place of a country tells others.
    if topic == Topic::Hazards && all > 2 {
        let start = seed::hash(&[l.brief.name, l.brief.label]) % all as u64;
        pieces.rotate_left(start as usize);
        pieces.truncate(2);
        skipped = true;
    }
    for (fact, text) in pieces {
        // A season or a region in brackets is what makes such a piece true.
        if text.contains('(') && topic != Topic::Symbols {
            return Vec::new();
        }
        let is_word = text.chars().all(char::is_alphabetic) && wording::is_speakable(text);
        let Some(clause) = wording::clause(text).or_else(|| is_word.then(|| text.to_owned()))
        else {
            skipped = true;
            continue;
        };
        let clause = clause
            .split_once(": ")
            .map_or(clause.clone(), |(_, rest)| rest.to_owned());
        let joined = if said.is_empty() {
            clause
        } else {
            format!("{said}; {clause}")
        };
        if joined.split(' ').count() > 21 || crate::rubric::reading::count(&joined) > 1 {
            break;
        }
        facts.push(fact);
        said = joined;
    }
    if facts.is_empty() || said.split(' ').count() < 3 {
        return Vec::new();
    }
    let whole = facts.len() == all;
    Found::new(worth)
        .cite("f", &facts)
        .flag("whole", whole)
        .flag("opens", !skipped)
        .slot("text", wording::inner(&said))
        .only()
}

/// Topics whose second text can be heard without the first.
fn stands_alone(topic: Topic) -> bool {
    matches!(
        topic,
        Topic::Heritage
            | Topic::River
            | Topic::Flag
            | Topic::AnthemHistory
            | Topic::GeographyNote
            | Topic::Mention
            | Topic::CountryName
    )
}

/// Whether a text is about an anthem that is sung for a king, beside one for the country that the list lacks.
fn is_royal(topic: Topic, text: &str) -> bool {
    match topic {
        Topic::AnthemTitle => ["God Save", "Kongesangen", "Kungssangen", "Phleng Sanlasoen"]
            .iter()
            .any(|title| text.contains(title)),
        Topic::AnthemHistory => ["royal anthem", "in use since 1745", "used since 1745"]
            .iter()
            .any(|beginning| text.starts_with(beginning)),
        _ => false,
    }
}

/// Whether a record is about people and what they built, which changes faster than the land.
fn is_of_people(text: &str) -> bool {
    let low = text.to_lowercase();
    ["popul", "city", "econom", "produc", "export", "urban"]
        .iter()
        .any(|word| low.contains(word))
}

fn quotable(topic: Topic, text: &str, place: &str) -> Option<String> {
    // A map that nobody sees, and what is less than something that was cut.
    let text = text.split(", as shown in this").next().unwrap_or(text);
    if text.starts_with("smaller ") {
        return None;
    }
    match topic {
        Topic::HighestPoint | Topic::LowestPoint => return wording::summit(text),
        Topic::GeographyNote if !is_whole(text) => return None,
        Topic::AnthemHistory if text.starts_with("official") || text.starts_with("unofficial") => {
            return None;
        }
        Topic::Holiday
            if ["King", "Queen", "irthday"]
                .iter()
                .any(|word| text.contains(word)) =>
        {
            return None;
        }
        // The bare date of a constitution is no independence.
        Topic::Independence if !text.contains("(from ") => return None,
        _ => {}
    }
    let text = match topic {
        Topic::Independence => text.replacen(" (from ", ", from ", 1).replacen(')', "", 1),
        Topic::Languages => without_shares(text),
        Topic::Agriculture | Topic::Industry => few(text, place)?,
        _ => text.to_owned(),
    };
    let clauses = wording::clauses(&text.replace(" - ", ", "));
    let said = clauses
        .iter()
        .find(|clause| clause.contains(place))
        .or(clauses.first())?;
    // What is less common is not how people speak.
    if topic == Topic::Languages && said.starts_with("less ") {
        return None;
    }
    Some(match topic {
        Topic::Heritage => said.replace(": ", ", "),
        _ => wording::with_subject(&wording::inner(
            said.split_once(": ")
                .map_or(said.as_str(), |(_, rest)| rest),
        )),
    })
}

/// Three things out of a long list, other ones for other places of the country.
fn few(text: &str, place: &str) -> Option<String> {
    let plain = wording::without_asides(text);
    let items: Vec<String> = plain
        .split([',', ';'])
        .map(|item| item.trim().trim_start_matches("and ").to_owned())
        .filter(|item| {
            let vague = [
                "world",
                "divers",
                "largest",
                "leading",
                "innovator",
                "industr",
                "other",
            ];
            !item.is_empty()
                && item.split(' ').count() <= 4
                && !vague.iter().any(|word| item.contains(word))
        })
        .collect();
    if items.len() < 3 {
        return None;
    }
    let start = (seed::hash(&[place, text]) % items.len() as u64) as usize;
    let three: Vec<String> = items.iter().cycle().skip(start).take(3).cloned().collect();
    Some(format!("{}, among other things", wording::listed(&three)))
}

/// A list of languages without how many speak each.
fn without_shares(text: &str) -> String {
    let words = text
        .split(' ')
        .filter_map(|word| match word.trim_end_matches([',', ';']) {
            share if share.ends_with('%') => word.ends_with([',', ';']).then_some(","),
            _ => Some(word),
        });
    let kept: Vec<&str> = words.collect();
    kept.join(" ").replace(" ,", ",")
}

/// A note that is a sentence, or a title that the country holds; a fragment of a list is neither.
fn is_whole(text: &str) -> bool {
    let first = text.split(' ').next().unwrap_or_default();
    let words = text.split(' ').count();
    words >= 6 && first.starts_with(char::is_uppercase)
        || words >= 3
            && (first.ends_with("est")
                || first == "landlocked"
                || first == "world's"
                || first == "shares")
}

/// The first quotable text on a topic.
pub(super) fn first<'a>(l: &Ledger<'a>, topic: Topic) -> Option<(&'a Fact, String)> {
    // The first that can be quoted may be the second of its topic.
    let is_first = |found: &Found<'_>| found.slots.contains_key("start");
    let found = quoted(l, topic, 0.0).into_iter().find(is_first)?;
    Some((
        found.told.first().copied()?,
        found.slots.get("text")?.clone(),
    ))
}

/// The pieces of a list as one text.
pub(super) fn whole<'a>(l: &Ledger<'a>, topic: Topic) -> Option<(Vec<&'a Fact>, String)> {
    let found = listed_whole(l, topic, 0.0).into_iter().next()?;
    let text = found.slots.get("text")?.clone();
    Some((found.told, text))
}

/// The moves that exist, or none.
pub(super) fn all<'a>(found: Option<Found<'a>>) -> Vec<Found<'a>> {
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_royal_anthem_is_not_the_anthem() {
        assert!(is_royal(Topic::AnthemTitle, "God Save the King"));
        assert!(is_royal(
            Topic::AnthemHistory,
            "royal anthem, as a Commonwealth country"
        ));
        assert!(!is_royal(Topic::AnthemTitle, "The Star-Spangled Banner"));
        let of_liechtenstein = "uses the tune of the United Kingdom's anthem, God Save the King";
        assert!(!is_royal(Topic::AnthemHistory, of_liechtenstein));
    }

    #[test]
    fn a_list_of_languages_loses_its_shares() {
        assert_eq!(
            without_shares("German 62.6%, French 22.9%, Romansh 0.5%"),
            "German, French, Romansh"
        );
    }
}
