#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# run_tests.py - runs every test program, adds their results up, and ends with "N passed, N failed".
"""
run_tests.py --build DIRECTORY unit packets system

Check programs (unit, packets) end with "67%: Checks: 3, Failures: 1, Errors: 0"; Python test files
(system) with unittest's "Ran 3 tests" and "FAILED (failures=1)". A program that dies, hangs or says
neither counts as one failure; so does a test that was skipped: what cannot run here has not passed
here. Two programs run at a time, since most wait for bells; those in ALONE want the machine for
themselves.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TIMEOUT_S = {"unit": 240, "packets": 240, "system": 300, "soak": 3600}
AT_ONCE = 2
# A whole county at work, jitter to the millisecond, the machine's hugepages, the demo's own port.
ALONE = ("test_county.py", "test_referee.py", "test_devices.py", "test_demo.py")
# They take longest: begun last, each would hold up the end with nothing beside it.
FIRST = ("test_records.py", "test_faults.py", "test_edits.py", "test_engine_ipsec_mb")

ENVIRONMENT = {
    "CK_DEFAULT_TIMEOUT": "20",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "PYTHONUNBUFFERED": "1",
}


def programs(kind, build):
    """The test programs of a kind; each source has one, built or not."""
    if kind in ("system", "soak"):
        files = sorted(glob.glob(os.path.join(ROOT, f"tests/{kind}/test_*.py")))
        return [(os.path.relpath(path, ROOT), [sys.executable, path]) for path in files]
    names = sorted(
        os.path.basename(path)[:-2]
        for path in glob.glob(os.path.join(ROOT, f"tests/{kind}/test_*.c"))
    )
    return [(f"tests/{kind}/{name}", [os.path.join(build, "tests", kind, name)]) for name in names]


running = set()
running_lock = threading.Lock()


def run(words, timeout_s):
    """Runs one program: (exit status, or None where it hung; what it said)."""
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**os.environ, **ENVIRONMENT},
            start_new_session=True,
        )
    except OSError as error:
        return 127, str(error)
    with running_lock:
        running.add(process)
    try:
        said, _ = process.communicate(timeout=timeout_s)
        return process.returncode, said.decode(errors="replace")
    except subprocess.TimeoutExpired:
        # Politely first: a system test removes its namespaces then.
        for number, wait_s in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
            os.killpg(process.pid, number)
            try:
                said, _ = process.communicate(timeout=wait_s)
                return None, said.decode(errors="replace")
            except subprocess.TimeoutExpired:
                continue
        return None, ""
    finally:
        with running_lock:
            running.discard(process)


def end_running():
    """Whoever interrupts us leaves nothing behind."""
    with running_lock:
        processes = list(running)
    for process in processes:
        os.killpg(process.pid, signal.SIGTERM)


def count(status, said):
    """(passed, failed) of one program."""
    ran = failed = 0
    for checks, failures, errors in re.findall(
        r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)", said, re.M
    ):
        ran += int(checks)
        failed += int(failures) + int(errors)
    for tests in re.findall(r"^Ran (\d+) tests? in", said, re.M):
        ran += int(tests)
    for verdict in re.findall(r"^(?:FAILED|OK) \(([^)]*)\)$", said, re.M):
        failed += sum(int(number) for number in re.findall(r"=(\d+)", verdict))
    # A sanitiser's report or a crash behind the last check, or no check at all.
    if status != 0 and failed == 0 or ran == 0:
        return max(ran - 1, 0), 1
    return max(ran - failed, 0), failed


def run_and_tell(kind, name, words):
    """(passed, failed) of one program, after telling it."""
    begun = time.monotonic()
    status, said = run(words, TIMEOUT_S[kind])
    took_s = time.monotonic() - begun
    good, bad = count(status, said)
    verdict = "ok" if not bad else "HUNG" if status is None else f"FAILED (exit status {status})"
    text = f"{name}: {good} passed, {bad} failed in {took_s:.1f} s: {verdict}"
    if bad:
        text += "\n    " + "\n    ".join(said.strip().splitlines()[-200:])
    print(text, flush=True)
    return good, bad


def interrupt(*_):
    raise KeyboardInterrupt


def run_kind(kind, build):
    """The results of all programs of a kind."""
    listed = programs(kind, build)
    alone = [entry for entry in listed if os.path.basename(entry[0]) in ALONE]
    together = [entry for entry in listed if entry not in alone]
    together.sort(key=lambda entry: os.path.basename(entry[0]) not in FIRST)
    pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)
    try:
        results = list(pool.map(lambda entry: run_and_tell(kind, *entry), together))
        return results + [run_and_tell(kind, *entry) for entry in alone]
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        end_running()
        raise
    finally:
        pool.shutdown()


def main():
    parser = argparse.ArgumentParser(description="Runs the tests and adds up their results.")
    parser.add_argument("--build", default="build")
    parser.add_argument("kinds", nargs="+", choices=("unit", "packets", "system", "soak"))
    options = parser.parse_args()
    build = os.path.abspath(options.build)
    os.environ["RELAY_BUILD"] = build
    signal.signal(signal.SIGTERM, interrupt)
    # A shell's background job begins with Ctrl-C ignored, and so would every program under test.
    signal.signal(signal.SIGINT, interrupt)
    results = [result for kind in options.kinds for result in run_kind(kind, build)]
    passed = sum(good for good, _ in results)
    failed = sum(bad for _, bad in results)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
