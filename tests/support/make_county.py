#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# make_county.py - writes conf/county/: the timetable of a county of 24 schools like Yongjia's.
"""
make_county.py [--check] [DIRECTORY]

From public notices are: that 24 schools take part, 20 paired within the county, three with partners
in the city and one in the province; the four pairs of REAL_PAIRS by name; at least four lessons a
week; the public holidays and make-up days of 2026. All else is invented and says so: in a name, a
room, a note or a comment. --check writes nothing and exits 1 where a file differs.
"""
import argparse
import csv
import io
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "../../conf/county")
EXAMPLE = "示例"

# (lead's id, its name, assisted id, its name)
REAL_PAIRS = [
    ("bilian", "碧莲镇中心小学", "yingkeng", "应坑小学"),
    ("fenglin", "枫林镇中心小学", "pankeng", "潘坑小学"),
    ("oubei2", "瓯北二小", "daao", "大岙小学"),
    ("shiyan", "实验小学", "lukou", "路口小学"),
]
EXAMPLE_PAIR_COUNT = 6  # with the four: 20 schools
PARTNERS = [("city-1", "city"), ("city-2", "city"), ("city-3", "city"), ("province-1", "province")]

# Bells as (label, period, start, end, audience): of a town school, of a village school five minutes
# later in the morning and twenty earlier in the afternoon, and of one that counts its early reading
# as period 1.
MORNING = {
    "town": [
        ("第一节", 1, "08:20", "09:00"),
        ("第二节", 2, "09:10", "09:50"),
        ("大课间", "", "09:50", "10:20"),
        ("第三节", 3, "10:20", "11:00"),
        ("中饭", "", "11:00", ""),
    ],
    "village": [
        ("第一节", 1, "08:25", "09:05"),
        ("第二节", 2, "09:15", "09:55"),
        ("大课间", "", "09:55", "10:25"),
        ("第三节", 3, "10:25", "11:05"),
        ("中饭", "", "11:05", ""),
    ],
    "early": [
        ("早读", 1, "07:40", "08:10"),
        ("第一节", 2, "08:20", "09:00"),
        ("第二节", 3, "09:10", "09:50"),
        ("大课间", "", "09:50", "10:20"),
        ("第三节", 4, "10:20", "11:00"),
        ("中饭", "", "11:00", ""),
    ],
}
AFTERNOON = {
    "winter": {
        "town": [("第四节", 4, "13:20", "14:00"), ("第五节", 5, "14:10", "14:50")],
        "village": [("第四节", 4, "13:00", "13:40"), ("第五节", 5, "13:50", "14:30")],
        "early": [("第四节", 5, "13:20", "14:00"), ("第五节", 6, "14:10", "14:50")],
    },
    "summer": {
        "town": [("第四节", 4, "13:50", "14:30"), ("第五节", 5, "14:40", "15:20")],
        "village": [("第四节", 4, "13:30", "14:10"), ("第五节", 5, "14:20", "15:00")],
        "early": [("第四节", 5, "13:50", "14:30"), ("第五节", 6, "14:40", "15:20")],
    },
}
# The last period is shorter for the youngest: rules name their audience.
LAST = {
    "winter": {
        "town": ("15:00", "15:40"),
        "village": ("14:40", "15:20"),
        "early": ("15:00", "15:40"),
    },
    "summer": {
        "town": ("15:30", "16:10"),
        "village": ("15:10", "15:50"),
        "early": ("15:30", "16:10"),
    },
}
SHORT_STARTS = ["08:20", "09:00", "09:40", "10:20", "13:20", "14:00", "14:40"]
SEASONS = [("2026-05-01", "summer"), ("2026-10-08", "winter"), ("2027-05-04", "summer")]
SHORT_KIND = "短课"

