# SPDX-License-Identifier: BSD-3-Clause
# test_forged.py - what nobody vouches for is not forwarded, not answered, and moves no one's path.
import os
import socket
import struct
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

import county as net
from county import wait_until
from world import SystemTest, World, main

ETH_P_IP = 0x0800
COUNT = 40
STUN_COOKIE = 0x2112A442
FINGERPRINT_XOR = 0x5354554E  # RFC 8489, section 14.7


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def udp_frame(macs, source, destination, payload):
    """An Ethernet frame; source and destination are (address, port)."""
    addresses = socket.inet_aton(source[0]) + socket.inet_aton(destination[0])
    udp = struct.pack("!HHHH", source[1], destination[1], 8 + len(payload), 0) + payload
    pseudo = addresses + struct.pack("!BBH", 0, 17, len(udp))
    udp = udp[:6] + struct.pack("!H", checksum(pseudo + udp) or 0xFFFF) + udp[8:]
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0) + addresses
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return macs + struct.pack("!H", ETH_P_IP) + head + udp


def udp_of(frame):
    """(source address, source port, destination port, payload) of an IPv4 UDP frame, or None."""
    if len(frame) < 42 or frame[12:14] != b"\x08\x00" or frame[23] != 17:
        return None
    offset = 14 + (frame[14] & 15) * 4
    source, destination, length = struct.unpack("!HHH", frame[offset : offset + 6])
    return socket.inet_ntoa(frame[26:30]), source, destination, frame[offset + 8 : offset + length]


def rtp(ssrc, seq, payload_type=96):
    return struct.pack("!BBHII", 0x80, payload_type, seq, seq * 3000, ssrc) + os.urandom(200)


def is_srtp(payload):
    """RTP, not RTCP (RFC 5761, section 4)."""
    return len(payload) > 12 and payload[0] >> 6 == 2 and not 192 <= payload[1] <= 223


def is_stun_request(payload):
    return len(payload) >= 20 and payload[:2] == b"\0\x01"


def attributes(message):
    """A STUN message's attributes as (type, value) in order."""
    found, offset = [], 20
    while offset + 4 <= len(message):
        kind, length = struct.unpack("!HH", message[offset : offset + 4])
        found.append((kind, message[offset + 4 : offset + 4 + length]))
        offset += 4 + (length + 3) // 4 * 4
    return found


def stun_with_wrong_integrity(original):
    """The same request with a fresh transaction, a random tag, and a right FINGERPRINT."""
    body = b""
    for kind, value in attributes(original):
        if kind == 0x8028:
            continue
        if kind == 0x0008:
            value = os.urandom(20)
        body += struct.pack("!HH", kind, len(value)) + value + b"\0" * (-len(value) % 4)
    head = struct.pack("!HHI", 1, len(body) + 8, STUN_COOKIE) + os.urandom(12)
    crc = zlib.crc32(head + body) ^ FINGERPRINT_XOR
    return head + body + struct.pack("!HHI", 0x8028, 4, crc)


