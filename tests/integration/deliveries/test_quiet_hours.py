"""The quiet hours, 22:00 to 07:00 in South Africa: notifications are held and sent once in the morning."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from khaya.deliveries import queues, service, store
from khaya.platform.base import clock
from khaya.platform.base.ids import new_id
from khaya.platform.data import dynamo
from tests.conftest import Clock
from tests.integration.deliveries.conftest import Post, on_the_item

EVENING = datetime(2026, 11, 21, 19, 59, 59, 999_000, tzinfo=UTC)
"""A millisecond before 22:00."""
NIGHT = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
"""Half past midnight."""
MORNING = "2026-11-22T05:00:00.000Z"


def _release(time_is_left: bool = True) -> int:
    return service.release_due(clock.now(), lambda: time_is_left)


@pytest.mark.parametrize(
    ("moment", "goes_out"),
    [
        (EVENING, True),
        (datetime(2026, 11, 21, 20, tzinfo=UTC), False),
        (datetime(2026, 11, 21, 22, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 4, 59, 59, 999_000, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 5, tzinfo=UTC), True),
    ],
)
def test_in_quiet_hours_a_notification_is_held(post: Post, clock: Clock, moment: datetime, goes_out: bool) -> None:
    clock.moment = moment
    notification_id = post.notify()
    post.run()
    assert bool(post.sent()) == goes_out
    if not goes_out:
        assert on_the_item(notification_id)["dueAt"] == MORNING
        assert [post.waiting(queue) for queue in ("whatsapp", "email", "push")] == [0, 0, 0]


def test_in_quiet_hours_an_urgent_notification_is_sent(post: Post, clock: Clock) -> None:
    clock.moment = NIGHT
    post.notify("jobCancelled", params={"jobTitle": "Fix a tap", "by": "buyer"})
    post.run()
    assert post.channels() == ["email", "push", "push", "whatsapp"]
    assert {one["priority"] for one in post.provider.expo.sent} == {"high"}


def test_held_notifications_are_sent_once_in_the_morning(post: Post, clock: Clock) -> None:
    # given two notifications in quiet hours
    clock.moment = NIGHT
    post.notify()
    post.notify()
    # when the task runs before seven, then nothing is released
    clock.moment = datetime(2026, 11, 22, 4, 59, 59, tzinfo=UTC)
    assert _release() == 0
    # and at seven both are
    clock.moment = datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert _release() == 2
    assert _release() == 0
    assert post.run() == 0
    assert post.channels() == ["email"] * 2 + ["push"] * 4 + ["whatsapp"] * 2


def test_a_notification_queued_twice_in_quiet_hours_is_held_once(post: Post, clock: Clock) -> None:
    clock.moment = NIGHT
    notification_id = post.notify()
    post.enqueue(notification_id)
    clock.moment = datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert _release() == 1
    post.run()
    assert post.channels() == ["email", "push", "push", "whatsapp"]


def test_a_retry_in_quiet_hours_is_held(post: Post, clock: Clock) -> None:
    # given a failing WhatsApp just before ten
    clock.moment = EVENING
    post.prefer("whatsapp", "email")
    post.provider.fail({"provider": "twilio", "kind": "status", "status": 503})
    notification_id = post.notify()
    assert post.run() == 1
    # when it is retried after ten
    clock.tick(seconds=15)
    assert post.run() == 0
    # then it is held for that channel only
    assert post.channels() == ["email"]
    assert on_the_item(notification_id)["held"] == {"whatsapp"}
    clock.moment = datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert _release() == 1
    post.run()
    assert post.channels() == ["email", "whatsapp"]


def test_given_an_unknown_result_in_the_evening_then_it_is_not_sent_in_the_morning(post: Post, clock: Clock) -> None:
    # given a WhatsApp delivery with an unknown result, and a held push
    clock.moment = EVENING
    post.prefer("whatsapp", "push")
    post.provider.fail({"provider": "twilio", "kind": "drop"})
    notification_id = post.notify()
    post.run("whatsapp")
    clock.tick(seconds=15)
    assert post.run("whatsapp") == 1
    assert post.run("push") == 0
    assert on_the_item(notification_id)["held"] == {"push"}
    # when the morning comes, and the claim has lapsed
    clock.moment = datetime(2026, 11, 22, 5, tzinfo=UTC)
    _release()
    # then push is sent, and WhatsApp has only its earlier message
    assert post.run("push") == 0
    assert post.channels() == ["push", "push", "whatsapp"]
    assert post.waiting("whatsapp") == 1


def test_an_interrupted_release_is_continued_by_the_next(
    post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given three held notifications

    clock.moment = NIGHT
    for _ in range(3):
        post.notify()
    clock.moment = datetime(2026, 11, 22, 5, tzinfo=UTC)
    # when one run has no time, and one crashes after it filled the queues
    assert _release(time_is_left=False) == 0
    with monkeypatch.context() as crash:
        crash.setattr(service.store, "release", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            _release()
    # then the next releases the rest, and each is sent once
    assert _release() == 3
    for _ in range(3):
        post.run()
    assert post.channels() == ["email"] * 3 + ["push"] * 6 + ["whatsapp"] * 3


def test_all_pages_are_released(post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_PAGE", 2)
    monkeypatch.setattr(store, "SHARDS", 2)
    clock.moment = NIGHT
    post.prefer("email")
    for _ in range(11):
        post.notify()
    clock.moment = datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert _release() == 11
    assert post.waiting("email") == 11


def test_a_channel_held_during_a_release_is_not_lost(post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a held notification, and another channel that is held after the task has read what is due
    clock.moment = NIGHT
    post.prefer("push")
    notification_id = post.notify()
    handed_over = queues.send

    def send(queue: str, ids: list[str]) -> None:
        handed_over(queue, ids)  # type: ignore[arg-type]
        if queue == "push":
            dynamo.commit([store.hold(notification_id, ["email"], MORNING)], new_id())

    monkeypatch.setattr(queues, "send", send)
    # when the task queues what it read
    clock.moment = datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert _release() == 0
    # then the next run releases the other channel
    monkeypatch.setattr(queues, "send", handed_over)
    assert _release() == 1
    assert post.waiting("email") == 1
