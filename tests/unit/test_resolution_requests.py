"""An admin's decision about a dispute names each part of the money; none of them is guessed."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from khaya.escrows.requests import ResolutionRequest

DECISION: dict[str, Any] = {
    "workerCents": 50_000,
    "refundCents": 50_000,
    "platformCents": 5_000,
    "note": "The work stopped halfway.",
}


@pytest.mark.parametrize("part", ["workerCents", "refundCents", "platformCents"])
@pytest.mark.parametrize("given", ["nothing", None, "", -1])
def test_given_a_decision_without_one_of_its_amounts_when_it_is_read_then_that_amount_is_refused(
    part: str, given: Any
) -> None:
    body = {name: value for name, value in DECISION.items() if name != part}
    if given != "nothing":
        body[part] = given
    with pytest.raises(ValidationError) as refused:
        ResolutionRequest.model_validate(body)
    assert [error["loc"] for error in refused.value.errors()] == [(part,)]


def test_given_a_decision_with_nothing_for_one_side_when_it_is_read_then_it_stands() -> None:
    assert ResolutionRequest.model_validate(DECISION | {"workerCents": 0}).worker_cents == 0
