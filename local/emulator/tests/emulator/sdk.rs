//! Queues as a program sees them that uses AWS's SDK for Rust.
use aws_sdk_sqs::{
    Client, Config,
    config::{Credentials, Region},
    types::{
        ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message,
        MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName,
        SendMessageBatchRequestEntry,
    },
};

use crate::world::World;

/// No function takes from it.
const QUEUE: &str = "DeadJobs";

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_sent_received_shown_again_and_deleted() {
    let (_world, queue) = Queue::start().await;
    let kind = MessageAttributeValue::builder()
        .data_type("String")
        .string_value("greeting")
        .build()
        .unwrap();

    let sending = queue.client.send_message().queue_url(&queue.url);
    let sent = sending
        .message_body("hello, wörld")
        .message_attributes("kind", kind)
        .send();
    let id = sent.await.unwrap().message_id.unwrap();
    let first = queue.receive().await;
    let hidden = queue.receive().await;
    let handle = first[0].receipt_handle().unwrap();
    let showing = queue.client.change_message_visibility();
    let shown = showing
        .queue_url(&queue.url)
        .receipt_handle(handle)
        .visibility_timeout(0);
    shown.send().await.unwrap();
    let again = queue.receive().await;

    assert_eq!((first.len(), hidden.len(), again.len()), (1, 0, 1));
    assert_eq!(first[0].message_id(), Some(id.as_str()));
    assert_eq!(first[0].body(), Some("hello, wörld"));
    let kind = &first[0].message_attributes().unwrap()["kind"];
    assert_eq!(kind.string_value(), Some("greeting"));
    let receives = |message: &Message| {
        let name = MessageSystemAttributeName::ApproximateReceiveCount;
        message.attributes().unwrap()[&name].clone()
    };
    assert_eq!(
        (receives(&first[0]), receives(&again[0])),
        ("1".into(), "2".into())
    );

    assert_eq!(queue.counts().await, ["0", "1"]);
    let deleting = queue.client.delete_message().queue_url(&queue.url);
    let handle = again[0].receipt_handle().unwrap();
    deleting.receipt_handle(handle).send().await.unwrap();
    assert_eq!(queue.counts().await, ["0", "0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_entry_of_a_batch_has_its_own_result() {
    let (_world, queue) = Queue::start().await;
    let entry = |id: &str, body: &str| {
        let entry = SendMessageBatchRequestEntry::builder();
        entry.id(id).message_body(body).build().unwrap()
    };

    let sending = queue.client.send_message_batch().queue_url(&queue.url);
    let sent = sending
        .entries(entry("a", "one"))
        .entries(entry("b", "no character of XML: \u{1}"))
        .entries(entry("c", "two"));
    let sent = sent.send().await.unwrap();
    let received = queue.receive().await;
    let handles: Vec<&str> = received
        .iter()
        .map(|message| message.receipt_handle().unwrap())
        .collect();

    let ids: Vec<&str> = sent.successful().iter().map(|entry| entry.id()).collect();
    assert_eq!(ids, ["a", "c"]);
    assert_eq!(
        (sent.failed()[0].id(), sent.failed()[0].sender_fault()),
        ("b", true)
    );
    let bodies: Vec<_> = received
        .iter()
        .map(|message| message.body().unwrap())
        .collect();
    assert_eq!(bodies, ["one", "two"]);

    let showing = queue.client.change_message_visibility_batch();
    let shown = ChangeMessageVisibilityBatchRequestEntry::builder()
        .id("0")
        .receipt_handle(handles[0])
        .visibility_timeout(0)
        .build()
        .unwrap();
    let shown = showing.queue_url(&queue.url).entries(shown).send().await;
    assert_eq!(shown.unwrap().successful().len(), 1);
    assert_eq!(queue.counts().await, ["1", "1"]);

    let entry = |id: &str, handle: &str| {
        let entry = DeleteMessageBatchRequestEntry::builder();
        entry.id(id).receipt_handle(handle).build().unwrap()
    };
    let deleting = queue.client.delete_message_batch().queue_url(&queue.url);
    let deleted = deleting
        .entries(entry("good", handles[1]))
        .entries(entry("bad", "no handle"));
    let deleted = deleted.send().await.unwrap();
    assert_eq!(deleted.successful()[0].id(), "good");
    let failed = &deleted.failed()[0];
    assert_eq!(
        (failed.id(), failed.code()),
        ("bad", "ReceiptHandleIsInvalid")
    );
    assert_eq!(queue.counts().await, ["1", "0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_empties_a_queue_and_errors_have_their_types() {
    let (_world, queue) = Queue::start().await;
    let sending = queue.client.send_message().queue_url(&queue.url);
    sending.message_body("gone soon").send().await.unwrap();

    let purge = || queue.client.purge_queue().queue_url(&queue.url).send();
    purge().await.unwrap();
    let counts = queue.counts().await;
    let at_once = purge().await.unwrap_err().into_service_error();
    let unknown = queue.client.get_queue_url().queue_name("Nowhere").send();
    let unknown = unknown.await.unwrap_err().into_service_error();
    let deleting = queue.client.delete_message().queue_url(&queue.url);
    let no_handle = deleting.receipt_handle("no handle").send().await;
    let no_handle = no_handle.unwrap_err().into_service_error();

    assert_eq!(counts, ["0", "0"]);
    assert!(at_once.is_purge_queue_in_progress(), "{at_once:?}");
    assert!(unknown.is_queue_does_not_exist(), "{unknown:?}");
    assert!(no_handle.is_receipt_handle_is_invalid(), "{no_handle:?}");
}

struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    async fn start() -> (World, Queue) {
        let world = World::start().await;
        let http = aws_smithy_http_client::Builder::new().build_http();
        let config = Config::builder()
            .endpoint_url(world.url(""))
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::for_tests())
            .http_client(http)
            .build();
        let client = Client::from_conf(config);
        let found = client.get_queue_url().queue_name(QUEUE).send().await;
        let url = found.unwrap().queue_url.unwrap();
        (world, Queue { client, url })
    }

    async fn receive(&self) -> Vec<Message> {
        let receiving = self.client.receive_message().queue_url(&self.url);
        let received = receiving
            .max_number_of_messages(10)
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .send();
        received.await.unwrap().messages.unwrap_or_default()
    }

    /// How many messages can be received, and how many are handed out.
    async fn counts(&self) -> [String; 2] {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let asking = self.client.get_queue_attributes().queue_url(&self.url);
        let told = asking.set_attribute_names(Some(names.to_vec())).send();
        let attributes = told.await.unwrap().attributes.unwrap();
        names.map(|name| attributes[&name].clone())
    }
}
