# SPDX-License-Identifier: BSD-3-Clause
# test_clock.py - somebody sets the relay's clock in mid-lesson: the lesson neither ends, nor
# repeats, nor moves.
import datetime
import glob
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from lesson import write
from world import SystemTest, World, main


class Clock(SystemTest):
    def test_a_step_of_the_wall_clock_leaves_a_running_lesson_alone(self):
        libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        self.assertEqual(len(libraries), 1, "the Debian package libfaketime is missing")
        with World(kinds=("audio", "teacher")) as world:
            offset = os.path.join(world.directory, "offset")
            write(offset, "+0\n")
            world.lesson.environment = {
                "LD_PRELOAD": libraries[0],
                "FAKETIME_TIMESTAMP_FILE": offset,
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
            world.start().wait_live()
            world.wait_pictures(10)
            joins = self.joins(world)
            for step_s in (7200, -90000, 30 * 86400, 0):
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
