//! How many people, and on which list that is much.

use super::{Found, Group, Move, ratio_worth};
use crate::{ledger::Ledger, numbers, theme::Theme};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "M3",
        group: Group::Size,
        themes: &[Theme::Size],
        essential: 1.0,
        titles: &["At home in {country}", "{place} by the numbers", "A line in the list of {country}", "{About} people"],
        find: rank_at_home,
        skeletons: &[
            "A: <How many people live there?|What is the head count?|How many names would a census taker write down?>
             H: {About}, <by the GeoNames gazetteer|as the gazetteer counts|going by GeoNames>. [people] In {country} that <makes it|puts it at|comes out as> {rank_no}. [country]
             A: Out of how many?
             H: {Of} <listed places|names|lines>. [country]",
            "H: <Start with the head count.|First, a count.> [-] The gazetteer <gives {place}|credits {place} with|puts {place} at> {about} people. [people]
             A: And <where does that put it|how far up is that>?
             H: On the list for {country}, at {rank_no}. [country]",
            "A: Give me one number for {place}, <and no more|just one|a single one>. [-]
             H: {About}. That is how many people the gazetteer <counts|has on record|knows of>. [people]
             A: And a second one, if I may. [-]
             H: {Rank_no}. That is <the line where|where> {place} <stands|turns up> when {country} is sorted by size. [country]",
            "H: Sort {country} by population and <keep reading until|run your finger down to|count down as far as> {rank_no}. [country]
             A: And there it is?
             H: There it is, <with|holding> {about} people. [people] {verdict}. [country]",
            "A: <Would you call it large or small?|Large or small?|Big place, small place?>
             H: {verdict}. [country] The count is {about} people. [people]
             A: So the list decides, <not the number|and the number just stands there>. [-]",
            "H: {About} people: that is the whole {kind}, <as the gazetteer has it|in the gazetteer|on the books of GeoNames>. [people]
             A: Then measure it against <its own country|the rest of the country>. [-]
             H: {country_start} has {of} places on the list. [country] This one <comes in|stands|is> at {rank_no}. [country]",
            "A: <Before anything else, the size?|Size first?|May I start with the plainest question, how many people?>
             H: {About}. [people]
             A: And the rank?
             H: {Rank_no} in {country}, counting from the top. [country] {verdict}. [country]",
            "H: {place} has {about} people <on record|to its name>. [people] What would you <guess|bet on>, upper or lower half of {country}?
             A: I would not <guess|bet>. [-]
             H: {verdict}. [country] On paper, {rank_no}. [country]",
            "A: If all of {country} lined up by size, where would {place} <stand|queue>?
             H: At {rank_no}. [country] Behind that number there are {about} people. [people]",
            "H: {?behind} <A census page, not a postcard.|No postcard yet, a census page.> [-] {About} people, <it says|it reads>. [people]
             A: And the page before it?
             H: That belongs to something larger. [-] In {country} this is {rank_no} of {of}. [country]",
            "A: If everyone in {place} held hands, how long a chain would that be?
             H: A chain of {about} people, if the gazetteer is right. [people] On the list of {country}, that is {rank_no}. [country]",
            "H: Population figures are dull until you <ask where they stand|set them in a row>. [-] {place} has {about} people. [people]
             A: And where does that stand?
             H: {Rank_no} of the {of} that {country} has on the list. [country]",
            "A: Imagine a roll call of {country}, the largest place <called out first|at the head>. When is it our turn?
             H: {Rank_no}. [country] Then {about} people may answer. [people]",
            "H: {country_start} keeps {of} places on the gazetteer's list. [country]
             A: And {place} is <somewhere in the middle|in there somewhere>?
             H: <At {rank_no}, to be exact|At {rank_no}>. [country] The reason is {about} people. [people]",
            "A: What would the sign say at the edge of the {kind}?
             H: If it gave the population, {about}. [people]
             A: And in the margin, the rank?
             H: {Rank_no} in {country}. [country]",
            "H: The gazetteer <writes|puts> {about} beside the name {place}, for people. [people] {verdict}. [country]",
            "A: <Numbers, then.|Down to numbers.> How crowded is the list above {place}? [-]
             H: In {country} it comes in at {rank_no}, with {about} people. [country people]",
            "H: Somebody had to be {rank_no} in {country}. [country]
             A: And it fell to {place}?
             H: By a count of {about} people, yes. [people country]",
            "A: One stadium, two stadiums, or a bus?
             H: You decide: {about} people. [people] {verdict}. [country]",
            "H: To weigh {place} you need people, {about} of them. [people] To place it you need a list, and on the one for {country} it is {rank_no}. [country]",
            "A: <What do the books say of its size?|And how big, on paper?>
             H: The gazetteer says {about} people. [people] It also sorts {country} by size, and then this is {rank_no}. [country]",
            "H: {Rank_no}: <remember that as the address of {place}|that is where you find {place}> when {country} is sorted by people. [country]
             A: How many people does that take?
             H: {About}. [people]",
        ],
    },
    Move {
        id: "M3.world",
        group: Group::Size,
        themes: &[Theme::Size],
        essential: 0.7,
        titles: &["The list of the whole world", "Against everyone", "At home and abroad", "Longer lists"],
        find: rank_in_world,
        skeletons: &[
            "A: And <if the list is the whole world|on the list of the whole world|against the whole planet>?
             H: Then {place} <stands|falls|lands> in the {world_half}. [world] {shift}. [world country]",
            "H: Now take <a longer list|the long list>, <all populated places|the places of the world> with a known count. [world]
             A: Where do we <land|end up>?
             H: In the {world_half}, at about place {world_rank}. [world]",
            "A: Does it <get larger or smaller|grow or shrink> when you look from further off?
             H: {shift}. [world country] On the list of the world it is in the {world_half}. [world]",
            "H: <One more frame, the widest.|Widen the frame as far as it goes.> [-] Of about {world_of} places in the world, it belongs to the {world_half}. [world]
             A: {?differ} <And at home, to the {home_half}.|At home it was the {home_half}.> [country]",
            "A: Change the list and tell me <what happens|what you see>. [-]
             H: {?differ} {country_start} puts it in the {home_half}. [country] The world puts it in the {world_half}. [world]
             A: One place, <two lists|and two lists>. [-]",
            "H: The world list runs to about {world_of} <names|places|lines>. [world]
             A: And the finger stops where?
             H: About number {world_rank}. That is the {world_half}. [world]",
            "A: <Forget {country} for a moment.|Forget the country for a moment.> [-] How big is this place then?
             H: By the world list, {world_half}. [world]",
            "H: <About|Around> line {world_rank} of the world, you can read {place}. [world]
             A: Is that <far down|high up>?
             H: It is the {world_half}. [world] {shift}. [world country]",
            "A: <And out in the world?|Beyond the border, how does it do?|Abroad, then?>
             H: {Shift}. [world country] Of about {world_of} listed places on the planet it is in the {world_half}. [world]",
            "H: Take away the borders, and sort everything that has a head count. [world] {place} lands <about|at around> {world_rank}. [world]",
            "A: Would a visitor from another planet notice it?
             H: Working down the list by size, at about stop {world_rank}. [world]",
            "H: Out of about {world_of} places on Earth with a known count, it belongs to the {world_half}. [world]
             A: <You carry a long list around.|That list must be heavy.> [-]",
            "A: Change the frame from {country} to the globe. What gives?
             H: {Shift}. [world country]",
            "H: {Shift}. [world country]
             A: Which lists are you comparing?
             H: The one of {country}, and the one of the world. [world country]",
            "A: {?behind} How many places on Earth are larger?
             H: Around {world_rank}, among those with a known count. [world]",
            "H: A census of the planet would get to {place} at around line {world_rank}. [world]
             A: <By bedtime?|Bring coffee.> [-]",
        ],
    },
    Move {
        id: "M3.region",
        group: Group::Size,
        themes: &[Theme::Size],
        essential: 0.6,
        titles: &["Inside {region}", "The regional table", "A shorter list"],
        find: rank_in_region,
        skeletons: &[
            "A: Narrow it down to <the region|{region}>. [-]
             H: In {region} it is {region_no}. [region] The table there has {region_of} lines. [region]",
            "H: Fold the list down to {region} <alone|and nothing else>. [-] Now {place} <moves|goes> to {region_no}. [region]
             A: Of how many?
             H: {Region_of}. [region]",
            "A: What is it <inside|within> {region}?
             H: {Region_verdict}. [region] {Region_no}, to put a figure on it. [region]",
            "H: {region} keeps a <shorter list|list of its own>, with {region_of} names. [region]
             A: {?climbs} <Then it must climb.|So the competition thins out.> [-]
             H: It <stands|is> at {region_no} there. [region]",
            "A: <Closer in?|And closer to home?>
             H: Closer in there is {region}, with {region_of} places. [region] This {kind} is {region_no} among them. [region]",
            "H: <Regional table, please: {region}.|The regional table, then, for {region}.> [-] {Region_no}. [region]
             A: <So much for the region.|The home table, then.> [-]",
            "A: {?behind} Who <counts for more|is larger> in {region}?
             H: {Region_no} on its list means a queue of larger ones <in front|ahead>, {region_of} in all <with the smaller ones|counting the rest>. [region]",
            "A: Is it a name people know in {region}?
             H: By size it is {region_no} there. [region] The list has {region_of} lines. [region]",
            "H: {region} has {region_of} places on the list. [region] {place} is {region_no}. [region]",
            "A: Bring the fence closer, around {region}. [-]
             H: Done: {region_no} inside that fence. [region] {Region_verdict}. [region]",
            "H: {Region_verdict}. [region] That was {region}, all {region_of} of it on the list. [region]",
            "A: In its own backyard, which is {region}?
             H: {Region_no}, by people. [region]",
            "H: Read out {region} by size, and you say {place} at {region_no}. [region]
             A: <Before I fall asleep?|Is it a long reading?>
             H: {Region_of} names long. [region]",
        ],
    },
    Move {
        id: "M4",
        group: Group::Size,
        themes: &[Theme::Size, Theme::Map],
        essential: 0.3,
        titles: &["How many to fill {other}", "A measure for {other}", "Filling {other}"],
        find: measured_against,
        skeletons: &[
            "A: Measure the people of {place} against somebody else's. [-]
             H: {other}. It has {times} as many people. [other people]",
            "H: <Put {other} next to it.|Set {other} beside it.> [other] That one <counts|has> {other_people} people. [other]
             A: So how often does {place} fit in?
             H: {Times}. [other people]",
            "A: What would it take to fill {other} with people from {place}? [other]
             H: {Times} the whole {kind}. [other people]",
            "H: Suppose you emptied {other} and <settled|moved> {place} in. [other]
             A: How full would it be?
             H: You would have to <repeat the move|come back with the vans> {times}. [other people]",
            "H: {other} has {other_people} people. [other]
             A: And next to that, {place}?
             H: Divide one by the other, and <the answer is|you get> {times_bare}. [other people]",
            "A: <How does it compare with {other}?|And beside {other}?>
             H: {other} is {times} as large, counted in people. [other people]",
            "H: On a scale, with {other} in the other pan, {place} would need {times} its own weight in people. [other people]
             A: <A heavy pan.|That pan stays down.> [-]",
            "A: How often could you found {place} again with the people of {other}? [other]
             H: {Times}. [other people]",
            "H: In {other} the same crowd would be a side street. [other people] The city has {times} as many people. [other people]",
            "A: Put it next to something I know. [-]
             H: Next to {other}? [other] {Other} counts {other_people} people. [other] So the ratio is {times_bare} to one. [other people]",
            "H: If {other} were cut into pieces the size of {place}, the pieces would number {times_bare}. [other people]
             A: <Who would do the cutting?|A sharp knife.> [-]",
            "A: Small compared with what?
             H: With {other}, say, where {other_people} people live. [other] That is {times} the number here. [other people]",
            "H: Send one person from {place} to meet each group in {other}, and the groups have {times_bare} heads each. [other people]",
        ],
    },
];

