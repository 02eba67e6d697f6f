//! One scene from two facts: what the country is said to be, against what the place measures.

use places::{Datum, Fact, Topic};

use super::{Found, Group, Move, listed_whole, quoted};
use crate::{ledger::Ledger, numbers, theme::Theme, wording};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "W1",
        group: Group::Nature,
        themes: &[Theme::Nature],
        essential: 0.6,
        titles: &["{m} up, in {country}", "Roof and floor of {country}", "A staircase in {country}"],
        find: height_and_top,
        skeletons: &[
            "A: How high does {country} <go|get>?
             H: Up to {top}. [top]
             A: And {place}?
             H: {M} above the sea. [height]",
            "H: {place} <sits|lies> {m} above the sea. [height]
             A: <Is that high, for {country}?|High, by the standards of {country}?|Would they call that a height in {country}?>
             H: The highest point <there|of {country}> is {top}. [top]",
            "A: Send a climber to {country}. Where does the climb end?
             H: On {top}. [top]
             A: And a climber who <gets no further than|stays in> {place}?
             H: <Is left|Would be left> standing at {m}, by the terrain model. [height]",
            "H: Two heights for one map. [-] {M} for {place}. [height] For the highest point, {top}. [top]
             A: <There is room for a staircase in between.|A good staircase would join them.> [-]",
            "A: Give me the roof of {country}, and the floor we stand on. [-]
             H: The roof is {top}. [top] The floor, in {place}, is at {m}. [height]",
            "H: {Top}: <that is where {country} stops going up|above that there is no more of {country}>. [top]
             A: And we are <where|how far up>?
             H: At {m}, in {place}. [height]",
            "A: <Starting from the beach, how far up {country} is {place}?|From sea level, how much of {country} have I climbed when I reach {place}?>
             H: {M}. [height] The climb would be over on {top}. [top]",
        ],
    },
    Move {
        id: "W2",
        group: Group::Nature,
        themes: &[Theme::Nature],
        essential: 0.6,
        titles: &["{m} above a wide country", "The lie of {country}", "The ground, near and far"],
        find: height_and_terrain,
        skeletons: &[
            "A: What does the ground do around there?
             H: For {country} as a whole, the Factbook has this: {text}. [text] {place} itself <lies|is> at {m}. [height]",
            "H: The Factbook <sees|paints> {country} like this: {text}. [text]
             A: And where in that picture is {place}?
             H: {M} above the sea. [height] <More than that I cannot see.|Paint the rest yourself.> [-]",
            "H: {M} <up|above the sea>, says the terrain model of {place}. [height]
             A: In what kind of <country|land>?
             H: <In the Factbook's words|As the Factbook has it>: {text}. [text]",
            "A: Mountains or plains, in {country}?
             H: {Text}. [text]
             A: And under our feet?
             H: {M}, measured from the sea. [height]",
            "A: Run a hand over {country}. What do you feel?
             H: {Text}, if the Factbook guides the hand. [text]
             A: And when it comes to {place}?
             H: A point {m} above the sea. [height]",
            "H: A blind person's map of {country} would have to show this: {text}. [text]
             A: And the dot for {place}?
             H: Raised by {m}. [height]",
        ],
    },
    Move {
        id: "W3",
        group: Group::Nature,
        themes: &[Theme::Nature, Theme::Map],
        essential: 0.6,
        titles: &["{line} of coast", "Whose sea is it?", "The shore of {country}"],
        find: coast_and_coastline,
        skeletons: &[
            "A: How much sea does {country} have?
             H: {Line} of coast, by the Factbook. [line]
             A: And {place}, how much of it?
             H: The nearest sea coast is {km} <away|off>. [coast]",
            "H: {country_start} has {line} of coastline. [line]
             A: {?far} <Is any of it near {place}?|Does {place} get a share?>
             H: The nearest sea is {km} away, whoever owns the beach. [coast]",
            "H: From {place} it is {km} to the nearest sea coast. [coast]
             A: Does {country} have much of one?
             H: {Line}, <going by|if you trust> the Factbook. [line]",
            "A: Would a captain <care for|find work in> {country}?
             H: The Factbook gives it {line} of coastline. [line] {place} is {km} from the nearest sea. [coast]",
            "A: Count the shore for me. [-]
             H: {country_start} has {line} of it. [line]
             A: And the way there from {place}?
             H: {Km} to the nearest salt water. [coast]",
            "H: Anyone who walked the whole edge of {country} where it meets the sea would do {line}. [line]
             A: <And to get to the start?|First they would have to get there. From {place}?>
             H: {Km}, to the nearest coast on the map. [coast]",
            "A: A beach for everyone, is there enough of it in {country}?
             H: {Line} of coast, counts the Factbook. [line] From {place} the nearest sea is {km} off. [coast]",
            "H: {Line}: that is the coast of {country}, in the Factbook. [line] {Km}: that is how far {place} is from a coast. [coast]
             A: <One number to sail, one to walk.|Two numbers for one holiday.> [-]",
        ],
    },
    Move {
        id: "W4",
        group: Group::Nature,
        themes: &[Theme::Nature],
        essential: 0.7,
        titles: &["{climate}, and around it", "A label and a landscape", "Two witnesses on the weather"],
        find: climate_and_country,
        skeletons: &[
            "A: What is the weather of {country}?
             H: The Factbook needs this much for all of it: {text}. [text] For {place} the climate map makes do with less: {climate}. [climate]",
            "H: On the climate map {place} is {climate}. [climate]
             A: And the rest of {country}?
             H: {Text}. [text] <That is the Factbook's summary.|So the Factbook sums it up.> [text]",
            "A: Does {country} have one climate or several?
             H: <Judge by the Factbook|You decide>: {text}. [text]
             A: And what of that falls to {place}?
             H: The map files it under {climate}. [climate]",
            "H: {Text}: <so much for the climate of {country}, in the Factbook|with that the Factbook covers the skies of {country}>. [text]
             A: And the map, for this one place?
             H: {Climate}. [climate]",
            "A: Two witnesses on the weather, please. [-]
             H: The Factbook, speaking for {country}: {text}. [text] And the climate map, for {place}: {climate}. [climate]",
            "A: What should I pack for {country}?
             H: For all of it, read the Factbook: {text}. [text]
             A: And if I go no further than {place}?
             H: Then pack for what the map calls {climate}. [climate]",
            "H: {Climate}, so {place} is coloured on the map. [climate] {Country} has more colours. [text]
             A: In words?
             H: In the Factbook's: {text}. [text]",
            "A: Ask two experts about the weather here, what do you get?
             H: From the map, a label for {place}: {climate}. [climate] From the Factbook, a sentence on {country}: {text}. [text]",
        ],
    },
    Move {
        id: "W5",
        group: Group::Size,
        themes: &[Theme::Size, Theme::Map],
        essential: 0.8,
        titles: &["Where {country} keeps its people", "Full parts and empty ones", "{count}, in a ring"],
        find: people_and_density,
        skeletons: &[
            "A: Where do the people of {country} live?
             H: The Factbook says: {text}. [text]
             A: And around {place}?
             H: Within {within} the list counts {count}. [density]",
            "H: Within {within} of {place} you find {count} on the list. [density]
             A: Is that the full part of {country}, or the empty one?
             H: Hold it against the larger picture: {text}. [text]",
            "A: If I drew a dot for each person in {country}, where would the paper turn black?
             H: <In words|Take the Factbook's word>: {text}. [text]
             A: And near {place}?
             H: There the list has {count}, in a ring of {within}. [density]",
            "H: {Text}: <that is how the Factbook spreads the people of {country}|so the people of {country} are spread, says the Factbook>. [text]
             A: Zoom in on {place}. [-]
             H: {Count}, not further off than {within}. [density]",
        ],
    },
    Move {
        id: "W6",
        group: Group::Ground,
        themes: &[Theme::Size, Theme::Map],
        essential: 0.8,
        titles: &["{km}, in a country that size", "How far is far in {country}?", "A yardstick for {country}"],
        find: area_and_capital,
        skeletons: &[
            "A: How large is {country} around it?
             H: The Factbook measures in American: {text}. [text]
             A: And measured in ways to the capital?
             H: From {place} to {capital} it is {km}. [capital]",
            "H: It is {km} from {place} to {capital}, the capital. [capital]
             A: Is that far, for {country}?
             H: The country itself is, in the Factbook, {text}. [text]",
            "A: Give me a feeling for the size of {country}. [-]
             H: {Text}, says the Factbook, for its American readers. [text] Or take one line on the map, {place} to {capital}: {km}. [capital]",
            "H: Of {country} the Factbook says: {text}. [text]
             A: I have no picture of that. [-]
             H: Then take {km}: that lies between {place} and {capital}. [capital]",
        ],
    },
    Move {
        id: "W7",
        group: Group::Name,
        themes: &[Theme::Words, Theme::History],
        essential: 0.6,
        titles: &["The word {country}, the word {place}", "One name explained", "Two names, one page"],
        find: two_names,
        skeletons: &[
            "A: Does any book explain the names here?
             H: The country's, yes: {text}. [text]
             A: And {place}?
             H: There we have a count instead: {count}. [same]",
            "H: The word {country} has a source. [text] {Text}. [text]
             A: And the word {place}?
             H: Of that we know how often it is used: {count}. [same]",
            "H: {Count_start}. [same]
             A: So the name is settled. And the name of the country?
             H: The Factbook opens that one up: {text}. [text]",
            "A: Two words on the envelope, {place} and {country}. What do they mean?
             H: The second is in the Factbook: {text}. [text]
             A: And the first?
             H: No meaning on record, just a tally: {count}. [same]",
            "A: Who named {country}?
             H: On the name, the Factbook says: {text}. [text]
             A: Then who shares a name with {place}?
             H: {Count_start}. [same]",
        ],
    },
    Move {
        id: "W8",
        group: Group::Name,
        themes: &[Theme::Words],
        essential: 0.55,
        titles: &["Asking the way in {country}", "Spoken and written", "From {first} on"],
        find: languages_and_spellings,
        skeletons: &[
            "A: In which language would I ask the way?
             H: For {country} the Factbook lists {text}. [text]
             A: And how would I write the name down?
             H: <The gazetteer accepts|You may choose from> at least {n} spellings, {first} among them. [spell]",
            "H: At least {n} spellings of {place} are on record. [spell]
             A: And how do they speak, in {country}?
             H: The Factbook's list of languages: {text}. [text]",
            "A: What would I hear, and what would I read?
             H: To hear, in {country}: {text}. [text] To read, {place}, or {first}, or {last}. [spell]",
        ],
    },
    Move {
        id: "W9",
        group: Group::Nation,
        themes: &[Theme::Culture, Theme::History],
        essential: 0.55,
        titles: &["{title}, and a flag", "What {country} sees and sings", "Cloth and music"],
        find: flag_and_song,
        skeletons: &[
            "A: What does {country} raise, and what does it sing?
             H: It raises this: {flag}. [flag]
             A: And it sings?
             H: {Title}. [song]",
            "H: A stranger at a ceremony in {country} would look up at this: {flag}. [flag]
             A: To what music?
             H: The sheet says {title}. [song]",
            "A: If I woke up at a state occasion, how would I know it is {country}?
             H: By the flag. [-] {Flag}. [flag] And by the anthem, {title}. [song]",
            "H: The anthem of {country} is {title}. [song]
             A: And what are they looking at while they sing?
             H: A flag, in the Factbook's words: {flag}. [flag]",
            "A: Colours first, then the tune. [-]
             H: Colours: {flag}. [flag] Tune: {title}. [song]
             A: <That would do for a passport control.|Now I would know {country} blindfolded, or deaf.> [-]",
            "H: {Title} for the ears. [song] For the eyes, in {country}: {flag}. [flag]",
            "A: Send me a postcard from {country} that I can hear. [-]
             H: On the front, the flag: {flag}. [flag] When you open it, {title}. [song]",
        ],
    },
    Move {
        id: "W10",
        group: Group::Nation,
        themes: &[Theme::Culture, Theme::History],
        essential: 0.5,
        titles: &["{title} on the day", "A date and a tune", "When {country} celebrates"],
        find: day_and_song,
        skeletons: &[
            "A: When does {country} celebrate?
             H: {Day}. [day]
             A: To which tune?
             H: The anthem is {title}. [song]",
            "H: The diary of {country} has a day in red: {day}. [day]
             A: And the band plays?
             H: If it plays the anthem, {title}. [song]",
            "A: One date and one tune for {country}, please. [-]
             H: The date is {day}. [day] The tune is {title}. [song]",
            "H: {Title} is what {country} sings. [song]
             A: Is there a day for it?
             H: There is a national holiday: {day}. [day]",
            "H: {Day}. [day] On such a day one may expect to hear {title}, the anthem of {country}. [song]",
            "A: Which page of the calendar would {country} frame?
             H: {Day}. [day] With music: {title}. [song]",
        ],
    },
    Move {
        id: "W11",
        group: Group::Land,
        themes: &[Theme::Nature],
        essential: 0.5,
        titles: &["From bottom to top of {country}", "The lift of {country}", "Lowest, highest"],
        find: low_and_high,
        skeletons: &[
            "A: If {country} had a lift, where would it start and where would it stop?
             H: It would start at the lowest point, {low}. [low] It would stop at {top}. [top]",
            "H: The lowest point of {country} is {low}. [low]
             A: And the other end?
             H: {Top}. [top]",
            "A: Top and bottom of {country}, please. [-]
             H: On top, {top}. [top]
             A: And nothing is lower than?
             H: The lowest point, {low}. [low]",
            "H: {Top}, at the upper end of {country}. [top] At the lower end, {low}. [low]
             A: <In between there is some climbing to do.|Somebody measured both.> [-]",
        ],
    },
    Move {
        id: "W12",
        group: Group::Nation,
        themes: &[Theme::Culture],
        essential: 0.3,
        titles: &["{a}", "{b}", "Two kept places"],
        find: two_sites,
        skeletons: &[
            "A: What in {country} does the world want kept?
             H: Two lines from the World Heritage list: {a}, and {b}. [a b]",
            "H: The World Heritage list has {a} for {country}. [a]
             A: Just that one?
             H: No. [-] It has {b} as well. [b]",
            "A: Somebody with a day to spare in {country}, where to?
             H: The World Heritage list would say {a}. [a]
             A: And with two days?
             H: Then {b} as well. [b]",
            "H: {a} and {b}: two names that {country} has on the World Heritage list. [a b]
             A: <Two more pins for the map.|One for each shoe.> [-]",
            "A: Give me two names worth a detour in {country}. [-]
             H: {a}. [a] And {b}. [b] Both are World Heritage. [a b]",
            "A: Which names in {country} are under everybody's protection?
             H: Two of them, by the World Heritage list: {a}, {b}. [a b]",
            "H: {a}. [a] Remember the name; in {country} the World Heritage list has it. [a]
             A: <One is easy. Another?|Only one to remember?>
             H: {b}. [b]",
            "A: Somebody plans a school trip through {country}. What would the teacher put down?
             H: <Say,|Perhaps> {a}. [a] And {b}, a second World Heritage line. [b]",
            "H: Between {a} and {b} there is a good part of {country}. [a b] Both are on the World Heritage list. [a b]",
            "A: Stamps, posters, postcards: what do they show in {country}?
             H: I know what the World Heritage list shows. [-] {a}, for one, and {b}. [a b]",
            "H: The World Heritage list turns the pages of {country} and stops at {b}. [b]
             A: <Does it stop again?|For good?>
             H: Again at {a}. [a]",
        ],
    },
    Move {
        id: "W13",
        group: Group::Nation,
        themes: &[Theme::Work],
        essential: 0.35,
        titles: &["Grown and made in {country}", "Field and factory"],
        find: field_and_factory,
        skeletons: &[
            "A: How does {country} earn its bread?
             H: In the fields, by the final Factbook, with {field}. [field]
             A: And under a roof?
             H: With {factory}. [factory]",
            "H: In its final edition the Factbook lists the work of {country}: {factory}. [factory]
             A: And what is on the table?
             H: From the same edition: {field}. [field]",
        ],
    },
    Move {
        id: "W14",
        group: Group::Nature,
        themes: &[Theme::Nature, Theme::Map],
        essential: 0.85,
        titles: &["{km} out, {m} down", "The way a barrel would roll", "Down to the sea from {place}"],
        find: slope,
        skeletons: &[
            "A: Suppose a barrel rolled from {place} to the nearest sea. How far would it go?
             H: {Km}. [coast]
             A: And how far down?
             H: {M}, since that is how high {place} lies. [height]",
            "H: To reach the nearest sea from {place}, you cover {km}. [coast] <On the way you lose|Somewhere on the way you give up> {m} of height. [height]
             A: <Knees permitting.|A gentle way or a steep one, we cannot tell.> [-]",
            "A: Which way is down?
             H: Towards the sea, {km} off. [coast] There are {m} to lose. [height]",
            "H: {M}: so much higher than the sea is {place}. [height]
             A: And how close is that sea?
             H: {Km}, at its nearest. [coast]",
            "A: Where would the water go, if you emptied a bucket in {place}?
             H: Nobody gave us the route. [-] The sea is {m} further down, and {km} away at the nearest. [coast height]",
            "H: Sea level is {m} below the feet of {place}. [height]
             A: And sideways?
             H: {Km} to the nearest shore. [coast]",
        ],
    },
    Move {
        id: "W15",
        group: Group::Size,
        themes: &[Theme::Size],
        essential: 1.1,
        titles: &["{region_no} here, another number there", "Three lists for {place}", "Step by step, list by list"],
        find: three_lists,
        skeletons: &[
            "A: Where does it stand, list by list?
             H: In {region}, {region_no}. [region] In {country}, {rank_no}. [country]
             A: And in the world?
             H: {World_no}. [world]",
            "H: Three lists, one {kind}. [-] On the list of {region} it is {region_no}. [region]
             A: And on the longer ones?
             H: {Rank_no} in {country}. [country] {World_no} in the world. [world]",
            "A: Start with the world and come closer. [-]
             H: In the world, {world_no} by people. [world] In {country}, {rank_no}. [country] In {region}, {region_no}. [region]
             A: <Closer helps.|Each step, a better seat.> [-]",
            "H: {Region_no} in {region}: that is how the {kind} ranks close to home. [region]
             A: Further out it gets crowded?
             H: In {country} it is {rank_no}. [country] On the list of the world, {world_no}. [world]",
            "A: Is it a big name at home?
             H: That depends how you draw home. Within {region} it is {region_no}. [region] Within {country}, {rank_no}. [country]
             A: And without any fence?
             H: {World_no}. [world]",
        ],
    },
    Move {
        id: "W16",
        group: Group::Clock,
        themes: &[Theme::Sky, Theme::Map],
        essential: 0.4,
        titles: &["{zone} time", "The clock from {zone}, the sun from here", "{lag} between two noons"],
        find: zone_and_lag,
        skeletons: &[
            "A: What time do they keep?
             H: The time of {zone}, by the name of the zone. [zone]
             A: And does the sun agree?
             H: Not quite: in January its noon comes {lag} {side} the clock's. [lag]",
            "H: The clock of {place} answers to the name {zone}. [zone] The sun over it does not. [lag]
             A: How far apart are they?
             H: In January, {lag}. [lag]",
            "A: Who made the clock here?
             H: The zone is called after {zone}. [zone]
             A: Then what does the local sun say?
             H: That noon is {lag} {side} twelve, in January. [lag]",
            "H: Noon in January comes {lag} {side} twelve. [lag]
             A: Whose twelve is that?
             H: The twelve of a zone named after {zone}. [zone]",
            "A: Clock or sundial, which one do I follow?
             H: They part company by {lag} in January. [lag] The clock is the one with a name on it, {zone}. [zone]",
        ],
    },
    Move {
        id: "W17",
        group: Group::Sky,
        themes: &[Theme::Map, Theme::Sky],
        essential: 0.5,
        titles: &["{twin}, {mirror}, {far}", "Three relatives on the globe", "Sideways, across, through"],
        find: three_relatives,
        skeletons: &[
            "A: Does {place} have relatives on the globe?
             H: Three. [-] Sideways, on nearly the same latitude, {twin}. [twin] Across the equator, {mirror}. [mirror]
             A: And the third?
             H: Straight through: the listed place nearest to the far end is {far}, in {far_country}. [far]",
            "H: Turn the globe three ways, starting from {place}. [-] Along the latitude you pass {twin}, in {twin_country}. [twin]
             A: And over the equator?
             H: As far on the other side, {mirror}. [mirror]
             A: And through the middle?
             H: Nearest to that point on the list is {far}, in {far_country}. [far]",
            "A: Name somebody who gets the same sun. [-]
             H: {twin}, in {twin_country}. [twin]
             A: Somebody who gets it upside down?
             H: {mirror}, in {mirror_country}. [mirror]
             A: And somebody who gets it at night?
             H: {far}, in {far_country}, close to the point straight through the Earth. [far]",
        ],
    },
    Move {
        id: "W18",
        group: Group::Ground,
        themes: &[Theme::Map],
        essential: 0.55,
        titles: &["{a}, {b}, {c}", "Once around the compass", "{a} on one side, {b} on the other"],
        find: three_neighbours,
        skeletons: &[
            "A: Turn on the spot and tell me what you see. [-]
             H: On the map: {a} to the {a_dir}, {b} to the {b_dir}, {c} to the {c_dir}. [a b c]
             A: And nearest?
             H: {a}: {a_km}. [a]",
            "H: {a} to the {a_dir}. [a] {b} to the {b_dir}. [b] {c} to the {c_dir}. [c]
             A: <You sound like a signpost.|Is that a signpost?> [-]
             H: <One with three arms.|With three arms, yes.> [-]",
            "A: Which names would be on the signpost?
             H: {a}, {b} and {c}, if it shows the nearest on our list. [a b c]
             A: And the shortest arm?
             H: Points {a_dir}, to {a}: {a_km}. [a]",
            "H: A letter carrier with three stops to make would go to {a}, to {b} and to {c}. [a b c]
             A: In that order?
             H: By distance, yes: {a} is nearest, at {a_km}. [a]",
            "A: Who lives around the corner?
             H: By the map, {a}, {a_km} to the {a_dir}. [a] Then {b}, and after that {c}. [b c]",
            "H: From {place} three lines lead to the nearest names: {a_dir} to {a}, {b_dir} to {b}, {c_dir} to {c}. [a b c]",
            "A: If I sneeze in {place}, who says bless you?
             H: {a}, {a_km} away. [a] Then perhaps {b} and {c}. [b c]",
            "H: Name three neighbours and you know where you are. [-] {a}, {b}, {c}. [a b c]
             A: <Now I know.|I am on the map.> [-]
             H: The nearest is {a}, at {a_km}. [a]",
        ],
    },
    Move {
        id: "W19",
        group: Group::Ground,
        themes: &[Theme::Map, Theme::Nature],
        essential: 0.9,
        titles: &["{capital} or the sea", "Two ways out", "Salt one way, {capital} the other"],
        find: sea_or_capital,
        skeletons: &[
            "A: Which would I reach first, the capital or the sea?
             H: The {nearer}. [coast capital] It is {coast_km} to the coast. [coast]
             A: And to the capital?
             H: {Capital_km}, if {capital} is where you want to go. [capital]",
            "H: {capital}, the capital, is {capital_km} to the {back}. [capital]
             A: And the sea?
             H: {Coast_km}, at the nearest point. [coast] So the {nearer} is closer. [coast capital]",
            "A: Somebody in {place} wants to get away. Where to?
             H: The sea is {coast_km} off. [coast] The capital, {capital}, is {capital_km} off. [capital]
             A: Then the {nearer} wins on distance. [coast capital]",
            "H: Measure two lines from {place}. [-] One goes to {capital}, the capital, and is {capital_km} long. [capital]
             A: And the other one?
             H: To the nearest sea. [-] {Coast_km}. [coast]",
        ],
    },
];

