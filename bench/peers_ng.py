# SPDX-License-Identifier: BSD-3-Clause
# peers_ng.py - rtpengine's control protocol: an offer and an answer for each call, in bencode.
import base64
import re
import socket

ANSWER_S = 0.5
TRIES = 20
PAYLOAD_TYPE = 96


def encode(value):
    if isinstance(value, dict):
        return b"d" + b"".join(encode(k) + encode(v) for k, v in value.items()) + b"e"
    if isinstance(value, list):
        return b"l" + b"".join(encode(one) for one in value) + b"e"
    text = value.encode()
    return b"%d:%s" % (len(text), text)


def decode_strings(text):
    """The strings of a flat dictionary; whatever else is in it is passed over."""
    found, at = [], 1
    while at < len(text):
        length = re.match(rb"(\d+):", text[at:])
        if not length:
            at += 1
            continue
        start = at + length.end()
        at = start + int(length[1])
        found.append(text[start:at].decode())
    return dict(zip(found[::2], found[1::2]))


def description(address, port, suite, key, tag):
    """An SDP of one video stream, plain where the suite is None."""
    lines = ["v=0", f"o=- 1 1 IN IP4 {address}", "s=-", f"c=IN IP4 {address}", "t=0 0"]
    lines.append(f"m=video {port} RTP/{'SAVP' if suite else 'AVP'} {PAYLOAD_TYPE}")
    lines.append(f"a=rtpmap:{PAYLOAD_TYPE} H264/90000")
    if suite:
        inline = base64.b64encode(key).decode()
        lines.append(f"a=crypto:{tag} {suite} inline:{inline}")
    return "\r\n".join(lines) + "\r\n"


def port_of(sdp):
    return int(re.search(r"^m=video (\d+) ", sdp, re.MULTILINE)[1])


def tag_of(sdp, suite):
    """The number under which a description offers a suite."""
    found = re.search(rf"^a=crypto:(\d+) {suite} ", sdp, re.MULTILINE)
    if not found:
        raise RuntimeError(f"rtpengine does not offer {suite}")
    return int(found[1])


class Ng:
    """A connection to rtpengine."""

    def __init__(self, link):
        self.link = link
        self.link.settimeout(ANSWER_S)
        self.cookie = 0

    def ask(self, command, **keys):
        """Returns the answer's strings."""
        self.cookie += 1
        cookie = b"%d " % self.cookie
        request = cookie + encode({"command": command} | keys)
        for _ in range(TRIES):
            try:
                self.link.send(request)
                answer = self.link.recv(65536)
            except (socket.timeout, ConnectionRefusedError):
                continue
            if not answer.startswith(cookie):
                continue
            strings = decode_strings(answer[len(cookie) :])
            if strings.get("result") not in ("ok", "pong"):
                raise RuntimeError(f"rtpengine refuses: {strings}")
            return strings
        raise RuntimeError("rtpengine does not answer")

    def call(self, number, legs, suites, keys):
        """Two legs (address, port) and what each sends under. Returns the ports that they are to
        send to."""
        common = {"call-id": f"call{number}", "from-tag": "a", "ICE": "remove", "DTLS": "off"}
        sdp = description(*legs[0], suites[0], keys[0], 1)
        offered = self.ask("offer", sdp=sdp, **common)["sdp"]
        tag = tag_of(offered, suites[1]) if suites[1] else 0
        sdp = description(*legs[1], suites[1], keys[1], tag)
        answered = self.ask("answer", sdp=sdp, **common | {"to-tag": "b"})["sdp"]
        return port_of(answered), port_of(offered)
