//! What is governed from it.

use places::Datum;

use super::{Found, Group, Move, ratio_worth};
use crate::{ledger::Ledger, numbers, theme::Theme};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "M5",
        group: Group::Size,
        themes: &[Theme::Size, Theme::Map],
        essential: 0.4,
        titles: &["Not the capital", "The wrong answer", "Larger than the capital"],
        find: capital_not_largest,
        skeletons: &[
            "A: The largest place in {country} is the capital, <surely|I take it>?
             H: No. [-] The capital is {capital}, and the largest is {largest}. [f]
             A: By much?
             H: {Largest} has {times} as many people. [f]",
            "H: Ask for the largest place in {country}, and the name of the capital is the wrong answer. [f]
             A: What is the right one?
             H: {largest}, with {times} the people of {capital}. [f]",
            "H: The capital of {country} is {capital}. [f]
             A: And the <people|crowd>?
             H: More of them live in {largest}, {times} as many. [f]",
            "A: Which is larger, {capital} or {largest}? [f]
             H: {largest}, {times}. [f] <And still|But> {capital} is the capital. [f]",
        ],
    },
    Move {
        id: "M6",
        group: Group::Size,
        themes: &[Theme::Size, Theme::History],
        essential: 0.6,
        titles: &["A small seat", "Office before size", "The office in the {kind}"],
        find: seat_without_size,
        skeletons: &[
            "H: Others are larger, and still it holds an office. [rank seat]
             A: Which one?
             H: It is the seat of {of}. [seat]
             A: And by size?
             H: {Rank_no} in {frame}. [rank]",
            "A: Who decides things for {of}? [seat]
             H: The seat is here, in {place}. [seat]
             A: So it must be the largest?
             H: By number of people it comes in at {rank}. [rank]",
            "H: {Rank_ordinal} by size in {frame}, and in office the seat of {of}. [rank seat]
             A: Size and office, two different lists. [-]",
        ],
    },
    Move {
        id: "M6.seat",
        group: Group::Size,
        themes: &[Theme::Size, Theme::History],
        essential: 0.9,
        titles: &["The seat of {of}", "The office", "Who is run from here"],
        find: seat,
        skeletons: &[
            "A: Does it hold any office?
             H: It does: it is the seat of {of}. [seat]",
            "H: One thing its size does not tell you: this is the seat of {of}. [seat]
             A: A title as well as a number, then. [-]",
            "A: What does the gazetteer <write|note> next to the name?
             H: That it is a seat: <{of} is run from here|the office of {of} has this address>. [seat]",
            "H: {of} is <governed|run> from a desk in {place}. [seat]
             A: <How large is the desk?|And who sits there?>
             H: <Our sources stop at the title.|That is all the record says.> [-]",
            "A: If I had a <form|complaint> for {of}, where would I <send|take> it? [seat]
             H: Here. [-] {place} is its seat. [seat]",
            "A: Small print, please. [-]
             H: The small print says: seat of {of}. [seat]",
            "H: {of} has to keep its files somewhere. [seat] It keeps them in {place}, the seat. [seat]",
            "A: Who gets post here that is not for the people who live here?
             H: {of}, I should think: {place} is its seat. [seat]",
            "H: On the record, {place} has a second job: seat of {of}. [seat]
             A: <Is it paid?|On top of being a {kind}.> [-]",
            "H: If {of} had a front door, it would be in {place}. [seat]",
        ],
    },
    Move {
        id: "M6.capital",
        group: Group::Size,
        themes: &[Theme::Size, Theme::History],
        essential: 0.9,
        titles: &["First office", "The capital of {country}", "A star on the map"],
        find: national_capital,
        skeletons: &[
            "A: And its office?
             H: It is the capital of {country}. [seat]",
            "H: In the gazetteer it carries the mark of a capital, the one for {country}. [seat]
             A: Is it also the largest?
             H: {largest_answer}. [country]",
            "A: Who comes first in {country}?
             H: In office, {place}: it is the capital. [seat] By people it is {rank_no}. [country]",
            "H: When {country} is asked for its capital, the answer is {place}. [seat]
             A: And the crowd, is it here too?
             H: {largest_answer}. [country]",
            "A: <One title, please.|Any title?> [-]
             H: Capital of {country}. [seat]
             A: <That will do.|Short, but it counts.> [-]",
            "H: Somebody has to be the capital of {country}, and it is {place}. [seat]
             A: Somebody has to be the largest, too?
             H: {Largest_answer}. [country]",
            "A: Whose capital am I in?
             H: That of {country}. [seat]",
            "H: On a map of {country}, {place} gets the star. [seat]
             A: For size or for office?
             H: For office. [seat] By people? {Largest_answer}. [country]",
            "A: Does anything else come with the name?
             H: A title: capital of {country}. [seat]",
            "H: If {country} wrote a return address on its letters, it would be {place}, the capital. [seat]",
        ],
    },
];

