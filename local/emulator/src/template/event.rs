//! A function's `Events`: its routes, queues and clocks.
use std::time::Duration;

use serde::de::IgnoredAny;

use super::{
    Draft, DraftRoute, Mapping, Method, Refusal, Route, Schedule, Timing,
    authorizer::RouteAuth,
    fields::Fields,
    node::{Entry, Node, Value},
    scope::Scope,
};

/// Reads the events of the function `logical_id` into `draft`.
pub(super) fn read(
    logical_id: &str,
    events: &[Entry],
    scope: &Scope<'_>,
    draft: &mut Draft,
) -> Result<(), Refusal> {
    for entry in events {
        let owner = format!("event {} of function {logical_id}", entry.key);
        let mut fields = Fields::of(&entry.node, &owner, scope.file)?;
        let kind = fields.need("Type")?;
        let nothing = Node {
            line: entry.line,
            value: Value::Nothing,
        };
        let properties = fields.take("Properties").unwrap_or(&nothing);
        let properties = Fields::of(properties, &owner, scope.file)?;
        match &kind.value {
            Value::Text(text) if text == "HttpApi" => {
                let (api, route) = route(logical_id, entry.line, properties)?;
                draft.apis_used.push((entry.line, owner.clone(), api));
                draft.routes.push(route);
            }
            Value::Text(text) if text == "SQS" => {
                draft
                    .mappings
                    .push((entry.line, mapping(logical_id, properties, scope)?));
            }
            Value::Text(text) if text == "Schedule" => {
                draft
                    .schedules
                    .push(schedule(logical_id, entry, properties)?);
            }
            _ => return Err(fields.wrong("Type", kind, "HttpApi, SQS or Schedule")),
        }
        fields.finish()?;
    }
    Ok(())
}

fn route(
    function: &str,
    line: usize,
    mut fields: Fields<'_>,
) -> Result<(Option<String>, DraftRoute), Refusal> {
    let api = fields.text("ApiId")?.map(str::to_owned);
    let path = fields.take("Path");
    let method = fields.take("Method");
    if let Some(version) = fields.take("PayloadFormatVersion")
        && !matches!(&version.value, Value::Text(text) if text == "2.0")
    {
        return Err(fields.wrong("PayloadFormatVersion", version, "2.0"));
    }
    let path = match path.map(|node| (&node.value, node)) {
        None => "$default".to_owned(),
        Some((Value::Text(text), _)) if text == "$default" || is_path(text) => text.clone(),
        Some((_, node)) => {
            return Err(fields.wrong("Path", node, "a path such as /v1/things/{id} or /{proxy+}"));
        }
    };
    let method = match method.map(|node| (&node.value, node)) {
        None => Method::Any,
        Some((Value::Text(text), _)) if text == "*" || text.eq_ignore_ascii_case("any") => {
            Method::Any
        }
        Some((Value::Text(text), node)) => {
            match http::Method::from_bytes(text.to_uppercase().as_bytes()) {
                Ok(method) => Method::Only(method),
                Err(_) => return Err(fields.wrong("Method", node, "an HTTP method or ANY")),
            }
        }
        Some((_, node)) => return Err(fields.wrong("Method", node, "an HTTP method or ANY")),
    };
    let auth = fields.fields("Auth")?;
    let auth = auth.map(|auth| RouteAuth::read(auth, line)).transpose()?;
    fields.finish()?;
    let route = Route {
        method,
        path,
        function: function.to_owned(),
        authorization: None,
    };
    Ok((api, DraftRoute { line, route, auth }))
}

/// Returns whether every `{` opens a whole segment, and `{name+}` only the last.
fn is_path(path: &str) -> bool {
    let Some(segments) = path.strip_prefix('/') else {
        return false;
    };
    let count = segments.split('/').count();
    segments.split('/').enumerate().all(|(index, segment)| {
        match segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
        {
            None => !segment.contains(['{', '}']),
            Some(name) => match name.strip_suffix('+') {
                Some(name) => is_name(name) && index + 1 == count,
                None => is_name(name),
            },
        }
    })
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._:-".contains(c))
}

fn mapping(function: &str, mut fields: Fields<'_>, scope: &Scope<'_>) -> Result<Mapping, Refusal> {
    let arn = fields.need("Queue")?;
    let queue = fields.queue_name("Queue", arn)?.to_owned();
    let types = fields.texts("FunctionResponseTypes")?;
    if let Some(unknown) = types.iter().find(|name| *name != "ReportBatchItemFailures") {
        let reason = format!(
            "FunctionResponseTypes of function {function} may hold ReportBatchItemFailures, not {unknown:?}"
        );
        return Err(Refusal::at(scope.file, arn.line, reason));
    }
    let scaling = fields.fields("ScalingConfig")?;
    let mapping = Mapping {
        queue,
        function: function.to_owned(),
        batch_size: fields.number("BatchSize", 1..=10_000)?.unwrap_or(10),
        window: Duration::from_secs(
            fields
                .number("MaximumBatchingWindowInSeconds", 0..=300)?
                .unwrap_or(0)
                .into(),
        ),
        maximum_concurrency: scaling.map(maximum_concurrency).transpose()?.flatten(),
        reports_item_failures: !types.is_empty(),
        enabled: fields.flag("Enabled")?.unwrap_or(true),
    };
    if mapping.batch_size > 10 && mapping.window.is_zero() {
        let reason = "a BatchSize over 10 needs a MaximumBatchingWindowInSeconds of at least 1";
        return Err(fields.refuse(reason));
    }
    fields.finish()?;
    Ok(mapping)
}

fn maximum_concurrency(mut scaling: Fields<'_>) -> Result<Option<u32>, Refusal> {
    let maximum = scaling.number("MaximumConcurrency", 2..=1_000)?;
    scaling.finish()?;
    Ok(maximum)
}

fn schedule(function: &str, entry: &Entry, mut fields: Fields<'_>) -> Result<Schedule, Refusal> {
    fields.pass_over(&["Description"]);
    let expression = fields.need("Schedule")?;
    let timing = match &expression.value {
        Value::Text(text) => Timing::parse(text),
        _ => None,
    };
    let wanted = "rate(1 minute), rate(n minutes), hours or days, or cron with six fields and ? for one kind of day";
    let schedule = Schedule {
        name: fields
            .text("Name")?
            .map_or_else(|| format!("{function}{}", entry.key), str::to_owned),
        function: function.to_owned(),
        timing: timing.ok_or_else(|| fields.wrong("Schedule", expression, wanted))?,
        input: input(&mut fields)?,
        enabled: fields.flag("Enabled")?.unwrap_or(true),
    };
    fields.finish()?;
    Ok(schedule)
}

/// Reads the text that a schedule's runs get as their event.
fn input(fields: &mut Fields<'_>) -> Result<Option<String>, Refusal> {
    let Some(node) = fields.take("Input") else {
        return Ok(None);
    };
    match &node.value {
        Value::Text(text) if serde_json::from_str::<IgnoredAny>(text).is_ok() => {
            Ok(Some(text.clone()))
        }
        _ => Err(fields.wrong("Input", node, "text that is JSON")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_fills_a_whole_segment() {
        for path in ["/", "/a/", "/a/{id}", "/{id}/b", "/{proxy+}", "/a/{proxy+}"] {
            assert!(is_path(path), "{path}");
        }
        for path in ["", "a", "/a{id}", "/{}", "/{proxy+}/b", "/{a b}"] {
            assert!(!is_path(path), "{path}");
        }
    }
}
