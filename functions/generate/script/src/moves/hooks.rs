//! Openings whose other half waits until the end.

use places::Datum;

use super::{Found, Group, Move};
use crate::{ledger::Ledger, numbers, theme::Theme, wording};

/// Every hook: skeletons are `opening --- close`.
pub const HOOKS: &[Move] = &[
    Move {
        id: "H3",
        group: Group::Size,
        themes: &[Theme::Size],
        essential: 0.2,
        titles: &["The closer you look", "Two lists, two sizes", "Change the list", "The size of a list"],
        find: frames,
        skeletons: &[
            "H: The closer you look at {place}, the {bigger} it gets. [world country]
             A: How does it manage that?
             H: You change the list you hold it against. [-] On the list of the whole world it <stands|falls> in the {world_half}. [world]
             ---
             A: So the closer you look, the {bigger} it gets?
             H: On the list of {country}, the {home_half}. [country] The list has changed, not the {kind}: {place} is <the same size as before|where it was when we began>. [world country]",
            "A: Is {place} large or small?
             H: That is the wrong question. Ask: on which list?
             A: The longest one. [-]
             H: There it stands in the {world_half}. [world] Keep that in mind. [-]
             ---
             A: I still have my question, large or small?
             H: And I have two lists. [-] The world says {world_half}, and {country} says {home_half}. [world country]
             A: <Then I will ask for the list first.|Large or small, on which list?> [-]",
            "H: I can move {place} up or down without moving a single house. [world country]
             A: With what?
             H: With a list. I start with the world: there, this is the {world_half}. [world]
             ---
             A: You owe me the second list. [-]
             H: It is the one for {country}, and there {place} belongs to the {home_half}. [country]
             A: Up or down, and not a single house has moved. [world country]",
            "H: Two lists carry the name {place}, and they do not agree on what to make of it. [world country]
             A: What does the first one say?
             H: That one is the world by population. It says: {world_half}. [world]
             ---
             H: The second list is still open. [-]
             A: Read it out. [-]
             H: {country_start} by population, and it says: {home_half}. [country]
             A: The lists do not agree, and both carry the name {place}. [world country]",
            "A: Could you say, in a word, how big {place} is?
             H: I would need several lists. The word of the world list is {world_half}. [world]
             A: And the other word?
             H: It belongs to {country}, and it comes at the end. [-]
             ---
             A: One word you have given me, and the other you kept. [-]
             H: The list of {country} says {home_half}. [country]
             A: Two lists, two words, one {kind}. [-]",
            "H: Ask the whole world about {place}, and it shrugs: {world_half} of the list. [world]
             A: And whom should I ask instead?
             H: Somebody nearer. Wait for that answer. [-]
             ---
             A: The world shrugged. Whom should I have asked?
             H: {country_start}. [-] On that list the answer is {home_half}. [country]
             A: Ask nearer, and the answer changes. [-]",
            "A: What changes when you swap the map of the world for a map of {country}?
             H: For {place}, quite a lot. The world map has it in the {world_half}, by number of people. [world]
             ---
             H: We never swapped the maps. [-]
             A: Do it now, for a map of {country}. [-]
             H: By number of people, {place} is in the {home_half} there. [country]
             A: Same dot, other map. [-]",
            "H: {place} has two ranks, and they pull in opposite directions. [world country]
             A: Upwards and downwards?
             H: That is for later. The world's rank puts it in the {world_half}. [world]
             ---
             A: You said the ranks pull in opposite directions. [-]
             H: In {country} the rank says {home_half}. [country] In the world it said {world_half}. [world]
             A: <So it is all in the frame.|Two ranks, one dot.> [-]",
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
            "A: Suppose a line went from {place} straight through the centre of the Earth. Where would it come out?
             H: I know, and I will not say yet. [-]
             ---
             H: Now for the line through the centre of the Earth. [-]
             A: Where does it come out?
             H: Nearest to {other}, in {abroad}, give or take {off_bare}. [f]
             A: So {place} and {other} hold the ends of one line. [f]",
            "H: Somewhere on this planet there is a place whose floor faces the floor of {place}. [f]
             A: Whose floor?
             H: It is on our list, and it gets the last word. [f]
             ---
             A: Now for the floor on the other side of the planet. [-]
             H: The nearest listed place to that point is {other}, in {abroad}. [f]
             A: Floor to floor, {place} and {other}. [f]",
            "H: Drop a plumb line in {place}, and let it run on past the centre of the Earth. [f]
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
    Move {
        id: "H23",
        group: Group::Name,
        themes: &[Theme::Words, Theme::History],
        essential: 0.9,
        titles: &["What the name holds", "A name with a past", "Inside the name", "The word {place}"],
        find: name_origin,
        skeletons: &[
            "H: The name {place} was something else before it was a name. [f]
             A: What was it?
             H: The Factbook has a line on it. It starts like this: {first}. [f]
             ---
             A: Go back to the name. What was it before?
             H: The same line goes on: {second}. [g]
             A: Something else, before it was the name {place}. [f]",
            "A: What is inside the name {place}?
             H: The Factbook opens it: {first}. [f]
             A: Is that all?
             H: There is a second half. It can wait. [-]
             ---
             H: I still hold the second half of the name. [-]
             A: Say it. [-]
             H: {Second}. [g]
             A: So that is inside the name {place}. [f]",
            "H: The word {place} has a past, and the Factbook has kept some of it. [f]
             A: How much?
             H: Listen: {first}. [f]
             ---
             A: And how does the past of the word go on?
             H: In the Factbook, like this: {second}. [g]
             A: That much is in the word {place}. [f]",
            "A: Take the word {place} off the map and turn it over. What is written on the back?
             H: In the Factbook's hand: {first}. [f]
             A: I can see more writing. [-]
             H: Turn it over again later. [-]
             ---
             A: May I turn the word over again?
             H: Now you may. The rest of the writing says: {second}. [g]
             A: Then I will put the word back on the map. [-]",
        ],
    },
    Move {
        id: "H29",
        group: Group::Story,
        themes: &[Theme::History, Theme::Culture],
        essential: 0.8,
        titles: &["What became of {gone}", "{gone} and {stays}", "Looking for {gone}", "The end of {gone}"],
        find: super::quarrel::gone,
        skeletons: &[
            "H: Something is missing from {place}, and a dictionary knows what. [gone]
             A: You are not going to say?
             H: The name, yes: {gone}. [gone] How it ended, I keep for the end. [-]
             ---
             A: Something was missing. How did {gone} end? [gone]
             H: In the words of the dictionary, {how}. [gone]
             A: And in {place}, something else is still listed?
             H: {stays}: {what}. [stays]",
            "A: What would you look for in {place}, and not find?
             H: {gone}. [gone] You would find {stays} on the same page of the dictionary. [stays]
             A: And why not {gone}? [gone]
             H: All in good time. [-]
             ---
             A: You never told me why I would look for {gone} and not find it. [gone]
             H: The dictionary says so: {how}. [gone] Under {stays}, it says: {what}. [stays]
             A: Then I know which of the two to look for. [-]",
            "H: Two names from {place}: one has an end in the dictionary, and the other has none. [gone stays]
             A: Which names?
             H: {gone} and {stays}. [gone stays] Place your bets. [-]
             ---
             A: {stays} is the one without an end, I bet. [stays]
             H: You win. [-] {Stays}: {what}. [stays]
             A: And {gone}? [gone]
             H: {How}. [gone]",
            "A: If a guide to {place} were two hundred years out of date, what would be wrong with it?
             H: It might send you to {gone}. [gone]
             A: And I would stand there with my guide?
             H: In front of a story. You get it at the end. [-]
             ---
             A: I am still standing where the guide sent me, waiting for {gone}. [gone]
             H: Then hear it from the dictionary: {how}. [gone]
             A: Is there anything left to see?
             H: By the same dictionary there is {stays}: {what}. [stays]",
        ],
    },
    Move {
        id: "H24",
        group: Group::Name,
        themes: &[Theme::Words],
        essential: 0.1,
        titles: &["First and last", "One of one", "Nobody else", "A list with one line"],
        find: only_bearer,
        skeletons: &[
            "H: There is one list that {place} leads, and the same list has it in last place. [f]
             A: First and last at once? Which list is that?
             H: Not yet. Longer lists come before it. [-]
             ---
             A: Now the list where it is first and last. [-]
             H: It is the list of places called {place}. [f]
             A: And nobody else is on it. [f]",
            "A: How many places in the world are called {place}?
             H: Guess, and keep your guess until we have finished. [-]
             ---
             H: Your guess, please: how many places are called {place}?
             A: One?
             H: One. On a list as long as the world, no other has the name. [f]",
            "H: Call the name {place} across the whole world list, and listen for who answers. [f]
             A: Who does?
             H: That waits until we know who calls. [-]
             ---
             A: And the name, called across the whole list?
             H: One place answers, and it is this one. [f] No other has the name {place}. [f]",
            "A: Does {place} need a surname?
             H: Some names need one, and we will see about this one. [-]
             ---
             A: You left my question open: a surname for {place}?
             H: It gets by without: no other place on the list has the name. [f]
             A: So no surname needed. [-]",
            "H: I could send you a card with one word on it, {place}. [f]
             A: And it would arrive?
             H: That depends on a list, and the list comes last. [-]
             ---
             A: Back to your card with one word. [-]
             H: It would arrive, as far as the list goes: no other place is called {place}. [f]
             A: One word, and the card knows where to go. [-]",
            "H: Some words point at many dots on the map. [-] We will find out about the word {place}. [-]
             A: One dot or many?
             H: First, the dot we came for. [-]
             ---
             A: So, one dot or many for the word {place}?
             H: One: on the world list, no other place has it. [f]
             A: Then the word and the dot belong together. [-]",
            "A: If two people say {place}, can they mean two different places?
             H: Hold the question. It will answer itself. [-]
             ---
             H: Now your two people, both saying {place}. [-]
             A: Can they mean different places?
             H: Not on this list: no other place carries the name. [f]",
            "H: {place} holds a record that is about the name alone. [f]
             A: A record for what?
             H: For how often it is used. The figure comes at the end. [-]
             ---
             A: You promised a figure for the name. [-]
             H: The record is one: no other place on the list uses it. [f]
             A: A record for a name alone. [-]",
        ],
    },
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
            "H: When the clock in {place} strikes twelve in January, the sun is not impressed. [f]
             A: Is it early or late?
             H: {Early_late}. By how much, I keep for the end. [f]
             ---
             A: The clock strikes twelve, and the sun?
             H: In January it is highest {lag} {before_after} that. [f]
             A: So there is another noon, and the clock does not name it. [f]",
            "A: When is it noon in {place}?
             H: Twice. Once by the clock, and once by the sun. [f]
             A: How far apart are the two?
             H: First the place, then the minutes. [-]
             ---
             A: You still owe me minutes: how far apart are the two noons?
             H: {Lag} in January, and the sun comes {order}. [f]
             A: Once by the clock, and once by the sun. [f]",
            "H: There is a gap in each January day of {place}, between the clock and the sun. [f]
             A: A wide one?
             H: You can judge it at the end. [-]
             ---
             H: Now the gap of each January day, between the clock and the sun: {lag}. [f]
             A: And who is ahead?
             H: The {ahead}. [f]",
            "A: Could the clock in {place} be wrong?
             H: Not wrong. It just does not agree with the sun. [f]
             A: By how much?
             H: That is the sum at the end. [-]
             ---
             A: Do the sum: how far does the clock disagree with the sun?
             H: {Lag}, in January. [f] The {ahead} is ahead. [f]
             A: Not wrong, then, just not in agreement. [-]",
            "H: A shadow in {place} knows something that the clock does not. [f]
             A: What does a shadow know?
             H: When it is noon by the sun. We will compare notes later. [-]
             ---
             A: Let us hear the shadow against the clock. [-]
             H: In January the shadow shrinks to its noon length {lag} {before_after} twelve. [f]
             A: So the shadow knew. [-]",
            "A: Who decides when it is noon in {place}, the sun or the law?
             H: Both, and they do not agree. [f] By how much comes later. [-]
             ---
             A: Sun against law: how large is the quarrel about noon?
             H: In January, {lag}. [f]
             A: And which one is first?
             H: The {ahead}. [f]",
            "H: In {place}, midday is not in the middle of the day by the clock. [f]
             A: Then where is the middle?
             H: Off to one side. How far, you get at the end. [-]
             ---
             A: Midday was off to one side. How far?
             H: In January, the sun is highest {lag} {before_after} twelve. [f]
             A: That is where the middle of the day went. [-]",
            "H: Somebody in {place} with a sundial and somebody with a watch would miss each other. [f]
             A: By long?
             H: Long enough to be worth a number, later. [-]
             ---
             A: The sundial and the watch: by how much do they miss each other?
             H: By {lag} in January. [f] The watch is {watch}. [f]
             A: I will bring both the sundial and the watch. [-]",
        ],
    },
    Move {
        id: "H8",
        group: Group::Ground,
        themes: &[Theme::Map],
        essential: 0.2,
        titles: &["In front of the door", "Next to a giant", "Who lives next door", "A large shadow"],
        find: giant,
        skeletons: &[
            "A: How small can you be and still have a giant next door?
             H: As small as {place}. [people] The giant is {km} away, and it has a name that we will come to. [city]
             ---
             A: You said there was a giant next door. [-]
             H: {city}, to the {dir}. [city] It holds {times} the people of {place}. [city people]
             A: Small and giant, {km} apart. [city]",
            "H: Stand in {place}, look {dir}, and {km} away there is something much larger than the {kind} itself. [city people]
             A: What is it?
             H: Let us look at this side first. [-]
             ---
             A: And what do we see when we look {dir}?
             H: {city}. [city] Something much larger, {times} in fact. [city people]",
            "H: {place} fits into its neighbour {times}. [city people]
             A: Which neighbour?
             H: You can work it out from the map, or wait. [-]
             ---
             A: I have waited: into which neighbour does {place} fit {times}?
             H: Into {city}, {km} to the {dir}. [city]",
            "A: What do you call a place that has {times} your size and lies {km} off? [city people]
             H: From {place}, you would call it by its name. That comes later. [-]
             ---
             A: And the name of the large one, seen from {place}?
             H: {city}, on the {dir} side. [city]
             A: Now I can call the large one by its name. [-]",
            "H: The crowd near {place} has one address, {km} away. [city]
             A: Which address?
             H: Before the crowd, the {kind}. [-]
             ---
             A: And the address of the crowd?
             H: {city}. [city] <Take {place}|Count {place}> {times}, and you have that crowd. [city people]",
            "H: There is a large number close to {place}, and it is not in {place}. [city people]
             A: A number of what?
             H: Of people. They live {km} to the {dir}. [city]
             ---
             A: That large number of people close by, where was it?
             H: In {city}. [city] For each person in {place}, {ratio} there. [city people]
             A: A large number, and {km} to reach it. [city]",
        ],
    },
    Move {
        id: "H22",
        group: Group::Nature,
        themes: &[Theme::Nature, Theme::Map],
        essential: 0.15,
        titles: &["Where is the sea?", "The way to the water", "Asking for the coast", "A long way to salt"],
        find: sea_question,
        skeletons: &[
            "A: Which is nearer to {place}, the sea or the capital?
             H: {wrong_guess} [-]
             A: You will not say?
             H: I will, after you have seen the place. [-]
             ---
             A: So which is nearer to {place}, the sea or the capital?
             H: The {nearer}. [coast capital] The coast is {coast_km} away. [coast]
             A: And {capital}?
             H: {Capital_km}. [capital]",
            "H: Ask in {place} for the way to the sea, and ask for the way to the capital. One answer is shorter. [coast capital]
             A: The capital, I suppose?
             H: Wait for it. [-]
             ---
             H: The way to the sea is {coast_km}, as the crow flies. [coast]
             A: And the way to the capital?
             H: {Capital_km}, to {capital}. [capital] The shorter answer is the {nearer}. [coast capital]",
            "H: Two travellers leave {place}, one for the sea and one for the capital, in straight lines. [coast capital]
             A: Who arrives sooner?
             H: Let them walk. We have the time. [-]
             ---
             A: The two travellers should be there by now, sea and capital. [-]
             H: The one for the sea had {coast_km}. [coast] The one for {capital} had {capital_km}. [capital]
             A: So the traveller to the {nearer} arrives sooner. [coast capital]",
            "A: Salt water or government: what would reach {place} first?
             H: It is a matter of distance, and I have both. [-]
             ---
             A: Now both distances, salt water and government. [-]
             H: Salt water, {coast_km}. [coast] Government, which means {capital}, {capital_km}. [capital]",
            "H: From {place}, one errand is to the sea and the other to {capital}. One of them takes longer. [coast capital]
             A: Which errand would you do first?
             H: That depends on figures you do not have yet. [-]
             ---
             A: I need the figures for my errands, sea and capital. [-]
             H: To {capital} it is {capital_km}. [capital] To the sea it is {coast_km}. [coast]
             A: Then the {nearer} is the shorter errand. [coast capital]",
        ],
    },
    Move {
        id: "H17",
        group: Group::Sky,
        themes: &[Theme::Map, Theme::Sky],
        essential: 0.1,
        titles: &["The same line", "A line around the globe", "On one line with {other}", "Neighbours by latitude"],
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
            "H: At the same angle that the noon sun has over {place}, it looks at a city far away. [f]
             A: How far away?
             H: Another country. Its name comes at the end. [-]
             ---
             A: The end of the trip: what else does the noon sun look at?
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
        id: "H27",
        group: Group::Story,
        themes: &[Theme::Culture, Theme::History],
        essential: 0.45,
        titles: &["In the dictionary", "Two lines in a dictionary", "What the dictionary kept", "By definition"],
        find: dictionary,
        skeletons: &[
            "H: A dictionary has room for few places, and {place} is one that got in. [f]
             A: With how many words?
             H: With two remarks. [f g] One goes: {first}. [f]
             ---
             A: The dictionary made two remarks. I heard one. [-]
             H: The other goes: {second}. [g]
             A: So that is how {place} got in. [g]",
            "A: What does a dictionary say when you look up {place}?
             H: Two things. [f g] I will read you one: {first}. [f]
             ---
             A: And the second thing that you read in the dictionary under {place}?
             H: {Second}. [g]",
            "H: If one line had to do for {place}, the dictionary would offer this: {first}. [f]
             A: And if it had two?
             H: Then there would be a second, and it comes last. [-]
             ---
             A: One line is used up. The dictionary has a second?
             H: It does: {second}. [g]
             A: Then {place} has to fit in there. [-]",
            "A: How would a dictionary introduce {place} at a party?
             H: Briefly: {first}. [f]
             A: And after that?
             H: It would wait to be asked. Ask it at the end. [-]
             ---
             A: Dictionary, what else would you say of {place}?
             H: It answers: {second}. [g]
             A: Then it would leave the party. [-]",
            "H: Somebody once had to fit {place} into a line of a dictionary, and needed two. [f g]
             A: The first line?
             H: {First}. [f]
             ---
             A: Somebody needed two lines for {place}. You read me one. [-]
             H: The second line: {second}. [g]",
        ],
    },
];

