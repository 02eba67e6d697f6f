"""Holds the OpenAPI document to what the running system answers, with real requests and with Schemathesis'.

Needs the built binaries in target/debug, or in the folder named by WHERECAST_BINARIES. WHERECAST_SEED says
the first seed (1 by default), WHERECAST_SEEDS how many there are (2), WHERECAST_CASES how many requests each
operation gets at random (8).
"""
import contextlib
import copy
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import document

FIRST_SEED = int(os.environ.get("WHERECAST_SEED", "1"))
SEEDS = range(FIRST_SEED, FIRST_SEED + int(os.environ.get("WHERECAST_SEEDS", "2")))
CASES = os.environ.get("WHERECAST_CASES", "8")
BINARIES = Path(os.environ.get("WHERECAST_BINARIES", document.ROOT / "target/debug"))
PATIENCE_S = 120
UNKNOWN = "0192f0c1-2345-7abc-8def-0123456789ab"
WISH = {"location": "Pirey, France", "podcast_type": "base", "preferences": {"preferred_length": "short"}}
# What takes an authorizer, or a system that is broken.
UNSEEN = {"401", "403", "500", "503"}


@dataclass
class Answer:
    method: str
    route: str
    status: int
    headers: dict
    body: bytes


class System:
    """A running system, and every answer it has given."""

    def __init__(self, origin, base):
        self.host = origin.removeprefix("http://")
        self.base = base
        self.answers = []

    def ask(self, method, route, query="", body=None, headers=None, **parameters):
        address = self.base + route.format(**parameters) + query
        data = json.dumps(body) if isinstance(body, dict) else body
        connection = http.client.HTTPConnection(self.host, timeout=30)
        connection.request(method, address, data, {"content-type": "application/json", **(headers or {})})
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        answer = Answer(method, route, response.status, names, response.read())
        connection.close()
        self.answers.append(answer)
        return answer

    def finish(self, podcast_id):
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            state = json.loads(self.ask("GET", "/podcasts/status/{id}", id=podcast_id).body)
            if state["status"] in ("completed", "failed"):
                return state
            time.sleep(0.2)
        sys.exit(f"podcast {podcast_id} was not made within {PATIENCE_S} s")


@contextlib.contextmanager
def running():
    """Starts the system with its own data and a voice that costs next to nothing; kills it at the end."""
    with tempfile.TemporaryDirectory() as data:
        command = [BINARIES / "local", "--no-build", "--no-watch", "--quiet", "--voice", "tone", "--listen", "127.0.0.1:0", "--data", data]
        runner = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            ready = next((line for line in runner.stdout if line.startswith("ready on ")), None)
            if ready is None:
                sys.exit("the system did not start")
            yield ready.removeprefix("ready on ").strip()
        finally:
            runner.kill()
            runner.wait()


def live_a_life(system):
    """Takes one podcast through its life, with every refusal on the way that a client can provoke."""
    keyed = {"idempotency-key": "contract"}
    accepted = system.ask("POST", "/podcasts/generate", body=WISH, headers=keyed)
    podcast_id = json.loads(accepted.body)["podcast_id"]
    system.ask("POST", "/podcasts/{id}/regenerate", id=podcast_id)
    system.finish(podcast_id)
    for route in ("/podcasts", "/podcasts/", "/podcasts/{id}", "/podcasts/status/{id}"):
        seen = system.ask("GET", route, id=podcast_id)
        system.ask("GET", route, headers={"if-none-match": seen.headers["etag"]}, id=podcast_id)
    refuse_everything(system, keyed)
    system.ask("POST", "/podcasts/{id}/regenerate", id=podcast_id)
    system.ask("GET", "/podcasts/{id}", id=podcast_id)
    system.finish(podcast_id)
    system.ask("DELETE", "/podcasts/{id}", id=podcast_id)
    system.ask("DELETE", "/podcasts/{id}", id=podcast_id)


def refuse_everything(system, keyed):
    generate, regenerate = "/podcasts/generate", "/podcasts/{id}/regenerate"
    for wish in ("", "{", {}, WISH | {"location": "Qwertyville"}, WISH | {"location": "France"}, WISH | {"podcast_type": "topic"}):
        system.ask("POST", generate, body=wish)
    system.ask("POST", generate, body=WISH | {"location": "Paris"}, headers=keyed)
    system.ask("POST", generate, body=WISH, headers={"idempotency-key": "two words"})
    system.ask("POST", regenerate, headers={"idempotency-key": "two words"}, id=UNKNOWN)
    system.ask("POST", generate, body="x" * (1 << 20))
    system.ask("POST", generate, body="x" * (11 << 20))
    system.ask("POST", regenerate, body="x" * (11 << 20), id=UNKNOWN)
    for route in ("/podcasts", "/podcasts/"):
        system.ask("GET", route, query="?limit=0&skip=x&status_filter=done&cursor=AAAA")
    for method, route, _ in document.operations(document.read()):
        long_header = {"x-long": "x" * 10_240}
        system.ask(method, route, headers=long_header, id=UNKNOWN)
        system.ask("PATCH", route, id=UNKNOWN)
        if "{id}" in route:
            system.ask(method, route, id=UNKNOWN)
            system.ask(method, route, id="7")


