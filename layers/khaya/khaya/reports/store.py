"""The Reports table (primary key `id`), its indexes, and the slot of each reporter.

A slot is a separate item with the id `<kind>#<reportedId>#<reporterId>`. It limits a person to one open report per
object. Resolving the report frees the slot.
"""

from __future__ import annotations

from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.models import item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.reports.model import Report, Status


def find(report_id: str) -> Report | None:
    """The report; None if it does not exist."""
    item = dynamo.get(settings().reports_table, {"id": report_id})
    return Report.model_validate(item) if item and "kind" in item else None


def create(report: Report) -> list[writes.Write]:
    """The writes that store a new report and take the reporter's slot."""
    table = settings().reports_table
    return [
        writes.create(table, item_of(report)),
        writes.put(
            table,
            {**_slot(report), "reportId": report.id},
            condition="attribute_not_exists(#id)",
            refusal=lambda _: Conflict(
                "You have reported this already, and the report is open.", code="already_reported"
            ),
        ),
    ]


def resolve(before: Report, after: Report) -> list[writes.Write]:
    """The writes of the decision, on condition that the report is open, and of freeing the reporter's slot."""
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
            _slot(before),
            condition="#reportId = :report",
            refusal=lambda _: WriteConflict(),
            values={"report": before.id},
        ),
    ]


def reword(before: Report, after: Report) -> writes.Write:
    """The write of other words on a report, of the reporter or of the admin who resolved it."""
    return writes.replace(
        settings().reports_table,
        {"id": before.id},
        item_of(before),
        item_of(after),
        condition="#status = :was",
        refusal=lambda _: WriteConflict(),
        values={"was": before.status},
    )


def of_reporter(user_id: str, page_request: PageRequest) -> PageResult[Report]:
    """The reports that a person made, newest first."""
    result = lists.list_page(settings().reports_table, "byReporter", "reporterId", user_id, page_request)
    return result.mapped(Report.model_validate)


def with_status(status: Status, page_request: PageRequest) -> PageResult[Report]:
    """The reports with a status, oldest first."""
    return lists.list_page(
        settings().reports_table, "byStatus", "status", status, page_request, newest_first=False
    ).mapped(Report.model_validate)


def _slot(report: Report) -> dict[str, str]:
    return {"id": f"{report.kind}#{report.reported_id}#{report.reporter_id}"}
