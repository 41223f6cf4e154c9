"""Show what CloudFormation does to a stack while it does it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

QUIET_SECONDS = 30.0
"""After so long without an event it says what is still under way."""
NAMED = 3
"""Resources under way that are named."""


class Progress:
    """The events of one stack from now on.

    Args:
        cloudformation: a client of CloudFormation.
        stack: the name of the stack.
        say: what shows a line to the operator.
    """

    def __init__(self, cloudformation: Any, stack: str, say: Callable[[str], None]) -> None:
        self._cloudformation = cloudformation
        self._stack = stack
        self._say = say
        self._began = self._said = time.monotonic()
        self._under_way: dict[str, None] = {}
        self._ended = 0
        self._last = next((one["EventId"] for one in self._events()), None)

    def show(self) -> None:
        """Show what ended since the last look: a line for each resource, with its state and the reason of a failure."""
        new: list[dict[str, Any]] = []
        for event in self._events():  # the latest first
            if event["EventId"] == self._last:
                break
            new.append(event)
        for event in reversed(new):
            self._last = event["EventId"]
            self._note(event)
        if time.monotonic() - self._said >= QUIET_SECONDS:
            named = ", ".join(list(self._under_way)[:NAMED]) or self._stack
            more = f" and {len(self._under_way) - NAMED} more" if len(self._under_way) > NAMED else ""
            self._line(f"still at {named}{more}")

    def _note(self, event: dict[str, Any]) -> None:
        name, status = event["LogicalResourceId"], event["ResourceStatus"]
        if name == self._stack:
            return
        if status.endswith("_IN_PROGRESS"):
            self._under_way[name] = None
            return
        self._under_way.pop(name, None)
        self._ended += 1
        reason = f": {event.get('ResourceStatusReason', '')}" if status.endswith("_FAILED") else ""
        self._line(f"{self._ended:>4}  {status}  {name}{reason}")

    def _line(self, text: str) -> None:
        self._said = time.monotonic()
        self._say(f"{self._said - self._began:5.0f} s  {text}")

    def _events(self) -> Iterator[dict[str, Any]]:
        pages = self._cloudformation.get_paginator("describe_stack_events")
        try:
            for page in pages.paginate(StackName=self._stack):
                yield from page["StackEvents"]
        except ClientError as error:
            if "does not exist" not in str(error):  # a deleted stack has none under its name
                raise