fn capital_not_largest<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::LargestIsNotCapital {
            capital,
            capital_people,
            largest,
            largest_people,
            ..
        } => Some((capital, capital_people, largest, largest_people)),
        _ => None,
    });
    let Some((fact, (capital, c, largest, n))) = read else {
        return Vec::new();
    };
    let ratio = f64::from(*n) / f64::from((*c).max(1));
    if ratio < 1.05 {
        return Vec::new();
    }
    Found::new(0.4)
        .cite("f", &[fact])
        .slot("capital", capital.clone())
        .slot("largest", largest.clone())
        .slot(
            "times",
            if ratio < 1.75 {
                format!("about {} per cent of", numbers::rounded(ratio * 100.0))
            } else {
                numbers::times(ratio)
            },
        )
        .only()
        .into_iter()
        .filter(|_| ratio >= 1.75)
        .collect()
}

fn seat_fact<'a>(l: &Ledger<'a>) -> Option<(&'a places::Fact, (u8, Option<&'a str>))> {
    l.one(|d| match d {
        Datum::Seat { order, of } => Some((*order, of.as_deref())),
        _ => None,
    })
}

fn seat_without_size<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((fact, (order @ 1.., Some(of)))) = seat_fact(l) else {
        return Vec::new();
    };
    if of == l.brief.name {
        return Vec::new();
    }
    let rank = if order == 1 {
        l.region_rank()
            .map(|r| (r, l.brief.region.unwrap_or_default().to_owned()))
    } else {
        l.country_rank().map(|r| (r, l.country()))
    };
    let Some((rank, frame)) = rank.filter(|(r, _)| r.rank >= 3) else {
        return Vec::new();
    };
    Found::new(0.3 + ratio_worth(f64::from(rank.rank)) * 0.5)
        .cite("seat", &[fact])
        .lean("rank", &[rank.fact])
        .slot("of", of)
        .slot("frame", frame)
        .slot("rank_no", super::rank::in_row(rank.rank))
        .slot("rank", super::rank::in_row(rank.rank))
        .slot("rank_ordinal", numbers::ordinal(u64::from(rank.rank)))
        .only()
}

fn seat<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((fact, (1.., Some(of)))) = seat_fact(l) else {
        return Vec::new();
    };
    // A seat of what bears its own name is told by the sentences of a capital alone.
    if of == l.brief.name {
        return Vec::new();
    }
    Found::new(0.2).cite("seat", &[fact]).slot("of", of).only()
}

fn national_capital<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let (Some((fact, (0, _))), Some(rank)) = (seat_fact(l), l.country_rank()) else {
        return Vec::new();
    };
    let answer = if rank.rank == 1 {
        "Yes, number one in people as well".to_owned()
    } else {
        format!(
            "No, by people it is number {}",
            numbers::cardinal(u64::from(rank.rank))
        )
    };
    let found = Found::new(0.3)
        .cite("seat", &[fact])
        .lean("country", &[rank.fact])
        .slot("largest_answer", answer);
    let found = if rank.rank > 1 {
        found.slot("rank_no", super::rank::in_row(rank.rank))
    } else {
        found
    };
    found.only()
}
