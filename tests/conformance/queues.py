"""SQS, as far as boto3 and the AWS CLI exercise it, and the event source mapping."""

import concurrent.futures
import json
import subprocess
import time

import botocore.exceptions

from invoke import note_file, notes
from probe import check, expect, probe, until

TOPIC = "SQS"
MAPPING = "SQS event source mapping"


class Queue:
    """A queue as boto3 sees it, emptied first."""

    def __init__(self, it, name="Letters"):
        self.sqs, self.url = it.sqs(), it.queue(name)
        for _ in range(50):
            if not (found := self.receive(10, VisibilityTimeout=20)):
                break
            for message in found:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def send(self, body="hello", **options):
        return self.sqs.send_message(QueueUrl=self.url, MessageBody=body, **options)

    def receive(self, at_most=1, **options):
        answer = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=at_most, **options)
        return answer.get("Messages", [])

    def attributes(self, *names):
        answer = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names or ["All"])
        return answer["Attributes"]

    def count(self):
        return int(self.attributes()["ApproximateNumberOfMessages"])


def refused(call, **arguments):
    """The error as boto3 and as the newer SDKs name it, the status and the sentence."""
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as error:
        told = error.response["Error"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return told["Code"], told.get("QueryErrorCode"), status, told["Message"]
    raise AssertionError("it was not refused")


def expect_refusal(got, code, newer, status=400, sentence=None):
    expect(got[:3], (code, newer, status), "the refusal")
    if sentence:
        expect(got[3], sentence, "the sentence")


LETTERS = {"letter 0", "letter 1", "letter 2"}


def fill_dead_letters(it, count):
    """Sends messages, and receives them until they are dead letters."""
    # In this order: emptying the letters may make dead ones, and those of other probes appear again meanwhile.
    until(lambda: (Queue(it), Queue(it, "DeadLetters")) and total(it, "Letters") + total(it, "DeadLetters") == 0, 40)
    letters, dead = Queue(it), Queue(it, "DeadLetters")
    for number in range(count):
        letters.send(f"letter {number}")
    until(lambda: not (letters.receive(10, VisibilityTimeout=0) or letters.receive(10, VisibilityTimeout=0))
          and dead.count() == count, 30)
    expect(dead.count(), count, "the number of dead letters")
    return dead, letters


@probe(TOPIC, "boto3 sends and receives, and its checksums agree")
def round_trip(it):
    queue = Queue(it)
    attributes = {"text": {"DataType": "String", "StringValue": "ü"},
                  "number": {"DataType": "Number.int", "StringValue": "1"},
                  "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
    sent = queue.send("grüße", MessageAttributes=attributes)
    [message] = queue.receive(MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"])

    expect(message["MessageId"], sent["MessageId"], "the id")
    expect(message["MessageAttributes"]["bytes"]["BinaryValue"], b"\x00\xff", "the bytes")
    expect(message["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"], "the checksum")
    for name in "SenderId", "SentTimestamp", "ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp":
        check(name in message["Attributes"], f"{name} is missing")


@probe(TOPIC, "a receiver gets the attributes it asks for: all, by name, by prefix")
def attribute_names(it):
    queue = Queue(it)
    queue.send(MessageAttributes={name: {"DataType": "String", "StringValue": "x"}
                                  for name in ("Hello", "Help.Me", "General")})

    def ask(*names):
        [message] = queue.receive(VisibilityTimeout=0, MessageAttributeNames=names)
        return sorted(message.get("MessageAttributes", {}))
    expect(ask("Hel.*"), ["Hello", "Help.Me"], "those with the prefix")
    # The second receive is the one too many for this queue, so it is sent anew.
    queue.send(MessageAttributes={"General": {"DataType": "String", "StringValue": "x"}})
    expect(ask("General", "other"), ["General"], "the one named")


@probe(TOPIC, "a long poll ends when a message comes, or when its time is over")
def long_poll(it):
    queue = Queue(it)
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        begin = time.monotonic()
        waiting = thread.submit(Queue.receive, queue, WaitTimeSeconds=20)
        time.sleep(0.5)
        queue.send()
        expect(len(waiting.result()), 1, "the number of messages")
        check(time.monotonic() - begin < 15, "the message was late")
    begin = time.monotonic()
    queue.receive(WaitTimeSeconds=1)
    check(0.8 < time.monotonic() - begin < 15, "the empty poll did not take a second")


@probe(TOPIC, "a delayed message appears on time, and is counted as delayed before")
def delay(it):
    queue = Queue(it)
    queue.send(DelaySeconds=5)

    expect(queue.receive(), [], "what is there at once")
    expect(queue.attributes()["ApproximateNumberOfMessagesDelayed"], "1", "the number of delayed ones")
    expect(len(queue.receive(WaitTimeSeconds=20)), 1, "what is there later")


@probe(TOPIC, "visibility: hidden, shown by 0, extended, and the newest handle counts", "recorded")
def visibility(it):
    queue = Queue(it, "DeadLetters")
    queue.send()
    [first] = queue.receive()
    expect(queue.receive(), [], "while it is hidden")
    queue.sqs.change_message_visibility(QueueUrl=queue.url, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0)
    [second] = queue.receive(AttributeNames=["ApproximateReceiveCount"], WaitTimeSeconds=2)
    queue.sqs.change_message_visibility(QueueUrl=queue.url, ReceiptHandle=second["ReceiptHandle"], VisibilityTimeout=0)
    # It is visible again, and the newest handle may still hide it.
    queue.sqs.change_message_visibility(QueueUrl=queue.url, ReceiptHandle=second["ReceiptHandle"], VisibilityTimeout=9)

    expect(second["Attributes"]["ApproximateReceiveCount"], "2", "the count")
    expect(queue.receive(), [], "while it is hidden again")
    queue.sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=second["ReceiptHandle"])
    stale = refused(queue.sqs.change_message_visibility, QueueUrl=queue.url,
                    ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=1)
    expect_refusal(stale, "InvalidParameterValue", "InvalidParameterValueException")


@probe(TOPIC, "batches report each entry; handles that never were are ReceiptHandleIsInvalid", "recorded")
def batches(it):
    queue = Queue(it, "DeadLetters")
    sent = queue.sqs.send_message_batch(QueueUrl=queue.url, Entries=[
        {"Id": "1", "MessageBody": "a"}, {"Id": "2", "MessageBody": "b\x01"}, {"Id": "3", "MessageBody": "c"}])
    received = queue.receive(10)
    changed = queue.sqs.change_message_visibility_batch(QueueUrl=queue.url, Entries=[
        {"Id": "x", "ReceiptHandle": received[0]["ReceiptHandle"], "VisibilityTimeout": 30}])
    deleted = queue.sqs.delete_message_batch(QueueUrl=queue.url, Entries=[
        {"Id": "a", "ReceiptHandle": received[0]["ReceiptHandle"]}, {"Id": "b", "ReceiptHandle": "none"}])

    queue.sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=received[1]["ReceiptHandle"])
    expect([entry["Id"] for entry in sent["Successful"]], ["1", "3"], "those sent")
    expect([entry["Code"] for entry in sent["Failed"]], ["InvalidMessageContents"], "why one was not")
    expect([entry["Id"] for entry in changed["Successful"]], ["x"], "those changed")
    expect([entry["Code"] for entry in deleted["Failed"]], ["ReceiptHandleIsInvalid"], "why one was not")


@probe(TOPIC, "what no batch may be is refused as a whole: empty, 11 entries, ids twice or odd, over 1 MiB", "recorded")
def bad_batches(it):
    queue = Queue(it)

    def send(*entries):
        got = refused(queue.sqs.send_message_batch, QueueUrl=queue.url, Entries=[
            {"Id": id, "MessageBody": body} for id, body in entries])
        return got[0].removeprefix("AWS.SimpleQueueService."), got[1]

    def named(name):
        return name, name
    expect(send(), named("EmptyBatchRequest"), "an empty one")
    expect(send(*((str(n), "a") for n in range(11))), named("TooManyEntriesInBatchRequest"), "eleven entries")
    expect(send(("1", "a"), ("1", "b")), named("BatchEntryIdsNotDistinct"), "an id twice")
    expect(send(("a b", "a")), named("InvalidBatchEntryId"), "an odd id")
    expect(send(("1", "x" * 600_000), ("2", "x" * 600_000)), named("BatchRequestTooLong"), "over 1 MiB")


@probe(TOPIC, "refusals have AWS's codes, statuses and sentences", "recorded")
def refusals(it):
    queue, parcels = Queue(it), Queue(it, "Parcels")
    sqs = queue.sqs
    value = ("InvalidParameterValue", "InvalidParameterValueException")
    expect_refusal(refused(sqs.get_queue_url, QueueName="none"), "AWS.SimpleQueueService.NonExistentQueue",
                   "QueueDoesNotExist", 400, "The specified queue does not exist.")
    expect_refusal(refused(parcels.send, body="x" * 2049), *value, 400,
                   "One or more parameters are invalid. Reason: Message must be shorter than 2048 bytes.")
    expect_refusal(refused(queue.receive, at_most=11), *value, 400,
                   "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.")
    expect_refusal(refused(queue.send, MessageAttributes={"a": {"DataType": "String", "StringValue": ""}}), *value, 400,
                   "Message (user) attribute 'a' must contain a non-empty value of type 'String'.")
    expect_refusal(refused(queue.send, body="\x01"), "InvalidMessageContents", "InvalidMessageContents")
    expect_refusal(refused(sqs.delete_message, QueueUrl=queue.url, ReceiptHandle="none"),
                   "ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", 404)
    expect_refusal(refused(sqs.get_queue_attributes, QueueUrl=queue.url, AttributeNames=["Size"]),
                   "InvalidAttributeName", "InvalidAttributeName")


@probe(TOPIC, "attributes tell counts, limits, ARN and redrive policy")
def attributes(it):
    queue = Queue(it)
    told = queue.attributes()

    expect(told["VisibilityTimeout"], "2", "VisibilityTimeout")
    expect(told["MessageRetentionPeriod"], "345600", "MessageRetentionPeriod")
    check(told["QueueArn"].endswith(":Letters"), f"QueueArn is {told['QueueArn']}")
    policy = json.loads(told["RedrivePolicy"])
    check(policy["deadLetterTargetArn"].endswith(":DeadLetters"), f"the target is {policy['deadLetterTargetArn']}")
    check(told["CreatedTimestamp"].isdigit(), f"CreatedTimestamp is {told['CreatedTimestamp']}")
    expect(list(queue.attributes("QueueArn")), ["QueueArn"], "when asked for one")


@probe(TOPIC, "queues are listed by prefix and page by page; tags and dead-letter sources are told")
def lists(it):
    sqs, url = it.sqs(), it.queue("Letters")
    found = sqs.list_queues(QueueNamePrefix="Dead")["QueueUrls"]
    pages = sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1})
    paged = [url for page in pages for url in page.get("QueueUrls", [])]
    sources = sqs.list_dead_letter_source_queues(QueueUrl=it.queue("DeadLetters"))["queueUrls"]

    expect([url.rsplit("/")[-1] for url in found], ["DeadLetters"], "those with the prefix")
    check(len(paged) >= 3 and len(set(paged)) == len(paged), f"page by page there are {len(paged)}")
    expect(sqs.list_queue_tags(QueueUrl=url)["Tags"], {"purpose": "greeting"}, "the tags")
    expect([url.rsplit("/")[-1] for url in sources], ["Letters"], "the sources")


