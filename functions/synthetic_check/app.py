"""Every five minutes: does over the public address what a visitor does first. A failed step raises, which an alarm counts.

The steps are health, the feed of jobs, and a sign-in that goes no further: with a password, to an address that nobody
has. It passes gateway, limits, tables and Cognito, and is refused.
"""

from __future__ import annotations

import os
import time
from typing import Any, Final

import requests

from khaya.platform.base import clock, observability

TIMEOUT_SECONDS: Final = (3.0, 10.0)
"""Timeouts of the connection and of the answer."""
PASSWORD: Final = "nobody-has-this-password"  # noqa: S105 # pragma: allowlist secret


class CheckFailed(Exception):
    """A step did not get the answer that it should get."""


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Take the steps; returns the milliseconds of each.

    Raises:
        CheckFailed: a step got another answer, or none.
    """
    del event, context
    nobody = f"check-{clock.epoch(clock.now())}@check.khaya.example"
    steps = (
        ("health", "GET", "/health", None, 200, "status", "ok"),
        ("feed", "GET", "/jobs?limit=1", None, 200, "items", None),
        ("sign-in", "POST", "/auth/tokens", {"username": nobody, "password": PASSWORD}, 401, "code", "wrong_password"),
    )
    taken: dict[str, int] = {}
    with requests.Session() as session:
        for name, method, path, body, status, field, value in steps:
            begun = time.monotonic()
            try:
                answer = session.request(method, os.environ["CHECK_URL"] + path, json=body, timeout=TIMEOUT_SECONDS)
                fields = answer.json()
            except (requests.RequestException, ValueError) as error:
                raise _failed(name, type(error).__name__) from None
            taken[name] = int((time.monotonic() - begun) * 1000)
            if answer.status_code != status:
                raise _failed(name, f"status {answer.status_code}")
            if field not in fields or (value is not None and fields[field] != value):
                raise _failed(name, f"another {field}")
    observability.logger().info("synthetic check", extra={"milliseconds": taken})
    return taken


def _failed(step: str, reason: str) -> CheckFailed:
    observability.logger().error("synthetic check failed", extra={"step": step, "reason": reason})
    return CheckFailed(f"{step}: {reason}")
