#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# make_civil_golden.py - civil times and their moments by Python's zoneinfo, for the unit test.
"""Usage: make_civil_golden.py > tests/data/civil-golden.csv

Each row: zone, date, time, UTC milliseconds of that civil time, and the date, second of the day and
weekday that this moment has in the zone. Where a time comes twice it is the first (fold 0), where
it does not come zoneinfo's fold 0 takes the offset before the change: that is what civil_to_wall()
promises.
"""
import datetime
import random
import zoneinfo

ZONES = [
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "UTC",
]
UTC = datetime.timezone.utc


def changes(zone, years):
    """The UTC instants at which the offset changes."""
    moment = datetime.datetime(years[0], 1, 1, tzinfo=UTC)
    end = datetime.datetime(years[1], 1, 1, tzinfo=UTC)
    found = []
    while moment < end:
        later = moment + datetime.timedelta(hours=1)
        if moment.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            found.append(later)
        moment = later
    return found


def moments(zone):
    """Civil times: hard ones around each change, and some of any day."""
    for years in ((1985, 1993), (2024, 2027)):
        for change in changes(zone, years):
            local = change.astimezone(zone).replace(tzinfo=None)
            for minutes in (-150, -90, -60, -45, -30, -15, 0, 15, 30, 45, 60, 90, 150):
                yield local + datetime.timedelta(minutes=minutes)
    chance = random.Random(20241009)
    for _ in range(60):
        day = datetime.datetime(1970, 1, 2) + datetime.timedelta(days=chance.randrange(24000))
        yield day + datetime.timedelta(seconds=chance.randrange(86400))


def main():
    print("zone,date,time,utc_ms,back_date,back_second,back_weekday")
    for name in ZONES:
        zone = zoneinfo.ZoneInfo(name)
        for local in moments(zone):
            utc = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
            back = utc.astimezone(zone)
            second = back.hour * 3600 + back.minute * 60 + back.second
            print(
                f"{name},{local.date()},{local.time():%H:%M:%S},{int(utc.timestamp()) * 1000},"
                f"{back.date()},{second},{back.isoweekday()}"
            )


if __name__ == "__main__":
    main()