@probe(TOPIC, "a message received too often goes to the dead-letter queue, and says where it comes from")
def dead_letters(it):
    dead, _ = fill_dead_letters(it, 1)
    [message] = dead.receive(MessageSystemAttributeNames=["All"])

    expect(message["Body"], "letter 0", "the body")
    dead.sqs.delete_message(QueueUrl=dead.url, ReceiptHandle=message["ReceiptHandle"])
    check(message["Attributes"]["DeadLetterQueueSourceArn"].endswith(":Letters"), "the source is missing")


def redrive(it, count, *options):
    """Starts a move task by the AWS CLI; gives both queues and the dead letters' ARN."""
    dead, letters = fill_dead_letters(it, count)
    arn = dead.attributes()["QueueArn"]
    ran = it.aws_cli("sqs", "start-message-move-task", "--source-arn", arn, *options, endpoint=it.sqs_endpoint())
    expect(ran.returncode, 0, f"the exit status ({ran.stderr.strip()[-90:]})")
    return dead, letters, arn, json.loads(ran.stdout)["TaskHandle"]


@probe(TOPIC, "`aws sqs start-message-move-task` sends dead letters back, as new messages", "recorded")
def redrives(it):
    dead, letters, arn, _ = redrive(it, 3)
    back = {}
    # Letters of other probes may appear again among them.
    until(lambda: back.update((m["Body"], m["Attributes"]) for m in letters.receive(
        10, VisibilityTimeout=30, MessageSystemAttributeNames=["All"])) or len(LETTERS & back.keys()) == 3)

    expect(sorted(LETTERS & back.keys()), sorted(LETTERS), "what came back")
    attributes = back["letter 0"]
    expect(attributes["ApproximateReceiveCount"], "1", "the receive count")
    expect("DeadLetterQueueSourceArn" in attributes, False, "whether it is a dead letter")
    [task] = dead.sqs.list_message_move_tasks(SourceArn=arn)["Results"]
    expect((task["Status"], task["ApproximateNumberOfMessagesMoved"], "TaskHandle" in task),
           ("COMPLETED", 3, False), "the task")


