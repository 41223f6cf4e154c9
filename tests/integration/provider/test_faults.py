"""The provider is down, slow, loses answers or answers nonsense: the error says whether something was done."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from khaya.platform.base import settings
from khaya.provider.errors import (
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    TooLittleBalance,
    Unclear,
    WrongMode,
)
from khaya.provider.model import BankAccount, ChargebackAnswer
from local import paystack
from tests.integration.provider.conftest import ACCOUNT, IDENTITY, NUMBER, TODAY, Provider, rotate
from tests.integration.provider.test_methods import EVIDENCE, PAYOUT, REFERENCE

pytestmark = pytest.mark.exhaustive

READS: dict[str, Callable[[Provider], Any]] = {
    "find_collection": lambda provider: provider.port.find_collection(REFERENCE),
    "find_collections": lambda provider: provider.port.find_collections(TODAY),
    "find_refund": lambda provider: provider.port.find_refund("1234"),
    "find_refunds": lambda provider: provider.port.find_refunds(TODAY),
    "banks": lambda provider: provider.port.banks(),
    "check_account": lambda provider: provider.port.check_account(ACCOUNT),
    "find_payout": lambda provider: provider.port.find_payout(PAYOUT),
    "find_payouts": lambda provider: provider.port.find_payouts(TODAY),
    "balance": lambda provider: provider.port.balance(),
    "settlements": lambda provider: provider.port.settlements(TODAY),
    "find_chargeback": lambda provider: provider.port.find_chargeback("1234"),
    "find_chargebacks": lambda provider: provider.port.find_chargebacks(TODAY),
}
WRITES: dict[str, Callable[[Provider], Any]] = {
    "collect": lambda provider: provider.checkout(REFERENCE),
    "refund": lambda provider: provider.port.refund(provider.refund("collection-that-funds-1")),
    "make_recipient": lambda provider: provider.recipient(),
    "pay_out": lambda provider: provider.port.pay_out(provider.payout(PAYOUT)),
}
SEVERAL: dict[str, Callable[[Provider], Any]] = {
    "give_refund_account": lambda provider: provider.port.give_refund_account("1234", ACCOUNT),
    "contest": lambda provider: provider.port.contest(ChargebackAnswer("1234", 100, "No.", EVIDENCE)),
    "accept": lambda provider: provider.port.contest(ChargebackAnswer("1234", 100, "Yes.")),
}
EVERY = {**READS, **WRITES, **SEVERAL}


@pytest.mark.parametrize("name", EVERY)
def test_given_a_provider_that_is_down_then_nothing_was_done(provider: Provider, name: str) -> None:
    provider.mode("down")
    with pytest.raises(ProviderUnavailable):
        EVERY[name](provider)
    books = provider.books()
    assert (books["collections"], books["transfers"], books["refunds"]) == ([], [], [])


@pytest.mark.parametrize("name", EVERY)
def test_given_nobody_who_listens_then_nothing_was_done(
    provider: Provider, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYMENT_BASE_URL", "http://127.0.0.1:9")
    settings.settings.cache_clear()
    with pytest.raises(ProviderUnavailable):
        EVERY[name](provider)


@pytest.mark.parametrize("mode", ["lossy", "nonsense", "slow"])
@pytest.mark.parametrize("name", READS)
def test_given_a_lost_answer_then_a_look_up_has_told_nothing(provider: Provider, name: str, mode: str) -> None:
    provider.mode(mode, seconds=0.5)
    with pytest.raises(ProviderUnavailable):
        READS[name](provider)


@pytest.mark.parametrize("mode", ["lossy", "nonsense", "slow"])
@pytest.mark.parametrize("name", WRITES)
def test_given_a_lost_answer_then_a_change_is_unclear(provider: Provider, name: str, mode: str) -> None:
    provider.funded()
    provider.mode(mode, seconds=0.5)
    with pytest.raises(Unclear):
        WRITES[name](provider)


@pytest.mark.parametrize("mode", ["lossy", "nonsense"])
def test_given_a_lost_answer_then_the_same_reference_sends_one_payout(provider: Provider, mode: str) -> None:
    provider.funded()
    request = provider.payout(PAYOUT)
    provider.mode(mode)
    for _ in range(3):
        with pytest.raises(Unclear):
            provider.port.pay_out(request)
    provider.mode("up")
    assert provider.port.pay_out(request).reference == PAYOUT
    assert [one["amountCents"] for one in provider.books()["transfers"]] == [29_925]


def test_given_a_lost_answer_then_the_checkout_is_found_and_the_next_reference_opens_another(
    provider: Provider,
) -> None:
    provider.mode("lossy")
    with pytest.raises(Unclear):
        provider.checkout(REFERENCE)
    provider.mode("up")
    found = provider.port.find_collection(REFERENCE)
    assert found is not None
    assert found.state == "waiting"
    assert provider.checkout("e1-deposit-attempt-2")


def test_given_a_lost_answer_then_the_refund_is_found_by_our_id(provider: Provider) -> None:
    provider.paid(REFERENCE)
    provider.mode("lossy")
    with pytest.raises(Unclear):
        provider.port.refund(provider.refund(REFERENCE, "refund-00000007"))
    provider.mode("up")
    (found,) = provider.port.find_refunds("2026-11-20", "refund-00000007")
    assert (found.collection, found.amount_cents) == (REFERENCE, 10_000)
    assert provider.port.find_refunds("2026-11-20", "refund-00000008") == ()


def test_given_a_reference_of_another_payout_then_that_one_is_told(provider: Provider) -> None:
    provider.funded()
    provider.port.pay_out(provider.payout(PAYOUT, 20_000))
    other = provider.port.pay_out(provider.payout(PAYOUT, 30_000))
    assert other.amount_cents == 20_000
    assert len(provider.books()["transfers"]) == 1


def test_given_an_outage_then_everything_goes_on_afterwards(provider: Provider) -> None:
    provider.funded()
    request = provider.payout(PAYOUT)
    provider.mode("down")
    for _ in range(5):
        with pytest.raises(ProviderUnavailable):
            provider.port.pay_out(request)
    provider.mode("up")
    assert provider.port.pay_out(request).state == "sent"


@pytest.mark.parametrize("name", EVERY)
def test_given_too_many_calls_then_the_time_to_wait_is_told(provider: Provider, name: str) -> None:
    provider.mode("up", callsPerMinute=0)
    with pytest.raises(RateLimited) as refused:
        EVERY[name](provider)
    assert 0 < refused.value.retry_after <= 60


def test_calls_are_counted_by_endpoint_and_minute(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = [0.0]
    monkeypatch.setattr(provider.stand_in, "_clock", lambda: seconds[0])
    provider.mode("up", callsPerMinute=2)
    provider.port.balance()
    seconds[0] = 20
    provider.port.balance()
    with pytest.raises(RateLimited) as refused:
        provider.port.balance()
    assert refused.value.retry_after == 40
    provider.port.banks()
    seconds[0] = 61
    provider.port.balance()


def test_given_a_key_that_the_provider_does_not_know_then_nothing_was_done(provider: Provider) -> None:
    rotate("sk_test_unknown")
    rotate("sk_test_unknown_too")
    with pytest.raises(ProviderUnavailable):
        provider.port.balance()


def test_given_a_rotation_then_the_key_that_the_provider_knows_is_used(provider: Provider) -> None:
    rotate("sk_test_of_tomorrow")
    assert provider.port.balance().amount_cents == 0
    rotate(paystack.KEY)
    assert provider.port.balance().amount_cents == 0


@pytest.mark.parametrize("secret", ["", "no JSON", "[]", "{}", '{"secretKey": 7}', '{"secretKey": "line\\nbreak"}'])
def test_given_a_secret_that_is_none_then_nothing_is_asked(
    provider: Provider, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("khaya.platform.aws.secrets.valid_versions", lambda _: iter([secret]))
    with pytest.raises(ProviderUnavailable):
        provider.port.balance()
    assert provider.stand_in.asked == []


@pytest.mark.parametrize("name", EVERY)
def test_in_prod_a_test_key_is_refused_before_anything_is_asked(in_prod: Provider, name: str) -> None:
    with pytest.raises(WrongMode, match="PaymentSecretArn names a test key"):
        EVERY[name](in_prod)
    assert in_prod.stand_in.asked == []


def test_in_prod_a_function_with_a_test_key_does_not_start(in_prod: Provider) -> None:
    with pytest.raises(WrongMode):
        in_prod.port.check_key()
    rotate("sk_live_key")
    in_prod.port.check_key()


@pytest.mark.parametrize("environment", ["local", "dev", "staging"])
def test_outside_prod_a_live_key_is_refused_before_anything_is_asked(
    provider: Provider, environment: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment)
    settings.settings.cache_clear()
    rotate("sk_live_key")
    for name in EVERY:
        with pytest.raises(WrongMode, match="Put a test key into it"):
            EVERY[name](provider)
    with pytest.raises(WrongMode):
        provider.port.check_key()
    assert provider.stand_in.asked == []
    # and operators read what to do, and not the key
    message = f"PaymentSecretArn names a live key, and {environment} needs a test key. Put a test key into it."
    assert message in caplog.messages
    assert "sk_live" not in caplog.text


def test_outside_prod_an_answer_of_the_live_mode_is_refused(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = provider.paid(REFERENCE)
    monkeypatch.setattr("khaya.provider.paystack.answers.Fields.live", lambda _: True)
    with pytest.raises(WrongMode):
        provider.port.find_collection(reference)


def test_elsewhere_a_test_key_is_good(provider: Provider) -> None:
    provider.port.check_key()


def test_in_prod_an_answer_of_the_test_mode_is_refused(in_prod: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.paystack.stand_in.KEY", "sk_live_key")
    rotate("sk_live_key")
    in_prod.paid(REFERENCE)
    for call in (
        lambda: in_prod.port.find_collection(REFERENCE),
        lambda: in_prod.port.find_collections(TODAY),
        in_prod.recipient,
        lambda: in_prod.port.refund(in_prod.refund(REFERENCE)),
    ):
        with pytest.raises(WrongMode):
            call()


@pytest.mark.parametrize("mode", ["up", "down", "lossy", "nonsense", "slow"])
def test_no_number_name_or_key_is_logged_or_in_an_error(
    provider: Provider, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    texts = [repr(ACCOUNT), str(ACCOUNT), repr(EVIDENCE), repr(provider.port)]
    unknown_bank = BankAccount("000000", NUMBER, ACCOUNT.account_name, IDENTITY)
    provider.mode(mode, seconds=0.5)
    calls = [
        *EVERY.values(),
        lambda p: p.port.check_account(unknown_bank),
        lambda p: p.port.make_recipient(unknown_bank),
        lambda p: p.port.give_refund_account("1", unknown_bank),
    ]
    for call in calls:
        try:
            texts.append(repr(call(provider)))
        except ProviderError as error:
            texts += [repr(error), repr(error.__dict__), "".join(traceback.format_exception(error))]
    # AWS's own library writes what it gets at its level DEBUG, which no function uses
    texts += [one.getMessage() for one in caplog.records if not one.name.startswith("botocore")]
    for secret in (NUMBER, IDENTITY, paystack.KEY, "Mokoena", "Thandi", "thandi@example.org", "+27821234567", "AUTH_"):
        assert not any(secret in text for text in texts), secret


def test_a_refusal_for_too_little_money_is_no_refusal_of_the_request(provider: Provider) -> None:
    with pytest.raises(TooLittleBalance) as refused:
        provider.port.pay_out(provider.payout(PAYOUT))
    assert str(refused.value) == "insufficient_balance"
