"""`If-Match` on every route that changes an object with a version, and changes that change nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from local.openapi import DOCUMENT
from tests.support import stand_in
from tests.support.client import Answer, Person
from tests.support.records import OFFERING, POSTING, post_job, profile
from tests.support.stories import STORY
from tests.support.uploads import uploaded

OWNER = Person("owner", ("buyer", "worker", "seller"))
ADMIN = Person("admin", ("admin",))
WHOLE = {"displayName": "Thandi Nkosi", "bio": "Fixes roofs.", "trades": ["roofing"], "location": "Umlazi"}


@dataclass(frozen=True)
class Change:
    """A route that changes an object with a version."""

    name: str
    read: str
    method: str
    path: str
    body: Any = None
    invalid: Any = None
    status: int = 200


CHANGES = [
    Change("job", "/jobs/{}", "PATCH", "/jobs/{}", {"title": "Fix two taps"}, {"title": "x"}),
    Change("listing", "/listings/{}", "PATCH", "/listings/{}", {"priceCents": 7}, {"priceCents": 0}),
    Change("listing", "/listings/{}", "DELETE", "/listings/{}", status=204),
    Change("listing", "/listings/{}", "POST", "/listings/{}/stock", {"delta": 2}, {"delta": "2"}),
    Change("profile", "/profiles/me", "PUT", "/profiles/me", WHOLE, {"bio": "x"}),
    Change("profile", "/profiles/me", "PATCH", "/profiles/me", {"bio": "Fixes taps."}, {"trades": [5]}),
    Change("profile", "/profiles/me", "PUT", "/profiles/me/roles", {"roles": ["buyer"]}, {"roles": ["admin"]}),
    Change("profile", "/profiles/me", "DELETE", "/profiles/me", status=204),
    Change("story", "/stories/{}", "DELETE", "/stories/{}", status=204),
]


@pytest.fixture(autouse=True)
def people() -> None:
    stand_in.pool_with(OWNER, ADMIN)
    profile("owner", roles=["buyer", "worker", "seller"], display_name="Thandi Nkosi")
    profile("admin", roles=["admin"])


def made(name: str) -> str:
    """The id of a new object of the owner's, in version 1, or of the profile."""
    makers: dict[str, Callable[[], str]] = {
        "job": lambda: post_job(OWNER),
        "listing": lambda: str(OWNER.post("/listings", OFFERING).body["id"]),
        "story": lambda: str(OWNER.post("/stories", STORY).body["id"]),
        "profile": lambda: "me",
    }
    return makers[name]()


def version_of(change: Change, identifier: str) -> int:
    if not change.read:
        return 1
    answer = OWNER.get(change.read.format(identifier))
    assert answer.headers["ETag"] == f'"{answer.body["version"]}"'
    return int(answer.body["version"])


def sent(change: Change, identifier: str, tag: str, body: Any = None, path: str = "") -> Answer:
    path = path or change.path.format(identifier)
    return OWNER.call(change.method, path, body or change.body, headers={"If-Match": tag})


IDS = [f"{change.method} {change.path}" for change in CHANGES]


@pytest.mark.parametrize("change", CHANGES, ids=IDS)
def test_only_the_current_version_is_changed(change: Change) -> None:
    identifier = made(change.name)
    version = version_of(change, identifier)
    wrong = (version + 1, version - 1, f"a,{version}", f"{version}.0", f" {version}", f"0{version}")
    tags = [f'"{one}"' for one in wrong]
    tags += [
        f'W/"{version}"',
        str(version),
        f'"{version}',
        f"'{version}'",
        "",
        f'"{version + 1}", "{version + 2}"',
        "*,*",
    ]
    for tag in tags:
        # given a tag of another version, a weak or a malformed one, then nothing is changed
        answer = sent(change, identifier, tag)
        assert (answer.status, answer.body["code"], answer.body["params"]) == (
            412,
            "stale_version",
            {"current": version},
        )
        if change.read:
            assert version_of(change, identifier) == version
    # given the current one in a list, then it is changed
    answer = sent(change, identifier, f'W/"9", "7" , "{version}"')
    assert answer.status == change.status
    if change.status == 200:
        assert answer.headers["ETag"] == f'"{answer.body["version"]}"' == f'"{version + 1}"'


@pytest.mark.parametrize("change", CHANGES, ids=IDS)
def test_a_star_matches_any_version(change: Change) -> None:
    identifier = made(change.name)
    assert sent(change, identifier, "*").status == change.status


@pytest.mark.parametrize("change", CHANGES, ids=IDS)
def test_faults_of_the_request_and_missing_objects_count_before_the_version(change: Change) -> None:
    identifier = made(change.name)
    if change.invalid is not None:
        assert sent(change, identifier, '"999"', change.invalid).status == 422
    if "{}" in change.path:
        assert sent(change, identifier, '"999"', path=change.path.format("nowhere")).status == 404


