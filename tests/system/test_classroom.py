# SPDX-License-Identifier: BSD-3-Clause
# test_classroom.py - the classroom against a relay that stalls, forgets and forges, on loopback.
import json
import os
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(HERE, "../support"))

from standin import Control, Media, join, make_certificate

CLASSROOM = os.path.join(os.environ.get("RELAY_BUILD", os.path.join(ROOT, "build")), "classroom")


def wait_for(condition, seconds, why):
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(why)
        time.sleep(0.01)
    return value


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Classroom(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="classroom-")
        self.addCleanup(shutil.rmtree, self.directory)
        certificate, self.fingerprint = make_certificate(self.directory)
        self.media = Media()
        self.control = Control(certificate)
        self.addCleanup(self.media.socket.close)
        self.addCleanup(self.control.close)
        self.input_port = free_port()
        self.process = None
        self.speaking = True

    def path(self, name):
        return os.path.join(self.directory, name)

    def configure(self, fingerprint=None, more=""):
        with open(self.path("classroom.token"), "w", encoding="ascii") as out:
            out.write("the-token\n")
        with open(self.path("classroom.conf"), "w", encoding="utf-8") as out:
            out.write(
                f'relay = "127.0.0.1:{self.control.port}";\n'
                f'certificate_sha256 = "{fingerprint or self.fingerprint}";\n'
                'token_file = "classroom.token";\nstatus_file = "classroom.json";\n'
                f"input: {{ audio = {self.input_port}; }};\noutput: {{ port = 42000; }};\n{more}"
            )

    def start(self, **settings):
        self.configure(**settings)
        self.log = open(self.path("log"), "wb")
        self.process = subprocess.Popen(
            [CLASSROOM, "--config", self.path("classroom.conf"), "--verbose"], stderr=self.log
        )
        self.addCleanup(self.end)
        # An encoder that speaks always, as a recording host does: 50 packets a second.
        threading.Thread(target=self.speak, daemon=True).start()

    def end(self):
        self.speaking = False
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.log.close()

    def speak(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            seq = 0
            while self.speaking:
                packet = struct.pack("!BBHII", 0x80, 97, seq & 0xFFFF, seq * 960, 0xAAAA) + bytes(
                    80
                )
                out.sendto(packet, ("127.0.0.1", self.input_port))
                seq += 1
                time.sleep(0.02)

    def status(self):
        try:
            with open(self.path("classroom.json"), encoding="utf-8") as text:
                return json.load(text)
        except FileNotFoundError:
            return {}

    def wait_sending(self):
        wait_for(self.media.rtp, 5, "no media")

    def offer(self, **members):
        """Every connection gets this JOIN."""
        value = join(self.media.port, **members)
        self.control.on_connect = lambda: self.control.send("join", value)
        return value

    def test_it_joins_and_sends_from_the_bell_on_under_the_joins_numbers(self):
        self.offer(live_in_ms=1500)
        begun = time.monotonic()
        self.start()
        wait_for(lambda: self.status().get("path_up"), 3, "the path is not up")
        _, method, path, headers, _ = self.control.requests[0]
        self.assertEqual((method, headers["authorization"]), ("GET", "Bearer the-token"))
        self.assertEqual(path, "/v1/endpoint/events?version=0.1&instance=&join=")
        self.wait_sending()
        first, payload_type, seq, ssrc = self.media.rtp()[0]
        self.assertGreater(first - begun, 1.5)
        self.assertEqual((payload_type, ssrc), (111, 11))
        self.assertLess(seq, 0x8000)
        wait_for(lambda: len(self.media.rtp()) > 100, 5, "media stopped")
        seqs = [packet[2] for packet in self.media.rtp()[:100]]
        self.assertEqual(seqs, list(range(seq, seq + 100)))
        status = wait_for(lambda: s if (s := self.status())["state"] == "live" else 0, 3, "live")
        self.assertEqual((status["endpoint"], status["joins"]), ("wuxi-1", 1))

    def test_a_stalled_control_connection_is_replaced_and_media_goes_on(self):
        held = self.offer()
        self.start()
        self.wait_sending()
        self.control.on_connect = lambda: self.control.send("update", held)
        self.control.beating = False
        stalled = time.monotonic()
        events = "/v1/endpoint/events"
        wait_for(lambda: len(self.control.paths(events)) > 1, 6, "it does not connect again")
        self.assertGreater(time.monotonic() - stalled, 2.0)
        self.assertTrue(self.control.paths(events)[1].endswith("instance=i1&join=j1"))
        self.control.beating = True
        wait_for(lambda: self.status()["reconnects"] == 1, 3, "not connected again")
        count = len(self.media.rtp())
        wait_for(lambda: len(self.media.rtp()) > count + 40, 3, "media stopped")
        moments = [packet[0] for packet in self.media.rtp()]
        gap = max(after - before for before, after in zip(moments, moments[1:]))
        self.assertLess(gap, 0.5, "media was interrupted")
        seqs = [packet[2] for packet in self.media.rtp()]
        self.assertEqual(seqs, list(range(seqs[0], seqs[0] + len(seqs))))
        self.assertEqual(self.status()["joins"], 1)

    def test_keys_of_a_join_that_was_left_are_never_used_again(self):
        held = self.offer()
        self.start()
        self.wait_sending()
        self.control.send("leave", {"join": "j1", "reason": "test"})
        wait_for(lambda: self.status()["state"] == "waiting", 3, "it does not stop")
        count = len(self.media.packets)
        self.control.send("join", held)
        wait_for(lambda: self.control.paths("/v1/endpoint/rejoin"), 3, "no fresh join asked for")
        body = json.loads(self.control.requests[-1][4])
        self.assertEqual(body["join"], "j1")
        self.assertEqual(len(self.media.packets), count)
        self.control.send("join", join(self.media.port, name="j2"))
        wait_for(lambda: len(self.media.packets) > count, 3, "no media after the fresh join")
        wait_for(lambda: self.status()["joins"] == 2, 3, "not a second join")

    def test_a_path_down_for_ten_seconds_asks_for_a_fresh_join(self):
        self.media.answers = False
        self.offer()
        begun = time.monotonic()
        self.start()
        wait_for(lambda: self.control.paths("/v1/endpoint/rejoin"), 14, "no fresh join asked for")
        self.assertGreater(time.monotonic() - begun, 10)
        self.assertGreater(len(self.media.requests), 40)
        self.assertEqual(self.media.rtp(), [], "media without a path")
        old_peer = self.media.peer
        self.media.answers = True
        self.control.send("join", join(self.media.port, name="j2"))
        self.wait_sending()
        self.assertNotEqual(self.media.peer, old_peer, "the old socket")

    def test_a_stream_that_fails_for_a_second_asks_for_its_counter(self):
        held = self.offer(receive=[("houren-1", 21)])
        self.control.join_answer = (200, held)
        self.start()
        self.wait_sending()
        forged = struct.pack("!BBHII", 0x80, 111, 5, 5, 21) + bytes(60)
        begun = time.monotonic()
        while not self.control.paths("/v1/endpoint/join"):
            self.assertLess(time.monotonic() - begun, 4, "it does not ask")
            self.media.socket.sendto(forged, self.media.peer)
            time.sleep(0.02)
        self.assertGreater(time.monotonic() - begun, 0.9)
        wait_for(lambda: self.status()["receive"][0]["failed"] > 30, 3, "failures uncounted")
        self.assertEqual(self.status()["receive"][0]["packets"], 0)
        with open(self.path("houren-1.sdp"), encoding="utf-8") as text:
            self.assertIn("m=audio 42000 RTP/AVP 111", text.read())

    def test_an_answer_about_an_older_join_brings_back_none_of_its_keys(self):
        """It was asked for before, came by another connection, and was long under way."""
        receive = [("houren-1", 21)]
        self.control.join_answer = (200, self.offer(receive=receive))
        self.start()
        self.wait_sending()
        for number, name in enumerate(("j2", "j3"), start=2):
            self.control.send("join", join(self.media.port, name=name, receive=receive))
            wait_for(lambda n=number: self.status()["joins"] == n, 3, "not joined")
        count = len(self.media.rtp())
        wait_for(lambda: len(self.media.rtp()) > count, 3, "no media")
        forged = struct.pack("!BBHII", 0x80, 111, 5, 5, 21) + bytes(60)
        begun = time.monotonic()
        # A second question is only asked when the first one's answer has been read.
        while len(self.control.paths("/v1/endpoint/join")) < 2:
            self.assertLess(time.monotonic() - begun, 8, "it does not ask")
            self.assertEqual(self.status()["joins"], 3, "back to a join whose keys are spent")
            self.media.socket.sendto(forged, self.media.peer)
            time.sleep(0.02)

    def test_a_join_that_failed_for_want_of_resources_is_asked_for_again(self):
        self.start()
        wait_for(lambda: self.control.streams, 5, "it does not connect")
        pid, limit = self.process.pid, resource.RLIMIT_NOFILE
        soft, hard = resource.prlimit(pid, limit)
        resource.prlimit(pid, limit, (3, hard))
        self.control.send("join", join(self.media.port))
        wait_for(lambda: "failed: Too many open files" in self.said(), 5, "it did not fail")
        resource.prlimit(pid, limit, (soft, hard))
        wait_for(lambda: self.control.paths("/v1/endpoint/rejoin"), 5, "it does not ask again")
        self.control.send("join", join(self.media.port, name="j2"))
        self.wait_sending()

    def said(self):
        with open(self.path("log"), encoding="utf-8") as log:
            return log.read()

    def test_another_certificate_never_sees_the_token(self):
        self.start(fingerprint="00" * 32)

        wait_for(lambda: "certificate_sha256\n" in self.said(), 5, "no line about it")
        self.assertEqual(self.control.requests, [])

    def commands(self):
        """Starts with both commands; returns the ids of all they started."""
        self.offer(receive=[("houren-1", 21)])
        save = f"echo $$ >>{self.path('pids')}; sleep 600 & echo $! >>{self.path('pids')}; wait"
        check = f"test -s $CLASSROOM_SDP && echo $CLASSROOM_FROM >{self.path('from')}"
        self.start(more=f'live_command = "{save}";\nplay_command = "{check}; {save}";\n')

        def pids():
            try:
                with open(self.path("pids"), encoding="ascii") as text:
                    return [int(line) for line in text.read().split()]
            except FileNotFoundError:
                return []

        wait_for(lambda: len(pids()) == 4, 5, "the commands do not run")
        with open(self.path("from"), encoding="ascii") as text:
            self.assertEqual(text.read(), "houren-1\n")
        return pids()

    def test_commands_end_when_the_session_is_left(self):
        pids = self.commands()
        self.control.send("leave", {"join": "j1", "reason": "test"})
        wait_for(lambda: not any(map(is_running, pids)), 5, "a command was left behind")

    def test_term_ends_everything_soon_and_well(self):
        pids = self.commands()
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(5), 0)
        self.assertFalse(any(map(is_running, pids)), "a command was left behind")
        self.assertFalse(self.status()["connected"])

    def test_kill_leaves_no_command_behind(self):
        pids = self.commands()
        self.process.kill()
        wait_for(lambda: not any(map(is_running, pids)), 5, "a command was left behind")

    def test_a_broken_file_names_its_line_and_exits_2(self):
        self.configure(more="camera = 1;\n")
        words = [CLASSROOM, "--check-config", "--config", self.path("classroom.conf")]
        done = subprocess.run(words, capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"{self.path('classroom.conf')}:7: \"camera\"", done.stderr)
        self.configure()
        self.assertEqual(subprocess.run(words, capture_output=True).returncode, 0)


if __name__ == "__main__":
    unittest.main()
