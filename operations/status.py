"""The state of an environment: stack, what differs from it, alarms that ring, dead letters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from operations import by_hand
from operations.configuration import Configuration
from operations.redrive import Redrive
from operations.stack import Stack


def lines(session: Any, configuration: Configuration) -> Iterator[str]:
    """The lines that are shown to the operator.

    Raises:
        Refused: there is no such stack.
    """
    stack = Stack(session, configuration.stack)
    found = stack.must_exist()
    yield f"{stack.name}: {found['StackStatus']}, changed {found.get('LastUpdatedTime', found['CreationTime'])}"
    deployed = stack.parameters()
    if deployed.get("Maintenance") == "true":
        yield "maintenance is on: requests that write are refused; queues, streams and schedules wait"
    for name, value in sorted(configuration.parameters.items()):
        if deployed.get(name) != value:
            yield f"parameter {name}: samconfig.toml has {value}, deployed is {deployed.get(name, 'nothing')}"
    yield from by_hand.lines(session, stack, deployed)
    for alarm in ringing(session, configuration.environment):
        yield f"alarm {alarm}"
    redrive = Redrive(session.client("sqs"), stack)
    for one in stack.resources():
        if one.kind == "AWS::SQS::Queue" and one.logical.endswith("DeadLetters"):
            waiting = redrive.waiting(one.physical)
            if waiting:
                yield f"{one.logical}: {waiting} messages wait"


def ringing(session: Any, environment: str) -> list[str]:
    """The names of the alarms of an environment that ring."""
    pages = (
        session.client("cloudwatch")
        .get_paginator("describe_alarms")
        .paginate(StateValue="ALARM", AlarmNamePrefix="khaya-", AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    )
    names = [one["AlarmName"] for page in pages for one in (*page["MetricAlarms"], *page.get("CompositeAlarms", ()))]
    return sorted(name for name in names if name.removesuffix(".fifo").endswith(f"-{environment}"))


def failing_consumers(session: Any, environment: str) -> set[str]:
    """The consumers, with dashes, for which the alarm of consumers rings."""
    alarm = f"khaya-consumers-{environment}"
    if alarm not in ringing(session, environment):
        return set()
    cloudwatch, found, token = session.client("cloudwatch"), set(), None
    while True:
        answer = cloudwatch.describe_alarm_contributors(AlarmName=alarm, **({"NextToken": token} if token else {}))
        contributors = answer["AlarmContributors"]
        found |= {one["ContributorAttributes"]["consumer"].replace("_", "-") for one in contributors}
        token = answer.get("NextToken")
        if not token:
            return found
