//! The template's parameters and the values they were given.
use std::{collections::BTreeMap, path::Path};

use super::{Refusal, fields::Fields, node::Entry, node::Node, node::Value};

/// Reads the `entries` of the `Parameters` section with the values `given`.
pub(super) fn read(
    entries: &[Entry],
    given: &BTreeMap<String, String>,
    file: &Path,
) -> Result<BTreeMap<String, Node>, Refusal> {
    if let Some(unknown) = given
        .keys()
        .find(|name| !entries.iter().any(|entry| entry.key == **name))
    {
        let reason = format!("has no parameter {unknown}, yet one was given; check its spelling");
        return Err(Refusal::at(file, 0, reason));
    }
    entries
        .iter()
        .map(|entry| Ok((entry.key.clone(), value(entry, given, file)?)))
        .collect()
}

fn value(entry: &Entry, given: &BTreeMap<String, String>, file: &Path) -> Result<Node, Refusal> {
    let owner = format!("parameter {}", entry.key);
    let mut fields = Fields::of(&entry.node, &owner, file)?;
    fields.pass_over(&["Description", "ConstraintDescription", "NoEcho"]);
    let kind = fields.need("Type")?;
    let default = fields.text("Default")?;
    let allowed = fields.texts("AllowedValues")?;
    let lengths = (
        fields.number("MinLength", 0..=u32::MAX)?,
        fields.number("MaxLength", 0..=u32::MAX)?,
    );
    let is_list = match &kind.value {
        Value::Text(text) if text == "String" || text == "Number" => false,
        Value::Text(text) if text == "CommaDelimitedList" => true,
        _ => return Err(fields.wrong("Type", kind, "String, Number or CommaDelimitedList")),
    };
    let is_number = matches!(&kind.value, Value::Text(text) if text == "Number");
    fields.finish()?;

    let refuse = |reason: String| Err(Refusal::at(file, entry.line, format!("{owner} {reason}")));
    let Some(text) = given.get(&entry.key).map(String::as_str).or(default) else {
        return refuse("has no value and no default; give it a value".to_owned());
    };
    if !allowed.is_empty() && !allowed.iter().any(|value| value == text) {
        return refuse(format!(
            "must be one of {}, not {text:?}",
            allowed.join(", ")
        ));
    }
    if is_number && text.parse::<f64>().is_err() {
        return refuse(format!("must be a number, not {text:?}"));
    }
    let length = text.chars().count();
    if lengths.0.is_some_and(|least| length < least as usize)
        || lengths.1.is_some_and(|most| length > most as usize)
    {
        return refuse(format!("must not have {length} characters"));
    }
    Ok(match is_list {
        false => Node::text(entry.line, text),
        true => Node {
            line: entry.line,
            value: Value::List(split(entry.line, text)),
        },
    })
}

fn split(line: usize, text: &str) -> Vec<Node> {
    text.split(',')
        .map(|item| Node::text(line, item.trim()))
        .collect()
}
