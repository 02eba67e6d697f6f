//! `AWS::SQS::Queue`.
use std::{collections::BTreeMap, path::Path, time::Duration};

use super::{
    Queue, Redrive, Refusal,
    fields::Fields,
    node::{Entry, Node, Value},
    scope::Scope,
};

/// Reads the queue at `entry`.
pub(super) fn read(entry: &Entry, scope: &Scope<'_>) -> Result<Queue, Refusal> {
    let nothing = Node {
        line: entry.line,
        value: Value::Map(Vec::new()),
    };
    let properties = scope.resolve(entry.node.field("Properties").unwrap_or(&nothing))?;
    let mut fields = Fields::of(&properties, format!("queue {}", entry.key), scope.file)?;
    fields.pass_over(&[
        "KmsMasterKeyId",
        "KmsDataKeyReusePeriodSeconds",
        "SqsManagedSseEnabled",
    ]);
    if let Some(fifo) = fields.take("FifoQueue")
        && matches!(&fifo.value, Value::Text(text) if text.eq_ignore_ascii_case("true"))
    {
        return Err(fields.wrong(
            "FifoQueue",
            fifo,
            "false; only standard queues are emulated",
        ));
    }
    let seconds = |seconds: u32| Duration::from_secs(seconds.into());
    let name = scope.name_of(&entry.key, "QueueName")?;
    if let Some(node) = fields.take("QueueName")
        && !is_name(&name)
    {
        return Err(fields.wrong(
            "QueueName",
            node,
            "1 to 80 letters, digits, hyphens and underscores",
        ));
    }
    let queue = Queue {
        logical_id: entry.key.clone(),
        name,
        visibility_timeout: seconds(
            fields
                .number("VisibilityTimeout", 0..=43_200)?
                .unwrap_or(30),
        ),
        retention: seconds(
            fields
                .number("MessageRetentionPeriod", 60..=1_209_600)?
                .unwrap_or(345_600),
        ),
        delay: seconds(fields.number("DelaySeconds", 0..=900)?.unwrap_or(0)),
        receive_wait: seconds(
            fields
                .number("ReceiveMessageWaitTimeSeconds", 0..=20)?
                .unwrap_or(0),
        ),
        maximum_message_bytes: fields
            .number("MaximumMessageSize", 1_024..=1_048_576)?
            .unwrap_or(1_048_576) as usize,
        redrive: redrive(&mut fields)?,
        tags: tags(&mut fields, scope.file)?,
    };
    fields.finish()?;
    Ok(queue)
}

fn is_name(name: &str) -> bool {
    (1..=80).contains(&name.len())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn tags(fields: &mut Fields<'_>, file: &Path) -> Result<BTreeMap<String, String>, Refusal> {
    let Some(list) = fields.take("Tags") else {
        return Ok(BTreeMap::new());
    };
    let Value::List(items) = &list.value else {
        return Err(fields.wrong("Tags", list, "a list of Key and Value"));
    };
    let read = |item| {
        let mut tag = Fields::of(item, "a tag", file)?;
        let pair = (tag.text("Key")?, tag.text("Value")?);
        tag.finish()?;
        match pair {
            (Some(key), Some(value)) => Ok((key.to_owned(), value.to_owned())),
            _ => Err(fields.wrong("Tags", item, "a list of Key and Value")),
        }
    };
    items.iter().map(read).collect()
}

fn redrive(fields: &mut Fields<'_>) -> Result<Option<Redrive>, Refusal> {
    let Some(mut policy) = fields.fields("RedrivePolicy")? else {
        return Ok(None);
    };
    let arn = policy.need("deadLetterTargetArn")?;
    let dead_letter_queue = policy.queue_name("deadLetterTargetArn", arn)?.to_owned();
    policy.need("maxReceiveCount")?;
    let max_receive_count = policy.number("maxReceiveCount", 1..=1_000)?.unwrap_or(1);
    policy.finish()?;
    Ok(Some(Redrive {
        dead_letter_queue,
        max_receive_count,
    }))
}
