//! What the template's names stand for, and the intrinsic functions that use them.
use std::{collections::BTreeMap, path::Path};

use super::{
    ACCOUNT_ID, REGION, Refusal, function_arn, function_url,
    node::{Entry, Node, Value},
    queue_arn, queue_url,
};

mod conditions;
mod names;

/// What SAM calls the API of routes that name none.
pub(super) const IMPLICIT_API: &str = "ServerlessHttpApi";

/// Deeper than any sensible template; a name that leads back to itself ends here.
const MAX_DEPTH: usize = 64;

/// What SAM makes beside a function, under the function's logical id and a suffix.
///
/// Source: "Generated CloudFormation resources for AWS::Serverless::Function", AWS SAM Developer Guide.
#[derive(Clone, Copy)]
enum Made {
    Role,
    Url,
}

/// Parameters, conditions and resources, by name.
pub(super) struct Scope<'a> {
    pub(super) file: &'a Path,
    pub(super) parameters: BTreeMap<String, Node>,
    pub(super) conditions: &'a [Entry],
    pub(super) resources: &'a [Entry],
    pub(super) queue_base: &'a str,
}

impl<'a> Scope<'a> {
    /// Returns `node` with every intrinsic function replaced by its value.
    pub(super) fn resolve(&self, node: &Node) -> Result<Node, Refusal> {
        self.resolve_at(node, 0)
    }

    /// Returns the name a resource has on this machine.
    pub(super) fn name_of(&self, logical_id: &str, property: &str) -> Result<String, Refusal> {
        self.name_at(logical_id, property, 0)
    }

    /// Returns whether a resource exists, given its `Condition`.
    pub(super) fn exists(&self, resource: &Node) -> Result<bool, Refusal> {
        let Some(condition) = resource.field("Condition") else {
            return Ok(true);
        };
        self.holds(condition, 0)
    }

    fn resolve_at(&self, node: &Node, depth: usize) -> Result<Node, Refusal> {
        if depth > MAX_DEPTH {
            return Err(self.refuse(
                node.line,
                "a name here leads back to itself; break the circle",
            ));
        }
        let value = match &node.value {
            Value::Nothing | Value::Text(_) => node.value.clone(),
            Value::List(items) => {
                let items = items.iter().map(|item| self.resolve_at(item, depth + 1));
                Value::List(items.filter(is_something).collect::<Result<_, _>>()?)
            }
            Value::Map(entries) => Value::Map(self.resolve_entries(entries, depth)?),
            Value::Call(name, argument) => return self.call(name, argument, node.line, depth + 1),
        };
        Ok(Node {
            line: node.line,
            value,
        })
    }

    fn resolve_entries(&self, entries: &[Entry], depth: usize) -> Result<Vec<Entry>, Refusal> {
        let mut resolved = Vec::with_capacity(entries.len());
        for entry in entries {
            let node = self.resolve_at(&entry.node, depth + 1)?;
            let was_taken_away = matches!(node.value, Value::Nothing);
            if !was_taken_away || matches!(entry.node.value, Value::Nothing) {
                resolved.push(Entry {
                    key: entry.key.clone(),
                    line: entry.line,
                    node,
                });
            }
        }
        Ok(resolved)
    }

    fn call(
        &self,
        name: &str,
        argument: &Node,
        line: usize,
        depth: usize,
    ) -> Result<Node, Refusal> {
        match name {
            "Ref" => match &argument.value {
                Value::Text(text) => self.reference(text, line, depth),
                _ => Err(self.malformed(name, argument)),
            },
            "Fn::GetAtt" => {
                let (resource, attribute) = self.attribute(argument)?;
                Ok(Node::text(line, self.attribute_of(&resource, &attribute, line, depth)?))
            }
            "Fn::Sub" => self.sub(argument, line, depth),
            "Fn::If" => {
                let [condition, then, otherwise] = self.arguments::<3>(name, argument)?;
                self.resolve_at(if self.holds(condition, depth)? { then } else { otherwise }, depth)
            }
            "Fn::Join" => {
                let [separator, items] = self.arguments::<2>(name, argument)?;
                let items = self.texts(name, items, depth)?;
                Ok(Node::text(line, items.join(&self.text(name, separator, depth)?)))
            }
            "Fn::Split" => {
                let [separator, text] = self.arguments::<2>(name, argument)?;
                let (separator, text) = (self.text(name, separator, depth)?, self.text(name, text, depth)?);
                let parts = text.split(separator.as_str()).map(|part| Node::text(line, part)).collect();
                Ok(Node { line, value: Value::List(parts) })
            }
            "Fn::Select" => {
                let [index, items] = self.arguments::<2>(name, argument)?;
                let index = self.text(name, index, depth)?;
                let items = self.texts(name, items, depth)?;
                let item = index.parse::<usize>().ok().and_then(|index| items.get(index));
                item.map(|item| Node::text(line, item)).ok_or_else(|| {
                    self.refuse(line, format!("Fn::Select finds no item {index} among {}", items.len()))
                })
            }
            _ => Err(self.refuse(
                line,
                format!("the function {name} is not emulated; use Ref, Fn::Sub, Fn::GetAtt, Fn::If or Fn::Join"),
            )),
        }
    }

