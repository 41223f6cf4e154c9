"""Concurrent refreshes of one session: all get successors, which stay good."""

from __future__ import annotations

from collections import Counter
from itertools import count

import pytest

from khaya.platform.aws.cognito import Tokens
from khaya.platform.base import clock
from khaya.platform.base.errors import Unauthenticated, WriteConflict
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.platform.web.access import Caller
from khaya.sessions import service as sessions
from khaya.sessions import store as session_store
from khaya.sign_in import service
from tests.contention.clients import in_threads
from tests.support.records import profile
from tests.support.stand_in import stored

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def cognito_calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Calls of Cognito by refresh token; Cognito always answers with a new one."""
    calls: Counter[str] = Counter()
    numbers = count(2)

    def refresh(token: str) -> Tokens:
        calls[token] += 1
        return _tokens(f"cognito-{next(numbers)}")

    monkeypatch.setattr(service.cognito, "refresh_tokens", refresh)
    return calls


def test_eight_concurrent_refreshes_all_get_successors_that_stay_good(cognito_calls: Counter[str]) -> None:
    # given a session
    first = _signed_in()
    # when its refresh token is used eight times at once
    successors = in_threads([lambda: _refresh(first)] * 8)
    # then all get successors of their own, by one call of Cognito each
    assert len({successor for successor in successors if successor}) == 8
    assert cognito_calls.total() == 8
    # and each of them is good, used at once or one by one
    assert all(in_threads([lambda token=token: _refresh(token or "") for token in successors[:4]]))
    assert all(_refresh(token or "") for token in successors[4:])


def test_of_forty_concurrent_refreshes_the_ten_newest_successors_are_good(cognito_calls: Counter[str]) -> None:
    first = _signed_in()
    successors = [token for token in in_threads([lambda: _refresh(first)] * 40) if token]
    (row,) = stored("sessions")
    assert len(successors) == 40
    assert row["latest"] == 41
    assert len(row["live"]) == 10
    generations = {int(token.split(".")[1]): token for token in successors}
    assert sorted(generations) == list(range(2, 42))
    assert [bool(_refresh(generations[number])) for number in (2, 31, 32, 41)] == [False, False, True, True]
    assert len(stored("sessions")) == 1, "a dropped token ends nothing"


def test_given_a_sign_out_at_the_same_moment_then_no_refresh_outlives_it(cognito_calls: Counter[str]) -> None:
    # when a session is refreshed while it is signed out
    first = _signed_in()
    results = in_threads([*[lambda: _refresh(first)] * 7, _sign_out])
    # then whatever was issued is refused afterwards
    assert stored("sessions") == []
    assert not any(_refresh(token) for token in results if token)


def test_given_a_change_of_the_password_at_the_same_moment_then_only_its_own_session_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given a person with four sessions
    monkeypatch.setattr(service.cognito, "refresh_tokens", lambda token: _tokens(token, token.partition("|")[0]))
    monkeypatch.setattr(service.cognito, "set_password", lambda *_: None)
    profile("person-1", display_name="Thandi", roles=["worker"])
    names = [f"session-{number}" for number in range(1, 5)]
    tokens = {name: _signed_in(name) for name in names}
    # when the password is changed in one of them, while each is refreshed eight times
    results = in_threads([*[lambda name=name: _refresh(tokens[name]) for name in names] * 8, _change_password])
    # then what was issued in the session of the change is good, and everything of the others is refused
    issued = [(name, token) for name, token in zip(names * 8, results, strict=False) if token]
    assert any(name == "session-1" for name, _ in issued)
    for name, token in issued[-10:]:
        assert bool(_refresh(token)) == (name == "session-1"), name
    assert [bool(_refresh(tokens[name])) for name in names] == [True, False, False, False]


def _change_password() -> None:
    caller = Caller(
        user_id="person-1",
        roles=frozenset(),
        session_id="session-1",
        signed_in_at=clock.epoch(clock.now()),
        subject="account-1",
    )
    unit_of_work = UnitOfWork()
    service.change_password("a-new-password", caller, now=clock.now(), unit_of_work=unit_of_work)
    unit_of_work.actions.clear()
    unit_of_work.commit()


def _tokens(refresh: str, session_id: str = "session-1") -> Tokens:
    return Tokens("access", "id", refresh, 3600, "person-1", "account-1", session_id)


def _signed_in(session_id: str = "session-1") -> str:
    unit_of_work = UnitOfWork()
    tokens = _tokens(f"{session_id}|cognito-1", session_id)
    token = sessions.open_session(tokens, "a phone", now=clock.now(), unit_of_work=unit_of_work).refresh
    unit_of_work.commit()
    return token.text


def _refresh(token: str) -> str | None:
    """The successor, as the pipeline gets it: again after a lost race, with the results of the attempt before."""
    unit_of_work = UnitOfWork()
    while True:
        unit_of_work = UnitOfWork(results=unit_of_work.results)
        try:
            refresh = service.refresh_session(token, now=clock.now(), unit_of_work=unit_of_work).session.refresh
            unit_of_work.commit()
        except WriteConflict:
            continue
        except Unauthenticated:
            return None
        return refresh.text


def _sign_out() -> None:
    while session_store.read(_session()) is not None:
        unit_of_work = UnitOfWork()
        sessions.sign_out("session-1", "person-1", now=clock.now(), unit_of_work=unit_of_work)
        unit_of_work.actions.clear()
        try:
            unit_of_work.commit()
        except WriteConflict:
            continue


def _session() -> dict[str, object] | None:
    return next(iter(stored("sessions")), None)
