use crate::{fold::fold, listed::Listed, pack::Country};

/// Whether folded words behind a name, `france` or `tx` or `travis county texas`, fit a place.
pub(crate) fn qualifies(qualifier: &str, place: Listed) -> bool {
    slips(qualifier, place).is_some()
}

/// Returns the slips of the keys in folded words that say where a place lies; `None` when it lies elsewhere.
pub(crate) fn slips(qualifier: &str, place: Listed) -> Option<usize> {
    let in_two = splits(qualifier)
        .filter_map(|(near, far)| Some(slips_in(near, place)? + slips_in(far, place)?));
    slips_in(qualifier, place).into_iter().chain(in_two).min()
}

fn splits(words: &str) -> impl Iterator<Item = (&str, &str)> {
    words
        .match_indices(' ')
        .map(|(at, _)| (&words[..at], &words[at + 1..]))
}

fn slips_in(qualifier: &str, place: Listed) -> Option<usize> {
    if fits(qualifier, place) {
        return Some(0);
    }
    [Some(place.country().name.as_str()), place.region()]
        .into_iter()
        .flatten()
        .filter_map(|name| slips_from(&fold(name), qualifier))
        .min()
        // Austria is no slip of the keys for Australia, nor Iran for Iraq.
        .filter(|_| Country::called(qualifier).is_none())
}

fn fits(qualifier: &str, place: Listed) -> bool {
    place.country_code().eq_ignore_ascii_case(qualifier)
        || place.country().is_called(qualifier)
        || names_region(qualifier, place)
        || place
            .district()
            .is_some_and(|district| is_part(&fold(district), qualifier))
}

/// Whether folded words are the name of the region that a place lies in, or its code.
pub(crate) fn names_region(words: &str, place: Listed) -> bool {
    // `D.C.` is folded to two words.
    place
        .region_code()
        .eq_ignore_ascii_case(&words.replace(' ', ""))
        || place
            .region()
            .is_some_and(|region| is_region(&fold(region), words, place.country_code()))
}

fn is_region(region: &str, qualifier: &str, country_code: &str) -> bool {
    is_part(region, qualifier)
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

/// Returns the slips that make one of a name, if no more than its length excuses.
pub(crate) fn slips_from(name: &str, typed: &str) -> Option<usize> {
    let letters = typed.chars().count();
    let most = match letters {
        0..=3 => 0,
        4..=6 => 1,
        _ => 2,
    };
    if name.chars().count().abs_diff(letters) > most {
        return None;
    }
    Some(strsim::damerau_levenshtein(name, typed)).filter(|slips| *slips <= most)
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
