"""Run the nightly reconciliation at once, and show what it found."""

from __future__ import annotations

import json
from typing import Any

from botocore.config import Config

from operations.refused import Refused
from operations.stack import ALIAS, Stack

PATIENCE_SECONDS = 960
"""How long the call may take: more than the function's timeout."""


def run(functions: Any, function: str) -> dict[str, int]:
    """The counts of a run; `open` are differences that wait for an explanation.

    Raises:
        Refused: the function failed, for example because the payment provider does not answer.
    """
    answer = functions.invoke(FunctionName=function, Qualifier=ALIAS, Payload=b"{}")
    said = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise Refused(f"{function} failed: {said.get('errorType')}. Its log says why. It may be run again.")
    found: dict[str, int] = said
    return found


def of_stack(session: Any, stack: str) -> dict[str, int]:
    """Run the reconciliation of a deployed stack."""
    # A call is not repeated by itself: its first attempt may still be at work.
    patient = Config(read_timeout=PATIENCE_SECONDS, retries={"total_max_attempts": 1})
    return run(session.client("lambda", config=patient), Stack(session, stack).physical("ReconciliationFunction"))
