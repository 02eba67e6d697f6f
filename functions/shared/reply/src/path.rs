use lambda_http::{Request, RequestExt};
use podcast::PodcastId;

use crate::Problem;

/// Where in the API a request points.
///
/// Read from the path itself, not from the route's parameters, so that the handlers do not depend on
/// how a template names them. A stage or another prefix before `/podcasts` makes no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path<'a> {
    /// What is before `/podcasts`, e.g. `/api/v1`.
    pub base: &'a str,
    /// The segments after it, a trailing slash left out; `None` when the path is not about podcasts.
    pub segments: Option<Vec<&'a str>>,
}

impl<'a> Path<'a> {
    /// Reads the path of `request`.
    pub fn of(request: &'a Request) -> Self {
        let path = request.raw_http_path();
        let Some((base, rest)) = split(path) else {
            return Self {
                base: path,
                segments: None,
            };
        };
        let mut segments: Vec<&str> = rest.split('/').skip(1).collect();
        if segments.last() == Some(&"") {
            segments.pop();
        }
        Self {
            base,
            segments: Some(segments),
        }
    }

    /// The first id in the path, for the log.
    pub(crate) fn podcast_id(&self) -> Option<PodcastId> {
        self.segments
            .iter()
            .flatten()
            .find_map(|segment| podcast_id(segment).ok())
    }
}

/// Reads a podcast's id from a segment of the path.
///
/// # Errors
/// 422 for anything but a hyphenated UUID.
pub fn podcast_id(segment: &str) -> Result<PodcastId, Problem> {
    const HYPHENATED_LEN: usize = 36;
    // Other spellings of the same id would be other addresses of one podcast.
    let id = segment
        .parse()
        .ok()
        .filter(|_| segment.len() == HYPHENATED_LEN);
    id.ok_or_else(|| {
        Problem::unprocessable(
            "urn:wherecast:problem:malformed-id",
            "Malformed id",
            "The podcast's id in the address is not a UUID",
        )
    })
}

fn split(path: &str) -> Option<(&str, &str)> {
    const PODCASTS: &str = "/podcasts";
    path.match_indices(PODCASTS)
        .map(|(at, _)| path.split_at(at))
        .map(|(base, rest)| (base, &rest[PODCASTS.len()..]))
        .find(|(_, rest)| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Event;

    fn segments(path: &str) -> Option<Vec<String>> {
        let request = Event::get(path).request();
        let segments = Path::of(&request).segments?;
        Some(segments.into_iter().map(str::to_owned).collect())
    }

    #[test]
    fn the_list_is_the_same_with_and_without_a_slash() {
        assert_eq!(segments("/api/v1/podcasts"), Some(vec![]));
        assert_eq!(segments("/api/v1/podcasts/"), Some(vec![]));
    }

    #[test]
    fn a_prefix_makes_no_difference() {
        let request = Event::get("/prod/api/v1/podcasts/status/7").request();

        let path = Path::of(&request);

        assert_eq!(path.base, "/prod/api/v1");
        assert_eq!(path.segments, Some(vec!["status", "7"]));
    }

    #[test]
    fn another_word_is_not_podcasts() {
        assert_eq!(segments("/api/v1/podcastsx/7"), None);
        assert_eq!(segments("/"), None);
    }

    #[test]
    fn only_a_hyphenated_uuid_is_an_id() {
        assert!(podcast_id("01890a5d-ac96-774b-bcce-b302099a8057").is_ok());
        for malformed in ["7", "", "01890a5dac96774bbcceb302099a8057", "status"] {
            assert!(podcast_id(malformed).is_err(), "{malformed}");
        }
    }
}
