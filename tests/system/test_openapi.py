# SPDX-License-Identifier: BSD-3-Clause
# test_openapi.py - every answer of a running relay is what its OpenAPI document says, with no field
# more and none unseen; and nothing that is sent to its routes hurts it.
import datetime
import hashlib
import http.client
import json
import os
import socket
import ssl
import sys
import time
import urllib.parse

import jsonschema

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from world import SystemTest, World, main

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
DOCUMENT = os.path.join(ROOT, "relay/control/openapi.json")
# What only trouble, or a plan other than this test's, brings up: told by the unit tests.
RARE = {
    "Alarm": {"date", "endpoint", "line", "school", "since"},
    "Cancelled": None,  # None: all of it
    "Difference": None,
    "Exception": {"endpoint", "school", "with", "to_period"},
    "Finding": None,
    "Problem": {"file", "line", "reason"},
    "Reported": None,
}
# What asks by POST and changes nothing that a person would look up; all else leaves an audit row.
UNAUDITED = {
    ("POST", "/v1/endpoint/rejoin"): "a classroom's device seeks a path, by itself; it is logged",
    ("POST", "/v1/signin"): "a browser's own cookie",
    ("POST", "/v1/signout"): "a browser's own cookie",
    ("POST", "/v1/ledger/verify"): "only looks",
    ("POST", "/v1/timetable/{id}/check"): "only looks",
}
STALL_S = 2.0
WRONG = [None, True, -1, 3.5, 10**18, "", "x" * 300, "\u0000", [], {}, [[]], {"a": {"b": []}}]


class Checker:
    """Validates answers strictly, and remembers which fields of the schemas it has seen."""

    def __init__(self, document):
        self.document = document
        self.schemas = document["components"]["schemas"]
        self.seen = set()
        # Each with the components beside it, so that references are found.
        parts = document["components"]
        self.validator = lambda schema: jsonschema.Draft202012Validator(
            {**schema, "components": parts}
        )

    def operation(self, method, path):
        return self.document["paths"][path][method.lower()]

    def check(self, method, path, status, value):
        responses = self.operation(method, path)["responses"]
        response = responses.get(str(status), responses["default"])
        if "$ref" in response:
            response = self.document["components"]["responses"]["Problem"]
        schema = next(iter(response["content"].values()))["schema"]
        for error in self.validator(schema).iter_errors(value):
            where = "/".join(str(word) for word in error.absolute_path)
            raise AssertionError(f"{method} {path} {status}: {where}: {error.message[:300]}")
        self.see(schema, value, f"{method} {path}")

    def see(self, schema, value, owner):
        if "$ref" in schema:
            owner = schema["$ref"].rsplit("/", 1)[1]
            schema = self.schemas[owner]
        for one in schema.get("anyOf", []):
            if self.validator(one).is_valid(value):
                self.see(one, value, owner)
        if isinstance(value, dict) and "properties" in schema:
            for name, member in value.items():
                self.seen.add((owner, name))
                self.see(schema["properties"][name], member, f"{owner}.{name}")
        if isinstance(value, list) and "items" in schema:
            for member in value:
                self.see(schema["items"], member, owner + "[]")

    def unseen(self):
        """The components' fields that no answer had."""
        for name, schema in self.schemas.items():
            rare = RARE.get(name, set())
            for field in schema.get("properties", {}):
                if rare is not None and field not in rare and (name, field) not in self.seen:
                    yield f"{name}.{field}"


