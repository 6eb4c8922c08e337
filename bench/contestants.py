# SPDX-License-Identifier: BSD-3-Clause
# contestants.py - who stands at the far end of the shared wire: each is started pinned to its core,
# and told of the pairs by whatever means it has.
import os
import socket
import subprocess

from peers_ng import Ng
from peers_turn import allocate, bind_channel
from peers_wire import CONTESTANT_CPU, GENERATOR_CPU, SERVER, leg_address

MEDIA_PORT = 5000
MBUFS = "--total-num-mbufs=16384"
TURN_PORT = 3478
TURN_CHANNEL = 0x4000
NG_PORT = 2223
GCM = {"AEAD_AES_128_GCM": 16, "AEAD_AES_256_GCM": 32}
GCM_SALT_BYTES = 12


def device(kind):
    return f"net_{kind}0,iface=wire0"


class Contestant:
    """One of them. `kernel` is what the server's kernel does with the wire; `polls` tells that the
    program burns its whole core whatever the rate; `verifies`, that it lets no forgery through."""

    kernel = "dead"
    polls = False
    verifies = False

    def __init__(self, name):
        self.name = name

    def start(self, wire, folder, pairs, size):
        """Starts it. Returns the process, or None where it has none."""
        raise NotImplementedError

    def plan(self, wire, pairs):
        """A line for each flow, for bench/peers.c."""
        return [f"{MEDIA_PORT} 0 AEAD_AES_128_GCM -"] * (2 * pairs)

    def launch(self, wire, folder, words, **options):
        with open(os.path.join(folder, "contestant.log"), "wb") as log:
            return wire.start("server", words, stderr=log, **{"stdout": log} | options)


class Relay(Contestant):
    """The relay's worker by a device of DPDK's."""

    polls = True
    verifies = True

    def __init__(self, name, bench, kind):
        super().__init__(name)
        self.bench, self.kind = bench, kind

    def start(self, wire, folder, pairs, size):
        words = [self.bench, "worker", device(self.kind), str(pairs), str(size)]
        process = self.launch(wire, folder, words, stdout=subprocess.PIPE)
        for line in process.stdout:  # its log comes before
            if line == b"ready\n":
                return process
        raise RuntimeError("the worker did not start")


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


def pinned(*words):
    return ["taskset", "-c", str(CONTESTANT_CPU), *words]


def client(wire, leg, port):
    """A socket at a leg's address (None: any), connected to the server."""
    link = wire.socket("generator", socket.AF_INET, socket.SOCK_DGRAM)
    if leg is not None:
        link.bind(leg_address(leg))
    link.connect((SERVER, port))
    return link


class Coturn(Contestant):
    """Debian's TURN server: A of each pair has an allocation and a channel to B. Opaque."""

    kernel = "host"

    def start(self, wire, folder, pairs, size):
        words = ["turnserver", "-n", "--no-auth", "--no-cli", "--no-tcp", "--no-tls", "--no-dtls"]
        words += ["-L", SERVER, "-E", SERVER, "--relay-threads=1", "--log-file=stdout"]
        words += ["--simple-log", "--realm=bench", f"--pidfile={folder}/pid"]
        return self.launch(wire, folder, pinned(*words, f"--userdb={folder}/turndb"))

    def plan(self, wire, pairs):
        lines = []
        for pair in range(pairs):
            with client(wire, 2 * pair, TURN_PORT) as link:
                relayed = allocate(link)
                bind_channel(link, TURN_CHANNEL, leg_address(2 * pair + 1))
            lines.append(f"{TURN_PORT} {TURN_CHANNEL} AEAD_AES_128_GCM -")
            lines.append(f"{relayed} 0 AEAD_AES_128_GCM -")
        return lines


class Rtpengine(Contestant):
    """Debian's RTP proxy without its kernel module. `suites` is what A and B of each pair send
    under: two, since with one for both it passes the ciphertext on unchecked; or None twice."""

    kernel = "host"

    def __init__(self, name, suites):
        super().__init__(name)
        self.suites = suites
        self.verifies = all(suites)

    def start(self, wire, folder, pairs, size):
        words = ["rtpengine", "--config-file=none", "--foreground", "--log-stderr"]
        words += ["--log-level=2", "--table=-1", f"--interface={SERVER}", "--num-threads=1"]
        words += [f"--listen-ng={SERVER}:{NG_PORT}", "--port-min=20000", "--port-max=60000"]
        return self.launch(wire, folder, pinned(*words))

    def plan(self, wire, pairs):
        lines = []
        with client(wire, None, NG_PORT) as link:
            ng = Ng(link)
            for pair in range(pairs):
                legs = [leg_address(2 * pair), leg_address(2 * pair + 1)]
                keys = [os.urandom(GCM[s] + GCM_SALT_BYTES) if s else b"" for s in self.suites]
                ports = ng.call(pair, legs, self.suites, keys)
                for port, suite, key in zip(ports, self.suites, keys):
                    lines.append(f"{port} 0 {suite or '-'} {key.hex() or '-'}")
        return lines
