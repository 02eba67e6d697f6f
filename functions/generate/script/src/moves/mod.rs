//! What can be said, and only with which facts.
//!
//! A [`Move`] is a piece of dialogue of two to six lines with a point: a small place with a big office, a
//! clock that disagrees with the sun. To add one, write an entry in the `MOVES` table of the file of its
//! group (or in a file of your own, added to [`all`]). Nothing else needs to change.
//!
//! ```ignore
//! Move {
//!     id: "M8",                       // the name used in `Script::moves`
//!     group: Group::Ground,           // the chapter it belongs to
//!     themes: &[Theme::Map],          // for topic and personalized episodes
//!     essential: 0.6,                 // worth telling in a base episode even when not surprising, 0 to 1
//!     titles: &["Not alone", "{city} next door"],
//!     find: giant_next_door,          // reads the ledger, returns every way the move can be made
//!     skeletons: &[
//!         "A: Alone among fields?
//!          H: Hardly. [-] {City} lies {km} to the {dir}. [city] It would take {times} {place} to fill it. [city people]",
//!     ],
//! }
//! ```
//!
//! **`find`** returns [`Found`]s. It alone reads typed data, so no skeleton can be filled with another kind
//! of fact: `Found::new(worth).cite("city", &[fact]).lean("people", &[fact]).slot("km", numbers::km(x))`.
//! `worth` is the surprise of the *relation*, 0 to 1; the engine takes the larger of it and the cited facts'
//! own surprise × strength. `cite` also marks its facts as told: another move that cites the same fact is
//! then left out. `lean` cites without telling (a population used for comparison).
//!
//! **Skeletons.** One line per turn, `H:` the holder of the facts, `A:` the asker. A bracket follows the
//! sentences it supports, back to the previous bracket: `[city people]` cites those keys, `[-]` claims
//! nothing (a hinge: at most 14 words, no fact in it), `[no …]` states an absence in our own sources. A
//! `<this|that>` offers ways to say a thing, one of which is taken; choices do not nest. A
//! sentence ending in `?` never needs a bracket. `{slot}` is filled from the slots; `{place}`, `{country}`
//! (with its article), `{region}` and `{kind}` (village, town, city, place) are always there, `{region}`
//! only where known. The first letter of a sentence is capitalised for you. A skeleton is only used when
//! every slot and key in it exists, so an optional slot makes an optional skeleton, and `{?flag}` asks for a
//! slot without speaking it. Write siblings that differ in shape (who asks, where the fact lands), not in
//! synonyms. Say one number in a sentence, at most 26 words; never a cause, a feeling or a visit.
//!
//! **Hooks** are moves whose skeletons have two parts, divided by a line `---`: the opening and the close
//! that answers it. They share two content words at least. Openings have at most 26 words in their first
//! sentence and claim or ask something; the last sentence of the close has at most 18. `clues.rs` holds what is
//! said half-way to keep the question of an opening alive.
//!
//! A filled sentence that [`crate::rubric`] cannot support is never used: the engine tries the next skeleton. The
//! test `every_skeleton_is_well_formed` says what is wrong with a new one.

mod bearings;
mod ceremony;
mod clock;
mod globe;
mod hooks;
mod land;
mod light;
mod measures;
mod name;
mod nation;
mod nature;
mod neighbours;
mod office;
mod parts;
mod past;
mod quarrel;
mod quotes;
mod rank;
mod relief;
mod standing;
mod story;
mod title;
mod whereabouts;

use places::{Fact, Subject};

use crate::{ledger::Ledger, skeleton::Slots, theme::Theme};

pub use hooks::hooks;
pub(crate) use hooks::recalls;
use quotes::{listed_whole, quoted};

/// The subject of a chapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// How large, on which list.
    Size,
    /// Where it is, and next to what.
    Ground,
    /// Climate, height, sea.
    Nature,
    /// Light, latitude, the far side of the Earth.
    Sky,
    /// Hours and zones.
    Clock,
    /// What it is called.
    Name,
    /// What books say about it.
    Story,
    /// What happened in its country.
    Past,
    /// Land and water of its country.
    Land,
    /// Flag, anthem, language, work of its country.
    Nation,
    /// What is not known.
    Record,
}