class Forged(SystemTest):
    """One lesson for all; the attacker sits in the internet and in the other school."""

    @classmethod
    def setUpClass(cls):
        cls.world = World(kinds=("audio", "teacher")).__enter__()
        cls.addClassCleanup(cls.world.__exit__, None)
        cls.world.start().wait_live()
        cls.world.wait_pictures(10)
        cls.wire = cls.world.county.socket(
            "gateway", socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)
        )
        cls.addClassCleanup(cls.wire.close)
        cls.wire.bind(("media", 0))
        cls.wire.settimeout(10)

    def capture(self, wanted):
        """The next whole frame from a school to the relay whose payload is wanted."""
        while True:
            frame = self.wire.recv(2048)
            udp = udp_of(frame)
            if udp and udp[2] == net.MEDIA_PORT and wanted(udp[3]):
                return frame

    def stranger(self, role="classroom1"):
        """A socket at an address that belongs to no endpoint's path."""
        udp = self.world.county.socket(role, socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(udp.close)
        udp.connect((net.MEDIA_ADDRESS, net.MEDIA_PORT))
        udp.settimeout(1.0)
        return udp

    def assert_silence(self, udp):
        with self.assertRaises(TimeoutError, msg="the relay answered"):
            udp.recv(2048)

    def wait_drops(self, reason, before, count):
        wait_until(
            lambda: self.world.drops()[reason] >= before[reason] + count,
            5,
            f"not {count} drops for {reason}: {before} then {self.world.drops()}",
        )

    def paths(self):
        legs = self.world.session()["legs"]
        return {leg["endpoint"]: (leg["address"], leg["path_changes"]) for leg in legs}

    def setUp(self):
        self.before = self.world.drops()
        self.paths_before = self.paths()

    def tearDown(self):
        """Whatever was sent: no path has moved, and only what was sent in earnest was forwarded."""
        self.assertEqual(self.paths(), self.paths_before)
        self.world.quiet_counts()
        self.world.wait_pictures(5)
        self.assert_sums(self.world.lesson.api("GET", "/v1/status"))

    def test_stray_packets_are_counted_and_not_answered(self):
        udp = self.stranger()
        for index in range(COUNT):
            udp.send(b"\x16\xfe\xfd a DTLS handshake" + bytes([index]))
        self.wait_drops("dtls", self.before, COUNT)
        for index in range(COUNT):
            udp.send(b"\xff no media" + bytes([index]))
        self.wait_drops("not_media", self.before, COUNT)
        self.assert_silence(udp)

    def test_media_from_an_unknown_address_is_not_forwarded(self):
        ssrc = self.world.lesson.flows()[0]["ssrc"]
        udp = self.stranger()
        for seq in range(COUNT):
            udp.send(rtp(ssrc, seq))
        self.wait_drops("unknown_path", self.before, COUNT)
        self.assert_silence(udp)

    def test_a_real_packet_from_another_address_is_not_forwarded(self):
        payload = udp_of(self.capture(is_srtp))[3]
        udp = self.stranger()
        for _ in range(COUNT):
            udp.send(payload)
        self.wait_drops("unknown_path", self.before, COUNT)
        self.assert_silence(udp)

    def test_a_forged_packet_under_a_proved_address_is_not_forwarded(self):
        frame = self.capture(is_srtp)
        address, port, _, payload = udp_of(frame)
        _, _, seq, _, ssrc = struct.unpack("!BBHII", payload[:12])
        for step in range(COUNT):
            forged = rtp(ssrc, (seq + 1000 + step) & 0xFFFF, payload[1] & 127)
            self.wire.send(
                udp_frame(frame[:12], (address, port), (net.MEDIA_ADDRESS, net.MEDIA_PORT), forged)
            )
        self.wait_drops("authentication", self.before, COUNT)

    def test_a_replayed_packet_is_not_forwarded_twice(self):
        frame = self.capture(is_srtp)
        for _ in range(COUNT):
            self.wire.send(frame)
        self.wait_drops("replayed", self.before, COUNT)

    def test_a_replayed_stun_request_moves_no_leg(self):
        payload = udp_of(self.capture(is_stun_request))[3]
        for role in ("classroom1", "gateway"):
            udp = self.stranger(role)
            for _ in range(COUNT):
                udp.send(payload)
            self.assert_silence(udp)
        drops = self.world.drops()
        grown = sum(
            drops[reason] - self.before[reason] for reason in ("stun_replayed", "stun_rate")
        )
        self.assertGreaterEqual(grown, 2 * COUNT)

    def test_stun_with_a_wrong_integrity_is_not_answered(self):
        payload = udp_of(self.capture(is_stun_request))[3]
        udp = self.stranger()
        for _ in range(COUNT):
            udp.send(stun_with_wrong_integrity(payload))
        self.wait_drops("stun_integrity", self.before, COUNT)
        self.assert_silence(udp)

    def test_one_school_cannot_send_in_the_name_of_another(self):
        """The second school's own proved address, the first school's packets."""
        legs = {leg["endpoint"]: leg["address"] for leg in self.world.session()["legs"]}
        second_address, second_port = legs[self.world.schools[1].endpoint].rsplit(":", 1)
        first = self.world.county.school_address(0)
        frame = self.capture(is_srtp)
        while udp_of(frame)[0] != first:
            frame = self.capture(is_srtp)
        source = (second_address, int(second_port))
        for _ in range(COUNT):
            self.wire.send(
                udp_frame(frame[:12], source, (net.MEDIA_ADDRESS, net.MEDIA_PORT), udp_of(frame)[3])
            )
        self.wait_drops("unknown_ssrc", self.before, COUNT)


if __name__ == "__main__":
    main()
