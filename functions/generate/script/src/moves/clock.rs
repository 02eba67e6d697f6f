//! Hours and zones.

use places::Datum;

use super::{Found, Group, Move};
use crate::{ledger::Ledger, numbers, theme::Theme, wording::month};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "M14",
        group: Group::Clock,
        themes: &[Theme::Sky],
        essential: 0.3,
        titles: &["Noon, {lag} off", "The clock against the sun", "When twelve is not noon", "The sun keeps its own time"],
        find: lag,
        skeletons: &[
            "A: Is noon at noon?
             H: Not in mid-January: the sun is highest {lag} {side} the clock strikes twelve. [f]",
            "H: The clock says noon. [-] In mid-January the sun needs {lag} {more_less}. [f]
             A: Who is right?
             H: Each of them, about its own noon. [-]",
            "A: Does the clock agree with the sun?
             H: In mid-January they differ by {lag}, and the {ahead} is ahead. [f]",
            "H: <Look at|Wait for> the mid-January sun at its highest. Then look at the clock. [-] They are {lag} apart. [f]
             A: And which comes first?
             H: The {ahead}. [f]",
            "H: In mid-January, noon by the sun comes {lag} {side} noon by the clock. [f]
             A: So a sundial would start an argument. [-]",
            "A: <Could I trust a sundial?|What if my watch stopped and I had just the sun?>
             H: In mid-January it would be {lag} off. [f]
             A: <Fast or slow?|Which one leads?>
             H: The {ahead} is ahead. [f]",
            "H: {Lag}: so far apart are clock noon and sun noon here in mid-January. [f]
             A: <A long lunch.|Lunch by which of the two?> [-]",
            "H: Set a stick in the ground and wait for its shortest shadow. [-] In mid-January that comes {lag} {side} twelve. [f]",
            "A: When the clock strikes noon in {place}, is the sun at its best?
             H: In mid-January it peaks {lag} {side} that. [f]",
            "H: A watch and a shadow disagree in {place}. [-] In mid-January they differ by {lag}. [f]
             A: Whom do people believe?
             H: For trains, the watch. [-] The {ahead} is the one that is ahead. [f]",
            "A: Would a farmer from before clocks be on time?
             H: In mid-January he would be off by {lag}. [f]",
            "H: The sun does not read the clock. [-] In mid-January its noon is {lag} {side} that of the clock. [f]",
            "A: What does the clock get wrong?
             H: It is not wrong, it is agreed on. [-] The sun's noon in mid-January comes {lag} {side} it. [f]",
            "H: The clock makes a promise at noon. [f] In mid-January the sun keeps it {lag} {side} the stroke. [f]
             A: <Nobody writes in to complain.|Some people are like that too.> [-]",
            "A: Where does the sun stand, in mid-January, when the clock says noon?
             H: {Lag} away from its highest point. [f]",
        ],
    },
    Move {
        id: "M14.zone",
        group: Group::Clock,
        themes: &[Theme::Sky, Theme::Map],
        essential: 0.3,
        titles: &["A clock named after {zone}", "Borrowed time", "The clock from {zone}"],
        find: borrowed_zone,
        skeletons: &[
            "A: <Whose clock do they use?|What time do they keep?>
             H: The time zone database files it under {zone}. [f]
             A: <Do January and July agree?|Does it change?>
             H: {summer}. [f]",
            "H: The clock here has the name of another place: {zone}. [f]
             A: Does it change <with the season|within the year>?
             H: {Summer}. [f]",
            "H: Even the time has an address: the zone is called after {zone}. [f]
             A: Then the clock <travelled to get here|came from elsewhere>. [-]",
            "A: What is the name of the time zone?
             H: {zone}, in the database that computers use. [f] {Summer}. [f]",
            "H: Set a computer to the time of {place}, and it will show you the word {zone}. [f]
             A: <Is there a reason?|Why that name?>
             H: <The database gives a name, not a reason.|The list says no more.> [-]",
            "A: <Is the clock a local one?|Where does the clock come from?>
             H: By name, it comes from {zone}. [f]",
            "H: {zone}, says the time zone database when you ask for {place}. [f]
             A: <Summer and winter alike?|And in July?>
             H: {Summer}. [f]",
            "A: Who sets the watch in {place}?
             H: {zone} does, if you believe the name of the zone. [f]",
            "H: On paper, {place} lives on the time of {zone}. [f]",
            "A: When I change my phone to local time, what will it say?
             H: {zone}. [f] {Summer}. [f]",
            "H: The time zone has a name, and the name is not {place}. It is {zone}. [f]
             A: <Hard luck.|Somebody had to be it.> [-]",
            "A: Do they turn the clock?
             H: {Summer}. [f] The zone is the one called {zone}. [f]",
        ],
    },
    Move {
        id: "M15",
        group: Group::Clock,
        themes: &[Theme::Sky],
        essential: 0.4,
        titles: &["Half past everything", "An odd zone", "Minutes in the zone"],
        find: odd_offset,
        skeletons: &[
            "H: Most zones are whole hours from Greenwich. [-] This one is off by {minutes}. [f]
             A: So the minute hands do not even agree with Greenwich?
             H: As the time zone database has it, no. [f]",
            "A: What time is it there when it strikes the hour in Greenwich?
             H: Not the hour: add {minutes} to some number of hours. [f]",
            "H: Call from Greenwich on the hour, and here the minute hand shows something else: off by {minutes}. [f]
             A: <A clock with opinions.|So two watches never match.> [-]",
        ],
    },
    Move {
        id: "M16",
        group: Group::Clock,
        themes: &[Theme::Sky, Theme::History],
        essential: 0.6,
        titles: &["{minutes_title}", "Minutes of its own", "The time it gave up"],
        find: local_time,
        skeletons: &[
            "H: Time itself was once local. [-] {place} kept its own, {minutes} {side} Greenwich. [f]
             A: When did it give that up?
             H: In {month}, {year}. [f]",
            "A: Has it ever had a time of its own?
             H: Until {year}. [f] It ran {minutes} {side} Greenwich. [f]",
            "H: In {month}, {year}, {place} put away its own time. [f]
             A: What was special about it?
             H: It was {minutes} {side} Greenwich, and it belonged to this place. [f]",
            "H: Before {year}, {place} had a noon to itself. [f] It came {minutes} {side} that of Greenwich. [f]",
            "A: What did the railway, the ship or the law take away from {place}?
             H: Of its clock we know this: until {year} it ran {minutes} {side} Greenwich. [f]",
            "H: {Minutes}: such was the gap between {place} and Greenwich, while {place} kept its own time. [f]
             A: Until when?
             H: Until {year}. [f]",
            "A: Did this place ever set its own watch?
             H: It did, {minutes} {side} Greenwich. [f] In {year} that was over. [f]",
            "H: A clock from before {year} would show another time in {place}. [f]
             A: How wrong would it be?
             H: Not wrong: local. [-] It stood {minutes} {side} Greenwich. [f]",
            "A: Whose noon did they use, before there were zones?
             H: Their own. [-] It was {minutes} {side} Greenwich, until {year}. [f]",
        ],
    },
];

