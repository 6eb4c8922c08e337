# SPDX-License-Identifier: BSD-3-Clause
# impairer.py - a school's media on its way to the relay, lost, delayed, swapped and doubled by a
# seeded chance.
import heapq
import random
import select
import socket
import threading
import time
from dataclasses import dataclass

from county import MEDIA_ADDRESS

PORT = 6000
BURST_STAYS = 0.75  # of a burst of loss: four packets on average


@dataclass(frozen=True)
class Impairment:
    loss: float = 0  # share
    bursty: bool = False
    reorder: float = 0  # share that is held back behind later ones
    duplicate: float = 0  # share that comes twice
    jitter_s: float = 0  # each waits up to so long


class Impairer:
    """Takes the school's datagrams at the gateway and passes them on; a context manager."""

    def __init__(self, county, school, media_port, seed):
        self.chance = random.Random(seed)
        self.now = Impairment()
        self.is_in_burst = False
        self.waiting = []  # (due, number, datagram)
        self.number = 0
        self.peer = None
        datagrams = (socket.AF_INET, socket.SOCK_DGRAM)
        self.inside = county.socket("gateway", *datagrams)
        self.inside.bind(("0.0.0.0", PORT))
        self.outside = county.socket("gateway", *datagrams)
        self.outside.connect((MEDIA_ADDRESS, media_port))
        county.nft(
            "gateway",
            "table ip impair { chain way { type nat hook prerouting priority dstnat; "
            f'iifname "school{school}" udp dport {media_port} redirect to :{PORT}; }}; }}',
        )
        self.is_over = False
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join()
        self.inside.close()
        self.outside.close()

    def loses(self):
        if not self.now.bursty:
            return self.chance.random() < self.now.loss
        # Two states: the chance to enter makes the mean what was asked for.
        enters = (1 - BURST_STAYS) * self.now.loss / (1 - self.now.loss)
        stays = BURST_STAYS if self.is_in_burst else enters
        self.is_in_burst = self.chance.random() < stays
        return self.is_in_burst

    def hold(self, datagram, delay_s):
        self.number += 1
        heapq.heappush(self.waiting, (time.monotonic() + delay_s, self.number, datagram))

    def take(self, datagram):
        is_media = len(datagram) > 12 and 128 <= datagram[0] < 192 and not 192 <= datagram[1] <= 223
        if not is_media:
            self.outside.send(datagram)
            return
        if self.loses():
            return
        delay_s = self.chance.uniform(0, self.now.jitter_s)
        if self.chance.random() < self.now.reorder:
            delay_s += 0.03
        self.hold(datagram, delay_s)
        if self.chance.random() < self.now.duplicate:
            self.hold(datagram, delay_s + 0.002)

    def run(self):
        while not self.is_over:
            due_s = self.waiting[0][0] - time.monotonic() if self.waiting else 0.05
            ready, _, _ = select.select([self.inside, self.outside], [], [], max(0, due_s))
            while self.waiting and self.waiting[0][0] <= time.monotonic():
                self.outside.send(heapq.heappop(self.waiting)[2])
            if self.inside in ready:
                datagram, self.peer = self.inside.recvfrom(2048)
                self.take(datagram)
            if self.outside in ready:
                answer = self.outside.recv(2048)
                if self.peer:
                    self.inside.sendto(answer, self.peer)
