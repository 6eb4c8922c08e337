# SPDX-License-Identifier: BSD-3-Clause
# test_arrivals.py - schools that come late, and schools that share one address.
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from world import SystemTest, World, main


class Arrivals(SystemTest):
    def test_two_schools_behind_one_nat_see_each_other(self):
        with World(kinds=("audio", "teacher")) as world:
            world.county.share_nat(1, 0)
            world.start().wait_live()
            world.wait_pictures(10, more=30)
            legs = world.session()["legs"]
            addresses = [leg["address"].rsplit(":", 1) for leg in legs]
            shared = {world.county.school_address(0)}
            self.assertEqual({address for address, _ in addresses}, shared)
            self.assertEqual(len({port for _, port in addresses}), 2)
            world.quiet_counts()
            self.assert_sums(world.lesson.api("GET", "/v1/status"))

    def test_a_school_that_comes_late_sees_at_once_and_is_seen(self):
        with World(kinds=("audio", "teacher")) as world:
            lesson = world.lesson
            first, late = world.schools
            lesson.start_relay()
            lesson.wait_ready()
            lesson.enrol()
            lesson.start_classroom(first)
            wait_until(lambda: lesson.is_live(first), 20, "the first school is not live")
            # It teaches to nobody meanwhile, and nothing of that is held against anyone.
            wait_until(lambda: lesson.sent(first)["teacher"] > 60, 15, "no pictures are sent")
            drops = world.drops()
            self.assertGreater(drops["no_receiver"], 60)
            lesson.start_classroom(late)
            wait_until(lambda: lesson.is_live(late), 5, "the late school is not live")
            world.wait_pictures(6)
            for flow in lesson.flows():
                self.assertIn(flow["lost"], (0, None), flow)
            self.assertEqual(lesson.status(first)["joins"], 1)


if __name__ == "__main__":
    main()
