"""What a probe is, and what those that call a Lambda share."""

import dataclasses
import json
import socket
import time
import typing
import urllib.error
import urllib.request

import boto3
import botocore.config


class NotOffered(Exception):
    """The implementation does not have what the probe asks for."""


@dataclasses.dataclass
class Probe:
    """One question to an implementation: a function that raises when the answer is wrong."""

    topic: str
    says: str
    # Where the expectation comes from: "documented" by AWS, "recorded" from AWS by others' test suites, or from "memory".
    source: str
    # Takes too long for every change: left out of the small dose.
    slow: bool
    run: typing.Callable


PROBES: list[Probe] = []


def probe(topic, says, source="documented", slow=False):
    """Adds a probe; those of one topic become one table."""

    def add(run):
        PROBES.append(Probe(topic, says, source, slow, run))
        return run

    return add


def expect(value, wanted, what="it"):
    """Fails with a sentence that names both."""
    if value != wanted:
        raise AssertionError(f"{what} is {shorten(value)}, not {shorten(wanted)}")


def check(holds, otherwise):
    if not holds:
        raise AssertionError(otherwise)


def shorten(value):
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) < 90 else text[:87] + "..."


def aws(service, endpoint, patience_s=20, retries=0):
    """A boto3 client with no other account, region or endpoint than these."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=botocore.config.Config(
            read_timeout=patience_s,
            connect_timeout=5,
            retries={"total_max_attempts": retries + 1},
            max_pool_connections=200,
        ),
    )


@dataclasses.dataclass
class Reply:
    status: int
    headers: typing.Any
    body: bytes
    took_s: float

    def json(self):
        return json.loads(self.body)


def http(method, url, body=None, headers=None, patience_s=20):
    """One HTTP request; an error status is an answer too."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    begin = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=patience_s) as answer:
            return Reply(answer.status, answer.headers, answer.read(), time.monotonic() - begin)
    except urllib.error.HTTPError as answer:
        return Reply(answer.code, answer.headers, answer.read(), time.monotonic() - begin)
    except (TimeoutError, socket.timeout) as error:
        raise AssertionError(f"no answer within {patience_s} s") from error


def until(holds, patience_s=10):
    """Waits until `holds()` is true; gives what it last was."""
    end = time.monotonic() + patience_s
    while True:
        value = holds()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.05)
