"""Each method of the port does at the provider what it says."""

from __future__ import annotations

from dataclasses import replace

import pytest
import requests

from khaya.provider import is_configured
from khaya.provider.errors import DuplicateReference, ProviderUnavailable, Refused, TooLittleBalance
from khaya.provider.model import (
    AccountCheck,
    Balance,
    Bank,
    BankAccount,
    ChargebackAnswer,
    ChargebackEvidence,
    CheckoutRequest,
    PayoutRequest,
)
from tests.integration.provider.conftest import ACCOUNT, IDENTITY, NUMBER, RETURN_URL, TODAY, Provider

REFERENCE = "e1-deposit-attempt-1"
PAYOUT = "p1-payout-attempt-1"


def test_a_checkout_is_open_until_somebody_pays(provider: Provider) -> None:
    # given a checkout
    url = provider.checkout(REFERENCE)
    assert requests.get(url, timeout=5).status_code == 200
    # then nothing is paid, and no charge is under way
    open_one = provider.port.find_collection(REFERENCE)
    assert open_one is not None
    assert (open_one.state, open_one.under_way, open_one.fee_cents, open_one.card) == ("waiting", False, None, None)
    # when it is paid
    provider.control(f"collections/{REFERENCE}", outcome="success", card="visa-1")
    # then amount, currency, fee, card and time are known
    paid = provider.port.find_collection(REFERENCE)
    assert paid is not None
    assert (paid.state, paid.amount_cents, paid.currency, paid.live) == ("paid", 31_500, "ZAR", False)
    assert paid.fee_cents == 1166  # 2.9 % and R1, and 15 % on it
    assert paid.card
    assert paid.paid_at == "2026-11-21T08:00:00.000Z"


def test_a_bank_transfer_has_no_card_and_another_fee(provider: Provider) -> None:
    provider.checkout(REFERENCE)
    provider.control(f"collections/{REFERENCE}", outcome="success", card=None)
    paid = provider.port.find_collection(REFERENCE)
    assert paid is not None
    assert (paid.state, paid.card) == ("paid", None)
    assert paid.fee_cents == 724  # 2 %, and 15 % on it


@pytest.mark.parametrize(
    ("outcome", "state", "under_way"),
    [("failed", "failed", False), ("abandoned", "abandoned", False), ("ongoing", "waiting", True)],
)
def test_a_checkout_that_was_not_paid_can_be_paid_late(
    provider: Provider, outcome: str, state: str, under_way: bool
) -> None:
    provider.checkout(REFERENCE)
    provider.control(f"collections/{REFERENCE}", outcome=outcome)
    found = provider.port.find_collection(REFERENCE)
    assert found is not None
    assert (found.state, found.under_way) == (state, under_way)
    # when the person pays days later
    provider.later(days=5)
    provider.control(f"collections/{REFERENCE}", outcome="success")
    late = provider.port.find_collection(REFERENCE)
    assert late is not None
    assert (late.state, late.paid_at) == ("paid", "2026-11-26T08:00:00.000Z")


def test_another_amount_and_currency_are_told_as_they_were_paid(provider: Provider) -> None:
    provider.checkout(REFERENCE)
    provider.control(f"collections/{REFERENCE}", outcome="success", amountCents=9_900, currency="USD")
    found = provider.port.find_collection(REFERENCE)
    assert found is not None
    assert (found.state, found.amount_cents, found.currency) == ("paid", 9_900, "USD")


def test_the_same_card_is_recognised_and_another_one_is_another(provider: Provider) -> None:
    found = {}
    for number, card in enumerate(["visa", "visa", "mastercard"]):
        reference = provider.paid(f"collection-of-card-{number}", card=card)
        one = provider.port.find_collection(reference)
        assert one is not None
        found[number] = one.card
    assert found[0] == found[1] != found[2]


def test_an_unknown_collection_payout_refund_and_chargeback_are_none(provider: Provider) -> None:
    assert provider.port.find_collection(REFERENCE) is None
    assert provider.port.find_payout(PAYOUT) is None
    assert provider.port.find_refund("1234") is None
    assert provider.port.find_chargeback("1234") is None


def test_a_reference_is_good_for_one_checkout(provider: Provider) -> None:
    provider.checkout(REFERENCE)
    with pytest.raises(DuplicateReference):
        provider.checkout(REFERENCE)


def test_a_person_without_an_email_gets_an_address_made_of_their_id(provider: Provider) -> None:
    provider.checkout(REFERENCE, email=None)
    assert provider.stand_in.books.collections[REFERENCE].email == "person-1@people.khaya.example"


def test_an_amount_below_the_providers_least_is_refused(provider: Provider) -> None:
    with pytest.raises(Refused):
        provider.checkout(REFERENCE, cents=99)


