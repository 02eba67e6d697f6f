"""The Invoke API and the life of a function's processes."""

import base64
import concurrent.futures
import itertools
import json
import os
import subprocess
import tempfile
import time

import botocore.exceptions

from probe import check, expect, probe, until

TOPIC = "Invoke API and environments"


def call(it, event, function="greeter-obey", **options):
    """Runs a function by boto3: its answer, and how it failed if it did."""
    patience_s = options.pop("patience_s", 20)
    name = it.function(function)
    try:
        answer = it.lambda_client(name, patience_s).invoke(
            FunctionName=name, Payload=json.dumps(event), **options
        )
    except botocore.exceptions.ReadTimeoutError as error:
        raise AssertionError(f"no answer within {patience_s} s") from error
    payload = answer["Payload"].read()
    return json.loads(payload) if payload else None, answer.get("FunctionError"), answer


def refused(it, event, **options):
    """The error that boto3 raises, and the status."""
    try:
        call(it, event, **options)
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    return None, 200


def at_once(it, count, event, patience_s=30):
    """As many calls in parallel: the answers, with an exception in place of none."""
    def one(_):
        try:
            return call(it, event, patience_s=patience_s)
        except Exception as error:  # noqa: BLE001: what went wrong is counted, not handled
            return error

    it.function("greeter-obey")
    with concurrent.futures.ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


# It goes with this program.
NOTES = tempfile.TemporaryDirectory(prefix="greeter-")
NUMBERS = itertools.count()


def note_file():
    """The name of a file that is not there yet."""
    return f"{NOTES.name}/{next(NUMBERS)}"


def notes(file):
    return open(file).read().splitlines() if os.path.exists(file) else []


@probe(TOPIC, "boto3 runs a function and gets its answer")
def runs(it):
    answer, error, response = call(it, {"who": "you"})

    expect(error, None, "FunctionError")
    expect(answer["event"], {"who": "you"}, "the event")
    expect(response["StatusCode"], 200, "the status")


@probe(TOPIC, "a function's error is a 200 with `X-Amz-Function-Error`, and boto3 does not run it again")
def function_error(it):
    file = note_file()
    name = it.function("greeter-obey")
    client = it.lambda_client(name, retries=4)
    answer = client.invoke(FunctionName=name, Payload=json.dumps({"do": "fail", "note": file}))

    expect(answer.get("FunctionError"), "Unhandled", "FunctionError")
    expect(json.loads(answer["Payload"].read())["errorMessage"], "as asked", "errorMessage")
    begun = [line for line in notes(file) if line.startswith("begin")]
    expect(len(begun), 1, "the number of runs")


@probe(TOPIC, "a panic is told to the caller, and the next call works")
def panic(it):
    answer, error, _ = call(it, {"do": "panic"})

    expect(error, "Unhandled", "FunctionError")
    check("the secret" in answer["errorMessage"], f"errorMessage is {answer.get('errorMessage')}")
    expect(call(it, {})[1], None, "the next call's FunctionError")


def ends(it, how, word, patience_s=20):
    begin = time.monotonic()
    answer, error, _ = call(it, {"do": how}, patience_s=patience_s)
    took_s = time.monotonic() - begin

    expect(error, "Unhandled", "FunctionError")
    expect(answer.get("errorType"), "Runtime.ExitError", "errorType")
    check(answer["errorMessage"].endswith(word), f"errorMessage is {answer['errorMessage']}")
    # Its time limit is 60 s.
    check(took_s < 15, f"the answer took {took_s:.1f} s")
    expect(call(it, {}, patience_s=patience_s)[1], None, "the next call's FunctionError")


@probe(TOPIC, "a process that exits is told at once (`exit status 3`), and the next call works", "recorded")
def exits(it):
    ends(it, "exit", "exit status 3")


@probe(TOPIC, "kill -9 in mid-request is told at once, and the next call works", "recorded")
def killed(it):
    ends(it, "kill", "signal: killed")


@probe(TOPIC, "an abort is told at once, and the next call works", "recorded")
def aborts(it):
    ends(it, "abort", "signal: aborted")


@probe(TOPIC, "a process killed while idle costs no call")
def killed_idle(it):
    process = call(it, {})[0]["process"]
    os.kill(process, 9)
    check(until(lambda: is_dead(process)), "the process does not die")

    expect(call(it, {})[1], None, "FunctionError")


def is_dead(process):
    """Whether nothing of a process runs any more; its parent may not have asked for its end yet."""
    try:
        state = open(f"/proc/{process}/stat").read().rpartition(") ")[2][0]
        return state == "Z" and len(os.listdir(f"/proc/{process}/task")) == 1
    except OSError:
        return True


