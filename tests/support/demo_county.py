#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# demo_county.py - every school of conf/county/ in a live lesson at once, on one machine, with light
# media.
"""
Exit status 0: all schools were live at once, and each received the other's sound and pictures with
no more than one packet in a thousand lost. 1: not so. 2: the demo could not run.
"""
import argparse
import json
import os
import shutil
import signal
import sys
import time

from county import County, CountyError, namespace_pids
from demo import PORT, UNREACHABLE, interrupt, shown, table
from lesson import plan_lesson, tail
from light import KINDS, PACKETS_PER_S, LightLesson, county_pairs

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BELL_IN_S = 6
STARTUP_S = 8  # of the relay and all classrooms, with room for busy cores
HOURS_S = 8 * 3600
AT_LEAST_S = 2 * 3600
LOST_SHARE_MAX = 0.001
CAME_SHARE_MIN = 0.9  # of what so many seconds should bring
LATE_S = 3.0  # a flow's counters may be so old
PROGRAMS = ("relay", "classroom", "generator")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """(program, processor time so far), or None where the process is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            text = file.read()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text[text.rindex(")") + 2 :].split()
    name = text[text.index("(") + 1 : text.rindex(")")]
    return name, (int(fields[11]) + int(fields[12])) / TICKS_PER_S


class Cost:
    """What each program takes of the processors, from begin() to end()."""

    def __init__(self, county, school_count):
        self.county = county
        self.roles = ["relay"] + [f"classroom{number}" for number in range(school_count)]
        self.before = {}
        self.begun = 0.0

    def look(self):
        pids = [pid for role in self.roles for pid in namespace_pids(self.county.name(role))]
        return {pid: seen for pid in pids if (seen := cpu_seconds(pid))}

    def begin(self):
        self.before = self.look()
        self.begun = time.monotonic()

    def end(self):
        """Program -> processors that it kept busy, all its processes together."""
        passed = time.monotonic() - self.begun
        shares = dict.fromkeys(PROGRAMS, 0.0)
        for pid, (name, seconds) in self.look().items():
            key = "relay" if name.startswith("relay") else name
            if key in shares and pid in self.before:
                shares[key] += (seconds - self.before[pid][1]) / passed
        return {name: round(share, 3) for name, share in shares.items()}


class CountyDemo:
    def __init__(self, build, seconds, workers, queues):
        self.build = build
        self.seconds = seconds
        self.workers = workers
        self.queues = queues
        self.directory = os.path.join(build, "demo-county")
        self.notes = []
        self.flows = []
        self.status = {}
        self.sessions = []
        self.live_s = 0.0  # while all schools were live
        self.asked_at = None
        self.cost = None
        self.processors = {}
        self.drawn_at = 0.0

    def run(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.directory)
        pairs, scopes = county_pairs(os.path.join(ROOT, "conf/county"))
        count = 2 * len(pairs)
        print(f"Building a county of {count} schools behind {count} NATs...", flush=True)
        with County(count) as county:
            wait_s = BELL_IN_S + STARTUP_S
            plan = plan_lesson(
                wait_s, self.seconds or HOURS_S, at_least_s=self.seconds or AT_LEAST_S
            )
            self.lesson = LightLesson(
                county, self.build, self.directory, pairs, plan, scopes=scopes, listen_port=PORT
            )
            self.lesson.workers = self.workers
            self.lesson.queues = self.queues
            self.lesson.write_configuration()
            self.cost = Cost(county, count)
            try:
                self.lesson.start()
                print(
                    f"The control port is https://localhost:{self.lesson.port}/; try "
                    f"{self.build}/relayctl top\nThe bell rings in "
                    f"{max(0, plan.start_s - time.time()):.0f} s.\n",
                    flush=True,
                )
                self.hold()
                received = self.received()
            finally:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                self.lesson.stop()
        return self.conclude(received)

    def hold(self):
        end = time.monotonic() + self.lesson.plan.end_s - time.time()
        try:
            # The last look is a moment before the bell: afterwards nobody is live any more.
            while time.monotonic() < end - 1.5:
                self.revive()
                self.ask()
                self.draw()
                time.sleep(1)
        except KeyboardInterrupt:
            self.notes.append("ended by Ctrl-C")
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.ask()
        if self.cost.before:
            self.processors = self.cost.end()

    def revive(self):
        for note in self.lesson.revive():
            print(note, flush=True)
            self.notes.append(note)

    def ask(self):
        try:
            self.flows = self.lesson.flows()
            self.status = self.lesson.api("GET", "/v1/status")
            self.sessions = self.lesson.api("GET", "/v1/sessions")["sessions"]
        except UNREACHABLE:
            self.sessions = []
        now = time.monotonic()
        if self.are_all_live():
            if not self.cost.before:
                self.cost.begin()
            elif self.asked_at is not None:
                self.live_s += now - self.asked_at
            self.asked_at = now
        else:
            self.asked_at = None

    def are_all_live(self):
        """At this moment: every pair's session live, every path up."""
        up = [
            leg["endpoint"]
            for session in self.sessions
            if session["state"] == "live"
            for leg in session["legs"]
            if leg["up"]
        ]
        return len(set(up)) == len(self.lesson.schools)

    # The screen

    def draw(self):
        tty = sys.stdout.isatty()
        if not tty and self.drawn_at and time.monotonic() < self.drawn_at + 5:
            return
        lines = self.lines()
        if tty:
            home = ("" if self.drawn_at else "\033[2J") + "\033[H"
            print(home + "".join(line + "\033[K\n" for line in lines) + "\033[J", end="")
        else:
            print("\n".join(lines) + "\n")
        sys.stdout.flush()
        self.drawn_at = time.monotonic()

    def lines(self):
        live = sum(session["state"] == "live" for session in self.sessions)
        up = sum(leg["up"] for session in self.sessions for leg in session["legs"])
        seconds = int(self.lesson.plan.start_s - time.time())
        when = f"the bell rings in {seconds} s" if seconds > 0 else f"{-seconds} s since the bell"
        workers = self.status.get("workers", [])
        head = (
            f"{live} lessons live, {up} of {len(self.lesson.schools)} schools' paths up, "
            f"all live for {self.live_s:.0f} s; {when}. Ctrl-C ends it"
        )
        shares = " and ".join(f"{100 * worker['busy_share']:.0f}" for worker in workers)
        busy = f"the relay's workers are busy for {shares} %"
        return [head, busy, "", *self.pair_lines(), *self.notes[-3:]]

    def pair_lines(self):
        """A line per pair, the worst first."""
        rows = []
        for pair in self.lesson.pairs:
            ids = {pair.lead.endpoint, pair.assisted.endpoint}
            flows = [flow for flow in self.flows if flow["endpoint"] in ids]
            session = next(
                (one for one in self.sessions if any(l["endpoint"] in ids for l in one["legs"])),
                None,
            )
            rtts = [leg["rtt_ms"] for leg in session["legs"] if leg["rtt_ms"]] if session else []
            out = [flow for flow in flows if flow["direction"] == "out"]
            rows.append(
                (
                    sum(flow["lost"] or 0 for flow in flows),
                    max((flow["jitter_ms"] or 0 for flow in flows), default=0),
                    pair.lead.name,
                    pair.assisted.name,
                    session["state"] if session else "no session",
                    sum(flow["kbit_s"] or 0 for flow in out),
                    sum(flow["packets"] for flow in out),
                    max(rtts, default=None),
                )
            )
        rows.sort(key=lambda row: (row[4] == "live", -row[0], -row[1]))
        head = ("lead", "assisted", "state", "kbit/s", "packets", "lost", "jitter ms", "rtt ms")
        cells = [
            (lead, assisted, state, shown(rate, 0), shown(packets), shown(lost))
            + (shown(jitter, 1), shown(rtt, 1))
            for lost, jitter, lead, assisted, state, rate, packets, rtt in rows
        ]
        return table([head, *cells], right=(3, 4, 5, 6, 7))

    # The judgement

    def received(self):
        """What each school's own counters say of the other's media, a row per flow."""
        rows = []
        for pair in self.lesson.pairs:
            for receiver, sender in (
                (pair.lead, pair.assisted),
                (pair.assisted, pair.lead),
            ):
                runs = self.lesson.counted(receiver, sender)
                for kind in KINDS:
                    counts = [run[kind] for run in runs]
                    packets = sum(count["packets"] for count in counts)
                    expected = sum(count["expected"] for count in counts)
                    wanted = PACKETS_PER_S[kind] * max(0, self.live_s - LATE_S) * CAME_SHARE_MIN
                    lost = expected - packets
                    rows.append(
                        {
                            "school": receiver.id,
                            "from": sender.id,
                            "kind": kind,
                            "packets": packets,
                            "expected": expected,
                            "lost": lost,
                            "delay_ms": max((count["delay_ms"] for count in counts), default=None),
                            "delay_ms_max": max(
                                (count["delay_ms_max"] for count in counts), default=None
                            ),
                            "good": packets > wanted and lost <= LOST_SHARE_MAX * expected,
                        }
                    )
        return rows

    def conclude(self, received):
        bad = [row for row in received if not row["good"]]
        passed = self.live_s > 0 and not bad and len(received) == 2 * 2 * len(self.lesson.pairs)
        print("\n".join(["", *self.pair_lines(), ""]))
        for row in sorted(bad, key=lambda row: -row["lost"])[:10]:
            print(
                f"BAD: {row['school']} from {row['from']}, {row['kind']}: "
                f"{row['packets']} of {row['expected']} packets"
            )
        self.write_summary(received, passed)
        expected = sum(row["expected"] for row in received)
        lost = sum(row["lost"] for row in received)
        delays = [row["delay_ms"] for row in received if row["delay_ms"]]
        print(
            f"All {len(self.lesson.schools)} schools were live at once for {self.live_s:.0f} s; "
            f"{len(received)} flows, {expected} packets, {lost} lost; mean delay from classroom to "
            f"classroom {sum(delays) / max(1, len(delays)):.1f} ms."
        )
        costs = ", ".join(f"{name} {share:.2f}" for name, share in self.processors.items())
        print(f"Processors kept busy, of {os.cpu_count()}: {costs}.")
        print(
            f"The county {'passed' if passed else 'FAILED'}: {self.directory}/summary.json, logs "
            "beside it."
        )
        return 0 if passed else 1

    def write_summary(self, received, passed):
        fields = ("lesson", "school", "endpoint", "kind", "ssrc", "direction", "to")
        fields += ("packets", "lost", "jitter_ms", "kbit_s")
        counters = ("frames_in", "forwarded", "consumed", "dropped", "copies", "originated")
        counters += ("transmitted", "tx_dropped", "bytes_in", "bytes_out", "handed_in")
        counters += ("handed_out", "sessions")
        workers = self.status.get("workers", [])
        summary = {
            "passed": passed,
            "schools": len(self.lesson.schools),
            "all_live_s": round(self.live_s, 1),
            "received": received,
            "flows": [{name: flow.get(name) for name in fields} for flow in self.flows],
            "workers": [{name: worker[name] for name in counters} for worker in workers],
            "drops": self.status.get("drops", {}),
            "processors": self.processors,
            "relay_starts": self.lesson.relay_starts,
            "classroom_starts": {school.id: school.starts for school in self.lesson.schools},
            "notes": self.notes,
        }
        with open(os.path.join(self.directory, "summary.json"), "w", encoding="utf-8") as file:
            json.dump(summary, file, ensure_ascii=False, indent=2)
            file.write("\n")


def main():
    parser = argparse.ArgumentParser(description="All schools of a county live at once.")
    parser.add_argument("--build", default="build", help="where the programs are")
    parser.add_argument(
        "--seconds", type=int, help="how long the lessons last; without it, until Ctrl-C"
    )
    parser.add_argument(
        "--workers", type=int, default=1, help="cores of the relay's data path (1 to 16)"
    )
    parser.add_argument(
        "--queues", type=int, default=1, help="receive and transmit queues of the relay's device"
    )
    options = parser.parse_args()
    if options.seconds is not None and not 5 <= options.seconds <= HOURS_S:
        parser.error(f"--seconds is 5 to {HOURS_S}")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    demo = CountyDemo(options.build, options.seconds, options.workers, options.queues)
    try:
        return demo.run()
    except (CountyError, RuntimeError, TimeoutError, *UNREACHABLE) as error:
        print(f"demo: {error}", file=sys.stderr)
        print(tail(os.path.join(demo.directory, "relay.log"), 5), end="", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("demo: interrupted before the lessons began", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