@pytest.mark.parametrize(
    "reference", ["short", "UPPER-CASE-REFERENCE", "with space in it 1", "x" * 51, "ünicode-reference-1"]
)
def test_a_reference_that_a_provider_would_refuse_is_an_error_of_ours(reference: str) -> None:
    with pytest.raises(ValueError, match="reference"):
        CheckoutRequest(reference, 1_000, "person-1", RETURN_URL)
    with pytest.raises(ValueError, match="reference"):
        PayoutRequest(reference, 1_000, "RCP_1", "Khaya")


def test_collections_of_some_days_are_listed_over_many_pages(provider: Provider) -> None:
    # given more paid collections than a page holds, an unpaid one and an old one
    old = provider.paid("collection-of-last-month")
    provider.later(days=30)
    names = {provider.paid(f"collection-number-{number:03}") for number in range(105)}
    provider.checkout("collection-that-is-unpaid")
    found = provider.port.find_collections("2026-12-21")
    assert {one.reference for one in found} == names
    assert len(found) == len(names)
    assert old in {one.reference for one in provider.port.find_collections(TODAY)}


def test_a_part_of_a_payment_is_given_back_and_found_by_our_id(provider: Provider) -> None:
    provider.paid(REFERENCE)
    made = provider.port.refund(provider.refund(REFERENCE, "refund-00000001", 10_000))
    assert (made.state, made.amount_cents, made.collection) == ("pending", 10_000, REFERENCE)
    provider.port.refund(provider.refund(REFERENCE, "refund-00000002", 5_000))
    # when it has gone through
    provider.later(seconds=2)
    found = provider.port.find_refund(made.provider_id)
    assert found is not None
    assert (found.state, found.refund_id, found.currency, found.live) == ("paid", "refund-00000001", "ZAR", False)
    # then it is listed, alone by our id
    assert provider.port.find_refunds(TODAY, "refund-00000001") == (found,)
    assert {one.refund_id for one in provider.port.find_refunds(TODAY)} == {"refund-00000001", "refund-00000002"}
    assert provider.port.find_refunds("2026-11-22") == ()


def test_more_than_what_is_left_is_not_given_back(provider: Provider) -> None:
    provider.paid(REFERENCE)
    provider.port.refund(provider.refund(REFERENCE, cents=31_000))
    with pytest.raises(Refused):
        provider.port.refund(provider.refund(REFERENCE, "refund-00000002", 501))
    provider.port.refund(provider.refund(REFERENCE, "refund-00000002", 500))
    assert provider.port.balance().amount_cents == -31_500


def test_a_refund_without_money_at_the_provider_waits(provider: Provider) -> None:
    provider.funded()
    provider.port.pay_out(provider.payout(PAYOUT, provider.port.balance().amount_cents - 345))
    with pytest.raises(TooLittleBalance):
        provider.port.refund(provider.refund("collection-that-funds-1", cents=1_000_001))
    assert provider.books()["refunds"] == []


def test_a_payment_in_another_currency_is_given_back_in_it(provider: Provider) -> None:
    # given
    provider.checkout(REFERENCE)
    provider.control(f"collections/{REFERENCE}", outcome="success", amountCents=9_900, currency="USD")
    balance = provider.books()["balanceCents"]
    # when
    made = provider.port.refund(provider.refund(REFERENCE, cents=9_900))
    provider.later(seconds=2)
    # then
    done = provider.port.find_refund(made.provider_id)
    assert done is not None
    assert (done.state, done.amount_cents, done.currency) == ("paid", 9_900, "USD")
    assert provider.books()["balanceCents"] == balance


def test_a_refund_that_is_stuck_goes_on_with_the_buyers_account(provider: Provider) -> None:
    provider.paid(REFERENCE)
    provider.funded()
    made = provider.port.refund(provider.refund(REFERENCE))
    provider.control(f"refunds/{made.provider_id}", outcome="needs-attention")
    stuck = provider.port.find_refund(made.provider_id)
    assert stuck is not None
    assert stuck.state == "needs_account"
    # when the account is named
    provider.port.give_refund_account(made.provider_id, ACCOUNT)
    going = provider.port.find_refund(made.provider_id)
    provider.later(seconds=2)
    done = provider.port.find_refund(made.provider_id)
    # then it goes on, and naming it again is refused
    assert going is not None
    assert done is not None
    assert (going.state, done.state) == ("pending", "paid")
    with pytest.raises(Refused):
        provider.port.give_refund_account(made.provider_id, ACCOUNT)
    with pytest.raises(Refused):
        provider.port.give_refund_account(made.provider_id, BankAccount("000000", NUMBER, "Thandi"))


