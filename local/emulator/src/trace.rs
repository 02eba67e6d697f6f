//! The trace a request belongs to, as `X-Amzn-Trace-Id` writes it.
//!
//! Source: "Tracing header", AWS X-Ray Developer Guide.
use std::fmt;

use http::{HeaderMap, HeaderName};
use jiff::Timestamp;

/// The header of requests, to the emulator and in the events of an HTTP API.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// One trace: every invocation that a request leads to has its root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    root: String,
    /// Whether whoever began it records it; `None` when that is not said.
    is_sampled: Option<bool>,
}

impl Trace {
    /// Begins a trace of its own.
    #[must_use]
    pub fn begin() -> Trace {
        let random = uuid::Uuid::new_v4().simple().to_string();
        Trace {
            root: format!("1-{:08x}-{}", Timestamp::now().as_second(), &random[..24]),
            is_sampled: None,
        }
    }

    /// Goes on with the trace that a request is part of, or begins one.
    pub(crate) fn of(headers: &HeaderMap) -> Trace {
        let given = headers.get(HEADER).and_then(|value| value.to_str().ok());
        given.and_then(Trace::parse).unwrap_or_else(Trace::begin)
    }

    /// Reads a header; `None` when it names no trace.
    pub(crate) fn parse(header: &str) -> Option<Trace> {
        let (mut root, mut is_sampled) = (None, None);
        for field in header.split(';') {
            match field.trim().split_once('=') {
                Some(("Root", value)) if is_root(value) => root = Some(value.to_owned()),
                Some(("Sampled", "0")) => is_sampled = Some(false),
                Some(("Sampled", "1")) => is_sampled = Some(true),
                _ => {}
            }
        }
        Some(Trace {
            root: root?,
            is_sampled,
        })
    }

    /// Returns the header of one run, a step of the trace with an id of its own.
    pub(crate) fn of_run(&self) -> String {
        let parent = uuid::Uuid::new_v4().simple().to_string();
        format!(
            "Root={};Parent={};Sampled={}",
            self.root,
            &parent[..16],
            u8::from(self.is_sampled.unwrap_or_default())
        )
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Root={}", self.root)?;
        match self.is_sampled {
            Some(is_sampled) => write!(f, ";Sampled={}", u8::from(is_sampled)),
            None => Ok(()),
        }
    }
}

/// Whether a text is a trace's id: the version, the time and 96 bits, in hexadecimal.
fn is_root(text: &str) -> bool {
    let is_hex = |part: &str, digits| {
        part.len() == digits && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let parts: Vec<&str> = text.split('-').collect();
    matches!(parts[..], ["1", time, random] if is_hex(time, 8) && is_hex(random, 24))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "Root=1-5759e988-bd862e3fe1be46a994272793";

    #[test]
    fn a_trace_is_read_as_it_is_written() {
        for header in [ROOT.to_owned(), format!("{ROOT};Sampled=1")] {
            assert_eq!(Trace::parse(&header).unwrap().to_string(), header);
        }
        let begun = Trace::begin();
        assert_eq!(Trace::parse(&begun.to_string()), Some(begun));
    }

    #[test]
    fn a_run_has_the_root_and_the_decision_but_a_parent_of_its_own() {
        let header = format!("Self=1-2; {ROOT}; Parent=53995c3f42cd8ad8; Sampled=1; Lineage=a:0");
        let trace = Trace::parse(&header).unwrap();

        let [one, other] = [trace.of_run(), trace.of_run()];

        assert_ne!(one, other);
        for run in [one, other] {
            let parent = run.strip_prefix(&format!("{ROOT};Parent=")).unwrap();
            assert!(
                parent.len() == 26 && parent.ends_with(";Sampled=1"),
                "{run}"
            );
            assert!(!run.contains("53995c3f42cd8ad8"), "{run}");
        }
    }

    #[test]
    fn what_names_no_trace_is_none() {
        for header in [
            "",
            "Sampled=1",
            "Root=",
            "Root=1-5759e988",
            "Root=1-5759e988-bd862e3fe1be46a99427279x",
            "Root=2-5759e988-bd862e3fe1be46a994272793",
        ] {
            assert_eq!(Trace::parse(header), None, "{header}");
        }
    }
}
