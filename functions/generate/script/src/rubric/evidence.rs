//! What a fact licenses: its words, its numbers, and the strong words its kind proves.

use std::collections::HashSet;

use places::{Datum, Fact, Other};

use super::{
    proven::proven,
    reading::{self, fold},
};

/// Kinds of number that may be compared with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    People,
    Kilometres,
    Metres,
    Hours,
    Minutes,
    Places,
}

/// What the cited facts of a sentence support.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// Folded words.
    pub words: HashSet<String>,
    /// The facts' own texts, folded, with what their kind proves.
    pub text: String,
    /// Numbers in them, and those worked out from pairs of one kind.
    pub numbers: Vec<f64>,
}

impl Evidence {
    /// Gathers what `facts` support together.
    pub(super) fn of(facts: &[&Fact]) -> Self {
        let mut evidence = Self::default();
        let mut quantities = Vec::new();
        for fact in facts {
            let text = format!("{} {}", fact.claim, proven(&fact.datum));
            evidence.numbers.extend(numbers(&text));
            for word in reading::words(&text) {
                let word = fold(word);
                evidence
                    .words
                    .extend(word.split(['-', '\'']).map(str::to_owned));
                evidence.words.insert(word);
            }
            evidence.text.push_str(&fold(&text));
            evidence.text.push(' ');
            quantities.extend(of_kind(&fact.datum));
        }
        evidence
            .numbers
            .extend(quantities.iter().map(|(_, value)| *value));
        evidence.numbers.extend(worked_out(&quantities));
        evidence
    }
}

/// Ratios and differences of numbers of one kind.
fn worked_out(quantities: &[(Unit, f64)]) -> Vec<f64> {
    let mut out = Vec::new();
    for (at, (unit, a)) in quantities.iter().enumerate() {
        for (_, b) in quantities
            .iter()
            .skip(at + 1)
            .filter(|(other, _)| other == unit)
        {
            let (large, small) = (a.max(*b), a.min(*b));
            out.push(large - small);
            if small > 0.0 {
                out.push(large / small);
            }
        }
        if *unit == Unit::Hours {
            out.push(a * 60.0);
        }
    }
    let hours: Vec<f64> = quantities
        .iter()
        .filter(|(unit, _)| *unit == Unit::Hours)
        .map(|(_, h)| *h)
        .collect();
    if let [june, december] = hours[..] {
        out.push((june - december).abs() * 60.0);
    }
    out
}

/// Every number a text holds, in figures or in words.
pub(super) fn numbers(text: &str) -> Vec<f64> {
    let mut out: Vec<f64> = reading::read(text)
        .into_iter()
        .map(|said| said.value)
        .collect();
    let mut figure = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_digit() || (matches!(c, ',' | '.') && !figure.is_empty()) {
            figure.push(c);
        } else if !figure.is_empty() {
            out.extend(
                figure
                    .trim_end_matches([',', '.'])
                    .replace(',', "")
                    .parse::<f64>(),
            );
            figure.clear();
        }
    }
    if text.to_lowercase().contains("twice") {
        out.push(2.0);
    }
    out
}