/// A place in a row: `number twelve`, `about number six thousand`.
pub(super) fn in_row(rank: u32) -> String {
    let about = if rank < 20 { "" } else { "about " };
    format!("{about}number {}", numbers::rounded(f64::from(rank)))
}

fn half(depth: f64) -> &'static str {
    match depth {
        d if d <= 0.02 => "topmost layer",
        d if d <= 0.1 => "upper reaches",
        d if d <= 0.25 => "top quarter",
        d if d <= 0.5 => "upper half",
        d if d <= 0.75 => "lower half",
        _ => "bottom quarter",
    }
}

fn verdict(rank: u32, of: u32, list: &str) -> String {
    match f64::from(rank) / f64::from(of.max(1)) {
        _ if rank == 1 => format!(
            "<On the list for {list}, nothing is larger|Nothing on the list for {list} is larger>"
        ),
        _ if rank == of => format!("On the list for {list}, nothing comes after it"),
        d => format!(
            "<On the list for {list}, that is the {0}|That is the {0} for {list}|For {list} that means the {0}|It puts the place in the {0} of {list}>",
            half(d)
        ),
    }
}

fn rank_at_home<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let (Some((people, n)), Some(rank)) = (l.people(), l.country_rank()) else {
        return Vec::new();
    };
    Found::new(0.1)
        .cite("country", &[rank.fact])
        .lean("people", &[people])
        .slot("about", numbers::about(f64::from(n)))
        .flag("behind", rank.rank > 1)
        .slot("rank_no", in_row(rank.rank))
        .slot("of", numbers::about(f64::from(rank.of)))
        .slot("verdict", verdict(rank.rank, rank.of, &l.country()))
        .slot("country_start", crate::wording::capitalised(&l.country()))
        .only()
}