fn half(depth: f64) -> &'static str {
    match depth {
        d if d <= 0.1 => "upper reaches",
        d if d <= 0.3333 => "upper part",
        d if d <= 0.5 => "upper half",
        d if d <= 0.6667 => "lower half",
        _ => "lower part",
    }
}

fn frames<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let (Some(world), Some(home)) = (l.world_rank(), l.country_rank()) else {
        return Vec::new();
    };
    let gap = world.depth() - home.depth();
    if gap.abs() < 0.1 || half(world.depth()) == half(home.depth()) {
        return Vec::new();
    }
    Found::new((gap.abs() * 2.0).min(1.0) as f32)
        .cite("world", &[world.fact])
        .lean("country", &[home.fact])
        .slot("bigger", if gap > 0.0 { "bigger" } else { "smaller" })
        .slot("world_half", half(world.depth()))
        .slot("home_half", half(home.depth()))
        .slot("country_start", wording::capitalised(&l.country()))
        .only()
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
        .slot("off", format!("{} kilometres", numbers::rounded(off)))
        .slot(
            "off_bare",
            format!("about {} kilometres", numbers::rounded(off)),
        )
        .only()
}

fn name_origin<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let clauses = super::name::origin(l);
    let [(f, first), .., (g, second)] = clauses.as_slice() else {
        return Vec::new();
    };
    let found = Found::new(0.9)
        .cite("f", &[*f])
        .cite("g", &[*g])
        .slot("first", first.clone())
        .slot("second", second.clone());
    match clauses.as_slice() {
        [_, (m, middle), _, ..] => found.cite("m", &[*m]).slot("middle", middle.clone()).only(),
        _ => found.only(),
    }
}

