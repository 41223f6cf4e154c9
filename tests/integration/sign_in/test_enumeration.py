"""Nothing that a stranger can ask tells whether somebody has an account: not the answer, nor its time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.client import BaseClient

from tests.integration.sign_in.conftest import Newcomer
from tests.support import mailbox
from tests.support.client import Answer

ROUNDS = 25
NOISE = 1.5
"""How far the medians of the same work lie apart at most, on a machine that does other things besides."""

Ask = Callable[[Newcomer], Answer]

QUESTIONS: dict[str, Ask] = {
    "a code": lambda who: who.ask_code(),
    "a code by WhatsApp": lambda who: who.ask_code(channel="whatsapp"),
    "signing up": lambda who: who.sign_up(),
    "signing up with a password": lambda who: who.sign_up(password="a-long-password"),
}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls to AWS, as they are made."""
    made: list[str] = []
    original = BaseClient._make_api_call  # type: ignore[attr-defined]

    def noted(client: Any, operation: str, request: Any) -> Any:
        made.append(operation)
        return original(client, operation, request)

    monkeypatch.setattr(BaseClient, "_make_api_call", noted)
    return made


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_is_done_for_whoever_is_asked_about(question: str, calls: list[str]) -> None:
    known, unknown = Newcomer().settled(), Newcomer()
    QUESTIONS[question](Newcomer())  # secrets are fetched once
    done = []
    for who in (known, unknown):
        calls.clear()
        answer = QUESTIONS[question](who)
        assert answer.status == 200, answer.text
        done.append((list(calls), answer.body.keys(), {len(str(value)) for value in answer.body.values()}))
    assert done[0] == done[1]
    assert done[0][0] == ["TransactWriteItems", "SendMessage"]


def test_the_same_is_done_for_a_wrong_code_and_a_challenge_that_there_never_was(calls: list[str]) -> None:
    known = Newcomer().settled()
    challenge = known.ask_code().body["challenge"]
    mailbox.deliver()
    done = []
    for one in (challenge, "A" * 32):
        calls.clear()
        done.append((known.answer(one, "000000").body, list(calls)))
    assert done[0] == done[1]


def test_answers_take_the_same_time_within_noise() -> None:
    # given people with and without an account, asked about in turn
    known, unknown = ([Newcomer() for _ in range(ROUNDS)] for _ in range(2))
    for one in known:
        one.settled()
    times: dict[bool, list[float]] = {True: [], False: []}
    # when each is asked about
    for pair in zip(known, unknown, strict=True):
        for has_account, who in zip((True, False), pair, strict=True):
            began = time.perf_counter()
            who.ask_code()
            times[has_account].append(time.perf_counter() - began)
    # then the middle times lie as close as those of the same question do
    ratio = statistics.median(times[True]) / statistics.median(times[False])
    assert 1 / NOISE < ratio < NOISE
