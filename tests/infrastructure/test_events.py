"""Compatibility of published events, and the template's audit table and event bus."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest

from khaya.audit.store import record
from khaya.events.catalogue import KINDS
from khaya.events.model import Event
from khaya.notices import rules
from khaya.reminders.model import PLANNING_EVENTS
from khaya.statistics import model as statistics
from local import CannotRun, events
from local.openapi import text
from tests.infrastructure.test_template import listed, mentions, statements
from tests.support.template import FUNCTION, QUEUE, ROOT, TABLE, resources, template

GUIDE = (ROOT / "docs" / "events.md").read_text()
KEPT: dict[str, Any] = json.loads(events.DOCUMENT.read_text())


# Schemas.


def test_the_schemas_are_those_of_the_catalogue() -> None:
    assert text(events.document()) + "\n" == events.DOCUMENT.read_text(), "stale: run `make events`"


def test_no_field_may_be_null_and_none_is_shut_to_more() -> None:
    assert '"null"' not in events.DOCUMENT.read_text()
    assert "additionalProperties" not in events.DOCUMENT.read_text()


def changed(**detail: Any) -> dict[str, Any]:
    """The schemas with something else in the detail of job.expired."""
    whole = copy.deepcopy(KEPT)
    whole["$defs"]["job.expired"]["properties"]["detail"] |= detail
    return whole


def fields() -> dict[str, Any]:
    found: dict[str, Any] = KEPT["$defs"]["job.expired"]["properties"]["detail"]["properties"]
    return dict(found)


def test_a_field_more_breaks_no_promise() -> None:
    assert events.broken_promises(KEPT, changed(properties={**fields(), "views": {"type": "integer"}})) == []


def test_what_subscribers_rely_on_is_not_taken_away_under_the_same_version() -> None:
    less = {name: field for name, field in fields().items() if name != "bidCount"}
    assert events.broken_promises(KEPT, changed(properties=less)) == ["job.expired: bidCount is gone"]
    other = {**fields(), "bidCount": {"type": "string"}}
    assert events.broken_promises(KEPT, changed(properties=other)) == ["job.expired: bidCount is of another kind"]
    assert events.broken_promises(KEPT, changed(required=["jobId", "buyerId"])) == [
        "job.expired: bidCount may be missing"
    ]
    gone = copy.deepcopy(KEPT)
    del gone["$defs"]["job.expired"]
    assert events.broken_promises(KEPT, gone) == ["job.expired is gone"]


def test_a_new_version_may_be_anything() -> None:
    next_version = changed(properties={}, required=[])
    next_version["$defs"]["job.expired"]["properties"]["version"] = {"const": 2}
    assert events.broken_promises(KEPT, next_version) == []


def test_a_broken_promise_is_not_written(tmp_path: Any) -> None:
    # given published schemas that know a field which the catalogue has no more
    path = tmp_path / "events.schema.json"
    path.write_text(json.dumps(changed(properties={**fields(), "views": {"type": "integer"}})))
    before = path.read_text()
    # when they are to be written anew, then that is refused, and why
    with pytest.raises(CannotRun, match=r"job\.expired: views is gone"):
        events.main(path)
    assert path.read_text() == before


# The guide.


def rows() -> dict[str, list[str]]:
    """The guide's rows, by kind: when, version, fields, consumers."""
    found = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|(.*)\|$", GUIDE, re.MULTILINE)
    assert len(found) == len({kind for kind, _ in found}), "a kind has one row"
    return {kind: [cell.strip() for cell in row.split("|")] for kind, row in found}


def test_events_md_lists_every_kind_and_no_other() -> None:
    assert [*rows()] == [*KINDS]


@pytest.mark.parametrize("kind", KINDS)
def test_the_guide_names_version_and_fields_of_a_kind(kind: str) -> None:
    when, version, listed, consumers = rows()[kind]
    detail = KEPT["$defs"][kind]["properties"]["detail"]
    names = [name if name in detail["required"] else f"{name}?" for name in detail["properties"]]
    assert listed == ", ".join(f"`{name}`" for name in names)
    assert version == str(KINDS[kind].VERSION)
    assert when
    assert "bus" in consumers


