"""The message with the count of a gathering, and the limit of messages that one person gets in a day."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from khaya.notifications import store
from khaya.notifications.model import Notification
from khaya.platform.base import clock as time
from khaya.platform.base import settings
from khaya.platform.base.ids import new_id
from khaya.platform.data import dynamo
from tests.conftest import Clock
from tests.integration.deliveries.conftest import PERSON, Post, on_the_item
from tests.support.stand_in import stored

NIGHT = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)


def gathering(post: Post) -> str:
    """A notification of a bid that gathers for ten minutes, queued for its channels."""
    now = time.now()
    notification = Notification(
        id=new_id(),
        user_id=PERSON,
        kind="bidReceived",
        params={"jobTitle": "Fix a leaking tap", "amountCents": 45_000},
        data={"jobId": "job-1"},
        event=new_id(),
        created_at=now,
        gathers_until=time.plus(now, minutes=10),
    )
    dynamo.commit(store.create_gathering(notification, store.recipient(PERSON), now), new_id())
    post.enqueue(notification.id)
    return notification.id


def another(notification_id: str) -> None:
    """Count another bid in the notification, as the consumer of notices does."""
    found = store.find(notification_id)
    assert found is not None
    own = found.model_copy(update={"id": new_id(), "created_at": time.now()})
    dynamo.commit(store.gather(found, found.with_another(own), store.recipient(PERSON), own.id), new_id())


def texts(post: Post) -> list[str]:
    return [text.split(":", 1)[-1].strip() for _, _, text in post.sent()]


def limit(monkeypatch: pytest.MonkeyPatch, **limits: str) -> None:
    for name, value in limits.items():
        monkeypatch.setenv(name.upper(), value)
    settings.settings.cache_clear()


def test_the_count_is_sent_once_by_each_channel_after_the_ten_minutes(post: Post, clock: Clock) -> None:
    # given a notification that was sent, and counted two more bids
    post.prefer("whatsapp", "email")
    one = gathering(post)
    post.run()
    another(one)
    another(one)
    # when the ten minutes are over and its messages come, twice each
    clock.tick(minutes=10, seconds=2)
    for channel in ("whatsapp", "email") * 2:
        post.put(channel, one)
    assert post.run() == 0
    # then each channel has sent the first bid and the count
    assert Counter(post.channels()) == {"whatsapp": 2, "email": 2}
    assert sum("has 3 new bids" in text for text in texts(post)) == 2
    assert sum("has bid R450" in text for text in texts(post)) == 2


def test_before_the_ten_minutes_are_over_no_count_is_sent(post: Post, clock: Clock) -> None:
    post.prefer("email")
    one = gathering(post)
    post.run()
    another(one)
    clock.tick(minutes=9)
    post.put("email", one)
    assert post.run("email") == 1
    assert post.waits == [60]
    clock.tick(minutes=1)
    assert post.run("email") == 0
    assert len(post.sent()) == 2


def test_given_nothing_more_happened_then_nothing_more_is_sent(post: Post, clock: Clock) -> None:
    post.prefer("email")
    one = gathering(post)
    post.run()
    clock.tick(minutes=10)
    post.put("email", one)
    assert post.run() == 0
    assert len(post.sent()) == 1


def test_a_first_message_that_is_late_tells_of_all_and_no_second_follows(post: Post, clock: Clock) -> None:
    post.prefer("email")
    one = gathering(post)
    another(one)
    post.run()
    clock.tick(minutes=10)
    post.put("email", one)
    post.run()
    assert [text for text in texts(post) if "2 new bids" in text] == texts(post)
    assert len(texts(post)) == 1


def test_what_is_gathered_at_night_is_one_message_in_the_morning(post: Post, clock: Clock) -> None:
    from khaya.deliveries import service  # noqa: PLC0415

    clock.moment = NIGHT
    post.prefer("email")
    one = gathering(post)
    another(one)
    clock.tick(minutes=10, seconds=2)
    post.put("email", one)
    post.run()
    assert post.sent() == []
    clock.tick(hours=10)
    service.release_due(time.now(), lambda: True)
    post.run()
    post.put("email", one)
    post.run()
    assert len(post.sent()) == 1


def test_given_a_failing_provider_then_the_count_is_sent_after_it_recovers(post: Post, clock: Clock) -> None:
    post.prefer("whatsapp")
    one = gathering(post)
    post.run()
    another(one)
    clock.tick(minutes=10, seconds=2)
    post.put("whatsapp", one)
    post.provider.fail({"provider": "twilio", "kind": "status", "status": 503, "times": 1})
    assert post.run("whatsapp") == 1
    assert on_the_item(one)["whatsappSend"]["events"] == 1
    assert post.run("whatsapp") == 0
    assert post.channels() == ["whatsapp", "whatsapp"]


# The limit of a day


def counted() -> dict[str, int]:
    return {row["id"]: row["counted"] for row in stored("notifications") if row["id"].startswith("messages#")}


def test_beyond_the_days_limit_notifications_wait_in_the_inbox(
    post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given three messages a day
    limit(monkeypatch, messages_per_day="3")
    post.prefer("email")
    # when five are notified of
    for _ in range(5):
        post.notify()
    assert post.run() == 0
    # then three are sent, and all are in the inbox
    assert len(post.sent()) == 3
    assert post.person.get("/notifications").body["unreadCount"] == 5
    assert "LeftInInbox" in capsys.readouterr().out
    # and an urgent one is sent besides, and others again on the next day in South Africa
    post.notify("jobCancelled", params={"jobTitle": "Fix a tap", "by": "buyer"})
    post.run("email")
    assert len(post.sent()) == 4
    clock.moment = datetime(2026, 11, 22, 8, tzinfo=UTC)
    post.notify()
    post.run()
    assert len([one for one in post.channels() if one == "email"]) == 5
    assert counted() == {f"messages#{PERSON}#2026-11-21": 3, f"messages#{PERSON}#2026-11-22": 1}


def test_a_security_notice_is_sent_by_every_channel_beyond_the_limit(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, messages_per_day="1")
    post.prefer("email")
    for _ in range(2):
        post.notify()
    post.run()
    assert post.channels() == ["email"]
    post.notify("passwordChanged", params={})
    post.run()
    assert Counter(post.channels()) == {"email": 2, "sms": 1, "whatsapp": 1, "push": 2}


def test_a_reminder_counts_although_it_is_sent_at_night(
    post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, messages_per_day="1")
    clock.moment = NIGHT
    post.prefer("email", kind="reminder")
    for _ in range(2):
        post.notify("reminder", params={"text": "Call Sipho"})
    post.run()
    assert post.channels() == ["email"]


def test_each_channels_message_counts_once_whatever_is_repeated(
    post: Post, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    # given a notification by three channels, one of which fails twice
    limit(monkeypatch, messages_per_day="30")
    one = post.notify()
    post.provider.fail({"provider": "twilio", "kind": "status", "status": 503, "times": 2})
    post.run()
    assert counted() == {f"messages#{PERSON}#2026-11-21": 2}
    # when the failed one is repeated, and all come again
    post.run()
    post.run()
    for channel in ("whatsapp", "email", "push"):
        post.put(channel, one)
    post.run()
    # then three messages count
    assert Counter(post.channels()) == {"whatsapp": 1, "email": 1, "push": 2}
    assert counted() == {f"messages#{PERSON}#2026-11-21": 3}


def test_a_message_whose_result_is_unknown_counts_once(
    post: Post, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    limit(monkeypatch, messages_per_day="30")
    post.prefer("whatsapp")
    one = post.notify()
    post.provider.fail({"provider": "twilio", "kind": "status", "status": 504, "times": 1})
    assert post.run("whatsapp") == 1
    # when its claim has lapsed and an operator sends the message again
    clock.tick(hours=7)
    post.put("whatsapp", one)
    post.run("whatsapp")
    assert counted() == {f"messages#{PERSON}#2026-11-21": 1}


# The rand of a month


def test_given_the_months_rand_are_spent_then_notices_stay_in_the_inbox(
    post: Post,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    # given R4 a month for text messages of 50 cents, half of it for notices
    limit(monkeypatch, sms_rand_per_month="4", sms_price_cents="50")
    post.prefer("sms", "email")
    for _ in range(6):
        post.notify()
    post.run()
    # then four are sent as text messages, and all by e-mail
    assert Counter(post.channels()) == {"sms": 4, "email": 6}
    assert post.waits == []
    assert "limit of messages reached" in caplog.text
    assert "OperatorNeeded" not in capsys.readouterr().out, "codes may still use the other half"
    clock.moment = datetime(2026, 11, 30, 22, 0, tzinfo=UTC)
    clock.tick(hours=10)
    post.notify()
    post.run()
    assert Counter(post.channels()) == {"sms": 5, "email": 7}


@pytest.mark.parametrize(("status", "cents"), [(503, 0), (429, 0), (400, 0), (504, 50)])
def test_a_notice_that_was_certainly_not_sent_costs_nothing(
    status: int, cents: int, post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, whatsapp_rand_per_month="4", whatsapp_price_cents="50")
    post.prefer("whatsapp")
    post.notify()
    # when the provider answers with an error
    post.provider.fail({"provider": "twilio", "kind": "status", "status": status, "times": 1})
    post.run("whatsapp")
    # then the rand of the month are spent only if the message may have been sent
    spent = [int(row["counted"]) for row in stored("challenges") if row["id"] == "whatsapp#2026-11"]
    assert spent == [cents]


def test_whatsapp_has_an_hourly_limit_of_its_own(post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, whatsapp_per_hour="2")
    post.prefer("whatsapp", "sms")
    for _ in range(2):
        post.notify()
    assert post.run() == 1
    assert Counter(post.channels()) == {"whatsapp": 1, "sms": 2}
    clock.tick(hours=1)
    assert post.run() == 0
    assert Counter(post.channels()) == {"whatsapp": 2, "sms": 2}


def test_a_message_of_several_parts_costs_each_part(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, sms_rand_per_month="100", sms_price_cents="50")
    post.prefer("sms", kind="reminder")
    post.notify("reminder", params={"text": "x" * 200})
    post.run()
    (spent,) = [row["counted"] for row in stored("challenges") if row["id"] == "sms#2026-11"]
    assert spent == 100
