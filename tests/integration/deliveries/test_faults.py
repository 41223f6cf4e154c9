"""Providers that are slow, busy, broken, mad or away: what is tried again, what is not, and what an operator sees."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Clock
from tests.integration.deliveries.conftest import PHONES_TOKEN, TABLETS_TOKEN, Post, on_the_item
from tests.support.engine import free_port
from tests.support.records import known
from tests.support.stand_in import client

WEB = ("whatsapp", "push")
"""The channels whose providers are reached by their own HTTP APIs."""
AMAZON = {"sms": "sns", "email": "sesv2"}
ALL = [*WEB, *AMAZON]
OWN = {"whatsapp": "twilio", "push": "expo", "sms": "any", "email": "any"}
TAKEN = {"whatsapp": 1, "push": 2, "sms": 1, "email": 1}


@pytest.fixture
def amazon_too(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """SNS and SES, reached over HTTP at the stand-in, which fails on command."""
    from khaya.platform.aws import clients  # noqa: PLC0415 - after the environment is set

    _reach_amazon_at(f"http://127.0.0.1:{post.provider.server_port}", monkeypatch)
    yield
    clients.clear()


def _reach_amazon_at(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from khaya.platform.aws import clients  # noqa: PLC0415

    for service in AMAZON.values():
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service.upper()}", address)
    clients.clear()


def _mend(monkeypatch: pytest.MonkeyPatch, post: Post) -> None:
    """All providers are well again."""
    from khaya.platform.aws import clients  # noqa: PLC0415
    from khaya.platform.base import settings  # noqa: PLC0415

    post.provider.be_well()
    base = f"http://127.0.0.1:{post.provider.server_port}"
    for name in ("TWILIO_BASE_URL", "EXPO_BASE_URL"):
        monkeypatch.setenv(name, base)
    for service in AMAZON.values():
        monkeypatch.delenv(f"AWS_ENDPOINT_URL_{service.upper()}", raising=False)
    clients.clear()
    settings.settings.cache_clear()


def _fail(post: Post, channel: str, kind: str, **how: Any) -> None:
    post.provider.fail({"provider": OWN[channel], "kind": kind, **how})


def _with_dead_letters(post: Post, channel: str) -> str:
    """Let the channel's queue give a message up after ten tries, as the template's does; answers where it goes then."""
    sqs = client("sqs")
    dead = sqs.create_queue(QueueName=f"{channel}-dead-letters")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 10})
    sqs.set_queue_attributes(QueueUrl=post.url, Attributes={"RedrivePolicy": policy})
    return dead


def _parked(dead: str) -> list[Any]:
    return client("sqs").receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages", [])


@pytest.mark.usefixtures("amazon_too")
@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("channel", ALL)
def test_a_refusal_is_tried_again_and_then_sent_once(
    post: Post, channel: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a provider that refuses
    post.prefer(channel)
    _fail(post, channel, "status", status=status, times=0)
    notification_id = post.notify()
    # when it is tried, then it is put back, and nothing is noted as sent
    assert post.run(channel) == 1
    assert post.channels() == []
    assert f"{channel}Send" not in on_the_item(notification_id)
    # and when the provider is well again, then it goes out
    _mend(monkeypatch, post)
    assert post.run(channel) == 0
    assert post.channels() == [channel] * TAKEN[channel]
    assert post.waiting(channel) == 0


@pytest.mark.parametrize("channel", ALL)
def test_a_provider_that_is_not_there_is_tried_again(post: Post, channel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from khaya.platform.base import settings  # noqa: PLC0415

    # given nobody listens
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
    # then it goes out once somebody does
    _mend(monkeypatch, post)
    assert post.run(channel) == 0
    assert post.channels() == [channel] * TAKEN[channel]


@pytest.mark.usefixtures("amazon_too")
@pytest.mark.parametrize(
    ("kind", "how"), [("slow", {"seconds": 0.6}), ("garbage", {}), ("drop", {}), ("status", {"status": 504})]
)
@pytest.mark.parametrize("channel", WEB)
def test_what_may_have_gone_out_is_not_sent_again_but_parked(
    post: Post, channel: str, kind: str, how: dict[str, Any]
) -> None:
    # given a provider that has the message, and whose answer comes late, unreadably or not at all
    dead = _with_dead_letters(post, channel)
    post.prefer(channel)
    _fail(post, channel, kind, **how)
    notification_id = post.notify()
    # when the queue tries as often as it does
    failed = 0
    for _ in range(12):
        failed += post.run(channel)
    # then the provider was asked once, and the message is where an operator sees it
    assert len(post.provider.asked) == 1
    assert failed == 10
    (message,) = _parked(dead)
    assert json.loads(message["Body"])["notificationId"] == notification_id
    assert set(on_the_item(notification_id)[f"{channel}Send"]) == {"claimedAt"}


@pytest.mark.usefixtures("amazon_too")
@pytest.mark.parametrize("channel", AMAZON)
@pytest.mark.parametrize(("kind", "how"), [("slow", {"seconds": 0.6}), ("garbage", {}), ("drop", {})])
def test_what_amazon_may_have_sent_is_not_sent_again(post: Post, channel: str, kind: str, how: dict[str, Any]) -> None:
    post.prefer(channel)
    _fail(post, channel, kind, **how)
    notification_id = post.notify()
    for _ in range(3):
        assert post.run(channel) == 1
    assert len(post.provider.asked) == 1
    assert set(on_the_item(notification_id)[f"{channel}Send"]) == {"claimedAt"}


@pytest.mark.parametrize("channel", ALL)
def test_a_crash_after_sending_and_before_marking_sends_nothing_twice(
    post: Post, channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a function that dies once the provider has the message
    from khaya.deliveries import service  # noqa: PLC0415

    class Died(BaseException):
        """The end of a process, which no handler survives."""

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
    # when the message comes again and again
    for _ in range(12):
        post.run(channel)
    # then nothing is sent any more, and the message is parked
    assert post.channels() == [channel] * TAKEN[channel]
    assert len(_parked(dead)) == 1
    assert "sentAt" not in on_the_item(notification_id)[f"{channel}Send"]


def test_an_operator_may_have_a_parked_message_sent_once_its_claim_has_lapsed(post: Post, clock: Clock) -> None:
    # given one of which nobody knows whether it went out
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


def test_the_wait_grows_with_each_try(post: Post) -> None:
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
    assert sum(waits) < 6 * 3600 / 2, "well before the claim lapses"


@pytest.mark.parametrize("channel", WEB)
def test_the_wait_is_as_long_as_the_provider_asks(post: Post, channel: str) -> None:
    post.prefer(channel)
    _fail(post, channel, "status", status=429, retryAfter=1234)
    post.notify()
    post.run(channel)
    assert post.waits == [1234]


def test_the_wait_is_never_shorter_than_the_own(post: Post) -> None:
    post.prefer("push")
    _fail(post, "push", "status", status=503, retryAfter=1)
    post.notify()
    post.run("push")
    assert post.waits[0] >= 12


@pytest.mark.parametrize("number", ["+15005550001", "+15005550009"])
def test_a_number_that_will_never_be_reached_is_dropped_and_noted(
    post: Post, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    post.prefer("whatsapp")
    known("person-1", phone=number)
    notification_id = post.notify()
    assert post.run("whatsapp") == 0
    assert "undeliverableAt" in on_the_item(notification_id)["whatsappSend"]
    assert "WhatsappUndeliverable" in capsys.readouterr().out
    # and another delivery of the message asks nobody
    post.put("whatsapp", notification_id)
    assert post.run("whatsapp") == 0
    assert len(post.provider.asked) == 1


def test_a_sender_that_twilio_does_not_know_is_the_houses_fault_and_tried_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    from khaya.platform.base import settings  # noqa: PLC0415

    monkeypatch.setenv("WHATSAPP_SENDER", "nobody")
    settings.settings.cache_clear()
    post.prefer("whatsapp")
    post.notify()
    assert post.run("whatsapp") == 1
    monkeypatch.setenv("WHATSAPP_SENDER", "+27600000000")
    settings.settings.cache_clear()
    assert post.run("whatsapp") == 0
    assert post.channels() == ["whatsapp"]


def test_a_device_that_its_ticket_says_is_gone_is_forgotten_and_the_other_told(post: Post) -> None:
    post.provider.fail({"provider": "expo", "kind": "gone", "token": PHONES_TOKEN})
    post.notify()
    assert post.run("push") == 0
    assert post.devices() == {"tablet"}
    assert [to for _, to, _ in post.sent()] == [TABLETS_TOKEN]
    # and the next one goes to that alone
    post.notify()
    post.run("push")
    assert [to for _, to, _ in post.sent()] == [TABLETS_TOKEN] * 2


def test_somebody_without_a_device_left_is_not_tried_again(post: Post) -> None:
    for token in (PHONES_TOKEN, TABLETS_TOKEN):
        post.provider.fail({"provider": "expo", "kind": "gone", "token": token})
    notification_id = post.notify()
    assert post.run("push") == 0
    assert post.devices() == set()
    assert "undeliverableAt" in on_the_item(notification_id)["pushSend"]
    assert post.waiting("receipts") == 0


def test_a_device_that_its_receipt_says_is_gone_is_forgotten(post: Post) -> None:
    # given a push that Expo took, for a device that Google knows is gone
    post.provider.fail({"provider": "expo", "kind": "leaving", "token": TABLETS_TOKEN})
    notification_id = post.notify()
    post.run("push")
    assert post.devices() == {"phone", "tablet"}
    # when its receipts are looked at
    assert post.run("receipts") == 0
    # then that device is forgotten, and they are not looked at again
    assert post.devices() == {"phone"}
    post.put("receipts", notification_id)
    assert post.run("receipts") == 0
    assert post.provider.asked == ["/--/api/v2/push/send", "/--/api/v2/push/getReceipts"]


def test_a_device_that_has_a_new_token_by_then_stays(post: Post) -> None:
    post.provider.fail({"provider": "expo", "kind": "leaving", "token": TABLETS_TOKEN})
    post.notify()
    post.run("push")
    post.register("tablet", "ExponentPushToken[renewed]")
    post.run("receipts")
    assert post.devices() == {"phone", "tablet"}


def test_receipts_that_are_missing_are_asked_for_three_times_and_then_let_be(
    post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    post.provider.fail({"provider": "expo", "kind": "noReceipts"})
    post.notify()
    post.run("push")
    assert [post.run("receipts") for _ in range(3)] == [1, 1, 0]
    assert post.waiting("receipts") == 0
    assert "PushReceiptMissing" in capsys.readouterr().out


@pytest.mark.parametrize(("kind", "how"), [("status", {"status": 429, "retryAfter": 99}), ("garbage", {})])
def test_receipts_that_expo_does_not_tell_now_are_asked_for_again(post: Post, kind: str, how: dict[str, Any]) -> None:
    post.provider.fail({"provider": "expo", "kind": "leaving", "token": TABLETS_TOKEN})
    post.notify()
    post.run("push")
    _fail(post, "push", kind, **how)
    assert post.run("receipts") == 1
    assert post.run("receipts") == 0
    assert post.devices() == {"phone"}


def test_one_channel_that_fails_holds_up_no_other(post: Post) -> None:
    _fail(post, "whatsapp", "status", status=503, times=0)
    post.notify()
    assert post.run() == 1
    assert post.channels() == ["email", "push", "push"]


def test_what_fails_for_another_reason_is_seen_and_tried_again(
    post: Post, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given DynamoDB does not answer
    from khaya.deliveries import service  # noqa: PLC0415
    from khaya.platform.base.errors import Unavailable  # noqa: PLC0415

    def away(_: str) -> None:
        raise Unavailable

    post.prefer("push")
    post.notify()
    with monkeypatch.context() as outage:
        outage.setattr(service.store, "find", away)
        assert post.run("push") == 1
    # then that is counted, the message waits a while, and then it goes out
    assert '"consumer":"push","service":"test","MessageRetried":[1.0]' in capsys.readouterr().out
    assert 4 <= post.waits[0] <= 6
    assert post.run("push") == 0
    assert post.channels() == ["push", "push"]


def _tickets(monkeypatch: pytest.MonkeyPatch, *tickets: tuple[str | None, str | None]) -> None:
    """Have Expo answer a push with these tickets: their ids and errors."""
    from khaya.channels.push import Ticket  # noqa: PLC0415
    from khaya.deliveries import service  # noqa: PLC0415

    monkeypatch.setattr(service, "send_push", lambda *_: [Ticket(*ticket) for ticket in tickets])


def test_a_device_that_is_told_too_much_is_tried_again_and_nobody_else_waits_for_it(
    post: Post, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given somebody whose devices Expo finds are told too much
    _tickets(monkeypatch, (None, "MessageRateExceeded"), (None, "MessageRateExceeded"))
    post.prefer("push")
    post.notify()
    # when it is tried as often as would open the circuit, then it goes back each time, and the circuit stays closed
    for _ in range(6):
        assert post.run("push") == 1
    shown = capsys.readouterr().out
    assert "PushFailed" in shown
    assert "CircuitOpened" not in shown


def test_a_push_that_one_of_two_devices_did_not_get_is_noted_and_not_doubled(
    post: Post, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _tickets(monkeypatch, ("ticket-1", None), (None, "MessageRateExceeded"))
    post.prefer("push")
    notification_id = post.notify()
    assert post.run("push") == 0
    assert "sentAt" in on_the_item(notification_id)["pushSend"]
    assert "PushFailed" in capsys.readouterr().out


def test_a_push_that_is_too_big_is_not_tried_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    _tickets(monkeypatch, (None, "MessageTooBig"), (None, "MessageTooBig"))
    post.prefer("push")
    notification_id = post.notify()
    assert post.run("push") == 0
    assert "undeliverableAt" in on_the_item(notification_id)["pushSend"]