def test_only_banks_whose_accounts_can_be_checked_are_listed_by_name(provider: Provider) -> None:
    banks = provider.port.banks()
    assert Bank("470010", "Capitec Bank Limited") in banks
    assert "Savings Club Mutual Bank" not in {one.name for one in banks}
    assert [one.name for one in banks] == sorted(one.name for one in banks)


@pytest.mark.parametrize(
    ("number", "problem"),
    [("62834756210", None), ("62834756211", "somebody_else"), ("62834756212", "closed"), ("62834756219", None)],
)
def test_an_account_is_verified_or_has_a_problem(provider: Provider, number: str, problem: str | None) -> None:
    checked = provider.port.check_account(BankAccount("470010", number, "Thandi Mokoena", IDENTITY))
    assert checked.problem == problem
    assert checked.verified == (problem is None)
    assert isinstance(checked, AccountCheck)


def test_an_account_that_cannot_exist_is_refused(provider: Provider) -> None:
    with pytest.raises(Refused):
        provider.port.check_account(BankAccount("470010", "12", "Thandi Mokoena", IDENTITY))
    with pytest.raises(Refused):
        provider.port.make_recipient(BankAccount("000000", NUMBER, "Thandi Mokoena"))


def test_the_same_account_is_the_same_recipient(provider: Provider) -> None:
    first = provider.port.make_recipient(ACCOUNT)
    assert provider.port.make_recipient(ACCOUNT) == first
    assert provider.port.make_recipient(BankAccount("470010", "62834756218", "Thandi Mokoena")) != first


def test_a_payout_is_sent_once_for_a_reference(provider: Provider) -> None:
    provider.funded()
    before = provider.port.balance().amount_cents
    sent = provider.port.pay_out(provider.payout(PAYOUT))
    again = provider.port.pay_out(provider.payout(PAYOUT))
    assert (sent.state, sent.amount_cents, sent.reference) == ("sent", 29_925, PAYOUT)
    assert again == sent
    assert len(provider.books()["transfers"]) == 1
    assert provider.port.balance() == Balance(before - 29_925 - 345)
    # and afterwards it is paid
    provider.later(seconds=2)
    paid = provider.port.find_payout(PAYOUT)
    assert paid is not None
    assert (paid.state, paid.currency, paid.live, paid.needs_approval) == ("paid", "ZAR", False, False)


@pytest.mark.parametrize(("outcome", "state"), [("success", "paid"), ("failed", "failed"), ("reversed", "returned")])
def test_a_payout_ends_as_the_bank_decides(provider: Provider, outcome: str, state: str) -> None:
    provider.funded()
    provider.port.pay_out(provider.payout(PAYOUT))
    provider.control(f"transfers/{PAYOUT}", outcome=outcome)
    provider.later(days=3)
    found = provider.port.find_payout(PAYOUT)
    assert found is not None
    assert found.state == state
    assert provider.port.find_payouts(TODAY) == (found,)


def test_a_payout_that_was_paid_comes_back_days_later(provider: Provider) -> None:
    provider.funded()
    before = provider.port.balance()
    provider.port.pay_out(provider.payout(PAYOUT))
    provider.later(days=4)
    provider.control(f"transfers/{PAYOUT}", outcome="reversed")
    found = provider.port.find_payout(PAYOUT)
    assert found is not None
    assert found.state == "returned"
    assert provider.port.balance() == Balance(before.amount_cents - 345), "the fee is kept"


def test_too_little_balance_sends_nothing_and_the_reference_stays_good(provider: Provider) -> None:
    with pytest.raises(TooLittleBalance):
        provider.port.pay_out(provider.payout(PAYOUT))
    assert provider.port.find_payout(PAYOUT) is None
    provider.funded()
    assert provider.port.pay_out(provider.payout(PAYOUT)).state == "sent"


@pytest.mark.parametrize(
    "status", ["otp", "pending", "received", "queued", "success", "blocked", "rejected", "abandoned"]
)
def test_each_status_of_a_payout_is_one_of_ours(provider: Provider, status: str) -> None:
    provider.funded()
    provider.port.pay_out(provider.payout(PAYOUT))
    provider.stand_in.books.transfers[PAYOUT].status = status
    found = provider.port.find_payout(PAYOUT)
    assert found is not None
    expected = {"success": "paid", "blocked": "failed", "rejected": "failed", "abandoned": "failed"}
    assert (found.state, found.needs_approval) == (expected.get(status, "sent"), status == "otp")