    fn reference(&self, name: &str, line: usize, depth: usize) -> Result<Node, Refusal> {
        if name == "AWS::NoValue" {
            return Ok(Node {
                line,
                value: Value::Nothing,
            });
        }
        if let Some(text) = pseudo(name) {
            return Ok(Node::text(line, text));
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        if name == IMPLICIT_API && !self.resources.iter().any(|entry| entry.key == name) {
            return Ok(Node::text(line, name));
        }
        if let Some((made, function)) = self.made_for(name) {
            return Ok(Node::text(
                line,
                match made {
                    Made::Role => name.to_owned(),
                    Made::Url => function_arn(&self.name_at(function, "FunctionName", depth)?),
                },
            ));
        }
        let text = match self.kind(name, line, depth)? {
            "AWS::SQS::Queue" => {
                queue_url(self.queue_base, &self.name_at(name, "QueueName", depth)?)
            }
            "AWS::Serverless::Function" => self.name_at(name, "FunctionName", depth)?,
            "AWS::Serverless::HttpApi" => name.to_owned(),
            kind => return Err(self.not_here(name, kind, line)),
        };
        Ok(Node::text(line, text))
    }

    fn attribute_of(
        &self,
        name: &str,
        attribute: &str,
        line: usize,
        depth: usize,
    ) -> Result<String, Refusal> {
        if let Some((made, function)) = self.made_for(name) {
            let function = self.name_at(function, "FunctionName", depth)?;
            return match (made, attribute) {
                (Made::Role, "Arn") => Ok(format!("arn:aws:iam::{ACCOUNT_ID}:role/{name}")),
                (Made::Url, "FunctionArn") => Ok(function_arn(&function)),
                (Made::Url, "FunctionUrl") => Ok(function_url(self.queue_base, &function)),
                _ => Err(self.not_emulated(name, attribute, line)),
            };
        }
        match (self.kind(name, line, depth)?, attribute) {
            ("AWS::SQS::Queue", "Arn") => Ok(queue_arn(&self.name_at(name, "QueueName", depth)?)),
            ("AWS::SQS::Queue", "QueueName") => self.name_at(name, "QueueName", depth),
            ("AWS::SQS::Queue", "QueueUrl") => Ok(queue_url(
                self.queue_base,
                &self.name_at(name, "QueueName", depth)?,
            )),
            ("AWS::Serverless::Function", "Arn") => {
                Ok(function_arn(&self.name_at(name, "FunctionName", depth)?))
            }
            ("AWS::SQS::Queue" | "AWS::Serverless::Function", _) => {
                Err(self.not_emulated(name, attribute, line))
            }
            (kind, _) => Err(self.not_here(name, kind, line)),
        }
    }

    fn not_emulated(&self, name: &str, attribute: &str, line: usize) -> Refusal {
        let reason = format!("the attribute {attribute} of {name} is not emulated");
        self.refuse(line, reason)
    }

    /// Returns what SAM makes under `name` beside a function, and the function's logical id.
    fn made_for(&self, name: &str) -> Option<(Made, &'a str)> {
        let function = |suffix| {
            let function = name.strip_suffix(suffix)?;
            let entry = self.resources.iter().find(|entry| entry.key == function)?;
            let kind = entry.node.field("Type").map(|node| &node.value);
            let is_function =
                matches!(kind, Some(Value::Text(kind)) if kind == "AWS::Serverless::Function");
            is_function.then_some(entry.key.as_str())
        };
        if self.resources.iter().any(|entry| entry.key == name) {
            return None;
        }
        let role = function("Role").map(|function| (Made::Role, function));
        role.or_else(|| function("Url").map(|function| (Made::Url, function)))
    }

    fn sub(&self, argument: &Node, line: usize, depth: usize) -> Result<Node, Refusal> {
        let (text, variables) = self.substitution(argument)?;
        let text = self.substitute(text, line, |name| {
            if let Some(own) = variables.iter().find(|entry| entry.key == name) {
                return self.text("Fn::Sub", &own.node, depth);
            }
            match name.split_once('.') {
                Some((resource, attribute)) => self.attribute_of(resource, attribute, line, depth),
                None => self.text_of("Fn::Sub", &self.reference(name, line, depth)?),
            }
        })?;
        Ok(Node::text(line, text))
    }

    /// Takes apart what `Fn::Sub` is given: a text, and the names it has for itself.
    fn substitution<'n>(&self, argument: &'n Node) -> Result<(&'n str, &'n [Entry]), Refusal> {
        let items = match &argument.value {
            Value::Text(text) => return Ok((text, &[])),
            Value::List(items) => items.iter().map(|item| &item.value).collect(),
            _ => Vec::new(),
        };
        match items[..] {
            [Value::Text(text), Value::Map(variables)] => Ok((text, variables)),
            _ => Err(self.malformed("Fn::Sub", argument)),
        }
    }

