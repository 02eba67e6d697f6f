use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Folds a name to what is compared: lower case, no accents, words apart by one space.
///
/// The pack's names are folded by the same function, so changing it means building the pack anew.
pub(crate) fn fold(name: &str) -> String {
    let mut spelled = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'ß' => spelled.push_str("ss"),
            'æ' => spelled.push_str("ae"),
            'œ' => spelled.push_str("oe"),
            'þ' => spelled.push_str("th"),
            'ø' => spelled.push('o'),
            'ł' => spelled.push('l'),
            'đ' | 'ð' => spelled.push('d'),
            'ı' => spelled.push('i'),
            'ə' => spelled.push('a'),
            'ʻ' | 'ʼ' | '’' | '‘' | '\'' | '`' => {}
            c => spelled.push(c),
        }
    }
    let mut folded = String::with_capacity(spelled.len());
    for c in spelled.nfkd().filter(|c| !is_combining_mark(*c)) {
        if c.is_alphanumeric() {
            folded.push(c);
        } else if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}
