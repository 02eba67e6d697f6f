use std::collections::HashMap;
use std::sync::Arc;

use deunicode::deunicode;
use misaki_rs::lexicon::PhonemeEntry;
use misaki_rs::{Fallback, G2P, Language, MToken};

use crate::VoiceError;
use crate::files;
use crate::letters::Letters;

/// Our own pronunciations, before those of misaki.
const LEXICON: &str = include_str!("lexicon.tsv");
/// What misaki says for a word it has no sounds for.
const UNRESOLVED: char = '❓';

/// Returns a hash over the lexicon.
pub(crate) fn lexicon_fingerprint() -> String {
    files::sum(LEXICON.as_bytes())
}

/// Finds the sounds of a sentence in which everything is spelled out.
///
/// Words are looked up in our lexicon, then in misaki's (which knows that "read" has two sounds), and guessed from their
/// letters otherwise: a name is never left out.
pub(crate) struct Pronouncer {
    g2p: G2P,
    letters: Arc<Letters>,
    phrases: Phrases,
}

impl Pronouncer {
    pub(crate) fn new(letters: Letters) -> Pronouncer {
        let letters = Arc::new(letters);
        let guess = Guess(letters.clone());
        let mut g2p = G2P::with_fallback(Language::EnglishUS, Some(Box::new(guess)));
        let phrases = Phrases::new(LEXICON);
        for (written, sounds) in entries(LEXICON) {
            g2p.lexicon
                .golds
                .insert(one_word(written), PhonemeEntry::Simple(sounds.to_owned()));
        }
        Pronouncer {
            g2p,
            letters,
            phrases,
        }
    }

    /// Returns the sounds of a sentence, its punctuation kept.
    pub(crate) fn sounds(&self, sentence: &str) -> Result<String, VoiceError> {
        let words: Vec<String> = sentence
            .split_whitespace()
            .flat_map(|word| self.parts(word))
            .collect();
        let words = self.phrases.joined(&words);
        let found = self.g2p.g2p(&words.join(" "));
        let (_, tokens) = found.map_err(|error| VoiceError::Pronunciation {
            text: sentence.to_owned(),
            cause: error.to_string(),
        })?;
        let sounds: Vec<String> = tokens
            .iter()
            .map(|token| self.resolved(token))
            .collect::<Result<_, _>>()?;
        Ok(sounds
            .concat()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "))
    }

    /// Splits a word at hyphens unless misaki knows every part, and writes what it does not know in plain letters.
    fn parts(&self, word: &str) -> Vec<String> {
        let is_plain = word.split('-').all(|part| self.is_known(core(part)));
        if is_plain
            && !word[word.chars().next().map_or(0, char::len_utf8)..].contains(char::is_uppercase)
        {
            return vec![word.to_owned()];
        }
        let parts = word.split('-').filter(|part| !part.is_empty());
        parts
            .map(|part| {
                if self.is_known(core(part)) {
                    part.to_owned()
                } else {
                    folded(part)
                }
            })
            .collect()
    }

    fn is_known(&self, word: &str) -> bool {
        word.is_empty() || self.g2p.lexicon.get_word(word, "NN", None, None).is_some()
    }

    fn resolved(&self, token: &MToken) -> Result<String, VoiceError> {
        let sounds = match &token.phonemes {
            Some(sounds) if !sounds.contains(UNRESOLVED) => sounds.clone(),
            _ => guessed(&self.letters, &token.text)?,
        };
        Ok(sounds + &token.whitespace)
    }
}

/// The entries of our lexicon that are more than one plain word, such as `Des Moines`.
///
/// misaki looks up word by word, so a phrase is turned into a word of its own, `Desmoines`, that it finds.
struct Phrases {
    words: HashMap<Vec<String>, String>,
    longest: usize,
}

impl Phrases {
    fn new(lexicon: &str) -> Phrases {
        let is_phrase = |written: &&str| written.contains(|c: char| !c.is_ascii_alphabetic());
        let phrases = entries(lexicon)
            .map(|(written, _)| written)
            .filter(is_phrase);
        let words: HashMap<_, _> = phrases
            .map(|written| (keys(written), one_word(written)))
            .collect();
        let longest = words.keys().map(Vec::len).max().unwrap_or(0);
        Phrases { words, longest }
    }

