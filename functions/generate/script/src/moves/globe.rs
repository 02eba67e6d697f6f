//! Latitude, the other hemisphere, the far side of the Earth.

use places::{Datum, Other};

use super::{Found, Group, Move};
use crate::{ledger::Ledger, numbers, theme::Theme, wording};

/// Within so many kilometres of a point on the globe a place is as good as there.
pub(in crate::moves) const NEAR_KM: f64 = 120.0;

pub(super) const MOVES: &[Move] = &[
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
             A: <Related?|Twinned?>
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
             A: And {place}?
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
            "H: {other}, in {abroad}, keeps the same distance from the equator, on the opposite side. [f]",
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
            "H: {?near} If {other}, in {abroad}, had a cellar deep enough, it would point this way. [f]
             A: Exactly?
             H: Give or take {off}. [f]",
            "A: Name the place furthest from {place}. [-]
             H: On the list, it is {other}. [f]
             A: In which country?
             H: In {abroad}. [f]",
            "H: Dig, and do not stop. [-] The closest listed place to where you come up is {other}, in {abroad}. [f]
             A: <Dry land?|Right at the hole?>
             H: {Off} from it. [f]",
            "A: Where would I be if I were standing on the soles of my own feet?
             H: Near {other}, in {abroad}. [f] Near means {off}. [f]",
            "H: {?near} The ground under {place} goes on for a while, and then it is the ground under the neighbourhood of {other}. [f]
             A: In which country?
             H: {Abroad}. [f]",
            "A: Who is asleep when {place} has noon?
             H: {?near} People around {other}, in {abroad}, more or less straight through the globe. [f]",
            "H: Take a globe and a knitting needle. [-] In at {place}, out again {off} from {other}. [f]
             A: And {other} is where?
             H: In {abroad}. [f]",
            "A: Is there land on the far side?
             H: I can tell you about the nearest name: {other}, in {abroad}, {off} from the spot. [f]",
            "H: {?near} {Abroad} is on the other side of the world, and for {place} that is nearly exact. [f] The point lies {off} from {other}. [f]",
            "A: If the Earth were glass, whom would they see below them in {place}?
             H: {?near} With good eyes, {other}, in {abroad}. [f]",
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
    let is_near = off < NEAR_KM;
    Found::new(if is_near { 0.6 } else { 0.15 })
        .cite("f", &[fact])
        .flag("near", is_near)
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
    // Near the middle both are as far, in the words that are spoken.
    if numbers::km(equator) == numbers::km(pole) {
        return Vec::new();
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{brief::Brief, skeleton};

    #[test]
    fn only_a_near_place_is_called_the_other_end() {
        let far = |off_km| {
            let place = places::resolve("Paris, France")
                .place
                .expect("it is listed");
            let mut facts = places::facts(place.geoname_id).expect("it is listed");
            for fact in &mut facts {
                if let Datum::Antipode { off_km: off, .. } = &mut fact.datum {
                    *off = off_km;
                }
            }
            let label = place.label();
            let preferences = podcast::Preferences::default();
            let brief = Brief::of(&place, &label, &facts, &preferences);
            let found = antipode(&Ledger::new(&brief)).remove(0);
            MOVES
                .iter()
                .find(|m| m.id == "M19")
                .expect("it is in the table")
                .skeletons
                .iter()
                .filter(|text| {
                    skeleton::fill(text, &|slot| match slot {
                        "place" => Some(place.name.clone()),
                        slot => found.slots.get(&*slot.to_lowercase()).cloned(),
                    })
                    .is_some()
                })
                .filter(|text| text.contains("nearly exact") || text.contains("neighbourhood"))
                .count()
        };

        assert_eq!((far(551.0), far(50.0)), (0, 2));
    }
}
