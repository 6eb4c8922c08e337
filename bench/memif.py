#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# memif.py - the relay's worker on one core and a generator on the other, by shared memory, in turn
# with dpdk-testpmd in the worker's place.
"""Prints a table and appends to RESULTS.tsv. Rounds are interleaved; the ratio of each is to its own
neighbour's: testpmd's cost a packet and libipsec-mb's bare verification, from the same file."""
import argparse
import os
import statistics
import subprocess
import tempfile
import time

LATENCIES = ("half_p50", "half_p99", "half_p999", "slow_p50", "slow_p99", "slow_p999")
SIZES = (200, 1200)


def testpmd(socket):
    words = ["dpdk-testpmd", "--no-huge", "--no-pci", "--no-shconf", "--no-telemetry", "-m", "256"]
    words += ["--lcores", "0@1,1@0", "--file-prefix", "bench-testpmd", "--log-level=error"]
    words += ["--vdev", f"net_memif0,role=client,socket={socket},socket-abstract=no,rsize=10,bsize=2048"]
    return words + ["--", "--forward-mode=5tswap", "--nb-cores=1", "--auto-start", "--total-num-mbufs=16384"]


def run_round(bench, kind, size, seconds):
    """The figures of one round: {"rate": …, "half_p50": …}."""
    with tempfile.TemporaryDirectory(prefix="bench-memif-") as folder:
        socket = os.path.join(folder, "wire")
        words = [bench, "generate", socket, str(size), str(seconds)]
        generator = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        while not os.path.exists(socket) and generator.poll() is None:
            time.sleep(0.01)
        served = testpmd(socket) if kind == "testpmd" else [bench, "worker", socket, str(size)]
        # testpmd forwards until it reads a line or the end of its input.
        server = subprocess.Popen(
            served, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            text = generator.communicate(timeout=120)[0]
        finally:
            server.terminate()
            server.wait(timeout=20)
            generator.kill()
        if generator.returncode != 0:
            raise SystemExit(f"bench/memif: the generator failed beside {kind}")
    values = [float(word) for word in text.split()]
    return dict(zip(("rate",) + LATENCIES, values))


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
        ratios = [a / b for a, b in zip(mine, theirs)]
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
    parser.add_argument("bench")
    parser.add_argument("results")
    options = parser.parse_args()
    count, seconds = (1, 0.1) if options.quick else (9, 0.3)
    print(f"\nmemif, {count} rounds: packets a second with at most 0.1 % loss; latency at half, 20 kpps")
    print(f"{'bytes':>6} {'figure':10} {'relay':>12} {'testpmd':>12} {'ratio':>8}")
    with open(options.results, "a", encoding="utf-8") as results:
        results.write("# memif: reference: testpmd 5tswap; of the cost: it and the bare crypto\n")
        for size in SIZES:
            rounds = []
            for number in range(count):
                kinds = ("worker", "testpmd") if number % 2 else ("testpmd", "worker")
                rounds.append({k: run_round(options.bench, k, size, seconds) for k in kinds})
            report(results, options.results, size, rounds)


if __name__ == "__main__":
    main()