pub(super) fn lag<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::ClockLag { min } if min.abs() >= 8 => Some(*min),
        _ => None,
    });
    let Some((fact, min)) = read else {
        return Vec::new();
    };
    let late = min > 0;
    Found::new((min.unsigned_abs() as f32 / 110.0).min(1.0))
        .cite("f", &[fact])
        .slot(
            "lag",
            format!("about {}", numbers::minutes(u64::from(min.unsigned_abs()))),
        )
        .slot("side", if late { "after" } else { "before" })
        .slot("more_less", if late { "more" } else { "less" })
        .slot("ahead", if late { "clock" } else { "sun" })
        .only()
}

pub(super) fn borrowed_zone<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::Clock {
            zone_city,
            is_zone_city: false,
            january_min,
            july_min,
            ..
        } => Some((zone_city, january_min != july_min)),
        _ => None,
    });
    let Some((fact, (zone, changes))) = read.filter(|(_, (zone, _))| {
        [
            l.brief.name,
            l.brief.country,
            l.brief.region.unwrap_or_default(),
        ]
        .iter()
        .all(|known| crate::rubric::reading::fold(zone) != crate::rubric::reading::fold(known))
    }) else {
        return Vec::new();
    };
    Found::new(0.15)
        .cite("f", &[fact])
        .slot("zone", zone.replace('_', " "))
        .slot("summer", if changes { "<January and July have different hours|It moves between January and July|In July the clock is set differently than in January>" } else { "<January and July have the same hour|It stays put, January and July alike|July keeps the hour of January>" })
        .only()
}

fn odd_offset<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::Clock { january_min, .. } if january_min % 60 != 0 => Some(*january_min),
        _ => None,
    });
    let Some((fact, min)) = read else {
        return Vec::new();
    };
    Found::new(0.7)
        .cite("f", &[fact])
        .slot(
            "minutes",
            numbers::minutes(u64::from(min.unsigned_abs() % 60)),
        )
        .only()
}

fn local_time<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::LocalMeanTime {
            ahead_s,
            until_year,
            until_month,
        } => Some((*ahead_s, *until_year, *until_month)),
        _ => None,
    });
    let Some((fact, (ahead, until, in_month))) =
        read.filter(|(_, (ahead, ..))| ahead.unsigned_abs() >= 60)
    else {
        return Vec::new();
    };
    let min = u64::from(ahead.unsigned_abs() / 60);
    let span = if min < 90 {
        numbers::minutes(min)
    } else {
        numbers::hours(min as f64 / 60.0)
    };
    Found::new(0.7)
        .cite("f", &[fact])
        .slot("minutes", format!("about {span}"))
        .slot("minutes_title", crate::wording::capitalised(&span))
        .slot("side", if ahead > 0 { "ahead of" } else { "behind" })
        .slot("month", month(in_month))
        .slot(
            "year",
            numbers::year(u32::try_from(until).unwrap_or_default()),
        )
        .only()
}
