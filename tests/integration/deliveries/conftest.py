"""Deliveries over HTTP to the providers' stand-ins, with the queues as Lambda reads them."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from khaya.channels import mail, sms, web
from khaya.deliveries import circuit_breakers, queues, service
from khaya.deliveries import store as deliveries_store
from khaya.notifications import store
from khaya.notifications.kinds import KINDS
from khaya.notifications.model import Notification
from khaya.platform.aws import secrets
from khaya.platform.base import clock, settings
from khaya.platform.base.ids import new_id
from khaya.platform.data import dynamo
from local import providers, twilio
from tests.conftest import Clock
from tests.support import mailbox
from tests.support.client import Context, Person, app
from tests.support.records import profile
from tests.support.stand_in import client, stored

PERSON = "person-1"
PHONE, EMAIL = "+27821234567", "thandi@example.org"
PHONES_TOKEN, TABLETS_TOKEN = "ExponentPushToken[phone]", "ExponentPushToken[tablet]"
EVERY = ("whatsapp", "sms", "email", "push")
TEST_TIMEOUT = (0.5, 0.3)


@pytest.fixture
def provider() -> Iterator[providers.Server]:
    """Stand-ins of Twilio and Expo."""
    server = providers.Server(0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


class Post:
    """Notifications of one person, their queues and the providers."""

    def __init__(self, provider: providers.Server, clock: Clock, urls: dict[str, str]) -> None:
        self.provider = provider
        self.clock = clock
        self.urls = urls
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
            generation=person.generation,
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

    def waiting(self, queue: str) -> int:
        """The number of messages in a queue."""
        told = client("sqs").get_queue_attributes(QueueUrl=self.urls[queue], AttributeNames=["All"])["Attributes"]
        return int(told["ApproximateNumberOfMessages"]) + int(told["ApproximateNumberOfMessagesNotVisible"])

    def put(self, queue: str, notification_id: str) -> None:
        """Send another message, as SQS may deliver one twice."""
        body = json.dumps({"queue": queue, "notificationId": notification_id})
        client("sqs").send_message(QueueUrl=self.urls[queue], MessageBody=body)

    def run(self, *names: str) -> int:
        """Deliver each waiting message once and delete the handled ones; returns how many failed."""
        failed = 0
        sqs = client("sqs")
        for queue in names or EVERY:
            url = self.urls[queue]
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"]).get(
                "Messages", []
            ):
                answer = app("deliveries").handler({"Records": [_record(message)]}, Context())
                if answer == {"batchItemFailures": []}:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                else:
                    assert answer == {"batchItemFailures": [{"itemIdentifier": message["MessageId"]}]}
                    failed += 1
        return failed

    def devices(self) -> set[str]:
        return {*store.recipient(PERSON).devices}

    def sent(self) -> list[tuple[str, str, str]]:
        """Channel, address and text of everything that was sent."""
        short_and_long = [(one.channel, one.to, one.text) for one in mailbox.outbox()]
        return sorted([*short_and_long, *((one.channel, one.to, one.text) for one in self.provider.taken)])

    def channels(self) -> list[str]:
        return [channel for channel, _, _ in self.sent()]


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
        "TWILIO_SECRET_ARN": "twilio",
        "EXPO_SECRET_ARN": "",
        "WHATSAPP_SENDER": "+27600000000",
        "WHATSAPP_NOTICE_TEMPLATE_EN": "",
        "WHATSAPP_NOTICE_TEMPLATE_ZU": "",
        "EMAIL_SENDER": "Khaya <no-reply@khaya.example>",
        "SMS_PER_HOUR": "0",
        "SMS_PREFIXES": "+27",
    }.items():
        monkeypatch.setenv(name, value)
    manager = client("secretsmanager")
    manager.create_secret(Name="twilio", SecretString=json.dumps(twilio.ACCOUNT))
    urls = {
        queue: client("sqs").create_queue(QueueName=queue, Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
        for queue in (*EVERY, "receipts")
    }
    for queue, url in urls.items():
        monkeypatch.setenv(f"{queue.upper()}_QUEUE_URL", url)
    monkeypatch.setattr(web, "TIMEOUT_SECONDS", TEST_TIMEOUT)
    told = (settings.settings,)
    for cached in (*told, sms._sns, mail._ses, deliveries_store.circuit_states, queues._sqs):
        cached.cache_clear()
    secrets.clear_cache()
    _forget_failures()
    mailbox.empty()
    profile(PERSON, phone=PHONE, email=EMAIL)
    made = Post(provider, clock, urls)
    made.register("phone", PHONES_TOKEN)
    made.register("tablet", TABLETS_TOKEN)
    put_back = queues.put_back

    def at_once(queue: Any, handle: str, seconds: int) -> None:
        made.waits.append(seconds)
        put_back(queue, handle, 0)

    monkeypatch.setattr(queues, "put_back", at_once)
    yield made
    manager.delete_secret(SecretId="twilio", ForceDeleteWithoutRecovery=True)
    for cached in (*told, sms._sns, mail._ses):
        cached.cache_clear()
    secrets.clear_cache()


def _forget_failures() -> None:
    """Reset the failures that Powertools counts in memory."""
    from aws_lambda_powertools.utilities.circuit_breaker import base  # noqa: PLC0415

    for counts in (base._LOCAL_FAILURES, base._LOCAL_SUCCESSES, base._LAST_OBSERVED_STATE):
        counts.clear()


class BreakerClock:
    """The clock of the circuit breakers, set by the test."""

    def __init__(self) -> None:
        self.seconds = 1_795_251_020.0

    def tick(self, seconds: float) -> None:
        self.seconds += seconds

    def time(self) -> float:
        return self.seconds

    @property
    def datetime(self) -> BreakerClock:
        return self

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds)  # noqa: DTZ006 - as the library asks for it


@pytest.fixture
def breaker_clock(monkeypatch: pytest.MonkeyPatch) -> BreakerClock:
    from aws_lambda_powertools.utilities.circuit_breaker import base  # noqa: PLC0415
    from aws_lambda_powertools.utilities.circuit_breaker.persistence import base as states  # noqa: PLC0415
    from aws_lambda_powertools.utilities.circuit_breaker.persistence import dynamodb  # noqa: PLC0415

    time = BreakerClock()
    for module in (base, states, dynamodb):
        monkeypatch.setattr(module, "dt", time)
    monkeypatch.setattr(circuit_breakers, "time", time)
    return time


def on_the_item(notification_id: str) -> dict[str, Any]:
    """A notification's item."""
    (item,) = [row for row in stored("notifications") if row["id"] == notification_id]
    return item