@probe(TOPIC, "a move task goes to another queue, keeps its rate, and can be cancelled", "recorded")
def cancels(it):
    parcels = Queue(it, "Parcels")
    dead, _, arn, handle = redrive(
        it, 30, "--destination-arn", parcels.attributes()["QueueArn"], "--max-number-of-messages-per-second", "1")
    again = refused(dead.sqs.start_message_move_task, SourceArn=arn)
    check(until(lambda: parcels.count() >= 1), "nothing came")
    cancelled = dead.sqs.cancel_message_move_task(TaskHandle=handle)
    status = until(lambda: (told := dead.sqs.list_message_move_tasks(SourceArn=arn)["Results"][0]["Status"])
                   in ("CANCELLED",) and told)

    expect_refusal(again, "InvalidParameterValue", "InvalidParameterValueException")
    expect(status, "CANCELLED", "the status")
    check(1 <= cancelled["ApproximateNumberOfMessagesMoved"] < 30, f"{cancelled} were moved")
    check(dead.count() >= 1, "all were moved")


@probe(TOPIC, "move tasks that cannot be are refused", "recorded")
def bad_redrives(it):
    dead, letters = Queue(it, "DeadLetters"), Queue(it)
    arn, other = dead.attributes()["QueueArn"], letters.attributes()["QueueArn"]
    start, cancel = dead.sqs.start_message_move_task, dead.sqs.cancel_message_move_task
    expect_refusal(refused(start, SourceArn=other), "InvalidParameterValue", "InvalidParameterValueException", 400,
                   "Source queue must be configured as a Dead Letter Queue.")
    expect_refusal(refused(start, SourceArn=arn, DestinationArn=other + "x"), "ResourceNotFoundException",
                   "ResourceNotFoundException", 404,
                   "The resource that you specified for the DestinationArn parameter doesn't exist.")
    expect_refusal(refused(cancel, TaskHandle="foobared"), "InvalidParameterValue", "InvalidParameterValueException",
                   400, "Value for parameter TaskHandle is invalid.")


