//! The end of a list, or nearly.

use places::Datum;

use super::{Found, Group, Move};
use crate::{ledger::Ledger, numbers, theme::Theme};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "M1",
        group: Group::Size,
        themes: &[Theme::Map, Theme::Nature],
        essential: 0.5,
        titles: &["The end of the list", "Where the page runs out", "Last line"],
        find: extreme,
        skeletons: &[
            "A: <A superlative, please.|Is it first at anything?>
             H: {?open} {Axis}, in {frame}, going by the list. [f]",
            "H: {?open} Take the list of {frame} and walk to the {end} end. [f]
             A: Who stands there?
             H: {place}, and there the list ends. [f]",
            "H: Sort {frame} from {start} to {end} and read the last line. [f]
             A: What does it say?
             H: {place}. [f] With one condition: only places of at least {least} people are on that list. [f]",
            "A: Is it first at anything?
             H: Among the places of {frame} with {least} people or more, it is the {axis}. [f]
             A: With that threshold. [-]
             H: With that threshold, and on this list. [-]",
            "H: Take {frame}. Keep the places with at least {least} people, and walk to the {end} end. [f]
             A: Who stands there?
             H: {place}, and nobody behind it. [f]",
            "H: {axis} in {frame}: <that title belongs to|the title goes to> {place}, if you count places from {least} people up. [f]
             A: <And below that?|Why the limit?>
             H: <Below that, the list is not complete.|Smaller places may be missing from the list.> [-]",
            "A: <A superlative, please.|One superlative?> [-]
             H: {Axis}. In {frame}, among places of at least {least} people. [f]",
        ],
    },
    Move {
        id: "M2",
        group: Group::Size,
        themes: &[Theme::Map, Theme::Size],
        essential: 0.4,
        titles: &["Second to {rival}", "Beaten by {rival}", "One name ahead"],
        find: nearly_extreme,
        skeletons: &[
            "A: Does it hold a record?
             H: {?open} Almost. On the list of {frame} it is the {rank} {axis}. [f]
             A: Who is in the way?
             H: {rival}. [f]",
            "H: There is a title that it does not have: {axis} in {frame}. [f]
             A: Who has it?
             H: {rival}. This one is {rank} on the same list, among places of at least {least} people. [f]",
            "A: So close to a title, and which one?
             H: {?open} The {axis} in {frame}. It comes {rank}, and {rival} leads. [f]",
            "H: On the list of {frame}, {rival} is the {axis}. [f]
             A: And {place}?
             H: {Rank}. [f] <The list begins at {least} people.|On it are places of {least} people and up.> [f]",
            "H: {Rank} {axis} of {frame}, for places with {least} people or more: that is {place}. [f]
             A: <Behind whom?|Who spoils it?>
             H: {rival}. [f]",
            "A: <Any medals?|Is there a podium for it?>
             H: {?open} For {axis} in {frame}, {rank}, with {rival} in front. [f]",
            "A: Silver, bronze, or nothing?
             H: On the list of {frame}, from {least} people up, {rank} {axis}. [f] {rival} is in front. [f]",
            "H: The title of {axis} in {frame} is taken. [f] {rival} has it. [f]
             A: And {place}?
             H: {Rank}, counting places from {least} people. [f]",
            "A: Close to a record, is it?
             H: {?open} {Rank} {axis} in {frame}: you can see {rival} from there, on the list at least. [f]",
            "H: {?open} Without {rival}, {place} would be a step closer to the title of {axis} in {frame}. [f]
             A: A step, not more?
             H: It is {rank} on that list. [f]",
            "A: Who beats it, and at what?
             H: {rival}, at being the {axis} in {frame}. [f] {place} is {rank}, if you count from {least} people. [f]",
        ],
    },
];

fn frame_name(frame: &places::Frame) -> String {
    match frame {
        places::Frame::World => "the world".to_owned(),
        places::Frame::Country(name) => crate::wording::country(name),
        places::Frame::Region(name) => name.clone(),
    }
}

fn axis_words(axis: places::Axis) -> (&'static str, &'static str, &'static str) {
    use places::Axis;
    match axis {
        Axis::Northernmost => ("northernmost", "south", "north"),
        Axis::Southernmost => ("southernmost", "north", "south"),
        Axis::Easternmost => ("easternmost", "west", "east"),
        Axis::Westernmost => ("westernmost", "east", "west"),
        Axis::Highest => ("highest", "low", "high"),
        Axis::Lowest => ("lowest", "high", "low"),
        Axis::Largest => ("largest", "small", "large"),
    }
}

fn extreme<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let all = l.each(|d| match d {
        Datum::Extreme {
            axis,
            frame,
            min_people,
            ..
        } if *axis != places::Axis::Largest => Some((*axis, frame, *min_people)),
        _ => None,
    });
    all.into_iter()
        .map(|(fact, (axis, frame, least))| {
            let (name, start, end) = axis_words(axis);
            Found::new(0.6)
                .cite("f", &[fact])
                .slot("frame", frame_name(frame))
                .slot("axis", name)
                .slot("start", start)
                .slot("end", end)
                .flag("open", least == 0)
                .bound(least)
        })
        .collect()
}

fn nearly_extreme<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let all = l.each(|d| match d {
        Datum::NearlyExtreme {
            axis,
            frame,
            min_people,
            rank,
            leader,
            ..
        } => Some((*axis, frame, *min_people, *rank, leader)),
        _ => None,
    });
    all.into_iter()
        .map(|(fact, (axis, frame, least, rank, leader))| {
            Found::new(0.4)
                .cite("f", &[fact])
                .slot("frame", frame_name(frame))
                .slot("axis", axis_words(axis).0)
                .flag("open", least == 0)
                .bound(least)
                .slot("rank", numbers::ordinal(u64::from(rank)))
                .slot("rival", leader.name.clone())
        })
        .collect()
}
