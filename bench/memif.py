#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# memif.py - the relay's worker on one core and a generator on the other, by shared memory, in turn
# with dpdk-testpmd in the worker's place.
"""Prints tables and appends to RESULTS.tsv. Rounds are interleaved, and each is compared with its
own neighbour. Then a county at work: 20 kpps for a minute, with naps and without; and an idle
relay."""
import argparse
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

LATENCIES = ("half_p50", "half_p99", "half_p999", "slow_p50", "slow_p99", "slow_p999")
SIZES = (200, 1200)
MEMIF = "socket-abstract=no,rsize=10,bsize=2048"
MBUFS = "--total-num-mbufs=16384"
COUNTY_RATE = 20000
COUNTY_BYTES = 900
COUNTY_FIGURES = (("core", "%"), ("lost", "ppm"), ("p50", "us"), ("p99", "us"), ("p999", "us"))
NAP_US = 100  # the worker's while a session is open, and while none is (datapath/pace.h)
IDLE_NAP_US = 1250
IDLE_CONF = """
media: { device = "net_ring0"; eal = ["--no-huge", "-m", "256", "--lcores=0@0,1@1"];
  address = "198.18.0.2/24"; };
control: { listen = ["127.0.0.1:%u"]; state_directory = "state"; };
timetable = "timetable.conf";
"""


def testpmd(wire):
    words = ["dpdk-testpmd", "--no-huge", "--no-pci", "--no-shconf", "--no-telemetry", "-m", "256"]
    words += ["--lcores", "0@1,1@0", "--file-prefix", "bench-testpmd", "--log-level=error"]
    words += ["--vdev", f"net_memif0,role=client,socket={wire},{MEMIF}", "--"]
    return words + ["--forward-mode=5tswap", "--nb-cores=1", "--auto-start", MBUFS]


