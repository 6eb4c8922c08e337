#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# make_year_golden.py - a school year of 24 schools, and an independent oracle of its lessons.
"""Usage: make_year_golden.py tables FOLDER [SEED] | make_year_golden.py lessons FOLDER > GOLDEN

`tables` writes a county's tables by chance, always the same for one seed: schools, endpoints,
bells, pairs, rules, calendar and exceptions. `lessons` reads them, with Python's csv and datetime
alone, and prints what is held and what is cancelled in the year:

    make_year_golden.py tables tests/data/year
    make_year_golden.py lessons tests/data/year > tests/data/year/lessons.csv
"""
import csv
import datetime
import os
import random
import re
import sys
import zoneinfo

ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")
FIRST = datetime.date(2025, 8, 25)
LAST = datetime.date(2026, 7, 31)
GRADES = "一二三四五六七八九"
DAY = datetime.timedelta(days=1)


# --- the oracle


def table(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8-sig", newline="") as file:
        rows = [{key: value.strip() for key, value in row.items()} for row in csv.DictReader(file)]
    return rows


def seconds(text):
    parts = [int(part) for part in text.split(":")]
    return sum(part * unit for part, unit in zip(parts, (3600, 60, 1)))


def grades(text):
    """The grades of a band, "三—六年级" or "一二年级"; None where the text is a name."""
    found = re.fullmatch(f"([{GRADES}])[—-]([{GRADES}])年级", text)
    if found:
        first, last = (GRADES.index(grade) for grade in found.groups())
        return set(range(first, last + 1))
    if re.fullmatch(f"[{GRADES}]+年级", text):
        return {GRADES.index(grade) for grade in text[:-2]}
    return None


def band_fits(band, audience):
    of_band, of_rule = grades(band), grades(audience)
    if of_band and of_rule:
        return of_rule <= of_band
    return audience != "" and band == audience


def in_weeks(text, week):
    if text in ("", "all"):
        return True
    for item in re.split("[,;]", text):
        if item in ("odd", "even"):
            if week and week % 2 == (item == "odd"):
                return True
            continue
        first, last, parity = re.fullmatch(r"(\d+)(?:-(\d+))?(单|双)?", item).groups()
        right = parity is None or week % 2 == (parity == "单")
        if int(first) <= week <= int(last or first) and right:
            return True
    return False


class County:
    def __init__(self, folder):
        self.schools = {row["school"]: row for row in table(folder, "schools.csv")}
        self.endpoints = table(folder, "endpoints.csv")
        self.bells = table(folder, "bells.csv")
        self.pairs = {row["pair"]: row for row in table(folder, "pairs.csv")}
        self.rules = {row["rule"]: row for row in table(folder, "rules.csv")}
        self.calendar = table(folder, "calendar.csv")
        path = os.path.join(folder, "exceptions.csv")
        self.exceptions = table(folder, "exceptions.csv") if os.path.exists(path) else []
        self.terms = {school: self.terms_of(school) for school in ["", *self.schools]}
        self.days = {}
        for row in self.calendar:
            if row["kind"] in ("off", "work", "exam"):
                self.days[row["school"], row["date"]] = row

    # calendar

    def marks(self, school, kind):
        own = [r for r in self.calendar if r["kind"] == kind and r["school"] == school]
        return own or [r for r in self.calendar if r["kind"] == kind and r["school"] == ""]

    def terms_of(self, school):
        """(first, last) of each term."""
        starts = sorted(row["date"] for row in self.marks(school, "week1"))
        ends = sorted(row["date"] for row in self.marks(school, "end"))
        found = []
        for index, start in enumerate(starts):
            following = starts[index + 1] if index + 1 < len(starts) else "9999-12-31"
            last = [end for end in ends if start <= end < following]
            found.append((start, last[0] if last else following))
        return [tuple(map(datetime.date.fromisoformat, term)) for term in found]

    def week(self, school, date):
        for first, last in self.terms[school]:
            if first <= date <= last:
                return (date - first).days // 7 + 1
        return 0

    def row(self, school, date, own=True):
        found = self.days.get((school, date.isoformat())) if own else None
        return found or self.days.get(("", date.isoformat()))

    def source(self, school, date, own=True):
        """The date whose lessons a school runs on a date; None where it has none."""
        row = self.row(school, date, own)
        if not self.week(school, date):
            return None
        if row is None:
            return date
        if row["kind"] != "work" or not row["runs_as"]:
            return None
        return datetime.date.fromisoformat(row["runs_as"])

    def has_day_off(self, school, date):
        row = self.row(school, date)
        return row is not None and row["kind"] in ("off", "exam")

    def kind_of_day(self, school, date):
        row = self.row(school, date)
        return row["bells"] if row else ""

    # bells

    def period(self, school, kind, audience, date, number):
        """(start, end) in seconds of the day; "none" without bells, "short" without that period."""
        mine = [row for row in self.bells if (row["school"], row["kind"]) == (school, kind)]
        in_force = [r["effective_from"] for r in mine if r["effective_from"] <= date.isoformat()]
        if not in_force:
            return "none"
        rows = [
            row
            for row in mine
            if row["effective_from"] == max(in_force) and row["period"] == str(number)
        ]
        banded = [r for r in rows if r["audience"] and band_fits(r["audience"], audience)]
        plain = [row for row in rows if not row["audience"]]
        if not banded and not plain:
            return "short"
        (row,) = banded or plain
        offset = int(self.schools[school]["bell_offset_s"] or 0)
        return seconds(row["start"]) + offset, seconds(row["end"]) + offset

    def schools_of(self, rule):
        pair = self.pairs[rule["pair"]]
        assisted = [school for school in pair["assisted"].split(";") if school]
        listeners = [school for school in pair["listeners"].split(";") if school]
        return pair["lead"], assisted, listeners

    def rule_period(self, rule, school):
        first, *others = rule["period"].split(";")
        special = dict(other.split("=") for other in others)
        return int(special.get(school, first or 0))

    def times(self, rule, date, place, ordinary=False):
        """When the lesson of a rule is, held on a date as `place` says."""
        if place.get("times"):
            return place["times"]
        model = place.get("like", rule)
        explicit = ":" in model["governing_bell"]
        if explicit and not place.get("period"):
            return tuple(seconds(text) for text in model["governing_bell"].split("-"))
        lead, assisted, _ = self.schools_of(rule)
        bell = rule["governing_bell"] or "lead"
        if bell == "lead" or ":" in bell:
            governing = [lead]
        elif bell in ("intersection", "union"):
            governing = [lead, *assisted]
        else:
            governing = [bell]
        found = []
        for school in governing:
            kind = "" if ordinary else self.kind_of_day(school, date)
            number = place.get("period") or self.rule_period(model, school)
            found.append(self.period(school, kind, rule["audience"], date, number))
        if "none" in found:
            return "none"
        if "short" in found:
            return "short"
        starts, ends = zip(*found)
        if bell == "union":
            return min(starts), max(ends)
        return max(starts), min(ends)

    # the plan

    def plans(self, rule, date, own):
        """The source date of the rule's lesson on a date, or None."""
        lead = self.schools_of(rule)[0]
        source = self.source(lead, date, own)
        if source is None or source.isoweekday() != int(rule["weekday"]):
            return None
        if not (rule["from"] or "0") <= date.isoformat() <= (rule["until"] or "9999"):
            return None
        return source if in_weeks(rule["weeks"], self.week(lead, source)) else None

    def planned(self, rule, date):
        """(term week, whether the lead school itself is off), or None."""
        lead = self.schools_of(rule)[0]
        source = self.plans(rule, date, True)
        if source:
            return self.week(lead, source), False
        if self.source(lead, date) is None and (lead, date.isoformat()) in self.days:
            source = self.plans(rule, date, False)
            if source:
                return self.week(lead, source), True
        return None

    def holds(self, rule, date, place):
        """Whether the bells of a date have a place for the rule's lesson, if only a short one."""
        times = self.times(rule, date, place)
        return times == "short" or (times != "none" and times[0] < times[1])

    def swapped(self, rule, date, change, name):
        other = change["other"] if change["lesson"] == name else change["lesson"]
        other_rule, planned = self.rules[other.rsplit("/", 1)[0]], other.rsplit("/", 1)[1]
        to_date = datetime.date.fromisoformat(planned)
        if self.holds(rule, to_date, {"like": other_rule}):
            if self.holds(other_rule, date, {"like": rule}):
                return to_date, {"like": other_rule}, True
        return date, {}, False

    def place(self, rule, date):
        """(date, place, whether it was moved) after the exceptions."""
        name = f"{rule['rule']}/{date}"
        for change in self.exceptions:
            if change["kind"] == "move" and change["lesson"] == name:
                to_date = datetime.date.fromisoformat(change["to_date"])
                place = {}
                if change["to_period"]:
                    place["period"] = int(change["to_period"])
                if change["to_times"]:
                    place["times"] = tuple(map(seconds, change["to_times"].split("-")))
                if self.holds(rule, to_date, place):
                    return to_date, place, True
                break
            if change["kind"] == "swap" and name in (change["lesson"], change["other"]):
                return self.swapped(rule, date, change, name)
        return date, {}, False

    def endpoint(self, rule, date, school):
        for change in self.exceptions:
            named = (change["kind"], change["lesson"], change["school"])
            if named == ("endpoint", f"{rule['rule']}/{date}", school):
                return change["endpoint"]
        mine = [row["endpoint"] for row in self.endpoints if row["school"] == school]
        chosen = [name for name in rule["endpoints"].split(";") if name in mine]
        return (chosen or mine)[0]

    def present(self, rule, school, date, is_moved):
        if is_moved:
            return not self.has_day_off(school, date)
        source = self.source(school, date)
        return source is not None and source.isoweekday() == int(rule["weekday"])

    def lesson(self, rule, planned_on):
        """A row of the golden file, or None."""
        found = self.planned(rule, planned_on)
        if found is None:
            return None
        week, lead_off = found
        name = f"{rule['rule']}/{planned_on}"
        date, place, is_moved = self.place(rule, planned_on)
        lead, assisted, listeners = self.schools_of(rule)
        if is_moved:
            lead_off = self.has_day_off(lead, date)
        there = [s for s in assisted if self.present(rule, s, date, is_moved)]
        heard = [s for s in listeners if self.present(rule, s, date, is_moved)]
        state = "held"
        if any(c["kind"] == "cancel" and c["lesson"] == name for c in self.exceptions):
            state = "exception"
        elif lead_off:
            state = "lead_off"
        elif not there:
            state = "assisted_off"
        times = self.times(rule, date, place)
        if times == "short":
            state = "no_period" if state == "held" else state
            times = self.times(rule, date, place, ordinary=True)
        if times == "none":
            return None
        midnight = datetime.datetime.combine(date, datetime.time(), ZONE)
        start, end = (int(midnight.timestamp()) + second for second in times)
        parts = []
        for school in [lead, *there, *heard] if state == "held" else []:
            number = place.get("period") or self.rule_period(place.get("like", rule), school)
            number = 0 if place.get("times") else number
            parts.append(f"{self.endpoint(rule, planned_on, school)}:{number}")
        return start, name, end, week, state, " ".join(parts)


def print_lessons(folder):
    county = County(folder)
    rows = []
    # What is moved into the year from beyond it, or out of it, is found by its day.
    date = FIRST - 60 * DAY
    while date <= LAST + 60 * DAY:
        for rule in county.rules.values():
            row = county.lesson(rule, date)
            if row and FIRST <= datetime.datetime.fromtimestamp(row[0], ZONE).date() <= LAST:
                rows.append(row)
        date += DAY
    print("id,start_s,end_s,term_week,state,parts")
    for start, name, end, week, state, parts in sorted(rows, key=lambda r: (r[0], r[1].encode())):
        print(f"{name},{start},{end},{week},{state},{parts}")


# --- the tables


def write(folder, name, header, rows):
    with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


def clock(second):
    hour, minute, rest = second // 3600, second // 60 % 60, second % 60
    return f"{hour:02}:{minute:02}" + (f":{rest:02}" if rest else "")


class Tables:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.schools = [f"s{number:02}" for number in range(1, 25)]

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def school_rows(self):
        for index, school in enumerate(self.schools):
            scope = "county" if index < 20 else "city" if index < 23 else "province"
            offset = self.random.choice(["", "", "", "0", "-45", "30", "90", "-120"])
            yield [school, f"第{index + 1}小学", scope, offset]

    def bell_rows(self):
        starts = {
            "summer": (30600, 34200, 38400, 49800, 53100, 56400),
            "winter": (30600, 34200, 38400, 48000, 51300, 54600),
        }
        dates = [("2025-05-01", "summer"), ("2025-10-09", "winter"), ("2026-05-01", "summer")]
        for school in self.schools:
            shift = 60 * self.random.randrange(0, 16, 5)
            for number, (date, season) in enumerate(dates):
                # One school's first table comes into force in term.
                date = "2025-09-15" if school == "s24" and number == 0 else date
                for index, start in enumerate(starts[season]):
                    start += shift + (20 if school == "s07" else 0)
                    row = [school, date, index + 1, clock(start), clock(start + 2400), "", ""]
                    yield row
                    if index == 3 and self.chance(40):
                        later = start + 600
                        yield [*row[:3], clock(later), clock(later + 2100), "三—六年级", ""]
                yield [school, date, "", clock(57600), "", "一二年级", ""]
            for index, start in enumerate(starts["summer"][:3]):
                times = clock(start + shift), clock(start + shift + 1800)
                yield [school, "2025-09-01", index + 1, *times, "", "half"]

    def pair_rows(self):
        for number in range(11):
            lead, assisted = self.schools[2 * number : 2 * number + 2]
            more = [school for school in self.schools[:20] if school not in (lead, assisted)]
            helped = [assisted]
            if self.chance(30):
                helped.append(self.random.choice(more))
            listener = self.random.choice([s for s in more if s not in helped])
            listeners = listener if self.chance(20) else ""
            yield [f"p{number + 1:02}", lead, ";".join(helped), listeners]
        yield ["p12", "s23", "s24", ""]

    def rule_rows(self, pairs):
        """Each rule has classrooms of its own, so that no two lessons need one at once."""
        weeks = ["all", "all", "all", "", "odd", "even", "1-16", "1-15单", "2-16双", "1,3;5-9"]
        bells = ["lead", "", "lead", "intersection", "union", "assisted", "explicit"]
        audiences = ["", "", "三年级", "四五年级", "一年级", "合唱团"]
        subjects = ["语文", "数学", "英语", "科学", "音乐"]
        for pair, lead, assisted, listeners in pairs:
            schools = [lead, *assisted.split(";"), *listeners.split(";")]
            for number in range(self.random.randrange(4, 8)):
                first = assisted.split(";")[0]
                period = str(self.random.randrange(1, 7))
                bell = self.random.choice(bells)
                if bell != "intersection" and self.chance(25):
                    period += f";{first}={self.random.randrange(1, 7)}"
                if bell == "explicit":
                    start = 28800 + 300 * self.random.randrange(100)
                    bell = f"{clock(start)}-{clock(start + 2400 + 30 * self.random.randrange(2))}"
                    period = self.random.choice([period, ""])
                bell = first if bell == "assisted" else bell
                weekday = self.random.choice([1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 6])
                limits = [("", ""), ("", ""), ("2025-09-22", "2026-05-22")]
                since, until = self.random.choice(limits)
                name = f"{pair}-{number + 1}"
                yield [
                    name,
                    pair,
                    weekday,
                    period,
                    self.random.choice(weeks),
                    self.random.choice(subjects),
                    bell,
                    since,
                    until,
                    ";".join(f"{school}-{name}" for school in schools if school),
                    self.random.choice(audiences),
                ]

    def calendar_rows(self):
        yield from (["2025-09-01", "week1"], ["2026-01-30", "end"])
        yield from (["2026-03-02", "week1"], ["2026-07-03", "end"])
        holidays = ("2025-10-01 8", "2026-01-01 3", "2026-04-04 3", "2026-05-01 5", "2026-06-19 3")
        for holiday in holidays:
            first, count = holiday.split()
            for day in range(int(count)):
                yield [str(datetime.date.fromisoformat(first) + day * DAY), "off"]
        yield ["2025-09-28", "work", "2025-10-07"]
        yield ["2025-10-11", "work", "2025-10-08"]
        yield ["2026-01-04", "work"]
        yield ["2026-05-09", "work", "2026-05-05"]
        yield ["2025-12-31", "work", "2025-12-31", "", "", "half"]
        yield ["2026-06-18", "work", "2026-06-17", "", "", "half"]
        for day in ("2026-01-28", "2026-01-29", "2026-01-30"):
            yield [day, "exam"]
        for school in self.schools:
            for _ in range(self.random.randrange(4)):
                day = datetime.date(2025, 9, 8) + self.random.randrange(130) * DAY
                if day.day < 28 and not "10-01" <= day.isoformat()[5:] <= "10-12":
                    yield [str(day), self.random.choice(["off", "exam"]), "", "", school]
        yield ["2025-10-08", "work", "2025-10-08", "", "s01"]
        yield ["2025-10-08", "work", "2025-10-08", "", "s02"]
        yield ["2026-01-04", "work", "2026-01-02", "", "s03"]
        yield ["2026-01-04", "work", "2026-01-02", "", "s04"]
        yield ["2025-10-11", "work", "2025-10-06", "", "s06"]
        # A school of another county begins later and ends earlier.
        yield from (["2025-09-08", "week1", "", "", "s23"], ["2026-03-09", "week1", "", "", "s23"])
        yield from (["2026-01-23", "end", "", "", "s24"], ["2026-06-26", "end", "", "", "s24"])

    def exception_rows(self, folder):
        """Of lessons that are held without them; each lesson in one exception, at most."""
        county = County(folder)
        lessons = []
        for day in range(5, (LAST - FIRST).days - 40):
            date = FIRST + day * DAY
            for rule in county.rules.values():
                row = county.lesson(rule, date)
                if row and row[4] == "held":
                    lessons.append((row[1], rule, date))
        chosen = self.random.sample(lessons, 160)
        for number in range(0, 160, 2):
            (name, rule, date), (other, *_) = chosen[number : number + 2]
            lead = county.schools_of(rule)[0]
            to_date = date + self.random.randrange(-9, 30) * DAY
            if to_date.isoweekday() == int(rule["weekday"]):
                to_date += DAY  # else it would meet the rule's own lesson of that day
            kind = ("cancel", "move", "day", "times", "swap", "endpoint")[number // 2 % 6]
            start = 28800 + 300 * self.random.randrange(100)
            if kind == "cancel":
                yield ["cancel", name, "", "", "", "", "", ""]
            elif kind == "move":
                yield ["move", name, to_date, self.random.randrange(1, 4), "", "", "", ""]
            elif kind == "day":
                yield ["move", name, to_date, "", "", "", "", ""]
            elif kind == "times":
                times = f"{clock(start)}-{clock(start + 1800)}"
                yield ["move", name, to_date, "", times, "", "", ""]
            elif kind == "swap":
                yield ["swap", name, "", "", "", other, "", ""]
            else:
                yield ["endpoint", name, "", "", "", "", lead, f"{lead}-spare"]

    def write(self, folder):
        os.makedirs(folder, exist_ok=True)
        write(folder, "schools.csv", "school,name,scope,bell_offset_s", self.school_rows())
        header = "school,effective_from,period,start,end,audience,kind"
        write(folder, "bells.csv", header, self.bell_rows())
        pairs = list(self.pair_rows())
        write(folder, "pairs.csv", "pair,lead,assisted,listeners", pairs)
        header = "rule,pair,weekday,period,weeks,subject,governing_bell,from,until,endpoints"
        rules = list(self.rule_rows(pairs))
        write(folder, "rules.csv", header + ",audience", rules)
        names = [f"{school}-spare" for school in self.schools]
        names += [name for rule in rules for name in rule[9].split(";")]
        rows = [[name, name[:3], "101", "audio=opus;teacher=h264"] for name in names]
        write(folder, "endpoints.csv", "endpoint,school,room,streams", rows)
        rows = {}
        for row in self.calendar_rows():
            row = row + [""] * (6 - len(row))
            rows.setdefault((row[0], row[4], row[1] in ("week1", "end")), row)
        write(folder, "calendar.csv", "date,kind,runs_as,note,school,bells", rows.values())
        header = "kind,lesson,to_date,to_period,to_times,other,school,endpoint"
        write(folder, "exceptions.csv", header, [])
        write(folder, "exceptions.csv", header, list(self.exception_rows(folder)))


def main():
    if sys.argv[1] == "tables":
        Tables(int(sys.argv[3]) if len(sys.argv) > 3 else 20250901).write(sys.argv[2])
    else:
        print_lessons(sys.argv[2])


if __name__ == "__main__":
    main()
