//! Sentences that belong to no fact: the disclosure, the announcement of a wider view.

use crate::moves::Group;

/// Says that the voices are artificial and a program wrote the words; one of these in every episode.
pub(crate) const DISCLOSURES: &[&str] = &[
    "One thing before we look: these voices are synthetic, and a program built the script from public data.",
    "For the record, our voices are synthetic, and a program wrote the words.",
    "Both voices here are synthetic, reading what a program made of public records.",
    "A word on us: two synthetic voices, and a script that a program drew from open data.",
    "You should know that no one sat at a microphone: the voices are generated, and so is the script.",
    "We two are computer voices, and the script comes from a program that reads public sources.",
    "Neither of us has a body: synthetic voices, and words arranged by a program.",
    "In fairness to the listener: these are artificial voices, and a program assembled the text.",
    "So that it is said: a computer speaks for both of us, from a generated script.",
    "Both speakers are synthetic, by the way, and software put the facts in order.",
    "Our voices are artificial, and a program chose each line from public data.",
    "What you hear is generated: two synthetic voices and a script written by software.",
];

/// Says which of several places of one name is meant, after a statement about it.
pub(crate) const WHICH_ONE: &[&str] = &[
    "{place} in {where}, that is.",
    "The one in {where}, to be exact.",
    "We mean the {place} of {where}.",
    "The {place} in {where}, not a namesake.",
    "I speak of {place} in {where}.",
    "This is {place} in {where}, mind you.",
    "That would be the {place} in {where}.",
];

/// Says which of several places of one name is meant, in answer to a question about it.
pub(crate) const WHICH_ONE_ASKED: &[&str] = &[
    "You mean {place} in {where}.",
    "The one in {where}, I take it.",
    "In {where}, that is, since the name has more than one bearer.",
    "For the {place} in {where}, I can tell you.",
    "{place} in {where}, then, and none of the others.",
    "We are in {where}, to be exact.",
];

/// Announces that the country is the subject now.
pub(crate) const WIDENING: &[&str] = &[
    "Step back to the whole of {country}.",
    "From here on it is about {country} as a whole.",
    "A wider frame now: {country}.",
    "Zoom out to {country}.",
    "The next pages belong to the country, {country}.",
    "Now for {country}, the country around it.",
    "Widen the circle to {country}.",
    "What follows holds for {country}, not for {place} alone.",
];

/// Announces that the place is the subject again.
pub(crate) const NARROWING: &[&str] = &[
    "Back to {place}.",
    "And now {place} again.",
    "Return to {place} with me.",
    "From the country back to {place}.",
    "{place} again, and nothing but {place}.",
    "Close the page on {country}, and open {place}.",
    "Narrow it again, to {place}.",
    "Enough of {country} for now: {place} again.",
];

/// Questions that lead to a subject.
pub(crate) fn links(to: Group) -> &'static [&'static str] {
    match to {
        Group::Size => &[
            "And in numbers?",
            "How does it count?",
            "Can you put a figure on it?",
            "Big or small, then?",
            "What does a head count say?",
            "And against the others?",
        ],
        Group::Ground => &[
            "And around it?",
            "What is nearby?",
            "Where does that put it on a map?",
            "Which names are close?",
            "And the neighbourhood?",
            "Where do the roads lead?",
        ],
        Group::Nature => &[
            "And the ground itself?",
            "What of land and weather?",
            "What is under the feet there?",
            "And the ground and the sky?",
            "How does it lie?",
            "Wet, dry, high, low?",
        ],
        Group::Sky => &[
            "And above it?",
            "What does the globe say?",
            "And seen from space?",
            "What about the light?",
            "How does it stand to the sun?",
            "And on the globe?",
        ],
        Group::Clock => &[
            "And the hour?",
            "What time is it there?",
            "Do the clocks behave?",
            "And the clock?",
            "How do they tell the time?",
            "What does a watch show?",
        ],
        Group::Name => &[
            "And the word itself?",
            "What about the name?",
            "How is it called, and by whom?",
            "And on an envelope?",
            "Is the name its own?",
            "And how is it spelled?",
        ],
        Group::Story => &[
            "What do books say?",
            "And in print?",
            "Has anyone written about it?",
            "Is there a page on it?",
            "And between covers?",
            "What is on the shelf?",
        ],
        Group::Past => &[
            "And before that?",
            "What came earlier?",
            "How far back can you go?",
            "And the years behind it?",
            "Is there a past to it?",
            "And history?",
        ],
        Group::Land => &[
            "And the land?",
            "What does it stand on?",
            "How is the country made?",
            "Hills, rivers, coasts?",
            "And the shape of it?",
            "And the land as a whole?",
        ],
        Group::Nation => &[
            "And the country as such?",
            "What else is on record for the country?",
            "And a page further?",
            "And on the official side?",
            "What is there to know of the country?",
            "And for the whole country?",
        ],
        Group::Record => &["And what is missing?", "Any gaps?", "What do we not know?"],
    }
}

/// Sentences that could be said of any place, and therefore are not.
pub(crate) const FILLERS: &[&str] = &[
    "let's dive",
    "dive in",
    "buckle up",
    "welcome back",
    "welcome to",
    "fun fact",
    "did you know",
    "hidden gem",
    "something for everyone",
    "rich history",
    "rich tapestry",
    "vibrant",
    "bustling",
    "nestled",
    "breathtaking",
    "stunning",
    "picturesque",
    "must-see",
    "must see",
    "melting pot",
    "steeped in",
    "boasts",
    "off the beaten",
    "land of contrasts",
    "where old meets new",
    "whether you",
    "it's worth noting",
    "interestingly",
    "fascinating",
    "believe it or not",
    "needless to say",
    "at the end of the day",
    "without further ado",
    "stay tuned",
    "thanks for listening",
    "thank you for listening",
    "join us",
    "in this episode",
    "in today's episode",
    "that's right",
    "absolutely",
    "great question",
    "good question",
    "wow",
    "amazing",
    "incredible",
    "unforgettable",
    "charming",
    "quaint",
    "jewel",
    "gem",
    "timeless",
    "bucket list",
    "journey through",
    "a testament to",
    "no wonder",
    "speaking of which",
    "moving on",
];

/// Every phrase, for the vocabulary of sentence beginnings.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    DISCLOSURES
        .iter()
        .chain(WIDENING)
        .chain(NARROWING)
        .chain(WHICH_ONE)
        .chain(WHICH_ONE_ASKED)
        .copied()
        .chain(
            Group::ALL
                .into_iter()
                .flat_map(|group| links(group).iter().copied()),
        )
}