def test_a_settlement_tells_what_was_settled(provider: Provider) -> None:
    provider.paid("collection-number-1", 31_500)
    provider.paid("collection-number-2", 73_500)
    assert provider.port.balance().amount_cents == 0
    provider.control("settlements")
    (found,) = provider.port.settlements(TODAY)
    assert {(one.reference, one.amount_cents, one.fee_cents) for one in found.collections} == {
        ("collection-number-1", 31_500, 1_166),
        ("collection-number-2", 73_500, 2_566),
    }
    assert (found.state, found.fee_cents, found.amount_cents) == ("paid", 3_732, 105_000 - 3_732)
    assert (found.destination, found.settled_on, found.currency, found.live) == ("balance", TODAY, "ZAR", False)
    assert provider.port.balance().amount_cents == found.amount_cents


def test_settlements_that_are_older_or_known_are_left_out(provider: Provider) -> None:
    provider.paid("collection-number-1")
    provider.control("settlements")
    provider.later(days=2)
    provider.paid("collection-number-2")
    provider.control("settlements")
    (new,) = provider.port.settlements("2026-11-22")
    assert [one.reference for one in new.collections] == ["collection-number-2"]
    both = provider.port.settlements(TODAY)
    assert len(both) == 2
    assert provider.port.settlements(TODAY, {one.provider_id for one in both}) == ()


EVIDENCE = ChargebackEvidence("A tap was mended.", "Thandi", "thandi@example.org", "+27821234567", b"%PDF-1.7 evidence")


def test_a_chargeback_of_somebody_without_an_email_and_a_number_is_contested_all_the_same(provider: Provider) -> None:
    # given
    provider.paid(REFERENCE)
    number = str(provider.control("chargebacks", reference=REFERENCE)["id"])
    nobody = replace(EVIDENCE, customer_email=None, customer_phone=None, customer_id="person-1")
    # when
    provider.port.contest(ChargebackAnswer(number, 31_500, "The work was done.", nobody))
    # then
    (chargeback,) = provider.books()["chargebacks"]
    assert chargeback["status"] == "awaiting-bank-feedback"


def test_a_chargeback_is_contested_with_evidence(provider: Provider) -> None:
    provider.paid(REFERENCE)
    number = str(provider.control("chargebacks", reference=REFERENCE)["id"])
    opened = provider.port.find_chargeback(number)
    assert opened is not None
    assert (opened.collection, opened.state, opened.amount_cents) == (REFERENCE, "open", 31_500)
    assert (opened.answered, opened.due_at) == (False, "2026-11-23T08:00:00.000Z")
    # when it is contested
    provider.port.contest(ChargebackAnswer(number, 31_500, "The work was done.", EVIDENCE))
    # then the provider has the document, and the bank decides
    answered = provider.port.find_chargeback(number)
    assert answered is not None
    assert (answered.state, answered.answered) == ("open", True)
    assert b"%PDF-1.7 evidence" in provider.stand_in.uploaded.values()
    provider.control(f"chargebacks/{number}", outcome="won")
    won = provider.port.find_chargeback(number)
    assert won is not None
    assert won.state == "won"
    with pytest.raises(Refused):
        provider.port.contest(ChargebackAnswer(number, 31_500, "Once more.", EVIDENCE))


def test_an_accepted_chargeback_is_lost_and_the_payment_reversed(provider: Provider) -> None:
    provider.paid(REFERENCE)
    number = str(provider.control("chargebacks", reference=REFERENCE)["id"])
    provider.port.contest(ChargebackAnswer(number, 31_500, "The work was not done."))
    (lost,) = provider.port.find_chargebacks(TODAY)
    collection = provider.port.find_collection(REFERENCE)
    assert collection is not None
    assert (lost.state, collection.state) == ("lost", "reversed")
    assert REFERENCE in {one.reference for one in provider.port.find_collections(TODAY)}


def test_an_unanswered_chargeback_is_lost_when_it_is_due(provider: Provider) -> None:
    provider.paid(REFERENCE)
    number = str(provider.control("chargebacks", reference=REFERENCE)["id"])
    provider.later(hours=49)
    lost = provider.port.find_chargeback(number)
    assert lost is not None
    assert lost.state == "lost"


def test_an_answer_to_an_unknown_chargeback_is_refused(provider: Provider) -> None:
    with pytest.raises(Refused):
        provider.port.contest(ChargebackAnswer("1234", 31_500, "No.", EVIDENCE))
    with pytest.raises(Refused):
        provider.port.contest(ChargebackAnswer("1234", 31_500, "Yes."))


def test_without_a_secret_nothing_is_asked(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    from khaya.platform.base import settings  # noqa: PLC0415

    assert is_configured()
    monkeypatch.setenv("PAYMENT_SECRET_ARN", "")
    settings.settings.cache_clear()
    assert not is_configured()
    for call in (provider.port.balance, provider.port.check_key):
        with pytest.raises(ProviderUnavailable):
            call()
    assert provider.stand_in.asked == []
