# SPDX-License-Identifier: BSD-3-Clause
# test_install.py - what make install lays down runs from there, and a county's own configuration
# stays.
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from lesson import write
from world import BUILD, ROOT, SystemTest, main


class Install(SystemTest):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="install-")
        self.addCleanup(shutil.rmtree, self.root)

    def install(self):
        # By the same name as it was built: what the objects depend on is written down by that name.
        build = os.path.relpath(BUILD, ROOT)
        words = ["make", "-s", "-C", ROOT, "install", f"BUILD={build}", f"DESTDIR={self.root}"]
        done = subprocess.run(words + ["PREFIX=/opt/county"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_programs_examples_and_units_are_where_they_say(self):
        self.install()
        for program in ("relay", "relayctl", "classroom"):
            path = f"{self.root}/opt/county/bin/{program}"
            shown = subprocess.run([path, "--version"], capture_output=True, text=True)
            self.assertEqual(shown.returncode, 0)
            self.assertIn(program, shown.stdout)
        for name in ("relay", "classroom"):
            with open(f"{self.root}/opt/county/lib/systemd/system/{name}.service") as file:
                unit = file.read()
            self.assertIn(f"ExecStart=/opt/county/bin/{name} ", unit)
            self.assertIn("Restart=always", unit)
            self.assertNotIn("@", unit)
        words = [f"{self.root}/opt/county/bin/relay", "--check-config"]
        words += ["--config", f"{self.root}/etc/relay/relay.conf"]
        done = subprocess.run(words, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_countys_own_configuration_is_not_overwritten(self):
        own = f"{self.root}/etc/relay/bells.csv"
        os.makedirs(os.path.dirname(own))
        write(own, "ours\n")
        self.install()
        with open(own, encoding="utf-8") as file:
            self.assertEqual(file.read(), "ours\n")
        self.assertTrue(os.path.exists(f"{self.root}/etc/relay/rules.csv"))


if __name__ == "__main__":
    main()