fn rank_in_world<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let (Some(world), Some(home)) = (l.world_rank(), l.country_rank()) else {
        return Vec::new();
    };
    let gap = world.depth() - home.depth();
    let found = Found::new(gap.abs().min(1.0) as f32)
        .cite("world", &[world.fact])
        .lean("country", &[home.fact])
        .flag("behind", world.rank > 1)
        .flag("differ", half(world.depth()) != half(home.depth()))
        .slot("world_half", half(world.depth()))
        .slot("home_half", half(home.depth()))
        .slot("world_rank", numbers::rounded(f64::from(world.rank)))
        .slot("world_of", numbers::rounded(f64::from(world.of)))
        .slot("country_start", crate::wording::capitalised(&l.country()));
    let shift = match gap {
        g if g > 0.1 => {
            "<It sinks: the longer the list, the further down|Down it goes, the longer the list|A longer list pushes it down>"
        }
        g if g < -0.1 => {
            "<It rises: further up abroad than at home|It stands further up out there than at home|Up it goes, once the list is longer>"
        }
        _ => {
            "<It hardly moves: much the same height on both lists|At home or abroad, it holds its height, more or less|The two lists agree, more or less>"
        }
    };
    found.slot("shift", shift).only()
}

fn rank_in_region<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some(rank) = l.region_rank().filter(|r| r.of >= 5) else {
        return Vec::new();
    };
    let Some(region) = l.brief.region else {
        return Vec::new();
    };
    Found::new(0.05)
        .cite("region", &[rank.fact])
        .flag(
            "climbs",
            l.country_rank().is_some_and(|home| home.rank > rank.rank),
        )
        .flag("behind", rank.rank > 1)
        .slot("region_no", in_row(rank.rank))
        .slot("region_of", numbers::about(f64::from(rank.of)))
        .slot("region_verdict", verdict(rank.rank, rank.of, region))
        .only()
}

