"""Cold start: the import of each API function and its first validated request, compared with the least of both.

Each runs in a fresh interpreter with the function and the deployed layers only. It writes no bytecode, because Lambda's
folders are read-only. The floor is Powertools' resolver, one pydantic model, botocore's DynamoDB client and one request.
The measure is processor time, which other load on the machine affects little.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bench import layers
from bench.report import Report
from bench.stub import typed_items
from khaya.escrows import progress
from khaya.jobs.model import Job, JobPosting, new_job
from khaya.payouts.model import new_withdrawal
from khaya.platform.base import clock
from khaya.platform.base.models import item_of
from khaya.platform.base.settings import settings
from khaya.pricing.model import Terms, amounts_of
from khaya.profiles.model import first_profile
from khaya.reconciliation.model import Finding, difference_of
from tests.support.client import VISITOR, Person, function_of, matched
from tests.support.records import OFFER, OFFERING, POSTING
from tests.support.template import ROOT, function_environment, routes

MAX_RATIO = 1.15
TARGET_RATIO = 1.05
RUNS = 31

_SCRIPT = ROOT / "bench" / "first_request.py"
_FLOOR = "bids"
"""The function whose event the floor serves."""

Items = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Case:
    """A function's first request, and the items in DynamoDB as attribute values."""

    function: str
    name: str
    event: dict[str, Any]
    items: Items


def run() -> Report:
    """Measure all functions behind the API."""
    report = Report(
        "cold_start",
        f"Cold start with the first request: milliseconds of processor time, medians of {RUNS}, alternating",
        ("function", "first request", "milliseconds", "of the floor", "limit", ""),
    )
    measured = {case.function: case for case in cases()}
    if missing := {function_of(*route) for route in routes()} - {*measured}:
        raise RuntimeError(f"no first request for {', '.join(sorted(missing))}")
    times: dict[str, list[float]] = {name: [] for name in ("", *sorted(measured))}
    for _ in range(RUNS):
        for name, taken in times.items():
            taken.append(processor_seconds(measured[name or _FLOOR], floor=not name))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    least = medians.pop("")
    report.add("the floor", measured[_FLOOR].name, round(least * 1000), 1.0, "", "")
    for name, median in medians.items():
        ratio = median / least
        verdict = report.check(name, ratio, MAX_RATIO)
        report.add(name, measured[name].name, round(median * 1000), round(ratio, 2), MAX_RATIO, verdict)
    report.notes.append(
        f"The goal is {TARGET_RATIO}. The floor: Powertools' resolver with validation, one pydantic model,"
    )
    report.notes.append(
        "botocore's DynamoDB client. Clients of other services are really made; their calls are answered."
    )
    return report


def cases() -> list[Case]:
    """A request of each function, with a body where the function has such a route."""
    now = clock.now()
    buyer, worker = Person("buyer-1", ("buyer",)), Person("worker-1", ("worker",))
    seller, admin = Person("seller-1", ("seller",)), Person("admin-1", ("admin",))
    names = settings()
    job = new_job(JobPosting.model_validate_json(json.dumps(POSTING)), buyer_id="buyer-1", buyer_name="Thandi", now=now)
    done = job.model_copy(update={"status": "completed", "worker_id": "worker-1", "completed_at": now})
    from khaya.jobs import store as jobs  # noqa: PLC0415

    users = {
        names.users_table: [
            {"userId": one.user_id, "createdAt": now, "phone": "+27821234567"} for one in (buyer, worker, seller, admin)
        ]
    }
    people: dict[str, list[Any]] = users | {
        names.profiles_table: [
            item_of(first_profile(one.user_id or "", "Thandi", [*one.roles], now))
            for one in (buyer, worker, seller, admin)
        ]
    }
    open_job = {names.jobs_table: [jobs._item(job)]}  # noqa: SLF001
    done_job = {names.jobs_table: [jobs._item(done)]}  # noqa: SLF001
    code = {
        names.referrals_table: [{"id": "code#BCDFGH", "code": "BCDFGH", "userId": "worker-1", "displayName": "Sipho"}]
    }
    reason = "It is not what it says."
    story = {"title": "How I began", "content": POSTING["description"] * 5, "type": "success"}
    return [
        _case(
            "PATCH",
            "/admin/users/{userId}",
            admin,
            "/admin/users/buyer-1",
            {"status": "suspended", "reason": reason},
            people,
        ),
        _case("POST", "/auth/codes", VISITOR, "/auth/codes", {"username": "+27821234567"}, people),
        _case("POST", "/jobs/{jobId}/bids", worker, f"/jobs/{job.id}/bids", OFFER, people | open_job),
        _case(
            "POST",
            "/credits/adjustments",
            admin,
            "/credits/adjustments",
            {"userId": "buyer-1", "amountCents": 500, "reason": "A gift of goodwill."},
            people,
        ),
        _case("POST", "/jobs", buyer, "/jobs", POSTING, people),
        _case("POST", "/listings", seller, "/listings", OFFERING, people),
        _case("PUT", "/notifications/preferences", buyer, "/notifications/preferences", {"language": "zu"}, people),
        _case("GET", "/health", VISITOR, "/health", None, people),
        _case(
            "PATCH", "/profiles/me", worker, "/profiles/me", {"bio": "Plumber in Durban.", "yearsExperience": 5}, people
        ),
        _case("POST", "/referrals/applications", buyer, "/referrals/applications", {"code": "BCDFGH"}, people | code),
        _case("POST", "/reports", buyer, "/reports", {"kind": "profile", "id": "worker-1", "reason": reason}, people),
        _case(
            "POST",
            "/jobs/{jobId}/reviews",
            buyer,
            f"/jobs/{job.id}/reviews",
            {"rating": 5, "comment": "Well done."},
            people | done_job,
        ),
        _case("POST", "/stories", worker, "/stories", story, people),
        _case(
            "POST",
            "/uploads",
            buyer,
            "/uploads",
            {"purpose": "profile", "contentType": "image/jpeg", "sizeBytes": 1000},
            people,
        ),
        *_money_cases(job, people, buyer, admin, now),
    ]


