# SPDX-License-Identifier: BSD-3-Clause
# test_operation.py - who may ask the relay what, and what it says when it cannot start.
import hashlib
import http.client
import json
import os
import re
import resource
import socket
import ssl
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

import county as net
from county import wait_until
from lesson import write
from world import BUILD, SystemTest, World, main

GUARDED = ("/metrics", "/readyz", "/v1", "/v1/status", "/v1/sessions", "/v1/endpoint/join")


class Access(SystemTest):
    @classmethod
    def setUpClass(cls):
        cls.world = World(bell_in_s=3600, open_before_s=60, media=False).__enter__()
        cls.addClassCleanup(cls.world.__exit__, None)
        # What a program does not refuse itself, it inherits.
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        cls.world.start()

    def ask(self, path, token=None):
        """Asks from a school's network: (status, headers, text)."""
        plain = self.world.county.socket("classroom0", socket.AF_INET, socket.SOCK_STREAM)
        plain.settimeout(5)
        plain.connect((net.CONTROL_ADDRESS, net.CONTROL_PORT))
        context = ssl.create_default_context(cafile=self.world.lesson.path("state/relay.crt"))
        context.check_hostname = False
        with context.wrap_socket(plain) as secure:
            lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close"]
            lines += [f"Authorization: Bearer {token}"] if token else []
            secure.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            answer = http.client.HTTPResponse(secure)
            answer.begin()
            return answer.status, answer.headers, answer.read().decode()

    def test_from_elsewhere_only_the_health_is_open(self):
        self.assertEqual(self.ask("/healthz")[0], 200)
        for path in GUARDED:
            with self.subTest(path=path):
                status, headers, text = self.ask(path)
                self.assertEqual(status, 401)
                self.assertTrue(headers["WWW-Authenticate"].startswith("Bearer"))
                self.assertIn("relayctl token", text)

    def test_from_elsewhere_an_operators_token_opens_the_metrics(self):
        made = self.world.lesson.api("POST", "/v1/tokens", {"name": "scraper", "role": "operator"})
        status, headers, text = self.ask("/metrics", made["token"])
        self.assertEqual(status, 200)
        self.assertTrue(headers["Content-Type"].startswith("text/plain"))
        self.assertRegex(text, r"(?m)^# TYPE relay_\w+ counter$")
        self.world.lesson.api("DELETE", "/v1/tokens/scraper")
        self.assertEqual(self.ask("/metrics", made["token"])[0], 401)
        self.assertNotIn(made["token"], self.world.log())

    def test_the_fingerprint_is_printed_and_outlives_a_restart(self):
        world = self.world
        with open(world.lesson.path("state/relay.crt"), encoding="ascii") as file:
            der = ssl.PEM_cert_to_DER_cert(file.read())
        fingerprint = hashlib.sha256(der).hexdigest()
        self.assertEqual(world.log().count(fingerprint), world.lesson.relay_starts)
        world.lesson.relay.terminate()
        self.assertEqual(world.lesson.relay.wait(timeout=10), 0)
        world.lesson.start_relay()
        world.lesson.wait_ready()
        self.assertEqual(world.log().count(fingerprint), world.lesson.relay_starts)
        wait_until(
            lambda: all(
                e["connected"] for e in world.lesson.api("GET", "/v1/endpoints")["endpoints"]
            ),
            8,
            "the classrooms do not come back",
        )

    def relayctl(self, *words, status=0):
        server = f"https://localhost:{self.world.lesson.port}"
        done = subprocess.run(
            [f"{BUILD}/relayctl", "--server", server, *words],
            capture_output=True,
            text=True,
            timeout=20,
        )
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout if status == 0 else done.stderr

    def test_an_operator_opens_watches_extends_and_ends_a_session(self):
        endpoints = [school.endpoint for school in self.world.schools]
        opened = json.loads(self.relayctl("open", *endpoints, "--json"))
        name = opened["id"]
        self.assertIn(f"extended {name}; its closing bell", self.relayctl("extend", name, "5"))
        wait_until(
            lambda: all(leg["up"] for leg in self.world.session()["legs"]), 8, "no path is up"
        )
        shown = self.relayctl("sessions", name)
        for school in self.world.schools:
            self.assertIn(self.world.county.school_address(school.number), shown)
        for leg in self.world.session()["legs"]:
            self.assertIsNotNone(leg["rtt_ms"])
            self.assertLess(leg["last_heard_ms"], 3000)
        self.assertEqual(self.relayctl("end", name), f"ended {name}\n")
        self.assertIn("relayctl:", self.relayctl("end", name, status=1))
        self.assertIsNone(self.world.session())

    def test_a_calendar_program_reads_a_feed_by_its_address_alone(self):
        address = self.relayctl("token", "--feed", "staff room").strip()
        path = urllib.parse.urlsplit(address).path
        status, headers, text = self.ask(path)
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "text/calendar; charset=utf-8")
        lessons = json.loads(self.relayctl("lessons", "--json"))["lessons"]
        for lesson in lessons:
            self.assertIn(f"UID:{lesson['id']}@", text.replace("\r\n ", ""))
        token = path.split("/")[3]
        self.assertEqual(self.ask("/metrics", token)[0], 403)
        self.assertEqual(self.ask(path.replace("county", "nowhere"))[0], 404)
        own = self.relayctl("token", "--feed", self.world.schools[0].id, "own").strip()
        self.assertEqual(self.ask(urllib.parse.urlsplit(own).path)[0], 200)
        other = own.replace(f"/{self.world.schools[0].id}.ics", "/county.ics")
        self.assertEqual(self.ask(urllib.parse.urlsplit(other).path)[0], 404)
        self.relayctl("revoke", "staff room")
        self.assertEqual(self.ask(path)[0], 404)
        self.assertNotIn(token, self.world.log())
        self.relayctl("token", "a", "b", status=2)

    def test_an_operator_prints_tables_and_sheets(self):
        table = self.relayctl("lessons", "--csv")
        self.assertTrue(table.startswith("\ufeffdate,weekday,begins,ends,"))
        lessons = json.loads(self.relayctl("lessons", "--json"))["lessons"]
        self.assertTrue(lessons)
        for lesson in lessons:
            self.assertIn(f",{lesson['id']}\n", table)
        school = self.world.schools[0].id
        self.assertEqual(self.relayctl("sheet", "--school", school).count("<section"), 1)
        self.assertIn("Master timetable", self.relayctl("sheet", "--language", "en"))
        self.assertIn("nowhere", self.relayctl("sheet", "--school", "nowhere", status=1))

    def test_top_shows_the_state_again_and_again(self):
        server = f"https://localhost:{self.world.lesson.port}"
        top = subprocess.Popen(
            [f"{BUILD}/relayctl", "--server", server, "top", "--json"],
            stdout=subprocess.PIPE,
            text=True,
        )
        with top.stdout:
            moments = [json.loads(top.stdout.readline())["now"] for _ in range(3)]
        top.terminate()
        top.wait(timeout=5)
        self.assertEqual(moments, sorted(moments))
        self.assertLess(moments[0], moments[2])

    def test_no_core_file_would_hold_the_keys(self):
        processes = [self.world.lesson.relay] + [s.process for s in self.world.schools]
        for process in processes:
            self.assertEqual(resource.prlimit(process.pid, resource.RLIMIT_CORE)[0], 0)

    def test_secrets_lie_in_files_of_their_owner_and_in_no_log(self):
        state = self.world.lesson.path("state")
        for name in os.listdir(state):
            if name.endswith(".crt"):
                continue
            mode = os.stat(os.path.join(state, name)).st_mode & 0o777
            self.assertEqual(mode & 0o077, 0, f"{name}: {mode:o}")
        for school in self.world.schools:
            with open(os.path.join(school.directory, "classroom.token"), encoding="ascii") as file:
                token = file.read().strip()
            names = [f"state/{name}" for name in os.listdir(state)]
            for name in ["relay.log", f"{school.id}/classroom.log"] + names:
                self.assertNotIn(token, self.world.log(name), name)


