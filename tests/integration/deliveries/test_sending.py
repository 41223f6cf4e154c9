"""Notifications are sent by the chosen channels, in the person's language, once each."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest

from khaya.deliveries import links
from khaya.notifications import messages
from khaya.notifications.model import Notification
from khaya.platform.aws import queues
from khaya.platform.base import observability, settings
from khaya.platform.base.errors import TooMany
from tests.conftest import Clock
from tests.integration.deliveries.conftest import (
    EMAIL,
    PERSON,
    PHONE,
    PHONES_TOKEN,
    TABLETS_TOKEN,
    Post,
    on_the_item,
)
from tests.support.client import Context, app
from tests.support.records import known
from tests.support.stand_in import client

TEXT = 'A worker has bid R450 on your job "Fix a leaking tap".'


def test_by_default_a_notification_uses_push_whatsapp_and_email(post: Post) -> None:
    post.notify()
    assert post.run() == 0
    assert post.sent() == [
        ("email", EMAIL, TEXT),
        ("push", PHONES_TOKEN, TEXT),
        ("push", TABLETS_TOKEN, TEXT),
        ("whatsapp", PHONE, f"Khaya: {TEXT}"),
    ]


def test_a_notification_uses_only_the_chosen_channels(post: Post) -> None:
    post.prefer("sms")
    post.notify()
    assert post.run() == 0
    assert post.sent() == [("sms", PHONE, f"Khaya: {TEXT}")]


def test_a_security_notification_uses_every_channel(post: Post) -> None:
    post.notify("accountSuspended", params={})
    post.run()
    assert {*post.channels()} == {"whatsapp", "sms", "email", "push"}


def test_without_channels_nothing_is_sent(post: Post) -> None:
    post.prefer()
    post.notify()
    assert post.run() == 0
    assert post.sent() == []


def test_a_notification_is_in_the_persons_language_on_every_channel(post: Post) -> None:
    post.prefer("whatsapp", "sms", "email", "push", language="zu")
    post.notify()
    post.run()
    zulu = messages.render("bidReceived", {"jobTitle": "Fix a leaking tap", "amountCents": 45_000}, "zu")
    assert zulu.text != TEXT
    assert {text.removeprefix("Khaya: ") for _, _, text in post.sent()} == {zulu.text}
    assert [one["title"] for one in post.provider.expo.sent] == [zulu.title] * 2


@pytest.mark.parametrize(("language", "template"), [("en", "HXenglish"), ("zu", "HXzulu")])
def test_whatsapp_gets_the_approved_template_of_the_persons_language(
    post: Post, monkeypatch: pytest.MonkeyPatch, language: Any, template: str
) -> None:
    # given a template in each language
    monkeypatch.setenv("WHATSAPP_NOTICE_TEMPLATE_EN", "HXenglish")
    monkeypatch.setenv("WHATSAPP_NOTICE_TEMPLATE_ZU", "HXzulu")
    settings.settings.cache_clear()
    post.prefer("whatsapp", language=language)
    # when a notification has a title of two lines
    post.notify(params={"jobTitle": "Fix\na tap", "amountCents": 45_000})
    post.run("whatsapp")
    # then its variables hold title and text, each on one line as WhatsApp demands
    (sent,) = post.provider.whatsapp
    text = messages.render("bidReceived", {"jobTitle": "Fix a tap", "amountCents": 45_000}, language)
    assert (sent["content_sid"], sent["body"]) == (template, "")
    assert json.loads(sent["content_variables"]) == {"1": text.title, "2": text.text}


def test_a_push_holds_the_ids_that_the_app_opens(post: Post) -> None:
    notification_id = post.notify()
    post.run("push")
    pushed = post.provider.expo.sent[0]
    about = {"jobId": "job-1", "kind": "bidReceived", "path": "/deals/job-1/bids"}
    assert pushed["data"] == {**about, "notificationId": notification_id}
    assert (pushed["title"], pushed["priority"]) == ("New bid of R450", "default")


def test_both_devices_are_notified_by_one_request(post: Post) -> None:
    post.notify()
    post.run("push")
    assert post.provider.asked == ["/--/api/v2/push/send"]


def test_a_configured_access_token_is_sent_to_expo(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a project that demands a token
    post.provider.expo.access_token = "expo-token"
    post.notify()
    assert post.run("push") == 1
    # when it is configured
    manager = client("secretsmanager")
    manager.create_secret(Name="expo", SecretString='{"accessToken": "expo-token"}')
    monkeypatch.setenv("EXPO_SECRET_ARN", "expo")
    settings.settings.cache_clear()
    # then
    assert post.run("push") == 0
    assert len(post.provider.expo.sent) == 2
    manager.delete_secret(SecretId="expo", ForceDeleteWithoutRecovery=True)


def test_a_repeated_message_is_sent_once(post: Post) -> None:
    # given repeated messages in each queue
    post.prefer("whatsapp", "sms", "email", "push")
    notification_id = post.notify()
    for queue in ("whatsapp", "sms", "email", "push"):
        post.put(queue, notification_id)
    # when
    assert post.run() == 0
    # then
    assert post.channels() == ["email", "push", "push", "sms", "whatsapp"]


def test_a_notification_queued_twice_is_sent_once(post: Post) -> None:
    notification_id = post.notify()
    post.run()
    post.enqueue(notification_id)
    assert post.run() == 0
    assert post.channels() == ["email", "push", "push", "whatsapp"]


def test_given_a_channel_removed_meanwhile_then_it_is_not_used(post: Post) -> None:
    # given a queued notification for e-mail and WhatsApp
    post.notify()
    # when only e-mail is chosen before it is sent
    post.prefer("email")
    assert post.run() == 0
    # then
    assert post.channels() == ["email"]


@pytest.mark.parametrize("facts", [{"phone": None, "email": None}, {"status": "erased"}])
def test_an_unreachable_or_erased_person_is_sent_nothing(post: Post, facts: dict[str, Any]) -> None:
    post.prefer("whatsapp", "sms", "email")
    post.notify()
    known("person-1", **facts)
    assert post.run() == 0
    assert post.sent() == []


def test_a_deleted_notification_is_not_sent(post: Post) -> None:
    from khaya.notifications import store  # noqa: PLC0415

    notification_id = post.notify()
    found = store.find(notification_id)
    assert found
    store.remove([found])
    assert post.run() == 0
    assert post.sent() == []


def test_notifications_use_at_most_half_of_the_hours_text_messages(
    post: Post, monkeypatch: pytest.MonkeyPatch, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    from khaya.channels import store  # noqa: PLC0415

    # given four text messages an hour, one of which was a code
    monkeypatch.setenv("SMS_PER_HOUR", "4")
    settings.settings.cache_clear()
    store.count("sms", "123456", "2026-11-21T08:00:00.000Z")
    clock.tick(minutes=20)
    post.prefer("sms")
    post.notify()
    post.notify()
    # when two notifications are sent
    assert post.run("sms") == 1
    # then one is sent, the other waits for the next hour, and the limit is logged
    assert post.channels() == ["sms"]
    assert post.waits == [40 * 60]
    assert "limit of messages reached" in caplog.text
    # and codes may use the rest of the hour
    store.count("sms", "123456", "2026-11-21T08:20:00.000Z")
    store.count("sms", "123456", "2026-11-21T08:20:00.000Z")
    with pytest.raises(TooMany):
        store.count("sms", "123456", "2026-11-21T08:20:00.000Z")
    clock.tick(minutes=40)
    assert post.run("sms") == 0
    assert post.channels() == ["sms", "sms"]


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_messages_go_only_to_numbers_of_countries_that_are_served(post: Post, channel: str) -> None:
    post.prefer(channel)
    known("person-1", phone="+4479460000001")
    post.notify()
    assert post.run() == 0
    assert post.sent() == []


def test_without_a_twilio_secret_whatsapp_is_skipped(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_SECRET_ARN", "")
    settings.settings.cache_clear()
    post.notify()
    assert post.run("whatsapp") == 0
    assert post.sent() == []


def test_the_item_holds_the_results_of_its_deliveries(post: Post) -> None:
    notification_id = post.notify()
    post.run()
    item = on_the_item(notification_id)
    assert item["whatsappSend"]["ref"] == post.provider.whatsapp[0]["sid"]
    assert {item[f"{channel}Send"]["sentAt"] for channel in ("whatsapp", "email", "push")} == {
        "2026-11-21T08:00:00.000Z"
    }
    assert "smsSend" not in item


def test_logs_hold_no_address_and_no_text(
    post: Post, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given logs of every level

    logger, log = observability.logger(), io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(logger.registered_formatter)
    logger.addHandler(handler)
    logger.setLevel("DEBUG")
    # when a provider fails, a number is invalid, and a message is sent
    monkeypatch.setenv("CALLING_CODES", "+27,+1")
    settings.settings.cache_clear()
    known("person-1", phone="+15005550009")
    post.provider.fail({"provider": "any", "kind": "status", "status": 500, "times": 2})
    try:
        post.notify()
        post.run()
        post.run()
    finally:
        logger.removeHandler(handler)
        logger.setLevel("WARNING")
    # then the log has the events, but no address and no text
    written = log.getvalue() + capsys.readouterr().out
    assert "undeliverable" in written
    assert "message retried" in written
    assert "PushSent" in written
    secrets = ("15005550009", EMAIL, "leaking", PHONES_TOKEN, TABLETS_TOKEN, "R450")
    assert [secret for secret in secrets if secret in written] == []


def test_given_a_visibility_of_a_minute_when_the_queue_is_asked_again_then_the_message_is_hidden(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a real queue with its own delays

    monkeypatch.undo()
    sqs = client("sqs")
    sqs.send_message(QueueUrl=post.url, MessageBody="{}")
    (message,) = sqs.receive_message(QueueUrl=post.url)["Messages"]
    # when its visibility is set
    queues.change_visibility("deliveries", [message["ReceiptHandle"]], 60)
    # then it is not received
    assert "Messages" not in sqs.receive_message(QueueUrl=post.url)


def test_given_a_push_when_its_receipts_are_to_be_read_then_their_message_is_delayed(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given receipts that are there after a quarter of an hour

    monkeypatch.setenv("PUSH_RECEIPT_DELAY_SECONDS", "900")
    settings.settings.cache_clear()
    post.prefer("push")
    post.notify()
    # when the push was sent
    post.run()
    # then the message that asks for them is there and not to be received yet
    assert post.waiting("receipts") == 1
    assert "Messages" not in client("sqs").receive_message(QueueUrl=post.url)


def test_a_failed_message_does_not_fail_the_batch(post: Post) -> None:
    # a failing provider must not look like a failing function
    post.provider.fail({"provider": "any", "kind": "status", "status": 500, "times": 0})
    notification_id = post.notify()
    body = json.dumps({"consumer": "whatsapp", "notificationId": notification_id})
    record = {"messageId": "1", "receiptHandle": "x", "body": body, "attributes": {}, "eventSource": "aws:sqs"}
    answer = app("deliveries").handler({"Records": [record]}, Context())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}


LINK = "https://app.khaya.africa/deals/job-1/bids"


@pytest.fixture
def known_address(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address of the web client is set."""
    monkeypatch.setenv("APP_URL", "https://app.khaya.africa")
    settings.settings.cache_clear()


