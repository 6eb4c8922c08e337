#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# test_devices.py - the same lesson over other DPDK devices, and over hugepages.
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from world import SystemTest, World, main

AF_PACKET = "net_af_packet0,iface=media0"
TAP = "dtap0"
POOL = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
POOL_PAGES = 256


class Hugepages:
    """Pages for one relay, and a mount for them; given back at the end."""

    def __enter__(self):
        with open(POOL, encoding="ascii") as file:
            self.before = int(file.read())
        self.set(max(self.before, POOL_PAGES))
        self.directory = tempfile.mkdtemp(prefix="huge-")
        subprocess.run(["mount", "-t", "hugetlbfs", "none", self.directory], check=True)
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", self.directory], check=True)
        os.rmdir(self.directory)
        self.set(self.before)

    @staticmethod
    def set(pages):
        with open(POOL, "w", encoding="ascii") as file:
            file.write(str(pages))


class Devices(SystemTest):
    def hold_lesson(self, change, after_start=None):
        with World(kinds=("audio", "teacher")) as world:
            lesson = world.lesson
            path = lesson.path("relay.conf")
            with open(path, encoding="utf-8") as file:
                before = file.read()
            after = change(before)
            self.assertNotEqual(before, after)
            with open(path, "w", encoding="utf-8") as file:
                file.write(after)
            lesson.start_relay()
            if after_start:
                after_start(world)
            lesson.wait_ready()
            lesson.enrol()
            for school in world.schools:
                lesson.start_classroom(school)
            world.wait_live()
            world.wait_pictures(15, more=15)
            world.quiet_counts()
            self.assert_sums(lesson.api("GET", "/v1/status"))

    def test_af_xdp_carries_a_lesson(self):
        self.hold_lesson(lambda text: text.replace(AF_PACKET, "net_af_xdp0,iface=media0"))

    def test_a_tap_behind_a_bridge_carries_a_lesson(self):
        def bridge(world):
            county = world.county
            county.nft("relay", "delete table netdev media")
            county.ip("relay", "link", "add", "bridge0", "type", "bridge")
            wait_until(lambda: TAP in county.ip("relay", "link", "show"), 10, "no tap")
            for interface in ("media0", TAP):
                county.ip("relay", "link", "set", interface, "master", "bridge0")
            for interface in (TAP, "bridge0"):
                county.ip("relay", "link", "set", interface, "up")

        self.hold_lesson(lambda text: text.replace(AF_PACKET, f"net_tap0,iface={TAP}"), bridge)

    def test_hugepages_carry_a_lesson(self):
        with Hugepages() as pages:
            huge = f'"--huge-dir={pages.directory}", "--in-memory"'
            self.hold_lesson(lambda text: text.replace('"--no-huge", "--no-shconf"', huge))


if __name__ == "__main__":
    main()
