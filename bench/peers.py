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

from contestants import Kernel, Relay, Testpmd
from peers_wire import Wire

GRID = [(12, 200), (12, 1200), (500, 200), (500, 1200)]
LIMIT_S = 120
REFERENCES = {"relay af_xdp": "testpmd af_xdp", "relay af_packet": "testpmd af_packet"}


def contestants(bench):
    return [
        Relay("relay af_xdp", bench, "af_xdp"),
        Testpmd("testpmd af_xdp", "af_xdp"),
        Relay("relay af_packet", bench, "af_packet"),
        Testpmd("testpmd af_packet", "af_packet"),
        Kernel("kernel forwarding"),
    ]


def cpu_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def told(generator, word):
    """The numbers behind the word in the generator's next line."""
    line = generator.stdout.readline().split()
    if not line or line[0] != word:
        raise RuntimeError("the generator failed")
    return [int(number) for number in line[1:]]


def measure(contestant, bench, pairs, size, seconds):
    """{"rate", "forged", "cpu_us" or None} of one search."""
    with Wire(contestant.kernel) as wire, tempfile.TemporaryDirectory(prefix="peers-") as folder:
        process = contestant.start(wire, folder, pairs, size)
        path = os.path.join(folder, "plan")
        with open(path, "w", encoding="ascii") as plan:
            plan.write("\n".join(contestant.plan(wire, pairs)) + "\n")
        words = [bench, "generate", "wire0", str(pairs), str(size), str(seconds), path]
        generator = wire.start("generator", words, stdout=subprocess.PIPE, text=True)
        signal.alarm(LIMIT_S)
        try:
            (forged,) = told(generator, "checked")
            (rate,) = told(generator, "rate")
            before_s = cpu_s(process.pid) if process else 0
            sent, _ = told(generator, "steady")
            after_s = cpu_s(process.pid) if process else 0
        except RuntimeError as error:
            with open(os.path.join(folder, "contestant.log"), errors="replace") as log:
                sys.stderr.write(log.read()[-2000:])
            raise SystemExit(f"bench/peers: {contestant.name}: {error}") from None
        finally:
            signal.alarm(0)
        has_cpu = process and not contestant.polls
        cpu_us = (after_s - before_s) * 1e6 / sent if has_cpu else None
        return {"rate": rate, "forged": forged, "cpu_us": cpu_us}


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


def row(results, name, tail, values, unit, references):
    middle, low, high = interval(values)
    reference = statistics.median(references) if references else ""
    ratio = statistics.median([a / b for a, b in zip(values, references)]) if references else ""
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
        forged = "checked" if all(one["forged"] == 0 for one in mine) else "passed on"
        ratio = f"{ratio:.2f}" if references else ""
        print(
            f"{pairs:5} {size:6} {name:22} {middle / 1e3:8.1f} {low / 1e3:8.1f} {high / 1e3:8.1f}"
            f" {ratio:>6} {cpu:>7} {forged}",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, half the grid")
    parser.add_argument("--rounds", type=int, help="of each cell (3; quick: 1)")
    parser.add_argument("--only", nargs="+", help="contestants whose names begin so")
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
    print(f"\n{machine()}")
    print(f"the same wire, {count} rounds: thousand packets/s with at most 0.1 % loss")
    print(f"{'pairs':>5} {'bytes':>6} {'contestant':22} {'median':>8} {'low':>8} {'high':>8}"
          f" {'ratio':>6} {'cpu us':>7} forged")
    with open(options.results, "a", encoding="utf-8") as results:
        results.write(f"# {machine()}; median of {count} rounds, low and high\n")
        results.write("# the same wire: reference: testpmd 5tswap by the same device\n")
        for pairs, size in GRID[1:3] if options.quick else GRID:
            rounds = []
            for number in range(count):
                order = field if number % 2 else field[::-1]
                rounds.append(
                    {one.name: measure(one, options.bench, pairs, size, seconds) for one in order}
                )
            report(results, [one.name for one in field], rounds, pairs, size)


if __name__ == "__main__":
    main()
