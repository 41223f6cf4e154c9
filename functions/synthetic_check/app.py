"""Every ten minutes: takes a visitor's first steps over the public address. A step that fails raises an error.

The steps are health, the feed of jobs, and a sign-in that goes no further: it asks for a code for an address that
nobody has, so none is sent.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any, Final

from khaya.platform.base import clock, observability
from khaya.platform.work import http_calls

TIMEOUT_SECONDS: Final = (3.0, 10.0)
"""Timeouts of the connection and of the answer."""


@dataclass(frozen=True)
class Step:
    """A request, and the answer that it should get: its status, and a field with its value, or with any value."""

    name: str
    method: str
    path: str
    status: int
    field: str
    value: str | None = None
    body: dict[str, str] | None = None


class CheckFailed(Exception):
    """A step did not get the answer that it should get."""


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Take the steps; returns the milliseconds of each.

    Raises:
        CheckFailed: a step got another answer, or none.
    """
    del event, context
    nobody = {"username": f"check-{clock.epoch(clock.now())}@khaya.example"}
    taken = {
        step.name: _take(step)
        for step in (
            Step("health", "GET", "/health", 200, "status", "ok"),
            Step("feed", "GET", "/jobs?limit=1", 200, "items"),
            Step("sign-in", "POST", "/auth/codes", 200, "challenge", body=nobody),
        )
    }
    observability.logger().info("synthetic check", extra={"milliseconds": taken})
    return taken


def _take(step: Step) -> int:
    """The milliseconds of a step that succeeds."""
    begun = time.monotonic()
    try:
        answer = http_calls.send(step.method, os.environ["CHECK_URL"] + step.path, TIMEOUT_SECONDS, json=step.body)
    except (http_calls.NotSent, http_calls.NotAnswered) as error:
        raise _failed(step, str(error)) from None
    taken = int((time.monotonic() - begun) * 1000)
    if answer.status_code != step.status:
        raise _failed(step, f"status {answer.status_code}")
    fields = http_calls.json_object(answer) or {}
    if step.field not in fields or step.value not in (None, fields[step.field]):
        raise _failed(step, f"another {step.field}")
    return taken


def _failed(step: Step, reason: str) -> CheckFailed:
    observability.logger().error("synthetic check failed", extra={"step": step.name, "reason": reason})
    return CheckFailed(f"{step.name}: {reason}")
