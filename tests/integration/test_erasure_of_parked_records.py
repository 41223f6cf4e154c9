"""Parked stream records hold whole items: an erasure removes the person's data from them, and they stay replayable."""

from __future__ import annotations

from typing import Any

import pytest

from operations.parked_records import ParkedRecords
from tests.conftest import Clock
from tests.integration.test_parked_records import Functions
from tests.support import stand_in, streams
from tests.support.client import Person, app
from tests.support.lives import EMAIL, MEMBER, NAME, PHONE, live
from tests.support.records import accept, backdate_job, place_bid, post_job, profile
from tests.support.template import function_environment

ADMIN = Person("admin-1", ("admin",))
OTHERS = ("Sipho Cele", "+27829998877", "Paint the front door", "Clean the gutters")
MARKS = (NAME, PHONE, EMAIL, "Build a garden wall", "Tile the bathroom", "zodwa")


def parked_text() -> str:
    """The content of all versions of all parked files."""
    s3, bucket = stand_in.client("s3"), function_environment()["MEDIA_BUCKET"]
    found = s3.list_object_versions(Bucket=bucket, Prefix="parked/").get("Versions", [])
    versions = [(one["Key"], one["VersionId"]) for one in found]
    bodies = [s3.get_object(Bucket=bucket, Key=key, VersionId=version)["Body"] for key, version in versions]
    return "\n".join(body.read().decode() for body in bodies)


@pytest.fixture
def parked() -> ParkedRecords:
    bucket = function_environment()["MEDIA_BUCKET"]
    return ParkedRecords(stand_in.client("s3"), Functions(), bucket, "khaya-stream-dispatcher-test")


def park_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dispatch what happened while a consumer is broken, so that each record is parked."""

    def broken(change: Any) -> None:
        raise KeyError(change.resource)

    streams.make_queues()
    with monkeypatch.context() as patch:
        patch.setitem(app("stream_dispatcher").CONSUMERS_OF_CHANGES, "bids", ("derived", broken))
        streams.dispatch_all()


def erase(person: Person) -> None:
    assert person.delete("/profiles/me").status == 204
    for _ in range(2):
        streams.follow()


def test_given_parked_records_of_every_table_when_a_person_is_erased_then_nothing_of_theirs_is_in_them(
    parked: ParkedRecords, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given that nothing of a person's life could be dispatched, and one file was written twice
    live()
    park_everything(monkeypatch)
    tables = {file.split("/")[1].split("-")[1] for file in parked.files()}
    assert tables >= {"jobs", "bids", "listings", "reviews", "stories", "users", "profiles", "reports", "referrals"}
    s3, bucket = stand_in.client("s3"), function_environment()["MEDIA_BUCKET"]
    for file in parked.files()[:3]:
        s3.put_object(Bucket=bucket, Key=file, Body=s3.get_object(Bucket=bucket, Key=file)["Body"].read())
    text = parked_text()
    assert all(mark.casefold() in text.casefold() for mark in (*MARKS, *OTHERS))
    # when they are erased
    erase(MEMBER)
    # then no version of a file has anything of theirs, and others' data is there
    text = parked_text()
    assert [mark for mark in MARKS if mark.casefold() in text.casefold()] == []
    assert [one for one in OTHERS if one not in text] == []
    # and all that is left can be replayed
    assert parked.files() != []
    assert parked.replay().failed == []
    streams.follow()


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
    # given a job that an admin closed, whose change and the next one were parked
    live()
    profile("admin-1", display_name="Admin", roles=["admin", "buyer"])
    profile("admin-2", display_name="Admin", roles=["admin"])
    stand_in.pool_with(Person("admin-1", ("admin", "buyer")))
    buyer = Person("other-1", ("buyer",))
    stuck = post_job(buyer)
    accept(buyer, place_bid(Person("brought-1", ("worker",)), stuck))
    backdate_job(stuck, days=60)
    streams.follow()
    closing = {"status": "cancelled", "reason": "Nobody came, says the admin."}
    assert ADMIN.post(f"/jobs/{stuck}/closing", closing).status == 200
    shard = streams.get_backend("dynamodb")[streams.ACCOUNT][streams.REGION].tables[streams.table_name("JobsTable")]
    records = list(shard.stream_shard.items)
    streams.follow()
    shard.stream_shard.items.extend(records)
    park_everything(monkeypatch)
    assert "says the admin" in parked_text()
    # when the admin has lost the role and is erased, then the reason is gone
    ended = {"admin": False, "reason": "Left the team."}
    assert Person("admin-2", ("admin",)).patch("/admin/users/admin-1", ended).status == 200
    erase(Person("admin-1", ("buyer",)))
    assert "says the admin" not in parked_text()
