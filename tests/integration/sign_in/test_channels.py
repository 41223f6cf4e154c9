"""Codes on their way: each channel by its provider's public contract, and what happens when one is down."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from local import providers, twilio
from tests.integration.sign_in.conftest import Newcomer
from tests.support import mailbox
from tests.support.client import Context, app


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[providers.Server]:
    """The providers' stand-in, which the consumer is told of."""
    from khaya.platform.base import settings  # noqa: PLC0415 - after the environment is set

    server = providers.Server(0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    manager = boto3.client("secretsmanager")
    manager.create_secret(Name="twilio", SecretString=json.dumps(twilio.ACCOUNT))
    monkeypatch.setenv("TWILIO_BASE_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("TWILIO_SECRET_ARN", "twilio")
    monkeypatch.setenv("WHATSAPP_SENDER", "+27600000000")
    monkeypatch.setenv("WHATSAPP_CODE_TEMPLATE", "")
    settings.settings.cache_clear()
    settings.settings.cache_clear()
    settings.settings.cache_clear()
    yield server
    server.shutdown()
    server.server_close()
    manager.delete_secret(SecretId="twilio", ForceDeleteWithoutRecovery=True)


def _work_off() -> dict[str, Any]:
    """Let the consumer try the waiting messages, and answer what it reports."""
    records = [mailbox.record(json.dumps(one)) for one in mailbox.queued()]
    answer: dict[str, Any] = app("codes").handler({"Records": records}, Context())
    return answer


def test_whatsapp_carries_a_code_through_twilio(provider: providers.Server) -> None:
    zanele = Newcomer()
    challenge = zanele.sign_up(channel="whatsapp").body["challenge"]
    assert _work_off() == {"batchItemFailures": []}
    (sent,) = provider.whatsapp
    assert (sent["to"], sent["from"]) == (f"whatsapp:{zanele.phone}", "whatsapp:+27600000000")
    code = mailbox.Sent("whatsapp", sent["to"], sent["body"]).code
    assert zanele.answer(challenge, code).status == 200
    assert zanele.person.get("/profiles/me").body["phone"] == zanele.phone


def test_an_approved_template_is_used_where_there_is_one(
    provider: providers.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from khaya.platform.base import settings  # noqa: PLC0415

    monkeypatch.setenv("WHATSAPP_CODE_TEMPLATE", "HX" + "0" * 32)
    settings.settings.cache_clear()
    zanele = Newcomer()
    challenge = zanele.sign_up(channel="whatsapp").body["challenge"]
    _work_off()
    (sent,) = provider.whatsapp
    assert (sent["content_sid"], sent["body"]) == ("HX" + "0" * 32, "")
    assert zanele.answer(challenge, json.loads(sent["content_variables"])["1"]).status == 200


def test_what_twilio_cannot_take_now_is_tried_again_and_then_left_to_the_queue(
    provider: providers.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given Twilio is down
    from khaya.sign_in import delivery  # noqa: PLC0415

    monkeypatch.setattr(delivery.time, "sleep", lambda _: None)
    zanele = Newcomer()
    challenge = zanele.sign_up(channel="whatsapp").body["challenge"]
    provider.fail({"provider": "twilio", "kind": "status", "status": 503, "times": 0})
    # when the consumer runs, then it tries three times and gives the message back
    records = [mailbox.record(json.dumps(one)) for one in mailbox.queued()]
    answer = app("codes").handler({"Records": records}, Context())
    assert len(answer["batchItemFailures"]) == len(records) == 1
    assert len(provider.asked) == 3
    # and when Twilio is back, a code goes out that works
    provider.be_well()
    assert _work_off() == {"batchItemFailures": []}
    code = mailbox.Sent("whatsapp", "", provider.whatsapp[0]["body"]).code
    assert zanele.answer(challenge, code).status == 200


def test_a_number_that_twilio_will_never_reach_is_not_tried_again(provider: providers.Server) -> None:
    Newcomer("+15005550009").sign_up(channel="whatsapp")
    assert _work_off() == {"batchItemFailures": []}
    assert (len(provider.asked), provider.whatsapp) == (1, [])


def test_whatsapp_is_refused_where_it_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    from khaya.platform.base import settings  # noqa: PLC0415

    monkeypatch.setenv("TWILIO_SECRET_ARN", "")
    settings.settings.cache_clear()
    answer = Newcomer().sign_up(channel="whatsapp")
    assert (answer.status, answer.fields) == (422, {"channel"})


@pytest.mark.parametrize(("channel", "module", "client"), [("sms", "sms", "_sns"), ("email", "mail", "_ses")])
def test_a_provider_of_awss_that_is_down_has_its_message_tried_again(
    channel: str, module: str, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given the provider answers that it is busy
    from botocore.exceptions import ClientError  # noqa: PLC0415

    from khaya.channels import mail, sms  # noqa: PLC0415
    from khaya.sign_in import delivery  # noqa: PLC0415

    monkeypatch.setattr(delivery.time, "sleep", lambda _: None)

    class Busy:
        def __getattr__(self, name: str) -> Any:
            def refuse(**_: Any) -> None:
                raise ClientError({"Error": {"Code": "ThrottlingException"}}, name)

            return refuse

    zanele = Newcomer()
    challenge = zanele.sign_up(channel=channel, email="zanele@example.org").body["challenge"]
    with monkeypatch.context() as outage:
        outage.setattr({"sms": sms, "mail": mail}[module], client, Busy)
        records = [mailbox.record(json.dumps(one)) for one in mailbox.queued()]
        answer = app("codes").handler({"Records": records}, Context())
        assert len(answer["batchItemFailures"]) == len(records) == 1
    # when it is back
    (sent,) = mailbox.deliver()
    # then the code that goes out works
    assert sent.channel == channel
    assert zanele.answer(challenge, sent.code).status == 200


def test_twilios_stand_in_refuses_what_twilio_would(provider: providers.Server) -> None:
    import requests  # noqa: PLC0415

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
