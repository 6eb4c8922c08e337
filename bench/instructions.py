#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# instructions.py - instructions a packet of the packet path's own code, held to what they were.
"""
instructions.py [--accept] [--results RESULTS.tsv] PROGRAM

Runs build/bench/instructions under callgrind and counts what the functions of the data path and the
media layer execute for a packet: without crypto (relay/srtp, libipsec-mb), the device and the C
library, which look at the processor. Repeatable, on any machine with the same compiler. Ends with
1 where a figure is more than TOLERANCE above the one in bench/instructions.tsv; --accept (`make
bench-accept`) writes the new ones there.
"""
import argparse
import collections
import glob
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
ACCEPTED = os.path.join(HERE, "instructions.tsv")
TOLERANCE = 0.03
# A function's growth is told from here on, in instructions a packet.
WORTH_TELLING = 0.5
# Source files, and the one library that is code of the path as much as its own.
OWN = re.compile(r"(?:^|/)(?:relay|include)/(?:datapath|media|platform)/|/librte_hash\.so")


def run(program, folder):
    """{cell: packets}; callgrind's parts lie in `folder`."""
    words = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--collect-atstart=no"]
    words += ["--compress-strings=no", f"--callgrind-out-file={folder}/out", program]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}\n{done.stderr[-2000:]}")
    rows = (line.split("\t") for line in done.stdout.splitlines())
    return {name: int(packets) for name, packets in rows}


def read_part(path):
    """(cell, {(file, function): instructions}) of one dump: own, with what is inlined."""
    cell, where, spent, is_call = None, None, collections.Counter(), False
    file, library = None, None
    with open(path, encoding="utf-8", errors="replace") as text:
        for line in text:
            key, _, value = line.rstrip("\n").partition("=")
            if line.startswith("desc: Trigger: Client Request: "):
                cell = line.split(": ", 3)[3].strip()
            elif key == "ob":
                library = value
            elif key == "fl":
                file = value
            elif key == "fn":
                where = (file if file != "???" else library, value)
            elif key == "calls":
                is_call = True
            elif line[0] in "+-*0123456789":
                if not is_call:
                    spent[where] += int(line.split()[1])
                is_call = False
    return cell, spent


def measure(program):
    """{cell: {function: instructions a packet}} of the project's own functions."""
    figures = {}
    with tempfile.TemporaryDirectory(prefix="instructions-") as folder:
        packets = run(program, folder)
        for path in glob.glob(f"{folder}/out.*"):
            cell, spent = read_part(path)
            if cell not in packets:
                continue
            own = {
                f"{os.path.basename(file)} {function}": round(count / packets[cell], 1)
                for (file, function), count in spent.items()
                if OWN.search(file)
            }
            figures[cell] = {name: each for name, each in sorted(own.items()) if each > 0}
    missing = set(packets) - set(figures)
    if missing:
        sys.exit(f"callgrind counted nothing for: {', '.join(sorted(missing))}")
    return {cell: figures[cell] for cell in packets}


def read_accepted():
    figures = collections.defaultdict(dict)
    with open(ACCEPTED, encoding="utf-8") as table:
        for line in table:
            if not line.startswith("#"):
                cell, function, each = line.rstrip("\n").split("\t")
                figures[cell][function] = float(each)
    return figures


def write_accepted(figures):
    with open(ACCEPTED, "w", encoding="utf-8") as table:
        table.write("# instructions a packet of each function, as `make bench-accept` found them\n")
        for cell, functions in figures.items():
            for function, each in functions.items():
                table.write(f"{cell}\t{function}\t{each}\n")


def compare(figures, accepted):
    """The lines that say what grew too much; none: all is well."""
    lines = []
    for cell, functions in figures.items():
        new, old = sum(functions.values()), sum(accepted.get(cell, {}).values())
        print(f"{cell}: {new:.0f} instructions a packet, accepted {old:.0f}")
        if new <= old * (1 + TOLERANCE):
            continue
        lines.append(f"{cell}: {new:.0f} instructions a packet where {old:.0f} are accepted:")
        was = accepted.get(cell, {})
        names = set(functions) | set(was)
        growth = {name: functions.get(name, 0) - was.get(name, 0) for name in names}
        for name in sorted(names, key=lambda name: -abs(growth[name])):
            if abs(growth[name]) >= WORTH_TELLING:
                lines.append(f"  {growth[name]:+7.1f}  {name}")
    return lines


def write_results(path, figures):
    with open(path, "a", encoding="utf-8") as results:
        for cell, functions in figures.items():
            total = sum(functions.values())
            results.write(
                f"pipeline_instructions\t{cell}\t{total:.1f}\t\t\tinstructions/packet\t\t\n"
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("--results")
    parser.add_argument("program")
    arguments = parser.parse_args()
    figures = measure(arguments.program)
    if arguments.results:
        write_results(arguments.results, figures)
    if arguments.accept:
        write_accepted(figures)
        for cell, functions in figures.items():
            print(f"{cell}: {sum(functions.values()):.0f} instructions a packet accepted")
        return
    lines = compare(figures, read_accepted())
    if lines and not arguments.results:
        print("\n".join(lines))
        sys.exit("The packet path does more than it did. If that is worth it: make bench-accept, "
                 "and commit bench/instructions.tsv with the reason.")


if __name__ == "__main__":
    main()
