#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# make_lessons_golden.py - an independent oracle of the timetable by Python's datetime and csv.
"""Usage: make_lessons_golden.py TABLES ZONE FIRST LAST > GOLDEN

TABLES is a folder with bells.csv, pairs.csv and rules.csv. Each row of the output: id, UTC start
and end in seconds, by start and id. It shares nothing with the relay's own expansion but the files.

    make_lessons_golden.py tests/data/county Asia/Shanghai 2024-09-01 2025-08-31 \\
        > tests/data/lessons-Shanghai.csv    (and Europe/Berlin into lessons-Berlin.csv)
"""
import csv
import datetime
import os
import sys
import zoneinfo


def table(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8-sig", newline="") as file:
        return [{key: value.strip() for key, value in row.items()} for row in csv.DictReader(file)]


def clock(text):
    return datetime.time.fromisoformat(text)


def period(bells, school, number, date):
    """(start, end) of a school's period on a date, None where no table is in force."""
    day = date.isoformat()
    of_school = [row for row in bells if row["school"] == school and row["effective_from"] <= day]
    if not of_school:
        return None
    newest = max(row["effective_from"] for row in of_school)
    in_force = [row for row in of_school if row["effective_from"] == newest]
    (row,) = [row for row in in_force if row["period"] == number]
    return clock(row["start"]), clock(row["end"])


def times(rule, pair, bells, date):
    bell = rule["governing_bell"] or "lead"
    if ":" in bell:
        start, end = bell.split("-")
        return clock(start), clock(end)
    teaching = [pair["lead"], *pair["assisted"].split(";")]
    several = {"lead": teaching[:1], "intersection": teaching, "union": teaching}
    governing = several.get(bell, [bell])
    found = [period(bells, school, rule["period"], date) for school in governing]
    if None in found:
        return None
    starts, ends = zip(*found)
    if bell == "union":
        return min(starts), max(ends)
    return max(starts), min(ends)


def main():
    folder, zone_name, first, last = sys.argv[1:]
    zone = zoneinfo.ZoneInfo(zone_name)
    bells = table(folder, "bells.csv")
    pairs = {row["pair"]: row for row in table(folder, "pairs.csv")}
    lessons = []
    date = datetime.date.fromisoformat(first)
    while date <= datetime.date.fromisoformat(last):
        for rule in table(folder, "rules.csv"):
            day = date.isoformat()
            if int(rule["weekday"]) != date.isoweekday():
                continue
            if (rule["from"] and day < rule["from"]) or (rule["until"] and day > rule["until"]):
                continue
            found = times(rule, pairs[rule["pair"]], bells, date)
            if found is None:
                continue
            moments = [datetime.datetime.combine(date, time, zone) for time in found]
            start, end = (int(moment.timestamp()) for moment in moments)
            lessons.append((start, f"{rule['rule']}/{day}", end))
        date += datetime.timedelta(days=1)
    print("id,start_s,end_s")
    for start, name, end in sorted(lessons, key=lambda lesson: (lesson[0], lesson[1].encode())):
        print(f"{name},{start},{end}")


if __name__ == "__main__":
    main()
