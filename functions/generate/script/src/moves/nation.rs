//! Flag, anthem, language, work of its country.

use places::Topic;

use super::{Found, Group, Move, listed_whole, quoted};
use crate::{ledger::Ledger, theme::Theme};

pub(super) const MOVES: &[Move] = &[
    Move {
        id: "N1",
        group: Group::Nation,
        themes: &[Theme::Culture, Theme::History],
        essential: 0.6,
        titles: &["Colours", "The flag, part by part", "What the flag says"],
        find: flag,
        skeletons: &[
            "A: And the flag?
             H: {?start} The Factbook begins with this: {text}. [f]",
            "H: {?start} Look at the flag of {country}. [-] The Factbook starts like this: {text}. [f]",
            "H: {?start} What is written of the flag of {country} begins like this: {text}. [f]
             A: Cloth with a paragraph. [-]",
            "A: What flies over the town halls?
             H: {?start} I can tell you how the flag of {country} begins: {text}. [f]",
            "A: <Describe the flag.|Paint me the flag.> [-]
             H: {?start} For {country} I would begin with this: {text}. [f]",
            "A: <What does one read about the flag?|Is there a line about the flag?>
             H: {?more} Of the flag of {country}, the Factbook <says this|has this to say>: {text}. [f]",
            "H: {?more} On the flag of {country} the Factbook <makes a remark|has this line>: {text}. [f]",
            "H: {?more} There is something to say about the flag of {country}. [-] The Factbook says: {text}. [f]
             A: So it is not just cloth. [-]",
            "H: {?more} The flag, on the Factbook's page on {country}: {text}. [f]",
            "A: <What should I know when I see the flag wave?|And if I look at the flag for longer?>
             H: {?more} In the lines on the flag of {country}: {text}. [f]",
            "A: Would a child be able to draw the flag of {country}?
             H: {?start} The child could begin with these words: {text}. [f]",
            "H: {?start} Close your eyes for the flag of {country}, and begin with this: {text}. [f]
             A: Still drawing. [-]",
            "A: What is on the mast, in {country}?
             H: {?start} {Text}, to begin with. [f]",
            "H: {?start} A tailor with an order for the flag of {country} would first read this: {text}. [f]",
            "A: From a long way off, how would I tell that a ship is from {country}?
             H: {?start} By its flag, to begin with: {text}. [f]",
            "H: {?start} {Text}. [f]
             A: Whose flag begins like that?
             H: {?start} That of {country}. [f]",
            "H: {?more} And why does the flag of {country} look that way? The Factbook offers this: {text}. [f]",
            "A: <Does the flag mean anything?|Is there a thought behind the flag?>
             H: {?more} For {country} the Factbook has one: {text}. [f]",
            "H: {?more} {Text}: <that is on record about|so one reads about> the flag of {country}. [f]",
            "A: Tell me something about the flag. [-]
             H: {?more} About that of {country}: {text}. [f]",
        ],
    },
    Move {
        id: "N2",
        group: Group::Nation,
        themes: &[Theme::Culture],
        essential: 0.4,
        titles: &["A title to sing", "The song", "The anthem"],
        find: anthem,
        skeletons: &[
            "A: Is there a song?
             H: The anthem of {country} is listed as {text}. [f]",
            "H: The title of the anthem of {country}: {text}. [f]
             A: You will not sing it, I hope. [-]",
            "H: When {country} stands up to sing, the title on the sheet is {text}. [f]",
            "A: <What do they sing in {country}?|And what does the band play?>
             H: The anthem of {country}, by title: {text}. [f]",
            "H: {text}: <with those words on the cover|under that title>, {country} has its anthem. [f]",
            "A: If I hear an orchestra in {country} and everybody stands up, what is it?
             H: Probably the anthem: {text}. [f]",
            "H: On the piano in the embassy of {country} lies {text}, one supposes: the anthem. [f]",
            "A: What is the most official piece of music in {country}?
             H: By the Factbook it is the anthem, {text}. [f]",
            "H: {Text} is the anthem of {country}. [f]
             A: <I will stand up, then.|Noted, in case of medals.> [-]",
        ],
    },
    Move {
        id: "N3",
        group: Group::Nation,
        themes: &[Theme::Culture, Theme::History],
        essential: 0.5,
        titles: &["The story of the song", "How the anthem got there"],
        find: anthem_story,
        skeletons: &[
            "A: Where does the anthem come from?
             H: Of the anthem of {country} the Factbook says: {text}. [f]",
            "H: The anthem of {country} has a <story|page>. [f] In the Factbook: {text}. [f]",
            "H: On the anthem of {country}, a line of the Factbook: {text}. [f]",
            "A: <And the tune?|How did {country} get its song?>
             H: I have one line on the anthem: {text}. [f]",
            "H: Under the title of the anthem, the page on {country} <adds|goes on>: {text}. [f]",
            "H: About its song, {country} is on record like this: {text}. [f]
             A: <Not sung, just read.|Words without music.> [-]",
            "A: Is there a story in the <song|anthem> of {country}?
             H: A short one: {text}. [f]",
            "H: Somebody at the Factbook took a note while {country} sang: {text}. [f]",
            "A: <Songs have pasts.|A tune does not come from nowhere.> What about the anthem of {country}? [-]
             H: As the Factbook has it: {text}. [f]",
            "H: {Text}: <there you have|with that you have> the anthem of {country}, in a clause. [f]",
            "A: Before we hear a note from {country}, a word on the music?
             H: Of the anthem one reads: {text}. [f]",
            "H: Behind the anthem of {country} stands this: {text}. [f]
             A: <I will hear it differently now.|And the tune says none of that.> [-]",
            "A: Where did the anthem of {country} pick up its history?
             H: The Factbook follows the trail this far: {text}. [f]",
        ],
    },
    Move {
        id: "N4",
        group: Group::Nation,
        themes: &[Theme::Culture, Theme::History],
        essential: 0.5,
        titles: &["The day off", "A date to keep", "One day of the year"],
        find: holiday,
        skeletons: &[
            "A: Which day does {country} celebrate?
             H: The Factbook lists the national holiday: {text}. [f]",
            "H: The national holiday of {country}: {text}. [f]
             A: Mark the calendar. [-]",
            "H: A day of the year is marked in {country}: {text}. [f]",
            "A: <Is there a day that belongs to {country}?|Which date should I circle?>
             H: The national holiday of {country}, {text}. [f]",
            "A: And a date for the diary?
             H: {text}, the national holiday of {country}. [f]",
            "H: Once a year {country} takes itself seriously: {text}. [f]",
            "A: When should I expect fireworks?
             H: I make no promise about fireworks. [-] The national holiday of {country} is {text}. [f]",
            "H: {Text}: <on that day {country} is its own guest|a red number in the calendar of {country}>. [f]",
            "A: Is there a birthday on the wall in {country}?
             H: The national holiday hangs there: {text}. [f]",
            "H: Ask a calendar from {country} for its national holiday, and it says {text}. [f]",
        ],
    },
    Move {
        id: "N5",
        group: Group::Nation,
        themes: &[Theme::Culture],
        essential: 0.4,
        titles: &["On the coat of arms", "An animal, a plant, a sign"],
        find: symbols,
        skeletons: &[
            "A: What stands for {country}?
             H: As national symbols, the Factbook names: {text}. [f]",
            "H: The national symbols of {country}, as listed: {text}. [f]
             A: Somebody had to choose. [-]",
            "A: <If {country} were an animal or a plant?|What would you put on a coin of {country}?>
             H: Its national symbols in the Factbook: {text}. [f]",
            "H: {Text}: <so {country} presents itself, in symbols|by the Factbook, that stands for {country}>. [f]",
            "H: {Text}: <put that on a coin|sew that on a jacket>, and it stands for {country}. [f]",
            "A: Which picture means {country}?
             H: By the Factbook's list of symbols: {text}. [f]",
            "H: Ask {country} for its emblem, and the Factbook answers for it: {text}. [f]",
            "A: What would a stamp from {country} show?
             H: I can tell you what it lists as symbols: {text}. [f]",
        ],
    },
    Move {
        id: "N6",
        group: Group::Nation,
        themes: &[Theme::Culture],
        essential: 0.4,
        titles: &["Worth keeping", "Listed by the world", "World Heritage"],
        find: heritage,
        skeletons: &[
            "A: What in {country} is World Heritage?
             H: One of the sites: {text}. [f]",
            "H: From the World Heritage list of {country}: {text}. [f]",
            "H: {Country} has it on the World Heritage list: {text}. [f]
             A: One line of many. [-]",
            "A: Name a site that the world wants kept. [-]
             H: In {country}, on the World Heritage list: {text}. [f]",
            "A: <What would you show a visitor to {country}?|A stop in {country}?>
             H: The World Heritage list suggests: {text}. [f]",
            "H: {text}: that, too, is {country}, and it is on the World Heritage list. [f]",
            "A: <One more name from {country}?|And something old, in {country}?>
             H: On the World Heritage list: {text}. [f]",
            "H: A pin on the map of {country}, put there by the World Heritage list: {text}. [f]",
            "A: What would {country} save from a fire?
             H: I cannot speak for {country}. [-] The World Heritage list would save {text}. [f]",
            "H: {Text}. [f]
             A: What is that?
             H: A site in {country}, from the World Heritage list. [f]",
            "A: Where do coaches stop in {country}?
             H: We have no timetable. [-] We have a World Heritage site: {text}. [f]",
            "H: Among the entries for {country} on the World Heritage list you come to this one: {text}. [f]
             A: <Wrap it carefully.|Handle with care.> [-]",
        ],
    },
    Move {
        id: "N7",
        group: Group::Name,
        themes: &[Theme::Words, Theme::Culture],
        essential: 0.5,
        titles: &["Spoken here", "What people speak", "Languages of {country}"],
        find: languages,
        skeletons: &[
            "A: What do people speak?
             H: For {country} the Factbook lists: {text}. [f]",
            "H: Listen to {country}. [-] The languages on its page are: {text}. [f]",
            "H: The Factbook counts the languages of {country}: {text}. [f]",
            "A: <Which dictionary should I pack?|In what words would I ask the way?>
             H: Under languages, {country} has: {text}. [f]",
        ],
    },
    Move {
        id: "N8",
        group: Group::Nation,
        themes: &[Theme::Work],
        essential: 0.15,
        titles: &["What grows", "From the fields of {country}"],
        find: agriculture,
        skeletons: &[
            "A: What grows in {country}?
             H: The final edition of the Factbook lists the harvest: {text}. [f]",
            "H: From the fields and stables of {country}, in the final Factbook: {text}. [f]
             A: There goes my shopping list. [-]",
            "A: <What is in the barns of {country}?|And the farms of {country}?>
             H: By the final Factbook: {text}. [f]",
        ],
    },
    Move {
        id: "N9",
        group: Group::Nation,
        themes: &[Theme::Work],
        essential: 0.15,
        titles: &["What is made", "The workshops of {country}"],
        find: industry,
        skeletons: &[
            "A: And industry?
             H: For {country}, the final edition of the Factbook has: {text}. [f]",
            "H: The industries of {country}, as the final Factbook names them: {text}. [f]",
            "A: <Who works at what in {country}?|And the factories of {country}?>
             H: The final Factbook lists, under industries: {text}. [f]",
            "H: <Workshops and works, in {country}|A list from the factories of {country}>, by the final Factbook: {text}. [f]",
            "A: What do they build, mix, sew and sell in {country}?
             H: The final Factbook, in its own order: {text}. [f]",
            "H: {Text}: <under industries, that is {country}|so works {country}>, by the final Factbook. [f]",
            "A: Look at the label: made in {country}. What might it be sewn on?
             H: From the final Factbook, under industries: {text}. [f]",
        ],
    },
];

fn flag<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    quoted(l, Topic::Flag, 0.45)
}

fn anthem<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    quoted(l, Topic::AnthemTitle, 0.3)
}

fn anthem_story<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    quoted(l, Topic::AnthemHistory, 0.45)
}

fn holiday<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    quoted(l, Topic::Holiday, 0.35)
}

fn symbols<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    listed_whole(l, Topic::Symbols, 0.3)
}

fn heritage<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    quoted(l, Topic::Heritage, 0.3)
}

fn languages<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    quoted(l, Topic::Languages, 0.3)
}

fn agriculture<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    quoted(l, Topic::Agriculture, 0.2)
}

fn industry<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    quoted(l, Topic::Industry, 0.2)
}
