//! What is said of an opening half-way through.

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
            "H: The far side of {place} lies somewhere around {abroad}, and its name is still waiting. [f]
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
            "A: The longest day there and the shortest, how far apart are they?
             H: {Gap}. [f] <You can do the sum.|The rest is a sum.> [-]",
            "A: And the other answer, the one for {light_month}, is it coming?
             H: It is. It takes its time to get dark. [-]",
            "H: Somebody listening in {light_month} could be hearing this by daylight, quite late. [-]
             A: You are getting ahead of the numbers. [-]",
        ],
        "H14" => &[
            "A: Who is ahead, clock or sun? That much you can say. [-]
             H: In mid-January, the {ahead}. [f]",
            "A: By the way, have we passed noon yet?
             H: Which noon? [-] In mid-January the {ahead} leads. [f]",
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
             H: I will not help you with your bet. [-]",
        ],
        "H17" => &[
            "A: A clue about the place without a name?
             H: About {people_count} people live in it. [f]",
            "A: In which country do I have to look, along the latitude?
             H: In {abroad}. [f] <Half the puzzle.|The name is still missing.> [-]",
            "H: The latitude of {place} goes on, by the way, as far as {abroad}. [f]
             A: And to what name?
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
