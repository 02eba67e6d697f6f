use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// The symbols the speech model was trained on, and their ids.
static VOCABULARY: LazyLock<HashMap<char, i32>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct Vocabulary {
        vocab: HashMap<char, i32>,
    }
    let vocabulary: Vocabulary = serde_json::from_str(include_str!("../voices/vocab.json"))
        .expect("the vocabulary is valid JSON");
    vocabulary.vocab
});

/// Returns the ids of a line of sounds; a sound the model does not know becomes the nearest one it does.
pub(crate) fn ids(sounds: &str) -> Vec<i32> {
    sounds.chars().flat_map(nearest).collect()
}

/// Tells whether the model knows a symbol.
#[cfg(test)]
pub(crate) fn is_known(symbol: char) -> bool {
    VOCABULARY.contains_key(&symbol)
}

fn nearest(symbol: char) -> Vec<i32> {
    if let Some(&id) = VOCABULARY.get(&symbol) {
        return vec![id];
    }
    let Some(substitute) = substitute(symbol) else {
        tracing::warn!(symbol = %symbol, "no sound for a symbol, left out");
        return vec![];
    };
    substitute
        .chars()
        .filter_map(|c| VOCABULARY.get(&c).copied())
        .collect()
}

fn substitute(symbol: char) -> Option<&'static str> {
    Some(match symbol {
        'g' => "ɡ",
        'ɝ' => "ɜɹ",
        'ɫ' => "l",
        'ʍ' => "w",
        'ɘ' => "ə",
        '\'' | '’' => "ˈ",
        '–' | '-' => "—",
        '«' | '‘' => "“",
        '»' => "”",
        '\n' | '\t' | '\u{a0}' => " ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_sound_becomes_its_neighbour() {
        assert_eq!(ids("ɫɝ"), ids("lɜɹ"));
        assert_eq!(ids("g"), ids("ɡ"));
    }
}