fn measured_against<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((people, n)) = l.people() else {
        return Vec::new();
    };
    let capital = l.capital();
    let Some((fact, other)) = capital.or_else(|| l.city()) else {
        return Vec::new();
    };
    let Some(other_people) = other.people else {
        return Vec::new();
    };
    let ratio = f64::from(other_people) / f64::from(n);
    if !(2.0..=2_000.0).contains(&ratio) {
        return Vec::new();
    }
    let found = Found::new(ratio_worth(ratio) * 0.4).lean("people", &[people]);
    // Who tells of the nearest city tells how large it is; of a capital, how far.
    let found = match capital {
        Some(_) => found.lean("other", &[fact]),
        None => found.cite("other", &[fact]),
    };
    found
        .slot("other", other.name.clone())
        .slot("other_people", numbers::about(f64::from(other_people)))
        .slot("times", numbers::times(ratio))
        .slot("times_bare", numbers::about(ratio))
        .only()
}

#[cfg(test)]
mod tests {
    use places::Datum;

    use super::*;
    use crate::{Brief, skeleton, wording};

    /// What speaks of something larger that is ahead on the list.
    const AHEAD: [&str; 4] = [
        "something larger",
        " larger in ",
        "are larger",
        "larger ones",
    ];

    /// The lines that put something larger ahead of a place that has this rank on every list.
    fn ahead_of(rank: u32) -> Vec<String> {
        let place = places::resolve("Lyon").place.expect("it is listed");
        let mut facts = places::facts(place.geoname_id).expect("it is listed");
        for fact in &mut facts {
            if let Datum::Rank { rank: given, .. } = &mut fact.datum {
                *given = rank;
            }
        }
        let label = place.label();
        let preferences = podcast::Preferences::default();
        let brief = Brief::of(&place, &label, &facts, &preferences);
        let ledger = Ledger::new(&brief);
        let ranks = MOVES.iter().filter(|of| of.id.starts_with("M3"));
        let mut said = Vec::new();
        for of in ranks {
            let found = (of.find)(&ledger).remove(0);
            let slot = |name: &str| {
                let words = |name: &str| {
                    let own = found.slots.get(name).cloned();
                    own.or_else(|| ledger.common(name))
                };
                words(name).or_else(|| Some(wording::capitalised(&words(&name.to_lowercase())?)))
            };
            let spun = of.skeletons.iter().flat_map(|text| skeleton::spins(text));
            said.extend(spun.filter_map(|text| skeleton::fill(&text, &slot)));
        }
        assert!(said.len() > 40, "{}", said.len());
        said.retain(|text| AHEAD.iter().any(|words| text.contains(words)));
        said
    }

    #[test]
    fn nothing_larger_is_put_before_number_one() {
        assert_eq!(ahead_of(1), [] as [&str; 0]);
        assert!(ahead_of(2).len() >= 3);
    }
}