/// The first quotable text on a topic.
fn first<'a>(l: &Ledger<'a>, topic: Topic) -> Option<(&'a Fact, String)> {
    let found = quoted(l, topic, 0.0).into_iter().next()?;
    Some((
        found.told.first().copied()?,
        found.slots.get("text")?.clone(),
    ))
}

/// The pieces of a list as one text.
fn whole<'a>(l: &Ledger<'a>, topic: Topic) -> Option<(Vec<&'a Fact>, String)> {
    let found = listed_whole(l, topic, 0.0).into_iter().next()?;
    let text = found.slots.get("text")?.clone();
    Some((found.told, text))
}

/// Tells the height of a place that is neither a mountain nor at the beach.
fn height<'a>(l: &Ledger<'a>) -> Option<(&'a Fact, String)> {
    let (fact, m) = l.height().filter(|(_, m)| *m >= 15)?;
    Some((fact, numbers::metres(f64::from(m))))
}

/// The moves that exist, or none.
fn all<'a>(found: Option<Found<'a>>) -> Vec<Found<'a>> {
    found.into_iter().collect()
}

fn height_and_top<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    all(height(l)
        .zip(first(l, Topic::HighestPoint))
        .map(|((height, m), (top, text))| {
            Found::new(0.3)
                .cite("height", &[height])
                .cite("top", &[top])
                .slot("m", m)
                .slot("top", text)
        }))
}

