"""Concurrent first sign-ins of one person create one record and one profile."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.contention.clients import at_once
from tests.support.client import VISITOR, Context, app
from tests.support.stand_in import stored


@dataclass(frozen=True)
class FirstSignIn:
    """The trigger that Cognito calls before it issues a token."""

    user_id: str

    @property
    def function(self) -> str:
        return "pre_token"

    def make(self) -> int:
        """Call the trigger, and return 200. A failure would refuse the sign-in."""
        about = {"sub": self.user_id, "phone_number": "+27821234567", "name": "Sipho"}
        event: dict[str, Any] = {
            "triggerSource": "TokenGeneration_Authentication",
            "request": {"userAttributes": about, "groupConfiguration": {"groupsToOverride": ["worker"]}},
            "response": {},
        }
        app("pre_token").handler(event, Context())
        return 200


def test_sixteen_concurrent_first_sign_ins_create_one_person(engine: None) -> None:
    # when two people sign in for the first time, each on sixteen devices
    answers = at_once([FirstSignIn(user_id) for user_id in ("sipho", "thandi") for _ in range(16)])
    # then all sign-ins succeed, and each person has one record with their role
    assert Counter(answers) == {200: 32}
    assert sorted(user["userId"] for user in stored("users")) == ["sipho", "thandi"]
    assert sorted(profile["userId"] for profile in stored("profiles")) == ["sipho", "thandi"]
    assert len(VISITOR.get("/profiles").body["items"]) == 2
    assert {user["phone"] for user in stored("users")} == {"+27821234567"}
