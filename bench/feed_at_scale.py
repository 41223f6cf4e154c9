"""The job feed at scale, by arithmetic: what each partition of each index bears at 5,000 reads and 200 posts a second.

A million open jobs of lifelike sizes stand in the feed. Every second brings its reads and posts at random, and as many
jobs leave the feed as come. DynamoDB charges an index by the bytes that are read or written: half a unit for each 4 KB
of a page that may be a moment old, one unit for each 1 KB of an item that comes, changes or goes. All jobs of a
partition key stand in one partition, which bears 3,000 read and 1,000 write units a second.
"""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from collections.abc import Callable
from typing import Any, get_args

from bench.report import Report
from khaya.jobs import store
from khaya.jobs.model import Category, Job, JobPosting, new_job
from khaya.platform.base import clock
from khaya.platform.data.lists import FEED_REPLICAS
from khaya.platform.data.pages import DEFAULT_LIMIT

READS_A_SECOND = 5_000
POSTS_A_SECOND = 200
OPEN_JOBS = 1_000_000
MOST_READ_UNITS = 3_000
MOST_WRITE_UNITS = 1_000

SECONDS = 60
TOWNS = 300
MEDIAN_DESCRIPTION = 220
"""Characters. Lengths are spread log-normally around it: half are shorter, one in a hundred is longer than 1,400."""

READS = {"feed": 0.55, "category": 0.2, "place": 0.15, "both": 0.1}
"""How the reads fall on the unfiltered feed and its filters."""


def run() -> Report:
    """Simulate a minute, with a lifelike mix of filters and with none at all."""
    report = Report(
        "feed_at_scale",
        f"The job feed at {READS_A_SECOND:,} reads and {POSTS_A_SECOND} posts a second over {OPEN_JOBS:,} open jobs:"
        f" the busiest second of the busiest partition of each index, {SECONDS} seconds",
        ("reads", "index", "read units", "bar", "", "write units", "bar", ""),
    )
    sizes = _sizes()
    for name, mix in (("all unfiltered", {"feed": 1.0}), ("mixed", READS)):
        reads, writes = simulated(mix, sizes)
        for index in writes:
            read, write = round(reads.get(index, 0)), round(writes[index])
            held = (
                *(read, MOST_READ_UNITS, report.hold(f"{name}, {index}, read units", read, MOST_READ_UNITS)),
                *(write, MOST_WRITE_UNITS, report.hold(f"{name}, {index}, write units", write, MOST_WRITE_UNITS)),
            )
            report.add(name, index, *held)
    mean = sum(sizes) / len(sizes)
    page = page_units([mean] * (DEFAULT_LIMIT + 1))
    report.notes.append(
        f"{FEED_REPLICAS} replicas of the unfiltered feed; a job takes {mean:,.0f} bytes on average in an index, a page"
        f" {page} units. One category or place alone bears {MOST_READ_UNITS / page:,.0f} reads a second."
    )
    return report


def simulated(mix: dict[str, float], sizes: list[int]) -> tuple[dict[str, float], dict[str, float]]:
    """The read and the write units of the busiest partition of each index in its busiest second."""
    chance = random.Random(2026)  # noqa: S311 - a simulation, the same in every run
    category, place = _drawing(chance, list(get_args(Category))), _drawing(chance, list(range(TOWNS)))
    pages = [page_units(chance.choices(sizes, k=DEFAULT_LIMIT + 1)) for _ in range(500)]
    busiest_reads: dict[str, float] = {}
    busiest_writes: dict[str, float] = {}
    for _ in range(SECONDS):
        reads: Counter[tuple[str, Any]] = Counter()
        writes: Counter[tuple[str, Any]] = Counter()
        for kind in chance.choices(list(mix), list(mix.values()), k=READS_A_SECOND):
            reads[_partition(kind, chance, category, place)] += chance.choice(pages)  # type: ignore[assignment]
        for size in chance.choices(sizes, k=2 * POSTS_A_SECOND):  # as many come as go
            units, trade, town = math.ceil(size / 1024), category(), place()
            for replica in range(FEED_REPLICAS):
                writes[f"feed{replica}", "open"] += units
            writes["byExpiry", "the day in thirty days"] += 1  # keys and a time only
            writes["byCategory", trade] += units
            writes["byPlace", town] += units
            writes["byCategoryAndPlace", (trade, town)] += units
        for counted, busiest in ((reads, busiest_reads), (writes, busiest_writes)):
            for (index, _), units in counted.items():
                busiest[index] = max(busiest.get(index, 0), units)
    return busiest_reads, dict(sorted(busiest_writes.items()))


def page_units(sizes: list[Any]) -> float:
    """What a query that reads rows of these bytes costs."""
    return math.ceil(sum(sizes) / 4096) / 2


def _partition(
    kind: str, chance: random.Random, category: Callable[[], Any], place: Callable[[], Any]
) -> tuple[str, Any]:
    match kind:
        case "category":
            return "byCategory", category()
        case "place":
            return "byPlace", place()
        case "both":
            return "byCategoryAndPlace", (category(), place())
    return f"feed{chance.randrange(FEED_REPLICAS)}", "open"


def _drawing(chance: random.Random, things: list[Any]) -> Callable[[], Any]:
    """Draws of one thing, the first far more often than the last, after Zipf."""
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(things) + 1)))
    return lambda: chance.choices(things, cum_weights=weights)[0]


def _sizes() -> list[int]:
    """Bytes of jobs as they stand in an index, in lifelike variety."""
    chance = random.Random(1994)  # noqa: S311 - a simulation, the same in every run
    return [_size(_job(chance)) for _ in range(2_000)]


def _job(chance: random.Random) -> Job:
    letters = int(min(5_000, max(20, chance.lognormvariate(math.log(MEDIAN_DESCRIPTION), 0.8))))
    user = "00000000-0000-4000-8000-000000000000"
    photos = [f"uploads/{user}/job/{'0' * 26}.jpeg"] * chance.choice((0, 0, 1, 1, 2, 3))
    posting = JobPosting.model_validate_json(
        JobPosting(
            title="x" * chance.randint(15, 60),
            description="x" * letters,
            category="landscaping",
            budgetCents=50_000,
            location="x" * chance.randint(5, 25),
            photos=photos,
        ).model_dump_json()
    )
    return new_job(posting, buyer_id=user, buyer_name="Thandi Mkhize", now=clock.now())


def _size(job: Job) -> int:
    """DynamoDB's count: the bytes of names and values, with a little for each list and map."""
    return sum(len(name) + _bytes(value) for name, value in store._item(job).items())  # noqa: SLF001


def _bytes(value: Any) -> int:
    match value:
        case str():
            return len(value.encode())
        case bool() | None:
            return 1
        case int() | float():
            return len(str(value)) // 2 + 2
        case list():
            return 3 + sum(1 + _bytes(part) for part in value)
        case dict():
            return 3 + sum(1 + len(name) + _bytes(part) for name, part in value.items())
    raise TypeError(type(value).__name__)
