# SPDX-License-Identifier: BSD-3-Clause
# test_demo.py - the README's first command passes its own judgement, and leaves nothing behind
# however it ends.
import glob
import json
import os
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import County, namespace_pids, namespaces, remove_leftovers, wait_until
from world import BUILD, ROOT, SystemTest, main


class Demo(SystemTest):
    def start(self, *words):
        # So that no picture of an earlier run is taken for one of this.
        shutil.rmtree(os.path.join(BUILD, "demo"), ignore_errors=True)
        script = os.path.join(ROOT, "tests/support/demo.py")
        process = subprocess.Popen(
            [sys.executable, script, "--build", BUILD, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        """A demo that a failed test leaves must not stand in the next one's way."""
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def left_behind(self, process):
        return [name for name in namespaces() if name.startswith(f"county{process.pid}n")]

    def test_a_short_lesson_passes_with_every_flow_in_its_summary(self):
        demo = self.start("--seconds", "8")
        said, _ = demo.communicate(timeout=60)
        self.assertEqual(demo.returncode, 0, said)
        self.assertEqual(self.left_behind(demo), [])
        with open(os.path.join(BUILD, "demo/summary.json"), encoding="utf-8") as file:
            summary = json.load(file)
        flows = {
            (flow["endpoint"], flow["kind"], flow["direction"], flow["to"])
            for flow in summary["flows"]
        }
        expected = set()
        for sender, receiver in (("wuxi-1", "houren-1"), ("houren-1", "wuxi-1")):
            for kind in ("audio", "teacher", "students"):
                expected |= {(sender, kind, "in", None), (sender, kind, "out", receiver)}
        self.assertEqual(flows, expected)
        for flow in summary["flows"]:
            self.assertGreater(flow["packets"], 50, flow)
            self.assertGreater(flow["kbit_s"], 10, flow)
            self.assertIn(flow["lost"], (0, None), flow)
        self.assertEqual(len(summary["pictures"]), 4)
        for name in summary["pictures"]:
            with open(os.path.join(BUILD, "demo", name), "rb") as file:
                self.assertEqual(file.read(8), b"\x89PNG\r\n\x1a\n")
        totals = summary["totals"]
        self.assertEqual(
            totals["frames_in"], totals["forwarded"] + totals["consumed"] + totals["dropped"]
        )

    def test_ctrl_c_ends_it_with_a_summary_and_leaves_nothing_behind(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number.name):
                demo = self.start()
                # Pictures are there once both schools have decoded some.
                wait_until(self.has_pictures, 40, "no picture arrives")
                demo.send_signal(number)
                said, _ = demo.communicate(timeout=30)
                self.assertIn("Both schools were live for", said)
                self.assertEqual(self.left_behind(demo), [])

    @staticmethod
    def has_pictures():
        paths = [
            os.path.join(BUILD, "demo", school, "received", sender + "-1", "teacher.png")
            for school, sender in (("wuxi", "houren"), ("houren", "wuxi"))
        ]
        return all(os.path.exists(path) for path in paths)

    def test_a_relay_and_a_classroom_that_die_are_started_again_and_pictures_come_back(self):
        demo = self.start()
        wait_until(self.has_pictures, 40, "no picture arrives")
        for role, name in (("relay", "relay"), ("classroom1", "classroom")):
            first = self.program(demo, role, name)
            os.kill(first, signal.SIGKILL)
            wait_until(
                lambda r=role, n=name, f=first: self.program(demo, r, n) not in (None, f),
                10,
                f"{name} is not started again",
            )
            before = self.pictures()
            wait_until(
                lambda b=before: all(now > then + 30 for now, then in zip(self.pictures(), b)),
                20,
                f"no pictures after {name} was started again",
            )
        demo.send_signal(signal.SIGINT)
        said, _ = demo.communicate(timeout=30)
        self.assertIn("Both schools were live for", said)
        self.assertEqual(self.left_behind(demo), [])
        with open(os.path.join(BUILD, "demo/summary.json"), encoding="utf-8") as file:
            summary = json.load(file)
        self.assertEqual(summary["relay_starts"], 2)
        self.assertEqual(sorted(summary["classroom_starts"].values()), [1, 2])
        self.assertEqual(len(summary["notes"]), 3)

    @staticmethod
    def pictures():
        """How many teacher's pictures each school has decoded, over all runs of its player."""
        counts = []
        for school in ("wuxi", "houren"):
            found = glob.glob(os.path.join(BUILD, "demo", school, "received/*/*teacher.framecrc"))
            texts = []
            for path in found:
                with open(path, "rb") as file:
                    texts.append(file.read())
            counts.append(sum(text.count(b"\n") for text in texts))
        return counts

    @staticmethod
    def program(demo, role, name):
        """The process of one of the demo's programs; None where there is none."""
        for pid in namespace_pids(f"county{demo.pid}n1-{role}"):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except FileNotFoundError:
                continue
            if os.path.basename(words[0]).decode() == name and words[1:2] == [b"--config"]:
                return pid
        return None

    def test_what_a_killed_run_left_is_removed_by_the_next(self):
        demo = self.start()
        wait_until(lambda: self.left_behind(demo), 20, "no namespaces are made")
        demo.kill()
        demo.communicate(timeout=10)
        remove_leftovers()
        self.assertEqual(self.left_behind(demo), [])


class Network(SystemTest):
    def test_no_school_has_a_way_to_another(self):
        with County(3) as county:
            county.verify_isolation()
            self.assertTrue(county.reaches("classroom2", "198.18.1.2"))
            for address in (county.school_address(1), county.classroom_address(1)):
                self.assertFalse(county.reaches("classroom0", address))
            county.school_link(0, up=False)
            self.assertFalse(county.reaches("classroom0", "198.18.1.2"))


if __name__ == "__main__":
    main()
