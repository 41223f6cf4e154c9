"""Work per warm request: our handler, the same route on FastAPI and on a bare resolver, with a stubbed client."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.report import Report
from bench.stub import stubbed
from khaya.bids import store as bids
from khaya.bids.model import BidOffer, new_bid
from khaya.jobs import store as jobs
from khaya.jobs.model import JobPosting, new_job
from khaya.platform.base import clock
from khaya.platform.base.models import item_of
from khaya.platform.base.settings import settings
from khaya.profiles.model import first_profile
from tests.support.client import VISITOR, Context, Person, app, function_of, matched

MAX_OF_FASTAPI = 1 / 3
MAX_OF_BARE = 2.0
ROUNDS = 150
CALLS = 10
"""The number of calls of a handler in one round. The handlers alternate by round."""

POSTING: dict[str, Any] = {
    "title": "Fix a leaking tap",
    "description": "The kitchen tap drips all night long. It has a single lever, and the valve under the sink works. "
    * 3,
    "category": "plumbing",
    "budgetCents": 50_000,
    "location": "Durban North",
    "coordinates": {"lat": -29.85, "lng": 31.02},
}
OFFER = {"amountCents": 40_000, "timelineDays": 3, "proposal": "I can come tomorrow morning and bring the parts."}


@dataclass(frozen=True)
class Case:
    """A request, and the items in DynamoDB."""

    name: str
    event: dict[str, Any]
    function: str
    items: Mapping[str, list[Mapping[str, Any]]]
    status: int = 200


def run() -> Report:
    """Measure all cases."""
    from bench import rivals  # noqa: PLC0415 - only this benchmark needs FastAPI

    report = Report(
        "warm",
        "Work per warm request: processor time in microseconds over a stubbed DynamoDB client",
        ("route", "Khaya", "FastAPI", "bare", "of FastAPI", "limit", "of bare", "limit", ""),
    )
    fastapi, bare = rivals.on_fastapi(), rivals.on_bare_resolver()
    for case in cases():
        with stubbed(case.items), _quiet():
            ours, theirs, least = _measured(case, app(case.function).handler, fastapi, bare)
        verdicts = {
            report.check(f"{case.name} against FastAPI", ours / theirs, MAX_OF_FASTAPI),
            report.check(f"{case.name} against the bare resolver", ours / least, MAX_OF_BARE),
        }
        times = [round(figure * 1e6) for figure in (ours, theirs, least)]
        ratios = [round(ours / theirs, 2), round(MAX_OF_FASTAPI, 2), round(ours / least, 2), MAX_OF_BARE]
        report.add(case.name, *times, *ratios, "ok" if verdicts == {"ok"} else "TOO MUCH")
    report.notes.append("Ours runs the account guard, writes its log line and supports idempotent replay.")
    return report


def cases() -> list[Case]:
    """The five measured requests."""
    now = clock.now()
    buyer, worker = Person("buyer-1", ("buyer",)), Person("worker-1", ("worker",))
    posting = JobPosting.model_validate_json(json.dumps(POSTING))
    page = [new_job(posting, buyer_id="buyer-1", buyer_name="Thandi", now=now) for _ in range(21)]
    offer = BidOffer.model_validate_json(json.dumps(OFFER))
    bid = new_bid(offer, page[0], worker_id="worker-1", worker_name="Sipho", now=now)
    names = settings()
    people: dict[str, list[Mapping[str, Any]]] = {
        names.users_table: [{"userId": name, "phone": "+27821234567"} for name in ("buyer-1", "worker-1")],
        names.profiles_table: [
            item_of(first_profile("buyer-1", "Thandi", ["buyer"], now)),
            item_of(first_profile("worker-1", "Sipho", ["worker"], now)),
        ],
    }
    job_items: dict[str, list[Mapping[str, Any]]] = {names.jobs_table: [jobs._item(job) for job in page]}  # noqa: SLF001
    bid_items: dict[str, list[Mapping[str, Any]]] = {names.bids_table: [bids._item(bid)]}  # noqa: SLF001
    job, one_bid = f"/jobs/{page[0].id}", f"/bids/{bid.id}"
    return [
        _case("POST /jobs", buyer, "/jobs", POSTING, people, 201),
        _case("GET /jobs/{jobId}", VISITOR, job, None, people | job_items),
        _case("GET /jobs", VISITOR, "/jobs", None, people | job_items),
        _case("POST /jobs/{jobId}/bids", worker, f"{job}/bids", OFFER, people | job_items, 201),
        _case("POST /bids/{bidId}/acceptance", buyer, f"{one_bid}/acceptance", None, people | job_items | bid_items),
    ]


def _case(
    name: str,
    person: Person,
    path: str,
    body: Any,
    items: Mapping[str, list[Mapping[str, Any]]],
    status: int = 200,
) -> Case:
    method = name.split(maxsplit=1)[0]
    resource, parameters = matched(method, path)
    event = person.event(method, path, resource, parameters, body, headers=_HEADERS | _token(person))
    event["requestContext"] |= _CONTEXT | {"httpMethod": method, "resourcePath": resource}
    return Case(name, event, function_of(method, resource), items, status)


_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate, br",
    "Host": "api.example.com",
    "Origin": "http://localhost:3000",
    "User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36",
    "X-Amzn-Trace-Id": "Root=1-6743e3a0-000000000000000000000000",
    "X-Forwarded-For": "196.25.1.1, 130.176.1.1",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
}
_CONTEXT = {
    "accountId": "123456789012",
    "apiId": "abcdefghij",
    "domainName": "api.example.com",
    "identity": {"sourceIp": "196.25.1.1", "userAgent": "Mozilla/5.0"},
    "protocol": "HTTP/1.1",
    "requestTimeEpoch": 1_795_251_600_000,
}


def _token(person: Person) -> dict[str, str]:
    """A header with a token as long as Cognito's. It is not read behind the gateway."""
    return {"Authorization": f"Bearer {'x' * 900}"} if person.user_id else {}


def _measured(case: Case, *handlers: Callable[[dict[str, Any], Any], Any]) -> list[float]:
    """The processor time in seconds per call of each handler, in its fastest round."""
    for handler in handlers:
        answer = handler(dict(case.event), Context())
        if answer["statusCode"] != case.status:
            raise RuntimeError(f"{case.name} answered {answer['statusCode']}: {answer['body']}")
    times: list[list[float]] = [[] for _ in handlers]
    for _ in range(ROUNDS):
        for handler, taken in zip(handlers, times, strict=True):
            started = time.process_time()
            for _ in range(CALLS):
                handler(dict(case.event), Context())
            taken.append((time.process_time() - started) / CALLS)
    return [min(taken) for taken in times]


@contextmanager
def _quiet() -> Iterator[None]:
    """Discard log output, which is still formatted and written."""
    sys.stdout.flush()
    kept = os.dup(1)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            sys.stdout.flush()
            os.dup2(kept, 1)
            os.close(kept)
