# SPDX-License-Identifier: BSD-3-Clause
# test_bad_config.py - what a technician breaks is named by file, line and reason, and stops nothing
# that runs.
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from lesson import ApiError, write
from world import BUILD, ROOT, SystemTest, World, main

SHIPPED = os.path.join(ROOT, "conf")
# (file, what is found in it, what it becomes, a word of the reason); the line is where it was
# found.
BREAKS = [
    ("relay.conf", "\taddress = ", "\taddress  ", "syntax error"),
    ("relay.conf", "gateway", "gatway", "gatway"),
    ("relay.conf", "10.20.0.2/24", "10.20.0.300/24", "10.20.0.300/24"),
    ("relay.conf", "port = 5000", "port = 500000", "500000"),
    ("relay.conf", "workers = 1", "workers = 17", "17"),
    ("relay.conf", '"auto"', '"rot13"', "rot13"),
    ("relay.conf", '"0.0.0.0:8443"', '"0.0.0.0"', "0.0.0.0"),
    ("relay.conf", '"info"', '"loud"', "loud"),
    ("timetable.conf", "Asia/Shanghai", "Asia/Nowhere", "Asia/Nowhere"),
    ("timetable.conf", '"bells.csv"', '"nowhere.csv"', "nowhere.csv"),
    ("schools.csv", "county,,", "planet,,", "planet"),
    ("endpoints.csv", "wuxi-1,wuxi,", "wuxi-1,nowhere,", "nowhere"),
    ("endpoints.csv", "audio=opus", "audio=tape", "tape"),
    ("endpoints.csv", "students=h264,", "students=h264,AES_CM_192_HMAC_SHA1_80", "AES_CM_192"),
    ("bells.csv", "08:30,09:10", "08:30,08:61", "08:61"),
    ("bells.csv", "08:30,09:10", "09:30,09:10", "09:10"),
    ("bells.csv", "2024-10-09", "2024-13-09", "2024-13-09"),
    ("pairs.csv", ",wuxi,houren,", ",wuxi,nowhere,", "nowhere"),
    ("rules.csv", "wuxi-houren,2,", "wuxi-houren,8,", "8"),
    ("rules.csv", "wuxi-houren,2,", "no-pair,2,", "no-pair"),
    ("rules.csv", "synchronous", "telepathic", "telepathic"),
    ("rules.csv", ",2,2,all", ",2,2,17-3", "17-3"),
]


def check(program, path):
    """A program's verdict on a configuration: (exit status, what it said)."""
    words = [f"{BUILD}/{program}", "--check-config", "--config", path]
    done = subprocess.run(words, capture_output=True, text=True, timeout=20)
    return done.returncode, done.stderr


class BadConfig(SystemTest):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="config-")
        self.addCleanup(shutil.rmtree, self.directory)

    def copy_shipped(self):
        for name in os.listdir(SHIPPED):
            if os.path.isfile(os.path.join(SHIPPED, name)):
                shutil.copy(os.path.join(SHIPPED, name), self.directory)

    def test_every_shipped_configuration_is_right(self):
        status, said = check("relay", os.path.join(SHIPPED, "relay.conf"))
        self.assertEqual((status, said), (0, ""))

    def test_every_broken_line_is_named_with_its_file_and_the_reason(self):
        for file, old, new, word in BREAKS:
            with self.subTest(file=file, new=new):
                self.copy_shipped()
                path = os.path.join(self.directory, file)
                with open(path, encoding="utf-8") as opened:
                    text = opened.read()
                # The first place that is not in a comment.
                place = re.search(rf"^(?!\s*#)[^\n]*?({re.escape(old)})", text, re.M).start(1)
                write(path, text[:place] + new + text[place + len(old) :])
                line = text[:place].count("\n") + 1
                status, said = check("relay", os.path.join(self.directory, "relay.conf"))
                self.assertEqual(status, 2, said)
                self.assert_names_line(said, file, line, word)

    def test_files_that_are_no_text_are_refused_and_hang_nothing(self):
        self.copy_shipped()
        path = os.path.join(self.directory, "bells.csv")
        for make in (os.mkfifo, os.mkdir):
            with self.subTest(make=make.__name__):
                os.path.isdir(path) or os.unlink(path)
                make(path)
                status, said = check("relay", os.path.join(self.directory, "relay.conf"))
                self.assertEqual(status, 2)
                self.assertIn("bells.csv", said)

    def test_a_file_that_is_missing_is_named(self):
        status, said = check("relay", os.path.join(self.directory, "none.conf"))
        self.assertEqual(status, 2)
        self.assertIn("none.conf", said)
        self.copy_shipped()
        os.unlink(os.path.join(self.directory, "timetable.conf"))
        status, said = check("relay", os.path.join(self.directory, "relay.conf"))
        self.assertEqual(status, 2)
        self.assertIn("timetable.conf", said)

    def test_a_relay_does_not_start_with_a_broken_configuration(self):
        self.copy_shipped()
        write(os.path.join(self.directory, "pairs.csv"), "nonsense\n")
        words = [f"{BUILD}/relay", "--config", os.path.join(self.directory, "relay.conf")]
        done = subprocess.run(words, capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 2)
        self.assert_names_line(done.stderr, "pairs.csv", 1)

    def test_more_workers_than_lcores_are_refused_with_advice(self):
        self.copy_shipped()
        path = os.path.join(self.directory, "relay.conf")
        with open(path, encoding="utf-8") as opened:
            text = opened.read()
        text = text.replace('"0000:03:00.0"', '"net_null0"').replace("workers = 1", "workers = 3")
        options = '"--no-huge", "--no-shconf", "-m", "256", "--lcores=0@0,1@0,2@0"'
        write(path, text.replace('["-l", "0,1"]', f"[{options}]"))
        words = [f"{BUILD}/relay", "--config", path]
        done = subprocess.run(words, capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 1, done.stderr)
        for word in ("2 lcores", "3 workers", "media.workers", "--lcores="):
            self.assertIn(word, done.stderr)

    def test_a_classroom_names_the_line_too(self):
        self.copy_shipped()
        path = os.path.join(self.directory, "classroom.conf")
        with open(path, encoding="utf-8") as opened:
            text = opened.read()
        write(path, text.replace("audio = 5004", "audio = 500400"))
        line = text[: text.index("audio = 5004")].count("\n") + 1
        words = [f"{BUILD}/classroom", "--config", path]
        done = subprocess.run(words, capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 2)
        self.assert_names_line(done.stderr, "classroom.conf", line, "audio", "65535")


