# SPDX-License-Identifier: BSD-3-Clause
# test_clock.py - somebody sets the relay's clock in mid-lesson: the lesson neither ends, nor
# repeats, nor moves.
import datetime
import glob
import os
import sys
import time
import zoneinfo

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from lesson import write
from world import SystemTest, World, main


LENGTH_S = 20


class Clock(SystemTest):
    def fake_clock(self, world):
        """The relay's wall clock goes by a file of ours, which holds its offset."""
        libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        self.assertEqual(len(libraries), 1, "the Debian package libfaketime is missing")
        offset = os.path.join(world.directory, "offset")
        write(offset, "+0\n")
        world.lesson.environment = {
            "LD_PRELOAD": libraries[0],
            "FAKETIME_TIMESTAMP_FILE": offset,
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        return offset

    def test_a_step_of_the_wall_clock_leaves_a_running_lesson_alone(self):
        with World(kinds=("audio", "teacher")) as world:
            offset = self.fake_clock(world)
            world.start().wait_live()
            world.wait_pictures(10)
            joins = self.joins(world)
            for step_s in (3600, -3600, 86400, -86400, 30 * 86400, 0):
                begun = time.monotonic()
                remaining = world.session()["remaining_s"]
                write(offset, f"{step_s:+d}\n")
                wait_until(
                    lambda s=step_s: abs(self.relay_clock(world) - time.time() - s) < 5,
                    5,
                    "the relay does not see the step",
                )
                for _ in range(3):
                    world.wait_pictures(2, more=10)
                session = world.session()
                self.assertEqual(session["state"], "live", f"after a step of {step_s} s")
                passed = time.monotonic() - begun
                self.assertAlmostEqual(session["remaining_s"], remaining - passed, delta=2.5)
                self.assertEqual(len(world.lesson.api("GET", "/v1/sessions")["sessions"]), 1)
            self.assertEqual(self.joins(world), joins, "a step made the schools join again")

    def test_a_lesson_across_the_end_of_32_bits_is_held_once_and_whole(self):
        # 2^31 s after 1970 are over at 03:14:08 UTC on 19 January 2038, in mid-lesson.
        start_s = 2**31 - 10
        with World(start_s=start_s, end_s=start_s + LENGTH_S, kinds=("audio",)) as world:
            offset = self.fake_clock(world)
            world.start()
            self.assertIsNone(world.session())
            write(offset, f"+{start_s - 6 - time.time():.3f}\n")
            wait_until(lambda: world.session() is not None, 5, "the lesson does not open")
            states, live_at, graced_at = [], None, None
            end = time.monotonic() + LENGTH_S + 20
            while time.monotonic() < end and (session := world.session()):
                if session["state"] not in states[-1:]:
                    states.append(session["state"])
                    live_at = time.monotonic() if states[-1] == "live" else live_at
                    graced_at = time.monotonic() if states[-1] == "grace" else graced_at
                time.sleep(0.05)
            self.assertEqual(states, ["open", "live", "grace"])
            self.assertAlmostEqual(graced_at - live_at, LENGTH_S, delta=0.5)
            self.assertGreater(self.relay_clock(world), start_s + LENGTH_S)
            self.assertEqual(set(self.joins(world).values()), {1})
            for school in world.schools:
                self.assertGreater(world.lesson.sent(school, "packets")["audio"], 45 * LENGTH_S)
            date = datetime.datetime.fromtimestamp(start_s, zoneinfo.ZoneInfo(world.plan.zone))
            lessons = world.lesson.api("GET", f"/v1/lessons?date={date:%Y-%m-%d}")["lessons"]
            self.assertEqual([lesson["state"] for lesson in lessons], ["ended"])

    @staticmethod
    def joins(world):
        return {school.id: world.lesson.status(school)["joins"] for school in world.schools}

    @staticmethod
    def relay_clock(world):
        text = world.lesson.api("GET", "/v1/status")["now"].replace("Z", "+0000")
        form = "%Y-%m-%dT%H:%M:%S.%f%z" if "." in text else "%Y-%m-%dT%H:%M:%S%z"
        return datetime.datetime.strptime(text, form).timestamp()


if __name__ == "__main__":
    main()
