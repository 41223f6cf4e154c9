"""The routes of sign-in answer as the OpenAPI document says, on a user pool that issues tokens."""

from __future__ import annotations

import pytest
import schemathesis

from tests.support.client import Person
from tests.support.document import check, is_valid, satisfy_further_rules, schema, strangers
from tests.support.tokens import KeyServer, key_server

pytestmark = pytest.mark.exhaustive

__all__ = ["key_server"]

MEMBER = Person("member-1", ("worker",))

sign_in = schema.include(path_regex="^/auth/")


@pytest.fixture(autouse=True)
def verifiable_tokens(key_server: KeyServer) -> None:
    """Make generated tokens verifiable."""


@sign_in.parametrize()
def test_each_route_of_sign_in_answers_as_documented(case: schemathesis.Case) -> None:
    # given a valid or an invalid request
    if is_valid(case):
        satisfy_further_rules(case)
    # when a member and others send it, then the response is documented
    for caller in (MEMBER, *strangers(case)):
        check(case, caller)
