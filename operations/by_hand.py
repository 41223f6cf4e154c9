"""What was switched or moved by hand. No deployment takes it back, because CloudFormation does not look at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from operations.change_set import MAINTENANCE
from operations.stack import ALIAS, Stack

OFF = ("Disabled", "Disabling")
"""States of a mapping by which no function gets what its source has."""

OPTIONAL = {"SyntheticCheckFunctionMinutes": "SyntheticCheck"}
"""Schedules that are off unless a parameter of the stack is `true`."""


def lines(session: Any, stack: Stack, parameters: Mapping[str, str]) -> Iterator[str]:
    """A line for each alias that serves another version than the stack made, and each source or schedule that is off.

    Args:
        session: a session of boto3.
        stack: the application.
        parameters: those of the stack. In maintenance, sources and schedules are off.
    """
    functions, schedules = session.client("lambda"), session.client("scheduler")
    resources = stack.resources()
    made = dict(_named(one.physical) for one in resources if one.kind == "AWS::Lambda::Version")
    for one in resources:
        if one.kind == "AWS::Lambda::Alias":
            function, _ = _named(one.physical)
            serving = functions.get_alias(FunctionName=function, Name=ALIAS)["FunctionVersion"]
            if serving != made.get(function, serving):
                yield f"{function}: {ALIAS} serves version {serving}, the stack made {made[function]}"
        elif parameters.get(MAINTENANCE) == "true" or _is_left_out(one.logical, parameters):
            continue
        elif one.kind == "AWS::Lambda::EventSourceMapping":
            mapping = functions.get_event_source_mapping(UUID=one.physical)
            if mapping["State"] in OFF:
                source = mapping["EventSourceArn"].split(":", 5)[5]
                yield f"{one.logical}: {source} is not consumed, its mapping {one.physical} is off"
        elif one.kind == "AWS::Scheduler::Schedule" and schedules.get_schedule(Name=one.physical)["State"] != "ENABLED":
            yield f"{one.logical}: the schedule {one.physical} is off"


def _is_left_out(logical: str, parameters: Mapping[str, str]) -> bool:
    return logical in OPTIONAL and parameters.get(OPTIONAL[logical]) != "true"


def _named(arn: str) -> tuple[str, str]:
    """The function and the version, or alias, of an ARN."""
    _, function, qualifier = arn.rsplit(":", 2)
    return function, qualifier
