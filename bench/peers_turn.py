# SPDX-License-Identifier: BSD-3-Clause
# peers_turn.py - a TURN client's two requests (RFC 8656): an allocation, and a channel to a peer.
import os
import socket
import struct

COOKIE = 0x2112A442
ALLOCATE = 0x0003
CHANNEL_BIND = 0x0009
SUCCESS = 0x0100
CHANNEL_NUMBER = 0x000C
XOR_PEER_ADDRESS = 0x0012
XOR_RELAYED_ADDRESS = 0x0016
REQUESTED_TRANSPORT = 0x0019
LIFETIME = 0x000D
LIFETIME_S = 3600
UDP = 17
ANSWER_S = 0.5
TRIES = 20


def attribute(kind, value):
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def xor_address(address, port):
    number = struct.unpack("!I", socket.inet_aton(address))[0]
    return struct.pack("!HHI", 1, port ^ COOKIE >> 16, number ^ COOKIE)


def attributes(message):
    """{kind: value} of a message."""
    found, at = {}, 20
    while at + 4 <= len(message):
        kind, length = struct.unpack_from("!HH", message, at)
        found[kind] = message[at + 4 : at + 4 + length]
        at += 4 + length + -length % 4
    return found


def ask(link, kind, body):
    """Sends a request until it is answered; returns the answer's attributes."""
    transaction = os.urandom(12)
    request = struct.pack("!HHI", kind, len(body), COOKIE) + transaction + body
    link.settimeout(ANSWER_S)
    for _ in range(TRIES):
        try:
            link.send(request)
            answer = link.recv(2048)
        except (socket.timeout, ConnectionRefusedError):
            continue
        if answer[8:20] != transaction:
            continue
        if answer[:2] != struct.pack("!H", kind | SUCCESS):
            raise RuntimeError(f"the TURN server refuses request {kind}")
        return attributes(answer)
    raise RuntimeError("the TURN server does not answer")


def allocate(link):
    """The port that the server relays by for this connected socket's own address."""
    transport = attribute(REQUESTED_TRANSPORT, struct.pack("!B3x", UDP))
    answer = ask(link, ALLOCATE, transport + attribute(LIFETIME, struct.pack("!I", LIFETIME_S)))
    return struct.unpack("!H", answer[XOR_RELAYED_ADDRESS][2:4])[0] ^ COOKIE >> 16


def bind_channel(link, channel, peer):
    """What follows the channel's number then goes to the peer, and the other way round."""
    number = attribute(CHANNEL_NUMBER, struct.pack("!H2x", channel))
    ask(link, CHANNEL_BIND, number + attribute(XOR_PEER_ADDRESS, xor_address(*peer)))
