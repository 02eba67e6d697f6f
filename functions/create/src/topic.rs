use places::Place;
use podcast::{PodcastType, Preferences};
use reply::{FieldError, Problem};
use script::{Brief, check};

const POINTER: &str = "/preferences/topic";

/// Checks that enough is known about the place for an episode on the topic that is wished for.
///
/// The worker would find out only after the wish was accepted. Other types are made of whatever is known.
///
/// # Errors
/// 422 that names the topics on which enough is known.
pub(crate) fn is_carried(
    podcast_type: PodcastType,
    preferences: &Preferences,
    place: &Place,
) -> Result<(), Problem> {
    if podcast_type != PodcastType::Topic {
        return Ok(());
    }
    let facts = places::facts(place.geoname_id).unwrap_or_default();
    let checked = check(&Brief {
        podcast_type,
        ..Brief::of(place, &place.label(), &facts, preferences)
    });
    checked.map_err(|refusal| {
        let why = refusal.to_string().replacen("Our", "our", 1);
        let detail = format!("is not covered: {}", why.trim_end_matches('.'));
        let topics = refusal
            .instead()
            .iter()
            .map(|theme| theme.title().to_owned());
        Problem::invalid(&[FieldError::at(POINTER, detail).instead(topics)])
    })
}

#[cfg(test)]
mod tests {
    use places::resolve;
    use reply::testing::json;
    use serde_json::{Value, json};

    use super::*;
    use crate::request::Wish;

    fn asked(location: &str, podcast_type: &str, topic: &str) -> Result<(), Value> {
        let wish = Wish::parse(&json!({
            "location": location, "podcast_type": podcast_type, "preferences": {"topic": topic}
        }));
        let wish = wish.unwrap();
        let place = resolve(location).place.unwrap();
        is_carried(wish.podcast_type, &wish.preferences, &place)
            .map_err(|problem| json(&problem.into()))
    }

    #[test]
    fn a_topic_that_is_too_thin_is_refused_with_those_that_are_not() {
        let problem = asked("Pirey, France", "topic", "food").unwrap_err();

        assert_eq!(problem["status"], 422);
        assert_eq!(problem["errors"][0]["pointer"], POINTER);
        let detail = problem["errors"][0]["detail"].as_str().unwrap();
        let (why, instead) = detail.split_once("; they hold enough on: ").unwrap();
        assert!(
            why.starts_with("is not covered: our sources hold only one fact")
                && why.ends_with(" on the topic \"food\" for Pirey, too few for an episode"),
            "{why}"
        );
        let offered = problem["errors"][0]["suggestions"].as_array().unwrap();
        let offered: Vec<&str> = offered.iter().filter_map(Value::as_str).collect();
        assert_eq!(instead, offered.join(", "));
        for topic in offered {
            assert_eq!(asked("Pirey, France", "topic", topic), Ok(()));
        }
    }

    #[test]
    fn a_topic_of_which_the_sources_never_speak_is_refused() {
        let problem = asked("Paris, France", "topic", "cheese").unwrap_err();

        let detail = problem["detail"].as_str().unwrap();
        let why = "preferences/topic is not covered: our sources hold nothing on the topic \"cheese\" for Paris; they hold";
        assert!(detail.starts_with(why), "{detail}");
    }

    #[test]
    fn a_topic_is_of_no_matter_to_another_type() {
        assert_eq!(asked("Paris, France", "base", "cheese"), Ok(()));
    }
}
