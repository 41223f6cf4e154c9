"""Random histories of the marketplace, told to its functions and to a plain model beside them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.support import stand_in

HISTORIES = int(os.environ.get("HISTORIES", "25"))
"""How many are told; `make soak` tells a thousand."""


class History(RuleBasedStateMachine):
    """One history, beginning with empty tables and its own time."""

    def __init__(self) -> None:
        super().__init__()
        from khaya.platform.base import clock  # noqa: PLC0415 - after the environment is set

        stand_in.empty()
        self.moment = datetime(2026, 11, 21, 8, tzinfo=UTC)
        self.patches = pytest.MonkeyPatch()
        self.patches.setattr(clock, "now", lambda: clock.iso(self.moment))

    def tick(self, **span: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**span)

    def teardown(self) -> None:
        """Give time back."""
        self.patches.undo()


def tell(history: type[History], steps: int) -> None:
    """Tell as many histories as were asked for, each of at most so many steps."""
    unlike_a_test: Any = list(HealthCheck)
    run_state_machine_as_test(
        history,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=unlike_a_test,
        ),
    )
