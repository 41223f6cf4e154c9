"""A million reminders due at eight o'clock, by simulation: what the busiest partition of their index bears.

What is due stands in 32 parts of the index `byDue`, by a hash of the reminder's id; the real function deals a million ids
out. A partition bears 1,000 write and 3,000 read units a second. Setting a reminder writes its row there once, claiming it
removes it: one unit each, as rows are below a kilobyte. Of two sweeps that are after the same row one is refused, which
costs a unit of the table and none of the index.
"""

from __future__ import annotations

import math
import random
from collections import Counter

from bench.report import Report
from khaya.platform.base.ids import new_id
from khaya.reminders import service, store

REMINDERS = 1_000_000
SET_A_SECOND = 500
"""As many writes as the whole API takes for long."""
CLAIM_MILLISECONDS = 5
"""A write to DynamoDB and back, of which a thread makes one after the other."""
PROCESSOR_MILLISECONDS = 2.2
"""Of one processor for a claim: `make soak` measures it. The function has one processor for all its threads."""
RUN_SECONDS = 230
"""How long one sweep works at most, of the five minutes until the next."""
ROW_BYTES = 220
SWEEPS = 8
TRIALS = 2_000

MOST_READ_UNITS = 3_000
MOST_WRITE_UNITS = 1_000


def run() -> Report:
    """Simulate, and hold the figures of the busiest partition against what one bears."""
    report = Report(
        "due_at_eight",
        f"{REMINDERS:,} reminders due at 08:00, in {store.SHARDS} parts: the busiest part",
        ("what", "figure", "bar", "", "in one part alone"),
    )
    parts = Counter(store.shard_of(new_id()) for _ in range(REMINDERS))
    fullest, mean = max(parts.values()), REMINDERS / store.SHARDS

    def held(what: str, figure: float, bar: float, alone: float) -> None:
        report.add(what, figure, bar, report.hold(what, figure, bar), alone)

    held("rows", fullest, round(1.05 * mean), REMINDERS)
    held("write units a second, setting them", _busiest_second(), MOST_WRITE_UNITS, SET_A_SECOND)
    at_a_time = min(service.THREADS * 1_000 / CLAIM_MILLISECONDS, 1_000 / PROCESSOR_MILLISECONDS)
    a_thread = at_a_time / service.THREADS
    for sweeps in (1, SWEEPS):
        threads = sweeps * service.THREADS
        crowd = _crowd(sweeps)
        writes = f"write units a second, {sweeps} sweep{'s' * (sweeps > 1)} at once"
        held(writes, crowd * a_thread, MOST_WRITE_UNITS, threads * a_thread)
        reads = crowd * a_thread / store._PAGE * math.ceil(store._PAGE * ROW_BYTES / 4096) / 2  # noqa: SLF001
        held(writes.replace("write", "read"), reads, MOST_READ_UNITS, reads * threads / crowd)
    a_run = at_a_time * RUN_SECONDS
    report.notes.append(
        f"One sweep claims some {at_a_time:,.0f} a second, {a_run:,.0f} a run; a sweep every five minutes is through with"
        f" {REMINDERS:,} after {math.ceil(REMINDERS / a_run) * 5} minutes. More at once share the parts between them: the index"
        f" takes {store.SHARDS * MOST_WRITE_UNITS:,} claims a second in all."
    )
    return report


def _busiest_second() -> int:
    """The most rows that one part gets in a second in which as many are set as the API takes; the worst of many."""
    return max(max(Counter(store.shard_of(new_id()) for _ in range(SET_A_SECOND)).values()) for _ in range(60))


def _crowd(sweeps: int) -> int:
    """How many threads are at one part at the same time, in all but one of a hundred cases.

    Each sweep goes through all parts in an order of chance, so at any moment it is at any eight of them.
    """
    chance = random.Random(2026)  # noqa: S311 - a simulation, the same in every run
    found = sorted(
        max(
            Counter(
                part for _ in range(sweeps) for part in chance.sample(range(store.SHARDS), service.THREADS)
            ).values()
        )
        for _ in range(TRIALS)
    )
    return found[round(0.99 * TRIALS)]