fn of_kind(datum: &Datum) -> Vec<(Unit, f64)> {
    let other = |o: &Other| {
        o.people
            .map(|p| (Unit::People, f64::from(p)))
            .into_iter()
            .chain([(Unit::Kilometres, o.km)])
            .collect::<Vec<_>>()
    };
    match datum {
        Datum::Population { people } => vec![(Unit::People, f64::from(*people))],
        Datum::Elevation { m } => vec![(Unit::Metres, f64::from(m.abs()))],
        Datum::Rank { rank, of, .. } => vec![
            (Unit::Places, f64::from(*rank)),
            (Unit::Places, f64::from(*of)),
            (Unit::Places, f64::from(rank - 1)),
        ],
        Datum::SameName {
            others, countries, ..
        } => {
            vec![
                (Unit::Places, f64::from(*others)),
                (Unit::Places, f64::from(others + 1)),
                (Unit::Places, f64::from(*countries)),
            ]
        }
        Datum::Extreme { min_people, of, .. } | Datum::NearlyExtreme { min_people, of, .. } => {
            let mut all = vec![
                (Unit::People, f64::from(*min_people)),
                (Unit::Places, f64::from(*of)),
            ];
            if let Datum::NearlyExtreme { rank, leader, .. } = datum {
                all.push((Unit::Places, f64::from(*rank)));
                all.extend(other(leader));
            }
            all
        }
        Datum::NearestCity(o) => [other(o), vec![(Unit::People, 100_000.0)]].concat(),
        Datum::Capital(o) => other(o),
        Datum::LatitudeTwin(o) | Datum::MirrorTwin(o) => {
            [other(o), vec![(Unit::Places, 2.0)]].concat()
        }
        Datum::Neighbour { other: o, .. } | Datum::NeighbourGloss { other: o, .. } => other(o),
        Datum::LargestIsNotCapital {
            capital_people,
            largest_people,
            ..
        } => {
            vec![
                (Unit::People, f64::from(*capital_people)),
                (Unit::People, f64::from(*largest_people)),
            ]
        }
        Datum::NearerForeignCapital { own, foreign } => {
            [other(own), other(foreign), vec![(Unit::Places, 2.0)]].concat()
        }
        Datum::NeighbourAbroad { foreign, own } => [other(own), other(foreign)].concat(),
        Datum::Density { within_km, places } => vec![
            (Unit::Kilometres, f64::from(*within_km)),
            (Unit::Places, f64::from(*places)),
        ],
        Datum::Borders {
            within_km,
            countries,
        } => vec![
            (Unit::Kilometres, f64::from(*within_km)),
            (Unit::Places, countries.len() as f64),
        ],
        Datum::Antipode { other: o, off_km } => vec![
            (Unit::Kilometres, *off_km),
            (Unit::People, f64::from(o.people.unwrap_or(0))),
        ],
        Datum::Daylight { june_h, december_h } => {
            vec![
                (Unit::Hours, *june_h),
                (Unit::Hours, *december_h),
                (Unit::Places, 2.0),
            ]
        }
        Datum::SunOverhead => vec![(Unit::Places, 2.0)],
        Datum::Poles {
            equator_km,
            pole_km,
            ..
        } => vec![
            (Unit::Kilometres, *equator_km),
            (Unit::Kilometres, *pole_km),
            (Unit::Places, 2.0),
        ],
        Datum::Coast { km } => vec![(Unit::Kilometres, *km)],
        Datum::Climate {
            share_of_country, ..
        } => vec![
            (Unit::Places, (share_of_country * 100.0).round()),
            (Unit::Places, 100.0),
        ],
        Datum::ClockLag { min } => {
            vec![(Unit::Minutes, f64::from(min.abs())), (Unit::Places, 12.0)]
        }
        Datum::Clock {
            january_min,
            july_min,
            ..
        } => [january_min, july_min]
            .into_iter()
            .flat_map(|m| {
                [
                    (Unit::Minutes, f64::from(m.abs() % 60)),
                    (Unit::Hours, f64::from(m.abs()) / 60.0),
                    (Unit::Hours, f64::from(m.abs() / 60)),
                ]
            })
            .collect(),
        Datum::LocalMeanTime {
            ahead_s,
            until_year,
            ..
        } => vec![
            (Unit::Minutes, (f64::from(ahead_s.abs()) / 60.0).floor()),
            (Unit::Hours, f64::from(ahead_s.abs()) / 3600.0),
            (Unit::Minutes, f64::from(ahead_s.abs() / 60 % 60)),
            (Unit::Places, f64::from(*until_year)),
        ],
        Datum::Spellings {
            at_least, scripts, ..
        } => vec![
            (Unit::Places, f64::from(*at_least)),
            (Unit::Places, scripts.len() as f64),
        ],
        _ => Vec::new(),
    }
}
