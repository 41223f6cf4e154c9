"""Random sequences of operations, compared between the functions and a plain model."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from khaya.platform.base import clock
from tests.support import stand_in


class History(RuleBasedStateMachine):
    """One sequence of operations, with empty tables and a stopped clock at its start."""

    def __init__(self) -> None:
        super().__init__()
        stand_in.empty()
        self.moment = datetime(2026, 11, 21, 8, tzinfo=UTC)
        self.patches = pytest.MonkeyPatch()
        self.patches.setattr(clock, "now", lambda: clock.iso(self.moment))

    def tick(self, **span: float) -> None:
        """Advance the clock."""
        self.moment += timedelta(**span)

    def teardown(self) -> None:
        """Restore the clock."""
        self.patches.undo()


def run_histories(history: type[History], steps: int, *, usual: int = 25) -> None:
    """Run the usual number of sequences of at most `steps` operations each, or `HISTORIES` of them, as `make soak` does."""
    all_checks: Any = list(HealthCheck)
    run_state_machine_as_test(
        history,
        settings=settings(
            max_examples=int(os.environ.get("HISTORIES", usual)),
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=all_checks,
        ),
    )
