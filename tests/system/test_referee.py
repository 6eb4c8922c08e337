#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# test_referee.py - loss and jitter as the relay says them, beside tshark's on the same packets.
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from lesson import INPUT_PORTS
from world import SystemTest, World, main

MEDIA_PORT = 5000
PCMA_BYTES = 160  # 20 ms at 8000 Hz
PCMA_INTERVAL_S = 0.02
PACKETS = 500
LATE_MAX_S = 0.015
LOSS_PERCENT = 5
UDP = (socket.AF_INET, socket.SOCK_DGRAM)


def rtp(seq, timestamp):
    return struct.pack("!BBHII", 0x80, 8, seq, timestamp, 7) + b"\xd5" * PCMA_BYTES


class Referee(SystemTest):
    def start_capture(self, world, path):
        """tshark on the relay's line; returns once it captures."""
        capture = world.county.start(
            "gateway",
            ["tshark", "-q", "-i", "media", "-f", f"udp dst port {MEDIA_PORT}", "-w", path],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for line in capture.stderr:
            if "Capturing on" in line:
                break
        wait_until(lambda: os.path.exists(path) and os.path.getsize(path) > 0, 10, "no capture")
        return capture

    def streams(self, path):
        """ssrc -> (packets, lost, mean and greatest jitter in ms), as tshark reads the capture."""
        said = subprocess.run(
            ["tshark", "-q", "-r", path, "-d", f"udp.port=={MEDIA_PORT},rtp", "-z", "rtp,streams"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        found = {}
        for line in said.splitlines():
            match = re.search(r"0x([0-9A-Fa-f]{8})\s+g711A\s+(\d+)\s+(-?\d+) \([^)]*\)(.*)", line)
            if match:
                numbers = [float(word) for word in re.findall(r"-?\d+\.\d+", match[4])]
                found[int(match[1], 16)] = (int(match[2]), int(match[3]), numbers[-2], numbers[-1])
        return found

    def send_speech(self, world, school, sample):
        """Speech from the room's microphone, packets late by chance; samples the relay's figure."""
        microphone = world.county.socket(f"classroom{school.number}", *UDP)
        chance = random.Random(20261122)
        jitters = []
        begin = time.monotonic()
        for number in range(PACKETS):
            due = begin + number * PCMA_INTERVAL_S + chance.uniform(0, LATE_MAX_S)
            time.sleep(max(0.0, due - time.monotonic()))
            microphone.sendto(rtp(number, number * PCMA_BYTES), ("127.0.0.1", INPUT_PORTS["audio"]))
            if number % 10 == 9:
                jitters.append(sample())
        microphone.close()
        return jitters

    def test_loss_and_jitter_agree_with_tshark(self):
        with World(media=False, kinds=("audio",)) as world:
            table = world.lesson.path("endpoints.csv")
            with open(table, encoding="utf-8") as file:
                text = file.read()
            self.assertIn("audio=opus", text)
            with open(table, "w", encoding="utf-8") as file:
                file.write(text.replace("audio=opus", "audio=pcma"))
            world.start().wait_live()
            sender = world.schools[0]
            world.county.impair(sender.number, LOSS_PERCENT)
            path = world.lesson.path("relay.pcap")
            capture = self.start_capture(world, path)

            def inbound():
                return next(
                    flow
                    for flow in world.lesson.flows()
                    if flow["direction"] == "in" and flow["endpoint"] == sender.endpoint
                )

            jitters = self.send_speech(world, sender, lambda: inbound()["jitter_ms"])
            wait_until(lambda: inbound()["last_packet_ms"] > 500, 5, "speech does not end")
            flow = inbound()
            capture.send_signal(signal.SIGINT)
            capture.communicate(timeout=10)

            streams = self.streams(path)
            self.assertIn(flow["ssrc"], streams)
            packets, lost, mean_ms, greatest_ms = streams[flow["ssrc"]]
            self.assertGreater(lost, 0)
            self.assertEqual((flow["packets"], flow["lost"]), (packets, lost))
            # The relay's is A.8's running figure, seen every ten packets; tshark's the mean of all.
            settled = jitters[3:]
            self.assertAlmostEqual(sum(settled) / len(settled), mean_ms, delta=0.1 * mean_ms + 0.2)
            self.assertLessEqual(max(settled), greatest_ms * 1.05 + 0.2)


if __name__ == "__main__":
    main()
