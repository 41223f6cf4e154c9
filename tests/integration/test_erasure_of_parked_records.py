"""Parked stream records hold whole items: nothing of an erased person stays in them, and they stay replayable."""

from __future__ import annotations

from typing import Any

import pytest

from operations.parked_records import ParkedRecords
from tests.conftest import Clock
from tests.integration.test_parked_records import Functions, parked_records_of
from tests.support import stand_in, streams
from tests.support.client import Context, Person, app
from tests.support.lives import EMAIL, MEMBER, NAME, PHONE, leave, live
from tests.support.records import accept, backdate_job, place_bid, post_job, profile
from tests.support.template import function_environment

pytestmark = pytest.mark.exhaustive

ADMIN = Person("admin-1", ("admin",))
OTHERS = ("Sipho Cele", "+27829998877", "Paint the front door", "Clean the gutters")
MARKS = (NAME, PHONE, EMAIL, "Build a garden wall", "Tile the bathroom", "zodwa")


@pytest.fixture
def parked() -> ParkedRecords:
    return parked_records_of(Functions())


def parked_text() -> str:
    """The content of all versions of all parked files."""
    s3, bucket = stand_in.client("s3"), function_environment()["MEDIA_BUCKET"]
    found = s3.list_object_versions(Bucket=bucket, Prefix="parked/").get("Versions", [])
    versions = [(one["Key"], one["VersionId"]) for one in found]
    bodies = [s3.get_object(Bucket=bucket, Key=key, VersionId=version)["Body"] for key, version in versions]
    return "\n".join(body.read().decode() for body in bodies)


def marks() -> list[str]:
    """What the parked files hold of the member."""
    text = parked_text().casefold()
    return [mark for mark in MARKS if mark.casefold() in text]


def park_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dispatch what happened while a consumer is broken, so that each record is parked."""

    def broken(change: Any) -> None:
        raise KeyError(change.resource)

    streams.make_queues()
    with monkeypatch.context() as patch:
        patch.setitem(app("stream_dispatcher").CONSUMERS_OF_CHANGES, "bids", ("derived", broken))
        streams.dispatch_all()


def erase(person: Person) -> None:
    assert leave(person).status == 204
    streams.follow()
    streams.follow()


def test_given_parked_records_of_every_table_when_a_person_is_erased_then_nothing_of_theirs_is_in_them(
    parked: ParkedRecords, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given that nothing of a person's life could be dispatched, and some files were written twice
    live()
    park_everything(monkeypatch)
    tables = {file.split("/")[1].split("-")[1] for file in parked.files()}
    assert tables >= {"jobs", "bids", "listings", "reviews", "stories", "profiles", "reports", "referrals"}
    s3, bucket = stand_in.client("s3"), function_environment()["MEDIA_BUCKET"]
    for file in parked.files()[:3]:
        s3.put_object(Bucket=bucket, Key=file, Body=s3.get_object(Bucket=bucket, Key=file)["Body"].read())
    assert marks() == list(MARKS)
    # when they are erased
    erase(MEMBER)
    # then no version of a file has anything of theirs, and others' data is there
    assert marks() == []
    text = parked_text()
    assert [one for one in OTHERS if one not in text] == []
    # and all that is left can be replayed
    assert parked.files() != []
    assert parked.replay().failed == []
    streams.follow()


@pytest.mark.parametrize("by", ["replay", "nightly repair"])
def test_given_records_that_are_parked_after_the_erasure_then_nothing_of_the_person_stays_or_comes_back(
    by: str, parked: ParkedRecords, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given records of a person's life that the dispatcher had not read when they were erased
    live()
    held = _take_records()
    assert leave(MEMBER).status == 204
    streams.follow()
    streams.follow()
    _give_back(held)
    park_everything(monkeypatch)
    assert marks() != []
    # when they are replayed, or the nightly repair has come
    if by == "replay":
        assert parked.replay().failed == []
        streams.follow()
        assert parked.files() == []
    else:
        report = app("repair").handler({}, Context())
        assert report["findings"]["mended"]["parked records"] > 0
    # then nothing of theirs is there: no file, no index of words, no notice
    assert marks() == []
    stored = str(stand_in.contents()).casefold()
    assert [mark for mark in MARKS if mark.casefold() in stored] == []


def test_given_a_parked_record_that_cannot_be_read_then_it_goes_if_it_concerns_the_person(
    parked: ParkedRecords, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given records that nothing can read: one of the person's, one of somebody else's
    live()
    for buyer in ("member-1", "other-1"):
        post_job(Person(buyer, ("buyer",)), title=f"Broken job of {buyer}")
    park_everything(monkeypatch)
    s3, bucket = stand_in.client("s3"), function_environment()["MEDIA_BUCKET"]
    for file in parked.files():
        body = s3.get_object(Bucket=bucket, Key=file)["Body"].read()
        if b"Broken job of" in body:
            s3.put_object(Bucket=bucket, Key=file, Body=body.replace(b'"title":{"S"', b'"title":{"X"'))
    erase(MEMBER)
    assert "Broken job of member-1" not in parked_text()
    assert "Broken job of other-1" in parked_text()


def test_given_a_parked_record_with_an_admins_reason_when_the_admin_is_erased_then_it_is_removed(
    parked: ParkedRecords, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a job that an admin closed; the change is dispatched, and comes once more later
    for person in ("admin-1", "admin-2"):
        profile(person, display_name="Admin", roles=["admin", "buyer"])
    stand_in.pool_with(Person("admin-1", ("admin", "buyer")))
    buyer = Person("other-1", ("buyer",))
    stuck = post_job(buyer)
    accept(buyer, place_bid(Person("brought-1", ("worker",)), stuck))
    backdate_job(stuck, days=60)
    streams.follow()
    closing = {"status": "cancelled", "reason": "Nobody came, says the admin."}
    assert ADMIN.post(f"/jobs/{stuck}/closing", closing).status == 200
    held = _take_records()
    _give_back(held)
    streams.follow()
    _give_back(held)
    park_everything(monkeypatch)
    assert "says the admin" in parked_text()
    # when the admin has lost the role and is erased, then the reason is gone
    ended = {"admin": False, "reason": "Left the team."}
    assert Person("admin-2", ("admin",)).patch("/admin/users/admin-1", ended).status == 200
    assert Person("admin-1", ("buyer",)).delete("/profiles/me").status == 204
    streams.follow()
    streams.follow()
    assert "says the admin" not in parked_text()
    assert "Removed with the account" in parked_text()


def _take_records() -> dict[str, list[Any]]:
    """The records of all streams, which are empty then."""
    taken = {}
    for name, table in _tables().items():
        if table.stream_shard is not None:
            taken[name] = list(table.stream_shard.items)
            table.stream_shard.items.clear()
    return taken


def _give_back(records: dict[str, list[Any]]) -> None:
    for name, items in records.items():
        _tables()[name].stream_shard.items.extend(items)


def _tables() -> Any:
    return streams.get_backend("dynamodb")[streams.ACCOUNT][streams.REGION].tables
