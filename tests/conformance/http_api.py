"""HTTP APIs with payload 2.0, and function URLs."""

import base64
import http.client
import json
import subprocess
import time
import urllib.parse

from probe import check, expect, http as request, probe

TOPIC = "HTTP API and function URLs"


def seen(it, path="/obey", method="GET", body=None, headers=None):
    """The event that a function got for a request."""
    reply = request(method, it.api() + path, body, headers)
    expect(reply.status, 200, "the status")
    return reply.json()["event"]


@probe(TOPIC, "curl is greeted, and two cookies are set")
def greets(it):
    ran = subprocess.run(["curl", "-sSi", "-m", "20", it.api() + "/hello/you"], capture_output=True, text=True)
    head, _, body = ran.stdout.partition("\n\n")

    expect(body, "Hello, you!", "the body")
    expect(head.lower().count("set-cookie:"), 2, "the number of cookies")


@probe(TOPIC, "a path parameter is decoded; the raw path and the route key are told")
def path_parameters(it):
    expect(request("GET", it.api() + "/hello/S%C3%A3o%20Paulo").body.decode(), "Hello, São Paulo!", "the body")
    event = seen(it)

    expect(event["version"], "2.0", "version")
    expect(event["rawPath"], "/obey", "rawPath")
    expect(event["routeKey"], "ANY /obey", "routeKey")


@probe(TOPIC, "repeated query values are joined with commas; the raw query is as sent")
def query(it):
    event = seen(it, "/obey?x=1&y=a%2Cb&x=2+3")

    expect(event.get("queryStringParameters"), {"x": "1,2 3", "y": "a,b"}, "queryStringParameters")
    expect(event.get("rawQueryString"), "x=1&y=a%2Cb&x=2+3", "rawQueryString")


@probe(TOPIC, "cookies are a list of their own, no header")
def cookies(it):
    event = seen(it, headers={"Cookie": "k=v; l=w"})

    expect(event.get("cookies"), ["k=v", "l=w"], "cookies")
    expect(event["headers"].get("cookie"), None, "the cookie header")


@probe(TOPIC, "header names are in lower case, repeated values joined with a comma")
def headers(it):
    url = urllib.parse.urlsplit(it.api())
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
    connection.putrequest("GET", "/obey")
    for value in "one", "two":
        connection.putheader("X-Twice", value)
    connection.endheaders()
    event = json.loads(connection.getresponse().read())["event"]

    expect(event["headers"].get("x-twice", "").replace(", ", ","), "one,two", "x-twice")


@probe(TOPIC, "the request's method, source and time are in the context")
def context(it):
    context = seen(it)["requestContext"]

    expect(context["http"]["method"], "GET", "method")
    expect(context["http"]["sourceIp"], "127.0.0.1", "sourceIp")
    check(abs(context["timeEpoch"] / 1000 - time.time()) < 60, f"timeEpoch is {context['timeEpoch']}")
    check(context["requestId"], "requestId is missing")


@probe(TOPIC, "a binary body arrives in base64 and comes back as bytes")
def binary(it):
    body = bytes(range(256))
    event = seen(it, method="POST", body=body, headers={"Content-Type": "application/octet-stream"})
    echo = request("POST", it.api() + "/hello", body, {"Content-Type": "application/octet-stream"})

    expect(event["isBase64Encoded"], True, "isBase64Encoded")
    expect(base64.b64decode(event["body"]) == body, True, "whether the event's body is the one sent")
    expect(echo.body == body, True, "whether the answer is the body sent")


@probe(TOPIC, "a text body arrives as it is")
def text(it):
    event = seen(it, method="POST", body='{"a": "ü"}'.encode(), headers={"Content-Type": "application/json"})

    expect((event["isBase64Encoded"], event["body"]), (False, '{"a": "ü"}'), "the body")


