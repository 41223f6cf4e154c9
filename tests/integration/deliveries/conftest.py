"""Deliveries over HTTP to the providers' stand-ins, with the queues as Lambda reads them."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from moto.backends import get_backend

from khaya.channels import web
from khaya.deliveries import service
from khaya.notifications import store
from khaya.notifications.kinds import KINDS
from khaya.notifications.model import Notification
from khaya.platform.aws import clients, messaging, queues, secrets
from khaya.platform.base import clock, settings
from khaya.platform.base.ids import new_id
from khaya.platform.data import dynamo
from local import providers, twilio, web_push
from tests.conftest import Clock
from tests.support import mailbox
from tests.support.circuit_breakers import BreakerClock, forget_failures, stopped_clock
from tests.support.client import VISITOR, Context, Person, app
from tests.support.records import profile
from tests.support.stand_in import ACCOUNT, REGION, client, stored
from tests.support.template import queue_name

PERSON = "person-1"
PHONE, EMAIL = "+27821234567", "thandi@example.org"
PHONES_TOKEN, TABLETS_TOKEN = "ExponentPushToken[phone]", "ExponentPushToken[tablet]"
EVERY = ("whatsapp", "sms", "email", "push")
TEST_TIMEOUT = (2, 1)  # seconds; a busy machine answers late


@pytest.fixture
def provider() -> Iterator[providers.Server]:
    """Stand-ins of Twilio, Expo and a push service of browsers."""
    server = providers.Server(0)
    server.web_push.now = lambda: clock.epoch(clock.now())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


class Post:
    """Notifications of one person, their queues and the providers."""

    def __init__(self, provider: providers.Server, clock: Clock, url: str) -> None:
        self.provider = provider
        self.clock = clock
        self.url = url
        self.waits: list[int] = []
        self.person = Person(PERSON, ("buyer",))
        self._numbers = itertools.count(1)

    def notify(self, kind: str = "bidReceived", *, params: dict[str, Any] | None = None) -> str:
        """Write a notification and queue it, as the consumer of notices does; returns its id."""

        person = store.recipient(PERSON)
        notification = Notification(
            id=new_id(),
            user_id=PERSON,
            kind=kind,
            params=params or {"jobTitle": "Fix a leaking tap", "amountCents": 45_000},
            data={"jobId": "job-1"},
            event=f"event-{next(self._numbers)}",
            urgent=KINDS[kind].urgent,
            read_epoch=person.read_epoch,
            created_at=clock.now(),
        )
        dynamo.commit(store.create(notification, person), new_id())
        self.enqueue(notification.id)
        return notification.id

    def enqueue(self, notification_id: str) -> None:
        notification = store.find(notification_id)
        assert notification is not None
        service.enqueue(notification, store.recipient(PERSON), clock.now())

    def prefer(self, *channels: Any, kind: str = "bidReceived", language: Any = "en") -> None:
        """Choose channels for a kind, and a language."""
        answer = self.person.put("/notifications/preferences", {"language": language, "channels": {kind: channels}})
        assert answer.status == 200, answer.text

    def register(self, device: str, token: str) -> None:
        """Register a device."""
        answer = self.person.put(f"/devices/{device}", {"platform": "android", "token": token})
        assert answer.status == 200, answer.text

    def subscribe(self, device: str) -> str:
        """Subscribe a browser to the push service and register it; returns the endpoint."""
        key = VISITOR.get("/config").body["webPushKey"]
        subscription = self.provider.web_push.subscribe(f"http://127.0.0.1:{self.provider.server_port}", key)
        answer = self.person.put(f"/devices/{device}", {"platform": "web", "subscription": subscription})
        assert answer.status == 200, answer.text
        endpoint: str = subscription["endpoint"]
        return endpoint

    def browser(self, endpoint: str) -> web_push.Browser:
        """The browser behind an endpoint."""
        return self.provider.web_push.browsers[endpoint.rpartition("/")[2]]

    def waiting(self, consumer: str) -> int:
        """The number of a consumer's messages in the queue."""
        return sum(1 for one in _kept()._messages if json.loads(one.body)["consumer"] == consumer)

    def put(self, consumer: str, notification_id: str) -> None:
        """Send another message, as SQS may deliver one twice."""
        body = json.dumps({"consumer": consumer, "notificationId": notification_id})
        client("sqs").send_message(QueueUrl=self.url, MessageBody=body)

    def run(self, *consumers: str) -> int:
        """Deliver each consumer's waiting messages once, at most ten; returns how many failed."""
        failed = 0
        for consumer in consumers or EVERY:
            for message in self._received(consumer):
                answer = app("deliveries").handler({"Records": [_record(message)]}, Context())
                if answer == {"batchItemFailures": []}:
                    client("sqs").delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                else:
                    assert answer == {"batchItemFailures": [{"itemIdentifier": message["MessageId"]}]}
                    failed += 1
        return failed

    def _received(self, consumer: str) -> list[Any]:
        """Receive a consumer's messages, at most ten; the others' stay as they were."""
        others = [one for one in _kept()._messages if json.loads(one.body)["consumer"] != consumer]
        counts = [(one, one.approximate_receive_count, one.visible_at) for one in others]
        for one in others:
            one.change_visibility(600)
        answer = client("sqs").receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, AttributeNames=["All"])
        for one, count, visible_at in counts:
            one.approximate_receive_count, one.visible_at = count, visible_at
        found: list[Any] = answer.get("Messages", [])
        return found

    def devices(self) -> set[str]:
        return {*store.recipient(PERSON).devices}

    def sent(self) -> list[tuple[str, str, str]]:
        """Channel, address and text of everything that was sent."""
        short_and_long = [(one.channel, one.to, one.text) for one in mailbox.outbox()]
        return sorted([*short_and_long, *((one.channel, one.to, one.text) for one in self.provider.taken)])

    def channels(self) -> list[str]:
        return [channel for channel, _, _ in self.sent()]


