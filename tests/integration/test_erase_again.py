"""Tables are restored from a backup that holds erased people: the command repeats their erasures."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest

from operations import erase_again
from operations.erase_again import Erasures
from operations.repair import Everything
from tests.conftest import Clock
from tests.integration.test_repairs import forget_changes
from tests.support import stand_in, streams
from tests.support.client import Context, Person, app
from tests.support.lives import EMAIL, MEMBER, NAME, OTHER, PHONE, SIGNED, leave, live, traces
from tests.support.stand_in import stored
from tests.support.template import table_name

pytestmark = pytest.mark.exhaustive

RESTORED = ("Users", "Profiles", "Jobs", "Bids", "Listings", "Reviews", "Reports", "Referrals", "Stories")
RESTORED += ("Sessions", "Notifications", "Reminders", "Uploads")
BACKUP = "2026-11-20T00:00"


class Functions:
    """A client of Lambda that calls the function `repair` in this process."""

    def invoke(self, FunctionName: str, Qualifier: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - Lambda's names
        assert Qualifier == "live"
        assert FunctionName == "khaya-repair-test"
        return {"Payload": io.BytesIO(json.dumps(app("repair").handler(json.loads(Payload), Context())).encode())}


@pytest.fixture
def erasures() -> Erasures:
    dynamodb = stand_in.client("dynamodb")
    everything = Everything(dynamodb, Functions(), {}, "khaya-repair-test")
    return Erasures(dynamodb, everything, table_name("AuditTable"))


def backup() -> dict[str, list[dict[str, Any]]]:
    """The items of all tables."""
    dynamodb = stand_in.client("dynamodb")
    return {table: dynamodb.scan(TableName=table_name(f"{table}Table"))["Items"] for table in RESTORED}


def restore(saved: dict[str, list[dict[str, Any]]], *tables: str) -> None:
    """Put back the items of some tables, of which no stream tells."""
    dynamodb = stand_in.client("dynamodb")
    for table in tables:
        for item in saved[table]:
            dynamodb.put_item(TableName=table_name(f"{table}Table"), Item=item)
    forget_changes()


def erase(person: Person) -> None:
    assert leave(person).status == 204
    for _ in range(2):
        streams.follow()


def what_stays() -> list[Any]:
    """Titles, states, ratings and balances of everybody. The states of bids follow from jobs, which a repair mends."""
    shown = ("id", "userId", "status", "title", "rating", "balanceCents")
    tables = ("jobs", "reviews", "listings", "credits")
    return sorted([[row.get(name) for name in shown] for table in tables for row in stored(table)], key=str)


@pytest.mark.parametrize(
    "restored",
    [("Jobs",), ("Profiles",), ("Users",), ("Notifications",), ("Bids", "Reviews", "Stories", "Listings"), RESTORED],
    ids=" ".join,
)
def test_given_restored_tables_when_the_erasures_are_repeated_then_nothing_of_the_people_is_left(
    restored: tuple[str, ...], erasures: Erasures, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a backup with a member's title in the inbox of a bidder, and an erasure after it
    live()
    streams.follow()
    posted = next(row["id"] for row in stored("jobs") if row["buyerId"] == "member-1" and row["status"] == "open")
    assert MEMBER.patch(f"/jobs/{posted}", {"description": f"{SIGNED} Edited once."}).status == 200
    streams.follow()
    saved = backup()
    clock.tick(hours=1)
    erase(MEMBER)
    marks = (NAME, PHONE, EMAIL, "Build a garden wall", "Tile the bathroom")
    assert traces(*marks) == []
    was = what_stays()
    # when tables are restored
    clock.tick(days=3)
    restore(saved, *restored)
    assert traces(*marks) != []
    # then the repeated erasure removes everything again
    assert erasures.people(BACKUP) == ["member-1"]
    assert erase_again.run(erasures, BACKUP)
    assert "repeated erasures: 1 checked, 1 mended" in capsys.readouterr().out
    for _ in range(2):
        streams.follow()
    assert traces(*marks) == []
    (record,) = (row for row in stored("users") if row["userId"] == "member-1")
    assert (record["status"], "erasureDoneAt" in record, "erasureRepeatedAt" in record) == ("erased", True, False)
    # and the rest is as it was, and nobody is said to have left twice
    assert what_stays() == was
    assert [row["action"] for row in stored("audit")].count("person.erased") == 1
    assert OTHER.get("/notifications").status == 200


def test_given_a_person_who_was_not_erased_then_nothing_erases_them(erasures: Erasures, clock: Clock) -> None:
    live()
    streams.follow()
    assert erasures.people(BACKUP) == []
    app("repair").handler({"objects": ["erasures/member-1"]}, Context())
    assert NAME in str(stored("profiles"))
    assert MEMBER.get("/profiles/me").status == 200


def test_only_erasures_since_the_backup_are_repeated_latest_first(erasures: Erasures, clock: Clock) -> None:
    live()
    streams.follow()
    erase(MEMBER)
    clock.tick(days=2)
    erase(replace(OTHER, signed_in_at=OTHER.signed_in_at + 2 * 86_400))
    assert erasures.people("2026-11-21") == ["other-1", "member-1"]
    assert erasures.people("2026-11-22") == ["other-1"]
    assert erasures.people("2026-11-24") == []


def test_given_a_contact_that_somebody_else_has_taken_since_then_it_stays_theirs(
    erasures: Erasures, clock: Clock
) -> None:
    # given an erased person whose record is back, and whose phone is somebody else's now
    live()
    streams.follow()
    saved = backup()
    erase(MEMBER)
    restore(saved, "Users")
    row = {"userId": {"S": f"phone#{PHONE}"}, "holder": {"S": "other-1"}}
    stand_in.client("dynamodb").put_item(TableName=table_name("UsersTable"), Item=row)
    # when the erasure is repeated, then it ends, and the phone is theirs
    assert erase_again.run(erasures, BACKUP)
    for _ in range(2):
        streams.follow()
    records = {row["userId"]: row for row in stored("users")}
    assert "erasureDoneAt" in records["member-1"]
    assert records[f"phone#{PHONE}"]["holder"] == "other-1"
