//! Climate, height, sea.

use places::Datum;

use super::{Found, Group, Move};
use crate::{ledger::Ledger, numbers, theme::Theme};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "M20",
        group: Group::Nature,
        themes: &[Theme::Nature],
        essential: 0.7,
        titles: &["The colour on the map", "A label: {climate}", "What the map calls it", "One word for the weather"],
        find: climate,
        skeletons: &[
            "A: What <colour|shade> is {place} on the climate map?
             H: The <colour|one> that stands for {climate}. [climate]",
            "H: The climate map has a label for <all the land it shows|each square of land>. [climate] For {place} it reads {climate}. [climate]
             A: Does all of {country} have that label?
             H: {share}. [climate]",
            "A: What does the climate map say?
             H: {Climate}. [climate] {share}. [climate]",
            "H: The climate in short: {climate}. [climate]
             A: Whose words?
             H: The words of the map. A class, not a forecast. [-]",
            "A: Would I need a <coat|hat>?
             H: The map gives no temperatures, just a class: {climate}. [climate]
             A: And the rest of {country}?
             H: {share}. [climate]",
            "H: Put briefly: {climate}, by the map of Köppen and Geiger. [climate]
             A: Is that common around there?
             H: {share}. [climate]",
            "A: <How would a geographer file the weather?|One label for the weather?>
             H: Under {climate}. [climate]
             A: <That is a drawer, not a day.|A label for years, not for a weekend.> [-]",
            "H: Köppen and Geiger <drew|coloured in> the climates of the world. [-] {place} got {climate}. [climate]
             A: <Alone?|And its compatriots?>
             H: {share}. [climate]",
            "H: <Köppen drew, Geiger drew on|Köppen began, Geiger went on>, and {place} came out as {climate}. [climate]",
            "A: What would the climate map print on a suitcase label for {place}?
             H: {Climate}. [climate]",
            "H: {Climate}: <the class, not the mood|a class on a map, and no promise>. [climate]
             A: And how much of {country} is in the same class?
             H: {share}. [climate]",
            "A: Wool, linen or rubber boots?
             H: The map does not dress anyone. [-] It says {climate}. [climate]",
            "H: For a botanist, the word would be {climate}. [climate] {share}. [climate]",
            "A: Is the climate there typical for {country}?
             H: {Share}. [climate] The class itself is called {climate}. [climate]",
            "H: Ask the map of Köppen and Geiger about {place}, and you get two or three words: {climate}. [climate]
             A: <Few words for a lot of weather.|A whole year in so few words.> [-]",
            "A: Which chapter of a weather book would I open?
             H: The one headed {climate}. [climate]
             A: With company from {country}?
             H: {Share}. [climate]",
            "H: Under the dot of {place} the climate map is coloured for {climate}. [climate] {share}. [climate]",
        ],
    },
    Move {
        id: "M20.quarrel",
        group: Group::Nature,
        themes: &[Theme::Nature],
        essential: 0.5,
        titles: &["An ocean without a sea", "The label travelled", "Oceanic, {km} inland"],
        find: oceanic_inland,
        skeletons: &[
            "A: What does the climate map call it?
             H: {Climate}. [climate]
             A: With an ocean nearby?
             H: The nearest coast is {km} away. [coast]
             A: So the label travelled further than the water. [climate coast]",
            "H: Look for the ocean that the climate label promises. The label says {climate}. [climate]
             A: Is it far?
             H: {Km} to the nearest coast. [coast]",
            "H: The nearest sea coast is {km} off. [coast]
             A: Then the climate has nothing to do with the sea?
             H: Its label says otherwise: {climate}. [climate]",
            "A: Is there any <sea air|ocean> in {place}?
             H: In the label, yes: {climate}. [climate] On the ground the coast is {km} away. [coast]",
            "H: {Climate}, <says|reads> the climate map. [climate]
             A: Then where is the <beach|ocean>?
             H: {Km} away, at the nearest. [coast]",
        ],
    },
    Move {
        id: "M21",
        group: Group::Nature,
        themes: &[Theme::Nature],
        essential: 0.5,
        titles: &["{m} up", "How high?", "Above the sea", "A matter of height"],
        find: height,
        skeletons: &[
            "A: <How high is high here?|How far up are we?>
             H: {M} above the sea. [height]",
            "H: Measured from the sea, {place} sits at {m}. [height]
             A: Precisely?
             H: As precisely as a terrain model <sees it from orbit|can tell>. [-]",
            "A: If the sea rose, how much would it take to reach the doorstep?
             H: {M}, going by the terrain model. [height]",
            "H: {M} of height: that is what the terrain model gives {place}. [height]
             A: The sea is zero, then. [-]",
            "A: Uphill or downhill to the sea?
             H: Down, by {m}. [height]",
            "H: <Bring a ladder.|Take a ladder, a long one.> [-] From sea level to {place} it would need {m}. [height]",
            "A: What would <the altimeter|a barometer> say?
             H: <Something like|If it could speak,> {m} above the sea. [height]",
            "H: The ground under {place} is {m} above the <level of the sea|sea>. [height]
             A: <Whose measure?|Says the sign at the station?>
             H: A terrain model's. [-]",
            "H: {M} above the beach, wherever the beach is: so high lies {place}. [height]",
            "A: What would a cork say, on its way to the sea?
             H: That it had {m} to come down. [height]",
            "A: Is it a place to look up to?
             H: From the sea you would look up {m}. [height]",
            "H: With the sea as the zero line, the doormats of {place} are at {m}. [height]",
            "A: How many metres before the sea is a worry?
             H: {M}, by the terrain model. [height]",
            "H: A wall as high as {place} would stand {m} out of the water. [height]
             A: <I would not climb it.|Some wall.> [-]",
        ],
    },
    Move {
        id: "M21.high",
        group: Group::Nature,
        themes: &[Theme::Nature],
        essential: 0.6,
        titles: &["High ground", "{m} closer to the sky", "A step down to the sea"],
        find: high,
        skeletons: &[
            "H: Few places on the list sit as high: {m} above the sea. [height]
             A: And how far from the sea?
             H: {Km}. [coast]",
            "A: What would an altimeter show?
             H: {M}. [height]
             A: That is a mountain. [-]
             H: It is an address. [height people]",
            "H: Leave the sea behind for {km}, and climb {m}. [coast height]
             A: And then?
             H: Then you stand in {place}. [height]",
            "A: <Is it flat as a coast?|How thin is the air?>
             H: We have a height, and no more: {m}. [height]",
            "H: {M} up, and still a {kind}. [height people]
             A: <Up from what?|Counted from the sea?>
             H: From the level of the sea, by a terrain model. [height]",
        ],
    },
    Move {
        id: "M21.below",
        group: Group::Nature,
        themes: &[Theme::Nature],
        essential: 0.8,
        titles: &["Below zero", "Under the sea line", "Down, not up"],
        find: below,
        skeletons: &[
            "A: How high is it?
             H: The other way: {m} below the level of the sea. [height]",
            "H: Go down to the sea from here? You go up. [height]
             A: How much?
             H: {M}. The terrain model puts {place} below sea level. [height]",
        ],
    },
    Move {
        id: "M22",
        group: Group::Nature,
        themes: &[Theme::Nature, Theme::Map],
        essential: 0.6,
        titles: &["{km} to the sea", "How far is salt water?", "The way to the coast", "Asking for a beach"],
        find: inland,
        skeletons: &[
            "A: <How far is the sea?|And the sea?|Where is the nearest salt water?>
             H: {Km} to the nearest coast. [coast]",
            "H: From {place} to the nearest sea coast it is {km}. [coast]
             A: As the gull flies. [-]",
            "A: Could a gull find its way here?
             H: It would have to fly {km} from the nearest coast. [coast]",
            "A: Where does the land end?
             H: At the nearest point, after {km}. [coast] <Beyond that, salt water.|There the sea begins.> [coast]",
            "H: For salt water you would have to leave. [-] The coast begins {km} away. [coast]
             A: In which direction?
             H: Our figure gives the distance, not the way. [-]",
            "H: {Km}. No shorter line leads from here to a sea. [coast]
             A: And the longest?
             H: <Nobody asked for that one.|We measure just the short one.> [-]",
            "A: <Pack a swimsuit?|Sand and shells?>
             H: Pack patience as well: the nearest sea coast is {km} off. [coast]",
            "H: Roll a <marble|barrel> towards the nearest sea, and it would roll {km}. [coast]
             A: <In theory.|If the ground allowed it.> [-]",
            "H: The coast is not <next door|at hand>. [-] {Km}, at its nearest. [coast]",
            "H: Whoever wants waves has {km} to go from here. [coast]",
            "A: <Do gulls visit?|Would a fish van have far to drive?>
             H: From the nearest coast it is {km}. [coast]",
            "H: There is a nearest beach for everyone. [coast] From {place} it is {km} away. [coast]",
            "A: How long a rope do I need to tie up a ship here?
             H: One of {km}, to the nearest coast. [coast]",
            "H: {Km} of dry land, at the least, separate {place} from a sea. [coast]",
            "A: When the wind smells of salt, how far has it come?
             H: {Km}, from the nearest coast. [coast]",
            "H: The sea keeps its distance: {km}, where it is nearest. [coast]
             A: <Polite of it.|So no sandcastles.> [-]",
        ],
    },
    Move {
        id: "M22.shore",
        group: Group::Nature,
        themes: &[Theme::Nature, Theme::Map],
        essential: 0.7,
        titles: &["At the water", "One step from salt", "Where the map turns blue"],
        find: shore,
        skeletons: &[
            "A: Is the sea close?
             H: About as close as it gets: {km}, measured on the map. [coast]",
            "H: On the map the blue begins {km} from {place}. [coast]
             A: So it is a place by the sea. [-]",
            "A: How long is the walk to the coast?
             H: In distance, {km}. [coast] In time, that is up to you. [-]",
            "H: Draw the coastline, and {place} is almost on it: {km} off. [coast]
             A: Salt in the air, I imagine?
             H: That is for your imagination. The figure is from the map. [-]",
            "A: <Where does the ground stop?|Is there a shore?>
             H: {Km} from the centre of {place}, by the map. [coast]",
            "H: {Km} to the sea. [coast] <You could almost throw a stone.|Take a towel.> [-]
             A: <In a straight line?|Downhill?>
             H: In a straight line on a map. [-]",
            "H: {place} and the sea are neighbours: {km} from one to the other. [coast]",
            "A: Could I hear waves from the middle of it?
             H: The middle is {km} from the coast. [coast] Listen well. [-]",
            "H: A child sent for sea water would be back soon: {km} each way. [coast]",
            "A: What stops the streets?
             H: Water, {km} from the centre. [coast]",
            "H: The coast runs {km} from the spot where the map puts {place}. [coast]",
        ],
    },
];

