# SPDX-License-Identifier: BSD-3-Clause
# world.py - what the system tests share: a lesson that runs, and waiting for what it should do.
import os
import re
import shutil
import signal
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from county import County, namespace_pids, wait_until  # noqa: E402
from lesson import Lesson, plan_lesson, tail, two_schools  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("RELAY_BUILD", os.path.join(ROOT, "build"))
BELL_IN_S = 4
# More than probes and the control connection make in half a second, less than one video.
MEDIA_BYTES = 10000


def interrupt(*_):
    raise KeyboardInterrupt


class World:
    """A county with a lesson; a context manager that leaves nothing behind."""

    def __init__(self, schools=None, lasts_s=300, bell_in_s=BELL_IN_S, media=True, **plan):
        signal.signal(signal.SIGTERM, interrupt)
        self.schools = schools or two_schools()
        self.plan = plan_lesson(bell_in_s, lasts_s)
        for name, value in plan.items():
            setattr(self.plan, name, value)
        self.media = media
        self.directory = tempfile.mkdtemp(prefix="county-")
        self.county = County(len(self.schools))
        self.lesson = self.make_lesson()

    def make_lesson(self):
        return Lesson(
            self.county, BUILD, self.directory, self.schools, self.plan, media=self.media
        )

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self.lesson.stop()
            else:
                self.tell_logs()
        finally:
            self.lesson.listener.close()
            self.county.close()
            shutil.rmtree(self.directory, ignore_errors=True)

    def tell_logs(self):
        for name in ["relay.log"] + [f"{school.id}/classroom.log" for school in self.schools]:
            print(f"--- {name}\n{tail(self.lesson.path(name), 30)}", flush=True)

    def start(self):
        self.lesson.start()
        return self

    def wait_live(self, deadline_s=20):
        wait_until(
            lambda: all(self.lesson.is_live(school) for school in self.schools),
            deadline_s,
            "not every school is live",
        )

    def pairs(self):
        """Every (receiver, sender)."""
        return [(a, b) for a in self.schools for b in self.schools if a is not b]

    def videos(self):
        return [kind for kind in self.plan.kinds if kind != "audio"]

    def decoded(self):
        """(receiver, sender, kind) -> pictures decoded so far."""
        return {
            (receiver.id, sender.id, kind): self.lesson.decoded(receiver, sender, kind)
            for receiver, sender in self.pairs()
            for kind in self.videos()
        }

    def wait_pictures(self, deadline_s, more=5):
        """Waits until every school has decoded that many further pictures of every video."""
        before = self.decoded()

        def all_grew():
            now = self.decoded()
            return all(now[key] >= before[key] + more for key in before)

        wait_until(all_grew, deadline_s, "not every video's pictures arrive")

    def received_bytes(self, school):
        return self.county.counters(f"nat{school.number}", "wan")["rx"]["bytes"]

    def wait_media(self, deadline_s):
        """Waits until media reaches every school: bytes on its line."""
        for school in self.schools:
            before = self.received_bytes(school)
            wait_until(
                lambda s=school, b=before: self.received_bytes(s) > b + MEDIA_BYTES,
                deadline_s,
                f"no media reaches {school.id}",
            )

    def encoders(self):
        """The process ids of the rooms' cameras: each ffmpeg that makes pictures."""
        found = []
        for school in self.schools:
            for pid in namespace_pids(self.county.name(f"classroom{school.number}")):
                try:
                    with open(f"/proc/{pid}/cmdline", "rb") as file:
                        words = file.read().split(b"\0")
                except FileNotFoundError:
                    continue
                if os.path.basename(words[0]) == b"ffmpeg" and b"lavfi" in words:
                    found.append(pid)
        return found

    def counts(self):
        """ssrc -> what sender, relay in, relay out and receivers have counted."""
        table = {}
        for flow in self.lesson.flows():
            entry = table.setdefault(flow["ssrc"], {"out": {}, "received": {}})
            if flow["direction"] == "in":
                entry["in"] = flow["packets"]
            else:
                entry["out"][flow["to"]] = flow["packets"]
        for school in self.schools:
            status = self.lesson.status(school) or {"send": [], "receive": []}
            for sent in status["send"]:
                table.setdefault(sent["ssrc"], {"out": {}, "received": {}})["sent"] = sent[
                    "packets"
                ]
            for received in status["receive"]:
                entry = table.setdefault(received["ssrc"], {"out": {}, "received": {}})
                entry["received"][school.endpoint] = received["packets"]
        return table

    def quiet_counts(self):
        """The counters while the cameras stand still; they must come to the same per SSRC."""
        pids = self.encoders()
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            receivers = len(self.schools) - 1

            def agree():
                table = self.counts()
                good = len(table) == len(self.schools) * len(self.plan.kinds) and all(
                    len(entry["out"]) == len(entry["received"]) == receivers
                    and {entry.get("sent"), entry.get("in")}
                    == set(entry["out"].values())
                    == set(entry["received"].values())
                    for entry in table.values()
                )
                return table if good else None

            try:
                return wait_until(agree, 6, "the counters do not agree")
            except TimeoutError as error:
                raise AssertionError(f"{error}: {self.counts()}") from None
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def session(self):
        sessions = self.lesson.api("GET", "/v1/sessions")["sessions"]
        return sessions[0] if sessions else None

    def leg(self, school):
        session = self.session()
        legs = session["legs"] if session else []
        return next((leg for leg in legs if leg["endpoint"] == school.endpoint), None)

    def drops(self):
        return self.lesson.api("GET", "/v1/status")["drops"]

    def log(self, name="relay.log"):
        with open(self.lesson.path(name), encoding="utf-8", errors="replace") as file:
            return file.read()


class SystemTest(unittest.TestCase):
    longMessage = True

    def assert_sums(self, status):
        """Every frame ends once, every copy too."""
        for worker in status["workers"]:
            ends = ("forwarded", "consumed", "handed_out", "dropped")
            self.assertEqual(
                worker["frames_in"] + worker["handed_in"], sum(worker[end] for end in ends)
            )
            self.assertEqual(
                worker["copies"] + worker["originated"],
                worker["transmitted"] + worker["tx_dropped"],
            )

    def assert_names_line(self, text, file, line, *words):
        """The message names the file, the line and the reason."""
        self.assertRegex(text, rf"{re.escape(file)}:{line}\b")
        for word in words:
            self.assertIn(word, text)


def main():
    unittest.main(verbosity=2)
