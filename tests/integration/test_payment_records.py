"""What buyers and workers see of their money: lists, statements, receipts and invoices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from khaya.platform.aws import files
from khaya.platform.base.settings import settings
from tests.conftest import Clock
from tests.support.client import Answer, Person
from tests.support.escrow import BALANCE, DEPOSIT, EARNED, agreed, check_out, pay
from tests.support.money import check_books, everything
from tests.support.provider import FakeProvider
from tests.support.records import profile
from tests.support.stand_in import stored
from tests.support.uploads import uploaded


@pytest.fixture(autouse=True)
def books_balance() -> Iterator[None]:
    yield
    check_books(stored("credits"))


@pytest.fixture(autouse=True)
def people(fake: FakeProvider) -> None:
    profile("buyer-1", display_name="Thandi Ngcobo", phone="+27712345678", roles=["buyer"])
    profile("worker-1", display_name="Sipho (Pty) Ltd", phone="+27712345679", roles=["worker"])


def released(buyer: Person, worker: Person, fake: FakeProvider, cents: int = 100_000) -> str:
    job_id = agreed(buyer, worker, cents)
    pay(buyer, fake, job_id, "deposit")
    photo = uploaded(worker, "submission")
    assert worker.post(f"/jobs/{job_id}/submission", {"note": "Done.", "photos": [photo]}).status == 200
    pay(buyer, fake, job_id, "balance")
    assert buyer.post(f"/jobs/{job_id}/completion").status == 200
    return job_id


def cancelled(buyer: Person, worker: Person, fake: FakeProvider) -> str:
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    assert buyer.post(f"/jobs/{job_id}/cancellation", {"reason": "Not needed any more."}).status == 200
    return job_id


def items(person: Person, path: str, **query: str) -> list[dict[str, Any]]:
    answer = person.get(path, query=query)
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = answer.body["items"]
    return found


def text_of(answer: Answer) -> str:
    """The text of the PDF to which an answer links."""
    assert answer.status == 303, answer.text
    path = unquote(urlsplit(answer.headers["Location"]).path).lstrip("/")
    raw = files.read(path)
    assert raw.startswith(b"%PDF-")
    assert raw.rstrip().endswith(b"%%EOF")
    return "\n".join(part.decode("cp1252") for part in re.findall(rb"\((.*)\) Tj", raw))


def test_a_buyer_sees_payments_and_refunds_newest_first(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    done = released(buyer, worker, fake)
    clock.tick(days=1)
    gone = cancelled(buyer, worker, fake)
    found = items(buyer, "/payments/mine")
    assert [one["at"] for one in found] == sorted((one["at"] for one in found), reverse=True)
    assert sorted((one["jobId"], one["kind"], one["amountCents"], one["reason"] or "") for one in found) == sorted(
        [
            (gone, "refund", DEPOSIT, "cancelled"),
            (gone, "deposit", DEPOSIT, ""),
            (done, "balance", BALANCE, ""),
            (done, "deposit", DEPOSIT, ""),
        ]
    )
    assert {one["keptCents"] for one in found} == {0}
    assert items(worker, "/payments/mine") == []


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_hold_every_payment_once(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock, limit: int
) -> None:
    for _ in range(3):
        cancelled(buyer, worker, fake)
        clock.tick(days=40)
    whole = everything(buyer, "/payments/mine")
    paged = everything(buyer, "/payments/mine", limit=limit)
    assert paged == whole
    assert len({one["id"] for one in paged}) == len(paged) == 6


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 4),
        ({"from": "2026-11-21"}, 4),
        ({"from": "2026-11-22"}, 2),
        ({"to": "2026-11-21"}, 2),
        ({"from": "2026-11-21", "to": "2026-11-21"}, 2),
        ({"from": "2026-12-01"}, 0),
        ({"to": "2026-11-20"}, 0),
    ],
)
def test_dates_bound_the_list_and_the_statement(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock, query: dict[str, str], count: int
) -> None:
    cancelled(buyer, worker, fake)
    clock.tick(hours=14)  # 22:00 UTC: the next day in South Africa
    cancelled(buyer, worker, fake)
    assert len(items(buyer, "/payments/mine", **query)) == count
    statement = buyer.get("/payments/statement.csv", query=query)
    assert len(statement.text.strip().splitlines()) == count + 1


def test_dates_that_are_none_or_in_the_wrong_order_are_refused(buyer: Person) -> None:
    for path in ("/payments/mine", "/earnings/mine", "/payments/statement.csv", "/earnings/statement.csv"):
        assert buyer.get(path, query={"from": "2026-13-01"}).status == 422
        assert buyer.get(path, query={"from": "2026-11-02", "to": "2026-11-01"}).status == 422


def test_a_payment_that_comes_too_late_shows_that_it_goes_back(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    from khaya.collections import service as collections  # noqa: PLC0415
    from khaya.platform.base import clock as khaya_clock  # noqa: PLC0415

    job_id = agreed(buyer, worker)
    reference = check_out(buyer, job_id, "deposit").body["reference"]
    assert buyer.post(f"/jobs/{job_id}/cancellation", {"reason": "Not needed any more."}).status == 200
    fake.pay(reference)
    collections.apply(reference, khaya_clock.now())
    (found,) = items(buyer, "/payments/mine")
    assert (found["status"], found["reason"]) == ("returned", "late")
    assert "goes back to you" in text_of(buyer.get(f"/payments/{reference}/receipt"))


def test_a_worker_sees_earnings_with_fee_and_payout(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = released(buyer, worker, fake)
    (found,) = items(worker, "/earnings/mine")
    wanted = {"jobId": job_id, "amountCents": 100_000, "feeCents": 5_000, "payoutCents": EARNED}
    assert {name: found[name] for name in wanted} == wanted
    assert found["payoutStatus"] == "pending"
    assert items(buyer, "/earnings/mine") == []
    lines = worker.get("/earnings/statement.csv").text.strip().splitlines()
    assert lines[0].lstrip("\ufeff").startswith("id,at,jobId,jobTitle,amountCents,feeCents,payoutCents")
    assert ",100000,5000,95000,pending," in lines[1]


def test_formulas_in_titles_are_neutralised(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    from tests.support.records import accept, place_bid, post_job  # noqa: PLC0415

    job_id = post_job(buyer, payment="escrow", budgetCents=100_000, title='=HYPERLINK("x") Fix a tap')
    accept(buyer, place_bid(worker, job_id, amountCents=100_000))
    pay(buyer, fake, job_id)
    statement = buyer.get("/payments/statement.csv").text
    assert "'=HYPERLINK" in statement
    assert f",{DEPOSIT}," in statement


def test_a_receipt_is_made_for_its_buyer_only(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = agreed(buyer, worker)
    reference = pay(buyer, fake, job_id)
    text = text_of(buyer.get(f"/payments/{reference}/receipt"))
    for part in ("Receipt", "Thandi Ngcobo", "Khaya", "Deposit", "R315", reference, "2026-11-21"):
        assert part in text
    assert "Tax invoice" not in text
    assert worker.get(f"/payments/{reference}/receipt").status == 404
    assert buyer.get("/payments/none-at-all/receipt").status == 404


def test_a_refund_has_a_receipt(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = cancelled(buyer, worker, fake)
    text = text_of(buyer.get(f"/payments/refund-{job_id}/receipt"))
    assert text.startswith("Refund")
    assert "R315" in text
    assert worker.get(f"/payments/refund-{job_id}/receipt").status == 404


def test_invoices_are_numbered_without_gaps_and_keep_their_number(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    numbers = []
    for number in range(3):
        job_id = released(buyer, Person(f"worker-{number + 1}", ("worker",)), fake)
        person = Person(f"worker-{number + 1}")
        first = text_of(person.get(f"/earnings/job-{job_id}/invoice"))
        again = text_of(person.get(f"/earnings/job-{job_id}/invoice"))
        assert first == again
        numbers.append(re.findall(r"\d{4}-\d{6}", first)[0])
        clock.tick(hours=2)
    assert numbers == ["2026-000001", "2026-000002", "2026-000003"]
    clock.tick(days=60)
    job_id = released(buyer, Person("worker-4", ("worker",)), fake)
    text = text_of(Person("worker-4").get(f"/earnings/job-{job_id}/invoice"))
    assert "2027-000001" in text
    assert worker.get(f"/earnings/job-{job_id}/invoice").status == 404


def test_an_invoice_shows_fee_and_vat(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = released(buyer, worker, fake)
    text = text_of(worker.get(f"/earnings/job-{job_id}/invoice"))
    for part in ("Tax invoice", "Sipho", "R50", "R43.48", "R6.52", "R950"):
        assert part in text


def test_the_receipt_of_the_last_payment_has_the_invoice_of_the_buyers_fee(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    job_id = released(buyer, worker, fake)
    (balance,) = [one["id"] for one in items(buyer, "/payments/mine") if one["kind"] == "balance"]
    text = text_of(buyer.get(f"/payments/{balance}/receipt"))
    for part in ("Receipt", "Tax invoice", "Service fee of the buyer", "R43.48", "R6.52"):
        assert part in text
    assert job_id.lower() in balance


def test_papers_are_writes_for_the_limit_of_a_minute_and_during_maintenance(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = released(buyer, worker, fake)
    clock.tick(minutes=2)
    for person, path in ((worker, f"/earnings/job-{job_id}/invoice"), (buyer, "/payments/none-at-all/receipt")):
        answers = [person.get(path) for _ in range(settings().writes_per_minute + 1)]
        assert {answer.status for answer in answers[:-1]} <= {303, 404}
        assert (answers[-1].status, answers[-1].body["code"]) == (429, "too_many_changes")
        clock.tick(minutes=2)
        with monkeypatch.context() as patch:
            patch.setenv("MAINTENANCE", "true")
            settings.cache_clear()
            assert person.get(path).status == 503
        settings.cache_clear()