@probe(TOPIC, "purge empties a queue, once in 60 s", "recorded")
def purge(it):
    queue = Queue(it, "Parcels")
    queue.send()
    try:
        queue.sqs.purge_queue(QueueUrl=queue.url)
    except botocore.exceptions.ClientError as error:
        # An earlier run of this probe on the same queue.
        expect(error.response["Error"]["Code"], "AWS.SimpleQueueService.PurgeQueueInProgress", "the refusal")
    else:
        expect(queue.receive(), [], "what is left")
    expect_refusal(refused(queue.sqs.purge_queue, QueueUrl=queue.url), "AWS.SimpleQueueService.PurgeQueueInProgress",
                   "PurgeQueueInProgress", 403)


@probe(TOPIC, "`aws sqs send-message` and `receive-message` of the AWS CLI work")
def cli(it):
    url = Queue(it).url
    sent = it.aws_cli("sqs", "send-message", "--queue-url", url, "--message-body", "by cli", endpoint=it.sqs_endpoint())
    expect(sent.returncode, 0, f"the exit status ({sent.stderr.strip()[-80:]})")
    got = it.aws_cli("sqs", "receive-message", "--queue-url", url, "--wait-time-seconds", "2", endpoint=it.sqs_endpoint())

    expect(json.loads(got.stdout)["Messages"][0]["Body"], "by cli", "the body")


