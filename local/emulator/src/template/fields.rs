//! Reading a map of known keys, and refusing every other.
use std::{collections::BTreeSet, ops::RangeInclusive, path::Path};

use super::{
    Refusal, function_arn,
    node::{Entry, Node, Value},
    queue_arn,
};

/// The fields of one map of the template. Each is either taken or passed over; [`Fields::finish`] refuses the rest.
pub(super) struct Fields<'a> {
    file: &'a Path,
    owner: String,
    line: usize,
    entries: &'a [Entry],
    known: BTreeSet<&'static str>,
}

impl<'a> Fields<'a> {
    /// Opens `node`, which sentences call `owner`, such as `function Create`.
    pub(super) fn of(
        node: &'a Node,
        owner: impl Into<String>,
        file: &'a Path,
    ) -> Result<Fields<'a>, Refusal> {
        let owner = owner.into();
        let entries = match &node.value {
            Value::Map(entries) => entries.as_slice(),
            Value::Nothing => &[],
            _ => {
                let reason = format!("{owner} must be a map, not {}", node.kind());
                return Err(Refusal::at(file, node.line, reason));
            }
        };
        Ok(Fields {
            file,
            owner,
            line: node.line,
            entries,
            known: BTreeSet::new(),
        })
    }

    /// Takes a field that may be missing.
    pub(super) fn take(&mut self, key: &'static str) -> Option<&'a Node> {
        self.known.insert(key);
        let found = self.entries.iter().find(|entry| entry.key == key)?;
        (!matches!(found.node.value, Value::Nothing)).then_some(&found.node)
    }

    /// Takes a field that must be there.
    pub(super) fn need(&mut self, key: &'static str) -> Result<&'a Node, Refusal> {
        self.take(key).ok_or_else(|| {
            Refusal::at(
                self.file,
                self.line,
                format!("{} has no {key}; give it one", self.owner),
            )
        })
    }

    /// Passes over fields that are understood and change nothing on one machine.
    pub(super) fn pass_over(&mut self, keys: &[&'static str]) {
        self.known.extend(keys);
    }

    pub(super) fn text(&mut self, key: &'static str) -> Result<Option<&'a str>, Refusal> {
        let Some(node) = self.take(key) else {
            return Ok(None);
        };
        self.as_text(key, node).map(Some)
    }

    pub(super) fn number(
        &mut self,
        key: &'static str,
        range: RangeInclusive<u32>,
    ) -> Result<Option<u32>, Refusal> {
        let Some(node) = self.take(key) else {
            return Ok(None);
        };
        let number = match &node.value {
            Value::Text(text) => text.parse().ok().filter(|number| range.contains(number)),
            _ => None,
        };
        number.map(Some).ok_or_else(|| {
            let wanted = format!("a whole number from {} to {}", range.start(), range.end());
            self.wrong(key, node, &wanted)
        })
    }

    pub(super) fn flag(&mut self, key: &'static str) -> Result<Option<bool>, Refusal> {
        let Some(node) = self.take(key) else {
            return Ok(None);
        };
        match &node.value {
            Value::Text(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Value::Text(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            _ => Err(self.wrong(key, node, "true or false")),
        }
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Result<Vec<String>, Refusal> {
        let Some(node) = self.take(key) else {
            return Ok(Vec::new());
        };
        let Value::List(items) = &node.value else {
            return Err(self.wrong(key, node, "a list"));
        };
        items
            .iter()
            .map(|item| self.as_text(key, item).map(str::to_owned))
            .collect()
    }

    /// Opens a field that is itself a map.
    pub(super) fn fields(&mut self, key: &'static str) -> Result<Option<Fields<'a>>, Refusal> {
        let Some(node) = self.take(key) else {
            return Ok(None);
        };
        Fields::of(node, format!("{key} of {}", self.owner), self.file).map(Some)
    }

    /// Takes a map whose keys are the template's own; there are none when it is missing.
    pub(super) fn entries(&mut self, key: &'static str) -> Result<&'a [Entry], Refusal> {
        let Some(node) = self.take(key) else {
            return Ok(&[]);
        };
        match &node.value {
            Value::Map(entries) => Ok(entries),
            _ => Err(self.wrong(key, node, "a map")),
        }
    }

    /// Refuses the first field that was neither taken nor passed over.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        match self
            .entries
            .iter()
            .find(|entry| !self.known.contains(entry.key.as_str()))
        {
            None => Ok(()),
            Some(entry) => Err(Refusal::at(
                self.file,
                entry.line,
                format!(
                    "{} of {} is not emulated; remove it or check its spelling",
                    entry.key, self.owner
                ),
            )),
        }
    }

    /// Returns a refusal of the map as a whole.
    pub(super) fn refuse(&self, reason: impl Into<String>) -> Refusal {
        Refusal::at(self.file, self.line, reason)
    }

    /// Returns the refusal of a field's value, where `wanted` is what would do.
    pub(super) fn wrong(&self, key: &str, node: &Node, wanted: &str) -> Refusal {
        let reason = format!(
            "{key} of {} must be {wanted}, not {}",
            self.owner,
            node.kind()
        );
        Refusal::at(self.file, node.line, reason)
    }

    /// Returns the name in the ARN of a queue.
    pub(super) fn queue_name(&self, key: &str, arn: &'a Node) -> Result<&'a str, Refusal> {
        named(arn, queue_arn)
            .ok_or_else(|| self.wrong(key, arn, "the Arn of a queue of this template"))
    }

    /// Returns the name in the ARN of a function.
    pub(super) fn function_name(&self, key: &str, arn: &'a Node) -> Result<&'a str, Refusal> {
        named(arn, function_arn)
            .ok_or_else(|| self.wrong(key, arn, "the Arn of a function of this template"))
    }

    fn as_text(&self, key: &str, node: &'a Node) -> Result<&'a str, Refusal> {
        match &node.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.wrong(key, node, "text")),
        }
    }
}

/// Returns the name of which `arn_of` makes the ARN in `arn`.
fn named(arn: &Node, arn_of: impl Fn(&str) -> String) -> Option<&str> {
    let Value::Text(text) = &arn.value else {
        return None;
    };
    let name = text.rsplit(':').next()?;
    (arn_of(name) == *text).then_some(name)
}
