"""The use cases around reports."""

from __future__ import annotations

from khaya.bids.visibility import visible_job
from khaya.jobs import store as jobs
from khaya.jobs.model import Job
from khaya.listings.service import visible as visible_listing
from khaya.platform.base.errors import NotFound
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.platform.web.access import Caller
from khaya.profiles.service import public as visible_profile
from khaya.reports import store
from khaya.reports.model import Kind, Report, ReportRequest, ResolutionRequest, made
from khaya.reviews.service import visible as visible_review


def report(request: ReportRequest, *, reporter: Caller, now: str, unit_of_work: UnitOfWork) -> Report:
    """Bring something to the admins' notice.

    Raises:
        NotFound: there is no such thing that the reporter may see.
        Conflict: they have reported it before, and that report is open.
    """
    concerns = _concerned(request.kind, request.id, reporter)
    new = made(request, reporter_id=reporter.user_id, concerns=concerns, now=now)
    unit_of_work.add(*store.create(new))
    return new


def resolve(report_id: str, request: ResolutionRequest, *, admin_id: str, now: str, unit_of_work: UnitOfWork) -> Report:
    """Decide about a report.

    Raises:
        NotFound: there is no such report.
        Forbidden: the admin made it, or it is about them or a job of theirs.
        Conflict: it was resolved before.
    """
    open_report = store.find(report_id)
    if open_report is None:
        raise NotFound("There is no such report.")
    job = jobs.find(open_report.reported_id) if open_report.kind == "job" else None
    resolved = open_report.resolved(request, admin_id=admin_id, parties=_parties(job) if job else (), now=now)
    unit_of_work.add(*store.resolve(open_report, resolved))
    return resolved


def _concerned(kind: Kind, thing_id: str, reporter: Caller) -> list[str]:
    """Whom a report of the thing is about, in one read."""
    match kind:
        case "profile":
            return [visible_profile(thing_id).user_id]
        case "job":
            return _parties(visible_job(thing_id, reporter))
        case "listing":
            return [visible_listing(thing_id, reporter).seller_id]
        case "review":
            review = visible_review(thing_id, reporter)
            return [review.reviewer_id, review.subject_id]
        case "story":
            # With stories come rewards and the ledger, for which no other report should wait in a cold start.
            from khaya.stories.service import visible as visible_story  # noqa: PLC0415

            return [visible_story(thing_id, reporter)[0].author_id]


def _parties(job: Job) -> list[str]:
    return [person for person in (job.buyer_id, job.worker_id) if person]