CALENDAR = [
    ("2026-08-31", "week1", "", "", "", "2026学年第一学期第1周（示例）"),
    ("2026-08-31", "off", "", "", "", "开学报到（示例）"),
    ("2026-09-20", "work", "2026-10-06", "", "", "国庆节调休；按哪天的课上是示例"),
    ("2026-09-25", "off", "", "", "", "中秋节"),
    ("2026-09-26", "off", "", "", "", "中秋节"),
    ("2026-09-27", "off", "", "", "", "中秋节"),
    ("2026-10-01", "off", "", "", "", "国庆节"),
    ("2026-10-02", "off", "", "", "", "国庆节"),
    ("2026-10-03", "off", "", "", "", "国庆节"),
    ("2026-10-04", "off", "", "", "", "国庆节"),
    ("2026-10-05", "off", "", "", "", "国庆节"),
    ("2026-10-06", "off", "", "", "", "国庆节"),
    ("2026-10-07", "off", "", "", "", "国庆节"),
    ("2026-10-10", "work", "2026-10-07", "", "", "国庆节调休；按哪天的课上是示例"),
    ("2026-10-29", "off", "", "lukou", "", "路口小学运动会（示例）"),
    ("2026-11-12", "off", "", "city-1", "", "市属学校的校历不同（示例）"),
    ("2026-11-20", "work", "2026-11-20", "", SHORT_KIND, "教师会议，各节30分钟（示例）"),
    ("2027-01-01", "off", "", "", "", "元旦"),
    ("2027-01-25", "exam", "", "", "", "期末考试（示例）"),
    ("2027-01-26", "exam", "", "", "", "期末考试（示例）"),
    ("2027-01-29", "end", "", "", "", "第一学期结束（示例）"),
    ("2027-02-22", "week1", "", "", "", "第二学期第1周（示例）"),
    ("2027-04-05", "off", "", "", "", "清明节（示例：2027年的通知还没有）"),
    ("2027-05-01", "off", "", "", "", "劳动节（示例）"),
    ("2027-05-02", "off", "", "", "", "劳动节（示例）"),
    ("2027-05-03", "off", "", "", "", "劳动节（示例）"),
    ("2027-06-09", "off", "", "", "", "端午节（示例）"),
    ("2027-06-24", "exam", "", "", "", "期末考试（示例）"),
    ("2027-06-25", "exam", "", "", "", "期末考试（示例）"),
    ("2027-06-30", "end", "", "", "", "第二学期结束（示例）"),
]
SLOTS = [
    ("第一节", "1"),
    ("第二节", "2"),
    ("第三节", "3"),
    ("第四节", "4"),
    ("第五节", "5"),
    ("第六节", "6"),
    ("第七节", "7"),
    ("早读", ""),
    ("晨间活动", ""),
    ("大课间", ""),
    ("大课间活动", ""),
    ("中饭", ""),
    ("午间阅读", ""),
    ("课外活动", ""),
    ("放晚学", ""),
]
SUBJECTS = [
    ("chinese", "语文"),
    ("maths", "数学"),
    ("english", "英语"),
    ("science", "科学"),
    ("music", "音乐"),
]
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]

CONF = """\
# SPDX-License-Identifier: BSD-3-Clause
# timetable.conf - an example: a county of 24 schools, like Yongjia's, for one school year.
#
# tests/support/make_county.py writes this folder. Real are the four pairs named in public notices
# (碧莲镇中心小学 + 应坑小学, 枫林镇中心小学 + 潘坑小学, 瓯北二小 + 大岙小学, 实验小学 + 路口小学),
# the numbers of schools (20 paired within the county, three with partners in the city, one in the
# province), four lessons a week, and the public days off and make-up days of 2026. Everything else
# is an example: bells, rooms, the weekly plan, what a make-up day runs, the days of 2027.
#
# `relayctl plan check` finds no errors and no warnings here. Its notes are meant:
#   handover     on Tuesdays the two teachers of bilian-yingkeng talk right before their lesson
#   out_of_date  maths-until-summer was held until June 2026 and stays in the table as a record

county = "永嘉县（示例）";
zone = "Asia/Shanghai";
open_before_s = 180;
grace_s = 120;
audio_dscp = 46;
video_dscp = 34;
plan_synchronous = 560;
plan_training = 320;
schools = "schools.csv";
endpoints = "endpoints.csv";
bells = "bells.csv";
pairs = "pairs.csv";
rules = "rules.csv";
calendar = "calendar.csv";
slots = "slots.csv";
"""