impl Group {
    /// Every subject.
    pub const ALL: [Self; 11] = [
        Self::Size,
        Self::Ground,
        Self::Nature,
        Self::Sky,
        Self::Clock,
        Self::Name,
        Self::Story,
        Self::Past,
        Self::Land,
        Self::Nation,
        Self::Record,
    ];
}

/// A piece of dialogue and the facts it needs.
#[derive(Debug)]
pub struct Move {
    /// Name in `Script::moves`, after the catalogue: `M8`, `M8.abroad`.
    pub id: &'static str,
    /// The chapter it belongs to.
    pub group: Group,
    /// What it is about.
    pub themes: &'static [Theme],
    /// Worth in a base episode beyond surprise, 0 to 1.
    pub essential: f32,
    /// Headings it lends to its chapter, with slots.
    pub titles: &'static [&'static str],
    /// Every way the facts allow it.
    pub find: for<'a> fn(&Ledger<'a>) -> Vec<Found<'a>>,
    /// Ways to say it.
    pub skeletons: &'static [&'static str],
}

impl Move {
    /// How much of its score a move keeps each time it is made again.
    pub(crate) fn repeat(&self) -> f32 {
        match self.group {
            // Each entry of a book is another story.
            Group::Story => 0.85,
            _ => 0.6,
        }
    }
}

/// One way to make a move: its facts and the words for its slots.
#[derive(Debug, Clone, Default)]
pub struct Found<'a> {
    /// Facts that are told by it, and need not be told again.
    pub told: Vec<&'a Fact>,
    /// Facts by the key that skeletons cite them with.
    pub cites: Vec<(&'static str, Vec<&'a Fact>)>,
    /// Words by slot.
    pub slots: Slots,
    /// Surprise of the relation, 0 to 1.
    pub worth: f32,
}

impl<'a> Found<'a> {
    /// Starts one; `worth` is the surprise of the relation, 0 to 1.
    pub fn new(worth: f32) -> Self {
        Self {
            worth: worth.clamp(0.0, 1.0),
            ..Self::default()
        }
    }

    /// Cites `facts` under `key` and tells them.
    pub fn cite(mut self, key: &'static str, facts: &[&'a Fact]) -> Self {
        self.told.extend(facts);
        self.lean(key, facts)
    }

    /// Cites `facts` under `key` without using them up.
    pub fn lean(mut self, key: &'static str, facts: &[&'a Fact]) -> Self {
        self.cites.push((key, facts.to_vec()));
        self
    }

    /// Gives `slot` its words.
    pub fn slot(mut self, slot: &'static str, words: impl Into<String>) -> Self {
        self.slots.insert(slot, words.into());
        self
    }

    /// Marks a condition for skeletons that begin with `{?flag}`.
    pub fn flag(self, flag: &'static str, holds: bool) -> Self {
        if holds { self.slot(flag, "") } else { self }
    }

    /// Says from how many people a list counts; a list without such a bound leaves the slot `least` empty.
    fn bound(self, least: u32) -> Self {
        if least > 0 {
            self.slot("least", crate::numbers::cardinal(u64::from(least)))
        } else {
            self
        }
    }

    /// The one found move in a list.
    pub fn only(self) -> Vec<Self> {
        vec![self]
    }

    /// Surprise of the relation or of a told fact, whichever is larger, with trust in the source.
    pub fn score(&self) -> f32 {
        let told = self.told.iter().map(|fact| fact.surprise * fact.strength);
        told.fold(self.worth, f32::max)
    }

    /// Whether all it tells is about the region or the country.
    pub fn is_widened(&self) -> bool {
        !self.told.is_empty() && self.told.iter().all(|fact| fact.subject != Subject::Place)
    }

    /// The facts cited under `key`.
    pub fn cited(&self, key: &str) -> Option<&[&'a Fact]> {
        self.cites
            .iter()
            .find(|(name, _)| *name == key)
            .map(|(_, facts)| facts.as_slice())
    }
}

