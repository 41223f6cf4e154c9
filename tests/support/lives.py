"""A member with data in every part of the platform, for tests of erasure and exports."""

from __future__ import annotations

import json

from khaya.platform.base import clock
from khaya.platform.data import dynamo
from khaya.sessions import model, store
from tests.support import stand_in
from tests.support.client import Answer, Person
from tests.support.money import apply, code_of, grant
from tests.support.records import (
    accept,
    active_listing,
    ask,
    complete_job,
    list_materials,
    place_bid,
    post_job,
    profile,
)
from tests.support.stories import approved_story
from tests.support.template import function_environment
from tests.support.uploads import given

NAME = "Zodwa Mthembu"
PHONE = "+27831112233"
EMAIL = "zodwa.mthembu@example.org"
SIGNED = f"Ask for {NAME} on {PHONE} or {EMAIL}."

MEMBER = Person("member-1", ("buyer", "worker", "seller"))
OTHER = Person("other-1", ("buyer", "worker", "seller"))
BROUGHT = Person("brought-1", ("worker",))

PICTURE = "uploads/member-1/profile/01KAK2M8Q0X3V4N5B6C7D8E9F0.jpg"
UNUSED = "uploads/member-1/submission/01KAK2M8Q0X3V4N5B6C7D8E9F1.jpg"
EVIDENCE = "uploads/member-1/submission/01KAK2M8Q0X3V4N5B6C7D8E9F2.jpg"
OF_OTHERS = "uploads/member-12/profile/01KAK2M8Q0X3V4N5B6C7D8E9F3.jpg"


def live() -> dict[str, str]:
    """Let the member use every feature; returns the ids of what was created."""
    arrive()
    ids = {
        "posted": post_job(MEMBER, title="Build a garden wall", description=SIGNED),
        "offered": post_job(OTHER, title="Paint the front door"),
        "bought": complete_job(MEMBER, OTHER, title="Tile the bathroom", description=SIGNED),
        "worked": _work(),
        "listing": list_materials(MEMBER, description=SIGNED),
        "story": approved_story(MEMBER, content=SIGNED),
        "liked": approved_story(OTHER),
    }
    ids["enquiry"] = ask(MEMBER, active_listing(OTHER), text=SIGNED)
    ids["received"] = place_bid(OTHER, ids["posted"])
    ids["bid"] = place_bid(MEMBER, ids["offered"], proposal=SIGNED)
    ids["review"] = _made(MEMBER.post(f"/jobs/{ids['bought']}/reviews", {"rating": 4}))
    ids["about"] = _made(OTHER.post(f"/jobs/{ids['bought']}/reviews", {"rating": 5}))
    ids["report"] = _made(MEMBER.post("/reports", {"kind": "job", "id": ids["offered"], "reason": SIGNED}))
    assert MEMBER.put(f"/stories/{ids['liked']}/like").status == 200
    assert OTHER.put(f"/stories/{ids['story']}/like").status == 200
    grant("member-1", 5_000)
    return ids


def arrive() -> None:
    """Create the member and others as after their first sign-in; the member has a session and files."""

    roles = ["buyer", "worker", "seller"]
    profile(
        "member-1",
        display_name=NAME,
        roles=roles,
        phone=PHONE,
        email=EMAIL,
        bio=SIGNED,
        trades=["painting"],
        location="Durban",
        photo_url=PICTURE,
    )
    profile("other-1", display_name="Sipho Cele", roles=roles, phone="+27829998877")
    profile("brought-1", display_name="Lindiwe Zulu", roles=["worker"])
    stand_in.pool_with(MEMBER, OTHER)
    apply(MEMBER, code_of(OTHER))
    apply(BROUGHT, code_of(MEMBER))
    dynamo.commit(
        [store.create(model.new_session("session-1", "member-1", f"{NAME}'s phone", "sealed-token", clock.now()))],
        "token",
    )
    given(PICTURE, UNUSED, EVIDENCE, OF_OTHERS)


def leave(person: Person) -> Answer:
    """Have a person's account erased, with the loss of whatever credits they have."""
    balance = person.get("/credits/balance")
    cents = balance.body["balanceCents"] if balance.status == 200 else 0
    return person.delete("/profiles/me", query={"forfeitCents": str(cents)})


def traces(*texts: str) -> list[str]:
    """The items that contain one of the texts, except in tables whose items expire within a day."""
    found = []
    for variable, name in function_environment().items():
        if variable.endswith("_TABLE") and variable not in ("IDEMPOTENCY_TABLE", "CHALLENGES_TABLE"):
            for item in stand_in.client("dynamodb").scan(TableName=name)["Items"]:
                text = json.dumps(item, ensure_ascii=False)
                found += [f"{name}: {wanted} in {text}" for wanted in texts if wanted in text]
    return found


def kept_files() -> list[str]:
    """The keys of all files in the bucket, including former versions."""
    bucket = function_environment()["MEDIA_BUCKET"]
    answer = stand_in.client("s3").list_object_versions(Bucket=bucket)
    return sorted({one["Key"] for one in answer.get("Versions", []) + answer.get("DeleteMarkers", [])})


def _work() -> str:
    job_id = post_job(OTHER, title="Clean the gutters")
    accept(OTHER, place_bid(MEMBER, job_id, proposal=SIGNED))
    answer = MEMBER.post(f"/jobs/{job_id}/submission", {"note": "All done.", "photos": [EVIDENCE]})
    assert answer.status == 200, answer.text
    assert OTHER.post(f"/jobs/{job_id}/completion").status == 200
    return job_id


def _made(answer: object) -> str:
    assert answer.status == 201, answer.text  # type: ignore[attr-defined]
    found: str = answer.body["id"]  # type: ignore[attr-defined]
    return found