fn height_and_terrain<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    all(height(l)
        .zip(whole(l, Topic::Terrain))
        .map(|((height, m), (facts, text))| {
            Found::new(0.3)
                .cite("height", &[height])
                .cite("text", &facts)
                .slot("m", m)
                .slot("text", text)
        }))
}

/// The first figure of a text in kilometres.
fn kilometres(text: &str) -> Option<f64> {
    let figure: String = text
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
        .filter(|c| *c != ',')
        .collect();
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | '.'));
    figure
        .parse()
        .ok()
        .filter(|km| *km >= 1.0 && rest.trim_start().starts_with("km"))
}

fn coast_and_coastline<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let coast = l.coast().filter(|(_, km)| *km >= 1.0);
    let line = l
        .texts(Topic::Coastline)
        .into_iter()
        .next()
        .and_then(|(fact, text)| Some((fact, kilometres(text)?)));
    all(coast.zip(line).map(|((coast, km), (line, length))| {
        Found::new(0.35)
            .cite("coast", &[coast])
            .cite("line", &[line])
            .flag("far", km >= 8.0)
            .slot("km", numbers::km(km))
            .slot("line", numbers::km(length))
            .slot("country_start", wording::capitalised(&l.country()))
    }))
}

fn climate_and_country<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    all(l
        .climate()
        .zip(whole(l, Topic::Climate))
        .map(|((climate, (name, _)), (facts, text))| {
            Found::new(0.3)
                .cite("climate", &[climate])
                .cite("text", &facts)
                .slot("climate", name)
                .slot("text", text)
        }))
}

