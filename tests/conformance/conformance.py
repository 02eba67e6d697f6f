"""Asks every implementation every question, and prints the answers as Markdown.

usage: conformance.py [--peers] [--only WORD]    the small dose without --peers: this emulator, nothing slow
"""

import argparse
import datetime
import sys
import time

import http_api  # noqa: F401: its probes add themselves
import implementations
import invoke  # noqa: F401
import queues  # noqa: F401
from probe import PROBES, NotOffered

OK, LACKS = "yes", "–"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--peers", action="store_true")
    arguments.add_argument("--only", default="")
    arguments = arguments.parse_args()
    chosen = [p for p in PROBES if arguments.only in f"{p.topic} {p.says}" and (arguments.peers or not p.slow)]
    kinds = implementations.ALL if arguments.peers else implementations.ALL[:1]
    answers, titles = {}, []
    for kind in kinds:
        implementation = kind()
        try:
            titles.append((kind.title, implementation.version()))
            ask_all(implementation, chosen, answers)
        finally:
            implementations.clean_up(implementation)
    if arguments.peers:
        print_tables(chosen, titles, answers)
    own = [(probe, answers[id(probe), "this emulator"]) for probe in chosen]
    wrong = [(probe, answer) for probe, answer in own if answer not in (OK, LACKS)]
    for probe, answer in wrong:
        print(f"this emulator fails: {probe.says}: {answer}", file=sys.stderr)
    passed = sum(answer == OK for _, answer in own)
    print(f"this emulator: {passed} probes pass, {len(wrong)} fail, "
          f"{len(own) - passed - len(wrong)} ask for what it does not offer", file=sys.stderr)
    sys.exit(1 if wrong else 0)


def ask_all(implementation, chosen, answers):
    implementation.start()
    for probe in chosen:
        begin = time.monotonic()
        answer = ask(implementation, probe)
        answers[id(probe), implementation.title] = answer
        print(f"{implementation.title}: {probe.says}: {answer} ({time.monotonic() - begin:.1f} s)", file=sys.stderr)


def ask(implementation, probe):
    try:
        probe.run(implementation)
        answer = OK
    except NotOffered:
        return LACKS
    except Exception as error:  # noqa: BLE001: any failure is an answer
        answer = "no: " + (str(error) or type(error).__name__).replace("|", "/").splitlines()[0]
    if implementation.settle() and answer != OK:
        answer += "; it had to be started anew"
    return answer


def print_tables(chosen, titles, answers):
    today = datetime.date.today().isoformat()
    versions = ", ".join(f"{title} {version}" for title, version in titles)
    print(f"Asked on {today} by `tests/conformance/run --peers`: {versions}.\n")
    for topic in dict.fromkeys(probe.topic for probe in chosen):
        print(f"| {topic} | " + " | ".join(title for title, _ in titles) + " | expectation |")
        print("|---" * (len(titles) + 2) + "|")
        for probe in (probe for probe in chosen if probe.topic == topic):
            cells = [cell(answers[id(probe), title]) for title, _ in titles]
            print(f"| {probe.says} | " + " | ".join(cells) + f" | {probe.source} |")
        print()


def cell(answer):
    return answer if len(answer) <= 90 else answer[:87] + "..."


if __name__ == "__main__":
    main()
