# SPDX-License-Identifier: BSD-3-Clause
# test_capture.py - the headers of one flow in a file that tshark reads: the packets that the relay
# counts, and no payload.
import os
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from lesson import INPUT_PORTS
from world import BUILD, SystemTest, World, main

MEDIA_PORT = 5000
PACKETS = 150
INTERVAL_S = 0.01
PCMA_BYTES = 160
SECONDS = 6
HEADERS_BYTES = 14 + 20 + 8 + 12
FIELDS = ("rtp.ssrc", "rtp.seq", "frame.len", "frame.cap_len", "frame.time_epoch")


def rtp(number):
    return struct.pack("!BBHII", 0x80, 8, number, number * PCMA_BYTES, 7) + b"\xd5" * PCMA_BYTES


class Capture(SystemTest):
    def relayctl(self, world, *words):
        server = f"https://localhost:{world.lesson.port}"
        command = [f"{BUILD}/relayctl", "--server", server, *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, encoding="utf-8")

    def send_speech(self, world, school):
        with world.county.socket(f"classroom{school.number}", 2, 2) as microphone:
            begin = time.monotonic()
            for number in range(PACKETS):
                time.sleep(max(0.0, begin + number * INTERVAL_S - time.monotonic()))
                microphone.sendto(rtp(number), ("127.0.0.1", INPUT_PORTS["audio"]))

    def packets(self, path):
        words = ["tshark", "-r", path, "-d", f"udp.port=={MEDIA_PORT},rtp", "-T", "fields"]
        for field in FIELDS:
            words += ["-e", field]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        return [dict(zip(FIELDS, row.split("\t"))) for row in said.splitlines()]

    def test_tshark_reads_what_the_relay_counts(self):
        with World(media=False, kinds=("audio",)) as world:
            table = world.lesson.path("endpoints.csv")
            with open(table, encoding="utf-8") as file:
                text = file.read()
            with open(table, "w", encoding="utf-8") as file:
                file.write(text.replace("audio=opus", "audio=pcma"))
            world.start().wait_live()
            sender = world.schools[0]
            session = world.session()["id"]
            path = world.lesson.path("flow.pcapng")
            flow = (session, sender.endpoint, "audio")
            words = ("capture", *flow, "--seconds", str(SECONDS), "--file", path)
            capture = self.relayctl(world, *words)
            wait_until(
                lambda: "headers captured" in str(world.lesson.api("GET", "/v1/audit")),
                5,
                "the capture does not begin",
            )
            second = self.relayctl(world, *words)
            _, said = second.communicate(timeout=10)
            self.assertEqual(second.returncode, 1)
            self.assertIn("one at a time", said)
            self.send_speech(world, sender)
            told, said = capture.communicate(timeout=20)
            self.assertEqual(capture.returncode, 0, said)
            inbound = next(
                one for one in world.lesson.flows()
                if one["direction"] == "in" and one["endpoint"] == sender.endpoint
            )
            packets = self.packets(path)
            self.assertGreater(len(packets), PACKETS // 2)
            self.assertEqual(len(packets), inbound["packets"])
            self.assertIn(f"headers of {len(packets)} packets", told)
            self.assertEqual({int(p["rtp.ssrc"], 16) for p in packets}, {inbound["ssrc"]})
            numbers = [int(packet["rtp.seq"]) for packet in packets]
            self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))
            for packet in packets:
                self.assertEqual(int(packet["frame.cap_len"]), HEADERS_BYTES)
                self.assertGreater(int(packet["frame.len"]), HEADERS_BYTES + PCMA_BYTES)
                self.assertLess(abs(float(packet["frame.time_epoch"]) - time.time()), 60)
            for words in (("nobody-1", "audio"), (sender.endpoint, "smoke")):
                wrong = self.relayctl(world, "capture", session, *words, "--file", path)
                self.assertIn("no such flow", wrong.communicate(timeout=10)[1])
                self.assertEqual(wrong.returncode, 1)


if __name__ == "__main__":
    main()
