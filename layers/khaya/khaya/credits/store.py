"""Proposals and the sums of single admins, in the Credits table.

* `proposal#<ulid>`: a proposal; the index `byPending` lists those that wait for a second admin, oldest first.
* `single-admin#<adminId>`: what an admin booked alone lately. Every change is conditional on its version, so the limit
  is exact, also for requests at the same moment.
"""

from __future__ import annotations

from khaya.credits.model import Proposal, SingleAdminSum
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.lists import list_page
from khaya.platform.data.pages import PageRequest, PageResult

_WAITING = "proposals"
_PREFIX = "proposal#"


def proposal_key(proposal_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a proposal."""
    return settings().credits_table, {"id": f"{_PREFIX}{proposal_id}"}


def sum_key(admin_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of what an admin booked alone."""
    return settings().credits_table, {"id": f"single-admin#{admin_id}"}


def find_proposal(proposal_id: str) -> Proposal | None:
    """The proposal; None if it does not exist."""
    item = dynamo.get(*proposal_key(proposal_id))
    return _read(item) if item else None


def waiting(page_request: PageRequest) -> PageResult[Proposal]:
    """The proposals that wait for a second admin, oldest first."""
    return list_page(
        settings().credits_table, "byPending", "waiting", _WAITING, page_request, newest_first=False
    ).mapped(_read)


def read_sum(item: Item | None, admin_id: str) -> SingleAdminSum:
    """The sum in `item`; an empty one if the admin has booked nothing alone yet."""
    return SingleAdminSum.model_validate(item or {"adminId": admin_id})


def create_proposal(proposal: Proposal) -> writes.Write:
    """Store a new proposal."""
    return writes.create(settings().credits_table, _item(proposal))


def decide_proposal(before: Proposal, after: Proposal) -> writes.Write:
    """Write a decision, if nobody else has decided."""
    return writes.replace(
        *proposal_key(before.id),
        _item(before),
        _item(after),
        condition="#status = :waiting",
        refusal=lambda _: WriteConflict(),
        values={"waiting": "waiting"},
    )


def update_sum(before: SingleAdminSum, after: SingleAdminSum) -> writes.Write:
    """Write what an admin booked alone, if the admin has booked nothing else meanwhile."""
    return writes.put(
        settings().credits_table,
        {**item_of(after), **sum_key(after.admin_id)[1]},
        condition="#version = :was" if before.version else "attribute_not_exists(#id)",
        refusal=lambda _: WriteConflict(),
        values={"was": before.version} if before.version else None,
    )


def _read(item: Item) -> Proposal:
    return Proposal.model_validate({**item, "id": item["id"].removeprefix(_PREFIX)})


def _item(proposal: Proposal) -> Item:
    """The item of a proposal, with its index attribute while it waits."""
    item = {**item_of(proposal), **proposal_key(proposal.id)[1]}
    return item | ({"waiting": _WAITING} if proposal.status == "waiting" else {})
