//! Facts that do not sit well together: two books, what went and what is left, two dates, two tenses.

use places::{Datum, Fact, Topic};

use super::{Found, Group, Move};
use crate::{ledger::Ledger, theme::Theme, wording};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "M27",
        group: Group::Story,
        themes: &[Theme::Culture, Theme::History],
        essential: 0.4,
        titles: &["Two books, one place", "The other book", "Depends which book you open"],
        find: two_books,
        skeletons: &[
            "A: Do the books agree about {place}?
             H: They look at different things. [-] The dictionary says: {gloss}. [gloss] The Factbook says: {text}. [text]",
            "H: It depends which book you open. [-] In the dictionary you read: {gloss}. [gloss]
             A: And in the Factbook?
             H: {Text}. [text]",
            "H: Two books, two answers. [-] {Gloss}, says the dictionary. [gloss]
             A: And the second book?
             H: The Factbook has: {text}. [text]
             A: Neither contradicts the other, and they hardly meet. [-]",
        ],
    },
    Move {
        id: "M29",
        group: Group::Story,
        themes: &[Theme::History, Theme::Culture],
        essential: 0.6,
        titles: &["What went", "The missing {gone}", "Gone: {gone}", "The losses"],
        find: gone,
        skeletons: &[
            "A: Which losses are on record?
             H: {gone}, for one. [gone] The dictionary says: {how}. [gone]
             A: And something that is still listed without a loss?
             H: {stays}. [stays] The entry reads: {what}. [stays]",
            "H: Look for {gone}, and the dictionary tells you how it ended: {how}. [gone]
             A: <A pity.|So that is out of the guidebook.> [-]
             H: Under {stays}, on the other hand, you read: {what}. [stays]",
            "H: Two entries, and one of them is a farewell. [gone stays]
             A: Which one?
             H: {gone}: {how}. [gone] The other is {stays}: {what}. [stays]",
        ],
    },
    Move {
        id: "M30",
        group: Group::Nation,
        themes: &[Theme::History],
        essential: 0.4,
        titles: &["Two dates", "The date that does not fit", "One country, two anniversaries"],
        find: two_dates,
        skeletons: &[
            "A: Is the national holiday of {country} the day of its independence? [holiday independence]
             H: No. [-] The holiday is {holiday}. [holiday] For independence the Factbook has {independence}. [independence]",
            "H: {country_start} has two dates that could be a birthday. [holiday independence]
             A: Which are?
             H: The national holiday: {holiday}. [holiday] And independence: {independence}. [independence]
             A: And they do not fall on the same day. [-]",
            "H: The national holiday of {country} is {holiday}. [holiday]
             A: So that is when it became independent?
             H: The Factbook gives another date for that: {independence}. [independence]",
        ],
    },
    Move {
        id: "M31",
        group: Group::Story,
        themes: &[Theme::History, Theme::Culture],
        essential: 0.5,
        titles: &["Read the tense", "Then and now, in the dictionary", "The past tense"],
        find: two_tenses,
        skeletons: &[
            "H: Read the tenses in the dictionary. [-] One remark is about the past: {once}. [once]
             A: And the present?
             H: {Now}. [now]",
            "A: Has it always been what it is?
             H: The dictionary knows an earlier part: {once}. [once] And in the present tense: {now}. [now]",
            "H: The dictionary needs two tenses for {place}. [once now]
             A: The past one first. [-]
             H: {Once}. [once]
             A: And then?
             H: {Now}. [now]",
        ],
    },
];

fn glosses<'a>(l: &Ledger<'a>) -> Vec<(&'a Fact, String)> {
    l.each(|d| match d {
        Datum::Gloss { text } => wording::clause(text)
            .map(|said| wording::inner(said.strip_prefix("and ").unwrap_or(&said))),
        _ => None,
    })
}

