"""Sending of codes by each channel's provider, and outages of providers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from khaya.platform.aws import messaging
from khaya.platform.base import settings
from khaya.sign_in import delivery
from local import providers, twilio
from tests.integration.sign_in.conftest import Newcomer
from tests.support import mailbox
from tests.support.client import Context, app
from tests.support.stand_in import client


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[providers.Server]:
    """The providers' stand-in, with its address in the environment."""
    server = providers.Server(0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    manager = client("secretsmanager")
    manager.create_secret(Name="twilio", SecretString=json.dumps(twilio.ACCOUNT))
    monkeypatch.setenv("TWILIO_BASE_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("TWILIO_SECRET_ARN", "twilio")
    monkeypatch.setenv("WHATSAPP_SENDER", "+27600000000")
    monkeypatch.setenv("WHATSAPP_CODE_TEMPLATE", "")
    settings.settings.cache_clear()
    yield server
    server.shutdown()
    server.server_close()
    manager.delete_secret(SecretId="twilio", ForceDeleteWithoutRecovery=True)


def _handle_messages() -> dict[str, Any]:
    """Handle the waiting messages, and return the consumer's response."""
    records = [mailbox.record(json.dumps(one)) for one in mailbox.queued()]
    answer: dict[str, Any] = app("code_delivery").handler({"Records": records}, Context())
    return answer


def test_given_the_channel_whatsapp_then_the_code_is_sent_by_twilio(provider: providers.Server) -> None:
    zanele = Newcomer()
    challenge = zanele.sign_up(channel="whatsapp").body["challenge"]
    assert _handle_messages() == {"batchItemFailures": []}
    (sent,) = provider.whatsapp
    assert (sent["to"], sent["from"]) == (f"whatsapp:{zanele.phone}", "whatsapp:+27600000000")
    code = mailbox.Sent("whatsapp", sent["to"], sent["body"]).code
    assert zanele.answer(challenge, code).status == 200
    assert zanele.person.get("/profiles/me").body["phone"] == zanele.phone


def test_given_an_approved_template_then_the_code_is_sent_with_it(
    provider: providers.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHATSAPP_CODE_TEMPLATE", "HX" + "0" * 32)
    settings.settings.cache_clear()
    zanele = Newcomer()
    challenge = zanele.sign_up(channel="whatsapp").body["challenge"]
    _handle_messages()
    (sent,) = provider.whatsapp
    assert (sent["content_sid"], sent["body"]) == ("HX" + "0" * 32, "")
    assert zanele.answer(challenge, json.loads(sent["content_variables"])["1"]).status == 200


def test_given_an_outage_of_twilio_when_a_code_is_sent_then_it_is_retried_and_the_message_returns_to_the_queue(
    provider: providers.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given an outage of Twilio
    monkeypatch.setattr(delivery.time, "sleep", lambda _: None)
    zanele = Newcomer()
    challenge = zanele.sign_up(channel="whatsapp").body["challenge"]
    provider.fail({"provider": "twilio", "kind": "status", "status": 503, "times": 0})
    # when the consumer runs, then it makes three attempts and returns the message to the queue
    records = [mailbox.record(json.dumps(one)) for one in mailbox.queued()]
    answer = app("code_delivery").handler({"Records": records}, Context())
    assert len(answer["batchItemFailures"]) == len(records) == 1
    assert len(provider.asked) == 3
    # when the outage ends, then a valid code is sent
    provider.be_well()
    assert _handle_messages() == {"batchItemFailures": []}
    code = mailbox.Sent("whatsapp", "", provider.whatsapp[0]["body"]).code
    assert zanele.answer(challenge, code).status == 200


def test_given_an_unreachable_number_when_a_code_is_sent_then_it_is_not_retried(
    provider: providers.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLING_CODES", "+27,+1")
    settings.settings.cache_clear()
    Newcomer("+15005550009").sign_up(channel="whatsapp")
    assert _handle_messages() == {"batchItemFailures": []}
    assert (len(provider.asked), provider.whatsapp) == (1, [])


def test_given_no_twilio_secret_when_whatsapp_is_requested_then_422(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_SECRET_ARN", "")
    settings.settings.cache_clear()
    answer = Newcomer().sign_up(channel="whatsapp")
    assert (answer.status, answer.fields) == (422, {"channel"})


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_given_an_outage_of_sns_or_ses_when_a_code_is_sent_then_the_message_returns_to_the_queue(
    channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a provider that throttles
    monkeypatch.setattr(delivery.time, "sleep", lambda _: None)

    class Busy:
        def __getattr__(self, name: str) -> Any:
            def refuse(**_: Any) -> None:
                raise ClientError({"Error": {"Code": "ThrottlingException"}}, name)

            return refuse

    zanele = Newcomer()
    challenge = zanele.sign_up(channel=channel, email="zanele@example.org").body["challenge"]
    with monkeypatch.context() as outage:
        outage.setattr(messaging, "_client", lambda _: Busy())
        records = [mailbox.record(json.dumps(one)) for one in mailbox.queued()]
        answer = app("code_delivery").handler({"Records": records}, Context())
        assert len(answer["batchItemFailures"]) == len(records) == 1
    # when the outage ends
    (sent,) = mailbox.deliver()
    # then a valid code is sent
    assert sent.channel == channel
    assert zanele.answer(challenge, sent.code).status == 200


def test_the_twilio_stand_in_refuses_invalid_requests_like_twilio(provider: providers.Server) -> None:
    base = f"http://127.0.0.1:{provider.server_port}"
    account, auth = twilio.ACCOUNT["accountSid"], (twilio.ACCOUNT["accountSid"], twilio.ACCOUNT["authToken"])
    messages = f"{base}/2010-04-01/Accounts/{account}/Messages.json"
    good = {"To": "whatsapp:+27821234567", "From": "whatsapp:+27600000000", "Body": "Sawubona"}

    def status(form: dict[str, str], login: tuple[str, str] = auth) -> tuple[int, int | None]:
        answer = requests.post(messages, data=form, auth=login, timeout=5)
        return answer.status_code, answer.json().get("code")

    assert status(good) == (201, None)
    assert status(good, (account, "wrong")) == (401, 20003)
    assert status({**good, "To": "+27821234567"}) == (400, 21211)
    assert status({**good, "From": "nobody"}) == (400, 21212)
    assert status({**good, "Body": ""}) == (400, 21619)
