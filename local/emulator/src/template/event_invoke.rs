//! `EventInvokeConfig` and `DeadLetterQueue`: what becomes of a function's asynchronous invocations.
use std::time::Duration;

use super::{Destination, EventInvoke, Refusal, fields::Fields, node::Value};

/// A destination, and the line that names it.
type Located = (usize, Destination);

/// Reads both from the function's `fields`; adds to `destinations` what they name, for it must exist.
pub(super) fn read(
    fields: &mut Fields<'_>,
    destinations: &mut Vec<Located>,
) -> Result<EventInvoke, Refusal> {
    let mut settings = EventInvoke::default();
    if let Some(mut config) = fields.fields("EventInvokeConfig")? {
        if let Some(age_s) = config.number("MaximumEventAgeInSeconds", 60..=21_600)? {
            settings.maximum_age = Duration::from_secs(age_s.into());
        }
        if let Some(retries) = config.number("MaximumRetryAttempts", 0..=2)? {
            settings.maximum_retries = retries;
        }
        if let Some(mut ends) = config.fields("DestinationConfig")? {
            settings.on_success = destination(&mut ends, "OnSuccess", destinations)?;
            settings.on_failure = destination(&mut ends, "OnFailure", destinations)?;
            ends.finish()?;
        }
        config.finish()?;
    }
    settings.dead_letter_queue = dead_letter_queue(fields, destinations)?;
    Ok(settings)
}

fn destination(
    ends: &mut Fields<'_>,
    key: &'static str,
    destinations: &mut Vec<Located>,
) -> Result<Option<Destination>, Refusal> {
    let Some(mut fields) = ends.fields(key)? else {
        return Ok(None);
    };
    let kind = fields.need("Type")?;
    let arn = fields.need("Destination")?;
    let destination = match &kind.value {
        Value::Text(text) if text == "SQS" => {
            Destination::Queue(fields.queue_name("Destination", arn)?.to_owned())
        }
        Value::Text(text) if text == "Lambda" => {
            Destination::Function(fields.function_name("Destination", arn)?.to_owned())
        }
        _ => return Err(fields.wrong("Type", kind, "SQS or Lambda")),
    };
    fields.finish()?;
    destinations.push((arn.line, destination.clone()));
    Ok(Some(destination))
}

fn dead_letter_queue(
    fields: &mut Fields<'_>,
    destinations: &mut Vec<Located>,
) -> Result<Option<String>, Refusal> {
    let Some(mut fields) = fields.fields("DeadLetterQueue")? else {
        return Ok(None);
    };
    let kind = fields.need("Type")?;
    if !matches!(&kind.value, Value::Text(text) if text == "SQS") {
        return Err(fields.wrong("Type", kind, "SQS"));
    }
    let arn = fields.need("TargetArn")?;
    let name = fields.queue_name("TargetArn", arn)?.to_owned();
    fields.finish()?;
    destinations.push((arn.line, Destination::Queue(name.clone())));
    Ok(Some(name))
}
