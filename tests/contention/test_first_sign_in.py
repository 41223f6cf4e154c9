"""Concurrent first sign-ins of one account, and of accounts with one phone, create one person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tests.contention.clients import at_once
from tests.support.client import VISITOR
from tests.support.first_token import trigger
from tests.support.stand_in import records, stored


@dataclass(frozen=True)
class FirstSignIn:
    """The trigger that Cognito calls before it issues a token."""

    subject: str
    phone: str

    @property
    def function(self) -> str:
        return "pre_token"

    def make(self) -> int:
        """Call the trigger, and return 200. A failure would refuse the sign-in."""
        attributes = {"sub": self.subject, "phone_number": self.phone, "phone_number_verified": "true", "name": "Sipho"}
        trigger(attributes, ["worker"])
        return 200


def test_sixteen_concurrent_first_sign_ins_create_one_person(engine: None) -> None:
    # when two people sign in for the first time, each on sixteen devices
    accounts = (("sipho", "+27821234567"), ("thandi", "+27821234568"))
    answers = at_once([FirstSignIn(*account) for account in accounts for _ in range(16)])
    # then all sign-ins succeed, and each person has one record, one profile and one id
    assert Counter(answers) == {200: 32}
    assert sorted(user["phone"] for user in records()) == ["+27821234567", "+27821234568"]
    assert {user["userId"] for user in records()} == {profile["userId"] for profile in stored("profiles")}
    assert len(VISITOR.get("/profiles").body["items"]) == 2


def test_sixteen_accounts_with_one_phone_that_sign_in_first_at_once_are_one_person(engine: None) -> None:
    # when accounts of a rebuilt pool bring the same phone, which Cognito itself would prevent
    answers = at_once([FirstSignIn(f"account-{number}", "+27821234567") for number in range(16)])
    # then they lead to one person
    assert Counter(answers) == {200: 16}
    (user,) = records()
    holders = {row["holder"] for row in stored("users") if "#" in row["userId"]}
    assert holders == {user["userId"]}
