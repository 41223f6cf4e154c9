"""An admin works off the queues of money by the screen alone: what waits, why, what each decision does; and it is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from local import schedules
from local.ageing import age_one
from local.demo import pictures
from local.people import AYANDA
from tests.support.marketplace import Marketplace, eventually
from tests.web.admins import (
    REASON,
    TABLET,
    card_in,
    decided_and_gone,
    fact,
    hears,
    make_admin,
    new_admin,
    only_looks_on,
    says,
)
from tests.web.conftest import Phones, SignIn
from tests.web.newcomers import Newcomer, agreed_job, pay
from tests.web.payment_provider import PaymentProvider
from tests.web.phone_numbers import new_number
from tests.web.test_admin import decide
from tests.web.words import EACH_LANGUAGE, Language, Words

ATTEMPTS = 5
"""How often a payout is tried before an admin has to look at it."""


@pytest.fixture
def provider(marketplace: Marketplace) -> PaymentProvider:
    """The stand-in of the payment provider."""
    return PaymentProvider(marketplace)


def amount(text: str) -> str:
    """An amount as the client writes it, with blanks that do not break."""
    return text.replace(" ", "\u00a0")


@pytest.fixture
def parties(marketplace: Marketplace) -> tuple[Newcomer, Newcomer]:
    """A buyer and a worker whom nobody else is called like."""
    number = new_number()
    return Newcomer(marketplace, f"Nandi {number}", "buyer"), Newcomer(marketplace, f"Musa {number}", "worker")


@pytest.mark.parametrize("language", EACH_LANGUAGE)
def test_given_a_payment_of_a_wrong_amount_when_an_admin_gives_it_back_then_it_is_gone_and_the_buyer_hears_of_it(
    sign_in_as: SignIn,
    phones: Phones,
    marketplace: Marketplace,
    provider: PaymentProvider,
    parties: tuple[Newcomer, Newcomer],
    language: Language,
) -> None:
    # given
    words, (buyer, worker) = Words(language), parties
    title = f"Tile the porch {buyer.number}"
    job = agreed_job(buyer, worker, title, 1000)
    checkout = buyer.call("POST", f"/jobs/{job}/escrow/checkouts", {"part": "deposit"})
    provider.tell(f"collections/{checkout['reference']}", outcome="success", amountCents=123_456)
    admin = sign_in_as(AYANDA, language)
    # when it is opened, then it says how much came, from whom, for what, and why it fits nothing
    card = card_in(admin, words, "suspense", checkout["reference"])
    says(card, amount("R1 234.56"), buyer.name, title, words("admin.suspense_wrong_amount"))
    # when it is given back
    decided_and_gone(admin, words, "suspense", checkout["reference"], "admin.give_back")
    # then the buyer hears of it after the next run, and has the money
    schedules.run(marketplace.port, "payouts")
    hears(buyer, phones, language, "refundPaid")
    assert given_back(provider, checkout["reference"]) == [(123_456, "processed")]


@pytest.mark.parametrize("language", EACH_LANGUAGE)
@pytest.mark.slow
def test_given_a_payment_in_dollars_of_nobody_then_it_is_written_in_dollars_and_says_that_nobody_is_known(
    sign_in_as: SignIn, marketplace: Marketplace, provider: PaymentProvider, language: Language
) -> None:
    # given
    words, reference = Words(language), f"payment-of-nobody-{new_number()}"
    provider.tell(f"collections/{reference}", outcome="success", amountCents=98_700, currency="USD")
    admin = sign_in_as(AYANDA, language)
    # when
    card = card_in(admin, words, "suspense", reference)
    # then
    says(card, amount("USD 987"), words("admin.nobody_known"), words("admin.suspense_unknown"))
    decided_and_gone(admin, words, "suspense", reference, "admin.give_back")
    # and the provider gives it back in dollars
    schedules.run(marketplace.port, "payouts")
    assert eventually(lambda: given_back(provider, reference) == [(98_700, "processed")])


@pytest.mark.parametrize("language", EACH_LANGUAGE)
@pytest.mark.slow
def test_given_a_refund_that_the_bank_refused_when_an_admin_sends_it_again_then_it_arrives(
    sign_in_as: SignIn,
    phones: Phones,
    provider: PaymentProvider,
    marketplace: Marketplace,
    parties: tuple[Newcomer, Newcomer],
    language: Language,
) -> None:
    # given
    words, (buyer, worker) = Words(language), parties
    title = f"Pave the yard {buyer.number}"
    job = agreed_job(buyer, worker, title, 1000)
    reference = pay(buyer, job, "deposit", card=f"card of {buyer.number} with no refund")
    buyer.call("POST", f"/jobs/{job}/cancellation", {"reason": "We are moving house after all."})
    schedules.run(marketplace.port, "payouts")
    hears(buyer, phones, language, "refundHeld")
    # and the buyer has become an admin meanwhile, who may not decide about it
    make_admin(marketplace, buyer)
    own = card_in(buyer.sign_in(phones, language), words, "refunds", title)
    says(own, words("admin.refund_reason_failed"))
    only_looks_on(own, words, "admin.own_affair")
    # when another one reads how much is due to whom, why it waits, and what to look for at the provider
    admin = sign_in_as(AYANDA, language)
    admin.set_viewport_size(TABLET)
    card = card_in(admin, words, "refunds", title)
    says(card, "R315", buyer.name, words("admin.refund_reason_failed"), reference)
    decide_effect(admin, words, title, "admin.refund_again", words("admin.refund_again_effect", amount="R315"))
    # and sends it again
    decided_and_gone(admin, words, "refunds", title, "admin.refund_again")
    # then the buyer hears that it goes on, and that it arrived
    hears(buyer, phones, language, "refundResumed")
    schedules.run(marketplace.port, "payouts")
    hears(buyer, phones, language, "refundPaid")


@pytest.mark.parametrize("language", EACH_LANGUAGE)
@pytest.mark.slow
def test_given_a_large_payout_then_two_admins_hold_it_and_send_it_and_the_first_and_the_worker_only_look_on(
    sign_in_as: SignIn,
    phones: Phones,
    marketplace: Marketplace,
    parties: tuple[Newcomer, Newcomer],
    language: Language,
) -> None:
    # given R5 700 that somebody earned, which a first admin wants to hold
    words, (buyer, worker) = Words(language), parties
    title = f"Roof the shed {buyer.number}"
    job = released_job(buyer, worker, title, 6000, "deposit", "balance")
    hold = {"decision": "hold", "reason": "Two neighbours say that the shed leaks."}
    held = marketplace.call(
        "POST",
        f"/admin/payouts/job-{job}/decision",
        hold,
        token=marketplace.token("admin"),
        headers={"Idempotency-Key": f"hold-{job}"},
    )
    assert held.ok, held.text
    first = sign_in_as(AYANDA, language)
    # then the first reads that it is their own decision, and the worker, an admin too, that it is about themselves
    card = card_in(first, words, "payouts", title)
    says(card, amount("R5 700"), worker.name, hold["reason"])
    only_looks_on(card, words, "admin.own_proposal")
    make_admin(marketplace, worker)
    only_looks_on(card_in(worker.sign_in(phones, language), words, "payouts", title), words, "admin.own_affair")
    # when a second one decides the same, then it is held
    helper = new_admin(marketplace)
    second = helper.sign_in(phones, language)
    card = card_in(second, words, "payouts", title)
    says(card, AYANDA.name, words("admin.payout_hold"), hold["reason"])
    decide_effect(second, words, title, "admin.payout_hold", words("admin.second_of_two"))
    decide(card, words, "admin.payout_hold", REASON)
    says(card, words("admin.payout_reason_admin_hold"))
    hears(worker, phones, language, "payoutHeld")
    # when both decide to send it
    decide_effect(second, words, title, "admin.payout_send", words("admin.two_admins", limit=amount("R5 000")))
    decide(card, words, "admin.payout_send", REASON)
    expect(second.get_by_text(words("admin.you_decided_first", decision=words("admin.payout_send")))).to_be_visible()
    only_looks_on(card, words, "admin.own_proposal")
    decided_and_gone(first, words, "payouts", title, "admin.payout_send")
    # then it goes on with the next run: the worker is asked for the bank account that it still lacks
    schedules.run(marketplace.port, "payouts")
    hears(worker, phones, language, "payoutNeedsAccount")


@pytest.mark.parametrize("language", EACH_LANGUAGE)
@pytest.mark.slow
def test_given_a_payout_that_fails_again_and_again_when_an_admin_sends_it_to_another_account_then_it_arrives(
    sign_in_as: SignIn,
    phones: Phones,
    marketplace: Marketplace,
    provider: PaymentProvider,
    parties: tuple[Newcomer, Newcomer],
    language: Language,
) -> None:
    # given an account whose bank takes no transfers
    words, (buyer, worker) = Words(language), parties
    name_account(worker, ending=3)
    title = f"Fix the tap {buyer.number}"
    job = released_job(buyer, worker, title, 450, "all", channel="eft")
    provider.tell("settlements")
    # when it is tried until nobody tries it any more
    for _ in range(ATTEMPTS):
        failed = failures(marketplace, job)
        send_payouts(marketplace, worker, job)
        assert eventually(lambda before=failed: failures(marketplace, job) > before)
    hears(worker, phones, language, "payoutFailed")
    # then an admin reads that, and how often
    admin = sign_in_as(AYANDA, language)
    card = card_in(admin, words, "payouts", title)
    says(card, "R427.50", worker.name, words("admin.payout_reason_failed"))
    expect(fact(card, words("admin.failures"))).to_contain_text(str(ATTEMPTS))
    # when the worker has named another account, and the admin sends it
    name_account(worker, ending=7)
    decided_and_gone(admin, words, "payouts", title, "admin.payout_send")
    send_payouts(marketplace, worker, job)
    # then it arrives
    hears(worker, phones, language, "payoutPaid")


@pytest.mark.parametrize("language", EACH_LANGUAGE)
@pytest.mark.slow
def test_given_a_chargeback_when_an_admin_contests_it_then_the_bank_decides_and_both_sides_hear_of_it(
    sign_in_as: SignIn,
    phones: Phones,
    marketplace: Marketplace,
    provider: PaymentProvider,
    parties: tuple[Newcomer, Newcomer],
    language: Language,
) -> None:
    # given
    words, (buyer, worker) = Words(language), parties
    title = f"Plaster the hall {buyer.number}"
    job = agreed_job(buyer, worker, title, 1000)
    reference = pay(buyer, job, "deposit")
    number = provider.tell("chargebacks", reference=reference)["id"]
    hears(buyer, phones, language, "chargebackOpened")
    # and the worker has become an admin meanwhile
    make_admin(marketplace, worker)
    only_looks_on(card_in(worker.sign_in(phones, language), words, "chargebacks", title), words, "admin.own_affair")
    # when an admin opens it, then it says by when to answer, and the evidence is there to read
    admin = sign_in_as(AYANDA, language)
    card = card_in(admin, words, "chargebacks", title)
    says(card, "R315", buyer.name, worker.name, words("admin.answer_by"), reference)
    with admin.expect_download() as loading:
        card.get_by_role("button", name=words("admin.evidence")).tap()
    assert loading.value.suggested_filename == f"chargeback-{number}.pdf"
    # when it is contested
    decide_effect(admin, words, title, "admin.contest", words("admin.contest_effect"))
    decided_and_gone(admin, words, "chargebacks", title, "admin.contest")
    # then it stands with those that were answered, and the bank decides
    admin.goto("/admin/chargebacks?status=answered")
    says(admin.locator("li.card", has_text=title), words.pattern("admin.answered_on"))
    assert eventually(lambda: status_of(provider, number) == "awaiting-bank-feedback")
    provider.tell(f"chargebacks/{number}", outcome="won")
    for person in (buyer, worker):
        hears(person, phones, language, "chargebackWon")


@pytest.mark.parametrize("language", EACH_LANGUAGE)
@pytest.mark.slow
def test_given_money_that_was_given_back_past_khaya_when_the_books_are_compared_then_an_admin_closes_the_difference(
    sign_in_as: SignIn,
    marketplace: Marketplace,
    provider: PaymentProvider,
    parties: tuple[Newcomer, Newcomer],
    language: Language,
) -> None:
    # given a refund that somebody made on the provider's pages
    words, (buyer, worker) = Words(language), parties
    reference = pay(buyer, agreed_job(buyer, worker, f"Mend the gate {buyer.number}", 1000), "deposit")
    number = provider.give_back_by_hand(reference, 100)
    # when the books are compared, as every night
    schedules.run(marketplace.port, "reconciliation")
    # then an admin reads what differs, on which side
    admin = sign_in_as(AYANDA, language)
    admin.set_viewport_size(TABLET)
    card = card_in(admin, words, "differences", number)
    says(card, words("admin.difference_refund"), words("admin.difference_reason_not_in_our_books"))
    says(card, words("admin.theirs"), "R1")
    # and closes it
    decided_and_gone(admin, words, "differences", number, "admin.close")
    # and the figures of the month say up to when they are
    admin.goto("/admin/money")
    either = words.pattern("admin.figures_until"), words("admin.figures_none")
    expect(admin.get_by_text(either[0]).or_(admin.get_by_text(either[1]))).to_be_visible()


def given_back(provider: PaymentProvider, reference: str) -> list[tuple[int, str]]:
    """What the provider gave back of a payment, and how far it is."""
    refunds = [one for one in provider.books()["refunds"] if one["reference"] == reference]
    return [(one["amountCents"], one["status"]) for one in refunds]


def decide_effect(admin: Page, words: Words, text: str, choice: str, effect: str) -> None:
    """Choose on the card with this text; it says what that does before it is done."""
    card = admin.locator("li.card", has_text=text)
    card.locator("label.choice", has_text=words(choice)).first.tap()
    says(card, effect)


def released_job(buyer: Newcomer, worker: Newcomer, title: str, rand: int, *parts: str, **how: str) -> str:
    """A job that was done, paid in all its parts and released; returns its id."""
    first, *rest = parts
    job = agreed_job(buyer, worker, title, rand)
    pay(buyer, job, first, **how)
    worker.call("POST", f"/jobs/{job}/start")
    photo = pictures.upload(worker, "submission", (120, 150, 120))
    worker.call("POST", f"/jobs/{job}/submission", {"note": "All done and cleaned up.", "photos": [photo]})
    for part in rest:
        pay(buyer, job, part, **how)
    buyer.call("POST", f"/jobs/{job}/completion")
    return job


def name_account(person: Newcomer, ending: int) -> None:
    """Name a bank account of one's own, and wait until it is checked."""
    account = {
        "bankCode": "632005",
        "accountNumber": f"62{person.number}{ending}",
        "accountName": person.name.split()[0],
        "identityNumber": identity_number(person.number),
    }
    person.call("PUT", "/payouts/account", account)
    assert eventually(lambda: person.call("GET", "/payouts/account")["verified"])


def identity_number(number: str) -> str:
    """A South African identity number that only somebody with this phone number has."""
    digits = f"800101{number[-4:]}08"
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(digits)]
    total = sum(sum(divmod(one, 10)) for one in doubled)
    return f"{digits}{-total % 10}"


def failures(marketplace: Marketplace, job: str) -> int:
    """How often the payout of a job has failed."""
    found = marketplace.call("GET", "/admin/payouts?limit=50", token=marketplace.token("admin")).json()["items"]
    return next((int(one["failures"]) for one in found if one["id"] == f"job-{job}"), -1)


def send_payouts(marketplace: Marketplace, worker: Newcomer, job: str) -> None:
    """Let a day pass for the payout of a job and its account alone, and send what is due."""
    for item in (f"account#{worker.user_id}", f"job-{job}"):
        age_one(marketplace.port, "payouts", item, timedelta(hours=25))
    schedules.run(marketplace.port, "payouts")


def status_of(provider: PaymentProvider, number: int) -> str:
    """What the provider says of a chargeback."""
    return str(next(one["status"] for one in provider.books()["chargebacks"] if one["id"] == number))