@pytest.mark.parametrize("kind", KINDS)
def test_the_guide_names_the_consumers_of_a_kind(kind: str) -> None:
    consumers = {*rows()[kind][-1].split(", ")}
    event = Event(id="1", kind=kind, version=1, at="", object="x/1", detail={}, changes={"status": (1, 2)})
    assert bool(consumers & {"inbox", "reminders"}) == rules.is_relevant(event)
    assert ("reminders" in consumers) == (kind in PLANNING_EVENTS)
    assert ("statistics" in consumers) == statistics.is_counted(event)
    assert ("audit" in consumers) == (kind not in {"review.answered", "reminder.due"})
    assert consumers <= {"inbox", "reminders", "statistics", "audit", "bus"}


# The audit trail.


def test_no_role_may_change_or_remove_a_line_of_the_trail() -> None:
    allowed = {
        (where, action)
        for where, statement in statements()
        if mentions(statement["Resource"], "AuditTable")
        for action in listed(statement["Action"])
    }
    readers = {"AdminRole", "PersonRole", "ExportsRole", "RepairRole"}
    assert allowed == {("RecordsRole", "dynamodb:PutItem"), *((role, "dynamodb:Query") for role in readers)}


def test_the_trail_itself_refuses_changes_to_everybody() -> None:
    table = resources(TABLE)["AuditTable"]
    (refusal,) = table["ResourcePolicy"]["PolicyDocument"]["Statement"]
    assert (refusal["Effect"], refusal["Principal"]) == ("Deny", "*")
    assert {*refusal["Action"]} == {
        f"dynamodb:{action}"
        for action in ("UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate", "PartiQLDelete")
    }
    assert refusal["Resource"]["Fn::Sub"].endswith(table["TableName"]["Fn::Sub"])
    assert "TimeToLiveSpecification" not in table, "no line goes by itself"


def test_a_line_is_put_only_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from khaya.audit.model import AuditEntry  # noqa: PLC0415
    from khaya.platform.data import dynamo  # noqa: PLC0415

    asked: list[Any] = []
    monkeypatch.setattr(dynamo, "commit", lambda writes, _: asked.extend(writes))
    record(AuditEntry(id="1", action="job.posted", object="jobs/1", at="2026-11-21T08:00:00.000Z", changes=[]))
    (write,) = asked
    assert (write.kind, write.request["ConditionExpression"]) == ("Put", "attribute_not_exists(#id)")


# The bus.


def test_records_is_the_only_function_that_may_publish_and_only_on_the_one_bus() -> None:
    (bus,) = resources("AWS::Events::EventBus")
    allowed = [
        (where, statement["Resource"])
        for where, statement in statements()
        if "events:PutEvents" in listed(statement["Action"])
    ]
    assert allowed == [("RecordsRole", {"Fn::GetAtt": [bus, "Arn"]})]
    assert resources(FUNCTION)["RecordsFunction"]["Environment"]["Variables"]["EVENT_BUS_NAME"] == {"Ref": bus}
    assert resources("AWS::Events::EventBus")[bus]["Name"] == {"Fn::Sub": "khaya-${Environment}"}


def test_published_events_are_kept_for_a_while_but_not_locally() -> None:
    archive = template()["Resources"]["EventArchive"]
    assert archive["Condition"] == "KeepsEvents"
    assert archive["Properties"]["RetentionDays"] == {"Ref": "EventArchiveDays"}
    assert template()["Parameters"]["EventArchiveDays"]["Default"] >= 14
    assert "EventArchiveDays=0" in (ROOT / "samconfig.toml").read_text()


def test_what_the_bus_does_not_take_for_long_is_parked() -> None:
    queue = resources(QUEUE)["RecordsQueue"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 10
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["RecordsDeadLetters", "Arn"]}
