#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# layers.py - holds the sources to the layers and to the rough sizes: layers that hold by discipline
# do not hold.
"""Prints each breach as file:line: reason and exits 1; needs git, which knows the files."""
import os
import re
import subprocess
import sys

FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 400
TEST_LINES_MAX = 600  # a test's file is a list of facts
LINE_COLUMNS_MAX = 100
TAB_COLUMNS = 8
CHECKED = (".c", ".h", ".py", ".sh", ".js", ".css")

# What each layer may include of the others.
MAY_INCLUDE = {
    "media": {"media"},
    "timetable": {"timetable"},
    "srtp": {"srtp", "media", "platform"},
    "datapath": {"datapath", "srtp", "media", "platform"},
    "http": {"http", "platform"},
    "ledger": {"ledger", "timetable", "platform"},
    "lessons": {"lessons", "timetable", "srtp", "platform"},
    "web": {"web", "http"},
    "control": {"control", "http", "ledger", "lessons", "web"}
    | {"timetable", "srtp", "media", "platform"},
    "platform": {"platform"},
    "relayctl": {"relayctl", "timetable", "platform"},
    "classroom": {"classroom", "srtp", "media", "platform"},
    "main.c": {"control", "datapath", "ledger", "timetable", "srtp", "media", "platform"},
}
# Plain types that even a pure module may know.
PLAIN_HEADERS = {
    "platform/units.h",
    "platform/ip.h",
    "platform/messages.h",
    "platform/drop_reasons.h",
}
# The clients link no DPDK, so they know only these of the platform.
CLIENT_HEADERS = PLAIN_HEADERS | {"platform/clock.h", "platform/log.h", "platform/https_client.h"}

# A library's headers, and the only files that may include them.
LIBRARY_HOMES = [
    (r"rte_\w+\.h", r"(datapath|platform)/", "DPDK stays in datapath/ and platform/"),
    (r"srtp2/.*", r"srtp/", "libsrtp2 stays in srtp/"),
    (r"intel-ipsec-mb\.h", r"srtp/", "ipsec-mb stays in srtp/"),
    (
        r"libconfig\.h",
        r"control/config\w*\.[ch]|classroom/settings\w*\.[ch]",
        "libconfig stays where files are read",
    ),
    (r"sqlite3\.h", r"ledger/", "SQLite stays in ledger/"),
    (
        r"event2/.*",
        r"(control|http|relayctl|classroom)/|platform/https_\w+\.[ch]",
        "libevent stays where sockets are",
    ),
    # A holiday list is published as JSON: its reader parses bytes that it is given, no more.
    (
        r"jansson\.h",
        r"(control|http|ledger|relayctl|classroom)/|timetable/holidays\.c",
        "JSON stays at the control port and its clients, and in the reader of holiday lists",
    ),
    (r"curses\.h", r"relayctl/top_screen\.c", "the terminal is drawn on in one place"),
    (r"csv\.h", r"timetable/", "libcsv stays in timetable/"),
]

PURE_LAYERS = ("media", "timetable")
IMPURE_HEADERS = re.compile(
    r"(sys/(socket|time|timerfd|epoll|ioctl|mman|stat|random)|unistd|fcntl|netdb|poll|pthread|"
    r"signal|threads|net/if)\.h"
)
IMPURE_CALLS = re.compile(
    r"(?<![\w.>])(clock_gettime|gettimeofday|time|clock|fopen|open|read|write|socket|recv|send|"
    r"printf|fprintf|puts|"
    r"getenv|rand|random|nanosleep|sleep|localtime|gmtime)\s*\("
)
# civil.c turns civil time into moments by the C library's zone rules: mktime and localtime_r, no
# clock.

# (file, function): why it is longer. Few, and each with its reason.
LONG_FUNCTIONS = {}
# file: why it is longer.
LONG_FILES = {}


def tracked_files():
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    return [path for path in listed if os.path.isfile(path)]


def home_of(path):
    """A source's place in the layers, "media/rtp.c"; None where it belongs to none."""
    match = re.match(r"(?:relay|include)/(.+)", path)
    return match.group(1) if match else None


def strip_comments_and_strings(text):
    """The code alone, with its lines where they were."""
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    return re.sub(pattern, lambda found: "\n" * found.group().count("\n") + " ", text, flags=re.S)


