# SPDX-License-Identifier: BSD-3-Clause
# test_records.py - a lesson that was held leaves its rows in the ledger, and their figures are what
# was sent.
import datetime
import os
import re
import sqlite3
import subprocess
import sys
import time
import zoneinfo

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from lesson import INPUT_PORTS, School, two_schools
from light import BackToBack, Pair
from world import BUILD, SystemTest, World, main

LIVE_S = 8
SILENT_PORT = 9  # nobody listens there


class RecordedLesson(BackToBack):
    """Houren's microphone fails some seconds after it began."""

    sound_s = 3600

    def write_configuration(self):
        super().write_configuration()
        with open(self.path("relay.conf"), "a", encoding="utf-8") as file:
            file.write(f"ledger: {{ live_seconds = {LIVE_S}; }};\n")

    def live_script(self, school):
        whole = super().live_script(school)
        if school.id != "houren":
            return whole
        send, video = f"'{self.generator()}' send", INPUT_PORTS["teacher"]
        return (
            f"timeout {self.sound_s} {send} {INPUT_PORTS['audio']} {video}\n"
            f"exec {send} {SILENT_PORT} {video}\n"
        )


class RecordedWorld(World):
    def __init__(self, rules, sound_s=3600, **options):
        RecordedLesson.rules = rules
        RecordedLesson.sound_s = sound_s
        super().__init__(two_schools() + [School("dache", "大车小学", "Dache", 0)], **options)

    def make_lesson(self):
        wuxi, houren, dache = self.schools
        pairs = [Pair("wuxi-houren", wuxi, houren), Pair("wuxi-dache", wuxi, dache)]
        return RecordedLesson(self.county, BUILD, self.directory, pairs, self.plan)

    def rows(self, text, *values):
        """Rows of the ledger's database as dictionaries; none where it is not there yet."""
        path = self.lesson.path("state/ledger.db")
        if not os.path.exists(path):
            return []
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        database.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in database.execute(text, values)]
        finally:
            database.close()

    def entries(self):
        found = self.rows("SELECT * FROM entries WHERE kind = 'lesson' ORDER BY number")
        return {(row["rule"], row["assisted"]): row for row in found}

    def wait_entries(self, count, deadline_s):
        def there():
            found = self.entries()
            return found if len(found) >= count else None

        return wait_until(there, deadline_s, f"the ledger has not {count} lessons")

    def clock(self, after_s):
        """What the county's clock shows some seconds after the first bell."""
        zone = zoneinfo.ZoneInfo(self.plan.zone)
        return f"{datetime.datetime.fromtimestamp(self.plan.start_s + after_s, zone):%H:%M}"

    def wait_moment(self, after_s):
        moment = self.plan.start_s + after_s
        wait_until(lambda: time.time() >= moment, moment - time.time() + 1, "")

    def totals(self):
        """(school, kind, direction) -> packets and bytes, as /metrics says."""
        import ssl
        import urllib.request

        context = ssl.create_default_context(cafile=self.lesson.path("state/relay.crt"))
        context.check_hostname = False
        address = f"https://127.0.0.1:{self.lesson.port}/metrics"
        with urllib.request.urlopen(address, context=context, timeout=5) as answer:
            text = answer.read().decode()
        found = {}
        pattern = (
            r'relay_flow_(packets|bytes)_total\{school="(\w+)",kind="(\w+)",direction="(\w+)"\} '
            r"(\d+)"
        )
        for what, school, kind, direction, value in re.findall(pattern, text):
            found.setdefault((school, kind, direction), {})[what] = int(value)
        return found


