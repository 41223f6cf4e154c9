"""Providers that are slow, busy, broken or unreachable: what is retried, what is not, and what operators see."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khaya.channels.push import Ticket
from khaya.deliveries import service
from khaya.platform.aws import clients
from khaya.platform.base import settings
from khaya.platform.base.errors import Unavailable
from tests.conftest import Clock
from tests.integration.deliveries.conftest import PHONES_TOKEN, TABLETS_TOKEN, Post, on_the_item
from tests.support.engine import free_port
from tests.support.records import known
from tests.support.stand_in import client

pytestmark = pytest.mark.exhaustive

WEB = ("whatsapp", "push")
"""The channels with HTTP APIs of other providers."""
AMAZON = {"sms": "sns", "email": "sesv2"}
ALL = [*WEB, *AMAZON]
OWN = {"whatsapp": "twilio", "push": "expo", "sms": "any", "email": "any"}
TAKEN = {"whatsapp": 1, "push": 2, "sms": 1, "email": 1}


@pytest.fixture
def amazon_too(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """SNS and SES at the stand-in, which fails on command."""

    _reach_amazon_at(f"http://127.0.0.1:{post.provider.server_port}", monkeypatch)
    yield
    clients.clear()


def _reach_amazon_at(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in AMAZON.values():
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{name.upper()}", address)
    clients.clear()


def _end_faults(monkeypatch: pytest.MonkeyPatch, post: Post) -> None:
    """End all faults."""

    post.provider.be_well()
    base = f"http://127.0.0.1:{post.provider.server_port}"
    for name in ("TWILIO_BASE_URL", "EXPO_BASE_URL"):
        monkeypatch.setenv(name, base)
    for name in AMAZON.values():
        monkeypatch.delenv(f"AWS_ENDPOINT_URL_{name.upper()}", raising=False)
    clients.clear()
    settings.settings.cache_clear()


def _fail(post: Post, channel: str, kind: str, **how: Any) -> None:
    post.provider.fail({"provider": OWN[channel], "kind": kind, **how})


def _with_dead_letters(post: Post, channel: str) -> str:
    """Give the channel's queue dead letters after ten attempts, as in the template; returns their queue."""
    sqs = client("sqs")
    dead = sqs.create_queue(QueueName=f"{channel}-dead-letters")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 10})
    sqs.set_queue_attributes(QueueUrl=post.url, Attributes={"RedrivePolicy": policy})
    return dead


def _dead_letters(dead: str) -> list[Any]:
    return client("sqs").receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages", [])