class School:
    def __init__(self, name_id, name, scope, table, offset_s, contact):
        self.id, self.name, self.scope = name_id, name, scope
        self.table, self.offset_s, self.contact = table, offset_s, contact


def pairs_make():
    """(lead, assisted) of every pair: the named ones, examples, and those with outside partners."""
    offsets = [0, 20, -15, 0, 35, -30, 10]
    made = []

    def school(name_id, name, scope, table, contact=EXAMPLE):
        offset_s = offsets[(2 * len(made) + (table != "town")) % len(offsets)]
        return School(name_id, name, scope, table, offset_s, contact)

    for lead_id, lead, assisted_id, assisted in REAL_PAIRS:
        made.append(
            (
                school(lead_id, lead, "county", "town", ""),
                school(assisted_id, assisted, "county", "village", ""),
            )
        )
    for i in range(EXAMPLE_PAIR_COUNT):
        number = 9 + 2 * i
        made.append(
            (
                school(f"example-{number:02}", f"示例小学{number:02}", "county", "town"),
                school(
                    f"example-{number + 1:02}",
                    f"示例小学{number + 1:02}",
                    "county",
                    ["village", "town", "early"][i % 3],
                ),
            )
        )
    for i, (partner, scope) in enumerate(PARTNERS):
        place = "市" if scope == "city" else "省"
        made.append(
            (
                school(partner, f"示例{place}属小学{partner[-1]}", scope, "town"),
                school(f"example-{21 + i}", f"示例小学{21 + i}", "county", ["village", "early"][i % 2]),
            )
        )
    return made


def later(clock, minutes):
    hours, rest = divmod(int(clock[:2]) * 60 + int(clock[3:]) + minutes, 60)
    return f"{hours:02}:{rest:02}"


def bells_of(school):
    rows = []
    last = 7 if school.table == "early" else 6
    for date, season in SEASONS:
        table = MORNING[school.table] + AFTERNOON[season][school.table]
        start, end = LAST[season][school.table]
        for label, period, begins, ends in table:
            rows.append((school.id, date, "", label, period, begins, ends, "", EXAMPLE))
        young = (school.id, date, "", "第六节", last, start, later(end, -10), "一二年级", EXAMPLE)
        rows += [young, (school.id, date, "", "第六节", last, start, end, "三—六年级", EXAMPLE)]
        rows.append((school.id, date, "", "放晚学", "", end, "", "", EXAMPLE))
    shift = 2 if school.table == "village" else 0
    starts = SHORT_STARTS if school.table == "early" else SHORT_STARTS[:3] + SHORT_STARTS[4:]
    if school.table == "early":
        starts = ["07:40"] + SHORT_STARTS[:3] + SHORT_STARTS[4:]
    for period, begins in enumerate(starts, 1):
        rows.append(
            (
                school.id,
                SEASONS[0][0],
                SHORT_KIND,
                f"第{period}节",
                period,
                later(begins, shift),
                later(begins, shift + 30),
                "",
                EXAMPLE,
            )
        )
    return rows


def period_text(lead_period, pair):
    assisted = pair[1]
    return (
        f"{lead_period};{assisted.id}={lead_period + 1}"
        if assisted.table == "early"
        else str(lead_period)
    )


