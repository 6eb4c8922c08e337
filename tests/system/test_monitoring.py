#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# test_monitoring.py - /metrics before Prometheus' own tools: its form, its figures, the alert rules
# and the dashboard built on it.
import http.client
import json
import os
import re
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from lesson import INPUT_PORTS
from world import ROOT, SystemTest, World, main

MONITORING = os.path.join(ROOT, "conf/monitoring")
PACKETS = 200
INTERVAL_S = 0.005
PAYLOAD_BYTES = 160
# IPv4, UDP, RTP, payload, the tag of AEAD_AES_128_GCM.
IP_BYTES = 20 + 8 + 12 + PAYLOAD_BYTES + 16
SAMPLE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'([a-z_]+)="([^"]*)"')
LABELS = {"school", "pair", "kind", "direction", "reason", "state", "worker", "table", "version"}
LABELS |= {"engine"}
UDP = (socket.AF_INET, socket.SOCK_DGRAM)


def promtool(*words, stdin=None):
    return subprocess.run(
        ["promtool", *words], input=stdin, capture_output=True, text=True, cwd=MONITORING
    )


class Monitoring(SystemTest):
    @classmethod
    def setUpClass(cls):
        cls.world = World(media=False, kinds=("audio",)).__enter__()
        cls.addClassCleanup(cls.world.__exit__, None)
        # DPDK keeps its sockets there, as under systemd.
        cls.world.lesson.environment["RUNTIME_DIRECTORY"] = cls.world.directory
        cls.world.start().wait_live()

    def connect(self):
        lesson = self.world.lesson
        context = ssl.create_default_context(cafile=lesson.path("state/relay.crt"))
        context.check_hostname = False
        return http.client.HTTPSConnection("127.0.0.1", lesson.port, timeout=5, context=context)

    def scrape(self):
        connection = self.connect()
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        return text

    def samples(self):
        """(name, labels in order) -> value."""
        found = {}
        for line in self.scrape().splitlines():
            if not line.startswith("#"):
                name, labels, value = SAMPLE.match(line).groups()
                found[name, tuple(sorted(LABEL.findall(labels or "")))] = float(value)
        return found

    def flow(self, name, direction):
        school = self.world.schools[0] if direction == "in" else self.world.schools[1]
        labels = (("direction", direction), ("kind", "audio"), ("school", school.id))
        return self.samples().get((name, labels), 0)

    def speak(self):
        """What a classroom's microphone sends."""
        microphone = self.world.county.socket("classroom0", *UDP)
        for number in range(PACKETS):
            head = struct.pack("!BBHII", 0x80, 111, number, 960 * number, 7)
            microphone.sendto(
                head + b"\x5a" * PAYLOAD_BYTES, ("127.0.0.1", INPUT_PORTS["audio"])
            )
            time.sleep(INTERVAL_S)
        microphone.close()

    def telemetry(self, command):
        """What DPDK's telemetry socket answers."""
        path = os.path.join(self.world.directory, "dpdk/rte/dpdk_telemetry.v2")
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked:
            asked.settimeout(5)
            asked.connect(path)
            longest = json.loads(asked.recv(1024))["max_output_len"]
            asked.send(command.encode())
            answer = json.loads(asked.recv(longest))
        return answer[command.split(",")[0]]

    def test_the_page_is_what_prometheus_reads(self):
        checked = promtool("check", "metrics", stdin=self.scrape())
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_labels_are_bounded(self):
        for name, labels in self.samples():
            self.assertLessEqual({label for label, _ in labels}, LABELS, name)

    def test_the_lines_of_a_live_lesson_are_told(self):
        def lines():
            samples = self.samples()
            return [key for key in samples if key[0] == "relay_line_light"]

        wait_until(lambda: len(lines()) == 4, 5, "two schools have two lines each")
        samples = self.samples()
        absent = [value for (name, _), value in samples.items() if name == "relay_endpoint_absent"]
        self.assertEqual(absent, [0, 0])
        self.assertEqual(samples["relay_sessions", (("state", "live"),)], 1)

    def test_packets_and_bytes_are_those_that_were_sent(self):
        names = ("relay_flow_packets_total", "relay_flow_bytes_total")
        before = {(name, way): self.flow(name, way) for name in names for way in ("in", "out")}
        self.speak()
        for way in ("in", "out"):
            wait_until(
                lambda w=way: self.flow(names[0], w) - before[names[0], w] >= PACKETS,
                5,
                f"not every packet is counted {way}",
            )
            self.assertEqual(self.flow(names[0], way) - before[names[0], way], PACKETS)
            self.assertEqual(
                self.flow(names[1], way) - before[names[1], way], PACKETS * IP_BYTES
            )

    def test_frames_are_those_of_the_wire(self):
        """What the gateway sent between two looks is what device and relay received."""
        frames = ("relay_worker_frames_received_total", (("worker", "0"),))
        device = ("relay_device_received_packets_total", ())

        def look():
            """Both counters of one moment: nothing came between."""
            while True:
                first = self.samples()[frames]
                wire = self.world.county.counters("gateway", "media")["tx"]["packets"]
                last = self.samples()
                if last[frames] == first:
                    return first, wire, last[device]

        begin = look()
        wait_until(lambda: look()[0] > begin[0] + 3, 10, "no frame comes")
        end = look()
        self.assertEqual(end[0] - begin[0], end[1] - begin[1])
        self.assertEqual(end[0] - begin[0], end[2] - begin[2])

    def test_telemetry_has_the_relays_commands(self):
        commands = [name for name in self.telemetry("/") if name.startswith("/relay/")]
        expected = ["drops", "flows", "legs", "status", "workers"]
        self.assertEqual(sorted(commands), [f"/relay/{name}" for name in expected])
        for wrong in ("legs,x", "flows,-1", "flows,4294967296", "workers,1"):
            self.assertIsNone(self.telemetry(f"/relay/{wrong}"), wrong)

    def test_telemetry_says_what_the_status_says(self):
        """Counters only grow: the status lies between two looks at the socket."""
        before = self.telemetry("/relay/status"), self.telemetry("/relay/drops")
        status = self.world.lesson.api("GET", "/v1/status")
        after = self.telemetry("/relay/status"), self.telemetry("/relay/drops")
        for name in ("version", "engine", "device"):
            self.assertEqual(before[0][name], status[name])
        worker = status["workers"][0]
        counters = ("frames_in", "forwarded", "consumed", "copies", "originated", "transmitted")
        for name in counters + ("bytes_in", "bytes_out"):
            self.assertLessEqual(before[0][name], worker[name], name)
            self.assertLessEqual(worker[name], after[0][name], name)
        self.assertGreater(before[0]["frames_in"], 0)
        self.assertEqual(self.telemetry("/relay/workers"), {"count": 1, "slots": [0]})
        alone = self.telemetry("/relay/workers,0")
        self.assertEqual(alone["worker"], 0)
        self.assertLessEqual(after[0]["frames_in"], alone["frames_in"])
        self.assertEqual(set(before[1]), set(status["drops"]))
        for reason, dropped in status["drops"].items():
            self.assertLessEqual(before[1][reason], dropped, reason)
            self.assertLessEqual(dropped, after[1][reason], reason)

    def test_telemetry_tells_of_legs_and_flows(self):
        self.speak()
        legs = self.telemetry("/relay/legs")
        self.assertEqual((legs["count"], len(legs["slots"])), (2, 2))
        for slot in legs["slots"]:
            leg = self.telemetry(f"/relay/legs,{slot}")
            self.assertEqual((leg["slot"], leg["up"]), (slot, 1))
            self.assertGreater(leg["port"], 0)
            socket.inet_pton(socket.AF_INET, leg["address"])

        def same():
            """What both say of the flow, where they look at one moment of it."""
            told = [
                self.telemetry(f"/relay/flows,{slot}")
                for slot in self.telemetry("/relay/flows")["slots"]
            ]
            inward = {
                flow["ssrc"]: flow
                for flow in self.world.lesson.flows()
                if flow["direction"] == "in" and flow["packets"] >= PACKETS
            }
            names = ("packets", "bytes", "lost")
            return len(inward) == 1 and [
                [flow[name] for name in names] for flow in told if flow["ssrc"] in inward
            ] == [[flow[name] for name in names] for flow in inward.values()]

        wait_until(same, 5, "the socket tells of other flows than /v1/flows")

    def test_refused_requests_are_counted(self):
        names = ("relay_http_malformed_total", "relay_http_limited_total")
        before = [self.samples()[name, ()] for name in names]
        connection = self.connect()
        connection.connect()
        connection.sock.sendall(b"no request of HTTP's\r\n\r\n")
        self.assertIn(b" 400 ", connection.sock.recv(4096).split(b"\r\n")[0])
        connection.close()
        answers = []
        for _ in range(14):
            connection = self.connect()
            connection.request("GET", "/v1/status", headers={"Authorization": "Bearer wrong"})
            answers.append(connection.getresponse().status)
            connection.close()
        self.assertEqual(set(answers), {401, 429})
        grown = [self.samples()[name, ()] - was for name, was in zip(names, before)]
        self.assertEqual(grown, [1, answers.count(429)])

    def test_each_alert_fires_when_it_should(self):
        for task, file in (("check", "relay.rules.yml"), ("test", "relay.rules.test.yml")):
            checked = promtool(task, "rules", file)
            self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def expressions(self):
        with open(os.path.join(MONITORING, "relay.dashboard.json"), encoding="utf-8") as file:
            board = json.load(file)
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield target["expr"]
        with open(os.path.join(MONITORING, "relay.rules.yml"), encoding="utf-8") as file:
            yield from re.findall(r"^ +expr: (.+)$", file.read(), re.M)

    def test_rules_and_dashboard_ask_for_what_there_is(self):
        there = set(re.findall(r"^# TYPE (\w+) ", self.scrape(), re.M))
        expressions = list(self.expressions())
        self.assertGreater(len(expressions), 20)
        rules = "groups:\n  - name: all\n    rules:\n"
        for number, expression in enumerate(expressions):
            for name in re.findall(r"relay_\w+", expression):
                self.assertIn(name, there)
            rules += f"      - record: parses:{number}\n        expr: {json.dumps(expression)}\n"
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            file.write(rules)
            file.flush()
            checked = promtool("check", "rules", file.name)
            self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
            self.assertIn(f"{len(expressions)} rules found", checked.stdout)


if __name__ == "__main__":
    main()