    /// Replaces every phrase, the longest first, and keeps the marks around it.
    fn joined(&self, words: &[String]) -> Vec<String> {
        let mut joined = Vec::with_capacity(words.len());
        let mut rest = words;
        while let Some(first) = rest.first() {
            let found = (1..=self.longest.min(rest.len()))
                .rev()
                .find_map(|count| self.at_start(&rest[..count]));
            let (word, count) = found.unwrap_or((first.clone(), 1));
            joined.push(word);
            rest = &rest[count..];
        }
        joined
    }

    fn at_start(&self, words: &[String]) -> Option<(String, usize)> {
        let text = words.join(" ");
        let core = core(&text);
        let name = core.strip_suffix("'s").unwrap_or(core);
        let word = self.words.get(&keys(name))?;
        // A mark between the words would make them two things: "Des, Moines".
        if name.contains([',', '.', ';', ':', '?', '!']) {
            return None;
        }
        Some((text.replacen(name, word, 1), words.len()))
    }
}

/// What misaki asks for a word it does not know.
struct Guess(Arc<Letters>);

impl Fallback for Guess {
    fn phonemize(&self, word: &str) -> Result<String, misaki_rs::fallback::FallbackError> {
        let no_sounds = |_| misaki_rs::fallback::FallbackError::NoPhonemes {
            word: word.to_owned(),
        };
        guessed(&self.0, word).map_err(no_sounds)
    }
}

/// Guesses the sounds of a word, part by part if it has parts.
fn guessed(letters: &Letters, word: &str) -> Result<String, VoiceError> {
    let plain = folded(word).replace('\'', "");
    let parts = plain
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|part| !part.is_empty());
    let sounds: Vec<String> = parts
        .map(|part| guessed_part(letters, part))
        .collect::<Result<_, _>>()?;
    Ok(sounds.join(" "))
}

fn guessed_part(letters: &Letters, part: &str) -> Result<String, VoiceError> {
    const VOWELS: &str = "AIOWYaiuæɑɔəɛɜɪʊʌᵊᵻ";
    let sounds = letters.sounds(part)?;
    // One letter, no vowel, or a model that has lost its way: say the letters' names instead.
    let is_word = part.len() > 1
        && sounds.contains(|c| VOWELS.contains(c))
        && sounds.chars().count() <= 2 * part.len() + 4;
    if !is_word {
        return Ok(spelled(part));
    }
    if sounds.contains('ˈ') {
        return Ok(sounds);
    }
    Ok(sounds
        .replacen(|c| VOWELS.contains(c), "ˈ\0", 1)
        .replace('\0', first_vowel(&sounds, VOWELS)))
}

fn first_vowel<'a>(sounds: &'a str, vowels: &str) -> &'a str {
    let start = sounds.find(|c| vowels.contains(c)).unwrap_or(0);
    let length = sounds[start..].chars().next().map_or(0, char::len_utf8);
    &sounds[start..start + length]
}

fn spelled(word: &str) -> String {
    const NAMES: [&str; 26] = [
        "ˈA",
        "bˈi",
        "sˈi",
        "dˈi",
        "ˈi",
        "ˈɛf",
        "ʤˈi",
        "ˈAʧ",
        "ˈI",
        "ʤˈA",
        "kˈA",
        "ˈɛl",
        "ˈɛm",
        "ˈɛn",
        "ˈO",
        "pˈi",
        "kjˈu",
        "ˈɑɹ",
        "ˈɛs",
        "tˈi",
        "jˈu",
        "vˈi",
        "dˈʌbᵊlju",
        "ˈɛks",
        "wˈI",
        "zˈi",
    ];
    let name = |c: char| {
        NAMES
            .get((c.to_ascii_lowercase() as usize).wrapping_sub('a' as usize))
            .copied()
    };
    word.chars().filter_map(name).collect::<Vec<_>>().join(" ")
}

