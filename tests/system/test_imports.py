# SPDX-License-Identifier: BSD-3-Clause
# test_imports.py - relayctl's imports against a relay on loopback: told, confirmed, taken whole or
# not at all.
import json
import os
import pty
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from lesson import write
from loopback import CONF, DATA, LoopbackTest, content
from world import BUILD, main

CALENDAR = "date,kind,runs_as,note\n2026-03-02,week1,,\n2026-05-09,work,2026-05-04,as Monday\n"


class Imports(LoopbackTest):
    calendar = CALENDAR

    def answered(self, answer, *words):
        """The same with a terminal on which `answer` is typed."""
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        os.write(master, answer.encode())
        return self.relayctl(*words, stdin=slave)

    def setUp(self):
        """The tables as they were, whatever the test before made of them."""
        for name in ("bells.csv", "rules.csv"):
            shutil.copy(os.path.join(CONF, name), self.folder)
        write(os.path.join(self.folder, "calendar.csv"), CALENDAR)
        done = self.relayctl("reload")
        self.assertEqual(done.returncode, 0, done.stderr)

    def table(self, name):
        return content(self.folder, name + ".csv")

    def test_a_path_is_the_relay_s_socket(self):
        path = os.path.join(self.folder, "control.sock")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o660)
        command = [f"{BUILD}/relayctl", "--socket", path, "--json", "status"]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("instance", json.loads(answer.stdout))

    def test_a_published_notice_takes_the_place_of_the_school_s_bells(self):
        notice = os.path.join(DATA, "notice-wuxi.txt")
        before = self.table("bells")
        done = self.relayctl("bells", "import", "--school", "wuxi", "--yes", notice)
        self.assertEqual(done.returncode, 0, done.stderr)
        account = content(DATA, "notice-wuxi-account.txt")
        self.assertTrue(done.stdout.startswith(account), done.stdout)
        self.assertIn("17 rows for school wuxi, in force from 2024-10-09 on", done.stdout)
        self.assertIn("They take the place of 17 rows", done.stdout)
        # What is shipped is what the notices say.
        self.assertEqual(self.table("bells"), before)

    def test_a_table_is_imported_as_the_notices_are_read(self):
        text = content(DATA, "notice-houren.txt").replace("1：00——1:40", "1：05——1:45")
        notice = self.file("notice.txt", text, "utf-8-sig")
        done = self.answered("yes\n", "bells", "import", "--school", "houren", notice)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("houren,2024-10-09,第四节,4,13:05,13:45,,", self.table("bells"))
        self.assertEqual(self.table("bells").count("houren,"), 16)

    def test_nothing_is_taken_without_a_yes(self):
        text = content(DATA, "notice-houren.txt").replace("1：00——1:40", "1：05——1:45")
        words = ["bells", "import", "--school", "houren", self.file("notice.txt", text)]
        before = self.table("bells")
        self.assertEqual(self.relayctl(*words).returncode, 1)
        self.assertEqual(self.answered("no\n", *words).returncode, 1)
        self.assertEqual(self.answered("\x04", *words).returncode, 1)
        self.assertEqual(self.table("bells"), before)

    def test_a_line_that_cannot_be_read_takes_nothing(self):
        text = content(DATA, "notice-houren.txt").replace("9:15——10:00", "9.15——10.00")
        notice = self.file("notice.txt", text)
        before = self.table("bells")
        done = self.relayctl("bells", "import", "--school", "houren", "--yes", notice)
        self.assertEqual(done.returncode, 1)
        self.assertIn("15  9.15——10.00  NOT READ: ", done.stdout)
        self.assertIn("notice.txt:14: '第二节' has no time", done.stderr)
        self.assertEqual(self.table("bells"), before)

    def test_bells_that_a_rule_contradicts_are_refused_by_the_relay(self):
        text = "2025年5月6日起执行\n第一节 8:00-8:40\n"
        before = self.table("bells")
        done = self.relayctl(
            "bells", "import", "--school", "wuxi", "--yes", self.file("notice.txt", text)
        )
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"rules\.csv:\d+: rule 'chinese-tue' on 2025-05-06")
        self.assertEqual(self.table("bells"), before)

    def test_an_exported_table_of_rules_changes_nothing(self):
        exported = self.relayctl("rules", "export")
        self.assertEqual(exported.stdout, self.table("rules"))
        done = self.relayctl("rules", "import", self.file("export.csv", exported.stdout))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("0 added, 0 removed, 0 changed, 4 unchanged", done.stdout)

    def test_rules_from_a_chinese_excel_are_told_and_taken(self):
        maths = "maths-thu,wuxi-houren,4,"
        rules = self.table("rules").replace(maths + "1", maths + "2")
        rules += "art-mon,wuxi-houren,1,1,all,美术,三1班,,synchronous,lead,,,\n"
        rules = "".join(row for row in rules.splitlines(True) if not row.startswith("science"))
        words = ["rules", "import", self.file("new.csv", rules.replace("\n", "\r\n"), "gbk")]
        before = self.table("rules")
        done = self.relayctl(*words)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.table("rules"), before)
        self.assertIn("new.csv: GBK\n", done.stdout)
        self.assertIn("removed  science-fri: ", done.stdout)
        self.assertIn("changed  maths-thu: period '1' -> '2'\n", done.stdout)
        self.assertIn("added    art-mon: pair wuxi-houren, weekday 1, period 1, ", done.stdout)
        self.assertIn("subject 美术", done.stdout)
        self.assertIn("1 added, 1 removed, 1 changed, 2 unchanged\n", done.stdout)
        done = self.relayctl(*words, "--yes", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["table"], "rules")
        self.assertEqual(self.table("rules").replace("\r\n", "\n"), rules)
        self.assertEqual(content(self.folder, "rules.csv~"), before)

    def test_a_wrong_rule_takes_none(self):
        before = self.table("rules")
        rules = before + "art-mon,wuxi-nobody,1,1,all,美术,三1班,,synchronous,lead,,,\n"
        done = self.relayctl("rules", "import", "--yes", self.file("new.csv", rules))
        self.assertEqual(done.returncode, 1)
        self.assertIn("unknown pair 'wuxi-nobody'", done.stderr)
        self.assertEqual(self.table("rules"), before)

    def test_the_days_of_2026_come_into_the_calendar_once(self):
        days = os.path.join(DATA, "holidays-2026.json")
        done = self.relayctl("holidays", "import", "--yes", days)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("38 days to add, 1 are there already", done.stdout)
        calendar = self.table("calendar")
        self.assertTrue(calendar.startswith(CALENDAR))
        for date in ("01-04", "02-14", "02-28", "09-20", "10-10"):
            self.assertRegex(calendar, rf"\n2026-{date},work,,")
        done = self.relayctl("holidays", "import", os.path.join(DATA, "holidays-2026.csv"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("0 days to add, 39 are there already", done.stdout)
        self.assertEqual(self.table("calendar"), calendar)

    def test_bells_can_be_written_to_a_file_without_a_relay(self):
        output = os.path.join(self.folder, "output.csv")
        rows = ""
        for school in ("wuxi", "houren"):
            notice = os.path.join(DATA, f"notice-{school}.txt")
            done = subprocess.run(
                [f"{BUILD}/relayctl", "--server", "https://127.0.0.1:1", "bells", "import"]
                + ["--school", school, "--output", output, notice],
                capture_output=True,
                timeout=20,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            rows += content(output).split("\n", 1)[1]
        golden = content(DATA, "bells-2024-winter.csv")
        self.assertEqual(rows, golden.split("\n", 1)[1])

    def test_a_wrong_command_line_is_told(self):
        for words in (
            ["bells", "import", "notice.txt"],
            ["bells", "export", "notice.txt"],
            ["bells", "import", "--school", "wuxi", "--effective", "May", "notice.txt"],
            ["rules", "import"],
            ["rules", "look"],
            ["holidays", "export", "x"],
        ):
            with self.subTest(words=words):
                self.assertEqual(self.relayctl(*words).returncode, 2)


if __name__ == "__main__":
    main()
