# SPDX-License-Identifier: BSD-3-Clause
# test_drips.py - tests/system/test_drips.py with ten thousand connections.
import os
import sys

os.environ["DRIPS"] = "10000"
HERE = os.path.dirname(os.path.abspath(__file__))
sys.argv[0] = os.path.join(HERE, "../system/test_drips.py")
os.execv(sys.executable, [sys.executable, *sys.argv])
