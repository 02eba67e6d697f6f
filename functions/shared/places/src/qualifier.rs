use crate::{fold::fold, listed::Listed};

/// Whether folded words behind a name, `france` or `tx` or `travis county texas`, fit a place.
pub(crate) fn qualifies(qualifier: &str, place: Listed) -> bool {
    fits(qualifier, place)
        || splits(qualifier).any(|(near, far)| fits(near, place) && fits(far, place))
}

fn splits(words: &str) -> impl Iterator<Item = (&str, &str)> {
    words
        .match_indices(' ')
        .map(|(at, _)| (&words[..at], &words[at + 1..]))
}

fn fits(qualifier: &str, place: Listed) -> bool {
    let country = place.country();
    place.country_code().eq_ignore_ascii_case(qualifier)
        || country.aliases.iter().any(|alias| alias == qualifier)
        || is_close(&fold(&country.name), qualifier)
        // `D.C.` is folded to two words.
        || place.region_code().eq_ignore_ascii_case(&qualifier.replace(' ', ""))
        || place
            .region()
            .is_some_and(|region| is_region(&fold(region), qualifier, place.country_code()))
        || place
            .district()
            .is_some_and(|district| is_part(&fold(district), qualifier))
}

fn is_region(region: &str, qualifier: &str, country_code: &str) -> bool {
    is_part(region, qualifier)
        || is_close(region, qualifier)
        || ABBREVIATIONS.iter().any(|(country, short, long)| {
            *country == country_code && *short == qualifier && *long == region
        })
}

/// Whether it is the whole name, its beginning, or a word of it.
fn is_part(name: &str, qualifier: &str) -> bool {
    name == qualifier
        || (qualifier.len() >= 4
            && (name.starts_with(qualifier) || name.split(' ').any(|word| word == qualifier)))
}

/// Whether it is the name but for a slip or two of the keys.
fn is_close(name: &str, qualifier: &str) -> bool {
    let slips = match qualifier.chars().count() {
        0..=3 => 0,
        4..=6 => 1,
        _ => 2,
    };
    strsim::damerau_levenshtein(name, qualifier) <= slips
}

/// Postal abbreviations of regions whose codes in the list are numbers.
const ABBREVIATIONS: [(&str, &str, &str); 21] = [
    ("CA", "ab", "alberta"),
    ("CA", "bc", "british columbia"),
    ("CA", "mb", "manitoba"),
    ("CA", "nb", "new brunswick"),
    ("CA", "nl", "newfoundland and labrador"),
    ("CA", "ns", "nova scotia"),
    ("CA", "nt", "northwest territories"),
    ("CA", "nu", "nunavut"),
    ("CA", "on", "ontario"),
    ("CA", "pe", "prince edward island"),
    ("CA", "qc", "quebec"),
    ("CA", "sk", "saskatchewan"),
    ("CA", "yt", "yukon"),
    ("AU", "act", "australian capital territory"),
    ("AU", "nsw", "new south wales"),
    ("AU", "nt", "northern territory"),
    ("AU", "qld", "queensland"),
    ("AU", "sa", "south australia"),
    ("AU", "tas", "tasmania"),
    ("AU", "vic", "victoria"),
    ("AU", "wa", "western australia"),
];
