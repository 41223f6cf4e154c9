"""Updates the data that is derived from people's profiles and bids: median response time, directory rows, groups.

The updates are idempotent and independent of the order of messages, because they use only the current state.
"""

from __future__ import annotations

from khaya.bids import store as bids
from khaya.bids.model import Bid
from khaya.platform.aws import cognito
from khaya.platform.base.errors import IndexBehind
from khaya.platform.base.roles import ROLES
from khaya.platform.data.pages import every_item
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.platform.work.retries import retry_on_conflict
from khaya.profiles import store
from khaya.users import store as users

RESPONSES = 20
"""The number of latest bids in a person's median response time; withdrawn ones are left out."""

_ATTEMPTS = 5


def update_reputation(user_id: str, bid_id: str | None = None, *, withdrawn: bool = False) -> bool:
    """Update the median response time and the directory rows of a person; returns whether anything was written.

    Args:
        user_id: the person.
        bid_id: the new or withdrawn bid, if a bid is the reason for the update.
        withdrawn: whether that bid was withdrawn.

    Raises:
        IndexBehind: the index of bids does not contain the bid in this state yet.
        WriteConflict: the owner wrote the profile during every attempt.
    """
    responses = _responses(user_id, bid_id, withdrawn=withdrawn) if bid_id else None
    return retry_on_conflict(lambda: _update(user_id, responses), _ATTEMPTS)


def sync_groups(user_id: str) -> None:
    """Set a person's groups in Cognito to the roles on their profile. Idempotent.

    The use cases that change roles set the groups too; this repairs failed calls and concurrent changes.

    Raises:
        Unavailable: some changes failed; the same call can be repeated.
    """
    profile = store.find(user_id)
    if profile is not None and profile.erased_at is None:  # an erased person has no account
        subject = users.get(user_id).subject
        cognito.set_groups(subject, add=profile.roles, remove=[role for role in ROLES if role not in profile.roles])


def _update(user_id: str, responses: list[float] | None) -> bool:
    profile = store.find(user_id)
    if profile is None:
        return False
    after = profile if responses is None or profile.erased_at else profile.with_responses(responses)
    unit_of_work = UnitOfWork()
    unit_of_work.add(*store.derived_writes(profile, after))
    unit_of_work.commit()
    return bool(unit_of_work.writes)


def _responses(user_id: str, bid_id: str, *, withdrawn: bool) -> list[float]:
    """The response times of the person's latest bids that were not withdrawn, in minutes."""
    read: list[Bid] = []
    latest: list[Bid] = []
    for bid in every_item(lambda page_request: bids.of_worker(user_id, None, page_request), RESPONSES):
        read.append(bid)
        if bid.status != "withdrawn":
            latest.append(bid)
        if len(latest) == RESPONSES:
            break
    full = len(latest) == RESPONSES
    known = any(bid.id == bid_id and (bid.status == "withdrawn" or not withdrawn) for bid in read)
    if not known and not (full and read[-1].id > bid_id):
        raise IndexBehind(bid_id)
    return [bid.response_minutes for bid in latest if bid.response_minutes is not None]