def cpu_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Pair:
    """A generator and what serves it, on a wire of their own; ended with the block."""

    def __init__(self, bench, mode, size, serve):
        self.folder = tempfile.TemporaryDirectory(prefix="bench-memif-")
        wire = os.path.join(self.folder.name, "wire")
        words = [bench, mode[0], wire, str(size)] + [str(word) for word in mode[1:]]
        self.generator = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        while not os.path.exists(wire) and self.generator.poll() is None:
            time.sleep(0.01)
        # testpmd forwards until it reads a line or the end of its input.
        self.server = subprocess.Popen(
            serve(wire),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in (self.generator, self.server):
            process.terminate()
            process.wait(timeout=20)
        self.folder.cleanup()

    def answer(self, limit_s):
        """The numbers that the generator prints at its end."""
        text = self.generator.communicate(timeout=limit_s)[0]
        if self.generator.returncode != 0:
            raise SystemExit("bench/memif: the generator failed")
        return [float(word) for word in text.split()]


def run_once(bench, kind, size, seconds, half):
    """One's figures: {"rate": …, "half_p50": …}. half: the rate of half_* (0: half its own)."""

    def worker(wire):
        return [bench, "worker", wire, str(size), "0"]

    serve = testpmd if kind == "testpmd" else worker
    with Pair(bench, ("generate", seconds, half), size, serve) as pair:
        return dict(zip(("rate",) + LATENCIES, pair.answer(120)))


def run_round(bench, size, seconds, half, number):
    """Both at the same rate: half of what the relay carried in the rounds before (0: there were
    none). Each comes first in every other round."""
    if not half:
        half = run_once(bench, "worker", size, seconds, 0)["rate"] / 2
    kinds = ("worker", "testpmd") if number % 2 else ("testpmd", "worker")
    return {kind: run_once(bench, kind, size, seconds, half) for kind in kinds}


def run_county(bench, mode, number, seconds):
    """A core's share, what was lost in a million, and the latencies: of the relay's worker, or of
    an echo."""

    def server(wire):
        return [bench, mode, wire, str(COUNTY_BYTES), str(number)]

    with Pair(bench, ("steady", COUNTY_RATE, seconds), COUNTY_BYTES, server) as pair:
        time.sleep(2)  # what is measured is the middle of the minute
        start_s, start = cpu_s(pair.server.pid), time.monotonic()
        time.sleep(seconds - 4)
        share = (cpu_s(pair.server.pid) - start_s) / (time.monotonic() - start)
        sent, delivered, *latencies = pair.answer(seconds + 30)
    return [100 * share, (sent - delivered) / sent * 1e6] + latencies


def county(bench, results, seconds):
    """The county's worker in both idle policies, each beside an echo that naps the same."""
    print(f"\na county at work: {COUNTY_RATE} packets/s of {COUNTY_BYTES} bytes for {seconds} s")
    print(f"{'policy':16} {'core':>7} {'lost/M':>8} {'p50 us':>8} {'p99':>8} {'p99.9':>8}")
    results.write("# county: reference: an echo on the same wire, with the same naps\n")
    for policy, poll_above, nap_us in (("naps", 50000, NAP_US), ("polls", 0, 0)):
        echo = run_county(bench, "echo", nap_us, max(seconds // 3, 8))
        relay = run_county(bench, "worker", poll_above, seconds)
        for who, figures in ((policy, relay), (policy + ", echo", echo)):
            columns = " ".join(f"{one:8.1f}" for one in figures[1:])
            print(f"{who:16} {figures[0]:6.2f}% {columns}")
        for (name, unit), mine, theirs in zip(COUNTY_FIGURES, relay, echo):
            ratio = f"{mine / theirs:.4f}" if theirs else ""
            results.write(
                f"county_{name}\tpolicy={policy} rate={COUNTY_RATE}\t{mine:.2f}\t\t\t{unit}"
                f"\t{theirs:.2f}\t{ratio}\n"
            )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def share_of(process, settle_s, seconds):
    """A core's share of a process that runs by itself; ends it."""
    time.sleep(settle_s)
    start_s, start = cpu_s(process.pid), time.monotonic()
    time.sleep(seconds)
    share = (cpu_s(process.pid) - start_s) / (time.monotonic() - start)
    process.terminate()
    return 100 * share, process.wait(timeout=20)


def idle_naps(bench, seconds):
    """A core's share of a process that naps as an idle worker does, and does nothing else."""
    words = [bench, "echo", "-", str(COUNTY_BYTES), str(IDLE_NAP_US)]
    with subprocess.Popen(words) as process:
        return share_of(process, 0.5, seconds)[0]


def idle(bench, relay, results, seconds):
    """A core's share of the whole relay while no lesson is on."""
    with tempfile.TemporaryDirectory(prefix="bench-idle-") as folder:
        shutil.copytree("conf/county", folder, dirs_exist_ok=True)
        with open(os.path.join(folder, "relay.conf"), "w", encoding="utf-8") as conf:
            conf.write(IDLE_CONF % free_port())
        # No lesson is left without its rules.
        with open(os.path.join(folder, "rules.csv"), encoding="utf-8") as rules:
            head = rules.readline()
        with open(os.path.join(folder, "rules.csv"), "w", encoding="utf-8") as rules:
            rules.write(head)
        words = [relay, "--config", os.path.join(folder, "relay.conf")]
        with open(os.path.join(folder, "log"), "w+", encoding="utf-8") as log:
            with subprocess.Popen(words, stdout=log, stderr=log) as process:
                share, status = share_of(process, 3, seconds)
                if status != 0:
                    log.seek(0)
                    raise SystemExit(f"bench/memif: the relay failed:\n{log.read()}")
    naps = idle_naps(bench, seconds)
    print(f"{'idle relay':16} {share:6.2f}%\n{'idle, naps alone':16} {naps:6.2f}%")
    results.write("# idle: reference: a process that only naps, as long as the relay's worker\n")
    results.write(
        f"idle_core\twhole relay, no session\t{share:.2f}\t\t\t%\t{naps:.2f}"
        f"\t{share / naps:.4f}\n"
    )


def bare_ns(path, size):
    """libipsec-mb's verification of one packet, as bench/engine measured it in the same file."""
    found = None
    with open(path, encoding="utf-8") as results:
        for line in results:
            fields = line.rstrip("\n").split("\t")
            wanted = f"engine=ipsec-mb profile=AEAD_AES_128_GCM bytes={size} streams=1 burst=32"
            if fields[0] == "verify_rtp" and fields[1] == wanted:
                found = float(fields[6])
    return found


def interval(values):
    ordered = sorted(values)
    low = 1 if len(ordered) >= 9 else 0
    return statistics.median(ordered), ordered[low], ordered[-1 - low]


def report(results, path, size, rounds):
    out = []
    for name in ("rate",) + LATENCIES:
        mine = [one["worker"][name] for one in rounds]
        theirs = [one["testpmd"][name] for one in rounds]
        # A machine that is too busy to forward has no latency to compare with.
        ratios = [a / b if b else float("inf") for a, b in zip(mine, theirs)]
        unit = "packets/s" if name == "rate" else "us"
        middle, low, high = interval(mine)
        reference, ratio = statistics.median(theirs), statistics.median(ratios)
        out.append((name, middle, reference, ratio))
        results.write(
            f"memif_{name}\tbytes={size} flows=48\t{middle:.1f}\t{low:.1f}\t{high:.1f}\t{unit}"
            f"\t{reference:.1f}\t{ratio:.4f}\n"
        )
    for name, middle, reference, ratio in out:
        print(f"{size:6} {name:10} {middle:12.1f} {reference:12.1f} {ratio:8.3f}")
    # The goal for the latency is a difference, not a ratio.
    over = [one["worker"]["half_p999"] - one["testpmd"]["half_p999"] for one in rounds]
    middle, low, high = interval(over)
    results.write(
        f"memif_half_p999_over\tbytes={size} flows=48\t{middle:.1f}\t{low:.1f}\t{high:.1f}"
        "\tus\t\t\n"
    )
    print(f"{size:6} {'p99.9 over':10} {middle:12.1f}")
    bare = bare_ns(path, size)
    if bare is None:
        return
    # What a packet costs, over what its parts cost: testpmd's forwarding and the bare crypto.
    costs = [1e9 / one["worker"]["rate"] for one in rounds]
    parts = [1e9 / one["testpmd"]["rate"] + bare for one in rounds]
    ratio = statistics.median([a / b for a, b in zip(costs, parts)])
    middle, low, high = interval(costs)
    results.write(
        f"memif_cost\tbytes={size} flows=48\t{middle:.1f}\t{low:.1f}\t{high:.1f}\tns/packet"
        f"\t{statistics.median(parts):.1f}\t{ratio:.4f}\n"
    )
    print(f"{size:6} {'cost, ns':10} {middle:12.1f} {statistics.median(parts):12.1f} {ratio:8.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, help="of each size (9; quick: 1)")
    parser.add_argument("--county-s", type=int, help="of a county at work (60; quick: 8)")
    parser.add_argument("bench")
    parser.add_argument("relay")
    parser.add_argument("results")
    options = parser.parse_args()
    count, seconds = (1, 0.1) if options.quick else (options.rounds or 9, 0.3)
    print(f"\nmemif, {count} rounds: packets/s with at most 0.1 % loss; us at half, at 20 kpps")
    print(f"{'bytes':>6} {'figure':10} {'relay':>12} {'testpmd':>12} {'ratio':>8}")
    with open(options.results, "a", encoding="utf-8") as results:
        results.write("# memif: reference: testpmd 5tswap; of the cost: it and the bare crypto\n")
        for size in SIZES:
            rounds, half = [], 0
            for number in range(count):
                rounds.append(run_round(options.bench, size, seconds, half, number))
                half = statistics.median(one["worker"]["rate"] for one in rounds) / 2
            report(results, options.results, size, rounds)
        county(options.bench, results, 8 if options.quick else options.county_s or 60)
        idle(options.bench, options.relay, results, 4 if options.quick else 20)


if __name__ == "__main__":
    main()
