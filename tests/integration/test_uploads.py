"""Uploads: leave for one file under the caller's own prefix, and where the keys are then taken."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

from tests.support.client import Person
from tests.support.stand_in import stored

ASKED = {"purpose": "listing", "contentType": "image/jpeg", "sizeBytes": 120_000}


def conditions(fields: dict[str, str]) -> tuple[dict[str, str], list[Any]]:
    """What the signed policy binds: exact values, and ranges."""
    policy = json.loads(base64.b64decode(fields["policy"]))
    exact: dict[str, str] = {}
    for condition in policy["conditions"]:
        if isinstance(condition, dict):
            exact |= condition
    return exact, [condition for condition in policy["conditions"] if isinstance(condition, list)]


@pytest.mark.parametrize("role", ["buyer", "worker", "seller", "admin"])
def test_anybody_signed_in_gets_a_form_for_one_file_of_theirs(role: Any) -> None:
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
def test_pictures_for_every_purpose(seller: Person, content_type: str, extension: str) -> None:
    for purpose in ("profile", "certification", "evidence", "listing", "job", "submission", "story"):
        answer = seller.post("/uploads", {**ASKED, "purpose": purpose, "contentType": content_type})
        assert answer.body["key"].startswith(f"uploads/seller-1/{purpose}/")
        assert answer.body["key"].endswith(f".{extension}")


def test_pdf_only_for_certifications(seller: Person) -> None:
    wanted = {**ASKED, "contentType": "application/pdf"}
    assert seller.post("/uploads", {**wanted, "purpose": "certification"}).status == 201
    for purpose in ("profile", "evidence", "listing", "job", "submission", "story"):
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
def test_what_breaks_a_rule_is_named(seller: Person, wrong: dict[str, Any], field: str) -> None:
    answer = seller.post("/uploads", {**ASKED, **wrong})
    assert (answer.status, answer.fields) == (422, {field})


def test_the_form_marks_the_file_for_the_lifecycle_until_it_is_handed_in(seller: Person) -> None:
    fields = seller.post("/uploads", ASKED).body["fields"]
    exact, _ = conditions(fields)
    assert exact["tagging"] == fields["tagging"]
    assert "<Key>state</Key><Value>offered</Value>" in fields["tagging"]


def test_an_upload_is_remembered_for_a_day(seller: Person) -> None:
    key = seller.post("/uploads", ASKED).body["key"]
    (row,) = stored("uploads")
    assert row.pop("lastWrite").endswith(" seller-1")
    assert row == {
        "key": key,
        "userId": "seller-1",
        "purpose": "listing",
        "contentType": "image/jpeg",
        "state": "offered",
        "handIns": 0,
        "decodings": 0,
        "createdAt": "2026-11-21T08:00:00.000Z",
        "expiresAt": 1_795_334_400,
    }


def test_up_to_five_files_are_asked_for_together(seller: Person) -> None:
    # when five files are asked for in one request
    files = [{**ASKED, "sizeBytes": number + 1} for number in range(4)]
    pdf = {"purpose": "certification", "contentType": "application/pdf", "sizeBytes": 1000}
    answer = seller.post("/uploads", {"files": [*files, pdf]})
    # then each has its own form, in their order
    assert (answer.status, {*answer.body}) == (201, {"items"})
    keys = [form["key"] for form in answer.body["items"]]
    assert len({*keys}) == 5
    assert keys[-1].endswith(".pdf")
    assert {row["key"] for row in stored("uploads")} == {*keys}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"files": []}, {"files"}),
        ({"files": [ASKED] * 6}, {"files"}),
        ({"files": [{**ASKED, "sizeBytes": 0}]}, {"files.0.sizeBytes"}),
        ({"files": [{**ASKED, "key": "x"}]}, {"files.0.key"}),
        ({**ASKED, "files": [ASKED]}, {"body"}),
        ({}, {"body"}),
        ({"purpose": "listing"}, {"body"}),
        ({"files": None}, {"body"}),
    ],
    ids=str,
)
def test_a_request_is_for_one_file_or_for_one_to_five(seller: Person, body: dict[str, Any], fields: set[str]) -> None:
    answer = seller.post("/uploads", body)
    assert (answer.status, answer.fields) == (422, fields)
    assert stored("uploads") == []


def test_no_file_is_offered_if_one_of_several_may_not_be_uploaded(seller: Person) -> None:
    answer = seller.post("/uploads", {"files": [ASKED, {**ASKED, "contentType": "application/pdf"}]})
    assert (answer.status, answer.fields) == (422, {"files.1.contentType"})
    assert stored("uploads") == []
