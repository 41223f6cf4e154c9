"""No request reveals whether a person has an account: neither by its response nor by its duration."""

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
"""The largest ratio of two medians of the same work on a busy machine."""

Ask = Callable[[Newcomer], Answer]

QUESTIONS: dict[str, Ask] = {
    "a code": lambda who: who.ask_code(),
    "a code by WhatsApp": lambda who: who.ask_code(channel="whatsapp"),
    "signing up": lambda who: who.sign_up(),
    "signing up with a password": lambda who: who.sign_up(password="a-long-password"),
}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The AWS calls that were made."""
    made: list[str] = []
    original = BaseClient._make_api_call  # type: ignore[attr-defined]

    def record(client: Any, operation: str, request: Any) -> Any:
        made.append(operation)
        return original(client, operation, request)

    monkeypatch.setattr(BaseClient, "_make_api_call", record)
    return made


@pytest.mark.parametrize("question", QUESTIONS)
def test_existing_and_unknown_people_cause_the_same_calls_and_responses(question: str, calls: list[str]) -> None:
    known, unknown = Newcomer().signed_in(), Newcomer()
    QUESTIONS[question](Newcomer())  # secrets are fetched once
    done = []
    for who in (known, unknown):
        calls.clear()
        answer = QUESTIONS[question](who)
        assert answer.status == 200, answer.text
        done.append((list(calls), answer.body.keys(), {len(str(value)) for value in answer.body.values()}))
    assert done[0] == done[1]
    limits, written = done[0][0][:-2], done[0][0][-2:]
    assert limits in ([], ["BatchGetItem"]), "what is left of the channel's limits"
    assert written == ["TransactWriteItems", "SendMessageBatch"]


def test_a_wrong_code_and_an_unknown_challenge_cause_the_same_calls_and_responses(calls: list[str]) -> None:
    known = Newcomer().signed_in()
    challenge = known.ask_code().body["challenge"]
    mailbox.deliver()
    done = []
    for one in (challenge, "A" * 32):
        calls.clear()
        done.append((known.answer(one, "000000").body, list(calls)))
    assert done[0] == done[1]


def test_responses_for_existing_and_unknown_people_take_the_same_time() -> None:
    # given people with and without an account
    known, unknown = ([Newcomer() for _ in range(ROUNDS)] for _ in range(2))
    for one in known:
        one.signed_in()
    times: dict[bool, list[float]] = {True: [], False: []}
    # when a code is requested for each, alternately
    for pair in zip(known, unknown, strict=True):
        for has_account, who in zip((True, False), pair, strict=True):
            began = time.process_time()
            who.ask_code()
            times[has_account].append(time.process_time() - began)
    # then the medians differ by no more than noise
    ratio = statistics.median(times[True]) / statistics.median(times[False])
    assert 1 / NOISE < ratio < NOISE