fn only_bearer<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::SameName { others: 0, .. } => Some(()),
        _ => None,
    });
    let Some((fact, ())) = read else {
        return Vec::new();
    };
    let worth = if l.place_texts() == 0 { 0.3 } else { 0.1 };
    Found::new(worth).cite("f", &[fact]).only()
}

fn two_days<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let Some((fact, (june, december))) = l.daylight() else {
        return Vec::new();
    };
    let (light, dark) = (june.max(december), june.min(december));
    if light - dark < 6.0 || dark < 0.3 || light > 23.7 {
        return Vec::new();
    }
    let north = june > december;
    Found::new(((light - dark - 6.0) / 10.0) as f32 + 0.1)
        .cite("f", &[fact])
        .slot("short", format!("about {}", numbers::hours(dark)))
        .slot("long", format!("about {}", numbers::hours(light)))
        .slot("gap", format!("about {}", numbers::hours(light - dark)))
        .slot("light_month", if north { "June" } else { "December" })
        .slot("dark_month", if north { "December" } else { "June" })
        .only()
}

fn noon_gap<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let read = l.one(|d| match d {
        Datum::ClockLag { min } if min.abs() >= 25 => Some(*min),
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

fn giant<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let (Some((people, n)), Some((fact, city))) = (l.people(), l.city()) else {
        return Vec::new();
    };
    let Some(large) = city.people else {
        return Vec::new();
    };
    let ratio = f64::from(large) / f64::from(n);
    if ratio < 8.0 || city.km > 40.0 {
        return Vec::new();
    }
    Found::new(0.2 + super::ratio_worth(ratio) * 0.4)
        .cite("city", &[fact])
        .lean("people", &[people])
        .slot("city", city.name.clone())
        .slot("km", numbers::km(city.km))
        .slot("dir", wording::direction(city.direction))
        .slot("times", numbers::times(ratio))
        .slot("ratio", numbers::about(ratio))
        .only()
}

fn sea_question<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let (Some((coast, km)), Some((capital, other))) = (l.coast(), l.capital()) else {
        return Vec::new();
    };
    let ratio = km.max(other.km) / km.min(other.km).max(0.5);
    if !(1.15..=6.0).contains(&ratio) || km < 20.0 {
        return Vec::new();
    }
    Found::new(0.25)
        .cite("coast", &[coast])
        .cite("capital", &[capital])
        .slot("wrong_guess", "Guess first.")
        .slot("nearer", if km < other.km { "sea" } else { "capital" })
        .slot("capital", other.name.clone())
        .slot("coast_km", numbers::km(km))
        .slot("capital_km", numbers::km(other.km))
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

fn dictionary<'a>(l: &Ledger<'a>) -> Vec<Found<'a>> {
    let glosses: Vec<_> = l
        .each(|d| match d {
            Datum::Gloss { text } => wording::clause(text),
            _ => None,
        })
        .into_iter()
        .collect();
    let [(f, first), (g, second), ..] = glosses.as_slice() else {
        return Vec::new();
    };
    let tidy = |text: &str| text.strip_prefix("and ").unwrap_or(text).to_owned();
    Found::new(0.5)
        .cite("f", &[*f])
        .cite("g", &[*g])
        .slot("first", tidy(first))
        .slot("second", tidy(second))
        .only()
}