    /// Replaces every `${name}` by what `value` makes of the name; `${!name}` is a literal `${name}`.
    fn substitute(
        &self,
        text: &str,
        line: usize,
        mut value: impl FnMut(&str) -> Result<String, Refusal>,
    ) -> Result<String, Refusal> {
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else {
                return Err(self.refuse(line, format!("a ${{ in {text:?} has no end; add the }}")));
            };
            result.push_str(before);
            match name.strip_prefix('!') {
                Some(literal) => result.push_str(&format!("${{{literal}}}")),
                None => result.push_str(&value(name)?),
            }
            rest = after;
        }
        result.push_str(rest);
        Ok(result)
    }

    fn kind(&self, name: &str, line: usize, depth: usize) -> Result<&'a str, Refusal> {
        let resource = self.resource(name, line)?;
        if let Some(condition) = resource.field("Condition")
            && !self.holds(condition, depth)?
        {
            let reason =
                format!("{name} is not created under these parameters, yet it is used here");
            return Err(self.refuse(line, reason));
        }
        match resource.field("Type").map(|node| &node.value) {
            Some(Value::Text(kind)) => Ok(kind),
            _ => Err(self.refuse(
                resource.line,
                format!("resource {name} has no Type; give it one"),
            )),
        }
    }

    fn name_at(&self, logical_id: &str, property: &str, depth: usize) -> Result<String, Refusal> {
        let properties = self.resource(logical_id, 0)?.field("Properties");
        match properties.and_then(|properties| properties.field(property)) {
            Some(node) => self.text(property, node, depth + 1),
            None => Ok(logical_id.to_owned()),
        }
    }

    fn resource(&self, name: &str, line: usize) -> Result<&'a Node, Refusal> {
        let found = self.resources.iter().find(|entry| entry.key == name);
        found
            .map(|entry| &entry.node)
            .ok_or_else(|| self.unknown(name, line))
    }

    fn attribute(&self, argument: &Node) -> Result<(String, String), Refusal> {
        let parts = match &argument.value {
            Value::Text(text) => text
                .split_once('.')
                .map(|(a, b)| (a.to_owned(), b.to_owned())),
            Value::List(items) => match items.as_slice() {
                [
                    Node {
                        value: Value::Text(a),
                        ..
                    },
                    Node {
                        value: Value::Text(b),
                        ..
                    },
                ] => Some((a.clone(), b.clone())),
                _ => None,
            },
            _ => None,
        };
        parts.ok_or_else(|| self.malformed("Fn::GetAtt", argument))
    }

    fn arguments<'n, const N: usize>(
        &self,
        name: &str,
        node: &'n Node,
    ) -> Result<&'n [Node; N], Refusal> {
        match &node.value {
            Value::List(items) => items.as_slice().try_into().ok(),
            _ => None,
        }
        .ok_or_else(|| self.malformed(name, node))
    }

    fn text(&self, name: &str, node: &Node, depth: usize) -> Result<String, Refusal> {
        self.text_of(name, &self.resolve_at(node, depth + 1)?)
    }

    fn text_of(&self, name: &str, resolved: &Node) -> Result<String, Refusal> {
        match &resolved.value {
            Value::Text(text) => Ok(text.clone()),
            _ => Err(self.malformed(name, resolved)),
        }
    }

    fn texts(&self, name: &str, node: &Node, depth: usize) -> Result<Vec<String>, Refusal> {
        let resolved = self.resolve_at(node, depth + 1)?;
        match &resolved.value {
            Value::List(items) => items.iter().map(|item| self.text_of(name, item)).collect(),
            _ => Err(self.malformed(name, &resolved)),
        }
    }

    fn unknown(&self, name: &str, line: usize) -> Refusal {
        let reason =
            format!("{name} names no parameter or resource of this template; check its spelling");
        self.refuse(line, reason)
    }

    fn not_here(&self, name: &str, kind: &str, line: usize) -> Refusal {
        let reason = format!(
            "{name} ({kind}) does not exist on this machine, yet its name is needed here; give a parameter that avoids it"
        );
        self.refuse(line, reason)
    }

    fn malformed(&self, name: &str, node: &Node) -> Refusal {
        self.refuse(
            node.line,
            format!("{name} cannot be made of {}", node.kind()),
        )
    }

    fn refuse(&self, line: usize, reason: impl Into<String>) -> Refusal {
        Refusal::at(self.file, line, reason)
    }
}

fn is_something(node: &Result<Node, Refusal>) -> bool {
    !matches!(
        node,
        Ok(Node {
            value: Value::Nothing,
            ..
        })
    )
}

/// Returns the value of a pseudo parameter.
fn pseudo(name: &str) -> Option<&'static str> {
    match name {
        "AWS::AccountId" => Some(ACCOUNT_ID),
        "AWS::Partition" => Some("aws"),
        "AWS::Region" => Some(REGION),
        "AWS::StackName" => Some("local"),
        "AWS::URLSuffix" => Some("amazonaws.com"),
        _ => None,
    }
}
