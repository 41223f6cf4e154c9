"""Functions that hold the provider's key check it when they start, without asking the provider."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from khaya.platform.base import settings
from khaya.provider import check_at_start
from khaya.provider.errors import WrongMode
from tests.integration.provider.conftest import Provider, rotate
from tests.support.client import Context, app
from tests.support.template import ROOT, template

STARTS: dict[str, dict[str, Any]] = {
    "provider": {"Records": []},
    "due_items": {"schedule": "minute"},
    "reconciliation": {},
}
"""An event of each function that holds the key and has no routes."""

MESSAGE = "PaymentSecretArn names a test key, and prod needs a live key. Put a live key into it."


def start(function: str) -> None:
    check_at_start.cache_clear()
    with suppress(WrongMode):  # the reconciliation cannot do without the provider
        app(function).handler(STARTS[function], Context(240_000))


def test_every_function_without_routes_that_holds_the_key_is_tried() -> None:
    holders = {
        resource["Properties"]["CodeUri"].split("/")[1]
        for resource in template()["Resources"].values()
        if "PAYMENT_SECRET_ARN" in resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
        and all(event["Type"] != "Api" for event in resource["Properties"].get("Events", {}).values())
    }
    assert holders == {*STARTS}
    assert all("provider.check_at_start()" in (ROOT / f"functions/{one}/app.py").read_text() for one in holders)


@pytest.mark.parametrize("function", STARTS)
def test_given_a_test_key_in_prod_when_a_function_starts_then_operators_read_what_to_do_and_nothing_is_asked(
    in_prod: Provider, caplog: pytest.LogCaptureFixture, function: str
) -> None:
    start(function)
    assert MESSAGE in caplog.messages
    assert "sk_test" not in caplog.text
    assert in_prod.stand_in.asked == []


def test_given_a_good_key_when_a_function_starts_then_nothing_is_logged_or_asked(
    in_prod: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    rotate("sk_live_key")
    start("provider")
    assert check_at_start()
    assert [one.levelname for one in caplog.records if one.levelname == "ERROR"] == []
    assert in_prod.stand_in.asked == []


def test_given_no_provider_when_a_function_starts_then_it_goes_on(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYMENT_SECRET_ARN", "")
    check_at_start.cache_clear()
    settings.settings.cache_clear()
    assert app("provider").handler(STARTS["provider"], Context()) == {"batchItemFailures": []}
    assert provider.stand_in.asked == []
