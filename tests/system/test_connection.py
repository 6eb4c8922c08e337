# SPDX-License-Identifier: BSD-3-Clause
# test_connection.py - the connection report on lines whose faults are known: their loss and limit
# are found, each on its own line, and no lesson is disturbed.
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from lesson import tail
from world import BUILD, SystemTest, World, main

LOSS_PERCENT = 8
# A machine that is short of processors loses some packets itself.
CLEAN_RATIO = 0.03
LIMIT_KBIT_S = 3000
FAR_S = 3000  # no lesson opens while this test runs


def limit(county, school):
    """A line that carries so much from the school towards the relay; it queues for 50 ms."""
    county.inside(
        f"nat{school.number}",
        *"tc qdisc add dev wan root tbf burst 10kb latency 50ms rate".split(),
        f"{LIMIT_KBIT_S}kbit",
    )


class Connection(SystemTest):
    def setUp(self):
        # The lesson comes later: the schools are connected, and nothing is on.
        world = World(bell_in_s=FAR_S)
        self.world = self.enterContext(world).start()
        self.lesson = world.lesson
        self.wuxi, self.houren = world.schools
        wait_until(
            lambda: all(e["connected"] for e in self.endpoints()), 20, "not every school connects"
        )

    def endpoints(self):
        return self.lesson.api("GET", "/v1/endpoints")["endpoints"]

    def relayctl(self, *words):
        return subprocess.run(
            [f"{BUILD}/relayctl", "--server", f"127.0.0.1:{self.lesson.port}", *words],
            capture_output=True,
            text=True,
            timeout=60,
        )

    def check_found(self, done):
        """What a finished check found: school -> its part."""
        self.assertEqual(done.returncode, 0, done.stderr)
        check = json.loads(done.stdout)
        self.assertEqual(check["state"], "done")
        return check, {school["school"]: school for school in check["schools"]}

    def pages(self, check, language):
        """The check's page as Chromium prints it: (pages, page size, text)."""
        address = f"https://127.0.0.1:{self.lesson.port}/v1/checks/{check['id']}.html"
        pdf = self.lesson.path("report.pdf")
        words = "--headless --no-sandbox --disable-gpu --no-pdf-header-footer".split()
        words += ["--ignore-certificate-errors", f"--user-data-dir={self.lesson.path('chromium')}"]
        subprocess.run(
            ["chromium", *words, f"--print-to-pdf={pdf}", f"{address}?language={language}"],
            check=True,
            capture_output=True,
            timeout=60,
        )
        about = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True, text=True).stdout
        facts = dict(line.split(":", 1) for line in about.splitlines() if ":" in line)
        text = subprocess.run(
            ["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, encoding="utf-8"
        ).stdout
        return int(facts["Pages"]), facts["Page size"], text

    def test_each_line_is_told_apart(self):
        self.world.county.impair(self.houren.number, LOSS_PERCENT, towards_relay=True)
        limit(self.world.county, self.wuxi)
        check, found = self.check_found(
            self.relayctl("report", "connection", "wuxi", "houren", "--json")
        )
        for school in found.values():
            self.assertTrue(school["connected"] and school["reachable"])
            self.assertGreater(school["rtt_ms"], 0)
            self.assertGreaterEqual(school["rtt_max_ms"], school["rtt_ms"])
        # The loss is of one uplink, the limit of the other: neither is blamed for the other's.
        lossy, narrow = found["houren"]["uplink"], found["wuxi"]["uplink"]
        self.assertAlmostEqual(lossy["loss_ratio"], LOSS_PERCENT / 100, delta=CLEAN_RATIO)
        self.assertLess(narrow["loss_ratio"], CLEAN_RATIO, narrow)
        self.assertFalse(narrow["at_least"])
        self.assertAlmostEqual(narrow["usable_kbit_s"], LIMIT_KBIT_S, delta=LIMIT_KBIT_S * 0.15)
        for school in found.values():
            self.assertLess(school["downlink"]["loss_ratio"], CLEAN_RATIO, school["downlink"])
        # The packets themselves: what was sent is what the ladder says, as far as it came through.
        steady = narrow["rungs"][1]
        self.assertLessEqual(steady["received"], steady["sent"])
        self.assertAlmostEqual(steady["kbit_s"], 1000, delta=150)
        parts = check["end_to_end"]["parts"]
        self.assertAlmostEqual(check["end_to_end"]["ms"], sum(part["ms"] for part in parts))
        self.assertGreater(check["relay"]["copies"], 1000)
        self.assertIn("camera", check["end_to_end"]["missing"])
        results = {e["id"]: e["check"] for e in self.endpoints()}
        self.assertEqual(results["wuxi-1"]["uplink_kbit_s"], narrow["usable_kbit_s"])
        for language, words in (
            ("zh", ("现场检测报告", "巫溪中心小学", "往返时延", "中继测不到")),
            ("en", ("Connection report", "Round trip", "at least", "not seen by the relay")),
        ):
            pages, size, text = self.pages(check, language)
            self.assertEqual(pages, 1, text)
            self.assertIn("A4", size)
            for word in words:
                self.assertIn(word, text)
        self.assertEqual(self.lesson.api("GET", "/v1/ledger")["entries"], [])

    def test_a_lesson_refuses_a_check_and_ends_it(self):
        begun = self.lesson.api("POST", "/v1/checks", {"schools": ["wuxi"]})
        self.assertTrue(begun["partner_chosen"])
        wait_until(
            lambda: all("adhoc/check" in self.session_of(s) for s in self.world.schools)
            and all(self.lesson.sent(s, "packets")["students"] > 50 for s in self.world.schools),
            20,
            "not every school sends probes",
        )
        # No camera, no microphone, no player.
        for school in self.world.schools:
            self.assertNotIn("command started", self.log(school))
        opened = self.lesson.api(
            "POST", "/v1/sessions", {"endpoints": ["wuxi-1", "houren-1"], "minutes": 2}
        )
        # The check gives way, and the lesson is held as any other.
        wait_until(
            lambda: self.lesson.api("GET", "/v1/checks/" + begun["id"])["state"] == "lesson",
            5,
            "the check does not end",
        )
        self.world.wait_pictures(20)
        sessions = self.lesson.api("GET", "/v1/sessions")["sessions"]
        self.assertEqual([session["id"] for session in sessions], [opened["id"]])
        done = self.relayctl("report", "connection", "wuxi", "houren")
        self.assertEqual(done.returncode, 1)
        self.assertIn("when that is over", done.stderr)

    def session_of(self, school):
        status = self.lesson.status(school)
        return (status["session"] or "") if status else ""

    def log(self, school):
        return tail(os.path.join(school.directory, "classroom.log"), 100)


if __name__ == "__main__":
    main()
