# SPDX-License-Identifier: BSD-3-Clause
# standin.py - a relay's control port and media port on loopback, whose every answer a test decides.
import base64
import binascii
import hashlib
import hmac
import json
import os
import socket
import ssl
import struct
import subprocess
import threading
import time

COOKIE = 0x2112A442
KEY = base64.b64encode(bytes(range(28))).decode()  # a GCM master key and salt


def make_certificate(directory):
    """A self-signed certificate: (file of certificate and key, SHA-256 in hex)."""
    path = os.path.join(directory, "relay.pem")
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2".split()
    words += ["-subj", "/CN=relay", "-keyout", path + ".key", "-out", path + ".crt"]
    subprocess.run(words, check=True, capture_output=True)
    with open(path, "wb") as out:
        for part in (".key", ".crt"):
            with open(path + part, "rb") as text:
                out.write(text.read())
    with open(path + ".crt", encoding="ascii") as text:
        der = ssl.PEM_cert_to_DER_cert(text.read())
    return path, hashlib.sha256(der).hexdigest()


def attribute(kind, value):
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def stun_message(kind, transaction, attributes, password):
    """A STUN message with MESSAGE-INTEGRITY and FINGERPRINT (RFC 8489)."""

    def head(extra):
        length = len(attributes) + extra
        return struct.pack("!HHI", kind, length, COOKIE) + transaction

    digest = hmac.new(password, head(24) + attributes, hashlib.sha1).digest()
    body = attributes + attribute(0x0008, digest)
    crc = binascii.crc32(head(32) + body) ^ 0x5354554E
    return head(32) + body + attribute(0x8028, struct.pack("!I", crc))


class Media:
    """The media port: answers STUN while told to, keeps what else comes."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.answers = True
        self.requests = []  # moments of good STUN requests
        self.packets = []  # (moment, datagram) of everything else
        self.peer = None
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                datagram, peer = self.socket.recvfrom(2048)
            except OSError:
                return
            if datagram[:1] > b"\x03":
                self.packets.append((time.monotonic(), datagram))
            elif datagram[:2] == b"\x00\x01":
                self._answer(datagram, peer)

    def _answer(self, datagram, peer):
        transaction = datagram[8:20]
        expected = stun_message(1, transaction, attribute(0x0006, b"R:C"), b"to-relay")
        if datagram != expected:
            self.packets.append((time.monotonic(), datagram))
            return
        self.requests.append(time.monotonic())
        self.peer = peer
        if self.answers:
            address = struct.unpack("!I", socket.inet_aton(peer[0]))[0] ^ COOKIE
            mapped = struct.pack("!BBHI", 0, 1, peer[1] ^ (COOKIE >> 16), address)
            success = stun_message(0x0101, transaction, attribute(0x0020, mapped), b"to-relay")
            self.socket.sendto(success, peer)

    def rtp(self):
        """(moment, payload type, sequence number, SSRC) of each RTP packet."""
        found = []
        for moment, datagram in list(self.packets):
            if datagram[0] >> 6 == 2 and not 192 <= datagram[1] <= 223:
                kind, seq, _, ssrc = struct.unpack("!xBHII", datagram[:12])
                found.append((moment, kind & 127, seq, ssrc))
        return found


class Control:
    """The control port. `requests` holds (moment, method, path, headers, body) of each."""

    def __init__(self, certificate):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.requests = []
        self.streams = []
        self.lock = threading.Lock()
        self.beating = True
        self.hello = {
            "instance": "i1",
            "endpoint": "wuxi-1",
            "school_name": "",
            "heartbeat_ms": 1000,
        }
        self.on_connect = lambda: None  # after hello
        self.join_answer = (404, {"error": "none"})
        self.rejoin_answer = (200, {})
        for work in (self._listen, self._beat):
            threading.Thread(target=work, daemon=True).start()

    def _listen(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            tls = self.context.wrap_socket(connection, server_side=True)
            self._take(tls, tls.makefile("rb"))
        except (OSError, ValueError):
            connection.close()

    def _take(self, tls, reader):
        method, path, _ = reader.readline().decode().split()
        headers = {}
        while line := reader.readline().decode().strip():
            name, value = line.split(":", 1)
            headers[name.lower()] = value.strip()
        body = reader.read(int(headers.get("content-length", 0)))
        self.requests.append((time.monotonic(), method, path, headers, body))
        if path.startswith("/v1/endpoint/events"):
            tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            with self.lock:
                self.streams.append(tls)
            self.send("hello", self.hello)
            self.on_connect()
            return
        status, answer = self.rejoin_answer if method == "POST" else self.join_answer
        text = json.dumps(answer).encode()
        head = (
            f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(text)}"
        )
        tls.sendall(head.encode() + b"\r\nConnection: close\r\n\r\n" + text)
        tls.close()

    def send(self, event, data):
        with self.lock:
            if self.streams:
                try:
                    text = f"event: {event}\ndata: {json.dumps(data)}\n\n"
                    self.streams[-1].sendall(text.encode())
                except OSError:
                    self.streams.pop().close()

    def _beat(self):
        while True:
            time.sleep(0.5)
            if self.beating:
                self.send("heartbeat", {})

    def close(self):
        self.beating = False
        self.listener.close()
        with self.lock:
            while self.streams:
                self.streams.pop().close()

    def paths(self, start):
        return [path for _, _, path, _, _ in list(self.requests) if path.startswith(start)]


def join(media_port, name="j1", live_in_ms=0, receive=()):
    """A JOIN that sends audio under SSRC 11."""
    stream = {"payload_type": 111, "clock_rate_hz": 48000, "encoding": "opus/48000/2", "fmtp": ""}
    return {
        "join": name,
        "instance": "i1",
        "session": "chinese/2026-11-23",
        "title": "语文",
        "state": "open" if live_in_ms else "live",
        "live_in_ms": live_in_ms,
        "bell_in_ms": live_in_ms + 60000,
        "leave_in_ms": live_in_ms + 62000,
        "media": {"address": "127.0.0.1", "port": media_port},
        "stun": {
            "username": "R:C",
            "password": "to-relay",
            "relay_username": "C:R",
            "relay_password": "to-endpoint",
        },
        "profile": "AEAD_AES_128_GCM",
        "report": {"ssrc": 1, "key": KEY},
        "relay": {"ssrc": 2, "key": KEY},
        "send": [{**stream, "kind": "audio", "ssrc": 11, "key": KEY}],
        "receive": [
            {
                **stream,
                "kind": "audio",
                "ssrc": ssrc,
                "key": KEY,
                "endpoint": endpoint,
                "school": "houren",
                "school_name": "厚仁中心小学",
                "roc": 0,
            }
            for endpoint, ssrc in receive
        ],
    }
