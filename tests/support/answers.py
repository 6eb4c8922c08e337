# SPDX-License-Identifier: BSD-3-Clause
# answers.py - a control port on loopback whose answers a test writes down, and that remembers what
# it was asked.
import http.server
import json
import ssl
import threading

from standin import make_certificate


class Answers:
    """answers: "GET /v1/live" -> a value (JSON), bytes (text), or a function of the body to one."""

    def __init__(self, directory, answers):
        self.answers = answers
        self.asked = []  # (method, path without its query)
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                path = self.path.split("?")[0]
                owner.asked.append((self.command, path))
                value = owner.answers.get(f"{self.command} {path}", {})
                if callable(value):
                    value = value(body)
                kind = "text/event-stream" if path.endswith("/events") else "application/json"
                data = value if isinstance(value, bytes) else json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("ETag", '"0"')
                self.send_header("Connection", "close")
                if kind == "application/json":
                    self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(make_certificate(directory)[0])
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
