# SPDX-License-Identifier: BSD-3-Clause
# test_county.py - all schools of conf/county/ are live at once on this machine, and nothing is
# lost.
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import namespaces
from light import county_pairs
from world import BUILD, ROOT, SystemTest, main


class CountyDemo(SystemTest):
    def hold(self, workers, queues):
        pairs, _ = county_pairs(os.path.join(ROOT, "conf/county"))
        schools = [school for pair in pairs for school in (pair.lead, pair.assisted)]
        script = os.path.join(ROOT, "tests/support/demo_county.py")
        demo = subprocess.Popen(
            [sys.executable, script, "--build", BUILD, "--seconds", "8"]
            + ["--workers", str(workers), "--queues", str(queues)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said, _ = demo.communicate(timeout=150)
        self.assertEqual(demo.returncode, 0, said)
        left = [name for name in namespaces() if name.startswith(f"county{demo.pid}n")]
        self.assertEqual(left, [])
        with open(os.path.join(BUILD, "demo-county/summary.json"), encoding="utf-8") as file:
            summary = json.load(file)
        self.assertGreater(summary["all_live_s"], 2)
        self.assertGreaterEqual(len(schools), 24)
        flows = {(row["school"], row["from"], row["kind"]) for row in summary["received"]}
        expected = set()
        for pair in pairs:
            for kind in ("audio", "teacher"):
                expected |= {
                    (pair.lead.id, pair.assisted.id, kind),
                    (pair.assisted.id, pair.lead.id, kind),
                }
        self.assertEqual(flows, expected)
        for row in summary["received"]:
            self.assertGreater(row["packets"], 60, row)
            self.assertLessEqual(row["lost"], 0.001 * row["expected"], row)
        self.assertEqual(set(summary["classroom_starts"].values()), {1})
        for worker in summary["workers"]:
            self.assertEqual(
                worker["frames_in"] + worker["handed_in"],
                sum(worker[name] for name in ("forwarded", "consumed", "handed_out", "dropped")),
            )
            self.assertEqual(
                worker["copies"] + worker["originated"],
                worker["transmitted"] + worker["tx_dropped"],
            )
        return summary["workers"]

    def test_all_schools_are_live_at_once_and_every_flow_arrives(self):
        self.hold(1, 1)

    def test_so_they_are_on_four_workers_of_which_two_have_a_queue(self):
        workers = self.hold(4, 2)
        self.assertEqual(len(workers), 4)
        for worker in workers:
            self.assertGreaterEqual(worker["sessions"], 3, workers)
            self.assertGreater(worker["forwarded"], 1000, workers)
        for worker in workers[:2]:
            self.assertGreater(worker["handed_out"], 100, workers)
            self.assertGreater(worker["handed_in"], 100, workers)
        for worker in workers[2:]:
            self.assertEqual(worker["frames_in"], 0, workers)
            self.assertEqual(worker["handed_out"], 0, workers)


if __name__ == "__main__":
    main()
