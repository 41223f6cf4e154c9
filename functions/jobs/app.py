"""Routes of jobs: posting, listing, what is to do, and the transitions from open to completed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from khaya.actions.view import ActionsView, actions_view
from khaya.bids.visibility import get_visible_job, get_visible_job_with
from khaya.escrows import service as escrows
from khaya.job_details.service import details_of
from khaya.jobs import service, store
from khaya.jobs.model import (
    Category,
    ChangesRequest,
    Job,
    JobChanges,
    JobClosingRequest,
    JobPosting,
    Party,
    Status,
    WorkProof,
)
from khaya.jobs.view import JobCard, JobView, PartyJobView, job_card, job_view, party_job_view
from khaya.platform.base.feeds import FeedView
from khaya.platform.base.fields import Length, Prose
from khaya.platform.base.models import RequestModel
from khaya.platform.data.pages import Page, PageRequest, PageResult
from khaya.platform.web.access import ADMIN, FEED, PUBLIC, SIGNED_IN, Access
from khaya.platform.web.api import Api, Cursor, PageLimit, PlaceFilter
from khaya.search.model import SearchText
from khaya.uploads import service as uploads
from khaya.users.store import pass_account_guard

api = Api("Jobs", pass_account_guard)

BUYER = Access("buyers", roles=("buyer",))
MINE = Access("buyers and workers, their own", roles=("buyer", "worker"))
OWNER = Access("the job's owner", roles=("buyer",))
SELECTED_WORKER = Access("the selected worker", roles=("worker",))
PARTIES = Access("the owner; the selected worker before submission", roles=("buyer", "worker"))


class CancellationRequest(RequestModel):
    """The reason for a cancellation."""

    reason: Annotated[Prose, Length(3, 500)]


@api.post("/jobs", BUYER, "Post a job", status=201, body=PartyJobView)
def post_job(posting: Annotated[JobPosting, Body()]) -> Response[PartyJobView]:
    """The job takes bids immediately, for thirty days."""
    buyer = api.caller.user_id
    job, profile = service.post(posting, buyer_id=buyer, now=api.now, unit_of_work=api.unit_of_work)
    api.count("JobPosted")
    view = party_job_view(job, buyer, profile)
    return api.answer(view, status=201, location=f"/jobs/{job.id}", version=job.version)


@api.get("/jobs", FEED, "Open jobs, newest first", body=Page[PartyJobView | JobView | JobCard])
def feed(
    category: Annotated[Category | None, Query()] = None,
    location: PlaceFilter = None,
    q: Annotated[SearchText | None, Query()] = None,
    view: Annotated[FeedView, Query()] = "full",
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[PartyJobView | JobView | JobCard]]:
    """Filters by category, location and words of the title can be combined."""
    page_request = api.page_request(limit, cursor, category, location, q)
    result = service.feed(category, location, q, page_request)
    details = details_of(result.items, api.visitor)

    def shown(job: Job) -> JobView | JobCard:
        buyer = details[job.id].buyer
        return job_card(job, buyer) if view == "card" else job_view(job, api.visitor, buyer)

    return api.answer_page(result, page_request, shown)


@api.get("/jobs/mine", MINE, "One's own jobs, newest first", body=Page[PartyJobView])
def mine(
    side: Annotated[Party, Query(alias="as", description="The side of the job that the caller is on.")] = "buyer",
    status: Annotated[Status | None, Query()] = None,
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[PartyJobView]]:
    """Jobs that the caller posted, or for which the caller was selected."""
    page_request = api.page_request(limit, cursor, side, status, private=True)
    return _listed(store.of_person(side, api.caller.user_id, status, page_request), page_request)


@api.get("/me/actions", SIGNED_IN, "What the caller has to do, most urgent first", body=ActionsView, revalidated=True)
def actions() -> Response[ActionsView]:
    """As buyer, worker and seller, about the newest 50 jobs of each side and the newest 50 listings."""
    from khaya.actions.service import actions_of  # noqa: PLC0415 - it imports listings, which no other route needs

    return api.answer_unless_known(actions_view(actions_of(api.caller, api.now)))


@api.get("/jobs/<job_id>", PUBLIC, "One job", body=PartyJobView | JobView)
def one_job(job_id: str) -> Response[PartyJobView | JobView]:
    """Everybody sees an open job. Its parties, its bidders and admins see it in any state."""
    job = get_visible_job(job_id, api.visitor)
    details = details_of([job], api.visitor)[job.id]
    view = job_view(job, api.visitor, details.buyer, reviewed=details.reviewed)
    return api.answer(view, version=job.version)


@api.patch("/jobs/<job_id>", OWNER, "Change an open job", body=PartyJobView)
def edit_job(job_id: str, changes: Annotated[JobChanges, Body()]) -> Response[PartyJobView]:
    """Changes the given fields while the job is open."""
    owner = api.caller.user_id
    job, uploaded = get_visible_job_with(job_id, api.caller, uploads.keys(changes.photos or ()))
    api.check_version(job.require_owner(owner).version)
    return _answer(service.edit(job, changes, uploaded, owner_id=owner, now=api.now, unit_of_work=api.unit_of_work))


@api.post("/jobs/<job_id>/start", SELECTED_WORKER, "Start the work", body=PartyJobView)
def start(job_id: str) -> Response[PartyJobView]:
    """Reports that the work has started. An escrow job needs a paid deposit."""
    job = get_visible_job(job_id, api.caller).require_worker(api.caller.user_id)
    if job.escrow is not None:
        return _answer(escrows.start(escrows.deal_of(job), now=api.now, unit_of_work=api.unit_of_work))
    return _change(job, job.started(api.now))


@api.post("/jobs/<job_id>/submission", SELECTED_WORKER, "Submit the work", body=PartyJobView)
def submit(job_id: str, proof: Annotated[WorkProof, Body()]) -> Response[PartyJobView]:
    """Submits the work, with a note and photos as proof."""
    worker = api.caller.user_id
    job, uploaded = get_visible_job_with(job_id, api.caller, uploads.keys(proof.photos))
    job.require_worker(worker)
    if job.escrow is not None:
        deal = escrows.deal_of(job)
        return _answer(
            escrows.submit(deal, proof, uploaded, worker_id=worker, now=api.now, unit_of_work=api.unit_of_work)
        )
    return _answer(service.submit(job, proof, uploaded, worker_id=worker, now=api.now, unit_of_work=api.unit_of_work))


@api.post("/jobs/<job_id>/completion", OWNER, "Confirm the work", body=PartyJobView)
def complete(job_id: str) -> Response[PartyJobView]:
    """Completes the job. A cash job needs no submission; an escrow job needs one, and everything must be paid."""
    job = get_visible_job(job_id, api.caller).require_owner(api.caller.user_id)
    api.count("JobCompleted")
    if job.escrow is not None:
        return _answer(escrows.confirm(escrows.deal_of(job), now=api.now, unit_of_work=api.unit_of_work))
    return _answer(service.complete(job, now=api.now, unit_of_work=api.unit_of_work))


@api.post("/jobs/<job_id>/cancellation", PARTIES, "Cancel the job", body=PartyJobView)
def cancel(job_id: str, request: Annotated[CancellationRequest, Body()]) -> Response[PartyJobView]:
    """Cancels the job and rejects its pending bids."""
    job = get_visible_job(job_id, api.caller)
    person = api.caller.user_id
    api.count("JobCancelled")
    if job.escrow is not None:
        deal = escrows.deal_of(job)
        return _answer(escrows.cancel(deal, person, request.reason, now=api.now, unit_of_work=api.unit_of_work))
    return _answer(service.cancel(job, person, request.reason, now=api.now, unit_of_work=api.unit_of_work))


@api.post("/jobs/<job_id>/changes", OWNER, "Send the work back", body=PartyJobView)
def send_back(job_id: str, request: Annotated[ChangesRequest, Body()]) -> Response[PartyJobView]:
    """Sends a submission back with what is missing, three times at most. The job stays in progress."""
    job = get_visible_job(job_id, api.caller).require_owner(api.caller.user_id)
    if job.escrow is not None:
        deal = escrows.deal_of(job)
        return _answer(escrows.send_back(deal, request.reason, now=api.now, unit_of_work=api.unit_of_work))
    return _change(job, job.sent_back(request.reason, api.now))


@api.get("/admin/jobs", ADMIN, "Jobs that are stuck, longest first", body=Page[PartyJobView])
def stuck_jobs(
    stuck: Annotated[Literal["true"], Query(description="There is no other list of jobs for admins.")] = "true",
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[PartyJobView]]:
    """Those that `POST /jobs/{jobId}/closing` can close. Jobs with an escrow end in a dispute instead."""
    page_request = api.page_request(limit, cursor, stuck, private=True)
    return _listed(store.stuck(api.now, page_request), page_request)


@api.post("/jobs/<job_id>/closing", ADMIN, "Close a stuck job", body=PartyJobView)
def close(job_id: str, request: Annotated[JobClosingRequest, Body()]) -> Response[PartyJobView]:
    """For a job in progress without any change for 14 days after the agreed time. Both parties see the reason."""
    job = get_visible_job(job_id, api.caller)
    api.count("JobClosed")
    return _answer(service.close(job, request, admin_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work))


def _listed(result: PageResult[Job], page_request: PageRequest) -> Response[Page[PartyJobView]]:
    details = details_of(result.items, api.caller)

    def shown(job: Job) -> PartyJobView:
        one = details[job.id]
        return party_job_view(job, api.caller.user_id, one.buyer, reviewed=one.reviewed)

    return api.answer_page(result, page_request, shown)


def _change(before: Job, after: Job) -> Response[PartyJobView]:
    api.unit_of_work.add(store.change(before, after))
    return _answer(after)


def _answer(job: Job) -> Response[PartyJobView]:
    details = details_of([job], None)[job.id]  # nobody has reviewed a job that could be changed
    return api.answer(party_job_view(job, api.caller.user_id, details.buyer), version=job.version)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle an API Gateway request."""
    return api.handle(event, context)
