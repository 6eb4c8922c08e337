#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# make_verdicts_golden.py - an independent oracle of the ledger's rows of a school year.
"""Usage: make_verdicts_golden.py FOLDER > FOLDER/verdicts.csv

From the oracle's lessons of make_year_golden.py, and from who was there and heard in which minute,
by a hash of lesson and school that the test computes too.
"""
import csv
import os
import sys

LIVE_S, DELIVERED_PERCENT, PARTIAL_MINUTES = 50, 80, 1


def rows(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fnv(text):
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value


def heard_s(lesson, school, minute, minutes):
    """Seconds of a school's audio in a minute."""
    chance = fnv(f"{lesson}|{school}")
    some = chance // 8 % (minutes + 1)
    if chance % 8 == 0:  # late
        return 0 if minute < some else 60
    if chance % 8 == 1:  # its sound fails at first
        return LIVE_S - 1 if minute < some else LIVE_S
    if chance % 8 == 2:  # it leaves
        return 60 if minute < some else 0
    return 60


def verdict(live, minutes):
    if live >= minutes * DELIVERED_PERCENT / 100:
        return "delivered"
    return "partial" if live >= PARTIAL_MINUTES else "missed"


def judge(lesson, pair, here, minutes):
    """(school, verdict, live minutes) of each assisted school of a lesson that is held."""
    for school in pair["assisted"].split(";"):
        if school not in here:
            yield school, "cancelled", 0
            continue
        live = sum(
            heard_s(lesson, pair["lead"], minute, minutes) >= LIVE_S
            and heard_s(lesson, school, minute, minutes) >= LIVE_S
            for minute in range(minutes)
        )
        yield school, verdict(live, minutes), live


def main():
    folder = sys.argv[1]
    pairs = {row["pair"]: row for row in rows(folder, "pairs.csv")}
    rules = {row["rule"]: pairs[row["pair"]] for row in rows(folder, "rules.csv")}
    school_of = {row["endpoint"]: row["school"] for row in rows(folder, "endpoints.csv")}
    print("lesson,school,verdict,planned_minutes,live_minutes")
    for row in rows(folder, "lessons.csv"):
        pair = rules[row["id"].split("/")[0]]
        seconds = int(row["end_s"]) - int(row["start_s"])
        minutes = -(-seconds // 60)
        here = {school_of[part.split(":")[0]] for part in row["parts"].split()}
        if row["state"] != "held":
            here = set()
        for school, word, live in judge(row["id"], pair, here, minutes):
            print(f"{row['id']},{school},{word},{minutes},{live}")


if __name__ == "__main__":
    main()