/// Returns a word in ASCII: accents dropped, other scripts transliterated; its marks stay.
fn folded(word: &str) -> String {
    let fold = |c: char| {
        if c.is_ascii() || !c.is_alphanumeric() {
            return c.to_string();
        }
        // Transliterations carry marks of their own, which would be read as quotes.
        deunicode(&c.to_string()).replace(
            |mark: char| !mark.is_ascii_alphanumeric() && mark != ' ',
            "",
        )
    };
    word.chars().map(fold).collect()
}

/// Returns a word without the punctuation around it.
fn core(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// What a phrase is found by: its words in ASCII, hyphens taken for spaces.
fn keys(written: &str) -> Vec<String> {
    folded(written)
        .split([' ', '-'])
        .map(str::to_owned)
        .collect()
}

/// The single word an entry is found under in misaki's lexicon.
fn one_word(written: &str) -> String {
    let letters: String = folded(written)
        .chars()
        .filter(char::is_ascii_alphabetic)
        .collect();
    if written.chars().all(|c| c.is_ascii_alphabetic()) {
        return letters;
    }
    let lower = letters.to_lowercase();
    let (first, rest) = lower.split_at(lower.len().min(1));
    first.to_uppercase() + rest
}

/// Reads lines of `written<TAB>sounds`; `#` starts a comment line.
fn entries(lexicon: &str) -> impl Iterator<Item = (&str, &str)> {
    lexicon
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols;
    use crate::voice::tests::VOICE;

    /// Names from many languages, most of them in no lexicon.
    const NAMES: &str = include_str!("../testdata/names.txt");

    fn sounds(text: &str) -> String {
        VOICE.sounds(text).unwrap().join(" ")
    }

    #[test]
    fn well_known_names_are_said_as_listeners_expect() {
        for (written, said) in [
            ("Seine", "sˈAn"),
            ("the Seine's banks", "ðə sˈAnz bˈæŋks"),
            ("Louvre", "lˈuvɹə"),
            ("Versailles", "vɛɹsˈI"),
            ("Champs-Élysées", "ʃˌɑnz ˌAlizˈA"),
            ("Champs Elysees", "ʃˌɑnz ˌAlizˈA"),
            ("Nice", "nˈis"),
            ("a nice day", "ɐ nˈIs dˈA"),
            ("Des Moines", "də mˈYn"),
            ("Illinois", "ˌɪlənˈY"),
            ("Besançon", "bˌəzɑnsˈɔn"),
            ("Burkina Faso", "bəɹkˌinə fˈɑsO"),
            ("N’Djamena", "ənʤˈɑmənə"),
            ("Worcester", "wˈʊstəɹ"),
            ("Rostov-on-Don", "ɹˌɑstɔv ɑn dˈɑn"),
            ("52 BC", "fˈɪftitˌu bˌisˈi"),
        ] {
            assert_eq!(sounds(written), said, "{written}");
        }
    }

    #[test]
    fn every_name_has_sounds_the_model_knows() {
        for name in NAMES.lines() {
            let sounds = sounds(name);

            let words = name.split([' ', '-']).count();
            assert!(sounds.chars().all(symbols::is_known), "{name}: {sounds}");
            assert!(
                sounds.contains('ˈ') && sounds.chars().count() >= 2 * words,
                "{name}: {sounds}"
            );
        }
    }

    #[test]
    fn every_entry_of_the_lexicon_can_be_spoken() {
        for (written, sounds) in entries(LEXICON) {
            assert!(
                !sounds.is_empty() && sounds.chars().all(symbols::is_known),
                "{written}: {sounds}"
            );
        }
    }

    #[test]
    fn a_phrase_is_not_seen_across_a_comma() {
        assert_ne!(sounds("of Des, Moines said"), sounds("of Des Moines said"));
    }

    #[test]
    fn unknown_words_are_said_beside_known_ones() {
        let sounds = sounds("Stand before Hallgrimskirkja, in Qxz, at the Zwrp-on-Sea.");

        assert!(
            sounds.contains("hˈɑtlɡɹɪms") && sounds.contains("zˈi") && sounds.contains("sˈi"),
            "{sounds}"
        );
        assert!(!sounds.contains(UNRESOLVED));
    }
}