class Reload(SystemTest):
    """A relay that runs is told of a broken timetable."""

    @classmethod
    def setUpClass(cls):
        cls.world = World(bell_in_s=3600, open_before_s=60, media=False).__enter__()
        cls.addClassCleanup(cls.world.__exit__, None)
        cls.world.start()

    def setUp(self):
        self.lesson = self.world.lesson
        self.bells = self.lesson.path("bells.csv")
        with open(self.bells, encoding="utf-8") as file:
            self.right = file.read()
        self.addCleanup(write, self.bells, self.right)
        self.lessons = self.lesson.api("GET", "/v1/lessons")
        self.assertEqual(len(self.lessons["lessons"]), 1)

    def break_bells(self):
        lines = self.right.splitlines()
        write(self.bells, "\n".join([lines[0], lines[1].replace(":", ";"), *lines[2:]]) + "\n")

    def test_a_rejected_edit_leaves_the_old_timetable_and_is_explained(self):
        self.break_bells()
        with self.assertRaises(ApiError) as refused:
            self.lesson.api("POST", "/v1/reload", {})
        self.assertEqual(refused.exception.status, 422)
        self.assert_names_line(str(refused.exception), "bells.csv", 2)
        self.assertEqual(self.lesson.api("GET", "/v1/lessons"), self.lessons)

    def test_a_hangup_signal_reloads_and_a_broken_file_is_only_logged(self):
        self.break_bells()
        self.lesson.relay.send_signal(signal.SIGHUP)
        wait_until(lambda: "bells.csv:2" in self.world.log(), 10, "the reason is not logged")
        self.assertEqual(self.lesson.api("GET", "/v1/lessons"), self.lessons)
        self.assertIsNone(self.lesson.relay.poll())

    def test_a_right_edit_is_taken_over(self):
        loaded = self.lesson.api("GET", "/v1/status")["timetable"]["loaded_at"]
        write(self.bells, self.right + "wuxi,2024-01-01,第九节,9,23:58:00,23:59:00,,\n")
        answer = self.lesson.api("POST", "/v1/reload", {})
        self.assertEqual(answer["lessons_today"], 1)
        self.assertGreaterEqual(
            self.lesson.api("GET", "/v1/status")["timetable"]["loaded_at"], loaded
        )

    def test_an_unknown_token_is_401_and_one_line_in_the_log(self):
        before = self.world.log().count("\n")
        with self.assertRaises(ApiError) as refused:
            self.lesson.api("GET", "/v1/status", token="nobody-knows-me")
        self.assertEqual(refused.exception.status, 401)
        wait_until(lambda: self.world.log().count("\n") > before, 5, "nothing is logged")
        self.assertEqual(self.world.log().count("\n"), before + 1)
        self.assertNotIn("nobody-knows-me", self.world.log())

    def test_an_endpoint_may_not_do_what_an_operator_may(self):
        school = self.world.schools[0]
        with open(os.path.join(school.directory, "classroom.token"), encoding="ascii") as file:
            token = file.read().strip()
        for path in ("/v1/status", "/v1/sessions", "/v1/tokens", "/metrics"):
            with self.subTest(path=path), self.assertRaises(ApiError) as refused:
                self.lesson.api("GET", path, token=token)
            self.assertEqual(refused.exception.status, 403)

    def test_relayctl_tells_the_same_in_words(self):
        self.break_bells()
        words = [f"{BUILD}/relayctl", "--server", f"https://localhost:{self.lesson.port}"]
        done = subprocess.run(words + ["reload"], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 1)
        self.assert_names_line(done.stderr, "bells.csv", 2)
        for command in ("status", "lessons", "sessions", "flows", "endpoints", "tokens"):
            with self.subTest(command=command):
                for extra in ([], ["--json"]):
                    shown = subprocess.run(
                        words + [command] + extra, capture_output=True, text=True, timeout=20
                    )
                    self.assertEqual((shown.returncode, shown.stderr), (0, ""))
                    self.assertTrue(shown.stdout.strip())


if __name__ == "__main__":
    main()
