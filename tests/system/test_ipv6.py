# SPDX-License-Identifier: BSD-3-Clause
# test_ipv6.py - a lesson between a school that has only IPv6 and one that has only IPv4, with ping
# and tshark as referees.
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

import county as net
from world import SystemTest, World, main

GOOD_CHECKSUM = "1"  # tshark's word for it
ECHOES_PER_S = 100


class Ipv6(SystemTest):
    def ping(self, county, role, *options):
        """How many of its echo requests to the media address were answered."""
        words = ["ping", "-6", "-n", "-q", *options, net.MEDIA_ADDRESS6]
        text = county.inside(role, *words, check=False)
        return int(re.search(r"(\d+) received", text).group(1))

    def capture(self, county, seconds, display, *fields):
        """What tshark reads of the relay's own frames on the gateway's side."""
        words = ["tshark", "-n", "-q", "-l", "-i", "media", "-a", f"duration:{seconds}"]
        words += ["-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]
        words += ["-Y", display, "-T", "fields"]
        for field in fields:
            words += ["-e", field]
        there = county.start(
            "gateway", words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        text, _ = there.communicate(timeout=seconds + 20)
        return [line.split("\t") for line in text.splitlines()]

    def test_a_school_with_ipv6_and_one_with_ipv4_see_and_hear_each_other(self):
        with World(kinds=("audio", "teacher")) as world:
            county, lesson = world.county, world.lesson
            county.add_ipv6([1])
            lesson.media_settings = (
                f'\taddress6 = "{net.MEDIA_ADDRESS6}/64";\n'
                f'\tgateway6 = "{net.MEDIA_GATEWAY6}";\n'
            )
            lesson.write_configuration()
            world.start().wait_live()
            world.wait_pictures(10, more=30)
            addresses = {leg["school"]: leg["address"] for leg in world.session()["legs"]}
            four, six = (addresses[school.id] for school in world.schools)
            self.assertRegex(four, r"^198\.18\.10\.2:\d+$")
            self.assertRegex(six, r"^\[fd00:198:18:b1::2\]:\d+$")

            for source, field in ((net.MEDIA_ADDRESS6, "ipv6.src"), (net.MEDIA_ADDRESS, "ip.src")):
                display = f"{field} == {source} && udp"
                frames = self.capture(county, 2, display, "udp.checksum.status")
                self.assertGreater(len(frames), 50)
                self.assertEqual({frame[0] for frame in frames}, {GOOD_CHECKSUM}, field)

            self.assertEqual(self.ping(county, "classroom1", "-c", "3", "-W", "2"), 3)
            before = world.drops()["icmp_rate"]
            answered = self.ping(county, "gateway", "-f", "-c", "2000", "-w", "3")
            self.assertGreater(world.drops()["icmp_rate"], before)
            self.assertLessEqual(answered, 5 * ECHOES_PER_S)
            neighbours = county.ip("gateway", "-6", "neighbour", "show", "dev", "media")
            self.assertRegex(neighbours, r"fd00:198:18::2 lladdr 02:00:c6:12:00:02")

            world.quiet_counts()
            self.assert_sums(lesson.api("GET", "/v1/status"))
            for flow in lesson.flows():
                self.assertIn(flow["lost"], (0, None), flow)


if __name__ == "__main__":
    main()
