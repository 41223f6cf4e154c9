"""Hostile answers of the payment provider: whatever comes back, only the errors of the port are raised."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from khaya.platform.aws import secrets
from khaya.platform.base import settings
from khaya.platform.work import http_calls
from khaya.provider import model
from khaya.provider.errors import ProviderError, ProviderUnavailable, RateLimited, Refused, TooLittleBalance, Unclear
from khaya.provider.paystack.adapter import Paystack
from local.paystack import answers
from local.paystack.books import Books

PORT = Paystack()
REFERENCE, PAYOUT, REFUND = "collection-number-1", "payout-number-000001", "refund-00000001"
ACCOUNT = model.BankAccount("470010", "62834756210", "Thandi Mokoena", "9001015800085")
EVIDENCE = model.ChargebackEvidence("A tap.", "Thandi", "thandi@example.org", "+27821234567", b"%PDF")
DAY = "2026-11-21"

READS: dict[str, Callable[[], Any]] = {
    "find_collection": lambda: PORT.find_collection(REFERENCE),
    "find_collections": lambda: PORT.find_collections(DAY),
    "find_refund": lambda: PORT.find_refund("1"),
    "find_refunds": lambda: PORT.find_refunds(DAY),
    "banks": PORT.banks,
    "find_payout": lambda: PORT.find_payout(PAYOUT),
    "find_payouts": lambda: PORT.find_payouts(DAY),
    "balance": PORT.balance,
    "settlements": lambda: PORT.settlements(DAY),
    "find_chargeback": lambda: PORT.find_chargeback("1"),
    "find_chargebacks": lambda: PORT.find_chargebacks(DAY),
}
WRITES: dict[str, Callable[[], Any]] = {
    "collect": lambda: PORT.collect(model.CheckoutRequest(REFERENCE, 31_500, "person-1", "https://app.example/")),
    "make_recipient": lambda: PORT.make_recipient(ACCOUNT),
    "pay_out": lambda: PORT.pay_out(model.PayoutRequest(PAYOUT, 29_925, "RCP_1", "Khaya")),
    "refund": lambda: PORT.refund(model.RefundRequest(REFUND, REFERENCE, 10_000)),
    "give_refund_account": lambda: PORT.give_refund_account("1", ACCOUNT),
    "contest": lambda: PORT.contest(model.ChargebackAnswer("1", 31_500, "No.", EVIDENCE)),
    "accept": lambda: PORT.contest(model.ChargebackAnswer("1", 31_500, "Yes.")),
}
CHECK = {"check_account": lambda: PORT.check_account(ACCOUNT)}
EVERY = {**READS, **WRITES, **CHECK}


def good_answers() -> list[Any]:
    """Data of each kind, as the provider documents it."""
    books = Books(lambda *_: None, lambda: datetime(2026, 11, 21, 8, tzinfo=UTC))
    paid = books.open_checkout(REFERENCE, 31_500, "ZAR", "thandi@example.org", "")
    books.end_checkout(paid, "success")
    (settlement,) = books.settle()
    refund = books.give_back(paid, 10_000, REFUND)
    chargeback = books.charge_back(paid)
    made = answers.new_refund(refund, paid)
    one = [
        {"authorization_url": "https://checkout.example/x", "access_code": "x", "reference": REFERENCE},
        answers.transaction(paid),
        answers.refund(refund, paid),
        made,
        answers.dispute(chargeback, paid),
        answers.settlement(settlement),
        {"signedUrl": "https://upload.example/x", "fileName": "x"},
        {"verified": True, "accountHolderMatch": True, "accountOpen": True},
        {"domain": "test", "recipient_code": "RCP_1"},
        {"domain": "test", "id": 1, "reference": PAYOUT, "status": "success", "amount": "29925", "currency": "ZAR"},
        {"currency": "ZAR", "balance": -5},
    ]
    return [*one, *([[item] for item in one]), answers.banks()]


GOOD = good_answers()
ODD = [None, True, False, 0, -1, 10**14, 1.5, 1e400, "", "0", "-1", "1e3", "٣", "x" * 3000, "live", "test", "resolved"]
leaf = st.one_of(
    st.sampled_from(ODD),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.datetimes().map(lambda at: at.isoformat()),
)
json_values = st.recursive(
    leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def spoil(value: Any, draw: st.DataObject) -> Any:
    """A copy in which one field is another, or missing."""
    value = copy.deepcopy(value)
    inside = value[0] if isinstance(value, list) and value else value
    if not isinstance(inside, dict) or not inside:
        return draw.draw(json_values)
    name = draw.draw(st.sampled_from(sorted(inside)))
    if draw.draw(st.booleans()):
        inside[name] = draw.draw(json_values)
    else:
        del inside[name]
    return value


def response(status: int, content: bytes, headers: dict[str, str] | None = None) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made._content = content
    made.headers = CaseInsensitiveDict(headers or {})
    return made


Next = Callable[[], requests.Response]


@pytest.fixture
def answer_with(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Next], None]]:
    """Sets what each request is answered with."""
    for name, value in {
        "PAYMENT_PROVIDER": "paystack",
        "PAYMENT_BASE_URL": "https://provider.example",
        "PAYMENT_SECRET_ARN": "payments",
        "PAYMENT_EMAIL_DOMAIN": "people.example",
        "PAYMENT_SETTLES_TO": "bank",
    }.items():
        monkeypatch.setenv(name, value)
    settings.settings.cache_clear()
    monkeypatch.setattr(secrets, "valid_versions", lambda _: iter(['{"secretKey": "sk_test_x"}']))

    def set_next(following: Next) -> None:
        monkeypatch.setattr(http_calls, "send", lambda *_, **__: following())

    yield set_next
    settings.settings.cache_clear()


def observe(name: str) -> None:
    """Call a method; only errors that the port names for it may come."""
    try:
        EVERY[name]()
    except ProviderUnavailable:
        pass
    except (Unclear, Refused):
        assert name in WRITES or name in CHECK
    except TooLittleBalance:
        assert name in ("pay_out", "refund")


@pytest.mark.parametrize("name", EVERY)
@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draw=st.data())
def test_only_the_ports_errors_come_of_spoiled_answers(
    answer_with: Callable[[Next], None], name: str, draw: st.DataObject
) -> None:
    def following() -> requests.Response:
        data = draw.draw(st.sampled_from(GOOD))
        if draw.draw(st.booleans()):
            data = spoil(data, draw)
        whole = {
            "status": True,
            "message": "",
            "data": data,
            "meta": draw.draw(st.sampled_from([{}, {"pageCount": 1}])),
        }
        return response(200, json.dumps(whole).encode())

    answer_with(following)
    observe(name)


@pytest.mark.parametrize("name", EVERY)
@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draw=st.data())
def test_only_the_ports_errors_come_of_any_answer(
    answer_with: Callable[[Next], None], name: str, draw: st.DataObject
) -> None:
    contents = st.one_of(
        st.binary(max_size=60),
        json_values.map(lambda value: json.dumps(value).encode()),
        st.fixed_dictionaries(
            {"status": st.sampled_from([True, False, None, "true"]), "data": json_values},
            optional={"code": st.sampled_from([*CODES, 7]), "message": leaf, "meta": json_values},
        ).map(lambda value: json.dumps(value).encode()),
        st.sampled_from([b"[" * 100_000, b'{"data": ' + b"9" * 5000 + b"}", b"\xff\xfe{}", b"null"]),
    )
    headers = st.dictionaries(
        st.sampled_from(["Retry-After", "x-ratelimit-reset"]), st.text(max_size=12) | st.sampled_from(["9" * 30, "-1"])
    )
    statuses = st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504, 599])
    answer_with(lambda: response(draw.draw(statuses), draw.draw(contents), draw.draw(headers)))
    observe(name)


CODES = ["duplicate_reference", "rate_limited", "insufficient_balance", "transfer_not_found", "x" * 99, "Not a code"]


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("error", [http_calls.NotSent("ConnectTimeout"), http_calls.NotAnswered("ReadTimeout")])
def test_a_request_that_fails_says_whether_it_was_sent(
    answer_with: Callable[[Next], None], name: str, error: Exception
) -> None:
    def fail() -> requests.Response:
        raise error

    answer_with(fail)
    with pytest.raises(ProviderError) as raised:
        EVERY[name]()
    first_asks = name in ("give_refund_account", "contest", "accept")  # reads something before it changes anything
    unclear = isinstance(error, http_calls.NotAnswered) and name in WRITES and not first_asks
    assert isinstance(raised.value, Unclear if unclear else ProviderUnavailable)


@pytest.mark.parametrize("amount", [31500, "31500", "0031500"])
def test_an_amount_may_be_a_text(answer_with: Callable[[Next], None], amount: Any) -> None:
    whole = {**GOOD[1], "amount": amount, "fees": "1166"}
    answer_with(lambda: response(200, json.dumps({"status": True, "data": whole}).encode()))
    found = PORT.find_collection(REFERENCE)
    assert found is not None
    assert (found.amount_cents, found.fee_cents) == (31_500, 1_166)


@pytest.mark.parametrize(
    "amount", [None, "", "315.00", 315.0, True, -1, "-1", "1e3", " 31500", "31500\n", [31500], 10**16]
)
def test_an_amount_that_is_none_is_not_guessed(answer_with: Callable[[Next], None], amount: Any) -> None:
    answer_with(lambda: response(200, json.dumps({"status": True, "data": {**GOOD[1], "amount": amount}}).encode()))
    with pytest.raises(ProviderUnavailable):
        PORT.find_collection(REFERENCE)


@pytest.mark.parametrize("currency", [None, "", "zar", "RAND", 710])
def test_a_currency_that_is_none_is_not_guessed(answer_with: Callable[[Next], None], currency: Any) -> None:
    answer_with(lambda: response(200, json.dumps({"status": True, "data": {**GOOD[1], "currency": currency}}).encode()))
    with pytest.raises(ProviderUnavailable):
        PORT.find_collection(REFERENCE)


def test_an_answer_about_another_reference_is_not_taken(answer_with: Callable[[Next], None]) -> None:
    answer_with(
        lambda: response(200, json.dumps({"status": True, "data": {**GOOD[1], "reference": "x" * 20}}).encode())
    )
    with pytest.raises(ProviderUnavailable):
        PORT.find_collection(REFERENCE)


@pytest.mark.parametrize("status", ["ongoing", "pending", "processing", "queued", "something-new"])
def test_a_status_that_is_not_final_is_a_charge_under_way(answer_with: Callable[[Next], None], status: str) -> None:
    answer_with(lambda: response(200, json.dumps({"status": True, "data": {**GOOD[1], "status": status}}).encode()))
    found = PORT.find_collection(REFERENCE)
    assert found is not None
    assert (found.state, found.under_way) == ("waiting", True)


@pytest.mark.parametrize("address", ["http://checkout.example/x", "javascript:alert(1)", "//checkout.example", "x"])
def test_a_checkout_without_encryption_is_not_given_to_anybody(
    answer_with: Callable[[Next], None], address: str
) -> None:
    data = {**GOOD[0], "authorization_url": address}
    answer_with(lambda: response(200, json.dumps({"status": True, "data": data}).encode()))
    with pytest.raises(Unclear):
        WRITES["collect"]()


def test_a_page_that_is_not_found_is_not_a_thing_that_does_not_exist(answer_with: Callable[[Next], None]) -> None:
    answer_with(lambda: response(404, b"<html>Not here</html>"))
    with pytest.raises(ProviderUnavailable):
        PORT.find_payout(PAYOUT)
    answer_with(lambda: response(404, b'{"status": false, "message": "Transfer not found"}'))
    assert PORT.find_payout(PAYOUT) is None


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, 60),
        ({"Retry-After": "7"}, 7),
        ({"x-ratelimit-reset": "12"}, 12),
        ({"x-ratelimit-reset": "0"}, 60),
        ({"x-ratelimit-reset": "soon"}, 60),
        ({"x-ratelimit-reset": "1000000001"}, 60),
    ],
)
def test_the_time_to_wait_is_read_of_the_headers(
    answer_with: Callable[[Next], None], headers: dict[str, str], wait: int
) -> None:
    answer_with(lambda: response(429, b"", headers))
    with pytest.raises(RateLimited) as refused:
        PORT.balance()
    assert refused.value.retry_after == wait


def test_a_message_about_the_balance_is_read_where_there_is_no_code(answer_with: Callable[[Next], None]) -> None:
    said = {"status": False, "message": "Your balance is not enough to fulfil this request"}
    answer_with(lambda: response(400, json.dumps(said).encode()))
    with pytest.raises(TooLittleBalance):
        WRITES["pay_out"]()


def test_a_duplicate_payout_is_looked_up(answer_with: Callable[[Next], None]) -> None:
    following = iter(
        [
            response(400, b'{"status": false, "code": "duplicate_reference"}'),
            response(200, json.dumps({"status": True, "data": GOOD[9]}).encode()),
        ]
    )
    answer_with(lambda: next(following))
    assert WRITES["pay_out"]().state == "paid"


def test_a_duplicate_payout_that_is_not_found_is_unclear(answer_with: Callable[[Next], None]) -> None:
    for second in (response(404, b'{"status": false}'), response(500, b"")):
        following = iter([response(400, b'{"status": false, "code": "duplicate_reference"}'), second])
        answer_with(lambda following=following: next(following))
        with pytest.raises(Unclear):
            WRITES["pay_out"]()


def test_a_list_that_never_ends_is_given_up(answer_with: Callable[[Next], None]) -> None:
    number = [0]

    def another_page() -> requests.Response:
        number[0] += 1
        return response(200, json.dumps({"status": True, "data": [{**GOOD[2], "id": number[0]}]}).encode())

    answer_with(another_page)
    with pytest.raises(ProviderUnavailable):
        PORT.find_refunds(DAY)
