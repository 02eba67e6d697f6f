//! Light, latitude, the far side of the Earth.

use places::{Datum, Other};

use super::{Found, Group, Move};
use crate::{ledger::Ledger, numbers, theme::Theme, wording};

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
    Move {
        id: "M17",
        group: Group::Sky,
        themes: &[Theme::Map, Theme::Sky],
        essential: 0.3,
        titles: &["The same line as {other}", "Along the latitude", "Sharing a line", "On the line of {other}"],
        find: twin,
        skeletons: &[
            "A: <Who else is on that latitude?|Who shares the latitude?>
             H: {other}, in {abroad}. [f]",
            "H: Follow the latitude around the globe, and sooner or later you meet {other}, in {abroad}. [f]
             A: Would you have guessed that?
             H: From a map, perhaps. [-]",
            "A: Who is as far from the equator as {place}?
             H: {other}, or nearly so. [f]
             A: Which is where?
             H: In {abroad}. [f]",
            "H: On the globe, {place} and {other} stand on the same rung. [f]
             A: {other} in {abroad}? [f]
             H: That one. The latitude is nearly the same. [f]",
            "H: {other} is in {abroad}, and still it <gets|sees> the noon sun at the same height. [f]
             A: As {place}?
             H: They have the same latitude, or nearly. [f]",
            "A: Give me an unlikely relative. [-]
             H: By latitude, {other}, in {abroad}. [f]",
            "H: <Spin the globe|Turn the globe> and keep a finger at the height of {place}. [f]
             A: <Where does it stop?|What passes under it?>
             H: {other}, in {abroad}, among others. [f]",
            "A: <Where would the same sun shine?|Same sun, where else?>
             H: In {other}, for one. [f] That is in {abroad}. [f]",
            "H: {Abroad} has a place on this latitude, or nearly: {other}. [f]
             A: <Do they know?|Twinned?>
             H: <By the globe, at least.|By geometry alone.> [-]",
            "H: A sailor who kept the latitude of {place} could one day be in sight of {other}, in {abroad}. [f]",
            "A: Where could I go without changing the angle of the sun?
             H: As far as {other}, in {abroad}, for instance. [f]",
            "H: {other} is in {abroad}, and yet the two share a latitude, or nearly. [f]",
            "A: Take the ring around the globe that goes through {place}. What else is threaded on it?
             H: {other}, in {abroad}, or as good as. [f]",
            "H: When you think of {abroad}, think of {place} for once. [f] {other} is about as far from the equator. [f]",
            "A: Give the latitude another name. [-]
             H: You could call it the latitude of {other}, in {abroad}. [f]",
            "H: The line of latitude does not care about borders: on it, or close to it, you find {other}, in {abroad}. [f]
             A: <A line with taste for travel.|Far enough for a surprise.> [-]",
            "A: Which city has its noon shadow cut to the same length?
             H: {other}, in {abroad}, near enough. [f]",
        ],
    },
    Move {
        id: "M17.climate",
        group: Group::Sky,
        themes: &[Theme::Nature, Theme::Sky],
        essential: 0.3,
        titles: &["Same sun, other weather", "One latitude, two climates", "The same noon in {other}"],
        find: twin_climate,
        skeletons: &[
            "H: {other}, in {abroad}, is on <the same latitude, and gets the same angle of sun|nearly the same latitude>. [f]
             A: The same climate too?
             H: No. [-] The map says {theirs} there, and {ours} here. [f climate]",
            "A: Does the same latitude mean the same climate?
             H: Compare {other}, in {abroad}. [f] Same line, but {theirs}. [f]
             A: And {place}?
             H: {Ours}. [climate]",
            "H: Two places on one line: {place}, with the label {ours}, and {other}, with the label {theirs}. [f climate]
             A: So the sun does not decide alone. [-]",
            "A: If I go <sideways|along the latitude>, does the weather come along?
             H: Not to {other}, in {abroad}: the map calls it {theirs}. [f] Here it is {ours}. [climate]",
            "H: <Same noon sun, other map colour.|Equal sun, unequal maps.> [-] {other}, in {abroad}, is {theirs}. [f]
             A: And this side of the line?
             H: {Ours}. [climate]",
            "H: {other} <shares|has> the latitude, and the climate map gives it {theirs}. [f]
             A: <Not the same, then.|So a latitude promises little.> [-]",
            "A: Can two places share the sun and not the sky?
             H: {place} and {other} can. [f] There, in {abroad}, the map says {theirs}. [f] Here it says {ours}. [climate]",
            "H: <Slide|Move> {place} along its latitude to {other}, in {abroad}, and the map changes its label. [f climate]
             A: From what to what?
             H: From {ours}. [climate] To {theirs}. [f]",
            "A: How much does the latitude tell you about the weather?
             H: Ask {other}, in {abroad}, on nearly the same line: {theirs}. [f] And {place}: {ours}. [climate]",
            "H: The sun climbs to about the same height over {other}, in {abroad}. [f] The climate map still files that one under {theirs}. [f]
             A: And this one?
             H: Under {ours}. [climate]",
            "A: Suppose latitude were everything. Then what would {place} be like?
             H: Like {other}, in {abroad}: {theirs}. [f] It is {ours} instead. [climate]",
            "H: {Theirs}, says the map at {other}. [f] {Ours}, it says at {place}. [climate] And the latitude is nearly one and the same. [f]",
            "A: Find me a false twin. [-]
             H: {other}, in {abroad}. [f] By latitude a twin, by climate not: {theirs}. [f]",
        ],
    },
    Move {
        id: "M18",
        group: Group::Sky,
        themes: &[Theme::Map, Theme::Sky],
        essential: 0.2,
        titles: &["Across the equator", "The mirror line", "Summer there, winter here"],
        find: mirror,
        skeletons: &[
            "A: And on the other side of the equator?
             H: The matching latitude belongs to {other}, in {abroad}. [f]
             A: With the seasons the other way round. [-]",
            "H: As far on the other side of the equator lies {other}, in {abroad}. [f]
             A: Then its midsummer is the midwinter of {place}. [f]",
            "H: When days grow longer in {place}, they grow shorter in {other}, by the same measure. [f]
             A: Where is that?
             H: In {abroad}, as far from the equator, on the other side. [f]",
            "A: <Who has summer when it is winter here?|Whose seasons are ours turned over?>
             H: {other}, in {abroad}, as far from the equator on the other side. [f]",
            "H: Hold a mirror to the equator. [-] {place} would <see|show> {other}, in {abroad}, or something near it. [f]
             A: <With January for July.|Calendar reversed.> [-]",
            "H: {other} keeps the same distance from the equator, in {abroad}, on the opposite side. [f]",
            "A: Fold the calendar, January onto July. Whose page do I get?
             H: That of {other}, in {abroad}: as far from the equator, on the other side. [f]",
            "H: {place} has a counterpart beyond the equator: {other}, in {abroad}. [f]",
            "A: If I like the light here, but in the other half of the year?
             H: Then {other}, in {abroad}, as far across the equator. [f]",
            "H: In {other}, in {abroad}, they put on coats when {place} takes them off, if the sun alone decides. [f]
             A: <And does it?|A big if.> [-]",
            "A: Who is our opposite number across the equator?
             H: {other}, in {abroad}. [f]",
            "H: Count the steps from the equator to {place}, then take as many on the other side. [f] You come to about {other}, in {abroad}. [f]",
        ],
    },
    Move {
        id: "M19",
        group: Group::Sky,
        themes: &[Theme::Map],
        essential: 0.2,
        titles: &["Straight through the Earth", "The other end", "Under our feet"],
        find: antipode,
        skeletons: &[
            "A: <What is on the other side of the Earth?|And straight down?>
             H: The listed place nearest to that point is {other}, in {abroad}. [f]
             A: Near enough to shake hands?
             H: Off by {off}. [f]",
            "H: A line through the centre of the Earth, from {place} to the far side. [f]
             A: Where does it end?
             H: {Off} from {other}, in {abroad}. [f]",
            "H: If {other}, in {abroad}, had a cellar deep enough, it would point this way. [f]
             A: Exactly?
             H: Give or take {off}. [f]",
            "A: Name the place furthest from {place}. [-]
             H: On the list, close to the far end of the Earth, it is {other}. [f]
             A: In which country?
             H: In {abroad}. [f]",
            "H: Dig, and do not stop. [-] The closest listed place to where you come up is {other}, in {abroad}. [f]
             A: <Dry land?|Right at the hole?>
             H: {Off} from it. [f]",
            "A: Where would I be if I were standing on the soles of my own feet?
             H: Near {other}, in {abroad}. [f] Near means {off}. [f]",
            "H: The ground under {place} goes on for a while, and then it is the ground under the neighbourhood of {other}. [f]
             A: In which country?
             H: {Abroad}. [f]",
            "A: Who is asleep when {place} has noon?
             H: People around {other}, in {abroad}, more or less straight through the globe. [f]",
            "H: Take a globe and a knitting needle. [-] In at {place}, out again {off} from {other}. [f]
             A: And {other} is where?
             H: In {abroad}. [f]",
            "A: Is there land on the far side?
             H: I can tell you about the nearest name: {other}, in {abroad}, {off} from the spot. [f]",
            "H: {Abroad} is on the other side of the world, and for {place} that is nearly exact. [f] The point lies {off} from {other}. [f]",
            "A: If the Earth were glass, whom would they see below them in {place}?
             H: With good eyes, {other}, in {abroad}. [f]",
        ],
    },
    Move {
        id: "S1",
        group: Group::Sky,
        themes: &[Theme::Map],
        essential: 0.05,
        titles: &["Pole or equator", "Between pole and equator", "Where on the globe"],
        find: poles,
        skeletons: &[
            "A: Which is nearer, the pole or the equator?
             H: The {nearer}, with {near_km}. [f]
             A: And the other one?
             H: {Far_km}. [f]",
            "H: Between equator and pole one has to choose. [-] It is {near_km} to the {nearer}. [f]
             A: And to the {further}?
             H: {Far_km}. [f]",
            "H: {Near_km}: that is the way to the {nearer}. [f]
             A: And in the other direction?
             H: {Far_km} to the {further}. [f]",
            "A: How far is it to the equator?
             H: {Equator_km}. [f] To the {pole} it would be {pole_km}. [f]",
            "H: The {nearer} is the nearer of the two ends. [f]
             A: Equator or pole, <you mean|that is>?
             H: Yes. {Near_km} one way, and more the other. [f]",
            "A: <Warm end or cold end?|Which end of the hemisphere?>
             H: The {nearer} is closer: {near_km}. [f]",
            "A: <Draw me the long line, pole to equator.|Pole to equator, one long line.> Where on it are we? [-]
             H: {Near_km} from the {nearer}. [f] <That leaves|Which leaves> {far_km} to the other end. [f]",
            "H: <Walk|Sail|Fly> straight to the {nearer}, and the counter stops at {near_km}. [f]",
            "A: Does {place} belong to the cold half of the hemisphere or the warm one?
             H: By distance it leans to the {nearer}. [f] {Near_km} on that side. [f]
             A: <And a longer haul the other way.|The other way takes more patience.> [-]",
            "H: From the {pole} a straight line of {pole_km} ends in {place}. [f]
             A: <Keep going.|And if the line goes on?> [-]
             H: Then it meets the equator after {equator_km} more. [f]",
            "A: How far would a <penguin or a polar bear|bear or a penguin> have to come?
             H: {Pole_km}, from the {pole} itself. [f]",
            "H: {Equator_km} of globe lie between {place} and the equator. [f]",
            "A: <Guess the latitude for me, in kilometres.|I never understood degrees. In kilometres?> [-]
             H: {Equator_km} from the equator. [f] {Pole_km} from the {pole}. [f]",
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
    let north = june > december;
    Found::new((((light - dark) - 4.0) / 10.0) as f32)
        .cite("f", &[fact])
        .slot("short", format!("about {}", numbers::hours(dark)))
        .slot("long", format!("about {}", numbers::hours(light)))
        .slot("gap", format!("about {}", numbers::hours(light - dark)))
        .slot("light_month", if north { "June" } else { "December" })
        .slot("dark_month", if north { "December" } else { "June" })
        .only()
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

fn twins<'a>(l: &Ledger<'a>) -> Vec<(&'a places::Fact, &'a Other)> {
    l.each(|d| match d {
        Datum::LatitudeTwin(other) => Some(other),
        _ => None,
    })
}

fn twin<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    twins(l)
        .into_iter()
        .map(|(fact, other)| {
            Found::new(0.2)
                .cite("f", &[fact])
                .slot("other", other.name.clone())
                .slot("abroad", wording::country(&other.country))
        })
        .collect()
}

