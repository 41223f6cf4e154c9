"""Routes of sign-in whose handler runs again after a lost race: calls of Cognito are made once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer
from tests.support import mailbox
from tests.support.client import Answer
from tests.support.lost_races import LostRace

PASSWORD = "a-long-password"

Send = Callable[[], Answer]


def with_code(person: Newcomer) -> Send:
    challenge = person.ask_code().body["challenge"]
    code = mailbox.deliver()[0].code
    return lambda: person.answer(challenge, code)


def first_sign_in(person: Newcomer) -> Send:
    del person
    newcomer = Newcomer()
    challenge = newcomer.sign_up(password=PASSWORD).body["challenge"]
    code = mailbox.deliver()[0].code
    return lambda: newcomer.answer(challenge, code)


def with_password(person: Newcomer) -> Send:
    return lambda: person.by_password(PASSWORD)


def refresh(person: Newcomer) -> Send:
    return person.refresh


def step_up_with_code(person: Newcomer) -> Send:
    challenge = person.ask_code().body["challenge"]
    body = {"challenge": challenge, "code": mailbox.deliver()[0].code}
    return lambda: person.person.post("/auth/step-up", body)


def step_up_with_password(person: Newcomer) -> Send:
    return lambda: person.person.post("/auth/step-up", {"password": PASSWORD})


def change_contact(person: Newcomer) -> Send:
    challenge = person.person.post("/auth/contacts", {"phone": "+27835550000"}).body["challenge"]
    code = mailbox.deliver()[0].code
    return lambda: person.person.post("/auth/contacts/proof", {"challenge": challenge, "code": code})


def change_password(person: Newcomer) -> Send:
    return lambda: person.person.put("/auth/password", {"password": "another long password"})


def sign_out(person: Newcomer) -> Send:
    return lambda: person.person.post("/auth/sign-out")


def end_all_sessions(person: Newcomer) -> Send:
    return lambda: person.person.delete("/sessions")


WAYS = [
    with_code,
    first_sign_in,
    with_password,
    refresh,
    step_up_with_code,
    step_up_with_password,
    change_contact,
    change_password,
    sign_out,
    end_all_sessions,
]


@pytest.mark.parametrize("way", WAYS)
def test_given_a_lost_race_when_the_handler_runs_again_then_no_call_of_cognito_is_repeated(
    way: Callable[[Newcomer], Send], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a person with a password
    send = way(Newcomer().signed_in(password=PASSWORD))
    with monkeypatch.context() as patch:
        race = LostRace(patch)
        # when the first commit of a request meets somebody else's write
        answer = send()
    # then it succeeds, and each call with an effect was made once
    assert answer.status < 300, answer.text
    race.check()