fn climate<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((fact, (name, share))) = l.climate() else {
        return Vec::new();
    };
    let percent = (share * 100.0).round() as u64;
    let said = match percent {
        0..=1 => "<Hardly any of the places listed in the country share it|In the whole country, hardly any listed place has it too>".to_owned(),
        2..=49 => format!("<About {0} in a hundred of its listed places share it|It covers about {0} in a hundred listed places of the country|Of a hundred places listed in the country, about {0} have it>", numbers::cardinal(percent)),
        50..=97 => format!("<Most of its listed places do, about {0} in a hundred|About {0} in a hundred listed places of the country have it|So do about {0} of a hundred places in the country>", numbers::cardinal(percent)),
        _ => "<Almost all of its listed places share it|In almost all of the country, yes>".to_owned(),
    };
    let found = Found::new(((1.0 - share) * 0.5) as f32)
        .cite("climate", &[fact])
        .slot("climate", name);
    // The sentence counts places "of the country".
    if percent >= 1 && l.dispute().is_none() {
        found.slot("share", said).only()
    } else {
        found.only()
    }
}

fn oceanic_inland<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let (Some((climate, (name, _))), Some((coast, km))) = (l.climate(), l.coast()) else {
        return Vec::new();
    };
    if !name.contains("oceanic") || km < 150.0 {
        return Vec::new();
    }
    Found::new((km / 600.0).min(0.8) as f32)
        .cite("climate", &[climate])
        .cite("coast", &[coast])
        .slot("climate", name)
        .slot("km", numbers::km(km))
        .only()
}