fn people_and_density<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let density = super::ground::density(l).into_iter().next();
    all(density
        .zip(first(l, Topic::PopulationDistribution))
        .and_then(|(density, (fact, text))| {
            Some(
                Found::new(0.3)
                    .cite("density", &density.told)
                    .cite("text", &[fact])
                    .slot("within", density.slots.get("within")?.clone())
                    .slot("count", density.slots.get("count")?.clone())
                    .slot("text", text),
            )
        }))
}

fn area_and_capital<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    all(l
        .capital()
        .zip(first(l, Topic::AreaComparison))
        .map(|((capital, other), (area, text))| {
            Found::new(0.3)
                .cite("capital", &[capital])
                .cite("text", &[area])
                .slot("capital", other.name.clone())
                .slot("km", numbers::km(other.km))
                .slot("text", text)
        }))
}

fn two_names<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    if !l.texts(Topic::CapitalName).is_empty() {
        return Vec::new();
    }
    let same = l.one(|d| match d {
        Datum::SameName { others, .. } => Some(*others),
        _ => None,
    });
    all(same
        .zip(first(l, Topic::CountryName))
        .map(|((same, others), (fact, text))| {
            let count = match others {
                0 => "no other place on the list has it".to_owned(),
                1 => "one other place on the list has it too".to_owned(),
                n => format!(
                    "{} other places on the list have it too",
                    numbers::about(f64::from(n))
                ),
            };
            let count_start = count
                .replace(" has it", " is called {place}")
                .replace(" have it", " are called {place}");
            Found::new(0.35)
                .cite("same", &[same])
                .cite("text", &[fact])
                .slot("count", count)
                .slot("count_start", count_start.replace("{place}", l.brief.name))
                .slot("text", text)
        }))
}