/// What is said of an opening half-way: a clue, so that its question stays alive.
pub(crate) fn recalls(hook: &str) -> &'static [&'static str] {
    match hook {
        "H3" => &[
            "A: <You still owe me|I am still waiting for> the other list. [-]
             H: It is shorter than the first. <That much I give away.|Draw your own conclusion.> [-]",
            "A: Before we go on: does the other list turn things round?
             H: It gives another half, at any rate. [world country]",
            "H: By the way, the second list is the one of {country}. [country]
             A: <And the verdict?|And it says?>
             H: Later. [-]",
            "A: Large or small: may I guess by now?
             H: You may. On the second list {place} is {bigger}, if that helps. [world country]",
        ],
        "H19" => &[
            "A: <A clue, please, about the far end.|The far end of the line: at least a country?>
             H: {Abroad}. [f] The name can wait. [-]",
            "H: Somewhere around {abroad} a line is still waiting to come out of the ground. [f]
             A: <I had not forgotten.|Let it wait a little.> [-]",
            "A: Is the far end land, at least?
             H: There is a name near it, in {abroad}. [f]",
            "A: My far end of the world, is it warm there?
             H: You may look up {abroad} while we go on. [f]",
        ],
        "H23" => &[
            "A: One step further with the name, please. [-]
             H: One step, then: {middle}. [m]
             A: <And there it stops?|To be continued?>
             H: For now. [-]",
            "H: The name has moved on in the meantime: {middle}. [m]
             A: <Closer.|I can almost hear it.> [-]",
            "A: Is the rest of the name older or younger than what I have heard?
             H: I read it in the order of the Factbook. [-]",
            "A: I keep saying {place}, and have heard just half of the word. [-]
             H: I keep the other half safe. [-]",
            "H: The name {place} has come up a few times now, with half its story. [f]
             A: <Then do not forget the rest.|I count on the rest.> [-]",
        ],
        "H24" => &[
            "A: That name of ours, is the list of its bearers long?
             H: <Think of a short list.|Short enough to learn by heart.> [-]",
            "A: I have a guess about the name {place} by now. [-]
             H: Keep it. A little longer. [-]",
            "H: We have used the name {place} all this time. [-] We have yet to ask who else does.
             A: <The question stands.|I was going to.> [-]",
            "A: Will you tell me about the name, or do I have to look at the list myself?
             H: You would be done sooner than you think. [-]",
        ],
        "H12" => &[
            "A: The two days you spoke of: how far apart are they?
             H: {Gap}. [f] <You can do the sum.|The rest is a sum.> [-]",
            "A: And my {light_month} day, is it coming?
             H: It is. It takes its time to get dark. [-]",
            "H: Somebody listening in {light_month} could be hearing this by daylight, quite late. [-]
             A: You are getting ahead of the numbers. [-]",
        ],
        "H14" => &[
            "A: Who is ahead, clock or sun? That much you can say. [-]
             H: In January, the {ahead}. [f]",
            "A: By the way, have we passed noon yet?
             H: Which noon? [-] In January the {ahead} leads. [f]",
            "H: Do not set your watch yet. We still owe a sum. [-]
             A: <I will leave it as it is.|My watch has time.> [-]",
        ],
        "H8" => &[
            "A: A clue about the big neighbour?
             H: Look {dir}. [city]",
            "H: All this time, somebody large has been standing {km} away. [city]
             A: <I had not forgotten.|And has not said a word.> [-]",
            "A: Does the big neighbour have a name yet?
             H: It always had one. You get it at the end. [-]",
        ],
        "H22" => &[
            "A: I now bet on the sea. [-]
             H: <You may change your mind once more.|Noted. No comment.> [-]",
            "A: Give me one of the two distances, at least. [-]
             H: {Coast_km} to the coast. [coast] The other one comes last. [-]",
            "A: Is it a close race, sea against capital?
             H: Close enough for a bet. [-]",
        ],
        "H17" => &[
            "A: A clue about the other place on our line?
             H: About {people_count} people live in it. [f]",
            "A: In which country do I have to look, along the latitude?
             H: In {abroad}. [f] <Half the puzzle.|The name is still missing.> [-]",
            "H: Our line of latitude goes on, by the way, as far as {abroad}. [f]
             A: And stops at what name?
             H: Later. [-]",
        ],
        "H27" => &[
            "A: How much of the dictionary's entry have I heard?
             H: One of the lines. <There is another.|Another is in my pocket.> [f g]",
            "A: The dictionary had more to say. [-]
             H: It has waited for years. It can wait a little more. [-]",
        ],
        "H29" => &[
            "A: {gone} is still on my mind. [gone]
             H: <Good. It should be.|Leave it there for now.> [-]",
            "A: Was {gone} anywhere near what we have just seen? [gone]
             H: The dictionary files it under {place}, like the rest. [gone]",
        ],
        _ => &[],
    }
}
