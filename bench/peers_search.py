# SPDX-License-Identifier: BSD-3-Clause
# peers_search.py - one contestant on a wire of its own: the highest rate that it carries.
import os
import signal
import subprocess
import sys
import tempfile
import time

from peers_wire import Wire

LIMIT_S = 240
SLOW_RATE = 5000
RATE_LEAST = 4e3
RATE_MOST = 1e6
STEPS = 9
TRIES = 2
LOSS_ALLOWED = 0.001
LOSS_WHOLE = 0.02
CPU_S = 2
PATIENCE_S = 15


def cpu_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Search:
    """One contestant on a wire of its own, and the generator's end of it."""

    def __init__(self, contestant, bench, wire, folder, pairs, size):
        self.contestant, self.wire, self.folder = contestant, wire, folder
        self.pairs, self.size = pairs, size
        self.process = None
        words = [bench, "generate", "wire0", str(pairs), str(size)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.generator = wire.start("generator", words, **pipes)
        self.restarts = -1
        self.restart()

    def restart(self):
        """The contestant, and its flows, anew."""
        self.restarts += 1
        if self.process:
            self.process.kill()
            self.process.wait()
        self.wire.deafen(False)
        self.process = self.contestant.start(self.wire, self.folder, self.pairs, self.size)
        path = os.path.join(self.folder, "plan")
        with open(path, "w", encoding="ascii") as plan:
            plan.write("\n".join(self.contestant.plan(self.wire, self.pairs)) + "\n")
        self.wire.deafen(True)
        self.tell(f"plan {path}")
        end = time.monotonic() + PATIENCE_S
        while not self.is_whole():
            if time.monotonic() > end:
                raise RuntimeError("not every flow comes through")

    def tell(self, line):
        self.generator.stdin.write(line + "\n")
        self.generator.stdin.flush()

    def trial(self, rate, seconds, forged=0):
        """(sent, delivered)"""
        self.tell(f"trial {rate:.0f} {seconds} {forged}")
        answer = self.generator.stdout.readline().split()
        if len(answer) != 2:
            raise RuntimeError("the generator failed")
        return int(answer[0]), int(answer[1])

    def is_whole(self):
        """Whether nearly every flow comes through."""
        sent, delivered = self.trial(SLOW_RATE, max(0.1, 2 * self.pairs / SLOW_RATE))
        return delivered >= sent * (1 - LOSS_WHOLE)

    def passes(self, rate, seconds):
        for _ in range(TRIES):
            sent, delivered = self.trial(rate, seconds)
            if delivered >= sent * (1 - LOSS_ALLOWED) and sent >= rate * seconds * 0.99:
                return True
            # Some do not recover from too much.
            if not any(self.is_whole() for _ in range(3)):
                self.restart()
        return False

    def rate(self, seconds):
        """The highest that passes; 0 where none does."""
        good, bad = RATE_LEAST, RATE_MOST
        for _ in range(STEPS):
            middle = (good * bad) ** 0.5
            if self.passes(middle, seconds):
                good = middle
            else:
                bad = middle
        return good if good > RATE_LEAST else 0

    def cpu_us(self, rate):
        """The contestant's own work on a packet, or None: at that rate; of one that polls, at twice
        as much, so that it finds something whenever it looks."""
        if not self.process:
            return None
        before_s = cpu_s(self.process.pid)
        delivered = self.trial((rate or SLOW_RATE) * (1 + self.contestant.polls), CPU_S)[1]
        return (cpu_s(self.process.pid) - before_s) * 1e6 / max(delivered, 1)


def out_of_time(*_):
    raise RuntimeError(f"no result within {LIMIT_S} s")


def tell_failure(contestant, folder, error):
    path = os.path.join(folder, "contestant.log")
    if os.path.exists(path):
        with open(path, encoding="utf-8", errors="replace") as log:
            sys.stderr.write(log.read()[-2000:])
    print(f"bench/peers: {contestant.name}: {error}", file=sys.stderr, flush=True)


def measure(contestant, bench, pairs, size, seconds):
    """{"rate", "forged", "restarts", "cpu_us" or None} of one search; None where it failed."""
    signal.signal(signal.SIGALRM, out_of_time)
    with Wire(contestant.kernel) as wire, tempfile.TemporaryDirectory(prefix="peers-") as folder:
        signal.alarm(LIMIT_S)
        try:
            search = Search(contestant, bench, wire, folder, pairs, size)
            forged = search.trial(SLOW_RATE, 0.2, 1)[1]
            rate = search.rate(seconds)
            cpu = search.cpu_us(rate)
            if forged and contestant.verifies:
                raise RuntimeError(f"lets {forged} forged packets through")
        except (RuntimeError, OSError) as error:
            signal.alarm(0)
            tell_failure(contestant, folder, error)
            return None
        finally:
            signal.alarm(0)
        return {"rate": rate, "forged": forged, "restarts": search.restarts, "cpu_us": cpu}