@probe(TOPIC, "curl speaks the JSON protocol")
def curl(it):
    ran = subprocess.run(
        ["curl", "-sS", "-m", "10", it.sqs_endpoint() + "/", "-H", "content-type: application/x-amz-json-1.0",
         "-H", "x-amz-target: AmazonSQS.GetQueueUrl", "-d", '{"QueueName": "Letters"}'],
        capture_output=True, text=True)

    check(json.loads(ran.stdout).get("QueueUrl", "").endswith("/Letters"), f"the answer is {ran.stdout[:80]}")


@probe(MAPPING, "a window gathers messages to one batch, and success deletes them")
def window(it):
    it.needs("event source mapping")
    file, orders = note_file(), it.queue("Orders")
    # All at once: a slow machine would spread three messages over several windows.
    it.sqs().send_message_batch(QueueUrl=orders, Entries=[
        {"Id": str(n), "MessageBody": json.dumps({"note": file})} for n in range(3)])

    check(until(lambda: len(notes(file)) == 6, 30), f"{len(notes(file)) // 2} of 3 were obeyed")
    expect(len({line.split()[1] for line in notes(file)}), 1, "the number of processes")
    check(until(lambda: total(it, "Orders") == 0, 30), f"{total(it, 'Orders')} are left")


@probe(MAPPING, "no more batches at a time than MaximumConcurrency")
def concurrency(it):
    it.needs("event source mapping")
    file, orders, sqs = note_file(), it.queue("Orders"), it.sqs()
    for _ in range(3):
        sqs.send_message_batch(QueueUrl=orders, Entries=[
            {"Id": str(n), "MessageBody": json.dumps({"note": file, "sleep_ms": 100})} for n in range(10)])

    check(until(lambda: len(notes(file)) == 60, 30), f"{len(notes(file)) // 2} of 30 were obeyed")
    running = most = 0
    for line in notes(file):
        running += 1 if line.startswith("begin") else -1
        most = max(most, running)
    check(most <= 2, f"{most} ran at a time")


@probe(MAPPING, "of a batch only the messages reported as failed come again, here as dead letters")
def partial(it):
    it.needs("event source mapping")
    refused_orders, orders = Queue(it, "RefusedOrders"), it.queue("Orders")
    file = note_file()
    for command in [{"note": file}, {"do": "fail", "bad": 1}, {"note": file}]:
        it.sqs().send_message(QueueUrl=orders, MessageBody=json.dumps(command))

    check(until(lambda: refused_orders.count() == 1, 60), f"{refused_orders.count()} dead letters, not 1")
    expect(len(notes(file)), 4, "the number of notes")
    [message] = refused_orders.receive()
    it.sqs().delete_message(QueueUrl=refused_orders.url, ReceiptHandle=message["ReceiptHandle"])
    expect(json.loads(message["Body"]).get("bad"), 1, "the dead letter")


@probe(MAPPING, "a dead letter sent back by the AWS CLI is obeyed once what it needs is there")
def sent_back(it):
    it.needs("event source mapping")
    refused_orders, orders = Queue(it, "RefusedOrders"), it.queue("Orders")
    needed, file = note_file(), note_file()
    it.sqs().send_message(QueueUrl=orders, MessageBody=json.dumps({"needs": needed, "note": file}))
    check(until(lambda: refused_orders.count() == 1, 60), f"{refused_orders.count()} dead letters, not 1")

    open(needed, "w").close()
    ran = it.aws_cli("sqs", "start-message-move-task", "--source-arn", refused_orders.attributes()["QueueArn"],
                     endpoint=it.sqs_endpoint())

    expect(ran.returncode, 0, f"the exit status ({ran.stderr.strip()[-90:]})")
    check(until(lambda: len(notes(file)) == 2, 30), "it was not obeyed")
    check(until(lambda: total(it, "Orders") + total(it, "RefusedOrders") == 0, 30), "it is still there")


def total(it, name):
    told = it.sqs().get_queue_attributes(QueueUrl=it.queue(name), AttributeNames=["All"])["Attributes"]
    return int(told["ApproximateNumberOfMessages"]) + int(told["ApproximateNumberOfMessagesNotVisible"])
