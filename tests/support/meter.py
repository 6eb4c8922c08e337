# SPDX-License-Identifier: BSD-3-Clause
# meter.py - what each school sent and the others decoded, while both were live, by sampling.
import time

SETTLE_S = 1.5  # after a fault a decoder waits for the next keyframe, at most a second


class Meter:
    """sample() it ten times a second; sent and decoded are by (receiver, sender, kind)."""

    def __init__(self, lesson):
        self.lesson = lesson
        self.sent = {}
        self.decoded = {}
        self.both_live_s = 0.0
        self.live = False
        self.faulted = False  # the lesson was live, and then was not
        self.settled_at = 0.0
        self.sampled_at = 0.0
        self.written = {}  # sender -> when its status file was written last
        self.bases = {}  # sender -> what was counted then

    def sample(self, session):
        """`session` as the relay shows it, or None: a school is live where both sides say so."""
        now = time.monotonic()
        fresh = [school for school in self.lesson.schools if self.is_freshly_written(school)]
        if not self.are_all_live(session):
            self.faulted = self.faulted or bool(self.bases)
            self.live = False
            self.bases.clear()
            return
        if not self.live:
            self.live = True
            self.settled_at = now + (SETTLE_S if self.faulted else 0)
            self.sampled_at = now
        if now >= self.settled_at:
            self.both_live_s += now - self.sampled_at
            # What a sender has sent is known for the moment at which it wrote it down.
            for sender in fresh:
                self.count(sender)
        self.sampled_at = now

    def are_all_live(self, session):
        legs = session["legs"] if session else []
        up = {leg["endpoint"] for leg in legs if leg["up"]}
        schools = self.lesson.schools
        return all(school.endpoint in up and self.lesson.is_live(school) for school in schools)

    def is_freshly_written(self, school):
        before = self.written.get(school.id)
        self.written[school.id] = self.lesson.status_written(school)
        return before not in (None, self.written[school.id])

    def count(self, sender):
        counts = {}
        for kind, sent in self.lesson.sent(sender).items():
            for receiver in self.lesson.schools:
                if receiver is not sender and kind != "audio":
                    key = (receiver.id, sender.id, kind)
                    counts[key] = (sent, self.lesson.decoded(receiver, sender, kind))
        # From the bell on everything counts; after a fault, from the first sample.
        base = self.bases.get(sender.id, counts if self.faulted else {})
        for key, (sent, decoded) in counts.items():
            sent_then, decoded_then = base.get(key, (0, 0))
            self.sent[key] = self.sent.get(key, 0) + max(0, sent - sent_then)
            self.decoded[key] = self.decoded.get(key, 0) + max(0, decoded - decoded_then)
        self.bases[sender.id] = counts
