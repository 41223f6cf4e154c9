"""Jobs over REST: posting, the feed, and the way from open to completed."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import Field

from khaya.bids.visibility import visible_job
from khaya.jobs import service, store
from khaya.jobs.model import Category, Job, JobChanges, JobPosting, Party, Status, WorkProof
from khaya.jobs.view import JobView, PartyJobView, shown, shown_fully
from khaya.platform.base.fields import Place, Prose
from khaya.platform.base.models import RequestModel
from khaya.platform.data.pages import Limit, Page
from khaya.platform.web.access import FEED, PUBLIC, Access
from khaya.platform.web.api import Api
from khaya.search.model import SearchText
from khaya.uploads.model import check_owner
from khaya.users.store import pass_account_guard

api = Api("Jobs", pass_account_guard)

BUYER = Access("buyers", roles=("buyer",))
MINE = Access("buyers and workers, their own", roles=("buyer", "worker"))
OWNER = Access("the job's owner", roles=("buyer",))
SELECTED = Access("the selected worker", roles=("worker",))
PARTIES = Access("the owner; the selected worker before submission", roles=("buyer", "worker"))


class CancellationRequest(RequestModel):
    """Why a job is called off."""

    reason: Annotated[Prose, Field(min_length=3, max_length=500)]


@api.post("/jobs", BUYER, "Post a job", status=201, body=PartyJobView)
def post_job(posting: Annotated[JobPosting, Body()]) -> Response[PartyJobView]:
    """The job is open for bids at once, and for thirty days."""
    buyer = api.caller.user_id
    job = service.post(posting, buyer_id=buyer, now=api.now, unit_of_work=api.unit_of_work)
    api.count("JobPosted")
    return api.answer(shown_fully(job, buyer), status=201, location=f"/jobs/{job.id}", version=job.version)


@api.get("/jobs", FEED, "Open jobs, newest first", body=Page[PartyJobView | JobView])
def feed(
    category: Annotated[Category | None, Query()] = None,
    location: Annotated[Place | None, Query(description="A place; case and outer blanks do not matter.")] = None,
    q: Annotated[SearchText | None, Query()] = None,
    limit: Annotated[Limit | None, Query()] = None,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Page[PartyJobView | JobView]]:
    """By category, by place and by words of the title, each alone or together."""
    page_request = api.page_request(limit, cursor, category, location, q)
    part = service.feed(category, location, q, page_request)
    items = [shown(job, api.visitor) for job in part.items]
    return api.answer(Page(items=items, next_cursor=page_request.cursor_after(part.after)))


@api.get("/jobs/mine", MINE, "One's own jobs, newest first", body=Page[PartyJobView])
def mine(
    side: Annotated[Party, Query(alias="as", description="The side of the job that the caller is on.")] = "buyer",
    status: Annotated[Status | None, Query()] = None,
    limit: Annotated[Limit | None, Query()] = None,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Page[PartyJobView]]:
    """As the buyer who posted them, or as the worker who was selected."""
    page_request = api.page_request(limit, cursor, side, status, private=True)
    part = store.of_person(side, api.caller.user_id, status, page_request)
    items = [shown_fully(job, api.caller.user_id) for job in part.items]
    return api.answer(Page(items=items, next_cursor=page_request.cursor_after(part.after)))


@api.get("/jobs/<job_id>", PUBLIC, "One job", body=PartyJobView | JobView)
def one_job(job_id: str) -> Response[PartyJobView | JobView]:
    """Anybody sees an open job; its parties, its bidders and admins see it in any state."""
    job = visible_job(job_id, api.visitor)
    return api.answer(shown(job, api.visitor), version=job.version)


@api.patch("/jobs/<job_id>", OWNER, "Change an open job", body=PartyJobView)
def edit_job(job_id: str, changes: Annotated[JobChanges, Body()]) -> Response[PartyJobView]:
    """Changes the fields that are named, while the job is open."""
    job = visible_job(job_id, api.caller).owned_by(api.caller.user_id)
    api.check_version(job.version)
    return _answer(service.edit(job, changes, owner_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work))


@api.post("/jobs/<job_id>/start", SELECTED, "Begin the work", body=PartyJobView)
def start(job_id: str) -> Response[PartyJobView]:
    """The worker's word that work has begun. An escrow job needs its deposit paid."""
    job = visible_job(job_id, api.caller).worked_by(api.caller.user_id)
    return _changed(job, job.started(api.now, deposit_paid=False))


@api.post("/jobs/<job_id>/submission", SELECTED, "Hand in the work", body=PartyJobView)
def submit(job_id: str, proof: Annotated[WorkProof, Body()]) -> Response[PartyJobView]:
    """With a note and photos as proof."""
    job = visible_job(job_id, api.caller).worked_by(api.caller.user_id)
    check_owner(proof.photos, api.caller.user_id, "submission", "photos")
    return _changed(job, job.submitted(proof, api.now))


@api.post("/jobs/<job_id>/completion", OWNER, "Confirm the work", body=PartyJobView)
def complete(job_id: str) -> Response[PartyJobView]:
    """The job is completed. A cash job may be completed without a submission."""
    job = visible_job(job_id, api.caller).owned_by(api.caller.user_id)
    done = service.complete(job, fully_paid=False, now=api.now, unit_of_work=api.unit_of_work)
    api.count("JobCompleted")
    return _answer(done)


@api.post("/jobs/<job_id>/cancellation", PARTIES, "Call the job off", body=PartyJobView)
def cancel(job_id: str, request: Annotated[CancellationRequest, Body()]) -> Response[PartyJobView]:
    """Pending bids are rejected."""
    job = visible_job(job_id, api.caller)
    api.count("JobCancelled")
    return _answer(service.cancel(job, api.caller.user_id, request.reason, now=api.now, unit_of_work=api.unit_of_work))


def _changed(before: Job, after: Job) -> Response[PartyJobView]:
    api.unit_of_work.add(store.change(before, after))
    return _answer(after)


def _answer(job: Job) -> Response[PartyJobView]:
    return api.answer(shown_fully(job, api.caller.user_id), version=job.version)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