class Records(SystemTest):
    def test_rows_have_what_was_sent_and_say_whose_sound_lacked(self):
        rules = [("wuxi-houren", 0, 14), ("wuxi-houren", 14, 86)]
        with RecordedWorld(rules, sound_s=64, lasts_s=86) as world:
            world.start()
            entries = world.wait_entries(2, 130)
            first, second = entries[("r0", "houren")], entries[("r1", "houren")]
            self.assertEqual((first["verdict"], first["reason"]), ("delivered", ""))
            self.assertEqual(first["live_minutes"], 1)
            self.assertEqual(first["planned_start_ms"], world.plan.start_s * 1000)
            self.assertEqual(second["reason"], "live(1|2); no_audio(厚仁中心小学|1)")
            self.assertEqual((second["verdict"], second["live_minutes"]), ("partial", 1))
            self.assertEqual(second["real_start_ms"], (world.plan.start_s + 14) * 1000)
            self.assertEqual(second["real_end_ms"], (world.plan.start_s + 74) * 1000)
            for row in (first, second):
                self.assertEqual(
                    (row["lead"], row["pair"], row["scope"]), ("wuxi", "wuxi-houren", "county")
                )
            self.check_sums(world)
            self.check_hand_over(world)
            self.check_throughput(world)

    def check_sums(self, world):
        """Each packet is in one row: the rows of all lessons come to the relay's own totals."""
        rows = world.rows(
            "SELECT CASE WHEN is_outbound THEN to_school ELSE school END AS school, kind,"
            " is_outbound, sum(packets) AS packets, sum(bytes) AS bytes"
            " FROM minutes GROUP BY 1, 2, 3"
        )
        found = {
            (row["school"], row["kind"], "out" if row["is_outbound"] else "in"): {
                "packets": row["packets"],
                "bytes": row["bytes"],
            }
            for row in rows
        }
        totals = {key: value for key, value in world.totals().items() if value["packets"]}
        self.assertEqual(found, totals)
        self.assertEqual(len(found), 8)
        # And to what the other classroom has counted of what was sent.
        wuxi, houren, _ = world.schools
        for sender, receiver in ((wuxi, houren), (houren, wuxi)):
            for kind in ("audio", "teacher"):
                counted = [run[kind] for run in world.lesson.counted(receiver, sender)]
                came = sum(run["packets"] for run in counted)
                self.assertEqual(found[(receiver.id, kind, "out")]["packets"], came)
                self.assertEqual(found[(sender.id, kind, "in")]["packets"], came)

    def check_throughput(self, world):
        """The seconds of the hour add up to the flows' totals, and to what the device counts."""
        totals = world.totals()
        for school in ("wuxi", "houren"):
            hour = world.lesson.api("GET", f"/v1/throughput?school={school}")
            for direction in ("in", "out"):
                for column, what in (("packets", "packets"), ("ip_bytes", "bytes")):
                    flows = sum(
                        value[what]
                        for key, value in totals.items()
                        if key[0] == school and key[2] == direction
                    )
                    self.assertGreater(flows, 0)
                    self.assertEqual(sum(hour["series"][f"{column}_{direction}"]), flows)

        def agree():
            hour = world.lesson.api("GET", "/v1/throughput")
            counted, series = hour["totals"], hour["series"]
            same = all(
                counted[f"frames_{way}"]
                == counted[f"device_packets_{way}"]
                == sum(series[f"frames_{way}"])
                for way in ("in", "out")
            )
            return hour if same else None

        # A frame may come between the look at the worker and the look at the device.
        hour = wait_until(agree, 10, "relay and device count differently")
        self.assertEqual(sum(hour["series"]["device_missed"]), 0)
        dropped = sum(hour["series"]["dropped"])
        self.assertEqual(dropped, sum(sum(counts) for counts in hour["drops"].values()))
        kernel = world.county.counters("relay", "media0")
        self.assertLessEqual(hour["totals"]["device_packets_in"], kernel["rx"]["packets"])

    def check_hand_over(self, world):
        """The counters run on at the bell; the rows tell each lesson's own."""
        for school in ("wuxi", "houren"):
            (row,) = world.rows(
                "SELECT sum(packets) AS packets, max(media_s) AS media_s FROM minutes"
                " WHERE lesson LIKE 'r0/%' AND school = ? AND kind = 'audio'"
                " AND NOT is_outbound",
                school,
            )
            # 14 s of 50 packets; a look may be as much as a busy second late.
            self.assertAlmostEqual(row["packets"], 700, delta=75)
            self.assertAlmostEqual(row["media_s"], 14, delta=2)

    def test_a_killed_relay_keeps_what_it_recorded_and_tells_of_what_it_missed(self):
        rules = [("wuxi-houren", 0, 30), ("wuxi-dache", 32, 40)]
        with RecordedWorld(rules, lasts_s=40) as world:
            world.start()
            world.wait_moment(LIVE_S + 6)
            world.lesson.kill_relay()
            down = world.clock(LIVE_S + 6)
            world.wait_moment(42)
            world.lesson.start_relay()
            entries = world.wait_entries(2, 40)
            held, missed = entries[("r0", "houren")], entries[("r1", "dache")]
            self.assertEqual((held["verdict"], held["live_minutes"]), ("delivered", 1))
            self.assertEqual(held["reason"], f"relay_down({down}|{world.clock(30)})")
            self.assertEqual((missed["verdict"], missed["live_minutes"]), ("missed", 0))
            self.assertEqual(
                missed["reason"],
                f"live(0|1); relay_down({world.clock(32)}|{world.clock(40)})",
            )
            # What was sent until the kill, but for its last second or two.
            wuxi, houren, _ = world.schools
            came = sum(
                run["audio"]["packets"] for run in world.lesson.counted(houren, wuxi)
            )
            (row,) = world.rows(
                "SELECT sum(packets) AS packets FROM minutes WHERE school = 'wuxi'"
                " AND kind = 'audio' AND NOT is_outbound"
            )
            self.assertGreater(came, LIVE_S * 50)
            self.assertLessEqual(row["packets"], came)
            self.assertGreater(row["packets"], came - 120)

    def test_a_lesson_in_which_the_relay_was_killed_has_one_record_with_all_its_sound(self):
        with RecordedWorld([("wuxi-houren", 0, 36)], lasts_s=36) as world:
            world.start()
            world.wait_moment(LIVE_S + 6)
            world.lesson.kill_relay()
            killed = world.clock(LIVE_S + 6)
            world.lesson.start_relay()
            world.lesson.wait_ready()
            held = world.wait_entries(1, 60)[("r0", "houren")]
            self.assertEqual((held["verdict"], held["live_minutes"]), ("delivered", 1))
            self.assertRegex(held["reason"], rf"^relay_down\({killed}\|\d\d:\d\d\)$")
            # A minute has one row for each flow, with what came before the kill and after it.
            wuxi, houren, _ = world.schools
            for sender, receiver in ((wuxi, houren), (houren, wuxi)):
                runs = [run["audio"] for run in world.lesson.counted(receiver, sender)]
                came = sum(run["packets"] for run in runs)
                (row,) = world.rows(
                    "SELECT packets, media_s FROM minutes WHERE school = ? AND kind = 'audio'"
                    " AND is_outbound",
                    sender.id,
                )
                self.assertGreater(came, 24 * 50)
                self.assertLessEqual(row["packets"], came)
                # A second lies between two looks, and another is on its way to the disk.
                self.assertGreater(row["packets"], came - 100)
                self.assertGreater(row["media_s"], 22)
            self.check_chain(world)

    def check_chain(self, world):
        """The relay runs, and somebody else has the database open; then a row is altered."""
        path = world.lesson.path("state/ledger.db")
        database = sqlite3.connect(path)
        (found,) = database.execute("PRAGMA integrity_check").fetchone()
        self.assertEqual(found, "ok")
        command = [f"{BUILD}/relay", "--verify-ledger", path]
        verified = subprocess.run(command, capture_output=True, text=True, timeout=20)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        with self.assertRaises(sqlite3.IntegrityError):
            database.execute("UPDATE entries SET live_minutes = 0")
        database.execute("DROP TRIGGER entries_are_not_changed")
        database.execute("UPDATE entries SET live_minutes = 0 WHERE kind = 'lesson'")
        database.commit()
        database.close()
        verified = subprocess.run(command, capture_output=True, text=True, timeout=20)
        self.assertNotEqual(verified.returncode, 0)
        self.assertRegex(verified.stdout, r"entries, row \d+: the row does not fit its hash")


if __name__ == "__main__":
    main()
