# SPDX-License-Identifier: BSD-3-Clause
# loopback.py - a relay on loopback without classrooms, and relayctl against it.
import os
import shutil
import signal
import socket
import subprocess
import tempfile

from county import wait_until
from lesson import write
from world import BUILD, ROOT, SystemTest

CONF = os.path.join(ROOT, "conf")
DATA = os.path.join(ROOT, "tests/data")
RELAY_CONF = """\
media: {{ device = "net_null0"; address = "198.18.0.2/24";
  eal = ["--no-huge", "--no-shconf", "--no-pci", "-m", "256", "--log-level=3"]; }};
control: {{ listen = ["127.0.0.1:{port}"]; state_directory = "state";
  socket = "control.sock"; }};
timetable = "timetable.conf";
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def content(*names):
    with open(os.path.join(*names), encoding="utf-8") as file:
        return file.read()


class LoopbackTest(SystemTest):
    calendar = ""  # the bytes of calendar.csv; "": none

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="loopback-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        for name in os.listdir(CONF):
            if name.endswith(".csv"):
                shutil.copy(os.path.join(CONF, name), cls.folder)
        write(os.path.join(cls.folder, "timetable.conf"), cls.timetable_conf())
        if cls.calendar:
            write(os.path.join(cls.folder, "calendar.csv"), cls.calendar)
        cls.port = free_port()
        path = os.path.join(cls.folder, "relay.conf")
        write(path, RELAY_CONF.format(port=cls.port))
        cls.prepare()
        with open(os.path.join(cls.folder, "relay.log"), "w", encoding="utf-8") as log:
            cls.relay = subprocess.Popen(
                [f"{BUILD}/relay", "--config", path], stdout=log, stderr=log
            )
        cls.addClassCleanup(cls.stop)
        wait_until(lambda: cls.relayctl("status").returncode == 0, 20, "the relay does not answer")

    @classmethod
    def timetable_conf(cls):
        text = content(CONF, "timetable.conf")
        return text.replace('calendar = ""', 'calendar = "calendar.csv"') if cls.calendar else text

    @classmethod
    def prepare(cls):
        """What is to be there before the relay begins."""

    @classmethod
    def stop(cls):
        cls.relay.send_signal(signal.SIGTERM)
        cls.relay.wait(timeout=20)

    @classmethod
    def relayctl(cls, *words, **options):
        command = [f"{BUILD}/relayctl", "--server", f"https://127.0.0.1:{cls.port}", *words]
        options = {"stdin": subprocess.DEVNULL, **options}
        return subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", timeout=20, **options
        )

    def file(self, name, text, encoding="utf-8"):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding=encoding, newline="") as file:
            file.write(text)
        return path
