use std::collections::HashSet;

use super::Notes;
use crate::{
    fact::{Datum, Source, Subject, Topic},
    listed::Listed,
    pack::{PACK, Text},
};

/// Share of places with a dictionary entry, 0.5 %, as a surprise.
const RARE_TEXT: f32 = 0.76;
/// A described neighbour is told of no farther away than this.
const NEIGHBOUR_KM: f64 = 100.0;
/// The last edition that the package holds.
const FACTBOOK_AS_OF: &str = "2025";
/// What WordNet says of places is of about this year.
const WORDNET_AS_OF: &str = "2006";

/// Adds what the dictionary and the Factbook say.
pub(super) fn add(notes: &mut Notes) {
    let own = PACK.texts_of(notes.place.0).unwrap_or_default();
    let has_gloss = !own.gloss.is_empty();
    for (number, text) in (1..).zip(own.gloss) {
        wordnet(
            notes,
            format!("wordnet.gloss.{number}"),
            RARE_TEXT,
            Datum::Gloss { text },
        );
    }
    for (number, (name, text)) in (1..).zip(own.parts) {
        wordnet(
            notes,
            format!("wordnet.part.{number}"),
            RARE_TEXT,
            Datum::Part { name, text },
        );
    }
    for (number, (name, text, is_person, life)) in (1..).zip(own.mentions) {
        let id = format!("wordnet.mention.{number}");
        wordnet(
            notes,
            id,
            0.6,
            Datum::Mention {
                name,
                text,
                is_person,
            },
        );
        notes.last(|fact| {
            fact.strength = 0.7;
            if !life.is_empty() {
                fact.claim = format!("{} ({life}).", fact.claim.trim_end_matches('.'));
            }
        });
    }
    let mut told = HashSet::new();
    for (number, text) in (1..).zip(own.texts) {
        told.insert(text.text.clone());
        factbook(
            notes,
            format!("factbook.place.{number}"),
            Subject::Place,
            RARE_TEXT,
            text,
        );
    }
    if !has_gloss {
        neighbour(notes);
    }
    let country = notes.place.country();
    for (number, text) in (1..).zip(PACK.texts_of_country(country)) {
        if told.insert(text.text.clone()) {
            let topic = topic_name(text.topic);
            factbook(
                notes,
                format!("factbook.{topic}.{number}"),
                Subject::Country,
                0.3,
                text,
            );
        }
    }
}

fn wordnet(notes: &mut Notes, id: String, rare: f32, datum: Datum) {
    let place = notes.place.name();
    let claim = match &datum {
        Datum::Gloss { text } => format!("{place}: {text}."),
        Datum::Part { name, text } => format!("{name}, a part of {place}: {text}."),
        Datum::Mention { name, text, .. } => format!("{name}: {text}."),
        _ => String::new(),
    };
    notes.add(id, Source::WordNet, rare, claim, datum);
    notes.last(|fact| {
        fact.locator = "noun entry".to_owned();
        fact.as_of = Some(WORDNET_AS_OF.to_owned());
    });
}

fn factbook(notes: &mut Notes, id: String, subject: Subject, rare: f32, text: Text) {
    let Text {
        topic,
        text,
        locator,
    } = text;
    let country = notes.place.country().name.clone();
    let sentence = text.trim_end_matches('.');
    let claim = format!("The Factbook says of {country}, under {locator}: {sentence}.");
    notes.add(
        id,
        Source::Factbook,
        rare,
        claim,
        Datum::Text {
            topic,
            country,
            text: text.clone(),
        },
    );
    notes.last(|fact| {
        fact.subject = subject;
        fact.locator = locator;
        fact.as_of = Some(FACTBOOK_AS_OF.to_owned());
        fact.perishable = is_record(&text) || matches!(topic, Topic::Agriculture | Topic::Industry);
    });
}

/// Whether a text claims a record, which somebody may have broken since.
fn is_record(text: &str) -> bool {
    const RECORDS: [&str; 8] = [
        "largest", "longest", "tallest", "highest", "smallest", "most ", "world's", "only ",
    ];
    RECORDS.iter().any(|word| text.contains(word))
}

/// The topic as JSON spells it.
fn topic_name(topic: Topic) -> String {
    let value = serde_json::to_value(topic).ok();
    value
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// A place without an entry gets its nearest described neighbour's, said as such.
fn neighbour(notes: &mut Notes) {
    let nearest = PACK
        .described()
        .map(Listed)
        .filter(|other| *other != notes.place)
        .map(|other| (notes.place.km_to(other), other))
        .filter(|(km, _)| *km <= NEIGHBOUR_KM)
        .filter(|(_, other)| {
            PACK.texts_of(other.0)
                .is_some_and(|texts| !texts.gloss.is_empty())
        })
        .min_by(|a, b| a.0.total_cmp(&b.0));
    let Some((km, nearest)) = nearest else {
        return;
    };
    let other = notes.other(nearest);
    for (number, text) in (1..).zip(PACK.texts_of(nearest.0).unwrap_or_default().gloss) {
        let claim = format!("{}, {km:.0} kilometres away: {text}.", other.name);
        let datum = Datum::NeighbourGloss {
            other: other.clone(),
            text,
        };
        notes.add(
            format!("wordnet.neighbour.{number}"),
            Source::WordNet,
            0.4,
            claim,
            datum,
        );
        notes.last(|fact| {
            fact.subject = Subject::Region;
            fact.as_of = Some(WORDNET_AS_OF.to_owned());
        });
    }
}
