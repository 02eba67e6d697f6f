//! Signs: one form for those with many, words for those that are spoken, and nothing for the rest.

use super::{Rule, rule};

/// Returns a text with one kind of apostrophe, space, minus and thousands separator.
pub(super) fn plain(text: &str) -> String {
    let grouped = super::rule(r"(\d)[\u{202f}\u{2009}\u{a0}](\d{3})\b", |c| {
        format!("{},{}", &c[1], &c[2])
    });
    let text = grouped.0.replace_all(text, grouped.1);
    text.chars().map(plain_sign).collect()
}

/// Returns a text with single spaces, and none before punctuation.
pub(super) fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let is_mark = word
            .chars()
            .all(|c| matches!(c, ',' | '.' | ';' | ':' | '!' | '?'));
        if !tidy.is_empty() && !is_mark {
            tidy.push(' ');
        }
        tidy.push_str(word);
    }
    tidy
}

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule(r"\s*&\s*", |_| " and ".into()),
        rule(r"\band/or\b", |_| "and or".into()),
        rule(r"\s*/\s*", |_| " or ".into()),
        rule(r"\s*\+\s*", |_| " plus ".into()),
        rule(r"\s*=\s*", |_| " equals ".into()),
        rule(r"\s*×\s*", |_| " by ".into()),
        rule(r"[~≈]\s*", |_| "about ".into()),
        rule(r"\s*<\s*", |_| " below ".into()),
        rule(r"\s*>\s*", |_| " above ".into()),
        rule(r"\s*@\s*", |_| " at ".into()),
        rule(r"\s*%", |_| " percent".into()),
        rule(r"\s*§\s*", |_| " section ".into()),
        rule(r"[$€£¥]", |_| " ".into()),
        rule(r"[\[{]", |_| "(".into()),
        rule(r"[\]}]", |_| ")".into()),
        rule(r"\s*[•·|]\s*", |_| ", ".into()),
        rule(r"\s*(?:--+|\s[-–]\s)\s*", |_| " — ".into()),
        // An en dash between words joins them as a hyphen does.
        rule("–", |_| "-".into()),
        // A hyphen that joins nothing.
        rule(r"(^|\s)-+|-+(\s|$)", |_| " ".into()),
        // What is left is letters and the marks the voice knows: emoji, markup and control characters are not spoken.
        rule(r#"[^\p{L}\p{M}\p{N}\s.,;:!?…—'"“”()-]"#, |_| {
            " ".into()
        }),
    ]
}

fn plain_sign(sign: char) -> char {
    match sign {
        '‘' | '’' | 'ʼ' | 'ʻ' | '`' | '´' => '\'',
        '\u{a0}' | '\u{202f}' | '\u{2009}' => ' ',
        '−' | '‐' | '‑' => '-',
        '«' | '„' => '“',
        '»' => '”',
        other => other,
    }
}
