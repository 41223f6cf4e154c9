"""All data of a person, as a file for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Answer, app
from tests.support.lives import MEMBER, NAME, OTHER, PHONE, arrive, live
from tests.support.records import post_job
from tests.support.streams import follow
from tests.support.template import function_environment


def test_a_person_gets_all_that_is_about_them() -> None:
    # given somebody who did everything
    ids = live()
    # when they ask for their data
    asked = MEMBER.post("/profiles/me/export")
    assert (asked.status, asked.body["status"], asked.body["url"]) == (202, "pending", None)
    follow("exports")
    # then a link leads to one file with all of it
    data = _file(MEMBER.get("/profiles/me/export"))
    assert data["profile"][0]["displayName"] == NAME
    assert data["account"][0]["phone"] == PHONE
    assert {job["id"] for job in data["jobsPosted"]} == {ids["posted"], ids["bought"]}
    assert [job["id"] for job in data["jobsWorkedOn"]] == [ids["worked"]]
    assert ids["bid"] in {bid["id"] for bid in data["bids"]}
    assert [one["id"] for one in data["listings"]] == [ids["listing"]]
    assert [one["id"] for one in data["reviewsWritten"]] == [ids["review"]]
    assert [one["id"] for one in data["reviewsReceived"]] == [ids["about"]]
    assert data["credits"][0]["balanceCents"] == data["creditEntries"][-1]["balanceAfterCents"] == 5_000
    assert [one["id"] for one in data["stories"]] == [ids["story"]]
    assert data["likes"] == [{"storyId": ids["liked"]}]
    assert [one["id"] for one in data["reportsMade"]] == [ids["report"]]
    assert [one["id"] for one in data["sessions"]] == ["session-1"]
    assert len(data["uploads"]) == 3
    assert data["referral"][1]["referrerName"] == "Sipho Cele"
    assert [one["referredName"] for one in data["peopleReferred"]] == ["Lindiwe Zulu"]


def test_nobody_elses_secrets_are_in_it() -> None:
    live()
    MEMBER.post("/profiles/me/export")
    follow("exports")
    text = json.dumps(_file(MEMBER.get("/profiles/me/export")))
    for secret in ("+27829998877", "lostRoles", "writes0", '"refresh"', "fingerprint", "lastWrite"):
        assert secret not in text, secret


def test_while_an_export_stands_asking_again_begins_no_other(clock: Clock) -> None:
    # given one that is ready
    arrive()
    MEMBER.post("/profiles/me/export")
    follow("exports")
    first = MEMBER.get("/profiles/me/export").body
    assert first["status"] == "ready"
    # when asked again within the day, then it is the same; a day later it is gone, and another begins
    clock.tick(hours=23)
    assert MEMBER.post("/profiles/me/export").body["requestedAt"] == first["requestedAt"]
    clock.tick(hours=1)
    assert MEMBER.get("/profiles/me/export").body == {
        "status": "none",
        "url": None,
        "requestedAt": None,
        "expiresAt": None,
    }
    assert MEMBER.post("/profiles/me/export").body["status"] == "pending"
    follow("exports")
    assert MEMBER.get("/profiles/me/export").body["status"] == "ready"


def test_an_export_that_was_never_made_is_given_up_and_its_message_makes_nothing(clock: Clock) -> None:
    arrive()
    MEMBER.post("/profiles/me/export")
    clock.tick(hours=2)
    assert MEMBER.post("/profiles/me/export").body["requestedAt"] == "2026-11-21T10:00:00.000Z"
    follow("exports")
    assert len(_exported()) == 1


def test_a_file_that_nobody_waits_for_any_more_does_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    # given an export whose owner is erased while it is being made
    from khaya.exports import contents, making, store  # noqa: PLC0415
    from khaya.platform.data import dynamo  # noqa: PLC0415

    arrive()
    MEMBER.post("/profiles/me/export")
    export = store.find("member-1")
    assert export is not None

    def pieces(user_id: str, now: str) -> list[bytes]:
        dynamo.commit([store.forget(user_id)], "the token of this write")
        return [b"{}"]

    monkeypatch.setattr(contents, "pieces", pieces)
    assert not making.make("member-1", export.export_id, "2026-11-21T08:00:00.000Z")
    assert _exported() == []


def test_it_pages_through_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    from khaya.platform.data import pages  # noqa: PLC0415

    arrive()
    jobs = {post_job(MEMBER) for _ in range(7)}
    monkeypatch.setattr(pages, "MOST", 2)
    MEMBER.post("/profiles/me/export")
    follow("exports")
    data = _file(MEMBER.get("/profiles/me/export"))
    assert {job["id"] for job in data["jobsPosted"]} == jobs
    assert len(data["jobsPosted"]) == 7


def test_an_export_is_its_owners_alone() -> None:
    arrive()
    MEMBER.post("/profiles/me/export")
    follow("exports")
    assert OTHER.get("/profiles/me/export").body["status"] == "none"
    assert app("exports").handler  # made by a function of its own


def _file(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200
    assert answer.body["status"] == "ready"
    assert "X-Amz-Signature" in answer.body["url"]
    (key,) = _exported()
    assert key in answer.body["url"]
    body = stand_in.client("s3").get_object(Bucket=function_environment()["MEDIA_BUCKET"], Key=key)["Body"].read()
    found: dict[str, Any] = json.loads(body)
    return found


def _exported() -> list[str]:
    answer = stand_in.client("s3").list_objects_v2(Bucket=function_environment()["MEDIA_BUCKET"], Prefix="exports/")
    return [one["Key"] for one in answer.get("Contents", [])]
