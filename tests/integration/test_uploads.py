"""Uploads: presigned forms for own keys, and the requests that accept these keys."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

from tests.support.client import Person
from tests.support.records import OFFERING, POSTING, accept, place_bid, post_job

ASKED = {"purpose": "listing", "contentType": "image/jpeg", "sizeBytes": 120_000}


def conditions(fields: dict[str, str]) -> tuple[dict[str, str], list[Any]]:
    """The conditions of the signed policy: exact values, and ranges."""
    policy = json.loads(base64.b64decode(fields["policy"]))
    exact: dict[str, str] = {}
    for condition in policy["conditions"]:
        if isinstance(condition, dict):
            exact |= condition
    return exact, [condition for condition in policy["conditions"] if isinstance(condition, list)]


@pytest.mark.parametrize("role", ["buyer", "worker", "seller", "admin"])
def test_given_any_role_when_an_upload_is_requested_then_a_form_for_one_own_key_is_returned(role: Any) -> None:
    answer = Person("somebody", (role,)).post("/uploads", ASKED)
    assert answer.status == 201
    assert set(answer.body) == {"key", "url", "fields", "expiresAt"}
    key = answer.body["key"]
    assert re.fullmatch(r"uploads/somebody/listing/[0-9A-Z]{26}\.jpg", key)
    assert "Location" not in answer.headers, "nothing shows it"
    assert answer.body["expiresAt"] == "2026-11-21T08:05:00.000Z"
    exact, ranges = conditions(answer.body["fields"])
    assert exact["key"] == answer.body["fields"]["key"] == key
    assert exact["Content-Type"] == answer.body["fields"]["Content-Type"] == "image/jpeg"
    assert ranges == [["content-length-range", 1, 5 * 1024 * 1024]]


@pytest.mark.parametrize(
    ("content_type", "extension"), [("image/jpeg", "jpg"), ("image/png", "png"), ("image/webp", "webp")]
)
def test_pictures_are_accepted_for_every_purpose(seller: Person, content_type: str, extension: str) -> None:
    for purpose in ("profile", "certification", "portfolio", "listing", "job", "submission", "story"):
        answer = seller.post("/uploads", {**ASKED, "purpose": purpose, "contentType": content_type})
        assert answer.body["key"].startswith(f"uploads/seller-1/{purpose}/")
        assert answer.body["key"].endswith(f".{extension}")


def test_pdf_is_accepted_only_for_certifications(seller: Person) -> None:
    wanted = {**ASKED, "contentType": "application/pdf"}
    assert seller.post("/uploads", {**wanted, "purpose": "certification"}).status == 201
    for purpose in ("profile", "portfolio", "listing", "job", "submission", "story"):
        assert seller.post("/uploads", {**wanted, "purpose": purpose}).fields == {"contentType"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"purpose": "avatar"}, "purpose"),
        ({"contentType": "image/gif"}, "contentType"),
        ({"contentType": "text/html"}, "contentType"),
        ({"sizeBytes": 0}, "sizeBytes"),
        ({"sizeBytes": 5 * 1024 * 1024 + 1}, "sizeBytes"),
        ({"sizeBytes": "1"}, "sizeBytes"),
        ({"key": "uploads/another/listing/x.jpg"}, "key"),
    ],
)
def test_an_invalid_upload_request_is_refused_by_field(seller: Person, wrong: dict[str, Any], field: str) -> None:
    answer = seller.post("/uploads", {**ASKED, **wrong})
    assert (answer.status, answer.fields) == (422, {field})


def key(person: Person, purpose: str) -> str:
    found: str = person.post("/uploads", {**ASKED, "purpose": purpose}).body["key"]
    return found


def test_an_upload_key_is_accepted_only_from_its_owner_and_for_its_purpose(
    buyer: Person, worker: Person, seller: Person
) -> None:
    # given an own key for the purpose, an own key for another purpose, and another person's key
    def tried(person: Person, purpose: str, use: Any) -> list[int]:
        other_purpose = "story" if purpose != "story" else "job"
        keys = (key(person, purpose), key(person, other_purpose), key(Person("other", ("buyer",)), purpose))
        return [use(one) for one in keys]

    job = post_job(buyer)
    accept(buyer, place_bid(worker, job))
    # then only the first is accepted by every request
    posting = tried(buyer, "job", lambda one: buyer.post("/jobs", {**POSTING, "photos": [one]}).status)
    offering = tried(seller, "listing", lambda one: seller.post("/listings", {**OFFERING, "photos": [one]}).status)
    submission = f"/jobs/{job}/submission"
    proof = tried(worker, "submission", lambda one: worker.post(submission, {"photos": [one]}).status)
    picture = tried(buyer, "profile", lambda one: buyer.patch("/profiles/me", {"photoUrl": one}).status)
    shown = [{"title": "Trade test", "key": ""}]
    certificate = tried(
        worker,
        "certification",
        lambda one: worker.patch("/profiles/me", {"certifications": [{**shown[0], "key": one}]}).status,
    )
    assert (posting, offering) == ([201, 422, 422], [201, 422, 422])
    assert (proof, picture, certificate) == ([200, 422, 422], [200, 422, 422], [200, 422, 422])
