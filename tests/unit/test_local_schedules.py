"""The local run's schedules, and its ageing of items."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from local.ageing import older
from local.schedules import schedules
from tests.support.template import template


def test_every_schedule_of_the_template_has_a_unique_name() -> None:
    # given the template's schedules
    found = schedules(template())
    functions = template()["Resources"].items()
    timed = [
        event
        for _, one in functions
        for event in one.get("Properties", {}).get("Events", {}).values()
        if event["Type"] == "ScheduleV2"
    ]
    # then each has a unique name, and its input is JSON
    assert len({schedule.name for schedule in found}) == len(timed)
    assert {"job-expiry", "repair", "daily-statistics"} <= {schedule.name for schedule in found}
    assert all(isinstance(json.loads(schedule.input), dict) for schedule in found)


def test_schedules_of_one_function_keep_their_own_input() -> None:
    def timed(expression: str, input_json: str) -> dict[str, Any]:
        properties = {"ScheduleExpression": expression, "ScheduleExpressionTimezone": "UTC", "Input": input_json}
        return {"Type": "ScheduleV2", "Properties": properties}

    events = {
        "Often": timed("rate(5 minutes)", '{"schedule": "a"}'),
        "Daily": timed("rate(1 day)", '{"schedule": "b"}'),
    }
    found = schedules({"Resources": {"DueItemsFunction": {"Properties": {"Events": events}}}})
    assert {(schedule.name, schedule.input) for schedule in found} == {
        ("due-items-often", '{"schedule": "a"}'),
        ("due-items-daily", '{"schedule": "b"}'),
    }


def test_ageing_changes_all_times_of_an_item_and_nothing_else() -> None:
    item = {
        "id": "01KAJX5J0GVJ3W5C9YB2T1Q8ZD",
        "title": "Ready by 2026-11-21T08:00:00.000Z, please",
        "createdAt": "2026-11-21T08:00:00.000Z",
        "deadlineDay": "2026-03-01",
        "due": "2026-11-21T08:00:00.000Z#review#job",
        "submission": {"submittedAt": "2026-11-01T00:00:00.000Z", "photos": []},
        "maturing": [{"until": "2026-12-05T08:00:00.000Z", "cents": 5000}],
        "moderation": {"decision": "approve", "at": "2026-11-21T08:00:00.000Z"},
        "lastWrite": "token 2026-11-21T08:00:00.000Z buyer-1",
        "bidCount": 3,
        "coordinates": None,
    }
    assert older(item, timedelta(days=31)) == {
        **item,
        "createdAt": "2026-10-21T08:00:00.000Z",
        "deadlineDay": "2026-01-29",
        "due": "2026-10-21T08:00:00.000Z#review#job",
        "submission": {"submittedAt": "2026-10-01T00:00:00.000Z", "photos": []},
        "maturing": [{"until": "2026-11-04T08:00:00.000Z", "cents": 5000}],
    }


def test_ageing_by_hours_changes_dates_by_whole_days_only() -> None:
    item = {"createdAt": "2026-11-21T08:00:00.000Z", "deadlineDay": "2026-03-10"}
    assert older(item, timedelta(hours=5)) == {**item, "createdAt": "2026-11-21T03:00:00.000Z"}
    assert older(item, timedelta(hours=73)) == {"createdAt": "2026-11-18T07:00:00.000Z", "deadlineDay": "2026-03-07"}


@pytest.mark.parametrize(
    ("item", "hours", "aged"),
    [
        (
            {"legsOf": "providerFees#2026-11-29", "bookedAt": "2026-11-29T00:30:00.000Z"},
            1,
            {"legsOf": "providerFees#2026-11-28", "bookedAt": "2026-11-28T23:30:00.000Z"},
        ),
        (
            {"legsOf": "movements#2026-11-29", "bookedAt": "2026-11-29T12:00:00.000Z"},
            1,
            {"legsOf": "movements#2026-11-29", "bookedAt": "2026-11-29T11:00:00.000Z"},
        ),
        (
            {"legsOf": "escrow#01M8", "bookedAt": "2026-11-29T12:00:00.000Z"},
            24,
            {"legsOf": "escrow#01M8", "bookedAt": "2026-11-28T12:00:00.000Z"},
        ),
        ({"order": "2026-11-29#4099"}, 48, {"order": "2026-11-27#4099"}),
        ({"id": "sent#01M8#2026-11-29"}, 25, {"id": "sent#01M8#2026-11-28"}),
    ],
)
def test_a_day_in_a_key_moves_with_the_time_that_it_is_the_day_of(
    item: dict[str, Any], hours: int, aged: dict[str, Any]
) -> None:
    assert older(item, timedelta(hours=hours)) == aged
