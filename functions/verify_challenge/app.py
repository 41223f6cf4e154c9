"""Cognito's three triggers of custom authentication, which verify one-time proofs.

The function does not refer to the pool, which refers to it. The sign-in service put the proof into the Challenges table
a moment before, after the code that was sent had been answered.
"""

from __future__ import annotations

from typing import Any

from khaya.platform.base import clock
from khaya.sign_in import store

CHALLENGE = "CUSTOM_CHALLENGE"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer Cognito."""
    del context
    match event["triggerSource"]:
        case "DefineAuthChallenge_Authentication":
            event["response"] = _next_step(event["request"])
        case "CreateAuthChallenge_Authentication":
            event["response"] = {"publicChallengeParameters": {}, "privateChallengeParameters": {}}
        case "VerifyAuthChallengeResponse_Authentication":
            event["response"] = {"answerCorrect": _is_right(event["request"])}
        case other:
            raise ValueError(f"{other} is not a trigger of custom authentication")
    return event


def _next_step(request: dict[str, Any]) -> dict[str, Any]:
    """The next step of the authentication: one challenge with one attempt."""
    steps = [(step["challengeName"], step["challengeResult"]) for step in request.get("session") or []]
    asked = not steps and not request.get("userNotFound")
    done = steps == [(CHALLENGE, True)]
    answer: dict[str, Any] = {"issueTokens": done, "failAuthentication": not (asked or done)}
    return {**answer, "challengeName": CHALLENGE} if asked else answer


def _is_right(request: dict[str, Any]) -> bool:
    """Whether the answer is a valid proof for this account. It is valid once."""
    subject = (request.get("userAttributes") or {}).get("sub")
    return bool(subject) and store.take_proof(str(request.get("challengeAnswer")), str(subject), clock.now())
