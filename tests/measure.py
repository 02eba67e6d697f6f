#!/usr/bin/env python3
"""Makes an episode on a running system and measures it from outside.

usage: measure.py [ORIGIN [PLACE [LENGTH]]]      default: http://127.0.0.1:9000 "Paris, France" medium

Polls the status every 100 ms on one keep-alive connection, as an impatient browser would, and prints: how many
polls, errors, the latency of the polls, every progress value in order, wall time, duration, loudness, true peak,
chapters, and the peak memory of the worker as the emulator reports it. Needs ffprobe for the chapters.
"""
import http.client
import json
import subprocess
import sys
import time
import urllib.parse
import urllib.request

ORIGIN = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:9000"
PLACE = sys.argv[2] if len(sys.argv) > 2 else "Paris, France"
LENGTH = sys.argv[3] if len(sys.argv) > 3 else "medium"
API = "/api/v1/podcasts"


def ask(connection, method, path, body=None):
    connection.request(method, path, body, {"content-type": "application/json"} if body else {})
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def follow(connection, job):
    latencies_ms, errors, values, first_seen = [], 0, [], {}
    begun = time.monotonic()
    while True:
        asked = time.monotonic()
        status, state = ask(connection, "GET", f"{API}/status/{job}")
        latencies_ms.append(1000 * (time.monotonic() - asked))
        errors += status != 200
        if not values or values[-1] != state["progress"]:
            values.append(state["progress"])
            first_seen[state["progress"]] = round(time.monotonic() - begun, 1)
        if state["status"] in ("completed", "failed"):
            return state, latencies_ms, errors, values, first_seen
        time.sleep(max(0.0, 0.1 - (time.monotonic() - asked)))


def chapters(url):
    shown = subprocess.run(["ffprobe", "-v", "error", "-show_chapters", "-show_format", "-of", "json", url],
                           capture_output=True, check=True).stdout
    probed = json.loads(shown)
    return probed["format"], [(c["start_time"], c["tags"]["title"]) for c in probed["chapters"]]


def main():
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(ORIGIN).netloc, timeout=30)
    body = json.dumps({"location": PLACE, "podcast_type": "base", "preferences": {"preferred_length": LENGTH}})
    begun = time.monotonic()
    status, job = ask(connection, "POST", f"{API}/generate", body)
    assert status == 202, job
    print(f"accepted in {1000 * (time.monotonic() - begun):.0f} ms")
    state, latencies, errors, values, seen = follow(connection, job["job_id"])
    wall_s = time.monotonic() - begun
    latencies.sort()
    at = lambda share: latencies[min(len(latencies) - 1, int(share * len(latencies)))]
    print(f"{state['status']}: {state['message']}")
    print(f"polls {len(latencies)}, errors {errors}, p50 {at(.5):.1f} ms, p99 {at(.99):.1f} ms, max {latencies[-1]:.1f} ms")
    print(f"progress {values}, never fell: {values == sorted(values)}")
    print("first seen after s:", {p: seen.get(p) for p in (10, 30, 60, 90, 95, 100)})
    _, podcast = ask(connection, "GET", f"{API}/{job['job_id']}")
    meta = podcast["podcast_metadata"]
    asked_s = {"short": 180, "medium": 360, "long": 720}[LENGTH]
    duration_s = meta["audio"]["duration_ms"] / 1000
    words = sum(len(turn["text"].split()) for turn in meta["transcript"])
    print(f"wall {wall_s:.1f} s; duration {duration_s:.1f} s, {100 * duration_s / asked_s - 100:+.0f} % of {asked_s} s asked;"
          f" {words} words, {60 * words / duration_s:.0f} a minute")
    print("stages ms:", meta["stage_durations_ms"])
    print(f"voice: {meta['stage_durations_ms'].get('voice', 0) / 1000 / duration_s:.3f} s for a second of audio")
    print(f"loudness {meta['audio']['loudness_lufs']:.2f} LUFS, true peak {meta['audio']['true_peak_dbtp']:.2f} dBTP;"
          f" {len(meta['facts'])} facts; note: {meta['note']}")
    container, marks = chapters(podcast["audio_url"])
    print(f"ffprobe: {container['format_name']}, {container['duration']} s, {container['bit_rate']} bit/s, chapters {marks}")
    urllib.request.urlretrieve(podcast["audio_url"], "/tmp/episode.mp3")
    with open("/tmp/episode.txt", "w", encoding="utf8") as file:
        file.write(podcast["script_content"])
    print("audio and script in /tmp/episode.mp3 and /tmp/episode.txt, for listen.py")


if __name__ == "__main__":
    main()
