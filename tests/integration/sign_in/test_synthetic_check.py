"""The synthetic check: its steps against the real routes, and what it says of a fault."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from khaya.platform.work import http_calls
from tests.support import mailbox
from tests.support.client import Context, Person, app

ADDRESS = "https://khaya.test/api"
Reply = Callable[[str, str, Any], Any]


def by_the_routes(method: str, address: str, body: Any) -> Any:
    """The answer of the function behind a route."""
    parts = urlsplit(address)
    path = parts.path.removeprefix("/api")
    return Person().call(method, path, body, query=dict(parse_qsl(parts.query)))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[[Reply], dict[str, int]]:
    """Runs the check with answers of one's own."""

    def check(reply: Reply) -> dict[str, int]:
        def send(method: str, address: str, timeout: Any, json: Any = None) -> Any:
            assert sum(timeout) < 20
            answer = reply(method, address, json)
            return SimpleNamespace(status_code=answer.status, json=lambda: answer.body)

        monkeypatch.setenv("CHECK_URL", ADDRESS)
        monkeypatch.setattr(http_calls, "send", send)
        found: dict[str, int] = app("synthetic_check").handler({}, Context())
        return found

    return check


def test_given_an_api_that_works_then_each_step_is_timed_and_nobody_gets_a_message(
    run: Callable[[Reply], dict[str, int]],
) -> None:
    assert {*run(by_the_routes)} == {"health", "feed", "sign-in"}
    assert mailbox.deliver() == []


@pytest.mark.parametrize(
    ("step", "path"), [("health", "/health"), ("feed", "/jobs"), ("sign-in", "/auth/codes")], ids=lambda one: one
)
@pytest.mark.parametrize("fault", ["status", "body", "silence"])
def test_given_a_step_that_fails_then_the_run_fails_and_names_it(
    run: Callable[[Reply], dict[str, int]], step: str, path: str, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    def reply(method: str, address: str, body: Any) -> Any:
        if urlsplit(address).path != f"/api{path}":
            return by_the_routes(method, address, body)
        if fault == "silence":
            raise http_calls.NotAnswered("ReadTimeout")
        return SimpleNamespace(status=503 if fault == "status" else 200, body={"something": "else"})

    with pytest.raises(app("synthetic_check").CheckFailed, match=step):
        run(reply)
    logged = [vars(one)["step"] for one in caplog.records if one.message == "synthetic check failed"]
    assert logged == [step]