def check_routes(described):
    differing = document.differing_routes(described)
    return [f"{route} is in the template or in the document, but not in both" for route in differing]


def check_answers(described, answers):
    """Says which answers are not as described, and which described answers were never seen."""
    found = [
        f"{answer.method} {answer.route} {answer.status}: {fault}"
        for answer in answers
        for fault in document.faults(described, answer)
    ]
    seen = {(answer.method, answer.route, str(answer.status)) for answer in answers}
    for method, route, operation in document.operations(described):
        # What an address does not answer is another method.
        asked = {status: "PATCH" if status == "405" else method for status in operation["responses"] if status not in UNSEEN}
        missing = [status for status, by in asked.items() if (by, route, status) not in seen]
        found += [f"{method} {route} {status} is described and was never seen" for status in missing]
    return found


def wrong_documents(described):
    """Documents that are not true, each by one lie."""
    lies = {
        "a path is missing": lambda lie: lie["paths"].pop("/podcasts/status/{id}"),
        "progress is a text": lambda lie: lie["components"]["schemas"]["Report"]["properties"]["progress"].update(type="string"),
        "409 is missing": lambda lie: lie["paths"]["/podcasts/{id}/regenerate"]["post"]["responses"].pop("409"),
        "a list shows scripts": lambda lie: lie["components"]["schemas"]["PodcastSummary"]["required"].append("script_content"),
        "problems are plain JSON": lambda lie: lie["components"]["responses"]["MalformedId"]["content"].update(
            {"application/json": lie["components"]["responses"]["MalformedId"]["content"].pop("application/problem+json")}),
        "a tag is a number": lambda lie: lie["components"]["headers"]["ETag"]["schema"].update(pattern="^[0-9]$"),
        "an answer that never comes": lambda lie: lie["paths"]["/podcasts/{id}"]["delete"]["responses"].update({"200": {"description": "No."}}),
    }
    for name, tell in lies.items():
        lie = copy.deepcopy(described)
        tell(lie)
        yield name, lie


def fuzz(location, origin, base, *options):
    """Runs Schemathesis with all its checks; gives whether it found nothing."""
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": str(here), "SCHEMATHESIS_HOOKS": "hooks"}
    command = [sys.executable, "-m", "schemathesis.cli", "run", location, "--url", origin + base, "--checks", "all"]
    command += ["--warnings", "off", "--continue-on-failure", *options]
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    is_clean = run.returncode == 0
    return is_clean, run.stdout + run.stderr


def fuzz_seeds(origin, base):
    found = []
    for number, seed in enumerate(SEEDS):
        # The coverage phase is much the same whatever the seed.
        phases = "examples,coverage,fuzzing,stateful" if number == 0 else "fuzzing,stateful"
        begun = time.monotonic()
        is_clean, report = fuzz(f"{origin}/openapi.json", origin, base, "--seed", str(seed), "--max-examples", CASES, "--phases", phases)
        print(f"schemathesis, seed {seed}, {CASES} cases: {summary(report)}, {time.monotonic() - begun:.0f} s", flush=True)
        found += [] if is_clean else [f"schemathesis, seed {seed}:\n{report}"]
    return found


def summary(report):
    lines = [line.strip(" =") for line in report.splitlines()]
    return next((line for line in lines if " generated, " in line), "no test cases")


def fuzz_a_lie(described, origin, base):
    """Schemathesis must see a document that is not true: the broken twin of the runs above."""
    lie = copy.deepcopy(described)
    lie["components"]["responses"]["NotFound"]["content"].pop("application/problem+json")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(lie, file)
        file.flush()
        path = "/podcasts/status/{id}"
        is_clean, report = fuzz(file.name, origin, base, "--seed", "1", "--max-examples", "2", "--phases", "examples", "--include-path", path)
    is_caught = not is_clean and "Undocumented Content-Type" in report
    print(f"schemathesis on a document that lies about 404: {'caught' if is_caught else 'not caught'}")
    return [] if is_caught else [f"schemathesis did not catch a lie:\n{report}"]


def main():
    described = document.read()
    base = described["servers"][0]["url"]
    found = check_routes(described) + document.example_faults(described)
    with running() as origin:
        system = System(origin, base)
        live_a_life(system)
        found += check_answers(described, system.answers)
        for name, lie in wrong_documents(described):
            caught = check_routes(lie) + check_answers(lie, system.answers)
            print(f"a document in which {name}: {'caught' if caught else 'not caught'}")
            found += [] if caught else [f"nobody noticed that {name}"]
        print(f"contract: {len(system.answers)} answers held to the document, {len(found)} faults", flush=True)
        found += fuzz_seeds(origin, base) + fuzz_a_lie(described, origin, base)
    for fault in found:
        print(f"FAULT {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
