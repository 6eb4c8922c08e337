#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# peers.py - the relay and other programs on the same wire: the same generator and flows, the
# highest rate with at most 0.1 % loss.
"""Prints a table and appends to RESULTS.tsv. Rounds are interleaved, and a ratio is taken within
its round. The relay's worker, its device and its engine are the real ones, in a process without the
control port, which tells it of 500 pairs what a timetable would. Needs root: it makes network
namespaces, and removes them."""
import argparse
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from contestants import Coturn, GCM, Kernel, Relay, Rtpengine, Testpmd
from peers_wire import Wire

SLOW_RATE = 5000
RATE_LEAST = 4e3
RATE_MOST = 1e6
STEPS = 9
TRIES = 2
LOSS_ALLOWED = 0.001
LOSS_WHOLE = 0.02
CPU_S = 2
PATIENCE_S = 15
GRID = [(12, 200), (12, 1200), (500, 200), (500, 1200)]
LIMIT_S = 120
REFERENCES = {
    "relay af_xdp": "testpmd af_xdp",
    "relay af_packet": "testpmd af_packet",
    "coturn": "relay af_xdp",
    "rtpengine plain": "relay af_xdp",
    "rtpengine SRTP": "relay af_xdp",
    "kernel forwarding": "relay af_xdp",
}


def contestants(bench):
    return [
        Relay("relay af_xdp", bench, "af_xdp"),
        Testpmd("testpmd af_xdp", "af_xdp"),
        Relay("relay af_packet", bench, "af_packet"),
        Testpmd("testpmd af_packet", "af_packet"),
        Coturn("coturn"),
        Rtpengine("rtpengine plain", (None, None)),
        Rtpengine("rtpengine SRTP", tuple(GCM)),
        Kernel("kernel forwarding"),
    ]


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
        """The contestant's own work on a packet at that rate, or None."""
        if not self.process or self.contestant.polls:
            return None
        before_s = cpu_s(self.process.pid)
        delivered = self.trial(rate or SLOW_RATE, CPU_S)[1]
        return (cpu_s(self.process.pid) - before_s) * 1e6 / max(delivered, 1)


def measure(contestant, bench, pairs, size, seconds):
    """{"rate", "forged", "restarts", "cpu_us" or None} of one search."""
    with Wire(contestant.kernel) as wire, tempfile.TemporaryDirectory(prefix="peers-") as folder:
        signal.alarm(LIMIT_S)
        try:
            search = Search(contestant, bench, wire, folder, pairs, size)
            forged = search.trial(SLOW_RATE, 0.2, 1)[1]
            rate = search.rate(seconds)
            cpu = search.cpu_us(rate)
        except (RuntimeError, BrokenPipeError) as error:
            with open(os.path.join(folder, "contestant.log"), errors="replace") as log:
                sys.stderr.write(log.read()[-2000:])
            raise SystemExit(f"bench/peers: {contestant.name}: {error}") from None
        finally:
            signal.alarm(0)
        return {"rate": rate, "forged": forged, "restarts": search.restarts, "cpu_us": cpu}


def machine():
    """This machine, in a line."""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        models = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
    model = models[0] if models else "unknown processor"
    return f"{model}, {os.cpu_count()} cores, {os.uname().sysname} {os.uname().release}"


def interrupt(*_):
    raise KeyboardInterrupt


def out_of_time(*_):
    raise RuntimeError(f"no result within {LIMIT_S} s")


def interval(values):
    return statistics.median(values), min(values), max(values)


def ratio_of(values, references):
    """The median over the rounds; not a number where a reference never got through."""
    pairs = [(a, b) for a, b in zip(values, references) if b]
    return statistics.median([a / b for a, b in pairs]) if pairs else float("nan")


def row(results, name, tail, values, unit, references):
    middle, low, high = interval(values)
    reference = statistics.median(references) if references else ""
    ratio = ratio_of(values, references) if references else ""
    figures = f"{middle:.2f}\t{low:.2f}\t{high:.2f}\t{unit}"
    compared = f"{reference:.1f}\t{ratio:.4f}" if references else "\t"
    results.write(f"{name}\t{tail}\t{figures}\t{compared}\n")
    results.flush()
    return middle, low, high, ratio


def report(results, names, rounds, pairs, size):
    """The cell's lines, highest rate first as they were named."""
    for name in names:
        mine = [one[name] for one in rounds]
        tail = f"contestant={name.replace(' ', '_')} pairs={pairs} bytes={size}"
        reference = REFERENCES.get(name)
        references = [one[reference]["rate"] for one in rounds] if reference in names else None
        rates = [one["rate"] for one in mine]
        middle, low, high, ratio = row(
            results, "wire_rate", tail, rates, "packets/s", references
        )
        cpu = ""
        if mine[0]["cpu_us"] is not None:
            cpu = row(results, "wire_cpu", tail, [one["cpu_us"] for one in mine], "us/packet", None)
            cpu = f"{cpu[0]:.1f}"
        remarks = ["checks" if all(one["forged"] == 0 for one in mine) else "passes on"]
        if restarts := sum(one["restarts"] for one in mine):
            remarks.append(f"restarted {restarts} times")
        ratio = f"{ratio:.2f}" if references else ""
        print(
            f"{pairs:5} {size:6} {name:22} {middle / 1e3:8.1f} {low / 1e3:8.1f} {high / 1e3:8.1f}"
            f" {ratio:>6} {cpu:>7} {', '.join(remarks)}",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, half the grid")
    parser.add_argument("--rounds", type=int, help="of each cell (3; quick: 1)")
    parser.add_argument("--only", nargs="+", help="contestants whose names begin so")
    parser.add_argument("--cells", nargs="+", help="of the grid: 12x200 is 12 pairs, 200 bytes")
    parser.add_argument("bench")
    parser.add_argument("results")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGALRM, out_of_time)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    seconds = 0.5 if options.quick else 1
    count = options.rounds or (1 if options.quick else 3)
    field = contestants(options.bench)
    if options.only:
        field = [one for one in field if one.name.startswith(tuple(options.only))]
    grid = GRID[1:3] if options.quick else GRID
    if options.cells:
        grid = [tuple(int(word) for word in cell.split("x")) for cell in options.cells]
    print(f"\n{machine()}")
    print(f"the same wire, {count} rounds: thousand packets/s with at most 0.1 % loss")
    print(f"{'pairs':>5} {'bytes':>6} {'contestant':22} {'median':>8} {'low':>8} {'high':>8}"
          f" {'ratio':>6} {'cpu us':>7} forged packets it")
    with open(options.results, "a", encoding="utf-8") as results:
        results.write(f"# {machine()}; median of {count} rounds, low and high\n")
        results.write("# the same wire: reference: testpmd 5tswap by the same device; of those ")
        results.write("that use sockets, the relay by af_xdp\n")
        for pairs, size in grid:
            rounds = []
            for number in range(count):
                order = field if number % 2 else field[::-1]
                rounds.append(
                    {one.name: measure(one, options.bench, pairs, size, seconds) for one in order}
                )
            report(results, [one.name for one in field], rounds, pairs, size)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("bench/peers: interrupted; the namespaces are removed")
