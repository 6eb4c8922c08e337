# SPDX-License-Identifier: BSD-3-Clause
# test_faults.py - power cuts, pulled cables and stalled connections in mid-lesson: media comes back
# by itself.
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from world import SystemTest, World, main


class Faults(SystemTest):
    """One lesson for all; each test leaves it as it found it: with pictures both ways."""

    @classmethod
    def setUpClass(cls):
        cls.world = World().__enter__()
        cls.addClassCleanup(cls.world.__exit__, None)
        cls.world.start().wait_live()

    def setUp(self):
        self.world.county.heal()
        self.world.wait_pictures(15)

    def tearDown(self):
        failed = self._outcome.result.failures + self._outcome.result.errors
        if any(test is self for test, _ in failed):
            self.world.tell_logs()

    def test_media_is_back_within_5_s_of_a_killed_relay_being_ready(self):
        world = self.world
        world.lesson.kill_relay()
        world.lesson.start_relay()
        world.lesson.wait_ready()
        ready = time.monotonic()
        world.wait_media(5)
        self.assertLess(time.monotonic() - ready, 5)
        world.wait_pictures(5)
        self.assertEqual(world.session()["state"], "live")

    def test_a_killed_classroom_comes_back_into_the_lesson(self):
        world, school = self.world, self.world.schools[1]
        school.process.kill()
        school.process.wait()
        self.assertEqual(len(world.lesson.revive()), 1)
        world.wait_media(5)
        world.wait_pictures(5)

    def test_media_is_back_within_3_s_of_a_link_that_was_down_for_12_s(self):
        self.pull_cable(12)

    def test_media_is_back_within_3_s_of_a_link_that_was_down_for_2_s(self):
        self.pull_cable(2)

    def test_media_is_back_within_3_s_of_the_relays_own_line(self):
        self.pull_relay(6, far_end=False)

    def test_media_is_back_within_3_s_of_what_the_relays_line_hangs_on(self):
        self.pull_relay(6, far_end=True)

    def test_media_is_back_within_3_s_of_a_relays_line_that_was_down_for_20_s(self):
        self.pull_relay(20, far_end=False)

    def pull_relay(self, seconds, far_end):
        """The line of the relay's DPDK device; its control port stays up."""
        world = self.world
        self.addCleanup(world.county.relay_link, True, far_end)
        world.county.relay_link(False, far_end)
        down = time.monotonic()
        before = world.decoded()
        wait_until(lambda: time.monotonic() > down + seconds, seconds + 1, "")
        for key, pictures in world.decoded().items():
            self.assertLess(pictures - before[key], 15, "pictures without a line")
        health = world.lesson.api("GET", "/healthz")
        self.assertEqual(health["status"], "ok")
        world.county.relay_link(True, far_end)
        begun = time.monotonic()
        world.wait_media(3)
        self.assertLess(time.monotonic() - begun, 3)
        world.wait_pictures(5)

    def pull_cable(self, seconds):
        world, school = self.world, self.world.schools[0]
        self.addCleanup(world.county.school_link, 0, up=True)
        world.county.school_link(0, up=False)
        down = time.monotonic()
        before = world.received_bytes(school)
        wait_until(lambda: time.monotonic() > down + seconds, seconds + 1, "")
        self.assertEqual(world.received_bytes(school), before, "the line is not down")
        world.county.school_link(0, up=True)
        world.wait_media(3)
        world.wait_pictures(5)

    def test_a_stalled_control_connection_never_interrupts_media(self):
        world, school = self.world, self.world.schools[0]
        joins = {s.id: world.lesson.status(s)["joins"] for s in world.schools}
        reconnects = world.lesson.status(school)["reconnects"]
        world.county.block_control(0)
        # Beyond the 3 s of silence after which the classroom gives the connection up.
        for _ in range(6):
            world.wait_pictures(1.5, more=10)
        wait_until(
            lambda: not world.lesson.status(school)["connected"], 5, "the stall is not noticed"
        )
        world.wait_pictures(1.5, more=10)
        world.county.heal()
        wait_until(lambda: world.lesson.status(school)["connected"], 10, "no new connection")
        world.wait_pictures(1.5, more=10)
        status = world.lesson.status(school)
        self.assertGreater(status["reconnects"], reconnects)
        self.assertEqual({s.id: world.lesson.status(s)["joins"] for s in world.schools}, joins)

    def test_a_nat_that_forgets_its_mappings_moves_the_leg(self):
        world, school = self.world, self.world.schools[0]
        before = world.leg(school)
        world.county.rebind_nat(0)
        wait_until(
            lambda: (world.leg(school) or before)["address"] != before["address"],
            3,
            "the leg does not move",
        )
        world.wait_media(5)
        world.wait_pictures(5)

    def test_without_the_relay_no_picture_arrives(self):
        world = self.world
        world.lesson.relay.terminate()
        self.assertEqual(world.lesson.relay.wait(timeout=10), 0)
        # Whatever was on its way has arrived once no counter moves.
        wait_until(lambda: self.still(1.0), 10, "pictures go around the relay")
        world.lesson.start_relay()
        world.lesson.wait_ready()
        world.wait_media(5)
        world.wait_pictures(6)

    def still(self, seconds):
        before, begun = self.world.decoded(), time.monotonic()
        wait_until(lambda: time.monotonic() > begun + seconds, seconds + 1, "")
        return self.world.decoded() == before


if __name__ == "__main__":
    main()