fn languages_and_spellings<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let spellings = super::name::spellings(l).into_iter().next();
    all(spellings
        .zip(first(l, Topic::Languages))
        .and_then(|(spellings, (fact, text))| {
            Some(
                Found::new(0.3)
                    .cite("spell", &spellings.told)
                    .cite("text", &[fact])
                    .slot("n", spellings.slots.get("at_least")?.clone())
                    .slot("first", spellings.slots.get("first")?.clone())
                    .slot("last", spellings.slots.get("last")?.clone())
                    .slot("text", text),
            )
        }))
}

fn flag_and_song<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    all(first(l, Topic::Flag).zip(first(l, Topic::AnthemTitle)).map(
        |((flag, shows), (song, title))| {
            Found::new(0.4)
                .cite("flag", &[flag])
                .cite("song", &[song])
                .flag("start", true)
                .slot("flag", shows)
                .slot("title", title)
        },
    ))
}

fn day_and_song<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    all(first(l, Topic::Holiday)
        .zip(first(l, Topic::AnthemTitle))
        .map(|((day, on), (song, title))| {
            Found::new(0.35)
                .cite("day", &[day])
                .cite("song", &[song])
                .slot("day", on)
                .slot("title", title)
        }))
}

fn low_and_high<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    all(first(l, Topic::LowestPoint)
        .zip(first(l, Topic::HighestPoint))
        .map(|((low, bottom), (top, name))| {
            Found::new(0.3)
                .cite("low", &[low])
                .cite("top", &[top])
                .slot("low", bottom)
                .slot("top", name)
        }))
}

