use lambda_http::{Request, RequestExt};
use podcast::{Owner, Status};
use reply::{FieldError, Problem};
use storage::Start;

use crate::cursor;

const DEFAULT_LIMIT: u32 = 20;
const MAX_LIMIT: u32 = 100;

/// Which part of a library is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    /// Only podcasts in this status, if given.
    pub(crate) status: Option<Status>,
    /// A cursor, where there is one, decides; otherwise `skip` does.
    pub(crate) start: Start,
    /// As asked, to be told again in the answer.
    pub(crate) skip: u32,
    pub(crate) limit: u32,
}

impl Query {
    /// Reads the query of `request`; what it does not name has its default.
    pub(crate) fn parse(request: &Request, owner: &Owner) -> Result<Self, Problem> {
        let query = request.query_string_parameters();
        // A form that leaves a field blank sends it empty.
        let given = |name| query.first(name).filter(|value| !value.is_empty());
        let mut errors = Vec::new();

        let skip = given("skip").map_or(Some(0), |text| text.parse().ok());
        if skip.is_none() {
            errors.push(FieldError::in_query(
                "skip",
                "must be a whole number from 0 to 4294967295",
            ));
        }
        let limit = given("limit").map_or(Some(DEFAULT_LIMIT), parse_limit);
        if limit.is_none() {
            errors.push(FieldError::in_query(
                "limit",
                format!("must be a whole number from 1 to {MAX_LIMIT}"),
            ));
        }
        let status = given("status_filter").map(Status::parse);
        if status == Some(None) {
            let known = Status::ALL.map(Status::as_str).join(", ");
            errors.push(FieldError::in_query(
                "status_filter",
                format!("must be one of {known}"),
            ));
        }
        let status = status.flatten();
        let after = given("cursor").map(|text| cursor::read(text, owner, status));
        if after == Some(None) {
            let detail = "must be the next_cursor of a page of this list, unchanged";
            errors.push(FieldError::in_query("cursor", detail));
        }

        let (Some(skip), Some(limit), true) = (skip, limit, errors.is_empty()) else {
            return Err(Problem::invalid(&errors));
        };
        let start = after.flatten().map_or(Start::Skip(skip), Start::After);
        Ok(Self {
            status,
            start,
            skip,
            limit,
        })
    }
}

fn parse_limit(text: &str) -> Option<u32> {
    text.parse()
        .ok()
        .filter(|limit| (1..=MAX_LIMIT).contains(limit))
}

#[cfg(test)]
mod tests {
    use lambda_http::{Body, Response};
    use reply::testing::{Event, json};

    use super::*;

    fn parse(query: &str) -> Result<Query, Vec<String>> {
        let request = Event::get(&format!("/api/v1/podcasts/?{query}")).request();
        Query::parse(&request, &Owner::local()).map_err(|problem| {
            let errors = json(&Response::<Body>::from(problem))["errors"].clone();
            let names = errors.as_array().unwrap().iter();
            names
                .map(|error| error["parameter"].as_str().unwrap().to_owned())
                .collect()
        })
    }

    #[test]
    fn a_query_has_defaults() {
        let defaults = Query {
            status: None,
            start: Start::Skip(0),
            skip: 0,
            limit: 20,
        };

        assert_eq!(parse(""), Ok(defaults.clone()));
        assert_eq!(parse("status_filter=&cursor=&unknown=1"), Ok(defaults));
    }

    #[test]
    fn a_query_says_which_part() {
        let query = parse("skip=40&limit=100&status_filter=completed").unwrap();

        assert_eq!(query.start, Start::Skip(40));
        assert_eq!((query.limit, query.status), (100, Some(Status::Completed)));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for limit in ["0", "101", "-1", "x", "1.5", "99999999999999999999"] {
            assert_eq!(
                parse(&format!("limit={limit}")),
                Err(vec!["limit".to_owned()]),
                "{limit}"
            );
        }
        let wrong = parse("skip=-1&limit=0&status_filter=Done&cursor=abc");
        assert_eq!(
            wrong,
            Err(["skip", "limit", "status_filter", "cursor"]
                .map(str::to_owned)
                .to_vec())
        );
    }
}
