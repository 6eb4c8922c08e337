#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# dripper.py - connections that send a byte now and then and never finish what they say.
"""Holds COUNT connections to ADDRESS:PORT until its input ends; opens anew what is closed. Prints a
line once each has been opened, and at the end how many were opened in all."""
import resource
import select
import socket
import sys

EVERY_S = 2.0  # a byte on each connection
ROUND_S = 0.02


class Drip:
    def __init__(self, target):
        self.target, self.opened, self.plain = target, 0, None

    def tend(self):
        """Opens, drips or finds itself closed; never waits."""
        try:
            if self.plain is None:
                self.plain = socket.socket()
                self.plain.setblocking(False)
                self.plain.connect_ex(self.target)
                self.opened += 1
            else:
                self.plain.send(b"\x16" if self.opened % 2 else b"G")
        except BlockingIOError:
            pass
        except OSError:
            self.plain.close()
            self.plain = None


def main():
    address, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 64, count + 64))
    drips = [Drip((address, port)) for _ in range(count)]
    share = max(1, int(count * ROUND_S / EVERY_S))
    turn = 0
    while not select.select([sys.stdin], [], [], ROUND_S)[0]:
        for _ in range(share):
            drips[turn % count].tend()
            turn += 1
            if turn == count:
                print("all opened", flush=True)
    print(sum(drip.opened for drip in drips), flush=True)


if __name__ == "__main__":
    main()
