# SPDX-License-Identifier: BSD-3-Clause
# test_ledger_reports.py - the ledger's reports of a relay on loopback: counted, printed on one
# page, entered and corrected by people.
import csv
import datetime
import io
import json
import os
import subprocess
import sys
import zoneinfo

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from loopback import LoopbackTest
from world import BUILD, main

ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")
PAIR = {
    "pair": "wuxi-houren",
    "lead": "wuxi",
    "assisted": "houren",
    "lead_name": "巫溪中心小学",
    "assisted_name": "厚仁中心小学",
    "scope": "county",
    "form": "synchronous",
    "author": "relay",
}
CALENDAR = "date,kind,runs_as,note\n2024-09-02,week1,,\n2024-10-07,off,,国庆节\n2025-01-18,end,,\n"


def moment_ms(date, time):
    moment = datetime.datetime.fromisoformat(f"{date}T{time}").replace(tzinfo=ZONE)
    return int(moment.timestamp() * 1000)


def lesson(rule, date, time, minutes, **differs):
    start = moment_ms(date, time)
    end = start + minutes * 60000
    row = {
        **PAIR,
        "lesson": f"{rule}/{date}",
        "rule": rule,
        "date": date,
        "title": "语文",
        "subject": "语文",
        "class_name": "三1班",
        "teacher": "王老师",
        "headcount": -1,
        "written_at": end,
        "planned_start": start,
        "planned_end": end,
        "real_start": start,
        "real_end": end,
        "planned_minutes": minutes,
        "live_minutes": minutes,
        "verdict": "delivered",
        "reason": f"live({minutes}|{minutes})",
    }
    return {"entry": {**row, **differs}}


def minutes(rule, date, time, count):
    """What both sent in four streams, and what the other received of it; the 6th minute is bad."""
    for index in range(count):
        for sender, receiver in (("wuxi", "houren"), ("houren", "wuxi")):
            for kind in ("audio", "teacher"):
                for to_school in ("", receiver):
                    is_bad = index == 5 and sender == "houren" and not to_school
                    yield {
                        "minute": {
                            "lesson": f"{rule}/{date}",
                            "school": sender,
                            "endpoint": sender + "-1",
                            "to_school": to_school,
                            "kind": kind,
                            "minute": moment_ms(date, time) + index * 60000,
                            "packets": 3000,
                            "bytes": 600000,
                            "expected": 3000,
                            "lost": 300 if is_bad else 0,
                            "jitter_us": 1500,
                            "rtt_us": 12000,
                            "longest_gap_us": 40000,
                            "media_s": 60,
                        }
                    }


LINES = [
    *minutes("long-tue", "2024-10-08", "09:20", 120),
    *minutes("chinese-tue", "2024-10-08", "14:00", 45),
    lesson("long-tue", "2024-10-08", "09:20", 120, reason="x" * 900),
    lesson("chinese-tue", "2024-10-08", "14:00", 45),
    lesson("english-wed", "2024-10-09", "09:20", 40, verdict="partial", live_minutes=12),
    lesson("maths-thu", "2024-10-10", "09:20", 40, verdict="missed", live_minutes=0),
]


