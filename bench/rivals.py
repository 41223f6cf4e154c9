"""The five measured routes without our request pipeline: on FastAPI with Mangum, and on Powertools' bare resolver.

Models, use cases, stores and views are ours. The FastAPI routes also check roles, run the account guard, set headers,
write a log line and metrics; they do not support idempotent replay. The bare resolver does none of that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Any

import fastapi
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.api_gateway import Response as LambdaResponse
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from boto3.dynamodb.types import TypeDeserializer
from fastapi.middleware.cors import CORSMiddleware
from mangum import Mangum

from khaya.bids import service as bids
from khaya.bids.model import BidOffer
from khaya.bids.view import PlacedBidView, bid_view, placed_bid_view
from khaya.bids.visibility import get_visible_job
from khaya.job_details.service import details_of
from khaya.jobs import service as jobs
from khaya.jobs import store
from khaya.jobs.model import Category, JobPosting
from khaya.jobs.view import JobView, PartyJobView, job_view, party_job_view
from khaya.platform.base import clock, observability
from khaya.platform.base.errors import KhayaError, Unauthenticated
from khaya.platform.base.fields import Place
from khaya.platform.base.models import Item
from khaya.platform.base.roles import Role
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo
from khaya.platform.data.pages import Limit, Page, PageRequest
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.platform.web.access import Access, Caller
from khaya.platform.web.pipeline import caller_of
from khaya.users import store as users
from tests.support.client import app as function

Acceptance = function("bids").Acceptance
Feed = Page[PartyJobView | JobView]
Handler = Callable[[dict[str, Any], Any], Any]


def _post_job(posting: JobPosting, caller: Caller) -> PartyJobView:
    unit_of_work = UnitOfWork()
    job, profile = jobs.post(posting, buyer_id=caller.user_id, now=clock.now(), unit_of_work=unit_of_work)
    unit_of_work.commit()
    return party_job_view(job, caller.user_id, profile)


def _feed(category: Category | None, location: str | None, limit: int | None, cursor: str | None) -> Feed:
    page_request = PageRequest(("/jobs", category or "", location or ""), limit or 20, cursor)
    part = store.feed(category, location, page_request)
    details = details_of(part.items, None)
    items = [job_view(job, None, details[job.id].buyer) for job in part.items]
    return Feed(items=items, next_cursor=page_request.cursor_after(part.after))


def _one_job(job_id: str) -> JobView:
    job = get_visible_job(job_id, None)
    return job_view(job, None, details_of([job], None)[job.id].buyer)


def _place(job_id: str, offer: BidOffer, caller: Caller) -> PlacedBidView:
    unit_of_work = UnitOfWork()
    bid, needs_account = bids.place(job_id, offer, worker_id=caller.user_id, now=clock.now(), unit_of_work=unit_of_work)
    unit_of_work.commit()
    return placed_bid_view(bid, payout_account_needed=needs_account)


def _accept(bid_id: str, caller: Caller) -> Any:
    unit_of_work = UnitOfWork()
    job, bid = bids.accept(bid_id, owner_id=caller.user_id, now=clock.now(), unit_of_work=unit_of_work)
    unit_of_work.commit()
    return Acceptance(job=party_job_view(job, caller.user_id, None), bid=bid_view(bid))


def _require(role: Role) -> Any:
    """The caller, if they have the role and pass the account guard. A plain function, because it blocks on DynamoDB."""

    def admit(request: fastapi.Request) -> Caller:
        caller = caller_of(request.scope["aws.event"])
        if caller is None:
            raise Unauthenticated
        users.pass_account_guard(caller, Access(role, roles=(role,)), clock.now(), counted=True)
        return caller

    return fastapi.Depends(admit)


Buyer = Annotated[Caller, _require("buyer")]
Worker = Annotated[Caller, _require("worker")]


def on_fastapi() -> Handler:
    """The routes on FastAPI with Mangum, as in its guide: functions that block on DynamoDB are not coroutines."""
    app = fastapi.FastAPI()
    log = observability.logger()

    @app.middleware("http")
    async def around(request: fastapi.Request, proceed: Any) -> fastapi.Response:
        started = time.perf_counter()
        request_id = request.scope["aws.event"]["requestContext"]["requestId"]
        log.set_correlation_id(request_id)
        response: fastapi.Response = await proceed(request)
        response.headers.update({"Cache-Control": "no-store", "X-Request-Id": request_id})
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        route = request.scope["route"].path
        log.info(
            "request",
            extra={
                "method": request.method,
                "route": route,
                "status": response.status_code,
                "milliseconds": milliseconds,
                "person": getattr(request.state, "person", None),
            },
        )
        observability.flush()
        return response

    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings().allowed_origins.split(","),
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["ETag", "Location"],
    )

    @app.exception_handler(KhayaError)
    async def refuse(_: fastapi.Request, error: KhayaError) -> fastapi.Response:
        return fastapi.responses.JSONResponse({"title": error.title, "detail": error.detail}, error.status)

    @app.post("/jobs", status_code=201)
    def post_job(posting: JobPosting, who: Buyer, response: fastapi.Response) -> PartyJobView:
        job = _post_job(posting, who)
        observability.count("JobPosted")
        response.headers.update({"Location": f"/jobs/{job.id}", "ETag": f'"{job.version}"'})
        return job

    @app.get("/jobs")
    def feed(
        category: Category | None = None,
        location: Place | None = None,
        limit: Limit | None = None,
        cursor: str | None = None,
    ) -> Feed:
        return _feed(category, location, limit, cursor)

    @app.get("/jobs/{job_id}")
    def one_job(job_id: str, response: fastapi.Response) -> PartyJobView | JobView:
        job = _one_job(job_id)
        response.headers["ETag"] = f'"{job.version}"'
        return job

    @app.post("/jobs/{job_id}/bids", status_code=201)
    def place(job_id: str, offer: BidOffer, who: Worker, response: fastapi.Response) -> PlacedBidView:
        bid = _place(job_id, offer, who)
        observability.count("BidPlaced")
        response.headers["Location"] = f"/bids/{bid.id}"
        return bid

    @app.post("/bids/{bid_id}/acceptance")
    def accept(bid_id: str, who: Buyer) -> Acceptance:  # type: ignore[valid-type]
        answer = _accept(bid_id, who)
        observability.count("BidAccepted")
        return answer

    mangum = Mangum(app, lifespan="off")

    def handler(event: dict[str, Any], context: Any) -> Any:
        ours, dynamo.plain_item = dynamo.plain_item, _plain_item
        try:
            return mangum(event, context)
        finally:
            dynamo.plain_item = ours

    return handler


def _plain_item(attributes: Mapping[str, Any]) -> Item:
    """An item deserialised by boto3, with plain numbers."""
    return {name: _plain(_BOTO3.deserialize(value)) for name, value in attributes.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list) else value


_BOTO3 = TypeDeserializer()


def on_bare_resolver() -> Handler:
    """The routes on Powertools' resolver with its validation."""
    app = APIGatewayRestResolver(enable_validation=True)

    def who() -> Any:
        return caller_of(app.current_event.raw_event)

    @app.post("/jobs")
    def post_job(posting: Annotated[JobPosting, Body()]) -> LambdaResponse[PartyJobView]:
        job = _post_job(posting, who())
        headers: dict[str, Any] = {"Location": f"/jobs/{job.id}", "ETag": f'"{job.version}"'}
        return LambdaResponse(201, "application/json", job, headers)

    @app.get("/jobs")
    def feed(
        category: Annotated[Category | None, Query()] = None,
        location: Annotated[Place | None, Query()] = None,
        limit: Annotated[Limit | None, Query()] = None,
        cursor: Annotated[str | None, Query()] = None,
    ) -> Feed:
        return _feed(category, location, limit, cursor)

    @app.get("/jobs/<job_id>")
    def one_job(job_id: str) -> LambdaResponse[PartyJobView | JobView]:
        job = _one_job(job_id)
        return LambdaResponse(200, "application/json", job, {"ETag": f'"{job.version}"'})

    @app.post("/jobs/<job_id>/bids")
    def place(job_id: str, offer: Annotated[BidOffer, Body()]) -> LambdaResponse[PlacedBidView]:
        bid = _place(job_id, offer, who())
        return LambdaResponse(201, "application/json", bid, {"Location": f"/bids/{bid.id}"})

    @app.post("/bids/<bid_id>/acceptance")
    def accept(bid_id: str) -> LambdaResponse[Acceptance]:  # type: ignore[valid-type]
        return LambdaResponse(200, "application/json", _accept(bid_id, who()))

    handler: Handler = app.resolve
    return handler