def test_the_version_counts_before_the_state(buyer: Person) -> None:
    # given a cancelled job, which cannot be edited, and a listing with too little in stock
    job, listing = post_job(OWNER), made("listing")
    OWNER.post(f"/jobs/{job}/cancellation", {"reason": "Not needed."})
    for path, method, body in ((f"/jobs/{job}", "PATCH", {"title": "Fix two taps"}),
                               (f"/listings/{listing}/stock", "POST", {"delta": -10**6})):  # fmt: skip
        assert OWNER.call(method, path, body).status == 409
        assert OWNER.call(method, path, body, headers={"If-Match": '"999"'}).status == 412


def test_a_photo_that_is_not_the_owners_counts_before_the_version() -> None:
    job = post_job(OWNER)
    photos = {"photos": ["uploads/somebody/job/01JCZX3V9T6V5Y8Q2M4N7B1KDE.jpg"]}
    assert OWNER.patch(f"/jobs/{job}", photos, headers={"If-Match": '"999"'}).status == 422


NOTHING_NEW = [
    Change("job", "/jobs/{}", "PATCH", "/jobs/{}", {}),
    Change("job", "/jobs/{}", "PATCH", "/jobs/{}", POSTING),
    Change("job", "/jobs/{}", "PATCH", "/jobs/{}", {"title": f"  {POSTING['title']} "}),
    Change("listing", "/listings/{}", "PATCH", "/listings/{}", {}),
    Change("listing", "/listings/{}", "PATCH", "/listings/{}", {"priceCents": OFFERING["priceCents"]}),
    Change("listing", "/listings/{}", "POST", "/listings/{}/stock", {"delta": 0}),
    Change("profile", "/profiles/me", "PATCH", "/profiles/me", {}),
    Change("profile", "/profiles/me", "PATCH", "/profiles/me", {"displayName": "Thandi Nkosi"}),
    Change("profile", "/profiles/me", "PUT", "/profiles/me/roles", {"roles": ["seller", "buyer", "worker"]}),
]


@pytest.mark.parametrize("change", NOTHING_NEW, ids=lambda one: f"{one.method} {one.path} {str(one.body)[:40]}")
def test_a_change_that_changes_nothing_keeps_the_version_and_writes_nothing(change: Change) -> None:
    identifier = made(change.name)
    version = version_of(change, identifier)
    before = {table: stand_in.stored(table) for table in ("jobs", "listings", "profiles", "directory")}
    first = OWNER.call(change.method, change.path.format(identifier), change.body)
    assert (first.status, first.headers["ETag"]) == (200, f'"{version}"')
    assert {table: stand_in.stored(table) for table in before} == before
    # and it can be repeated with the same tag
    again = sent(change, identifier, f'"{version}"')
    assert (again.status, again.body) == (200, first.body)


def test_the_same_profile_again_keeps_the_version() -> None:
    key = uploaded(OWNER, "certification")
    for whole in (
        WHOLE,
        {**WHOLE, "certifications": [{"title": "Roofer", "key": key}], "coordinates": {"lat": 1, "lng": 2}},
    ):
        first = OWNER.put("/profiles/me", whole)
        assert first.status == 200
        assert OWNER.put("/profiles/me", whole).body["version"] == first.body["version"]


def test_the_same_preferences_again_write_nothing() -> None:
    wanted = {"language": "zu", "channels": {"bidReceived": ["sms"]}}
    assert OWNER.put("/notifications/preferences", wanted).status == 200
    before = stand_in.stored("notifications")
    assert OWNER.put("/notifications/preferences", wanted).status == 200
    assert stand_in.stored("notifications") == before


def test_two_lines_of_if_match_are_one_list() -> None:
    job = post_job(OWNER)
    event = OWNER.event("PATCH", f"/jobs/{job}", "/jobs/{jobId}", {"jobId": job}, {"title": "Fix two taps"})
    event["headers"]["If-Match"] = '"9"'
    event["multiValueHeaders"]["If-Match"] = ['"1"', '"9"']
    from tests.support.client import Context, app  # noqa: PLC0415

    assert app("jobs").handler(event, Context())["statusCode"] == 200


def test_a_verification_is_for_the_version_that_the_admin_has_read() -> None:
    version = OWNER.get("/profiles/me").body["version"]
    for tag, status in ((f'"{version + 1}"', 412), (f'"{version}"', 200)):
        answer = ADMIN.put("/profiles/owner/verification", {"verified": True}, headers={"If-Match": tag})
        assert answer.status == status


def test_every_change_of_what_carries_a_version_takes_if_match() -> None:
    document: dict[str, Any] = json.loads(DOCUMENT.read_text())
    named = [
        one for one, schema in document["components"]["schemas"].items() if "version" in schema.get("properties", {})
    ]
    found = []
    for path, item in document["paths"].items():
        answers = json.dumps(item.get("get", {}).get("responses", {}).get("200", {}))
        if not any(f'"#/components/schemas/{name}"' in answers for name in named):
            continue
        for method in {"put", "patch", "delete"} & {*item}:
            found.append(f"{method.upper()} {path}")
            taken = [one.get("$ref", "").rpartition("/")[2] for one in item[method]["parameters"]]
            assert "IfMatch" in taken, found[-1]
    assert {"DELETE /profiles/me", "PATCH /jobs/{jobId}", "DELETE /stories/{storyId}"} <= {*found}
