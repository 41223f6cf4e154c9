"""Hand-in of uploads: which keys each route refuses, and that what was checked is what is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bench.round_trips import counted
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Answer, Person
from tests.support.records import OFFERING, POSTING, accept, list_materials, place_bid, post_job, profile
from tests.support.stand_in import stored
from tests.support.stories import STORY
from tests.support.template import function_environment
from tests.support.uploads import PDF, asked, picture, put, uploaded

OWNER = Person("owner-1", ("buyer", "worker", "seller"))
OTHER = Person("other-1", ("buyer", "worker", "seller"))


@dataclass(frozen=True)
class Route:
    """A way to hand uploads in: its purpose, its field, and how."""

    purpose: str
    field: str
    prepare: Callable[[], str]
    send: Callable[[str, list[str]], Answer]


def _nothing() -> str:
    return ""


def _work() -> str:
    job = post_job(OTHER)
    accept(OTHER, place_bid(OWNER, job))
    return job


def _certifications(_: str, keys: list[str]) -> Answer:
    return OWNER.patch("/profiles/me", {"certifications": [{"title": "Trade test", "key": key} for key in keys]})


ROUTES = {
    "POST /jobs": Route("job", "photos", _nothing, lambda _, keys: OWNER.post("/jobs", {**POSTING, "photos": keys})),
    "PATCH /jobs/{jobId}": Route(
        "job", "photos", lambda: post_job(OWNER), lambda job, keys: OWNER.patch(f"/jobs/{job}", {"photos": keys})
    ),
    "POST /jobs/{jobId}/submission": Route(
        "submission", "photos", _work, lambda job, keys: OWNER.post(f"/jobs/{job}/submission", {"photos": keys})
    ),
    "POST /listings": Route(
        "listing", "photos", _nothing, lambda _, keys: OWNER.post("/listings", {**OFFERING, "photos": keys})
    ),
    "PATCH /listings/{listingId}": Route(
        "listing",
        "photos",
        lambda: list_materials(OWNER),
        lambda listing, keys: OWNER.patch(f"/listings/{listing}", {"photos": keys}),
    ),
    "POST /stories": Route(
        "story", "media", _nothing, lambda _, keys: OWNER.post("/stories", {**STORY, "media": keys})
    ),
    "PATCH /profiles/me (photo)": Route(
        "profile", "photoUrl", _nothing, lambda _, keys: OWNER.patch("/profiles/me", {"photoUrl": keys[0]})
    ),
    "PUT /profiles/me (photo)": Route(
        "profile",
        "photoUrl",
        _nothing,
        lambda _, keys: OWNER.put("/profiles/me", {"displayName": "Owner", "photoUrl": keys[0]}),
    ),
    "PATCH /profiles/me (certifications)": Route("certification", "certifications.0.key", _nothing, _certifications),
}
LISTS = [name for name, route in ROUTES.items() if route.field != "photoUrl"]


def _other_purpose(purpose: str) -> str:
    return "story" if purpose != "story" else "job"


def _expired(route: Route, clock: Clock) -> str:
    key = uploaded(OWNER, route.purpose)
    clock.tick(hours=24)
    return key


REFUSED: dict[str, Callable[[Route, Clock], str]] = {
    "somebody else's": lambda route, _: uploaded(OTHER, route.purpose),
    "made for another purpose": lambda route, _: uploaded(OWNER, _other_purpose(route.purpose)),
    "never uploaded": lambda route, _: asked(OWNER, route.purpose),
    "never asked for": lambda route, _: f"uploads/owner-1/{route.purpose}/01JCZX3V9T6V5Y8Q2M4N7B1KDE.jpg",
    "of yesterday": _expired,
    "empty": lambda route, _: uploaded(OWNER, route.purpose, b""),
    "HTML named JPEG": lambda route, _: uploaded(OWNER, route.purpose, b"<!doctype html><script>alert(1)</script>"),
    "HTML behind a blank": lambda route, _: uploaded(OWNER, route.purpose, b" \xff\xd8\xff<script>"),
    "SVG named PNG": lambda route, _: uploaded(OWNER, route.purpose, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png"),
    "GIF named JPEG": lambda route, _: uploaded(OWNER, route.purpose, picture(kind="GIF")),
    "PNG named JPEG": lambda route, _: uploaded(OWNER, route.purpose, picture(kind="PNG")),
    "JPEG named WebP": lambda route, _: uploaded(OWNER, route.purpose, picture(), "image/webp"),
    "sound in WebP's container": lambda route, _: uploaded(OWNER, route.purpose, b"RIFF\x24\x00\x00\x00WAVEfmt ", "image/webp"),
    "PDF named JPEG": lambda route, _: uploaded(OWNER, route.purpose, PDF),
    "a program": lambda route, _: uploaded(OWNER, route.purpose, b"MZ\x90\x00" + bytes(200), "image/png"),
    "a PNG's first bytes without its header": lambda route, _: uploaded(OWNER, route.purpose, b"\x89PNG\r\n\x1a\n<script>", "image/png"),
    "one byte": lambda route, _: uploaded(OWNER, route.purpose, b"\xff"),
    "too large": lambda route, _: uploaded(OWNER, route.purpose, picture() + bytes(5 * 1024 * 1024)),
}  # fmt: skip


EVERYWHERE = ("somebody else's", "made for another purpose", "never uploaded", "HTML named JPEG", "PDF named JPEG")


@pytest.mark.parametrize(
    ("name", "what"),
    [(name, what) for name in ROUTES for what in REFUSED if what in EVERYWHERE or name == "POST /jobs"],
)
def test_an_upload_that_does_not_hold_what_it_should_is_refused(name: str, what: str, clock: Clock) -> None:
    route = ROUTES[name]
    target, key = route.prepare(), REFUSED[what](route, clock)
    before = stand_in.contents()
    answer = route.send(target, [key])
    assert (answer.status, answer.fields) == (422, {route.field}), answer.text
    assert stand_in.contents() == before


@pytest.mark.parametrize("name", LISTS)
def test_an_upload_that_is_named_twice_is_refused(name: str) -> None:
    route = ROUTES[name]
    target, key = route.prepare(), uploaded(OWNER, route.purpose)
    answer = route.send(target, [key, key])
    assert (answer.status, answer.fields) == (422, {route.field.split(".")[0]}), answer.text


@pytest.mark.parametrize("name", LISTS)
def test_of_several_uploads_the_wrong_one_is_named(name: str) -> None:
    route = ROUTES[name]
    keys = [uploaded(OWNER, route.purpose), asked(OWNER, route.purpose)]
    answer = route.send(route.prepare(), keys)
    expected = "certifications.1.key" if "certifications" in route.field else f"{route.field}.1"
    assert (answer.status, answer.fields) == (422, {expected})


@pytest.mark.parametrize("name", ROUTES)
def test_an_upload_that_holds_what_it_should_is_taken_within_the_budget(name: str) -> None:
    route = ROUTES[name]
    target, key = route.prepare(), uploaded(OWNER, route.purpose)
    with counted() as calls:
        answer = route.send(target, [key])
    assert answer.status in (200, 201), answer.text
    assert len(calls) <= 3, calls  # the job, its buyer's profile for the answer, and the transaction
    (row,) = [row for row in stored("uploads") if row["key"] == key]
    assert (row["state"], row["handIns"], "expiresAt" in row) == ("checking", 1, False)


@pytest.mark.parametrize("content_type", ["image/jpeg", "image/png", "image/webp"])
def test_each_kind_of_picture_is_taken(content_type: str) -> None:
    key = uploaded(OWNER, "job", picture(kind=content_type.rpartition("/")[2].upper()), content_type)
    assert OWNER.post("/jobs", {**POSTING, "photos": [key]}).status == 201


def test_a_pdf_is_taken_for_a_certification_only() -> None:
    key = uploaded(OWNER, "certification", PDF, "application/pdf")
    assert _certifications("", [key]).status == 200
    for purpose in ("profile", "evidence", "listing", "job", "submission", "story"):
        wanted = {"purpose": purpose, "contentType": "application/pdf", "sizeBytes": 1}
        assert OWNER.post("/uploads", wanted).fields == {"contentType"}
    jpeg = uploaded(OWNER, "certification", picture(), "application/pdf")
    assert _certifications("", [jpeg]).fields == {"certifications.0.key"}


def test_what_a_thing_shows_already_is_not_checked_again() -> None:
    # given a job with a photo whose file is gone by now
    first, second = uploaded(OWNER, "job"), uploaded(OWNER, "job")
    job = post_job(OWNER, photos=[first])
    stand_in.client("s3").delete_object(Bucket=function_environment()["MEDIA_BUCKET"], Key=first)
    # when another one is added
    answer = OWNER.patch(f"/jobs/{job}", {"photos": [second, first]})
    # then only that one is checked
    assert (answer.status, len(answer.body["photos"])) == (200, 2)


def test_the_version_that_was_checked_is_pinned_and_exempt_from_the_lifecycle() -> None:
    key = asked(OWNER, "job")
    version = put(key, picture())
    post_job(OWNER, photos=[key])
    # when the form is used again
    later = put(key, b"<script>alert(1)</script>")
    # then the first version is pinned, and only the second goes after a day
    (row,) = stored("uploads")
    assert row["versionId"] == version
    assert [_tags(key, version), _tags(key, later)] == [{"state": "handed-in"}, {"state": "offered"}]


def test_a_key_in_two_things_keeps_the_version_that_was_checked_first() -> None:
    key = asked(OWNER, "job")
    version = put(key, picture())
    jobs = [post_job(OWNER, photos=[key])]
    put(key, b"<script>alert(1)</script>")
    jobs.append(post_job(OWNER, photos=[key]))
    (row,) = stored("uploads")
    assert row["versionId"] == version
    assert row["usedBy"] == {f"jobs/{job}/photos" for job in jobs}


def test_a_refused_request_leaves_the_upload_to_be_handed_in_again() -> None:
    key = uploaded(OWNER, "listing")
    profile("owner-1", roles=["seller"])
    assert OWNER.post("/listings", {**OFFERING, "photos": [key, asked(OWNER, "listing")]}).status == 422
    assert OWNER.post("/listings", {**OFFERING, "photos": [key]}).status == 201


def test_while_the_bucket_is_down_nothing_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    from khaya.platform.aws import files  # noqa: PLC0415 - after the environment is set

    def down(*_: Any) -> None:
        raise files.Unavailable

    key = uploaded(OWNER, "job")
    monkeypatch.setattr(files, "beginning", down)
    answer = OWNER.post("/jobs", {**POSTING, "photos": [key]})
    assert answer.status == 503
    assert stored("jobs") == []


def _tags(key: str, version: str) -> dict[str, str]:
    answer = stand_in.client("s3").get_object_tagging(
        Bucket=function_environment()["MEDIA_BUCKET"], Key=key, VersionId=version
    )
    return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}
