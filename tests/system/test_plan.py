# SPDX-License-Identifier: BSD-3-Clause
# test_plan.py - relayctl plan check against a relay on loopback: the example county is clean, a
# broken plan is not.
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from lesson import write
from world import BUILD, ROOT, SystemTest, main

COUNTY = os.path.join(ROOT, "conf/county")
MAKE_COUNTY = os.path.join(ROOT, "tests/support/make_county.py")
TERM_BEGINS = "2026-08-31"
RELAY_CONF = """\
media: {{ device = "net_null0"; address = "198.18.0.2/24";
  eal = ["--no-huge", "--no-shconf", "--no-pci", "-m", "256", "--log-level=3"]; }};
control: {{ listen = ["127.0.0.1:{port}"]; state_directory = "state"; }};
timetable = "timetable.conf";
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PlanCheck(SystemTest):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="plan-")
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        for name in os.listdir(COUNTY):
            shutil.copy(os.path.join(COUNTY, name), cls.directory)
        cls.port = free_port()
        path = os.path.join(cls.directory, "relay.conf")
        write(path, RELAY_CONF.format(port=cls.port))
        with open(os.path.join(cls.directory, "relay.log"), "w", encoding="utf-8") as log:
            cls.relay = subprocess.Popen(
                [f"{BUILD}/relay", "--config", path], stdout=log, stderr=log
            )
        cls.addClassCleanup(cls.stop)
        wait_until(lambda: cls.relayctl("status").returncode == 0, 20, "the relay does not answer")

    @classmethod
    def stop(cls):
        cls.relay.send_signal(signal.SIGTERM)
        cls.relay.wait(timeout=20)

    @classmethod
    def relayctl(cls, *words):
        command = [f"{BUILD}/relayctl", "--server", f"https://127.0.0.1:{cls.port}", *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=20)

    def test_the_committed_county_is_what_its_script_writes(self):
        done = subprocess.run(
            [sys.executable, MAKE_COUNTY, "--check"], capture_output=True, text=True, timeout=20
        )
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_the_county_has_only_the_notes_that_it_says_it_has(self):
        done = self.relayctl("plan", "check", TERM_BEGINS)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("found      0 errors, 0 warnings, 2 notes", done.stdout)
        with open(os.path.join(COUNTY, "timetable.conf"), encoding="utf-8") as file:
            said = set(re.findall(r"^#   (\w+) ", file.read(), re.M))
        answer = self.relayctl("--json", "plan", "check", TERM_BEGINS)
        check = json.loads(answer.stdout)
        self.assertEqual({finding["kind"] for finding in check["findings"]}, said)
        self.assertEqual((check["first"], check["last"]), (TERM_BEGINS, "2027-06-30"))
        pairs = {row["rule"] for row in check["shared"]}
        self.assertGreaterEqual(len(pairs), 14 * 4)
        for row in check["shared"]:
            self.assertGreaterEqual(row["shared_minutes"], 0.8 * row["lead_minutes"], row)

    def test_a_room_in_two_lessons_ends_with_status_1_and_names_both(self):
        rules = os.path.join(self.directory, "rules.csv")
        with open(rules, encoding="utf-8") as file:
            right = file.read()
        row = next(line for line in right.splitlines() if line.startswith("oubei2-english-mon,"))
        self.addCleanup(self.relayctl, "reload")
        self.addCleanup(write, rules, right)
        write(rules, right + row.replace("oubei2-english-mon", "twice") + "\n")
        self.assertEqual(self.relayctl("reload").returncode, 0)
        done = self.relayctl("plan", "check", TERM_BEGINS)
        self.assertEqual(done.returncode, 1, done.stdout)
        line = next(line for line in done.stdout.splitlines() if "room_twice" in line)
        self.assertRegex(line, r"^error +room_twice +oubei2-1 of 瓯北二小 and 1 more")
        self.assertIn("oubei2-english-mon", line)
        self.assertIn("twice", line)

    def test_a_wrong_command_line_is_told(self):
        done = self.relayctl("plan", "look")
        self.assertEqual(done.returncode, 2)
        self.assertIn("plan check", done.stderr)


if __name__ == "__main__":
    main()
