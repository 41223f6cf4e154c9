"""Ends a run at any call of DynamoDB or of the payment provider, before or after the call takes effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from khaya import provider
from khaya.platform.base import backoff
from khaya.platform.data import dynamo
from tests.support.faults import WRITES
from tests.support.provider import CHANGING


class Crash(BaseException):
    """The run ended, as when its machine disappears: nothing catches it."""


class Crashes:
    """Counts the calls, and ends the run at one of them.

    Attributes:
        calls: the names of the calls since the last `arm`.
        position: the call at which the run ends; None for none.
        after: whether the call takes effect.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.position: int | None = None
        self.after = False

    def arm(self, position: int | None, *, after: bool = False) -> None:
        """End the run at the call at `position`, counted from 0 and from now."""
        self.calls, self.position, self.after = [], position, after

    def changes(self) -> list[int]:
        """The positions of the calls that changed something; what a run leaves when it ends elsewhere, the last left."""
        return [position for position, name in enumerate(self.calls) if name in (*WRITES, *CHANGING)]

    def watched(self, name: str, call: Callable[..., Any], *arguments: Any) -> Any:
        """Make a call, or end the run."""
        self.calls.append(name)
        if self.position != len(self.calls) - 1:
            return call(*arguments)
        if self.after:
            call(*arguments)
        raise Crash(name)


class _Watched:
    def __init__(self, real: Any, crashes: Crashes) -> None:
        self._real, self._crashes = real, crashes

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._real, name)
        return lambda *arguments: self._crashes.watched(name, call, *arguments)


@contextmanager
def crashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Crashes]:
    """The calls of DynamoDB and of the provider, watched, without pauses between attempts."""
    found = Crashes()
    make, adapter = dynamo.client()._make_api_call, provider.payment_provider()
    with monkeypatch.context() as patch:
        patch.setattr(
            dynamo.client(),
            "_make_api_call",
            lambda operation, request: found.watched(operation, make, operation, request),
        )
        patch.setattr(provider, "payment_provider", lambda: _Watched(adapter, found))
        patch.setattr(backoff, "sleep", lambda _: None)
        yield found
