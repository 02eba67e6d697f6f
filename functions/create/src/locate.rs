use places::{Kind, Match, Place, Resolution};
use podcast::Location;
use reply::{FieldError, Problem};

/// Says which place a text means.
pub type Resolve = fn(&str) -> Resolution;

/// How many suggestions a person still reads.
const MAX_SUGGESTIONS: usize = 6;

/// Returns the place that `location` means.
///
/// A bare name that several places share, such as Springfield, means the likeliest of them: the
/// podcast's label says which, and typing more, such as Springfield, Illinois, means another.
///
/// # Errors
/// 422 with suggestions when no place is meant, or a whole country or region: an episode is about one place.
/// 422 that says why for coordinates that cannot be.
pub(crate) fn place(location: &Location, resolve: Resolve) -> Result<Place, Problem> {
    let resolution = resolve(location.as_str());
    let suggestions = suggestions(&resolution);
    match (resolution.kind, resolution.place) {
        (Kind::Resolved | Kind::Ambiguous, Some(place)) => Ok(place),
        (Kind::Invalid, _) => Err(Problem::invalid(&[FieldError::at(
            "/location",
            resolution.message,
        )])),
        (kind, _) => Err(Problem::unknown_place(
            refusal(kind, resolution.matched, location, &suggestions),
            &suggestions,
        )),
    }
}

/// Names the likeliest suggestion at most: the list beside it holds the others.
fn refusal(kind: Kind, matched: Match, location: &Location, suggestions: &[String]) -> String {
    let first = suggestions.first();
    let example = first
        .map(|first| format!(", such as {first}"))
        .unwrap_or_default();
    match (kind, first) {
        (Kind::Country, _) => format!("“{location}” is a country: name a place in it{example}."),
        (Kind::Region, _) => format!("“{location}” is a region: name a place in it{example}."),
        _ if matched == Match::Coordinates => {
            format!("“{location}” is far from every place that we know: name one{example}.")
        }
        (_, Some(first)) => {
            format!("We know no place called “{location}”. Did you mean {first}?")
        }
        (_, None) => format!(
            "We know no place called “{location}”: check the spelling, or name a larger place nearby."
        ),
    }
}

fn suggestions(resolution: &Resolution) -> Vec<String> {
    let meant = resolution.place.iter().map(Place::label);
    let others = resolution
        .alternatives
        .iter()
        .map(|choice| choice.label.clone());
    let mut suggestions: Vec<String> = Vec::new();
    for label in meant
        .chain(others)
        .chain(resolution.did_you_mean.iter().cloned())
    {
        if suggestions.len() < MAX_SUGGESTIONS && !suggestions.contains(&label) {
            suggestions.push(label);
        }
    }
    suggestions
}

#[cfg(test)]
mod tests {
    use reply::testing::json;
    use serde_json::{Value, json};

    use super::*;
    use crate::tests::atlas;

    fn refused(location: &str) -> Value {
        json(
            &place(&Location::parse(location).unwrap(), atlas)
                .unwrap_err()
                .into(),
        )
    }

    #[test]
    fn a_name_that_many_share_means_the_likeliest() {
        let place = place(&Location::parse("Springfield").unwrap(), atlas).unwrap();

        assert_eq!(place.label(), "Springfield, Missouri, United States");
    }

    #[test]
    fn an_unknown_place_is_refused_with_what_may_be_meant() {
        let problem = refused("Pariis");

        assert_eq!(problem["status"], 422);
        assert_eq!(
            problem["suggestions"],
            json!(["Paris, France", "Paris, Texas, United States"])
        );
        assert_eq!(
            problem["detail"],
            "We know no place called “Pariis”. Did you mean Paris, France?"
        );
    }

    #[test]
    fn a_place_unlike_any_other_is_refused_with_what_to_do() {
        let problem = refused("Qwertyville");

        assert_eq!(problem["suggestions"], json!([]));
        assert_eq!(
            problem["detail"],
            "We know no place called “Qwertyville”: check the spelling, or name a larger place nearby."
        );
    }

    #[test]
    fn coordinates_that_cannot_be_are_refused_with_what_is_wrong() {
        let location = Location::parse("48° 75′ N, 2° 21′ E").unwrap();

        let problem = json(&place(&location, places::resolve).unwrap_err().into());

        let why = "looks like coordinates, but minutes are below 60";
        assert_eq!(problem["detail"], format!("location {why}"));
        assert_eq!(
            problem["errors"],
            json!([{"pointer": "/location", "detail": why}])
        );
    }

    #[test]
    fn coordinates_far_from_every_place_are_refused_with_the_nearest() {
        let location = Location::parse("45° S, 130° W").unwrap();

        let problem = json(&place(&location, places::resolve).unwrap_err().into());

        let nearest = problem["suggestions"][0].as_str().unwrap();
        assert_eq!(
            problem["detail"],
            format!(
                "“45° S, 130° W” is far from every place that we know: name one, such as {nearest}."
            )
        );
    }

    #[test]
    fn a_country_is_refused_with_places_in_it() {
        let problem = refused("France");

        assert_eq!(
            problem["suggestions"],
            json!(["Paris, Île-de-France, France"])
        );
        let detail =
            "“France” is a country: name a place in it, such as Paris, Île-de-France, France.";
        assert_eq!(problem["detail"], detail);
    }
}
