"""Many consumers at one payout, refund or account at once: sent once, booked once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from khaya.disbursements import payouts, refunds
from khaya.payout_accounts import service as accounts
from khaya.payout_accounts import store as account_store
from khaya.payouts import store as payout_store
from khaya.platform.base import clock
from khaya.platform.base.errors import WriteConflict
from khaya.platform.data.unit_of_work import connect
from khaya.platform.data.writes import plain_item
from khaya.refunds import store as refund_store
from tests.support.client import Person
from tests.support.money import check_books, grant, payout_account, withdraw
from tests.support.payments import ACCOUNT, cancel, deal, pay_all
from tests.support.provider import FakeProvider, fake_provider
from tests.support.records import profile
from tests.support.template import table_name

CONSUMERS = 32
WORKER = Person("worker-1", ("worker",), signed_in_at=10**10)


@pytest.fixture
def provider(engine: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    with fake_provider(monkeypatch) as fake:
        yield fake


def at_once(step: Callable[[], object]) -> None:
    """Take a step in 32 threads at once; one that loses every race comes again, as a message does."""

    def take(_: int) -> None:
        try:
            step()
        except WriteConflict:
            step()

    connect()
    with ThreadPoolExecutor(CONSUMERS) as threads:
        list(threads.map(take, range(CONSUMERS)))


def ledger(dynamodb: Any) -> dict[str, int]:
    rows = [
        plain_item(item)
        for page in dynamodb.get_paginator("scan").paginate(TableName=table_name("CreditsTable"))
        for item in page["Items"]
    ]
    return check_books(rows)


def test_32_consumers_at_one_payout_send_and_book_it_once(provider: FakeProvider, dynamodb: Any) -> None:
    # given a withdrawal
    profile("worker-1")
    grant("worker-1", 30_000)
    payout_account("worker-1")
    payout_id = withdraw(WORKER, 10_000).body["id"]
    # when 32 consumers send it at once, and then learn at once that it arrived
    at_once(lambda: payouts.process(payout_id, clock.now()))
    sent = payout_store.find(payout_id)
    assert sent is not None
    assert (sent.status, sent.attempt) == ("sent", 1)
    provider.decide_payout(sent.reference, "paid")
    at_once(lambda: payouts.process(payout_id, clock.now(), hinted=True))
    # then the money left once, and the ledger says so
    paid = payout_store.find(payout_id)
    assert paid is not None
    assert paid.status == "paid"
    assert (len(provider.payouts), provider.sent_cents) == (1, 10_000)
    assert ledger(dynamodb) == {"worker-1": 20_000}
    # and when it comes back, it is owed once
    provider.decide_payout(sent.reference, "returned")
    at_once(lambda: payouts.process(payout_id, clock.now(), hinted=True))
    returned = payout_store.find(payout_id)
    assert returned is not None
    assert (returned.status, returned.reason) == ("pending", "returned")
    assert ledger(dynamodb) == {"worker-1": 20_000}


def test_what_exceeds_the_limit_of_a_day_waits_also_when_sent_at_once(provider: FakeProvider, dynamodb: Any) -> None:
    # given ten withdrawals of R10,000
    profile("worker-1")
    grant("worker-1", 10_000_000)
    payout_account("worker-1")
    ids = [withdraw(WORKER, 1_000_000).body["id"] for _ in range(10)]
    # when they are sent at once
    connect()
    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda one: payouts.process(one, clock.now()), ids))
    # then five are sent, which is the limit, and the others wait for an admin
    found = [payout_store.find(one) for one in ids]
    assert sorted(one.status for one in found if one) == ["pending"] * 5 + ["sent"] * 5
    assert {one.reason for one in found if one and one.status == "pending"} == {"limit"}
    assert provider.sent_cents == 5_000_000
    ledger(dynamodb)


def test_32_consumers_at_one_refund_make_each_part_once(provider: FakeProvider, dynamodb: Any) -> None:
    profile("buyer-1")
    profile("worker-1")
    job_id = deal(known=True)
    pay_all(provider, job_id)
    cancel(job_id)
    provider.default_refund = "paid"
    for _ in range(3):
        at_once(lambda: refunds.process(job_id, clock.now(), hinted=True))
    found = refund_store.find(job_id)
    assert found is not None
    assert found.status == "paid"
    assert (len(provider.refunds), provider.refunded_cents) == (2, 105_000)
    ledger(dynamodb)


def test_32_consumers_at_one_account_verify_it_once(provider: FakeProvider) -> None:
    assert WORKER.put("/payouts/account", ACCOUNT).status == 202
    at_once(lambda: accounts.check("worker-1", clock.now()))
    found = account_store.find("worker-1")
    assert found is not None
    assert (found.verified, found.version) == (True, 2)