def rules_of(index, pair):
    """Four lessons a week on four days; village schools share most of their mornings only."""
    lead, assisted = pair
    name = f"{lead.id}-{assisted.id}"
    bells = ["", "lead", "intersection", assisted.id, "union"]
    periods = [1, 2, 3] if assisted.table == "village" else [1, 2, 3, 4, 5, 6]
    days = [day for day in range(5) if day != (index + 2) % 5]
    rows = []
    for turn, day in enumerate(days):
        subject, title = SUBJECTS[(index + turn) % len(SUBJECTS)]
        period = periods[(index + 2 * turn) % len(periods)]
        bell = bells[(index + turn) % len(bells)]
        grade = 3 + index % 4
        common = (name, day + 1, period_text(period, pair))
        text = (f"{grade}年级1班", f"{EXAMPLE}老师", "synchronous", bell, "", "", "", "三—六年级")
        # In some pairs two subjects take turns.
        if turn == 3 and index % 3 == 0:
            for weeks, (other, other_title) in (("odd", (subject, title)), ("even", SUBJECTS[4])):
                rows.append(
                    (
                        f"{lead.id}-{other}-{WEEKDAYS[day]}-{weeks}",
                        *common,
                        weeks,
                        other_title,
                        *text,
                    )
                )
        else:
            weeks = "1-11,12-22" if turn == 2 and index % 4 == 1 else "all"
            rows.append((f"{lead.id}-{subject}-{WEEKDAYS[day]}", *common, weeks, title, *text))
    day = (index + 2) % 5
    endpoints = "bilian-2" if lead.id == "bilian" else ""
    rows.append(
        (
            f"{lead.id}-training",
            name,
            day + 1,
            "",
            "odd" if index % 2 else "even",
            "教研",
            "",
            f"{EXAMPLE}老师",
            "training",
            "16:15-16:55",
            "",
            "",
            endpoints,
            "",
        )
    )
    return rows


def notes_of(pairs):
    """The rules that `relayctl plan check` has a note about, as timetable.conf says."""
    name = "-".join(school.id for school in pairs[0])
    return [
        (
            "bilian-preparation",
            name,
            2,
            "",
            "all",
            "备课",
            "",
            f"{EXAMPLE}老师",
            "preparation",
            "10:08-10:17",
            "",
            "",
            "",
            "",
        ),
        (
            "maths-until-summer",
            name,
            3,
            "1",
            "all",
            "数学",
            "",
            f"{EXAMPLE}老师",
            "synchronous",
            "",
            "2026-03-01",
            "2026-06-30",
            "",
            "",
        ),
    ]


def table(header, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return text.getvalue()


def files_make():
    pairs = pairs_make()
    schools = [school for pair in pairs for school in pair]
    streams = [
        "audio=opus;teacher=h264;students=h264",
        "audio=opus;teacher=h264",
        "audio=opus;teacher=h264;slides=h264",
    ]
    # The first school has a second room; one stock device cannot do GCM.
    endpoints = [
        (
            f"{school.id}-1",
            school.id,
            "同步课堂教室（示例）",
            streams[i % 3],
            "AES_CM_128_HMAC_SHA1_80" if i == 13 else "",
        )
        for i, school in enumerate(schools)
    ]
    endpoints.append(("bilian-2", "bilian", "录播教室（示例）", streams[0], ""))
    rules = [row for index, pair in enumerate(pairs) for row in rules_of(index, pair)]
    return {
        "timetable.conf": CONF,
        "schools.csv": table(
            "school,name,scope,contact,phone,bell_offset_s",
            [(s.id, s.name, s.scope, s.contact, "", s.offset_s or "") for s in schools],
        ),
        "endpoints.csv": table("endpoint,school,room,streams,profiles", endpoints),
        "bells.csv": table(
            "school,effective_from,kind,name,period,start,end,audience,note",
            [row for school in schools for row in bells_of(school)],
        ),
        "pairs.csv": table(
            "pair,lead,assisted,listeners,weekly_target",
            [(f"{lead.id}-{assisted.id}", lead.id, assisted.id, "", 4) for lead, assisted in pairs],
        ),
        "rules.csv": table(
            "rule,pair,weekday,period,weeks,subject,class,teacher,form,"
            "governing_bell,from,until,endpoints,audience",
            rules + notes_of(pairs),
        ),
        "calendar.csv": table("date,kind,runs_as,school,bells,note", CALENDAR),
        "slots.csv": table("label,period", SLOTS),
    }


def main():
    parser = argparse.ArgumentParser(description="writes the example county of 24 schools")
    parser.add_argument("--check", action="store_true", help="only say what differs")
    parser.add_argument("directory", nargs="?", default=FOLDER)
    arguments = parser.parse_args()
    differs = False
    for name, text in files_make().items():
        path = os.path.join(arguments.directory, name)
        if not arguments.check:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            continue
        with open(path, encoding="utf-8") as file:
            if file.read() != text:
                differs = True
                print(f"{path}: differs from what make_county.py writes")
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
