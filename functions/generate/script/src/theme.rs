use serde::{Deserialize, Serialize};

/// What a move is about, for episodes on one theme and for listeners with interests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// How many people, rank, comparison of sizes.
    Size,
    /// Distances, neighbours, borders.
    Map,
    /// Climate, height, coast, terrain, rivers, hazards.
    Nature,
    /// Sun, seasons, clock.
    Sky,
    /// What happened.
    History,
    /// Monuments, arts, flag, anthem, heritage, people of note.
    Culture,
    /// Names, spellings, languages.
    Words,
    /// What is grown and made.
    Work,
}

impl Theme {
    /// Every theme.
    pub const ALL: [Self; 8] = [
        Self::Size,
        Self::Map,
        Self::Nature,
        Self::Sky,
        Self::History,
        Self::Culture,
        Self::Words,
        Self::Work,
    ];

    const WORDS: &[(Self, &str)] = &[
        (
            Self::Size,
            "population people size number statistic demograph urban cities",
        ),
        (
            Self::Map,
            "map travel border neighbour neighbor distance location position navigation road geograph",
        ),
        (
            Self::Nature,
            "nature natur climate weather landscape mountain river sea ocean coast environment geolog water terrain geograph",
        ),
        (
            Self::Sky,
            "sky sun light astronom time clock season day night star",
        ),
        (
            Self::History,
            "history histor past war empire ancient medieval origin king revolution independence",
        ),
        (
            Self::Culture,
            "culture cultur art music architect museum literature monument heritage flag anthem religion building sport famous",
        ),
        (
            Self::Words,
            "word name language linguist etymolog spelling script writing",
        ),
        (
            Self::Work,
            "econom industr agricultur farm trade food work business product cuisine",
        ),
    ];

    /// The themes that a listener's words point to; none when nothing here serves them.
    pub fn of(words: &str) -> Vec<Self> {
        let low = words.to_lowercase();
        let asked: Vec<&str> = low
            .split(|c: char| !c.is_alphabetic())
            .filter(|word| word.len() > 2)
            .collect();
        Self::WORDS
            .iter()
            .filter(|(_, keys)| {
                keys.split(' ')
                    .any(|key| asked.iter().any(|word| is_about(word, key)))
            })
            .map(|(theme, _)| *theme)
            .collect()
    }

    /// The theme as a chapter heading would name it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Map => "the map",
            Self::Nature => "nature",
            Self::Sky => "sun and clock",
            Self::History => "history",
            Self::Culture => "culture",
            Self::Words => "names and words",
            Self::Work => "work",
        }
    }
}

/// `histories` is about `histor`, `start` is not about `art`.
fn is_about(word: &str, key: &str) -> bool {
    word == key || word.strip_suffix('s') == Some(key) || key.len() > 4 && word.starts_with(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_listener_point_to_themes() {
        assert_eq!(Theme::of("ancient history"), [Theme::History]);
        assert_eq!(Theme::of("Geography"), [Theme::Map, Theme::Nature]);
        assert_eq!(Theme::of("start-up cheese"), []);
    }

    #[test]
    fn a_theme_can_be_asked_for_by_its_title() {
        for theme in Theme::ALL {
            assert_eq!(Theme::of(theme.title()), [theme]);
        }
    }
}