def _money_cases(job: Job, people: dict[str, list[Any]], buyer: Person, admin: Person, now: str) -> list[Case]:
    """Requests that change money's items and call no payment provider."""
    from khaya.escrows import store as escrows  # noqa: PLC0415
    from khaya.jobs import store as jobs  # noqa: PLC0415
    from khaya.payouts import store as payouts  # noqa: PLC0415
    from khaya.reconciliation import store as reconciliation  # noqa: PLC0415

    amounts = amounts_of(100_000, Terms())
    escrow = progress.new_escrow(
        job_id=job.id,
        job_title=job.title,
        buyer_id="buyer-1",
        worker_id="worker-1",
        amounts=amounts,
        terms=Terms(),
        timeline_days=3,
        now=now,
    )
    paid = progress.started(progress.captured(escrow, 31_500, now), now)
    begun = job.model_copy(update={"payment": "escrow", "status": "in_progress", "worker_id": "worker-1"})
    payout = new_withdrawal(entry_id="01JCZX3V9T6V5Y8Q2M4N7B1KDE", user_id="worker-1", amount_cents=5_000, now=now)
    difference = difference_of(Finding("movement", "escrow:job:end", "other_amount", 1, 2), now)
    names = settings()
    reason = "It was looked into by an admin."
    return [
        _case(
            "POST",
            "/jobs/{jobId}/escrow/dispute",
            buyer,
            f"/jobs/{job.id}/escrow/dispute",
            {"reason": reason},
            people | {names.jobs_table: [jobs._item(begun)], names.escrows_table: [escrows._item(paid)]},  # noqa: SLF001
        ),
        _case(
            "POST",
            "/admin/payouts/{payoutId}/decision",
            admin,
            f"/admin/payouts/{payout.id}/decision",
            {"decision": "hold", "reason": reason},
            people | {names.payouts_table: [payouts._item(payout)]},  # noqa: SLF001
        ),
        _case(
            "POST",
            "/admin/payments/differences/{differenceId}/closing",
            admin,
            f"/admin/payments/differences/{difference.id}/closing",
            {"reason": reason},
            people | {names.books_table: [reconciliation._item(difference)]},  # noqa: SLF001
        ),
    ]


def _case(method: str, route: str, person: Person, path: str, body: Any, items: Items) -> Case:
    resource, parameters = matched(method, path)
    headers = {"Idempotency-Key": "00000000-0000-4000-8000-000000000000"} if method == "POST" else {}
    event = person.event(method, path, resource, parameters, body, headers=headers)
    return Case(function_of(method, resource), f"{method} {route}", event, typed_items(items))


@cache
def _layers() -> list[Path]:
    return [layers.own(), layers.paper(), layers.dependencies(), layers.runtime()]


def processor_seconds(case: Case, *, floor: bool = False) -> float:
    """Seconds of processor time that a fresh interpreter takes for a function's import and request, or for the floor.

    Raises:
        RuntimeError: the interpreter failed, or the request was refused.
    """
    own, *shared = _layers()
    path = shared if floor else [ROOT / "functions" / case.function, own, *shared, ROOT]
    variables = function_environment() | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(str(folder) for folder in path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_DEFAULT_REGION": "af-south-1",
        "AWS_REGION": "af-south-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "POWERTOOLS_SERVICE_NAME": "bench",
        "POWERTOOLS_METRICS_NAMESPACE": "Khaya",
    }
    command = [sys.executable, "-S", "-P", str(_SCRIPT), "floor" if floor else "function"]
    given = json.dumps({"event": case.event, "items": case.items})
    process = subprocess.Popen(
        [*command, given], env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None  # noqa: S101 - it is a pipe
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command[3:])} of {case.function} failed: {said[-2000:]}")
    return used.ru_utime + used.ru_stime
