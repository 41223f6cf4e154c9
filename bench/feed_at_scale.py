"""The job feed at scale, calculated: the load of each partition of each index at 5,000 reads and 200 posts per second.

The feed has a million open jobs of realistic sizes. Reads and posts are random, and as many jobs leave the feed as
enter it. An index costs half a unit for each 4 KB of an eventually consistent read, and one unit for each 1 KB of an
item that is added, changed or removed. All jobs with one partition key are in one partition, which sustains 3,000 read
and 1,000 write units per second.
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

READS_PER_SECOND = 5_000
POSTS_PER_SECOND = 200
OPEN_JOBS = 1_000_000
MAX_READ_UNITS = 3_000
MAX_WRITE_UNITS = 1_000

SECONDS = 60
TOWNS = 300
MEDIAN_DESCRIPTION = 220
"""Characters. Lengths are log-normally distributed: half are shorter, one in a hundred exceeds 1,400."""

READS = {"feed": 0.55, "category": 0.2, "place": 0.15, "both": 0.1}
"""The shares of reads by filter."""


def run() -> Report:
    """Simulate a minute, with a realistic mix of filters and with unfiltered reads only."""
    report = Report(
        "feed_at_scale",
        f"The job feed at {READS_PER_SECOND:,} reads and {POSTS_PER_SECOND} posts a second over {OPEN_JOBS:,} open jobs:"
        f" the busiest second of the busiest partition of each index, {SECONDS} seconds",
        ("reads", "index", "read units", "limit", "", "write units", "limit", ""),
    )
    sizes = _sizes()
    for name, mix in (("all unfiltered", {"feed": 1.0}), ("mixed", READS)):
        reads, writes = simulated(mix, sizes)
        for index in writes:
            read, write = round(reads.get(index, 0)), round(writes[index])
            held = (
                *(read, MAX_READ_UNITS, report.check(f"{name}, {index}, read units", read, MAX_READ_UNITS)),
                *(write, MAX_WRITE_UNITS, report.check(f"{name}, {index}, write units", write, MAX_WRITE_UNITS)),
            )
            report.add(name, index, *held)
    mean = sum(sizes) / len(sizes)
    page = page_units([mean] * (DEFAULT_LIMIT + 1))
    report.notes.append(
        f"{FEED_REPLICAS} replicas of the unfiltered feed; a job takes {mean:,.0f} bytes on average in an index, a page"
        f" {page} units. One category or location alone sustains {MAX_READ_UNITS / page:,.0f} reads a second."
    )
    return report


def simulated(mix: dict[str, float], sizes: list[int]) -> tuple[dict[str, float], dict[str, float]]:
    """The read and write units of the busiest partition of each index in its busiest second."""
    chance = random.Random(2026)  # noqa: S311 - a simulation, the same in every run
    category, place = _drawing(chance, list(get_args(Category))), _drawing(chance, list(range(TOWNS)))
    pages = [page_units(chance.choices(sizes, k=DEFAULT_LIMIT + 1)) for _ in range(500)]
    busiest_reads: dict[str, float] = {}
    busiest_writes: dict[str, float] = {}
    for _ in range(SECONDS):
        reads: Counter[tuple[str, Any]] = Counter()
        writes: Counter[tuple[str, Any]] = Counter()
        for kind in chance.choices(list(mix), list(mix.values()), k=READS_PER_SECOND):
            reads[_partition(kind, chance, category, place)] += chance.choice(pages)  # type: ignore[assignment]
        for size in chance.choices(sizes, k=2 * POSTS_PER_SECOND):  # one enters and one leaves per post
            units, trade, town = math.ceil(size / 1024), category(), place()
            for replica in range(FEED_REPLICAS):
                writes[f"feed{replica}", "open"] += units
            writes["byDeadline", "the day in thirty days"] += 1  # only keys and a time
            writes["byCategory", trade] += units
            writes["byPlace", town] += units
            writes["byCategoryAndPlace", (trade, town)] += units
        for counted, busiest in ((reads, busiest_reads), (writes, busiest_writes)):
            for (index, _), units in counted.items():
                busiest[index] = max(busiest.get(index, 0), units)
    return busiest_reads, dict(sorted(busiest_writes.items()))


def page_units(sizes: list[Any]) -> float:
    """The read units of a query that reads rows of these sizes."""
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
    """Returns a function that draws one of `things` with a Zipf distribution."""
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(things) + 1)))
    return lambda: chance.choices(things, cum_weights=weights)[0]


def _sizes() -> list[int]:
    """The sizes in bytes of realistic jobs in an index."""
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
    """The item size by DynamoDB's rules: bytes of names and values, and an overhead for each list and map."""
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