class LedgerReports(LoopbackTest):
    calendar = CALENDAR

    @classmethod
    def timetable_conf(cls):
        text = super().timetable_conf()
        return text.replace("plan_synchronous = 0", "plan_synchronous = 4")

    @classmethod
    def prepare(cls):
        state = os.path.join(cls.folder, "state")
        os.makedirs(state, exist_ok=True)
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in LINES)
        subprocess.run([f"{BUILD}/ledger_fill", state], input=text.encode(), check=True, timeout=60)

    def ask(self, *words):
        done = self.relayctl("ledger", *words, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def refused(self, *words):
        done = self.relayctl("ledger", *words)
        self.assertEqual(done.returncode, 1, done.stdout)
        return done.stderr

    def pair(self, report):
        return next(row for row in report["pairs"] if row["pair"] == "wuxi-houren")

    def printed(self, *words):
        """A report as Chromium prints it: (pages, page size, text)."""
        page = os.path.join(self.folder, "page.html")
        pdf = os.path.join(self.folder, "page.pdf")
        done = self.relayctl("report", *words, "--output", page)
        self.assertEqual(done.returncode, 0, done.stderr)
        subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-pdf-header-footer",
                f"--user-data-dir={self.folder}/chromium",
                f"--print-to-pdf={pdf}",
                f"file://{page}",
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        about = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True, text=True).stdout
        facts = dict(line.split(":", 1) for line in about.splitlines() if ":" in line)
        text = subprocess.run(
            ["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, encoding="utf-8"
        ).stdout
        os.unlink(pdf)
        return int(facts["Pages"]), facts["Page size"], text

    def test_a_lesson_is_printed_on_one_page_of_a4(self):
        for name in ("chinese-tue/2024-10-08", "long-tue/2024-10-08"):
            for language in ("zh", "en"):
                with self.subTest(lesson=name, language=language):
                    pages, size, text = self.printed("lesson", name, "--language", language)
                    self.assertEqual(pages, 1, text)
                    self.assertIn("A4", size)
                    words = ["巫溪中心小学", "厚仁中心小学", "王老师", "三1班", "2024-10-08"]
                    if language == "zh":
                        words += ["课堂质量记录单", "完成", "主讲→服务器", "检查人", "双方在线"]
                    else:
                        words += ["Record of one lesson", "delivered", "lead to relay", "Inspector"]
                    for word in words:
                        self.assertIn(word, text)
                    # The last band of minutes is on it too.
                    self.assertIn("14:30" if name.startswith("chinese") else "10:50", text)

    def test_a_table_is_one_that_a_spreadsheet_program_takes_for_utf_8(self):
        done = self.relayctl("ledger", "day", "2024-10-08", "--csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith("\ufeff"))
        rows = list(csv.DictReader(io.StringIO(done.stdout[1:])))
        self.assertEqual([row["主讲学校"] for row in rows], ["巫溪中心小学"] * 2)
        self.assertEqual([row["结果"] for row in rows], ["完成"] * 2)

    def test_a_week_a_month_and_a_year_are_counted(self):
        week = self.ask("week", "2024-10-09")
        self.assertEqual((week["first"], week["last"]), ("2024-10-07", "2024-10-13"))
        row = self.pair(week)
        self.assertEqual((row["teaching_days"], row["due"], row["planned"]), (4, 3, 4))
        self.assertEqual(row["missed"], 1)
        month = self.ask("month", "2024-10")
        self.assertEqual((month["first"], month["last"]), ("2024-10-01", "2024-10-31"))
        self.assertEqual(self.pair(month)["working_days_due"], 3)
        year = self.ask("year", "2024")
        self.assertEqual(year["completion"][0]["plan"], 4)
        self.assertEqual(self.ask("year", "2023")["completion"][0]["delivered"], 0)
        table = self.relayctl("ledger", "week", "2024-10-09").stdout
        self.assertRegex(table, r"巫溪中心小学 \+ 厚仁中心小学 +4 +4 +3 ")

    def test_a_correction_replaces_and_is_told_with_its_author(self):
        rows = self.ask("day", "2024-10-09")["entries"]
        self.assertEqual([row["verdict"] for row in rows], ["partial"])
        number = str(rows[0]["number"])
        fields = ("verdict=delivered", "minutes=38", "reason=断电后补课")
        self.assertIn("reason: ", self.refused("correct", number, "verdict=delivered"))
        self.assertIn("headcount: ", self.refused("correct", number, "headcount=many", "reason=x"))
        self.assertIn("pair: ", self.refused("correct", number, "pair=three", "reason=x"))
        self.assertIn("no row 999", self.refused("correct", "999", *fields))
        before = self.pair(self.ask("week", "2024-10-09"))
        done = self.relayctl("ledger", "correct", number, *fields)
        self.assertEqual(done.returncode, 0, done.stderr)
        after = self.pair(self.ask("week", "2024-10-09"))
        self.assertEqual(after["delivered"], before["delivered"] + 1)
        self.assertEqual((after["partial"], after["planned"]), (0, before["planned"]))
        row = self.ask("day", "2024-10-09")["entries"][0]
        self.assertEqual((row["verdict"], row["live_minutes"]), ("delivered", 38))
        self.assertEqual((row["corrected_by"], row["reason"]), ("localhost", "断电后补课"))
        self.assertIn("corrected already", self.refused("correct", number, *fields))
        page = self.relayctl("report", "lesson", "english-wed/2024-10-09").stdout
        self.assertIn(f"；原记录 #{number}：部分完成 12/40 分钟", page)
        audit = json.loads(self.relayctl("audit", "--json").stdout)["audit"]
        self.assertTrue(any(f"corrected row {number}" in one["what"] for one in audit))

    def test_what_was_held_elsewhere_is_entered_and_counted(self):
        visit = ("date=2024-11-05", "form=visit", "pair=wuxi-houren", "title=送教", "headcount=35")
        done = self.relayctl("ledger", "add", *visit)
        self.assertEqual(done.returncode, 0, done.stderr)
        for words, named in (
            (("form=visit", "pair=wuxi-houren"), "date: "),
            (("date=2024-11-05", "pair=wuxi-houren"), "form: "),
            (("date=2024-11-05", "form=party", "pair=wuxi-houren"), "form: "),
            (("date=2099-11-05", "form=visit", "pair=wuxi-houren"), "date: "),
            (("date=2024-11-05", "form=visit", "pair=nobody"), "pair: "),
            (("date=2024-11-05", "form=visit", "lead=wuxi"), "assisted: "),
            (("date=2024-11-05", "form=visit", "pair=wuxi-houren", "colour=red"), "colour: "),
            (("date=2024-11-05", "form=visit", "pair=wuxi-houren", "times=9-10"), "times: "),
        ):
            with self.subTest(words=words):
                self.assertIn(named, self.refused("add", *words))
        text = "date,form,pair,title,times\r\n2024-11-06,working_day,wuxi-houren,驻校,\r\n"
        text += "2024-11-07,working_day,wuxi-houren,驻校,\r\n"
        text += "2024-11-08,training,wuxi-houren,教研,14:00-15:30\r\n"
        done = self.relayctl("ledger", "import", self.file("rows.csv", text, "gbk"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("3 rows", done.stdout)
        month = self.pair(self.ask("month", "2024-11"))
        self.assertEqual((month["visits"], month["working_days"], month["trainings"]), (1, 2, 1))
        self.assertEqual(month["state"], "short")
        rows = self.ask("day", "2024-11-08")["entries"]
        self.assertEqual((rows[0]["title"], rows[0]["live_minutes"]), ("教研", 90))
        # All of a file or nothing.
        wrong = text + "2024-11-09,visit,nobody,x,\r\n"
        told = self.refused("import", self.file("rows.csv", wrong))
        self.assertIn("line 5", told)
        self.assertIn("pair: ", told)
        self.assertEqual(self.pair(self.ask("month", "2024-11"))["working_days"], 2)

    def test_a_lesson_that_the_ledger_does_not_have_is_said_to_be_missing(self):
        self.assertIn("no lesson", self.refused("lesson", "nothing/2024-10-08"))
        done = self.relayctl("report", "week", "someday")
        self.assertEqual(done.returncode, 1)
        self.assertIn("write it as 2026-11-23", done.stderr)


if __name__ == "__main__":
    main()