class Lint:
    def __init__(self):
        self.breaches = 0

    def breach(self, path, line, reason):
        self.breaches += 1
        print(f"{path}:{line}: {reason}")

    def check(self, path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        lines = text.split("\n")
        if text and not text.endswith("\n"):
            self.breach(path, len(lines), "the file does not end with a newline")
        self.check_opening(path, lines)
        self.check_sizes(path, lines)
        if path.endswith((".c", ".h")):
            self.check_functions(path, lines)
            home = home_of(path)
            if home:
                self.check_includes(path, home, lines)
                self.check_code(path, home, strip_comments_and_strings(text).split("\n"))

    def check_opening(self, path, lines):
        first = 1 if lines[0].startswith("#!") else 0
        if "SPDX-License-Identifier: BSD-3-Clause" not in lines[first]:
            self.breach(path, first + 1, "line 1 is the SPDX tag")
            return
        name = re.escape(os.path.basename(path))
        sentence = ""
        for line in lines[first + 1 :]:
            if not re.match(r"(//|#|/\*| \*)", line):
                break
            sentence += line + " "
            if re.search(r"[.:]\s*(\*/)?\s*$", line):
                break
        if not re.match(rf"\S+ {name} - .*[.:]\s*(\*/)?\s*$", sentence):
            self.breach(
                path, first + 2, f"line 2 is one sentence: {os.path.basename(path)} - what it does."
            )

    def check_sizes(self, path, lines):
        limit = TEST_LINES_MAX if path.startswith("tests/") else FILE_LINES_MAX
        if len(lines) - 1 > limit and path not in LONG_FILES:
            self.breach(path, len(lines) - 1, f"longer than {limit} lines")
        if path == "Makefile":
            return
        for number, line in enumerate(lines, 1):
            if len(line.expandtabs(TAB_COLUMNS)) > LINE_COLUMNS_MAX:
                self.breach(path, number, f"longer than {LINE_COLUMNS_MAX} columns")

    def check_functions(self, path, lines):
        """A definition's name starts its line; its braces stand alone in the first column."""
        name, start = None, 0
        for number, line in enumerate(lines, 1):
            begins = re.match(r"(?:START_TEST\()?(\w+)", line)
            if begins and "(" in line and not line.rstrip().endswith(";"):
                name, start = begins.group(1), number
            elif line == "}" and name:
                if number - start > FUNCTION_LINES_MAX and (path, name) not in LONG_FUNCTIONS:
                    self.breach(
                        path,
                        start,
                        f"{name}() is {number - start} lines, more than {FUNCTION_LINES_MAX}",
                    )
                name = None

    def check_includes(self, path, home, lines):
        layer = home.split("/")[0]
        for number, line in enumerate(lines, 1):
            found = re.match(r'\s*#\s*include\s+["<]([^">]+)[">]', line)
            if not found:
                continue
            header = found.group(1)
            if '"' in line:
                self.check_own_header(path, number, layer, header)
            for pattern, homes, reason in LIBRARY_HOMES:
                if re.fullmatch(pattern, header) and not re.match(homes, home):
                    self.breach(path, number, f"<{header}>: {reason}")
            if layer in PURE_LAYERS and IMPURE_HEADERS.fullmatch(header):
                self.breach(
                    path, number, f"<{header}>: {layer}/ reads no clock and does no input or output"
                )

    def check_own_header(self, path, number, layer, header):
        allowed = MAY_INCLUDE.get(layer)
        if allowed is None:
            self.breach(path, number, f"{layer}/ is no layer: name it in layers.py")
        elif header.split("/")[0] not in allowed and header not in PLAIN_HEADERS:
            self.breach(
                path, number, f'"{header}": {layer} may include {", ".join(sorted(allowed))}'
            )
        elif (
            layer in ("relayctl", "classroom")
            and header.startswith("platform/")
            and header not in CLIENT_HEADERS
        ):
            self.breach(path, number, f'"{header}" leads to DPDK, which a client does not link')

    def check_code(self, path, home, lines):
        layer = home.split("/")[0]
        for number, line in enumerate(lines, 1):
            if layer not in ("datapath", "platform") and re.search(r"\brte_\w+", line):
                self.breach(path, number, "rte_* stays in datapath/ and platform/")
            if layer in PURE_LAYERS and (found := IMPURE_CALLS.search(line)):
                self.breach(
                    path,
                    number,
                    f"{found.group(1)}(): {layer}/ reads no clock and does no input or output",
                )


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    lint = Lint()
    for path in tracked_files():
        if path.endswith(CHECKED) or path in (".ci/run", "Makefile"):
            lint.check(path)
    if lint.breaches:
        print(f"{lint.breaches} breaches of the layers and sizes", file=sys.stderr)
    return 1 if lint.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
