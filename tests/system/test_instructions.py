# SPDX-License-Identifier: BSD-3-Clause
# test_instructions.py - the packet path executes no more instructions a packet than it did.
import copy
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../support"))
sys.path.insert(0, os.path.join(HERE, "../../bench"))

import instructions
from world import BUILD


class InstructionsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures = instructions.measure(f"{BUILD}/bench/instructions")
        cls.accepted = instructions.read_accepted()

    def test_a_packet_takes_no_more_than_was_accepted(self):
        lines = instructions.compare(self.figures, self.accepted)
        self.assertEqual(lines, [], "\n".join(lines + ["If that is worth it: make bench-accept."]))

    def test_every_stage_that_a_packet_walks_is_counted(self):
        for cell, functions in self.figures.items():
            names = {name.split()[1] for name in functions}
            wanted = {"receive", "classify", "resolve", "authenticate_rtp", "account", "fanout"}
            self.assertLessEqual(wanted, names, cell)
            self.assertFalse({name for name in names if name.startswith("ipsec_mb")}, cell)

    def test_growth_is_noticed_and_named(self):
        grown = copy.deepcopy(self.figures)
        cell = next(iter(grown))
        name = max(grown[cell], key=grown[cell].get)
        grown[cell][name] += sum(grown[cell].values()) * 2 * instructions.TOLERANCE
        lines = instructions.compare(grown, self.figures)
        self.assertIn(cell, lines[0])
        self.assertIn(name, lines[1])
        self.assertEqual(len(lines), 2)


if __name__ == "__main__":
    unittest.main()
