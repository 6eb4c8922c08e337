# SPDX-License-Identifier: BSD-3-Clause
# test_relayctl.py - relayctl has a command for every route of the API, and a screen that operators
# can work with.
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from answers import Answers
from county import wait_until
from world import BUILD, ROOT, SystemTest, main

DOCUMENT = os.path.join(ROOT, "relay/control/openapi.json")
SESSION = "chinese-tue/2026-11-24"
# Who asks these, since no operator does from a command line.
OTHERS_ROUTES = {
    "/": "a browser",
    "/web/*": "a browser",
    "/favicon.ico": "a browser",
    "/v1/signin": "a browser: relayctl shows its token with each request",
    "/v1/signout": "a browser",
    "/v1/feeds/*": "a calendar program",
}
DONE = {"work": {"what": "verify", "state": "done", "name": "a", "found": {}}}
RULES = b"rule,pair\n"
ANSWERS = {
    "GET /v1/sessions/" + SESSION.replace("/", "%2F"): {
        "id": SESSION,
        "legs": [
            {"endpoint": "wuxi-1", "role": "lead"},
            {"endpoint": "houren-1", "role": "assist"},
        ],
    },
    "POST /v1/ledger/verify": DONE,
    "POST /v1/ledger/backup": DONE,
    "POST /v1/ledger/restore": DONE,
    "GET /v1/timetable/rules": RULES,
    "GET /v1/rules.csv": RULES,
    "GET /v1/events": b'event: hello\ndata: {"role":"operator"}\n\n',
    "POST /v1/checks": {"id": "1", "state": "running", "remaining_s": 1},
    "GET /v1/checks/1": {"id": "1", "state": "done"},
    "POST /v1/captures": {"id": "1", "state": "running"},
    "GET /v1/captures/1": {"id": "1", "state": "done", "packets": 3, "ssrc": 7},
    "GET /v1/captures/1/file": b"bytes",
    "POST /v1/tokens": {"name": "x", "token": "y"},
}
COMMANDS = """\
status
lessons
lessons --csv
sheet
plan check
rules export
rules export --csv
table list
table get rules rules.csv
table check rules rules.csv
table put rules rules.csv
exceptions list
exceptions cancel SESSION
exceptions remove 1
ledger
ledger verify
ledger rows
ledger day
ledger week
ledger month
ledger year
ledger heatmap
ledger lesson SESSION
ledger add date=2026-11-05
ledger correct 1 reason=x
ledger import rules.csv
report day
report connection
report connection wuxi houren
backup a
restore a
audit
sessions
sessions SESSION
flows
endpoints
live
live SESSION
top
events
throughput
throughput --csv
capture SESSION wuxi-1 audio --seconds 1 --file x.pcapng
open wuxi-1 houren-1
extend SESSION 5
cut SESSION 5
add SESSION dache-1
remove SESSION houren-1
end SESSION
call houren
reload
token NAME
tokens
revoke NAME
me
health
metrics
routes
routes --json
"""


def line(light, loss, jitter, **differs):
    figures = {"light": light, "why": None, "expected_flows": 3, "present_flows": 3}
    figures |= {"loss_ratio": loss, "jitter_ms": jitter, "kbit_s": 2048.4}
    return {**figures, **differs}


def school(name, title, up, down, words=None):
    return {
        "school": name, "school_name": title, "endpoint": name + "-1", "role": "lead",
        "contact": "张老师", "phone": "0578-1", "connected": True, "up": True,
        "address": "198.18.1.2:4000", "rtt_ms": 12.5, "uplink": up, "downlink": down,
        "words": words and {"zh": words, "en": words},
    }


def lesson(session, title, light, left, schools):
    return {
        "session": session, "lesson": session, "title": title, "subject": title, "pair": "p",
        "state": "live", "remaining_s": left, "light": light, "schools": schools,
    }


GREEN = line("green", 0.0, 1.0)
LIVE = {
    "now": "2026-11-24T01:30:00Z",
    "totals": {"bit_in_s": 4.2e6, "bit_out_s": 8.4e6, "drops_s": 0},
    "lessons": [
        lesson("a/1", "语文课", "red", 900, [
            school("wuxi", "巫溪中心小学", GREEN, GREEN),
            school("houren", "厚仁中心小学", line("red", 0.123, 20.0), GREEN, "houren loses"),
        ]),
        lesson("b/1", "数学课", "amber", 300, [
            school("jian", "缙安小学", line("amber", 0.02, 88.8), GREEN),
            school("dache", "大车小学", GREEN, GREEN),
        ]),
        lesson("c/1", "英语课", "green", 1800, [school("ying", "应坑小学", GREEN, GREEN)]),
    ],
}
FLOWS = {"flows": [{"endpoint": "jian-1", "direction": "in", "kind": "teacher", "ssrc": 0xABCD1234,
                    "kbit_s": 1999, "packets": 4711, "lost": 2, "loss_ratio": 0.02}]}


