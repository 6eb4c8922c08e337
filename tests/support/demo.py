#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# demo.py - a lesson between two schools on one machine: shows it while it runs, and proves it at
# the end.
"""
Exit status 0: each school decoded at least 95 % of the pictures that the other sent while both were
live, and heard the other's tone. 1: it did not. 2: the demo could not run.
"""
import argparse
import http.client
import json
import os
import shutil
import signal
import sys
import time
import unicodedata

from county import County, CountyError
from lesson import ApiError, Lesson, plan_lesson, tail, two_schools
from meter import Meter

BELL_IN_S = 8
HOURS_S = 8 * 3600
AT_LEAST_S = 2 * 3600
PORT = 8443
DECODED_SHARE_MIN = 0.95
TONE_SHARE_MIN = 0.5
TICK_S = 0.1
QUICK_DEATHS_MAX = 5
UNREACHABLE = (OSError, ApiError, http.client.HTTPException, ValueError)


def width(text):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def table(rows, right=()):
    """Aligned columns, wide letters counted as two."""
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for column, cell in enumerate(row):
            space = " " * (widths[column] - width(cell))
            cells.append(space + cell if column in right else cell + space)
        lines.append("  ".join(cells).rstrip())
    return lines


def shown(value, digits=None):
    if value is None:
        return "-"
    return f"{value:.{digits}f}" if digits is not None else str(value)


