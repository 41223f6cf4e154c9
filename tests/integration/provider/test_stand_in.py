"""The stand-in of the payment provider: its checkout page, what it can be told, and what it keeps."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import pytest
import requests

from khaya.provider.model import BankAccount, PayoutRequest
from local import paystack, providers
from local.paystack.pages import CONTROL
from local.paystack.stand_in import StandIn
from tests.integration.provider.conftest import IDENTITY, RETURN_URL, TODAY, Provider
from tests.integration.provider.test_methods import PAYOUT, REFERENCE

KEY = {"Authorization": f"Bearer {paystack.KEY}"}


def press(url: str, outcome: str, card: str = "card-1") -> requests.Response:
    """Press a button on the checkout page."""
    return requests.post(url, data={"outcome": outcome, "card": card}, timeout=5, allow_redirects=False)


def status(provider: Provider, reference: str = REFERENCE) -> str:
    (found,) = [one for one in provider.books()["collections"] if one["reference"] == reference]
    return str(found["status"])


def test_a_person_pays_in_a_browser_and_comes_back(provider: Provider) -> None:
    url = provider.checkout(REFERENCE)
    page = requests.get(url, timeout=5)
    # given a page that works without scripts and fetches nothing from elsewhere
    assert "315.00" in page.text
    assert REFERENCE in page.text
    assert not re.search(r"<script|src=|<link|@import", page.text)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    # when the person pays
    answer = press(url, "success")
    # then the browser goes back with the reference
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{RETURN_URL}?trxref={REFERENCE}&reference={REFERENCE}"
    assert status(provider) == "success"
    # and the page takes no second payment
    assert "<form" not in requests.get(url, timeout=5).text
    press(url, "failed")
    assert status(provider) == "success"


def test_a_person_pays_by_bank_transfer(provider: Provider) -> None:
    url = provider.checkout(REFERENCE)
    answer = requests.post(url, data={"outcome": "success", "channel": "eft"}, timeout=5, allow_redirects=False)
    assert answer.status_code == 303
    found = provider.port.find_collection(REFERENCE)
    assert found is not None
    assert (found.state, found.card) == ("paid", None)


@pytest.mark.parametrize(
    ("outcome", "said"), [("failed", "declined"), ("abandoned", "Nothing was paid"), ("ongoing", "bank")]
)
def test_a_person_fails_leaves_or_waits_and_pays_late(provider: Provider, outcome: str, said: str) -> None:
    url = provider.checkout(REFERENCE)
    assert said in press(url, outcome).text
    assert status(provider) == outcome
    provider.later(days=4)
    assert press(url, "success").status_code == 303
    assert status(provider) == "success"


def test_an_unknown_checkout_and_an_unknown_button_change_nothing(provider: Provider) -> None:
    url = provider.checkout(REFERENCE)
    assert press(url, "steal").status_code == 200
    assert press(url, "").status_code == 200
    assert requests.get(f"{provider.base}/checkout/unknown", timeout=5).status_code == 404
    assert status(provider) == "abandoned"


def test_what_people_wrote_is_escaped_on_the_page(provider: Provider) -> None:
    body = {
        "email": "a@b.co",
        "amount": 100,
        "reference": "x" * 20,
        "callback_url": 'http://x/"><script>alert(1)</script>',
    }
    link = requests.post(f"{provider.base}/transaction/initialize", json=body, headers=KEY, timeout=5).json()
    assert "<script" not in requests.get(link["data"]["authorization_url"], timeout=5).text


def test_the_start_page_lists_every_call(provider: Provider) -> None:
    page = requests.get(provider.base, timeout=5).text
    for call, _, _ in CONTROL:
        assert f"<code>{call}</code>" in page
    for call in (
        *("collections/{reference}", "transfers/{reference}", "refunds/{id}", "chargebacks", "chargebacks/{id}"),
        *("settlements", "mode", "webhooks"),
    ):
        assert f"POST /_control/{call}" in page
    assert "GET /_control/books" in page


def test_the_books_show_reference_amount_and_status_of_everything(provider: Provider) -> None:
    provider.funded()
    provider.paid(REFERENCE)
    provider.port.pay_out(provider.payout(PAYOUT))
    provider.port.refund(provider.refund(REFERENCE))
    provider.control("chargebacks", reference=REFERENCE)
    books = provider.books()
    assert set(books) == {"collections", "transfers", "refunds", "chargebacks", "settlements", "balanceCents"}
    shown: dict[str, list[Any]] = {
        name: [(one["reference"], one["amountCents"], one["status"]) for one in found]
        for name, found in books.items()
        if name not in ("balanceCents", "settlements")
    }
    assert shown == {
        "collections": [("collection-that-funds-1", 10_000_000, "success"), (REFERENCE, 31_500, "success")],
        "transfers": [(PAYOUT, 29_925, "pending")],
        "refunds": [(REFERENCE, 10_000, "pending")],
        "chargebacks": [(REFERENCE, 31_500, "awaiting-merchant-feedback")],
    }
    (settlement,) = books["settlements"]
    assert settlement["collections"] == ["collection-that-funds-1"]
    assert books["balanceCents"] == settlement["amountCents"] - 29_925 - 345 - 10_000


@pytest.mark.parametrize(
    ("call", "told", "expected"),
    [
        ("collections/unknown-reference-1", {"outcome": "success"}, 404),
        (f"collections/{REFERENCE}", {"outcome": "stolen"}, 400),
        (f"collections/{REFERENCE}", {"outcome": "success", "amountCents": -1}, 400),
        (f"collections/{REFERENCE}", {"outcome": "success", "amountCents": "1"}, 400),
        (f"collections/{REFERENCE}", {"outcome": "success", "currency": "rand"}, 400),
        (f"collections/{REFERENCE}", {"outcome": "success", "card": 7}, 400),
        ("collections", {"outcome": "success"}, 404),
        ("transfers/unknown", {"outcome": "success"}, 404),
        ("transfers/unknown", {"outcome": "blocked"}, 400),
        ("refunds/1", {"outcome": "processed"}, 404),
        ("refunds/x", {"outcome": "processed"}, 404),
        ("refunds/1", {}, 400),
        ("chargebacks", {"reference": "unknown"}, 404),
        ("chargebacks", {"reference": REFERENCE}, 409),
        ("chargebacks/1", {"outcome": "won"}, 404),
        ("chargebacks/1", {"outcome": "drawn"}, 400),
        ("mode", {"mode": "asleep"}, 400),
        ("webhooks", {"repeat": -1}, 400),
        ("webhook", {}, 400),
        ("age", {"hours": 0}, 400),
        ("age", {"hours": "1"}, 400),
        ("unknown", {}, 404),
    ],
)
def test_what_makes_no_sense_is_refused(provider: Provider, call: str, told: dict[str, Any], expected: int) -> None:
    provider.checkout(REFERENCE)
    before = provider.books()
    assert requests.post(f"{provider.base}/_control/{call}", json=told, timeout=5).status_code == expected
    assert requests.post(f"{provider.base}/_control/{call}", data=b"no JSON", timeout=5).status_code == 400
    assert provider.books() == before


def test_what_has_ended_does_not_end_otherwise(provider: Provider) -> None:
    provider.funded()
    provider.port.pay_out(provider.payout(PAYOUT))
    provider.control(f"transfers/{PAYOUT}", outcome="failed")
    for call, told in (
        (f"transfers/{PAYOUT}", {"outcome": "success"}),
        ("collections/collection-that-funds-1", {"outcome": "failed"}),
    ):
        assert requests.post(f"{provider.base}/_control/{call}", json=told, timeout=5).status_code == 409


def test_a_card_that_takes_no_refund_refuses_the_first_and_takes_the_second(provider: Provider) -> None:
    # given
    provider.funded()
    provider.paid(REFERENCE, card="card of a bank with no refund")
    # when
    first = provider.port.refund(provider.refund(REFERENCE, "refund-00000001"))
    provider.later(seconds=2)
    second = provider.port.refund(provider.refund(REFERENCE, "refund-00000002"))
    provider.later(seconds=2)
    # then
    found = [provider.port.find_refund(one.provider_id) for one in (first, second)]
    assert [one.state for one in found if one] == ["failed", "paid"]


def test_an_account_that_takes_no_transfers_gives_the_money_back(provider: Provider) -> None:
    # given
    provider.funded()
    before = provider.books()["balanceCents"]
    recipient = provider.port.make_recipient(BankAccount("470010", "62834756213", "Thandi Mokoena", IDENTITY))
    # when
    provider.port.pay_out(PayoutRequest(PAYOUT, 29_925, recipient.code, "Khaya job"))
    provider.later(seconds=2)
    # then
    found = provider.port.find_payout(PAYOUT)
    assert found is not None
    assert found.state == "failed"
    assert provider.books()["balanceCents"] == before


def test_money_for_nothing_known_can_be_collected(provider: Provider) -> None:
    provider.control("collections/reference-of-nobody", outcome="success", amountCents=12_300)
    found = provider.port.find_collection("reference-of-nobody")
    assert found is not None
    assert (found.state, found.amount_cents) == ("paid", 12_300)


def test_older_books_are_older(provider: Provider) -> None:
    provider.paid(REFERENCE)
    provider.control("settlements")
    provider.control("chargebacks", reference=REFERENCE)
    provider.control("age", hours=49)
    found = provider.port.find_collection(REFERENCE)
    assert found is not None
    assert found.paid_at == "2026-11-19T07:00:00.000Z"
    assert provider.port.find_collections(TODAY) == ()
    (settlement,) = provider.port.settlements("2026-11-19")
    assert settlement.settled_on == "2026-11-19"
    # and what was due meanwhile has happened
    provider.later(seconds=1)
    (chargeback,) = provider.port.find_chargebacks("2026-11-01")
    assert chargeback.state == "lost"


def test_everything_is_settled_every_minute() -> None:
    seconds = [0.0]
    stand_in = StandIn(clock=lambda: seconds[0])
    stand_in.books.end_checkout(stand_in.books.open_checkout(REFERENCE, 31_500, "ZAR", "a@b.co", ""), "success")
    stand_in.go_on()
    assert stand_in.books.balance == 0
    seconds[0] = 60
    stand_in.go_on()
    assert stand_in.books.balance == 31_500 - 1_166


def test_other_currencies_are_settled_by_themselves(provider: Provider) -> None:
    provider.paid("collection-number-1")
    provider.checkout("collection-number-2")
    provider.control("collections/collection-number-2", outcome="success", currency="USD")
    provider.control("settlements")
    assert {one.currency for one in provider.port.settlements(TODAY)} == {"ZAR", "USD"}
    assert provider.port.balance().amount_cents == 31_500 - 1_166


def test_the_books_are_kept_over_a_restart(tmp_path: Path, provider: Provider) -> None:
    # given books in a folder
    file = tmp_path / "data" / "paystack.json"
    provider.server.paystack = provider.stand_in = StandIn(file)
    provider.funded()
    provider.paid(REFERENCE)
    provider.port.pay_out(provider.payout(PAYOUT))
    provider.port.refund(provider.refund(REFERENCE))
    provider.control("chargebacks", reference=REFERENCE)
    provider.control("webhook", url="http://application.invalid")
    before = provider.books()
    # when the stand-in starts again
    provider.server.paystack = provider.stand_in = StandIn(file)
    # then they are as they were, and go on
    assert provider.books() == before
    assert provider.stand_in.books.webhook == "http://application.invalid"
    assert provider.checkout("collection-number-9")
    numbers = [one["id"] for one in provider.books()["collections"]]
    assert len(set(numbers)) == len(numbers)


def test_a_server_keeps_the_books_in_the_folder_of_the_data(tmp_path: Path) -> None:
    for expected in (404, 409):
        server = providers.Server(0, data=tmp_path)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        told = {"outcome": "success", "amountCents": 100}
        found = requests.post(f"{base}/_control/chargebacks", json={"reference": REFERENCE}, timeout=5)
        again = requests.post(f"{base}/_control/collections/{REFERENCE}", json=told, timeout=5)
        assert (found.status_code if expected == 404 else again.status_code) == expected
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "/transaction/initialize", {"amount": 100}, 400),
        ("POST", "/transaction/initialize", {"email": "nobody", "amount": 100}, 400),
        ("POST", "/transaction/initialize", {"email": "a@b.co", "amount": "R1"}, 400),
        ("POST", "/transaction/initialize", {"email": "a@b.co", "amount": 100, "currency": "EUR"}, 400),
        ("POST", "/transaction/initialize", {"email": "a@b.co", "amount": 100, "channels": ["cash"]}, 400),
        ("POST", "/transaction/initialize", {"email": "a@b.co", "amount": "100"}, 200),
        ("POST", "/bank/validate", {"account_number": "62834756210"}, 400),
        ("POST", "/transferrecipient", {"type": "nuban", "name": "T", "account_number": "62834756210"}, 400),
        ("POST", "/transfer", {"source": "balance", "amount": 100, "recipient": "RCP_0", "reference": "x" * 16}, 400),
        ("POST", "/transfer", {"source": "balance", "amount": 100, "recipient": "RCP_0", "reference": "short"}, 400),
        ("POST", "/refund", {"transaction": "unknown"}, 404),
        ("POST", "/refund/retry_with_customer_details/1", {}, 404),
        ("GET", "/refund?perPage=0", None, 400),
        ("GET", "/refund?perPage=x", None, 400),
        ("GET", "/settlement/1/transactions", None, 404),
        ("GET", "/dispute/1", None, 404),
        ("PUT", "/dispute/1/resolve", {}, 404),
        ("GET", "/balance/ledger", None, 404),
    ],
)
def test_the_api_refuses_what_is_not_documented(
    provider: Provider, method: str, path: str, body: dict[str, Any] | None, expected: int
) -> None:
    answer = requests.request(method, f"{provider.base}{path}", json=body, headers=KEY, timeout=5)
    assert answer.status_code == expected
    assert answer.json()["status"] == (expected == 200)
    # and nothing without the key
    without = requests.request(method, f"{provider.base}{path}", json=body, timeout=5)
    assert (without.status_code, without.json()["message"]) == (401, "Invalid key")


def test_the_limit_of_calls_stands_in_the_headers(provider: Provider) -> None:
    answer = requests.get(f"{provider.base}/balance", headers=KEY, timeout=5)
    assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == ("600", "599")
    provider.mode("up", callsPerMinute=1)
    refused = requests.get(f"{provider.base}/balance", headers=KEY, timeout=5)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert refused.headers["x-ratelimit-remaining"] == "0"