class Relayctl(SystemTest):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="relayctl-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.answers = Answers(self.folder, dict(ANSWERS))
        self.addCleanup(self.answers.close)
        self.server = f"https://127.0.0.1:{self.answers.port}"

    def run_words(self, *words):
        command = [f"{BUILD}/relayctl", "--server", self.server, *words]
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, cwd=self.folder, text=True,
            encoding="utf-8", timeout=20,
        )

    def test_every_route_for_operators_has_a_command(self):
        for words in COMMANDS.splitlines():
            done = self.run_words(*[SESSION if w == "SESSION" else w for w in words.split()])
            self.assertNotEqual(done.returncode, 2, f"{words}: {done.stderr}")
        with open(DOCUMENT, encoding="utf-8") as file:
            paths = json.load(file)["paths"]
        # What has no parameter is meant before what has one.
        patterns = {path: re.compile(re.sub(r"\{id\}", "[^/]+", re.sub(r"\{rest\}", ".+", path)))
                    for path in sorted(paths, key=lambda path: "{" in path)}
        called = set()
        for method, asked in self.answers.asked:
            found = [path for path, pattern in patterns.items() if pattern.fullmatch(asked)][:1]
            # A report as a page or a table is its route's, as the server's table has it.
            is_report = asked.startswith("/v1/ledger/") and asked.endswith((".html", ".csv"))
            self.assertTrue(found or is_report, f"relayctl asks for {asked}, which is no route")
            called |= {(method, path) for path in found}
        missing = [
            f"{method.upper()} {path}"
            for path, methods in paths.items()
            for method, operation in methods.items()
            if (method.upper(), path) not in called
            and operation["x-route"] not in OTHERS_ROUTES
            and operation["x-role"] != "endpoint"
        ]
        self.assertEqual(missing, [], "give relayctl a command, and COMMANDS above a line")

    def test_reading_commands_print_json(self):
        self.answers.answers["GET /v1/live"] = LIVE
        for words in ("status", "live", "flows", "me", "throughput", "tokens", "routes", "health"):
            with self.subTest(words):
                self.assertIsInstance(json.loads(self.run_words(words, "--json").stdout), dict)
        events = self.run_words("events", "--json").stdout
        self.assertEqual(json.loads(events.splitlines()[0])["event"], "hello")

    def test_exit_statuses_are_as_help_says(self):
        self.assertEqual(self.run_words("me").returncode, 0)
        self.assertEqual(self.run_words("live", "a", "b").returncode, 2)
        self.answers.close()
        done = self.run_words("live")
        self.assertEqual(done.returncode, 1)
        self.assertIn("relayctl: ", done.stderr)

    def test_status_tells_of_each_worker(self):
        def worker(number):
            counters = ("heartbeat_age_ms", "sessions", "legs", "frames_in", "handed_in", "copies")
            return {"worker": number, "busy_share": 0.25, **dict.fromkeys(counters, 40 + number)}

        status = {"version": "1", "instance": "i", "alarms": [], "drops": {}}
        self.answers.answers["GET /v1/status"] = {**status, "workers": [worker(0)]}
        alone = self.run_words("status").stdout
        self.assertIn("SESSIONS", alone)
        self.assertNotIn("HANDED", alone)  # there is nobody to hand anything to
        self.answers.answers["GET /v1/status"] = {**status, "workers": [worker(0), worker(1)]}
        table = self.run_words("status").stdout
        self.assertIn("HANDED OUT", table)
        rows = [row.split() for row in table.splitlines() if row.split()[1:2] in (["40"], ["41"])]
        self.assertEqual([row[:6] for row in rows],
                         [[str(i), f"4{i}", "25.00", "%", f"4{i}", f"4{i}"] for i in range(2)])

    def test_top_prints_once_where_there_is_no_terminal(self):
        self.answers.answers["GET /v1/live"] = LIVE
        done = self.run_words("top")
        self.assertEqual(done.returncode, 0)
        self.assertIn("厚仁中心小学", done.stdout)
        self.assertIn("houren loses", done.stdout)