fn two_sites<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let mut sites: Vec<(&Fact, String)> = quoted(l, Topic::Heritage, 0.0)
        .into_iter()
        .filter_map(|found| {
            let fact = found.told.first().copied()?;
            (fact.subject == places::Subject::Country)
                .then_some((fact, found.slots.get("text")?.clone()))
        })
        .collect();
    // Each place of a country is shown two others.
    let seed = crate::seed::hash(&[l.brief.name, l.brief.label]);
    sites.sort_by_key(|(fact, _)| crate::seed::hash(&[&seed.to_string(), &fact.id]));
    sites
        .chunks(2)
        .take(3)
        .filter_map(|pair| match pair {
            [(a, one), (b, two)] => Some(
                Found::new(0.3)
                    .cite("a", &[*a])
                    .cite("b", &[*b])
                    .slot("a", one.clone())
                    .slot("b", two.clone()),
            ),
            _ => None,
        })
        .collect()
}

fn field_and_factory<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    all(first(l, Topic::Agriculture)
        .zip(first(l, Topic::Industry))
        .map(|((field, grown), (factory, made))| {
            Found::new(0.2)
                .cite("field", &[field])
                .cite("factory", &[factory])
                .slot("field", grown)
                .slot("factory", made)
        }))
}

fn slope<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let coast = l.coast().filter(|(_, km)| *km >= 8.0);
    all(coast.zip(height(l)).map(|((coast, km), (height, m))| {
        Found::new((km / 1_500.0).min(0.5) as f32)
            .cite("coast", &[coast])
            .cite("height", &[height])
            .slot("km", numbers::km(km))
            .slot("m", m)
    }))
}