/// Every move that is not a hook.
pub fn all() -> impl Iterator<Item = &'static Move> {
    [
        rank::MOVES,
        office::MOVES,
        title::MOVES,
        measures::MOVES,
        whereabouts::MOVES,
        neighbours::MOVES,
        bearings::MOVES,
        nature::MOVES,
        relief::MOVES,
        light::MOVES,
        globe::MOVES,
        clock::MOVES,
        name::MOVES,
        story::MOVES,
        parts::MOVES,
        quarrel::MOVES,
        past::MOVES,
        land::MOVES,
        nation::MOVES,
        ceremony::MOVES,
        standing::MOVES,
    ]
    .into_iter()
    .flatten()
}

/// `1 − 1/ratio`-like worth of a ratio: 2 is slight, 100 is certain.
pub(crate) fn ratio_worth(ratio: f64) -> f32 {
    (ratio.max(1.0).log2() / 7.0).min(1.0) as f32
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::skeleton::{self, Stand};

    #[test]
    fn every_move_has_a_name_of_its_own() {
        let ids: Vec<_> = all().chain(hooks()).map(|m| m.id).collect();

        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        assert!(ids.len() >= 20);
    }

    #[test]
    fn every_skeleton_is_well_formed() {
        for (m, skeleton) in all()
            .chain(hooks())
            .flat_map(|m| m.skeletons.iter().map(move |s| (m, s)))
        {
            let whole = skeleton;
            // A way without words leans on those of another choice.
            assert!(
                !["<|", "||", "|>"].iter().any(|gap| whole.contains(gap)),
                "{}: an empty way in {whole}",
                m.id
            );
            for skeleton in skeleton::spins(whole) {
                let lines = skeleton::lines(&skeleton);
                let written = skeleton.lines().filter(|line| line.trim() != "---").count();
                assert_eq!(
                    lines.len(),
                    written,
                    "{}: a line without H: or A: in {skeleton}",
                    m.id
                );
                for template in lines.iter().flat_map(|line| &line.sentences) {
                    let words = template.text.split_whitespace().count();
                    let spoken: Vec<&str> = template.text.split_whitespace().collect();
                    assert!(
                        spoken.windows(2).all(|pair| pair[0] != pair[1]),
                        "{}: a word twice: {}",
                        m.id,
                        template.text
                    );
                    assert!(words <= 28, "{}: too long: {}", m.id, template.text);
                    let claims = !template.text.ends_with('?') && template.stand == Stand::NoClaim;
                    assert!(
                        !claims || words <= 14,
                        "{}: a long hinge: {}",
                        m.id,
                        template.text
                    );
                }
                assert!(skeleton.matches('{').count() == skeleton.matches('}').count());
                assert!(
                    !skeleton.contains(['<', '|', '>']),
                    "{}: a choice left open in {skeleton}",
                    m.id
                );
            }
        }
    }

    /// The gazetteer marks capitals, and that of the Netherlands, Bolivia or Benin is not where they are governed.
    #[test]
    fn a_capital_is_not_said_to_hold_the_government() {
        const GOVERNMENT: [&str; 6] =
            ["govern", "minist", "parliament", "laws", "embassy", "rules"];
        let mut tried = 0;
        for of in all().chain(hooks()) {
            for text in of.skeletons.iter().chain(of.titles) {
                let lower = text.to_lowercase();
                if !lower.contains("capital") && !of.id.contains("capital") {
                    continue;
                }
                tried += 1;
                let said = GOVERNMENT.iter().find(|word| lower.contains(**word));
                assert_eq!(said, None, "{}: {text}", of.id);
            }
        }
        assert!(tried > 50, "{tried}");
    }

    #[test]
    fn every_hook_has_an_opening_and_a_close() {
        for (m, skeleton) in hooks().flat_map(|m| m.skeletons.iter().map(move |s| (m, s))) {
            assert!(skeleton.contains("---"), "{}", m.id);
        }
    }
}