class Screen(Relayctl):
    """relayctl top in a terminal of its own."""

    test_every_route_for_operators_has_a_command = None
    test_reading_commands_print_json = None
    test_status_tells_of_each_worker = None
    test_exit_statuses_are_as_help_says = None
    test_top_prints_once_where_there_is_no_terminal = None

    def setUp(self):
        super().setUp()
        self.answers.answers["GET /v1/live"] = LIVE
        self.answers.answers["GET /v1/flows"] = FLOWS
        self.start(100, 30)

    def start(self, columns, rows):
        top = f"{BUILD}/relayctl --server {self.server} top"
        script = f"{top}; left=$?; stty -a; echo left with $left; cat"
        words = ["new-session", "-d", "-x", str(columns), "-y", str(rows), "sh", "-c", script]
        self.tmux("-f", "/dev/null", *words)
        self.addCleanup(self.tmux, "kill-server")
        self.wait_for("语文课")

    def tmux(self, *words):
        command = ["tmux", "-u", "-S", os.path.join(self.folder, "tmux"), *words]
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        done = subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", timeout=20, env=environment
        )
        return done.stdout

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def lines(self):
        return self.tmux("capture-pane", "-p").splitlines()

    def wait_for(self, *texts):
        def is_there():
            shown = "\n".join(self.lines())
            return all(text in shown for text in texts)

        wait_until(is_there, 10, f"{texts} are not on the screen:\n" + "\n".join(self.lines()))

    def order(self):
        shown = "\n".join(self.lines())
        titles = ["语文课", "数学课", "英语课"]
        return sorted((t for t in titles if t in shown), key=shown.index)

    def wait_order(self, *titles):
        wait_until(lambda: self.order() == list(titles), 10, f"the order is {self.order()}")

    def test_it_shows_sorts_filters_opens_and_leaves(self):
        self.wait_for("巫溪中心小学", "厚仁中心小学", "! houren loses  张老师 0578-1", "q quit")
        self.wait_order("语文课", "数学课", "英语课")
        bad = next(shown for shown in self.lines() if "厚仁中心小学" in shown)
        self.assertRegex(bad, r"red +12\.3% +20\.0 +2048 3/3 +green +0\.0%")
        self.keys("s", "s")  # loss, then jitter
        self.wait_for("sort: jitter")
        self.wait_order("数学课", "语文课", "英语课")
        self.keys("s")
        self.wait_for("sort: time left")
        self.wait_order("数学课", "语文课", "英语课")
        self.keys("/", "缙安")
        self.wait_for("filter: 缙安_")
        self.wait_order("数学课")
        self.keys("Enter")
        self.keys("Enter")
        self.wait_for("abcd1234", "4711", "198.18.1.2:4000, round trip 12.5 ms", "Esc back")
        self.assertIn(("GET", "/v1/flows"), self.answers.asked)
        self.keys("Escape")
        self.wait_for("Enter detail")
        self.keys("/", "BSpace", "BSpace", "Enter")
        self.wait_for("filter: none")
        self.keys("q")
        self.wait_for("left with 0", " echo ", " icanon ")
        self.assertEqual(self.order(), [])

    def test_several_workers_are_shown_and_who_stands_still(self):
        self.assertNotIn("workers busy", "\n".join(self.lines()))
        workers = [
            {"worker": number, "busy_share": 0.125, "heartbeat_age_ms": age}
            for number, age in enumerate((1, 5000))
        ]
        self.answers.answers["GET /v1/live"] = {**LIVE, "workers": workers}
        self.wait_for("workers busy 0: 12.50 %, 1: STANDS STILL")

    def test_wide_letters_keep_the_columns_in_line(self):
        lines = self.lines()
        head = next(shown for shown in lines if "LOSS" in shown)
        for title in ("巫溪中心小学", "缙安小学"):
            row = next(shown for shown in lines if title in shown)
            wide = sum(1 for letter in row[: row.index("%")] if ord(letter) > 0x2E80)
            # The percent sign stands two columns before the heading's last letter's end.
            self.assertEqual(row.index("%") + wide, head.index("LOSS") + 3, "\n".join(lines))

    def test_the_selection_and_the_size_may_change(self):
        self.keys("Down", "Down")
        self.wait_for("> 英语课")
        self.tmux("resize-window", "-x", "80", "-y", "8")
        wait_until(lambda: len(self.lines()) == 8, 10, "the size stays")
        self.wait_for("> 英语课", "q quit")
        self.assertIn("q quit", self.lines()[-1])
        self.keys("q")
        self.wait_for("left with 0")

    def test_an_answer_cannot_steer_the_terminal_and_a_lost_relay_is_told(self):
        evil = json.loads(json.dumps(LIVE))
        evil["lessons"][0]["title"] = "\x1b[2Jevil\x9b"
        self.answers.answers["GET /v1/live"] = evil
        self.wait_for("?[2Jevil?")
        self.answers.close()
        self.wait_for("no answer: ")
        self.keys("q")
        self.wait_for("left with 0")


if __name__ == "__main__":
    main()