@pytest.mark.usefixtures("known_address")
def test_a_message_ends_in_a_link_to_what_it_is_about(post: Post) -> None:
    post.prefer("whatsapp", "sms", "email")
    post.notify()
    post.run()
    assert post.sent() == [
        ("email", EMAIL, f"{TEXT}\n\n{LINK}"),
        ("sms", PHONE, f"Khaya: {TEXT} {LINK}"),
        ("whatsapp", PHONE, f"Khaya: {TEXT} {LINK}"),
    ]


@pytest.mark.usefixtures("known_address")
def test_a_whatsapp_template_has_the_link_in_its_text(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHATSAPP_NOTICE_TEMPLATE_EN", "HXenglish")
    settings.settings.cache_clear()
    post.prefer("whatsapp")
    post.notify()
    post.run("whatsapp")
    (sent,) = post.provider.whatsapp
    assert json.loads(sent["content_variables"])["2"] == f"{TEXT} {LINK}"


def test_without_a_real_address_of_the_web_client_messages_have_no_link(post: Post) -> None:
    post.prefer("whatsapp", "sms", "email")
    post.notify()
    post.run()
    assert not [text for _, _, text in post.sent() if "http" in text]


@pytest.mark.usefixtures("known_address")
def test_a_push_names_the_page_of_what_it_is_about(post: Post) -> None:
    post.notify()
    post.run("push")
    assert {one["data"]["path"] for one in post.provider.expo.sent} == {"/deals/job-1/bids"}


@pytest.mark.usefixtures("known_address")
def test_whoever_has_the_former_number_gets_no_link(post: Post) -> None:
    replaced = Notification(
        id="n", user_id=PERSON, kind="contactReplaced", params={"contact": "phone"}, event="e", created_at="2026-11-21"
    )
    assert links.link_to(replaced) == ""
    assert links.link_to(replaced.model_copy(update={"kind": "contactChanged"})).endswith("/me/settings")
