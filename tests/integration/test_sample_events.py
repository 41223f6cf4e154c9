"""`events/` has a sample event for each function, and each function handles its own."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from khaya.platform.work import http_calls
from tests.support import streams
from tests.support.client import Context, Person, app
from tests.support.template import FUNCTION, ROOT, resources, routes
from tests.support.tokens import KeyServer, key_server

__all__ = ["key_server"]

FOLDERS = sorted(properties["CodeUri"].strip("/").split("/")[-1] for properties in resources(FUNCTION).values())
SAMPLES = {path.stem: path for path in (ROOT / "events").glob("*.json")}
PLACEHOLDER = "Bearer example-access-token"
EVERYBODY = Person("person-1", ("buyer", "worker", "seller", "admin"))


def test_every_function_has_a_sample_event_and_every_sample_a_function() -> None:
    assert sorted(SAMPLES) == FOLDERS


def test_a_sample_has_the_name_by_which_sam_local_invoke_finds_its_function() -> None:
    # given the logical name and the folder of each function
    named = {name: properties["CodeUri"].strip("/").split("/")[-1] for name, properties in resources(FUNCTION).items()}
    # then the one follows from the other: JobExpiryFunction has events/job_expiry.json
    derived = {name: "".join(map(str.title, folder.split("_"))) + "Function" for name, folder in named.items()}
    assert derived == {name: name for name in named}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_sample_of_a_route_has_the_one_placeholder_of_a_token_and_only_where_one_is_needed(name: str) -> None:
    event = json.loads(SAMPLES[name].read_text())
    needed = "httpMethod" in event and not routes()[event["httpMethod"], event["resource"]]["public"]
    assert event.get("headers", {}).get("Authorization") == (PLACEHOLDER if needed else None)
    assert event.get("multiValueHeaders", {}).get("Authorization") == ([PLACEHOLDER] if needed else None)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_handles_its_sample_event(
    folder: str, key_server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given its sample, with a signed-in person if the route needs one, the queues, and a public address that answers
    monkeypatch.setenv("CHECK_URL", "https://khaya.test")
    monkeypatch.setattr(http_calls, "send", _answer)
    event = json.loads(SAMPLES[folder].read_text())
    streams.make_queues()
    if "httpMethod" in event and not routes()[event["httpMethod"], event["resource"]]["public"]:
        assert app(folder).handler(event, Context())["statusCode"] == 401, "the placeholder is no token"
        event["requestContext"]["authorizer"] = {"claims": EVERYBODY.claims()}
    # when the function is invoked with it
    answer = app(folder).handler(event, Context())
    # then it succeeds
    assert _done(event, answer), answer


def _answer(method: str, address: str, timeout: tuple[float, float], **request: Any) -> SimpleNamespace:
    """The answer that each step of the synthetic check should get."""
    del method, address, timeout, request
    return SimpleNamespace(status_code=200, json=lambda: {"status": "ok", "items": [], "challenge": "sealed"})


def _done(event: dict[str, Any], answer: dict[str, Any]) -> bool:
    if "httpMethod" in event:
        return answer["statusCode"] < (300 if event["httpMethod"] == "GET" else 500)
    if "Records" in event:
        return answer == {"batchItemFailures": []}
    if "triggerSource" in event:
        return "response" in answer
    return "failed" not in answer or answer["failed"] == 0
