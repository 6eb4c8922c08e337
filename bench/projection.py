#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# projection.py - how many classrooms a core, a socket and a server carry, from what was measured.
"""
projection.py RESULTS.tsv

Reads the rows that bench/pipeline and bench/memif wrote, prints the arithmetic, and appends its
own rows. A classroom sends 4 streams and receives 4; each packet in is one packet out.
"""
import re
import sys

# A county at work: 24 schools send 20 000 packets a second, 8 Mbit/s each.
CLASSROOM_PPS = 20000 / 24
CLASSROOM_MBPS = 8
# A core is not planned fuller: lessons begin at the same bell.
BUSY_SHARE = 0.5
# (what, relays, workers of each): of a socket's cores one is the control side's, and the second
# socket has a relay of its own, for no packet should cross between them.
MACHINES = (("a core", 1, 1), ("a socket of 16 cores", 1, 15), ("a server of two sockets", 2, 15))
FLOWS_WANTED = (10000, 100000)  # the first that was measured
PACKET = "engine=ipsec-mb profile=AEAD_AES_128_GCM flows=%u bytes=1200 receivers=1 mix=good"


def read(path):
    """({(name, parameters): value}, cycles of the time stamp counter a second); the last run's."""
    values, clock_hz = {}, None
    with open(path, encoding="utf-8") as results:
        for line in results:
            found = re.match(r"# pipeline: .*?([0-9.]+) GHz", line)
            if found:
                clock_hz = float(found.group(1)) * 1e9
            fields = line.rstrip("\n").split("\t")
            if len(fields) == 8 and fields[0] != "name" and not line.startswith("#"):
                values[fields[0], fields[1]] = float(fields[2])
    return values, clock_hz


def handover_ns(values, clock_hz):
    """What passing a packet on to another worker costs, or None where it was not measured."""
    found = [value for (name, _), value in values.items() if name == "handover"]
    return found[0] / clock_hz * 1e9 if found else None


def packet_costs(values, clock_hz):
    """[(what, nanoseconds a packet)]"""
    costs = []
    for flows in FLOWS_WANTED:
        cycles = values.get(("pipeline_packet", PACKET % flows))
        if cycles is not None:
            costs.append((f"without a device, {flows} flows", cycles / clock_hz * 1e9))
            break
    wire = values.get(("memif_cost", "bytes=1200 flows=48"))
    if wire is not None:
        costs.append(("with a device (memif), 48 flows", wire))
    return costs


def classrooms(packet_ns, hand_ns, workers):
    """Of `workers` a packet meets its own one time in so many; else it is handed over."""
    cost_ns = packet_ns + (hand_ns or 0) * (workers - 1) / workers
    return workers * BUSY_SHARE * 1e9 / (cost_ns * CLASSROOM_PPS)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    values, clock_hz = read(sys.argv[1])
    if clock_hz is None:
        sys.exit("projection: no figures of bench/pipeline there; run it first")
    hand_ns = handover_ns(values, clock_hz)
    costs = packet_costs(values, clock_hz)
    told = f"{hand_ns:.0f} ns" if hand_ns else "not measured, counted as nothing"
    print(f"\nclassrooms at {CLASSROOM_PPS:.0f} packets/s of 1200 bytes in, as many out; cores "
          f"{100 * BUSY_SHARE:.0f} % busy; a hand-over: {told}")
    with open(sys.argv[1], "a", encoding="utf-8") as results:
        for what, packet_ns in costs:
            print(f"a packet {what}: {packet_ns:.0f} ns")
            for machine, relays, workers in MACHINES:
                count = relays * classrooms(packet_ns, hand_ns, workers)
                gbps = count * CLASSROOM_MBPS / 1000
                all_workers = relays * workers
                print(
                    f"  {machine:24} {all_workers:3} workers {count:9.0f} classrooms, "
                    f"{gbps:6.1f} Gbit/s each way"
                )
                results.write(
                    f"projection\t{machine}, {all_workers} workers, {what}\t{count:.0f}\t\t\t"
                    f"classrooms\t{packet_ns:.1f}\t\n"
                )


if __name__ == "__main__":
    main()
