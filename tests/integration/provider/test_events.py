"""Webhooks: signed with a key of ours, sent until they are taken, and read as hints."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import Mapping

import pytest

from khaya.platform.base import settings
from khaya.provider.errors import ProviderUnavailable, WrongMode, WrongSignature
from khaya.provider.model import Hint
from local import paystack
from local.paystack.webhooks import PAUSES, Webhooks
from tests.integration.provider.conftest import Provider, rotate
from tests.integration.provider.test_methods import PAYOUT, REFERENCE

Sent = list[tuple[bytes, dict[str, str]]]


@pytest.fixture
def sent(provider: Provider) -> Sent:
    """What the stand-in has sent to the application, which takes everything."""
    found: Sent = []

    def take(_: str, body: bytes, headers: Mapping[str, str]) -> int:
        found.append((body, dict(headers)))
        return 200

    provider.stand_in.webhooks = Webhooks(lambda: 0.0, take)
    provider.control("webhook", url="http://application.invalid/payments/webhook")
    return found


def hints(provider: Provider, sent: Sent) -> list[Hint]:
    """Send what is due, and read it as the application does."""
    sent.clear()
    provider.stand_in.send_events()
    return [hint for body, headers in sent for hint in provider.port.events_of(body, headers)]


def test_each_event_is_a_hint_of_what_to_look_up(provider: Provider, sent: Sent) -> None:
    provider.funded()
    provider.paid(REFERENCE)
    assert hints(provider, sent) == [Hint("collection", "collection-that-funds-1"), Hint("collection", REFERENCE)]
    provider.port.pay_out(provider.payout(PAYOUT))
    provider.control(f"transfers/{PAYOUT}", outcome="success")
    provider.control(f"transfers/{PAYOUT}", outcome="reversed")
    assert hints(provider, sent) == [Hint("payout", PAYOUT)] * 2
    provider.port.refund(provider.refund(REFERENCE))
    provider.later(seconds=2)
    assert hints(provider, sent) == [Hint("refund", REFERENCE)] * 2
    number = str(provider.control("chargebacks", reference=REFERENCE)["id"])
    provider.control(f"chargebacks/{number}", outcome="lost")
    assert hints(provider, sent) == [Hint("chargeback", REFERENCE, number)] * 2


def test_the_last_events_come_again_and_in_another_order(provider: Provider, sent: Sent) -> None:
    for number in range(8):
        provider.paid(f"collection-number-{number}")
    first = hints(provider, sent)
    provider.control("webhooks", repeat=3, shuffle=True)
    again = hints(provider, sent)
    assert sorted(str(one) for one in again) == sorted(str(one) for one in first * 3)
    assert again != first * 3


def signed(body: bytes, key: str = paystack.KEY) -> dict[str, str]:
    return {"X-Paystack-Signature": hmac.new(key.encode(), body, hashlib.sha512).hexdigest()}


BODY = json.dumps({"event": "charge.success", "data": {"reference": REFERENCE}}).encode()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-paystack-signature": ""},
        {"x-paystack-signature": "0" * 128},
        {"x-paystack-signature": signed(BODY)["X-Paystack-Signature"].upper()},
        {"x-paystack-signature": signed(BODY)["X-Paystack-Signature"][:-1]},
        {"x-paystack-signature": "ünsigned \ud800"},
        {"x-signature": signed(BODY)["X-Paystack-Signature"]},
        signed(BODY, "sk_test_somebody_else"),
        signed(BODY + b" "),
    ],
)
def test_a_wrong_signature_is_refused(provider: Provider, headers: dict[str, str]) -> None:
    with pytest.raises(WrongSignature):
        provider.port.events_of(BODY, headers)


def test_nothing_is_read_before_the_signature_is_checked(provider: Provider) -> None:
    with pytest.raises(WrongSignature):
        provider.port.events_of(b"\xff no JSON", {"x-paystack-signature": "0" * 128})


@pytest.mark.parametrize("name", ["X-Paystack-Signature", "x-paystack-signature", "X-PAYSTACK-SIGNATURE"])
def test_the_name_of_the_header_may_be_in_any_case(provider: Provider, name: str) -> None:
    headers = {"Host": "api", name: signed(BODY)["X-Paystack-Signature"]}
    assert provider.port.events_of(BODY, headers) == (Hint("collection", REFERENCE),)


def test_after_a_rotation_the_old_key_signs_until_the_next_one(provider: Provider) -> None:
    rotate("sk_test_second")
    for key in (paystack.KEY, "sk_test_second"):
        assert provider.port.events_of(BODY, signed(BODY, key))
    rotate("sk_test_third")
    with pytest.raises(WrongSignature):
        provider.port.events_of(BODY, signed(BODY, paystack.KEY))
    assert provider.port.events_of(BODY, signed(BODY, "sk_test_second"))


def test_in_prod_a_signature_by_a_test_key_is_refused(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "prod")
    settings.settings.cache_clear()
    with pytest.raises(WrongMode):
        provider.port.events_of(BODY, signed(BODY))
    # when the current key is a live one, the test key of before is good for nothing
    rotate("sk_live_key")
    with pytest.raises(WrongSignature):
        provider.port.events_of(BODY, signed(BODY))
    assert provider.port.events_of(BODY, signed(BODY, "sk_live_key"))


def test_without_a_key_nothing_is_decided(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYMENT_SECRET_ARN", "")
    settings.settings.cache_clear()
    with pytest.raises(ProviderUnavailable):
        provider.port.events_of(BODY, signed(BODY))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no JSON",
        b"\xff\xfe",
        b"[]",
        b"7",
        b"{}",
        b'{"event": 7, "data": {}}',
        b'{"event": "charge.success"}',
        b'{"event": "charge.success", "data": {}}',
        b'{"event": "charge.success", "data": {"reference": ["x"]}}',
        b'{"event": "invoice.create", "data": {"reference": "x"}}',
        b'{"event": "charge.dispute.create", "data": {"id": 1}}',
        b'{"event": "refund.processed", "data": {"refund_reference": "1"}}',
        b"[" * 100_000,
    ],
)
def test_a_signed_event_about_nothing_known_is_no_hint(provider: Provider, body: bytes) -> None:
    assert provider.port.events_of(body, signed(body)) == ()


def test_an_event_that_is_not_taken_is_sent_again_with_pauses() -> None:
    seconds = [0.0]
    tries: list[float] = []

    def refuse(_: str, _body: bytes, _headers: Mapping[str, str]) -> int:
        tries.append(seconds[0])
        return 503

    webhooks = Webhooks(lambda: seconds[0], refuse)
    webhooks.add({"event": "charge.success", "data": {}})
    for _ in range(100):
        webhooks.send_due("http://application.invalid")
        seconds[0] += 1
    gaps = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert gaps[:5] == [*PAUSES[:5]]


def test_an_event_that_is_taken_is_not_sent_again() -> None:
    tries: list[bytes] = []
    webhooks = Webhooks(lambda: 0.0, lambda _, body, _headers: tries.append(body) or 200)
    webhooks.add({"event": "charge.success", "data": {}})
    webhooks.send_due("http://application.invalid")
    webhooks.send_due("http://application.invalid")
    assert len(tries) == 1


def test_while_the_provider_is_down_no_event_is_sent(provider: Provider, sent: Sent) -> None:
    provider.paid(REFERENCE)
    provider.mode("down")
    assert hints(provider, sent) == []
    provider.mode("up")
    assert hints(provider, sent) == [Hint("collection", REFERENCE)]
