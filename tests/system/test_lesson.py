# SPDX-License-Identifier: BSD-3-Clause
# test_lesson.py - whole lessons: pictures and sound both ways, nothing before the bell, every
# counter agreeing.
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from lesson import School, two_schools
from world import SystemTest, World, main


class Lesson(SystemTest):
    def test_two_schools_see_and_hear_each_other_and_all_counters_agree(self):
        with World(lasts_s=14, bell_in_s=6) as world:
            world.start()
            lesson = world.lesson
            for school in world.schools:
                wait_until(
                    lambda s=school: (lesson.status(s) or {}).get("path_up"),
                    5,
                    "the path is not up",
                )
                self.assertEqual(lesson.status(school)["state"], "open")
                self.assertFalse(
                    any(lesson.sent(school, "packets").values()), "media before the bell"
                )
            self.assertEqual(world.encoders(), [], "a camera runs before the bell")
            worker = lesson.api("GET", "/v1/status")["workers"][0]
            self.assertIsNone(worker["delay_median_us"])
            world.wait_live()
            world.wait_pictures(10, more=60)
            worker = lesson.api("GET", "/v1/status")["workers"][0]
            self.assertLess(0, worker["delay_median_us"])
            self.assertLess(worker["delay_min_us"], worker["delay_median_us"])
            self.assertLess(worker["delay_median_us"], worker["delay_max_us"])
            self.assertLess(worker["delay_median_us"], 20000)

            table = world.quiet_counts()
            self.assertEqual(len(table), 6)
            self.assertTrue(all(entry["sent"] > 30 for entry in table.values()), table)
            for flow in lesson.flows():
                self.assertIn(flow["lost"], (0, None), flow)
            self.assert_sums(lesson.api("GET", "/v1/status"))
            for receiver, sender in world.pairs():
                for kind in world.videos():
                    sent = lesson.sent(sender)[kind]
                    decoded = lesson.decoded(receiver, sender, kind)
                    self.assertGreaterEqual(decoded, 0.95 * sent - 2, f"{receiver.id} {kind}")
                self.assertGreater(lesson.heard(receiver, sender), 0.5)
                self.assertEqual(lesson.status(receiver)["receive"][0]["failed"], 0)

            wait_until(lambda: world.session() is None, 25, "the session does not end by the bell")
            late = time.time() - (world.plan.end_s + world.plan.grace_s)
            self.assertLess(abs(late), 2.0, "the session ended at the wrong moment")
            wait_until(lambda: not world.encoders(), 5, "a camera runs after the lesson")
            for school in world.schools:
                wait_until(
                    lambda s=school: lesson.status(s)["state"] == "waiting", 5, "not waiting"
                )
            self.assertEqual(lesson.stop(), 0)

    def test_the_portable_profile_carries_a_lesson_too(self):
        with World(profiles="AES_CM_128_HMAC_SHA1_80", kinds=("audio", "teacher")) as world:
            world.start().wait_live()
            self.assertEqual(world.session()["profile"], "AES_CM_128_HMAC_SHA1_80")
            world.wait_pictures(10, more=30)
            world.quiet_counts()

    def test_one_school_reaches_two_others(self):
        schools = two_schools() + [School("dache", "大车小学", "Dache", 880)]
        with World(schools, kinds=("audio", "teacher")) as world:
            world.start().wait_live()
            world.wait_pictures(12, more=30)
            table = world.quiet_counts()
            self.assertEqual(len(table), 6)
            self.assertTrue(all(len(entry["out"]) == 2 for entry in table.values()), table)
            self.assert_sums(world.lesson.api("GET", "/v1/status"))

    def test_a_latecomer_and_an_operator_meet_in_a_session_of_their_own(self):
        with World(bell_in_s=3600, open_before_s=60) as world:
            world.start()
            lesson = world.lesson
            wait_until(
                lambda: all(
                    e["connected"] for e in lesson.api("GET", "/v1/endpoints")["endpoints"]
                ),
                10,
                "the classrooms do not connect",
            )
            self.assertIsNone(world.session())
            endpoints = [school.endpoint for school in world.schools]
            opened = lesson.api("POST", "/v1/sessions", {"endpoints": endpoints, "minutes": 5})
            world.wait_live()
            world.wait_pictures(10)
            self.assertIsNone(world.session()["lesson"])
            path = "/v1/sessions/" + opened["id"].replace("/", "%2F")
            before = world.session()["remaining_s"]
            extended = lesson.api("POST", path + "/extend", {"minutes": 5})
            self.assertGreater(extended["remaining_s"], before + 200)
            lesson.api("DELETE", path)
            wait_until(lambda: world.session() is None, 5, "the session does not end")
            wait_until(lambda: not world.encoders(), 5, "a camera runs after the session")


if __name__ == "__main__":
    main()
