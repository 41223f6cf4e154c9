"""The Reports table, keyed by `id`, the index of the admins' queue, and each reporter's place.

A place is an item of its own under `<kind>#<reported thing>#<reporter>`: it holds a person to one open report a thing,
and is freed when the report is resolved.
"""

from __future__ import annotations

from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.models import item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.reports.model import Report, Status


def find(report_id: str) -> Report | None:
    """The report, if there is one."""
    item = dynamo.get(settings().reports_table, {"id": report_id})
    return Report.model_validate(item) if item and "kind" in item else None


def create(report: Report) -> list[writes.Write]:
    """Store a new report and take the reporter's place."""
    table = settings().reports_table
    return [
        writes.put(table, item_of(report), condition="attribute_not_exists(#id)", refusal=lambda _: WriteConflict()),
        writes.put(
            table,
            {**_place(report), "reportId": report.id},
            condition="attribute_not_exists(#id)",
            refusal=lambda _: Conflict("You have reported this already, and the report is open."),
        ),
    ]


def resolve(before: Report, after: Report) -> list[writes.Write]:
    """Write the decision, if the report is still open, and free the reporter's place."""
    table = settings().reports_table
    return [
        writes.replace(
            table,
            {"id": before.id},
            item_of(before),
            item_of(after),
            condition="#status = :was",
            refusal=lambda _: WriteConflict(),
            values={"was": before.status},
        ),
        writes.delete(
            table,
            _place(before),
            condition="#reportId = :report",
            refusal=lambda _: WriteConflict(),
            values={"report": before.id},
        ),
    ]


def forget(before: Report, after: Report) -> list[writes.Write]:
    """Write what is left of a report whose reporter has left; nothing where nothing differs."""
    if before == after:
        return []
    table = settings().reports_table
    return [
        writes.replace(
            table,
            {"id": before.id},
            item_of(before),
            item_of(after),
            condition="attribute_exists(#id)",
            refusal=lambda _: WriteConflict(),
        )
    ]


def of_reporter(user_id: str, page_request: PageRequest) -> PageResult[Report]:
    """The reports that a person made, newest first."""
    found = lists.list_page(settings().reports_table, "byReporter", "reporterId", user_id, page_request)
    return PageResult([Report.model_validate(row) for row in found.items], found.after)


def listed(status: Status, page_request: PageRequest) -> PageResult[Report]:
    """The reports in a state, oldest first."""
    found = lists.list_page(settings().reports_table, "byStatus", "status", status, page_request, newest_first=False)
    return PageResult([Report.model_validate(row) for row in found.items], found.after)


def _place(report: Report) -> dict[str, str]:
    return {"id": f"{report.kind}#{report.reported_id}#{report.reporter_id}"}
