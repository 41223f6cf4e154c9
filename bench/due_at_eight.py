"""A million reminders due at eight o'clock, simulated: the load of the busiest partition of their index.

The index `byDue` has 32 shards, chosen by a hash of the reminder's id. A partition sustains 1,000 write and 3,000 read
units per second. Setting a reminder writes its row once, claiming it removes it: one unit each, because rows are smaller
than 1 KB. If two runs claim the same row, one is refused, which costs a unit of the table and none of the index.
"""

from __future__ import annotations

import math
import random
from collections import Counter

from bench.report import Report
from khaya.platform.base.ids import new_id
from khaya.reminders import service, store

REMINDERS = 1_000_000
SET_PER_SECOND = 500
"""The sustained write rate of the whole API."""
CLAIM_MILLISECONDS = 5
"""The duration of a write. Each thread makes one write at a time."""
PROCESSOR_MILLISECONDS = 2.2
"""Processor time of a claim, measured by `make soak`. The function has one processor for all its threads."""
RUN_SECONDS = 230
"""The maximum duration of one run. Runs start every five minutes."""
ROW_BYTES = 220
CONCURRENT_RUNS = 8
TRIALS = 2_000

MAX_READ_UNITS = 3_000
MAX_WRITE_UNITS = 1_000


def run() -> Report:
    """Simulate, and compare the busiest partition with the limits of a partition."""
    report = Report(
        "due_at_eight",
        f"{REMINDERS:,} reminders due at 08:00, in {store.SHARDS} parts: the busiest part",
        ("what", "figure", "limit", "", "in one shard alone"),
    )
    parts = Counter(store.shard_of(new_id()) for _ in range(REMINDERS))
    fullest, mean = max(parts.values()), REMINDERS / store.SHARDS

    def add_figure(what: str, figure: float, limit: float, alone: float) -> None:
        report.add(what, figure, limit, report.check(what, figure, limit), alone)

    add_figure("rows", fullest, round(1.05 * mean), REMINDERS)
    add_figure("write units a second, setting them", _busiest_second(), MAX_WRITE_UNITS, SET_PER_SECOND)
    at_a_time = min(service.THREADS * 1_000 / CLAIM_MILLISECONDS, 1_000 / PROCESSOR_MILLISECONDS)
    a_thread = at_a_time / service.THREADS
    for runs in (1, CONCURRENT_RUNS):
        threads = runs * service.THREADS
        busiest = _threads_on_one_shard(runs)
        writes = f"write units a second, {runs} run{'s' * (runs > 1)} at once"
        add_figure(writes, busiest * a_thread, MAX_WRITE_UNITS, threads * a_thread)
        reads = busiest * a_thread / store._PAGE * math.ceil(store._PAGE * ROW_BYTES / 4096) / 2  # noqa: SLF001
        add_figure(writes.replace("write", "read"), reads, MAX_READ_UNITS, reads * threads / busiest)
    a_run = at_a_time * RUN_SECONDS
    report.notes.append(
        f"One run claims about {at_a_time:,.0f} a second, {a_run:,.0f} in all; a run every five minutes finishes"
        f" {REMINDERS:,} after {math.ceil(REMINDERS / a_run) * 5} minutes. Concurrent runs share the shards: the index"
        f" sustains {store.SHARDS * MAX_WRITE_UNITS:,} claims a second in all."
    )
    return report


def _busiest_second() -> int:
    """The maximum of rows written to one shard in a second at the full write rate, over many seconds."""
    return max(max(Counter(store.shard_of(new_id()) for _ in range(SET_PER_SECOND)).values()) for _ in range(60))


def _threads_on_one_shard(runs: int) -> int:
    """The 99th percentile of the number of threads that work on one shard at the same time.

    Each run visits the shards in random order, so at any moment it works on a random eight of them.
    """
    chance = random.Random(2026)  # noqa: S311 - a simulation, the same in every run
    found = sorted(
        max(
            Counter(
                shard for _ in range(runs) for shard in chance.sample(range(store.SHARDS), service.THREADS)
            ).values()
        )
        for _ in range(TRIALS)
    )
    return found[round(0.99 * TRIALS)]