class Demo:
    def __init__(self, build, seconds):
        self.build = build
        self.seconds = seconds
        self.directory = os.path.join(build, "demo")
        self.notes = []
        self.flows = {}  # the last that was seen of each
        self.status = {}
        self.deaths = []
        self.sessions = []
        self.hints = []
        self.drawn_at = 0.0

    def run(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.directory)
        schools = two_schools()
        with County(len(schools)) as county:
            plan = plan_lesson(
                BELL_IN_S, self.seconds or HOURS_S, at_least_s=self.seconds or AT_LEAST_S
            )
            self.lesson = Lesson(
                county, self.build, self.directory, schools, plan, listen_port=PORT
            )
            self.meter = Meter(self.lesson)
            try:
                self.lesson.start()
                self.introduce()
                self.hold()
            finally:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                self.lesson.stop()
        return self.conclude()

    def introduce(self):
        where = f"https://localhost:{self.lesson.port}"
        server = "" if self.lesson.port == PORT else f" --server {where}"
        self.hints = [
            f"The control port is {where}/ (its certificate is self-signed).",
            f"From another terminal: {self.build}/relayctl status{server} (or flows, top)",
        ]
        if server:
            self.hints.append(f"Port {PORT} was taken: this relay is on {self.lesson.port}.")
        print("\n".join(self.hints))
        bell = time.strftime("%H:%M:%S", time.localtime(self.lesson.plan.start_s))
        ends = f"for {self.seconds} s" if self.seconds else "until Ctrl-C"
        print(f"The bell rings at {bell}; the lesson lasts {ends}.\n", flush=True)

    def hold(self):
        """The lesson, from now to its closing bell or Ctrl-C."""
        # By the monotonic clock: somebody may set the other one.
        end = time.monotonic() + self.lesson.plan.end_s - time.time()
        tick = 0
        try:
            while time.monotonic() < end:
                self.revive()
                if tick % 5 == 0:
                    self.ask()
                self.meter.sample(self.session())
                if tick % 10 == 0:
                    self.draw()
                tick += 1
                time.sleep(TICK_S)
        except KeyboardInterrupt:
            self.notes.append("ended by Ctrl-C")
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.ask()
        self.meter.sample(self.session())

    def session(self):
        return self.sessions[0] if self.sessions else None

    def revive(self):
        for note in self.lesson.revive():
            print(note, flush=True)
            self.notes.append(note)
            self.deaths.append(time.monotonic())
            if (
                len([moment for moment in self.deaths if moment > time.monotonic() - 10])
                > QUICK_DEATHS_MAX
            ):
                raise CountyError(
                    "programs die as fast as they are started: see the logs in " + self.directory
                )

    def ask(self):
        try:
            for flow in self.lesson.flows():
                key = (flow["direction"], flow["ssrc"], flow.get("to"))
                # The closing sample shall tell the lesson's bit rate, not that of its last silent
                # seconds.
                if flow["kbit_s"] or key not in self.flows:
                    self.flows[key] = flow
                else:
                    self.flows[key] = {**flow, "kbit_s": self.flows[key]["kbit_s"]}
            self.status = self.lesson.api("GET", "/v1/status")
            self.sessions = self.lesson.api("GET", "/v1/sessions")["sessions"]
        except UNREACHABLE:
            self.sessions = []

    def draw(self):
        tty = sys.stdout.isatty()
        if not tty and self.drawn_at and time.monotonic() < self.drawn_at + 5:
            return
        lines = self.people() + [""] + self.flow_lines() + self.notes[-3:]
        if tty:
            # Home, each line cleared to its end, then the rest of the screen.
            lines += ["", *self.hints]
            print(
                ("" if self.drawn_at else "\033[2J")
                + "\033[H"
                + "".join(line + "\033[K\n" for line in lines)
                + "\033[J",
                end="",
                flush=True,
            )
        else:
            print("\n".join(lines) + "\n", flush=True)
        self.drawn_at = time.monotonic()

    def people(self):
        seconds = int(self.lesson.plan.start_s - time.time())
        sessions = self.sessions or [
            {"state": "no session", "title": "", "legs": [], "remaining_s": None}
        ]
        head = f"the bell rings in {seconds} s" if seconds > 0 else f"{-seconds} s since the bell"
        lines = [f"{sessions[0]['title']} {sessions[0]['state']}: {head}. " "Ctrl-C ends it"]
        rows = [("school", "classroom", "path", "rtt ms", "state")]
        legs = {leg["endpoint"]: leg for leg in sessions[0]["legs"]}
        for school in self.lesson.schools:
            leg, status = legs.get(school.endpoint), self.lesson.status(school)
            rows.append(
                (
                    school.name,
                    "connected" if leg and leg["connected"] else "away",
                    "up" if leg and leg["up"] else "down",
                    shown(leg and leg["rtt_ms"], 1),
                    status["state"] if status else "-",
                )
            )
        return lines + table(rows, right=(3,))

    def flow_lines(self):
        names = {school.endpoint: school.name for school in self.lesson.schools}
        rows = [("from", "to", "kind", "kbit/s", "packets", "lost", "jitter ms")]
        for flow in sorted(
            self.flows.values(),
            key=lambda flow: (flow["endpoint"], flow["kind"], flow["direction"]),
        ):
            rows.append(
                (
                    names.get(flow["endpoint"], flow["endpoint"]),
                    "relay" if flow["direction"] == "in" else names.get(flow["to"], flow["to"]),
                    flow["kind"],
                    shown(flow["kbit_s"], 0),
                    shown(flow["packets"]),
                    shown(flow["lost"]),
                    shown(flow["jitter_ms"], 1),
                )
            )
        return table(rows, right=(3, 4, 5, 6)) if len(rows) > 1 else ["no flows yet"]

    def conclude(self):
        pictures = self.gather_pictures()
        schools, passed = [], bool(self.meter.sent)
        rows = [("school", "decoded from", "kind", "sent", "decoded", "share", "verdict")]
        for receiver in self.lesson.schools:
            for sender in self.lesson.schools:
                if sender is receiver:
                    continue
                videos, tone = [], self.lesson.heard(receiver, sender)
                for kind in self.lesson.plan.kinds:
                    if kind == "audio":
                        continue
                    key = (receiver.id, sender.id, kind)
                    sent, decoded = self.meter.sent.get(key, 0), self.meter.decoded.get(key, 0)
                    good = sent > 0 and decoded >= DECODED_SHARE_MIN * sent
                    passed = passed and good
                    videos.append({"kind": kind, "sent": sent, "decoded": decoded, "good": good})
                    rows.append(
                        (
                            receiver.name,
                            sender.name,
                            kind,
                            str(sent),
                            str(decoded),
                            f"{100 * decoded / sent:.1f} %" if sent else "-",
                            "good" if good else "BAD",
                        )
                    )
                heard = tone >= TONE_SHARE_MIN
                passed = passed and heard
                rows.append(
                    (
                        receiver.name,
                        sender.name,
                        f"tone {sender.tone_hz} Hz",
                        "",
                        "",
                        f"{100 * tone:.1f} %",
                        "heard" if heard else "NOT HEARD",
                    )
                )
                schools.append(
                    {
                        "school": receiver.id,
                        "from": sender.id,
                        "videos": videos,
                        "tone_hz": sender.tone_hz,
                        "tone_share": round(tone, 4),
                        "heard": heard,
                    }
                )
        print("\n".join(["", *self.flow_lines(), "", *table(rows, right=(3, 4, 5)), ""]))
        self.write_summary(schools, passed, pictures)
        print(
            f"Both schools were live for {self.meter.both_live_s:.0f} s. "
            f"Received pictures and the figures: {self.directory}/*.png, summary.json"
        )
        print(
            "The lesson "
            + ("passed." if passed else "FAILED; the programs' logs: " + self.directory)
        )
        return 0 if passed else 1

    def gather_pictures(self):
        names = []
        for receiver in self.lesson.schools:
            for sender in self.lesson.schools:
                for path in self.lesson.received_files(receiver, sender, "*.png"):
                    names.append(f"{receiver.id}-received-{sender.id}-{os.path.basename(path)}")
                    shutil.copyfile(path, os.path.join(self.directory, names[-1]))
        return names

    def write_summary(self, schools, passed, pictures):
        fields = (
            "lesson",
            "school",
            "endpoint",
            "kind",
            "ssrc",
            "direction",
            "to",
            "packets",
            "lost",
            "jitter_ms",
            "kbit_s",
        )
        flows = [{name: flow.get(name) for name in fields} for flow in self.flows.values()]
        counters = (
            "frames_in",
            "forwarded",
            "consumed",
            "dropped",
            "copies",
            "originated",
            "transmitted",
            "tx_dropped",
            "bytes_in",
            "bytes_out",
        )
        workers = self.status.get("workers", [])
        summary = {
            "passed": passed,
            "both_live_s": round(self.meter.both_live_s, 1),
            "flows": flows,
            "totals": {name: sum(worker[name] for worker in workers) for name in counters},
            "drops": self.status.get("drops", {}),
            "schools": schools,
            "pictures": pictures,
            "relay_starts": self.lesson.relay_starts,
            "classroom_starts": {school.id: school.starts for school in self.lesson.schools},
            "notes": self.notes,
        }
        with open(os.path.join(self.directory, "summary.json"), "w", encoding="utf-8") as file:
            json.dump(summary, file, ensure_ascii=False, indent=2)
            file.write("\n")


def interrupt(*_):
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(description="A lesson between two schools on this machine.")
    parser.add_argument("--build", default="build", help="where the programs are")
    parser.add_argument(
        "--seconds", type=int, help="how long the lesson lasts; without it, until Ctrl-C"
    )
    options = parser.parse_args()
    if options.seconds is not None and not 1 <= options.seconds <= HOURS_S:
        parser.error(f"--seconds is 1 to {HOURS_S}")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    demo = Demo(options.build, options.seconds)
    try:
        return demo.run()
    except (CountyError, RuntimeError, TimeoutError, *UNREACHABLE) as error:
        print(f"demo: {error}", file=sys.stderr)
        for log in ("relay.log", "wuxi/classroom.log", "houren/classroom.log"):
            text = tail(os.path.join(demo.directory, log), 5)
            if text:
                print(f"--- {log}\n{text}", end="", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("demo: interrupted before the lesson began", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
