"""Web pushes: encrypted for each browser, signed by our key, sent once, and what each answer of a push service does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khaya.channels import push_encryption, push_services
from khaya.channels.web_push import WebPush
from khaya.deliveries import browsers, service
from khaya.notifications.kinds import KINDS
from khaya.notifications.model import Notification
from khaya.notifications.paths import app_path
from khaya.platform.aws import secrets
from khaya.platform.base import settings
from khaya.platform.base.settings import KeySettings
from tests.conftest import Clock
from tests.integration.deliveries.conftest import PERSON, PHONE, PHONES_TOKEN, TABLETS_TOKEN, Post, on_the_item
from tests.support.circuit_breakers import BreakerClock
from tests.support.client import VISITOR
from tests.support.stand_in import client, stored

TEXT = 'A worker has bid R450 on your job "Fix a leaking tap".'


@pytest.fixture
def laptop(post: Post) -> str:
    """The endpoint of a browser beside the two apps; only push is chosen."""
    post.prefer("push")
    return post.subscribe("laptop")


def rotate(post: Post) -> None:
    """Make another service key; the present one becomes the previous one."""
    name = settings.settings(KeySettings).service_key_arn
    manager = client("secretsmanager")
    old = manager.get_secret_value(SecretId=name)["SecretString"]
    manager.put_secret_value(SecretId=name, SecretString=f"{len(old):064}\n{old}")
    secrets.clear_cache()


@pytest.fixture(autouse=True)
def same_service_key(post: Post) -> Any:
    """The service key of the other tests, whatever this one made of it."""
    name = settings.settings(KeySettings).service_key_arn
    key = client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    yield
    client("secretsmanager").put_secret_value(SecretId=name, SecretString=key)
    client("secretsmanager").put_secret_value(SecretId=name, SecretString=key)


def test_a_browser_gets_title_text_and_path_and_nothing_else(post: Post, laptop: str) -> None:
    notification_id = post.notify()
    assert post.run("web_push") == 0
    (got,) = post.browser(laptop).got
    assert got == {
        "title": "New bid of R450",
        "text": TEXT,
        "path": "/deals/job-1/bids",
        "tag": notification_id,
        "headers": {"TTL": "259200", "Urgency": "normal", "Topic": notification_id},
    }
    assert PHONE[1:] not in json.dumps(got)
    # and it stands in the outbox like all that was sent
    assert ("web_push", laptop, f"{TEXT}\n/deals/job-1/bids") in post.sent()


def test_apps_and_browsers_have_a_message_each_and_each_is_sent_once(post: Post, laptop: str) -> None:
    # given a person with two apps and a browser
    notification_id = post.notify()
    assert (post.waiting("push"), post.waiting("web_push")) == (1, 1)
    # when the messages come, also a second time
    for _ in range(2):
        assert post.run("push", "web_push") == 0
        post.put("web_push", notification_id)
    # then each got one
    assert sorted(to for _, to, _ in post.sent()) == sorted([PHONES_TOKEN, TABLETS_TOKEN, laptop])
    assert "sentAt" in on_the_item(notification_id)["webPushSend"]


def test_without_a_browser_there_is_no_message_for_it(post: Post) -> None:
    post.notify()
    assert (post.waiting("push"), post.waiting("web_push")) == (1, 0)


def test_an_urgent_notification_is_urgent_for_the_push_service(post: Post, laptop: str) -> None:
    post.notify("accountSuspended", params={})
    assert post.run("web_push") == 0
    assert post.browser(laptop).got[0]["headers"]["Urgency"] == "high"


def test_a_notification_that_waits_for_the_morning_reaches_the_browser_then(
    post: Post, laptop: str, clock: Clock
) -> None:
    clock.tick(hours=14)
    post.notify()
    assert post.waiting("web_push") == 0
    clock.tick(hours=7)
    service.release_due(clock_now(), lambda: True)
    assert post.run("web_push") == 0
    assert len(post.browser(laptop).got) == 1


def clock_now() -> str:
    from khaya.platform.base import clock  # noqa: PLC0415 - the fixture has the name

    return clock.now()


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_removed(post: Post, laptop: str, status: int) -> None:
    # given two browsers, one of which is gone
    other = post.subscribe("other")
    if status == 410:
        post.provider.fail({"provider": "web_push", "kind": "gone", "endpoint": laptop})
    else:
        del post.provider.web_push.browsers[laptop.rpartition("/")[2]]
    notification_id = post.notify()
    assert post.run("web_push") == 0
    # then only the other is left, and was reached
    assert post.devices() == {"phone", "tablet", "other"}
    assert len(post.browser(other).got) == 1
    assert "sentAt" in on_the_item(notification_id)["webPushSend"]
    assert [row for row in stored("notifications") if row.get("deviceId") == "laptop"] == []


def test_when_all_browsers_are_gone_the_push_is_undeliverable(post: Post, laptop: str) -> None:
    post.provider.fail({"provider": "web_push", "kind": "gone", "endpoint": laptop})
    notification_id = post.notify()
    assert post.run("web_push") == 0
    assert "undeliverableAt" in on_the_item(notification_id)["webPushSend"]
    assert post.devices() == {"phone", "tablet"}


def test_the_delay_obeys_retry_after_of_a_push_service(post: Post, laptop: str) -> None:
    post.provider.fail({"provider": "web_push", "kind": "status", "status": 429, "retryAfter": 1234})
    notification_id = post.notify()
    assert post.run("web_push") == 1
    assert post.waits == [1234]
    assert "webPushSend" not in on_the_item(notification_id)
    assert post.run("web_push") == 0
    assert len(post.browser(laptop).got) == 1


@pytest.mark.parametrize("status", [500, 503])
def test_a_failing_push_service_is_asked_again(post: Post, laptop: str, status: int) -> None:
    post.provider.fail({"provider": "web_push", "kind": "status", "status": status})
    post.notify()
    assert [post.run("web_push"), post.run("web_push")] == [1, 0]
    assert len(post.browser(laptop).got) == 1


@pytest.mark.parametrize(("kind", "how"), [("slow", {"seconds": 1.4}), ("drop", {}), ("status", {"status": 504})])
def test_what_was_perhaps_sent_is_not_sent_again(post: Post, laptop: str, kind: str, how: dict[str, Any]) -> None:
    post.provider.fail({"provider": "web_push", "kind": kind, **how})
    notification_id = post.notify()
    for _ in range(3):
        assert post.run("web_push") == 1
    assert len([path for path in post.provider.asked if path.startswith("/web-push/")]) == 1
    assert set(on_the_item(notification_id)["webPushSend"]) == {"claimedAt", "events"}


def test_a_browser_that_was_missed_is_tried_again_and_the_others_are_not(post: Post, laptop: str) -> None:
    # given two browsers, the first of which the service does not take now
    other = post.subscribe("other")
    first, second = (
        (laptop, other)
        if [*_devices(post)].index("laptop") < [*_devices(post)].index("other")
        else (
            other,
            laptop,
        )
    )
    post.provider.fail({"provider": "web_push", "kind": "status", "status": 503, "retryAfter": 99})
    notification_id = post.notify()
    assert post.run("web_push") == 1
    assert (len(post.browser(first).got), len(post.browser(second).got)) == (0, 1)
    assert post.waits == [99]
    assert len(on_the_item(notification_id)["webPushSend"]["missed"]) == 1
    # when the message comes again, twice
    assert post.run("web_push") == 0
    post.put("web_push", notification_id)
    assert post.run("web_push") == 0
    # then each browser got it once
    assert (len(post.browser(first).got), len(post.browser(second).got)) == (1, 1)
    assert "missed" not in on_the_item(notification_id)["webPushSend"]


def _devices(post: Post) -> dict[str, Any]:
    (row,) = [row for row in stored("notifications") if row["id"] == f"recipient#{PERSON}"]
    devices: dict[str, Any] = row["devices"]
    return devices


def test_slow_services_leave_the_other_browsers_to_the_next_attempt(
    post: Post, laptop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.notify()
    with monkeypatch.context() as patch:
        patch.setattr(browsers, "LONGEST_SECONDS", -1)
        assert post.run("web_push") == 1
    assert post.browser(laptop).got == []
    assert post.run("web_push") == 0
    assert len(post.browser(laptop).got) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_a_refused_push_is_counted_and_given_up(
    post: Post, laptop: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    post.provider.fail({"provider": "web_push", "kind": "status", "status": status, "times": 0})
    notification_id = post.notify()
    assert post.run("web_push") == 0
    assert "undeliverableAt" in on_the_item(notification_id)["webPushSend"]
    assert post.devices() == {"phone", "tablet", "laptop"}
    assert "PushFailed" in capsys.readouterr().out


def test_a_subscription_of_the_key_before_a_rotation_still_works(post: Post, laptop: str) -> None:
    # given a browser that subscribed before the service key was rotated
    before = VISITOR.get("/config").body["webPushKey"]
    rotate(post)
    assert VISITOR.get("/config").body["webPushKey"] != before
    # when a notification comes, then it is signed with the former key, at the first try
    post.notify()
    assert post.run("web_push") == 0
    assert len(post.browser(laptop).got) == 1
    assert len(post.provider.asked) == 1


def test_a_browser_that_registered_just_after_a_rotation_is_reached_by_the_former_key(post: Post) -> None:
    # given a browser that subscribed with a key, and registered when it had been rotated
    post.prefer("push")
    key = VISITOR.get("/config").body["webPushKey"]
    subscription = post.provider.web_push.subscribe(f"http://127.0.0.1:{post.provider.server_port}", key)
    rotate(post)
    assert post.person.put("/devices/laptop", {"platform": "web", "subscription": subscription}).status == 200
    # then the service refuses the present key, and takes the one before
    post.notify()
    assert post.run("web_push") == 0
    assert len(post.browser(subscription["endpoint"]).got) == 1
    assert len(post.provider.asked) == 2


def test_a_subscription_of_a_key_that_is_not_valid_any_more_is_removed(post: Post, laptop: str) -> None:
    rotate(post)
    rotate(post)
    post.notify()
    assert post.run("web_push") == 0
    assert post.devices() == {"phone", "tablet"}
    assert post.provider.asked == []


def test_a_service_that_is_allowed_no_longer_is_not_asked(
    post: Post, laptop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    notification_id = post.notify()
    monkeypatch.setenv("WEB_PUSH_SERVICES", "https://push.example.org")
    settings.settings.cache_clear()
    assert post.run("web_push") == 0
    assert post.provider.asked == []
    assert "undeliverableAt" in on_the_item(notification_id)["webPushSend"]


def test_a_failing_push_service_opens_its_own_circuit_only(
    post: Post, laptop: str, breaker_clock: BreakerClock
) -> None:
    # given a push service that fails until it is not asked any more
    post.provider.fail({"provider": "web_push", "kind": "status", "status": 503, "times": 0})
    for _ in range(7):
        post.notify()
    assert post.run("web_push") == 7
    assert len(post.provider.asked) == 5
    # then apps are still notified
    assert post.run("push") == 0
    assert {row["id"] for row in stored("tasks") if row.get("state") == "OPEN"} == {
        f"circuit#web_push#{push_services.origin_of(laptop)}".replace("http://", "")
    }
    # and the browser is, when the service works again
    post.provider.be_well()
    breaker_clock.tick(30)
    assert post.run("web_push") == 0
    assert len(post.browser(laptop).got) == 7


def test_a_crash_after_sending_sends_nothing_twice(post: Post, laptop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Died(BaseException):
        """A crash that no handler catches."""

    def die(*_: Any) -> None:
        raise Died

    post.notify()
    with monkeypatch.context() as crash:
        crash.setattr(service.store, "mark", die)
        with pytest.raises(Died):
            post.run("web_push")
    assert post.run("web_push") == 1
    assert len(post.browser(laptop).got) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_path_of_the_app(kind: str) -> None:
    things: list[dict[str, str | int | None]] = [{}, {"jobId": "1"}, {"listingId": "1"}, {"storyId": "1"}]
    for data in things:
        path = app_path(Notification(id="1", user_id="1", kind=kind, data=data, event="1", created_at="2026"))
        assert path.startswith("/")
        assert "{" not in path


@pytest.mark.parametrize(
    ("kind", "side"), [("enquiryReceived", "seller"), ("enquiryAnswered", "buyer"), ("enquiryClosed", "buyer")]
)
def test_a_question_leads_to_the_side_on_which_its_reader_is(kind: str, side: str) -> None:
    data: dict[str, str | int | None] = {"listingId": "1", "enquiryId": "2"}
    one = Notification(id="1", user_id="1", kind=kind, data=data, event="1", created_at="2026")
    assert app_path(one) == f"/me/enquiries?as={side}"


def test_the_longest_content_fits() -> None:
    # given the longest texts of our kinds: a reminder of 200 characters, of four bytes each
    push = WebPush("t" * 26, "\U0001f527" * 60, "\U0001f527" * 300, "/deals/" + "i" * 128, urgent=False)
    assert len(push.content) <= push_encryption.MAX_BYTES