def _kept() -> Any:
    return get_backend("sqs")[ACCOUNT][REGION].queues[queue_name("DeliveriesQueue")]


def _record(message: Any) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "eventSource": "aws:sqs",
    }


@pytest.fixture
def post(provider: providers.Server, monkeypatch: pytest.MonkeyPatch, clock: Clock, tables: None) -> Iterator[Post]:
    """A person with a phone, an e-mail address and two devices; timeouts are short, and retries are immediate."""

    base = f"http://127.0.0.1:{provider.server_port}"
    for name, value in {
        "TWILIO_BASE_URL": base,
        "EXPO_BASE_URL": base,
        "WEB_PUSH_SERVICES": base,
        "TWILIO_SECRET_ARN": "twilio",
        "EXPO_SECRET_ARN": "",
        "WHATSAPP_SENDER": "+27600000000",
        "WHATSAPP_NOTICE_TEMPLATE_EN": "",
        "WHATSAPP_NOTICE_TEMPLATE_ZU": "",
        "EMAIL_SENDER": "Khaya <no-reply@khaya.example>",
        "SMS_PER_HOUR": "0",
        "SMS_RAND_PER_MONTH": "0",
        "WHATSAPP_PER_HOUR": "0",
        "WHATSAPP_RAND_PER_MONTH": "0",
        "CALLING_CODES": "+27",
        "MESSAGES_PER_DAY": "0",
        "PUSH_RECEIPT_DELAY_SECONDS": "0",
    }.items():
        monkeypatch.setenv(name, value)
    manager = client("secretsmanager")
    manager.create_secret(Name="twilio", SecretString=json.dumps(twilio.ACCOUNT))
    url = client("sqs").create_queue(QueueName=queue_name("DeliveriesQueue"), Attributes={"VisibilityTimeout": "0"})
    for module in (web, messaging):
        monkeypatch.setattr(module, "TIMEOUT_SECONDS", TEST_TIMEOUT)
    clients.clear()
    settings.settings.cache_clear()
    secrets.clear_cache()
    forget_failures()
    mailbox.empty()
    profile(PERSON, phone=PHONE, email=EMAIL)
    made = Post(provider, clock, url["QueueUrl"])
    made.register("phone", PHONES_TOKEN)
    made.register("tablet", TABLETS_TOKEN)
    change_visibility = queues.change_visibility

    def at_once(queue: Any, handles: Any, seconds: int) -> None:
        made.waits.append(seconds)
        change_visibility(queue, handles, 0)

    monkeypatch.setattr(queues, "change_visibility", at_once)
    yield made
    manager.delete_secret(SecretId="twilio", ForceDeleteWithoutRecovery=True)
    clients.clear()
    settings.settings.cache_clear()
    secrets.clear_cache()


@pytest.fixture
def breaker_clock(monkeypatch: pytest.MonkeyPatch) -> BreakerClock:
    return stopped_clock(monkeypatch)


def on_the_item(notification_id: str) -> dict[str, Any]:
    """A notification's item."""
    (item,) = [row for row in stored("notifications") if row["id"] == notification_id]
    return item
