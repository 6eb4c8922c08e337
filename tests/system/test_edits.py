# SPDX-License-Identifier: BSD-3-Clause
# test_edits.py - lessons that are edited while they are live, and lessons back to back: who stays
# loses nothing.
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from county import wait_until
from lesson import School, two_schools
from light import BackToBack, Pair
from world import BUILD, SystemTest, World, main

# A sender never pauses at the bell: whatever was not carried on then would be lost, and counted.
# This is only for what a busy machine may add to the 20 ms between two packets.
GAP_MS_MAX = 1000
# Fresh keys by TLS and a fresh path by STUN, for both.
HANDOVER_S_MAX = 1.5


class LightWorld(World):
    """Three schools, two pairs with one lead, and numbered packets for media."""

    def __init__(self, rules, **options):
        self.rules = rules
        super().__init__(two_schools() + [School("dache", "大车小学", "Dache", 0)], **options)

    def make_lesson(self):
        wuxi, houren, dache = self.schools
        pairs = [Pair("wuxi-houren", wuxi, houren), Pair("wuxi-dache", wuxi, dache)]
        BackToBack.rules = self.rules
        return BackToBack(self.county, BUILD, self.directory, pairs, self.plan)

    def wait_status(self, school, deadline_s, **wanted):
        def matches():
            status = self.lesson.status(school) or {}
            return all(status.get(key) == value for key, value in wanted.items())

        wait_until(matches, deadline_s, f"{school.id} is not {wanted}")

    def counts(self, receiver, sender, kind="audio"):
        """The newest run of a school's counters of another, or None."""
        runs = self.lesson.counted(receiver, sender)
        return runs[-1][kind] if runs else None

    def wait_packets(self, receiver, sender, deadline_s, more=60):
        def packets():
            return sum(run["audio"]["packets"] for run in self.lesson.counted(receiver, sender))

        before = packets()
        wait_until(
            lambda: packets() >= before + more, deadline_s, f"{receiver.id} hears no {sender.id}"
        )

    def ssrcs(self, school):
        return {
            flow["kind"]: flow["ssrc"]
            for flow in self.lesson.flows()
            if flow["direction"] == "in" and flow["endpoint"] == school.endpoint
        }

    def relayctl(self, *words):
        done = subprocess.run(
            [f"{BUILD}/relayctl", "--server", f"https://localhost:{self.lesson.port}"]
            + ["--certificate-sha256", self.fingerprint(), *words],
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr

    def fingerprint(self):
        with open(os.path.join(self.schools[0].directory, "classroom.conf"), "r") as file:
            return file.read().split('certificate_sha256 = "')[1].split('"')[0]


class LiveEdits(SystemTest):
    def test_endpoints_come_and_go_while_the_others_lose_nothing(self):
        with LightWorld([("wuxi-houren", 0, 120)], lasts_s=120) as world:
            world.start()
            wuxi, houren, dache = world.schools
            for school in (wuxi, houren):
                world.wait_status(school, 20, state="live", path_up=True)
            world.wait_packets(wuxi, houren, 10)
            session = world.session()["id"]
            ssrcs = {school.id: world.ssrcs(school) for school in (wuxi, houren)}

            code, said = world.relayctl("add", session, dache.endpoint)
            self.assertEqual(code, 0, said)
            for receiver, sender in ((dache, wuxi), (dache, houren), (wuxi, dache)):
                world.wait_packets(receiver, sender, 10)
            code, said = world.relayctl("remove", session, houren.endpoint)
            self.assertEqual(code, 0, said)
            world.wait_status(houren, 10, state="waiting")
            world.wait_packets(wuxi, dache, 10)
            code, said = world.relayctl("replace", session, dache.endpoint, houren.endpoint)
            self.assertEqual(code, 0, said)
            world.wait_status(dache, 10, state="waiting")
            world.wait_packets(houren, wuxi, 10)

            self.assertEqual(world.ssrcs(wuxi), ssrcs["wuxi"], "the lead got another join")
            self.assertNotEqual(world.ssrcs(houren), ssrcs["houren"], "old keys came back")
            self.assertEqual(world.lesson.status(wuxi)["joins"], 1)
            for flow in world.lesson.flows():
                self.assertIn(flow["lost"], (0, None), flow)
            code, said = world.relayctl("add", session, "nobody-1")
            self.assertEqual(code, 1, said)

            code, said = world.relayctl("cut", session)
            self.assertEqual(code, 0, said)
            self.assertEqual(world.session()["state"], "grace")
            wait_until(lambda: world.session() is None, 10, "the grace does not end")
            self.assert_sums(world.lesson.api("GET", "/v1/status"))

    def test_a_cut_and_a_regrouping_outlive_a_killed_relay(self):
        with LightWorld([("wuxi-houren", 0, 120)], lasts_s=120) as world:
            world.start()
            wuxi, _, dache = world.schools
            world.wait_status(wuxi, 20, state="live", path_up=True)
            session = world.session()["id"]
            path = "/v1/sessions/" + session.replace("/", "%2F")
            wanted = [wuxi.endpoint, dache.endpoint]
            world.lesson.api("PATCH", path, {"endpoints": wanted})
            world.lesson.api("POST", path + "/cut", {"end_in_minutes": 1})
            ends = world.session()["ends_at"]
            world.lesson.kill_relay()
            world.lesson.start_relay()
            world.lesson.wait_ready()
            resumed = wait_until(world.session, 5, "the lesson is not resumed")
            self.assertEqual([leg["endpoint"] for leg in resumed["legs"]], wanted)
            self.assertEqual(resumed["ends_at"], ends)
            self.assertTrue(resumed["edited"])
            world.wait_packets(dache, wuxi, 10)

    def test_a_reload_tells_of_the_lesson_that_goes_on(self):
        with LightWorld([("wuxi-houren", 0, 120)], lasts_s=120) as world:
            world.start()
            world.wait_status(world.schools[0], 20, state="live", path_up=True)
            session = world.session()
            BackToBack.rules = [("wuxi-houren", 0, 60)]
            world.lesson.write_timetable()
            answer = world.lesson.api("POST", "/v1/reload", {})
            self.assertEqual(
                [(one["session"], one["differs"]) for one in answer["differ"]],
                [(session["id"], ["times"])],
            )
            self.assertEqual(world.session()["ends_at"], session["ends_at"])


class HandOver(SystemTest):
    def bell_s(self, world, seconds):
        """A moment of the plan by the monotonic clock, which the counters go by."""
        return time.monotonic() + world.plan.start_s + seconds - time.time()

    def test_the_same_pair_back_to_back_has_no_gap(self):
        rules = [("wuxi-houren", 0, 10), ("wuxi-houren", 10, 60)]
        with LightWorld(rules, lasts_s=60, bell_in_s=6) as world:
            world.start()
            wuxi, houren, _ = world.schools
            for school in (wuxi, houren):
                world.wait_status(school, 20, state="live", path_up=True)
            ssrcs = {school.id: world.ssrcs(school) for school in (wuxi, houren)}
            first = world.session()["id"]
            second = first.replace("r0/", "r1/")
            for school in (wuxi, houren):
                world.wait_status(school, 20, session=second, state="live")
            for receiver, sender in ((wuxi, houren), (houren, wuxi)):
                world.wait_packets(receiver, sender, 10)
                runs = world.lesson.counted(receiver, sender)
                self.assertEqual(len(runs), 1, "the screen went dark at the bell")
                counts = runs[0]["audio"]
                print(f"{receiver.id}: longest gap {counts['gap_ms_max']} ms over the bell")
                self.assertEqual(counts["packets"], counts["expected"])
                self.assertLess(counts["gap_ms_max"], GAP_MS_MAX)
                self.assertEqual(world.ssrcs(receiver), ssrcs[receiver.id])
                self.assertEqual(world.lesson.status(receiver)["joins"], 1)

    def test_another_pair_in_the_same_room_is_there_at_its_bell(self):
        rules = [("wuxi-houren", 0, 10), ("wuxi-dache", 10, 60)]
        with LightWorld(rules, lasts_s=60, bell_in_s=6) as world:
            world.start()
            wuxi, houren, dache = world.schools
            for school in (wuxi, houren):
                world.wait_status(school, 20, state="live", path_up=True)
            bell_s = self.bell_s(world, 10)
            world.wait_packets(wuxi, houren, 5)
            world.wait_packets(wuxi, dache, 20)
            world.wait_packets(dache, wuxi, 10)
            for receiver, sender in ((wuxi, dache), (dache, wuxi)):
                late_s = world.counts(receiver, sender)["first_s"] - bell_s
                print(f"{receiver.id}: first sound of {sender.id} {late_s * 1000:.0f} ms after it")
                self.assertGreater(late_s, -0.3, "media before the bell")
                self.assertLess(late_s, HANDOVER_S_MAX)
            world.wait_status(houren, 10, state="waiting")


if __name__ == "__main__":
    main()
