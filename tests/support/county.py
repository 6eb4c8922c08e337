#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# county.py - a county's network in namespaces: the relay, a gateway, and schools behind NATs of
# their own.
"""
    relay ── media ──┐                          ┌── school 0: nat ── classroom
          ── control ┤ gateway ("the internet") ├── school 1: nat ── classroom
                     └──────────────────────────┴── ...

The relay's media address is configured on no kernel interface: DPDK answers ARP for it. The gateway
routes between a school and the relay and knows no way from one school to another. Everything is in
namespaces whose names carry the owner's process id; close() removes them in reverse, and the next
start removes what a killed owner left behind.
"""
import ctypes
import fcntl
import json
import os
import signal
import socket
import subprocess
import time

MEDIA_ADDRESS = "198.18.0.2"
MEDIA_GATEWAY = "198.18.0.1"
MEDIA_PREFIX_BITS = 24
MEDIA_ADDRESS6 = "fd00:198:18::2"
MEDIA_GATEWAY6 = "fd00:198:18::1"
MEDIA_PORT = 5000
CONTROL_ADDRESS = "198.18.1.2"
CONTROL_GATEWAY = "198.18.1.1"
CONTROL_PORT = 8443
SCHOOLS_MAX = 64

LOCKS = "/run/county"
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class CountyError(Exception):
    """The network could not be made, or is not what it should be."""


