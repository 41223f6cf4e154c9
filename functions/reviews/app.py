"""Reviews over REST: writing them, answering them, reading them, and hiding what should not be there."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import Field

from khaya.platform.base.fields import Prose
from khaya.platform.base.models import RequestModel
from khaya.platform.data.pages import Limit, Page, PageRequest, PageResult
from khaya.platform.web.access import ADMIN, PUBLIC, Access
from khaya.platform.web.api import Api
from khaya.reviews import service, store
from khaya.reviews.model import Reason, Review, ReviewRequest
from khaya.reviews.view import ModeratedReviewView, ReviewView, shown, shown_to_admin
from khaya.users.store import pass_account_guard

api = Api("Reviews", pass_account_guard)

PARTICIPANT = Access("the job's buyer and its worker")
SUBJECT = Access("the reviewed person")

ReviewPage = Page[ModeratedReviewView | ReviewView]


class ResponseRequest(RequestModel):
    """The reviewed person's answer."""

    comment: Annotated[Prose, Field(min_length=1, max_length=2000)]


class ModerationRequest(RequestModel):
    """Whether the review is to be hidden, and why."""

    hidden: Annotated[bool, Field(strict=True)]
    reason: Reason


@api.post("/jobs/<job_id>/reviews", PARTICIPANT, "Review a job's other side", status=201, body=ReviewView)
def write(job_id: str, request: Annotated[ReviewRequest, Body()]) -> Response[ReviewView]:
    """Of a completed job, once. The reviewed person's rating moves at the same moment."""
    review = service.write(job_id, request, reviewer=api.caller, now=api.now, unit_of_work=api.unit_of_work)
    api.count("ReviewWritten")
    return api.answer(shown(review, None), status=201, location=f"/reviews/{review.id}")


@api.get("/jobs/<job_id>/reviews", PUBLIC, "The reviews of a job, newest first", body=ReviewPage)
def on_job(
    job_id: str,
    limit: Annotated[Limit | None, Query()] = None,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[ReviewPage]:
    """At most one by each side. Empty for a job that nobody reviewed or that does not exist."""
    page_request = api.page_request(limit, cursor, job_id)
    return _page(store.on_job(job_id, page_request), page_request)


@api.get("/profiles/<user_id>/reviews", PUBLIC, "The reviews about a person, newest first", body=ReviewPage)
def about(
    user_id: str,
    limit: Annotated[Limit | None, Query()] = None,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[ReviewPage]:
    """As a buyer and as a worker. Empty for somebody whom nobody reviewed or who does not exist."""
    page_request = api.page_request(limit, cursor, user_id)
    return _page(store.about(user_id, page_request), page_request)


@api.get("/reviews/<review_id>", PUBLIC, "One review", body=ModeratedReviewView | ReviewView)
def one_review(review_id: str) -> Response[ModeratedReviewView | ReviewView]:
    """Hidden ones are there for admins alone."""
    return api.answer(shown(service.visible(review_id, api.visitor), api.visitor))


@api.post("/reviews/<review_id>/response", SUBJECT, "Answer a review", body=ReviewView)
def answer(review_id: str, request: Annotated[ResponseRequest, Body()]) -> Response[ReviewView]:
    """Once."""
    review = service.answer(review_id, request.comment, person=api.caller, now=api.now, unit_of_work=api.unit_of_work)
    api.count("ReviewAnswered")
    return api.answer(shown(review, None))


@api.post("/reviews/<review_id>/moderation", ADMIN, "Hide a review or show it again", body=ModeratedReviewView)
def moderate(review_id: str, request: Annotated[ModerationRequest, Body()]) -> Response[ModeratedReviewView]:
    """The reviewed person's rating follows. Deciding the same twice changes nothing."""
    review = service.moderate(
        review_id,
        hidden=request.hidden,
        reason=request.reason,
        admin=api.caller,
        now=api.now,
        unit_of_work=api.unit_of_work,
    )
    api.count("ReviewHidden" if review.hidden else "ReviewShown")
    return api.answer(shown_to_admin(review))


def _page(part: PageResult[Review], page_request: PageRequest) -> Response[ReviewPage]:
    items = [shown(review, api.visitor) for review in part.items]
    return api.answer(ReviewPage(items=items, next_cursor=page_request.cursor_after(part.after)))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
