//! The little language that skeletons are written in, see [`crate::moves`].

use std::collections::HashMap;

/// Who speaks within a skeleton; the chapter decides which host that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Holder {
    /// Owns the facts of the chapter.
    Holder,
    /// Wants them.
    Asker,
}

/// What a template sentence stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stand<'a> {
    /// Keys of the facts it cites.
    Cites(&'a str),
    /// A question or a hinge.
    NoClaim,
    /// A statement about absence; the bracket's own words say what is absent.
    Absence(&'a str),
}

/// One sentence of a skeleton, slots unfilled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template<'a> {
    /// Text with `{slots}`.
    pub text: &'a str,
    /// What it stands on.
    pub stand: Stand<'a>,
}

/// One line of a skeleton.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Who speaks it.
    pub role: Holder,
    /// Its sentences.
    pub sentences: Vec<Template<'a>>,
}

/// The values that a found move offers to its skeletons.
pub(crate) type Slots = HashMap<&'static str, String>;

/// Takes one of the ways in each `<this|that>`; `pick` is told the number of the choice and how many ways it has.
pub(crate) fn spin(skeleton: &str, pick: impl Fn(usize, usize) -> usize) -> String {
    let mut spun = String::with_capacity(skeleton.len());
    let (mut rest, mut choice) = (skeleton, 0);
    while let Some((before, after)) = rest.split_once('<') {
        let (ways, after) = after.split_once('>').unwrap_or((after, ""));
        let ways: Vec<&str> = ways.split('|').collect();
        spun.push_str(before);
        spun.push_str(ways[pick(choice, ways.len()).min(ways.len() - 1)]);
        (rest, choice) = (after, choice + 1);
    }
    spun.push_str(rest);
    spun
}

/// Every spin of a skeleton: each way of a choice with each way of the others.
pub(crate) fn spins(skeleton: &str) -> impl Iterator<Item = String> {
    let ways: Vec<usize> = skeleton
        .split('<')
        .skip(1)
        .filter_map(|rest| rest.split('>').next())
        .map(|ways| ways.split('|').count())
        .collect();
    (0..ways.iter().product()).map(move |at: usize| {
        spin(skeleton, |choice, of| {
            at / ways[..choice].iter().product::<usize>() % of
        })
    })
}

/// Whether a skeleton asks anything.
pub(crate) fn asks(skeleton: &str) -> bool {
    lines(&spin(skeleton, |_, _| 0))
        .iter()
        .flat_map(|line| &line.sentences)
        .any(|said| said.text.ends_with('?'))
}

/// Reads the lines of a skeleton; lines that name no role are ignored (`---` parts a hook).
pub(crate) fn lines(skeleton: &str) -> Vec<Line<'_>> {
    skeleton.lines().filter_map(line).collect()
}

fn line(text: &str) -> Option<Line<'_>> {
    let (role, mut rest) = text.trim().split_once(": ")?;
    let role = match role {
        "H" => Holder::Holder,
        "A" => Holder::Asker,
        _ => return None,
    };
    let mut said = Vec::new();
    while let Some((before, after)) = rest.split_once('[') {
        let (bracket, after) = after.split_once(']')?;
        let first = said.len();
        said.extend(sentences(before).map(|text| Template {
            text,
            stand: stand(text, bracket),
        }));
        // A question takes a bracket only when it stands right before it: it names what was not heard yet.
        if let Some(last) = said[first..]
            .last_mut()
            .filter(|last| last.text.ends_with('?') && bracket != "-")
        {
            last.stand = Stand::Cites(bracket);
        }
        rest = after;
    }
    said.extend(sentences(rest).map(|text| Template {
        text,
        stand: Stand::NoClaim,
    }));
    Some(Line {
        role,
        sentences: said,
    })
}

fn stand<'a>(text: &str, bracket: &'a str) -> Stand<'a> {
    match bracket {
        _ if text.ends_with('?') => Stand::NoClaim,
        "-" => Stand::NoClaim,
        absent if absent.starts_with("no ") => Stand::Absence(absent),
        keys => Stand::Cites(keys),
    }
}

/// Splits after `.`, `?` or `!` followed by white space.
pub(crate) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text.trim();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .char_indices()
            .zip(rest.chars().skip(1))
            .find(|((_, c), next)| matches!(c, '.' | '?' | '!') && next.is_whitespace())
            .map_or(rest.len(), |((at, c), _)| at + c.len_utf8());
        let (sentence, after) = rest.split_at(end);
        rest = after.trim_start();
        Some(sentence)
    })
}

/// Fills a template; `None` when a slot has no value. `{Slot}` capitalises the value of `slot`.
pub(crate) fn fill(text: &str, find: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let mut filled = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        filled.push_str(before);
        match name.strip_prefix('?') {
            Some(asked) => _ = find(asked)?,
            None => filled.push_str(&find(name)?),
        }
        rest = after;
    }
    filled.push_str(rest);
    // A flag in the middle of a sentence leaves its two blanks behind.
    let filled = filled.replace("  ", " ");
    Some(crate::wording::capitalised(filled.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_knows_its_role_and_what_each_sentence_stands_on() {
        let read = lines("A: Alone?\n H: Hardly. [-] {city} is near. Very near. [city]");

        assert_eq!(
            read[0].sentences,
            [Template {
                text: "Alone?",
                stand: Stand::NoClaim
            }]
        );
        assert_eq!(read[1].role, Holder::Holder);
        assert_eq!(
            read[1].sentences[1],
            Template {
                text: "{city} is near.",
                stand: Stand::Cites("city")
            }
        );
        assert_eq!(read[1].sentences.len(), 3);
    }

    #[test]
    fn each_way_of_a_choice_meets_each_way_of_the_others() {
        let all: Vec<String> = spins("A: <Far|Near|Close>? H: <Yes|No>.").collect();

        assert_eq!(
            all,
            [
                "A: Far? H: Yes.",
                "A: Near? H: Yes.",
                "A: Close? H: Yes.",
                "A: Far? H: No.",
                "A: Near? H: No.",
                "A: Close? H: No."
            ]
        );
    }

    #[test]
    fn a_slot_without_value_makes_no_sentence() {
        let find = |name: &str| (name == "city").then(|| "the city".to_owned());

        assert_eq!(
            fill("{city} is near.", &find),
            Some("The city is near.".to_owned())
        );
        assert_eq!(fill("{dir} of {city}.", &find), None);
    }
}
