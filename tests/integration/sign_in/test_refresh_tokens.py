"""Refresh tokens: successors, reuse, copies, made-up tokens, and revocation at Cognito."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from khaya.platform.aws import secrets
from khaya.platform.base.errors import WriteConflict
from khaya.platform.data import dynamo
from khaya.sessions.model import RefreshToken
from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer
from tests.support import mailbox
from tests.support.client import Answer
from tests.support.pool import Pool
from tests.support.stand_in import client, stored

PASSWORD = "a-long-password"


@pytest.fixture
def zanele() -> Newcomer:
    """A signed-in person with a password."""
    return Newcomer().signed_in(password=PASSWORD)


def refreshed(token: str) -> str:
    """The successor of a refresh token that is good."""
    answer = Newcomer().refresh(token)
    assert answer.status == 200, answer.text
    return str(answer.body["refreshToken"])


def is_signed_in(person: Newcomer) -> bool:
    """Whether the access token is good."""
    status = person.person.get("/profiles/me").status
    assert status in (200, 401)
    return status == 200


def test_every_successor_stays_good_until_it_is_used(zanele: Newcomer, clock: Clock) -> None:
    # given one refresh token that was used several times at one moment
    first = zanele.tokens["refreshToken"]
    successors = [refreshed(first) for _ in range(5)]
    assert len(set(successors)) == 5
    # when the successors are used hours apart, in another order
    for successor in reversed(successors):
        clock.tick(hours=3)
        refreshed(successor)
    # then none ended the session
    assert is_signed_in(zanele)


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (1, 200), (59, 200), (60, 200), (60.5, 401), (61, 401)])
def test_a_token_may_be_used_again_for_a_minute_after_its_first_use(
    zanele: Newcomer, clock: Clock, seconds: float, status: int
) -> None:
    first = zanele.tokens["refreshToken"]
    second = refreshed(first)
    clock.tick(seconds=seconds)
    assert Newcomer().refresh(first).status == status
    assert Newcomer().refresh(second).status == status, "the session is good, or has ended"


def test_the_minute_is_counted_from_the_first_use(zanele: Newcomer, clock: Clock) -> None:
    first = zanele.tokens["refreshToken"]
    for _ in range(3):
        refreshed(first)
        clock.tick(seconds=25)
    assert Newcomer().refresh(first).status == 401


@pytest.mark.parametrize("generation", range(6))
@pytest.mark.parametrize("seconds", [61, 3600, 86_400])
def test_any_earlier_token_used_again_later_ends_the_session_and_its_access_tokens(
    zanele: Newcomer, clock: Clock, generation: int, seconds: int
) -> None:
    # given a chain of refresh tokens, each used an hour after it was issued
    chain = [zanele.tokens["refreshToken"]]
    for _ in range(6):
        clock.tick(hours=1)
        chain.append(refreshed(chain[-1]))
    # when an earlier one is used again more than a minute after its first use
    clock.tick(seconds=seconds)
    assert Newcomer().refresh(chain[generation]).status == 401
    # then the session has ended, with its newest refresh token and its access tokens
    assert Newcomer().refresh(chain[-1]).status == 401
    assert not is_signed_in(zanele)
    assert stored("sessions") == []


def test_a_copied_token_ends_only_its_own_session(zanele: Newcomer, clock: Clock) -> None:
    copied = zanele.tokens["refreshToken"]
    refreshed(copied)
    other = Newcomer(zanele.phone)
    other.by_password(PASSWORD)
    clock.tick(minutes=5)
    assert Newcomer().refresh(copied).status == 401
    assert other.refresh().status == 200
    assert is_signed_in(other)


def _with(token: str, **parts: str | int) -> str:
    known = RefreshToken.read(token)
    assert known is not None
    fields = {"session_id": known.session_id, "generation": known.generation, "sealed": known.sealed, **parts}
    return "{session_id}.{generation}.{sealed}".format(**fields)


def made_up(token: str, other: str) -> dict[str, str]:
    """Tokens that Khaya did not issue, made from two that it did."""
    known, second = RefreshToken.read(token), RefreshToken.read(other)
    assert known is not None
    assert second is not None
    raw = bytearray(base64.b64decode(known.sealed))
    raw[20] ^= 1
    return {
        "an earlier generation": _with(token, generation=1),
        "generation 0": _with(token, generation=0),
        "a later generation": _with(token, generation=known.generation + 1),
        "a padded generation": _with(token, generation=f"1{known.generation}"),
        "other digits": _with(token, generation="٢"),
        "another session": _with(token, session_id=second.session_id),
        "the seal of another session": _with(token, sealed=second.sealed),
        "a changed bit": _with(token, sealed=base64.b64encode(bytes(raw)).decode()),
        "a shortened seal": _with(token, sealed=known.sealed[:-8]),
        "no seal": f"{known.session_id}.{known.generation}.",
        "a made-up seal": _with(token, sealed="A" * 400),
        "not base64": _with(token, sealed="ä!"),
        "the form before": f"{known.session_id}.abc.{known.sealed}",
        "a huge generation": _with(token, generation="9" * 40),
        "a word": "x",
        "dots": "...",
        "nothing": " ",
    }


def test_a_made_up_token_ends_nothing(zanele: Newcomer, clock: Clock) -> None:
    # given a session whose first refresh token was replaced
    first = zanele.tokens["refreshToken"]
    zanele.refresh()
    clock.tick(minutes=5)
    other = Newcomer().signed_in()
    # when tokens are used that Khaya did not issue
    for kind, token in made_up(zanele.tokens["refreshToken"], other.tokens["refreshToken"]).items():
        assert Newcomer().refresh(token).status == 401, kind
    # then both sessions are good
    assert zanele.refresh().status == other.refresh().status == 200
    assert is_signed_in(zanele)
    assert Newcomer().refresh(first).status == 401, "a genuine earlier one ends it"
    assert not is_signed_in(zanele)


def test_a_session_has_ten_live_successors_and_the_oldest_ends_first(zanele: Newcomer) -> None:
    # given thirteen successors of one token
    first = zanele.tokens["refreshToken"]
    successors = [refreshed(first) for _ in range(13)]
    # then the three oldest are refused, and end nothing
    assert [Newcomer().refresh(one).status for one in successors[:3]] == [401] * 3
    assert is_signed_in(zanele)
    # and the other ten are good
    assert [Newcomer().refresh(one).status for one in successors[3:]] == [200] * 10


def test_a_refresh_token_contains_nothing_of_cognitos_in_clear_text(zanele: Newcomer, pool: Pool) -> None:
    zanele.refresh()
    (row,) = stored("sessions")
    texts = [zanele.tokens["refreshToken"], json.dumps(row, default=str)]
    for cognitos in pool.refreshes:
        for text in texts:
            assert cognitos not in text
            assert base64.b64encode(cognitos.encode()).decode() not in text


def test_a_refresh_calls_cognito_once_however_often_it_loses_a_race(
    zanele: Newcomer, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a commit that loses two races
    real, lost = dynamo.commit, [WriteConflict(), WriteConflict()]

    def commit(*arguments: Any) -> None:
        if lost:
            raise lost.pop()
        real(*arguments)

    monkeypatch.setattr(dynamo, "commit", commit)
    pool.calls.clear()
    # when the session is refreshed
    successor = refreshed(zanele.tokens["refreshToken"])
    # then Cognito was called once, and the successor is good
    assert pool.calls == ["get_tokens_from_refresh_token"]
    assert refreshed(successor)


# Revocation at Cognito.


def ends(person: Newcomer, how: str) -> Answer:
    """End the person's session."""
    me = person.person
    match how:
        case "sign-out":
            return me.post("/auth/sign-out")
        case "one":
            return me.delete(f"/sessions/{me.session}")
        case "all":
            return me.delete("/sessions")
    raise LookupError(how)


