//! Openings from the globe: light, noon, latitude, the far end.

use places::Datum;

use super::super::{Found, Group, Move, globe::NEAR_KM, light::long_and_short};
use crate::{ledger::Ledger, numbers, theme::Theme, wording};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "H12",
        group: Group::Sky,
        themes: &[Theme::Sky],
        essential: 0.15,
        titles: &["Two days", "June against December", "A day that stretches", "The long day and the short one"],
        find: two_days,
        skeletons: &[
            "H: Two days in the year of {place} are hardly the same thing. [f]
             A: Which two?
             H: The solstice in {dark_month} and the one in {light_month}. I will give you one of them: {short}. [f]
             ---
             A: You kept the other day of the year from me. [-]
             H: The solstice in {light_month}: daylight lasts {long}. [f]
             A: Two days, and {gap} between them. [f]",
            "A: How long is a day in {place}?
             H: It depends on who asks, and when. In {dark_month} the answer is {short}. [f]
             A: And otherwise?
             H: Hold on to that. [-]
             ---
             A: So, once more: how long is a day in {place}?
             H: At the solstice in {light_month}, {long} of daylight. [f]
             A: And {gap} less at the other end of the year. [f]",
            "H: The sun keeps two promises to {place}, a short one and a long one. [f]
             A: The short one first. [-]
             H: {Short} of daylight, at the solstice in {dark_month}. [f]
             ---
             A: What about the long promise of the sun?
             H: {Long}, at the solstice in {light_month}. [f] The short one, the long one, and {gap} in between. [f]",
            "H: The day in {place} is elastic. [f] Pulled tight, it measures {short}, at the {dark_month} solstice. [f]
             A: And let out?
             H: We will let it out at the end. [-]
             ---
             A: The day was elastic, you said. Let it out. [-]
             H: At the {light_month} solstice it measures {long}. [f]
             A: Elastic by {gap}. [f]",
            "A: If daylight were money, when would {place} be rich?
             H: In {light_month}. How rich, I will tell you when we have counted the rest. [f]
             ---
             A: Daylight as money: how rich was {place}, in {light_month}?
             H: Rich by {long} at the solstice. [f] In {dark_month} it has {short}. [f]
             A: And {gap} of daylight make the difference. [f]",
            "H: Somewhere between {dark_month} and {light_month}, {place} finds {gap} of daylight. [f]
             A: It finds them where?
             H: In the mornings and in the evenings. The totals come last. [-]
             ---
             A: Those hours of daylight that it finds, what do they add up to?
             H: From {short} at the {dark_month} solstice. [f] To {long} in {light_month}. [f]
             A: Found, and lost again by {dark_month}. [-]",
            "A: Which is longer in {place}, the {dark_month} day or the {dark_month} night?
             H: The night, and not by a little. The day has {short} at the solstice. [f]
             A: Does it ever get its own back?
             H: It does, and you will hear how. [-]
             ---
             A: The night had {dark_month}. How does the day get its own back?
             H: In {light_month}, with {long} of daylight at the solstice. [f]
             A: The night gives it back, then takes it again. [-]",
        ],
    },
    Move {
        id: "H14",
        group: Group::Clock,
        themes: &[Theme::Sky],
        essential: 0.15,
        titles: &["Noon is late", "Twelve o'clock and noon", "The clock and the sun", "Two noons"],
        find: noon_gap,
        skeletons: &[
            "H: When the clock in {place} strikes twelve in mid-January, the sun is not impressed. [f]
             A: Is it early or late?
             H: {Early_late}. By how much, I keep for the end. [f]
             ---
             A: The clock strikes twelve, and the sun?
             H: In mid-January it is highest {lag} {before_after} that. [f]
             A: So there is another noon, and the clock does not name it. [f]",
            "A: When is it noon in {place}?
             H: Twice. Once by the clock, and once by the sun. [f]
             A: How far apart are the two?
             H: First the place, then the minutes. [-]
             ---
             A: You still owe me minutes: how far apart are the two noons?
             H: {Lag} in mid-January, and the sun comes {order}. [f]
             A: Once by the clock, and once by the sun. [f]",
            "H: There is a gap in each mid-January day of {place}, between the clock and the sun. [f]
             A: A wide one?
             H: You can judge it at the end. [-]
             ---
             H: Now the gap of each mid-January day, between the clock and the sun: {lag}. [f]
             A: And who is ahead?
             H: The {ahead}. [f]",
            "A: Could the clock in {place} be wrong?
             H: Not wrong. It just does not agree with the sun. [f]
             A: By how much?
             H: That is the sum at the end. [-]
             ---
             A: Do the sum: how far does the clock disagree with the sun?
             H: {Lag}, in mid-January. [f] The {ahead} is ahead. [f]
             A: Not wrong, then, just not in agreement. [-]",
            "H: A shadow in {place} knows something that the clock does not. [f]
             A: What does a shadow know?
             H: When it is noon by the sun. We will compare notes later. [-]
             ---
             A: Let us hear the shadow against the clock. [-]
             H: In mid-January the shadow shrinks to its noon length {lag} {before_after} twelve. [f]
             A: So the shadow knew. [-]",
            "A: Who decides when it is noon in {place}, the sun or the law?
             H: Both, and they do not agree. [f] By how much comes later. [-]
             ---
             A: Sun against law: how large is the quarrel about noon?
             H: In mid-January, {lag}. [f]
             A: And which one is first?
             H: The {ahead}. [f]",
            "H: In {place}, midday is not in the middle of the day by the clock. [f]
             A: Then where is the middle?
             H: Off to one side. How far, you get at the end. [-]
             ---
             A: Midday was off to one side. How far?
             H: In mid-January, the sun is highest {lag} {before_after} twelve. [f]
             A: That is where the middle of the day went. [-]",
            "H: Somebody in {place} with a sundial and somebody with a watch would miss each other. [f]
             A: By long?
             H: Long enough to be worth a number, later. [-]
             ---
             A: The sundial and the watch: by how much do they miss each other?
             H: By {lag} in mid-January. [f] The watch is {watch}. [f]
             A: I will bring both the sundial and the watch. [-]",
        ],
    },
    Move {
        id: "H17",
        group: Group::Sky,
        themes: &[Theme::Map, Theme::Sky],
        essential: 0.1,
        titles: &["The same line", "A line around the globe", "One more on the line", "Neighbours by latitude"],
        find: same_line,
        skeletons: &[
            "H: A line runs through {place}, and nobody can trip over it. [-]
             A: What sort of line?
             H: A latitude. It comes by another place, far off, that we will name. [f]
             ---
             A: The line through {place}: where else does it go?
             H: To {other}, in {abroad}. The latitude is nearly the same. [f]
             A: Two places, one line, and nobody trips. [-]",
            "A: What can {place} possibly share with a city of {other_people} people? [f]
             H: A line. Exactly which city, you will hear at the end. [f]
             ---
             H: The city that shares the line is {other}. [f]
             A: In {abroad}? What do they have in common?
             H: The latitude: as far from the equator as {place}, or nearly. [f]",
            "H: {place} has a twin in a country of its own. [f]
             A: Then why a twin?
             H: The globe says so. The name comes last. [-]
             ---
             A: The name of the twin, please. [-]
             H: {other}, in {abroad}: nearly the same latitude. [f]
             A: A twin by the globe, at least. [f]",
            "A: If you could travel from {place} without going a step north or south, whom would you visit?
             H: There is one address worth knowing. It is a city of {other_people} people. [f]
             ---
             A: No step north, no step south: whom do I visit?
             H: {other}, in {abroad}, on nearly the same latitude. [f]
             A: And not one step off the line from {place}. [-]",
            "H: The noon sun stands over {place} at some angle, and at nearly the same one over a city far away. [f]
             A: How far away?
             H: Another country. Its name comes at the end. [-]
             ---
             A: Over which other city does the noon sun stand like this?
             H: {other}, in {abroad}. [f]
             A: One angle of sun, two names. [-]",
            "H: Lay a ruler across a globe at {place}, level with the equator. [-]
             A: And read off what?
             H: A second name, for later. It has {other_people} people. [f]
             ---
             A: You left a ruler on the globe. [-]
             H: Then read off the second name: {other}, in {abroad}. [f]
             A: Level with {place}, or nearly. [f]",
            "A: Who would notice if {place} were turned around the globe, with the sun left where it is?
             H: Less than you think, in one city at least. [-]
             ---
             A: Turn the globe until {place} meets its match. [-]
             H: It meets {other}, in {abroad}: nearly the same latitude. [f]
             A: A match under the sun, at least. [-]",
        ],
    },
    Move {
        id: "H19",
        group: Group::Sky,
        themes: &[Theme::Map, Theme::Sky],
        essential: 0.15,
        titles: &["A question to carry", "The far end", "Straight through", "The other end of the line", "Opposite {place}"],
        find: far_end,
        skeletons: &[
            "A: If you already live in {place}, where is the far end of the world?
             H: It has an answer, and the answer has a name. Carry the question with you. [f]
             ---
             A: I have carried the question far enough. Where is the far end?
             H: Run a line from {place} through the centre of the Earth. [f] The listed place nearest to where it comes out is {other}, in {abroad}. [f]
             A: Then, seen from {other}, the far end of the world is about here. [f]",
            "H: Every place has an opposite: a point straight through the Earth. [f] The one that belongs to {place} has a neighbour with a name. [f]
             A: What is it called?
             H: Later. First we need to know the place at this end. [-]
             ---
             A: You promised me the opposite, straight through the Earth. [-]
             H: {other}, in {abroad}, about {off} from the exact point. [f]
             A: That is the name at the other end. [f]",
            "A: {?near} Suppose a line went from {place} straight through the centre of the Earth. Where would it come out?
             H: I know, and I will not say yet. [-]
             ---
             H: Now for the line through the centre of the Earth. [-]
             A: Where does it come out?
             H: Nearest to {other}, in {abroad}, give or take {off_bare}. [f]
             A: So {place} and {other} hold the ends of one line. [f]",
            "H: {?near} Somewhere on this planet there is a place whose floor faces the floor of {place}. [f]
             A: Whose floor?
             H: It is on our list, and it gets the last word. [f]
             ---
             A: Now for the floor on the other side of the planet. [-]
             H: The nearest listed place to that point is {other}, in {abroad}. [f]
             A: Floor to floor, {place} and {other}. [f]",
            "H: {?near} Drop a plumb line in {place}, and let it run on past the centre of the Earth. [f]
             A: And the end of the line?
             H: Comes up near a place I will name at the end. [f]
             ---
             A: Your plumb line is still running. [-]
             H: It is through: the nearest name is {other}, in {abroad}. [f]
             A: And a plumb line from {other} would point about here. [f]",
            "A: How far from {place} can a person get without leaving the Earth?
             H: There is a limit, and near that limit there is a name. [f]
             ---
             A: I asked how far from {place} a person can get. [-]
             H: To the point on the other side of the Earth, about {off} from {other}, in {abroad}. [f]
             A: Any further, and you are on the way back. [-]",
            "H: What is up in {place} is down in another place, and the other way round. [f]
             A: Which other place?
             H: Let it hang there until the end. [-]
             ---
             A: Up here, down there: which place did you mean?
             H: {other}, in {abroad}, or the listed place nearest to that spot. [f]
             A: So down there, they would call this the other way round. [-]",
        ],
    },
];