fn three_lists<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let region = l
        .region_rank()
        .filter(|r| r.of >= 5 && l.common("region").is_some());
    let (Some(region), Some(country), Some(world)) = (region, l.country_rank(), l.world_rank())
    else {
        return Vec::new();
    };
    if country.rank == region.rank {
        return Vec::new();
    }
    Found::new(0.25)
        .cite("region", &[region.fact])
        .cite("country", &[country.fact])
        .cite("world", &[world.fact])
        .slot("region_no", super::size::in_row(region.rank))
        .slot("rank_no", super::size::in_row(country.rank))
        .slot("world_no", super::size::in_row(world.rank))
        .only()
}

fn zone_and_lag<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let zone = super::clock::borrowed_zone(l).into_iter().next();
    let lag = super::clock::lag(l).into_iter().next();
    all(zone.zip(lag).and_then(|(zone, lag)| {
        Some(
            Found::new(lag.worth)
                .cite("zone", &zone.told)
                .cite("lag", &lag.told)
                .slot("zone", zone.slots.get("zone")?.clone())
                .slot("lag", lag.slots.get("lag")?.clone())
                .slot("side", lag.slots.get("side")?.clone()),
        )
    }))
}

fn three_relatives<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let twin = l.one(|d| match d {
        Datum::LatitudeTwin(other) => Some(other),
        _ => None,
    });
    let mirror = l.one(|d| match d {
        Datum::MirrorTwin(other) => Some(other),
        _ => None,
    });
    let far = l.one(|d| match d {
        Datum::Antipode { other, off_km } if *off_km < 700.0 => Some(other),
        _ => None,
    });
    all(twin
        .zip(mirror)
        .zip(far)
        .map(|(((twin, t), (mirror, m)), (far, f))| {
            Found::new(0.3)
                .cite("twin", &[twin])
                .cite("mirror", &[mirror])
                .cite("far", &[far])
                .slot("twin", t.name.clone())
                .slot("twin_country", wording::country(&t.country))
                .slot("mirror", m.name.clone())
                .slot("mirror_country", wording::country(&m.country))
                .slot("far", f.name.clone())
                .slot("far_country", wording::country(&f.country))
        }))
}

