"""What an operator sees while CloudFormation works."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations import progress
from operations.progress import Progress


class CloudFormation:
    """Has the events of one stack, the latest first."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.is_gone = False

    def happens(self, name: str, status: str, reason: str = "") -> None:
        event = {"EventId": str(len(self.events)), "LogicalResourceId": name, "ResourceStatus": status}
        self.events.insert(0, event | ({"ResourceStatusReason": reason} if reason else {}))

    def get_paginator(self, _: str) -> CloudFormation:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        if self.is_gone:
            raise ClientError({"Error": {"Message": "Stack [khaya-dev] does not exist"}}, "DescribeStackEvents")
        return [{"StackEvents": [one]} for one in self.events]


@pytest.fixture
def cloudformation() -> CloudFormation:
    found = CloudFormation()
    found.happens("Jobs", "CREATE_COMPLETE")  # of the deployment before
    return found


@pytest.fixture
def shown() -> list[str]:
    return []


def of(cloudformation: CloudFormation, shown: list[str]) -> Progress:
    return Progress(cloudformation, "khaya-dev", lambda line: shown.append(line.partition(" s  ")[2].strip()))


def test_each_resource_is_shown_once_when_it_ends_and_nothing_of_the_deployment_before(
    cloudformation: CloudFormation, shown: list[str]
) -> None:
    found = of(cloudformation, shown)
    cloudformation.happens("khaya-dev", "UPDATE_IN_PROGRESS", "User Initiated")
    cloudformation.happens("Bids", "UPDATE_IN_PROGRESS")
    found.show()
    assert shown == []
    cloudformation.happens("Bids", "UPDATE_COMPLETE")
    cloudformation.happens("Credits", "UPDATE_COMPLETE")
    found.show()
    found.show()
    assert shown == ["1  UPDATE_COMPLETE  Bids", "2  UPDATE_COMPLETE  Credits"]


def test_a_failure_is_shown_with_its_reason(cloudformation: CloudFormation, shown: list[str]) -> None:
    found = of(cloudformation, shown)
    cloudformation.happens("Bids", "UPDATE_FAILED", "Access denied")
    found.show()
    assert shown == ["1  UPDATE_FAILED  Bids: Access denied"]


def test_given_nothing_for_a_while_then_it_says_what_is_under_way(
    cloudformation: CloudFormation, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = of(cloudformation, shown)
    for name in ("A", "B", "C", "D", "E"):
        cloudformation.happens(name, "CREATE_IN_PROGRESS")
    found.show()
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0)
    found.show()
    assert shown == ["still at A, B, C and 2 more"]


def test_a_stack_that_is_gone_has_nothing_to_show(cloudformation: CloudFormation, shown: list[str]) -> None:
    found = of(cloudformation, shown)
    cloudformation.is_gone = True
    found.show()
    assert shown == []
