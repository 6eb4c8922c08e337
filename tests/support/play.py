#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# play.py - a school's player: decodes what another sends into files that can be counted.
"""
The classroom runs it as its play_command: play.py DIRECTORY, with CLASSROOM_SDP and CLASSROOM_FROM
in the environment. It becomes ffmpeg and leaves in DIRECTORY/<from>/, for each run under a name of
its own: per video <run>-<kind>.framecrc (a line for each decoded frame), <kind>.png (a frame not
older than a second), and the audio as <run>-audio.pcm (8000 Hz, mono, signed 16 bit).
"""
import os
import re
import sys
import time

KINDS = ("audio", "teacher", "students", "slides")
AUDIO_RATE_HZ = 8000


def media_kinds(sdp):
    """Each m-line's (media, kind): the kind is a word of the section, or follows from the order."""
    sections = re.split(r"^(?=m=)", sdp, flags=re.M)[1:]
    videos = [kind for kind in KINDS if kind != "audio"]
    named = []
    for section in sections:
        media = section[2:].split()[0]
        words = re.findall(r"^[ia]=(?:\w+:)?(\w+)\s*$", section, flags=re.M)
        kind = next((word for word in words if word in KINDS), None)
        if kind is None:
            kind = "audio" if media == "audio" else videos.pop(0)
        elif kind in videos:
            videos.remove(kind)
        named.append((media, kind))
    return named


def ffmpeg_words(sdp_path, kinds, directory, run):
    # One thread and low delay: a frame is written as soon as it is decoded.
    words = "ffmpeg -nostdin -hide_banner -loglevel error -y -threads 1 -flags low_delay".split()
    words += ["-protocol_whitelist", "file,udp,rtp", "-i", sdp_path]
    for index, (media, kind) in enumerate(kinds):
        stem = os.path.join(directory, f"{run}-{kind}")
        words += ["-map", f"0:{index}"]
        # Time stamps are counted anew: a sender that joins again begins elsewhere.
        if media == "audio":
            words += f"-af asetpts=N/SR/TB -ac 1 -ar {AUDIO_RATE_HZ}".split()
            words += ["-f", "s16le", "-flush_packets", "1", stem + ".pcm"]
            continue
        words += "-vf setpts=N/15/TB -fps_mode passthrough -flush_packets 1 -f framecrc".split()
        words += [stem + ".framecrc", "-map", f"0:{index}"]
        words += ["-vf", r"select=not(mod(n\,15)),setpts=N/TB", "-fps_mode", "passthrough"]
        words += ["-update", "1", "-atomic_writing", "1", os.path.join(directory, kind + ".png")]
    return words


def main():
    directory = os.path.join(sys.argv[1], os.environ["CLASSROOM_FROM"])
    os.makedirs(directory, exist_ok=True)
    sdp_path = os.environ["CLASSROOM_SDP"]
    with open(sdp_path, encoding="utf-8") as file:
        kinds = media_kinds(file.read())
    words = ffmpeg_words(sdp_path, kinds, directory, f"{time.time_ns():020d}")
    os.execvp(words[0], words)


if __name__ == "__main__":
    main()