fn twin_climate<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((climate, (ours, _))) = l.climate() else {
        return Vec::new();
    };
    twins(l)
        .into_iter()
        .filter_map(|(fact, other)| {
            let theirs = other.climate.as_deref().filter(|theirs| *theirs != ours)?;
            Some(
                Found::new(0.35)
                    .cite("f", &[fact])
                    .lean("climate", &[climate])
                    .slot("other", other.name.clone())
                    .slot("abroad", wording::country(&other.country))
                    .slot("theirs", theirs)
                    .slot("ours", ours),
            )
        })
        .collect()
}

fn mirror<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::MirrorTwin(other) => Some(other),
        _ => None,
    });
    let Some((fact, other)) = read else {
        return Vec::new();
    };
    Found::new(0.2)
        .cite("f", &[fact])
        .slot("other", other.name.clone())
        .slot("abroad", wording::country(&other.country))
        .only()
}

fn antipode<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::Antipode { other, off_km } => Some((other, *off_km)),
        _ => None,
    });
    let Some((fact, (other, off))) = read else {
        return Vec::new();
    };
    Found::new(if off < 120.0 { 0.6 } else { 0.15 })
        .cite("f", &[fact])
        .slot("other", other.name.clone())
        .slot("abroad", wording::country(&other.country))
        .slot("off", format!("about {} kilometres", numbers::rounded(off)))
        .only()
}

fn poles<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::Poles {
            equator_km,
            pole_km,
            north,
        } => Some((*equator_km, *pole_km, *north)),
        _ => None,
    });
    let Some((fact, (equator, pole, north))) = read else {
        return Vec::new();
    };
    let name = if north { "North Pole" } else { "South Pole" };
    let (nearer, further, near, far) = if equator < pole {
        ("equator", name, equator, pole)
    } else {
        (name, "equator", pole, equator)
    };
    Found::new(0.15)
        .cite("f", &[fact])
        .slot("nearer", nearer)
        .slot("further", further)
        .slot("pole", name)
        .slot("near_km", numbers::km(near))
        .slot("far_km", numbers::km(far))
        .slot("pole_km", numbers::km(pole))
        .slot("equator_km", numbers::km(equator))
        .only()
}
