//! Daylight, and the sun overhead.

use places::{Datum, Fact};

use super::{Found, Group, Move};
use crate::{ledger::Ledger, numbers, theme::Theme};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "M12",
        group: Group::Sky,
        themes: &[Theme::Sky],
        essential: 0.5,
        titles: &["June light, December light", "How long a day is", "Hours of light", "The long day"],
        find: daylight,
        skeletons: &[
            "A: How long does the sun stay up in {dark_month}?
             H: {Short} at the solstice. [f]
             A: And half a year later?
             H: {Long}. [f]",
            "H: At the {light_month} solstice the daylight lasts {long}. [f]
             A: And at the other one?
             H: {Short}. [f] The year <swings|moves> by {gap}. [f]",
            "H: Between the two solstices the day changes its length by {gap}. [f]
             A: Which one is the long one?
             H: The one in {light_month}, with {long}. [f]",
            "A: When would you visit, if you wanted light?
             H: {Light_month}. At the solstice there are {long} of it. [f]
             A: And if I wanted darkness?
             H: {Dark_month}, when the day is over after {short}. [f]",
            "H: Save candles in {light_month}, spend them in {dark_month}. [f]
             A: How short is the short one?
             H: {Short}. [f]",
            "A: Give me the shortest day of the year. [-]
             H: {Short} of daylight. [f] It comes at the solstice in {dark_month}. [f]
             A: I will take the longest instead. [-]
             H: Then come in {light_month}: {long}. [f]",
            "H: A {dark_month} day here is used up after {short}. [f]
             A: <And who makes up for it?|Is that made good later?>
             H: {Light_month} does, with {long} at the solstice. [f]",
            "A: How much daylight does {light_month} <have|bring>?
             H: At the solstice, {long}. [f] {Dark_month} has to manage with {gap} less. [f]",
            "H: The year in {place} <breathes|stretches>: {short} of light at one solstice, and more at the other. [f]
             A: How much more?
             H: {Gap}. [f]",
            "A: <Lights on, lights off:|On and off:> when does the sun keep which hours? [-]
             H: In {light_month}, {long} at the solstice. [f] In {dark_month}, {short}. [f]",
            "H: {Gap}: that is what the day in {place} loses between {light_month} and {dark_month}. [f]
             A: Down to what?
             H: {Short}. [f]",
            "A: Would I need a lamp in {dark_month}?
             H: For a good part of the clock, yes: the daylight is gone after {short}. [f]",
            "H: Around the {light_month} solstice an evening in {place} comes late. [-] The sun stays {long}. [f]
             A: <Somebody pays for that.|At what price?>
             H: The bill comes in {dark_month}: {short}. [f]",
            "A: How does the year treat a sunbather there?
             H: Generously in {light_month}, with {long} at the solstice. [f] In {dark_month} there is {gap} less. [f]",
            "H: Farmers and street lamps know this number. [-] {Short} of daylight at the {dark_month} solstice. [f]
             A: And the number for {light_month}?
             H: {Long}. [f]",
            "A: Is a day a day, all year round?
             H: The clock says so. The sun gives {long} at one solstice. [f] At the other it gives {short}. [f]",
            "H: In {place} a midwinter day and a midsummer day differ by {gap}. [f]
             A: <You could fit a film into that.|A working day, nearly, or a nap.> [-]",
            "A: What would a sundial in {place} do in {dark_month}?
             H: Work {short}, and rest. [f] In {light_month} it works {long}. [f]",
        ],
    },
    Move {
        id: "M12.even",
        group: Group::Sky,
        themes: &[Theme::Sky],
        essential: 0.4,
        titles: &["A year of even days", "Where days keep their length", "Minutes, not hours"],
        find: even_days,
        skeletons: &[
            "H: From solstice to solstice the day here changes by {gap}. [f]
             A: From which length?
             H: From {short} at the one solstice. [f]",
            "A: Do the evenings get shorter in winter?
             H: By very little. Between the two solstices the difference is {gap}. [f]",
            "A: How different are June and December here?
             H: By daylight, {gap}. [f] The shorter of the two days still has {short}. [f]",
            "H: You could set your life by the length of the day. [-] It moves by {gap} between the solstices. [f]
             A: The equator cannot be far. [-]",
            "A: <Is there a dark season?|Long nights at some time of the year?>
             H: The shorter solstice still has {short} of daylight. [f]",
            "H: {Gap}: the whole quarrel between June and December, in daylight. [f]
             A: <A short quarrel.|They could split the difference.> [-]",
        ],
    },
    Move {
        id: "M12.polar",
        group: Group::Sky,
        themes: &[Theme::Sky],
        essential: 0.8,
        titles: &["A day without end", "No sunset", "The sun that stays"],
        find: polar,
        skeletons: &[
            "A: When does the sun set in {light_month}?
             H: At the solstice it does not: the daylight lasts all twenty-four hours. [f]",
            "H: At the solstice in {light_month}, the day here lasts twenty-four hours. [f]
             A: And the night?
             H: It has to wait. [-]",
            "H: In {light_month} the solstice brings a day of twenty-four hours. [f]
             A: <Curtains, then.|And how do you sleep?> [-]",
        ],
    },
    Move {
        id: "M13",
        group: Group::Sky,
        themes: &[Theme::Sky],
        essential: 0.3,
        titles: &["Straight overhead", "Noon without a shadow", "Twice a year"],
        find: overhead,
        skeletons: &[
            "A: Is there anything odd about noon here?
             H: Twice a year the sun stands straight overhead. [f]
             A: And your shadow?
             H: It has nowhere to go but under your feet. [f]",
            "H: On two days of the year the noon sun is exactly above {place}. [f]
             A: Why two?
             H: Once on its way north, once on its way south: this is the tropics. [f]",
            "H: Stand a pole upright in {place}, and twice a year it throws no shadow at noon. [f]
             A: You would have to know the day. [-]",
            "A: Does the sun ever look straight down on {place}?
             H: Twice a year, at noon. [f]",
            "H: Twice a year a well in {place} has the noon sun on its floor, if the well is straight. [f]
             A: <And the well is patient.|I would like to see that.> [-]",
            "A: Where does my shadow go at noon?
             H: Two times a year, nowhere: the sun is overhead. [f]",
            "H: In {place} the sun crosses the top of the sky twice a year. [f]",
            "A: Which way does a shadow point at noon?
             H: That changes. Twice a year it has no direction, with the sun overhead. [f]",
            "H: Lamp posts in {place} lose their shadows twice a year. [f]
             A: <For how long?|All of them?>
             H: Around noon, while the sun stands overhead. [f]",
        ],
    },
];

