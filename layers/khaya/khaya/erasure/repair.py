"""Repairs erasures that began and did not finish, and repeats those whose data came back with a restored table.

Parked records are repaired too: one that was parked after an erasure may hold the person's data.
"""

from __future__ import annotations

from khaya.audit import store as audit
from khaya.erasure import store as erasures
from khaya.platform.data.corrections import require_past
from khaya.platform.data.pages import every_item
from khaya.platform.data.unit_of_work import commit_now, read
from khaya.platform.work import parked_records
from khaya.platform.work.repairs import SETTLED_SECONDS, Run
from khaya.users import store as users


def repair_erasure(user_id: str, run: Run) -> int:
    """Request a further run of an erasure that was requested an hour ago or earlier; returns the differences.

    One whose account is closed and whose data is kept for now lacks nothing.

    Raises:
        NotSettled: it was requested later.
    """
    record = read(users.key(user_id))
    if record is None or record.get("status") != "erased" or "erasureDoneAt" in record:
        return 0
    if erasures.is_closed(record) and (erasures.held_until(record) or "") > run.now:
        return 0
    require_past(record["erasedAt"], run.now, seconds=SETTLED_SECONDS)
    commit_now(erasures.request_erasure_run(user_id))
    return 1


def repeat_erasure(user_id: str, run: Run) -> int:
    """Begin an erasure anew, if the audit trail has it, whatever the person's record says; returns whether it did."""
    entries = every_item(lambda page_request: audit.list_entries(f"people/{user_id}", None, page_request))
    if not any(entry.action == "person.erased" for entry in entries):
        return 0
    commit_now(erasures.repeat_erasure(user_id, run.now))
    return 1


def repair_parked(file: str, run: Run) -> int:
    """Remove the data of erased people from a parked record; returns the differences."""
    from khaya.erasure.parked import without_erased_people  # noqa: PLC0415 - there are rarely parked records

    del run
    return sum(parked_records.rewrite(file, without_erased_people))
