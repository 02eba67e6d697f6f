//! Conditions and the functions they are made of.
use super::{MAX_DEPTH, Scope};
use crate::template::{
    Refusal,
    node::{Node, Value},
};

impl<'a> Scope<'a> {
    /// Returns whether a condition, or a condition function, is true.
    pub(super) fn holds(&self, node: &Node, depth: usize) -> Result<bool, Refusal> {
        if depth > MAX_DEPTH {
            return Err(self.refuse(
                node.line,
                "a condition here leads back to itself; break the circle",
            ));
        }
        let depth = depth + 1;
        match &node.value {
            Value::Text(name) => self.holds(self.condition(name, node.line)?, depth),
            Value::Call(name, argument) => match (name.as_str(), &argument.value) {
                ("Condition", Value::Text(_)) => self.holds(argument, depth),
                ("Fn::Equals", _) => {
                    let [left, right] = self.arguments::<2>(name, argument)?;
                    Ok(self.text(name, left, depth)? == self.text(name, right, depth)?)
                }
                ("Fn::Not", _) => {
                    let [only] = self.arguments::<1>(name, argument)?;
                    Ok(!self.holds(only, depth)?)
                }
                ("Fn::And", Value::List(items)) => items
                    .iter()
                    .try_fold(true, |all, item| Ok(all & self.holds(item, depth)?)),
                ("Fn::Or", Value::List(items)) => items
                    .iter()
                    .try_fold(false, |any, item| Ok(any | self.holds(item, depth)?)),
                _ => Err(self.malformed(name, node)),
            },
            // The long form of `!Condition`, which has no `Fn::` to be told by.
            Value::Map(entries) => match entries.as_slice() {
                [only] if only.key == "Condition" => self.holds(&only.node, depth),
                _ => Err(self.malformed("a condition", node)),
            },
            _ => Err(self.malformed("a condition", node)),
        }
    }

    pub(super) fn condition(&self, name: &str, line: usize) -> Result<&'a Node, Refusal> {
        let found = self.conditions.iter().find(|entry| entry.key == name);
        found.map(|entry| &entry.node).ok_or_else(|| {
            self.refuse(
                line,
                format!("{name} names no condition of this template; check its spelling"),
            )
        })
    }
}
