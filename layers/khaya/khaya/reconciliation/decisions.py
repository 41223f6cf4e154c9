"""What an admin decides about a difference."""

from __future__ import annotations

from khaya.platform.base.errors import NotFound
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.reconciliation import store
from khaya.reconciliation.model import Difference, DifferenceClosingRequest
from khaya.users import store as users


def close(
    difference_id: str, request: DifferenceClosingRequest, *, admin_id: str, now: str, unit_of_work: UnitOfWork
) -> Difference:
    """Close a difference.

    Raises:
        NotFound: there is no such difference.
        Conflict: it was closed before.
    """
    found = store.find(difference_id)
    if found is None:
        raise NotFound("There is no such difference.")
    closed = found.closed(request.reason, admin_id=admin_id, now=now)
    unit_of_work.add(users.require_active_admin(admin_id), store.change(found, closed))
    return closed
