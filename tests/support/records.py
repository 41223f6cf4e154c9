"""Request bodies, and functions that create records for tests."""

from __future__ import annotations

from typing import Any

from khaya.platform.base import clock
from khaya.platform.data.unit_of_work import commit_now
from khaya.platform.data.writes import typed_item
from khaya.profiles import store
from khaya.profiles.model import Profile
from khaya.profiles.service import with_profile_fields
from khaya.users import store as users
from khaya.users.model import User
from tests.support import stand_in
from tests.support.client import Answer, Person
from tests.support.template import function_environment

POSTING: dict[str, Any] = {
    "title": "Fix a leaking tap",
    "description": "The kitchen tap drips all night long.",
    "category": "plumbing",
    "budgetCents": 50_000,
    "location": "Durban",
    "coordinates": {"lat": -29.85, "lng": 31.02},
}
OFFER: dict[str, Any] = {"amountCents": 40_000, "timelineDays": 3, "proposal": "I can come tomorrow morning."}

OFFERING: dict[str, Any] = {
    "title": "Clay face bricks",
    "description": "Clay bricks from our own yard, sorted and stacked.",
    "category": "bricks",
    "priceCents": 450,
    "unit": "brick",
    "stock": 2000,
    "location": "Durban",
}


ENQUIRY: dict[str, Any] = {"text": "Do you deliver to Umlazi?", "quantity": 500}


def post_job(buyer: Person, **fields: Any) -> str:
    """Post a job and return its id."""
    return _id(buyer.post("/jobs", {**POSTING, **fields}))


def list_materials(seller: Person, **fields: Any) -> str:
    """List materials and return the id of the listing."""
    return _id(seller.post("/listings", {**OFFERING, **fields}))


def active_listing(seller: Person, **fields: Any) -> str:
    """List materials that an admin approves, and return the id of the listing."""
    listing = list_materials(seller, **fields)
    decision = {"decision": "approve", "version": version_of("listings", listing)}
    answer = Person("moderator", ("admin",)).post(f"/listings/{listing}/moderation", decision)
    assert answer.status == 200, answer.text
    return listing


def ask(buyer: Person, listing_id: str, **fields: Any) -> str:
    """Enquire about a listing and return the id of the enquiry."""
    return _id(buyer.post(f"/listings/{listing_id}/enquiries", {**ENQUIRY, **fields}))


def place_bid(worker: Person, job_id: str, **fields: Any) -> str:
    """Place a bid and return its id."""
    return _id(worker.post(f"/jobs/{job_id}/bids", {**OFFER, **fields}))


def accept(owner: Person, bid_id: str) -> None:
    """Accept a bid."""
    answer = owner.post(f"/bids/{bid_id}/acceptance")
    assert answer.status == 200, answer.text


def complete_job(buyer: Person, worker: Person, **fields: Any) -> str:
    """Complete a job of the buyer by the worker, and return its id."""
    job_id = post_job(buyer, **fields)
    accept(buyer, place_bid(worker, job_id))
    answer = buyer.post(f"/jobs/{job_id}/completion")
    assert answer.status == 200, answer.text
    return job_id


def profile(user_id: str, **fields: Any) -> None:
    """Store a person's profile and private record with these fields, as after their first sign-in."""
    now = clock.now()
    contact = {name: fields.pop(name) for name in ("phone", "email") if name in fields}
    made = Profile(user_id=user_id, created_at=now, updated_at=now, **fields)
    record = with_profile_fields(made, User(user_id=user_id, created_at=now, **contact))
    commit_now(*store.create(made), users.create(record))


def known(user_id: str, **facts: Any) -> None:
    """Store these fields in a person's private record."""
    record = next((item for item in stand_in.stored("users") if item["userId"] == user_id), {"userId": user_id})
    stand_in.client("dynamodb").put_item(
        TableName=function_environment()["USERS_TABLE"], Item=typed_item({**record, **facts})
    )


def version_of(kind: str, object_id: str) -> int:
    """The stored version of a listing or a story; 1 if there is none."""
    return next((item["version"] for item in stand_in.stored(kind) if item["id"] == object_id), 1)


def backdate_job(job_id: str, *, days: int) -> None:
    """Move the acceptance and the last change of a job into the past."""
    from khaya.jobs import store  # noqa: PLC0415 - after the environment is set
    from khaya.platform.base import clock  # noqa: PLC0415
    from khaya.platform.data.unit_of_work import commit_now  # noqa: PLC0415

    job = store.find(job_id)
    assert job is not None
    earlier = clock.plus(clock.now(), days=-days)
    commit_now(store.change(job, job.model_copy(update={"accepted_at": earlier, "updated_at": earlier})))


def _id(answer: Answer) -> str:
    assert answer.status == 201, answer.text
    found: str = answer.body["id"]
    return found
