#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# run_fuzz.py - seeds the fuzzers' corpora from the tests' data and runs each for a while.
"""Exits 1 where a fuzzer found something; the input that did it stays in the build folder."""
import argparse
import os
import subprocess
import sys

DATA = "tests/data"
COUNTY = os.path.join(DATA, "county")
# In the order of enum timetable_file: the digit that fuzz_timetable.c reads first.
TABLES = ["schools", "endpoints", "bells", "pairs", "rules", "calendar", "slots"]
EXTRA_TABLES = {
    "bells": ["bells-2024-winter.csv", "bells-2024-summer-example.csv"],
    "rules": ["week-2024-10-rules.csv"],
    "calendar": ["week-2024-10-calendar.csv"],
}
WEEKS = ["all", "odd", "even", "1-16", "1-15单", "2-16双", "1-8,10;12-16", "单周", "7"]
INPUT_BYTES_MAX = 16384
ONE_INPUT_S = 10


def content(path):
    with open(path, "rb") as file:
        return file.read()


def timetable_seeds():
    seeds = []
    for digit, table in enumerate(TABLES):
        paths = [os.path.join(COUNTY, table + ".csv"), os.path.join("conf", table + ".csv")]
        paths += [os.path.join(DATA, name) for name in EXTRA_TABLES.get(table, [])]
        seeds += [str(digit).encode() + content(path) for path in paths if os.path.exists(path)]
    return seeds


def import_seeds():
    seeds = []
    for school in ("wuxi", "houren"):
        text = content(os.path.join(DATA, f"notice-{school}.txt"))
        lines = text.decode().splitlines()
        seeds.append(b"n" + text)
        seeds.append(b"n" + "\t".join(lines).encode())
        seeds.append(b"n" + text.decode().replace("\u00a0", " ").encode("gbk"))
    seeds += [b"h" + content(os.path.join(DATA, "holidays-2026." + ext)) for ext in ("json", "csv")]
    rules = content(os.path.join(COUNTY, "rules.csv"))
    seeds.append(b"r" + rules + b"\0" + rules.replace(b",2,", b",3,"))
    seeds.append(b"t" + rules.decode().encode("gbk"))
    return seeds + [b"w" + text.encode() for text in WEEKS]


def media_seeds():
    """A frame with RTP, one with STUN, and an RTCP report, as they come on the wire."""
    ethernet = bytes.fromhex("020000000001020000000002" "0800")
    ip = bytes.fromhex("45000030000040004011000" "0c6120002c6120003")
    udp = bytes.fromhex("13881389001c0000")
    rtp = bytes.fromhex("80600001000003e811223344") + bytes(8)
    stun = bytes.fromhex("000100002112a442") + bytes(12)
    rtcp = bytes.fromhex("81c90007112233445566778800000001000000010000000a00000000" "00000000")
    return [ethernet + ip + udp + rtp, ethernet + ip + udp + stun, rtp, stun, rtcp]


SEEDS = {
    "fuzz_timetable": timetable_seeds,
    "fuzz_imports": import_seeds,
    "fuzz_media": media_seeds,
}


def run(program, seconds, folder):
    name = os.path.basename(program)
    corpus = os.path.join(folder, "corpus", name)
    os.makedirs(corpus, exist_ok=True)
    for number, seed in enumerate(SEEDS.get(name, list)()):
        with open(os.path.join(corpus, f"seed-{number:03}"), "wb") as file:
            file.write(seed)
    words = [program, f"-max_total_time={seconds}", f"-max_len={INPUT_BYTES_MAX}"]
    words += [f"-timeout={ONE_INPUT_S}", f"-artifact_prefix={folder}/{name}-", "-verbosity=1"]
    words += ["-print_final_stats=1", corpus]
    log = os.path.join(folder, name + ".log")
    with open(log, "wb") as file:
        done = subprocess.run(words, stdout=file, stderr=subprocess.STDOUT, check=False)
    lines = content(log).decode(errors="replace").splitlines()
    units = [line.split()[-1] for line in lines if "number_of_executed_units" in line]
    if done.returncode == 0:
        print(f"{name}: {units[0] if units else '?'} inputs in {seconds} s, nothing found")
    else:
        print("\n".join(lines[-60:]))
        print(f"{name}: FAILED, see {log}")
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30, help="for each fuzzer")
    parser.add_argument("--folder", required=True, help="for corpora, logs and findings")
    parser.add_argument("programs", nargs="+")
    arguments = parser.parse_args()
    results = [run(program, arguments.seconds, arguments.folder) for program in arguments.programs]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
