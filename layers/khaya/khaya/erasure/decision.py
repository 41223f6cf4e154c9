"""Leaving for good: the decision, in one transaction. `service` does what follows.

It closes the gate and empties the profile. It meets whatever would keep somebody here on the items that both write: the
acceptance of a bid on the profiles of its parties, a withdrawal on the account and the profile. So whichever comes
first holds, and no job is ever in progress with somebody who has left.
"""

from __future__ import annotations

from khaya.erasure.model import Open
from khaya.ledger import store as ledger
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.platform.web.access import Caller
from khaya.profiles import store as profiles
from khaya.users import store as users


def request(caller: Caller, *, now: str, unit_of_work: UnitOfWork) -> bool:
    """Erase a person: from the commit on they can do nothing and nobody sees their profile. The rest follows.

    Answers whether this is the first time; asked again, it changes nothing.

    Raises:
        Conflict: something is open, or the person is an admin, whom another admin has to release first.
        Forbidden: they are suspended.
    """
    person = caller.user_id
    user_item, profile_item, account_item = read_together(
        [users.key(person), profiles.key(person), ledger.account_key(person)]
    )
    user = users.read(user_item, person)
    if user.status == "erased":
        return False
    if user.status != "active":
        raise Forbidden("This account is suspended.")
    profile = profiles.read(profile_item, person)
    if caller.is_admin or "admin" in {*user.roles, *profile.roles}:
        raise Conflict("You are an admin. Another admin has to end that first, so that one always remains.")
    pending = ledger.read_account(account_item, person).pending_withdrawal_cents
    Open(jobs=users.jobs_in_progress(user_item), withdrawals=int(pending > 0)).require_nothing()
    unit_of_work.add(
        users.erase(person, now), *profiles.erase(profile, profile.erased(now)), ledger.require_none_pending(person)
    )
    return True
