# SPDX-License-Identifier: BSD-3-Clause
# test_ledger_disk.py - the disk is full in mid-lesson: media never notices, the ledger says so.
import os
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from world import BUILD, SystemTest, World, main

DISK_BYTES = 4 << 20  # the state directory's


class FullDisk(SystemTest):
    @classmethod
    def setUpClass(cls):
        cls.world = World().__enter__()
        cls.addClassCleanup(cls.world.__exit__, None)
        cls.state = cls.world.lesson.path("state")
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=700", "ledger-test", cls.state],
            check=True,
        )
        cls.addClassCleanup(subprocess.run, ["umount", "--lazy", cls.state], check=True)
        cls.world.start().wait_live()

    def alarms(self):
        status = self.world.lesson.api("GET", "/v1/status")
        return {alarm["kind"]: alarm["text"] for alarm in status["alarms"]}

    def fill(self):
        """Every byte of the disk."""
        path = os.path.join(self.state, "filler")
        with open(path, "wb", buffering=0) as file:
            for piece in (65536, 4096):
                try:
                    while True:
                        file.write(bytes(piece))
                except OSError:
                    pass
        return path

    def test_a_full_disk_costs_no_picture_and_is_a_gap_of_the_ledger(self):
        world = self.world
        world.wait_pictures(15)
        self.assertNotIn("ledger_failing", self.alarms())
        filler = self.fill()
        # The relay must write it anew at once, and cannot: no need to wait for a minute's end.
        ledger = os.path.join(self.state, "ledger.db")
        os.unlink(ledger)
        wait_until(lambda: "ledger_failing" in self.alarms(), 15, "the full disk is no alarm")
        self.assertIn("disk is full", self.alarms()["ledger_failing"])
        world.wait_pictures(5, more=50)
        self.assertEqual(world.session()["state"], "live")
        os.unlink(filler)
        wait_until(lambda: "ledger_failing" not in self.alarms(), 15, "the alarm stays")
        world.wait_pictures(5)
        self.assertIsNone(world.lesson.relay.poll())
        # An inspector's look, while the relay runs.
        with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True) as database:
            gaps = database.execute("SELECT reason FROM entries WHERE kind = 'gap'").fetchall()
        self.assertEqual(len(gaps), 1, gaps)
        self.assertRegex(gaps[0][0], r"^disk_full\(.*\); rows_kept\(\d+\|0\)$")
        verified = subprocess.run(
            [f"{BUILD}/relay", "--verify-ledger", ledger],
            capture_output=True,
            text=True,
            timeout=20,
        )
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.assertIn("entries: 1 rows, all as they were written", verified.stdout)


if __name__ == "__main__":
    main()
