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
import sys
import time

from contestants import Coturn, GCM, Kernel, Relay, Rtpengine, Testpmd
from peers_search import measure

GRID = [(12, 200), (12, 1200), (500, 200), (500, 1200)]
LIMIT_S = 3300
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


def machine():
    """This machine, in a line."""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        models = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
    model = models[0] if models else "unknown processor"
    load = os.getloadavg()[0]
    return f"{model}, {os.cpu_count()} cores, Linux {os.uname().release}, load before {load:.1f}"


def interrupt(*_):
    raise KeyboardInterrupt


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


def remarks(mine):
    found = ["checks" if all(one["forged"] == 0 for one in mine) else "passes on"]
    if restarts := sum(one["restarts"] for one in mine):
        found.append(f"restarted {restarts} times")
    return ", ".join(found)


def report(results, contestant, rounds, pairs, size):
    """A line, and its rows, of the rounds in which the contestant and its reference were there."""
    name = contestant.name
    other = REFERENCES.get(name)
    good = [one for one in rounds if one.get(name)]
    if not good:
        print(f"{pairs:5} {size:6} {name:18} failed", flush=True)
        return
    mine = [one[name] for one in good]
    tail = f"contestant={name.replace(' ', '_')} pairs={pairs} bytes={size}"
    has_other = other in good[0] and all(one.get(other) for one in good)
    references = [one[other]["rate"] for one in good] if has_other else None
    rates = [one["rate"] for one in mine]
    middle, low, high, ratio = row(results, "wire_rate", tail, rates, "packets/s", references)
    cpu = ""
    if mine[0]["cpu_us"] is not None:
        spent = [one["cpu_us"] for one in mine]
        references = [one[other]["cpu_us"] for one in good] if has_other else None
        cpu = f"{row(results, 'wire_cpu', tail, spent, 'us/packet', references)[0]:.1f}"
    rates = f"{middle / 1e3:8.1f} {low / 1e3:8.1f} {high / 1e3:8.1f}"
    ratio = f"{ratio:.2f}" if has_other else ""
    line = f"{pairs:5} {size:6} {name:18} {rates} {ratio:>6} {cpu:>7} {remarks(mine)}"
    print(line, flush=True)


def is_complete(figures):
    return all(figures.values())


def run_cell(field, bench, cell, count, seconds, end):
    """The rounds that fit before the end: each {name: figures or None}."""
    rounds = []
    for number in range(count):
        order = field if number % 2 else field[::-1]
        if time.monotonic() > end:
            break
        rounds.append({one.name: measure(one, bench, *cell, seconds) for one in order})
    return rounds


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
    end, is_whole = time.monotonic() + LIMIT_S, True
    print(f"\n{machine()}")
    print(f"the same wire, {count} rounds: thousand packets/s with at most 0.1 % loss")
    print(f"{'pairs':>5} {'bytes':>6} {'contestant':18} {'median':>8} {'low':>8} {'high':>8}"
          f" {'ratio':>6} {'cpu us':>7} forged packets it")
    with open(options.results, "a", encoding="utf-8") as results:
        results.write(f"# {machine()}; median of {count} rounds, low and high\n")
        results.write("# the same wire: reference: testpmd 5tswap by the same device; of those ")
        results.write("that use sockets, the relay by af_xdp\n")
        for cell in grid:
            rounds = run_cell(field, options.bench, cell, count, seconds, end)
            if len(rounds) < count:
                print(f"{cell[0]:5} {cell[1]:6} out of time: {len(rounds)} of {count} rounds")
            for one in field:
                report(results, one, rounds, *cell)
            is_whole = is_whole and len(rounds) == count and all(map(is_complete, rounds))
    return 0 if is_whole else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("bench/peers: interrupted; the namespaces are removed")
