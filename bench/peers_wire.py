# SPDX-License-Identifier: BSD-3-Clause
# peers_wire.py - a generator, a router and a contestant in network namespaces, with a core each for
# what the generator and the contestant receive.
"""
    generator ── router ── contestant      core 1: generator      core 0: contestant

What a veth receives is worked off on the sender's core; AF_XDP's receive side too. So that each end
pays for what it receives, as with a network card that interrupts its core, the router in between
hands what goes to the contestant to core 0, and what goes to the generator to core 1 (receive
packet steering).
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "tests", "support"))

from county import County  # noqa: E402

CONTESTANT_CPU = 0
GENERATOR_CPU = 1
SERVER = "198.18.0.2"
GENERATOR = "198.18.1.2"
# bench/worker_rig.h knows these two, and the schools' addresses.
SERVER_MAC = "02:00:c6:12:00:02"
ROUTER_MAC = "06:06:06:06:06:06"
GENERATOR_MAC = "02:00:c6:12:01:02"
NOBODYS_MAC = "02:00:c6:12:01:63"
SCHOOLS = "198.19.0.0/16"
SCHOOLS_FIRST = 0xC6130000
LEGS_A_SCHOOL = 16
FIRST_PORT = 10000


def leg_address(leg):
    """Where a leg sends from: its address and port."""
    number = SCHOOLS_FIRST + leg // LEGS_A_SCHOOL
    address = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
    return address, FIRST_PORT + leg % LEGS_A_SCHOOL


class Wire(County):
    """A context manager that leaves nothing behind. What the server's kernel does with the wire is
    `kernel`: "dead" (a device of DPDK's holds it), "host" (it has the server's address) or
    "forwards" (it sends everything back)."""

    def __init__(self, kernel):
        self.kernel = kernel
        super().__init__(1)

    def verify_isolation(self):
        """Nothing but what is made here is in the namespaces."""

    def _build(self):
        for role in ("router", "generator", "server"):
            self._add_namespace(role)
            for scope in ("all", "default"):
                self.sysctl(role, f"net/ipv4/conf/{scope}/rp_filter", "0")
                self.sysctl(role, f"net/ipv4/conf/{scope}/send_redirects", "0")
        self._wire("router", "near", "generator", "wire0")
        self._wire("router", "far", "server", "wire0")
        for role, interface, mac in (
            ("router", "near", SERVER_MAC),
            ("router", "far", ROUTER_MAC),
            ("generator", "wire0", GENERATOR_MAC),
            ("server", "wire0", SERVER_MAC),
        ):
            self.ip(role, "link", "set", interface, "address", mac)
        self._build_router()
        self._address("generator", "wire0", f"{GENERATOR}/24")
        self._neighbour("generator", "wire0", "198.18.1.1", SERVER_MAC)
        self.ip("generator", "route", "add", "default", "via", "198.18.1.1")
        self.ip("generator", "route", "add", "local", SCHOOLS, "dev", "lo")
        self._build_server()

    def _build_router(self):
        self._address("router", "near", "198.18.1.1/24")
        self._address("router", "far", "198.18.0.1/24")
        self.sysctl("router", "net/ipv4/ip_forward", "1")
        self.deafen(False)
        self._neighbour("router", "far", SERVER, SERVER_MAC)
        self.ip("router", "route", "add", SCHOOLS, "via", GENERATOR)
        # Whatever comes from the server goes to the generator, also what was addressed to it.
        self.ip("router", "route", "add", "default", "via", GENERATOR, "table", "100")
        self.ip("router", "rule", "add", "iif", "far", "lookup", "100")
        for interface, cpu in (("near", CONTESTANT_CPU), ("far", GENERATOR_CPU)):
            path = f"/sys/class/net/{interface}/queues/rx-0/rps_cpus"
            self.inside("router", "sh", "-c", f"echo {1 << cpu:x} > {path}")

    def deafen(self, is_deaf):
        """Whether the generator's kernel leaves alone what comes to its addresses: by an Ethernet
        address that is not its own. Packet sockets see it nevertheless."""
        mac = NOBODYS_MAC if is_deaf else GENERATOR_MAC
        self._neighbour("router", "near", GENERATOR, mac)

    def _build_server(self):
        if self.kernel == "dead":
            self.ip("server", "link", "set", "wire0", "up")
            return
        forwards = self.kernel == "forwards"
        self._address("server", "wire0", "198.18.0.3/24" if forwards else f"{SERVER}/24")
        self._neighbour("server", "wire0", "198.18.0.1", ROUTER_MAC)
        self.ip("server", "route", "add", "default", "via", "198.18.0.1")
        if forwards:
            self.sysctl("server", "net/ipv4/ip_forward", "1")
            self.ip("server", "route", "add", SERVER, "via", "198.18.0.1")

    def _neighbour(self, role, interface, address, mac):
        words = ("neighbour", "replace", address, "lladdr", mac, "dev", interface)
        self.ip(role, *words)
