"""Cognito's triggers of custom authentication: one challenge and one answer."""

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
    answer: dict[str, Any] = app("verify_challenge").handler(event, Context())["response"]
    return answer


def test_given_a_new_session_then_a_proof_is_requested() -> None:
    assert _define([]) == {"challengeName": "CUSTOM_CHALLENGE", "issueTokens": False, "failAuthentication": False}


def test_given_a_correct_proof_then_tokens_are_issued() -> None:
    assert _define([RIGHT]) == {"issueTokens": True, "failAuthentication": False}


@pytest.mark.parametrize(
    "session", [[WRONG], [WRONG, RIGHT], [RIGHT, RIGHT], [PASSWORD], [SRP], [SRP, PASSWORD, RIGHT]]
)
def test_given_any_other_answer_then_authentication_fails(session: list[dict[str, Any]]) -> None:
    assert _define(session) == {"issueTokens": False, "failAuthentication": True}


def test_given_an_unknown_user_then_authentication_fails() -> None:
    assert _define([], userNotFound=True)["failAuthentication"] is True


def test_the_challenge_has_no_parameters() -> None:
    event = {"triggerSource": "CreateAuthChallenge_Authentication", "request": {"session": []}, "response": {}}
    assert app("verify_challenge").handler(event, Context())["response"] == {
        "publicChallengeParameters": {},
        "privateChallengeParameters": {},
    }


@pytest.mark.parametrize("attributes", [None, {}, {"sub": ""}])
def test_given_no_user_id_then_the_proof_is_refused(attributes: dict[str, str] | None) -> None:
    event = {
        "triggerSource": "VerifyAuthChallengeResponse_Authentication",
        "request": {"userAttributes": attributes, "challengeAnswer": "proof"},
        "response": {},
    }
    assert app("verify_challenge").handler(event, Context())["response"] == {"answerCorrect": False}


def test_an_unexpected_trigger_raises_an_error() -> None:
    with pytest.raises(ValueError, match="PostConfirmation"):
        app("verify_challenge").handler({"triggerSource": "PostConfirmation_ConfirmSignUp"}, Context())
