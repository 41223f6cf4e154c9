"""How a refund is shared out over captures, and its states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.payout_accounts.model import is_identity_number
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict
from khaya.refunds.model import Refund, RefundDecisionRequest, new_refund, new_return

NOW = "2026-11-21T08:00:00.000Z"


def refund(cents: int = 105_000) -> Refund:
    return new_refund(job_id="job", job_title="Tap", buyer_id="buyer", amount_cents=cents, now=NOW)


@pytest.mark.parametrize(
    ("cents", "captures", "parts"),
    [
        (105_000, [("balance", 73_500), ("deposit", 31_500)], [("balance", 73_500), ("deposit", 31_500)]),
        (50_000, [("balance", 73_500), ("deposit", 31_500)], [("balance", 50_000)]),
        (73_501, [("balance", 73_500), ("deposit", 31_500)], [("balance", 73_500), ("deposit", 1)]),
        (31_500, [("balance", 0), ("deposit", 31_500)], [("deposit", 31_500)]),
        (21_000, [("all", 21_000)], [("all", 21_000)]),
    ],
)
def test_the_newest_capture_is_given_back_first(
    cents: int, captures: list[tuple[str, int]], parts: list[tuple[str, int]]
) -> None:
    planned = refund(cents).planned(captures, NOW)
    assert [(part.collection, part.cents) for part in planned.parts] == parts
    assert len({part.refund_id for part in planned.parts}) == len(parts)


@given(st.integers(1, 200_000), st.lists(st.integers(0, 80_000), max_size=4))
def test_the_parts_add_up_to_the_refund_and_never_exceed_what_is_left(cents: int, left: list[int]) -> None:
    captures = [(f"capture-{number}", one) for number, one in enumerate(left)]
    planned = refund(cents).planned(captures, NOW)
    if sum(left) < cents:
        assert (planned.status, planned.reason, planned.parts) == ("needs_admin", "too_little_left", ())
    else:
        assert sum(part.cents for part in planned.parts) == cents
        assert all(0 < part.cents <= dict(captures)[part.collection] for part in planned.parts)


@pytest.mark.parametrize(
    ("minutes", "status"), [(0, "pending"), (29, "pending"), (30, "needs_admin"), (90, "needs_admin")]
)
def test_a_lost_answer_is_an_admins_after_half_an_hour(minutes: int, status: str) -> None:
    asked = refund(21_000).planned([("all", 21_000)], NOW).asking(NOW)
    assert asked.unclear(clock.plus(NOW, minutes=minutes)).status == status


def test_given_a_chargeback_of_less_than_a_part_then_the_rest_of_the_part_still_goes_back() -> None:
    planned = refund().planned([("balance", 73_500), ("deposit", 31_500)], NOW)
    sent = planned.asking(NOW).sent("r", NOW)
    after = sent.charged_back(1_500, "deposit", NOW)
    assert [(part.collection, part.cents) for part in after.parts] == [("balance", 73_500), ("deposit", 30_000)]
    assert (after.amount_cents, after.held_cents, after.coverable_cents("balance")) == (103_500, 103_500, 0)


def test_given_a_chargeback_of_some_of_a_part_that_needs_an_account_then_the_rest_is_asked_for_afresh() -> None:
    planned = refund().planned([("balance", 73_500), ("deposit", 31_500)], NOW)
    asking = planned.asking(NOW).needing_account("r", NOW)
    assert asking.coverable_cents("balance") == 73_500
    after = asking.charged_back(1_500, "balance", NOW)
    first = after.parts[0]
    assert (after.status, first.state, first.cents, first.failed) == ("pending", "planned", 72_000, ("r",))
    assert asking.with_account("sealed", NOW).giving_account(NOW).coverable_cents("balance") == 0


def test_given_a_refund_of_which_too_little_is_left_then_a_lost_chargeback_covers_it() -> None:
    stuck = refund().planned([("deposit", 31_500)], NOW)
    assert stuck.coverable_cents("balance") == 105_000
    after = stuck.charged_back(73_500, "balance", NOW)
    assert (after.status, after.held_cents, after.parts) == ("needs_admin", 31_500, ())
    assert after.charged_back(31_500, "deposit", NOW).status == "charged_back"


@pytest.mark.parametrize("end", ["paid", "charged_back"])
def test_given_a_refund_that_has_ended_then_nothing_of_it_is_coverable(end: str) -> None:
    planned = refund(21_000).planned([("all", 21_000)], NOW)
    ended = planned.asking(NOW).part_paid("r", NOW) if end == "paid" else planned.charged_back(21_000, "all", NOW)
    assert (ended.status, ended.coverable_cents("all")) == (end, 0)


def again(stuck: Refund, admin: str) -> Refund:
    request = RefundDecisionRequest(decision="again", reason="It was not made there.")
    return stuck.decided(request, admin_id=admin, now=NOW)


@pytest.mark.parametrize("kind", ["never asked for", "asked for"])
def test_given_a_proposal_when_a_chargeback_changes_the_amount_then_two_admins_decide_anew(kind: str) -> None:
    planned = refund(1_050_000).planned([("balance", 735_000), ("deposit", 315_000)], NOW)
    stuck = planned.refused(NOW) if kind == "never asked for" else planned.asking(NOW).part_failed("r", NOW)
    assert stuck.status == "needs_admin"
    proposed = again(stuck, "admin-1")
    assert proposed.proposal is not None
    less = proposed.charged_back(100_000, "balance", NOW)
    assert (less.proposal, less.held_cents) == (None, 950_000)
    anew = again(less, "admin-2")
    assert (anew.status, anew.proposal is not None) == ("needs_admin", True)


def test_given_a_large_refund_of_which_little_is_left_then_one_admin_decides() -> None:
    planned = refund(630_000).planned([("balance", 441_000), ("deposit", 189_000)], NOW)
    stuck = planned.asking(NOW).part_paid("r", NOW).refused(NOW)
    assert stuck.held_cents == 189_000
    assert again(stuck, "admin-1").status == "pending"


def test_given_a_refund_that_has_ended_then_it_does_not_change_any_more() -> None:
    paid = refund(21_000).planned([("all", 21_000)], NOW).asking(NOW).part_paid("r", NOW)
    assert paid.status == "paid"
    for step in (
        lambda: paid.stuck("failed", NOW),
        lambda: paid.refused(NOW),
        lambda: refund().charged_back(105_000, "all", NOW).stuck("failed", NOW),
    ):
        with pytest.raises(Conflict):
            step()


def test_a_refund_is_listed_since_the_day_before() -> None:
    assert refund().listed_since == "2026-11-20"


def test_money_in_suspense_is_one_part_of_its_collection() -> None:
    back = new_return(reference="abc-all-1", buyer_id=None, job_id=None, amount_cents=5, currency="USD", now=NOW)
    assert [(part.collection, part.cents) for part in back.parts] == [("abc-all-1", 5)]
    assert back.needing_account("r", NOW).for_admin, "nobody is known who could name an account"


def test_an_account_is_taken_only_while_it_is_asked_for() -> None:
    planned = refund(21_000).planned([("all", 21_000)], NOW).asking(NOW)
    with pytest.raises(Conflict):
        planned.with_account("sealed", NOW)
    named = planned.needing_account("r", NOW).with_account("sealed", NOW)
    assert (named.sealed, named.next_at) == ("sealed", NOW)
    refused = named.needing_account("r", NOW, "closed")
    assert (refused.sealed, refused.account_problem) == (None, "closed")
    assert named.account_given(NOW).sealed is None


def luhn(digits: str) -> str:
    """The digits with the check digit of Luhn's algorithm, by its textbook form."""
    total = 0
    for number, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if number % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{digits}{-total % 10}"


@given(st.dates(), st.integers(0, 9999), st.sampled_from("012"), st.integers(0, 9))
def test_an_identity_number_has_a_date_and_a_checksum(day: object, number: int, citizen: str, other: int) -> None:
    text = luhn(f"{day:%y%m%d}{number:04}{citizen}{other}")
    assert is_identity_number(text) or f"{day:%m%d}" == "0229"
    assert not is_identity_number(text[:-1] + str((int(text[-1]) + 1) % 10))
    assert not is_identity_number(text[:-1])
    assert not is_identity_number(luhn(f"{day:%y}13{number:06}{citizen}{other}"))
