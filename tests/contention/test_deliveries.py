"""Concurrent deliveries of one notification: it is sent once, and the outbox shows it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest

from local import providers, twilio

pytestmark = pytest.mark.usefixtures("engine")

PERSON, PHONE, EMAIL = "person-1", "+27821234567", "thandi@example.org"
HANDS = 24
NIGHT, MORNING = "2026-11-21T22:00:00.000Z", "2026-11-22T05:00:00.000Z"


@pytest.fixture
def provider(engine: None) -> Iterator[providers.Server]:
    """Stand-ins of Twilio and Expo and the outbox, beside the engine that sends text messages and e-mail."""
    from khaya.platform.aws import clients, secrets  # noqa: PLC0415 - after the environment is set
    from khaya.platform.base import settings  # noqa: PLC0415 - after the environment is set

    server = providers.Server(0, os.environ["AWS_ENDPOINT_URL"])
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "TWILIO_BASE_URL": base,
            "EXPO_BASE_URL": base,
            "WEB_PUSH_SERVICES": base,
            "TWILIO_SECRET_ARN": "twilio",
            "EXPO_SECRET_ARN": "",
            "WHATSAPP_SENDER": "+27600000000",
            "WHATSAPP_NOTICE_TEMPLATE_EN": "",
            "EMAIL_SENDER": "Khaya <no-reply@khaya.example>",
            "SMS_PER_HOUR": "0",
        }.items():
            patch.setenv(name, value)
        url = boto3.client("sqs").create_queue(QueueName=f"deliveries-{server.server_port}")["QueueUrl"]
        patch.setenv("DELIVERIES_QUEUE_URL", url)
        manager = boto3.client("secretsmanager")
        manager.create_secret(Name="twilio", SecretString=json.dumps(twilio.ACCOUNT))
        boto3.client("ses").verify_domain_identity(Domain="khaya.example")
        clients.clear()
        settings.settings.cache_clear()
        secrets.clear_cache()
        yield server
        manager.delete_secret(SecretId="twilio", ForceDeleteWithoutRecovery=True)
    clients.clear()
    settings.settings.cache_clear()
    secrets.clear_cache()
    server.shutdown()
    server.server_close()


def _browser(provider: providers.Server) -> dict[str, Any]:
    """The subscription of a browser at the push service."""
    from khaya.channels import vapid  # noqa: PLC0415
    from khaya.platform.base import clock  # noqa: PLC0415

    provider.web_push.now = lambda: clock.epoch(clock.now())
    return provider.web_push.subscribe(f"http://127.0.0.1:{provider.server_port}", vapid.public_key())


def _notify(kind: str, now: str, browser: dict[str, Any] | None = None) -> str:
    """Notify a person with a phone, an e-mail address and a device. Returns the notification's id."""
    from khaya.notifications import service, store  # noqa: PLC0415
    from khaya.notifications.kinds import KINDS  # noqa: PLC0415
    from khaya.notifications.model import Notification, Registration  # noqa: PLC0415
    from khaya.platform.base.ids import new_id  # noqa: PLC0415
    from khaya.platform.data import dynamo  # noqa: PLC0415
    from khaya.platform.data.unit_of_work import UnitOfWork  # noqa: PLC0415
    from khaya.users import store as users  # noqa: PLC0415
    from khaya.users.model import User  # noqa: PLC0415

    unit_of_work = UnitOfWork()
    service.register_device(
        "phone",
        Registration(platform="ios", token="ExponentPushToken[phone]"),
        PERSON,
        now=now,
        unit_of_work=unit_of_work,
    )
    if browser is not None:
        unit_of_work.commit()
        unit_of_work = UnitOfWork()
        wanted = Registration.model_validate({"platform": "web", "subscription": browser})
        service.register_device("laptop", wanted, PERSON, now=now, unit_of_work=unit_of_work)
    unit_of_work.add(users.create(User(user_id=PERSON, phone=PHONE, email=EMAIL, created_at=now)))
    unit_of_work.commit()
    person = store.recipient(PERSON)
    notification = Notification(
        id=new_id(),
        user_id=PERSON,
        kind=kind,
        params={"jobTitle": "Fix a tap", "amountCents": 45_000},
        event="event-1",
        urgent=KINDS[kind].urgent,
        created_at=now,
    )
    dynamo.commit(store.create(notification, person), new_id())
    return notification.id


def _at_once(hands: int, act: Callable[[], None]) -> int:
    """Run many deliveries concurrently. Returns how many must be retried later."""
    from khaya.deliveries.model import NotNow  # noqa: PLC0415

    ready = threading.Barrier(hands)

    def one(_: int) -> int:
        ready.wait()
        try:
            act()
        except NotNow:
            return 1
        return 0

    with ThreadPoolExecutor(hands) as pool:
        return sum(pool.map(one, range(hands)))


@pytest.mark.parametrize(
    ("channel", "to"),
    [("whatsapp", PHONE), ("sms", PHONE), ("email", EMAIL), ("push", "ExponentPushToken[phone]"), ("web_push", "")],
)
def test_given_concurrent_deliveries_of_one_message_then_one_sends_it(
    provider: providers.Server, channel: Any, to: str
) -> None:
    from khaya.deliveries import service  # noqa: PLC0415

    # given one notification whose message is delivered to many handlers
    browser = _browser(provider)
    notification_id = _notify("accountSuspended", MORNING, browser)
    before = len(provider.outbox())
    # when all send it concurrently
    _at_once(HANDS, lambda: service.deliver(channel, notification_id, MORNING, 1))
    # then it is in the outbox once
    assert len(provider.outbox()) == before + 1
    newest = provider.outbox()[0]
    assert (newest.channel, newest.to) == (channel, to or browser["endpoint"])
    assert "suspended" in newest.text
    # and the retries find it done
    assert _at_once(2, lambda: service.deliver(channel, notification_id, MORNING, 2)) == 0


def test_given_concurrent_runs_of_the_task_then_nothing_is_sent_twice(provider: providers.Server) -> None:
    from khaya.deliveries import service  # noqa: PLC0415
    from khaya.notifications import store  # noqa: PLC0415

    # given a notification held during quiet hours
    notification_id = _notify("bidReceived", NIGHT)
    found = store.find(notification_id)
    assert found is not None
    service.enqueue(found, store.recipient(PERSON), NIGHT)
    # when the task runs concurrently at seven, and several handlers process each of its messages
    _at_once(4, lambda: _release(MORNING))
    url = os.environ["DELIVERIES_QUEUE_URL"]
    messages = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert "whatsapp" in {json.loads(message["Body"])["consumer"] for message in messages}
    for _ in messages:
        _at_once(4, lambda: service.deliver("whatsapp", notification_id, MORNING, 1))
    # then it was sent once
    assert len(provider.whatsapp) == 1


def _release(now: str) -> None:
    from khaya.deliveries import service  # noqa: PLC0415

    service.release_due(now, lambda: True)
