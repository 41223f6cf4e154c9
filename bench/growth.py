"""Growth: the job feed's first and tenth page and one job by its id, among ever more jobs on a real engine."""

from __future__ import annotations

import os
import statistics
import time

from bench.engines import best_engine
from bench.marketplace import post_many, tables_on
from bench.report import Report
from bench.round_trips import counted
from bench.units import units_of
from tests.support.client import VISITOR

MOST_OF_FEWEST = 1.3
SIZES = (100, 1_000, 10_000)
LARGEST = 100_000
"""Asked for by the variable BENCH_LARGE; it takes some minutes."""
RUNS = 80


def run() -> Report:
    """Measure at all sizes, one after the other on the same engine."""
    sizes = (*SIZES, LARGEST) if os.environ.get("BENCH_LARGE") else SIZES
    report = Report(
        "growth",
        "Growth: the job feed over HTTP to a real DynamoDB engine",
        ("open jobs", "read", "calls", "read units", "milliseconds", "of the fewest", "bar", ""),
    )
    fewest: dict[str, tuple[int, float, float]] = {}
    with best_engine() as engine, tables_on(engine.address):
        report.ran_on["engine"] = engine.name
        ids: list[str] = []
        for size in sizes:
            ids += post_many(size - len(ids))
            pages = _cursors(9 if size > 200 else size // 20 - 1)
            for name, path, query in (
                ("first page", "/jobs", None),
                ("tenth page", "/jobs", {"cursor": pages[-1]}),
                ("by id", f"/jobs/{ids[-size // 2]}", None),
            ):
                calls, units, milliseconds = _measured(path, query)
                least = fewest.setdefault(name, (calls, units, milliseconds))
                what, ratio = f"{name} among {size:,}", milliseconds / least[2]
                verdicts = {report.hold(f"{what}, calls", calls, least[0])}
                if engine.faithful:
                    verdicts |= {
                        report.hold(f"{what}, units", units, least[1]),
                        report.hold(f"{what}, time", ratio, MOST_OF_FEWEST),
                    }
                verdict = "ok" if verdicts == {"ok"} else "TOO MUCH"
                report.add(size, name, calls, units, round(milliseconds, 2), round(ratio, 2), MOST_OF_FEWEST, verdict)
    report.notes.append("Of a hundred jobs there are five pages: the last stands for the tenth.")
    if not engine.faithful:
        report.notes.append(
            f"{engine.name} walks through all that it has, so time is not held: that takes Java and npm."
        )
    return report


def _cursors(pages: int) -> list[str]:
    found: list[str] = []
    for _ in range(pages):
        found.append(VISITOR.get("/jobs", query={"cursor": found[-1]} if found else None).body["nextCursor"])
    return found


def _measured(path: str, query: dict[str, str] | None) -> tuple[int, float, float]:
    """Calls, capacity units, and milliseconds of one request."""
    for _ in range(RUNS):  # until the engine is warm
        VISITOR.get(path, query=query)
    with counted() as calls, units_of() as units:
        assert VISITOR.get(path, query=query).status == 200  # noqa: S101 - else the figures mean nothing
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        VISITOR.get(path, query=query)
        times.append(time.perf_counter() - started)
    return len(calls), sum(one.read for one in units), statistics.quantiles(times, n=4)[0] * 1000
