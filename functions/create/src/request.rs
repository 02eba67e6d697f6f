use podcast::{Length, Location, PodcastType, Preferences, is_hidden};
use reply::{FieldError, Problem};
use serde::Serialize;
use serde_json::Value;

const MAX_SURPRISE: u8 = 5;
const MAX_TOPIC_CHARS: usize = 255;
const MAX_WORD_CHARS: usize = 100;
const MAX_INTERESTS: usize = 50;

/// What somebody would like to hear. There is no wrong one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Wish {
    pub(crate) location: Location,
    pub(crate) podcast_type: PodcastType,
    pub(crate) preferences: Preferences,
}

impl Wish {
    /// Reads a body; members it does not know are ignored.
    ///
    /// # Errors
    /// 422 that lists everything that is wrong, each with its pointer.
    pub(crate) fn parse(body: &Value) -> Result<Self, Problem> {
        let mut errors = Errors::default();
        if !body.is_object() {
            errors.add("", "must be a JSON object");
            return Err(Problem::invalid(&errors.0));
        }
        let location = errors.keep("/location", location(&body["location"]));
        let podcast_type = errors.keep("/podcast_type", podcast_type(&body["podcast_type"]));
        let preferences = preferences(&body["preferences"], &mut errors);
        if podcast_type == Some(PodcastType::Topic) && preferences.topic.is_none() {
            errors.add_first(
                "/preferences/topic",
                "must say what an episode of type topic is about",
            );
        }
        match (location, podcast_type) {
            (Some(location), Some(podcast_type)) if errors.0.is_empty() => Ok(Self {
                location,
                podcast_type,
                preferences,
            }),
            _ => Err(Problem::invalid(&errors.0)),
        }
    }
}

/// What is wrong with a body, so far.
#[derive(Default)]
struct Errors(Vec<FieldError>);

impl Errors {
    fn add(&mut self, pointer: &str, detail: impl Into<String>) {
        self.0.push(FieldError::at(pointer, detail));
    }

    /// Adds an error unless there is one about the same field.
    fn add_first(&mut self, pointer: &str, detail: &str) {
        if !self
            .0
            .iter()
            .any(|error| error.pointer.as_deref() == Some(pointer))
        {
            self.add(pointer, detail);
        }
    }

    fn keep<T>(&mut self, pointer: &str, read: Result<T, String>) -> Option<T> {
        read.map_err(|detail| self.add(pointer, detail)).ok()
    }