def command(*words, check=True, stdin=None):
    """Runs a program to its end and returns its standard output."""
    done = subprocess.run(words, input=stdin, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise CountyError(f"{' '.join(words)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def enter_namespace(descriptor):
    if LIBC.setns(descriptor, CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_until(condition, deadline_s, what):
    """Polls until condition() is true and returns its value; raises after deadline_s."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"after {deadline_s} s: {what}")
        time.sleep(0.05)


def namespaces():
    try:
        return sorted(os.listdir("/run/netns"))
    except FileNotFoundError:
        return []


def namespace_pids(name):
    return [int(word) for word in command("ip", "netns", "pids", name, check=False).split()]


def end_processes(name):
    """Ends by number whatever still runs in a namespace that we made."""
    end = time.monotonic() + 5
    while pids := namespace_pids(name):
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if time.monotonic() > end:
            raise CountyError(f"processes {pids} in {name} cannot be ended")
        time.sleep(0.02)


def remove_namespace(name):
    end_processes(name)
    command("ip", "netns", "del", name, check=False)


def remove_leftovers():
    """Removes the namespaces of owners that are gone: nobody holds the lock on their file."""
    os.makedirs(LOCKS, exist_ok=True)
    for owner in os.listdir(LOCKS):
        path = os.path.join(LOCKS, owner)
        with open(path, "a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            for name in namespaces():
                if name.startswith(owner + "-"):
                    remove_namespace(name)
            os.unlink(path)


class County:
    """The network; a context manager."""

    made = 0

    def __init__(self, school_count=2):
        if os.geteuid() != 0:
            raise CountyError("network namespaces need root: run this as root, or with sudo")
        if not 1 <= school_count <= SCHOOLS_MAX:
            raise CountyError(f"a county has 1 to {SCHOOLS_MAX} schools")
        remove_leftovers()
        County.made += 1
        self.school_count = school_count
        self.owner = f"county{os.getpid()}n{County.made}"
        self.names = []  # in the order in which they were made
        self.processes = []
        self.lock = open(os.path.join(LOCKS, self.owner), "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        try:
            self._build()
            self.verify_isolation()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def name(self, role):
        return f"{self.owner}-{role}"

    def _build(self):
        for role in ("gateway", "relay"):
            self._add_namespace(role)
        self._wire("gateway", "media", "relay", "media0")
        self._wire("gateway", "control", "relay", "control0")
        # The kernel leaves checksums to the device and joins segments; DPDK at the other end sees
        # raw frames.
        for role, interface in (("gateway", "media"), ("relay", "media0")):
            self.inside(
                role,
                "ethtool",
                "-K",
                interface,
                "tx",
                "off",
                "rx",
                "off",
                "gso",
                "off",
                "gro",
                "off",
                "tso",
                "off",
            )
        self._address("gateway", "media", f"{MEDIA_GATEWAY}/{MEDIA_PREFIX_BITS}")
        self._address("gateway", "control", f"{CONTROL_GATEWAY}/24")
        self._address("relay", "control0", f"{CONTROL_ADDRESS}/24")
        self.ip("relay", "link", "set", "media0", "up")
        # DPDK sees the frames before this; the kernel's own stack shall not.
        self.nft(
            "relay",
            """table netdev media {
            chain in { type filter hook ingress device "media0" priority 0; policy drop; }
        }""",
        )
        self.ip("relay", "route", "add", "default", "via", CONTROL_GATEWAY)
        self.sysctl("gateway", "net/ipv4/ip_forward", "1")
        # What arrives from a school is routed by table 100, which knows the relay's two networks
        # only.
        self._route("media", "198.18.0.0/24")
        self._route("control", "198.18.1.0/24")
        self.ip("gateway", "route", "add", "unreachable", "default", "table", "100")
        self.nft(
            "gateway",
            "table inet county { chain forward { type filter hook forward priority 0; }; }",
        )
        for school in range(self.school_count):
            self._add_school(school)

    def _add_school(self, school):
        nat, room, wan = f"nat{school}", f"classroom{school}", f"school{school}"
        self._add_namespace(nat)
        self._add_namespace(room)
        self._wire("gateway", wan, nat, "wan")
        self._wire(nat, "lan", room, "eth0")
        self._address("gateway", wan, f"198.18.{10 + school}.1/24")
        self._address(nat, "wan", f"{self.school_address(school)}/24")
        self._address(nat, "lan", f"198.19.{school}.1/24")
        self._address(room, "eth0", f"{self.classroom_address(school)}/24")
        self.ip("gateway", "rule", "add", "iif", wan, "pref", "100", "lookup", "100")
        self.ip(nat, "route", "add", "default", "via", f"198.18.{10 + school}.1")
        self.ip(room, "route", "add", "default", "via", f"198.19.{school}.1")
        self.sysctl(nat, "net/ipv4/ip_forward", "1")
        self.nft(
            nat,
            """table ip nat {
            chain out { type nat hook postrouting priority 100; oifname "wan" masquerade; }
            chain in { type filter hook forward priority 0; iifname "wan" ct state new drop; }
        }""",
        )

    def add_ipv6(self, schools):
        """Gives the media network and these schools IPv6, and takes IPv4's media from them."""
        self._address6("gateway", "media", f"{MEDIA_GATEWAY6}/64")
        self.sysctl("gateway", "net/ipv6/conf/all/forwarding", "1")
        for school in schools:
            nat, room, wan = f"nat{school}", f"classroom{school}", f"school{school}"
            outside, inside = f"fd00:198:18:a{school:x}", f"fd00:198:18:b{school:x}"
            self._address6("gateway", wan, f"{outside}::1/64")
            self._address6(nat, "wan", f"{outside}::2/64")
            self._address6(nat, "lan", f"{inside}::1/64")
            self._address6(room, "eth0", f"{inside}::2/64")
            self.sysctl(nat, "net/ipv6/conf/all/forwarding", "1")
            self.ip("gateway", "-6", "route", "add", f"{inside}::/64", "via", f"{outside}::2")
            self.ip(nat, "-6", "route", "add", "default", "via", f"{outside}::1")
            self.ip(room, "-6", "route", "add", "default", "via", f"{inside}::1")
            self.nft(
                nat,
                f"""table ip only6 {{
                chain out {{ type filter hook forward priority 0; udp dport {MEDIA_PORT} drop; }}
            }}""",
            )

    def _address6(self, role, interface, address):
        self.sysctl(role, f"net/ipv6/conf/{interface}/disable_ipv6", "0")
        self.ip(role, "address", "add", address, "dev", interface, "nodad")

    @staticmethod
    def school_address(school):
        """The address that the world sees: the outside of the school's NAT."""
        return f"198.18.{10 + school}.2"

    @staticmethod
    def classroom_address(school):
        return f"198.19.{school}.2"

    def _add_namespace(self, role):
        command("ip", "netns", "add", self.name(role))
        self.names.append(self.name(role))
        for scope in ("all", "default"):
            self.sysctl(role, f"net/ipv6/conf/{scope}/disable_ipv6", "1", must=False)
        self.ip(role, "link", "set", "lo", "up")

    def _wire(self, role_a, interface_a, role_b, interface_b):
        command(
            "ip",
            "link",
            "add",
            interface_a,
            "netns",
            self.name(role_a),
            "type",
            "veth",
            "peer",
            "name",
            interface_b,
            "netns",
            self.name(role_b),
        )

    def _address(self, role, interface, address):
        self.ip(role, "address", "add", address, "dev", interface)
        self.ip(role, "link", "set", interface, "up")

    def _route(self, interface, network):
        """From the schools to one of the relay's networks."""
        self.ip("gateway", "route", "replace", network, "dev", interface, "table", "100")

    def ip(self, role, *words):
        return command("ip", "-n", self.name(role), *words)

    def nft(self, role, text):
        return self.inside(role, "nft", "-f", "-", stdin=text + "\n")

    def inside(self, role, *words, check=True, stdin=None):
        """Runs a program in a namespace to its end and returns its standard output."""
        return command("ip", "netns", "exec", self.name(role), *words, check=check, stdin=stdin)

    def sysctl(self, role, key, value, must=True):
        self.inside(
            role,
            "sh",
            "-c",
            f"test ! -e /proc/sys/{key} || echo {value} > /proc/sys/{key}",
            check=must,
        )

    def socket(self, role, *arguments):
        """A socket that lives in a namespace, wherever the process that uses it is."""
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.name(role)}", os.O_RDONLY)
        try:
            enter_namespace(there)
            try:
                return socket.socket(*arguments)
            finally:
                enter_namespace(home)
        finally:
            os.close(there)
            os.close(home)

    def start(self, role, words, **options):
        """Starts a program in a namespace; it dies with us, or by close()."""
        there = os.open(f"/run/netns/{self.name(role)}", os.O_RDONLY)

        def prepare():
            enter_namespace(there)
            die_with_parent()

        try:
            # A session of its own: Ctrl-C at the terminal is for the owner, who then ends the
            # others.
            process = subprocess.Popen(words, preexec_fn=prepare, start_new_session=True, **options)
        finally:
            os.close(there)
        self.processes.append(process)
        return process

    def end_role(self, role):
        """Ends what still runs in a namespace, as systemd does with the rest of a dead service."""
        end_processes(self.name(role))

    def verify_isolation(self):
        """Raises unless each school reaches the relay's networks and no school reaches another."""
        for school in range(self.school_count):
            if not self.reaches(f"classroom{school}", CONTROL_ADDRESS):
                raise CountyError(f"school {school} does not reach the relay's control address")
            if not self.ways(school, [MEDIA_ADDRESS]):
                raise CountyError(
                    f"the gateway has no way from school {school} to the media address"
                )
            others = [other for other in range(self.school_count) if other != school]
            foreign = [self.school_address(other) for other in others]
            foreign += [self.classroom_address(other) for other in others]
            if way := self.ways(school, foreign):
                raise CountyError(f"school {school} has a way to another school: {way}")

    def ways(self, school, addresses):
        """The routes that the gateway finds from a school to these addresses; "" for none."""
        source = f"from {self.school_address(school)} iif school{school}"
        asked = "".join(f"route get {address} {source}\n" for address in addresses)
        return command(
            "ip", "-n", self.name("gateway"), "-force", "-batch", "-", check=False, stdin=asked
        ).strip()

    def reaches(self, role, address):
        """Whether a machine answers: a closed port refuses a datagram."""
        with self.socket(role, socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(2)
            try:
                probe.connect((address, 9))
                probe.send(b"is there a way?")
                probe.recv(1)
            except ConnectionRefusedError:
                return True
            except OSError:
                return False
        return False

    # Faults

    def school_link(self, school, up):
        """Pulls a school's line to the internet, or plugs it in again."""
        self.ip("gateway", "link", "set", f"school{school}", "up" if up else "down")

    def relay_link(self, up, far_end=False):
        """Pulls the relay's media line, or plugs it in: its own interface, or what it hangs on."""
        role, interface = ("gateway", "media") if far_end else ("relay", "media0")
        self.ip(role, "link", "set", interface, "up" if up else "down")
        if up:
            # A kernel forgets the routes of an interface that goes down.
            self._route("media", "198.18.0.0/24")

    def impair(self, school, loss_percent, towards_relay=True):
        """Loses a share of a school's UDP packets at random, in one direction."""
        side = "iifname" if towards_relay else "oifname"
        self.nft(
            "gateway",
            f'add rule inet county forward {side} "school{school}" meta l4proto udp '
            f"numgen random mod 1000 < {int(loss_percent * 10)} counter drop",
        )

    def block_control(self, school):
        """Swallows a school's control connection without a word; media is left alone."""
        for side in ("iifname", "oifname"):
            self.nft(
                "gateway",
                f'add rule inet county forward {side} "school{school}" meta l4proto tcp drop',
            )

    def heal(self):
        """Takes back every impair() and block_control()."""
        self.nft("gateway", "flush chain inet county forward")

    def rebind_nat(self, school):
        """The school's NAT forgets its mappings and picks other ports, as after a power cut."""
        nat = f"nat{school}"
        rebinds = getattr(self, "rebinds", 0) + 1
        self.rebinds = rebinds
        first = 20000 + 1000 * rebinds
        self.nft(
            nat,
            "flush chain ip nat out\n"
            f'add rule ip nat out oifname "wan" meta l4proto {{ tcp, udp }} '
            f"masquerade to :{first}-{first + 999}",
        )
        # Without conntrack-tools: a new zone holds none of the old mappings.
        self.nft(
            nat,
            "table ip renew { chain early { type filter hook prerouting priority -300; }; "
            "chain own { type filter hook output priority -300; }; }\n"
            "flush chain ip renew early\nflush chain ip renew own\n"
            f"add rule ip renew early ct zone set {rebinds}\n"
            f"add rule ip renew own ct zone set {rebinds}",
        )

    def share_nat(self, school, other):
        """Moves a school's classroom behind another school's NAT: one address for both."""
        nat, room = f"nat{other}", f"classroom{school}"
        self._wire(nat, f"lan{school}", room, "eth1")
        self._address(nat, f"lan{school}", f"198.19.{100 + school}.1/24")
        self._address(room, "eth1", f"198.19.{100 + school}.2/24")
        self.ip(room, "route", "replace", "default", "via", f"198.19.{100 + school}.1")

    def counters(self, role, interface):
        """A kernel interface's packets and bytes, both directions."""
        shown = json.loads(self.ip(role, "-j", "-s", "link", "show", "dev", interface))[0]
        return {
            way: {
                "packets": shown["stats64"][way]["packets"],
                "bytes": shown["stats64"][way]["bytes"],
            }
            for way in ("rx", "tx")
        }

    def mac(self, role, interface):
        return json.loads(self.ip(role, "-j", "link", "show", "dev", interface))[0]["address"]

    def close(self):
        """Removes everything in reverse; may be called twice."""
        interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
        terminate = signal.signal(signal.SIGTERM, signal.SIG_IGN)
        try:
            for process in reversed(self.processes):
                if process.poll() is None:
                    process.kill()
                    process.wait()
            self.processes.clear()
            while self.names:
                remove_namespace(self.names[-1])
                self.names.pop()
            if self.lock:
                os.unlink(self.lock.name)
                self.lock.close()
                self.lock = None
        finally:
            signal.signal(signal.SIGINT, interrupt)
            signal.signal(signal.SIGTERM, terminate)