fn daylight<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((fact, (june, december))) = l.daylight() else {
        return Vec::new();
    };
    let (light, dark) = (june.max(december), june.min(december));
    if light - dark < 1.5 || light > 23.7 || dark < 0.3 {
        return Vec::new();
    }
    long_and_short(((light - dark) - 4.0) / 10.0, fact, (june, december)).only()
}

/// The hours of the longest and the shortest day, and which month has which.
pub(super) fn long_and_short<'a>(
    worth: f64,
    fact: &'a Fact,
    (june, december): (f64, f64),
) -> Found<'a> {
    let (light, dark) = (june.max(december), june.min(december));
    let north = june > december;
    // Whoever does the sum of the two days that are told gets what is told.
    let told = |hours: f64| (hours * 4.0).round() / 4.0;
    Found::new(worth as f32)
        .cite("f", &[fact])
        .slot("short", format!("about {}", numbers::hours(dark)))
        .slot("long", format!("about {}", numbers::hours(light)))
        .slot(
            "gap",
            format!("about {}", numbers::hours(told(light) - told(dark))),
        )
        .slot("light_month", if north { "June" } else { "December" })
        .slot("dark_month", if north { "December" } else { "June" })
}

fn even_days<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((fact, (june, december))) = l.daylight() else {
        return Vec::new();
    };
    let gap = (june - december).abs();
    if gap >= 1.5 {
        return Vec::new();
    }
    let minutes = (gap * 60.0).round();
    Found::new((1.5 - gap) as f32 * 0.4)
        .cite("f", &[fact])
        .slot(
            "gap",
            if minutes < 2.0 {
                "hardly a minute".to_owned()
            } else {
                format!("about {} minutes", numbers::rounded(minutes))
            },
        )
        .slot(
            "short",
            format!("about {}", numbers::hours(june.min(december))),
        )
        .only()
}

fn polar<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((fact, (june, december))) = l
        .daylight()
        .filter(|(_, (june, december))| june.max(*december) > 23.9)
    else {
        return Vec::new();
    };
    Found::new(0.9)
        .cite("f", &[fact])
        .slot(
            "light_month",
            if june > december { "June" } else { "December" },
        )
        .only()
}

fn overhead<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| matches!(d, Datum::SunOverhead).then_some(()));
    read.map(|(fact, ())| Found::new(0.2).cite("f", &[fact]))
        .into_iter()
        .collect()
}