class Start(SystemTest):
    """A relay that cannot start says what to do, and ends."""

    def setUp(self):
        self.world = World(media=False).__enter__()
        self.addCleanup(self.world.__exit__, None)
        with open(self.world.lesson.path("relay.conf"), encoding="utf-8") as file:
            self.text = file.read()

    def refused(self, old, new):
        self.assertIn(old, self.text)
        write(self.world.lesson.path("relay.conf"), self.text.replace(old, new))
        self.world.lesson.start_relay()
        status = self.world.lesson.relay.wait(timeout=15)
        self.assertEqual(status, 1, self.world.log())
        self.assertFalse(re.search("Sanitizer|core dumped", self.world.log()))
        return self.world.log()

    def test_a_control_port_that_another_program_has(self):
        with self.world.county.socket("relay", socket.AF_INET, socket.SOCK_STREAM) as other:
            other.bind((net.CONTROL_ADDRESS, net.CONTROL_PORT))
            other.listen(1)
            said = self.refused("media0", "media0")
        self.assertIn(f"{net.CONTROL_ADDRESS}:{net.CONTROL_PORT}", said)
        self.assertIn("another program has it", said)

    def test_a_control_address_of_no_interface(self):
        said = self.refused(f"{net.CONTROL_ADDRESS}:", "198.18.99.9:")
        self.assertIn("no interface of this machine has the address", said)

    def test_a_media_interface_that_is_not_there(self):
        said = self.refused("iface=media0", "iface=nowhere0")
        self.assertIn("Does the interface that media.device names exist", said)

    def test_too_few_hugepages(self):
        # More than any machine that runs this has reserved.
        ours = '"--no-huge", "--no-shconf", "--no-pci", "-m", "256"'
        said = self.refused(ours, '"--in-memory", "-m", "900000"')
        self.assertIn("reserve hugepages", said)
        self.assertIn("--no-huge", said)


if __name__ == "__main__":
    main()
