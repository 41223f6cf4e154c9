"""Use cases of reports."""

from __future__ import annotations

from khaya.bids.visibility import get_visible_job
from khaya.jobs import store as jobs
from khaya.jobs.model import Job
from khaya.listings.service import get_visible as get_listing
from khaya.platform.base.errors import NotFound
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.platform.web.access import Caller
from khaya.profiles.service import public as get_profile
from khaya.reports import store
from khaya.reports.model import Kind, Report, ReportRequest, ReportResolutionRequest, new_report
from khaya.reviews.service import get_visible as get_review


def report(request: ReportRequest, *, reporter: Caller, now: str, unit_of_work: UnitOfWork) -> Report:
    """Report an object to the admins.

    Raises:
        NotFound: the reporter may not see the object, or it does not exist.
        Conflict: the reporter has an open report of the object.
    """
    subject_ids = _subject_ids(request.kind, request.id, reporter)
    new = new_report(request, reporter_id=reporter.user_id, subject_ids=subject_ids, now=now)
    unit_of_work.add(*store.create(new))
    return new


def resolve(
    report_id: str, request: ReportResolutionRequest, *, admin_id: str, now: str, unit_of_work: UnitOfWork
) -> Report:
    """Resolve a report.

    Raises:
        NotFound: the report does not exist.
        Forbidden: the admin is the reporter, a subject of the report or a party of the reported job.
        Conflict: the report was resolved already.
    """
    open_report = store.find(report_id)
    if open_report is None:
        raise NotFound("There is no such report.")
    job = jobs.find(open_report.reported_id) if open_report.kind == "job" else None
    resolved = open_report.resolved(request, admin_id=admin_id, parties=_parties(job) if job else (), now=now)
    unit_of_work.add(*store.resolve(open_report, resolved))
    return resolved


def _subject_ids(kind: Kind, object_id: str, reporter: Caller) -> list[str]:
    """The users whom a report of the object is about."""
    match kind:
        case "profile":
            return [get_profile(object_id, reporter).user_id]
        case "job":
            return _parties(get_visible_job(object_id, reporter))
        case "listing":
            return [get_listing(object_id, reporter).seller_id]
        case "review":
            review = get_review(object_id, reporter)
            return [review.reviewer_id, review.subject_id]
        case "story":
            # Imported here because stories import the ledger, which slows the cold start.
            from khaya.stories.service import get_visible as get_story  # noqa: PLC0415

            return [get_story(object_id, reporter)[0].author_id]


def _parties(job: Job) -> list[str]:
    return [person for person in (job.buyer_id, job.worker_id) if person]
