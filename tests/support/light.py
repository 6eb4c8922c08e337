# SPDX-License-Identifier: BSD-3-Clause
# light.py - lessons with light media: numbered packets from a generator instead of cameras, and
# counters instead of screens.
import csv
import datetime
import glob
import json
import os
import zoneinfo
from dataclasses import dataclass

from lesson import INPUT_PORTS, Lesson, School

STREAMS = "audio=opus;teacher=h264"
KINDS = ("audio", "teacher")
PACKETS_PER_S = {"audio": 50, "teacher": 30}


@dataclass
class Pair:
    id: str
    lead: School
    assisted: School


def rows_of(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def county_pairs(directory):
    """The pairs of a county's tables; every school is in one of them."""
    rows = rows_of(os.path.join(directory, "schools.csv"))
    schools = {
        row["school"]: School(row["school"], row["name"], row["school"], 0) for row in rows
    }
    scopes = {row["school"]: row["scope"] for row in rows}
    pairs = [
        Pair(row["pair"], schools.pop(row["lead"]), schools.pop(row["assisted"]))
        for row in rows_of(os.path.join(directory, "pairs.csv"))
    ]
    if schools:
        raise ValueError(f"{directory}: {', '.join(schools)} in no pair")
    return pairs, scopes


class LightLesson(Lesson):
    """Every pair's lesson at the same bell."""

    def __init__(self, county, build, directory, pairs, plan, scopes=None, **options):
        self.pairs = pairs
        self.scopes = scopes or {}
        schools = {
            school.id: school for pair in pairs for school in (pair.lead, pair.assisted)
        }
        super().__init__(county, build, directory, list(schools.values()), plan, **options)

    def tables(self, start, end):
        """The five tables: who is in which pair, and one rule each for the generated bell."""
        return {
            "schools": ["school,name,scope,contact,phone"]
            + [
                f"{school.id},{school.name},{self.scopes.get(school.id, 'county')},,"
                for school in self.schools
            ],
            "endpoints": ["endpoint,school,room,streams,profiles"]
            + [f"{school.endpoint},{school.id},1,{STREAMS}," for school in self.schools],
            "bells": ["school,effective_from,name,period,start,end,audience,note"]
            + [
                f"{school.id},2024-01-01,第一节,1,{start:%H:%M:%S},{end:%H:%M:%S},,"
                for school in self.schools
            ],
            "pairs": ["pair,lead,assisted,listeners,weekly_target"]
            + [f"{pair.id},{pair.lead.id},{pair.assisted.id},,4" for pair in self.pairs],
            "rules": [
                "rule,pair,weekday,period,weeks,subject,class,teacher,form,governing_bell,"
                "from,until,endpoints"
            ]
            + [
                f"r-{pair.id},{pair.id},{start.isoweekday()},1,all,语文,,,synchronous,,,,"
                for pair in self.pairs
            ],
        }

    def generator(self):
        return os.path.join(self.build, "generator")

    def live_script(self, school):
        ports = f"{INPUT_PORTS['audio']} {INPUT_PORTS['teacher']}"
        return f"exec '{self.generator()}' send {ports} 2>>live.log\n"

    def play_script(self, school):
        counted = f"'{school.directory}/received-'$CLASSROOM_FROM.$$"
        return f"exec '{self.generator()}' count {counted} 2>>play.log"

    def counted(self, receiver, sender):
        """What a school's counters of another say, a dictionary by kind for each run of them."""
        found = []
        for path in sorted(
            glob.glob(f"{receiver.directory}/received-{sender.endpoint}.*[0-9]"),
            key=os.path.getmtime,
        ):
            with open(path, encoding="ascii") as file:
                found.append(json.load(file))
        return found


class BackToBack(LightLesson):
    """Rules at explicit times, one after the other: `plan` is from the first bell to the last."""

    rules = ()  # (pair, seconds after the first bell, seconds after it)

    def tables(self, start, end):
        tables = super().tables(start, end)
        tables["rules"] = tables["rules"][:1]
        for number, (pair, begins, ends) in enumerate(self.rules):
            zone = zoneinfo.ZoneInfo(self.plan.zone)
            times = "-".join(
                f"{datetime.datetime.fromtimestamp(self.plan.start_s + s, zone):%H:%M:%S}"
                for s in (begins, ends)
            )
            tables["rules"].append(
                f"r{number},{pair},{start.isoweekday()},,all,课{number},,,synchronous,{times},,,"
            )
        return tables