@probe(TOPIC, "an answer without statusCode is a 200 of JSON")
def bare(it):
    reply = request("POST", it.api() + "/obey", b'{"answer": {"a": 1}}', {"Content-Type": "application/json"})

    expect((reply.status, reply.headers["content-type"], reply.body.decode()),
           (200, "application/json", '{"a":1}'), "the answer")


@probe(TOPIC, "an answer of statusCode and body alone is enough")
def sparse(it):
    reply = request("POST", it.api() + "/obey", b'{"answer": {"statusCode": 201, "body": "made"}}',
                    {"Content-Type": "application/json"})

    expect((reply.status, reply.body.decode()), (201, "made"), "the answer")


@probe(TOPIC, "an answer that makes no sense is 500 `Internal Server Error`")
def nonsense(it):
    reply = request("POST", it.api() + "/obey", b'{"answer": {"statusCode": "two hundred"}}',
                    {"Content-Type": "application/json"})

    expect((reply.status, reply.body.decode()), (500, '{"message":"Internal Server Error"}'), "the answer")


@probe(TOPIC, "a panic's text stays out of the browser: 500 `Internal Server Error`")
def panic(it):
    reply = request("GET", it.api() + "/hello/you?panic=1")

    expect((reply.status, reply.body.decode()), (500, '{"message":"Internal Server Error"}'), "the answer")


@probe(TOPIC, "a path without a route is 404 `Not Found`")
def no_route(it):
    reply = request("GET", it.api() + "/nowhere/at/all")

    expect((reply.status, reply.body.decode()), (404, '{"message":"Not Found"}'), "the answer")


@probe(TOPIC, "a body over 10 MB is 413")
def large(it):
    try:
        reply = request("POST", it.api() + "/hello", b"x" * ((10 << 20) + 1), {"Content-Type": "text/plain"})
    except OSError as error:
        raise AssertionError(f"the connection broke: {error}") from error

    expect(reply.status, 413, "the status")


@probe(TOPIC, "a preflight is answered by the API, the origin only if it is allowed")
def preflight(it):
    def ask(origin):
        return request("OPTIONS", it.api() + "/hello/you", headers={
            "Origin": origin, "Access-Control-Request-Method": "GET"})
    allowed, other = ask("https://greeter.example"), ask("https://evil.example")

    expect(allowed.status, 204, "the status")
    expect(allowed.headers["access-control-allow-origin"], "https://greeter.example", "the allowed origin")
    expect(other.headers["access-control-allow-origin"], None, "the other origin")


@probe(TOPIC, "an answer that takes over 30 s is 503, and the function goes on", slow=True)
def integration_limit(it):
    reply = request("POST", it.api() + "/obey", b'{"sleep_ms": 33000}', {"Content-Type": "application/json"}, 40)

    expect(reply.status, 503, "the status")
    check(29 < reply.took_s < 32, f"it took {reply.took_s:.0f} s")


@probe(TOPIC, "a function URL gives the path after the function and `$default`")
def function_url(it):
    reply = request("GET", it.function_url("greeter-obey") + "/any/path?x=1")
    event = reply.json()["event"]

    expect((event["rawPath"], event["routeKey"]), ("/any/path", "$default"), "path and route key")
    expect(event.get("queryStringParameters"), {"x": "1"}, "queryStringParameters")


@probe(TOPIC, "a streaming function's first line arrives before its last")
def streams(it):
    it.needs("streaming")
    url = urllib.parse.urlsplit(it.function_url("greeter-trickle") + "/")
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=20)
    begin = time.monotonic()
    connection.request("GET", url.path)
    answer = connection.getresponse()
    first, first_s = answer.readline(), time.monotonic() - begin
    rest, last_s = answer.read(), time.monotonic() - begin

    expect((answer.status, first + rest), (200, b"one\ntwo\nthree\n"), "the answer")
    check(last_s - first_s > 0.5, f"the first line came {last_s - first_s:.2f} s before the end")
