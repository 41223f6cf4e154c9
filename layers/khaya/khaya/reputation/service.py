"""Updates the data that is derived from people's profiles and bids: median response time, directory rows, groups.

The updates are idempotent and independent of the order of messages, because they use only the current state.
"""

from __future__ import annotations

from khaya.bids import store as bids
from khaya.platform.aws import cognito
from khaya.platform.base.roles import ROLES
from khaya.platform.data.pages import PageRequest
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.platform.work.retries import retry_on_conflict
from khaya.profiles import store
from khaya.users import store as users

RESPONSES = 20
"""The number of latest bids in a person's median response time."""

_ATTEMPTS = 5


class IndexBehind(Exception):
    """The index does not contain the new bid yet; the update must be retried a little later."""


def update_reputation(user_id: str, bid_id: str | None = None) -> bool:
    """Update the median response time and the directory rows of a person; returns whether anything was written.

    Args:
        user_id: the person.
        bid_id: the new bid, if a bid is the reason for the update.

    Raises:
        IndexBehind: the index of bids does not contain the new bid yet.
        WriteConflict: the owner wrote the profile during every attempt.
    """
    responses = _responses(user_id, bid_id) if bid_id else None
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
    after = profile if responses is None else profile.with_responses(responses)
    unit_of_work = UnitOfWork()
    unit_of_work.add(*store.derived_writes(profile, after))
    unit_of_work.commit()
    return bool(unit_of_work.writes)


def _responses(user_id: str, bid_id: str) -> list[float]:
    """The response times of the person's latest bids, in minutes."""
    latest = bids.of_worker(user_id, None, PageRequest((), RESPONSES)).items
    full = len(latest) == RESPONSES
    if all(bid.id != bid_id for bid in latest) and not (full and latest[-1].id > bid_id):
        raise IndexBehind(bid_id)
    return [bid.response_minutes for bid in latest if bid.response_minutes is not None]
