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
from impairer import Impairer, Impairment
from lesson import INPUT_PORTS
from world import BUILD, SystemTest, World, main

MEDIA_PORT = 5000
PCMA_BYTES = 160  # 20 ms at 8000 Hz
PCMA_INTERVAL_S = 0.02
PACKETS = 500
LATE_MAX_S = 0.015
LOSS_PERCENT = 5
PCMA_RATE_HZ = 8000
TICK_MS = 1000 / PCMA_RATE_HZ
SEED = 20261122
PHASE_PACKETS = 100
PHASES = (
    Impairment(),
    Impairment(loss=0.02),
    Impairment(loss=0.2),
    Impairment(loss=0.1, bursty=True),
    Impairment(reorder=0.1),
    Impairment(duplicate=0.1),
    Impairment(jitter_s=0.015),
    Impairment(loss=0.05, bursty=True, reorder=0.05, duplicate=0.05, jitter_s=0.01),
)
UDP = (socket.AF_INET, socket.SOCK_DGRAM)


def rtp(seq, timestamp):
    return struct.pack("!BBHII", 0x80, 8, seq, timestamp, 7) + b"\xd5" * PCMA_BYTES


class Referee(SystemTest):
    def start_capture(self, world, path):
        """tshark on the relay's line; returns once it captures."""
        capture = world.county.start(
            "gateway",
            ["tshark", "-q", "-i", "media", "-f", f"udp dst port {MEDIA_PORT}"]
            + ["-F", "pcap", "-w", path],
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

    def replayed(self, path):
        """ssrc -> what the relay's own reception statistics make of the capture."""
        words = [os.path.join(BUILD, "replay"), path, str(MEDIA_PORT), str(PCMA_RATE_HZ)]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        rows = [[float(word) for word in line.split()] for line in said.splitlines()]
        names = ("packets", "lost", "duplicates", "reordered", "mean", "greatest", "last")
        return {int(row[0]): dict(zip(names, row[1:])) for row in rows}

    def sequence(self, path, ssrc):
        """The sequence numbers of a stream as tshark lists them, in the order of arrival."""
        said = subprocess.run(
            ["tshark", "-r", path, "-d", f"udp.port=={MEDIA_PORT},rtp"]
            + ["-Y", f"rtp.ssrc == {ssrc}", "-T", "fields", "-e", "rtp.seq"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        return [int(word) for word in said.split()]

    def pcma_world(self):
        world = World(media=False, kinds=("audio",))
        table = world.lesson.path("endpoints.csv")
        with open(table, encoding="utf-8") as file:
            text = file.read()
        self.assertIn("audio=opus", text)
        with open(table, "w", encoding="utf-8") as file:
            file.write(text.replace("audio=opus", "audio=pcma"))
        return world

    def inbound(self, world, school):
        return next(
            flow
            for flow in world.lesson.flows()
            if flow["direction"] == "in" and flow["endpoint"] == school.endpoint
        )

    def send_impaired(self, world, school, impairer):
        microphone = world.county.socket(f"classroom{school.number}", *UDP)
        begin = time.monotonic()
        for number in range(PHASE_PACKETS * len(PHASES)):
            impairer.now = PHASES[number // PHASE_PACKETS]
            time.sleep(max(0.0, begin + number * PCMA_INTERVAL_S - time.monotonic()))
            microphone.sendto(rtp(number, number * PCMA_BYTES), ("127.0.0.1", INPUT_PORTS["audio"]))
        microphone.close()

    def test_every_impairment_is_counted_as_tshark_counts_it(self):
        with self.pcma_world() as world:
            sender = world.schools[0]
            with Impairer(world.county, sender.number, MEDIA_PORT, SEED) as impairer:
                world.start().wait_live()
                path = world.lesson.path("impaired.pcap")
                capture = self.start_capture(world, path)
                self.send_impaired(world, sender, impairer)
                wait_until(
                    lambda: self.inbound(world, sender)["last_packet_ms"] > 500,
                    5,
                    "speech does not end",
                )
                flow = self.inbound(world, sender)
                capture.send_signal(signal.SIGINT)
                capture.communicate(timeout=10)
            self.judge(flow, path)

    def judge(self, flow, path):
        sequence = self.sequence(path, flow["ssrc"])
        unique = set(sequence)
        missing = max(unique) - min(unique) + 1 - len(unique)
        highest, behind, met = sequence[0], 0, set()
        for seq in sequence:
            behind += seq < highest and seq not in met
            highest = max(highest, seq)
            met.add(seq)
        self.assertGreater(missing, 0)
        self.assertGreater(behind, 0)
        self.assertGreater(len(sequence), len(unique), "nothing came twice")
        names = ("packets", "lost", "duplicates", "reordered")
        wanted = [len(unique), missing, len(sequence) - len(unique), behind]
        self.assertEqual([flow[name] for name in names], wanted)
        replayed = self.replayed(path)[flow["ssrc"]]
        self.assertEqual([replayed[name] for name in names], wanted)
        last_ms = replayed["last"] * TICK_MS
        self.assertAlmostEqual(flow["jitter_ms"], last_ms, delta=max(0.02 * last_ms, 0.2))

    def test_loss_and_jitter_agree_with_tshark(self):
        with self.pcma_world() as world:
            world.start().wait_live()
            sender = world.schools[0]
            world.county.impair(sender.number, LOSS_PERCENT)
            path = world.lesson.path("relay.pcap")
            capture = self.start_capture(world, path)

            def inbound():
                return self.inbound(world, sender)

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
            replayed = self.replayed(path)[flow["ssrc"]]
            self.assertAlmostEqual(replayed["mean"] * TICK_MS, mean_ms, delta=TICK_MS)
            self.assertAlmostEqual(replayed["greatest"] * TICK_MS, greatest_ms, delta=TICK_MS)
            last_ms = replayed["last"] * TICK_MS
            self.assertAlmostEqual(flow["jitter_ms"], last_ms, delta=max(0.02 * last_ms, 0.2))
            # The relay's is A.8's running figure, seen every ten packets; tshark's the mean of all.
            settled = jitters[3:]
            self.assertAlmostEqual(sum(settled) / len(settled), mean_ms, delta=0.1 * mean_ms + 0.2)
            self.assertLessEqual(max(settled), greatest_ms * 1.05 + 0.2)


if __name__ == "__main__":
    main()
