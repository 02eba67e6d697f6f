"""This emulator and its peers: started, addressed, stopped."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from probe import NotOffered, aws, http, until

ROOT = pathlib.Path(__file__).resolve().parents[2]
GREETER = ROOT / "tests/greeter"
VENVS = ROOT / "target/conformance"


def free_port():
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return some.getsockname()[1]


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def installed(venv, package):
    """The version of a package in one of our environments, which have no pip of their own."""
    ask = f"import importlib.metadata as m; print(m.version('{package}'))"
    return output(VENVS / venv / "bin/python", "-c", ask)


class Implementation:
    """What probes see. What one has not is `NotOffered`."""

    title = ""
    # What it has beyond the calls below.
    offers = frozenset()

    def __init__(self):
        self.processes = []
        self.folder = tempfile.mkdtemp(prefix="conformance-")
        self.log = open(pathlib.Path(self.folder) / "log", "w+")

    def version(self):
        raise NotImplementedError

    def start(self):
        raise NotImplementedError

    def stop(self):
        for process in self.processes:
            # What a peer has started itself ends with it.
            for number in signal.SIGTERM, signal.SIGKILL:
                try:
                    os.killpg(process.pid, number)
                    process.wait(8)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    pass
        self.processes = []

    def spawn(self, *command, cwd=ROOT, env=None, stdout=None):
        process = subprocess.Popen(
            [str(part) for part in command], cwd=cwd, env=env or os.environ, start_new_session=True,
            stdout=stdout or self.log, stderr=self.log, text=True)
        self.processes.append(process)
        return process

    def does_not_start(self):
        # The log's folder goes with this program.
        said = pathlib.Path(self.log.name).read_text()[-2000:]
        raise SystemExit(f"{self.title} does not start: {said}")

    def function(self, name):
        raise NotOffered

    def invoke_endpoint(self, function):
        raise NotOffered

    def lambda_client(self, function, patience_s=20, retries=0):
        return aws("lambda", self.invoke_endpoint(function), patience_s, retries)

    def limit_to_one_second(self):
        """Makes sure that greeter-impatient may take one second."""

    def needs(self, what):
        if what not in self.offers:
            raise NotOffered

    def api(self):
        raise NotOffered

    def function_url(self, name):
        raise NotOffered

    def sqs_endpoint(self):
        raise NotOffered

    def sqs(self, patience_s=30):
        return aws("sqs", self.sqs_endpoint(), patience_s)

    def queue(self, name):
        return self.sqs().get_queue_url(QueueName=name)["QueueUrl"]

    def aws_cli(self, *arguments, endpoint):
        env = {"PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
               "AWS_DEFAULT_REGION": "us-east-1", "HOME": self.folder}
        return subprocess.run(
            [VENVS / "clients/bin/aws", "--endpoint-url", endpoint, "--output", "json", *arguments],
            capture_output=True, text=True, env=env, check=False)

    def cargo_lambda_invoke(self, function, event):
        host, port = self.invoke_endpoint(function).removeprefix("http://").split(":")
        return subprocess.run(
            [VENVS / "peers/bin/cargo-lambda", "lambda", "invoke", "--invoke-address", host, "--invoke-port", port,
             "--data-ascii", event, function],
            capture_output=True, text=True, check=False)

    def status_of(self, function, patience_s=5):
        """The status with which a function answers the simplest event; None when there is no answer."""
        url = f"{self.invoke_endpoint(function)}/2015-03-31/functions/{self.function(function)}/invocations"
        try:
            return http("POST", url, b"{}", patience_s=patience_s).status
        except (AssertionError, OSError):
            return None

    def is_alive(self):
        """Whether it still does the simplest thing."""
        return True

    def settle(self):
        """Undoes what a probe asked for; starts anew what a probe has broken. Says whether it had to."""
        if self.is_alive():
            return False
        self.stop()
        self.start()
        return True


class AtOneAddress(Implementation):
    """Whose whole offer is below `base`."""

    base = ""

    def invoke_endpoint(self, function):
        return self.base

    def api(self):
        return self.base

    def function_url(self, name):
        return f"{self.base}/lambda-url/{name}"


class Emulator(AtOneAddress):
    title = "this emulator"
    offers = frozenset({"client context", "reserved concurrency", "event source mapping", "streaming"})

    def version(self):
        return output("git", "-C", ROOT, "rev-parse", "--short", "HEAD")

    def start(self):
        local = ROOT / os.environ.get("CONFORMANCE_LOCAL", "target/debug/local")
        process = self.spawn(
            local, "--template", GREETER / "template.yaml", "--data", f"{self.folder}/data",
            "--listen", "127.0.0.1:0", *(["--no-build"] if "WHERECAST_BUILT" in os.environ else []),
            stdout=subprocess.PIPE)
        for line in process.stdout:
            if found := re.search("ready on (.*)", line):
                self.base = found[1]
                return
        self.does_not_start()

    def function(self, name):
        return name

    def sqs_endpoint(self):
        return self.base

    def is_alive(self):
        return self.status_of("greeter-obey", 30) == 200


class CargoLambda(AtOneAddress):
    title = "cargo lambda watch"
    offers = frozenset({"streaming", "client context"})
    arguments = []

    def version(self):
        return output(VENVS / "peers/bin/cargo-lambda", "--version").removeprefix("cargo-lambda ").split(" ")[0]

    def start(self):
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        # Its own target folder: it builds with other flags, and must not undo our own build.
        env = os.environ | {"CARGO_TARGET_DIR": str(VENVS / "cargo-lambda")}
        self.spawn(VENVS / "peers/bin/cargo-lambda", "lambda", "watch", "--ignore-changes", "-p", "greeter",
                   "--invoke-address", "127.0.0.1", "--invoke-port", port, *self.arguments,
                   cwd=GREETER, env=env)
        for name in "greeter-obey", "greeter-hello", "greeter-trickle":
            self.warm_up(name)

    def warm_up(self, name):
        # It builds a function when it is first asked for.
        if not until(lambda: self.status_of(name, 600), 600):
            self.does_not_start()

    def function(self, name):
        # It has one time limit for all functions.
        return name.replace("greeter-impatient", "greeter-obey")

    def limit_to_one_second(self):
        self.stop()
        self.arguments = ["--timeout", "1"]
        self.start()

    def is_alive(self):
        names = "greeter-obey", "greeter-hello"
        return not self.arguments and all(self.status_of(name) for name in names)

    def settle(self):
        was_asked, self.arguments = bool(self.arguments), []
        if was_asked:
            self.stop()
            self.start()
            return False
        return super().settle()


class InterfaceEmulator(Implementation):
    """AWS's own, as it ships in aws-sam-cli: one function each, at the name `function`."""

    title = "aws-lambda-rie"
    offers = frozenset({"client context"})

    def version(self):
        return "of aws-sam-cli " + installed("rie", "aws-sam-cli")

    def start(self):
        self.ports = {}
        for name, program, timeout_s in [
            ("greeter-obey", "greeter-obey", 60), ("greeter-impatient", "greeter-obey", 1)]:
            self.ports[name] = free_port()
            rie = next(VENVS.glob(f"rie/lib/*/site-packages/samcli/local/rapid/aws-lambda-rie-{machine()}"))
            env = os.environ | {"AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout_s), "AWS_LAMBDA_FUNCTION_NAME": "function",
                                "AWS_REGION": "us-east-1"}
            self.spawn(rie, "--runtime-interface-emulator-address", f"127.0.0.1:{self.ports[name]}",
                       "--runtime-api-address", f"127.0.0.1:{free_port()}", ROOT / "target/debug" / program, env=env)
        time.sleep(1)

    def function(self, name):
        # It asks for no name but this one.
        return {"greeter-obey": "function", "greeter-impatient": "function"}.get(name, name)

    def invoke_endpoint(self, function):
        port = self.ports["greeter-impatient" if self.is_limited else "greeter-obey"]
        return f"http://127.0.0.1:{port}"

    is_limited = False

    def limit_to_one_second(self):
        self.is_limited = True

    def is_alive(self):
        self.is_limited = False
        return self.status_of("greeter-obey") == 200


class Moto(Implementation):
    """A peer for queues only."""

    title = "moto"

    def version(self):
        return installed("peers", "moto")

    def start(self):
        self.port = free_port()
        self.spawn(VENVS / "peers/bin/moto_server", "-H", "127.0.0.1", "-p", self.port)
        if not until(self.listens, 60):
            self.does_not_start()
        create = self.sqs().create_queue
        arn = "arn:aws:sqs:us-east-1:123456789012:DeadLetters"
        create(QueueName="DeadLetters")
        create(QueueName="Letters", tags={"purpose": "greeting"}, Attributes={
            "VisibilityTimeout": "2",
            "RedrivePolicy": f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": 1}}'})
        create(QueueName="Parcels", Attributes={"MaximumMessageSize": "2048"})

    def listens(self):
        try:
            return http("GET", self.sqs_endpoint())
        except OSError:
            return None

    def sqs_endpoint(self):
        return f"http://127.0.0.1:{self.port}"


def machine():
    return {"aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)


ALL = [Emulator, CargoLambda, InterfaceEmulator, Moto]


def clean_up(implementation):
    implementation.stop()
    shutil.rmtree(implementation.folder, ignore_errors=True)
