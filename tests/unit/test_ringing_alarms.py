"""Which alarms ring, and for which consumers."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from operations import status

WANTED = {"StateValue": "ALARM", "AlarmNamePrefix": "khaya-", "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}


class Session:
    """A session with one client of CloudWatch, whose answers are given."""

    def __init__(self) -> None:
        self.cloudwatch = boto3.client("cloudwatch", region_name="af-south-1")
        self.stub = Stubber(self.cloudwatch)

    def client(self, service: str) -> Any:
        assert service == "cloudwatch"
        return self.cloudwatch


@pytest.fixture
def session() -> Session:
    return Session()


def rings(session: Session, *names: str, composites: tuple[str, ...] = ()) -> None:
    answer = {
        "MetricAlarms": [{"AlarmName": name} for name in names],
        "CompositeAlarms": [{"AlarmName": name} for name in composites],
    }
    session.stub.add_response("describe_alarms", answer, WANTED)


def contributor(consumer: str) -> dict[str, Any]:
    return {"ContributorId": "1", "ContributorAttributes": {"consumer": consumer}, "StateReason": "1 > 0"}


def test_given_alarms_of_two_environments_then_those_of_one_are_named(session: Session) -> None:
    rings(
        session,
        "khaya-server-errors-dev",
        "khaya-money-dead-letters-prod.fifo",
        composites=("khaya-customers-are-hurt-prod",),
    )
    with session.stub:
        found = status.ringing(session, "prod")
    assert found == ["khaya-customers-are-hurt-prod", "khaya-money-dead-letters-prod.fifo"]


def test_given_the_alarm_of_consumers_then_its_contributors_are_the_failing_ones(session: Session) -> None:
    rings(session, "khaya-consumers-prod")
    asked = {"AlarmName": "khaya-consumers-prod"}
    session.stub.add_response(
        "describe_alarm_contributors", {"AlarmContributors": [contributor("name_sync")], "NextToken": "more"}, asked
    )
    session.stub.add_response(
        "describe_alarm_contributors", {"AlarmContributors": [contributor("bids")]}, {**asked, "NextToken": "more"}
    )
    with session.stub:
        assert status.failing_consumers(session, "prod") == {"name-sync", "bids"}
        session.stub.assert_no_pending_responses()


def test_given_no_such_alarm_then_no_consumer_fails(session: Session) -> None:
    rings(session, "khaya-server-errors-dev")
    with session.stub:
        assert status.failing_consumers(session, "dev") == set()
