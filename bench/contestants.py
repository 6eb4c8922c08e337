# SPDX-License-Identifier: BSD-3-Clause
# contestants.py - who stands at the far end of the shared wire: each is started pinned to its core,
# and told of the pairs by whatever means it has.
import os
import subprocess

from peers_wire import CONTESTANT_CPU, GENERATOR_CPU

MEDIA_PORT = 5000
MBUFS = "--total-num-mbufs=16384"
LIMIT_S = 30


def device(kind):
    return f"net_{kind}0,iface=wire0"


class Contestant:
    """One of them. `kernel` is what the server's kernel does with the wire; `polls` tells that the
    program burns its whole core whatever the rate."""

    kernel = "dead"
    polls = False
    package = None

    def __init__(self, name):
        self.name = name

    def start(self, wire, folder, pairs, size):
        """Starts it. Returns the process, or None where it has none."""
        raise NotImplementedError

    def plan(self, wire, pairs):
        """A line for each flow, for bench/peers.c."""
        return ["%d 0 AEAD_AES_128_GCM -" % MEDIA_PORT] * (2 * pairs)

    def launch(self, wire, folder, words, **options):
        with open(os.path.join(folder, "contestant.log"), "wb") as log:
            return wire.start("server", words, stderr=log, **{"stdout": log} | options)


class Relay(Contestant):
    """The relay's worker by a device of DPDK's."""

    polls = True

    def __init__(self, name, bench, kind):
        super().__init__(name)
        self.bench, self.kind = bench, kind

    def start(self, wire, folder, pairs, size):
        words = [self.bench, "worker", device(self.kind), str(pairs), str(size)]
        process = self.launch(wire, folder, words, stdout=subprocess.PIPE)
        for line in process.stdout:  # its log comes before
            if line == b"ready\n":
                return process
        raise SystemExit("bench/peers: the worker did not start")


class Testpmd(Contestant):
    """DPDK's own forwarder, which swaps the addresses, by the same device."""

    polls = True

    def __init__(self, name, kind):
        super().__init__(name)
        self.kind = kind

    def start(self, wire, folder, pairs, size):
        words = ["dpdk-testpmd", "--no-huge", "--no-pci", "--no-shconf", "--no-telemetry"]
        words += ["-m", "512", "--lcores", f"0@{GENERATOR_CPU},1@{CONTESTANT_CPU}"]
        words += ["--file-prefix", "bench-peers-testpmd", "--log-level=error"]
        words += ["--vdev", device(self.kind), "--", "--forward-mode=5tswap", "--nb-cores=1"]
        rings = 2048 if self.kind == "af_xdp" else 512  # as relay/platform/port.c has them
        words += [f"--rxd={rings}", f"--txd={rings}", "--auto-start", MBUFS]
        # It forwards until it reads a line or the end of its input.
        return self.launch(wire, folder, words, stdin=subprocess.PIPE)


class Kernel(Contestant):
    """Plain forwarding: what the wire itself carries."""

    kernel = "forwards"

    def start(self, wire, folder, pairs, size):
        return None