fn two_books<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((gloss_fact, gloss)) = glosses(l).into_iter().next() else {
        return Vec::new();
    };
    let text = super::story::mentions_of_place(l).into_iter().next();
    let Some((fact, text)) = text else {
        return Vec::new();
    };
    Found::new(0.5)
        .cite("gloss", &[gloss_fact])
        .cite("text", &[fact])
        .slot("gloss", gloss)
        .slot("text", text)
        .only()
}

/// Whether an entry says that the thing is no more.
fn is_gone(text: &str) -> bool {
    [
        "destroyed",
        "burned down",
        "burned in",
        "demolished",
        "torn down",
        "no longer",
        "razed",
    ]
    .iter()
    .any(|word| text.contains(word))
}

pub(super) fn gone<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let parts = l.each(|d| match d {
        Datum::Part { name, text } if !name.contains('(') => {
            Some((name, text, wording::clauses(text)))
        }
        _ => None,
    });
    let lost = parts.iter().find_map(|(fact, (name, _, clauses))| {
        Some((
            *fact,
            *name,
            clauses.iter().find(|said| is_gone(said))?.clone(),
        ))
    });
    let Some((gone_fact, gone, how)) = lost else {
        return Vec::new();
    };
    let kept = parts.iter().find_map(|(fact, (name, text, clauses))| {
        let said = clauses
            .first()
            .filter(|said| said.split(' ').count() >= 5)?;
        (!is_gone(text) && fact.id != gone_fact.id).then(|| (*fact, *name, said.clone()))
    });
    let Some((fact, stays, what)) = kept else {
        return Vec::new();
    };
    Found::new(0.8)
        .cite("gone", &[gone_fact])
        .cite("stays", &[fact])
        .slot("gone", wording::spoken(gone))
        .slot("how", wording::inner(&how))
        .slot("stays", wording::spoken(stays))
        .slot("what", wording::inner(&what))
        .only()
}

/// Day and month at the beginning of a date: `22 September`.
fn day(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split([' ', ',', '(', ')']).collect();
    words
        .windows(2)
        .find(|pair| pair[0].parse::<u8>().is_ok() && wording::MONTHS.contains(&pair[1]))
        .map(|pair| pair.join(" "))
}

fn two_dates<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let raw = |topic| {
        l.texts(topic)
            .into_iter()
            .next()
            .and_then(|(_, text)| day(text))
    };
    let (Some(one), Some(two)) = (raw(Topic::Holiday), raw(Topic::Independence)) else {
        return Vec::new();
    };
    let first = |topic| {
        super::quoted(l, topic, 0.3)
            .into_iter()
            .next()
            .and_then(|found| {
                Some((
                    found.told.first().copied()?,
                    found.slots.get("text")?.clone(),
                ))
            })
    };
    let (Some((holiday, on)), Some((independence, since))) =
        (first(Topic::Holiday), first(Topic::Independence))
    else {
        return Vec::new();
    };
    if one == two {
        return Vec::new();
    }
    Found::new(0.5)
        .cite("holiday", &[holiday])
        .cite("independence", &[independence])
        .slot("holiday", on)
        .slot("independence", since)
        .slot("country_start", wording::capitalised(&l.country()))
        .only()
}

fn two_tenses<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let (once, now): (Vec<_>, Vec<_>) = glosses(l).into_iter().partition(|(_, said)| {
        said.split(' ')
            .any(|word| matches!(word, "formerly" | "once" | "former" | "was" | "were"))
    });
    let (Some((once_fact, once)), Some((now_fact, now))) =
        (once.into_iter().next(), now.into_iter().next())
    else {
        return Vec::new();
    };
    Found::new(0.6)
        .cite("once", &[once_fact])
        .cite("now", &[now_fact])
        .slot("once", once)
        .slot("now", now)
        .only()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_compared_by_day_and_month() {
        assert_eq!(
            day("22 September 1960 (from France)"),
            Some("22 September".to_owned())
        );
        assert_eq!(
            day("Independence Day, 22 September (1960)"),
            Some("22 September".to_owned())
        );
        assert_eq!(day("none"), None);
    }
}