@probe(TOPIC, "a function over its time limit of 1 s is killed, with `Sandbox.Timedout`", "recorded")
def times_out(it):
    it.limit_to_one_second()
    call(it, {}, function="greeter-impatient")
    begin = time.monotonic()
    answer, error, _ = call(it, {"sleep_ms": 40_000}, function="greeter-impatient")
    took_s = time.monotonic() - begin

    expect(error, "Unhandled", "FunctionError")
    expect(answer.get("errorType"), "Sandbox.Timedout", "errorType")
    check(answer["errorMessage"].endswith("Task timed out after 1.00 seconds"), answer["errorMessage"])
    check(took_s < 15, f"the answer took {took_s:.1f} s")
    # A busy machine may need the second for anything.
    check(until(lambda: call(it, {}, function="greeter-impatient")[1] is None, 30), "no later call works")


@probe(TOPIC, "the deadline is now and the time limit")
def deadline(it):
    left_s = call(it, {})[0]["deadline_ms"] / 1000 - time.time()

    check(0 < left_s <= 901, f"the deadline is {left_s:.0f} s from now")


@probe(TOPIC, "the function's name, region and ARN are told, and the host's variables are not")
def variables(it):
    answer, _, _ = call(it, {})

    expect(answer["variables"]["AWS_LAMBDA_FUNCTION_NAME"], it.function("greeter-obey"), "the name")
    check(answer["variables"]["AWS_REGION"], "AWS_REGION is missing")
    check(answer["function_arn"].startswith("arn:aws:lambda:"), f"the ARN is {answer['function_arn']!r}")
    expect(answer["variables"]["HOME"], None, "HOME")


@probe(TOPIC, "8 calls of 4 s at once do not wait for each other")
def parallel(it):
    at_once(it, 8, {})
    begin = time.monotonic()
    answers = at_once(it, 8, {"sleep_ms": 4000}, patience_s=60)
    took_s = time.monotonic() - begin

    lost = [answer for answer in answers if isinstance(answer, Exception) or answer[1]]
    check(not lost, f"{len(lost)} of 8 failed: {str(lost[:1])[:80]}")
    # One after the other they would take 32 s; a busy machine may take some time of its own.
    check(took_s < 25, f"they took {took_s:.1f} s")


@probe(TOPIC, "150 calls at once are all answered or throttled, and the next one works")
def crowd(it):
    answers = at_once(it, 150, {"sleep_ms": 50}, patience_s=30)

    lost = [answer for answer in answers if isinstance(answer, Exception) and "TooManyRequests" not in str(answer)]
    check(not lost, f"{len(lost)} of 150 got no answer")
    expect(call(it, {})[1], None, "the next call's FunctionError")


@probe(TOPIC, "one call after another meets one process")
def one_process(it):
    # Where a busy machine lets a process stand for a moment, another may take its place: no more than now and then.
    rounds = [{call(it, {})[0]["process"] for _ in range(30)} for _ in range(3)]

    expect(min(len(processes) for processes in rounds), 1, "the number of processes")


@probe(TOPIC, "work left running after the answer stands still until the next call")
def frozen(it):
    file = note_file()
    process = call(it, {"linger": file})[0]["process"]
    # It is stopped soon, not at once; a busy machine takes its time, and one quiet second may be the machine's own.
    end = time.monotonic() + 30
    while (lines := lines_in_a_second(file) + lines_in_a_second(file)) > 1 and time.monotonic() < end:
        pass
    # It must not go on in the calls of other probes.
    os.kill(process, 9)
    call(it, {})

    check(lines <= 1, f"it wrote {lines} lines in two seconds")


def lines_in_a_second(file):
    before = len(notes(file))
    time.sleep(1)
    return len(notes(file)) - before


@probe(TOPIC, "Event answers 202 at once, and the function runs")
def event(it):
    file = note_file()
    _, _, answer = call(it, {"note": file, "sleep_ms": 10_000}, InvocationType="Event")
    noted = notes(file)

    expect(answer["StatusCode"], 202, "the status")
    check(len(noted) < 2, "the answer waited for the function")
    check(until(lambda: len(notes(file)) == 2, 60), "the function did not run to its end")


@probe(TOPIC, "DryRun answers 204, and the function does not run")
def dry_run(it):
    file = note_file()
    _, _, answer = call(it, {"note": file}, InvocationType="DryRun")

    expect(answer["StatusCode"], 204, "the status")
    expect(notes(file), [], "what ran")


@probe(TOPIC, "Tail gives the log's end, with START and REPORT")
def tail(it):
    _, _, answer = call(it, {"log": "a line of the function"}, LogType="Tail")

    log = base64.b64decode(answer.get("LogResult", "")).decode()
    check("a line of the function" in log, f"the log is {log[:60]!r}")
    check("START RequestId" in log and "REPORT RequestId" in log, "START or REPORT is missing")


@probe(TOPIC, "an unknown function is 404 ResourceNotFoundException")
def unknown(it):
    expect(refused(it, {}, function="nobody"), ("ResourceNotFoundException", 404), "the refusal")


