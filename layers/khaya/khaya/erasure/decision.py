"""The decision to erase an account, in one transaction. `service` erases the data afterwards.

The transaction sets the account's status and empties the profile. Operations that prevent an erasure write or check the
same items: the acceptance of a bid checks the parties' profiles, a withdrawal checks account and profile. So only one
of two concurrent operations succeeds, and no job is in progress with an erased person.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from khaya.chargebacks import store as chargebacks
from khaya.collections import store as collections
from khaya.erasure import store as erasures
from khaya.erasure.model import HOLD_DAYS, OpenItems, held_until
from khaya.ledger import service as bookkeeping
from khaya.ledger import store as ledger
from khaya.payouts import store as payouts
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict
from khaya.platform.data.pages import every_item
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.platform.web.access import Caller
from khaya.profiles import store as profiles
from khaya.refunds import store as refunds
from khaya.users import store as users

_ALWAYS: Final = ("0", "9")
_BATCH: Final = 100
_ENDED_REFUNDS: Final = ("paid", "charged_back")


@dataclass(frozen=True)
class Requested:
    """An erasure that was requested: whether for the first time, and until when the person's data is kept."""

    is_first: bool
    held_until: str | None


def request(
    caller: Caller,
    *,
    forfeit_cents: int | None,
    check_version: Callable[[int], None],
    now: str,
    unit_of_work: UnitOfWork,
) -> Requested:
    """Erase a person's account, whose balance of credits, `forfeit_cents`, is lost. Idempotent.

    `check_version` compares the version of the profile with the one that the person has read.

    From the commit on the person has no access, and their profile is empty. The other data is erased afterwards, after
    a card payment only when their bank can take it back no longer.

    Raises:
        Conflict: something is still open, credits are left, or the person is an admin.
    """
    person = caller.user_id
    user_item, profile_item, account_item = read_together(
        [users.key(person), profiles.key(person), ledger.account_key(person)]
    )
    user = users.read(user_item, person)
    if user.status == "erased":
        return Requested(is_first=False, held_until=erasures.held_until(user_item))
    profile = profiles.read(profile_item, person)
    check_version(profile.version)
    if caller.is_admin or "admin" in {*user.roles, *profile.roles}:
        raise Conflict(
            "You are an admin. Another admin has to end that first, so that one always remains.", code="is_admin"
        )
    account = ledger.read_account(account_item, person)
    OpenItems(
        jobs=users.jobs_in_progress(user_item),
        withdrawals=int(account.pending_withdrawal_cents > 0),
        payouts=sum(one.status in ("pending", "sent") for one in payouts.earned_by(person, _ALWAYS, batch=_BATCH)),
        refunds=sum(one.status not in _ENDED_REFUNDS for one in refunds.of_buyer(person, _ALWAYS, batch=_BATCH)),
        chargebacks=count_open_chargebacks(person),
    ).require_none()
    held = held_until(_last_card_payment(person, now), now)
    unit_of_work.add(erasures.mark_erased(person, now, held), *profiles.erase(profile, profile.erased(now)))
    bookkeeping.forfeit(account, forfeit_cents, now=now, unit_of_work=unit_of_work)
    return Requested(is_first=True, held_until=held)


def _last_card_payment(person: str, now: str) -> str | None:
    """When the person paid by card for the last time; None if their bank can take none of it back any more."""
    paid = collections.paid_between(person, (clock.plus(now, days=-HOLD_DAYS), _ALWAYS[1]), batch=_BATCH)
    return next((one.paid_at for one in paid if one.is_by_card), None)


def count_open_chargebacks(person: str) -> int:
    """How many undecided chargebacks are about a job of the person's. There are never many open ones at once."""
    found = every_item(lambda page_request: chargebacks.with_status("open", page_request))
    return sum(person in (chargeback.buyer_id, chargeback.worker_id) for chargeback in found)
