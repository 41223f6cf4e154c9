"""Growth: the first and tenth page of the job feed and one job by id, with growing numbers of jobs."""

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

MAX_RATIO = 1.3
SIZES = (100, 1_000, 10_000)
LARGEST = 100_000
"""Measured if the variable BENCH_LARGE is set. Takes some minutes."""
RUNS = 80


def run() -> Report:
    """Measure all sizes in turn on one engine."""
    sizes = (*SIZES, LARGEST) if os.environ.get("BENCH_LARGE") else SIZES
    report = Report(
        "growth",
        "Growth: the job feed over HTTP to a real DynamoDB engine",
        ("open jobs", "read", "calls", "read units", "milliseconds", "of the fewest", "limit", ""),
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
                verdicts = {report.check(f"{what}, calls", calls, least[0])}
                if engine.faithful:
                    verdicts |= {
                        report.check(f"{what}, units", units, least[1]),
                        report.check(f"{what}, time", ratio, MAX_RATIO),
                    }
                verdict = "ok" if verdicts == {"ok"} else "TOO MUCH"
                report.add(size, name, calls, units, round(milliseconds, 2), round(ratio, 2), MAX_RATIO, verdict)
    report.notes.append("A hundred jobs fill five pages; the last is measured in place of the tenth.")
    if not engine.faithful:
        report.notes.append(
            f"{engine.name} scans whole tables, so durations are not limited. DynamoDB Local needs Java and npm."
        )
    return report


def _cursors(pages: int) -> list[str]:
    found: list[str] = []
    for _ in range(pages):
        found.append(VISITOR.get("/jobs", query={"cursor": found[-1]} if found else None).body["nextCursor"])
    return found


def _measured(path: str, query: dict[str, str] | None) -> tuple[int, float, float]:
    """The calls, read units and milliseconds of one request."""
    for _ in range(RUNS):  # warm up the engine
        VISITOR.get(path, query=query)
    with counted() as calls, units_of() as units:
        assert VISITOR.get(path, query=query).status == 200  # noqa: S101 - only a success is measured
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        VISITOR.get(path, query=query)
        times.append(time.perf_counter() - started)
    return len(calls), sum(one.read for one in units), statistics.quantiles(times, n=4)[0] * 1000