@probe(TOPIC, "over the reserved concurrency of 1 is 429 TooManyRequestsException")
def throttled(it):
    it.needs("reserved concurrency")
    name, file = it.function("greeter-single"), note_file()
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        first = threads.submit(call, it, {"note": file, "sleep_ms": 10_000}, name, patience_s=60)
        until(lambda: notes(file), 30)
        second = refused(it, {}, function=name)
        expect(first.result()[1], None, "the first call's FunctionError")

    expect(second, ("TooManyRequestsException", 429), "the refusal")


@probe(TOPIC, "a function is known by ARN, partial ARN, `:$LATEST` and Qualifier")
def names(it):
    name = it.function("greeter-obey")
    arn = call(it, {})[0]["function_arn"].removesuffix(":$LATEST")
    client = it.lambda_client(name)
    spellings = [arn, f"000000000000:function:{name}", f"{name}:$LATEST"]
    for spelling in spellings:
        try:
            client.invoke(FunctionName=spelling, Payload="{}")
        except Exception as error:
            raise AssertionError(f"{spelling} is not known") from error
    client.invoke(FunctionName=name, Qualifier="$LATEST", Payload="{}")


@probe(TOPIC, "an answer over 6 MB is `Function.ResponseSizeTooLarge`", "recorded")
def large_answer(it):
    answer, error, _ = call(it, {"fill_bytes": 7 << 20})

    expect(error, "Unhandled", "FunctionError")
    expect(answer.get("errorType"), "Function.ResponseSizeTooLarge", "errorType")


@probe(TOPIC, "an event over 6 MB is 413 RequestTooLargeException")
def large_event(it):
    expect(refused(it, {"fill": "x" * (6 << 20)}), ("RequestTooLargeException", 413), "the refusal")


@probe(TOPIC, "an event that is not JSON is 400 InvalidRequestContentException")
def not_json(it):
    name = it.function("greeter-obey")
    try:
        it.lambda_client(name, 5).invoke(FunctionName=name, Payload="not JSON")
    except botocore.exceptions.ClientError as error:
        expect(error.response["Error"]["Code"], "InvalidRequestContentException", "the refusal")
        return
    raise AssertionError("it was taken")


@probe(TOPIC, "a client context reaches the function")
def client_context(it):
    it.needs("client context")
    context = {"client": {"installation_id": "", "app_title": "", "app_version_name": "", "app_version_code": "",
                          "app_package_name": ""}, "custom": {"who": "you"}, "env": {}}
    answer, _, _ = call(it, {}, ClientContext=base64.b64encode(json.dumps(context).encode()).decode())

    check(answer["client_context"], "the function has none")
    expect(answer["client_context"]["custom"], {"who": "you"}, "custom")


@probe(TOPIC, "`aws lambda invoke` of the AWS CLI works")
def cli(it):
    name = it.function("greeter-obey")
    file = note_file()
    ran = it.aws_cli("lambda", "invoke", "--function-name", name, "--payload", '{"who": "cli"}', file,
                     endpoint=it.invoke_endpoint(name))

    expect(ran.returncode, 0, f"the exit status ({ran.stderr.strip()[-80:]})")
    expect(json.load(open(file))["event"], {"who": "cli"}, "the event")


# Not in the small dose: it comes with the peers.
@probe(TOPIC, "`cargo lambda invoke` prints a function's answer", slow=True)
def cargo_lambda_invoke(it):
    ran = it.cargo_lambda_invoke(it.function("greeter-obey"), '{"who": "cargo"}')

    expect(ran.returncode, 0, f"the exit status ({ran.stderr.strip()[-80:]})")
    expect(json.loads(ran.stdout)["event"], {"who": "cargo"}, "the event")


@probe(TOPIC, "`cargo lambda invoke` prints a function's error", slow=True)
def cargo_lambda_invoke_fails(it):
    ran = it.cargo_lambda_invoke(it.function("greeter-obey"), '{"do": "fail"}')

    expect(json.loads(ran.stdout)["errorMessage"], "as asked", "errorMessage")


# It says only that it does not understand the answer, which is AWS's: what it reads is its own server's.
@probe(TOPIC, "`cargo lambda invoke` fails when a function is unknown", slow=True)
def cargo_lambda_invoke_of_nobody(it):
    ran = it.cargo_lambda_invoke("nobody", "{}")

    expect(ran.returncode, 1, f"the exit status ({ran.stdout.strip()[-80:]})")
    check("error sending request" not in ran.stderr, "nobody answers")


@probe(TOPIC, "curl on the Invoke API works")
def curl(it):
    name = it.function("greeter-obey")
    url = f"{it.invoke_endpoint(name)}/2015-03-31/functions/{name}/invocations"
    ran = subprocess.run(["curl", "-sS", "-m", "10", "-d", '{"who": "curl"}', url], capture_output=True, text=True)

    expect(json.loads(ran.stdout)["event"], {"who": "curl"}, "the event")