fn two_days<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((fact, (june, december))) = l.daylight() else {
        return Vec::new();
    };
    let (light, dark) = (june.max(december), june.min(december));
    if light - dark < 6.0 || dark < 0.3 || light > 23.7 {
        return Vec::new();
    }
    long_and_short((light - dark - 6.0) / 10.0 + 0.1, fact, (june, december)).only()
}

fn noon_gap<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        // Wide enough to be there all year: the sun of November is 25 minutes earlier than that of mid-January.
        Datum::ClockLag { min } if *min >= 34 || *min <= -25 => Some(*min),
        _ => None,
    });
    let Some((fact, min)) = read else {
        return Vec::new();
    };
    let late = min > 0;
    Found::new((min.abs() as f32 / 120.0).min(1.0))
        .cite("f", &[fact])
        .slot(
            "lag",
            format!("about {}", numbers::minutes(u64::from(min.unsigned_abs()))),
        )
        .slot(
            "early_late",
            if late {
                "The sun is late"
            } else {
                "The sun is early"
            },
        )
        .slot("before_after", if late { "after" } else { "before" })
        .slot("order", if late { "second" } else { "first" })
        .slot("watch", if late { "fast" } else { "slow" })
        .slot("ahead", if late { "clock" } else { "sun" })
        .only()
}

fn same_line<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let all = l.each(|d| match d {
        Datum::LatitudeTwin(other) => Some(other),
        _ => None,
    });
    all.into_iter()
        .filter_map(|(fact, other)| {
            let people = other.people?;
            Some(
                Found::new(0.15)
                    .cite("f", &[fact])
                    .slot("other", other.name.clone())
                    .slot("abroad", wording::country(&other.country))
                    .slot("people_count", numbers::rounded(f64::from(people)))
                    .slot("other_people", numbers::about(f64::from(people))),
            )
        })
        .take(1)
        .collect()
}

fn far_end<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::Antipode { other, off_km } if *off_km < 400.0 => Some((other, *off_km)),
        _ => None,
    });
    let Some((fact, (other, off))) = read else {
        return Vec::new();
    };
    Found::new(if off < 150.0 { 0.7 } else { 0.15 })
        .cite("f", &[fact])
        .slot("other", other.name.clone())
        .slot("abroad", wording::country(&other.country))
        .flag("near", off < NEAR_KM)
        .slot("off", format!("{} kilometres", numbers::rounded(off)))
        .slot(
            "off_bare",
            format!("about {} kilometres", numbers::rounded(off)),
        )
        .only()
}