class OpenApi(SystemTest):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.world = World(bell_in_s=8, lasts_s=300, media=False).__enter__()
        cls.addClassCleanup(cls.world.__exit__, None)
        cls.lesson = cls.world.start().lesson
        cls.context = ssl.create_default_context(cafile=cls.lesson.path("state/relay.crt"))
        cls.context.check_hostname = False
        with open(DOCUMENT, encoding="utf-8") as file:
            cls.document = json.load(file)
        cls.checker = Checker(cls.document)
        cls.audited = set()

    def send(self, method, target, body=None, token=None, kind="application/json", more=None):
        """(status, headers, bytes, seconds)"""
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.lesson.port, timeout=10, context=self.context
        )
        headers = dict(more or {})
        if method != "GET":
            headers["Content-Type"] = kind
        if token:
            headers["Authorization"] = "Bearer " + token
        begin = time.monotonic()
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            is_stream = answer.getheader("Content-Type") == "text/event-stream"
            text = b"" if is_stream else answer.read()
            return answer.status, answer.headers, text, time.monotonic() - begin
        finally:
            connection.close()

    def ask(self, method, path, body=None, token=None, query="", expect=None, **values):
        """What a route answers, held against the document."""
        target = path
        for name, value in values.items():
            safe = "/" if name == "rest" else ""
            target = target.replace("{" + name + "}", urllib.parse.quote(str(value), safe=safe))
        more, kind, data = {}, "application/json", None
        if isinstance(body, bytes):
            data, kind = body, "text/csv"
            if method == "PUT":
                with open(self.lesson.path("rules.csv"), "rb") as file:
                    more["If-Match"] = f'"{hashlib.sha256(file.read()).hexdigest()}"'
        elif body is not None:
            data = json.dumps(body)
        rows = self.newest_row()
        status, _, text, _ = self.send(method, target + query, data, token, kind, more)
        value = json.loads(text)
        if method != "GET" and status < 300 and (method, path) not in UNAUDITED:
            # What is done in the background has its row when it is done.
            wait_until(lambda: self.newest_row() > rows, 10, f"no audit row of {method} {path}")
            self.audited.add((method, path))
        wanted = [int(code) for code in self.checker.operation(method, path)["responses"]
                  if code not in ("default", "503")]
        self.assertIn(status, [expect] if expect else wanted, f"{method} {target}: {text[:300]}")
        self.checker.check(method, path, status, value)
        return value

    def newest_row(self):
        rows = json.loads(self.send("GET", "/v1/audit?limit=1")[2])["audit"]
        return rows[0]["number"] if rows else 0

    def complained(self):
        """Whether the page has words for what is wrong with a school."""
        lessons = self.ask("GET", "/v1/live")["lessons"]
        return any(school["words"] for lesson in lessons for school in lesson["schools"])

    def changing(self):
        for path, methods in self.document["paths"].items():
            for method in methods:
                if method != "get":
                    yield method.upper(), path

    def readers(self):
        for path, methods in self.document["paths"].items():
            operation = methods.get("get")
            if operation and "{" not in path and path != "/v1/endpoint/join":
                kinds = operation["responses"]["200"]["content"]
                if "application/json" in kinds and path != "/v1/live/history":
                    yield path

    def test_1_answers_are_as_described_and_the_description_has_nothing_else(self):
        schools = self.world.schools
        endpoints = [school.endpoint for school in schools]
        tokens = {}
        for role, bond in (("observer", {}), ("school", {"school": schools[0].id}),
                           ("endpoint", {"endpoint": endpoints[0]})):
            body = {"name": role, "role": role, **bond}
            tokens[role] = self.ask("POST", "/v1/tokens", body)["token"]
        for path in self.readers():
            self.ask("GET", path)
        self.world.wait_live()
        for path in self.readers():
            self.ask("GET", path)
        wait_until(self.complained, 30, "nobody sends, and no school is told of")
        session = self.ask("GET", "/v1/sessions")["sessions"][0]["id"]
        self.ask("GET", "/v1/live/history", query="?session=" + urllib.parse.quote(session))
        one = "/v1/sessions/{id}"
        self.ask("GET", one, id=session)
        flow = {"session": session, "endpoint": endpoints[0], "kind": "audio", "seconds": 1}
        self.ask("GET", "/v1/captures/{id}", id=self.ask("POST", "/v1/captures", flow)["id"])
        join = self.ask("GET", "/v1/endpoint/join", token=tokens["endpoint"])["join"]
        self.ask("POST", one + "/extend", {"minutes": 5}, tokens["school"], id=session)
        self.ask("POST", one + "/cut", {"minutes": 1}, id=session)
        self.ask("PATCH", one, {"endpoints": endpoints}, id=session)
        self.ask("POST", "/v1/endpoint/rejoin", {"join": join}, tokens["endpoint"])
        self.ask("POST", "/v1/signin", {"token": tokens["school"]})
        self.ask("POST", "/v1/signout", {})
        self.edit()
        self.ask("DELETE", one, id=session)
        wait_until(self.recorded, 10, "the ledger has no row of the lesson")
        self.ask("GET", "/v1/ledger/lesson/{rest}", rest=self.recorded())
        adhoc = self.ask("POST", "/v1/sessions", {"endpoints": endpoints, "minutes": 5})["id"]
        self.ask("DELETE", one, id=adhoc)
        call = {"school": schools[1].id}
        wait_until(lambda: not self.ask("GET", "/v1/sessions")["sessions"], 10, "it has not ended")
        # The call ends the check.
        check = self.ask("POST", "/v1/checks", {"schools": [school.id for school in schools]})
        self.ask("GET", "/v1/checks/{id}", id=check["id"])
        self.ask("GET", "/v1/endpoint/join", token=tokens["endpoint"])
        self.ask("POST", "/v1/calls", call, tokens["school"])
        self.ask("POST", "/v1/calls", {"school": 7}, tokens["school"], expect=400)
        self.ask("DELETE", "/v1/tokens/{id}", id="observer")
        for path in self.readers():
            self.ask("GET", path)
        self.assertEqual(sorted(self.checker.unseen()), [])
        self.assertEqual(self.audited, set(self.changing()) - set(UNAUDITED))

    def recorded(self):
        entries = self.ask("GET", "/v1/ledger")["entries"]
        return next((entry["lesson"] for entry in entries if entry["lesson"]), None)

    def edit(self):
        """A table, a lesson moved for once, entries of the ledger."""
        today = datetime.date.today()
        day = today + datetime.timedelta(days=1)
        with open(self.lesson.path("rules.csv"), "rb") as file:
            rules = file.read()
        rules += f"maths,pair,{day.isoweekday()},1,all,数学,三1班,,synchronous,,,,\n".encode()
        self.ask("POST", "/v1/timetable/{id}/check", rules, id="rules")
        self.ask("PUT", "/v1/timetable/{id}", rules, id="rules")
        self.ask("POST", "/v1/reload", {})
        move = {"kind": "move", "lesson": f"maths/{day}", "to_date": str(day)}
        made = self.ask("POST", "/v1/exceptions", {**move, "to_times": "10:00-10:40"})
        self.ask("GET", "/v1/exceptions")
        self.ask("GET", "/v1/lessons", query=f"?date={day}")
        self.ask("DELETE", "/v1/exceptions/{id}", id=made["number"])
        visit = {"date": str(today), "form": "visit", "pair": "pair"}
        number = self.ask("POST", "/v1/ledger/entries", visit)["number"]
        correction = {"minutes": 30, "reason": "x"}
        self.ask("POST", "/v1/ledger/entries/{id}/correct", correction, id=number)
        table = f"date,form,pair\n{today},working_day,pair\n".encode()
        self.ask("POST", "/v1/ledger/import", table)
        name = {"name": "a.db"}
        for what, body in (("verify", {}), ("backup", name), ("restore", name)):
            self.ask("POST", "/v1/ledger/" + what, body)
            wait_until(lambda: self.is_done(what), 10, f"no end of {what}")

    def is_done(self, what):
        work = self.ask("GET", "/v1/ledger/state")["work"]
        return work and work["what"] == what and work["ended_at"]

    def bad_bodies(self, operation):
        content = operation.get("requestBody", {}).get("content", {})
        if "text/csv" in content:
            return [b"\xff\x00,,,\n", b"a" * 70000, b'"', b"rule\n" * 1000]
        bodies = [json.dumps(wrong).encode() for wrong in WRONG]
        bodies += [b"{", b"nonsense", b'{"a":1,"a":2}', b'"\xff"', b"[" * 5000]
        schema = content.get("application/json", {}).get("schema", {})
        whole = {name: "x" for name in schema.get("properties", {})}
        for name in whole:
            bodies += [json.dumps({**whole, name: wrong}).encode() for wrong in WRONG]
        return bodies

    def assert_refused(self, what, status, headers, text, seconds, may_do=False):
        self.assertLess(seconds, STALL_S, what)
        self.assertLess(status, 500, f"{what}: {text[:300]}")
        if not may_do:
            self.assertGreaterEqual(status, 400, f"{what}: {text[:300]}")
        if status >= 400:
            self.assertEqual(headers["Content-Type"], "application/problem+json", what)
            problem = json.loads(text)
            self.assertEqual(problem["status"], status, what)
            self.assertTrue(problem["detail"], what)

    def test_2_bad_bodies_and_methods_are_refused(self):
        for path, methods in self.document["paths"].items():
            target = path.replace("{id}", "none").replace("{rest}", "none")
            for method in ("DELETE", "PATCH", "POST", "PUT", "GET"):
                operation = methods.get(method.lower())
                if method == "GET" or path == "/v1/reload":
                    continue
                bodies = self.bad_bodies(operation) if operation else [b"{}"]
                for body in bodies:
                    kind = "application/json"
                    if operation and "text/csv" in str(operation.get("requestBody")):
                        kind = "text/csv"
                    sent = self.send(method, target, body, kind=kind, more={"If-Match": '"x"'})
                    # What needs no body takes any: to sign out, to look for altered rows.
                    may_do = operation and not operation.get("requestBody", {}).get("required")
                    self.assert_refused(f"{method} {target} {body[:80]}", *sent, may_do=may_do)

    def test_3_bad_queries_do_not_hurt(self):
        queries = ["?", "?%", "?a=%zz", "?=", "?" + "&".join("x=1" for _ in range(500))]
        for path, methods in self.document["paths"].items():
            if "get" not in methods:
                continue
            target = path.replace("{id}", "none").replace("{rest}", "%2e%2e%2f%00none")
            names = [p["name"] for p in methods["get"].get("parameters", []) if p["in"] == "query"]
            bad = ("", "-1", "9" * 20, "2026-13-40", "%ff", "%00", "x" * 2000, "%27--")
            for query in queries + [f"?{name}={value}" for name in names for value in bad]:
                sent = self.send("GET", target + query)
                self.assert_refused(f"GET {target}{query[:80]}", *sent, may_do=True)

    def test_4_sizes_and_roles_are_held(self):
        body = json.dumps({"name": "x" * 70000}).encode()
        self.assertEqual(self.send("POST", "/v1/tokens", body)[0], 413)
        self.assertEqual(self.send("GET", "/healthz", more={"A": "x" * 20000})[0], 431)
        new = {"name": "reader", "role": "observer"}
        reader = self.ask("POST", "/v1/tokens", new)["token"]
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                role = operation["x-role"]
                target = path.replace("{id}", "none").replace("{rest}", "none")
                reads = method == "get" and role in ("observer", "school")
                if role in ("none", "any") or reads:
                    continue
                takes = str(operation.get("requestBody"))
                kind = "text/csv" if "text/csv" in takes else "application/json"
                sent = self.send(method.upper(), target, b"{}", reader, kind)
                self.assertEqual(sent[0], 403, f"{method} {target}: {sent[2][:200]}")

    def test_5_what_is_no_request_does_not_stall_the_others(self):
        junk = [b"\x00" * 4000, b"GET " + b"/" * 20000, b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 3000,
                b"POST /v1/tokens HTTP/1.1\r\nContent-Length: 60000\r\n\r\n{", os.urandom(3000)]
        held = []
        for piece in junk * 4:
            plain = socket.create_connection(("127.0.0.1", self.lesson.port), timeout=5)
            secure = self.context.wrap_socket(plain)
            held.append(secure)
            try:
                secure.sendall(piece)
            except OSError:
                pass  # told so already, and cut off
            status, _, _, seconds = self.send("GET", "/healthz")
            self.assertEqual(status, 200)
            self.assertLess(seconds, STALL_S)
        for secure in held:
            secure.close()

    def test_6_two_hundred_dripping_connections_delay_nobody(self):
        dripping = []
        for _ in range(200):
            plain = socket.create_connection(("127.0.0.1", self.lesson.port), timeout=5)
            dripping.append(self.context.wrap_socket(plain))
            dripping[-1].sendall(b"GET /v1/status HTTP/1.1\r\nX: ")
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.lesson.port, timeout=10, context=self.context
        )
        seconds = []
        for number in range(300):
            dripping[number % 200].sendall(b"x")
            begin = time.monotonic()
            connection.request("GET", "/v1/status")
            answer = connection.getresponse()
            self.assertEqual(answer.status, 200)
            answer.read()
            seconds.append(time.monotonic() - begin)
        print(f"p99 beside 200 dripping: {1000 * sorted(seconds)[296]:.1f} ms", flush=True)
        self.assertLess(sorted(seconds)[296], 0.1)
        connection.close()
        for secure in dripping:
            secure.close()


if __name__ == "__main__":
    main()
