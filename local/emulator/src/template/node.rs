//! A YAML document whose every value knows its line.
use std::path::Path;

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

use super::Refusal;

/// A value of the template and the line it starts on.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    /// No value, or one that an intrinsic function took away.
    Nothing,
    /// Any scalar, as it is written: to CloudFormation `30` and `"30"` are the same.
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// An intrinsic function by its long name, such as `Ref` or `Fn::Sub`.
    Call(String, Box<Node>),
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) line: usize,
    pub(super) node: Node,
}

impl Node {
    /// Parses the one document that `text` must hold.
    pub(super) fn parse(text: &str, file: &Path) -> Result<Node, Refusal> {
        let documents = MarkedYaml::load_from_str(text)
            .map_err(|error| Refusal::at(file, error.marker().line(), error.info()))?;
        let [document] = documents.as_slice() else {
            return Err(Refusal::at(file, 0, "must hold one YAML document"));
        };
        Reader { text, file }.read(document)
    }

    pub(super) fn text(line: usize, text: impl Into<String>) -> Node {
        Node {
            line,
            value: Value::Text(text.into()),
        }
    }

    /// Returns the field of a map; `None` when it is missing, or this is no map.
    pub(super) fn field(&self, key: &str) -> Option<&Node> {
        let Value::Map(entries) = &self.value else {
            return None;
        };
        let found = entries.iter().find(|entry| entry.key == key);
        found.map(|entry| &entry.node)
    }

    /// Returns what kind of value it is, for a sentence.
    pub(super) fn kind(&self) -> String {
        match &self.value {
            Value::Nothing => "nothing".to_owned(),
            Value::Text(text) => format!("{text:?}"),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a map".to_owned(),
            Value::Call(name, _) => name.clone(),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    file: &'a Path,
}

impl Reader<'_> {
    fn read(&self, yaml: &MarkedYaml<'_>) -> Result<Node, Refusal> {
        let line = yaml.span.start.line();
        let value = match &yaml.data {
            YamlData::Value(scalar) => self.scalar(scalar, yaml),
            YamlData::Sequence(items) => Value::List(
                items
                    .iter()
                    .map(|item| self.read(item))
                    .collect::<Result<_, _>>()?,
            ),
            YamlData::Mapping(pairs) => self.map(pairs.iter().collect())?,
            YamlData::Tagged(tag, inner) => {
                // The place of a tagged scalar is kept with its tag, not with the scalar.
                let mut argument = self.read(inner)?;
                argument.line = argument.line.max(line);
                Value::Call(long_name(&tag.suffix), Box::new(argument))
            }
            YamlData::Representation(..) | YamlData::Alias(_) | YamlData::BadValue => {
                return Err(Refusal::at(
                    self.file,
                    line,
                    "is not a value that a template may hold",
                ));
            }
        };
        Ok(Node { line, value })
    }

    fn map(&self, pairs: Vec<(&MarkedYaml<'_>, &MarkedYaml<'_>)>) -> Result<Value, Refusal> {
        let mut entries = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let line = key.span.start.line();
            let Value::Text(key) = self.read(key)?.value else {
                return Err(Refusal::at(
                    self.file,
                    line,
                    "the key of a map must be text",
                ));
            };
            entries.push(Entry {
                key,
                line,
                node: self.read(value)?,
            });
        }
        match entries.as_slice() {
            [only] if only.key == "Ref" || only.key.starts_with("Fn::") => {
                Ok(Value::Call(only.key.clone(), Box::new(only.node.clone())))
            }
            _ => Ok(Value::Map(entries)),
        }
    }

    /// Keeps a scalar as it is written, so that `0123` does not lose its zero nor `1.10` its tail.
    fn scalar(&self, scalar: &Scalar<'_>, yaml: &MarkedYaml<'_>) -> Value {
        match scalar {
            Scalar::Null => Value::Nothing,
            Scalar::String(text) => Value::Text(text.to_string()),
            Scalar::Boolean(flag) if yaml.span.is_empty() => Value::Text(flag.to_string()),
            Scalar::Integer(number) if yaml.span.is_empty() => Value::Text(number.to_string()),
            _ => {
                let (start, end) = (yaml.span.start.index(), yaml.span.end.index());
                let written = self
                    .text
                    .chars()
                    .skip(start)
                    .take(end - start)
                    .collect::<String>();
                Value::Text(written.trim().to_owned())
            }
        }
    }
}

/// Returns the long name of a short one: `Sub` is `Fn::Sub`, but `Ref` and `Condition` stay.
fn long_name(short: &str) -> String {
    match short {
        "Ref" | "Condition" => short.to_owned(),
        _ => format!("Fn::{short}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Node {
        Node::parse(text, Path::new("template.yaml")).expect("the text is YAML")
    }

    #[test]
    fn every_value_knows_its_line() {
        let node = parse("a:\n  b: 1\n  c:\n    - x\n    - y\n");

        let Value::Map(entries) = &node.field("a").expect("a is there").value else {
            panic!("a is a map");
        };
        assert_eq!((entries[0].line, entries[0].node.line), (2, 2));
        let Value::List(items) = &entries[1].node.value else {
            panic!("c is a list");
        };
        assert_eq!(
            items.iter().map(|item| item.line).collect::<Vec<_>>(),
            [4, 5]
        );
    }

    #[test]
    fn a_number_stays_as_it_is_written() {
        for written in ["0123", "1.10", "true", "1_000", "0x1f"] {
            let node = parse(&format!("é: {written} # a comment\n"));

            assert!(
                matches!(&node.field("é").expect("é is there").value, Value::Text(text) if text == written)
            );
        }
    }

    #[test]
    fn short_and_long_functions_are_the_same() {
        for text in ["a: !Sub x", "a: {'Fn::Sub': x}", "a:\n  Fn::Sub: x"] {
            let node = parse(text);

            let Value::Call(name, argument) = &node.field("a").expect("a is there").value else {
                panic!("{text} is a call");
            };
            assert_eq!(
                (name.as_str(), argument.kind().as_str()),
                ("Fn::Sub", "\"x\"")
            );
        }
    }

    #[test]
    fn a_key_written_twice_is_refused_with_its_line() {
        let refusal =
            Node::parse("a: 1\nb: 2\na: 3\n", Path::new("t.yaml")).expect_err("a is there twice");

        assert_eq!(refusal.to_string(), "t.yaml:3: duplicated key in mapping");
    }
}