    /// Reads a member of the preferences; `None` when it is absent, null or wrong.
    fn preference<T>(
        &mut self,
        given: &Value,
        name: &str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<T> {
        match &given[name] {
            Value::Null => None,
            value => self.keep(&format!("/preferences/{name}"), read(value)),
        }
    }
}

fn location(value: &Value) -> Result<Location, String> {
    Location::parse(required_text(value)?).map_err(|error| error.to_string())
}

fn podcast_type(value: &Value) -> Result<PodcastType, String> {
    let known = PodcastType::ALL.map(PodcastType::as_str).join(", ");
    PodcastType::parse(required_text(value)?).ok_or_else(|| format!("must be one of {known}"))
}

/// Clients send null, or nothing, for what a person left as it was.
fn preferences(given: &Value, errors: &mut Errors) -> Preferences {
    let defaults = Preferences::default();
    if !given.is_object() {
        if !given.is_null() {
            errors.add("/preferences", "must be an object");
        }
        return defaults;
    }
    let word = |value: &Value| text(value, MAX_WORD_CHARS);
    let surprise = errors.preference(given, "surprise_tolerance", surprise);
    let length = errors.preference(given, "preferred_length", length);
    let style = errors.preference(given, "preferred_style", word);
    let pace = errors.preference(given, "preferred_pace", word);
    let interests = interests(&given["interests"], errors);
    let topic = errors.preference(given, "topic", |value| text(value, MAX_TOPIC_CHARS));
    Preferences {
        surprise_tolerance: surprise.unwrap_or(defaults.surprise_tolerance),
        preferred_length: length.unwrap_or(defaults.preferred_length),
        preferred_style: style.unwrap_or(defaults.preferred_style),
        preferred_pace: pace.unwrap_or(defaults.preferred_pace),
        interests,
        topic: topic.filter(|topic| !topic.is_empty()),
    }
}

/// Takes 3.0 as well: to JSON it is the same whole number as 3.
fn surprise(value: &Value) -> Result<u8, String> {
    let number = value.as_f64();
    (0..=MAX_SURPRISE)
        .find(|surprise| number == Some(f64::from(*surprise)))
        .ok_or_else(|| format!("must be a whole number from 0 to {MAX_SURPRISE}"))
}

fn length(value: &Value) -> Result<Length, String> {
    let known = Length::ALL.map(Length::as_str).join(", ");
    value
        .as_str()
        .and_then(Length::parse)
        .ok_or_else(|| format!("must be one of {known}"))
}

fn interests(given: &Value, errors: &mut Errors) -> Vec<String> {
    const POINTER: &str = "/preferences/interests";
    let interests = match given {
        Value::Null => return Vec::new(),
        Value::Array(interests) if interests.len() <= MAX_INTERESTS => interests,
        _ => {
            errors.add(
                POINTER,
                format!("must be a list of at most {MAX_INTERESTS} texts"),
            );
            return Vec::new();
        }
    };
    let read = interests.iter().enumerate().filter_map(|(at, interest)| {
        errors.keep(&format!("{POINTER}/{at}"), text(interest, MAX_WORD_CHARS))
    });
    read.filter(|interest| !interest.is_empty()).collect()
}

fn required_text(value: &Value) -> Result<&str, String> {
    match value {
        Value::Null => Err("is required".to_owned()),
        Value::String(text) => Ok(text),
        _ => Err("must be a text".to_owned()),
    }
}

/// Reads a text that may be blank, trimmed.
fn text(value: &Value, max_chars: usize) -> Result<String, String> {
    let text = value.as_str().ok_or("must be a text")?;
    if text.chars().any(is_hidden) {
        return Err("must not contain control or direction-changing characters".to_owned());
    }
    let text = text.trim();
    if text.chars().count() > max_chars {
        return Err(format!("must have at most {max_chars} characters"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use reply::testing;
    use serde_json::json;

    use super::*;

    /// The pointers of what is wrong with a body.
    fn wrong(body: Value) -> Vec<String> {
        let problem = Wish::parse(&body).expect_err(&body.to_string());
        let errors = testing::json(&problem.into())["errors"].clone();
        let errors = errors.as_array().unwrap().iter();
        errors
            .map(|error| error["pointer"].as_str().unwrap().to_owned())
            .collect()
    }

    fn with(preferences: Value) -> Value {
        json!({"location": "Paris", "podcast_type": "base", "preferences": preferences})
    }

    #[test]
    fn place_and_type_are_enough() {
        let wish = Wish::parse(&json!({"location": " Paris ", "podcast_type": "base"})).unwrap();

        assert_eq!(wish.location.as_str(), "Paris");
        assert_eq!(wish.preferences, Preferences::default());
    }

    #[test]
    fn every_preference_is_read() {
        let body = with(json!({
            "surprise_tolerance": 5, "preferred_length": "long", "preferred_style": "calm",
            "preferred_pace": "slow", "interests": ["history", " ", "food"], "topic": " wine ", "more": {}
        }));

        let preferences = Wish::parse(&body).unwrap().preferences;

        let expected = Preferences {
            surprise_tolerance: 5,
            preferred_length: Length::Long,
            preferred_style: "calm".to_owned(),
            preferred_pace: "slow".to_owned(),
            interests: vec!["history".to_owned(), "food".to_owned()],
            topic: Some("wine".to_owned()),
        };
        assert_eq!(preferences, expected);
    }

    #[test]
    fn a_preference_left_null_has_its_default() {
        let body = with(json!({
            "surprise_tolerance": null, "preferred_length": null, "preferred_style": null,
            "preferred_pace": null, "interests": null, "topic": ""
        }));

        assert_eq!(
            Wish::parse(&body).unwrap().preferences,
            Preferences::default()
        );
        assert!(Wish::parse(&with(Value::Null)).is_ok());
    }

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        let body = with(json!({"surprise_tolerance": 3.0}));

        assert_eq!(
            Wish::parse(&body).unwrap().preferences.surprise_tolerance,
            3
        );
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let pointers = wrong(json!({
            "location": "", "podcast_type": "news",
            "preferences": {
                "surprise_tolerance": 6, "preferred_length": "Long", "preferred_style": 1,
                "preferred_pace": "a\u{202e}b", "interests": ["ok", 3], "topic": "x".repeat(256)
            }
        }));

        let expected = [
            "/location",
            "/podcast_type",
            "/preferences/surprise_tolerance",
            "/preferences/preferred_length",
            "/preferences/preferred_style",
            "/preferences/preferred_pace",
            "/preferences/interests/1",
            "/preferences/topic",
        ];
        assert_eq!(pointers, expected);
    }

    #[test]
    fn a_location_that_is_no_place_name_is_rejected() {
        for location in [
            json!(null),
            json!(7),
            json!(" "),
            json!("a\0b"),
            json!("x".repeat(10_000)),
        ] {
            assert_eq!(
                wrong(json!({"location": location, "podcast_type": "base"})),
                ["/location"]
            );
        }
    }

    #[test]
    fn an_episode_of_type_topic_needs_a_topic() {
        for preferences in [
            json!(null),
            json!({}),
            json!({"topic": " "}),
            json!({"topic": 3}),
        ] {
            let body =
                json!({"location": "Paris", "podcast_type": "topic", "preferences": preferences});
            assert_eq!(wrong(body), ["/preferences/topic"]);
        }
    }

    #[test]
    fn wrong_kinds_of_json_are_rejected() {
        for body in [json!([]), json!("Paris"), json!(null), json!(1)] {
            assert_eq!(wrong(body), [""]);
        }
        assert_eq!(wrong(with(json!([]))), ["/preferences"]);
        assert_eq!(
            wrong(with(json!({"interests": "history"}))),
            ["/preferences/interests"]
        );
        for surprise in [json!(-1), json!(1.5), json!("3"), json!(true)] {
            assert_eq!(
                wrong(with(json!({"surprise_tolerance": surprise}))),
                ["/preferences/surprise_tolerance"]
            );
        }
    }
}
