"""What admins do with money in suspense."""

from __future__ import annotations

from khaya.platform.base.errors import NotFound
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.suspense import store
from khaya.suspense.model import RefundRequest, Suspense
from khaya.users import store as users


def refund(reference: str, request: RefundRequest, *, admin_id: str, now: str, unit_of_work: UnitOfWork) -> Suspense:
    """Decide that money in suspense goes back to who paid it; it is sent by the task of payouts.

    Raises:
        NotFound: there is no such money.
        Forbidden: the admin paid it, or is no longer an active admin.
        Conflict: it goes back already, or a chargeback about it is open.
    """
    kept = store.find(reference)
    if kept is None:
        raise NotFound("There is no such money.")
    returning = kept.refunded_by(admin_id, request.reason, now)
    unit_of_work.add(users.require_active_admin(admin_id), store.change(kept, returning))
    return returning
