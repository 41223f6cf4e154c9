"""The function `deliveries` uses every permission of its role."""

from __future__ import annotations

import pytest

from khaya.platform.aws import clients, secrets
from khaya.platform.base import settings
from tests.integration.deliveries.conftest import PHONES_TOKEN, BreakerClock, Post
from tests.integration.test_permissions import NOT_CALLED, WHEN_FAILING
from tests.support.permissions import Record


def test_deliveries_use_every_permission_of_their_role(
    post: Post, breaker_clock: BreakerClock, permitted: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given failing providers until a circuit opens

    monkeypatch.setenv("SMS_PER_HOUR", "500")
    settings.settings.cache_clear()
    nobody = "http://127.0.0.1:9"
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", nobody)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", nobody)
    post.provider.fail({"provider": "any", "kind": "status", "status": 503, "times": 0})
    for _ in range(6):
        post.notify("accountSuspended", params={})
    post.run()
    # when the providers work again, except for a gone device and missing receipts
    monkeypatch.delenv("AWS_ENDPOINT_URL_SNS")
    monkeypatch.delenv("AWS_ENDPOINT_URL_SESV2")
    clients.clear()
    post.provider.be_well()
    post.provider.fail({"provider": "expo", "kind": "gone", "token": PHONES_TOKEN})
    post.provider.fail({"provider": "expo", "kind": "noReceipts"})
    breaker_clock.tick(30)
    post.run()
    post.run("receipts")
    # and when a browser is notified with the service key
    post.subscribe("laptop")
    post.notify()
    secrets.clear_cache()
    assert post.run("web_push") == 0
    # then every permission of the role was used
    assert {*post.channels()} == {"whatsapp", "sms", "email", "push", "web_push"}
    assert {call for call in permitted.unused("deliveries") if call[0] not in {*NOT_CALLED, *WHEN_FAILING}} == set()
