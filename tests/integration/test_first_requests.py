"""The first requests that `bench/cold_start.py` measures: one of each function behind the API, and it succeeds."""

from __future__ import annotations

import pytest
from botocore.client import BaseClient

from bench import cold_start
from bench.stub import StubbedClient
from khaya.platform.data import dynamo
from tests.support.client import Context, app, function_of
from tests.support.template import routes


def test_each_function_behind_the_api_has_a_first_request() -> None:
    assert {case.function for case in cold_start.cases()} == {function_of(*route) for route in routes()}


@pytest.mark.parametrize("function", sorted({function_of(*route) for route in routes()}))
def test_the_first_request_of_a_function_succeeds(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(case for case in cold_start.cases() if case.function == function)
    monkeypatch.setattr(dynamo, "client", lambda: StubbedClient(case.items))
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *_: {"SecretString": "0" * 40})
    answer = app(function).handler(case.event, Context())
    assert 200 <= answer["statusCode"] < 300, answer["body"]
