# SPDX-License-Identifier: BSD-3-Clause
# test_page_modules.py - what the page's modules compute without a browser: words, figures, order.
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from world import ROOT, main


class Modules(unittest.TestCase):
    def test_what_the_page_computes(self):
        """tests/web/pure.mjs, on a copy of the modules that node takes for modules."""
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(os.path.join(ROOT, "relay/web"), folder, dirs_exist_ok=True)
            with open(os.path.join(folder, "package.json"), "w", encoding="ascii") as file:
                json.dump({"type": "module"}, file)
            done = subprocess.run(
                ["/usr/bin/node", os.path.join(ROOT, "tests/web/pure.mjs")],
                env={**os.environ, "PAGE_MODULES": folder},
                capture_output=True,
                text=True,
                timeout=60,
            )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    main()
