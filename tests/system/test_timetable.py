# SPDX-License-Identifier: BSD-3-Clause
# test_timetable.py - tables rewritten and lessons changed for a day while the relay runs, and who
# did it.
import datetime
import hashlib
import http.client
import json
import os
import ssl
import subprocess
import sys
import zoneinfo

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from lesson import ApiError, write
from world import BUILD, SystemTest, World, main


class Timetable(SystemTest):
    @classmethod
    def setUpClass(cls):
        cls.world = World(bell_in_s=4, lasts_s=300, media=False).__enter__()
        cls.addClassCleanup(cls.world.__exit__, None)
        cls.lesson = cls.world.start().lesson
        cls.token = cls.lesson.api("POST", "/v1/tokens", {"name": "office", "role": "operator"})[
            "token"
        ]
        cls.token_file = cls.lesson.path("office.token")
        write(cls.token_file, cls.token + "\n", 0o600)
        cls.first_rules = cls.read("rules.csv")

    @classmethod
    def read(cls, name):
        with open(cls.lesson.path(name), "rb") as file:
            return file.read()

    def setUp(self):
        self.today = datetime.datetime.now(zoneinfo.ZoneInfo(self.world.plan.zone)).date()
        self.tomorrow = self.today + datetime.timedelta(days=1)
        row = f"maths,pair,{self.tomorrow.isoweekday()},1,all,数学,三1班,,synchronous,,,,\n"
        self.rules = self.first_rules + row.encode()
        self.lesson_id = f"maths/{self.tomorrow}"

    def send(self, method, path, text, etag=None):
        """(status, what it says) of a table sent by the office."""
        context = ssl.create_default_context(cafile=self.lesson.path("state/relay.crt"))
        context.check_hostname = False
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.lesson.port, timeout=5, context=context
        )
        headers = {"Content-Type": "text/csv", "Authorization": "Bearer " + self.token}
        if etag:
            headers["If-Match"] = f'"{etag}"'
        try:
            connection.request(method, path, text, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def etag(self):
        return hashlib.sha256(self.read("rules.csv")).hexdigest()

    def put(self, text):
        status, said = self.send("PUT", "/v1/timetable/rules", text, self.etag())
        self.assertEqual(status, 200, said)
        return said

    def board(self, date):
        lessons = self.lesson.api("GET", f"/v1/lessons?date={date}")["lessons"]
        return [lesson["id"] for lesson in lessons]

    def relayctl(self, *words, status=0):
        program = [f"{BUILD}/relayctl", "--server", f"https://localhost:{self.lesson.port}"]
        program += ["--token-file", self.token_file]
        done = subprocess.run(program + list(words), capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout if status == 0 else done.stderr

    def newest(self):
        return self.lesson.api("GET", "/v1/audit?limit=1")["audit"][0]

    def test_a_table_is_put_by_who_has_seen_the_one_before(self):
        self.put(self.first_rules)
        seen = self.etag()
        for etag, expected in ((None, 428), ("0" * 64, 412), (seen, 200), (seen, 412)):
            status, said = self.send("PUT", "/v1/timetable/rules", self.rules, etag)
            self.assertEqual(status, expected, said)
        self.assertEqual(self.read("rules.csv"), self.rules)
        self.assertEqual(self.read("rules.csv~"), self.first_rules)
        self.assertIn(self.lesson_id, self.board(self.tomorrow))
        row = self.newest()
        self.assertEqual((row["who"], row["what"]), ("office", "table rules: rewritten"))
        self.assertIn("maths,pair", row["after"])

    def test_a_broken_table_names_the_line_and_leaves_the_old(self):
        self.put(self.rules)
        before, board = self.read("rules.csv"), self.board(self.tomorrow)
        broken = self.rules.replace(b"maths,pair,", b"maths,nobody,")
        line = broken[: broken.index(b"maths,")].count(b"\n") + 1
        for path in ("/v1/timetable/rules", "/v1/timetable/rules/check"):
            method = "POST" if path.endswith("check") else "PUT"
            status, said = self.send(method, path, broken, self.etag())
            self.assertEqual((status, said["line"]), (422, line), said)
            self.assert_names_line(said["detail"], "rules.csv", line, "nobody")
        self.assertEqual(self.read("rules.csv"), before)
        self.assertEqual(self.board(self.tomorrow), board)

    def test_a_long_table_is_taken(self):
        padding = b"".join(
            f"old-{i},pair,1,1,all,音乐,,,,,2020-01-01,2020-01-31,\n".encode() for i in range(9000)
        )
        self.assertGreater(len(padding), 400_000)
        said = self.put(self.rules + padding)
        self.assertGreaterEqual(said["lines_added"], 9000)
        self.put(self.rules)

    def test_an_exception_cancels_the_lesson_of_tomorrow(self):
        self.put(self.rules)
        self.assertIn("is not held", self.relayctl("exceptions", "cancel", self.lesson_id))
        self.assertNotIn(self.lesson_id, self.board(self.tomorrow))
        shown = self.relayctl("lessons", str(self.tomorrow))
        self.assertRegex(shown, rf"NOT HELD(.|\n)*{self.lesson_id} .*exception")
        row = self.newest()
        self.assertEqual(row["who"], "office")
        self.assertIn(self.lesson_id, row["what"])
        self.assertIn("already", self.relayctl("exceptions", "cancel", self.lesson_id, status=1))
        listed = json.loads(self.relayctl("exceptions", "--json"))["exceptions"]
        number = next(one["number"] for one in listed if one["lesson"] == self.lesson_id)
        self.relayctl("exceptions", "remove", str(number))
        self.assertIn(self.lesson_id, self.board(self.tomorrow))

    def test_exceptions_and_the_audit_log_outlive_a_kill(self):
        self.put(self.rules)
        self.relayctl("exceptions", "cancel", self.lesson_id)
        rows = self.lesson.api("GET", "/v1/audit")["audit"]
        self.lesson.kill_relay()
        self.lesson.start_relay()
        self.lesson.wait_ready()
        self.assertNotIn(self.lesson_id, self.board(self.tomorrow))
        self.assertEqual(self.lesson.api("GET", "/v1/audit")["audit"], rows)
        number = self.lesson.api("GET", "/v1/exceptions")["exceptions"][-1]["number"]
        self.lesson.api("DELETE", f"/v1/exceptions/{number}")

    def test_a_lesson_that_is_live_finishes_by_its_plan(self):
        def live():
            sessions = self.lesson.api("GET", "/v1/sessions")["sessions"]
            return next((one for one in sessions if one["state"] == "live"), None)

        session = wait_until(live, 20, "no lesson is live")
        said = self.put(self.first_rules.replace(b"chinese,pair", b"music,pair"))
        self.assertEqual([one["session"] for one in said["differ"]], [session["id"]])
        self.assertIn("gone", said["differ"][0]["differs"])
        now = self.lesson.api("GET", f"/v1/sessions/{session['id'].replace('/', '%2F')}")
        self.assertEqual((now["state"], now["ends_at"]), ("live", session["ends_at"]))
        with self.assertRaises(ApiError) as refused:
            self.lesson.api("POST", "/v1/exceptions", {"kind": "cancel", "lesson": session["id"]})
        self.assertIn(refused.exception.status, (409, 422))
        self.put(self.first_rules)

    def test_relayctl_carries_a_table_there_and_back(self):
        self.put(self.first_rules)
        mine, theirs = self.lesson.path("mine.csv"), self.lesson.path("theirs.csv")
        self.assertEqual(self.relayctl("table", "get", "rules").encode(), self.first_rules)
        for path in (mine, theirs):
            self.relayctl("table", "get", "rules", path)
            with open(path, "wb") as file:
                file.write(self.rules)
        self.assertIn("+ maths,pair", self.relayctl("table", "check", "rules", mine))
        self.assertEqual(self.read("rules.csv"), self.first_rules)
        self.relayctl("table", "put", "rules", mine)
        self.assertEqual(self.read("rules.csv"), self.rules)
        self.assertIn("get it again", self.relayctl("table", "put", "rules", theirs, status=1))
        self.relayctl("table", "put", "rules", mine)  # its version is the new one
        for words in (["table"], ["exceptions"], ["audit"], ["audit", "3"]):
            self.assertTrue(self.relayctl(*words).strip())
            json.loads(self.relayctl(*words, "--json"))
        self.assertIn("usage", self.relayctl("table", "sing", status=2))
        self.assertIn("usage", self.relayctl("exceptions", "cancel", status=2))


if __name__ == "__main__":
    main()
