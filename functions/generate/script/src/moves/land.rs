//! Land and water of its country.

use places::Topic;

use super::{Found, Group, Move, listed_whole, quoted};
use crate::{ledger::Ledger, theme::Theme};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "L1",
        group: Group::Land,
        themes: &[Theme::Nature],
        essential: 0.5,
        titles: &[
            "Flat, steep, wet, dry",
            "The ground of {country}",
            "What {country} stands on",
        ],
        find: terrain,
        skeletons: &[
            "A: What does the land look like?
             H: {?whole} The Factbook describes the terrain of {country} like this: {text}. [f]",
            "H: {?whole} The terrain of {country}, in the words of the Factbook: {text}. [f]
             A: You could almost fold a map from that. [-]",
            "A: If {country} were a floor, how flat would it be?
             H: I read from the Factbook: {text}. [f]",
            "H: {?opens} Under terrain, the Factbook <begins the page on {country} with|has this for {country}>: {text}. [f]",
            "A: Hills or plains, in {country}?
             H: The Factbook answers: {text}. [f]",
            "H: <Unroll {country}.|Run a hand over {country}.> [-] Under your fingers, says the Factbook: {text}. [f]",
            "H: A hiker should know this about {country}: {text}. [f]",
            "A: <What would a cyclist say about {country}?|Good country for a bicycle?>
             H: Read the Factbook and decide: {text}. [f]",
            "H: {Text}: <that is the ground of {country}|so lies the land in {country}>, in the Factbook. [f]",
            "A: Take the people away, and the houses. What is left of {country}?
             H: This, going by the Factbook: {text}. [f]",
            "H: If you flew over {country}, the Factbook could sit next to you and say: {text}. [f]
             A: <And I would keep the window seat.|I would ask for the window.> [-]",
            "A: Sketch {country} in pencil, no colours. [-]
             H: {Text}. [f] The Factbook's pencil, not mine. [f]",
        ],
    },
    Move {
        id: "L2",
        group: Group::Land,
        themes: &[Theme::Nature],
        essential: 0.4,
        titles: &[
            "The top of {country}",
            "The highest point",
            "As high as {country} gets",
        ],
        find: highest,
        skeletons: &[
            "A: And the top of {country}?
             H: The highest point, says the Factbook: {text}. [f]",
            "H: {Country} ends, upwards, in a name. [-] The highest point is {text}. [f]",
            "A: How high does {country} go?
             H: Up to its highest point: {text}. [f]
             A: I will stay down here. [-]",
            "H: For the highest point of {country}, the Factbook writes: {text}. [f]",
            "A: <What would a climber want in {country}?|And the summit of {country}?>
             H: Its highest point: {text}. [f]",
            "H: {text}: <you cannot get higher in {country}|that is the highest point of {country}>. [f]",
            "A: Where would you plant a flag in {country}?
             H: On the highest point, so that it can be seen: {text}. [f]",
            "H: {Country} has a roof. [f] {Text}. [f]",
            "A: Look up, in {country}. What is in the way?
             H: At the highest point, {text}. [f]",
            "H: {Text}. [f] <No ground in {country} is higher|Above it {country} has just air>. [f]",
            "A: If the sea rose without end, what would be left of {country}?
             H: For a while, its highest point. [-] {Text}. [f]",
        ],
    },
    Move {
        id: "L3",
        group: Group::Land,
        themes: &[Theme::Nature],
        essential: 0.3,
        titles: &["The bottom of {country}", "As low as it gets"],
        find: lowest,
        skeletons: &[
            "A: And the other end of the scale?
             H: The lowest point of {country}: {text}. [f]",
            "H: The lowest point of {country} has an entry too: {text}. [f]",
            "A: How low does {country} go?
             H: Down to its lowest point: {text}. [f]",
            "H: {text}: <that is as low as {country} gets|below that, no more of {country}>, says the Factbook. [f]",
            "H: The bottom of {country} has a name. [f] Its lowest point: {text}. [f]",
            "A: Down, please. How far down does {country} let me go?
             H: To its lowest point: {text}. [f]",
            "H: Rain that falls on {country} ends up near this, or tries to: {text}, the lowest point. [f]",
            "H: A cellar in {country} would have to be deep to beat this: {text}, its lowest point. [f]",
        ],
    },
    Move {
        id: "L4",
        group: Group::Land,
        themes: &[Theme::Nature, Theme::Map],
        essential: 0.4,
        titles: &[
            "The long rivers",
            "Follow the water",
            "A river, in one line",
            "Water on the move",
        ],
        find: river,
        skeletons: &[
            "A: Which river should I know?
             H: Among the major rivers of {country}, the Factbook lists this one: {text}. [f]",
            "H: A line from the list of rivers of {country}: {text}. [f]
             A: You could follow it with a finger. [-]",
            "A: And water that moves?
             H: On the list of the major rivers of {country} I find: {text}. [f]",
            "H: Of the rivers of {country}, take one: {text}. [f]",
            "A: Name a river. [-]
             H: The Factbook has this one under {country}: {text}. [f]",
            "H: {text}: <a river on the list of {country}|so reads a line among the rivers of {country}>. [f]",
            "A: What would a raft do in {country}?
             H: Drift, perhaps on this one: {text}. [f]",
            "H: The Factbook has a list of rivers for {country}, and on it stands {text}. [f]",
            "A: <Give {country} a blue line.|Draw a blue line through {country}.> What is it called? [-]
             H: {Text}. [f]",
            "H: Water has drawn a line on the map of {country}. [f] {Text}. [f]
             A: <And it is still at it.|Patiently.> [-]",
        ],
    },
    Move {
        id: "L5",
        group: Group::Land,
        themes: &[Theme::Nature, Theme::Map],
        essential: 0.4,
        titles: &[
            "A note in the margin",
            "What geographers add",
            "The geography note",
        ],
        find: note,
        skeletons: &[
            "A: Anything odd about the geography?
             H: The Factbook adds a note on {country}: {text}. [f]",
            "H: In its notes on geography, the Factbook says of {country}: {text}. [f]",
            "H: There is a remark in the margin of the map of {country}: {text}. [f]
             A: Margins are for the good parts. [-]",
            "A: What would a geographer underline?
             H: In the Factbook, under {country}: {text}. [f]",
            "A: <What is {country} proud of, on a map?|And one note on the whole country?>
             H: From the geography notes on {country}: {text}. [f]",
            "H: A note <from|in> the Factbook on {country}: {text}. [f]
             A: <Noted.|Short enough for a margin.> [-]",
            "A: One remark about the map of {country}, and then we fold it. [-]
             H: In the Factbook's notes: {text}. [f]",
            "H: {Text}: <a remark on|so it says of> the geography of {country}, in the Factbook. [f]",
            "A: What would win a quiz about {country}?
             H: Perhaps a note from the Factbook: {text}. [f]",
            "H: Somebody added a line to the geography of {country}: {text}. [f]",
        ],
    },
    Move {
        id: "L6",
        group: Group::Size,
        themes: &[Theme::Size, Theme::Map],
        essential: 0.15,
        titles: &[
            "As large as what?",
            "{Country} against a map",
            "A country for comparison",
        ],
        find: area,
        skeletons: &[
            "A: How big is the whole country?
             H: The Factbook compares {country} with what its readers know: {text}. [f]
             A: An American yardstick, then. [-]",
            "H: For the area of {country}, the Factbook offers a comparison: {text}. [f]
             A: An American yardstick. [-]",
            "A: <Lay {country} on a map.|How much map does {country} cover?> [-]
             H: In the Factbook it measures like this: {text}. [f]",
            "H: {Country}, in area: {text}. [f]
             A: <Says an American?|Whose comparison?>
             H: The Factbook's. [-]",
            "H: The Factbook measures {country} in <states and neighbours|pieces of other maps>: {text}. [f]",
            "A: Large country or small?
             H: For {country} the Factbook answers with a comparison: {text}. [f]",
            "H: Cut {country} out of the map and lay it on another one. [-] {text}, says the Factbook. [f]",
            "A: <Lend me a shape of about the size of {country}.|What would {country} fit on?> [-]
             H: For {country}, the Factbook lends this: {text}. [f]",
            "H: On a bathroom scale for countries, {country} would read: {text}. [f]
             A: <Who printed that scale?|In those units?>
             H: An American one: it is the Factbook's. [f]",
            "A: How long is the coat that {country} would need?
             H: <The tailor is the Factbook|Ask the Factbook's tailor>: {text}. [f]",
            "H: {Text}. <So much ground has|That much ground belongs to> {country}, by the Factbook. [f]",
            "A: Can an American picture {country}?
             H: The Factbook thinks so: {text}. [f]",
            "H: The people who wrote the Factbook looked for something that fits {country}, and found this: {text}. [f]",
        ],
    },
    Move {
        id: "L7",
        group: Group::Land,
        themes: &[Theme::Nature],
        essential: 0.3,
        titles: &["The edge of {country}", "Coast in kilometres"],
        find: coastline,
        skeletons: &[
            "A: How much coast does {country} have?
             H: By the Factbook: {text}. [f]",
            "H: The coastline of {country}, according to the Factbook: {text}. [f]",
            "A: <If I walked the whole edge of {country}?|And the edge of {country}?>
             H: Its coastline in the Factbook: {text}. [f]",
            "H: {Country} meets the sea along {text}, by the Factbook's count of its coastline. [f]",
            "H: {text} of coastline: that is {country}, in the Factbook. [f]
             A: <A long walk, or a short one.|Depending on the ruler.> [-]",
            "A: <Where {country} gets wet feet, how long is that line?|How long is the wet edge of {country}?>
             H: In the Factbook, {text}. [f]",
            "H: {Text} of shore: with that {country} faces the sea, says the Factbook. [f]",
            "A: If you tied a ribbon along the coast of {country}, how much ribbon?
             H: {Text}, and the Factbook holds the scissors. [f]",
            "H: The coast of {country}, unrolled, comes to {text}. [f]
             A: <And rolled up again?|Mind the tide.> [-]",
            "A: Lighthouse keepers of {country}, how long is your beat?
             H: They would have to ask the Factbook: {text} of coastline. [f]",
        ],
    },
    Move {
        id: "L8",
        group: Group::Land,
        themes: &[Theme::Nature],
        essential: 0.4,
        titles: &[
            "What can go wrong",
            "The hazards of {country}",
            "Both on one line",
        ],
        find: hazards,
        skeletons: &[
            "A: What does nature do to {country}?
             H: {?whole} Under hazards, the Factbook lists: {text}. [f]",
            "H: {?whole} The hazards of {country} take up one line: {text}. [f]
             A: A line nobody would choose. [-]",
            "H: {?whole} On the line for natural hazards in {country} you read: {text}. [f]",
            "A: <What should people in {country} watch for?|And the risks, over all of {country}?>
             H: Among the hazards, the Factbook names: {text}. [f]",
            "H: {?opens} Under natural hazards, the list for {country} <opens|begins>: {text}. [f]",
            "A: What can go wrong in {country}?
             H: The Factbook, under hazards: {text}. [f]",
            "A: <Is {country} a safe floor to stand on?|Does the ground of {country} keep still?>
             H: The Factbook keeps a list: {text}. [f]",
            "H: An insurer would read this about {country}: {text}. [f]
             A: {?whole} <And set a price.|And reach for a calculator.> [-]",
            "A: What does {country} have to be ready for?
             H: Nature has these to offer, says the Factbook: {text}. [f]",
            "H: {Text}: <such are the hazards that the Factbook finds in {country}|the Factbook has them down for {country}>. [f]",
            "A: On a bad day in {country}, what is it?
             H: The line for hazards gives {text}. [f]",
            "H: Where {country} and nature disagree, the Factbook takes notes: {text}. [f]",
            "A: And the darker side of the map?
             H: For the whole of {country}, the hazards on record are {text}. [f]",
        ],
    },
    Move {
        id: "L9",
        group: Group::Land,
        themes: &[Theme::Nature],
        essential: 0.4,
        titles: &["The weather of a country", "The climate of {country}"],
        find: climate,
        skeletons: &[
            "A: And the weather over the whole country?
             H: For {country} the Factbook has this: {text}. [f]",
            "H: The climate of {country}, in a line of the Factbook: {text}. [f]",
            "A: Sun or rain, over all of {country}?
             H: Both, one expects. [-] The Factbook says of {country}: {text}. [f]",
            "A: <One climate or many, in {country}?|Does all of {country} get the same weather?>
             H: The Factbook puts it so: {text}. [f]",
            "H: Weather, for all of {country}, in one breath: {text}. [f]",
            "A: What would a pilot be told before flying over {country}?
             H: In the Factbook's words: {text}. [f]",
            "H: {Text}: <the sky of {country}|that is the climate of {country}>, as the Factbook has it. [f]",
        ],
    },
    Move {
        id: "L10",
        group: Group::Size,
        themes: &[Theme::Size, Theme::Map],
        essential: 0.2,
        titles: &["Where people live", "The full and the empty half"],
        find: people,
        skeletons: &[
            "A: Where in {country} are the people?
             H: The Factbook answers: {text}. [f]",
            "H: People are not spread evenly over {country}. [f] The Factbook puts it this way: {text}. [f]",
            "H: On where people live in {country}, the Factbook says: {text}. [f]",
            "A: <Which half of {country} is full?|Where does {country} keep its people?>
             H: By the Factbook: {text}. [f]",
            "A: If {country} were a theatre, which seats would be taken?
             H: The Factbook has been inside: {text}. [f]",
            "H: Nobody spreads people evenly, and {country} does not either. [-] {Text}, says the Factbook. [f]",
            "A: By night, from above, where is {country} lit?
             H: I can give you people instead of lamps: {text}. [f]",
            "H: {Text}: <that is the population of {country} on a map|so lives {country}>, if you follow the Factbook. [f]",
            "A: Where would a salesman go in {country}?
             H: Where the people are. [-] In the Factbook: {text}. [f]",
        ],
    },
];

fn terrain<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    listed_whole(l, Topic::Terrain, 0.25)
}

fn highest<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    quoted(l, Topic::HighestPoint, 0.3)
}

fn lowest<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    quoted(l, Topic::LowestPoint, 0.25)
}

fn river<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    quoted(l, Topic::River, 0.3)
}

fn note<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    quoted(l, Topic::GeographyNote, 0.35)
}

fn area<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    quoted(l, Topic::AreaComparison, 0.2)
}

fn coastline<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    quoted(l, Topic::Coastline, 0.2)
}

fn hazards<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    listed_whole(l, Topic::Hazards, 0.35)
}

fn climate<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    listed_whole(l, Topic::Climate, 0.2)
}

fn people<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    quoted(l, Topic::PopulationDistribution, 0.25)
}
