//! What a receiver does with a message: delete it, or change when it appears again.
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Batch, queue_of, visibility};
use crate::{
    queue::{Hidden, Queues, fault::Fault, message::Handle},
    template::Queue,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Delete {
    queue_url: Option<String>,
    #[serde(flatten)]
    named: Named,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Named {
    receipt_handle: Option<String>,
}

impl Named {
    fn handle(&self) -> Result<Handle, Fault> {
        let text = self
            .receipt_handle
            .as_deref()
            .ok_or_else(|| Fault::missing("ReceiptHandle"))?;
        Handle::parse(text).ok_or_else(|| Fault::invalid_handle(text))
    }
}

pub(super) async fn delete(queues: &Queues, request: Delete) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url.as_deref())?;
    queues
        .delete(&queue.name, vec![request.named.handle()?])
        .await?;
    Ok(json!({}))
}

pub(super) async fn delete_batch(queues: &Queues, request: Batch<Named>) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url.as_deref())?;
    request.check()?;
    let (mut handles, mut successful, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for entry in &request.entries {
        match entry.content.handle() {
            Ok(handle) => {
                handles.push(handle);
                successful.push(json!({ "Id": entry.id }));
            }
            Err(fault) => failed.push(fault.entry(&entry.id)),
        }
    }
    queues.delete(&queue.name, handles).await?;
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChangeVisibility {
    queue_url: Option<String>,
    #[serde(flatten)]
    change: Change,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Change {
    #[serde(flatten)]
    named: Named,
    visibility_timeout: Option<u64>,
}

impl Change {
    async fn apply(&self, queues: &Queues, queue: &Queue) -> Result<(), Fault> {
        let time_s = self
            .visibility_timeout
            .ok_or_else(|| Fault::missing("VisibilityTimeout"))?;
        let handle = self.named.handle()?;
        match queues
            .hide(&queue.name, handle, visibility(time_s)?)
            .await?
        {
            Hidden::Changed => Ok(()),
            Hidden::Gone => Err(Fault::invalid(format!(
                "Value {} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.",
                handle.to_text()
            ))),
        }
    }
}

pub(super) async fn change_visibility(
    queues: &Queues,
    request: ChangeVisibility,
) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url.as_deref())?;
    request.change.apply(queues, queue).await?;
    Ok(json!({}))
}

pub(super) async fn change_visibility_batch(
    queues: &Queues,
    request: Batch<Change>,
) -> Result<Value, Fault> {
    let queue = queue_of(queues, request.queue_url.as_deref())?;
    request.check()?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in &request.entries {
        match entry.content.apply(queues, queue).await {
            Ok(()) => successful.push(json!({ "Id": entry.id })),
            Err(fault) => failed.push(fault.entry(&entry.id)),
        }
    }
    Ok(json!({ "Successful": successful, "Failed": failed }))
}
