#!/usr/bin/env python3
"""Listens to an episode with a speech recogniser and compares what it hears with the script.

usage: listen.py EPISODE.mp3 SCRIPT.txt

Needs ffmpeg and, from PyPI, pocketsphinx (its model is inside the package). Prints the word error rate and
how much of the script's plain words were heard; fails where the audio cannot be saying the script.
"""
import re
import subprocess
import sys
import unicodedata

# A small recogniser with no names in its dictionary mishears them; far above this the audio says something else.
MOST_ERRORS = 0.45


def words(text):
    folded = unicodedata.normalize("NFKD", text.lower())
    folded = "".join(c for c in folded if not unicodedata.combining(c))
    return re.findall(r"[a-z']+", folded.replace("-", " "))


def script_words(path):
    lines = open(path, encoding="utf8").read().splitlines()
    return words(" ".join(line[3:] for line in lines if re.match(r"[AB]: ", line)))


def heard_words(path):
    from pocketsphinx import AudioFile, Decoder  # noqa: F401

    raw = subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-i", path, "-ac", "1", "-ar", "16000", "-f", "s16le", "-"],
        check=True, capture_output=True).stdout
    decoder = Decoder(samprate=16000, loglevel="FATAL")
    heard, second = [], 32000
    pieces = split_at_silence(raw)
    for piece in pieces:
        decoder.start_utt()
        for at in range(0, len(piece), second):
            decoder.process_raw(piece[at:at + second], False, False)
        decoder.end_utt()
        heard += words(decoder.hyp().hypstr if decoder.hyp() else "")
    return heard


def split_at_silence(raw, window=1600, quiet=250, longest=16000 * 2 * 12):
    """Cuts 16-bit samples where 100 ms are quiet, so that each piece is about a sentence."""
    import array
    samples = array.array("h", raw)
    pieces, start = [], 0
    for at in range(0, len(samples), window):
        loud = max((abs(s) for s in samples[at:at + window]), default=0)
        length = (at - start) * 2
        if (loud < quiet and length > 32000) or length > longest:
            pieces.append(samples[start:at + window].tobytes())
            start = at + window
    pieces.append(samples[start:].tobytes())
    return [piece for piece in pieces if len(piece) > 6400]


def error_rate(expected, heard):
    row = list(range(len(heard) + 1))
    for i, want in enumerate(expected, 1):
        last, row[0] = row[0], i
        for j, got in enumerate(heard, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (want != got))
    return row[-1] / max(1, len(expected))


if __name__ == "__main__":
    expected, heard = script_words(sys.argv[2]), heard_words(sys.argv[1])
    rate = error_rate(expected, heard)
    print(f"words in the script {len(expected)}, heard {len(heard)}, word error rate {rate:.3f}")
    sys.exit(rate > MOST_ERRORS)
