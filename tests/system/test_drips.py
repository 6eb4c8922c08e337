# SPDX-License-Identifier: BSD-3-Clause
# test_drips.py - connections that never finish what they say delay no operator and cost no packet
# of the lesson: two hundred here, ten thousand by `make soak`.
import http.client
import os
import ssl
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../support"))

import county as net
from world import SystemTest, World, main

EACH = int(os.environ.get("DRIPS", "200")) // 2  # from each school's network
REQUESTS = 500
DRIPPER = os.path.join(HERE, "../support/dripper.py")


class Drips(SystemTest):
    def test_dripping_connections_delay_nobody(self):
        with World() as world:
            world.start()
            world.wait_live()
            world.wait_pictures(20)
            before = self.lost(world)
            drippers = [self.drip(world, school) for school in world.schools]
            try:
                for dripper in drippers:
                    self.assertEqual(dripper.stdout.readline(), "all opened\n")
                seconds = self.ask(world)
            finally:
                opened = [int(dripper.communicate("")[0].split()[-1]) for dripper in drippers]
            late = sorted(seconds)[REQUESTS * 99 // 100]
            print(f"p99 beside {sum(opened)} connections: {1000 * late:.1f} ms", flush=True)
            self.assertGreaterEqual(sum(opened), 2 * EACH)
            self.assertLess(late, 0.1)
            world.wait_pictures(10)
            self.assertEqual(self.lost(world), before)

    def drip(self, world, school):
        words = ["ip", "netns", "exec", world.county.name(f"classroom{school.number}")]
        words += ["python3", DRIPPER, net.CONTROL_ADDRESS, str(net.CONTROL_PORT), str(EACH)]
        return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def lost(self, world):
        return {
            (flow["ssrc"], flow["direction"], flow["to"]): flow["lost"] or 0
            for flow in world.lesson.flows()
        }

    def ask(self, world):
        """How long each request of an operator's connection took."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(
            "127.0.0.1", world.lesson.port, timeout=20, context=context
        )
        seconds = []
        for _ in range(REQUESTS):
            begin = time.monotonic()
            connection.request("GET", "/v1/status")
            self.assertEqual(connection.getresponse().read()[:1], b"{")
            seconds.append(time.monotonic() - begin)
            time.sleep(0.02)  # over ten seconds of dripping
        connection.close()
        return seconds


if __name__ == "__main__":
    main()
