//! Whether every name stands for something, also where its value is never needed.
use super::{IMPLICIT_API, Scope, pseudo};
use crate::template::{
    Refusal,
    node::{Entry, Node, Value},
};

impl Scope<'_> {
    /// Refuses a name that stands for nothing, anywhere in `node`, also where its value is not needed.
    pub(in crate::template) fn check_names(&self, node: &Node) -> Result<(), Refusal> {
        match &node.value {
            Value::Nothing | Value::Text(_) => Ok(()),
            Value::List(items) => items.iter().try_for_each(|item| self.check_names(item)),
            Value::Map(entries) => self.check_entries(entries),
            Value::Call(name, argument) => self.check_call(name, argument),
        }
    }

    fn check_entries(&self, entries: &[Entry]) -> Result<(), Refusal> {
        let mut nodes = entries.iter().map(|entry| &entry.node);
        nodes.try_for_each(|node| self.check_names(node))
    }

    fn check_call(&self, name: &str, argument: &Node) -> Result<(), Refusal> {
        match (name, &argument.value) {
            ("Ref", Value::Text(text)) => self.check_name(text, argument.line),
            ("Fn::GetAtt", _) => {
                let (resource, _) = self.attribute(argument)?;
                if self.made_for(&resource).is_some() {
                    return Ok(());
                }
                self.resource(&resource, argument.line).map(|_| ())
            }
            ("Fn::Sub", _) => {
                let (text, variables) = self.substitution(argument)?;
                self.check_placeholders(text, variables, argument.line)?;
                self.check_entries(variables)
            }
            ("Condition", Value::Text(text)) => self.condition(text, argument.line).map(|_| ()),
            ("Fn::If", Value::List(items)) => {
                if let Some(Node {
                    value: Value::Text(text),
                    line,
                }) = items.first()
                {
                    self.condition(text, *line)?;
                }
                self.check_names(argument)
            }
            _ => self.check_names(argument),
        }
    }

    fn check_placeholders(&self, text: &str, own: &[Entry], line: usize) -> Result<(), Refusal> {
        self.substitute(text, line, |name| {
            if own.iter().any(|entry| entry.key == name) {
                return Ok(String::new());
            }
            let name = name.split_once('.').map_or(name, |(resource, _)| resource);
            self.check_name(name, line).map(|()| String::new())
        })
        .map(|_| ())
    }

    fn check_name(&self, name: &str, line: usize) -> Result<(), Refusal> {
        let is_known = name == "AWS::NoValue"
            || name == IMPLICIT_API
            || pseudo(name).is_some()
            || self.parameters.contains_key(name)
            || self.made_for(name).is_some()
            || self.resources.iter().any(|entry| entry.key == name)
            || self.made_for(name).is_some();
        if is_known {
            Ok(())
        } else {
            Err(self.unknown(name, line))
        }
    }
}
