"""Exports of all data about a person."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khaya.exports import contents, making, store
from khaya.platform.data import dynamo, pages
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Answer
from tests.support.lives import MEMBER, NAME, OTHER, PHONE, arrive, live
from tests.support.records import post_job
from tests.support.streams import follow
from tests.support.template import function_environment


def test_an_export_contains_all_data_about_the_person() -> None:
    # given a person with data in every table
    ids = live()
    # when they request an export
    asked = MEMBER.post("/profiles/me/export")
    assert (asked.status, asked.body["status"], asked.body["url"]) == (202, "pending", None)
    follow("exports")
    # then a link leads to a file with all their data
    data = _file(MEMBER.get("/profiles/me/export"))
    assert data["profile"][0]["displayName"] == NAME
    assert data["account"][0]["phone"] == PHONE
    assert {job["id"] for job in data["jobsPosted"]} == {ids["posted"], ids["bought"]}
    assert [job["id"] for job in data["jobsWorkedOn"]] == [ids["worked"]]
    assert ids["bid"] in {bid["id"] for bid in data["bids"]}
    assert [one["id"] for one in data["listings"]] == [ids["listing"]]
    assert [one["id"] for one in data["enquiriesMade"]] == [ids["enquiry"]]
    assert data["enquiriesReceived"] == []
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


def test_an_export_contains_no_other_peoples_contacts_and_no_internal_fields() -> None:
    live()
    MEMBER.post("/profiles/me/export")
    follow("exports")
    text = json.dumps(_file(MEMBER.get("/profiles/me/export")))
    for secret in ("+27829998877", "lostRoles", "writes0", "sealed", '"subject"', "fingerprint", "lastWrite"):
        assert secret not in text, secret


def test_given_a_current_export_when_another_is_requested_then_the_current_one_is_returned(clock: Clock) -> None:
    # given an export that is ready
    arrive()
    MEMBER.post("/profiles/me/export")
    follow("exports")
    first = MEMBER.get("/profiles/me/export").body
    assert first["status"] == "ready"
    # when another is requested within a day, then it is the same; after a day it has expired, and a new one starts
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


def test_given_a_pending_export_for_two_hours_when_another_is_requested_then_it_replaces_the_first(
    clock: Clock,
) -> None:
    arrive()
    MEMBER.post("/profiles/me/export")
    clock.tick(hours=2)
    assert MEMBER.post("/profiles/me/export").body["requestedAt"] == "2026-11-21T10:00:00.000Z"
    follow("exports")
    assert len(_exported()) == 1


def test_given_an_export_deleted_while_its_file_is_made_then_the_file_is_deleted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given an export whose owner is erased while its file is made
    arrive()
    MEMBER.post("/profiles/me/export")
    export = store.find("member-1")
    assert export is not None

    def chunks(user_id: str, now: str) -> list[bytes]:
        dynamo.commit([store.delete(user_id)], "the token of this write")
        return [b"{}"]

    monkeypatch.setattr(contents, "chunks", chunks)
    assert not making.make("member-1", export.export_id, "2026-11-21T08:00:00.000Z")
    assert _exported() == []


def test_an_export_contains_all_pages_of_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    arrive()
    jobs = {post_job(MEMBER) for _ in range(7)}
    monkeypatch.setattr(pages, "MAX_LIMIT", 2)
    MEMBER.post("/profiles/me/export")
    follow("exports")
    data = _file(MEMBER.get("/profiles/me/export"))
    assert {job["id"] for job in data["jobsPosted"]} == jobs
    assert len(data["jobsPosted"]) == 7


def test_an_export_is_visible_only_to_its_owner() -> None:
    arrive()
    MEMBER.post("/profiles/me/export")
    follow("exports")
    assert OTHER.get("/profiles/me/export").body["status"] == "none"


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