fn height<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((fact, m)) = l.height().filter(|(_, m)| (3..1_000).contains(m)) else {
        return Vec::new();
    };
    Found::new(0.1)
        .cite("height", &[fact])
        .slot("m", numbers::metres(f64::from(m)))
        .only()
}

fn high<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((fact, m)) = l.height().filter(|(_, m)| *m >= 1_000) else {
        return Vec::new();
    };
    let mut found = Found::new((m as f32 / 3_500.0).min(1.0))
        .cite("height", &[fact])
        .slot("m", numbers::metres(f64::from(m)));
    if let Some((people, _)) = l.people() {
        found = found.lean("people", &[people]);
    }
    if let Some((coast, km)) = l.coast() {
        found = found.lean("coast", &[coast]).slot("km", numbers::km(km));
    }
    found.only()
}

fn below<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((fact, m)) = l.height().filter(|(_, m)| *m < -1) else {
        return Vec::new();
    };
    Found::new(0.9)
        .cite("height", &[fact])
        .slot("m", numbers::metres(f64::from(-m)))
        .only()
}

fn inland<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((fact, km)) = l.coast().filter(|(_, km)| *km >= 8.0) else {
        return Vec::new();
    };
    Found::new((km / 1_500.0).min(0.8) as f32)
        .cite("coast", &[fact])
        .slot("km", numbers::km(km))
        .only()
}

fn shore<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::Coast { km } if (0.5..8.0).contains(km) => Some(*km),
        _ => None,
    });
    let Some((fact, km)) = read else {
        return Vec::new();
    };
    Found::new(0.35)
        .cite("coast", &[fact])
        .slot(
            "km",
            format!("about {}", numbers::km(km).trim_start_matches("about ")),
        )
        .only()
}
