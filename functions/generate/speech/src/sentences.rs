/// Splits normalised text into sentences, each with its closing punctuation.
///
/// Normalising has already spelled out numbers and abbreviations; what is left of a full stop inside a sentence is
/// followed by a small letter or by no space.
pub(crate) fn split(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (end, _) in text.match_indices(char::is_whitespace) {
        if ends_sentence(&text[start..end]) && starts_sentence(&text[end..]) {
            sentences.push(&text[start..end]);
            start = end;
        }
    }
    sentences.push(&text[start..]);
    let sentences = sentences.into_iter().map(str::trim);
    sentences
        .filter(|sentence| sentence.contains(char::is_alphanumeric))
        .collect()
}

/// Splits a line of sounds into pieces of at most `limit` symbols: at the last punctuation that fits, else at the last
/// space, else anywhere.
pub(crate) fn clauses(sounds: &str, limit: usize) -> Vec<&str> {
    let mut clauses = Vec::new();
    let mut rest = sounds.trim();
    while let Some((fits, _)) = rest.char_indices().nth(limit) {
        let head = &rest[..fits];
        let cut = head
            .rfind([',', ';', ':', '—', '.'])
            .or_else(|| head.rfind(' '));
        // The mark stays with the piece before it; all marks are whole characters.
        let cut = cut.map_or(fits, |at| {
            at + head[at..].chars().next().map_or(1, char::len_utf8)
        });
        clauses.push(rest[..cut].trim());
        rest = rest[cut..].trim();
    }
    clauses.push(rest);
    clauses.retain(|clause| !clause.is_empty());
    clauses
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(['"', '”', '\'', '’', ')'])
        .ends_with(['.', '!', '?', '…'])
}

fn starts_sentence(rest: &str) -> bool {
    rest.trim_start()
        .chars()
        .next()
        .is_some_and(|first| !first.is_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::normalised;

    #[test]
    fn a_turn_is_split_where_its_sentences_end() {
        let turn = "Which half was that? Lutetia. “It was!” He left… And then";

        assert_eq!(
            split(turn),
            [
                "Which half was that?",
                "Lutetia.",
                "“It was!”",
                "He left…",
                "And then"
            ]
        );
    }

    #[test]
    fn numbers_and_abbreviations_do_not_end_a_sentence() {
        for text in [
            "It cost $1.5 million in the U.S. and Dr. Jones paid.",
            "J. R. R. Tolkien saw No. 5 at St. Ives.",
        ] {
            assert_eq!(split(&normalised(text)).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_text_without_words_has_no_sentences() {
        assert!(split("").is_empty());
        assert!(split(" … ! ").is_empty());
    }

    #[test]
    fn a_long_line_is_cut_at_punctuation_then_at_spaces_then_anywhere() {
        assert_eq!(clauses("aaa, bbb ccc", 8), ["aaa,", "bbb ccc"]);
        assert_eq!(clauses("aaa bbb ccc", 8), ["aaa bbb", "ccc"]);
        assert_eq!(clauses("ˈˈˈˈˈ", 2), ["ˈˈ", "ˈˈ", "ˈ"]);
    }
}