@pytest.mark.usefixtures("amazon_too")
@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("channel", ALL)
def test_given_a_refusal_then_the_message_is_retried_and_sent_once(
    post: Post, channel: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a provider that refuses
    post.prefer(channel)
    _fail(post, channel, "status", status=status, times=0)
    notification_id = post.notify()
    # when it is attempted, then its message is returned, and it is not marked as sent
    assert post.run(channel) == 1
    assert post.channels() == []
    assert f"{channel}Send" not in on_the_item(notification_id)
    # and when the provider works again, then it is sent
    _end_faults(monkeypatch, post)
    assert post.run(channel) == 0
    assert post.channels() == [channel] * TAKEN[channel]
    assert post.waiting(channel) == 0


@pytest.mark.parametrize("channel", ALL)
def test_given_an_unreachable_provider_then_the_message_is_retried(
    post: Post, channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given an unreachable provider
    nobody = f"http://127.0.0.1:{free_port()}"
    for name in ("TWILIO_BASE_URL", "EXPO_BASE_URL"):
        monkeypatch.setenv(name, nobody)
    settings.settings.cache_clear()
    settings.settings.cache_clear()
    _reach_amazon_at(nobody, monkeypatch)
    post.prefer(channel)
    post.notify()
    # when
    assert post.run(channel) == 1
    # then it is sent when the provider is reachable
    _end_faults(monkeypatch, post)
    assert post.run(channel) == 0
    assert post.channels() == [channel] * TAKEN[channel]


@pytest.mark.usefixtures("amazon_too")
@pytest.mark.parametrize(
    ("kind", "how"), [("slow", {"seconds": 1.4}), ("garbage", {}), ("drop", {}), ("status", {"status": 504})]
)
@pytest.mark.parametrize("channel", WEB)
def test_given_an_unknown_result_then_the_message_ends_in_the_dead_letters(
    post: Post, channel: str, kind: str, how: dict[str, Any]
) -> None:
    # given a provider that gets the message and answers late, unreadably or not at all
    dead = _with_dead_letters(post, channel)
    post.prefer(channel)
    _fail(post, channel, kind, **how)
    notification_id = post.notify()
    # when the message is delivered until it is a dead letter
    failed = 0
    for _ in range(12):
        failed += post.run(channel)
    # then the provider was called once, and the message is in the dead letters
    assert len(post.provider.asked) == 1
    assert failed == 10
    (message,) = _dead_letters(dead)
    assert json.loads(message["Body"])["notificationId"] == notification_id
    assert set(on_the_item(notification_id)[f"{channel}Send"]) == {"claimedAt", "events"}


@pytest.mark.usefixtures("amazon_too")
@pytest.mark.parametrize("channel", AMAZON)
@pytest.mark.parametrize(("kind", "how"), [("slow", {"seconds": 1.4}), ("garbage", {}), ("drop", {})])
def test_given_an_unknown_result_of_an_aws_service_then_it_is_not_called_again(
    post: Post, channel: str, kind: str, how: dict[str, Any]
) -> None:
    post.prefer(channel)
    _fail(post, channel, kind, **how)
    notification_id = post.notify()
    for _ in range(3):
        assert post.run(channel) == 1
    assert len(post.provider.asked) == 1
    assert set(on_the_item(notification_id)[f"{channel}Send"]) == {"claimedAt", "events"}


@pytest.mark.parametrize("channel", ALL)
def test_given_a_crash_after_sending_then_nothing_is_sent_twice(
    post: Post, channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a crash after the provider accepted the message

    class Died(BaseException):
        """A crash that no handler catches."""

    def die(*_: Any) -> None:
        raise Died

    dead = _with_dead_letters(post, channel)
    post.prefer(channel)
    notification_id = post.notify()
    with monkeypatch.context() as crash:
        crash.setattr(service.store, "mark", die)
        with pytest.raises(Died):
            post.run(channel)
    assert post.channels() == [channel] * TAKEN[channel]
    # when the message is delivered repeatedly
    for _ in range(12):
        post.run(channel)
    # then nothing more is sent, and the message is in the dead letters
    assert post.channels() == [channel] * TAKEN[channel]
    assert len(_dead_letters(dead)) == 1
    assert "sentAt" not in on_the_item(notification_id)[f"{channel}Send"]


def test_a_dead_letter_is_sent_when_redriven_after_its_claim_lapsed(post: Post, clock: Clock) -> None:
    # given a delivery with an unknown result
    post.prefer("whatsapp")
    _fail(post, "whatsapp", "drop")
    notification_id = post.notify()
    post.run("whatsapp")
    assert post.run("whatsapp") == 1
    # when it is redriven six hours later
    clock.tick(hours=6, minutes=1)
    assert post.run("whatsapp") == 0
    # then it is sent
    assert on_the_item(notification_id)["whatsappSend"]["sentAt"] == "2026-11-21T14:01:00.000Z"
    assert len(post.provider.asked) == 2


def test_the_delay_grows_with_each_attempt(post: Post) -> None:
    post.prefer("email", "whatsapp")
    post.notify()
    _fail(post, "whatsapp", "drop")
    for _ in range(10):
        post.run("whatsapp")
    *waits, last = post.waits
    assert len(waits) == 9
    assert last == 0, "it goes to the dead letters"
    for number, wait in enumerate(waits):
        usual = min(3600, 15 * 2**number)
        assert 0.8 * usual - 1 <= wait <= 1.2 * usual + 1
    assert sum(waits) < 6 * 3600 / 2, "before the claim lapses"


@pytest.mark.parametrize("channel", WEB)
def test_the_delay_obeys_retry_after(post: Post, channel: str) -> None:
    post.prefer(channel)
    _fail(post, channel, "status", status=429, retryAfter=1234)
    post.notify()
    post.run(channel)
    assert post.waits == [1234]


def test_a_short_retry_after_does_not_shorten_the_delay(post: Post) -> None:
    post.prefer("push")
    _fail(post, "push", "status", status=503, retryAfter=1)
    post.notify()
    post.run("push")
    assert post.waits[0] >= 12


@pytest.mark.parametrize("number", ["+15005550001", "+15005550009"])
def test_an_undeliverable_number_is_recorded_and_not_retried(
    post: Post, number: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CALLING_CODES", "+27,+1")
    settings.settings.cache_clear()
    post.prefer("whatsapp")
    known("person-1", phone=number)
    notification_id = post.notify()
    assert post.run("whatsapp") == 0
    assert "undeliverableAt" in on_the_item(notification_id)["whatsappSend"]
    assert "WhatsappUndeliverable" in capsys.readouterr().out
    # and another delivery of the message does not call the provider
    post.put("whatsapp", notification_id)
    assert post.run("whatsapp") == 0
    assert len(post.provider.asked) == 1


def test_given_an_unknown_sender_then_the_message_is_retried(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHATSAPP_SENDER", "nobody")
    settings.settings.cache_clear()
    post.prefer("whatsapp")
    post.notify()
    assert post.run("whatsapp") == 1
    monkeypatch.setenv("WHATSAPP_SENDER", "+27600000000")
    settings.settings.cache_clear()
    assert post.run("whatsapp") == 0
    assert post.channels() == ["whatsapp"]


def test_given_a_ticket_for_a_gone_device_then_it_is_removed(post: Post) -> None:
    post.provider.fail({"provider": "expo", "kind": "gone", "token": PHONES_TOKEN})
    post.notify()
    assert post.run("push") == 0
    assert post.devices() == {"tablet"}
    assert [to for _, to, _ in post.sent()] == [TABLETS_TOKEN]
    # and the next one goes to the other device only
    post.notify()
    post.run("push")
    assert [to for _, to, _ in post.sent()] == [TABLETS_TOKEN] * 2


def test_given_no_device_left_then_the_push_is_undeliverable(post: Post) -> None:
    for token in (PHONES_TOKEN, TABLETS_TOKEN):
        post.provider.fail({"provider": "expo", "kind": "gone", "token": token})
    notification_id = post.notify()
    assert post.run("push") == 0
    assert post.devices() == set()
    assert "undeliverableAt" in on_the_item(notification_id)["pushSend"]
    assert post.waiting("receipts") == 0


def test_given_a_receipt_for_a_gone_device_then_it_is_removed(post: Post) -> None:
    # given a push that Expo accepted, for a device that no longer exists
    post.provider.fail({"provider": "expo", "kind": "leaving", "token": TABLETS_TOKEN})
    notification_id = post.notify()
    post.run("push")
    assert post.devices() == {"phone", "tablet"}
    # when its receipts are read
    assert post.run("receipts") == 0
    # then that device is removed, and they are not read again
    assert post.devices() == {"phone"}
    post.put("receipts", notification_id)
    assert post.run("receipts") == 0
    assert post.provider.asked == ["/--/api/v2/push/send", "/--/api/v2/push/getReceipts"]


def test_given_a_new_push_token_meanwhile_then_the_device_stays(post: Post) -> None:
    post.provider.fail({"provider": "expo", "kind": "leaving", "token": TABLETS_TOKEN})
    post.notify()
    post.run("push")
    post.register("tablet", "ExponentPushToken[renewed]")
    post.run("receipts")
    assert post.devices() == {"phone", "tablet"}


def test_missing_receipts_are_read_three_times(post: Post, capsys: pytest.CaptureFixture[str]) -> None:
    post.provider.fail({"provider": "expo", "kind": "noReceipts"})
    post.notify()
    post.run("push")
    assert [post.run("receipts") for _ in range(3)] == [1, 1, 0]
    assert post.waiting("receipts") == 0
    assert "PushReceiptMissing" in capsys.readouterr().out


@pytest.mark.parametrize(("kind", "how"), [("status", {"status": 429, "retryAfter": 99}), ("garbage", {})])
def test_given_a_failing_expo_then_receipts_are_read_again(post: Post, kind: str, how: dict[str, Any]) -> None:
    post.provider.fail({"provider": "expo", "kind": "leaving", "token": TABLETS_TOKEN})
    post.notify()
    post.run("push")
    _fail(post, "push", kind, **how)
    assert post.run("receipts") == 1
    assert post.run("receipts") == 0
    assert post.devices() == {"phone"}


def test_a_failing_channel_does_not_delay_others(post: Post) -> None:
    _fail(post, "whatsapp", "status", status=503, times=0)
    post.notify()
    assert post.run() == 1
    assert post.channels() == ["email", "push", "push"]


def test_an_unexpected_error_is_logged_and_retried(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # given a failing DynamoDB

    def away(_: str) -> None:
        raise Unavailable

    post.prefer("push")
    post.notify()
    with monkeypatch.context() as outage:
        outage.setattr(service.store, "find", away)
        assert post.run("push") == 1
    # then the log says so, and a retry sends it
    assert [vars(one)["error"] for one in caplog.records if one.getMessage() == "message retried"] == ["Unavailable"]
    assert 4 <= post.waits[0] <= 6
    assert post.run("push") == 0
    assert post.channels() == ["push", "push"]


def _tickets(monkeypatch: pytest.MonkeyPatch, *tickets: tuple[str | None, str | None]) -> None:
    """Let Expo answer with these tickets: their ids and errors."""

    monkeypatch.setattr(service, "send_push", lambda *_: [Ticket(*ticket) for ticket in tickets])


def test_given_an_exceeded_rate_of_a_device_then_the_message_is_retried_and_the_circuit_stays_closed(
    post: Post, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given devices whose rate is exceeded
    _tickets(monkeypatch, (None, "MessageRateExceeded"), (None, "MessageRateExceeded"))
    post.prefer("push")
    post.notify()
    # when it fails more often than opens a circuit, then it is returned each time, and the circuit stays closed
    for _ in range(6):
        assert post.run("push") == 1
    shown = capsys.readouterr().out
    assert "PushFailed" in shown
    assert "CircuitOpened" not in shown


def test_given_one_of_two_devices_refused_then_the_push_is_not_repeated(
    post: Post, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _tickets(monkeypatch, ("ticket-1", None), (None, "MessageRateExceeded"))
    post.prefer("push")
    notification_id = post.notify()
    assert post.run("push") == 0
    assert "sentAt" in on_the_item(notification_id)["pushSend"]
    assert "PushFailed" in capsys.readouterr().out


def test_a_push_that_is_too_large_is_undeliverable(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    _tickets(monkeypatch, (None, "MessageTooBig"), (None, "MessageTooBig"))
    post.prefer("push")
    notification_id = post.notify()
    assert post.run("push") == 0
    assert "undeliverableAt" in on_the_item(notification_id)["pushSend"]