@pytest.mark.parametrize("how", ["sign-out", "one", "all"])
def test_an_ended_session_is_revoked_at_cognito(zanele: Newcomer, pool: Pool, how: str) -> None:
    zanele.refresh()
    session = zanele.person.session
    assert ends(zanele, how).status == 204
    mailbox.deliver()
    assert pool.revoked == {session}


def test_a_session_that_a_copied_token_ended_is_revoked_at_cognito(zanele: Newcomer, pool: Pool, clock: Clock) -> None:
    copied = zanele.tokens["refreshToken"]
    zanele.refresh()
    clock.tick(minutes=2)
    Newcomer().refresh(copied)
    mailbox.deliver()
    assert pool.revoked == {zanele.person.session}


def test_only_the_ended_session_is_revoked(zanele: Newcomer, pool: Pool) -> None:
    other = Newcomer(zanele.phone)
    other.by_password(PASSWORD)
    ends(zanele, "sign-out")
    mailbox.deliver()
    assert pool.revoked == {zanele.person.session}
    assert other.refresh().status == 200


def test_given_cognito_is_down_when_a_session_ends_then_it_ends_and_is_revoked_later(
    zanele: Newcomer, pool: Pool
) -> None:
    session = zanele.person.session
    pool.down = True
    assert ends(zanele, "sign-out").status == 204
    with pytest.raises(AssertionError):
        mailbox.deliver()  # the message stays in the queue
    assert pool.revoked == set()
    pool.down = False
    mailbox.deliver()
    assert pool.revoked == {session}


@pytest.mark.parametrize("down", [False, True])
def test_given_the_queue_is_down_when_a_session_ends_then_it_ends_and_cognito_is_called_at_once(
    zanele: Newcomer, pool: Pool, down: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = zanele.person.session
    client("sqs").delete_queue(QueueUrl=mailbox.os.environ["CODE_DELIVERY_QUEUE_URL"])
    pool.down = down
    assert ends(zanele, "sign-out").status == 204
    assert pool.revoked == (set() if down else {session})
    assert zanele.refresh().status == 401


def test_the_message_about_an_ended_session_contains_no_token(zanele: Newcomer, pool: Pool) -> None:
    ends(zanele, "sign-out")
    (message,) = mailbox.queued()
    assert message.keys() == {"consumer", "sessionId", "sealed"}
    assert not any(token in json.dumps(message) for token in pool.refreshes)
    assert secrets.try_decrypt(message["sealed"], "another context") is None
