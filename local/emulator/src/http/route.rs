//! Which function answers a path: API Gateway's order of routes.
use std::collections::BTreeMap;

use http::Method;
use percent_encoding::percent_decode_str;

use crate::template::{self, Authorization};

/// The routes of an HTTP API.
pub(super) struct Router {
    routes: Vec<Route>,
    default: Option<Route>,
}

struct Route {
    method: template::Method,
    pattern: Vec<Segment>,
    function: String,
    key: String,
    authorization: Option<Authorization>,
}

/// One part of a path between slashes; the first variant that fits wins.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Parameter(String),
    Greedy(String),
}

/// What a request has met.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Match<'a> {
    pub(super) function: &'a str,
    pub(super) route_key: &'a str,
    pub(super) parameters: BTreeMap<String, String>,
    /// What the caller must show.
    pub(super) authorization: Option<&'a Authorization>,
}

impl<'a> Match<'a> {
    /// What every request to the URL of `function` meets.
    pub(super) fn url(function: &'a str) -> Match<'a> {
        Match {
            function,
            route_key: "$default",
            parameters: BTreeMap::new(),
            authorization: None,
        }
    }
}

impl Router {
    pub(super) fn new(routes: &[template::Route]) -> Router {
        let is_default = |route: &&template::Route| route.path == "$default";
        let mut named: Vec<Route> = routes
            .iter()
            .filter(|route| !is_default(route))
            .map(Route::new)
            .collect();
        // Literal before parameter before greedy, from the left; then a method before ANY.
        named.sort_by_key(|route| (route.ranks(), route.method == template::Method::Any));
        let default = routes.iter().find(is_default).map(Route::new);
        Router {
            routes: named,
            default,
        }
    }

    /// Finds the route that names the path.
    pub(super) fn find(&self, method: &Method, path: &str) -> Option<Match<'_>> {
        let segments: Vec<String> = segments(path).map(decode).collect();
        self.routes
            .iter()
            .filter(|route| route.takes(method))
            .find_map(|route| Some(route.met(route.parameters(&segments)?)))
    }

    /// Returns the route for whatever no other route names.
    pub(super) fn default(&self) -> Option<Match<'_>> {
        let route = self.default.as_ref()?;
        Some(route.met(BTreeMap::new()))
    }
}

impl Route {
    fn new(route: &template::Route) -> Route {
        Route {
            method: route.method.clone(),
            pattern: segments(&route.path).map(Segment::new).collect(),
            function: route.function.clone(),
            key: match route.path.as_str() {
                "$default" => route.path.clone(),
                path => format!("{} {path}", route.method),
            },
            authorization: route.authorization.clone(),
        }
    }

    fn met(&self, parameters: BTreeMap<String, String>) -> Match<'_> {
        Match {
            function: &self.function,
            route_key: &self.key,
            parameters,
            authorization: self.authorization.as_ref(),
        }
    }

    fn ranks(&self) -> Vec<u8> {
        self.pattern
            .iter()
            .map(|segment| match segment {
                Segment::Literal(_) => 0,
                Segment::Parameter(_) => 1,
                Segment::Greedy(_) => 2,
            })
            .collect()
    }

    fn takes(&self, method: &Method) -> bool {
        match &self.method {
            template::Method::Any => true,
            template::Method::Only(only) => only == method,
        }
    }

    /// Returns the values of the pattern's parameters if it fits.
    fn parameters(&self, path: &[String]) -> Option<BTreeMap<String, String>> {
        let mut parameters = BTreeMap::new();
        let mut rest = path;
        for segment in &self.pattern {
            let (first, others) = rest.split_first()?;
            match segment {
                Segment::Literal(literal) if literal == first => {}
                Segment::Parameter(name) if !first.is_empty() => {
                    parameters.insert(name.clone(), first.clone());
                }
                Segment::Greedy(name) if rest.iter().any(|part| !part.is_empty()) => {
                    parameters.insert(name.clone(), rest.join("/"));
                    return Some(parameters);
                }
                _ => return None,
            }
            rest = others;
        }
        rest.is_empty().then_some(parameters)
    }
}

impl Segment {
    fn new(text: &str) -> Segment {
        let Some(name) = text
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'))
        else {
            return Segment::Literal(text.to_owned());
        };
        match name.strip_suffix('+') {
            Some(name) => Segment::Greedy(name.to_owned()),
            None => Segment::Parameter(name.to_owned()),
        }
    }
}

/// A slash at the end makes an empty last segment, so `/a` and `/a/` are two paths.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(routes: &[(&str, &str)]) -> Router {
        let routes: Vec<template::Route> = routes
            .iter()
            .map(|(method, path)| template::Route {
                method: match *method {
                    "ANY" => template::Method::Any,
                    name => template::Method::Only(name.parse().unwrap()),
                },
                path: (*path).to_owned(),
                function: format!("{method} {path}"),
                authorization: None,
            })
            .collect();
        Router::new(&routes)
    }

    fn function(router: &Router, method: Method, path: &str) -> Option<String> {
        router
            .find(&method, path)
            .or_else(|| router.default())
            .map(|found| found.function.to_owned())
    }

    #[test]
    fn the_more_exact_route_wins_whatever_the_order() {
        let router = router(&[
            ("ANY", "$default"),
            ("ANY", "/{proxy+}"),
            ("ANY", "/a/{id}"),
            ("ANY", "/a/b"),
            ("GET", "/a/b"),
            ("ANY", "/a/b/{rest+}"),
        ]);

        assert_eq!(
            function(&router, Method::GET, "/a/b").as_deref(),
            Some("GET /a/b")
        );
        assert_eq!(
            function(&router, Method::POST, "/a/b").as_deref(),
            Some("ANY /a/b")
        );
        assert_eq!(
            function(&router, Method::GET, "/a/c").as_deref(),
            Some("ANY /a/{id}")
        );
        assert_eq!(
            function(&router, Method::GET, "/a/b/c/d").as_deref(),
            Some("ANY /a/b/{rest+}")
        );
        assert_eq!(
            function(&router, Method::GET, "/x").as_deref(),
            Some("ANY /{proxy+}")
        );
        assert_eq!(
            function(&router, Method::GET, "/").as_deref(),
            Some("ANY $default")
        );
    }

    #[test]
    fn a_slash_at_the_end_is_another_path() {
        let router = router(&[("GET", "/a"), ("GET", "/b/"), ("GET", "/c/{id}")]);

        assert_eq!(function(&router, Method::GET, "/a/"), None);
        assert_eq!(function(&router, Method::GET, "/b"), None);
        assert!(function(&router, Method::GET, "/b/").is_some());
        assert_eq!(function(&router, Method::GET, "/c/"), None);
        assert_eq!(function(&router, Method::GET, "/c/1/"), None);
    }

    #[test]
    fn a_method_that_no_route_names_is_not_found() {
        assert_eq!(
            function(&router(&[("GET", "/a")]), Method::POST, "/a"),
            None
        );
    }

    #[test]
    fn parameters_are_decoded() {
        let router = router(&[("GET", "/p/{id}/{rest+}")]);

        let found = router
            .find(&Method::GET, "/p/S%C3%A3o%2FPaulo/x/y")
            .unwrap();

        assert_eq!(found.parameters["id"], "São/Paulo");
        assert_eq!(found.parameters["rest"], "x/y");
        assert_eq!(found.route_key, "GET /p/{id}/{rest+}");
    }
}
