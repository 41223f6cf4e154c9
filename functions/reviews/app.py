"""Routes of reviews: writing, answering, reading and moderating them."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import Field

from khaya.platform.base.fields import Length, Prose
from khaya.platform.base.models import RequestModel
from khaya.platform.data.pages import Page, PageRequest, PageResult
from khaya.platform.web.access import ADMIN, PUBLIC, Access
from khaya.platform.web.api import Api, Cursor, PageLimit
from khaya.reviews import service, store
from khaya.reviews.model import Reason, Review, ReviewRequest
from khaya.reviews.view import ModeratedReviewView, ReviewView, moderated_review_view, review_view
from khaya.users.store import pass_account_guard

api = Api("Reviews", pass_account_guard)

PARTICIPANT = Access("the job's buyer and its worker")
SUBJECT = Access("the reviewed person")

ReviewPage = Page[ModeratedReviewView | ReviewView]


class ReviewResponseRequest(RequestModel):
    """The reviewed person's answer."""

    comment: Annotated[Prose, Length(1, 2000)]


class ReviewModerationRequest(RequestModel):
    """Whether to hide the review, and the reason."""

    hidden: Annotated[bool, Field(strict=True)]
    reason: Reason


@api.post("/jobs/<job_id>/reviews", PARTICIPANT, "Review the other party of a job", status=201, body=ReviewView)
def write(job_id: str, request: Annotated[ReviewRequest, Body()]) -> Response[ReviewView]:
    """Each party of a completed job writes one review. The reviewed person's rating changes in the same transaction."""
    review = service.write(job_id, request, reviewer=api.caller, now=api.now, unit_of_work=api.unit_of_work)
    api.count("ReviewWritten")
    return api.answer(review_view(review, None), status=201, location=f"/reviews/{review.id}")


@api.get("/jobs/<job_id>/reviews", PUBLIC, "The reviews of a job, newest first", body=ReviewPage)
def on_job(
    job_id: str,
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[ReviewPage]:
    """At most one review by each party. Empty for a job without reviews and for an unknown job."""
    page_request = api.page_request(limit, cursor, job_id)
    return _page(store.on_job(job_id, page_request), page_request)


@api.get("/profiles/<user_id>/reviews", PUBLIC, "The reviews about a person, newest first", body=ReviewPage)
def about(
    user_id: str,
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[ReviewPage]:
    """Reviews of the person as a buyer and as a worker. Empty for an unknown person."""
    page_request = api.page_request(limit, cursor, user_id)
    return _page(store.of_subject(user_id, page_request), page_request)


@api.get("/reviews/<review_id>", PUBLIC, "One review", body=ModeratedReviewView | ReviewView)
def one_review(review_id: str) -> Response[ModeratedReviewView | ReviewView]:
    """Only admins see hidden reviews."""
    return api.answer(review_view(service.get_visible(review_id, api.visitor), api.visitor))


@api.post("/reviews/<review_id>/response", SUBJECT, "Answer a review", body=ReviewView)
def answer(review_id: str, request: Annotated[ReviewResponseRequest, Body()]) -> Response[ReviewView]:
    """The reviewed person may answer once."""
    review = service.answer(review_id, request.comment, person=api.caller, now=api.now, unit_of_work=api.unit_of_work)
    return api.answer(review_view(review, None))


@api.post("/reviews/<review_id>/moderation", ADMIN, "Hide a review or show it again", body=ModeratedReviewView)
def moderate(review_id: str, request: Annotated[ReviewModerationRequest, Body()]) -> Response[ModeratedReviewView]:
    """Changes the reviewed person's rating in the same transaction. Idempotent."""
    review = service.moderate(
        review_id,
        hidden=request.hidden,
        reason=request.reason,
        admin=api.caller,
        now=api.now,
        unit_of_work=api.unit_of_work,
    )
    return api.answer(moderated_review_view(review))


def _page(result: PageResult[Review], page_request: PageRequest) -> Response[ReviewPage]:
    return api.answer_page(result, page_request, lambda review: review_view(review, api.visitor))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle an API Gateway request."""
    return api.handle(event, context)