fn three_neighbours<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let neighbours = l.neighbours();
    let [(a, one), (b, two), (c, three), ..] = neighbours.as_slice() else {
        return Vec::new();
    };
    Found::new(0.2)
        .cite("a", &[*a])
        .cite("b", &[*b])
        .cite("c", &[*c])
        .slot("a", one.name.clone())
        .slot("b", two.name.clone())
        .slot("c", three.name.clone())
        .slot("a_km", numbers::km(one.km))
        .slot("a_dir", wording::direction(one.direction))
        .slot("b_dir", wording::direction(two.direction))
        .slot("c_dir", wording::direction(three.direction))
        .only()
}

fn sea_or_capital<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let (Some((coast, km)), Some((capital, other))) = (l.coast(), l.capital()) else {
        return Vec::new();
    };
    if km < 8.0 || (km / other.km.max(1.0) - 1.0).abs() < 0.1 {
        return Vec::new();
    }
    Found::new(0.25)
        .cite("coast", &[coast])
        .cite("capital", &[capital])
        .slot("nearer", if km < other.km { "sea" } else { "capital" })
        .slot("capital", other.name.clone())
        .slot("back", wording::direction(other.direction))
        .slot("coast_km", numbers::km(km))
        .slot("capital_km", numbers::km(other.km))
        .only()
}
