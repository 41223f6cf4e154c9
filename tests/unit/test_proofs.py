"""Cognito's triggers of custom authentication: one challenge, one answer, and whoever fails it fails."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Context, app

RIGHT = {"challengeName": "CUSTOM_CHALLENGE", "challengeResult": True}
WRONG = {"challengeName": "CUSTOM_CHALLENGE", "challengeResult": False}
PASSWORD = {"challengeName": "PASSWORD_VERIFIER", "challengeResult": True}
SRP = {"challengeName": "SRP_A", "challengeResult": True}


def _define(session: list[dict[str, Any]], **request: Any) -> dict[str, Any]:
    event = {
        "triggerSource": "DefineAuthChallenge_Authentication",
        "request": {"userAttributes": {"sub": "person-1"}, "session": session, **request},
        "response": {},
    }
    answer: dict[str, Any] = app("proofs").handler(event, Context())["response"]
    return answer


def test_whoever_begins_is_asked_for_a_proof() -> None:
    assert _define([]) == {"challengeName": "CUSTOM_CHALLENGE", "issueTokens": False, "failAuthentication": False}


def test_a_right_proof_is_enough() -> None:
    assert _define([RIGHT]) == {"issueTokens": True, "failAuthentication": False}


@pytest.mark.parametrize(
    "session", [[WRONG], [WRONG, RIGHT], [RIGHT, RIGHT], [PASSWORD], [SRP], [SRP, PASSWORD, RIGHT]]
)
def test_nothing_else_is(session: list[dict[str, Any]]) -> None:
    assert _define(session) == {"issueTokens": False, "failAuthentication": True}


def test_whom_the_pool_does_not_know_it_does_not_ask() -> None:
    assert _define([], userNotFound=True)["failAuthentication"] is True


def test_the_challenge_tells_nothing() -> None:
    event = {"triggerSource": "CreateAuthChallenge_Authentication", "request": {"session": []}, "response": {}}
    assert app("proofs").handler(event, Context())["response"] == {
        "publicChallengeParameters": {},
        "privateChallengeParameters": {},
    }


@pytest.mark.parametrize("attributes", [None, {}, {"sub": ""}])
def test_nobody_proves_anything(attributes: dict[str, str] | None) -> None:
    event = {
        "triggerSource": "VerifyAuthChallengeResponse_Authentication",
        "request": {"userAttributes": attributes, "challengeAnswer": "proof"},
        "response": {},
    }
    assert app("proofs").handler(event, Context())["response"] == {"answerCorrect": False}


def test_another_trigger_is_a_mistake_of_the_template() -> None:
    with pytest.raises(ValueError, match="PostConfirmation"):
        app("proofs").handler({"triggerSource": "PostConfirmation_ConfirmSignUp"}, Context())
