"""What follows when something a person is judged by has changed: their median response, and their directory rows.

It may be done any number of times, and in any order: it only ever writes what follows from the present state.
"""

from __future__ import annotations

from khaya.bids import store as bids
from khaya.platform.aws import cognito
from khaya.platform.base.backoff import pause
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.roles import ROLES
from khaya.platform.data.pages import PageRequest
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.profiles import store

RESPONSES = 20
"""Of how many of their last bids a person's median response is made."""

_RERUNS = 5


class IndexBehind(Exception):
    """The index does not have the bid yet whose response is to count; the work is done again a little later."""


def follow(user_id: str, bid_id: str | None = None) -> bool:
    """Bring in line what is derived from a person's facts, and answer whether anything had to be written.

    Args:
        user_id: the person.
        bid_id: the bid that they have placed, where that is what happened.

    Raises:
        IndexBehind: the index of bids lags behind.
        Raced: the owner keeps writing the profile.
    """
    responses = _responses(user_id, bid_id) if bid_id else None
    for attempt in range(_RERUNS):
        try:
            return _bring_in_line(user_id, responses)
        except WriteConflict:
            pause(attempt)
    raise WriteConflict


def match_groups(user_id: str) -> None:
    """Bring a person's groups in Cognito in line with the roles on their profile.

    Whoever changes roles has told Cognito already; this makes up for a call that failed, and for two changes at once.

    Raises:
        Unavailable: Cognito did not do all of it; the same call makes up for it.
    """
    profile = store.find(user_id)
    if profile is not None and profile.erased_at is None:  # the account of somebody who has left is removed
        cognito.set_groups(user_id, add=profile.roles, remove=[role for role in ROLES if role not in profile.roles])


def _bring_in_line(user_id: str, responses: list[float] | None) -> bool:
    profile = store.find(user_id)
    if profile is None:
        return False
    after = profile if responses is None else profile.with_responses(responses)
    unit_of_work = UnitOfWork()
    unit_of_work.add(*store.bring_in_line(profile, after))
    unit_of_work.commit()
    return bool(unit_of_work.changes)


def _responses(user_id: str, bid_id: str) -> list[float]:
    """How many minutes after their posting the person bid on the last jobs that they bid on."""
    latest = bids.of_worker(user_id, None, PageRequest((), RESPONSES)).items
    full = len(latest) == RESPONSES
    if all(bid.id != bid_id for bid in latest) and not (full and latest[-1].id > bid_id):
        raise IndexBehind(bid_id)
    return [bid.response_minutes for bid in latest if bid.response_minutes is not None]
