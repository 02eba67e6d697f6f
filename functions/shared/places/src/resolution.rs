use serde::{Deserialize, Serialize};

use crate::Place;

/// What a typed location turned out to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resolution {
    /// What kind of answer this is; only `Resolved` names the one place meant.
    pub kind: Kind,
    /// How the words were matched.
    pub matched: Match,
    /// How sure the answer is, 0 to 1.
    pub confidence: f32,
    /// The place: the one meant when resolved, the likeliest when ambiguous, else `None`.
    pub place: Option<Place>,
    /// Other places that may be meant, best first, at most six, no two with the same label.
    pub alternatives: Vec<Choice>,
    /// Words to type instead, when nothing matched.
    pub did_you_mean: Vec<String>,
    /// A sentence for the person who typed it, saying what was understood.
    pub message: String,
}

/// One of the places that may be meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// A label that tells it from the others; typing it resolves to the place.
    pub label: String,
    /// The place.
    pub place: Place,
}

/// The kinds of answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One place is meant.
    Resolved,
    /// Several places answer to the name about equally well.
    Ambiguous,
    /// The name of a first-order region: the alternatives are its largest places, and known ones of its name.
    Region,
    /// The name of a country: the alternatives are its capital and largest places.
    Country,
    /// No listed place is meant.
    Unknown,
    /// Coordinates that are out of range or contradict themselves.
    Invalid,
}

/// How the words were matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Match {
    /// A pair of coordinates, by the nearest place, be it too far.
    Coordinates,
    /// A name on record, letter for letter but for case and accents.
    Exact,
    /// A name one or two letters away.
    Fuzzy,
    /// The beginning of a name.
    Prefix,
    /// Nothing.
    Nothing,
}
